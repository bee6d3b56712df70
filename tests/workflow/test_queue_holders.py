"""Promises that every item has somebody: who holds it, who may claim it, and what happens when nobody does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.journal import Event
from notifications.models import InboxItem
from tests.accounts.makers import brigade, hire
from tests.application import work_off
from tests.clock import Clock
from tests.makers import FOUND, Case, make_hazard, make_letter, make_order
from tests.people import HOME, Caller, staff
from tests.permits import make_permit
from tests.workflow.test_escalation import worked_off
from workflow.assistance.rules import LIFE as ASSISTANCE
from workflow.handovers.rules import LIFE as HANDOVER
from workflow.hazards.rules import LIFE as HAZARD
from workflow.inspections.rules import LIFE as INSPECTION
from workflow.majors.rules import LIFE as MAJOR
from workflow.measures.rules import LIFE as MEASURE
from workflow.offices import people_of_office
from workflow.permits.rules import LIFE as PERMIT
from workflow.queue import escalation, holding
from workflow.queue.models import Task
from workflow.queue.rules import TAKERS, WAITING_FOR
from workflow.rectification.rules import LIFE as RECTIFICATION
from workflow.transfers.rules import LIFE as TRANSFER

LIVES = {life.name: life for life in (HAZARD, HANDOVER, RECTIFICATION, PERMIT, ASSISTANCE, INSPECTION, MEASURE, MAJOR, TRANSFER)}


def task_of(parts: Parts, case: Case) -> Task:
    """The task of a case."""
    with parts.database.transaction() as session:
        return session.scalars(select(Task).where(Task.subject_id == case.id)).one()


def cards(who: Caller, query: str) -> dict[str, dict[str, Any]]:
    """What somebody finds in the queue, by case."""
    items = who.get(f"/queue?limit=100&{query}").get_json()["items"]
    return {item["subject_id"]: item for item in items}


def claim(who: Caller, parts: Parts, case: Case, action: str = "claim") -> Any:
    """Claim or release the item of a case."""
    return who.post(f"/queue/{task_of(parts, case).id}/actions/{action}", {})


def events(parts: Parts, name: str, entity_id: UUID) -> list[Event]:
    """What the journal has of this name."""
    with parts.database.transaction() as session:
        return list(session.scalars(select(Event).where(Event.entity_id == entity_id, Event.name == name)))


def with_new_officer(client: FlaskClient, state: str = "ASSIGNED") -> tuple[Case, Any]:
    """A case in the hands of the second officer and of one whom a test may send away."""
    newcomer = hire(client, Role.FIRE_OFFICER)
    hazard = make_hazard(client, "REGISTERED")
    pair = [str(newcomer.id), str(hazard.office.officers[1].id)]
    hazard.act(hazard.office.leader, "assign", officer_ids=pair)
    if state == "VERIFYING":
        hazard.act(newcomer, "start")
    return hazard, newcomer


def test_what_nobody_holds_is_the_duty_leaders_own(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = make_hazard(client)
    office = hazard.office
    assert str(hazard.id) in cards(office.leader, "view=mine")
    assert str(hazard.id) not in cards(office.clerk, "view=mine")
    order = make_order(client)
    assert str(order.id) not in cards(office.leader, "view=mine")  # it waits for the unit
    clock.advance(hours=13)
    worked_off(parts, escalation.remind_holders)
    [reminder] = events(parts, "clock.due_soon", hazard.id)
    assert reminder.concerns["holders"] == [str(office.leader.id)]
    assert claim(office.clerk, parts, hazard).status_code == 200
    assert str(hazard.id) not in cards(office.leader, "view=mine")


def test_only_a_role_that_may_take_the_step_claims_it(client: FlaskClient, parts: Parts) -> None:
    hazard = make_hazard(client)
    dispatcher, officer = staff(client, Role.DISPATCHER), hazard.office.officers[0]
    for who in (dispatcher, officer):
        assert cards(who, "view=team&waiting_for=register")[str(hazard.id)]["actions"] == []
        refused = claim(who, parts, hazard)
        assert (refused.status_code, refused.get_json()["reason"]) == (403, "another_role")
    [offered] = cards(hazard.office.clerk, "view=team&waiting_for=register")[str(hazard.id)]["actions"]
    assert offered["action"] == "claim"
    assert claim(hazard.office.clerk, parts, hazard).status_code == 200


def test_who_may_claim_an_item_may_take_a_step_of_its_case() -> None:
    for (kind, state), waits in WAITING_FOR.items():
        for role in TAKERS[waits]:
            assert LIVES[kind].offered(state, [role]), f"{role} {kind} {state}"


def test_the_leader_gives_back_what_somebody_has_claimed(client: FlaskClient, parts: Parts) -> None:
    hazard = make_hazard(client)
    assert claim(hazard.office.clerk, parts, hazard).status_code == 200
    assert claim(staff(client, Role.HOTLINE_CLERK), parts, hazard, "release").status_code == 403
    [offered] = cards(hazard.office.leader, "view=team&waiting_for=register")[str(hazard.id)]["actions"]
    assert offered["action"] == "release"
    assert claim(hazard.office.leader, parts, hazard, "release").status_code == 200
    assert task_of(parts, hazard).holder_ids == []


def test_a_claim_lapses_after_a_day(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    hazard = make_hazard(client)
    assert claim(hazard.office.clerk, parts, hazard).status_code == 200
    clock.advance(hours=23)
    worked_off(parts, holding.lapse_claims)
    assert task_of(parts, hazard).claimed_by == hazard.office.clerk.id
    clock.advance(hours=2)
    worked_off(parts, holding.lapse_claims)
    task = task_of(parts, hazard)
    assert (task.claimed_by, task.holder_ids) == (None, [])


def test_a_24_hour_report_that_nobody_takes_up_rises_to_the_office_above_after_half_an_hour(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    left, claimed, registered, slow = (make_hazard(client) for _ in range(4))
    assert claim(claimed.office.clerk, parts, claimed).status_code == 200
    registered.act(registered.office.clerk, "register", category="EVAC_BLOCKED")
    slow.act(slow.office.leader, "reclassify", category="FACILITY_DEFECTIVE", reason="器材过期,不妨碍疏散")
    league = staff(client, Role.UNIT_LEADER, f"{HOME[:4]}00")
    clock.advance(minutes=29)
    worked_off(parts, holding.raise_untouched)
    assert task_of(parts, left).escalated_to is None
    clock.advance(minutes=2)
    worked_off(parts, holding.raise_untouched)
    worked_off(parts, holding.raise_untouched)
    assert [task_of(parts, case).escalated_to for case in (claimed, registered)] == [None, None]
    assert task_of(parts, left).escalated_to == brigade(f"{HOME[:4]}00")
    [event] = events(parts, "task.escalated", task_of(parts, left).id)
    assert event.concerns["superiors"] == [str(league.id)]
    assert str(left.id) in cards(league, "view=team")
    with parts.database.transaction() as session:
        [notice] = session.scalars(select(InboxItem).where(InboxItem.person_id == league.id, InboxItem.event_id == event.id))
    assert "31分钟无人处理" in notice.body
    left.act(league, "register", category="EVAC_BLOCKED")
    assert task_of(parts, left).escalated_to is None


def test_a_case_of_somebody_who_was_removed_waits_to_be_assigned_again(client: FlaskClient, parts: Parts) -> None:
    hazard, newcomer = with_new_officer(client, "VERIFYING")
    hazard.act(newcomer, "verify_false", **FOUND)
    sysadmin = staff(client, Role.SYS_ADMIN, "150000")
    gone = sysadmin.post(f"/accounts/staff/{newcomer.id}/removal", {"reason": "LEFT"})
    assert gone.status_code == 200, gone.text
    work_off(parts)
    leader = hazard.office.leader
    assert task_of(parts, hazard).holder_ids == []
    assert cards(leader, "bucket=to_assign")[str(hazard.id)]["waiting_label"] == "待派单"
    assert hazard.read()["data"]["pending_act"] is None
    [event] = events(parts, "hazard.officers_released", hazard.id)
    assert event.concerns["removed_officers"] == [str(hazard.office.officers[1].id)]
    pair = [str(officer.id) for officer in hazard.office.officers]
    hazard.act(leader, "assign", officer_ids=pair)
    assert {str(person) for person in task_of(parts, hazard).holder_ids} == set(pair)


def test_who_was_transferred_holds_nothing_of_his_old_banner(client: FlaskClient, parts: Parts) -> None:
    hazard, newcomer = with_new_officer(client)
    other = make_hazard(client)
    sysadmin = staff(client, Role.SYS_ADMIN, "150000")
    moved = sysadmin.post(f"/accounts/staff/{newcomer.id}/transfer", {"org_id": str(brigade("150203"))})
    assert moved.status_code == 200, moved.text
    work_off(parts)
    assert task_of(parts, hazard).waiting_for == "assign"
    assert newcomer.get(hazard.path).status_code == 404
    assert task_of(parts, other).waiting_for == "register"


def test_who_keeps_his_role_keeps_his_cases(client: FlaskClient, parts: Parts) -> None:
    hazard, newcomer = with_new_officer(client)
    secadmin = staff(client, Role.SEC_ADMIN, "150000")
    granted = secadmin.post(f"/accounts/staff/{newcomer.id}/grants", {"role": "FIREFIGHTER"}).get_json()
    assert secadmin.delete(f"/accounts/staff/{newcomer.id}/grants/{granted['id']}").status_code == 200
    work_off(parts)
    assert newcomer.id in task_of(parts, hazard).holder_ids


def test_whoever_stands_in_is_told_what_his_principal_is_told(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    letter = make_letter(client)
    office = letter.office
    deputy = hire(client, Role.FIRE_OFFICER)
    with parts.database.transaction() as session:
        assert deputy.id not in people_of_office(session, brigade(), Role.UNIT_LEADER)
    named = {
        "org_id": str(brigade()), "deputy_id": str(deputy.id),
        "starts_at": "2026-11-23T02:00:00Z", "ends_at": "2026-11-25T02:00:00Z",
    }  # fmt: skip
    answer = office.leader.post("/accounts/deputies", named)
    assert answer.status_code == 201, answer.text
    with parts.database.transaction() as session:
        assert deputy.id in people_of_office(session, brigade(), Role.UNIT_LEADER)
    clock.advance(days=3)
    with parts.database.transaction() as session:
        assert deputy.id not in people_of_office(session, brigade(), Role.UNIT_LEADER)


def test_a_draft_that_waits_for_a_second_signature_is_in_that_officers_bucket_alone(client: FlaskClient) -> None:
    hazard = make_hazard(client, "VERIFYING")
    first, second = hazard.office.officers
    before = {who.id: who.get("/queue/buckets").get_json()["to_sign"] for who in (first, second)}
    hazard.act(first, "verify_false", **FOUND)
    assert str(hazard.id) in cards(second, "bucket=to_sign")
    assert str(hazard.id) not in cards(first, "bucket=to_sign")
    assert second.get("/queue/buckets").get_json()["to_sign"] == before[second.id] + 1
    assert first.get("/queue/buckets").get_json()["to_sign"] == before[first.id]
    hazard.act(second, "cosign", act_sha256=hazard.last["act_sha256"])
    assert second.get("/queue/buckets").get_json()["to_sign"] == before[second.id]


def test_a_recheck_whose_officer_has_left_waits_to_be_assigned_again(client: FlaskClient, parts: Parts) -> None:
    order = make_order(client, "RECHECK_PENDING")
    newcomer = hire(client, Role.FIRE_OFFICER)
    second = order.office.officers[1]
    order.act(order.office.leader, "assign", officer_ids=[str(newcomer.id), str(second.id)])
    assert newcomer.id in task_of(parts, order).holder_ids
    sysadmin = staff(client, Role.SYS_ADMIN, "150000")
    assert sysadmin.post(f"/accounts/staff/{newcomer.id}/removal", {"reason": "RETIRED"}).status_code == 200
    work_off(parts)
    assert (task_of(parts, order).holder_ids, task_of(parts, order).waiting_for) == ([], "assign")
    [event] = events(parts, "rectification.officers_released", order.id)
    assert event.data["number"] == order.number


def test_an_application_whose_officer_has_left_has_nobody_and_its_leader_hears_it(client: FlaskClient, parts: Parts) -> None:
    permit = make_permit(client, "VERIFY_PENDING")
    newcomer, second = hire(client, Role.FIRE_OFFICER), permit.office.officers[1]
    permit.act(permit.office.leader, "assign", officer_ids=[str(newcomer.id), str(second.id)])
    sysadmin = staff(client, Role.SYS_ADMIN, "150000")
    assert sysadmin.post(f"/accounts/staff/{newcomer.id}/removal", {"reason": "RETIRED"}).status_code == 200
    work_off(parts)
    assert task_of(parts, permit).holder_ids == []
    assert permit.read()["data"]["officer_ids"] == []
    for who, words in ((permit.office.leader, "待您重新指派"), (second, "不再由您承办")):
        rows = who.get("/inbox?limit=100").get_json()["items"]
        assert [row for row in rows if row["subject_id"] == str(permit.id) and words in row["body"]]
