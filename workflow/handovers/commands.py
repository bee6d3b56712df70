"""Every command on a letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from accounts.models import Organisation
from database.base import Json, new_id
from database.journal import record
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.mutations import Mutation, Origin
from workflow import timekeeping
from workflow.acting import guard, lock, move, step_for
from workflow.clocks import end_of, local_day
from workflow.handovers import schemas
from workflow.handovers.models import Handover
from workflow.handovers.rules import LIFE, MAX_REJECTIONS, MAX_RETURNS
from workflow.handovers.synced import HANDOVER, roles_on
from workflow.models import NumberSeries
from workflow.offices import committee_of, organisation, people_of_office
from workflow.schemas import NoteSchema, ReasonSchema


def draft(session: Session, actor: Actor, hazard_id: UUID, region_code: str, from_org_id: UUID, letter: Json) -> Handover:
    """Reaction to a hazard's request: a draft that the leader signs or discards."""
    moment = now(session)
    to_org_id = UUID(letter["to_org_id"])
    handover = Handover(
        id=new_id(),
        revision=1,
        created_at=moment,
        updated_at=moment,
        stamps={},
        state="DRAFT",
        hazard_id=hazard_id,
        region_code=region_code,
        from_org_id=from_org_id,
        to_org_id=to_org_id,
        org_ids=[from_org_id],
        letter=letter,
        reason=letter["reason"],
        legal_basis=letter["legal_basis"],
        suggestion=letter["suggestion"],
        is_urgent=letter["urgent"],
        lack_of_competence=letter["lack_of_competence"],
        drafted_by=actor.id,
        returns=[],
        progress=[],
    )
    session.add(handover)
    session.flush()
    timekeeping.start(session, handover, "HO-APPROVE", moment)
    record(
        session, "handover.drafted", handover, actor,
        concerns={"leaders": people_of_office(session, from_org_id, Role.UNIT_LEADER)},
        data={"to": "DRAFT", "hazard_id": str(hazard_id)},
    )  # fmt: skip
    return handover


def _take(session: Session, actor: Actor, handover_id: UUID, action: str, origin: Origin) -> tuple[Handover, Any]:
    handover = lock(session, HANDOVER, Handover, handover_id, actor, origin)
    return handover, step_for(LIFE, handover, action, roles_on(handover, actor))


