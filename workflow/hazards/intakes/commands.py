"""Taking an order in, holding what cannot be taken, following the case, and noting what was sent back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

import sheets
from accounts.actor import REGION_CODE, SYSTEM, Actor
from accounts.models import Organisation
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now
from problems import Invalid, Kind, NotFound, Problem, RoleNotAllowed, field_error
from sync.mutations import Origin
from workflow.acting import guard
from workflow.hazards.intakes.models import ExternalOrder
from workflow.hazards.intakes.rules import (
    CHANNELS,
    CLERKS,
    DIVERTED,
    ENDED,
    FORCED,
    MOST_ROWS,
    NEEDED,
    READERS,
    TITLES,
    ending,
    refusal,
)
from workflow.hazards.intakes.schemas import shaped
from workflow.hazards.models import Hazard
from workflow.hazards.reporting import submit
from workflow.offices import people_of_office

Savepoint = Callable[[Session], AbstractContextManager[None]]
_PLACE = ("sumu", "gacha", "household", "landmark")
_LONGEST_REPLY = timedelta(days=366)


class OrderAlreadyTaken(Problem):
    """The source's order has been taken in before. Data: `order_id`."""

    kind, code, title = Kind.CONFLICT, "order_already_taken", "该工单此前已经收件"


def take_in(session: Session, actor: Actor, data: dict[str, Any]) -> ExternalOrder:
    """收件: a case of ours for an order of theirs; its clock starts when the source received it. Event: external_order.taken.

    A held one of that number is completed. Raises RoleNotAllowed, OrderAlreadyTaken, Invalid.
    """
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="take_in_order")
    order = _known(session, data["source"], data["number"])
    if order is not None and order.state != "HELD":
        raise OrderAlreadyTaken(order_id=str(order.id))
    return _taken(session, actor, order, data)


def complete(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any]) -> ExternalOrder:
    """补正: what was held is said right. Who reported is taken from what came, unless the clerk says it anew."""
    order = _locked(session, actor, order_id)
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="complete_order")
    guard(order.state == "HELD", "complete_order", "order_is_not_held")
    came: Json = orjson.loads(order.cells or "{}")
    kept = {name: came[name] for name in ("name", "mobile") if came.get(name) and data.get(name) is None}
    if "mobile" in kept:  # as it came it may have been what was wrong
        kept = {**kept, **_phone(kept.pop("mobile"))}
    return _taken(session, actor, order, {**data, **kept, "source": order.source, "number": order.number})


def _phone(text: str) -> Json:
    digits = "".join(char for char in text if char.isdigit()).removeprefix("86")
    return {"mobile": digits} if len(digits) == 11 and digits.startswith("1") else {}


def _taken(session: Session, actor: Actor, order: ExternalOrder | None, data: dict[str, Any]) -> ExternalOrder:
    moment = now(session)
    if not actor.may_in(data["region"], *CLERKS):
        raise Invalid(field_error("region", "not_your_region", "不在本机构辖区,请退回派单单位"))
    reply_by = data["reply_by"]
    if reply_by is not None and not data["received_at"] <= reply_by <= moment + _LONGEST_REPLY:
        raise Invalid(field_error("reply_by", "out_of_range", "答复期限应在收到之后、一年以内"))
    hazard = _report(session, actor, data)
    hazard.channel = CHANNELS[data["source"]]
    if order is None:
        order = _new(session, actor, data["source"], data["number"])
        session.add(order)
    else:
        order.revision += 1
        order.updated_at = moment
    order.state, order.region_code, order.hazard_id = "OPEN", hazard.region_code, hazard.id
    order.received_at, order.reply_by = data["received_at"], reply_by
    order.cells, order.notes = None, []
    session.flush()
    record(
        session, "external_order.taken", order, actor,
        data={"source": order.source, "external_number": order.number, "hazard_id": str(hazard.id)},
    )  # fmt: skip
    return order


