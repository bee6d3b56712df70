"""Every command on a transfer to the police, by name. HTTP and push are two doors to this list."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.models import Unit
from places.standing import require_standing
from problems import GuardFailed, Invalid, NotFound, RoleNotAllowed, field_error
from sync.mutations import Mutation, Origin, create
from wire import CLIENTS_VERSION, said_day
from workflow import timekeeping
from workflow.acting import behind, guard, lock_below, move, step_for
from workflow.clocks import local_day
from workflow.cosigning import CLOCK_OFF, check_pair
from workflow.offices import duty_leaders, staff_names
from workflow.papers.archive import issue
from workflow.schemas import NoteSchema, ReasonSchema
from workflow.state_machine import Transition
from workflow.terms import is_unit_of
from workflow.transfers import schemas
from workflow.transfers.models import Transfer
from workflow.transfers.rules import FOUNDED, LIFE
from workflow.transfers.synced import TRANSFER, obstacle, roles_on

_EVENTS = {"note_filed": "transfer.filed", "note_declined": "transfer.declined"}
_LATEST = timedelta(days=31)  # for entering what happened: beyond it the date was mistyped


def propose(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """提出移送报告, by one of the two officers of a report or an inspection. The head of the brigade has three days.

    Raises NotFound, RoleNotAllowed, GuardFailed (`nothing_was_found`), Invalid naming the field.
    """
    if transfer_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    moment = now(session)
    case = behind(session, Transfer, {name: data[name] for name in ("hazard_id", "inspection_id")})
    if case is None:
        raise NotFound
    if not actor.has(Role.FIRE_OFFICER) or actor.id not in case["officer_ids"][:2]:
        raise RoleNotAllowed(action="propose")
    guard(case["state"] in FOUNDED, "propose", "nothing_was_found")
    if data["unit_id"] is not None and not is_unit_of(session, data["unit_id"], case["region_code"]):
        raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
    if data["unit_id"] is not None:
        require_standing(session, session.get_one(Unit, data["unit_id"]), "unit_id")
    serial = session.scalar(select(func.nextval("transfer_serial")))
    words = {name: data[name] for name in (
        "hazard_id", "inspection_id", "unit_id", "party", "offence", "facts", "evidence", "items",
    )}  # fmt: skip
    transfer = Transfer(
        id=transfer_id, revision=1, created_at=moment, updated_at=moment, stamps={}, state="PROPOSED",
        number=f"SZ{case['region_code']}{local_day(moment):%Y%m%d}{serial:06d}", region_code=case["region_code"],
        org_id=case["org_id"], officer_ids=list(case["officer_ids"][:2]), photo_ids=data["photos"], **words,
    )  # fmt: skip
    create(session, transfer)
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    timekeeping.start(session, transfer, "CT-DECIDE", moment)
    record(
        session, "transfer.proposed", transfer, actor,
        concerns={"officers": transfer.officer_ids, "leaders": duty_leaders(session, transfer.org_id)},
        data={
            "to": transfer.state, **_facts(transfer),
            **({"made_at": origin.made_at.isoformat()} if origin.made_at else {}),
        },
    )  # fmt: skip
    return transfer


def approve(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """批准移送: the 移送书 is made out, and the file has to be with the police within 24 hours."""
    transfer, step = _take(session, actor, transfer_id, "approve", origin)
    names = staff_names(session, [*transfer.officer_ids, actor.id])
    words = {
        "police": data["police"], "party": transfer.party, "offence": transfer.offence, "facts": transfer.facts,
        "evidence": transfer.evidence, "items": transfer.items or "无",
        "officers": "、".join(names.get(str(officer), "") for officer in transfer.officer_ids),
        "day": said_day(local_day(now(session))),
    }  # fmt: skip
    paper = issue(session, transfer, transfer.org_id, "criminal_transfer", "涉嫌犯罪案件移送书", words)
    transfer.decision = _decided(session, actor, is_approved=True, reason="", document_no=paper.number)
    transfer.delivery = {"at": None, "police": data["police"], "received_by": "", "photo_ids": [], "by": None}
    go(session, transfer, step, actor, "transfer.approved", origin, document_no=paper.number, police=data["police"])
    return transfer


def disapprove(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """不批准移送: the reason is put on record (第五条第二款)."""
    transfer, step = _take(session, actor, transfer_id, "disapprove", origin)
    transfer.decision = _decided(session, actor, is_approved=False, reason=data["reason"], document_no="")
    go(session, transfer, step, actor, "transfer.disapproved", origin, reason=data["reason"])
    return transfer


def _decided(session: Session, actor: Actor, *, is_approved: bool, reason: str, document_no: str) -> Json:
    return {
        "leader_id": str(actor.id), "at": now(session).isoformat(), "is_approved": is_approved, "reason": reason,
        "document_no": document_no,
    }  # fmt: skip


def deliver(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记送达: the receipt that the police signed, by whose moment the 24 hours are met."""
    transfer, step = _take(session, actor, transfer_id, "deliver", origin)
    approved_at = datetime.fromisoformat((transfer.decision or {})["at"])
    if not approved_at - CLOCK_OFF <= data["delivered_at"] <= now(session) + CLOCK_OFF:
        raise Invalid(field_error("delivered_at", "implausible", "送达时间应在批准之后、现在之前"))
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    transfer.delivery = {
        **(transfer.delivery or {}), "at": data["delivered_at"].isoformat(), "received_by": data["received_by"],
        "photo_ids": [str(photo) for photo in data["photos"]], "by": str(actor.id),
    }  # fmt: skip
    go(session, transfer, step, actor, "transfer.delivered", origin)
    return transfer


