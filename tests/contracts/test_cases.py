"""What holds for the events of every case, whatever its kind and however it came to its state."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Parts
from database.journal import Event, event_digest
from notifications.subscriptions import SUBSCRIPTIONS
from tests.contracts.cases import LIVES
from tests.contracts.world import World
from tests.makers import HAZARD_WAYS, Case, make_hazard, make_letter, report
from tests.people import citizen, guest
from workflow.case_tasks import CASES
from workflow.hazards.models import Hazard

# Nobody had the case before it was first assigned; a dispute may be reviewed within the brigade.
NOBODY_YET = {
    "hazard.assigned: removed_officers", "hazard.reopened: removed_officers", "hazard.disputed: committee",
    "permit.assigned: removed_officers",
    "major.supervised: unit",  # of which nothing was served yet
}  # fmt: skip


def test_on_every_way_events_are_chained_and_nobody_is_forgotten(
    client: FlaskClient, parts: Parts, capfd: pytest.CaptureFixture[str]
) -> None:
    """Through every state: no notice lacks a value, and each audience that a notice is for is named by its event."""
    world = World(client, {})
    cases = [world.case(kind, state) for kind, life in LIVES.items() for state in life.states]
    cases.append(make_hazard(client).act(world.office.clerk, "divert_119"))
    master, joined = make_hazard(client), make_hazard(client)
    joined.act(world.office.clerk, "merge", master_id=str(master.id))
    for step in HAZARD_WAYS["CLOSED"]:
        step(master)
    cases += [master, joined]
    assert '"level":"error"' not in capfd.readouterr().err
    with parts.database.transaction() as session:
        named: dict[str, set[str]] = {}
        for case in cases:
            for event in assert_chained(session, case):
                named.setdefault(event.name, set()).update(event.concerns)
    silent = {
        f"{row.event}: {row.audience}" for row in SUBSCRIPTIONS if row.event in named and row.audience not in named[row.event]
    }
    assert silent - NOBODY_YET == set()


def assert_chained(session: Session, case: Case) -> list[Event]:
    """Each event hashes its predecessor, from the first to the row's own head. The events."""
    events = list(session.scalars(select(Event).where(Event.entity_id == case.id).order_by(Event.id)))
    head = None
    for event in events:
        assert event.previous_hash == head
        assert event.hash == event_digest(event)
        head = event.hash
    row: Any = session.get_one(CASES[case.kind], case.id)
    assert row.event_hash == head
    return events


def test_a_report_is_claimed_from_its_guest_and_from_nobody_else(client: FlaskClient) -> None:
    visitor, first, second = guest(client), citizen(client), citizen(client)
    body = report(client, report_mode="REAL_NAME", reporter={"mobile": "13700000002"})
    assert visitor.post("/hazards", body).status_code == 201
    claim = {"tracking_code": body["tracking_code"]}
    assert first.post("/hazards/claims", claim).status_code == 200
    assert second.post("/hazards/claims", claim).status_code == 404
    assert [who.get(f"/hazards/{body['id']}").status_code for who in (visitor, first, second)] == [404, 200, 404]


def test_a_case_that_is_checked_again_starts_from_the_beginning(client: FlaskClient, parts: Parts) -> None:
    """What the first check came to neither closes it early nor stands in the way of a second letter."""
    letter = make_letter(client, "CLOSED")
    office = letter.office
    hazard = Case("hazard", letter.hazard_id, office, letter.reporter, letter.hazard_id, letter.tracking_code)
    hazard.act(office.clerk, "tell_reporter")
    assert hazard.state == "CLOSED"
    hazard.act(hazard.reporter, "dispute", reason="隐患仍未消除").act(office.committee, "reopen", reason="重新核查")
    again = make_hazard(client, "REGISTERED")
    with parts.database.transaction() as session:
        rows = [session.get_one(Hazard, case.id) for case in (hazard, again)]
        kept = (
            "told_at",
            "finding",
            "case_no",
            "rectification_id",
            "handover_id",
            "handover_closed_at",
            "closed_at",
        )
        assert [getattr(rows[0], name) for name in kept] == [getattr(rows[1], name) for name in kept]
