"""How somebody wants to read is kept on his phone: dark or light, in which language, and Mongolian from top to bottom."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.actor import Role
from device.exchange import new_id
from operations.demo.people import Json, Stage
from tests.web.browsing import axe, new_phone, sign_in

_SHADE = "getComputedStyle(document.body).backgroundColor"
_MONGOLIAN = "ᠭᠠᠯ ᠤᠨ ᠠᠶᠤᠯ ᠡᠴᠡ ᠰᠡᠷᠭᠡᠶᠢᠯᠡᠬᠦ"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; V2309A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


def test_dark_is_chosen_at_once_outlives_a_reload_and_can_follow_the_phone(page: Page) -> None:
    page.goto("/me")
    light = page.evaluate(_SHADE)
    page.get_by_role("radio", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(_SHADE)
    assert dark != light
    page.reload()
    assert page.evaluate(_SHADE) == dark
    axe(page)
    page.get_by_role("radio", name="随系统").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_language_changes_without_a_reload_and_stays(page: Page) -> None:
    sign_in(page, Role.CITIZEN)
    page.goto("/me")
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("heading", name="Me", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    axe(page)
    page.goto("/my-reports")
    expect(page.get_by_role("heading", name="My reports")).to_be_visible()
    page.goto("/me")
    page.get_by_role("radio", name="中文").click()
    expect(page.get_by_role("heading", name="我的", exact=True)).to_be_visible()


def test_english_that_does_not_come_leaves_a_chinese_page_and_comes_with_the_next_start(page: Page) -> None:
    page.goto("/me")
    page.route("**/assets/english-*.js", lambda route: route.abort())
    page.get_by_role("radio", name="English").click()
    expect(page.get_by_role("radio", name="English")).to_be_checked()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", name="我的", exact=True)).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(page.get_by_role("heading", name="Me", exact=True)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_text_in_mongolian_script_is_read_in_columns_from_left_to_right(page: Page, stage: Stage) -> None:
    editor, lesson = stage.account("CONTENT_EDITOR", "150000"), new_id()
    body: Json = {
        "id": lesson, "title": _MONGOLIAN, "duration_minutes": 3, "summary": "",
        "body": [{"kind": "paragraph", "text": f"{_MONGOLIAN}᠃ " * 12}],
    }  # fmt: skip
    editor.post("/lessons", body, name="lesson.draft", subject_id=lesson)
    editor.post(f"/lessons/{lesson}/actions/publish", {}, name="lesson.publish", subject_id=lesson)
    page.goto(f"/learn/lessons/{lesson}")
    text = page.locator(".reading")
    expect(text).to_contain_text("ᠭᠠᠯ")
    assert text.evaluate("(it) => [getComputedStyle(it).writingMode, it.lang]") == ["vertical-lr", "mn-Mong"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")  # its columns scroll within, the page does not
    axe(page)
    editor.post(f"/lessons/{lesson}/actions/withdraw", {}, name="lesson.withdraw", subject_id=lesson)


@pytest.mark.parametrize(("agent", "told"), [(_IPHONE, "断网后不能重新打开"), (_ANDROID, "在其他应用"), (None, "在浏览器中打开")])
def test_everybody_is_told_what_the_client_can_do_where_it_is_open(
    browser: Browser, product: str, agent: str | None, told: str
) -> None:
    phone = new_phone(browser, product, agent)
    page = phone.new_page()
    page.goto("/me")
    expect(page.get_by_text(told)).to_be_visible()
    phone.close()
