"""Whoever sees a hazard reports it in four taps, without typing and without a network, and it sends itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Geolocation, Page, expect

from accounts.actor import Role
from operations.demo.photos import photographs
from tests.people import ELSEWHERE
from tests.web.browsing import axe, offline, prefer, sign_in

MOST_TAPS = 4
SENT_WITHIN_MS = 30_000  # the engine may be waiting out a failure when the network comes back
HERE: Geolocation = {"latitude": 40.8414, "longitude": 111.7519, "accuracy": 8}
# A camera that shows a picture, and a count of what the person's fingers do.
_BEFORE_THE_PAGE = """
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => { // the empty page before the first has none
  const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 960 })
  const context = canvas.getContext('2d')
  const draw = () => { context.fillStyle = `hsl(${Date.now() % 360} 80% 50%)`; context.fillRect(0, 0, 1280, 960) }
  setInterval(draw, 100)
  draw()
  return canvas.captureStream(10)
}
window.fingers = { taps: 0, keys: 0 }
addEventListener('click', () => fingers.taps++, true)
addEventListener('keydown', () => fingers.keys++, true)
window.fireHost = { call(number) { window.called = number } }
"""
# Until the service worker answers for this page. A predicate that is polled would be evaluated, which the page's policy forbids.
_KEPT = """
new Promise((done) => {
  if (navigator.serviceWorker.controller) done()
  else navigator.serviceWorker.addEventListener('controllerchange', () => done(), { once: true })
})
"""
_HELD = "navigator.locks.query().then((locks) => locks.held.some((lock) => lock.name === 'fire-unsaved'))"
_NO_CAMERA = """
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotFoundError'))
"""


@pytest.fixture
def phone(context: BrowserContext) -> BrowserContext:
    """One with a camera, that knows where it is."""
    context.grant_permissions(["geolocation"])
    context.set_geolocation(HERE)
    context.add_init_script(_BEFORE_THE_PAGE)
    return context


def opened(phone: BrowserContext, mode: str = "standard") -> Page:
    """The client at its first page, whole enough to do without a network."""
    page = phone.new_page()
    prefer(page, mode)
    page.goto("/")
    expect(page.get_by_role("heading", name="是否正在着火、冒烟或者有人被困?")).to_be_visible()
    page.evaluate(_KEPT)
    return page


def report(page: Page, picture: str = "通道出口") -> None:
    page.get_by_role("button", name="没有着火,继续上报").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    page.get_by_role("radio", name=picture).click()
    page.get_by_role("button", name="保存").click()


def choose_from_album(page: Page, count: int) -> None:
    page.get_by_role("button", name="没有着火,继续上报").click()
    chosen = [FilePayload(name=f"{nth}.jpg", mimeType="image/jpeg", buffer=photographs()[nth % 2]) for nth in range(count)]
    page.locator("input[multiple]").set_input_files(chosen)


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_four_taps_and_no_typing_save_a_report_off_line_and_it_sends_itself(phone: BrowserContext, mode: str) -> None:
    page = opened(phone, mode)
    with offline(phone):
        report(page)
        expect(page.get_by_role("heading", name="已保存")).to_be_visible()
        expect(page.get_by_text("已保存在本机,尚未上报")).to_be_visible()
        fingers = page.evaluate("fingers")
        assert fingers["taps"] <= MOST_TAPS
        assert fingers["keys"] == 0
    expect(page.get_by_role("heading", name="已上报")).to_be_visible(timeout=SENT_WITHIN_MS)
    axe(page)


def test_a_report_that_was_saved_off_line_is_in_the_list_and_is_sent_from_there(phone: BrowserContext) -> None:
    page = opened(phone)
    with offline(phone):
        report(page, "说不清")
        page.get_by_role("link", name="查看我的上报").or_(page.get_by_role("button", name="查看我的上报")).click()
        expect(page).to_have_url("/my-reports")
        expect(page.get_by_text("尚未上报").first).to_be_visible()
        page.reload()
        expect(page.get_by_text("尚未上报").first).to_be_visible()
    expect(page.get_by_text("已收到").first).to_be_visible(timeout=SENT_WITHIN_MS)
    axe(page)


def test_a_report_is_followed_by_its_code_without_signing_in(phone: BrowserContext) -> None:
    page = opened(phone)
    report(page)
    expect(page.get_by_role("heading", name="已上报")).to_be_visible(timeout=SENT_WITHIN_MS)
    code = page.locator(".code").inner_text()
    page.goto("/my-reports/track")
    page.get_by_placeholder("26位查询码").fill(code.lower())
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("现由")).to_be_visible()
    expect(page.get_by_text("平台已收到您的上报")).to_be_visible()
    axe(page)


def test_a_fire_is_diverted_to_119_before_anything_else(phone: BrowserContext) -> None:
    page = opened(phone)
    page.goto("/report/snap")  # a link into the middle of it
    expect(page).to_have_url("/report")
    with offline(phone):
        page.get_by_role("button", name="拨打119").click()
        expect(page.get_by_text("当前没有网络,请先试拨119")).to_be_visible()
    assert page.evaluate("called") == "119"


def test_without_a_camera_in_the_page_the_phones_own_one_takes_the_photo(phone: BrowserContext) -> None:
    phone.add_init_script(_NO_CAMERA)
    page = opened(phone)
    page.get_by_role("button", name="没有着火,继续上报").click()
    expect(page.locator("input[capture]")).to_be_attached()
    expect(page.get_by_text("这里用不了页面内的相机")).to_be_visible()
    axe(page)


def test_all_pictures_that_were_chosen_from_the_album_are_of_the_report(phone: BrowserContext) -> None:
    page = opened(phone)
    choose_from_album(page, 3)
    expect(page.get_by_role("button", name="删除第3张照片")).to_be_visible()
    expect(page.get_by_role("button", name="删除第4张照片")).to_have_count(0)


def test_what_is_being_reported_survives_a_reload_until_it_is_saved(phone: BrowserContext) -> None:
    page = opened(phone)
    choose_from_album(page, 3)
    page.get_by_role("radio", name="说不清").click()
    page.get_by_label("情况说明").fill("二楼疏散门上锁")
    expect(page.get_by_role("button", name="删除第3张照片")).to_be_visible()
    assert page.evaluate(_HELD)  # no new version takes this page's place meanwhile
    page.reload()
    page.get_by_role("button", name="没有着火,继续上报").click()
    expect(page.get_by_role("button", name="删除第3张照片")).to_be_visible()
    expect(page.get_by_role("button", name="删除第4张照片")).to_have_count(0)
    expect(page.get_by_role("radio", name="说不清")).to_be_checked()
    expect(page.get_by_label("情况说明")).to_have_value("二楼疏散门上锁")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="已上报")).to_be_visible(timeout=SENT_WITHIN_MS)
    page.goto("/report")
    page.get_by_role("button", name="没有着火,继续上报").click()
    expect(page.get_by_role("button", name="拍照", exact=True)).to_be_enabled()


def test_whoever_goes_back_from_what_he_took_is_asked_first_and_leaves_nothing_behind(phone: BrowserContext) -> None:
    page = opened(phone)
    choose_from_album(page, 1)
    expect(page.get_by_role("button", name="删除第1张照片")).to_be_visible()
    page.get_by_role("button", name="返回").click()
    page.get_by_role("button", name="取消").click()
    expect(page).to_have_url("/report/snap")
    expect(page.get_by_role("button", name="删除第1张照片")).to_be_visible()
    page.get_by_role("button", name="返回").click()
    page.get_by_role("button", name="离开").click()
    page.get_by_role("button", name="没有着火,继续上报").click()
    expect(page.get_by_role("button", name="拍照", exact=True)).to_be_enabled()


def test_laws_are_searched_without_a_network_and_without_signing_in(phone: BrowserContext) -> None:
    page = opened(phone)
    page.goto("/learn?shelf=laws")
    expect(page.get_by_text("中华人民共和国消防法", exact=True)).to_be_visible()
    with offline(phone):
        page.reload()
        page.get_by_placeholder("搜法规名称").fill("安全出口")
        page.get_by_role("link", name="中华人民共和国消防法").click()
        expect(page.locator("mark").first).to_be_visible()


def test_on_a_shared_phone_the_second_person_sees_nothing_of_the_first_whose_report_goes_out_when_he_is_back(
    phone: BrowserContext,
) -> None:
    page = opened(phone)
    sign_in(page, Role.CITIZEN)
    page.goto("/report")
    with offline(phone):
        report(page)
        expect(page.get_by_text("已保存在本机,尚未上报")).to_be_visible()
        sign_out(page)
        expect(page.get_by_text("还有2项没有上报")).to_be_visible()  # the report and its photo
        page.get_by_role("button", name="确认").click()
        expect(page).not_to_have_url("/me")
    sign_in(page, Role.CITIZEN, ELSEWHERE)
    page.goto("/my-reports")
    expect(page.get_by_text("通道出口")).to_have_count(0)
    sign_out(page)
    expect(page).not_to_have_url("/me")
    sign_in(page, Role.CITIZEN)
    page.goto("/my-reports")
    expect(page.get_by_text("已收到").first).to_be_visible(timeout=SENT_WITHIN_MS)


def sign_out(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="退出登录").click()
