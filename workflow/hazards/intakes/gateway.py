"""The hotline's interface: orders in, results out. The contract, and how we speak it over HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

import structlog
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE, SYSTEM, Actor, Grant, Role
from database.session import Database, now
from neighbours import Neighbour, NeighbourFailed, retry_after
from settings import Settings
from sheets import plain
from workflow.hazards.intakes.commands import note_sent, take_row
from workflow.hazards.intakes.models import ExternalOrder, IntakeCursor
from workflow.hazards.intakes.rules import TITLES
from workflow.offices import brigade_of

log = structlog.get_logger()
SOURCE = "12345"
_PAGE_ROWS = 100
_MOST_RESULTS = 50
_PATIENCE_SECONDS = 20.0  # for each half of a visit, an answer's own patience aside
_LONGEST_VISIT = timedelta(minutes=5)


@dataclass(frozen=True)
class OrderPage:
    """Some orders, as text by our names for their members, and where the next ones are."""

    orders: list[dict[str, str]]
    cursor: str | None
    more: bool


@dataclass(frozen=True)
class Result:
    """What becomes of an order: `RETURNED` to whoever sent it, or `ANSWERED`."""

    number: str
    state: str
    verdict: str
    text: str
    ended_at: str
    key: str  # the same result has the same one, however often it is sent


class HotlineGateway(Protocol):
    """What the hotline offers."""

    def orders(self, cursor: str | None) -> OrderPage:
        """Orders for us after the cursor, oldest first. Raises NeighbourFailed."""

    def send(self, result: Result) -> None:
        """Hand a result over; the same one twice is one. Raises NeighbourFailed if it did not arrive."""


class _PageSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    items = fields.List(fields.Dict(keys=fields.String()), required=True, validate=validate.Length(max=_PAGE_ROWS))
    next_cursor = fields.String(required=True, allow_none=True, validate=validate.Length(max=500))
    more = fields.Boolean(required=True)


_PAGE, _NAMES = _PageSchema(), frozenset(TITLES.values())


class HttpHotline:
    """`GET <url>/orders?cursor=…` answers `{"items", "next_cursor", "more"}`, `POST <url>/orders/<number>/result` takes one."""

    def __init__(self, url: str, key: str) -> None:
        self._neighbour = Neighbour(url, key)

    def orders(self, cursor: str | None) -> OrderPage:
        """Members that we do not know are passed over, so that the hotline may add some."""
        asked = {"limit": str(_PAGE_ROWS), **({"cursor": cursor} if cursor else {})}
        body = self._neighbour.ask("/orders", asked)
        try:
            told: Any = _PAGE.loads(body.decode())
        except (ValidationError, ValueError) as error:
            raise NeighbourFailed(f"answered what was not agreed: {error}"[:500]) from error
        return OrderPage([_cells(item) for item in told["items"]], told["next_cursor"], told["more"])

    def send(self, result: Result) -> None:
        """Under a key by which it is known again."""
        document = {"state": result.state, "verdict": result.verdict, "text": result.text, "ended_at": result.ended_at}
        self._neighbour.tell(f"/orders/{quote(result.number, safe='')}/result", document, result.key)


def _cells(item: Mapping[str, Any]) -> dict[str, str]:
    said = {name: "是" if value is True else plain(str(value)) for name, value in item.items() if name in _NAMES}
    return {name: value for name, value in said.items() if value not in ("", "None", "False")}


def gateway_of(settings: Settings) -> HotlineGateway | None:
    """The hotline of this installation, if it has an interface."""
    return HttpHotline(settings.hotline_url, settings.hotline_key) if settings.hotline_url else None


def visit(database: Database, gateway: HotlineGateway | None) -> None:
    """Fetch what is new and send what has ended; say in the log what did not work. For the timetable.

    One visit at a time, and the one does not wait for the other: results go out though no orders come in.
    """
    if gateway is None or not _begin(database):
        return
    for what, work in (("orders", fetch), ("results", send_results)):
        try:
            count = work(database, gateway)
        except NeighbourFailed as failure:
            log.error("the hotline cannot be reached", what=what, why=str(failure))  # noqa: TRY400 - the reason is one line
            continue
        if count:
            log.info("the hotline was visited", what=what, count=count)
    _end(database)


def _begin(database: Database) -> bool:
    """True if nobody is there now. Who died on the way is forgotten after a while."""
    with database.transaction() as session:
        moment = now(session)
        values = {"visited_until": moment + _LONGEST_VISIT}
        free = IntakeCursor.visited_until <= moment
        statement = insert(IntakeCursor).values(source=SOURCE, cursor=None, **values)
        statement = statement.on_conflict_do_update(index_elements=["source"], set_=values, where=free)
        return session.scalar(statement.returning(IntakeCursor.source)) is not None


def _end(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(IntakeCursor).where(IntakeCursor.source == SOURCE).values(visited_until=now(session)))


def fetch(database: Database, gateway: HotlineGateway) -> int:
    """Take every new order in, or hold it; the cursor moves with them in one transaction. How many. Raises NeighbourFailed."""
    fetched, more, until = 0, True, time.monotonic() + _PATIENCE_SECONDS
    while more and time.monotonic() < until:
        with database.transaction() as session:
            cursor = _cursor(session)
        page = gateway.orders(cursor)
        with database.transaction() as session:
            if _cursor(session) != cursor:  # somebody else was here meanwhile
                return fetched
            actor = _clerk(session)
            for cells in sorted(page.orders, key=lambda cells: cells.get("number", "")):  # as everybody locks them
                told = take_row(session, actor, SOURCE, cells)
                if told["outcome"] == "REFUSED":
                    log.error("the hotline sent an order without a number", fields=sorted(cells))
            _move(session, page.cursor or cursor)
        fetched += len(page.orders)
        more = page.more and page.cursor not in (None, cursor)
    return fetched


def _clerk(session: Session) -> Actor:
    """Who takes in what no clerk did: the region's desk, in nobody's name."""
    office = brigade_of(session, REGION_CODE)
    grant = Grant(Role.HOTLINE_CLERK, office.id, REGION_CODE)
    return Actor(id=SYSTEM.id, name="12345接口", grants=(grant,), roles=frozenset({Role.HOTLINE_CLERK}))


def _cursor(session: Session) -> str | None:
    return session.scalar(select(IntakeCursor.cursor).where(IntakeCursor.source == SOURCE).with_for_update())


def _move(session: Session, cursor: str | None) -> None:
    values = {"cursor": cursor}
    statement = insert(IntakeCursor).values(source=SOURCE, visited_until=now(session), **values)
    session.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))


def send_results(database: Database, gateway: HotlineGateway) -> int:
    """Hand over what has ended: how many. Nothing is open meanwhile.

    What fails is tried again, later and later; the others wait for the next visit, since most likely they would fail too.
    Raises NeighbourFailed.
    """
    sent, until = 0, time.monotonic() + _PATIENCE_SECONDS
    with database.transaction() as session:
        due = [(order.id, _result(order)) for order in _due(session)]
    for order_id, result in due:
        if time.monotonic() > until:
            break
        try:
            gateway.send(result)
        except NeighbourFailed:
            _note(database, order_id, result, arrived=False)
            raise
        _note(database, order_id, result, arrived=True)
        sent += 1
    return sent


def _due(session: Session) -> list[ExternalOrder]:
    unsent = select(ExternalOrder).where(
        ExternalOrder.source == SOURCE, ExternalOrder.result.is_not(None), ExternalOrder.sent_at.is_(None),
        or_(ExternalOrder.next_try_at.is_(None), ExternalOrder.next_try_at <= now(session)),
    )  # fmt: skip
    return list(session.scalars(unsent.order_by(ExternalOrder.id).limit(_MOST_RESULTS)))


def _result(order: ExternalOrder) -> Result:
    result = order.result or {}
    key = f"{order.id}-{result['ended_at']}"
    return Result(order.number, order.state, result["verdict"], result["text"], result["ended_at"], key)


def _note(database: Database, order_id: UUID, result: Result, *, arrived: bool) -> None:
    """Unless it has become another result meanwhile: that one is still to be sent."""
    with database.transaction() as session:
        order = session.get_one(ExternalOrder, order_id, with_for_update=True)
        if order.result is None or _result(order).key != result.key or order.sent_at is not None:
            return
        if arrived:
            note_sent(session, SYSTEM, order)
            return
        order.attempts += 1
        order.next_try_at = now(session) + retry_after(order.attempts)