def _report(session: Session, actor: Actor, data: dict[str, Any]) -> Hazard:
    """The report behind an order. What is wrong with it is said in the words of the order."""
    known = data["name"] is not None or data["mobile"] is not None
    mode = "ANONYMOUS" if not known else "REAL_NAME_HIDDEN" if data["hidden"] else "REAL_NAME"
    said: Json = {
        "picture": data["picture"], "category": None, "description": data["description"], "photos": [],
        "place": {"position": None, "region_code": data["region"], **{part: data[part] for part in _PLACE}},
        "place_name": data["place_name"], "place_type": "", "unit_uscc": None, "occurred_at": None, "captured_at": None,
        "is_ongoing": True, "people_trapped_or_fire": False, "report_mode": mode,
        "reporter": {"name": data["name"], "mobile": data["mobile"], "id_no": None} if known else None,
        "wish_feedback": True, "consent_version": "", "about_staff": False, "tracking_code": None,
        "agency_received_at": data["received_at"],
    }  # fmt: skip
    if not any(data[part] for part in _PLACE):  # an order names the place in one line, if it names it at all
        said["place"]["landmark"] = data["place_name"] or "见情况说明"
    try:
        return submit(session, actor, new_id(), said, Origin())
    except Invalid as problem:
        errors = [{**error, "field": _ours(error["field"])} for error in problem.data["errors"]]
        raise Invalid(*errors) from problem


def _ours(field: str) -> str:
    return "received_at" if field == "agency_received_at" else field.rpartition(".")[2]


def _new(session: Session, actor: Actor, source: str, number: str) -> ExternalOrder:
    moment = now(session)
    return ExternalOrder(
        id=new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, created_by=actor.id, source=source,
        number=number, notes=[], attempts=0,
    )  # fmt: skip


def _known(session: Session, source: str, number: str) -> ExternalOrder | None:
    found = select(ExternalOrder).where(ExternalOrder.source == source, ExternalOrder.number == number)
    return session.scalars(found.with_for_update()).one_or_none()


def take_sheet(session: Session, actor: Actor, source: str, body: bytes, savepoint: Savepoint) -> list[Json]:
    """A sheet of orders, each in a savepoint of its own. What cannot be taken in is held, so that no row is lost.

    Raises RoleNotAllowed; Invalid for a file that is no such sheet.
    """
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="take_in_order")
    rows = sheets.read(body, TITLES, needed=NEEDED, most_rows=MOST_ROWS)
    return [{"line": row.line, **take_row(session, actor, source, row.cells, savepoint)} for row in rows]


def take_row(session: Session, actor: Actor, source: str, cells: dict[str, str], savepoint: Savepoint) -> Json:
    """One order as it came: TAKEN, KNOWN before, HELD until a clerk puts it right, or REFUSED where it has no number."""
    number = cells.get("number", "")
    told: Json = {"number": number, "outcome": "REFUSED", "order_id": None, "notes": []}
    if not 1 <= len(number) <= 64:
        return {**told, "notes": [field_error("number", "required", "请填写工单编号,64个字以内")]}
    known = _known(session, source, number)
    if known is not None and known.state != "HELD":
        return {**told, "outcome": "KNOWN", "order_id": known.id}
    try:
        with savepoint(session):
            order = _taken(session, actor, known, {**shaped(cells), "source": source})
    except Invalid as problem:
        notes = list(problem.data["errors"])
    except Problem as problem:
        notes = [field_error("row", problem.code, problem.title)]
    else:
        return {**told, "outcome": "TAKEN", "order_id": order.id}
    with savepoint(session):
        order = _hold(session, actor, _known(session, source, number), source, cells, notes)
    return {**told, "outcome": "HELD", "order_id": order.id, "notes": notes}


def _hold(
    session: Session, actor: Actor, order: ExternalOrder | None, source: str, cells: dict[str, str], notes: list[Json]
) -> ExternalOrder:
    """Event: external_order.held."""
    if order is None:
        order = _new(session, actor, source, cells["number"])
        order.state, order.region_code = "HELD", _where(actor)
        session.add(order)
    else:
        order.revision += 1
        order.updated_at = now(session)
    order.cells, order.notes = orjson.dumps(cells).decode(), notes
    session.flush()
    record(
        session, "external_order.held", order, actor, concerns={"clerks": _clerks(session, actor)},
        data={"source": source, "external_number": order.number, "fields": [note["field"] for note in notes]},
    )  # fmt: skip
    return order


def _where(actor: Actor) -> str:
    """Where whoever took it works: there it waits to be put right."""
    return next((grant.region_code for grant in actor.grants if grant.role in CLERKS), REGION_CODE)


def _clerks(session: Session, actor: Actor) -> list[UUID]:
    """Who puts right what nobody uploaded himself."""
    offices = [grant.org_id for grant in actor.grants if grant.role in CLERKS] if actor.session_id is None else []
    return [person for office in offices for person in people_of_office(session, office, *CLERKS)]


