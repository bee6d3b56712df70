"""临时查封 and 停产停业: decided together, served, held within their days, and ended by whoever may end them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from database.journal import Event
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import Case, in_days, make_hazard, moment
from tests.measures import DANGER, DECIDED, asked, at_once, handed, make_measure, opened, pass_terms, suspended
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, staff


def papers(case: Case, reader: Caller) -> dict[str, Json]:
    answer = reader.get(f"{case.path}/papers")
    return {paper["title"]: paper for paper in answer.get_json()["items"]} if answer.status_code == 200 else {}


def clock_of(case: Case, rule_id: str) -> Json:
    found: Json = next(clock for clock in case.read()["clocks"] if clock["rule_id"] == rule_id)
    return found


def refused(answer: object) -> Json:
    document: Json = answer.get_json()  # type: ignore[attr-defined]
    return document


def test_nothing_is_sealed_before_the_leaders_have_decided_together_and_two_officers_have_served_it(client: FlaskClient) -> None:
    case = make_measure(client, "PROPOSED")
    first, leader, manager = case.office.officers[0], case.office.leader, case.office.manager
    assert refused(first.post(f"{case.path}/actions/serve", handed(case)))["type"] == "/problems/illegal_transition"
    assert refused(first.post(f"{case.path}/actions/decide", DECIDED))["type"] == "/problems/role_not_allowed"
    case.act(leader, "decide", **DECIDED)
    decision = papers(case, leader)["临时查封决定书"]
    for words in (DANGER, "二层仓库", "自本决定书送达之日起不超过三十日", "行政复议"):
        assert words in decision["body"]
    assert manager.get(case.path).status_code == 404  # not in force yet
    case.cosigned("serve", **handed(case))
    assert case.state == "SEALED"
    seen = manager.get(case.path).get_json()
    assert seen["data"]["until_on"] == in_days(case, 30)
    assert {"decision", "approval", "hazard_id", "officer_ids", "case_no"} & seen["data"].keys() == set()
    assert list(papers(case, manager)) == ["临时查封决定书", "临时查封现场笔录"]
    assert not any("{" in paper["body"] for paper in papers(case, manager).values())
    assert "临时查封告知" in manager.get("/inbox").get_data(as_text=True)


def test_it_is_served_within_three_working_days_of_the_check_and_holds_thirty_days(client: FlaskClient) -> None:
    case = make_measure(client, "DECIDED")
    assert clock_of(case, "SEAL-3WD")["due_at"].startswith("2026-11-26T15:59:59")  # Monday and three working days, Beijing
    case.cosigned("serve", **handed(case))
    friday = opened(make_inspection(client, "IN_PROGRESS"), inspected_on=in_days(case, -3))
    assert clock_of(friday, "SEAL-3WD")["due_at"].startswith("2026-11-25T15:59:59")
    assert clock_of(case, "SEAL-3WD")["met_at"] is not None
    assert clock_of(case, "SEAL-30D")["due_at"].startswith("2026-12-23T15:59:59")


def test_sealed_at_once_the_decision_follows_within_24_hours_of_the_sealing_or_a_leader_opens_it(
    client: FlaskClient, clock: Clock
) -> None:
    case = make_measure(client, "PROVISIONAL")
    leader, manager = case.office.leader, case.office.manager
    sealed_at = case.read()["data"]["sealed_at"]
    assert clock_of(case, "SEAL-24H")["started_at"] == sealed_at
    assert "临时查封现场笔录" in papers(case, manager)
    clock.advance(hours=22)
    pass_terms(case)
    assert case.state == "PROVISIONAL"
    case.act(leader, "decide", **DECIDED)  # decided, but not served in time
    clock.advance(hours=2)
    pass_terms(case)
    assert case.state == "EXPIRED"
    assert "查封期满" in manager.get("/inbox").get_data(as_text=True)
    assert "期限已满" in leader.get("/inbox").get_data(as_text=True)
    case.act(leader, "lift", reason="逾期未送达")
    assert case.state == "UNSEALED"
    assert "解除临时查封" in papers(case, manager)["解除临时查封决定书"]["body"]
    assert case.read()["due_at"] is None


def test_served_within_the_24_hours_it_holds_its_thirty_days_from_the_sealing(client: FlaskClient, clock: Clock) -> None:
    case = make_measure(client, "PROVISIONAL")
    case.act(case.office.leader, "decide", **DECIDED)
    assert f"自2026年11月{23}日起不超过三十日" in papers(case, case.office.leader)["临时查封决定书"]["body"]
    clock.advance(hours=20)
    case.cosigned("serve", **handed(case))
    clock.advance(hours=30)
    pass_terms(case)
    assert case.state == "SEALED"
    assert case.read()["data"]["until_on"] == "2026-12-23"
    assert case.read()["due_at"] == "2026-12-23T15:59:59Z"  # not from the day on which it was served
    clock.advance(days=30)
    pass_terms(case)
    assert case.state == "EXPIRED"


def test_an_oral_approval_is_a_leaders_and_comes_before_the_sealing(client: FlaskClient) -> None:
    case = make_measure(client, "OPEN")
    first, second = case.office.officers
    wrong: list[tuple[Json, str]] = [
        ({"leader_id": str(second.id)}, "leader_id"),
        ({"leader_id": str(staff(client, Role.UNIT_LEADER, ELSEWHERE).id)}, "leader_id"),
        ({"approved_at": moment(case, minutes=5)}, "approved_at"),
        ({"sealed_at": moment(case, days=3), "approved_at": moment(case, days=4)}, "sealed_at"),
        ({"photos": []}, "photos"),
        ({"attended_by": ""}, "witness_name"),
    ]
    for change, field in wrong:
        answer = first.post(f"{case.path}/actions/seal_at_once", at_once(case) | change)
        assert answer.status_code == 422, change
        assert answer.get_json()["errors"][0]["field"] == field
    assert case.read()["state"] == "OPEN"


def test_it_is_longer_once_and_by_thirty_days_at_most(client: FlaskClient) -> None:
    case = make_measure(client, "SEALED")
    leader = case.office.leader
    for days in (30, 61):
        answer = leader.post(f"{case.path}/actions/extend", {"until_on": in_days(case, days), "reason": "整改未完"})
        assert answer.get_json()["errors"][0]["field"] == "until_on"
    case.act(leader, "extend", until_on=in_days(case, 60), reason="整改未完")
    assert clock_of(case, "SEAL-30D")["cancelled_at"] is not None
    assert case.last["due_at"].startswith("2027-01-22")
    assert "2027年1月22日" in papers(case, case.office.manager)["延长临时查封期限决定书"]["body"]
    answer = leader.post(f"{case.path}/actions/extend", {"until_on": in_days(case, 70), "reason": "整改未完"})
    assert refused(answer)["reason"] == "already_extended"


@pytest.mark.parametrize(("state", "apply", "give", "end"), [
    ("SEALED", "apply_unseal", "lift", "UNSEALED"), ("STOPPED", "apply_resume", "resume", "RESUMED"),
])  # fmt: skip
def test_the_unit_applies_two_officers_look_in_three_days_and_a_leader_answers_in_three_more(
    client: FlaskClient, state: str, apply: str, give: str, end: str
) -> None:
    case = make_measure(client, state)
    manager, leader = case.office.manager, case.office.leader
    prefix = "UNSEAL-3" if apply == "apply_unseal" else "RESUME-3"
    photo = str(new_id())
    case.act(manager, apply, note="已全部清出", photos=[photo])
    assert clock_of(case, prefix)["due_at"].startswith("2026-11-26T15:59:59")
    assert case.read()["data"]["request"]["photo_ids"] == [photo]
    case.cosigned("check", is_removed=False, finding="仍有两桶汽油")
    assert clock_of(case, prefix)["met_at"] is not None
    assert clock_of(case, f"{prefix}D")["due_at"].startswith("2026-11-26T15:59:59")
    answer = leader.post(f"{case.path}/actions/{give}", {"reason": "同意"})
    assert refused(answer)["reason"] == "danger_remains"
    case.act(leader, "keep", reason="危险尚未消除")
    assert case.state == state
    assert "申请答复" in manager.get("/inbox").get_data(as_text=True)
    case.act(manager, apply)  # and again
    case.cosigned("check", is_removed=True, finding="已清出")
    assert refused(leader.post(f"{case.path}/actions/keep", {"reason": "不同意"}))["reason"] == "danger_is_removed"
    case.act(leader, give, reason="危险已消除")
    assert case.state == end
    assert case.read()["due_at"] is None


def test_whoever_found_it_does_not_decide_about_it(fresh_database: object, client: FlaskClient) -> None:
    """Also where an officer stands in for the leader."""
    inspection = make_inspection(client, "IN_PROGRESS")
    leader = inspection.office.leader
    first, second = inspection.office.officers
    body = {
        "org_id": str(leader.org_id), "deputy_id": str(second.id), "starts_at": moment(inspection),
        "ends_at": "2026-11-25T00:00:00Z",
    }  # fmt: skip
    assert leader.post("/accounts/deputies", body).status_code == 201
    other = opened(inspection)
    on_her_own_word = first.post(f"{other.path}/actions/seal_at_once", at_once(other, leader_id=str(second.id)))
    assert on_her_own_word.get_json()["errors"][0]["field"] == "leader_id"
    case = opened(inspection)
    case.cosigned("propose")
    assert refused(second.post(f"{case.path}/actions/decide", DECIDED))["reason"] == "own_case"
    assert "decide" not in {step["action"] for step in case.read(second)["actions"]}
    case.act(leader, "decide", **DECIDED)


def test_what_does_not_stop_is_urged_within_three_working_days(client: FlaskClient, clock: Clock) -> None:
    case = suspended(make_inspection(client, "IN_PROGRESS"))
    manager, leader = case.office.manager, case.office.leader
    assert "停产停业决定告知" in manager.get("/inbox").get_data(as_text=True)
    assert case.read()["due_at"].startswith("2026-11-26T15:59:59")
    clock.advance(days=6)  # Sunday: the timetable comes late, the clock counts from the end of the term
    pass_terms(case)
    assert case.state == "NOT_STOPPED"
    assert clock_of(case, "IN-URGE")["due_at"].startswith("2026-12-01T15:59:59")
    case.act(leader, "urge", reason="仍在营业")
    assert "新消行罚决〔2026〕第8号" in papers(case, manager)["催告书"]["body"]
    case.cosigned("confirm_stopped", finding="大门已关闭,停止营业")
    assert case.state == "STOPPED"


def test_only_the_officers_of_the_case_seal_and_only_at_the_place_that_they_check(client: FlaskClient) -> None:
    inspection = make_inspection(client, "IN_PROGRESS")
    first, _ = inspection.office.officers
    others = (staff(client, Role.FIRE_OFFICER, HOME, 2), inspection.office.leader, inspection.office.manager, citizen(client))
    for caller in others:
        assert caller.post("/measures/sealings", asked(inspection)).status_code == 403
    wrong: list[tuple[Json, str]] = [
        ({"unit_id": str(new_id())}, "unit_id"),
        ({"hazard_id": str(new_id())}, "hazard_id"),
        ({"inspection_id": None}, "hazard_id"),
        ({"inspected_on": in_days(inspection, 2)}, "inspected_on"),
        ({"inspected_on": in_days(inspection, -31)}, "inspected_on"),
        ({"place": ""}, "place"),
    ]
    for change, field in wrong:
        answer = first.post("/measures/sealings", asked(inspection) | change)
        assert answer.status_code == 422, change
        assert answer.get_json()["errors"][0]["field"] == field
    assert first.post("/measures/sealings", asked(inspection) | {"inspection_id": str(new_id())}).status_code == 404
    unsaid = opened(inspection, unit_id=None)
    assert unsaid.read()["data"]["unit_id"] == str(inspection.office.manager.unit_id)
    once = asked(inspection)
    assert first.post("/measures/sealings", once).status_code == 201
    assert first.post("/measures/sealings", once).get_json()["errors"][0]["field"] == "id"  # nothing is sealed twice


def test_a_danger_that_somebody_reported_is_sealed_and_nothing_leads_to_the_reporter(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING", description="举报人原话不外传")
    manager = hazard.office.manager
    body = {
        "id": str(new_id()), "hazard_id": str(hazard.id), "unit_id": str(manager.unit_id), "unit_name": "晨光宾馆",
        "place": "地下一层", "danger": DANGER, "inspected_on": in_days(hazard, 0),
    }  # fmt: skip
    made = hazard.office.officers[0].post("/measures/sealings", body)
    assert made.status_code == 201, made.get_data(as_text=True)
    case = Case("measure", made.get_json()["id"], hazard.office, manager, hazard.id, "")
    case.read()
    case.cosigned("seal_at_once", **at_once(case))
    seen = manager.get(case.path).get_data(as_text=True)
    assert str(hazard.id) not in seen
    assert "举报人原话不外传" not in seen + manager.get(f"{case.path}/papers").get_data(as_text=True)
    assert hazard.reporter.get(case.path).status_code == 404


def test_without_a_name_the_approval_is_that_of_the_leader_who_was_on_duty(client: FlaskClient) -> None:
    case = make_measure(client, "OPEN")
    case.cosigned("seal_at_once", **at_once(case, leader_id=None))
    assert case.read()["data"]["approval"]["leader_id"] == str(case.office.leader.id)


def test_what_was_served_within_its_24_hours_holds_though_it_is_handed_in_after_the_seal_has_expired(
    client: FlaskClient, clock: Clock
) -> None:
    case = make_measure(client, "PROVISIONAL")
    case.act(case.office.leader, "decide", **DECIDED)
    served_at = clock.now + timedelta(hours=2)
    clock.advance(hours=30)
    pass_terms(case)
    assert case.state == "EXPIRED"
    first = case.office.officers[0]
    late = first.post(f"{case.path}/actions/serve", handed(case, served_at=clock.now.isoformat()))
    assert [error["code"] for error in late.get_json()["errors"]] == ["too_late"]
    case.cosigned("serve", **handed(case, served_at=served_at.isoformat()))
    assert case.read()["state"] == "SEALED"
    running = {row["rule_id"] for row in case.last["clocks"] if row["met_at"] is None and row["cancelled_at"] is None}
    assert running == {"SEAL-30D"}
    undecided = make_measure(client, "PROVISIONAL")
    clock.advance(hours=30)
    pass_terms(undecided)
    refused = undecided.office.officers[0].post(f"{undecided.path}/actions/serve", handed(undecided))
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "nothing_to_serve")


def test_a_draft_that_still_has_a_meaning_outlives_the_date_that_passes(client: FlaskClient, clock: Clock) -> None:
    case = make_measure(client, "SUSPENDED")
    first, second = case.office.officers
    case.act(first, "confirm_stopped", finding="大门已关闭,无人营业")
    clock.advance(days=5)
    pass_terms(case)
    assert case.state == "NOT_STOPPED"
    digest = case.read()["data"]["pending_act"]["act_sha256"]
    assert case.act(second, "cosign", act_sha256=digest).state == "STOPPED"


def test_who_has_not_stopped_has_nothing_to_resume_and_a_unit_without_an_account_applies_on_paper(client: FlaskClient) -> None:
    case = make_measure(client, "SUSPENDED")
    assert case.office.manager.post(f"{case.path}/actions/apply_resume", {}).status_code == 409
    case.cosigned("confirm_stopped", finding="大门已关闭")
    assert case.act(case.office.leader, "apply_resume", note="单位书面申请").state == "RESUME_APPLIED"


def test_what_was_entered_wrongly_is_revoked_with_its_reason_but_not_what_is_sealed(client: FlaskClient) -> None:
    decided, suspended = make_measure(client, "DECIDED"), make_measure(client, "SUSPENDED")
    for case in (decided, suspended):
        assert case.act(case.office.leader, "revoke", reason="登记有误").state == "REVOKED"
    sealed = make_measure(client, "PROVISIONAL")
    sealed.act(sealed.office.leader, "decide", **DECIDED)
    refused = sealed.office.leader.post(f"{sealed.path}/actions/revoke", {"reason": "登记有误"})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "sealed_already")


def test_the_leaders_read_what_the_officers_propose_and_the_journal_keeps_what_each_check_found(
    client: FlaskClient, parts: Parts
) -> None:
    case = make_measure(client, "OPEN")
    photo = str(new_id())
    case.cosigned("propose", note="通道狭窄,建议整层查封", photos=[photo])
    proposal = case.read(case.office.leader)["data"]["proposal"]
    assert (proposal["note"], proposal["photo_ids"], len(proposal["officers"])) == ("通道狭窄,建议整层查封", [photo], 2)
    case.act(case.office.leader, "decide", **DECIDED)
    case.cosigned("serve", **handed(case))
    for note, found in (("已清出", "仍有两桶汽油"), ("再次清理", "汽油已清出")):
        case.act(case.office.manager, "apply_unseal", note=note)
        case.cosigned("check", is_removed="仍" not in found, finding=found)
        if "仍" in found:
            case.act(case.office.leader, "keep", reason="危险未消除")
    with parts.database.transaction() as session:
        named = select(Event).where(Event.entity_id == case.id, Event.name.in_(("measure.applied", "measure.checked")))
        kept: list[Json] = [
            event.data["request"] if event.name == "measure.applied" else event.data["finding"]
            for event in session.scalars(named.order_by(Event.id))
        ]
    assert [said.get("note", said.get("finding")) for said in kept] == ["已清出", "仍有两桶汽油", "再次清理", "汽油已清出"]
    assert all(said["officers"] and said["act_sha256"] for said in kept[1::2])


@pytest.mark.parametrize("state", ["ASSIGNED", "NO_PROBLEM", "CANCELLED"])
def test_nothing_is_sealed_where_nobody_checks_or_nothing_was_found(client: FlaskClient, state: str) -> None:
    inspection = make_inspection(client, state)
    refused = inspection.office.officers[0].post("/measures/sealings", asked(inspection))
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "nothing_was_found")


def test_a_phone_whose_clock_is_ahead_gives_the_office_no_more_time(client: FlaskClient, clock: Clock) -> None:
    case = make_measure(client, "OPEN")
    ahead = clock.now + timedelta(hours=20)
    case.cosigned("seal_at_once", **at_once(case, approved_at=clock.now.isoformat(), sealed_at=ahead.isoformat()))
    due = datetime.fromisoformat(clock_of(case, "SEAL-24H")["due_at"])
    assert due <= clock.now + timedelta(hours=24)
    assert datetime.fromisoformat(case.read()["data"]["sealed_at"]) <= clock.now
