"""/rewards and /reward-policies: what may be paid to who reported, by which document, and each claim on its way."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.actions import add_actions
from api.context import actor, session
from api.etags import if_match
from api.paging import page
from api.routes import Routes
from database.base import Json
from workflow.acting import get
from workflow.hazards.rewards import commands, policies, queries
from workflow.hazards.rewards.models import RewardClaim
from workflow.hazards.rewards.schemas import (
    ClaimRewardSchema,
    CreatePolicySchema,
    EditPolicySchema,
    RewardClaimSchema,
    RewardFilterSchema,
    RewardPageSchema,
    RewardPoliciesSchema,
    RewardPolicySchema,
)
from workflow.hazards.rewards.synced import REWARD_CLAIM

routes = Routes("rewards", "/rewards", "Rewards (举报奖励): claims, decisions of two persons, payment apart from the case")
policy_routes = Routes("reward_policies", "/reward-policies", "Reward policies (奖励办法) of the divisions, each with its source")


@routes.route("", methods=["POST"])
@routes.arguments(ClaimRewardSchema)
@routes.response(201, RewardClaimSchema, etag=True, location="/rewards/{id}")
def submit(data: dict[str, Any]) -> Json:
    """Claim a reward for one's own report, once it was found true.

    For who reported it first under his name, confirmed at level 3, within the time of RW-CLAIM. Where to pay is sealed and
    opened to the paying clerk alone.
    """
    return queries.detail(session(), commands.submit(session(), actor(), data), actor())


@routes.route("", methods=["GET"])
@routes.arguments(RewardFilterSchema, location="query")
@routes.response(200, RewardPageSchema)
def list_claims(query: dict[str, Any]) -> Json:
    """List claims, oldest first: one's own, those of one's division, or those to be paid there."""
    rows, cursor = page(session(), queries.claims(actor(), query), [RewardClaim.id], [UUID], query)
    return {"items": queries.summaries(session(), rows, actor()), "next_cursor": cursor}


@routes.route("/<uuid:claim_id>", methods=["GET"])
@routes.response(200, RewardClaimSchema, etag=True)
def show(claim_id: UUID) -> Json:
    """Read one claim with the steps open to the caller."""
    return queries.detail(session(), get(session(), REWARD_CLAIM, RewardClaim, claim_id, actor()), actor())


add_actions(routes, commands.MUTATIONS, "reward claim")


@policy_routes.route("", methods=["GET"])
@policy_routes.response(200, RewardPoliciesSchema)
def list_policies() -> Json:
    """List every policy, the region's first."""
    return {"items": policies.policies(session())}


@policy_routes.route("", methods=["POST"])
@policy_routes.arguments(CreatePolicySchema)
@policy_routes.response(201, RewardPolicySchema, etag=True, location="/reward-policies/{id}")
def create_policy(data: dict[str, Any]) -> Json:
    """Add a policy of a division. For its system administrators."""
    return policies.facts(policies.create_policy(session(), actor(), data))


@policy_routes.route("/<uuid:policy_id>", methods=["GET"])
@policy_routes.response(200, RewardPolicySchema, etag=True)
def show_policy(policy_id: UUID) -> Json:
    """Read one policy."""
    return policies.facts(policies.policy(session(), policy_id))


@policy_routes.route("/<uuid:policy_id>", methods=["PUT"])
@policy_routes.arguments(EditPolicySchema)
@policy_routes.response(200, RewardPolicySchema, etag=True)
@if_match()
def edit_policy(data: dict[str, Any], policy_id: UUID, seen_revision: int | None) -> Json:
    """Change a policy. For the system administrators of its division; what was proposed by it before stands."""
    return policies.facts(policies.edit_policy(session(), actor(), policy_id, data, seen_revision))
