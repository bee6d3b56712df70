"""The deadline registry is edited by people: its rows have an id, a revision and a chain of events, and a code beside them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CATEGORY_RULE = "fk_hazard_category_clock_rule_id"


def upgrade() -> None:
    """Apply."""
    op.drop_constraint(_CATEGORY_RULE, "hazard_category", type_="foreignkey")
    op.drop_constraint("pk_clock_rule", "clock_rule", type_="primary")
    op.alter_column("clock_rule", "id", new_column_name="code")
    json = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
    op.add_column("clock_rule", sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False))
    op.add_column("clock_rule", sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False))
    for name in ("created_at", "updated_at"):
        moment = sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
        op.add_column("clock_rule", moment)
    for name in ("id", "revision", "created_at", "updated_at"):  # the defaults were for the rows that there are
        op.alter_column("clock_rule", name, server_default=None)
    op.add_column("clock_rule", sa.Column("stamps", json, server_default="{}", nullable=False))
    op.add_column("clock_rule", sa.Column("event_hash", sa.LargeBinary(), nullable=True))
    op.create_primary_key("pk_clock_rule", "clock_rule", ["id"])
    op.create_unique_constraint("uq_clock_rule_code", "clock_rule", ["code"])
    op.create_foreign_key(_CATEGORY_RULE, "hazard_category", "clock_rule", ["clock_rule_id"], ["code"])


def downgrade() -> None:
    """Take back."""
    op.drop_constraint(_CATEGORY_RULE, "hazard_category", type_="foreignkey")
    op.drop_constraint("uq_clock_rule_code", "clock_rule", type_="unique")
    op.drop_constraint("pk_clock_rule", "clock_rule", type_="primary")
    for name in ("id", "revision", "created_at", "updated_at", "stamps", "event_hash"):
        op.drop_column("clock_rule", name)
    op.alter_column("clock_rule", "code", new_column_name="id")
    op.create_primary_key("pk_clock_rule", "clock_rule", ["id"])
    op.create_foreign_key(_CATEGORY_RULE, "hazard_category", "clock_rule", ["clock_rule_id"], ["id"])
