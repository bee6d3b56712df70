"""What waits on a phone can be taken from it as files, whoever is signed in."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from accounts.actor import Role
from tests.web.browsing import report_by_file, sign_in
from tests.web.officers import THERE


def test_a_guests_report_that_waits_is_exported_whole_and_keeps_nobody_from_signing_out(page: Page) -> None:
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8})
    page.route(re.compile("/api/v1/(sync/push|uploads)"), lambda route: route.abort())
    report_by_file(page)
    expect(page.get_by_role("heading", name="已保存")).to_be_visible()
    sign_in(page, Role.CITIZEN)
    page.goto("/me")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出未上报的内容").click()
    expect(page.get_by_text("已存为文件")).to_be_visible()
    head, act, photo = (json.loads(line) for line in Path(download.value.path()).read_text(encoding="utf-8").splitlines())
    assert head["kind"] == "export"
    assert head["partition"].startswith("guest:")
    assert (act["name"], act["args"]["photos"]) == ("hazard.submit", [photo["id"]])
    assert photo["content"]
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url("/report")  # nothing of his own waits: he is not asked
