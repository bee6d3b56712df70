"""`make screenshots`: a picture of every view, on a phone (also in elder mode) and on a desktop, into docs/screenshots.

ARGS="duty calendar": of these alone, and the others stay as they are.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from operations.browser import FLAGS, chromium
from operations.install import ROOT
from tests.operations.product import free_port, running
from tests.web.browsing import DESKTOP, PATIENCE_MS, PHONE, prefer, sign_in
from tests.web.content import make_content
from tests.web.views import VIEWS, View

PICTURES = ROOT / "docs" / "screenshots"
_SHOTS = (("phone", PHONE, "standard"), ("phone-elder", PHONE, "elder"), ("desktop", DESKTOP, "standard"))
_QUALITY = 60


def take(browser: Browser, url: str, views: Iterable[View], content: Mapping[str, str], directory: Path) -> None:
    """Everybody signs in once, on a device of his own."""
    for role, of_role in groupby(sorted(views, key=lambda view: view.who or ""), key=lambda view: view.who):
        context = browser.new_context(base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True)
        page = context.new_page()
        if role is not None:
            sign_in(page, role)
        for view in of_role:
            for name, viewport, mode in _SHOTS:
                page.set_viewport_size(viewport)  # type: ignore[arg-type]
                prefer(page, mode)
                view.open(page, content)
                save(page, directory / f"{view.picture}-{name}.webp")
        context.close()


def save(page: Page, path: Path) -> None:
    """The whole page with its pictures: on a screen high enough that its lower bar hides nothing.

    A list with something chosen beside it is shown as it stands on the screen: each of the two scrolls for itself.
    """
    page.wait_for_load_state("networkidle")
    if page.locator("section.beside").count() == 0:
        width, height = page.evaluate("[window.innerWidth, document.documentElement.scrollHeight]")
        page.set_viewport_size({"width": width, "height": height})
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    picture.convert("RGB").save(path, quality=_QUALITY, method=6)
    print(f"screenshots: {path.relative_to(ROOT)}", flush=True)


def main(names: list[str]) -> None:
    """Of a product of its own, which is removed afterwards; pictures of pages that are no more go too."""
    if unknown := set(names) - {view.picture for view in VIEWS}:
        sys.exit(f"no such picture: {', '.join(sorted(unknown))}")
    views = [view for view in VIEWS if not names or view.picture in names]
    expect.set_options(timeout=PATIENCE_MS)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for earlier in [] if names else PICTURES.iterdir():
        earlier.unlink()
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as directory,
        running(Path(directory) / "var", port),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=FLAGS) as browser,
    ):
        url = f"http://127.0.0.1:{port}"
        take(browser, url, views, make_content(url), PICTURES)
    taken = list(PICTURES.iterdir())
    print(f"screenshots: {len(taken)}, {sum(each.stat().st_size for each in taken) / 2**20:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1:])
