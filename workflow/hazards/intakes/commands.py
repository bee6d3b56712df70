"""Taking an order in, holding what cannot be taken, following the case, and noting what was sent back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

import sheets
from accounts.actor import REGION_CODE, SYSTEM, Actor, Role
from accounts.models import Organisation
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now, savepoint
from places.regions import banner_named
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
    PRIVATE,
    READERS,
    RETURNERS,
    SHORT,
    TITLES,
    ending,
    refusal,
)
from workflow.hazards.intakes.schemas import YES, caller, shaped
from workflow.hazards.models import Hazard
from workflow.hazards.queries import together_with
from workflow.hazards.reporting import submit
from workflow.offices import brigade_of, people_of_office

_PLACE = ("sumu", "gacha", "household", "landmark")
_LONGEST_REPLY = timedelta(days=366)


class OrderAlreadyTaken(Problem):
    """The source's order has been taken in before. Data: `order_id`."""

    kind, code, title = Kind.CONFLICT, "order_already_taken", "该工单此前已经收件"


def take_in(session: Session, actor: Actor, data: dict[str, Any]) -> ExternalOrder:
    """收件: a case of ours for an order of theirs; its clock starts when the source received it. Event: external_order.taken.

    A held one of that number is completed, where the caller sees it. Raises RoleNotAllowed, OrderAlreadyTaken, Invalid.
    """
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="take_in_order")
    order = _known(session, data["source"], data["number"])
    if order is not None and not _may_complete(session, actor, order):
        raise OrderAlreadyTaken(order_id=str(order.id))
    return _taken(session, actor, order, data)


def _may_complete(session: Session, actor: Actor, order: ExternalOrder) -> bool:
    mine = select(ExternalOrder.id).where(ExternalOrder.id == order.id, seen_by(actor))
    return order.state == "HELD" and session.scalar(mine) is not None


def complete(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any]) -> ExternalOrder:
    """补正: what was held is said right. Raises NotFound, RoleNotAllowed, GuardFailed, Invalid."""
    order = _locked(session, actor, order_id)
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="complete_order")
    guard(order.state == "HELD", "complete_order", "order_is_not_held")
    return _taken(session, actor, order, {**data, "source": order.source, "number": order.number})


def return_order(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any]) -> ExternalOrder:
    """退单: what was held cannot be ours, and goes back with the reason. Event: external_order.returned.

    Raises NotFound, RoleNotAllowed, GuardFailed.
    """
    order = _locked(session, actor, order_id)
    if not actor.has(*RETURNERS):
        raise RoleNotAllowed(action="return_order")
    guard(order.state == "HELD", "return_order", "order_is_not_held")
    order.cells, order.notes = None, []
    result = {"verdict": "NOT_ACCEPTED", "text": data["reason"], "ended_at": now(session).isoformat()}
    _end(session, order, "RETURNED", result, actor)
    return order


def _as_it_came(order: ExternalOrder | None, data: dict[str, Any]) -> dict[str, Any]:
    """Who called, and whether his name is to be kept: from what came, unless it is said anew."""
    came: Json = orjson.loads(order.cells) if order is not None and order.cells else {}
    known = caller(came)
    hidden = data["hidden"] if data["hidden"] is not None else str(came.get("hidden", "")).lower() in YES
    said = {name: data[name] or known[name] for name in ("name", "mobile")}
    return {**data, **said, "hidden": hidden}


