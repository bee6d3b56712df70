"""What devices handed in and took no effect: a leader decides about it where he sees it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.cases import Office, position, report
from operations.demo.checks import finding
from operations.demo.people import Stage
from tests.web.browsing import axe, sign_in

BANNER = "152502"  # where no other journey needs the officer who leaves
THERE = (116.08, 43.94)
CASES = 20  # of each, the start and the finding: forty acts


def test_a_leader_applies_the_forty_acts_of_an_officer_who_left_with_one_tap(page: Page, stage: Stage) -> None:
    office = Office(stage, BANNER)
    leaver = office.officers[0]
    hand_in_late(office)
    sign_in(page, Role.UNIT_LEADER, BANNER)
    page.goto("/sync-issues")
    card = page.locator("section").filter(has_text=leaver.name).filter(has_text="共有40项操作暂存")
    expect(card).to_be_visible()
    expect(card).to_contain_text("此人的权限已经变动")
    axe(page)
    card.get_by_role("button", name="采纳", exact=True).click()
    receipt = page.get_by_role("status").filter(has_text="已采纳1件")
    expect(receipt).to_contain_text("40项操作已经处理")
    expect(card).to_have_count(0)
    expect(page).to_have_url(re.compile("/sync-issues$"))


def hand_in_late(office: Office) -> None:
    """He works all day without a network, his account ends, and in the evening his phone finds one."""
    stage, leaver = office.stage, office.officers[0]
    citizen = stage.citizen(office.region_code)
    cases = []
    for nth in range(CASES):
        place = position(THERE[0] + nth / 10_000, THERE[1])
        case = report(citizen, office, "EXIT", f"第{nth}处安全出口上锁", place, place_name=f"{nth}号楼")
        case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
        case.assign(office.officers)
        cases.append(case)
    leaver.sync()
    for case in cases:
        leaver.seal(case, "start", {})
        leaver.seal(case, "verify_false", finding("现场核查情况", [], *THERE))
    administrator = stage.account(Role.SEC_ADMIN, "150000")
    administrator.post(f"/accounts/staff/{leaver.id}/removal", {"reason": "LEFT"}, name="remove", subject_id=leaver.id)
    results = leaver.device.push()
    assert {(one["outcome"], one["code"]) for one in results} == {("parked", "after_revocation")}
