"""Promises about technical assistance: the whole life, what each side is told, who sees it, what is refused and why."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from tests.accounts.makers import hire
from tests.assistance import (
    ADVICE,
    ASKED,
    WAYS,
    accept,
    advise,
    ask,
    expert,
    in_hours,
    make_assistance,
    of_resident,
    offered,
    schedule,
    start,
    told,
    why_not,
)
from tests.clock import Clock
from tests.makers import make_order
from tests.people import ELSEWHERE, HOME, Caller, citizen, enterprise, guest, staff
from workflow.assistance import timers


def refused(who: Caller, **fields: Any) -> Any:
    """Why somebody's request is not taken."""
    place = {"region_code": HOME, "sumu": "保合少镇"}
    body = {"applicant_kind": "RESIDENT", **ASKED, "topic": "PASTORAL", "place": place, **fields}
    answer = who.post("/assistance", body)
    assert answer.status_code in (403, 422), answer.get_data(as_text=True)
    problem = answer.get_json()
    return problem.get("reason") or [(error["field"], error["code"]) for error in problem["errors"]]


def tick(parts: Parts) -> None:
    """The timetable comes by until nothing is due."""
    more = 1
    while more:
        with parts.database.transaction() as session:
            more = timers.run_due(session)


@pytest.mark.parametrize("state", sorted(WAYS))
def test_every_state_is_reached_over_http(client: FlaskClient, state: str) -> None:
    case = make_assistance(client, state)
    assert case.read(case.reporter)["state"] == state


def test_from_the_request_to_the_rating_each_side_is_told(client: FlaskClient) -> None:
    case = ask(client)
    office, manager = case.office, case.reporter
    assert "收到隐患整改技术指导帮扶申请1件" in told(case, office.clerk)["assistance.submitted"]
    accept(case)
    assert told(case, manager)["assistance.accepted"] == (
        f"您的消防技术帮扶申请(编号{case.number})已受理,将于2026年11月30日23时59分前与您联系。"
        "帮扶不收取费用,不指定产品和服务机构,不属于行政检查。"
    )
    schedule(case)
    assert "2026年11月23日12时00分,上门帮扶" in told(case, manager)["assistance.scheduled"]
    assert "帮扶不是行政检查" in told(case, expert(case))["assistance.scheduled"]
    case.act(manager, "agree")
    assert why_not(case, manager, "agree") == "already_agreed"
    assert "已确认" in told(case, expert(case))["assistance.agreed"]
    start(case)
    advise(case)
    advice = case.read(manager)["data"]["advice"]
    assert advice["number"].startswith("新城区大队帮扶〔2026〕第")
    assert "不属于行政检查" in advice["statement"]
    assert advice["number"] in told(case, manager)["assistance.advice_issued"]
    case.act(manager, "confirm")
    first = advice["items"][0]["id"]
    case.act(manager, "report_progress", fixed_item_ids=[first], note="已更换", photos=[str(new_id())])
    seen = case.read(expert(case))["data"]
    assert [bool(item["fixed_at"]) for item in seen["advice"]["items"]] == [True, False]
    assert "共2项,已整改1项" in told(case, expert(case))["assistance.progress_reported"]
    case.act(manager, "rate", score=2, comment="来得晚了")
    assert case.state == "CLOSED"
    assert "评价为2分" in told(case, office.leader)["assistance.rated"]
    assert why_not(case, manager, "rate", score=5) == "already_rated"
    assert offered(case, manager) == set()


def test_somebody_asks_for_himself_and_may_take_it_back_until_the_help_begins(client: FlaskClient) -> None:
    herder = citizen(client)
    case = of_resident(client, herder)
    assert offered(case, herder) == {"cancel"}
    accept(case)
    schedule(case)
    assert "无需前往" not in str(told(case, expert(case)))
    case.act(herder, "cancel")
    assert "无需前往" in told(case, expert(case))["assistance.cancelled"]
    begun = of_resident(client, herder)
    for step in (accept, schedule, start):
        step(begun)
    assert why_not(begun, herder, "cancel") == "illegal_transition"


