"""Claims: who reported first claims, the office proposes, its leader decides, who pays sees whom and not what for.

Events: hazard.reward_opened; reward_claim.submitted, proposed, returned, approved, refused, withdrawn, paid.
"""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from accounts.models import Person
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from sync.mutations import Mutation, Origin
from wire import NothingSchema
from workflow import timekeeping
from workflow.acting import guard, lock_below, move, step_for
from workflow.clocks import local_day
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import leading
from workflow.hazards.rewards.models import RewardClaim, RewardPayee
from workflow.hazards.rewards.policies import policy_for
from workflow.hazards.rewards.queries import is_founded, obstacle, reports_of
from workflow.hazards.rewards.rules import LIFE, winner
from workflow.hazards.rewards.schemas import PayRewardSchema, ProposeRewardSchema
from workflow.hazards.rewards.synced import DECIDING, REWARD_CLAIM, is_proposer, roles_on
from workflow.offices import brigade_of, people_of_office
from workflow.schemas import NoteSchema, ReasonSchema
from workflow.state_machine import START, Transition

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SUBSTANTIATED = ("true", "fixed")


def open_claims(session: Session, event: Event) -> None:
    """Reaction to the telling: what was found true may be rewarded until RW-CLAIM ends. Told to who reported first."""
    if event.data["result"] not in _SUBSTANTIATED:
        return
    hazard = session.get_one(Hazard, event.entity_id)
    first = winner(reports_of(session, hazard))
    if hazard.reward_until is not None or first is None:
        return
    hazard.reward_until = timekeeping.forecast(session, "RW-CLAIM", now(session))
    wished = session.get_one(Hazard, first.hazard_id).wish_reward
    record(
        session, "hazard.reward_opened", hazard, SYSTEM, concerns={"first_reporter": [first.reporter_id] if wished else []},
        data={"number": first.number, "due": hazard.reward_until.isoformat()},
    )  # fmt: skip


def submit(session: Session, actor: Actor, data: dict[str, Any]) -> RewardClaim:
    """申领: by who reported first under his name, once he is known by face. Raises NotFound, RoleNotAllowed, GuardFailed."""
    own = session.scalars(select(Hazard).where(Hazard.id == data["hazard_id"], Hazard.reporter_id == actor.id)).one_or_none()
    if own is None:
        raise NotFound
    if actor.is_guest or actor.grants:
        raise RoleNotAllowed(action="submit")
    hazard = leading(session, own)
    session.execute(select(Hazard.id).where(Hazard.id == hazard.id).with_for_update())  # of two claims the second sees the first
    reason = obstacle(session, own, actor)
    guard(reason is None, "submit", reason or "")
    person = session.get_one(Person, actor.id)
    reports = reports_of(session, hazard)
    moment = now(session)
    claim = RewardClaim(
        id=data["id"] or new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, code=_code(hazard, session),
        state=START, region_code=hazard.region_code, hazard_id=hazard.id, claimant_id=actor.id,
        merged_numbers=sorted(report.number for report in reports if report.hazard_id != own.id),
    )  # fmt: skip
    step = LIFE.find(START, "submit", {Role.REPORTER})
    claim.state = step.target
    if session.get(RewardClaim, claim.id) is not None:
        raise Invalid(field_error("id", "id_taken", "编号已被使用"))
    session.add(claim)
    session.flush()
    payee = {name: data[name] for name in ("mobile", "bank", "account")}
    session.add(RewardPayee(claim_id=claim.id, name=person.name or "", id_number=person.id_number or "", **payee))
    clerks = people_of_office(session, hazard.org_id, Role.INTAKE_CLERK)
    go(session, claim, step, actor, "reward_claim.submitted", {"clerks": clerks, "claimant": [actor.id]})
    return claim


def _code(hazard: Hazard, session: Session) -> str:
    """JL, division, Beijing day, six characters that count nothing."""
    mark = "".join(secrets.choice(_LETTERS) for _ in range(6))
    return f"JL{hazard.region_code}{local_day(now(session)):%Y%m%d}{mark}"


def _take(session: Session, actor: Actor, claim_id: UUID, action: str, origin: Origin) -> tuple[RewardClaim, Transition]:
    claim = lock_below(session, REWARD_CLAIM, RewardClaim, claim_id, actor, origin)
    step = step_for(LIFE, claim, action, roles_on(claim, actor))
    if action in DECIDING and is_proposer(claim, actor):
        raise RoleNotAllowed(action=action, reason="second_person_needed")
    if action in ("propose", "approve", "pay"):
        guard(is_founded(session, claim), action, "finding_is_gone")
    return claim, step


