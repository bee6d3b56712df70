"""A department signs for what is handed to it, sends it back or brings it to its end; a 转办 is typed by nobody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import DESKTOP, axe, sign_in
from tests.web.officers import THERE

_REASON = {"reason": "建设工程消防验收由住房和城乡建设部门负责", "legal_basis": "消防法第十三条", "lack_of_competence": True}


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office(stage, ELSEWHERE)


def registered(office: Office, place_name: str) -> Case:
    """A report that the clerk has taken in."""
    place = position(*THERE)
    case = report(office.stage.citizen(ELSEWHERE), office, "EXIT", "安全出口上锁", place, place_name=place_name)
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    return case


def take(page: Page, step: str) -> None:
    """The step under the thumb, with what its form begins with."""
    page.get_by_role("button", name=step, exact=True).click()
    submit(page, step)


def submit(page: Page, step: str) -> None:
    sheet = page.get_by_role("dialog")
    sheet.locator("button[type=submit]").click()
    expect(page.get_by_text(re.compile(f"^{step}")).first).to_be_visible()
    expect(sheet).to_be_hidden()


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_department_signs_for_a_letter_accepts_it_and_reports_its_end(page: Page, office: Office, screen: str) -> None:
    if screen == "desktop":
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    letter = registered(office, f"{screen}收文大厦").letter(office.housing, None, _REASON, says="")
    sign_in(page, Role.RECEIVER_CLERK, ELSEWHERE)
    page.goto(f"/cases/handover/{letter.id}")
    take(page, "签收")
    axe(page)
    take(page, "接受办理")
    page.get_by_role("button", name="办结反馈", exact=True).click()
    page.get_by_label("办理结果").fill("已责令建设单位补办消防验收,停止使用")
    axe(page)
    submit(page, "办结反馈")
    read = letter.read(office.leader)
    assert read["state"] == "FEEDBACK"
    assert read["data"]["result"]["text"] == "已责令建设单位补办消防验收,停止使用"


def test_a_department_sends_a_letter_back_with_its_reason_and_names_who_should_act(page: Page, office: Office) -> None:
    letter = registered(office, "退件大厦").letter(office.housing, None, _REASON, says="")
    sign_in(page, Role.RECEIVER_CLERK, ELSEWHERE)
    page.goto(f"/cases/handover/{letter.id}")
    take(page, "签收")
    page.get_by_role("button", name=re.compile("^其他")).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("理由").fill("不属于特殊建设工程,不需要验收")
    sheet.get_by_label("法律依据").fill("权责清单")
    sheet.get_by_role("radio").first.check()
    axe(page)
    submit(page, "退回")
    read = letter.read(office.leader)
    assert (read["state"], read["data"]["returns"][-1]["reason"]) == ("RETURNED", "不属于特殊建设工程,不需要验收")


def test_a_leader_passes_a_case_on_by_taps_alone(page: Page, office: Office) -> None:
    case = registered(office, "转办小区")
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto(f"/cases/hazard/{case.id}")
    page.get_by_role("button", name=re.compile("^其他")).click()
    sheet = page.get_by_role("dialog")
    step, more = sheet.locator("button.step").filter(has_text="转办"), sheet.get_by_role("button", name=re.compile("▾"))
    expect(step.or_(more).first).to_be_visible()
    if not step.is_visible():
        more.click()
    step.click()
    sheet.get_by_role("radio").first.check()
    sheet.locator("button.phrase").nth(1).click()
    sheet.get_by_role("switch").first.click()  # nobody has been there, so it has to be another's duty
    axe(page)
    submit(page, "转办")
    letter = case.read(office.leader)["data"]["handover_id"]
    made = office.leader.get(f"/handovers/{letter}")
    assert (made["state"], made["data"]["letter_no"]) == ("SENT", f"转办{case.number}")
