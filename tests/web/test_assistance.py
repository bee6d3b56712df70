"""An enterprise asks for help on its phone, one tap from its order; the desk arranges; advice is read, signed for and rated."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Browser, Page, expect

from accounts.actor import Role
from operations.demo.people import Person, Stage
from operations.demo.printing import BEIJING
from tests.people import HOME
from tests.web.browsing import axe, demo_account, new_phone, sign_in


def step(who: Person, case_id: str, action: str, **arguments: object) -> None:
    """Somebody in the office, or the expert, goes on with it."""
    who.post(f"/assistance/{case_id}/actions/{action}", arguments, name=f"assistance.{action}", subject_id=case_id)


def advise(browser: Browser, product: str, case_id: str) -> None:
    """The expert begins, and writes what he advises."""
    phone = new_phone(browser, product)
    page = phone.new_page()
    sign_in(page, Role.EXPERT)
    page.goto(f"/cases/assistance/{case_id}")
    page.get_by_role("button", name="开始帮扶").click()
    page.locator("form").get_by_role("button", name="开始帮扶").click()
    expect(page.get_by_text("帮扶进行中")).to_be_visible()
    page.get_by_role("button", name="出具帮扶意见书").click()
    form = page.locator("form")
    form.get_by_label("帮扶情况", exact=True).last.fill("查看了疏散指示标志。")
    form.get_by_role("button", name="再加一项").click()
    for label, words in (("问题", "疏散指示标志不亮"), ("建议(不写产品和厂家)", "更换灯具,每月测试")):
        form.get_by_label(label, exact=True).last.fill(words)
    form.get_by_text("少量投入", exact=True).click()
    form.get_by_role("button", name="出具帮扶意见书").click()
    expect(page.get_by_text("已出具意见书").first).to_be_visible()
    phone.close()


def test_an_enterprise_asks_and_rates_what_it_was_advised(page: Page, browser: Browser, product: str, stage: Stage) -> None:
    sign_in(page, Role.UNIT_MANAGER)
    page.goto("/me")
    page.get_by_text("消防技术帮扶", exact=True).click()
    page.get_by_role("button", name="申请技术帮扶").click()
    page.get_by_text("隐患整改技术指导", exact=True).click()
    page.get_by_label("遇到的问题", exact=True).last.fill("疏散指示标志不亮,想请专家看看")
    page.get_by_label("手机号码", exact=True).last.fill("13902150102")
    page.reload()  # before anything was sent
    expect(page.get_by_label("手机号码", exact=True).last).to_have_value("13902150102")
    axe(page)
    page.get_by_role("button", name="提交申请").click()
    expect(page).to_have_url(re.compile("/cases/assistance/"))
    case_id = page.url.rsplit("/", 1)[-1]
    expect(page.get_by_text("已收到,两个工作日内告知是否受理")).to_be_visible()

    step(stage.account("UNIT_LEADER", HOME), case_id, "accept")
    page.reload()
    expect(page.get_by_text("已受理,正在安排帮扶人员")).to_be_visible()
    phone = new_phone(browser, product)
    desk = phone.new_page()
    sign_in(desk, Role.UNIT_LEADER)
    desk.goto(f"/cases/assistance/{case_id}")
    desk.get_by_role("button", name="安排专家").click()
    name = demo_account(product, Role.EXPERT)["name"]
    expect(desk.get_by_text(re.compile(f"{name}.*擅长隐患整改技术指导"))).to_be_visible()
    desk.locator("form").get_by_text("上门帮扶", exact=True).click()
    desk.get_by_label("时间", exact=True).fill(f"{(stage.clock() + timedelta(hours=2)).astimezone(BEIJING):%Y-%m-%dT%H:%M}")
    axe(desk)
    desk.locator("form").get_by_role("button", name="安排专家").click()
    expect(desk.get_by_text("已预约", exact=True).first).to_be_visible()
    phone.close()
    page.reload()
    page.get_by_role("button", name="确认预约").click()
    page.locator("form").get_by_role("button", name="确认预约").click()
    expect(page.get_by_text("已确认", exact=True)).to_be_visible()
    advise(browser, product, case_id)
    page.reload()
    expect(page.get_by_text("更换灯具,每月测试")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="签收意见书").click()
    page.locator("form").get_by_role("button", name="签收意见书").click()
    expect(page.get_by_text("可以反馈整改情况,也可以作出评价")).to_be_visible()
    page.get_by_role("button", name="反馈整改情况").click()
    page.locator("form").get_by_text("疏散指示标志不亮").click()
    page.locator("form").get_by_role("button", name="反馈整改情况").click()
    expect(page.get_by_text("已整改1项")).to_be_visible()
    page.get_by_role("button", name=re.compile("评价|其他|更多")).first.click()
    page.get_by_text("非常满意", exact=True).click()
    page.locator("form").get_by_role("button", name="评价").click()
    expect(page.get_by_text("本件已办结")).to_be_visible()


def test_one_tap_from_an_order_to_a_request_that_says_what_it_is_about(page: Page, content: dict[str, str]) -> None:
    sign_in(page, Role.UNIT_MANAGER)
    page.goto(f"/cases/rectification/{content['order']}")
    page.get_by_text("申请技术帮扶", exact=True).click()
    expect(page.get_by_text("与责令改正通知书")).to_be_visible()
    expect(page.get_by_role("radio", name="隐患整改技术指导")).to_be_checked()
    expect(page.get_by_label("遇到的问题", exact=True).last).to_have_value(re.compile("疏散通道"))