def approve(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """签发: the letter gets its gap-free number and goes to the receiver."""
    handover, step = _take(session, actor, handover_id, "approve", origin)
    office = session.get_one(Organisation, handover.from_org_id)
    handover.letter_no = _letter_no(session, office)
    handover.approved_by = actor.id
    _send(session, handover, step, actor, "handover.sent", origin)
    return handover


def _letter_no(session: Session, office: Organisation) -> str:
    """〔year〕第n号 of the office's own series; the row lock is the turn, so no number is lost or doubled."""
    year = local_day(now(session)).year
    series = f"handover:{office.id}:{year}"
    number = session.execute(
        insert(NumberSeries)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    ).scalar_one()
    return f"{office.short_name}移〔{year}〕第{number}号"


def _send(session: Session, handover: Handover, step: Any, actor: Actor, event: str, origin: Origin) -> None:
    """To the present receiver: it may read the letter from now on, and its clock to sign starts."""
    handover.sent_at = now(session)
    handover.org_ids = list(dict.fromkeys([*handover.org_ids, handover.to_org_id]))
    handover.is_sign_overdue = False
    sign = timekeeping.start(session, handover, "HO-SIGN-4H" if handover.is_urgent else "HO-SIGN", now(session))
    sender = session.get_one(Organisation, handover.from_org_id)
    receiver = session.get_one(Organisation, handover.to_org_id)
    move(
        session, handover, step, actor, event,
        concerns={"receivers": people_of_office(session, handover.to_org_id, Role.RECEIVER_CLERK)},
        data={
            "letter_no": handover.letter_no, "org": sender.name, "to_org": receiver.name,
            "sign_due": sign.due_at.isoformat(), "hazard_id": str(handover.hazard_id),
            "return_due": _in_days(session, handover, "HO-ACC"), "feedback_due": _in_days(session, handover, "HO-FB"),
            "lack_of_competence": handover.lack_of_competence,
        },
        origin=origin,
    )  # fmt: skip


def _in_days(session: Session, handover: Handover, rule_id: str) -> str:
    """When a later clock would be due if it started now: what the letter announces."""
    return timekeeping.forecast(session, rule_id, now(session)).isoformat()


def discard(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """The draft is not signed: the sender goes on with the case."""
    handover, step = _take(session, actor, handover_id, "discard", origin)
    handover.closed_at = now(session)
    move(session, handover, step, actor, "handover.discarded", data=_about(handover, note=data["note"]), origin=origin)
    return handover


def _about(handover: Handover, **more: Any) -> Json:
    return {"letter_no": handover.letter_no, "hazard_id": str(handover.hazard_id), **more}


def sign_for(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """签收: received, not yet accepted."""
    handover, step = _take(session, actor, handover_id, "sign_for", origin)
    handover.signed_for_by = actor.id
    handover.received_at = now(session)
    move(
        session, handover, step, actor, "handover.signed_for",
        concerns=_senders(session, handover), data=_about(handover), origin=origin,
    )  # fmt: skip
    return handover


def accept(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """接受办理: from now on the receiver holds the hazard."""
    handover, step = _take(session, actor, handover_id, "accept", origin)
    handover.accepted_at = now(session)
    receiver = session.get_one(Organisation, handover.to_org_id)
    move(
        session, handover, step, actor, "handover.accepted",
        concerns=_senders(session, handover), data=_about(handover, org=receiver.name), origin=origin,
    )  # fmt: skip
    return handover


def _senders(session: Session, handover: Handover) -> dict[str, list[UUID]]:
    return {"senders": people_of_office(session, handover.from_org_id, Role.UNIT_LEADER, Role.INTAKE_CLERK)}


def return_(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """退回, with reason, legal basis and the body that should act. The second return goes to the committee office."""
    handover, step = _take(session, actor, handover_id, "return", origin)
    guard(not handover.is_decided, "return", "decided_by_committee")
    suggested = organisation(session, data["suggested_org_id"], "suggested_org_id")
    if suggested.id == handover.to_org_id:
        raise Invalid(field_error("suggested_org_id", "own_office", "建议承办单位不能是本单位"))
    handover.returns = [
        *handover.returns,
        {
            "org_id": str(handover.to_org_id), "at": now(session).isoformat(), "by": str(actor.id),
            "reason": data["reason"], "legal_basis": data["legal_basis"], "suggested_org_id": str(suggested.id),
        },
    ]  # fmt: skip
    receiver = session.get_one(Organisation, handover.to_org_id)
    move(
        session, handover, step, actor, "handover.returned", concerns=_senders(session, handover),
        data=_about(
            handover, org=receiver.name, reason=data["reason"], legal_basis=data["legal_basis"],
            suggested_org=suggested.name, due=_in_days(session, handover, "HO-RETURNED"),
        ),
        origin=origin,
    )  # fmt: skip
    if len(handover.returns) >= MAX_RETURNS:
        _dispute(session, handover, SYSTEM, {Role.SYSTEM}, origin)
    return handover


def resend(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """重新移送 to another body."""
    handover, step = _take(session, actor, handover_id, "resend", origin)
    _redirect(session, handover, data["to_org_id"])
    _send(session, handover, step, actor, "handover.sent", origin)
    return handover


def _redirect(session: Session, handover: Handover, to_org_id: UUID) -> None:
    target = organisation(session, to_org_id, "to_org_id")
    if target.id == handover.from_org_id:
        raise Invalid(field_error("to_org_id", "own_office", "不能移交给移送单位自己"))
    handover.to_org_id = target.id


def dispute(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """提请消安委办协调."""
    handover = lock(session, HANDOVER, Handover, handover_id, actor, origin)
    _dispute(session, handover, actor, roles_on(handover, actor), origin)
    return handover


def _dispute(session: Session, handover: Handover, actor: Actor, roles: set[Role], origin: Origin) -> None:
    step = step_for(LIFE, handover, "dispute", roles)
    committee = committee_of(session, handover.region_code)
    sender = session.get_one(Organisation, handover.from_org_id)
    handover.org_ids = list(dict.fromkeys([*handover.org_ids, committee.id]))
    move(
        session, handover, step, actor, "handover.disputed",
        concerns={
            "committee": people_of_office(session, committee.id, Role.SUPERVISOR), **_senders(session, handover),
        },
        data=_about(handover, committee=committee.name, org=sender.name, due=_in_days(session, handover, "HO-ARB")),
        origin=origin,
    )  # fmt: skip


def decide(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """消安委办 names the body; it may not be returned again."""
    handover, step = _take(session, actor, handover_id, "decide", origin)
    _redirect(session, handover, data["to_org_id"])
    handover.is_decided = True
    _send(session, handover, step, actor, "handover.decided", origin)
    return handover


def withdraw(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """收回自办: the sender, who held the case all along, goes on with it."""
    handover, step = _take(session, actor, handover_id, "withdraw", origin)
    handover.closed_at = now(session)
    move(session, handover, step, actor, "handover.withdrawn", data=_about(handover, note=data["note"]), origin=origin)
    return handover


def report_progress(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """填报进展."""
    handover, step = _take(session, actor, handover_id, "progress", origin)
    guard(len(handover.progress) < 100, "progress", "too_many_entries")
    entry = {"at": now(session).isoformat(), "by": str(actor.id), "text": data["text"]}
    handover.progress = [*handover.progress, entry]
    move(session, handover, step, actor, "handover.progressed", data=_about(handover), origin=origin)
    return handover


def extend(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """延期, once, with a reason, at most to 60 days beyond the present date."""
    handover, step = _take(session, actor, handover_id, "extend", origin)
    guard(not handover.is_extended, "extend", "already_extended")
    until = end_of(data["due_on"])
    _check_later(handover.due_at, until)
    handover.is_extended = True
    timekeeping.start_until(session, handover, "HO-FB", until, f"经申请延期,理由:{data['reason']}")
    move(
        session, handover, step, actor, "handover.extended", concerns=_senders(session, handover),
        data=_about(handover, reason=data["reason"], due=until.isoformat()), origin=origin,
    )  # fmt: skip
    return handover


def _check_later(due_at: datetime | None, until: datetime) -> None:
    if due_at is None or until <= due_at or until > due_at + timedelta(days=60):
        raise Invalid(field_error("due_on", "out_of_range", "新的期限应晚于原期限,且延长不超过60日"))


def finish(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """办结反馈 with evidence; the sender checks it."""
    handover, step = _take(session, actor, handover_id, "finish", origin)
    attach(session, actor, data["photos"], "handover", handover.id, "feedback")
    handover.result = {
        "text": data["result"], "photo_ids": [str(photo) for photo in data["photos"]], "by": str(actor.id),
        "at": now(session).isoformat(),
    }  # fmt: skip
    move(
        session, handover, step, actor, "handover.fed_back",
        concerns=_senders(session, handover), data=_about(handover), origin=origin,
    )  # fmt: skip
    return handover


def confirm(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """The sender confirms the feedback; the reporter can be told."""
    handover, step = _take(session, actor, handover_id, "confirm", origin)
    handover.closed_at = now(session)
    move(session, handover, step, actor, "handover.closed", data=_about(handover), origin=origin)
    return handover


def reject(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """The feedback does not suffice: twice at most, then the committee office supervises."""
    handover, step = _take(session, actor, handover_id, "reject", origin)
    guard(handover.rejections < MAX_REJECTIONS, "reject", "ask_for_supervision")
    handover.rejections += 1
    move(
        session, handover, step, actor, "handover.feedback_rejected",
        concerns={"receivers": people_of_office(session, handover.to_org_id, Role.RECEIVER_CLERK, Role.DEPT_HANDLER)},
        data=_about(handover, reason=data["reason"]), origin=origin,
    )  # fmt: skip
    return handover


def supervise(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """督办: a flag with its number and a new date."""
    handover, step = _take(session, actor, handover_id, "supervise", origin)
    until = end_of(data["due_on"])
    if until <= now(session):
        raise Invalid(field_error("due_on", "in_the_past", "督办期限应晚于今天"))
    handover.supervision = {
        "document_no": data["document_no"], "by": str(actor.id), "at": now(session).isoformat(),
        "due_at": until.isoformat(), "note": data["note"],
    }  # fmt: skip
    timekeeping.start_until(session, handover, "HO-SUPERVISED", until, f"督办单{data['document_no']}")
    move(session, handover, step, actor, "handover.supervised", data=_about(handover), origin=origin)
    return handover


MUTATIONS = [
    Mutation("handover.approve", NoteSchema, approve, summary="签发移送函"),
    Mutation("handover.discard", NoteSchema, discard, summary="不予签发"),
    Mutation("handover.sign_for", NoteSchema, sign_for, summary="签收"),
    Mutation("handover.accept", NoteSchema, accept, summary="接受办理"),
    Mutation("handover.return", schemas.ReturnSchema, return_, summary="退回"),
    Mutation("handover.resend", schemas.RouteSchema, resend, summary="重新移送"),
    Mutation("handover.dispute", NoteSchema, dispute, summary="提请协调"),
    Mutation("handover.decide", schemas.RouteSchema, decide, summary="明确承办单位"),
    Mutation("handover.withdraw", NoteSchema, withdraw, summary="收回自办"),
    Mutation("handover.progress", schemas.ProgressSchema, report_progress, summary="填报进展"),
    Mutation("handover.extend", schemas.ExtendLetterSchema, extend, summary="申请延期"),
    Mutation("handover.finish", schemas.FinishSchema, finish, summary="办结反馈"),
    Mutation("handover.confirm", NoteSchema, confirm, summary="确认反馈"),
    Mutation("handover.reject", ReasonSchema, reject, summary="反馈不充分"),
    Mutation("handover.supervise", schemas.SuperviseSchema, supervise, summary="督办"),
]
