"""A leader opens a number to its reports and takes the ledger with him."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.cases import Office, position, report
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import DESKTOP, axe, sign_in
from tests.web.officers import THERE


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_number_opens_to_as_many_reports_and_the_ledger_has_them_all(page: Page, stage: Stage, screen: str) -> None:
    if screen == "desktop":
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    office = Office(stage, ELSEWHERE)
    made = report(stage.citizen(ELSEWHERE), office, "EXIT", "安全出口上锁", position(*THERE), place_name=f"{screen}台账楼")
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto("/me")
    page.get_by_text("数据分析和台账").click()
    page.get_by_role("radio", name="本月").click()
    received = page.locator("a.big").first
    expect(received).to_be_visible()
    count = int(received.inner_text())
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="下载台账").click()
    expect(page.get_by_text("台账已下载")).to_be_visible()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert sum(made.number in row for sheet in book for row in sheet.iter_rows(values_only=True)) == 1
    received.click()
    more, numbers = page.get_by_role("button", name="加载更多"), page.locator("a.open")
    expect(numbers.first).to_be_visible()
    while more.is_visible():
        before = numbers.count()
        more.click()
        expect(numbers).not_to_have_count(before)
    expect(numbers).to_have_count(count)
    axe(page)
    page.get_by_role("link", name=made.number).click()
    expect(page.get_by_text("安全出口上锁").first).to_be_visible()
