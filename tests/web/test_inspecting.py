"""An inspection without a network: numbers taken before, an order made and signed on the spot, handed in on day five."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from accounts.actor import Role
from operations.demo.cases import Office
from operations.demo.people import Json, Stage
from tests.people import HOME
from tests.web.browsing import axe, offline, sign_in
from tests.web.officers import DAYS, depart, hand_in, sign_each_other, sign_on_the_screen
from tests.web.views import fill_in_checklist
from tests.web.visits import inspection


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, HOME)


def test_an_order_is_made_and_signed_without_a_network_and_kept_as_it_was_served(
    phones: list[BrowserContext], office: Office
) -> None:
    case = inspection(office)
    first, second = (depart(phone, HOME, nth, f"/inspect/{case.id}", "监督抽查") for nth, phone in enumerate(phones))
    first.goto("/numbers")
    first.get_by_role("button", name="领取10个编号").click()
    expect(first.get_by_text("待用").nth(9)).to_be_visible()
    axe(first)
    first.goto(f"/inspect/{case.id}")
    expect(first.get_by_role("button", name="没有入企码,开始检查")).to_be_visible()
    with offline(phones[0]), offline(phones[1]):
        first.get_by_role("button", name="没有入企码,开始检查").click()
        first.get_by_label("没有扫码的原因").fill("门口没有张贴")
        first.get_by_role("button", name="没有入企码,开始检查").click()
        fill_in_checklist(first)
        first.get_by_label("检查情况").fill("逐项检查,二层安全出口上锁")
        first.get_by_role("button", name="保存检查记录").click()
        expect(first.get_by_text("请将文书交当事人核对、签收")).to_be_visible()
        text = first.get_by_label("文书内容").inner_text()
        assert "1. 二层安全出口上锁(消防法第二十八条)。" in text
        first.get_by_role("button", name="内容无误,交当事人签收").click()
        first.get_by_label("签收人姓名").fill("张建国")
        sign_on_the_screen(first)
        axe(first)
        first.get_by_role("button", name="保存检查记录").click()
        sign_each_other(first, second)
        for page in (first, second):
            page.clock.fast_forward(DAYS * 24 * 3600 * 1000)
        first.reload()
    hand_in(first)

    def recorded() -> Json | None:
        read = case.read(office.leader)
        data: Json = read["data"]
        return data if read["state"] == "RECTIFYING" else None

    found = office.stage.until("检查记录已到", recorded)
    assert found["finding"]["officers"] == [person.id for person in office.officers]
    [paper] = office.leader.get(f"/rectifications/{found['rectification_id']}/papers")["items"]
    assert paper["body"].splitlines() == [line.rstrip() for line in text.splitlines()]
    assert (paper["served"]["signed"], paper["served"]["party_name"]) == ("PARTY", "张建国")
    assert len(paper["served"]["photo_ids"]) == 1
    first.goto("/numbers")
    expect(first.get_by_text("已使用", exact=True)).to_be_visible()


def test_a_leader_sends_officers_and_the_unit_reads_what_they_recorded(phones: list[BrowserContext], office: Office) -> None:
    page = phones[0].new_page()
    sign_in(page, Role.UNIT_LEADER, HOME)
    page.goto("/inspections/plan")
    page.get_by_label("被检查单位").fill("晨光")
    page.get_by_role("button", name="晨光").first.click()
    axe(page)
    page.get_by_role("button", name="同意检查并派出").click()
    expect(page.get_by_text("行政检查审批表")).to_be_visible()
    page.get_by_role("button", name="行政检查通知书").click()
    expect(page.get_by_text("根据《中华人民共和国消防法》第五十三条")).to_be_visible()
    recorded = inspection(office, "start", "order")
    own = phones[1].new_page()
    sign_in(own, Role.UNIT_MANAGER, HOME)
    own.goto(f"/cases/inspection/{recorded.id}")
    expect(own.get_by_text("消防监督检查记录")).to_be_visible()
    expect(own.get_by_text("行政检查审批表")).to_have_count(0)
