"""A leader sees on a map where what is open lies and how much of it is late, and opens a circle to its items."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.cases import Office, position, report
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import DESKTOP, axe, sign_in

NORTH = (109.836, 40.656)
FAR = (109.84, 40.71)  # another cell as soon as one looks at the banner


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office(stage, ELSEWHERE)


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_leader_opens_a_circle_to_as_many_items_as_it_says(
    page: Page, context: BrowserContext, office: Office, screen: str
) -> None:
    if screen == "desktop":
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    for nth, place in enumerate((NORTH, NORTH, FAR)):
        case = report(office.stage.citizen(ELSEWHERE), office, "EXIT", "上锁", position(*place), place_name=f"{screen}{nth}座")
        case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto("/queue")
    page.get_by_role("button", name="地图").click()
    circles = page.locator(".fire-cell")
    expect(page.get_by_text(re.compile(r"^在办\d+件"))).to_be_visible()
    expect(circles.nth(1)).to_be_visible()  # once it looks at the banner alone
    page.wait_for_load_state("networkidle")
    total = int(re.findall(r"在办(\d+)件", page.locator(".sum").inner_text())[0])
    assert sum(int(text) for text in circles.locator("b").all_inner_texts()) == total
    axe(page)
    circles.first.press("Enter")
    several = page.get_by_role("button", name=re.compile("查看这"))
    count = int(re.findall(r"\d+", several.inner_text())[0])
    axe(page)
    several.click()
    expect(page.get_by_text("地图上这一格的事项")).to_be_visible()
    cards, more = page.locator("article.card"), page.get_by_role("button", name="加载更多")
    expect(cards.first).to_be_visible()
    while more.is_visible():
        before = cards.count()
        more.click()
        expect(cards).not_to_have_count(before)
    expect(cards).to_have_count(count)
    axe(page)
    page.get_by_role("button", name="全部待办").click()
    expect(page.get_by_role("group", name="待办分类")).to_be_visible()
    page.goto("/map/area")
    expect(circles.first).to_be_visible()
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    circles.first.press("Enter")
    page.get_by_role("button", name="放大看").click()
    expect(page.get_by_text(re.compile("没有网络,显示的是.*统计的数量"))).to_be_visible()
    expect(circles.first).to_be_visible()
