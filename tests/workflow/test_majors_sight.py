"""Promises about who sees a major hazard, and what its journal says."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Role
from api.context import Parts
from database.journal import Event
from tests.majors import make_major
from tests.people import ELSEWHERE, staff


def test_neighbours_and_other_units_see_nothing_of_it(client: FlaskClient) -> None:
    case = make_major(client, "RECHECK_PENDING")
    for stranger in (
        staff(client, Role.UNIT_LEADER, ELSEWHERE),
        staff(client, Role.FIRE_OFFICER, ELSEWHERE),
        case.office.receiver,
    ):
        assert stranger.get(case.path).status_code == 404
        assert str(case.id) not in stranger.get("/majors?limit=100").get_data(as_text=True)


def test_every_step_is_in_the_journal_with_both_states(client: FlaskClient, parts: Parts) -> None:
    case = make_major(client, "CANCELLED_RECORD")
    with parts.database.transaction() as session:
        events = session.scalars(select(Event).where(Event.entity_id == case.id).order_by(Event.id)).all()
    names = [event.name for event in events]
    assert names == [
        "major.suspected", "major.reviewed", "major.determined", "major.act_drafted", "major.served", "major.applied",
        "major.act_drafted", "major.recheck_passed", "major.record_cancelled",
    ]  # fmt: skip
    assert events[4].data["from"] == events[4].data["to"] == "DETERMINED"
