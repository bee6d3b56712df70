"""Every page of the client: who sees it, and how he gets there, with something to show and without. A new route needs a line
here (a test asks for it)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.client import WEB
from tests.web.browsing import see_program, take_photo


@dataclass(frozen=True)
class View:
    """A route as the client declares it."""

    route: str
    picture: str  # the name of its picture in docs/screenshots
    who: Role | None = None  # nobody has signed in
    address: str | None = None  # with ids of the content in braces; the route itself where that is an address
    reach: Callable[[Page], object] | None = None  # what is done there before there is something to see

    def open(self, page: Page, content: Mapping[str, str]) -> None:
        """Go there."""
        address = (self.address or self.route).format_map(content)
        page.goto(address)
        see_program(page)
        if page.url.partition("?")[0].endswith("/pin") and self.route != "/pin":  # asked of officers first
            page.get_by_role("button", name="以后再设").click()
            expect(page).not_to_have_url(re.compile("/pin"))
        if self.reach is not None:
            self.reach(page)
        expect(page.locator("[aria-busy=true]")).to_have_count(0)


_CASE = "/cases/:kind(hazard|handover|rectification|permit|assistance|inspection|measure|major|transfer)/:id"
_SUSPECT = "/suspect-crime/:type(hazard|inspection)/:id"
_ASK = "/ask-signature/:type(hazard|rectification|permit|inspection|measure)/:id"
FOUND = "楼道内停放电动自行车5辆,私拉电线充电"
PIN = "835206"
NOWHERE = "0190a1b2-0000-7000-8000-000000000000"  # an id that nothing has: how a page tells that


def seal_at_once(page: Page) -> None:
    """With everything that an urgent sealing asks for."""
    for name in ("情况紧急,当场先行查封", "当场制作并送达"):
        switch = page.get_by_role("switch", name=name)
        expect(switch).to_be_visible()
        if switch.get_attribute("aria-checked") == "false":
            switch.click()


def say_that_nothing_burns(page: Page) -> None:
    """The question comes before everything else, whatever address somebody followed."""
    page.get_by_role("button", name="没有着火,继续上报").click()
    expect(page).to_have_url(re.compile("/report/snap"))


def snap(page: Page) -> None:
    """With a photo, as the phone's own camera gives it."""
    say_that_nothing_burns(page)
    take_photo(page)
    picture, save = page.get_by_role("radio", name="通道出口"), page.get_by_role("button", name="保存")
    expect(picture.or_(save).first).to_be_visible()
    if picture.is_visible():  # else it was chosen before, and elder mode is a screen further
        picture.click()


