"""Everybody reads how long a step may take and what sets it; the region's administrator changes it when a law does."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from accounts.actor import Role
from tests.web.browsing import axe, new_phone, sign_in
from tests.web.measures import measure

REGION = "150000"
STEP = "24小时内实地核查"
BASIS = "自治区消防救援总队2026年12月1日通知"


def test_the_regions_administrator_changes_a_deadline_and_whoever_is_not_signed_in_reads_it(page: Page, product: str) -> None:
    sign_in(page, Role.SYS_ADMIN, REGION)
    page.goto("/deadlines")
    page.get_by_role("searchbox").fill(STEP)
    page.get_by_role("button", name="修改").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_label("环节")).to_have_value(STEP)
    sheet.get_by_label("依据").fill(BASIS)
    assert measure(page) == {"too_wide": [], "small_text": [], "narrow_lines": [], "small_targets": []}
    axe(page)
    sheet.get_by_role("button", name="保存").click()
    expect(sheet).to_be_hidden()
    expect(page.get_by_text(BASIS)).to_be_visible()
    somebody(page.context, product)


def somebody(context: BrowserContext, product: str) -> None:
    """On another phone, without an account."""
    assert context.browser is not None
    phone = new_phone(context.browser, product)
    page = phone.new_page()
    page.goto("/deadlines")
    page.get_by_role("searchbox").fill(STEP)
    expect(page.get_by_text(BASIS)).to_be_visible()
    expect(page.get_by_role("button", name="修改")).to_have_count(0)
    phone.close()
