"""A dangerous place is sealed without a network by two phones; the leaders decide, the unit applies, the two look again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.cases import Office
from operations.demo.people import Json, Stage
from tests.people import HOME
from tests.web.browsing import axe, new_phone, offline, sign_in, take_photo
from tests.web.officers import DAYS, depart, hand_in, sign_each_other, sign_on_the_screen
from tests.web.visits import inspection, sealed

DANGER = "二层仓库存放汽油,与员工宿舍仅隔一道木门"


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, HOME)


def minutes_ago(page: Page, minutes: int) -> str:
    """As the clock on the wall of the region has it, for a field of date and time."""
    said: str = page.evaluate(f"new Date(Date.now() - {minutes} * 60000 + 8 * 3600000).toISOString().slice(0, 16)")
    return said


def take_step(page: Page) -> None:
    """Send the form of a step."""
    sheet = page.locator("[role=dialog].sheet")
    sheet.locator("button[type=submit]").click()
    expect(sheet).to_be_hidden()


def test_a_place_is_sealed_and_its_record_served_off_line_then_decided_served_and_looked_at_off_line(
    phones: list[BrowserContext], browser: Browser, product: str, office: Office
) -> None:
    case = inspection(office, "start")
    first, second = (depart(phone, HOME, nth, f"/inspect/{case.id}", "监督抽查") for nth, phone in enumerate(phones))
    first.goto("/numbers")
    blocks = first.get_by_role("heading", name="临时查封现场笔录")
    expect(blocks.first).to_be_visible()
    held = blocks.count()
    first.get_by_role("button", name="领取3个编号").click()
    expect(blocks).to_have_count(held + 1)
    first.goto(f"/seal/inspection/{case.id}")
    expect(first.get_by_label("查封部位")).to_be_visible()
    second.goto(f"/seal/inspection/{case.id}")
    with offline(phones[0]), offline(phones[1]):
        first.get_by_label("查封部位").fill("二层仓库")
        first.get_by_label("危险情形").fill(DANGER)
        first.get_by_role("switch", name="情况紧急,当场先行查封").click()
        first.get_by_role("button", name="保存查封记录").click()
        expect(first.get_by_text("请填写口头批准的时间")).to_be_visible()
        first.get_by_label("值班负责人口头批准的时间").fill(minutes_ago(first, 30))
        first.get_by_label("查封时间", exact=True).fill(minutes_ago(first, 20))
        first.get_by_label("现场情况").fill("加贴封条两张,切断电源")
        first.get_by_label("见证人(当事人不在场时)").fill("巴图")
        take_photo(first)
        first.get_by_role("switch", name="当场制作并送达").click()
        first.get_by_role("button", name="保存查封记录").click()
        for lack in ("请填写在场的当事人", "请填写另一名监督员姓名", "请将文书交当事人核对、签收"):
            expect(first.get_by_text(lack)).to_be_visible()
        first.get_by_label("当事人或者在场人员").fill("张建国")
        first.get_by_label("另一名监督员姓名").fill("苏日娜")
        text = first.get_by_label("文书内容").inner_text()
        assert "、苏日娜" in text
        first.get_by_role("button", name="内容无误,交当事人签收").click()
        sign_on_the_screen(first)
        axe(first)
        first.get_by_role("button", name="保存查封记录").click()
        expect(first.get_by_text("苏日娜")).to_be_visible()
        sign_each_other(first, second)
    hand_in(first)

    def sealed_at_once() -> Json | None:
        found = office.leader.get(f"/measures?inspection_id={case.id}")["items"]
        return found[0] if found and found[0]["state"] == "PROVISIONAL" else None

    measure = office.stage.until("查封记录已到", sealed_at_once)
    [record] = office.leader.get(f"/measures/{measure['id']}/papers")["items"]
    assert record["body"].splitlines() == [line.rstrip() for line in text.splitlines()]
    assert (record["served"]["signed"], record["served"]["party_name"]) == ("PARTY", "张建国")
    numbers = [number for block in office.leader.get("/number-blocks")["items"] for number in block["numbers"]]
    assert [number["state"] for number in numbers if number["number"] == record["number"]] == ["USED"]
    address = f"/cases/measure/{measure['id']}"
    leader = at_desk(browser, product, Role.UNIT_LEADER, address)
    expect(leader.get_by_text("已先行查封,待补办手续").first).to_be_visible()
    expect(leader.get_by_text(DANGER)).to_be_visible()
    leader.get_by_role("button", name="集体研究决定查封").click()
    leader.get_by_label("参加集体研究的人员").fill("支队长、副支队长、法制审核员")
    leader.get_by_role("button", name="经集体研究,同意临时查封。").click()
    take_step(leader)
    expect(leader.get_by_text("《临时查封决定书》")).to_be_visible()
    axe(leader)

    first.goto(address)
    first.get_by_role("button", name="送达决定书").click()
    first.get_by_label("送达时间").fill(minutes_ago(first, 1))
    first.get_by_text("拒绝签收").click()
    first.get_by_label("见证人(当事人不在场或者拒签时)").fill("巴图")
    first.get_by_label("现场情况").fill("送达当事人,拒绝签收")
    take_photo(first)
    take_step(first)
    second.goto(address)
    second.get_by_role("button", name="第二名监督员签名").click()
    take_step(second)

    manager = at_desk(browser, product, Role.UNIT_MANAGER, address)
    expect(manager.get_by_text("已临时查封").first).to_be_visible()
    manager.get_by_role("button", name="申请解除查封").click()
    manager.get_by_label("已采取的整改措施").fill("汽油已全部清出")
    take_step(manager)
    expect(manager.get_by_text("申请解除查封,待检查").first).to_be_visible()
    axe(manager)

    for officer in (first, second):
        hand_in(officer)
        officer.goto("/today")
        officer.get_by_role("link", name=re.compile("待检查是否解除.*")).click()
        expect(officer.get_by_text("汽油已全部清出")).to_be_visible()
    with offline(phones[0]), offline(phones[1]):
        first.get_by_role("button", name="保存在本机").click()
        expect(first.get_by_text("请选择危险情形是否消除")).to_be_visible()
        first.get_by_text("危险已消除").click()
        first.get_by_label("检查情况").fill("汽油已清出,隔墙已砌筑")
        axe(first)
        first.get_by_role("button", name="保存在本机").click()
        sign_each_other(first, second)
        for officer in (first, second):
            officer.clock.fast_forward(DAYS * 24 * 3600 * 1000)
    hand_in(first)

    def looked_at() -> Json | None:
        read: Json = office.leader.get(f"/measures/{measure['id']}")
        return read if read["state"] == "UNSEAL_CHECKED" else None

    found = office.stage.until("检查结果已到", looked_at)["data"]["finding"]
    assert (found["is_removed"], found["finding"]) == (True, "汽油已清出,隔墙已砌筑")
    assert found["officers"] == [person.id for person in office.officers]
    first.goto("/today")
    expect(first.get_by_role("link", name=re.compile("待检查是否解除.*"))).to_have_count(0)


def test_a_decision_is_served_off_line(phones: list[BrowserContext], office: Office) -> None:
    measure_id = sealed(office)
    first, second = (depart(phone, HOME, nth, f"/measure/{measure_id}", "二层仓库") for nth, phone in enumerate(phones))
    with offline(phones[0]), offline(phones[1]):
        first.get_by_label("送达时间").fill(minutes_ago(first, 5))
        first.get_by_text("拒绝签收").click()
        first.get_by_role("button", name="保存在本机").click()
        expect(first.get_by_text("拒绝签收的,请填写见证人")).to_be_visible()
        expect(first.get_by_text("送达时间应在作出决定之后")).to_be_visible()
        first.get_by_label("送达时间").fill(minutes_ago(first, 0))
        first.get_by_label("见证人姓名").fill("巴图")
        first.get_by_label("现场情况").fill("送达当事人,拒绝签收")
        take_photo(first)
        first.get_by_role("button", name="保存在本机").click()
        sign_each_other(first, second)
        first.get_by_role("button", name="返回").last.click()
        expect(first.get_by_text("已签名,待上报")).to_be_visible()
    hand_in(first)
    office.stage.until("送达记录已到", lambda: office.leader.get(f"/measures/{measure_id}")["state"] == "SEALED" or None)


def test_a_decision_to_stop_is_entered_and_its_unit_reads_it(browser: Browser, product: str, office: Office) -> None:
    case = inspection(office, "start")
    leader = at_desk(browser, product, Role.UNIT_LEADER, f"/suspend/inspection/{case.id}")
    leader.get_by_label("停止的范围").fill("一至三层客房")
    leader.get_by_label("危险情形").fill(DANGER)
    leader.get_by_label("决定书文号").fill("新消行罚决〔2026〕第8号")
    leader.get_by_label("立案编号").fill("新消立〔2026〕第8号")
    axe(leader)
    leader.get_by_role("button", name="登记决定").click()
    expect(leader.get_by_text("新消行罚决〔2026〕第8号")).to_be_visible()
    manager = at_desk(browser, product, Role.UNIT_MANAGER, "/inbox")
    expect(manager.get_by_text("停产停业决定告知").first).to_be_visible()


def at_desk(browser: Browser, product: str, role: Role, address: str) -> Page:
    """Somebody signed in on a phone of his own, with a page open."""
    page = new_phone(browser, product).new_page()
    sign_in(page, role, HOME)
    page.goto(address)
    return page
