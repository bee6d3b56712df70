"""A reporter is asked and answers by his code; a reward goes through three desks; who reported is opened by two persons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.checks import finding
from operations.demo.people import Json, Stage
from operations.demo.printing import local_day
from tests.people import ELSEWHERE, HOME
from tests.web.browsing import axe, new_phone, offline, sign_in
from tests.web.measures import measure
from tests.web.officers import THERE, depart, hand_in

QUESTION, ANSWER = "门口是不是贴着绿色对联", "三单元二层,门口有绿色对联"
Desk = Callable[[Role], Page]
FITS: Json = {"too_wide": [], "small_text": [], "narrow_lines": [], "small_targets": []}


@pytest.fixture
def desk(browser: Browser, product: str) -> Iterator[Desk]:
    """A phone of its own for each role."""
    opened = []

    def of(role: Role) -> Page:
        phone = new_phone(browser, product)
        opened.append(phone)
        page = phone.new_page()
        sign_in(page, role)
        return page

    yield of
    for phone in opened:
        phone.close()


def test_a_reporter_is_asked_from_the_page_of_the_case_and_answers_with_his_code_alone(
    page: Page, stage: Stage, desk: Desk
) -> None:
    office = Office(stage, HOME)
    case = report(stage.guest("匿名"), office, "EXIT", "楼道门打不开", position(111.6856, 40.8455), report_mode="ANONYMOUS")
    clerk = desk(Role.INTAKE_CLERK)
    clerk.goto(f"/cases/hazard/{case.id}")
    clerk.get_by_role("button", name="其他").or_(clerk.get_by_role("button", name="办理")).first.click()
    clerk.get_by_role("dialog").get_by_role("button", name=re.compile("其他|询问举报人")).first.click()
    sheet = clerk.get_by_role("dialog")
    if sheet.get_by_role("button", name="询问举报人").count():
        sheet.get_by_role("button", name="询问举报人").first.click()
    sheet.get_by_text("具体位置").click()
    sheet.get_by_label("补充询问").fill(QUESTION)
    sheet.get_by_role("button", name=re.compile("询问举报人|确定|提交")).last.click()
    expect(clerk.get_by_role("heading", name="与举报人的询问和答复")).to_be_visible()

    page.goto("/my-reports/track")
    page.get_by_label("查询码").fill(f"{case.number}-{case.code[:8]}")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    expect(page.get_by_text(office.clerk.name)).to_have_count(0)
    assert measure(page) == FITS
    axe(page)
    page.get_by_label("答复内容").fill(ANSWER)
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_text(ANSWER)).to_be_visible()

    clerk.reload()
    expect(clerk.get_by_text(ANSWER)).to_be_visible()
    assert measure(clerk) == FITS
    axe(clerk)


def found_true(stage: Stage) -> Case:
    """Put right at once, of somebody whom the identity provider knows; he was told."""
    office = Office(stage, HOME)
    case = report(stage.known("manager", HOME), office, "EXIT", "安全出口上锁", position(111.6856, 40.8455))
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    case.assign(office.officers)
    case.act(office.officers[0], "start", says="")
    case.cosigned(office.officers, "fix_on_site", finding("已当场开锁", [], 111.6856, 40.8455), says="")
    case.act(office.clerk, "tell_reporter", says="")
    return case


def claimed(stage: Stage) -> Json:
    case = found_true(stage)
    where: Json = {"mobile": "13902150102", "bank": "内蒙古银行新城支行", "account": "6222021009988776655"}
    reporter = stage.known("manager", HOME)
    return reporter.post("/rewards", {"hazard_id": case.id, **where}, name="reward_claim.submit", subject_id=case.id)


def test_a_reward_goes_from_the_clerk_to_the_leader_to_the_paying_clerk(stage: Stage, desk: Desk) -> None:
    claim = claimed(stage)
    admin = desk(Role.SYS_ADMIN)
    admin.goto("/reward-policies")
    admin.get_by_role("button", name="填报本地区办法").click()
    sheet = admin.get_by_role("dialog")
    today = local_day(stage.clock()).isoformat()
    for label, text in (
        ("办法名称", "新城区奖励办法"),
        ("文件和文号", "新消〔2026〕9号"),
        ("最低金额", "50"),
        ("最高金额", "500"),
        ("起始日期", today),
    ):
        sheet.get_by_label(label).fill(text)
    sheet.get_by_text("执行中").click()
    sheet.get_by_role("button", name="保存").click()
    expect(admin.get_by_text("50元至500元").first).to_be_visible()

    clerk = desk(Role.INTAKE_CLERK)
    clerk.goto(f"/rewards/{claim['id']}")
    clerk.get_by_role("button", name="拟定奖励").click()
    clerk.get_by_role("dialog").get_by_text("新城区奖励办法").first.click()
    clerk.get_by_label("金额(元)").fill("200")
    clerk.get_by_role("button", name="提交").click()
    expect(clerk.get_by_text("待审批")).to_be_visible()

    leader = desk(Role.UNIT_LEADER)
    leader.goto(f"/rewards/{claim['id']}")
    leader.get_by_role("button", name="批准发放").click()
    leader.get_by_role("button", name="提交").click()
    expect(leader.get_by_text("待发放")).to_be_visible()
    expect(leader.get_by_text("6222021009988776655")).to_have_count(0)

    payer = desk(Role.FINANCE_CLERK)
    payer.goto("/rewards")
    payer.get_by_text(claim["code"]).click()
    expect(payer.get_by_text("6222021009988776655")).to_be_visible()
    expect(payer.get_by_text("YH1501")).to_have_count(0)
    axe(payer)
    payer.get_by_role("button", name="登记发放").click()
    payer.get_by_role("dialog").get_by_label("凭证号").fill("记-17")
    payer.get_by_role("button", name="提交").click()
    expect(payer.get_by_text("已发放")).to_be_visible()


def test_a_reviewer_asks_a_leader_agrees_and_only_the_reviewer_looks(stage: Stage, desk: Desk) -> None:
    case = found_true(stage)
    legal = desk(Role.LEGAL_REVIEWER)
    legal.goto("/unsealings")
    legal.get_by_role("button", name="申请启封").click()
    sheet = legal.get_by_role("dialog")
    for label, text in (
        ("案件编号", case.number),
        ("来函机关", "新城区人民法院"),
        ("来函文号", "调令77号"),
        ("申请理由", "案件审理需要"),
    ):
        sheet.get_by_label(label).fill(text)
    assert measure(legal) == FITS
    axe(legal)
    sheet.get_by_role("button", name="提交申请").click()
    expect(sheet).to_be_hidden()

    leader = desk(Role.UNIT_LEADER)
    leader.goto("/unsealings")
    leader.locator("section.card", has_text="调令77号").get_by_role("button", name="批准启封").click()
    leader.get_by_role("button", name="提交").click()
    expect(leader.locator("section.card", has_text="调令77号").get_by_text("已批准")).to_be_visible()
    expect(leader.get_by_role("button", name="查看身份信息")).to_have_count(0)

    legal.reload()
    legal.locator("section.card", has_text="调令77号").get_by_role("button", name="查看身份信息").click()
    legal.get_by_role("button", name="确认").click()
    expect(legal.get_by_role("dialog").get_by_text(re.compile(r"^139\d{8}$"))).to_be_visible()


def test_an_officer_asks_without_a_network_and_the_question_goes_out_by_itself(
    phones: list[BrowserContext], stage: Stage
) -> None:
    office = Office(stage, ELSEWHERE)
    citizen = stage.citizen(ELSEWHERE)
    case = report(citizen, office, "EXIT", "二楼出口打不开", position(*THERE), place_name="友谊大街11号楼")
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    case.assign(office.officers)
    page = depart(phones[0], ELSEWHERE, 0, f"/check/{case.id}", "二楼出口打不开")
    with offline(phones[0]):
        page.get_by_role("button", name="询问举报人").click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_text("进入方式").click()
        sheet.get_by_label("补充询问").fill(QUESTION)
        sheet.get_by_role("button", name="询问举报人").click()
        expect(sheet).to_be_hidden()
    hand_in(page)
    path = f"{case.path}/messages"
    read = stage.until("询问已到", lambda: next(iter(citizen.get(path)["items"]), None))
    assert read["text"].endswith(QUESTION)
    assert read["author"] != office.officers[0].name
