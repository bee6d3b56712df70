"""An inspector's day without a network, whatever happens to his phone: at night everything arrives, each once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Geolocation, Locator, Page, Playwright, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.people import Stage
from operations.demo.photos import photographs
from tests.people import ELSEWHERE
from tests.web.browsing import sign_in, wait_until_kept
from tests.web.mortal import MortalPhone

THERE = (109.823, 40.642)
HERE: Geolocation = {"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8}
PIN = "480215"
SYNCED_WITHIN_MS = 60_000
PLACES = ("阿尔丁大街1号", "阿尔丁大街2号", "阿尔丁大街3号", "阿尔丁大街4号")
FOUND = "现场检查,通道畅通"
_DELETED = """
async () => {
  const bases = (await indexedDB.databases()).map((each) => each.name).filter((name) => name.startsWith('fire-base-'))
  await Promise.all(bases.map((name) => new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = done
    request.onerror = failed
  })))
  return bases.length
}
"""


@pytest.fixture
def office(stage: Stage) -> Office:
    return Office(stage, ELSEWHERE)


@pytest.fixture
def cases(office: Office) -> list[Case]:
    """What the first two officers of the banner are sent to today."""
    citizen = office.stage.citizen(ELSEWHERE)
    cases = [report(citizen, office, "EXIT", "安全出口上锁", position(*THERE), place_name=place) for place in PLACES]
    for case in cases:
        case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
        case.assign(office.officers)
    return cases


@pytest.fixture
def phone(playwright: Playwright, product: str, tmp_path: Path, complaints: list[str]) -> Iterator[MortalPhone]:
    opened = MortalPhone(playwright, product, tmp_path / "profile", complaints, at=HERE)
    yield opened
    opened.close()
    assert complaints == []


def depart(phone: MortalPhone, cases: list[Case]) -> Page:
    """In the morning: signed in, with a PIN, the cases and the whole client on the phone."""
    page = phone.page
    sign_in(page, Role.FIRE_OFFICER, ELSEWHERE)
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_label("再次输入").fill(PIN)
    page.get_by_role("button", name="设置口令").click()
    expect(page).not_to_have_url(re.compile("/pin"))
    with_pin(page)
    wait_until_kept(page)
    for case in cases:
        page.goto(f"/check/{case.id}")
        expect(page.get_by_text("安全出口上锁")).to_be_visible(timeout=SYNCED_WITHIN_MS)
    return page


def with_pin(page: Page) -> Page:
    """A page that is loaded anew asks for the PIN, unless another tab is open that knows it: he gives it whenever it is asked."""

    def unlock(_: Locator) -> None:
        page.get_by_label("口令").fill(PIN)
        page.get_by_role("button", name="解锁", exact=True).click()

    page.add_locator_handler(page.get_by_role("heading", name="解锁离线资料"), unlock)
    return page


def arrive(page: Page, case: Case) -> None:
    page.goto(f"/check/{case.id}")
    page.get_by_role("button", name="到场,开始核查").click()
    expect(page.get_by_role("button", name="填写核查结果").or_(page.get_by_role("link", name="填写核查结果"))).to_be_visible()


def write(page: Page, case: Case) -> None:
    """What was found, with a photo; not saved yet."""
    page.goto(f"/check/{case.id}/finding")
    page.get_by_text("未发现所反映的情况", exact=True).click()
    page.get_by_label("核查情况").fill(FOUND)
    photo = FilePayload(name="photo.jpg", mimeType="image/jpeg", buffer=photographs()[0])
    page.locator("input[type=file]").first.set_input_files(photo)
    expect(page.get_by_role("button", name="删除照片1")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="保存核查结果").click()
    expect(page).to_have_url(re.compile("/ask-signature/"))


def waits(page: Page, acts: int, photos: int) -> None:
    """So much has not been sent, says the phone."""
    page.goto("/sync")
    expect(page.get_by_text(f"还有{acts}条记录、{photos}张照片没有上报")).to_be_visible()


def test_a_day_of_reloads_killed_pages_a_killed_browser_two_tabs_and_a_wiped_base_loses_nothing(
    phone: MortalPhone, office: Office, cases: list[Case]
) -> None:
    page = depart(phone, cases)
    phone.lose_network()

    arrive(page, cases[0])  # reloaded while he writes
    write(page, cases[0])
    page.reload()
    expect(page.get_by_label("核查情况")).to_have_value(FOUND)
    save(page)
    waits(page, 2, 1)

    arrive(page, cases[1])  # the page is killed while he writes
    write(page, cases[1])
    page = with_pin(phone.kill_page())
    page.goto(f"/check/{cases[1].id}/finding")
    expect(page.get_by_label("核查情况")).to_have_value(FOUND)
    save(page)
    waits(page, 4, 2)

    arrive(page, cases[2])  # the browser is killed as soon as it says that the act is saved
    write(page, cases[2])
    save(page)
    page = with_pin(phone.kill())
    waits(page, 6, 3)

    other = with_pin(phone.browser.new_page())  # two tabs: what one saves the other shows
    arrive(other, cases[3])
    expect(page.get_by_text("还有7条记录")).to_be_visible()
    write(other, cases[3])
    save(other)
    expect(page.get_by_text("还有8条记录、4张照片没有上报")).to_be_visible()

    assert page.evaluate(_DELETED) == 1  # the browser clears what can be loaded again
    other.close()
    waits(page, 8, 4)

    phone.find_network()
    page.get_by_role("button", name="立即同步").click()
    expect(page.get_by_text("本机内容已全部上报。")).to_be_visible(timeout=SYNCED_WITHIN_MS)
    for case in cases:
        read = case.read(office.leader)
        happened = Counter(event["name"] for event in read["timeline"])
        assert (read["state"], happened["hazard.check_started"], happened["hazard.act_drafted"]) == ("VERIFYING", 1, 1)
        page.goto(f"/check/{case.id}")  # and the base is whole again
        expect(page.get_by_text("待第二人签名")).to_be_visible()
