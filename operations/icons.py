"""Draws the client's icons from its one drawing: `python -m operations.icons`, after web/public/icon.svg was changed.

The results are committed. Needs what the tests need: Playwright and a Chromium.
"""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from operations.browser import FLAGS, ensure_chromium
from operations.install import ROOT

PUBLIC = ROOT / "web" / "public"
# File -> pixels; whether it fills the square: a launcher cuts it into any shape, so the drawing keeps to the middle.
ICONS = {"icon-192.png": (192, False), "icon-512.png": (512, False), "icon-maskable-512.png": (512, True)}
BACKGROUND = "#0b4a9e"  # of the drawing
_SAFE = 0.8  # of the width: what every launcher leaves


def main() -> None:
    """Write them all."""
    drawing = (PUBLIC / "icon.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=FLAGS)
        for name, (pixels, fills) in ICONS.items():
            page = browser.new_page(viewport={"width": pixels, "height": pixels})
            width = round(pixels * _SAFE) if fills else pixels
            ground = BACKGROUND if fills else "transparent"
            style = (
                f"html {{ height: 100%; display: grid; place-items: center; background: {ground} }} body {{ margin: 0 }} "
                f"svg {{ display: block; width: {width}px }}"
            )
            page.set_content(f"<!doctype html><style>{style}</style>{drawing}")
            page.screenshot(path=PUBLIC / name, omit_background=not fills)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
