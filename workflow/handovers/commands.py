"""Letters between offices: drafted, signed, sent, returned, referred to the committee office, taken back; and all commands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from accounts.models import Organisation
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Mutation, Origin
from workflow import timekeeping
from workflow.acting import lock_below, move, step_for
from workflow.handovers import handling, letter, papers, schemas
from workflow.handovers.acts import about, committee, end, receivers, senders, take
from workflow.handovers.models import Handover
from workflow.handovers.rules import LIFE, MAX_RETURNS, NOT_ACCEPTED, number_of_sending
from workflow.handovers.synced import HANDOVER, roles_on
from workflow.numbering import next_number
from workflow.offices import organisation, people_of_office
from workflow.schemas import NoteSchema, ReasonSchema
from workflow.state_machine import START


def draft(session: Session, actor: Actor, hazard_id: UUID, region_code: str, from_org_id: UUID, asked: Json) -> Handover:
    """Reaction to a hazard's request: a draft that the leader signs or discards."""
    moment = now(session)
    to_org_id = UUID(asked["to_org_id"])
    handover = Handover(
        id=new_id(),
        revision=1,
        created_at=moment,
        updated_at=moment,
        stamps={},
        state="DRAFT",
        kind=asked["kind"],
        hazard_id=hazard_id,
        region_code=region_code,
        from_org_id=from_org_id,
        to_org_id=to_org_id,
        org_ids=[from_org_id],
        letter={name: value for name, value in asked.items() if name != "kind"},
        reason=asked["reason"],
        legal_basis=asked["legal_basis"],
        suggestion=asked["suggestion"],
        is_urgent=asked["urgent"],
        lack_of_competence=asked["lack_of_competence"],
        drafted_by=actor.id,
        returns=[],
        progress=[],
    )
    session.add(handover)
    session.flush()
    if handover.kind == "REFERRAL":
        return _refer(session, handover, actor)
    timekeeping.start(session, handover, "HO-APPROVE", moment)
    record(
        session, "handover.drafted", handover, actor,
        concerns={"leaders": people_of_office(session, from_org_id, Role.UNIT_LEADER)},
        data={"to": "DRAFT", "hazard_id": str(hazard_id)},
    )  # fmt: skip
    return handover


def _refer(session: Session, handover: Handover, actor: Actor) -> Handover:
    """转办: it goes at once, under the number of its case; what is sent a second time is told apart."""
    number = session.scalars(select(Event.data["number"].astext).where(
        Event.entity_type == "hazard", Event.entity_id == handover.hazard_id, Event.name == "hazard.submitted"
    )).one()  # fmt: skip
    handover.letter_no = number_of_sending(f"转办{number}", _sent_before(session, handover) + 1)
    handover.letter = letter.write(session, handover)
    step = LIFE.find(START, "refer", {Role.SYSTEM})
    _send(session, handover, step, actor, "handover.sent", Origin())
    return handover


def _sent_before(session: Session, handover: Handover) -> int:
    """How often something went out under the number that this one has: a 转办单 shares its case's with those before it."""
    shared = Handover.id == handover.id
    if handover.kind == "REFERRAL":
        shared = and_(Handover.hazard_id == handover.hazard_id, Handover.kind == "REFERRAL")
    letters = session.scalars(select(Handover.letter).where(shared, Handover.sent_at.is_not(None)))
    return sum(1 + len(sent["earlier"]) for sent in letters)


