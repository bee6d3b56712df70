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


NOWHERE = "0190a1b2-0000-7000-8000-000000000000"  # an id that nothing has: how a page tells that


def at(address: str) -> Callable[[Page], object]:
    """What leads to an address."""
    return lambda page: page.goto(address)


VIEWS = [
    View("/report", "report"),
    View("/report/snap", "report-snap"),
    View("/my-reports", "my-reports"),
    View("/my-reports/track", "track"),
    View("/my-reports/:id", "my-report-missing", reach=at(f"/my-reports/{NOWHERE}")),
    View("/learn", "learn"),
    View("/learn/laws/:id", "law-missing", reach=at(f"/learn/laws/{NOWHERE}")),
    View("/learn/lessons/:id", "lesson-missing", reach=at(f"/learn/lessons/{NOWHERE}")),
    View("/inbox", "inbox", Role.UNIT_LEADER),
    View("/queue", "queue", Role.UNIT_LEADER),
    View("/cases", "cases", Role.UNIT_LEADER),
    View("/cases/:kind(hazard|handover|rectification)/:id", "case-missing", Role.UNIT_LEADER, at(f"/cases/hazard/{NOWHERE}")),
    View("/today", "today", Role.FIRE_OFFICER),
    View("/map", "map", Role.FIRE_OFFICER),
    View("/check/:id", "check-missing", Role.FIRE_OFFICER, at(f"/check/{NOWHERE}")),
    View("/check/:id/finding", "finding-missing", Role.FIRE_OFFICER, at(f"/check/{NOWHERE}/finding")),
    View("/check/:id/precheck", "precheck-missing", Role.FIRE_OFFICER, at(f"/check/{NOWHERE}/precheck")),
    View("/recheck/:id", "recheck-missing", Role.FIRE_OFFICER, at(f"/recheck/{NOWHERE}")),
    View(
        "/ask-signature/:type(hazard|rectification)/:id",
        "ask-signature-missing",
        Role.FIRE_OFFICER,
        at(f"/ask-signature/hazard/{NOWHERE}"),
    ),
    View("/sign", "sign", Role.FIRE_OFFICER),
    View("/sync", "sync", Role.FIRE_OFFICER),
    View("/sync/issues/:id", "sync-issue-missing", Role.FIRE_OFFICER, at(f"/sync/issues/{NOWHERE}")),
    View("/pin", "pin", Role.FIRE_OFFICER),
    View("/unlock", "unlock", Role.FIRE_OFFICER),
    View("/sign-in", "sign-in"),
    View("/sign-in", "sign-in-staff", reach=at("/sign-in?as=staff")),
    View("/login/return", "provider-return", reach=at("/login/return?code=none&state=none")),
    View("/me", "me-nobody"),
    View("/me", "me-officer", Role.FIRE_OFFICER),
    View("/password", "password", Role.FIRE_OFFICER),
    View("/:missing(.*)*", "missing", reach=at("/no/such/page")),
]


def declared_routes() -> set[str]:
    """The paths that the client's features and its router declare; of `/`, which leads on at once, there is no picture."""
    files = [*(WEB / "src" / "features").glob("*/index.ts"), WEB / "src" / "app" / "router.ts"]
    return {path for file in files for path in re.findall(r"\bpath: '(/[^']*)'", file.read_text(encoding="utf-8"))} - {"/"}