def note_filed(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记立案通知; what belongs to the case follows within three days (第十二条)."""
    return _note_reply(session, actor, transfer_id, "note_filed", data, origin)


def note_declined(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记不予立案通知; within three days the leader may object (第九条). After an objection it is the end."""
    return _note_reply(session, actor, transfer_id, "note_declined", data, origin)


def _note_reply(session: Session, actor: Actor, transfer_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Transfer:
    transfer, step = _take(session, actor, transfer_id, action, origin)
    delivered = datetime.fromisoformat((transfer.delivery or {})["at"])
    _check_day(session, data["on"], local_day(delivered))
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    transfer.reply = {
        "at": now(session).isoformat(), "on": data["on"].isoformat(), "is_filed": action == "note_filed",
        "document_no": data["document_no"], "reason": data.get("reason", ""),
        "photo_ids": [str(photo) for photo in data["photos"]], "by": str(actor.id),
    }  # fmt: skip
    concerns = {"leaders": duty_leaders(session, transfer.org_id)}
    go(
        session, transfer, step, actor, _EVENTS[action], origin, concerns,
        document_no=data["document_no"], reason=data.get("reason", ""),
    )  # fmt: skip
    return transfer


def _check_day(session: Session, day: date, earliest: date) -> None:
    today = local_day(now(session))
    if not max(earliest, today - _LATEST) - timedelta(days=1) <= day <= today + timedelta(days=1):
        raise Invalid(field_error("on", "implausible", "通知日期应在送达之后、今天之前"))


def object_(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """提请复议, with the reasons: the police decide within three days (第九条)."""
    transfer, step = _take(session, actor, transfer_id, "object", origin)
    transfer.objection = {"at": now(session).isoformat(), "reason": data["reason"], "by": str(actor.id)}
    go(session, transfer, step, actor, "transfer.objected", origin, reason=data["reason"])
    return transfer


def take_back(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """不提请复议: the brigade goes on by its own means (第十条)."""
    transfer, step = _take(session, actor, transfer_id, "take_back", origin)
    go(session, transfer, step, actor, "transfer.taken_back", origin, note=data["note"])
    return transfer


def hand_items(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记移交物品材料: the end, for the brigade."""
    transfer, step = _take(session, actor, transfer_id, "hand_items", origin)
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    transfer.handed = {
        "at": now(session).isoformat(), "note": data["note"], "photo_ids": [str(photo) for photo in data["photos"]],
        "by": str(actor.id),
    }  # fmt: skip
    go(session, transfer, step, actor, "transfer.items_handed", origin)
    return transfer


def assign(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """Another pair sees to it."""
    transfer, step = _take(session, actor, transfer_id, "assign", origin)
    check_pair(session, data["officer_ids"], transfer.region_code)
    removed = [officer for officer in transfer.officer_ids if officer not in data["officer_ids"]]
    transfer.officer_ids = data["officer_ids"]
    go(session, transfer, step, actor, "transfer.assigned", origin, {"removed_officers": removed})
    return transfer


def _take(session: Session, actor: Actor, transfer_id: UUID, action: str, origin: Origin) -> tuple[Transfer, Transition]:
    transfer = lock_below(session, TRANSFER, Transfer, transfer_id, actor, origin)
    step = step_for(LIFE, transfer, action, roles_on(transfer, actor, origin))
    reason = obstacle(transfer, action, actor)
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return transfer, step


def go(
    session: Session, transfer: Transfer, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    if step.target in LIFE.final:
        transfer.closed_at = now(session)
    people = {"officers": transfer.officer_ids, **(concerns or {})}
    move(session, transfer, step, actor, event, concerns=people, data={**_facts(transfer), **more}, origin=origin)


def _facts(transfer: Transfer) -> dict[str, str]:
    """What every event says of it."""
    return {"number": transfer.number, "party": transfer.party, "offence": transfer.offence}


PROPOSE = Mutation("transfer.propose", schemas.ProposeTransferSchema, propose, creates=True, summary="提出移送报告")

MUTATIONS = [
    PROPOSE,
    Mutation("transfer.approve", schemas.ApproveTransferSchema, approve, summary="批准移送"),
    Mutation("transfer.disapprove", ReasonSchema, disapprove, summary="不批准移送"),
    Mutation("transfer.deliver", schemas.DeliverTransferSchema, deliver, summary="登记送达公安机关"),
    Mutation("transfer.note_filed", schemas.PoliceReplySchema, note_filed, summary="登记立案通知"),
    Mutation("transfer.note_declined", schemas.PoliceRefusalSchema, note_declined, summary="登记不予立案通知"),
    Mutation("transfer.object", ReasonSchema, object_, summary="提请复议"),
    Mutation("transfer.take_back", NoteSchema, take_back, summary="不提请复议"),
    Mutation("transfer.hand_items", schemas.HandItemsSchema, hand_items, summary="登记移交物品材料"),
    Mutation("transfer.assign", schemas.AssignTransferSchema, assign, summary="指派监督员"),
]
