"""From an event to inbox and outbox rows, in the transaction of the event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import new_id
from database.session import Database
from notifications.models import InboxItem, MessageTemplate, OutboxRow
from notifications.observing import FILL_INBOX, PLAN_DELIVERIES, Notifications
from notifications.rendering import MissingValue
from notifications.seed import seed
from notifications.synced import INBOX_ITEM
from notifications.templates import WORDINGS
from tests.notifications.engine import Clock, happens, open_database

SUBMITTED = {"number": "YH1", "category": "通道出口", "place": "东街", "due": "2026-11-24T02:00:00Z"}


def people(count: int) -> list[UUID]:
    return [new_id() for _ in range(count)]


def items(database: Database) -> list[InboxItem]:
    with database.transaction() as session:
        return list(session.scalars(select(InboxItem).order_by(InboxItem.id)))


def tasks(database: Database) -> list[str]:
    with database.transaction() as session:
        return sorted(session.scalars(select(OutboxRow.task)))


def test_reporter_and_leader_read_each_their_own_text(database: Database) -> None:
    reporter, leader = people(2)
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"reporter": [reporter], "leaders": [leader]}, SUBMITTED)
    bodies = {item.person_id: item.body for item in items(database)}
    assert bodies[reporter].startswith("平台已于2026年11月23日10时00分收到您上报的隐患,编号YH1。")
    assert bodies[leader] == "新收通道出口1件(编号YH1),东街,须于2026年11月24日10时00分前实地核查,请及时派员。"


def test_nobody_is_told_twice_of_one_event(database: Database) -> None:
    both = new_id()
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"reporter": [both], "leaders": [both, both]}, SUBMITTED)
        database.settle(session)
        database.settle(session)
    [item] = items(database)
    assert item.template_key == "report_received"


def test_a_notice_shares_the_fate_of_its_mutation(database: Database) -> None:
    kept, lost = people(2)

    def mutate(session: Session, person: UUID, *, fails: bool) -> None:
        with database.savepoint(session):
            happens(session, "hazard.submitted", {"reporter": [person]}, SUBMITTED)
            database.settle(session)
            if fails:
                raise ZeroDivisionError

    with database.transaction() as session:
        mutate(session, kept, fails=False)
        with pytest.raises(ZeroDivisionError):
            mutate(session, lost, fails=True)
        happens(session, "hazard.diverted_119", {"reporter": [kept]}, {"number": "YH2"})
    assert [(item.person_id, item.event_name) for item in items(database)] == [
        (kept, "hazard.submitted"),
        (kept, "hazard.diverted_119"),
    ]


def test_a_notice_reaches_its_readers_devices_and_nobody_elses(database: Database) -> None:
    reporter = new_id()
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"reporter": [reporter]}, SUBMITTED)
    with database.transaction() as session:
        rows = session.execute(text("SELECT s.key, f.line FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id")).all()
    [(key, line)] = rows
    assert key == f"user:{reporter}#own"
    data: dict[str, Any] = orjson.loads(line)["data"]
    assert data["class"] == "progress"
    assert str(reporter) not in line.decode()


def test_twenty_are_told_at_once_and_more_by_the_worker(database: Database) -> None:
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"leaders": people(20)}, SUBMITTED)
    assert len(items(database)) == 20
    assert tasks(database) == [PLAN_DELIVERIES]
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"leaders": people(21)}, SUBMITTED)
    assert len(items(database)) == 20
    assert tasks(database) == [FILL_INBOX, PLAN_DELIVERIES, PLAN_DELIVERIES]


def test_an_event_that_the_worker_reacts_to_leaves_an_outbox_row(database: Database) -> None:
    with database.transaction() as session:
        happens(session, "media.stored", {})
        happens(session, "hazard.claimed", {"reporter": people(1)})
    assert tasks(database) == ["render_media"]
    assert not items(database)


def test_a_missing_value_gives_a_shorter_text_and_never_stops_the_business(database: Database) -> None:
    reporter = new_id()
    with database.transaction() as session:
        happens(session, "hazard.rejected", {"reporter": [reporter]}, {"number": "YH1"})
    assert [item.body for item in items(database)] == ["举报不予受理告知。请登录“蒙速办”查看。"]


def test_a_missing_value_is_loud_where_it_should_be(engine_url: str, clock: Clock) -> None:
    strict = open_database(engine_url, clock, [INBOX_ITEM], Notifications({}, strict=True).observe)
    with pytest.raises(MissingValue), strict.transaction() as session:
        happens(session, "hazard.rejected", {"reporter": people(1)}, {"number": "YH1"})
    strict.dispose()


def test_an_edited_text_is_used_and_survives_the_seed(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        seed(session)
        template = session.get_one(MessageTemplate, "report_diverted")
        template.text = "请拨打119(编号{number})"
    with database.transaction() as session:
        seed(session)
        assert session.scalar(select(func.count()).select_from(MessageTemplate)) == len(WORDINGS)
    clock.advance(minutes=2)
    with database.transaction() as session:
        happens(session, "hazard.diverted_119", {"reporter": people(1)}, {"number": "YH9"})
    assert [item.body for item in items(database)] == ["请拨打119(编号YH9)"]


def test_the_reader_alone_sees_a_notice(database: Database, person: Actor, stranger: Actor) -> None:
    with database.transaction() as session:
        happens(session, "hazard.submitted", {"reporter": [person.id]}, SUBMITTED)
    with database.transaction() as session:
        seen = [len(session.scalars(select(InboxItem).where(INBOX_ITEM.visible_to(who))).all()) for who in (person, stranger)]
    assert seen == [1, 0]
