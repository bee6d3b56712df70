"""A grid worker's round without a network: by a checklist, with a report of what he saw; both arrive together."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.cases import Office
from operations.demo.people import Stage
from tests.people import HOME
from tests.web.browsing import axe, offline, sign_in, wait_until_kept
from tests.web.officers import SENT_WITHIN_MS
from tests.web.visits import published


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, HOME)


def test_a_round_and_its_report_are_made_without_a_network_and_arrive_together(page: Page, office: Office) -> None:
    shop = f"东街{secrets.token_hex(2)}小卖部"
    sign_in(page, Role.GRID_WORKER)
    page.get_by_role("button", name="以后再设").click()
    wait_until_kept(page)
    page.get_by_role("button", name="开始巡查").click()
    expect(page.get_by_text("不是行政检查")).to_be_visible()
    axe(page)
    page.goto("/today")
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()
    with offline(page.context):
        page.get_by_role("button", name="开始巡查").click()
        page.get_by_role("button", name="填写地点").click()
        page.get_by_role("button", name="旗县").click()
        page.get_by_role("tabpanel").get_by_text("呼和浩特市").click()
        page.get_by_text("新城区").last.click()
        page.get_by_label("参照物").fill("加油站西侧100米")
        page.get_by_label("场所名称").fill(shop)
        page.get_by_role("button", name="确定").click()
        page.get_by_role("button", name="保存记录").click()
        expect(page.get_by_role("alert")).to_contain_text("请逐项检查")
        first = page.get_by_role("radiogroup").first
        first.get_by_role("radio", name="不符合").click()
        first.get_by_label("问题").fill("二层安全出口上锁")
        page.get_by_role("button", name="其余全部符合").click()
        page.get_by_role("button", name="保存记录").click()
        expect(page.get_by_text("尚未上报").first).to_be_visible()
        axe(page)
        page.get_by_role("button", name="上报为隐患").click()
        page.get_by_role("button", name="没有着火,继续上报").click()
        expect(page.get_by_label("情况说明")).to_have_value(
            "巡查项目“疏散通道、安全出口、楼梯间畅通,没有锁闭、堵塞、占用”不符合。二层安全出口上锁"
        )
        page.get_by_role("button", name="保存").click()
        expect(page.get_by_text("已保存在本机").first).to_be_visible()
    page.goto("/patrols")
    row = page.get_by_role("link").filter(has_text=shop)
    expect(row).to_be_visible(timeout=SENT_WITHIN_MS)
    row.click()
    expect(page.get_by_text("已提交")).to_be_visible(timeout=SENT_WITHIN_MS)
    listed = office.leader.get(f"/patrols?q={shop}")["items"]
    assert [one["bad"] for one in listed] == [1]


def test_everybody_reads_a_published_result_without_signing_in(page: Page, office: Office) -> None:
    published(office)
    page.goto("/me")
    page.get_by_text("检查结果公开").click()
    expect(page.get_by_text("发现问题,责令改正").first).to_be_visible()
    axe(page)
    page.get_by_placeholder("单位名称").fill("没有这家单位")
    expect(page.get_by_text("没有公开的检查结果。")).to_be_visible()
