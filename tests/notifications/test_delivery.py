"""Messages beyond the inbox: who gets them, when, and how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from accounts.actor import Actor, Grant, Role
from database.base import new_id
from database.session import Database
from notifications.channels import Channel, ChannelDown, DemoChannel, Message, Unreachable, channels_for
from notifications.commands import set_preferences
from notifications.delivery import Worked, engine_tasks, plan_deliveries, send_due, work_outbox
from notifications.models import Delivery
from notifications.observing import Notifications
from notifications.rules import MAX_ATTEMPTS, after_quiet_hours
from settings import Settings
from tests.notifications.engine import Caller, Clock, happens

NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # eleven in the evening in Beijing
DATA = {"number": "YH1", "category": "通道出口", "place": "东街", "due": "2026-11-24", "org": "大队"}


class Recording(DemoChannel):
    """Keeps what it was given; says what it is told to say."""

    def __init__(self, name: str, database: Database) -> None:
        super().__init__(name)
        self.given: list[Message] = []
        self.failure: BaseException | None = None
        self._database = database

    def send(self, message: Message) -> None:
        assert self._database.engine.pool.checkedout() == 0, "no transaction is open while the world is called"  # type: ignore[attr-defined]
        self.given.append(message)
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def channels(database: Database) -> dict[str, Recording]:
    return {name: Recording(name, database) for name in ("host_app", "sms")}


def tell(database: Database, notifications: Notifications, event: str, part: str, person: Actor) -> None:
    with database.transaction() as session:
        happens(session, event, {part: [person.id]}, DATA)
    work_outbox(database, engine_tasks(notifications))


def deliveries(database: Database) -> list[Delivery]:
    with database.transaction() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.channel)))


def send(database: Database, notifications: Notifications, channels: dict[str, Recording]) -> tuple[int, int]:
    given: dict[str, Channel] = dict(channels)
    worked = send_due(database, notifications, given)
    return worked.done, worked.failed


def test_a_message_says_nothing_of_the_case(
    database: Database, notifications: Notifications, channels: dict[str, Recording], person: Actor
) -> None:
    tell(database, notifications, "hazard.submitted", "reporter", person)
    assert send(database, notifications, channels) == (1, 0)
    assert [message.text for message in channels["host_app"].given] == ["您有一项事项有新进展,请登录“蒙速办”查看。"]
    assert not channels["sms"].given


def test_a_sent_message_is_left_alone(
    database: Database, notifications: Notifications, channels: dict[str, Recording], person: Actor
) -> None:
    with database.transaction() as session:
        event = happens(session, "hazard.submitted", {"reporter": [person.id]}, DATA)
    work_outbox(database, engine_tasks(notifications))
    send(database, notifications, channels)
    with database.transaction() as session:
        plan_deliveries(session, notifications, event)
    assert send(database, notifications, channels) == (0, 0)
    assert len(deliveries(database)) == 1


def test_a_statutory_notice_goes_out_on_both_ways_whatever_was_wished(
    database: Database, notifications: Notifications, person: Actor
) -> None:
    with database.transaction() as session:
        wished = {"switched": {"progress": {"host_app": False}}, "quiet_from": None, "quiet_until": None}
        set_preferences(session, person, wished, 0)
    tell(database, notifications, "hazard.submitted", "reporter", person)
    assert not deliveries(database)
    tell(database, notifications, "hazard.registered", "reporter", person)
    assert [delivery.channel for delivery in deliveries(database)] == ["host_app", "sms"]


def test_at_night_a_message_waits_for_the_morning(
    database: Database, notifications: Notifications, channels: dict[str, Recording], person: Actor, clock: Clock
) -> None:
    clock.now = NIGHT
    tell(database, notifications, "hazard.submitted", "reporter", person)
    assert send(database, notifications, channels) == (0, 0)
    clock.advance(hours=8)
    assert send(database, notifications, channels) == (1, 0)


def test_what_ignores_quiet_hours_goes_out_at_night(
    database: Database, notifications: Notifications, channels: dict[str, Recording], person: Actor, clock: Clock
) -> None:
    clock.now = NIGHT
    tell(database, notifications, "hazard.submitted", "leaders", person)
    assert send(database, notifications, channels) == (1, 0)


def test_a_gateway_that_is_down_is_tried_again_until_somebody_looks_and_has_it_replayed(
    database: Database,
    notifications: Notifications,
    channels: dict[str, Recording],
    person: Actor,
    clock: Clock,
    call: Caller,
    administrator: Actor,
) -> None:
    tell(database, notifications, "hazard.submitted", "leaders", person)
    channels["host_app"].failure = ChannelDown("timeout")
    for _ in range(MAX_ATTEMPTS):
        assert send(database, notifications, channels) == (0, 1)
        assert send(database, notifications, channels) == (0, 0)
        clock.advance(hours=1)
    [delivery] = deliveries(database)
    assert (delivery.state, delivery.last_error) == ("dead", "timeout")
    [letter] = call(administrator, "GET", "/dead-letters").json["items"]
    assert (letter["kind"], letter["name"], letter["count"], letter["last_error"]) == ("message", "host_app", 1, "timeout")
    channels["host_app"].failure = None
    assert send(database, notifications, channels) == (0, 0)
    this = {"kind": "message", "name": "host_app"}
    assert call(administrator, "POST", "/dead-letters/actions/replay", json=this).json == {"replayed": 1}
    assert send(database, notifications, channels) == (1, 0)


@pytest.mark.parametrize("region_code", [None, "150100"])
def test_what_was_given_up_is_for_the_regions_administrator(call: Caller, person: Actor, region_code: str | None) -> None:
    grants = (Grant(Role.SYS_ADMIN, new_id(), region_code),) if region_code else ()
    caller = replace(person, grants=grants)
    assert call(caller, "GET", "/dead-letters").status_code == 403
    this = {"kind": "message", "name": "host_app"}
    assert call(caller, "POST", "/dead-letters/actions/replay", json=this).status_code == 403


def test_a_person_without_an_address_is_not_tried_again(
    database: Database, notifications: Notifications, channels: dict[str, Recording], person: Actor, clock: Clock
) -> None:
    tell(database, notifications, "hazard.submitted", "leaders", person)
    channels["host_app"].failure = Unreachable()
    send(database, notifications, channels)
    clock.advance(hours=1)
    assert send(database, notifications, channels) == (0, 0)
    assert deliveries(database)[0].state == "unreachable"


def test_a_worker_that_dies_in_mid_sending_causes_a_repetition_under_the_same_id(
    database: Database, notifications: Notifications, channels: dict[str, Recording], person: Actor, clock: Clock
) -> None:
    tell(database, notifications, "hazard.submitted", "leaders", person)
    channels["host_app"].failure = KeyboardInterrupt()  # ends the worker like a signal
    with pytest.raises(KeyboardInterrupt):
        send(database, notifications, channels)
    channels["host_app"].failure = None
    assert send(database, notifications, channels) == (0, 0)
    clock.advance(minutes=3)
    assert send(database, notifications, channels) == (1, 0)
    first, second = channels["host_app"].given
    assert first.id == second.id


@pytest.mark.parametrize(
    ("beijing", "quiet", "waits"),
    [
        ((22, 30), (time(22, 0), time(7, 0)), timedelta(hours=8, minutes=30)),
        ((6, 59), (time(22, 0), time(7, 0)), timedelta(minutes=1)),
        ((7, 0), (time(22, 0), time(7, 0)), timedelta(0)),
        ((21, 59), (time(22, 0), time(7, 0)), timedelta(0)),
        ((13, 0), (time(12, 0), time(14, 0)), timedelta(hours=1)),
        ((13, 0), (time(12, 0), time(12, 0)), timedelta(0)),
        ((23, 0), (None, None), timedelta(0)),
    ],
)
def test_quiet_hours_are_beijing_hours(
    beijing: tuple[int, int], quiet: tuple[time | None, time | None], waits: timedelta
) -> None:
    moment = datetime(2026, 11, 23, *beijing, tzinfo=UTC) - timedelta(hours=8)
    assert after_quiet_hours(moment, *quiet) - moment == waits


def test_a_message_waits_for_a_gateway_that_is_not_connected_yet(
    database: Database, notifications: Notifications, settings: Settings, clock: Clock, person: Actor
) -> None:
    tell(database, notifications, "hazard.diverted_119", "reporter", person)
    without = channels_for(replace(settings, demo=False))
    for _ in range(MAX_ATTEMPTS + 1):
        clock.advance(hours=1)
        assert send_due(database, notifications, without) == Worked(0, 0, more=False)
    assert [(row.channel, row.state, row.attempts) for row in deliveries(database)] == [
        ("host_app", "waiting", 0),
        ("sms", "waiting", 0),
    ]
    assert send_due(database, notifications, {"sms": DemoChannel("sms")}).done == 1
    assert send_due(database, notifications, channels_for(settings)).done == 1
    assert {row.state for row in deliveries(database)} == {"sent"}
