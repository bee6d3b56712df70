"""The PIN of an officer: whoever guesses at it on a phone that he found gets nothing to see."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import sign_in

PIN, GUESS = "480215", "480216"
ATTEMPTS = 10
LONGEST_WAIT_MINUTES = 20  # before the tenth
SYNCED_WITHIN_MS = 30_000


def test_ten_wrong_pins_erase_the_cases_and_lead_to_the_sign_in(page: Page, stage: Stage) -> None:
    page.clock.install()
    sign_in(page, Role.FIRE_OFFICER, ELSEWHERE)
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_label("再次输入").fill(PIN)
    page.get_by_role("button", name="设置口令").click()
    expect(page).not_to_have_url(re.compile("/pin"))
    pulled: list[str] = []
    page.goto("/unlock")
    page.on("request", lambda request: pulled.append(request.url) if request.url.endswith("/sync/pull") else None)
    for _ in range(ATTEMPTS):
        page.get_by_label("口令").fill(GUESS)
        page.get_by_role("button", name="解锁", exact=True).click()
        expect(page.get_by_text("口令不正确").or_(page.get_by_text("本机的案件资料已清除"))).to_be_visible()
        page.clock.fast_forward(f"{LONGEST_WAIT_MINUTES}:00")
    expect(page).to_have_url(re.compile("/sign-in"))
    expect(page.get_by_text("输错次数过多,本机的案件资料已清除。请重新登录后下载")).to_be_visible()
    page.goto("/today")
    expect(page).to_have_url(re.compile("/sign-in"))
    assert pulled == []
