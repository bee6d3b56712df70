"""A phone whose browser can die: what it saved stays on the disk, and it starts again with a network or without."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Geolocation, Page, Playwright

from operations.browser import FLAGS, chromium
from tests.web.browsing import OF_A_PHONE, PATIENCE_MS
from tests.web.conftest import watch

_END_MS = 5000


class MortalPhone:
    """One profile on the disk, and the browser that works on it while it lives."""

    def __init__(
        self,
        playwright: Playwright,
        url: str,
        profile: Path,
        complaints: list[str],
        *,
        script: str = "",
        at: Geolocation | None = None,
    ) -> None:
        """`script` runs before those of each page; `at` is where the phone is."""
        self._playwright = playwright
        self._url = url
        self._profile = profile
        self._complaints = complaints
        self._script = script
        self._at = at
        self._is_offline = False
        self.is_dead = False
        self.browser = self.start()

    def start(self) -> BrowserContext:
        """The browser, with whatever it kept; without a network if there was none."""
        self.browser = self._playwright.chromium.launch_persistent_context(
            self._profile, executable_path=chromium(), args=FLAGS, base_url=self._url, offline=self._is_offline, **OF_A_PHONE
        )
        self.is_dead = False
        self.browser.on("close", lambda _: self._died())
        self.browser.set_default_timeout(PATIENCE_MS)
        if self._script:
            self.browser.add_init_script(self._script)
        if self._at is not None:
            self.browser.grant_permissions(["geolocation"])
            self.browser.set_geolocation(self._at)
        watch(self.browser, self._complaints)
        return self.browser

    @property
    def page(self) -> Page:
        """The first page that is open."""
        return self.browser.pages[0]

    def lose_network(self) -> None:
        """For all pages, also of browsers that start later."""
        self._is_offline = True
        self.browser.set_offline(True)

    def find_network(self) -> None:
        """It is there again."""
        self._is_offline = False
        self.browser.set_offline(False)

    def kill_page(self) -> Page:
        """The page's process ends, as the system ends those of pages in the background; a new page is opened."""
        page = self.page
        with page.expect_event("crash"), contextlib.suppress(Error):
            page.goto("chrome://crash")
        page.close()
        return self.browser.new_page()

    def kill(self) -> Page:
        """The browser's process ends without a word, as when the battery is empty; it starts again. It may just have died."""
        if not self.is_dead:
            with self.browser.expect_event("close"):
                self.end()
        self.start()
        return self.page

    def end(self) -> None:
        """The browser's process ends without a word, unless it has already. From any thread."""
        process = self._process()
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def has_died(self) -> bool:
        """Of whoever was just told that his page is gone: whether all of the browser is."""
        if not self.is_dead:
            with contextlib.suppress(Error):
                self.browser.wait_for_event("close", timeout=_END_MS)
        return self.is_dead

    def _died(self) -> None:
        self.is_dead = True

    def close(self) -> None:
        """For good."""
        self.browser.close()

    def _process(self) -> int | None:
        """Its number: of those that work on this profile, the one that is no helper."""
        mine = f"--user-data-dir={self._profile}".encode()
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                arguments = path.read_bytes().split(b"\0")
            except OSError:  # it ended meanwhile
                continue
            if mine in arguments and not any(argument.startswith(b"--type=") for argument in arguments):
                return int(path.parent.name)
        return None
