"""Orders of the hotline and of the window, with their results"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "external_order",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=True),
        sa.Column("reply_by", _MOMENT, nullable=True),
        sa.Column("hazard_id", sa.Uuid(), nullable=True),
        sa.Column("cells", sa.LargeBinary(), nullable=True),
        sa.Column("notes", _JSON, nullable=False),
        sa.Column("result", _JSON, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", _MOMENT, nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint("source IN ('12345', '96119', 'WINDOW')", name=op.f("ck_external_order_source_known")),
        sa.CheckConstraint("state IN ('HELD', 'OPEN', 'RETURNED', 'ANSWERED')", name=op.f("ck_external_order_state_known")),
        sa.CheckConstraint(
            "hazard_id IS NOT NULL OR state IN ('HELD', 'RETURNED')", name=op.f("ck_external_order_case_unless_held")
        ),
        sa.CheckConstraint("state <> 'HELD' OR hazard_id IS NULL", name=op.f("ck_external_order_held_without_case")),
        sa.CheckConstraint(
            "(state IN ('RETURNED', 'ANSWERED')) = (result IS NOT NULL)", name=op.f("ck_external_order_ended_with_result")
        ),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name="fk_external_order_hazard_id"),
        sa.PrimaryKeyConstraint("id", name="pk_external_order"),
    )
    op.create_index("ix_external_order_number", "external_order", ["source", "number"], unique=True)
    op.create_index("ix_external_order_hazard", "external_order", ["hazard_id"], unique=True)
    op.create_index("ix_external_order_region", "external_order", ["region_code", "id"])
    op.create_index(
        "ix_external_order_unsent", "external_order", ["source", "id"], postgresql_where="result IS NOT NULL AND sent_at IS NULL"
    )
    op.create_table(
        "intake_cursor",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("visited_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_intake_cursor"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("intake_cursor")
    op.drop_table("external_order")
