"""Every page of the client, once: who sees it, and how he gets there. A new route needs a line here (a test asks for it)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from accounts.actor import Role
from operations.client import WEB


@dataclass(frozen=True)
class View:
    """A route as the client declares it. `reach` leads there where the address alone does not."""

    route: str
    picture: str  # the name of its picture in docs/screenshots
    who: Role | None = None  # nobody has signed in
    reach: Callable[[Page], object] | None = None

    def open(self, page: Page) -> None:
        """Go there."""
        if self.reach is None:
            page.goto(self.route)
        else:
            self.reach(page)


VIEWS = [
    View("/sign-in", "sign-in"),
    View("/sign-in", "sign-in-staff", reach=lambda page: page.goto("/sign-in?as=staff")),
    View("/login/return", "provider-return", reach=lambda page: page.goto("/login/return?code=none&state=none")),
    View("/me", "me-nobody"),
    View("/me", "me-officer", Role.FIRE_OFFICER),
    View("/password", "password", Role.FIRE_OFFICER),
    View("/:missing(.*)*", "missing", reach=lambda page: page.goto("/no/such/page")),
]


def declared_routes() -> set[str]:
    """The paths that the client's features and its router declare; of `/`, which leads on at once, there is no picture."""
    files = [*(WEB / "src" / "features").glob("*/index.ts"), WEB / "src" / "app" / "router.ts"]
    return {path for file in files for path in re.findall(r"\bpath: '(/[^']*)'", file.read_text(encoding="utf-8"))} - {"/"}
