"""Who may see a claim at all, as what, and which steps are open to whom. The claimant's own device holds where it stands."""

from __future__ import annotations

from accounts.actor import BRIGADE_ROLES, Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from workflow.acting import roles_of
from workflow.hazards.rewards.models import RewardClaim
from workflow.hazards.rewards.rules import HANDLERS, LIFE, PAYABLE, PAYERS
from workflow.state_machine import Transition


def claimant_line(claim: RewardClaim) -> Json:
    """For the claimant: where his claim stands; neither where it is paid nor who decides."""
    members = ("code", "state", "region_code", "amount_fen", "due_at", "paid_on")
    return {name: getattr(claim, name) for name in members}


REWARD_CLAIM = Synced(
    "reward_claim",
    RewardClaim,
    [
        Scope("reporter", "own", RewardClaim.claimant_id, claimant_line),
        Scope("region", "reward", RewardClaim.region_code, roles=HANDLERS),
        Scope("region", "payment", RewardClaim.region_code, roles=PAYERS, where=RewardClaim.state.in_(PAYABLE)),
    ],
    on_devices=lambda claim: claim.off_devices_at is None,
)


def roles_on(claim: RewardClaim, actor: Actor) -> set[Role]:
    """Clerk and leader by jurisdiction, who pays likewise, and the claimant, who decides nothing about his own claim."""
    if actor.id == claim.claimant_id:
        return {Role.REPORTER}
    held = roles_of(actor, claim.region_code)
    roles = held & HANDLERS
    return roles | held & PAYERS if may_pay(claim, actor) else roles


def may_pay(claim: RewardClaim, actor: Actor) -> bool:
    """True of a paying clerk who has nothing to do with cases: he alone learns whom to pay."""
    held = roles_of(actor, claim.region_code)
    return bool(held & PAYERS) and not held & BRIGADE_ROLES and claim.state in PAYABLE and actor.id != claim.claimant_id


def offered(claim: RewardClaim, actor: Actor) -> list[Transition]:
    """The steps open to the caller now: who proposed does not decide."""
    steps = LIFE.offered(claim.state, roles_on(claim, actor))
    return [step for step in steps if step.action not in DECIDING or not is_proposer(claim, actor)]


DECIDING = ("approve", "return", "refuse")


def is_proposer(claim: RewardClaim, actor: Actor) -> bool:
    """True if this person proposed what is to be decided."""
    return claim.proposal is not None and claim.proposal["by"] == str(actor.id)
