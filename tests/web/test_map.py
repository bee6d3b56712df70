"""Officers see where their tasks are, also on a line that answers nothing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.actor import Role
from operations.demo.cases import Office, position, report
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import sign_in
from tests.web.officers import THERE

SYNCED_WITHIN_MS = 30_000
PLACE = "阿尔丁大街9号"


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office(stage, ELSEWHERE)


def test_tasks_are_drawn_while_the_base_map_is_not_answered(page: Page, context: BrowserContext, office: Office) -> None:
    case = report(office.stage.citizen(ELSEWHERE), office, "EXIT", "安全出口上锁", position(*THERE), place_name=PLACE)
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    case.assign(office.officers)
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8})
    unanswered: list[Route] = []

    def leave_open(route: Route) -> None:
        unanswered.append(route)

    page.route("**/api/v1/places/base-map", leave_open)
    sign_in(page, Role.FIRE_OFFICER, ELSEWHERE)
    page.get_by_role("button", name="以后再设").click()
    page.goto("/map")
    expect(page.get_by_title(PLACE)).to_be_visible(timeout=SYNCED_WITHIN_MS)
    assert unanswered
    unanswered[0].abort()
    expect(page.get_by_text(re.compile("没有底图"))).to_be_visible()
