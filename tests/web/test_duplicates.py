"""Two reports of what looked like one thing, from the report to the split; and a photo that is shown twice."""

from __future__ import annotations

import re
from contextlib import closing

from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.checks import finding
from operations.demo.people import Stage
from operations.demo.photos import send_whole, take_photo
from tests.people import ELSEWHERE
from tests.web.browsing import axe, new_phone, sign_in
from tests.web.test_reporting import SENT_WITHIN_MS, opened, phone

__all__ = ["phone"]  # a fixture
BUSY = (109.8232, 40.6428)  # where nobody else reports of fire lanes
MOST_TAPS = 4
REASON = "反映的不是同一问题"


def reported(office: Office, words: str, place: tuple[float, float] = BUSY) -> Case:
    citizen = office.stage.citizen(office.region_code)
    return report(citizen, office, "FIRE_LANE", words, position(*place), place_name="东区3号楼")


def start_reporting(page: Page) -> None:
    page.get_by_role("button", name="没有着火,继续上报").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    page.get_by_role("radio", name="消防车道").click()


def test_who_is_about_to_report_reads_that_others_did_and_taps_no_more_than_before(phone: BrowserContext, stage: Stage) -> None:
    office = Office(stage, ELSEWHERE)
    for nth in range(3):
        reported(office, f"第{nth}次反映:车道被占用")
    phone.set_geolocation({"longitude": BUSY[0], "latitude": BUSY[1], "accuracy": 8})
    page = opened(phone)
    start_reporting(page)
    expect(page.get_by_text(re.compile(r"附近已有人反映同类隐患\(60天内\d+件\),仍可提交。"))).to_be_visible()
    axe(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="已上报")).to_be_visible(timeout=SENT_WITHIN_MS)
    assert page.evaluate("fingers")["taps"] <= MOST_TAPS


def test_a_report_goes_its_way_though_nobody_answers_what_is_near(phone: BrowserContext) -> None:
    phone.route("**/api/v1/hazards/nearby", lambda route: route.abort())
    page = opened(phone)
    start_reporting(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="已上报")).to_be_visible(timeout=SENT_WITHIN_MS)


def test_a_clerk_merges_and_splits_and_the_reporter_reads_both_in_his_own_report(
    browser: Browser, product: str, context: BrowserContext, stage: Stage
) -> None:
    office = Office(stage, ELSEWHERE)
    master, case = (reported(office, words) for words in ("东侧车道停满车辆", "西侧车道被石墩封堵"))
    page = context.new_page()
    sign_in(page, Role.INTAKE_CLERK, ELSEWHERE)
    page.goto(f"/cases/hazard/{case.id}")
    page.get_by_role("button", name="其他").click()
    page.get_by_role("button", name="并案", exact=True).click()
    sheet = page.locator("[role=dialog].sheet")
    sheet.get_by_text(master.number[-5:]).click()
    sheet.locator("button[type=submit]").click()
    expect(page.get_by_role("link", name="并入的案件").or_(page.get_by_text("并入的案件"))).to_be_visible()
    page.goto(f"/cases/hazard/{master.id}")
    expect(page.get_by_text("已并入本案的上报")).to_be_visible()
    expect(page.get_by_text(case.number)).to_be_visible()
    with closing(new_phone(browser, product)) as his:
        own = his.new_page()
        sign_in(own, Role.CITIZEN, ELSEWHERE)
        own.goto(f"/my-reports/{case.id}")
        expect(own.get_by_text(f"已与编号{master.number}合并办理,该事项现为:已收到。")).to_be_visible()
        axe(own)
        split_off(page, master, case)
        own.reload()
        expect(own.get_by_text("经核对不是同一问题,恢复单独办理")).to_be_visible()
        expect(own.get_by_text("合并办理,该事项现为")).to_have_count(0)


def split_off(page: Page, master: Case, case: Case) -> None:
    page.goto(f"/cases/hazard/{case.id}")
    page.get_by_role("button", name="可以办理").click()
    sheet = page.locator("[role=dialog].sheet")
    sheet.get_by_role("button", name=REASON).click()
    axe(page)
    sheet.locator("button[type=submit]").click()
    expect(page.get_by_text(f"已从编号{master.number}(已提交)拆分。{REASON}")).to_be_visible()
    page.get_by_role("button", name=re.compile("三个工作日内核查")).click()
    expect(page.get_by_text("期限仍自收到上报之时起算").first).to_be_visible()
    axe(page)


def test_the_leader_sees_a_photo_that_is_shown_twice_and_says_what_it_is(page: Page, stage: Stage) -> None:
    office = Office(stage, ELSEWHERE)
    photo = take_photo(stage.rng, *BUSY)
    cases = [reported(office, f"车道第{nth}处被占用") for nth in range(2)]
    for nth, case in enumerate(cases):
        shown = photo if nth == 0 else type(photo)(take_photo(stage.rng, *BUSY).id, photo.content, photo.canary)
        case.act(office.clerk, "register", {"category": "FIRE_LANE_BLOCKED"}, says="")
        case.assign(office.officers)
        case.act(office.officers[0], "start", says="")
        send_whole(office.officers[0], shown, "verification", office.officers[0])
        case.cosigned(office.officers, "fix_on_site", finding("当场清理", [shown.id], *BUSY), says="")
    first, second = cases
    stage.until("发现重复照片", lambda: second.read(office.leader)["reuses"])
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto("/queue")
    expect(page.locator("article.card").first).to_be_visible()
    card = page.locator("article.card").filter(has_text=second.number)
    while not card.count():  # other tests of this server made cases too
        page.get_by_role("button", name="加载更多").click()
        expect(page.locator(".van-button--loading")).to_have_count(0)
    expect(card.get_by_text("重复照片1处待核对")).to_be_visible()
    card.locator("button.open").click()
    expect(page.get_by_text(f"编号{first.number},核查环节")).to_be_visible()
    expect(page.get_by_text("待核对", exact=True)).to_be_visible()
    axe(page)
    page.get_by_role("button", name="其他").click()
    page.get_by_role("button", name="核对重复照片").click()
    sheet = page.locator("[role=dialog].sheet")
    sheet.get_by_text("照片不能作为依据").click()
    sheet.get_by_label("理由").fill("两件照片一致,须重新核查取证")
    sheet.locator("button[type=submit]").click()
    expect(page.get_by_text("两件照片一致,须重新核查取证").first).to_be_visible()
    expect(page.get_by_text("不能作为依据", exact=True)).to_be_visible()
