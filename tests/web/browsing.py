"""What a journey through the client is told in: who signs in, whether there is a network, whether everybody can use the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from accounts.actor import Role
from operations.client import WEB
from operations.demo.photos import photographs
from tests.people import HOME

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
# A phone of the region; what the page may do there is asked for by the test (`context.grant_permissions`).
OF_A_PHONE: dict[str, Any] = {
    "viewport": PHONE,
    "has_touch": True,
    "is_mobile": True,
    "locale": "zh-CN",
    "timezone_id": "Asia/Shanghai",
    "reduced_motion": "reduce",  # nothing is judged while it fades
}
PATIENCE_MS = 20_000  # beside other tests on two cores
_SEVERE = ("serious", "critical")
_AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"


def new_phone(browser: Browser, url: str, agent: str | None = None) -> BrowserContext:
    """A phone of the region, out of its box. `agent`: how the program that shows the page names itself."""
    phone = browser.new_context(base_url=url, **OF_A_PHONE, user_agent=agent)
    phone.set_default_timeout(PATIENCE_MS)
    return phone


def demo_account(url: str, role: Role, region_code: str = HOME, nth: int = 0) -> dict[str, Any]:
    """One of those that the sign-in page of a demo lists."""
    accounts = httpx.get(f"{url}/api/v1/demo/accounts").json()["accounts"]
    found = [each for each in accounts if (each["role"], each["region_code"]) == (role, region_code)]
    return dict(found[nth])


def sign_in(page: Page, role: Role, region_code: str = HOME, nth: int = 0) -> dict[str, Any]:
    """As somebody would in a demo: his banner, his name. He is on his first page then."""
    page.goto("/sign-in")
    account = demo_account(page.url.partition("/sign-in")[0], role, region_code, nth)
    page.get_by_role("button", name=account["region_name"]).click()
    page.get_by_role("button", name=account["name"]).click()
    expect(page).not_to_have_url(re.compile("/sign-in"))
    return account


@contextmanager
def offline(context: BrowserContext) -> Iterator[None]:
    """No network within, for all pages of this browser and for its service worker."""
    context.set_offline(True)
    try:
        yield
    finally:
        context.set_offline(False)


def lose_answer(page: Page, path: str) -> None:
    """What is posted there next is done, and nobody hears of it: a weak line. After that it is as ever."""
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost or route.request.method != "POST":
            route.fallback()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.route(f"**/api/v1{path}", lose)


def see_program(page: Page) -> None:
    """The heading of a page of the program is there: not the one that `index.html` shows until it is, or where it never comes."""
    expect(page.locator("#app h1:not(.splash h1)").first).to_be_visible()


def prefer(page: Page, mode: str) -> None:
    """Normal or elder mode (`standard`, `elder`) from here on, as if this person had chosen it before."""
    page.goto("/livez")  # of the same origin, and none of the client: nothing there answers to the change
    page.evaluate("mode => localStorage.setItem('preferences', JSON.stringify({ mode }))", mode)


def report_by_file(page: Page, picture: str = "通道出口") -> None:
    """Snap a hazard, with a photo from the phone's own camera, and save it."""
    page.goto("/report")
    page.get_by_role("button", name="没有着火,继续上报").click()
    take_photo(page)
    page.get_by_role("radio", name=picture).click()
    page.get_by_role("button", name="保存").click()


def take_photo(page: Page) -> None:
    """With the phone's own camera; one more where what could not be saved before is still there."""
    photo = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=photographs()[0])
    camera, more = page.locator("input[type=file]").first, page.get_by_role("button", name="再拍一张")
    expect(camera.or_(more).first).to_be_attached()
    if more.is_visible():
        more.click()
    camera.set_input_files(photo)


# A predicate that is polled would be evaluated in the page, which its policy forbids.
_ANSWERED = """
new Promise((done) => {
  if (navigator.serviceWorker.controller) done()
  else navigator.serviceWorker.addEventListener('controllerchange', () => done(), { once: true })
})
"""


def wait_until_kept(page: Page) -> None:
    """Until the service worker has the whole client and answers for this page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.evaluate(_ANSWERED)


def axe(page: Page) -> None:
    """Fails on whatever keeps somebody from using the page: violations that are serious or critical."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    severe = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {'; '.join(node['html'][:160] for node in rule['nodes'][:5])}"
        for rule in found["violations"]
        if rule["impact"] in _SEVERE
    ]
    assert not severe, f"{page.url}: {severe}"
