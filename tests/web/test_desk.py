"""A leader clears his queue with his thumb: for most cases the choice that the card offers is the right one."""

from __future__ import annotations

import random
import re
import statistics
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError as TookTooLong, expect

from accounts.actor import Role
from operations.demo.cases import Case, Office, position, report
from operations.demo.checks import finding
from operations.demo.people import Json, Stage
from operations.demo.photos import take_photo
from operations.demo.printing import local_day
from tests.people import ELSEWHERE
from tests.web.browsing import axe, sign_in

MOST_TAPS = 3  # the median of twenty
_FINGERS = "window.fingers = { taps: 0 }; addEventListener('click', () => fingers.taps++, true)"
SEED = 20261126
THERE = (109.823, 40.642)
ORDER_DAYS = 7
_PAGES = 20  # more than there are
_AT_ONCE_MS, _TRIES = 3_000, 7

Maker = Callable[[Office, int], str]  # what the card of its case says that it waits for


def reported(office: Office, nth: int) -> Case:
    """In, and registered."""
    place = position(THERE[0] + nth / 10_000, THERE[1])
    citizen = office.stage.citizen(office.region_code)
    case = report(citizen, office, "EXIT", f"第{nth}处安全出口上锁", place, place_name=f"{nth}号楼")
    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="")
    return case


def to_assign(office: Office, nth: int) -> str:
    """Nobody was sent there yet."""
    reported(office, nth)
    return "待派单"


def checked(office: Office, nth: int, action: str, **more: Any) -> Case:
    """Two officers were there."""
    case, pair = reported(office, nth), office.officers
    case.assign(pair)
    case.act(pair[0], "start", says="")
    case.cosigned(pair, action, finding("现场核查情况", [], *THERE, **more), says="")
    return case


def to_sign(office: Office, nth: int) -> str:
    """A letter that an officer has drafted."""
    case = checked(office, nth, "verify_true", order=order_of(office))
    reason = {"reason": "属于贵单位职责范围", "legal_basis": "消防法第五十二条"}
    case.act(office.officers[0], "hand_over", {"to_org_id": office.housing.org_id, **reason}, says="")
    return "待签发"


def returned(office: Office, nth: int) -> str:
    """A letter that came back, with the office that it should go to."""
    case = reported(office, nth)
    reason = {"reason": "建设工程消防验收由住房和城乡建设部门负责", "legal_basis": "消防法第十三条", "lack_of_competence": True}
    letter = case.letter(office.housing, None, reason, says="")
    letter.act(office.housing, "sign_for", says="")
    back = {"reason": "不属于特殊建设工程", "legal_basis": "权责清单", "suggested_org_id": office.market.org_id}
    letter.act(office.housing, "return", back, says="")
    return "被退回"


def not_fixed(office: Office, nth: int) -> str:
    """An order whose recheck has failed."""
    case = checked(office, nth, "verify_true", order=order_of(office))
    manager = office.stage.account("UNIT_MANAGER", office.region_code)
    order = case.order(office.officers[0], [manager])
    item = order.read(manager)["data"]["items"][0]["id"]
    order.act(
        manager,
        "report_fix",
        {"items": [{"id": item, "fixed": True, "photos": [take_photo(office.stage.rng, *THERE).id]}]},
        says="",
    )
    order.act(manager, "apply_recheck", says="")
    order.cosigned(office.officers, "recheck_fail", finding("仍被堵塞", [], *THERE), says="")
    return "复查不合格"


def order_of(office: Office) -> Json:
    due_on = (local_day(office.stage.clock()) + timedelta(days=ORDER_DAYS)).isoformat()
    unit = office.stage.account("UNIT_MANAGER", office.region_code)
    return {
        "kind": "DEADLINE", "due_on": due_on, "unit_id": unit.unit_id, "unit_name": unit.label,
        "items": [{"description": "打开安全出口", "clause": "消防法第二十八条"}],
    }  # fmt: skip