def test_who_may_ask_and_for_which_unit(client: FlaskClient) -> None:
    person, manager = citizen(client), enterprise(client, Role.UNIT_MANAGER)
    theirs = str(enterprise(client, Role.UNIT_MANAGER, ELSEWHERE).unit_id)
    assert refused(guest(client)) == "guests_sign_in_first"
    assert refused(person, applicant_kind="UNIT") == [("unit_id", "required")]
    assert refused(person, applicant_kind="UNIT", unit_id=theirs) == [("unit_id", "not_yours")]
    assert refused(manager, applicant_kind="UNIT", unit_id=theirs) == [("unit_id", "not_yours")]
    assert refused(manager, unit_id=str(manager.unit_id)) == [("applicant_kind", "not_of_a_unit")]
    employee = enterprise(client, Role.UNIT_STAFF)
    assert refused(employee, applicant_kind="UNIT", unit_id=str(employee.unit_id)) == [("unit_id", "not_yours")]
    assert refused(person, place=None) == [("place", "required")]
    agent = enterprise(client, Role.AGENT)
    case = ask(client, who=agent, applicant_kind="UNIT", unit_id=str(agent.unit_id))
    assert case.read(manager)["data"]["address"]["landmark"]


def test_a_request_names_an_order_only_of_its_own_unit(client: FlaskClient) -> None:
    order, theirs = make_order(client), make_order(client, region_code=ELSEWHERE)
    manager = order.office.manager
    unit = {"applicant_kind": "UNIT", "unit_id": str(manager.unit_id)}
    case = ask(client, rectification_id=str(order.id))
    assert case.read(manager)["data"]["rectification_id"] == str(order.id)
    for other in (str(theirs.id), str(new_id())):
        assert refused(manager, **unit, rectification_id=other) == [("rectification_id", "not_yours")]
    assert refused(citizen(client), rectification_id=str(order.id)) == [("rectification_id", "not_yours")]


def test_nobody_sees_it_but_who_asked_the_desk_and_the_expert_while_it_is_his(client: FlaskClient) -> None:
    herder = citizen(client)
    case = of_resident(client, herder)
    strangers = [
        citizen(client), case.office.manager, case.office.officers[0], staff(client, Role.PERMIT_CLERK),
        staff(client, Role.INTAKE_CLERK, ELSEWHERE), staff(client, Role.SUPERVISOR),
    ]  # fmt: skip
    for who in (*strangers, expert(case)):
        assert who.get(case.path).status_code == 404
        assert str(case.id) not in who.get("/assistance?limit=100").get_data(as_text=True)
        if who.user["kind"] == "staff":
            assert str(case.id) not in who.get("/queue?view=all&limit=100").get_data(as_text=True)
    assert case.read(case.office.clerk)["contact_phone"] == "13904150102"
    accept(case)
    schedule(case)
    assert case.read(expert(case))["contact_name"] == "杨海燕"
    other = hire(client, Role.EXPERT)
    later = in_hours(case, 30)
    case.act(case.office.leader, "reschedule", expert_id=str(other.id), appointed_at=later, reason="原专家出差")
    assert expert(case).get(case.path).status_code == 404
    assert "不再由您承办" in told(case, expert(case))["assistance.appointment_moved"]
    assert case.read(other)["data"]["appointment"]["agreed_at"] is None


def test_what_the_desk_cannot_help_with_is_said_with_where_to_turn(client: FlaskClient) -> None:
    case = ask(client, topic="DESIGN_CONSULT")
    assert why_not(case, case.office.clerk, "decline", reason="") == [("reason", "invalid")]
    case.act(case.office.clerk, "redirect", reason="建设工程消防验收由住建部门负责", proper_body="住房和城乡建设局")
    assert "请向住房和城乡建设局咨询" in told(case, case.reporter)["assistance.redirected"]
    declined = make_assistance(client, "DECLINED")
    assert "不在本辖区" in told(declined, declined.reporter)["assistance.declined"]


