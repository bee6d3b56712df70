"""How long the last cases of a kind took is read from an index"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_clock_met", "clock", ["rule_id", "met_at"], postgresql_where="met_at IS NOT NULL")


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_clock_met", table_name="clock")
