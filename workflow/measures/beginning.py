"""How a measure begins: officers mean to seal, or a leader enters a decision to stop; what the leaders decide together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.standing import standing_id
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION, said_day
from workflow import timekeeping
from workflow.acting import behind, guard
from workflow.clocks import end_of, local_day, start_of
from workflow.cosigning import check_pair
from workflow.measures.acts import facts, go, next_number_of_case, take
from workflow.measures.models import Measure
from workflow.measures.rules import FOUNDED
from workflow.offices import duty_leaders, people_of_unit, staff_names
from workflow.papers.archive import issue
from workflow.terms import is_unit_of

_LONGEST_TO_STOP = timedelta(days=366)  # beyond it the date was mistyped
_LONG_AGO = 30  # days after which nobody seals because of what he saw


def open_sealing(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """拟临时查封, by one of the two officers of a report or an inspection; three working days from the check.

    Raises NotFound, RoleNotAllowed, Invalid naming the field.
    """
    measure = _new(session, measure_id, data, kind="SEAL", state="OPEN")
    if not actor.has(Role.FIRE_OFFICER) or actor.id not in measure.officer_ids:
        raise RoleNotAllowed(action="open")
    measure.photo_ids = data["photos"]
    create(session, measure)
    attach(session, actor, data["photos"], "measure", measure.id, "verification")
    timekeeping.start(session, measure, "SEAL-3WD", start_of(measure.inspected_on))
    _opened(session, measure, actor, origin)
    return measure


def suspend(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """停产停业 as it was decided in its own procedure (消防法 70): what has to stop, by when, and who sees to it."""
    measure = _new(session, measure_id, data, kind="SUSPEND", state="SUSPENDED")
    if not actor.may_in(measure.region_code, Role.UNIT_LEADER):
        raise RoleNotAllowed(action="suspend")
    check_pair(session, data["officer_ids"], measure.region_code)
    if not data["inspected_on"] <= data["execute_by"] <= data["inspected_on"] + _LONGEST_TO_STOP:
        raise Invalid(field_error("execute_by", "implausible", "停止的期限应在检查之日起一年以内"))
    measure.scope, measure.execute_by, measure.case_no = data["scope"], data["execute_by"], data["case_no"]
    measure.officer_ids, measure.told_unit_id = data["officer_ids"], measure.unit_id
    measure.decision = {
        "leader_id": str(actor.id), "at": now(session).isoformat(), "attended": "", "opinion": "",
        "document_no": data["document_no"],
    }  # fmt: skip
    create(session, measure)
    reason = f"决定书({data['document_no']})载明的期限为{said_day(measure.execute_by)}"
    timekeeping.start_until(session, measure, "SUSP-BY", end_of(measure.execute_by), reason)
    _opened(session, measure, actor, origin)
    return measure


def _new(session: Session, measure_id: UUID, data: dict[str, Any], *, kind: str, state: str) -> Measure:
    if measure_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    moment = now(session)
    case = behind(session, Measure, {name: data[name] for name in ("hazard_id", "inspection_id")})
    if case is None:
        raise NotFound
    is_founded = case["state"] in FOUNDED[kind] or (kind == "SUSPEND" and case.get("case_no") is not None)
    guard(is_founded, "open" if kind == "SEAL" else "suspend", "nothing_was_found")
    if not -1 <= (local_day(moment) - data["inspected_on"]).days <= _LONG_AGO:  # a phone's clock may be a day ahead
        raise Invalid(field_error("inspected_on", "implausible", f"检查日期应在今天之前{_LONG_AGO}日以内"))
    unit_id = data["unit_id"]
    if data["inspection_id"] is not None:
        if unit_id is not None and standing_id(session, unit_id) != standing_id(session, case["unit_id"]):
            raise Invalid(field_error("unit_id", "another_unit", "应为被检查单位"))
        unit_id = case["unit_id"]
    elif unit_id is not None and not is_unit_of(session, unit_id, case["region_code"]):
        raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
    return Measure(
        id=measure_id, revision=1, created_at=moment, updated_at=moment, stamps={}, kind=kind, state=state,
        number=next_number_of_case(session, case["region_code"]), region_code=case["region_code"], org_id=case["org_id"],
        officer_ids=list(case["officer_ids"][:2]), photo_ids=[],  # whoever helps the two signs nothing
        **{name: data[name] for name in ("hazard_id", "inspection_id", "unit_name", "place", "danger", "clause")},
        unit_id=standing_id(session, unit_id), inspected_on=data["inspected_on"],
    )  # fmt: skip


def _opened(session: Session, measure: Measure, actor: Actor, origin: Origin) -> None:
    more = {"made_at": origin.made_at.isoformat()} if origin.made_at else {}
    concerns = {"officers": measure.officer_ids, "unit": people_of_unit(session, measure.told_unit_id)}
    if measure.kind == "SEAL":
        record(session, "measure.opened", measure, actor, concerns=concerns, data={"to": measure.state, **facts(measure), **more})
    else:
        told = {"by": said_day(measure.execute_by) if measure.execute_by else "", "document_no": _document(measure)}
        record(
            session, "measure.suspended", measure, actor, concerns=concerns,
            data={"to": measure.state, **facts(measure), **told, **more},
        )  # fmt: skip


def _document(measure: Measure) -> str:
    made: Json = measure.decision or {}
    number: str = made["document_no"]
    return number


def withdraw(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """不再查封, with the reason: the danger went before anything was decided."""
    measure, step = take(session, actor, measure_id, "withdraw", origin)
    measure.pending_act = None
    go(session, measure, step, actor, "measure.withdrawn", origin, {"leaders": _leaders(session, measure)}, reason=data["reason"])
    return measure


def decide(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """集体研究决定 (消防监督检查规定 23): the decision is made out at once, and the two officers serve it."""
    measure, step = take(session, actor, measure_id, "decide", origin)
    paper = issue(session, measure, measure.org_id, "seal_decision", "临时查封决定书", _words(session, measure, actor, data))
    measure.decision = {
        "leader_id": str(actor.id), "at": now(session).isoformat(), "attended": data["attended"], "opinion": data["opinion"],
        "document_no": paper.number,
    }  # fmt: skip
    go(session, measure, step, actor, "measure.decided", origin, document_no=paper.number)
    return measure


def _words(session: Session, measure: Measure, leader: Actor, data: dict[str, Any]) -> dict[str, str]:
    names = staff_names(session, [*measure.officer_ids, leader.id])
    since = measure.sealed_at
    return {
        "unit": measure.unit_name,
        "place": measure.place,
        "danger": measure.danger,
        "clause": f"({measure.clause})" if measure.clause else "",
        "term": f"自{said_day(local_day(since))}起" if since else "自本决定书送达之日起",
        "officers": "、".join(names.get(str(officer), "") for officer in measure.officer_ids),
        "day": said_day(local_day(now(session))),
    }


def refuse(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """不予查封, with the reason. What was sealed at once is opened at once, with a paper that says so."""
    measure, step = take(session, actor, measure_id, "refuse", origin)
    was_sealed = measure.state == "PROVISIONAL"
    if was_sealed:
        words = {
            "unit": measure.unit_name, "place": measure.place, "answer": "解除临时查封", "reason": data["reason"],
            "day": said_day(local_day(now(session))),
        }  # fmt: skip
        issue(session, measure, measure.org_id, "measure_answer", "解除临时查封决定书", words)
    go(session, measure, step, actor, "measure.lifted" if was_sealed else "measure.refused", origin, reason=data["reason"])
    return measure


def assign(session: Session, actor: Actor, measure_id: UUID, data: dict[str, Any], origin: Origin) -> Measure:
    """Another pair; what one of the former pair drafted gives way."""
    measure, step = take(session, actor, measure_id, "assign", origin)
    check_pair(session, data["officer_ids"], measure.region_code)
    removed = [officer for officer in measure.officer_ids if officer not in data["officer_ids"]]
    measure.officer_ids, measure.pending_act = data["officer_ids"], None
    go(session, measure, step, actor, "measure.assigned", origin, {"removed_officers": removed, "unit": []})
    return measure


def _leaders(session: Session, measure: Measure) -> list[UUID]:
    return duty_leaders(session, measure.org_id)