def approve(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """签发: the letter is written, gets its gap-free number and goes to the receiver."""
    handover, step = take(session, actor, handover_id, "approve", origin)
    handover.legal_basis = data["legal_basis"] or handover.legal_basis
    office = session.get_one(Organisation, handover.from_org_id)
    handover.letter_no = next_number(session, office, "handover")
    handover.approved_by = actor.id
    handover.letter = letter.write(session, handover)
    _send(session, handover, step, actor, "handover.sent", origin)
    return handover


def _send(session: Session, handover: Handover, step: Any, actor: Actor, event: str, origin: Origin) -> None:
    """To the present receiver: it may read the letter from now on, and its clock to sign starts."""
    handover.sent_at = now(session)
    handover.org_ids = list(dict.fromkeys([*handover.org_ids, handover.to_org_id]))
    handover.is_sign_overdue = False
    sender = session.get_one(Organisation, handover.from_org_id)
    receiver = session.get_one(Organisation, handover.to_org_id)
    rule_id = "HO-SIGN-4H" if handover.is_urgent else "HO-SIGN"
    sign_due = timekeeping.forecast(session, rule_id, now(session))
    return_due, feedback_due = _in_days(session, "HO-ACC"), _in_days(session, "HO-FB")
    handover.letter = {**handover.letter, **letter.address(session, handover, sign_due, return_due, feedback_due)}
    papers.archive(session, handover)
    move(
        session, handover, step, actor, event,
        concerns={"receivers": people_of_office(session, handover.to_org_id, Role.RECEIVER_CLERK)},
        data={
            "letter_no": handover.letter_no, "org": sender.name, "to_org": receiver.name,
            "sign_due": sign_due.isoformat(), "hazard_id": str(handover.hazard_id),
            "return_due": return_due, "feedback_due": feedback_due, "lack_of_competence": handover.lack_of_competence,
        },
        origin=origin,
    )  # fmt: skip
    timekeeping.start(session, handover, rule_id, now(session))


def _in_days(session: Session, rule_id: str) -> str:
    """When a later clock would be due if it started now: what the letter announces."""
    return timekeeping.forecast(session, rule_id, now(session)).isoformat()


def discard(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """The draft is not signed: the sender goes on with the case."""
    handover, step = take(session, actor, handover_id, "discard", origin)
    handover.closed_at = now(session)
    end(session, handover, step, actor, "handover.discarded", data=about(handover, note=data["note"]), origin=origin)
    return handover


def return_(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """退回, with reason, legal basis and the body that should act. The second return goes to the committee office."""
    handover, step = take(session, actor, handover_id, "return", origin)
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
        session, handover, step, actor, "handover.returned", concerns=senders(session, handover),
        data=about(
            handover, org=receiver.name, reason=data["reason"], legal_basis=data["legal_basis"],
            suggested_org=suggested.name, due=_in_days(session, "HO-RETURNED"),
        ),
        origin=origin,
    )  # fmt: skip
    if len(handover.returns) >= MAX_RETURNS:
        _dispute(session, handover, SYSTEM, {Role.SYSTEM}, origin)
    return handover


def resend(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """重新移送 to another body."""
    handover, step = take(session, actor, handover_id, "resend", origin)
    _redirect(session, handover, data["to_org_id"])
    _send(session, handover, step, actor, "handover.sent", origin)
    return handover


def _redirect(session: Session, handover: Handover, to_org_id: UUID) -> None:
    """To another body, under a number that tells it from the letter before; who had that one reads this one no more."""
    target = organisation(session, to_org_id, "to_org_id")
    if target.id == handover.from_org_id:
        raise Invalid(field_error("to_org_id", "own_office", "不能移交给移送单位自己"))
    handover.org_ids = [org_id for org_id in handover.org_ids if org_id != handover.to_org_id]
    handover.to_org_id = target.id
    handover.letter_no = number_of_sending(handover.letter_no or "", _sent_before(session, handover) + 1)


def dispute(session: Session, actor: Actor, handover_id: UUID, _: dict[str, Any], origin: Origin) -> Handover:
    """提请消安委办协调: after a return, or because nobody signs for the letter."""
    handover = lock_below(session, HANDOVER, Handover, handover_id, actor, origin)
    _dispute(session, handover, actor, roles_on(handover, actor), origin)
    return handover


def refer(session: Session, handover_id: UUID) -> None:
    """Timer: nobody has signed for it, long after the date."""
    handover = lock_below(session, HANDOVER, Handover, handover_id, SYSTEM, Origin())
    _dispute(session, handover, SYSTEM, {Role.SYSTEM}, Origin())


def _dispute(session: Session, handover: Handover, actor: Actor, roles: set[Role], origin: Origin) -> None:
    step = step_for(LIFE, handover, "dispute", roles)
    office, arbiters = committee(session, handover)
    sender = session.get_one(Organisation, handover.from_org_id)
    handover.org_ids = list(dict.fromkeys([*handover.org_ids, office.id]))
    returned = "returned_twice" if len(handover.returns) >= MAX_RETURNS else "returned"
    move(
        session, handover, step, actor, "handover.disputed", concerns={**arbiters, **senders(session, handover)},
        data=about(
            handover, committee=office.name, org=sender.name, due=_in_days(session, "HO-ARB"),
            because="unsigned" if handover.state == "SENT" else returned,
        ),
        origin=origin,
    )  # fmt: skip


def decide(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """消安委办 names the body; it may not be returned again."""
    handover, step = take(session, actor, handover_id, "decide", origin)
    _redirect(session, handover, data["to_org_id"])
    handover.is_decided = True
    _send(session, handover, step, actor, "handover.decided", origin)
    return handover


def leave_with_sender(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """消安委办 finds the sender itself competent: the letter is over, the case stays where it is."""
    handover, step = take(session, actor, handover_id, "leave_with_sender", origin)
    office, _ = committee(session, handover)
    _take_back(session, handover, step, actor, data["note"], office.name, origin)
    return handover


def withdraw(session: Session, actor: Actor, handover_id: UUID, data: dict[str, Any], origin: Origin) -> Handover:
    """收回自办: the sender, who held the case all along, goes on with it."""
    handover, step = take(session, actor, handover_id, "withdraw", origin)
    office = session.get_one(Organisation, handover.from_org_id)
    _take_back(session, handover, step, actor, data["note"], office.name, origin)
    return handover


def _take_back(
    session: Session, handover: Handover, step: Any, actor: Actor, note: str, decided_by: str, origin: Origin
) -> None:  # fmt: skip
    was_sent = handover.letter_no is not None
    handover.closed_at = now(session)
    end(
        session, handover, step, actor, "handover.withdrawn",
        concerns={**senders(session, handover), **receivers(session, handover)} if was_sent else {},
        data=about(handover, note=note, org=decided_by), origin=origin,
    )  # fmt: skip


def enter_withdrawn(session: Session, handover_id: UUID) -> None:
    """Reaction: the hazard has ended in the sender's hands, so nobody has to do anything about its letter."""
    handover = lock(session, HANDOVER, Handover, handover_id, SYSTEM, Origin())
    if handover.state not in NOT_ACCEPTED:
        return
    step = step_for(LIFE, handover, "enter_withdrawn", SYSTEM.roles)
    sender = session.get_one(Organisation, handover.from_org_id)
    handover.closed_at = now(session)
    end(
        session, handover, step, SYSTEM, "handover.withdrawn",
        concerns=receivers(session, handover) if handover.letter_no is not None else {},
        data=about(handover, note="案件已了结", org=sender.name),
    )  # fmt: skip


MUTATIONS = [
    Mutation("handover.approve", schemas.ApproveSchema, approve, summary="签发移送函"),
    Mutation("handover.discard", NoteSchema, discard, summary="不予签发"),
    Mutation("handover.sign_for", NoteSchema, handling.sign_for, summary="签收"),
    Mutation("handover.accept", NoteSchema, handling.accept, summary="接受办理"),
    Mutation("handover.return", schemas.ReturnSchema, return_, summary="退回"),
    Mutation("handover.resend", schemas.RouteSchema, resend, summary="重新移送"),
    Mutation("handover.dispute", NoteSchema, dispute, summary="提请协调"),
    Mutation("handover.decide", schemas.RouteSchema, decide, summary="明确承办单位"),
    Mutation("handover.leave_with_sender", NoteSchema, leave_with_sender, summary="明确由移送单位办理"),
    Mutation("handover.withdraw", NoteSchema, withdraw, summary="收回自办"),
    Mutation("handover.progress", schemas.ProgressSchema, handling.report_progress, summary="填报进展"),
    Mutation("handover.extend", schemas.ExtendLetterSchema, handling.extend, summary="申请延期"),
    Mutation("handover.finish", schemas.FinishSchema, handling.finish, summary="办结反馈"),
    Mutation("handover.confirm", NoteSchema, handling.confirm, summary="确认反馈"),
    Mutation("handover.reject", ReasonSchema, handling.reject, summary="反馈不充分"),
    Mutation("handover.supervise", schemas.SuperviseSchema, handling.supervise, summary="督办"),
]