def _taken(session: Session, actor: Actor, order: ExternalOrder | None, data: dict[str, Any]) -> ExternalOrder:
    moment = now(session)
    data = _as_it_came(order, data)
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
        data={"source": SHORT[order.source], "external_number": order.number, "hazard_id": str(hazard.id)},
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
        "wish_feedback": True, "wish_reward": False, "consent_version": "", "about_staff": False, "tracking_code": None,
        "patrol_id": None,
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
    """The order of that number; two clerks who bring the same one take turns."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{source} {number}", 0))))
    found = select(ExternalOrder).where(ExternalOrder.source == source, ExternalOrder.number == number)
    return session.scalars(found.with_for_update()).one_or_none()


def take_sheet(session: Session, actor: Actor, source: str, body: bytes) -> list[Json]:
    """A sheet of orders, each in a savepoint of its own. What cannot be taken in is held, so that no row is lost.

    Raises RoleNotAllowed; Invalid for a file that is no such sheet.
    """
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="take_in_order")
    rows = sheets.read(body, TITLES, needed=NEEDED, most_rows=MOST_ROWS)
    told = {}
    for row in sorted(rows, key=lambda row: (row.cells.get("number", ""), row.line)):  # as everybody locks them
        told[row.line] = take_row(session, actor, source, row.cells)
    return [{"line": line, **told[line]} for line in sorted(told)]


def take_row(session: Session, actor: Actor, source: str, cells: dict[str, str]) -> Json:
    """One order as it came: TAKEN, KNOWN before, HELD until a clerk puts it right, or REFUSED where it has no number."""
    number = cells.get("number", "")
    told: Json = {"number": number, "outcome": "REFUSED", "order_id": None, "notes": []}
    if not 1 <= len(number) <= 64:
        return {**told, "notes": [field_error("number", "required", "请填写工单编号,64个字以内")]}
    known = _known(session, source, number)
    if known is not None and not _may_complete(session, actor, known):
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
    """Keep it where somebody can put it right or send it back, who called included. Event: external_order.held."""
    if order is None:
        order = _new(session, actor, source, cells["number"])
        order.state, order.region_code = "HELD", _where(actor, cells)
        session.add(order)
    else:
        order.revision += 1
        order.updated_at = now(session)
        before: Json = orjson.loads(order.cells or "{}")
        cells = {**{name: before[name] for name in (*PRIVATE, "hidden") if name in before}, **cells}
    order.cells, order.notes = orjson.dumps(cells).decode(), notes
    session.flush()
    record(
        session, "external_order.held", order, actor, concerns={"clerks": _desk(session, actor, order.region_code)},
        data={"source": SHORT[source], "external_number": order.number, "fields": [note["field"] for note in notes]},
    )  # fmt: skip
    return order


def _where(actor: Actor, cells: Mapping[str, str]) -> str:
    """In the banner that it names, where that is one of his; else where whoever took it works."""
    code = banner_named(cells.get("region", ""))
    if code is not None and actor.may_in(code, *CLERKS):
        return code
    return next((grant.region_code for grant in actor.grants if grant.role in CLERKS), REGION_CODE)


def _desk(session: Session, actor: Actor, region_code: str) -> list[UUID]:
    """Who hears of what no clerk brought himself: the clerks there, else whoever leads."""
    if actor.session_id is not None:
        return []
    office = brigade_of(session, region_code)
    return people_of_office(session, office.id, *CLERKS) or people_of_office(session, office.id, Role.UNIT_LEADER)


def follow(session: Session, event: Event) -> None:
    """The case has come to its end: so have its order, and those of what was merged into it.

    Events: external_order.answered, external_order.returned (退单).
    """
    orders = _orders_of(session, event.entity_id)
    if not orders:
        return
    hazard = session.get_one(Hazard, event.entity_id)
    state = "RETURNED" if event.name == "hazard.rejected" else "ANSWERED"
    verdict, text = told_of_end(session, hazard, event)
    for order in orders:
        _end(session, order, state, {"verdict": verdict, "text": text, "ended_at": now(session).isoformat()})


def told_of_end(session: Session, hazard: Hazard, event: Event) -> tuple[str, str]:
    """Verdict and sentence of an end, for whoever passed the case on to us. Never who reported."""
    if event.name == "hazard.rejected":
        return "NOT_ACCEPTED", refusal(hazard.rejection_reason or "", event.data.get("org"), event.data.get("phone"))
    if event.name == "hazard.diverted_119":
        return DIVERTED
    if event.name == "hazard.force_closed":
        return FORCED
    return ending(
        event.data["from"], session.get_one(Organisation, hazard.org_ids[-1]).name
    )  # the last one to come to have a part


def _end(session: Session, order: ExternalOrder, state: str, result: Json, actor: Actor = SYSTEM) -> None:
    order.revision += 1
    order.updated_at = now(session)
    order.state, order.result, order.sent_at, order.attempts, order.next_try_at = state, result, None, 0, None
    case = session.get(Hazard, order.hazard_id) if order.hazard_id else None
    clerks = people_of_office(session, case.org_id, *CLERKS) if case else []
    data = {"source": SHORT[order.source], "external_number": order.number, "verdict": result["verdict"]}
    if state == "RETURNED":
        record(session, "external_order.returned", order, actor, concerns={"clerks": clerks}, data=data)
    else:
        record(session, "external_order.answered", order, actor, concerns={"clerks": clerks}, data=data)


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
    found = select(ExternalOrder).where(ExternalOrder.hazard_id.in_(together_with(hazard_id)))
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
    record(session, "external_order.sent", order, actor, data={"source": SHORT[order.source], "external_number": order.number})


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
