"""What holds for the whole region is entered where it is read: working days, bounds of inspections, checklists."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accounts.actor import Role
from tests.web.browsing import axe, sign_in

REGION = "150000"
YEAR = 2031  # no notice there, and no clock runs into it


def say_days(page: Page, name: str, first: str, last: str, *, worked: bool = False) -> None:
    """Fill in the form of one stretch; it is not added yet."""
    page.get_by_role("button", name="添加放假、上班的日子").click()
    page.get_by_label("名称").last.fill(name)
    if worked:
        page.get_by_role("radio", name="上班").check()
    page.get_by_label("从哪天起").fill(first)
    page.get_by_label("到哪天止").fill(last)


def add_days(page: Page, name: str, first: str, last: str, *, worked: bool = False) -> None:
    say_days(page, name, first, last, worked=worked)
    page.get_by_role("button", name="添加", exact=True).click()


def test_an_administrator_enters_the_notice_of_a_year_and_is_told_before_what_it_changes(page: Page) -> None:
    sign_in(page, Role.SYS_ADMIN, REGION)
    page.goto(f"/calendar/{YEAR}")
    expect(page.get_by_text("还没有录入本年度的放假通知")).to_be_visible()
    page.get_by_role("button", name="录入放假通知").click()
    page.get_by_label("通知的名称和文号").fill("国务院办公厅关于2031年部分节假日安排的通知")
    add_days(page, "国庆节", f"{YEAR}-10-01", f"{YEAR}-10-07")
    expect(page.get_by_text("全年工作日:261天 → 256天")).to_be_visible()
    add_days(page, "国庆节", f"{YEAR}-10-11", f"{YEAR}-10-11", worked=True)
    expect(page.get_by_text("全年工作日:261天 → 257天")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="全年257个工作日")).to_be_visible()
    october = page.get_by_role("table", name="十月")
    expect(october.get_by_text("休")).to_have_count(7)
    expect(october.get_by_text("班")).to_have_count(1)


def test_days_that_are_not_the_notices_business_are_refused_beside_the_field(page: Page) -> None:
    sign_in(page, Role.SYS_ADMIN, REGION)
    page.goto(f"/calendar/{YEAR}/notice")
    say_days(page, "元旦", f"{YEAR}-12-31", f"{YEAR + 1}-01-03")
    expect(page.get_by_role("alert").filter(has_text="12月31日之间")).to_be_visible()
    expect(page.get_by_role("button", name="添加", exact=True)).to_be_disabled()


def test_a_leader_reads_the_calendar_and_changes_nothing(page: Page) -> None:
    sign_in(page, Role.UNIT_LEADER)
    page.goto("/deadlines")
    page.get_by_role("link", name="工作日历").click()
    expect(page.get_by_role("heading", name=re.compile("^全年.*个工作日"))).to_be_visible()
    expect(page.get_by_role("button", name="放假通知")).to_have_count(0)


def test_an_administrator_sets_and_lifts_the_bound_of_a_category(page: Page) -> None:
    sign_in(page, Role.SYS_ADMIN, REGION)
    page.goto("/inspections/basis")
    cell = page.get_by_role("button", name="住宅小区")
    cell.click()
    page.get_by_role("radio", name="限定次数").check()
    page.get_by_label("每年最多几次").fill("101")
    page.get_by_label("依据").fill("自治区年度检查频次上限通知")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("fieldset").filter(has_text="每年最多几次").get_by_role("alert")).to_be_visible()
    page.get_by_label("每年最多几次").fill("2")
    page.get_by_role("button", name="保存").click()
    expect(cell.get_by_text("每年最多2次")).to_be_visible()
    cell.click()
    page.get_by_role("radio", name="不限次数").check()
    page.get_by_role("button", name="保存").click()
    expect(cell.get_by_text("不限次数")).to_be_visible()


def test_an_edition_is_published_once_and_the_earlier_one_stays(page: Page) -> None:
    sign_in(page, Role.SYS_ADMIN, REGION)
    page.goto("/inspections/basis")
    card = page.locator("section.card").filter(has=page.get_by_role("button", name="发布新版本")).last
    expect(card).to_be_visible()
    before = card.locator(".van-collapse-item").count()
    taken = card.locator(".van-collapse-item").first.inner_text().split("版")[0].strip()
    card.get_by_role("button", name="发布新版本").click()
    edition = page.get_by_label("版本")
    edition.fill(taken)
    page.get_by_role("button", name="增加一项").click()
    page.get_by_label("检查内容").last.fill("电动自行车集中停放、充电场所")
    axe(page)
    publish(page)
    expect(page.locator("fieldset").filter(has_text="版本").get_by_role("alert")).to_contain_text("已经发布")
    edition.fill("2031")
    page.get_by_label("从哪天起施行").fill(f"{YEAR}-01-01")
    publish(page)
    expect(card.locator(".van-collapse-item")).to_have_count(before + 1)
    expect(card.get_by_text("尚未施行")).to_be_visible()
    expect(card.get_by_text("现行")).to_be_visible()


def publish(page: Page) -> None:
    page.get_by_role("button", name="发布", exact=True).click()
    page.get_by_role("button", name="确认").click()