def follow(session: Session, event: Event) -> None:
    """The case has come to its end: so have its order, and those of what was merged into it.

    Events: external_order.answered, external_order.returned (退单).
    """
    orders = _orders_of(session, event.entity_id)
    if not orders:
        return
    hazard = session.get_one(Hazard, event.entity_id)
    state = "RETURNED" if event.name == "hazard.rejected" else "ANSWERED"
    verdict, text = _told(session, hazard, event)
    for order in orders:
        _end(session, order, state, {"verdict": verdict, "text": text, "ended_at": now(session).isoformat()})


def _told(session: Session, hazard: Hazard, event: Event) -> tuple[str, str]:
    if event.name == "hazard.rejected":
        return "NOT_ACCEPTED", refusal(hazard.rejection_reason or "", event.data.get("org"), event.data.get("phone"))
    if event.name == "hazard.diverted_119":
        return DIVERTED
    if event.name == "hazard.force_closed":
        return FORCED
    return ending(
        event.data["from"], session.get_one(Organisation, hazard.org_ids[-1]).name
    )  # the last one to come to have a part


def _end(session: Session, order: ExternalOrder, state: str, result: Json) -> None:
    order.revision += 1
    order.updated_at = now(session)
    order.state, order.result, order.sent_at, order.attempts, order.next_try_at = state, result, None, 0, None
    clerks = people_of_office(session, session.get_one(Hazard, order.hazard_id).org_id, *CLERKS)
    data = {"source": order.source, "external_number": order.number, "verdict": result["verdict"]}
    if state == "RETURNED":
        record(session, "external_order.returned", order, SYSTEM, concerns={"clerks": clerks}, data=data)
    else:
        record(session, "external_order.answered", order, SYSTEM, concerns={"clerks": clerks}, data=data)


def reopen(session: Session, event: Event) -> None:
    """The case is checked again: whatever was sent back is not the end. Event: external_order.reopened."""
    for order in _orders_of(session, event.entity_id):
        if order.state not in ENDED:
            continue
        order.revision += 1
        order.updated_at = now(session)
        order.state, order.result, order.sent_at = "OPEN", None, None
        record(session, "external_order.reopened", order, SYSTEM, data={"external_number": order.number})


def _orders_of(session: Session, hazard_id: UUID) -> Sequence[ExternalOrder]:
    """The order of a case, and those of every case that was merged into it."""
    columns = select(Hazard.id).where(Hazard.id == hazard_id).cte("together", recursive=True)
    together = columns.union_all(select(Hazard.id).where(Hazard.master_id == columns.c.id))
    found = select(ExternalOrder).where(ExternalOrder.hazard_id.in_(select(together.c.id)))
    return session.scalars(found.order_by(ExternalOrder.id).with_for_update()).all()


def mark_sent(session: Session, actor: Actor, data: dict[str, Any]) -> int:
    """回填: results that a clerk has handed to their source. What has changed since he fetched it is left.

    Event: external_order.sent.
    """
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="mark_sent")
    wanted = {each["id"]: each["revision"] for each in data["orders"]}
    rows = select(ExternalOrder).where(ExternalOrder.id.in_(wanted), seen_by(actor), ExternalOrder.result.is_not(None))
    marked = 0
    for order in session.scalars(rows.where(ExternalOrder.sent_at.is_(None)).order_by(ExternalOrder.id).with_for_update()):
        if order.revision == wanted[order.id]:
            note_sent(session, actor, order)
            marked += 1
    return marked


def note_sent(session: Session, actor: Actor, order: ExternalOrder) -> None:
    """The source has the result."""
    order.revision += 1
    order.updated_at = order.sent_at = now(session)
    record(session, "external_order.sent", order, actor, data={"source": order.source, "external_number": order.number})


def seen_by(actor: Actor) -> Any:
    """The orders of the divisions for which he takes reports in, or leads."""
    prefixes = {grant.region_prefix for grant in actor.grants if grant.role in READERS}
    conditions = [ExternalOrder.region_code.startswith(prefix, autoescape=True) for prefix in sorted(prefixes)]
    return or_(*conditions) if conditions else ExternalOrder.id.is_(None)


def _locked(session: Session, actor: Actor, order_id: UUID) -> ExternalOrder:
    order = session.scalars(
        select(ExternalOrder).where(ExternalOrder.id == order_id, seen_by(actor)).with_for_update()
    ).one_or_none()
    if order is None:
        raise NotFound
    return order
