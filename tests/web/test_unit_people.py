"""A legal person takes his enterprise in hand, says who acts for it, and keeps its facts up to date."""

from __future__ import annotations

import json
import re
import secrets

from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.actor import Role
from accounts.demo import demo_credit_code
from operations.demo.cases import Office
from operations.demo.people import Stage
from tests.people import ELSEWHERE, HOME
from tests.web.browsing import axe, lose_answer, offline, sign_in
from tests.web.entries import unit


def new_code() -> str:
    return demo_credit_code(ELSEWHERE, f"MA{secrets.token_hex(3).upper()}")


def as_legal_person(page: Page, stage: Stage, uscc: str) -> None:
    """From the page where one claims, through the identity provider, which says whose legal person he is, and back."""

    def of_this_enterprise(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&uscc={uscc}")

    page.route("**/api/v1/auth/demo/authorize?*identity=*", of_this_enterprise)
    page.goto("/units/claim")
    page.get_by_role("button", name="用蒙速办统一身份登录").click()
    page.get_by_role("button", name=re.compile(f"{stage.account('UNIT_RESPONSIBLE', ELSEWHERE).name}.*法人")).click()
    expect(page.get_by_text(uscc)).to_be_visible()


def test_a_legal_person_claims_his_enterprise_and_charges_an_agent_for_a_time(page: Page, stage: Stage) -> None:
    uscc, name = new_code(), f"白音旅馆{secrets.token_hex(2)}"
    unit(Office(stage, ELSEWHERE), name=name, uscc=uscc)
    as_legal_person(page, stage, uscc)
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    axe(page)
    page.get_by_role("button", name="认领单位").click()
    expect(page.get_by_role("heading", name="历年办理")).to_be_visible()
    page.get_by_text("人员与委托").click()
    expect(page.get_by_role("listitem")).to_have_count(1)
    name_an_agent(page)
    row = page.get_by_role("listitem").filter(has_text="138****0077")
    expect(row.get_by_text(re.compile("许可申请、隐患整改 · 至2027年"))).to_be_visible()
    page.get_by_role("listitem").filter(has_text="138****0077").get_by_role("button", name="终止").click()
    page.get_by_role("button", name="确认").click()
    expect(row).to_have_count(0)


def name_an_agent(page: Page) -> None:
    """First with a number that is none: what is wrong stands beside the field, and nothing that was filled in is lost."""
    page.get_by_role("button", name="指定人员").click()
    do = page.get_by_role("button", name="指定", exact=True)
    page.get_by_label("手机号码").fill("1380013")
    page.get_by_text("许可申请", exact=True).click()
    page.get_by_text("隐患整改", exact=True).click()
    expect(do).to_be_disabled()  # an agent has an end
    page.get_by_label("委托截止日期").fill("2027-03-31")
    do.click()
    expect(page.locator("fieldset").filter(has_text="手机号码").get_by_role("alert")).to_be_visible()
    axe(page)
    page.get_by_label("手机号码").fill("13800130077")
    lose_answer(page, "/units/*/agents")
    do.click()
    expect(page.get_by_role("alert").filter(has_text="服务暂时连接不上")).to_be_visible()
    do.click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_enterprise_that_is_not_registered_is_registered_and_claimed_at_once(page: Page, stage: Stage) -> None:
    as_legal_person(page, stage, new_code())
    page.get_by_label("名称").fill("草原人家饭店")
    page.get_by_role("button", name="所在旗县").click()
    page.get_by_text("包头市", exact=True).click()
    page.get_by_text("昆都仑区", exact=True).click()
    page.get_by_role("button", name="场所类型").click()
    page.get_by_text("饭店", exact=True).click()
    register = page.get_by_role("button", name="登记并认领")
    for path in ("/units", "/units/*/claim"):  # registered, then claimed, and nobody hears of either
        lose_answer(page, path)
        register.or_(page.get_by_role("button", name="认领单位")).click()
        expect(page.get_by_role("alert").filter(has_text="服务暂时连接不上")).to_be_visible()
    register.or_(page.get_by_role("button", name="认领单位")).click()
    expect(page.get_by_role("heading", name="草原人家饭店")).to_be_visible()
    page.get_by_text("更正单位资料").click()
    expect(page.get_by_label("名称")).to_have_count(0)  # the brigade's
    page.get_by_label("地址").fill("钢铁大街100号")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("钢铁大街100号")).to_be_visible()


def test_whoever_signed_in_by_phone_alone_sees_who_acts_for_his_unit_and_what_he_needs_to_name_somebody(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    sign_in(page, Role.UNIT_MANAGER, HOME)
    page.goto(f"/units/{stage.account('UNIT_MANAGER', HOME).unit_id}/people")
    expect(page.get_by_text("消防安全责任人").first).to_be_visible()
    expect(page.get_by_role("heading", name="请先核验身份")).to_be_visible()
    expect(page.get_by_role("button", name="指定人员")).to_have_count(0)
    expect(page.get_by_role("button", name="终止")).to_have_count(0)
    with offline(context):
        page.get_by_role("button", name="卸任").click()
        page.get_by_role("button", name="确认").click()
        expect(page.get_by_role("alert").filter(has_text="没有网络")).to_be_visible()


def test_an_officer_of_the_brigade_corrects_what_the_unit_itself_may_not(page: Page, stage: Stage) -> None:
    name = f"旧名商店{secrets.token_hex(2)}"
    unit_id = unit(Office(stage, ELSEWHERE), name=name)
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto(f"/units/{unit_id}")
    page.get_by_text("更正单位资料").click()
    page.get_by_label("名称").fill(name.replace("旧", "新"))
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name=name.replace("旧", "新"))).to_be_visible()


def test_who_corrects_a_unit_that_a_colleague_has_just_corrected_loses_neither_his_words_nor_the_colleagues(
    page: Page, stage: Stage
) -> None:
    name, office = f"双改商店{secrets.token_hex(2)}", Office(stage, ELSEWHERE)
    unit_id = unit(office, name=name)
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto(f"/units/{unit_id}/edit")
    page.get_by_label("名称").fill(f"{name}总店")
    correct(office, unit_id, name=f"{name}分店", address="钢铁大街7号")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("他人刚刚更新了内容")
    expect(page.get_by_role("status").filter(has_text="他人也修改了:名称")).to_be_visible()
    expect(page.get_by_label("名称")).to_have_value(f"{name}总店")
    expect(page.get_by_label("地址")).to_have_value("钢铁大街7号")
    axe(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name=f"{name}总店")).to_be_visible()
    expect(page.get_by_text("钢铁大街7号")).to_be_visible()


def correct(office: Office, unit_id: str, **said: str) -> None:
    """Over HTTP, as another officer of the brigade does it."""
    known = office.leader.get(f"/units/{unit_id}")
    facts = {field: known[field] for field in ("uscc", "region_code", "category", "place_type", "position")}
    headers = {"Content-Type": "application/json", "If-Match": f'"{known["revision"]}"'}
    answer = office.clerk.send("PUT", f"/api/v1/units/{unit_id}", json.dumps({**facts, **said}).encode(), headers)
    assert answer.status == 200, answer.body
