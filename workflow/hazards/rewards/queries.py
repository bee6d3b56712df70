"""Claims as somebody may read them: handlers the case and never the person, who pays the person and never the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Person
from database.base import Json
from database.session import now
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import leading
from workflow.hazards.rewards.models import RewardClaim, RewardPayee, RewardPolicy
from workflow.hazards.rewards.policies import facts
from workflow.hazards.rewards.rules import LEAST_LEVEL, STATES, Reported, winner
from workflow.hazards.rewards.synced import REWARD_CLAIM, may_pay, offered, roles_on
from workflow.offices import staff_names


def reports_of(session: Session, hazard: Hazard) -> list[Reported]:
    """The report of a case and whatever was merged into it."""
    together = select(Hazard.id).where(Hazard.id == hazard.id).cte("reported", recursive=True)
    together = together.union_all(select(Hazard.id).where(Hazard.master_id == together.c.id))
    columns = (Hazard.id, Hazard.reporter_id, Hazard.number, Hazard.report_mode, Hazard.submitted_at)
    return [Reported(*row) for row in session.execute(select(*columns).where(Hazard.id.in_(select(together.c.id))))]


def obstacle(session: Session, own: Hazard, actor: Actor) -> str | None:
    """Why this reporter cannot claim a reward for his report now; None if he can."""
    case = leading(session, own)
    if own.report_mode == "ANONYMOUS":
        return "anonymous_is_not_rewarded"
    if case.reward_until is None:
        return "not_substantiated"
    first = winner(reports_of(session, case))
    if first is None or first.hazard_id != own.id:
        return "reported_before"
    if now(session) > case.reward_until:
        return "claim_lapsed"
    claimed = select(RewardClaim.id).where(RewardClaim.hazard_id == case.id, RewardClaim.state != "WITHDRAWN")
    # A refusal bars whoever was refused: not somebody whose report was merged with his,
    # nor himself once the case was checked anew and he was told again.
    refused_now = and_(RewardClaim.claimant_id == actor.id, RewardClaim.closed_at >= case.told_at)
    bars = or_(RewardClaim.state != "REFUSED", refused_now)
    if session.scalar(claimed.where(bars).limit(1)):
        return "already_claimed"
    person = session.get_one(Person, actor.id)
    is_known = actor.auth_level >= LEAST_LEVEL and person.name is not None and person.id_number is not None
    return None if is_known else "identity_not_confirmed"


def is_founded(session: Session, claim: RewardClaim) -> bool:
    """True while what the claimant reported first is found true: until it is checked anew, or his report split off."""
    case = session.get_one(Hazard, claim.hazard_id)
    first = winner(reports_of(session, case))
    return case.reward_until is not None and first is not None and first.reporter_id == claim.claimant_id


def standing(session: Session, own: Hazard, actor: Actor) -> Json | None:
    """What the reporter of a case reads of its reward: his claim, or until when he may claim. None: nothing to read."""
    if actor.id != own.reporter_id or actor.is_guest or actor.grants:
        return None
    case = leading(session, own)
    mine = select(RewardClaim).where(RewardClaim.hazard_id == case.id, RewardClaim.claimant_id == actor.id)
    claim = session.scalars(mine.order_by(RewardClaim.id.desc()).limit(1)).one_or_none()
    reason = obstacle(session, own, actor)
    if claim is None and reason not in (None, "identity_not_confirmed"):
        return None
    return {
        "claim_id": claim.id if claim else None,
        "code": claim.code if claim else None,
        "state_label": STATES[claim.state] if claim else None,
        "until": case.reward_until if reason in (None, "identity_not_confirmed") else None,
        "needs_identity": reason == "identity_not_confirmed",
    }


def claims(actor: Actor, filters: Mapping[str, Any]) -> Select[RewardClaim]:
    """The claims that this actor may see, narrowed by state and division."""
    statement = select(RewardClaim).where(REWARD_CLAIM.listed_for(actor))
    for name in ("state", "region_code"):
        if filters[name]:
            statement = statement.where(getattr(RewardClaim, name) == filters[name])
    return statement


def summaries(session: Session, rows: Sequence[RewardClaim], actor: Actor) -> list[Json]:
    """For the list."""
    ids = [row.hazard_id for row in rows]
    numbers = {row.id: row.number for row in session.execute(select(Hazard.id, Hazard.number).where(Hazard.id.in_(ids)))}
    return [_summary(row, numbers[row.hazard_id], actor) for row in rows]


def _summary(row: RewardClaim, hazard_number: str, actor: Actor) -> Json:
    members = ("id", "revision", "code", "state", "region_code", "amount_fen", "due_at", "created_at")
    knows_case = _knows_case(row, actor)
    return {
        **{name: getattr(row, name) for name in members},
        "state_label": STATES[row.state],
        "hazard_id": row.hazard_id if knows_case else None,
        "hazard_number": hazard_number if knows_case else None,
    }


def _knows_case(row: RewardClaim, actor: Actor) -> bool:
    return bool(roles_on(row, actor) - {Role.FINANCE_CLERK})


def detail(session: Session, row: RewardClaim, actor: Actor) -> Json:
    """One claim."""
    is_office = _knows_case(row, actor) and actor.id != row.claimant_id
    policy = session.get(RewardPolicy, row.policy_id) if row.policy_id else None
    payee = session.get(RewardPayee, row.id) if may_pay(row, actor) else None
    [summary] = summaries(session, [row], actor)
    return {
        **summary,
        "merged_numbers": row.merged_numbers if is_office else [],
        "policy": facts(policy) if policy else None,
        "proposal": _said(session, row.proposal) if is_office else None,
        "decision": _decision(session, row, actor, is_office=is_office),
        "paid_on": row.paid_on,
        "voucher_no": row.voucher_no if is_office or payee else None,
        "payee": {name: getattr(payee, name) for name in ("name", "id_number", "mobile", "bank", "account")} if payee else None,
        "actions": [step.as_offer() for step in offered(row, actor)],
    }


def _said(session: Session, said: Json | None) -> Json | None:
    if said is None:
        return None
    return {**said, "at": datetime.fromisoformat(said["at"]), "by": staff_names(session, [UUID(said["by"])]).get(said["by"], "")}


def _decision(session: Session, row: RewardClaim, actor: Actor, *, is_office: bool) -> Json | None:
    """The claimant reads why it was refused, and not by whom."""
    said = _said(session, row.decision)
    if is_office or said is None:
        return said
    return {**said, "by": ""} if actor.id == row.claimant_id and row.state == "REFUSED" else None
