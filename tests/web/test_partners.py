"""An administrator gives a partner a key, takes it away again, and sees how its webhooks fare."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from accounts.actor import Role
from tests.web.browsing import DESKTOP, axe, sign_in

SERVICES = "/api/v1/open311/v2/services.json"


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_an_administrator_issues_a_key_that_opens_until_he_revokes_it(page: Page, product: str, screen: str) -> None:
    if screen == "desktop":
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    name = f"大数据中心({screen})"
    sign_in(page, Role.SYS_ADMIN)
    page.goto("/me")
    page.get_by_text("数据合作方").click()
    page.get_by_role("button", name="新增合作方").click()
    page.get_by_label("名称").fill(name)
    page.get_by_role("button", name="新增", exact=True).click()
    page.get_by_role("button", name="签发密钥").click()
    axe(page)
    page.get_by_role("button", name="签发", exact=True).click()
    secret = page.get_by_role("status").filter(has_text="cyxf_").inner_text()
    axe(page)
    assert httpx.get(product + SERVICES, headers={"X-API-Key": secret}).status_code == 200
    told = {"url": "https://partner.example/hooks/fire?token=ours"}
    made = httpx.post(f"{product}/api/v1/webhooks", json=told, headers={"X-API-Key": secret})
    assert made.status_code == 201, made.text
    page.reload()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name=re.compile(re.escape(name))).click()
    expect(page.get_by_text("partner.example", exact=True)).to_be_visible()
    expect(page.get_by_text("token=ours")).to_have_count(0)
    page.get_by_role("button", name="发送测试消息").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("已撤销")).to_be_visible()
    assert httpx.get(product + SERVICES, headers={"X-API-Key": secret}).status_code == 403
