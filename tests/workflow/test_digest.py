"""Once a day whoever leads an office hears what is due there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.context import Parts
from database.journal import Event
from tests.clock import Clock
from tests.makers import Office, make_hazard
from tests.people import ELSEWHERE, HOME, Json
from tests.workflow.test_escalation import worked_off
from workflow.queue import digest


@pytest.fixture
def office(client: FlaskClient, fresh_database: object) -> Office:
    return Office(client, HOME)


def told(parts: Parts) -> list[tuple[str, Json]]:
    """Of which offices the leaders were told, and what."""
    with parts.database.transaction() as session:
        events = session.scalars(select(Event).where(Event.name == "organisation.summed_up").order_by(Event.id))
        return [(event.data["org"], {**event.data, "leaders": event.concerns["leaders"]}) for event in events]


def to_eight(clock: Clock) -> None:
    """The next morning in Beijing, where the day of UTC begins."""
    tomorrow = clock.now.replace(hour=0, minute=0) + timedelta(days=1)
    clock.advance(seconds=(tomorrow - clock.now).total_seconds())


def test_in_the_morning_a_leader_hears_once_what_his_office_has_to_do(parts: Parts, clock: Clock, office: Office) -> None:
    make_hazard(office.client, "REGISTERED")  # 24 hours: due today at ten, and nobody has it
    make_hazard(office.client, "ASSIGNED")
    make_hazard(office.client, "SUBMITTED", ELSEWHERE)
    to_eight(clock)
    clock.advance(minutes=-1)
    assert worked_off(parts, digest.sum_up) == 0
    clock.advance(minutes=1)
    assert worked_off(parts, digest.sum_up) == 2
    assert worked_off(parts, digest.sum_up) == 0
    facts = next(facts for org, facts in told(parts) if "新城区" in org)
    assert {name: facts[name] for name in ("overdue", "due_today", "unassigned", "open")} == {
        "overdue": 0, "due_today": 2, "unassigned": 1, "open": 2,
    }  # fmt: skip
    assert facts["leaders"] == [str(office.leader.id)]
    counts = office.leader.get("/queue/buckets").get_json()
    assert (counts["due_today"], counts["overdue"]) == (facts["due_today"], facts["overdue"])


def test_the_next_day_what_was_left_is_overdue(parts: Parts, clock: Clock, office: Office) -> None:
    make_hazard(office.client, "ASSIGNED")
    for _ in range(2):
        to_eight(clock)
        worked_off(parts, digest.sum_up)
    assert [(facts["due_today"], facts["overdue"]) for _, facts in told(parts)] == [(1, 0), (0, 1)]
    notices = office.leader.get("/inbox").get_json()["items"]
    assert any("今日到期0件、已超期1件" in notice["body"] for notice in notices)


def test_an_office_with_nothing_due_is_left_in_peace(parts: Parts, clock: Clock, office: Office) -> None:
    make_hazard(office.client, "CLOSED")
    to_eight(clock)
    assert worked_off(parts, digest.sum_up) == 0
