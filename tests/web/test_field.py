"""Two officers without a network: what they find is written, signed by both phones, and arrives whole on the fifth day."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from operations.demo.cases import Case, Office, position, report
from operations.demo.people import Json, Stage
from tests.people import ELSEWHERE
from tests.web.browsing import offline
from tests.web.officers import DAYS, THERE, depart, hand_in, sign_each_other


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, ELSEWHERE)


@pytest.fixture
def assigned(office: Office) -> Case:
    """A case that the first two officers of the banner were sent to."""
    citizen = office.stage.citizen(ELSEWHERE)
    case = report(citizen, office, "EXIT", "安全出口上锁", position(*THERE), place_name="友谊大街9号楼")
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    case.assign(office.officers)
    return case


def find_true(page: Page) -> None:
    """On the spot: arrived, found, ordered to be put right within a week."""
    page.get_by_role("button", name="到场,开始核查").click()
    page.get_by_role("button", name="填写核查结果").or_(page.get_by_role("link", name="填写核查结果")).click()
    page.get_by_text("属实,责令改正").click()
    page.get_by_role("button", name="添加一项").click()
    page.get_by_label("写明部位和问题").fill("打开安全出口,清除门前杂物")
    page.get_by_role("button", name="7天").click()
    page.get_by_label("被责令的单位或者个人").fill("友谊商场")
    page.get_by_label("核查情况").fill("二楼安全出口上锁,门前堆放纸箱")
    page.get_by_role("button", name="保存核查结果").click()


def test_two_off_line_phones_cosign_a_finding_and_hand_it_in_on_the_fifth_day(
    phones: list[BrowserContext], office: Office, assigned: Case
) -> None:
    first, second = (depart(phone, ELSEWHERE, nth, f"/check/{assigned.id}", "安全出口上锁") for nth, phone in enumerate(phones))
    with offline(phones[0]), offline(phones[1]):
        find_true(first)
        sign_each_other(first, second)
        for page in (first, second):
            page.clock.fast_forward(DAYS * 24 * 3600 * 1000)
        first.reload()
    hand_in(first)
    found = office.stage.until("核查结果已到", lambda: _found(assigned, office))
    assert found["finding"]["officers"] == [person.id for person in office.officers]


def _found(case: Case, office: Office) -> Json | None:
    read = case.read(office.leader)
    data: Json = read["data"]
    return data if read["state"] == "VERIFIED_TRUE" else None