def see_circles(page: Page) -> None:
    """All of the jurisdiction, and one of its circles chosen; with nothing to show, that."""
    expect(page.locator(".fire-cell").or_(page.get_by_text("这一范围没有在办事项")).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    if page.locator(".fire-cell").count() > 0:
        page.locator(".fire-cell").first.press("Enter")


def compare(page: Page) -> None:
    """Two entries of one place beside each other."""
    page.get_by_role("button", name="银河书店有限公司").click()
    expect(page.get_by_text("保留哪一处登记")).to_be_visible()


def find_true(page: Page) -> None:
    """The form of a finding that is true, with its order."""
    page.get_by_text("属实,责令改正", exact=True).click()
    page.get_by_label("核查情况").fill(FOUND)


def answer_whether_it_is_needed(page: Page) -> None:
    """The three questions, one after the other."""
    for answer in ("宾馆", "新开业或者首次投入使用", "消防验收合格"):
        page.get_by_text(answer, exact=True).click()
    expect(page.get_by_text("需要办理", exact=True)).to_be_visible()


def ask_for_a_signature(page: Page) -> None:
    """What was found is sealed on this phone, unless it was before, and nothing leaves it."""
    page.context.route("**/api/v1/sync/push*", lambda route: route.abort())
    page.wait_for_load_state("networkidle")
    if not page.get_by_text("本机没有等待签名").is_visible():
        return
    page.goto(page.url.replace("/ask-signature/hazard/", "/check/") + "/finding")
    page.get_by_text("当场改正", exact=True).click()
    page.get_by_label("核查情况").fill(FOUND)
    page.get_by_label("没有照片").fill("手机没电,照片由同事拍摄")
    page.get_by_role("button", name="保存核查结果").click()
    expect(page).to_have_url(re.compile("/ask-signature/"))
    expect(page.locator(".van-toast")).to_be_hidden()


def lock(page: Page) -> None:
    """He has a PIN, and opens the client anew."""
    expect(page.locator("#content")).to_be_visible()
    if page.get_by_role("heading", name="解锁离线资料").is_visible():
        return
    page.goto("/pin")
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_label("再次输入").fill(PIN)
    page.get_by_role("button", name="设置口令").click()
    expect(page).not_to_have_url(re.compile("/pin"))
    page.goto("/unlock")


def fill_in_checklist(page: Page) -> None:
    """One item does not conform, and is to be put right; the paper is made on the spot."""
    blocked = page.get_by_role("radiogroup", name="疏散通道、安全出口、消防车通道畅通")
    blocked.get_by_role("radio", name="不符合").click()
    blocked.get_by_label("问题", exact=True).fill("二层安全出口上锁")
    rest = page.get_by_role("button", name="其余全部符合")
    if rest.is_enabled():
        rest.click()
    page.get_by_role("button", name="15天").click()
    served = page.get_by_role("switch", name="当场制作并送达")
    if served.get_attribute("aria-checked") == "false":
        served.click()


def find_not_conforming(page: Page) -> None:
    """All of the form, as far as it is filled in by taps."""
    page.get_by_text("不符合", exact=True).first.click()
    page.get_by_role("button", name="全部符合").click()
    page.get_by_role("radio", name="不符合").last.click()
    page.get_by_role("button", name="添加一项").click()
    page.get_by_role("button", name="7天").click()


def see_something_wrong(page: Page) -> None:
    """Of the second item; the rest is right."""
    card = page.get_by_role("radiogroup").nth(1)
    expect(card).to_be_visible()
    card.get_by_role("radio", name="不符合").click()
    card.get_by_label("问题").fill("二层安全出口上锁")
    rest = page.get_by_role("button", name="其余全部符合")
    if rest.is_enabled():  # in the second mode the draft has it
        rest.click()


def choose(what: str) -> Callable[[Page], None]:
    """The first of a list is shown beside it, where there is room for that."""

    def chosen(page: Page) -> None:
        beside = page.locator("section.beside")
        if beside.count() > 0:
            page.locator(what).first.click()
            expect(beside.locator("h2, h3").first).to_be_visible()

    return chosen


VIEWS = [
    View("/report", "report"),
    View("/report/snap", "report-camera", reach=say_that_nothing_burns),
    View("/report/snap", "report-form", reach=snap),
    View("/my-reports", "my-reports-empty"),
    View("/my-reports", "my-reports", Role.CITIZEN, reach=choose("a.card")),
    View("/my-reports/track", "track"),
    View("/my-reports/:id", "my-report", Role.CITIZEN, "/my-reports/{told}"),
    View("/my-reports/:id", "my-report-missing", address=f"/my-reports/{NOWHERE}"),
    View("/learn", "learn", reach=choose("a.lesson")),
    View("/learn", "laws", address="/learn?shelf=laws", reach=choose("a.law:has-text('中华人民共和国消防法')")),
    View("/learn/laws/:id", "law", address="/learn/laws/{law}"),
    View("/learn/laws/:id", "law-missing", address=f"/learn/laws/{NOWHERE}"),
    View("/learn/lessons/:id", "lesson", address="/learn/lessons/{lesson}"),
    View("/learn/lessons/:id", "lesson-missing", address=f"/learn/lessons/{NOWHERE}"),
    View("/units", "units", Role.UNIT_LEADER),
    View("/units/:id", "unit", Role.UNIT_LEADER, "/units/{unit}"),
    View("/units/:id", "unit-kept", Role.UNIT_LEADER, "/units/{unit_kept}"),
    View("/units/:id", "unit-double", Role.UNIT_LEADER, "/units/{double}", reach=compare),
    View("/units/:id", "unit-merged", Role.UNIT_LEADER, "/units/{merged_unit}"),
    View("/units/:id", "unit-own", Role.UNIT_MANAGER, "/units/{unit}"),
    View("/units/claim", "unit-claim", Role.CITIZEN),
    View("/units/:id/people", "unit-people", Role.UNIT_MANAGER, "/units/{unit}/people"),
    View("/units/:id/edit", "unit-edit", Role.UNIT_MANAGER, "/units/{unit}/edit"),
    View("/units/:id/edit", "unit-edit-office", Role.UNIT_LEADER, "/units/{unit}/edit"),
    View("/units/:id/edit", "unit-edit-missing", Role.UNIT_LEADER, f"/units/{NOWHERE}/edit"),
    View("/inbox", "inbox", Role.UNIT_LEADER),
    View("/queue", "queue", Role.UNIT_LEADER, reach=choose("button.open")),
    View("/cases", "cases", Role.UNIT_LEADER, reach=choose("button.row")),
    View(_CASE, "case-hazard", Role.UNIT_LEADER, "/cases/hazard/{told}"),
    View(_CASE, "case-draft", Role.UNIT_LEADER, "/cases/hazard/{drafted}"),
    View(_CASE, "case-handover", Role.UNIT_LEADER, "/cases/handover/{letter}"),
    View(_CASE, "case-rectification", Role.UNIT_LEADER, "/cases/rectification/{order}"),
    View(_CASE, "case-permit", Role.UNIT_LEADER, "/cases/permit/{permit}"),
    View(_CASE, "case-assistance", Role.UNIT_LEADER, "/cases/assistance/{advised}"),
    View(_CASE, "case-missing", Role.UNIT_LEADER, f"/cases/hazard/{NOWHERE}"),
    View("/today", "today", Role.FIRE_OFFICER),
    View("/map", "map", Role.FIRE_OFFICER),
    View("/map/area", "area-map", Role.UNIT_LEADER, reach=see_circles),
    View("/pack", "pack", Role.FIREFIGHTER),
    View("/pack", "pack-units", Role.FIREFIGHTER, "/pack?shelf=units"),
    View("/pack", "pack-near", Role.FIREFIGHTER, "/pack?shelf=water&from={target}"),
    View("/pack/water/new", "pack-source-new", Role.FIREFIGHTER),
    View("/pack/water/:id", "pack-source", Role.FIREFIGHTER, "/pack/water/{source}"),
    View("/pack/water/:id", "pack-source-missing", Role.FIREFIGHTER, f"/pack/water/{NOWHERE}"),
    View("/pack/water/:id/edit", "pack-source-edit", Role.FIREFIGHTER, "/pack/water/{source}/edit"),
    View("/pack/units/:id", "pack-unit", Role.FIREFIGHTER, "/pack/units/{sheet}"),
    View("/pack/units/:id", "pack-unit-missing", Role.FIREFIGHTER, f"/pack/units/{NOWHERE}"),
    View("/pack/units/:id/edit", "pack-unit-edit", Role.FIREFIGHTER, "/pack/units/{sheet}/edit"),
    View("/today", "today-firefighter", Role.FIREFIGHTER),
    View("/check/:id", "check", Role.FIRE_OFFICER, "/check/{under_way}"),
    View("/check/:id", "check-missing", Role.FIRE_OFFICER, f"/check/{NOWHERE}"),
    View("/check/:id/finding", "finding", Role.FIRE_OFFICER, "/check/{under_way}/finding", find_true),
    View("/check/:id/finding", "finding-missing", Role.FIRE_OFFICER, f"/check/{NOWHERE}/finding"),
    View("/check/:id/precheck", "precheck", Role.GRID_WORKER, "/check/{under_way}/precheck"),
    View("/recheck/:id", "recheck", Role.FIRE_OFFICER, "/recheck/{order}"),
    View("/recheck/:id", "recheck-missing", Role.FIRE_OFFICER, f"/recheck/{NOWHERE}"),
    View("/visit/:id", "visit", Role.FIRE_OFFICER, "/visit/{to_verify}"),
    View("/visit/:id", "visit-form", Role.FIRE_OFFICER, "/visit/{to_verify}", find_not_conforming),
    View("/inspect/:id", "inspect", Role.FIRE_OFFICER, "/inspect/{to_inspect}"),
    View("/inspect/:id", "inspect-form", Role.FIRE_OFFICER, "/inspect/{inspecting}", fill_in_checklist),
    View("/inspect/:id", "inspect-missing", Role.FIRE_OFFICER, f"/inspect/{NOWHERE}"),
    View("/patrols", "patrols", Role.GRID_WORKER),
    View("/patrols", "patrols-unit", Role.UNIT_MANAGER, "/patrols?unit={unit}"),
    View("/patrols/new", "patrol-new", Role.GRID_WORKER, reach=see_something_wrong),
    View("/patrols/new", "self-check-new", Role.UNIT_MANAGER, "/patrols/new?unit={unit}", see_something_wrong),
    View("/patrols/:id", "patrol", Role.GRID_WORKER, "/patrols/{grid_patrol}"),
    View("/patrols/:id", "patrol-missing", Role.GRID_WORKER, f"/patrols/{NOWHERE}"),
    View("/patrols/:id", "self-check", Role.UNIT_MANAGER, "/patrols/{self_check}"),
    View("/today", "today-grid-worker", Role.GRID_WORKER),
    View("/inspections/published", "published"),
    View(_CASE, "case-inspection-published", Role.UNIT_LEADER, "/cases/inspection/{published}"),
    View("/inspections/plan", "inspection-plan", Role.UNIT_LEADER),
    View("/entry/:id", "entry", address=f"/entry/{NOWHERE}"),
    View(_CASE, "case-inspection", Role.UNIT_LEADER, "/cases/inspection/{inspected}"),
    View("/seal/:type(hazard|inspection)/:id", "seal", Role.FIRE_OFFICER, "/seal/inspection/{inspecting}", seal_at_once),
    View("/seal/:type(hazard|inspection)/:id", "seal-missing", Role.FIRE_OFFICER, f"/seal/hazard/{NOWHERE}"),
    View("/suspend/:type(hazard|inspection)/:id", "suspend", Role.UNIT_LEADER, "/suspend/inspection/{inspecting}"),
    View("/measure/:id", "measure", Role.FIRE_OFFICER, "/measure/{sealed}"),
    View("/measure/:id", "measure-missing", Role.FIRE_OFFICER, f"/measure/{NOWHERE}"),
    View(_CASE, "case-measure", Role.UNIT_LEADER, "/cases/measure/{sealed}"),
    View(_CASE, "case-measure-unit", Role.UNIT_MANAGER, "/cases/measure/{sealed}"),
    View("/suspect-major/:type(hazard|inspection)/:id", "major-new", Role.FIRE_OFFICER, "/suspect-major/inspection/{inspecting}"),
    View("/suspect-major/:type(hazard|inspection)/:id", "major-missing", Role.FIRE_OFFICER, f"/suspect-major/hazard/{NOWHERE}"),
    View(_CASE, "case-major", Role.UNIT_LEADER, "/cases/major/{supervised}"),
    View(_CASE, "case-major-unit", Role.UNIT_MANAGER, "/cases/major/{supervised}"),
    View(
        "/suspect-crime/:type(hazard|inspection)/:id", "transfer-new", Role.FIRE_OFFICER, "/suspect-crime/inspection/{inspecting}"
    ),
    View(_CASE, "case-transfer", Role.UNIT_LEADER, "/cases/transfer/{transferred}"),
    View(_CASE, "case-prompt-unit", Role.UNIT_MANAGER, "/cases/rectification/{prompted}"),
    View("/numbers", "numbers", Role.FIRE_OFFICER),
    View("/numbers/lent", "numbers-lent", Role.UNIT_LEADER),
    View("/visit/:id", "visit-missing", Role.FIRE_OFFICER, f"/visit/{NOWHERE}"),
    View("/sign", "sign", Role.FIRE_OFFICER),
    View("/sign", "sign-draft", Role.FIRE_OFFICER, "/sign?type=hazard&id={drafted}"),
    View("/sync/issues/:id", "sync-issue", Role.FIRE_OFFICER, "/sync/issues/{issue}"),
    View("/sync/issues/:id", "sync-issue-missing", Role.FIRE_OFFICER, f"/sync/issues/{NOWHERE}"),
    View("/sync-issues", "sync-issues", Role.UNIT_LEADER),
    View("/sync-issues", "sync-issues-devices", Role.SYS_ADMIN),
    View("/staff", "staff", Role.SYS_ADMIN, reach=choose("button.person")),
    View("/staff", "staff-auditor", Role.AUDITOR),
    View("/staff/new", "staff-new", Role.SYS_ADMIN),
    View("/staff/:id", "staff-member", Role.SYS_ADMIN, "/staff/{officer}"),
    View("/staff/:id", "staff-member-roles", Role.SEC_ADMIN, "/staff/{officer}"),
    View("/staff/:id", "staff-member-missing", Role.SEC_ADMIN, f"/staff/{NOWHERE}"),
    View("/partners", "partners", Role.SYS_ADMIN, reach=lambda page: page.locator("button.partner").first.click()),
    View("/duty", "duty", Role.UNIT_LEADER),
    View("/duty/:id", "duty-missing", Role.UNIT_LEADER, f"/duty/{NOWHERE}"),
    View("/experts", "experts", Role.UNIT_LEADER),
    View("/calendar", "calendar", Role.UNIT_LEADER),
    View("/calendar/:year", "calendar-without-notice", Role.UNIT_LEADER, "/calendar/2099"),
    View("/calendar/:year/notice", "calendar-notice", Role.SYS_ADMIN, "/calendar/2026/notice"),
    View("/inspections/basis", "inspection-basis", Role.UNIT_LEADER),
    View("/inspections/checklists/:code", "checklist-edition", Role.SYS_ADMIN, "/inspections/checklists/{checklist}"),
    View("/deadlines", "deadlines"),
    View("/figures", "figures", Role.UNIT_LEADER),
    View("/figures/rows", "figure-rows", Role.UNIT_LEADER, "/figures/rows?figure=substantiated"),
    View("/permits", "permits", Role.UNIT_MANAGER),
    View("/permits", "permits-nobody", Role.CITIZEN),
    View("/permits/need", "permit-need", reach=answer_whether_it_is_needed),
    View("/permits/new", "permit-new", Role.UNIT_MANAGER),
    View("/permits/:id/form", "permit-form-venue", Role.UNIT_MANAGER, "/permits/{draft_permit}/form"),
    View("/permits/:id/form", "permit-form-place", Role.UNIT_MANAGER, "/permits/{draft_permit}/form?step=2"),
    View("/permits/:id/form", "permit-form-photos", Role.UNIT_MANAGER, "/permits/{draft_permit}/form?step=3"),
    View("/permits/:id/form", "permit-form-check", Role.UNIT_MANAGER, "/permits/{draft_permit}/form?step=4"),
    View("/permits/:id/form", "permit-form-missing", Role.UNIT_MANAGER, f"/permits/{NOWHERE}/form"),
    View("/permits/:id/correct", "permit-correct", Role.UNIT_MANAGER, "/permits/{to_correct}/correct"),
    View(_CASE, "case-permit-own", Role.UNIT_MANAGER, "/cases/permit/{to_correct}"),
    View("/permits/licences/:token", "licence", Role.UNIT_MANAGER, "/permits/licences/{licence_token}"),
    View("/licences", "licences"),
    View("/licences/new", "licence-legacy", Role.PERMIT_CLERK),
    View("/licences/verify/:token", "licence-verified", address="/licences/verify/{licence_token}"),
    View("/licences/verify/:token", "licence-forged", address="/licences/verify/AAAAAAAAAAAAAAAAAAAAAA"),
    View("/assistance", "assistance", Role.UNIT_MANAGER),
    View("/assistance", "assistance-nobody", Role.CITIZEN),
    View("/assistance/new", "assistance-new", Role.UNIT_MANAGER, "/assistance/new?order={order}"),
    View("/assistance/new", "assistance-new-own", Role.CITIZEN),
    View(_CASE, "case-assistance-own", Role.UNIT_MANAGER, "/cases/assistance/{advised}"),
    View("/queue/workload", "workload", Role.UNIT_LEADER),
    View("/orders", "orders", Role.INTAKE_CLERK),
    View("/orders/new", "order-new", Role.INTAKE_CLERK),
    View("/orders/:id/complete", "order-complete", Role.INTAKE_CLERK, "/orders/{order_held}/complete"),
    View("/rewards", "rewards", Role.UNIT_LEADER),
    View("/rewards/:id", "reward", Role.UNIT_LEADER, "/rewards/{reward}"),
    View("/rewards/:id", "reward-missing", Role.UNIT_LEADER, f"/rewards/{NOWHERE}"),
    View("/reward-policies", "reward-policies", Role.SYS_ADMIN),
    View("/unsealings", "unsealings", Role.UNIT_LEADER),
    View("/unit-lists", "unit-lists", Role.UNIT_LEADER),
    View("/unit-lists/:id", "unit-list", Role.UNIT_LEADER, "/unit-lists/{unit_list}"),
    View("/pin", "pin", Role.FIRE_OFFICER),
    View("/unlock", "unlock", Role.TOWN_OFFICER, reach=lock),
    View(_ASK, "ask-signature", Role.FIRE_OFFICER, "/ask-signature/hazard/{under_way}", ask_for_a_signature),
    View(_ASK, "ask-signature-missing", Role.FIRE_OFFICER, f"/ask-signature/hazard/{NOWHERE}"),
    View("/sync", "sync", Role.FIRE_OFFICER),
    View("/sign-in", "sign-in"),
    View("/sign-in", "sign-in-staff", address="/sign-in?as=staff"),
    View("/login/return", "provider-return", address="/login/return?code=none&state=none"),
    View("/me", "me-nobody"),
    View("/me", "me-officer", Role.FIRE_OFFICER),
    View("/password", "password", Role.FIRE_OFFICER),
    View("/:missing(.*)*", "missing", address="/no/such/page"),
]


def declared_routes() -> set[str]:
    """The paths that the client's features and its router declare; of `/`, which leads on at once, there is no picture."""
    files = [*(WEB / "src" / "features").glob("*/index.ts"), WEB / "src" / "app" / "router.ts"]
    return {path for file in files for path in re.findall(r"\bpath: '(/[^']*)'", file.read_text(encoding="utf-8"))} - {"/"}
