"""Who leads tonight, and who stands in: seen by everybody of the office, set by who leads it."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.people import Stage
from tests.web.browsing import axe, lose_answer, offline, sign_in

BANNER = "150702"  # nobody else asks who leads there
REGION_TIME = timedelta(hours=8)


def test_a_leader_sets_the_roster_and_everybody_of_the_office_sees_who_leads(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    clerk = stage.account("INTAKE_CLERK", BANNER).name
    sign_in(page, Role.UNIT_LEADER, BANNER)
    page.goto("/duty")
    expect(page.get_by_text("值班表没有安排,按职务带班")).to_be_visible()
    page.get_by_role("button", name="排班").click()
    do = page.get_by_role("button", name="加入值班表")
    expect(do).to_be_disabled()
    page.get_by_role("checkbox", name=clerk).check()
    page.get_by_label("从哪天起").fill((stage.clock() + REGION_TIME).strftime("%Y-%m-%d"))
    page.get_by_label("连排几天").fill("2")
    for label in ("每天几点起", "到几点止"):  # the whole day, so that now is within
        page.get_by_label(label).fill("00:00")
    axe(page)
    do.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("按值班表,至")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text=clerk)).to_have_count(2)
    page.get_by_role("button", name="排班").click()  # once more the same days
    page.get_by_role("checkbox", name=clerk).check()
    do.click()
    expect(page.get_by_role("alert").filter(has_text="值班时段重叠")).to_be_visible()
    page.get_by_role("button", name="取消").last.click()
    other = context.new_page()
    sign_in(other, Role.FIRE_OFFICER, BANNER)
    other.goto("/duty")
    expect(other.get_by_role("heading", name="现在带班")).to_be_visible()
    expect(other.locator("section", has_text="现在带班").get_by_text(clerk)).to_be_visible()
    expect(other.get_by_role("button", name="排班")).to_have_count(0)


def test_a_leader_names_a_deputy_for_a_time_and_ends_it(page: Page, context: BrowserContext, stage: Stage) -> None:
    leader, clerk = (stage.account(role, BANNER).name for role in ("UNIT_LEADER", "INTAKE_CLERK"))
    sign_in(page, Role.UNIT_LEADER, BANNER)
    page.goto("/me")
    page.get_by_text("值班与代理").click()
    page.get_by_role("button", name="指定代理人").click()
    page.get_by_role("button", name=re.compile("^代理人")).click()
    page.get_by_role("radio", name=clerk).check()
    until = page.get_by_label("结束时间")
    until.fill((stage.clock() + REGION_TIME + timedelta(days=200)).strftime("%Y-%m-%dT%H:%M"))
    do = page.get_by_role("button", name="指定", exact=True)
    do.click()
    expect(page.locator("fieldset").filter(has_text="结束时间").get_by_role("alert")).to_contain_text("不超过90天")
    until.fill((stage.clock() + REGION_TIME + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M"))
    lose_answer(page, "/accounts/deputies")
    do.click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    do.click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    row = page.get_by_role("listitem").filter(has_text=f"{clerk} 代理 {leader}")
    expect(row).to_have_count(1)  # however often it was asked for
    axe(page)
    with offline(context):
        row.get_by_role("button", name="结束").click()
        page.get_by_role("button", name="确认").click()
        expect(page.get_by_role("alert").filter(has_text="没有网络")).to_be_visible()
    row.get_by_role("button", name="结束").click()
    page.get_by_role("button", name="确认").click()
    expect(row).to_have_count(0)
