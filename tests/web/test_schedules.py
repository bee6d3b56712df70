"""Whatever happens to a phone, no report that its screen called saved is lost before the server has it: seeded schedules.

`SEED=17 make deep-web ARGS='-k given'` runs one, and prints its steps if it is red.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import httpx
import pytest
from playwright.sync_api import Error, Geolocation, Page, Playwright, TimeoutError, expect  # noqa: A004 - Playwright's own

from operations.client import DIST
from tests.servers import RunningCluster, settings_for
from tests.web.browsing import report_by_file, wait_until_kept
from tests.web.exchangeable import Line, application, listening, version_of_client
from tests.web.mortal import MortalPhone

SEEDS, DEEP_SEEDS, BLOCK = 3, 200, 10
GIVEN = os.environ.get("SEED")
BLOCKS = (
    [pytest.param(range(int(GIVEN), int(GIVEN) + 1), id="given")]
    if GIVEN
    else [range(first, first + BLOCK) for first in range(SEEDS, SEEDS + DEEP_SEEDS, BLOCK)]
)
STEPS = 8
HERE: Geolocation = {"longitude": 111.7519, "latitude": 40.8414, "accuracy": 8.0}
SENT_WITHIN_MS = 60_000
STUCK_AFTER_SECONDS = 120.0
MOST_REQUESTS = 9  # of a report with its photo, or so
# The disk is full for the next writes. The count is of this page: it ends with it.
_FULL_DISK = """
window.refusedWrites = 0
for (const name of ['put', 'add']) {
  const write = IDBObjectStore.prototype[name]
  IDBObjectStore.prototype[name] = function (...values) {
    if (window.refusedWrites <= 0) return write.apply(this, values)
    window.refusedWrites -= 1
    throw new DOMException('full', 'QuotaExceededError')
  }
}
"""
# A client that believes to have sent what it has not.
_FORGETFUL = """
for (const name of ['outbox', 'photos']) {
  const read = indexedDB.databases().then((all) => all.filter((each) => each.name.startsWith(`fire-${name}-`)))
  void read.then((found) => found.forEach((each) => indexedDB.deleteDatabase(each.name)))
}
"""


class Schedule:
    """One seed: what a person does, and what happens to his phone meanwhile."""

    def __init__(self, seed: int, phone: MortalPhone, line: Line, versions: list[Path]) -> None:
        self.rng = Random(seed)
        self.phone = phone
        self.line = line
        self.versions = versions
        self.saved: list[str] = []  # codes of the reports that the screen called saved
        self.steps: list[str] = []
        self.is_stuck = False

    @contextmanager
    def patience(self) -> Iterator[None]:
        """Some questions to a browser have no end of their own: one that answers no more ends, and with it the schedule."""

        def end() -> None:
            self.is_stuck = True
            self.phone.end()

        timer = threading.Timer(STUCK_AFTER_SECONDS, end)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def run(self) -> None:
        """All steps, and then everything is handed in."""
        self._survive(self.arrive)
        happenings: list[Callable[[], object]] = [
            self.report, self.report, self.report, self.reload, self.kill_page, self.kill, self.kill_at_a_request,
            self.lose_network, self.find_network, self.fill_the_disk, self.update,
        ]  # fmt: skip
        for _ in range(STEPS):
            happens = self.rng.choice(happenings)
            self.steps.append(happens.__name__)
            self._survive(happens)
        self._survive(self.report)
        self.settle()

    def settle(self) -> None:
        """Nothing happens to the phone any more."""
        self.steps.append("(settles)")
        self.line.meet_nobody()
        self.phone.find_network()
        page = self.phone.kill()
        page.goto("/sync")
        page.get_by_role("button", name="立即同步").click()
        expect(page.get_by_text("本机内容已全部上报。")).to_be_visible(timeout=SENT_WITHIN_MS)

    def lost(self) -> list[str]:
        """What the server does not have whole of that which was called saved."""
        found = {code: httpx.get(f"{self.line.url}/api/v1/hazards/track/{code}") for code in self.saved}
        return [
            f"{code}: {answer.status_code} {answer.text}"
            for code, answer in found.items()
            if answer.status_code != 200 or not answer.json()["media"]["complete"]
        ]

    def _survive(self, happens: Callable[[], object]) -> None:
        """A browser that was killed meanwhile is started again, as people do."""
        try:
            happens()
        except (AssertionError, Error):
            if self.is_stuck or not self.phone.has_died():
                raise
        if self.phone.is_dead:
            self.steps.append("(died)")
            self.phone.start()

    # ---- what happens ----

    def arrive(self) -> None:
        """The first visit, until the client is on the phone."""
        page = self.phone.page
        page.goto("/")
        wait_until_kept(page)

    def report(self) -> None:
        """Snap a hazard. Either the screen calls it saved, or it says why not."""
        page = self.phone.page
        report_by_file(page)
        saved = page.get_by_role("heading", name="已保存").or_(page.get_by_role("heading", name="已上报"))
        expect(saved.or_(page.locator(".told")).first).to_be_visible()
        if saved.is_visible():
            self.saved.append(page.locator(".code").inner_text().replace(" ", ""))

    def _open(self, page: Page) -> None:
        """A page that does not come is opened once more, as people do."""
        try:
            page.goto("/report")
        except TimeoutError:
            self.steps.append("(again)")
            page.goto("/report")

    def _told(self, script: str, value: object = None) -> None:
        """A page that goes on just now, to a new version of the client, hears nothing."""
        try:
            self.phone.page.evaluate(script, value)
        except Error as error:
            if "navigation" not in str(error):
                raise

    def reload(self) -> None:
        self.phone.page.reload()

    def kill_page(self) -> None:
        self._open(self.phone.kill_page())

    def kill(self) -> None:
        self._open(self.phone.kill())

    def kill_at_a_request(self) -> None:
        """One of the next, before or after the server has taken it."""
        nth, is_answered = self.rng.randint(1, MOST_REQUESTS), self.rng.random() < 0.5
        self.line.meet(nth, self.phone.end, is_answered=is_answered)

    def lose_network(self) -> None:
        self.phone.lose_network()

    def find_network(self) -> None:
        self.phone.find_network()

    def fill_the_disk(self) -> None:
        self._told("count => { window.refusedWrites = count }", self.rng.randint(1, 6))

    def update(self) -> None:
        """Another version of the client comes, and is taken as soon as it may."""
        self.line.give_out(self.rng.choice(self.versions))
        self._told("navigator.serviceWorker?.getRegistration().then((found) => found?.update()).then(() => 0, () => 0)")
        touch = self.phone.page.get_by_role("button", name="点此更新")
        if touch.is_visible():
            touch.click()


@pytest.fixture(scope="module")
def line(cluster: RunningCluster, worker_id: str) -> Iterator[Line]:
    """An application on a database of its own."""
    name = f"fire_schedules_{worker_id}"
    cluster.recreate(name)
    settings = settings_for(cluster.urls(name), "redis://127.0.0.1:1/0", cluster.directory / name)
    with application(settings) as server, listening(server) as line:
        yield line


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    directory = tmp_path_factory.mktemp("versions")
    return [DIST, *(version_of_client(directory / version, version) for version in ("next", "last"))]


@pytest.fixture
def run(playwright: Playwright, line: Line, versions: list[Path], tmp_path: Path) -> Callable[..., list[str]]:
    """Run one seed; what was lost in it. `more`: a script that runs before those of each page."""

    def run(seed: int, more: str = "") -> list[str]:
        complaints: list[str] = []
        profile = tmp_path / f"{seed}{'-' if more else ''}"
        phone = MortalPhone(playwright, line.url, profile, complaints, script=_FULL_DISK + more, at=HERE)
        schedule = Schedule(seed, phone, line, versions)
        try:
            with schedule.patience():
                schedule.run()
        except (AssertionError, Error) as error:
            raise AssertionError(f"seed {seed}: {error}\n{schedule.steps}") from error
        finally:
            line.meet_nobody()
            with schedule.patience():
                phone.close()
        lost = [*schedule.lost(), *complaints]
        return [f"seed {seed}: {each}\n{schedule.steps}" for each in lost]

    return run


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_report_that_the_screen_called_saved_is_lost(run: Callable[..., list[str]], seed: int) -> None:
    assert run(seed) == []


@pytest.mark.deep
@pytest.mark.parametrize("seeds", BLOCKS)
def test_no_report_that_the_screen_called_saved_is_lost_in_two_hundred_schedules(
    run: Callable[..., list[str]], seeds: range
) -> None:
    for seed in seeds:
        assert run(seed) == []


@pytest.mark.deep
def test_a_client_that_forgets_what_waits_is_found_out(run: Callable[..., list[str]]) -> None:
    assert any(run(seed, _FORGETFUL) for seed in range(BLOCK))
