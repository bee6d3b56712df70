"""Two officers look again without a network; a grid worker looks first; the code at a unit's entrance is read on arrival."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.people import Json, Stage
from operations.demo.photos import send_whole, take_photo
from tests.people import ELSEWHERE, HOME
from tests.web.browsing import axe, offline, sign_in
from tests.web.officers import DAYS, SENT_WITHIN_MS, THERE, depart, hand_in, sign_each_other
from tests.web.test_desk import checked, order_of
from tests.web.visits import inspection

SEEN = "草垛距炉灶约两米,没有隔离"
# A camera before which the code hangs, and a browser that reads codes itself.
_AT_THE_ENTRANCE = """
if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d')
  setInterval(() => context.fillRect(0, 0, 8, Date.now() % 9), 100)
  return canvas.captureStream(10)
}
window.BarcodeDetector = class { async detect() { return [{ rawValue: window.hanging }] } }
"""


def applied(office: Office) -> Case:
    """The unit says that it is put right, and asks for the recheck."""
    case = checked(office, 81, "verify_true", order=order_of(office))
    manager = office.stage.account("UNIT_MANAGER", ELSEWHERE)
    order = case.order(office.officers[0], [manager])
    item = order.read(manager)["data"]["items"][0]["id"]
    photo = take_photo(office.stage.rng, *THERE)
    order.act(manager, "report_fix", {"items": [{"id": item, "fixed": True, "photos": [photo.id]}]}, says="")
    send_whole(manager, photo, "rectification", office.officers[0])
    order.act(manager, "apply_recheck", says="")
    return order


def test_two_off_line_phones_cosign_a_recheck_and_hand_it_in_on_the_fifth_day(phones: list[BrowserContext], stage: Stage) -> None:
    office = Office(stage, ELSEWHERE)
    order = applied(office)
    first, second = (depart(phone, ELSEWHERE, nth, f"/recheck/{order.id}", "打开安全出口") for nth, phone in enumerate(phones))
    with offline(phones[0]), offline(phones[1]):
        first.get_by_role("radio", name="复查合格").click()
        first.get_by_label("复查情况").last.fill("安全出口已打开,门前已清理")
        axe(first)
        first.get_by_role("button", name="保存复查结果").click()
        sign_each_other(first, second)
        for page in (first, second):
            page.clock.fast_forward(DAYS * 24 * 3600 * 1000)
        first.reload()
    hand_in(first)

    def passed() -> Json | None:
        read = order.read(office.leader)
        return read if read["state"] == "RECTIFIED" else None

    stage.until("复查结果已到", passed)


def test_a_grid_worker_writes_down_what_he_sees_without_a_network_and_decides_nothing(
    page: Page, context: BrowserContext, stage: Stage
) -> None:
    office, grid = Office(stage, ELSEWHERE), stage.account("GRID_WORKER", ELSEWHERE)
    case = report(stage.citizen(ELSEWHERE), office, "GRASSLAND", "草垛紧挨炉灶", position(*THERE), place_name="巴音嘎查")
    case.act(office.clerk, "register", {"category": "PASTORAL_HOUSE"}, says="")
    case.assign(office.officers, grid_worker_id=grid.id)
    sign_in(page, Role.GRID_WORKER, ELSEWHERE)
    page.get_by_role("button", name="以后再设").click()
    page.goto(f"/check/{case.id}")
    note = page.get_by_role("button", name="记录先行查看").or_(page.get_by_role("link", name="记录先行查看"))
    expect(note).to_be_visible(timeout=SENT_WITHIN_MS)
    note.click()
    with offline(context):
        page.get_by_label("看到的情况").fill(SEEN)
        axe(page)
        page.get_by_role("button", name="保存查看情况").click()
        expect(page).not_to_have_url(f"**/check/{case.id}/precheck")

    def written() -> Json | None:
        read = case.read(office.leader)
        data: Json = read["data"]
        return read if data["precheck"] and data["precheck"]["note"] == SEEN else None

    assert stage.until("先行查看已到", written)["state"] == "ASSIGNED"


def test_the_code_at_the_entrance_is_read_and_the_code_of_another_unit_is_not_taken(
    page: Page, context: BrowserContext, stage: Stage, product: str
) -> None:
    office = Office(stage, HOME)
    case = inspection(office)
    unit_id = case.read(office.leader)["data"]["unit_id"]
    context.add_init_script(_AT_THE_ENTRANCE)
    sign_in(page, Role.FIRE_OFFICER, HOME)
    page.get_by_role("button", name="以后再设").click()
    page.goto(f"/inspect/{case.id}")
    scan = page.get_by_role("button", name="扫入企码,开始检查")
    expect(scan).to_be_visible(timeout=SENT_WITHIN_MS)
    page.evaluate(f"window.hanging = '{product}/entry/{case.id}'")
    scan.click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate(f"window.hanging = '{product}/entry/{unit_id}'")
    if scan.is_visible():
        scan.click()
    expect(page.get_by_role("button", name="其余全部符合")).to_be_visible()

    page.get_by_role("button", name="消防法第二十八条").first.click()
    words = page.get_by_role("dialog")
    expect(words).to_contain_text("中华人民共和国消防法 第28条")
    axe(page)
    words.get_by_role("button", name="取消").click()

    def arrived() -> Json | None:
        read = case.read(office.leader)
        return read if read["state"] == "IN_PROGRESS" else None

    assert stage.until("到场已到", arrived)["data"]["arrival"]["is_scanned"]