def reach(page: Page, item: Locator) -> Locator:
    """An item of the queue, on whichever page it is. What is fetched anew meanwhile begins at the first page again."""
    more = page.get_by_role("button", name="加载更多")
    for _ in range(_PAGES):
        expect(item.or_(more).first).to_be_visible()
        if item.count() > 0:
            break
        cards = page.locator("article.card").count()
        if more.is_visible():
            more.click()
            expect(page.locator("article.card")).not_to_have_count(cards)
    return item


def clear(page: Page, nth: int, waits: str) -> int:
    """Tap what the card offers, and that it is right so; how many taps it were."""
    item = page.locator("article.card").filter(has_text=f"区{nth}号楼").filter(has_text=waits)
    sheet = page.locator("[role=dialog].sheet")
    for _ in range(_TRIES):
        reach(page, item)
        before = page.evaluate("fingers.taps")
        try:
            item.locator("button.step").click(timeout=_AT_ONCE_MS)
            break
        except TookTooLong:  # the list was fetched anew just then
            continue
    submit = sheet.locator("button[type=submit]")
    expect(submit).to_be_enabled()  # the sensible choice is made: whom to send, where to, until when
    submit.click()
    expect(sheet).to_be_hidden()
    expect(item).to_have_count(0)
    return int(page.evaluate("fingers.taps")) - int(before)


def test_a_leader_clears_twenty_mixed_cases_with_three_taps_each(
    context: BrowserContext, stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    office = Office(stage, ELSEWHERE)
    made: list[Maker] = [*[to_assign] * 8, *[to_sign] * 4, *[returned] * 4, *[not_fixed] * 4]
    waiting = {nth: make(office, nth) for nth, make in enumerate(made, start=1)}
    context.add_init_script(_FINGERS)
    page = context.new_page()
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto("/queue")
    mixed = random.Random(SEED).sample(sorted(waiting.items()), len(waiting))
    taps = [clear(page, nth, waits) for nth, waits in mixed]
    record_property("figures", f"a leader cleared {len(taps)} mixed cases with {sum(taps)} taps, at most {max(taps)} each")
    assert statistics.median(taps) <= MOST_TAPS


def test_a_leader_relieves_the_busier_of_two_officers_with_one_tap(page: Page, stage: Stage) -> None:
    office = Office(stage, ELSEWHERE)
    for nth in range(40, 46):
        reported(office, nth).assign(office.officers)
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.get_by_role("button", name="工作量").click()
    busy, relief = office.officers[1].name, stage.account("FIRE_OFFICER", ELSEWHERE, 2).name
    hands = {name: page.locator("li").filter(has_text=name).locator("strong") for name in (busy, relief)}
    expect(hands[busy]).to_be_visible()
    before = {name: int("".join(filter(str.isdigit, hand.inner_text()))) for name, hand in hands.items()}
    expect(page.get_by_text("尚未到场,可由").first).to_be_visible()
    axe(page)
    page.get_by_role("button", name="改派给").first.click()
    expect(page.get_by_text("已改派")).to_be_visible()
    expect(hands[relief]).to_have_text(f"在办{before[relief] + 1}件")


def test_a_leader_sends_two_officers_to_several_cases_at_once_and_reads_what_became_of_each(page: Page, stage: Stage) -> None:
    office = Office(stage, ELSEWHERE)
    first, second = reported(office, 71), reported(office, 72)
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto("/queue")
    page.get_by_role("button", name="批量办理").click()
    for nth in (71, 72):
        reach(page, page.get_by_role("button", name=re.compile(f"{nth}号楼"))).first.click()
    axe(page)
    second.assign(office.officers)  # by somebody else, meanwhile
    second.act(office.officers[0], "start", says="")
    page.get_by_role("button", name="办理所选(2件)").click()
    expect(page.get_by_role("button", name="派单(2件)")).to_be_enabled()  # with the pair that has least to do
    axe(page)
    page.get_by_role("button", name="派单(2件)").click()
    expect(page.get_by_text("您选择之后,他人又办理了这一件。")).to_be_visible()
    expect(page.get_by_text("已办", exact=True)).to_be_visible()
    assert first.read(office.leader)["state"] == "ASSIGNED"
    assert second.read(office.leader)["state"] == "VERIFYING"
