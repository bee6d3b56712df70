"""Policies of rewards, claims, and apart from both whom to pay."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from database.crypto import Sealed
from workflow.hazards.rewards.rules import LIFE, POLICY_STATES


class RewardPolicy(Revised, Base):
    """What a division pays, by which document. Amounts are the division's to fill in: nobody invents them."""

    __tablename__ = "reward_policy"
    __table_args__ = (
        CheckConstraint(f"state IN {tuple(POLICY_STATES)}", name="state_known"),
        CheckConstraint(
            "state <> 'IN_FORCE' OR (least_fen IS NOT NULL AND most_fen IS NOT NULL AND valid_from IS NOT NULL AND source <> '')",
            name="in_force_is_whole",
        ),
        CheckConstraint("least_fen >= 0 AND most_fen >= least_fen", name="amounts_in_order"),
        CheckConstraint("valid_until >= valid_from", name="ends_after_start"),
        Index("ix_reward_policy_region", "region_code", "id"),
    )

    region_code: Mapped[str]
    title: Mapped[str]
    source: Mapped[str]  # document and number
    conditions: Mapped[str] = mapped_column(default="")
    least_fen: Mapped[int | None]
    most_fen: Mapped[int | None]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    state: Mapped[str]


class RewardClaim(Revised, Base):
    """A claim under a code of its own. Who it is from is in `RewardPayee`, but for the id by which he finds it again."""

    __tablename__ = "reward_claim"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint("(state = 'PAID') = (voucher_no IS NOT NULL)", name="paid_with_voucher"),
        CheckConstraint("state NOT IN ('PROPOSED', 'APPROVED', 'PAID') OR amount_fen IS NOT NULL", name="amount_if_proposed"),
        # One hazard, one reward: another one may be claimed only where the first was withdrawn or refused.
        Index("ix_reward_claim_hazard", "hazard_id", unique=True, postgresql_where="state NOT IN ('WITHDRAWN', 'REFUSED')"),
        Index("ix_reward_claim_region", "region_code", "id"),
        Index("ix_reward_claim_claimant", "claimant_id", "id"),
    )

    code: Mapped[str] = mapped_column(unique=True)  # JL + division + day + 6 characters: says nothing of the case
    state: Mapped[str]
    region_code: Mapped[str]
    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"))  # the leading case of all reports of the same thing
    claimant_id: Mapped[UUID]  # in no answer but his own
    merged_numbers: Mapped[list[str]] = mapped_column(default=list)  # of the other reports of the same thing
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("reward_policy.id"))
    amount_fen: Mapped[int | None]
    proposal: Mapped[Json | None]  # by, at, note
    decision: Mapped[Json | None]  # by, at, reason
    paid_on: Mapped[date | None]
    voucher_no: Mapped[str | None]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]  # of the claimant, 90 days after closing


class RewardPayee(Base):
    """Whom to pay, sealed: opened to the paying clerk alone, who sees nothing of the case."""

    __tablename__ = "reward_payee"

    claim_id: Mapped[UUID] = mapped_column(ForeignKey("reward_claim.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Sealed)
    id_number: Mapped[str] = mapped_column(Sealed)
    mobile: Mapped[str] = mapped_column(Sealed)
    bank: Mapped[str] = mapped_column(Sealed)
    account: Mapped[str] = mapped_column(Sealed)