def go(
    session: Session, claim: RewardClaim, step: Transition, actor: Actor, event: str,
    concerns: dict[str, list[UUID]] | None = None, **more: Any,
) -> None:  # fmt: skip
    """Take the step. No event names the case: whoever reads of a payment learns nothing of what it is for."""
    if step.target in LIFE.final:
        claim.closed_at = now(session)
    move(session, claim, step, actor, event, concerns=concerns, data={"number": claim.code, **more})


def propose(session: Session, actor: Actor, claim_id: UUID, data: dict[str, Any], origin: Origin) -> RewardClaim:
    """拟定奖励: by a policy in force where the case is, within its amounts."""
    claim, step = _take(session, actor, claim_id, "propose", origin)
    policy = policy_for(session, data["policy_id"], claim.region_code)
    assert policy.least_fen is not None and policy.most_fen is not None  # noqa: S101, PT018 - the table sees to it
    if not policy.least_fen <= data["amount_fen"] <= policy.most_fen:
        raise Invalid(field_error("amount_fen", "out_of_range", "奖励金额不在该办法规定的范围内"))
    claim.policy_id, claim.amount_fen = policy.id, data["amount_fen"]
    claim.proposal = _said(session, actor, data["note"])
    office = brigade_of(session, claim.region_code)
    leaders = people_of_office(session, office.id, Role.UNIT_LEADER)
    go(session, claim, step, actor, "reward_claim.proposed", {"leaders": leaders}, amount_fen=claim.amount_fen)
    return claim


def return_to_office(session: Session, actor: Actor, claim_id: UUID, data: dict[str, Any], origin: Origin) -> RewardClaim:
    """退回重拟, with the reason."""
    claim, step = _take(session, actor, claim_id, "return", origin)
    claim.decision = _said(session, actor, data["reason"])
    proposer = [UUID(claim.proposal["by"])] if claim.proposal else []
    claim.proposal = claim.amount_fen = claim.policy_id = None
    go(session, claim, step, actor, "reward_claim.returned", {"clerks": proposer}, reason=data["reason"])
    return claim


def approve(session: Session, actor: Actor, claim_id: UUID, data: dict[str, Any], origin: Origin) -> RewardClaim:
    """批准发放: by a leader who did not propose it."""
    claim, step = _take(session, actor, claim_id, "approve", origin)
    claim.decision = _said(session, actor, data["note"])
    office = brigade_of(session, claim.region_code)
    concerns = {"claimant": [claim.claimant_id], "payers": people_of_office(session, office.id, Role.FINANCE_CLERK)}
    go(session, claim, step, actor, "reward_claim.approved", concerns, amount_fen=claim.amount_fen)
    return claim


def refuse(session: Session, actor: Actor, claim_id: UUID, data: dict[str, Any], origin: Origin) -> RewardClaim:
    """不予奖励, with the reason that the claimant reads."""
    claim, step = _take(session, actor, claim_id, "refuse", origin)
    claim.decision = _said(session, actor, data["reason"])
    go(session, claim, step, actor, "reward_claim.refused", {"claimant": [claim.claimant_id]}, reason=data["reason"])
    return claim


def withdraw(session: Session, actor: Actor, claim_id: UUID, _: dict[str, Any], origin: Origin) -> RewardClaim:
    """撤回申领, until it is approved."""
    claim, step = _take(session, actor, claim_id, "withdraw", origin)
    go(session, claim, step, actor, "reward_claim.withdrawn")
    return claim


def pay(session: Session, actor: Actor, claim_id: UUID, data: dict[str, Any], origin: Origin) -> RewardClaim:
    """登记发放, with the number of the voucher."""
    claim, step = _take(session, actor, claim_id, "pay", origin)
    if data["paid_on"] > local_day(now(session)):
        raise Invalid(field_error("paid_on", "in_the_future", "发放日期不能晚于今天"))
    claim.voucher_no, claim.paid_on = data["voucher_no"], data["paid_on"]
    go(session, claim, step, actor, "reward_claim.paid", {"claimant": [claim.claimant_id]}, amount_fen=claim.amount_fen)
    return claim


def _said(session: Session, actor: Actor, note: str) -> Json:
    return {"by": str(actor.id), "at": now(session).isoformat(), "note": note}


# Money is decided at a desk: over HTTP alone.
MUTATIONS = [
    Mutation("reward_claim.propose", ProposeRewardSchema, propose, summary="拟定奖励", devices=False),
    Mutation("reward_claim.return", ReasonSchema, return_to_office, summary="退回重拟", devices=False),
    Mutation("reward_claim.approve", NoteSchema, approve, summary="批准发放", devices=False),
    Mutation("reward_claim.refuse", ReasonSchema, refuse, summary="不予奖励", devices=False),
    Mutation("reward_claim.withdraw", NothingSchema, withdraw, summary="撤回申领", devices=False),
    Mutation("reward_claim.pay", PayRewardSchema, pay, summary="登记发放", devices=False),
]
