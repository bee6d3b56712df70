"""A leader makes one of two entries of a place, and two again; what the place has been through is on the file that stays."""

from __future__ import annotations

import secrets

from playwright.sync_api import Page, expect

from accounts.actor import Role
from accounts.demo import demo_credit_code
from operations.demo.cases import Office
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import axe, sign_in
from tests.web.entries import unit

ADDRESS = "钢铁大街77号"


def test_a_leader_merges_what_is_registered_twice_and_takes_it_back(page: Page, stage: Stage) -> None:
    office, tail = Office(stage, ELSEWHERE), secrets.token_hex(2).upper()
    name = f"青松旅店{tail}"
    double = unit(office, name=name, address=ADDRESS)
    unit(office, name=f"{name}有限公司", address=ADDRESS, uscc=demo_credit_code(ELSEWHERE, f"MAQT{tail}"))
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto(f"/units/{double}")
    page.get_by_role("button", name=f"{name}有限公司").click()
    sheet = page.locator("[role=dialog].sheet")
    expect(sheet.get_by_text("有统一社会信用代码的登记应当保留")).to_be_visible()
    expect(sheet.get_by_text("名称相近,地址相同")).to_be_visible()
    merge = sheet.get_by_role("button", name="合并", exact=True)
    expect(merge).to_be_disabled()  # nobody merges without a reason
    sheet.get_by_label("理由").fill("检查时录入,与上传名单重复")
    axe(page)
    merge.click()
    expect(page.get_by_text("已合并")).to_be_visible()
    bar = page.get_by_role("status").filter(has_text="已并入")
    expect(page.get_by_role("heading", name="可能重复")).to_have_count(0)
    axe(page)
    only_one_is_found(page, name)
    page.goto(f"/units/{double}")
    bar.get_by_role("link", name=f"{name}有限公司").click()
    expect(page.get_by_role("heading", name="已并入本单位的登记")).to_be_visible()
    expect(page.get_by_role("heading", name=f"{name}有限公司")).to_be_visible()
    page.locator(".van-cell").filter(has_text=name).click()
    bar.get_by_role("button", name="撤销并入").click()
    sheet.get_by_label("理由").fill("是两家分店")
    sheet.get_by_role("button", name="撤销并入").click()
    expect(page.get_by_role("heading", name="可能重复")).to_be_visible()
    expect(bar).to_have_count(0)


def only_one_is_found(page: Page, name: str) -> None:
    """The list, searched by what both are called."""
    page.goto("/units")
    page.get_by_placeholder("单位名称").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("a.row")).to_have_count(1)
    expect(page.get_by_text(f"{name}有限公司")).to_be_visible()
