"""Two officers and their phones: how they set out, sign each other's acts without a network, and hand in what they did."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from accounts.actor import Role
from tests.web.browsing import sign_in, wait_until_kept

THERE = (109.823, 40.642)
DAYS = 5
SENT_WITHIN_MS = 30_000


def depart(phone: BrowserContext, region_code: str, nth: int, path: str, words: str) -> Page:
    """An officer of the banner, signed in, with his case (its page and what it says) and the whole client on the phone."""
    page = phone.new_page()
    page.clock.install()
    sign_in(page, Role.FIRE_OFFICER, region_code, nth)
    later = page.get_by_role("button", name="以后再设")
    expect(later).to_be_visible()
    later.click()
    wait_until_kept(page)
    page.goto(path)
    expect(page.get_by_text(words).first).to_be_visible(timeout=SENT_WITHIN_MS)
    return page


def sign_each_other(first: Page, second: Page) -> None:
    """The digits of the act go to the second phone, those of its signature to the first."""
    first.get_by_role("button", name="对方不能扫码").click()
    digits = first.get_by_test_id("act-digits").inner_text()
    second.get_by_role("link", name="给同事的核查签名").or_(second.get_by_role("button", name="给同事的核查签名")).click()
    second.get_by_role("button", name="改为输入数字").click()
    second.get_by_label("数字").fill(digits)
    second.get_by_role("button", name="确认数字").click()
    second.get_by_role("button", name="同意并签名").click()
    signature = second.get_by_test_id("signature-digits").inner_text()
    first.get_by_role("button", name="扫对方的签名码").click()
    first.get_by_role("button", name="改为输入数字").click()
    first.get_by_label("数字").fill(signature)
    first.get_by_role("button", name="确认数字").click()
    expect(first.get_by_text("已签名,保存在本机,尚未上报")).to_be_visible()


def sign_on_the_screen(page: Page) -> None:
    """The party writes his name with the finger."""
    pad = page.get_by_role("img", name="请在此处签名").bounding_box()
    assert pad is not None
    page.mouse.move(pad["x"] + 30, pad["y"] + 40)
    page.mouse.down()
    page.mouse.move(pad["x"] + 120, pad["y"] + 90, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="确认签名").click()
    expect(page.get_by_role("button", name="签名已保存")).to_be_visible()


def hand_in(page: Page) -> None:
    """There is a network again."""
    page.goto("/sync")
    page.get_by_role("button", name="立即同步").click()
