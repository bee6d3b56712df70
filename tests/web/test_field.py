"""Two officers without a network: what they find is written, signed by both phones, and arrives whole on the fifth day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.people import Json, Stage
from tests.people import ELSEWHERE
from tests.web.browsing import new_phone, offline, sign_in, wait_until_kept
from tests.web.conftest import watch

THERE = (109.823, 40.642)
DAYS = 5
SENT_WITHIN_MS = 30_000


@pytest.fixture
def office(stage: Stage) -> Office:
    """The brigade of a banner, over HTTP."""
    return Office(stage, ELSEWHERE)


@pytest.fixture
def assigned(office: Office) -> Case:
    """A case that the first two officers of the banner were sent to."""
    citizen = office.stage.citizen(ELSEWHERE)
    case = report(citizen, office, "EXIT", "安全出口上锁", position(*THERE), place_name="友谊大街9号楼")
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    case.assign(office.officers)
    return case


@pytest.fixture
def phones(browser: Browser, product: str, complaints: list[str]) -> Iterator[list[BrowserContext]]:
    """One for each of the two, that know where they are."""
    opened = []
    for _ in range(2):
        phone = new_phone(browser, product)
        phone.grant_permissions(["geolocation"])
        phone.set_geolocation({"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8})
        watch(phone, complaints)
        opened.append(phone)
    yield opened
    for phone in opened:
        phone.close()
    assert complaints == []


def depart(phone: BrowserContext, nth: int, case: Case) -> Page:
    """Signed in, with the case and the whole client on the phone."""
    page = phone.new_page()
    page.clock.install()
    sign_in(page, Role.FIRE_OFFICER, ELSEWHERE, nth)
    later = page.get_by_role("button", name="以后再设")
    expect(later).to_be_visible()
    later.click()
    wait_until_kept(page)
    page.goto(f"/check/{case.id}")
    expect(page.get_by_text("安全出口上锁")).to_be_visible(timeout=SENT_WITHIN_MS)
    return page


def find_true(page: Page) -> None:
    """On the spot: arrived, found, ordered to be put right within a week."""
    page.get_by_role("button", name="到场,开始核查").click()
    page.get_by_role("button", name="填写核查结果").or_(page.get_by_role("link", name="填写核查结果")).click()
    page.get_by_text("属实,责令改正").click()
    page.get_by_role("button", name="添加一项").click()
    page.get_by_label("写明部位和问题").fill("打开安全出口,清除门前杂物")
    page.get_by_role("button", name="7天").click()
    page.get_by_label("被责令的单位或者个人").fill("友谊商场")
    page.get_by_label("核查情况").fill("二楼安全出口上锁,门前堆放纸箱")
    page.get_by_role("button", name="保存核查结果").click()


def sign_each_other(first: Page, second: Page) -> None:
    """The digits of the act go to the second phone, those of its signature to the first."""
    first.get_by_role("button", name="对方不能扫码").click()
    digits = first.get_by_test_id("act-digits").inner_text()
    second.get_by_role("link", name="给同事的核查签名").or_(second.get_by_role("button", name="给同事的核查签名")).click()
    second.get_by_label("数字").fill(digits)
    second.get_by_role("button", name="确认数字").click()
    second.get_by_role("button", name="同意并签名").click()
    signature = second.get_by_test_id("signature-digits").inner_text()
    first.get_by_role("button", name="扫对方的签名码").click()
    first.get_by_label("数字").fill(signature)
    first.get_by_role("button", name="确认数字").click()
    expect(first.get_by_text("已签名,保存在本机,尚未上报")).to_be_visible()


def test_two_off_line_phones_cosign_a_finding_and_hand_it_in_on_the_fifth_day(
    phones: list[BrowserContext], office: Office, assigned: Case
) -> None:
    first, second = (depart(phone, nth, assigned) for nth, phone in enumerate(phones))
    with offline(phones[0]), offline(phones[1]):
        find_true(first)
        sign_each_other(first, second)
        for page in (first, second):
            page.clock.fast_forward(DAYS * 24 * 3600 * 1000)
        first.reload()
    first.goto("/sync")
    first.get_by_role("button", name="立即同步").click()
    found = office.stage.until("核查结果已到", lambda: _found(assigned, office))
    assert found["finding"]["officers"] == [person.id for person in office.officers]


def _found(case: Case, office: Office) -> Json | None:
    read = case.read(office.leader)
    data: Json = read["data"]
    return data if read["state"] == "VERIFIED_TRUE" else None
