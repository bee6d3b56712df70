"""A clerk clears the hotline's orders by a sheet; a leader has a list of units taken in and reads what became of each row."""

from __future__ import annotations

import io
import secrets
from datetime import timedelta
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Page, expect

from accounts.actor import Role
from operations.demo.cases import Office
from operations.demo.people import Stage
from tests.people import HOME
from tests.web.browsing import axe, sign_in
from workflow.clocks import BEIJING


def sheet(*lines: str) -> FilePayload:
    return FilePayload(name="list.csv", mimeType="text/csv", buffer="\r\n".join(lines).encode("utf-8-sig"))


def test_a_clerk_takes_a_sheet_of_orders_in_puts_one_right_and_sends_the_results_back(page: Page, stage: Stage) -> None:
    sign_in(page, Role.INTAKE_CLERK)
    page.goto("/me")
    page.get_by_text("12345等工单").click()
    number = f"NM{secrets.token_hex(5).upper()}"
    page.locator("input[type=file]").set_input_files(
        sheet("工单编号,收到时间,旗县(市、区),参照物,情况说明", f"{number},前天,新城区,中山东路菜市场,摊位私拉电线")
    )
    expect(page.get_by_text("已处理1行:待补正1")).to_be_visible()
    page.get_by_role("radio", name="待补正").click()
    card = page.locator("section").filter(has_text=number)
    expect(card.get_by_text("收到时间:")).to_be_visible()
    axe(page)
    card.get_by_role("button", name="补正收件").click()
    expect(page.get_by_text("前天", exact=True)).to_be_visible()  # as it came
    page.get_by_label("收到时间").fill((stage.clock() - timedelta(hours=2)).astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="收件", exact=True).click()
    expect(page.get_by_text("已收件,编号")).to_be_visible()
    page.get_by_role("radio", name="办理中").click()
    card = page.locator("section").filter(has_text=number)
    hazard_id = str(card.get_by_role("link").get_attribute("href")).rpartition("/")[2]
    clerk = Office(stage, HOME).clerk
    clerk.post(
        f"/hazards/{hazard_id}/actions/reject", {"reason_code": "NOT_FIRE_MATTER"}, name="hazard.reject", subject_id=hazard_id
    )
    page.get_by_role("radio", name="待回填").click()
    expect(page.locator("section").filter(has_text=number).get_by_text("不予受理")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载回填表").click()
    assert number in cells(download.value.path())
    page.get_by_role("button", name="标记已回填").click()  # what was in the sheet, and nothing else
    page.get_by_role("button", name="确认").click()
    expect(page.locator("section").filter(has_text=number)).to_have_count(0)


def cells(path: Path) -> list[str]:
    return [str(cell.value) for row in load_workbook(io.BytesIO(path.read_bytes())).worksheets[0].iter_rows() for cell in row]


def test_a_leader_has_a_list_of_units_tried_taken_in_and_reads_what_became_of_each_row(page: Page) -> None:
    sign_in(page, Role.UNIT_LEADER)
    page.goto("/unit-lists")
    name = f"草原商店{secrets.token_hex(3)}"
    units = sheet("单位名称,旗县(市、区),单位类别", f"{name},新城区,一般单位", ",新城区,一般单位")
    for button, tag in (("试录名单", "试录"), ("正式录入名单", "新登记 1")):
        page.get_by_label(button).and_(page.locator("input")).set_input_files(units)
        expect(page.locator("section").filter(has_text="list.csv").first.get_by_text(tag)).to_be_visible()
    page.locator("section").filter(has_text="list.csv").first.get_by_role("link").click()
    page.get_by_role("radio", name="未录入 1").click()
    expect(page.get_by_text("单位名称:必填")).to_be_visible()
    expect(page.get_by_text(name)).to_have_count(0)
    axe(page)
    page.get_by_role("radio", name="全部").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载处理结果").click()
    assert {name, "新登记", "未录入"} <= set(cells(download.value.path()))
