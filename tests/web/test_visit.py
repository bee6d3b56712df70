"""A place that opened on a promise is looked at by two officers without a network; what does not conform becomes an order."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from operations.demo.cases import Office
from operations.demo.people import Json, Stage
from tests.people import HOME
from tests.web.browsing import axe, offline
from tests.web.content import to_verify
from tests.web.officers import DAYS, depart, hand_in, sign_each_other


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, HOME)


def look_at_everything(page: Page) -> None:
    """One item does not conform, which is to be put right within two weeks."""
    page.get_by_role("radiogroup", name="检查结论").get_by_text("符合", exact=True).click()
    page.get_by_role("button", name="全部符合").click()
    page.get_by_role("radiogroup", name="疏散通道、安全出口和消防车通道畅通").get_by_role("radio", name="不符合").click()
    page.get_by_role("button", name="保存检查结果").click()
    expect(page.get_by_text("有不符合的项目,不能认定为符合")).to_be_visible()
    axe(page)
    page.get_by_role("radiogroup", name="检查结论").get_by_text("不符合", exact=True).click()
    page.get_by_role("button", name="添加一项").click()
    page.get_by_label("写明部位和问题").fill("二层疏散通道堆放布草,须清理")
    page.get_by_role("button", name="15天").click()
    page.get_by_label("到场的法定代表人或者主要负责人").fill("张建国")
    page.get_by_label("检查情况").fill("二层疏散通道堆放布草约3米")
    page.get_by_role("button", name="保存检查结果").click()


def test_two_off_line_phones_cosign_what_they_found_in_a_place_that_opened_on_a_promise(
    phones: list[BrowserContext], office: Office
) -> None:
    permit_id = to_verify(office.stage, office)
    first, second = (depart(phone, HOME, nth, f"/visit/{permit_id}", "晨光") for nth, phone in enumerate(phones))
    with offline(phones[0]), offline(phones[1]):
        look_at_everything(first)
        sign_each_other(first, second)
        for page in (first, second):
            page.clock.fast_forward(DAYS * 24 * 3600 * 1000)
        first.reload()
    hand_in(first)

    def verified() -> Json | None:
        read = office.leader.get(f"/permits/{permit_id}")
        data: Json = read["data"]
        return data if read["state"] == "VERIFY_FAILED" else None

    found = office.stage.until("核查结果已到", verified)
    assert found["finding"]["officers"] == [person.id for person in office.officers]
    assert found["finding"]["checklist"] == [1, 1, 1, 1, 0, 1, 1]
    assert [order["description"] for order in found["orders"]] == ["二层疏散通道堆放布草,须清理"]
