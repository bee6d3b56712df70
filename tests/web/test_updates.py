"""A new version of the client takes the place of the old one when it is asked for, and never over somebody's work."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from api.app import create_app
from api.context import Parts
from api.web import read_client
from operations.client import DIST
from tests.web.browsing import OF_A_PHONE, wait_until_kept
from tests.web.conftest import watch


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the interface's
        pass


@pytest.fixture
def server(parts: Parts) -> Flask:
    """The application of this test, so that the build which it gives out can be exchanged."""
    return create_app(parts.settings, parts)


@pytest.fixture
def context(browser: Browser, server: Flask, complaints: list[str]) -> Iterator[BrowserContext]:
    """A phone on a line to that application."""
    listening = make_server("127.0.0.1", 0, server, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    opened = browser.new_context(base_url=f"http://127.0.0.1:{listening.server_port}", **OF_A_PHONE)
    watch(opened, complaints)
    yield opened
    opened.close()
    listening.shutdown()
    thread.join()
    listening.server_close()
    assert complaints == []


def next_version(directory: Path) -> Path:
    """The same build with another page, as its worker would know it."""
    shutil.copytree(DIST, directory, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    page, worker = directory / "index.html", directory / "service-worker.js"
    page.write_bytes(page.read_bytes().replace(b"<html ", b'<html data-version="next" '))
    digest = base64.b64encode(hashlib.sha256(page.read_bytes()).digest()).decode()
    changed, count = re.subn(r'("url":"/","integrity":)"[^"]+"', rf'\1"sha256-{digest}"', worker.read_text(encoding="utf-8"))
    assert count == 1
    worker.write_text(re.sub(r'"[0-9a-f]{16}"', f'"{"0" * 16}"', changed), encoding="utf-8")
    return directory


def version(page: Page) -> str | None:
    return page.evaluate("document.documentElement.dataset.version ?? null")  # type: ignore[no-any-return]


def test_a_new_version_waits_for_the_touch_and_for_whatever_is_under_way_in_any_page(
    context: BrowserContext, server: Flask, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto("/me")
    wait_until_kept(page)
    first = page.evaluate("caches.keys()")

    server.extensions["client"] = read_client(next_version(tmp_path / "next"))
    busy = context.new_page()
    busy.goto("/me")
    busy.evaluate("void navigator.locks.request('fire-unsaved', { mode: 'shared' }, () => new Promise(() => {}))")
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => undefined)")
    page.get_by_role("button", name="有新版本,点此更新").click()
    expect(page.get_by_role("button", name="正在上报或者有未保存的内容,完成后点此更新")).to_be_visible()
    assert (version(page), version(busy)) == (None, None)

    busy.close()
    page.get_by_role("button", name="完成后点此更新").click()
    expect(page.locator("html[data-version=next] h1")).to_be_visible()
    kept = page.evaluate("caches.keys()")
    assert len(first) == len(kept) == 1
    assert first != kept


def test_a_version_of_which_a_part_does_not_arrive_whole_is_not_taken(
    context: BrowserContext, server: Flask, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto("/me")
    wait_until_kept(page)
    torn = next_version(tmp_path / "torn")
    (torn / "index.html").write_bytes((torn / "index.html").read_bytes()[:-30])
    server.extensions["client"] = read_client(torn)
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
    expect(page.locator("#app h1")).to_be_visible()
    assert version(page) is None
