"""A new version of the client takes the place of the old one when it is asked for, and never over somebody's work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Geolocation, Page, expect

from settings import Settings
from tests.web.browsing import new_phone, report_by_file, see_program, wait_until_kept
from tests.web.conftest import watch
from tests.web.exchangeable import Line, application, listening, version_of_client

HERE: Geolocation = {"longitude": 111.7519, "latitude": 40.8414, "accuracy": 8.0}
HELD_SECONDS = 60


@pytest.fixture
def line(settings: Settings) -> Iterator[Line]:
    with application(settings) as server, listening(server) as line:
        yield line


@pytest.fixture
def context(browser: Browser, line: Line, complaints: list[str]) -> Iterator[BrowserContext]:
    """A phone on a line to that application."""
    opened = new_phone(browser, line.url)
    watch(opened, complaints)
    yield opened
    opened.close()
    assert complaints == []


def version(page: Page) -> str | None:
    return page.evaluate("document.documentElement.dataset.version ?? null")  # type: ignore[no-any-return]


def test_a_new_version_waits_for_the_touch_and_for_whatever_is_under_way_in_any_page(
    context: BrowserContext, line: Line, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto("/me")
    wait_until_kept(page)
    first = page.evaluate("caches.keys()")

    line.give_out(version_of_client(tmp_path / "next", "next"))
    busy = context.new_page()
    busy.goto("/me")
    busy.evaluate("void navigator.locks.request('fire-unsaved', { mode: 'shared' }, () => new Promise(() => {}))")
    ask_for_versions(page)
    page.get_by_role("button", name="有新版本,点此更新").click()
    expect(page.get_by_role("button", name="正在上报或者有未保存的内容,完成后点此更新")).to_be_visible()
    assert (version(page), version(busy)) == (None, None)

    busy.close()
    page.get_by_role("button", name="有新版本,点此更新").click()  # it may now
    expect(page.locator("html[data-version=next] h1")).to_be_visible()
    kept = page.evaluate("caches.keys()")
    assert len(first) == len(kept) == 1
    assert first != kept


def ask_for_versions(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => undefined)")


def test_a_new_version_that_comes_in_mid_upload_waits_until_the_photo_is_with_the_server(
    context: BrowserContext, line: Line, tmp_path: Path
) -> None:
    context.grant_permissions(["geolocation"])
    context.set_geolocation(HERE)
    page = context.new_page()
    page.goto("/")
    wait_until_kept(page)
    goes_on, arrived = threading.Event(), threading.Event()

    def hold() -> None:
        arrived.set()
        goes_on.wait(HELD_SECONDS)

    line.meet(1, hold, path="/api/v1/uploads/")
    report_by_file(page)
    expect(page.get_by_role("heading", name="已上报")).to_be_visible()
    assert arrived.wait(HELD_SECONDS)  # the photo is under way
    line.give_out(version_of_client(tmp_path / "next", "next"))
    ask_for_versions(page)
    page.get_by_role("button", name="有新版本,点此更新").click()
    expect(page.get_by_role("button", name="正在上报或者有未保存的内容,完成后点此更新")).to_be_visible()
    assert version(page) is None

    goes_on.set()
    code = page.locator(".code").inner_text().replace(" ", "")
    expect(page.get_by_text("平台已于")).to_be_visible()
    page.get_by_role("button", name="有新版本,点此更新").click()  # it may now
    expect(page.locator("html[data-version=next] h1")).to_be_visible()
    assert page.request.get(f"/api/v1/hazards/track/{code}").json()["media"]["complete"]


def test_a_version_of_which_a_part_does_not_arrive_whole_is_not_taken(
    context: BrowserContext, line: Line, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto("/me")
    wait_until_kept(page)
    torn = version_of_client(tmp_path / "torn", "torn")
    (torn / "index.html").write_bytes((torn / "index.html").read_bytes()[:-30])
    line.give_out(torn)
    page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration()
          await registration.update()
          const worker = registration.installing
          await new Promise((resolve) => worker.addEventListener('statechange', resolve))
          if (worker.state !== 'redundant') throw new Error(worker.state)
        }"""
    )
    page.reload()
    see_program(page)
    assert version(page) is None
