"""Messages to reporters, rewards with their policies, and the unsealing of who reported"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_BEFORE = (
    "'ANALYST', 'AUDITOR', 'COMMANDER', 'CONTENT_EDITOR', 'DEPT_HANDLER', 'DISPATCHER', 'EXPERT'{more}, 'FIREFIGHTER', "
    "'FIRE_OFFICER', 'GRID_WORKER', 'HOTLINE_CLERK', 'INTAKE_CLERK', 'LEGAL_REVIEWER', 'PERMIT_APPROVER', 'PERMIT_CLERK', "
    "'RECEIVER_CLERK', 'SEC_ADMIN', 'SUPERVISOR', 'SYS_ADMIN', 'TOWN_OFFICER', 'UNIT_LEADER'"
)


def upgrade() -> None:
    """Apply."""
    _know_roles(", 'FINANCE_CLERK'")
    op.add_column("hazard", sa.Column("wish_reward", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.alter_column("hazard", "wish_reward", server_default=None)
    op.add_column("hazard", sa.Column("reward_until", _MOMENT, nullable=True))
    _messages()
    _policies()
    _claims()
    _unsealings()


def _know_roles(more: str) -> None:
    op.drop_constraint("ck_role_grant_role_known", "role_grant")
    op.create_check_constraint(op.f("ck_role_grant_role_known"), "role_grant", f"role IN ({_BEFORE.format(more=more)})")


def _messages() -> None:
    op.create_table(
        "hazard_message",
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=False),
        sa.Column("read_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('OFFICE', 'REPORTER')", name=op.f("ck_hazard_message_side_known")),
        sa.CheckConstraint("(side = 'OFFICE') = (author_id IS NOT NULL)", name=op.f("ck_hazard_message_reporters_are_not_named")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_hazard_message_hazard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard_message")),
    )
    op.create_index("ix_hazard_message_hazard", "hazard_message", ["hazard_id", "sent_at", "id"])


def _policies() -> None:
    op.create_table(
        "reward_policy",
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("least_fen", sa.BigInteger(), nullable=True),
        sa.Column("most_fen", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        *_revised(),
        sa.CheckConstraint("state IN ('PENDING', 'IN_FORCE', 'ENDED')", name=op.f("ck_reward_policy_state_known")),
        sa.CheckConstraint(
            "state <> 'IN_FORCE' OR (least_fen IS NOT NULL AND most_fen IS NOT NULL AND valid_from IS NOT NULL AND source <> '')",
            name=op.f("ck_reward_policy_in_force_is_whole"),
        ),
        sa.CheckConstraint("least_fen >= 0 AND most_fen >= least_fen", name=op.f("ck_reward_policy_amounts_in_order")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_reward_policy_ends_after_start")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_policy")),
    )
    op.create_index("ix_reward_policy_region", "reward_policy", ["region_code", "id"])


def _claims() -> None:
    op.create_table(
        "reward_claim",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("claimant_id", sa.Uuid(), nullable=False),
        sa.Column("merged_numbers", _JSON, nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("proposal", _JSON, nullable=True),
        sa.Column("decision", _JSON, nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("voucher_no", sa.Text(), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("off_devices_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint(
            "state IN ('CLAIMED', 'PROPOSED', 'APPROVED', 'PAID', 'REFUSED', 'WITHDRAWN')",
            name=op.f("ck_reward_claim_state_known"),
        ),
        sa.CheckConstraint("(state = 'PAID') = (voucher_no IS NOT NULL)", name=op.f("ck_reward_claim_paid_with_voucher")),
        sa.CheckConstraint(
            "state NOT IN ('PROPOSED', 'APPROVED', 'PAID') OR amount_fen IS NOT NULL",
            name=op.f("ck_reward_claim_amount_if_proposed"),
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_reward_claim_hazard_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["reward_policy.id"], name=op.f("fk_reward_claim_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reward_claim")),
        sa.UniqueConstraint("code", name=op.f("uq_reward_claim_code")),
    )
    op.create_index("ix_reward_claim_hazard", "reward_claim", ["hazard_id"], unique=True, postgresql_where="state <> 'WITHDRAWN'")
    op.create_index("ix_reward_claim_region", "reward_claim", ["region_code", "id"])
    op.create_index("ix_reward_claim_claimant", "reward_claim", ["claimant_id", "id"])
    op.create_table(
        "reward_payee",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("mobile", sa.LargeBinary(), nullable=False),
        sa.Column("bank", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["reward_claim.id"], name=op.f("fk_reward_payee_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_reward_payee")),
    )


def _unsealings() -> None:
    op.create_table(
        "unsealing",
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("letter_no", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tells_reporter", sa.Boolean(), nullable=False),
        sa.Column("silence_reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("viewable_until", _MOMENT, nullable=True),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("last_viewed_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint("state IN ('REQUESTED', 'APPROVED', 'REFUSED', 'WITHDRAWN')", name=op.f("ck_unsealing_state_known")),
        sa.CheckConstraint(
            "basis IN ('COURT', 'PROCURATORATE', 'POLICE', 'DISCIPLINE', 'PROTECTION')", name=op.f("ck_unsealing_basis_known")
        ),
        sa.CheckConstraint("decided_by <> requested_by OR state = 'WITHDRAWN'", name=op.f("ck_unsealing_two_persons")),
        sa.CheckConstraint("(state = 'APPROVED') = (viewable_until IS NOT NULL)", name=op.f("ck_unsealing_approved_for_a_time")),
        sa.CheckConstraint("tells_reporter OR silence_reason <> ''", name=op.f("ck_unsealing_silence_has_a_reason")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_unsealing_hazard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unsealing")),
    )
    op.create_index("ix_unsealing_region", "unsealing", ["region_code", "id"])
    op.create_index("ix_unsealing_hazard", "unsealing", ["hazard_id"])
    op.create_index("uq_unsealing_open", "unsealing", ["hazard_id"], unique=True, postgresql_where="state = 'REQUESTED'")


def _revised() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    ]


def downgrade() -> None:
    """Take back."""
    for table in ("unsealing", "reward_payee", "reward_claim", "reward_policy", "hazard_message"):
        op.drop_table(table)
    op.drop_column("hazard", "reward_until")
    op.drop_column("hazard", "wish_reward")
    _know_roles("")
