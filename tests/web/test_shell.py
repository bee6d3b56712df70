"""The client before anybody has signed in: it loads, can be installed, starts without a network, gives way to a new one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from accounts.actor import Role
from operations.browser import FLAGS, chromium
from tests.web.browsing import OF_A_PHONE, axe, offline, see_program, sign_in, wait_until_kept
from tests.web.conftest import watch


def test_the_page_loads_in_the_language_of_the_region_and_everybody_can_use_it(page: Page) -> None:
    answer = page.goto("/")
    assert answer is not None
    assert answer.status == 200
    see_program(page)
    expect(page).to_have_title("草原消防")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    axe(page)


def test_an_address_that_leads_nowhere_says_so_and_leads_home(page: Page) -> None:
    page.goto("/no/such/page")
    expect(page.get_by_role("link", name="回首页").or_(page.get_by_role("button", name="回首页"))).to_be_visible()
    axe(page)


def test_the_client_can_be_installed_and_starts_cold_without_a_network_after_one_visit(
    playwright: Playwright, product: str, tmp_path: Path, complaints: list[str]
) -> None:
    def started() -> BrowserContext:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=chromium(), args=FLAGS, base_url=product, **OF_A_PHONE
        )
        watch(context, complaints)
        return context

    with started() as context:
        page = context.new_page()
        page.goto("/")
        wait_until_kept(page)
        tools = context.new_cdp_session(page)
        manifest = tools.send("Page.getAppManifest")
        assert (manifest["url"], manifest["errors"]) == (f"{product}/manifest.webmanifest", [])
        assert tools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    with started() as context, offline(context):  # another process of the browser, with nothing but what it kept on disk
        page = context.new_page()
        for path in ("/", "/sign-in", "/me"):
            page.goto(path)
            see_program(page)
        with pytest.raises(Exception, match="Failed to fetch"):
            page.evaluate("fetch('/api/v1/demo/accounts').then(answer => answer.status)")
    assert complaints == []


def test_whoever_sees_a_fire_can_call_before_the_program_is_here_or_where_it_cannot_run(page: Page) -> None:
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto("/report")
    expect(page.get_by_role("link", name="拨打119")).to_have_attribute("href", "tel:119")
    axe(page)


def test_a_page_whose_part_did_not_come_says_so_and_comes_at_a_touch(browser: Browser, product: str) -> None:
    phone = browser.new_context(base_url=product, **OF_A_PHONE, service_workers="block")  # as before it has kept the client
    page = phone.new_page()
    page.goto("/me")
    see_program(page)
    page.route("**/assets/*.js", lambda route: route.abort())
    page.get_by_role("tab", name="学消防").click()
    again = page.get_by_role("button", name="这一页没有下载下来,点此重试")
    expect(again).to_be_visible()
    axe(page)
    page.unroute("**/assets/*.js")
    again.click()
    expect(page).to_have_url(re.compile("/learn"))
    expect(page.get_by_role("heading", name="学消防").first).to_be_visible()
    expect(again).to_have_count(0)
    phone.close()


def test_what_the_server_says_is_never_kept_by_the_service_worker(page: Page) -> None:
    page.goto("/sign-in")
    wait_until_kept(page)
    page.reload()
    assert page.evaluate("fetch('/api/v1/demo/accounts').then(answer => answer.status)") == 200
    kept = page.evaluate(
        """async () => {
          const names = await caches.keys()
          const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())))
          return { caches: names.length, paths: all.flat().map((request) => new URL(request.url).pathname) }
        }"""
    )
    assert kept["caches"] == 1
    assert "/" in kept["paths"]
    assert [path for path in kept["paths"] if path.startswith("/api")] == []


@pytest.mark.parametrize("role", [Role.CITIZEN, Role.FIRE_OFFICER, Role.UNIT_LEADER])
def test_whoever_signs_in_is_still_there_after_a_cold_start_without_a_network(context: BrowserContext, role: Role) -> None:
    page = context.new_page()
    account = sign_in(page, role)
    axe(page)
    wait_until_kept(page)
    page.close()
    with offline(context):
        page = context.new_page()
        page.goto("/me")
        expect(page.get_by_text(account["name"])).to_be_visible()
