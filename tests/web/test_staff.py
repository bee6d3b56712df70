"""Administrators look after accounts where they see them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.people import Stage
from tests.web.browsing import axe, sign_in

REGION = "150000"


def choose_office(page: Page, name: str) -> None:
    """Found by its name, chosen by a tap."""
    page.get_by_role("searchbox").last.fill(name)
    page.get_by_role("radio", name=name, exact=True).check()


def test_an_administrator_creates_an_officer_and_transfers_him_with_his_role_to_another_banner(page: Page, stage: Stage) -> None:
    here, there = (stage.account("UNIT_LEADER", code).org_name for code in ("150702", "152502"))
    sign_in(page, Role.SYS_ADMIN, REGION)
    page.goto("/staff/new")
    page.get_by_label("姓名").fill("赛罕")
    page.get_by_label("账号").fill("saihan.new")
    choose_office(page, here)
    page.get_by_role("button", name="新建").click()
    expect(page.get_by_text("当面交付")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="查看此人").click()
    expect(page.get_by_role("heading", name="赛罕")).to_be_visible()
    person_id = page.url.rsplit("/", 1)[-1]
    security = stage.account("SEC_ADMIN", REGION)
    security.post(f"/accounts/staff/{person_id}/grants", {"role": "FIRE_OFFICER"}, name="grant", subject_id=person_id)
    page.reload()
    expect(page.get_by_text("消防监督员")).to_be_visible()
    page.get_by_role("button", name="调动").click()
    choose_office(page, there)
    page.get_by_role("button", name="确定调动").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("main").get_by_text(there).first).to_be_visible()
    expect(page.locator("main").get_by_text(here)).to_have_count(0)
    expect(page.get_by_text("消防监督员")).to_be_visible()
