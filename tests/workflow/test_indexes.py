"""Five million cases have a hundred million events: nothing that an act or the timetable asks for may read them all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from api.context import Parts
from database.journal import Event
from tests.clock import Clock
from tests.makers import make_hazard, make_letter, make_order
from tests.workflow.test_escalation import worked_off
from workflow.handovers.letter import order_number
from workflow.queue import escalation, holding

_OF_ONE = {"event": "entity", "clock": "entity", "task": "subject"}  # the indexes on a case's rows begin with its kind


@contextmanager
def asked(parts: Parts) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(parts.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(parts.database.engine, "before_cursor_execute", note)


def unindexed(statement: str) -> bool:
    """True if it asks for the rows of a case by the id alone."""
    return any(
        re.search(rf"\b{table}\.{column}_id (=|IN)", statement) and not re.search(rf"\b{table}\.{column}_type (=|IN)", statement)
        for table, column in _OF_ONE.items()
    )


def test_events_clocks_and_tasks_of_a_case_are_asked_for_as_their_indexes_are_made(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    with asked(parts) as statements:
        make_hazard(client, "REVIEWING").read()
        make_letter(client, "SENT").read()
        make_order(client, "RECTIFIED").read()
        clock.advance(days=10)
        for step in (escalation.mark_breaches, escalation.refer_unsigned, escalation.remind_holders, holding.raise_untouched):
            worked_off(parts, step)
    assert any("FROM clock" in statement for statement in statements)
    assert [statement for statement in statements if unindexed(statement)] == []


def test_the_order_that_a_letter_names_is_found_by_an_index(client: FlaskClient, parts: Parts) -> None:
    hazard = make_hazard(client, "VERIFIED_TRUE")
    number = hazard.sibling("rectification").read()["data"]["order_no"]
    hazard.act(hazard.office.leader, "hand_over", to_org_id=str(hazard.office.receiver.org_id), reason="属住建部门职责",
               legal_basis="消防法第十三条")  # fmt: skip
    letter = hazard.sibling("handover").act(hazard.office.leader, "approve")
    assert letter.read()["data"]["letter"]["order_no"] == number
    with parts.database.transaction() as session:
        of_case = select(Event).where(Event.entity_id == hazard.id, Event.name == "hazard.verified_true")
        found = session.scalars(of_case).one()
        session.execute(text("SET LOCAL enable_seqscan = off"))
        question = str(order_number(found).compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = "\n".join(session.scalars(text(f"EXPLAIN {question}")))
    assert "ix_event_transaction" in plan
    assert "Seq Scan" not in plan


def test_what_is_near_is_counted_by_the_index_of_places(client: FlaskClient, parts: Parts) -> None:
    make_hazard(client)
    asked_for = {"picture": "EXIT", "position": {"lon": 111.6856, "lat": 40.8455}}
    with asked(parts) as statements:
        assert client.post("/api/v1/hazards/nearby", json=asked_for).status_code == 200
    (counted,) = [statement for statement in statements if "FROM hazard" in statement]
    with parts.database.transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        names = dict.fromkeys(re.findall(r"%\((\w+)\)s", counted))
        values = {name: "EXIT" if "picture" in name else 0 for name in names}
        values |= {name: "2026-11-01" for name in names if "submitted" in name}
        values |= {name: "CLOSED" for name in names if "state" in name}
        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {counted}", values).scalars())
    assert "ix_hazard_place" in plan
