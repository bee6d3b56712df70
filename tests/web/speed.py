"""`make speed`: Lighthouse on the entry page, and how long a tap waits for the next picture on a slow phone."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.actor import Role
from operations.browser import FLAGS, chromium
from operations.node import find_node
from tests.operations.product import free_port, running
from tests.web.browsing import OF_A_PHONE, PATIENCE_MS, sign_in
from tests.web.content import make_content
from tests.web.views import VIEWS

LIGHTHOUSE = Path(__file__).parent / "lighthouse"  # packages of its own: nobody who runs the product needs 185 MB for it
LEAST_SCORE = 90
CATEGORIES = ("performance", "accessibility")
MOST_MS = 500
SLOWER = 4
TIMES = 3
# Event Timing: from the touch to the next paint, as the browser itself counts it (INP), in steps of 8 ms.
_WATCH = """
window.paints = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.interactionId) window.paints.push(entry.duration)
}).observe({ type: 'event', durationThreshold: 16, buffered: true })
"""
_PAINTED = """
() => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(() => done(Math.max(0, ...window.paints.splice(0))), 100))
})
"""


def _button(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).first.click()


def _tab(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("tab", name=name).first.click()


# Who, on which view, which tap.
TAPS: list[tuple[str, str, Callable[[Page], None]]] = [
    ("没有着火,继续上报", "report", _button("没有着火,继续上报")),
    ("选隐患类别", "report-form", lambda page: page.get_by_role("radio", name="消防车道").click()),
    ("保存上报", "report-form", _button("保存")),
    ("换标签页:我的上报", "report", _tab("我的上报")),
    ("换标签页:学消防", "report", _tab("学消防")),
    ("打开法规", "laws", lambda page: page.get_by_role("link", name=re.compile("消防法")).first.click()),
    ("选核查结论", "finding", lambda page: page.get_by_text("未发现所反映的情况", exact=True).click()),
    ("打开任务", "today", lambda page: page.locator("main a").first.click()),
    ("处理待办", "queue", lambda page: page.locator("main .van-button").first.click()),
    ("筛选待办", "queue", _button("筛选")),
]


@contextmanager
def slow_phone(browser: Browser, url: str, role: Role | None) -> Iterator[Page]:
    """A phone on which somebody is signed in already; from then on the processor is slow."""
    context = browser.new_context(base_url=url, **{**OF_A_PHONE, "reduced_motion": "no-preference"})
    context.add_init_script(_WATCH)
    page = context.new_page()
    if role is not None:
        sign_in(page, role)
    if role is Role.FIRE_OFFICER:  # who is asked for a PIN first, as soon as the client knows that he has none
        page.wait_for_url(re.compile("/pin"))
        page.get_by_role("button", name="以后再设").click()
        page.wait_for_url(re.compile("/today$"))
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    yield page
    context.close()


def scores(url: str) -> dict[str, float]:
    """Of Lighthouse on a phone, 0 to 100: the median of some runs."""
    node = find_node()
    environment = node.environment({**os.environ, "CHROME_PATH": str(chromium())})
    if not (LIGHTHOUSE / "node_modules").exists():
        subprocess.run([*node.npm, "ci", "--ignore-scripts", "--loglevel=error"], cwd=LIGHTHOUSE, env=environment, check=True)
    command = [
        str(node.node), "node_modules/lighthouse/cli/index.js", url, "--quiet", "--form-factor=mobile", "--output=json",
        f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(('--headless=new', '--no-sandbox', *FLAGS))}",
    ]  # fmt: skip
    runs = []
    for _ in range(TIMES):
        done = subprocess.run(command, cwd=LIGHTHOUSE, env=environment, check=True, stdout=subprocess.PIPE)
        runs.append(json.loads(done.stdout)["categories"])
    return {name: statistics.median(100 * run[name]["score"] for run in runs) for name in CATEGORIES}


def slowest_tap(browser: Browser, url: str) -> float:
    """Milliseconds, the median of some; each tap is printed."""
    content = make_content(url)
    views = {view.picture: view for view in VIEWS}
    slowest = 0.0
    for what, picture, tap in TAPS:
        measured = []
        for _ in range(TIMES):
            with slow_phone(browser, url, views[picture].who) as page:
                views[picture].open(page, content)
                page.evaluate(_PAINTED)
                tap(page)
                measured.append(page.evaluate(_PAINTED))
        middle = statistics.median(measured)
        slowest = max(slowest, middle)
        print(f"speed: {what}: {middle:.0f} ms", flush=True)
    return slowest


def main() -> int:
    """1 if a score is too low or a tap waits too long."""
    expect.set_options(timeout=PATIENCE_MS)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory() as directory,
        running(Path(directory) / "var", port),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium(), args=FLAGS) as browser,
    ):
        slowest = slowest_tap(browser, url)
        print(f"speed: slowest tap to paint {slowest:.0f} ms (at most {MOST_MS}), processor slowed {SLOWER} times", flush=True)
        found = scores(url)
    for name, score in found.items():
        print(f"speed: Lighthouse on a phone, {name} {score:.0f} (at least {LEAST_SCORE})")
    return int(slowest > MOST_MS or min(found.values()) < LEAST_SCORE)


if __name__ == "__main__":
    sys.exit(main())
