"""Each case always has somebody: rosters, deputies, and who leads when both are silent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from accounts.actor import Role
from accounts.authors import actor_at
from accounts.duty import on_duty, shifts_of
from accounts.models import DutyShift
from accounts.offices import office_id
from api.context import Parts
from database.base import new_id
from tests.accounts.makers import brigade, citizen, hire, opened, staff
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


def test_a_roster_names_whoever_it_may_name_and_those_above_only_to_who_sets_it(client: Any, clock: Clock) -> None:
    leader, officer = (hire(client, role, region_code="150725") for role in (Role.UNIT_LEADER, Role.FIRE_OFFICER))
    above = staff(client, Role.UNIT_LEADER, "150700")
    set_roster(leader, brigade("150725"), (leader.id, clock.now, clock.now + timedelta(days=1)))
    path = f"/accounts/organisations/{brigade('150725')}/roster"
    own, seen = leader.get(path).json, officer.get(path).json
    assert (own["may_set"], seen["may_set"]) == (True, False)
    assert {"消防救援机构负责人"} == {role for one in own["people"] if one["id"] == str(leader.id) for role in one["roles"]}
    assert str(above.id) in {one["id"] for one in own["people"]}
    assert {one["id"] for one in seen["people"]} == {str(leader.id), str(officer.id)}
    set_roster(above, brigade("150725"), (above.id, clock.now, clock.now + timedelta(days=1)))
    named = {one["id"]: one for one in officer.get(path).json["people"]}
    assert (named[str(above.id)]["office"], named[str(above.id)]["roles"]) == ("", [])  # his name, because it is on the roster


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


def test_only_the_leaders_of_its_chain_set_a_brigades_roster(client: Any) -> None:
    org = brigade("150102")
    assert set_roster(staff(client, Role.UNIT_LEADER), org).status_code == 200
    assert set_roster(staff(client, Role.UNIT_LEADER, "150100"), org).status_code == 200
    for role in (Role.SYS_ADMIN, Role.RECEIVER_CLERK, Role.SUPERVISOR):
        assert set_roster(staff(client, role), org).status_code == 403
    body: dict[str, Any] = {"shifts": []}
    headers = {"If-Match": '"1"'}
    path = f"/accounts/organisations/{org}/roster"
    assert staff(client, Role.FIRE_OFFICER).put(path, body, headers=headers).status_code == 403
    assert staff(client, Role.UNIT_LEADER, "150203").put(path, body, headers=headers).status_code == 404
    assert citizen(client).get(path).json == citizen(client).get(f"/accounts/organisations/{uuid4()}/roster").json
    assert staff(client, Role.FIRE_OFFICER).get(path).status_code == 200


def test_every_other_office_is_led_by_who_answers_for_it(client: Any) -> None:
    for role, code in ((Role.RECEIVER_CLERK, "ZJ150102"), (Role.SUPERVISOR, "XA150102"), (Role.TOWN_OFFICER, "XZ150102A")):
        assert set_roster(staff(client, role), office_id(code)).status_code == 200, role
    assert set_roster(staff(client, Role.UNIT_LEADER), office_id("ZJ150102")).status_code == 403
    assert set_roster(staff(client, Role.DEPT_HANDLER), office_id("ZJ150102")).status_code == 403


def test_who_is_on_a_roster_works_there_or_above(client: Any, clock: Clock) -> None:
    leader, org = hire(client, Role.UNIT_LEADER, region_code="150785"), brigade("150785")
    above, elsewhere = staff(client, Role.UNIT_LEADER, "150700"), staff(client, Role.UNIT_LEADER, "150203")
    tomorrow = clock.now + timedelta(days=1)
    assert set_roster(leader, org, (above.id, clock.now, tomorrow)).status_code == 200
    refused = set_roster(leader, org, (elsewhere.id, clock.now, tomorrow))
    assert (refused.json["errors"][0]["field"], refused.json["errors"][0]["code"]) == ("shifts.0.person_id", "not_on_staff")


def deputy(caller: Any, org: UUID, deputy_id: UUID, clock: Clock, **change: Any) -> Any:
    body = {
        "org_id": str(org), "deputy_id": str(deputy_id), "starts_at": clock.now.isoformat(),
        "ends_at": (clock.now + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    return caller.post("/accounts/deputies", body | change)


def test_a_deputy_may_what_the_leader_may_until_he_comes_back(client: Any, clock: Clock) -> None:
    leader, colleague = (
        hire(client, Role.UNIT_LEADER, region_code="150781"),
        hire(client, Role.FIRE_OFFICER, region_code="150781"),
    )
    made = deputy(leader, brigade("150781"), colleague.id, clock)
    assert made.status_code == 201, made.text
    assert {role["role"] for role in colleague.get("/me").json["roles"]} == {"FIRE_OFFICER", "UNIT_LEADER"}
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


def test_a_deputy_has_the_shift_when_its_holders_right_ran_out(client: Any, parts: Parts, clock: Clock) -> None:
    leader, colleague = hire(client, region_code="150784"), hire(client, Role.DISPATCHER, region_code="150784")
    org, until = brigade("150784"), (clock.now + timedelta(hours=2)).isoformat()
    staff(client, Role.SEC_ADMIN, "150000").post(
        f"/accounts/staff/{leader.id}/grants", {"role": "UNIT_LEADER", "valid_until": until}
    )
    assert deputy(leader, org, colleague.id, clock).status_code == 201
    assert set_roster(leader, org, (leader.id, clock.now, clock.now + timedelta(days=1))).status_code == 200
    assert leads(parts, org) == leader.id
    clock.advance(hours=3)
    assert leads(parts, org) == colleague.id


def revoke_all(client: Any, person: Any) -> None:
    secadmin = staff(client, Role.SEC_ADMIN, "150000")
    for grant in secadmin.get(f"/accounts/staff/{person.id}").json["grants"]:
        assert secadmin.delete(f"/accounts/staff/{person.id}/grants/{grant['id']}").status_code == 200


def roles_of(client: Any, person: Any) -> set[str]:
    return {role["role"] for role in opened(client, **person.way).get("/me").json["roles"]}


def test_a_deputy_without_a_right_of_his_own_has_none(client: Any, parts: Parts, clock: Clock) -> None:
    leader, colleague = hire(client, Role.UNIT_LEADER, region_code="150721"), hire(client, region_code="150721")
    until = (clock.now + timedelta(hours=1)).isoformat()
    staff(client, Role.SEC_ADMIN, "150000").post(
        f"/accounts/staff/{colleague.id}/grants", {"role": "DISPATCHER", "valid_until": until}
    )
    assert deputy(leader, brigade("150721"), colleague.id, clock).status_code == 201
    assert roles_of(client, colleague) == {"DISPATCHER", "UNIT_LEADER"}
    before = clock.now
    clock.advance(hours=2)
    assert roles_of(client, colleague) == set()
    with parts.database.transaction() as session:
        then, later = actor_at(session, colleague.id, before), actor_at(session, colleague.id, clock.now)
        assert then is not None
        assert later is not None
        assert (then.has(Role.UNIT_LEADER), later.has(Role.UNIT_LEADER)) == (True, False)


def test_a_revoked_right_ends_rosters_and_deputyships(client: Any, parts: Parts, clock: Clock) -> None:
    region, org = "150429", brigade("150429")
    leader, second = (hire(client, Role.UNIT_LEADER, region_code=region) for _ in range(2))
    colleague = hire(client, Role.DISPATCHER, region_code=region)
    lent, borrowed = deputy(leader, org, colleague.id, clock).json, deputy(second, org, leader.id, clock).json
    set_roster(leader, org, (leader.id, clock.now, clock.now + timedelta(days=1)))
    revoke_all(client, leader)
    assert leads(parts, org) == second.id
    roster = second.get(f"/accounts/organisations/{org}/roster").json
    assert (roster["shifts"], [row["id"] for row in roster["deputies"] if row["id"] in (lent["id"], borrowed["id"])]) == ([], [])
    assert roles_of(client, colleague) == {"DISPATCHER"}


def test_a_revoked_right_leaves_the_shifts_that_another_right_carries(client: Any, parts: Parts, clock: Clock) -> None:
    leader, org = hire(client, Role.UNIT_LEADER, Role.ANALYST, region_code="150430"), brigade("150430")
    set_roster(leader, org, (leader.id, clock.now, clock.now + timedelta(days=1)))
    secadmin = staff(client, Role.SEC_ADMIN, "150000")
    grants = secadmin.get(f"/accounts/staff/{leader.id}").json["grants"]
    analyst = next(grant["id"] for grant in grants if grant["role"] == "ANALYST")
    assert secadmin.delete(f"/accounts/staff/{leader.id}/grants/{analyst}").status_code == 200
    with parts.database.transaction() as session:
        assert [shift.person_id for shift in shifts_of(session, org, clock.now)] == [leader.id]


def test_a_deputyship_lasts_ninety_days_at_most_and_begins_not_before_now(client: Any, clock: Clock) -> None:
    leader, officer = staff(client, Role.UNIT_LEADER), staff(client, Role.DISPATCHER)
    end = clock.now + timedelta(days=90)
    too_long = deputy(leader, brigade(), officer.id, clock, ends_at=(end + timedelta(seconds=1)).isoformat())
    assert (too_long.json["errors"][0]["field"], too_long.json["errors"][0]["code"]) == ("ends_at", "out_of_range")
    made = deputy(leader, brigade(), officer.id, clock, starts_at="2020-01-01T00:00:00Z", ends_at=end.isoformat())
    assert (made.status_code, made.json["starts_at"]) == (201, clock.now.isoformat().replace("+00:00", "Z"))
    assert leader.delete(f"/accounts/deputies/{made.json['id']}").status_code == 204
