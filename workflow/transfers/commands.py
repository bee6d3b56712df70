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
from workflow.acting import behind, guard, lock_below, move, roles_of, step_for
from workflow.clocks import local_day, start_of
from workflow.cosigning import check_pair
from workflow.offices import duty_leaders, people_with_role, staff_names
from workflow.papers.archive import issue
from workflow.schemas import NoteSchema, ReasonSchema
from workflow.state_machine import Transition
from workflow.terms import is_unit_of
from workflow.transfers import schemas
from workflow.transfers.models import Transfer
from workflow.transfers.rules import LIFE, OPEN_STATES, is_checked
from workflow.transfers.synced import TRANSFER, obstacle, roles_on

_EVENTS = {"note_filed": "transfer.filed", "note_declined": "transfer.declined", "note_passed_on": "transfer.passed_on"}
_A_MOMENT = timedelta(minutes=5)  # how far a phone's clock may be ahead of the server's


def propose(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """提出移送报告, by one of the two officers of a report or an inspection. The head of the brigade has three days.

    Raises NotFound, RoleNotAllowed, GuardFailed (`nothing_was_found`, `needs_two_officers`, `already_proposed`), Invalid naming
    the field.
    """
    if transfer_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    if not actor.has(Role.FIRE_OFFICER):
        raise RoleNotAllowed(action="propose")
    came_of = {name: data[name] for name in ("hazard_id", "inspection_id")}
    case = behind(session, Transfer, came_of)
    if case is None or Role.FIRE_OFFICER not in roles_of(actor, case["region_code"]):
        raise NotFound
    pair = case["officer_ids"][:2]
    if actor.id not in pair:
        raise RoleNotAllowed(action="propose")
    guard(is_checked(case["state"], case.get("finding"), of_hazard=data["hazard_id"] is not None), "propose", "nothing_was_found")
    certified = people_with_role(session, pair, Role.FIRE_OFFICER, case["region_code"])
    guard(len(certified) == 2, "propose", "needs_two_officers")
    guard(not _is_proposed(session, came_of, data["party"]), "propose", "already_proposed")
    moment = now(session)
    serial = session.scalar(select(func.nextval("transfer_serial")))
    words = {name: data[name] for name in ("hazard_id", "inspection_id", "party", "offence", "facts", "evidence", "items")}
    transfer = Transfer(
        id=transfer_id, revision=1, created_at=moment, updated_at=moment, stamps={}, state="PROPOSED",
        number=f"SZ{case['region_code']}{local_day(moment):%Y%m%d}{serial:06d}", region_code=case["region_code"],
        org_id=case["org_id"], officer_ids=list(pair), proposer_ids=list(pair), photo_ids=data["photos"], replies=[],
        unit_id=_unit(session, data["unit_id"], case["region_code"]), **words,
    )  # fmt: skip
    create(session, transfer)
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    timekeeping.start(session, transfer, "CT-DECIDE", moment)
    record(
        session, "transfer.proposed", transfer, actor,
        concerns={
            "officers": transfer.officer_ids, "leaders": duty_leaders(session, transfer.org_id),
            "colleagues": [officer for officer in pair if officer != actor.id],
        },
        data={"to": transfer.state, **_facts(transfer)},
    )  # fmt: skip
    return transfer


def _is_proposed(session: Session, came_of: dict[str, UUID | None], party: str) -> bool:
    """True while another report about the same party waits or is under way. The case behind both is locked."""
    of_case = [getattr(Transfer, name) == entity_id for name, entity_id in came_of.items() if entity_id is not None]
    under_way = select(Transfer.id).where(*of_case, Transfer.party == party, Transfer.state.in_(OPEN_STATES))
    return session.scalar(under_way.limit(1)) is not None


def _unit(session: Session, unit_id: UUID | None, region_code: str) -> UUID | None:
    """The place that it happened at, if it is one of the banner. Raises Invalid."""
    if unit_id is None:
        return None
    if not is_unit_of(session, unit_id, region_code):
        raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
    require_standing(session, session.get_one(Unit, unit_id), "unit_id")
    return unit_id


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


def withdraw(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """撤回 before it is with the police: made in error, twice, or about the wrong party. The reason is put on record."""
    transfer, step = _take(session, actor, transfer_id, "withdraw", origin)
    concerns = {"leaders": duty_leaders(session, transfer.org_id)}
    go(session, transfer, step, actor, "transfer.withdrawn", origin, concerns, reason=data["reason"])
    return transfer


def deliver(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记送达: the receipt that the police signed. By its moment the 24 hours are met, and the police's three days begin."""
    transfer, step = _take(session, actor, transfer_id, "deliver", origin)
    approved_at = datetime.fromisoformat((transfer.decision or {})["at"])
    delivered_at = data["delivered_at"]
    if not approved_at.replace(second=0, microsecond=0) <= delivered_at <= now(session) + _A_MOMENT:
        raise Invalid(field_error("delivered_at", "implausible", "送达时间应在批准之后、现在之前"))
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    transfer.delivery = {
        **(transfer.delivery or {}), "at": delivered_at.isoformat(), "received_by": data["received_by"],
        "photo_ids": [str(photo) for photo in data["photos"]], "by": str(actor.id),
    }  # fmt: skip
    timekeeping.stop(session, transfer, "CT-DELIVER", claimed_at=delivered_at)
    go(session, transfer, step, actor, "transfer.delivered", origin, since=delivered_at)
    return transfer


def note_passed_on(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记转送: police without jurisdiction passed it on to others, whose three days begin then (第七条、第八条)."""
    transfer, step = _take(session, actor, transfer_id, "note_passed_on", origin)
    _note_reply(session, actor, transfer, step, data, origin)
    transfer.delivery = {**(transfer.delivery or {}), "police": data["police"]}
    return transfer


def note_filed(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记立案通知; what belongs to the case follows within three days of its receipt (第十二条)."""
    transfer, step = _take(session, actor, transfer_id, "note_filed", origin)
    return _note_reply(session, actor, transfer, step, data, origin)


def note_declined(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """登记不予立案通知; within three days of its receipt the leader may object, or go to the procuratorate (第九条)."""
    transfer, step = _take(session, actor, transfer_id, "note_declined", origin)
    return _note_reply(session, actor, transfer, step, data, origin)


def _note_reply(
    session: Session, actor: Actor, transfer: Transfer, step: Transition, data: dict[str, Any], origin: Origin
) -> Transfer:
    before = [local_day(datetime.fromisoformat((transfer.delivery or {})["at"]))]
    before += [date.fromisoformat(said["on"]) for said in (*transfer.replies, transfer.objection, transfer.supervision) if said]
    _check_days(session, max(before), data)
    attach(session, actor, data["photos"], "transfer", transfer.id, "verification")
    reply = {
        "at": now(session).isoformat(), "on": data["on"].isoformat(), "received_on": data["received_on"].isoformat(),
        "kind": step.action.removeprefix("note_").upper(), "police": data.get("police") or (transfer.delivery or {})["police"],
        "document_no": data["document_no"], "reason": data.get("reason", ""),
        "photo_ids": [str(photo) for photo in data["photos"]], "by": str(actor.id),
    }  # fmt: skip
    transfer.replies = [*transfer.replies, reply]
    concerns = {"leaders": duty_leaders(session, transfer.org_id)}
    since = start_of(data["on"] if step.action == "note_passed_on" else data["received_on"])
    go(
        session, transfer, step, actor, _EVENTS[step.action], origin, concerns, since=since,
        document_no=reply["document_no"], reason=reply["reason"], police=reply["police"],
    )  # fmt: skip
    return transfer


def _check_days(session: Session, earliest: date, data: dict[str, Any]) -> None:
    """The day of a notice, and the day of its receipt, by which terms begin. Raises Invalid."""
    if data["on"] < earliest:
        raise Invalid(field_error("on", "implausible", f"通知日期应不早于{said_day(earliest)}"))
    if not data["on"] <= data["received_on"] <= local_day(now(session)):
        raise Invalid(field_error("received_on", "implausible", "收到日期应在通知日期之后、今天之前"))


def object_(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """提请复议, with the reasons: the police decide within three days of its receipt (第九条)."""
    transfer, step = _take(session, actor, transfer_id, "object", origin)
    transfer.objection = _asked(session, actor, transfer, data)
    if any(data["on"] > local_day(clock.due_at) for clock in timekeeping.open_clocks(session, transfer)):
        raise Invalid(field_error("on", "too_late", "提请复议的三日期限已过,可以建议人民检察院立案监督"))
    timekeeping.stop(session, transfer, "CT-OBJECT", claimed_at=start_of(data["on"]))
    go(session, transfer, step, actor, "transfer.objected", origin, since=start_of(data["on"]), reason=data["reason"])
    return transfer


def suggest_supervision(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """建议人民检察院进行立案监督: instead of objecting or after it (第九条), or where the police were silent (第十七条)."""
    transfer, step = _take(session, actor, transfer_id, "suggest_supervision", origin)
    transfer.supervision = _asked(session, actor, transfer, data)
    timekeeping.cancel(session, transfer, "CT-REPLY", "CT-REVIEW")  # they were not met by this
    timekeeping.stop(session, transfer, *step.clocks_stopped, claimed_at=start_of(data["on"]))
    go(session, transfer, step, actor, "transfer.supervision_suggested", origin, reason=data["reason"])
    return transfer


def _asked(session: Session, actor: Actor, transfer: Transfer, data: dict[str, Any]) -> Json:
    """What was handed in against a refusal, or because of silence, on a day between that and today. Raises Invalid."""
    since = local_day(datetime.fromisoformat((transfer.delivery or {})["at"]))
    if transfer.replies:
        since = date.fromisoformat(transfer.replies[-1]["received_on"])
    if not since <= data["on"] <= local_day(now(session)):
        raise Invalid(field_error("on", "implausible", "提交日期应在收到通知之后、今天之前"))
    return {"at": now(session).isoformat(), "on": data["on"].isoformat(), "reason": data["reason"], "by": str(actor.id)}


def take_back(session: Session, actor: Actor, transfer_id: UUID, data: dict[str, Any], origin: Origin) -> Transfer:
    """The refusal stands, and the brigade goes on by its own means (第十条)."""
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
    step = step_for(LIFE, transfer, action, roles_on(transfer, actor))
    reason = obstacle(transfer, action, actor, now(session))
    if reason is not None:
        raise GuardFailed(action=action, reason=reason)
    return transfer, step


def go(
    session: Session, transfer: Transfer, step: Transition, actor: Actor, event: str, origin: Origin,
    concerns: dict[str, list[UUID]] | None = None, since: datetime | None = None, **more: Any,
) -> None:  # fmt: skip
    """`since`: when the paper that the step puts on record was received, from which what follows counts."""
    if step.target in LIFE.final:
        transfer.closed_at = now(session)
    people = {"officers": transfer.officer_ids, **(concerns or {})}
    move(session, transfer, step, actor, event, concerns=people, data={**_facts(transfer), **more}, origin=origin, since=since)


def _facts(transfer: Transfer) -> dict[str, str]:
    """What every event says of it."""
    return {"number": transfer.number, "party": transfer.party, "offence": transfer.offence}


PROPOSE = Mutation(
    "transfer.propose", schemas.ProposeTransferSchema, propose, creates=True, summary="提出移送报告", devices=False
)

MUTATIONS = [
    PROPOSE,
    Mutation("transfer.approve", schemas.ApproveTransferSchema, approve, summary="批准移送", devices=False),
    Mutation("transfer.disapprove", ReasonSchema, disapprove, summary="不批准移送", devices=False),
    Mutation("transfer.withdraw", ReasonSchema, withdraw, summary="撤回移送报告", devices=False),
    Mutation("transfer.deliver", schemas.DeliverTransferSchema, deliver, summary="登记送达", devices=False),
    Mutation("transfer.note_passed_on", schemas.PassedOnSchema, note_passed_on, summary="登记转送", devices=False),
    Mutation("transfer.note_filed", schemas.PoliceReplySchema, note_filed, summary="登记立案通知", devices=False),
    Mutation("transfer.note_declined", schemas.PoliceRefusalSchema, note_declined, summary="登记不予立案通知", devices=False),
    Mutation("transfer.object", schemas.AskedSchema, object_, summary="提请复议", devices=False),
    Mutation(
        "transfer.suggest_supervision", schemas.AskedSchema, suggest_supervision, summary="建议检察机关立案监督", devices=False
    ),
    Mutation("transfer.take_back", NoteSchema, take_back, summary="依法作行政处理", devices=False),
    Mutation("transfer.hand_items", schemas.HandItemsSchema, hand_items, summary="登记移交物品材料", devices=False),
    Mutation("transfer.assign", schemas.AssignTransferSchema, assign, summary="指派监督员", devices=False),
]
