"""On the spot, off-line too: stand back, arrive, find nobody, and what two officers find and sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.standing import standing_id
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from wire import said_day
from workflow import timekeeping
from workflow.acting import guard, step_for
from workflow.checklists import RESULTS
from workflow.clocks import local_day
from workflow.cosigning import checked_at, draft, pair_at_the_act, second_officer
from workflow.inspections.acts import go, take
from workflow.inspections.models import Inspection
from workflow.inspections.rules import FINDINGS, LIFE, contradiction
from workflow.inspections.synced import INSPECTION, is_recused
from workflow.offices import duty_leaders, people_of_unit, staff_names
from workflow.papers.archive import issue, take_order
from workflow.papers.rules import itemised
from workflow.terms import check_term


def recuse(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """申请回避 (行政处罚法 43): he acts no more in it; the leader sends somebody else."""
    inspection, step = take(session, actor, inspection_id, "recuse", origin)
    told = {"officer_id": str(actor.id), "reason": data["reason"], "at": now(session).isoformat()}
    inspection.recusals = [*inspection.recusals, told]
    inspection.pending_act = None
    others = {"leaders": duty_leaders(session, inspection.org_id)}
    go(session, inspection, step, actor, "inspection.recused", origin, others, reason=data["reason"])
    return inspection


def start(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """到场检查: the code of the place was scanned (扫码入企), or why it was not. From here on the unit sees the inspection.

    Raises Invalid: `another_unit` where the code is another place's, `required` where there is neither code nor reason.
    """
    inspection, step = take(session, actor, inspection_id, "start", origin)
    scanned = data["scanned_unit_id"]
    if scanned is not None and standing_id(session, scanned) != standing_id(session, inspection.unit_id):
        raise Invalid(field_error("scanned_unit_id", "another_unit", "扫描的不是被检查单位的入企码"))
    if scanned is None and not data["no_code_reason"]:
        raise Invalid(field_error("no_code_reason", "required", "未扫入企码的,请说明原因"))
    arrived = data["arrived_at"] or origin.made_at or now(session)
    inspection.arrival = {
        "at": arrived.isoformat(), "is_scanned": scanned is not None, "no_code_reason": data["no_code_reason"],
        "position": data["position"],
    }  # fmt: skip
    inspection.told_unit_id = inspection.unit_id
    others = {"unit": people_of_unit(session, inspection.unit_id)}
    go(session, inspection, step, actor, "inspection.started", origin, others, arrived=inspection.arrival["at"])
    return inspection


def defer(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """检查未能进行: closed, nobody there, or entry refused. The leader is told; the day stands."""
    inspection, step = take(session, actor, inspection_id, "defer", origin)
    inspection.pending_act = None
    others = {"leaders": duty_leaders(session, inspection.org_id)}
    go(session, inspection, step, actor, "inspection.deferred", origin, others, reason=data["reason"])
    return inspection


def find_none(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """未发现问题, drafted by the first officer; it takes effect with the second signature."""
    return _draft(session, actor, inspection_id, "find_none", data, origin)


def fix_on_site(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """当场改正: every fault was put right there and then, noted in the record (消防监督检查规定 19, 行政处罚法 33)."""
    return _draft(session, actor, inspection_id, "fix_on_site", data, origin)


def order(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """责令改正: what was not put right becomes an order, served on the spot or made by the server."""
    return _draft(session, actor, inspection_id, "order", data, origin)


def _draft(session: Session, actor: Actor, inspection_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Inspection:
    inspection, _ = take(session, actor, inspection_id, action, origin)
    misfit = contradiction(action, data["answers"], [item["code"] for item in inspection.checklist["items"]])
    if misfit is not None:
        raise Invalid(field_error("answers", *misfit))
    pair = pair_at_the_act(session, inspection, inspection.officer_ids, actor, origin, action)
    moment = min(now(session), origin.made_at or now(session))  # of an act without signal what the device says
    if "order" in data:
        _take_order(session, inspection, data["order"], pair, moment, actor)
    attach(session, actor, _photos(data), "inspection", inspection.id, "verification")
    summary = draft(session, inspection, action, actor, data, origin, pair)
    record(
        session, "inspection.act_drafted", inspection, actor,
        concerns={"second_officer": [officer for officer in pair if officer != actor.id]},
        data={"number": inspection.number, "venue": inspection.unit_name, **summary},
    )  # fmt: skip
    return inspection


def _take_order(session: Session, inspection: Inspection, said: Json, pair: list[UUID], moment: datetime, actor: Actor) -> None:
    """It is made to the inspected unit, its term lies within its bounds, and what was served says the same."""
    if said["unit_id"] != inspection.unit_id or said["unit_name"] != inspection.unit_name:
        raise Invalid(field_error("order.unit_id", "another_unit", "责令改正的对象应为被检查单位"))
    if said["due_on"] is not None:
        check_term(session, said["due_on"], after=local_day(moment), field="order.due_on")
    if said["served"] is not None:
        take_order(session, inspection, said, pair, actor)


def _photos(data: dict[str, Any]) -> list[UUID]:
    made = data.get("order") or {}
    signed: list[UUID] = (made.get("served") or {}).get("photos", [])
    of_answers = [photo for answer in data["answers"] for photo in (*answer["photos"], *answer["fixed_photos"])]
    return [*data["photos"], *of_answers, *(photo for item in made.get("items", []) for photo in item["photos"]), *signed]


def cosign(session: Session, actor: Actor, inspection_id: UUID, data: dict[str, Any], origin: Origin) -> Inspection:
    """The second signature: the record is made and what was found takes effect."""
    inspection, _ = take(session, actor, inspection_id, "cosign", origin)
    second = second_officer(session, inspection, actor, data, "cosign")
    guard(not is_recused(inspection, second), "cosign", "recused")
    act: Json = inspection.pending_act or {}
    said: Json = act["data"]
    step = step_for(LIFE, inspection, act["action"], {Role.FIRE_OFFICER})
    there = checked_at(inspection, act)
    inspection.finding = {
        "action": act["action"], "finding": said["finding"], "attended_by": said["attended_by"], "answers": said["answers"],
        "party_refused": said["party_refused"], "photo_ids": said["photos"], "position": said["position"],
        "officers": [act["by"], str(second)], "act_sha256": act["act_sha256"], "signature": data["signature"],
        "drafted_at": act["at"], "checked_at": there.isoformat(),
    }  # fmt: skip
    inspection.pending_act = None
    words = _words(session, inspection, there)
    paper = issue(session, inspection, inspection.org_id, "inspection_record", "消防监督检查记录", words)
    made_at = datetime.fromisoformat(act["made_at"]) if act["made_at"] else None
    others = {"unit": people_of_unit(session, inspection.unit_id), "leaders": duty_leaders(session, inspection.org_id)}
    more: Json = {"order": said["order"], "officers": [act["by"], str(second)]} if act["action"] == "order" else {}
    go(
        session, inspection, step, actor, "inspection.recorded", replace(origin, made_at=made_at), others, since=there,
        result=FINDINGS[act["action"]], document_no=paper.number, checked_on=local_day(there).isoformat(), **more,
    )  # fmt: skip
    return inspection


def _words(session: Session, inspection: Inspection, there: datetime) -> dict[str, str]:
    finding: Json = inspection.finding or {}
    names = staff_names(session, [UUID(officer) for officer in finding["officers"]])
    texts = {item["code"]: item for item in inspection.checklist["items"]}
    return {
        "unit": inspection.unit_name,
        "address": inspection.address or "(未登记)",
        "checklist": f"{inspection.checklist['title']}({inspection.checklist['edition']}版)",
        "answers": itemised((_said_of(texts[answer["code"]]["text"], answer), "") for answer in finding["answers"]),
        "finding": finding["finding"],
        "result": FINDINGS[finding["action"]],
        "officers": "、".join(names.get(officer, "") for officer in finding["officers"]),
        "attended": finding["attended_by"] or "(无人在场)",
        "party": "拒绝签字" if finding["party_refused"] else "已阅",
        "day": said_day(local_day(there)),
    }


def _said_of(text: str, answer: Json) -> str:
    fixed = ",已当场改正" if answer["is_fixed"] else ""
    note = f",{answer['note']}" if answer["note"] else ""
    return f"{text}:{RESULTS[answer['result']]}{note}{fixed}"


def hold_order(session: Session, inspection_id: UUID, order_id: UUID, due_at: datetime) -> None:
    """Reaction: the inspection knows its order, and waits until it is put right."""
    inspection = lock(session, INSPECTION, Inspection, inspection_id, SYSTEM, Origin())
    inspection.rectification_id = order_id
    timekeeping.start_until(session, inspection, "IN-RECTIFY", due_at, "责令改正的期限")


def follow_order(session: Session, inspection_id: UUID, due_at: datetime) -> None:
    """Reaction: the order has another date."""
    inspection = lock(session, INSPECTION, Inspection, inspection_id, SYSTEM, Origin())
    timekeeping.start_until(session, inspection, "IN-RECTIFY", due_at, "责令改正、复查的期限")


def enter_ended(session: Session, inspection_id: UUID, action: str, **more: Any) -> None:
    """Reaction: the order was put right (`enter_rectified`) or became a case (`enter_case_filed`)."""
    inspection = lock(session, INSPECTION, Inspection, inspection_id, SYSTEM, Origin())
    step = step_for(LIFE, inspection, action, SYSTEM.roles)
    go(session, inspection, step, SYSTEM, "inspection.ended", Origin(), **more)
