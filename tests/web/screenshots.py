"""`make screenshots`: a picture of every view, on a phone and on a desktop, in normal and elder mode, into docs/screenshots."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from operations.browser import FLAGS, chromium
from operations.install import ROOT
from tests.operations.product import free_port, running
from tests.web.browsing import DESKTOP, PHONE, prefer, sign_in
from tests.web.views import VIEWS, View

PICTURES = ROOT / "docs" / "screenshots"
_SIZES = {"phone": PHONE, "desktop": DESKTOP}
_MODES = {"standard": "", "elder": "-elder"}
_COLOURS = 128  # a page has few; a third of the bytes


def take(browser: Browser, url: str, views: Iterable[View], directory: Path) -> None:
    """Everybody signs in once, on a device of his own."""
    for role, of_role in groupby(sorted(views, key=lambda view: view.who or ""), key=lambda view: view.who):
        context = browser.new_context(base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True)
        page = context.new_page()
        if role is not None:
            sign_in(page, role)
        for view in of_role:
            for size, viewport in _SIZES.items():
                for mode, suffix in _MODES.items():
                    page.set_viewport_size(viewport)  # type: ignore[arg-type]
                    prefer(page, mode)
                    view.open(page)
                    save(page, directory / f"{view.picture}-{size}{suffix}.png")
        context.close()


def save(page: Page, path: Path) -> None:
    """The whole page, as soon as it has what it asked for: on a screen high enough that its lower bar hides nothing."""
    expect(page.locator("#app h1").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    width, height = page.evaluate("[window.innerWidth, document.documentElement.scrollHeight]")
    page.set_viewport_size({"width": width, "height": height})
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").quantize(_COLOURS).save(path, optimize=True)
    print(f"screenshots: {path.relative_to(ROOT)}", flush=True)  # noqa: T201 - a command


def main() -> None:
    """Of a product of its own, which is removed afterwards; pictures of pages that are no more go too."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for earlier in PICTURES.glob("*.png"):
        earlier.unlink()
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as directory,
        running(Path(directory) / "var", port),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=FLAGS) as browser,
    ):
        take(browser, f"http://127.0.0.1:{port}", VIEWS, PICTURES)


if __name__ == "__main__":
    main()