def test_an_applicant_who_was_not_there_is_arranged_anew_and_the_terms_begin_anew(client: FlaskClient, clock: Clock) -> None:
    case = make_assistance(client, "ACCEPTED")
    when = in_hours(case, 48)
    case.act(case.office.leader, "schedule", expert_id=str(expert(case).id), mode="ON_SITE", appointed_at=when)
    assert why_not(case, expert(case), "miss") == "not_yet_the_day"
    clock.advance(hours=49)
    case.act(expert(case), "miss", note="敲门无人应答")
    assert case.state == "ACCEPTED"
    seen = case.read()
    running = {clock["rule_id"]: clock["due_at"] for clock in seen["clocks"] if not (clock["met_at"] or clock["cancelled_at"])}
    assert running == {"TA-PLAN": "2026-12-02T15:59:59Z", "TA-DONE": "2026-12-16T15:59:59Z"}
    assert seen["data"]["expert_id"] is None
    assert "无人在场" in told(case, case.reporter)["assistance.missed"]
    assert case.number in told(case, case.office.clerk)["assistance.missed"]


def test_the_follow_up_ends_by_itself_and_who_asked_may_still_rate_once(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    case = make_assistance(client, "CONFIRMED")
    clock.advance(days=29)
    tick(parts)
    assert case.read()["state"] == "CONFIRMED"
    clock.advance(days=2)
    tick(parts)
    assert case.read(case.reporter)["state"] == "CLOSED"
    assert "仍可以作出评价" in told(case, case.reporter)["assistance.follow_up_ended"]
    case.act(case.reporter, "rate", score=5)
    assert why_not(case, case.reporter, "rate", score=1) == "already_rated"


def test_progress_says_something_and_only_of_what_was_advised(client: FlaskClient) -> None:
    case = make_assistance(client, "ADVICE_ISSUED")
    assert why_not(case, case.reporter, "report_progress") == [("note", "says_nothing")]
    unknown = why_not(case, case.reporter, "report_progress", fixed_item_ids=[str(new_id())])
    assert unknown == [("fixed_item_ids.0", "unknown_item")]
    case.act(case.reporter, "report_progress", note="正在采购")
    assert case.state == "ADVICE_ISSUED"


def test_the_guide_says_what_the_help_is_not(client: FlaskClient) -> None:
    guide = client.get("/api/v1/assistance/guide").get_json()
    assert len(guide["topics"]) == 10
    assert "不属于行政检查" in guide["promise"]
    assert "第二十二条" in guide["dangers_basis"]


def test_the_queue_shows_it_to_the_desk_and_the_expert_holds_it(client: FlaskClient) -> None:
    case = make_assistance(client)

    def card(who: Caller, view: str) -> Any:
        items = who.get(f"/queue?view={view}&limit=100&subject_type=assistance").get_json()["items"]
        return next((item for item in items if item["subject_id"] == str(case.id)), None)

    found = card(case.office.clerk, "team")
    assert (found["waiting_label"], found["next"]["action"]) == ("帮扶申请待受理", "accept")
    assert "隐患整改技术指导" in found["title"]["category"]
    assert card(case.office.officers[0], "all") is None
    accept(case)
    assert card(case.office.leader, "team")["next"]["action"] == "schedule"
    schedule(case)
    mine = card(expert(case), "mine")
    assert (mine["holder_ids"], mine["next"]["action"]) == ([str(expert(case).id)], "start")
    for step in (start, advise):
        step(case)
    assert card(case.office.leader, "team")["next"] is None
    case.act(case.reporter, "rate", score=5)
    assert card(case.office.leader, "all") is None
    assert len(ADVICE["items"]) == 2


def test_the_advice_is_a_paper_that_the_unit_reads_and_prints(client: FlaskClient) -> None:
    case = make_assistance(client, "ADVICE_ISSUED")
    for reader in (case.reporter, case.office.leader):
        [paper] = reader.get(f"{case.path}/papers").get_json()["items"]
        assert (paper["title"], paper["number"]) == ("技术帮扶意见书", case.read(case.reporter)["data"]["advice"]["number"])
        assert "不属于行政检查" in paper["body"]
        assert "建议:" in paper["body"]
        assert reader.get(f"/papers/{paper['id']}/pdf").status_code == 200
    assert staff(client, Role.EXPERT, ELSEWHERE).get(f"{case.path}/papers").status_code == 404
