"""即知即改 in a browser: the leader has the place told, its manager shows that it is put right, nobody learns who reported it."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, expect

from accounts.actor import Role
from operations.demo.cases import Office
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import axe, sign_in, take_photo
from tests.web.test_desk import reported

WORDS = "清理二层东侧出口内堆放的桌椅"


def test_a_manager_shows_at_once_what_the_leader_asked_for_and_the_check_still_waits(
    phones: list[BrowserContext], stage: Stage
) -> None:
    office = Office(stage, ELSEWHERE)
    case = reported(office, 71)
    place = office.leader.get(f"/units/{stage.account('UNIT_MANAGER', ELSEWHERE).unit_id}")["name"]
    page, theirs = (phone.new_page() for phone in phones)
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto(f"/cases/hazard/{case.id}")
    page.get_by_role("button", name="其他", exact=True).click()
    page.get_by_role("button", name="告知单位即改").click()
    sheet = page.locator("[role=dialog].sheet")
    sheet.get_by_role("textbox", name="告知哪个单位").fill(place[:4])
    sheet.get_by_role("button", name=place).click()
    sheet.get_by_role("textbox", name="要改正什么").fill(WORDS)
    axe(page)
    sheet.locator("button[type=submit]").click()
    expect(sheet).to_be_hidden()
    page.get_by_role("button", name="即知即改").click()
    expect(page.get_by_role("heading", name="即知即改", level=1)).to_be_visible()
    expect(page.get_by_text("现由" + place)).to_be_visible()
    address = page.url

    sign_in(theirs, Role.UNIT_MANAGER, ELSEWHERE)
    theirs.goto("/inbox")
    theirs.get_by_text("请即知即改").first.click()
    theirs.get_by_role("link", name="查看事项").first.click()
    expect(theirs.get_by_text(WORDS)).to_be_visible()
    assert theirs.url == address
    assert case.number not in theirs.content()
    theirs.get_by_role("button", name="回传改正情况").click()
    theirs.get_by_role("checkbox", name=WORDS).click()
    take_photo(theirs)
    axe(theirs)
    theirs.locator("[role=dialog].sheet button[type=submit]").click()
    expect(theirs.get_by_text("已回传改正情况").first).to_be_visible()

    page.reload()
    expect(page.get_by_text("已回传改正情况").first).to_be_visible()
    page.goto(f"/cases/hazard/{case.id}")
    expect(page.get_by_text("已受理").first).to_be_visible()  # and waits for its check as before
