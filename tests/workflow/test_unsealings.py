"""Who reported is opened by two persons, for a letter with its number, for half an hour; each look is on record."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from database.journal import Event
from tests.clock import Clock
from tests.makers import make_hazard, report
from tests.people import Caller, Json, citizen, guest, staff
from tests.rewards import DEMAND

NAME, MOBILE = "举报人乌云", "13904710009"
FORBIDDEN: Json = {"tells_reporter": False, "silence_reason": "刑事诉讼法第六十四条,侦查期间应当保密"}


def named(client: FlaskClient) -> tuple[Caller, UUID]:
    """A guest who left his name, and his report."""
    visitor = guest(client)
    body = report(client, reporter={"name": NAME, "mobile": MOBILE})
    assert visitor.post("/hazards", body).status_code == 201
    return visitor, UUID(body["id"])


def legal(client: FlaskClient) -> Caller:
    return staff(client, Role.LEGAL_REVIEWER)


def leader(client: FlaskClient) -> Caller:
    return staff(client, Role.UNIT_LEADER)


def asked(client: FlaskClient, hazard_id: UUID, **more: Any) -> Json:
    answer = legal(client).post("/unsealings", {"hazard_id": str(hazard_id), **DEMAND, **more})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: Json = answer.get_json()
    return made


def approved(client: FlaskClient, hazard_id: UUID, **more: Any) -> Json:
    row = asked(client, hazard_id, **more)
    answer = leader(client).post(f"/unsealings/{row['id']}/actions/approve")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return row


def test_two_persons_open_it_and_only_who_asked_reads_it(client: FlaskClient) -> None:
    _, hazard_id = named(client)
    row = asked(client, hazard_id)
    path = f"/unsealings/{row['id']}"
    early = legal(client).get(f"{path}/identity")
    assert (early.status_code, early.get_json()["reason"]) == (409, "not_approved")
    own = legal(client).post(f"{path}/actions/approve")
    assert own.status_code == 403
    assert leader(client).post(f"{path}/actions/approve", {"note": "同意"}).status_code == 200
    seen = legal(client).get(f"{path}/identity")
    assert (seen.get_json()["name"], seen.get_json()["mobile"]) == (NAME, MOBILE)
    assert seen.headers["Cache-Control"] == "no-store"
    assert leader(client).get(f"{path}/identity").status_code == 403
    assert staff(client, Role.AUDITOR).get(f"{path}/identity").status_code == 403


def test_who_holds_both_roles_is_still_one_person(fresh_database: object, client: FlaskClient) -> None:
    _, hazard_id = named(client)
    row = asked(client, hazard_id)
    reviewer, secadmin = legal(client), staff(client, Role.SEC_ADMIN)
    secadmin.post(f"/accounts/staff/{reviewer.id}/grants", {"role": "UNIT_LEADER"})
    refused = reviewer.post(f"/unsealings/{row['id']}/actions/approve")
    assert (refused.status_code, refused.get_json()["reason"]) == (403, "second_person_needed")


def test_after_half_an_hour_it_is_closed_again(client: FlaskClient, clock: Clock) -> None:
    _, hazard_id = named(client)
    path = f"/unsealings/{approved(client, hazard_id)['id']}"
    clock.advance(minutes=29)
    assert legal(client).get(f"{path}/identity").status_code == 200
    clock.advance(minutes=1)
    late = legal(client).get(f"{path}/identity")
    assert (late.status_code, late.get_json()["reason"]) == (409, "time_is_over")
    assert legal(client).get(path).get_json()["is_viewable"] is False


def test_every_look_is_in_the_journal_and_the_auditor_sees_how_many(client: FlaskClient, parts: Parts) -> None:
    _, hazard_id = named(client)
    row = approved(client, hazard_id)
    for _ in range(3):
        legal(client).get(f"/unsealings/{row['id']}/identity")
    auditor = staff(client, Role.AUDITOR)
    [found] = [one for one in auditor.get("/unsealings?limit=100").get_json()["items"] if one["id"] == row["id"]]
    assert (found["view_count"], found["requested_by"], found["actions"]) == (3, legal(client).user["name"], [])
    with parts.database.transaction() as session:
        events = session.scalars(select(Event).where(Event.entity_id == UUID(row["id"])).order_by(Event.id)).all()
        names = [event.name for event in events]
        kept = json.dumps([event.data for event in events], ensure_ascii=False)
    assert names == ["unsealing.requested", "unsealing.approved", *["unsealing.viewed"] * 3]
    assert {event.actor_id for event in events[2:]} == {legal(client).id}
    assert [word for word in (NAME, MOBILE) if word in kept + json.dumps(found, ensure_ascii=False)] == []


def test_the_reporter_is_told_unless_a_law_that_is_named_forbids_it(client: FlaskClient) -> None:
    def heard(who: Caller) -> list[str]:
        return [item["title"] for item in who.get("/inbox").get_json()["items"]]

    told, told_id = named(client)
    approved(client, told_id)
    assert "身份信息依法调取告知" in heard(told)
    silent, silent_id = named(client)
    lawless = legal(client).post("/unsealings", {"hazard_id": str(silent_id), **DEMAND, "tells_reporter": False})
    assert [error["field"] for error in lawless.get_json()["errors"]] == ["silence_reason"]
    approved(client, silent_id, **FORBIDDEN)
    assert "身份信息依法调取告知" not in heard(silent)


@pytest.mark.parametrize("name", ["basis", "authority", "letter_no", "reason"])
def test_nothing_is_opened_without_a_demand_in_writing(client: FlaskClient, name: str) -> None:
    _, hazard_id = named(client)
    body = {key: value for key, value in DEMAND.items() if key != name}
    refused = legal(client).post("/unsealings", {"hazard_id": str(hazard_id), **body})
    assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, [name])


def test_of_an_anonymous_report_there_is_nothing_to_open(client: FlaskClient) -> None:
    body = report(client, report_mode="ANONYMOUS")
    assert guest(client).post("/hazards", body).status_code == 201
    refused = legal(client).post("/unsealings", {"hazard_id": body["id"], **DEMAND})
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "nothing_is_kept")


def test_of_a_signed_in_reporter_it_is_what_his_account_knows(client: FlaskClient) -> None:
    hazard = make_hazard(client)
    row = approved(client, hazard.id)
    identity = legal(client).get(f"/unsealings/{row['id']}/identity").get_json()
    assert identity["mobile"] == hazard.reporter.way["phone"]


@pytest.mark.parametrize(
    "role",
    [Role.INTAKE_CLERK, Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.SUPERVISOR, Role.AUDITOR, Role.SYS_ADMIN, Role.SEC_ADMIN],
)
def test_who_works_on_the_case_or_administers_does_not_ask(client: FlaskClient, role: Role) -> None:
    _, hazard_id = named(client)
    assert staff(client, role).post("/unsealings", {"hazard_id": str(hazard_id), **DEMAND}).status_code in (403, 404)


def test_requests_are_seen_by_nobody_else(client: FlaskClient) -> None:
    _, hazard_id = named(client)
    row = asked(client, hazard_id)
    roles = (Role.INTAKE_CLERK, Role.FIRE_OFFICER, Role.SUPERVISOR, Role.SYS_ADMIN)
    others = [*(staff(client, role) for role in roles), citizen(client), staff(client, Role.LEGAL_REVIEWER, "150203")]
    for who in others:
        assert who.get(f"/unsealings/{row['id']}").status_code == 404
        assert who.get(f"/unsealings/{row['id']}/identity").status_code == 404
        assert row["id"] not in who.get("/unsealings?limit=100").get_data(as_text=True)


def test_a_request_is_taken_back_by_who_made_it_and_refused_with_a_reason(client: FlaskClient) -> None:
    _, hazard_id = named(client)
    first = asked(client, hazard_id)
    twice = legal(client).post("/unsealings", {"hazard_id": str(hazard_id), **DEMAND})
    assert twice.get_json()["reason"] == "already_requested"
    assert leader(client).post(f"/unsealings/{first['id']}/actions/withdraw").status_code == 403
    assert legal(client).post(f"/unsealings/{first['id']}/actions/withdraw").get_json()["state"] == "WITHDRAWN"
    second = asked(client, hazard_id, id=str(new_id()))
    refused = leader(client).post(f"/unsealings/{second['id']}/actions/refuse", {"reason": "来函未加盖公章"})
    assert (refused.get_json()["state"], refused.get_json()["decision_note"]) == ("REFUSED", "来函未加盖公章")
    assert legal(client).get(f"/unsealings/{second['id']}/identity").status_code == 409
