"""Each case always has somebody: rosters, deputies, and who leads when both are silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from accounts.actor import Role
from accounts.duty import deputies_of, on_duty, stood_in_for
from accounts.models import DutyShift
from accounts.offices import office_id
from api.context import Parts
from database.base import new_id
from tests.accounts.makers import brigade, citizen, hire, staff
from tests.clock import Clock

REGION = "150722"  # a banner where the demo has nobody, so that rosters here disturb no other test


def leads(parts: Parts, org_id: UUID) -> UUID | None:
    with parts.database.transaction() as session:
        return on_duty(session, org_id, parts.database.clock())


def set_roster(caller: Any, org_id: UUID, *shifts: tuple[UUID, Any, Any], revision: str | None = None) -> Any:
    body = [
        {"person_id": str(person), "starts_at": start.isoformat(), "ends_at": end.isoformat()} for person, start, end in shifts
    ]
    etag = revision or caller.get(f"/accounts/organisations/{org_id}/roster").headers["ETag"]
    return caller.put(f"/accounts/organisations/{org_id}/roster", {"shifts": body}, headers={"If-Match": etag})


def test_a_case_goes_to_the_leader_where_there_is_no_roster(client: Any, parts: Parts) -> None:
    assert leads(parts, brigade("152502")) == staff(client, Role.UNIT_LEADER, "152502").id
    assert leads(parts, office_id("ZJ150702")) == staff(client, Role.RECEIVER_CLERK, "150702").id


def test_a_case_rises_where_an_office_has_nobody(client: Any, parts: Parts) -> None:
    assert leads(parts, brigade("150703")) == staff(client, Role.UNIT_LEADER, "150700").id
    assert leads(parts, brigade("152900")) == staff(client, Role.UNIT_LEADER, "150000").id


def test_a_case_goes_to_whoever_has_the_shift(client: Any, parts: Parts, clock: Clock) -> None:
    first, second = (hire(client, Role.UNIT_LEADER, region_code=REGION) for _ in range(2))
    org, start = brigade(REGION), clock.now
    answer = set_roster(
        first,
        org,
        (second.id, start, start + timedelta(days=1)),
        (first.id, start + timedelta(days=1), start + timedelta(days=2)),
    )
    assert (answer.status_code, answer.json["on_duty_id"]) == (200, str(second.id))
    assert leads(parts, org) == second.id
    clock.advance(days=1)
    assert leads(parts, org) == first.id
    clock.advance(days=1)
    assert leads(parts, org) in (first.id, second.id)


def test_whoever_has_left_leads_no_more(client: Any, parts: Parts, clock: Clock) -> None:
    leader, gone = (hire(client, Role.UNIT_LEADER, region_code="150723") for _ in range(2))
    org, start = brigade("150723"), clock.now
    set_roster(leader, org, (gone.id, start, start + timedelta(days=1)))
    assert leads(parts, org) == gone.id
    staff(client, Role.SYS_ADMIN, "150000").post(f"/accounts/staff/{gone.id}/removal")
    assert leads(parts, org) == leader.id


def test_a_roster_is_replaced_from_now_on_and_its_past_stays(client: Any, parts: Parts, clock: Clock) -> None:
    leader = hire(client, Role.UNIT_LEADER, region_code="150724")
    other = hire(client, Role.UNIT_LEADER, region_code="150724")
    org, start = brigade("150724"), clock.now
    set_roster(leader, org, (leader.id, start, start + timedelta(days=2)))
    clock.advance(days=1)
    answer = set_roster(leader, org, (other.id, clock.now, clock.now + timedelta(days=1)))
    assert [shift["person_id"] for shift in answer.json["shifts"]] == [str(other.id)]
    with parts.database.transaction() as session:
        assert on_duty(session, org, start) == leader.id
        assert on_duty(session, org, clock.now) == other.id


def test_a_roster_is_edited_from_what_one_saw(client: Any, clock: Clock) -> None:
    leader = hire(client, Role.UNIT_LEADER, region_code="150725")
    org, shift = brigade("150725"), (leader.id, clock.now, clock.now + timedelta(days=1))
    old = leader.get(f"/accounts/organisations/{org}/roster").headers["ETag"]
    assert set_roster(leader, org, shift).status_code == 200
    stale = set_roster(leader, org, shift, revision=old)
    assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale_revision")
    assert leader.put(f"/accounts/organisations/{org}/roster", {"shifts": []}).status_code == 428


def test_shifts_do_not_overlap(client: Any, parts: Parts, clock: Clock) -> None:
    leader = hire(client, Role.UNIT_LEADER, region_code="150726")
    org, start = brigade("150726"), clock.now
    overlapping = set_roster(
        leader,
        org,
        (leader.id, start, start + timedelta(days=2)),
        (leader.id, start + timedelta(days=1), start + timedelta(days=3)),
    )
    assert (overlapping.status_code, overlapping.json["type"]) == (409, "/problems/shifts_overlap")
    with parts.database.transaction() as session:
        session.add_all(
            DutyShift(id=new_id(), org_id=org, person_id=leader.id, starts_at=start, ends_at=start + timedelta(days=days))
            for days in (2, 3)
        )
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_wrong_shift_names_the_field(client: Any, clock: Clock) -> None:
    leader = hire(client, Role.UNIT_LEADER, region_code="150727")
    org, start = brigade("150727"), clock.now
    backwards = set_roster(leader, org, (leader.id, start, start - timedelta(days=1)))
    assert backwards.json["errors"][0]["field"] == "shifts.0.ends_at"
    stranger = set_roster(leader, org, (uuid4(), start, start + timedelta(days=1)))
    assert stranger.json["errors"][0]["field"] == "shifts.0.person_id"


def test_only_the_leader_and_the_system_administrator_set_a_roster(client: Any) -> None:
    org = brigade("150102")
    body: dict[str, Any] = {"shifts": []}
    headers = {"If-Match": '"1"'}
    path = f"/accounts/organisations/{org}/roster"
    assert staff(client, Role.FIRE_OFFICER).put(path, body, headers=headers).status_code == 403
    assert staff(client, Role.UNIT_LEADER, "150203").put(path, body, headers=headers).status_code == 404
    assert citizen(client).get(path).json == citizen(client).get(f"/accounts/organisations/{uuid4()}/roster").json
    assert staff(client, Role.FIRE_OFFICER).get(path).status_code == 200


def deputy(caller: Any, org: UUID, deputy_id: UUID, clock: Clock, **change: Any) -> Any:
    body = {
        "org_id": str(org), "deputy_id": str(deputy_id), "starts_at": clock.now.isoformat(),
        "ends_at": (clock.now + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    return caller.post("/accounts/deputies", body | change)


def test_a_deputy_may_what_the_leader_may_until_he_comes_back(client: Any, parts: Parts, clock: Clock) -> None:
    leader, colleague = (
        hire(client, Role.UNIT_LEADER, region_code="150781"),
        hire(client, Role.FIRE_OFFICER, region_code="150781"),
    )
    made = deputy(leader, brigade("150781"), colleague.id, clock)
    assert made.status_code == 201, made.text
    assert {role["role"] for role in colleague.get("/me").json["roles"]} == {"FIRE_OFFICER", "UNIT_LEADER"}
    with parts.database.transaction() as session:
        assert deputies_of(session, leader.id, clock.now) == [colleague.id]
        assert stood_in_for(session, colleague.id, clock.now) == [leader.id]
    clock.advance(days=3)
    assert {role["role"] for role in colleague.get("/me").json["roles"]} == {"FIRE_OFFICER"}


def test_a_deputyship_ends_when_it_is_taken_back(client: Any, clock: Clock) -> None:
    leader, colleague = (
        hire(client, Role.UNIT_LEADER, region_code="150782"),
        hire(client, Role.FIRE_OFFICER, region_code="150782"),
    )
    row = deputy(leader, brigade("150782"), colleague.id, clock).json["id"]
    assert citizen(client).delete(f"/accounts/deputies/{row}").status_code == 404
    assert leader.delete(f"/accounts/deputies/{row}").status_code == 204
    assert {role["role"] for role in colleague.get("/me").json["roles"]} == {"FIRE_OFFICER"}
    assert leader.delete(f"/accounts/deputies/{row}").status_code == 404


def test_an_officers_certificate_is_not_lent(client: Any, clock: Clock) -> None:
    officer = hire(client, Role.FIRE_OFFICER, region_code="150783")
    clerk = hire(client, Role.INTAKE_CLERK, region_code="150783")
    refused = deputy(officer, brigade("150783"), clerk.id, clock)
    assert refused.json["errors"][0]["code"] == "nothing_to_delegate"
    leader = hire(client, Role.UNIT_LEADER, Role.FIRE_OFFICER, region_code="150783")
    assert deputy(leader, brigade("150783"), clerk.id, clock).status_code == 201
    assert {role["role"] for role in clerk.get("/me").json["roles"]} == {"INTAKE_CLERK", "UNIT_LEADER"}


def test_nobody_makes_himself_a_deputy(client: Any, clock: Clock) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    secadmin = staff(client, Role.SEC_ADMIN)
    own = deputy(secadmin, brigade(), secadmin.id, clock, person_id=str(leader.id))
    assert own.json["type"] == "/problems/own_account"
    officer = staff(client, Role.FIRE_OFFICER)
    assert deputy(officer, brigade(), secadmin.id, clock, person_id=str(leader.id)).status_code == 403


def test_a_deputy_is_a_colleague(client: Any, clock: Clock) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    for somebody in (citizen(client).id, staff(client, Role.UNIT_LEADER, "150203").id, uuid4()):
        assert deputy(leader, brigade(), somebody, clock).json["errors"][0]["code"] == "not_a_colleague"
    past = deputy(leader, brigade(), staff(client, Role.DISPATCHER).id, clock, ends_at="2020-01-01T00:00:00Z")
    assert past.json["errors"][0]["field"] == "ends_at"


def test_a_deputy_has_the_shift_when_its_holder_has_no_power_left(client: Any, parts: Parts, clock: Clock) -> None:
    leader, colleague = hire(client, Role.UNIT_LEADER, region_code="150784"), hire(client, Role.DISPATCHER, region_code="150784")
    org = brigade("150784")
    deputy(leader, org, colleague.id, clock)
    set_roster(leader, org, (leader.id, clock.now, clock.now + timedelta(days=1)))
    assert leads(parts, org) == leader.id
    grant = staff(client, Role.SEC_ADMIN, "150000").get(f"/accounts/staff/{leader.id}").json["grants"][0]["id"]
    staff(client, Role.SEC_ADMIN, "150000").delete(f"/accounts/staff/{leader.id}/grants/{grant}")
    assert leads(parts, org) == colleague.id
