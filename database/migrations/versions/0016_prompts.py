"""即知即改: a place is told of what it can put right before anybody checks"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_BEFORE = "'ORDERED', 'RECTIFYING', 'RECHECK_PENDING', 'RECTIFIED', 'OVERDUE_NOT_FIXED', 'CASE_FILED', 'TRANSFERRED', 'CANCELLED'"


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE prompt_serial CYCLE MAXVALUE 999999")
    op.add_column("hazard", sa.Column("prompt_id", sa.Uuid(), nullable=True))
    _allow(f"{_BEFORE}, 'PROMPTED', 'PROMPT_ANSWERED', 'PROMPT_ENDED', 'PROMPT_WITHDRAWN'", "'IMMEDIATE', 'DEADLINE', 'PROMPT'")


def downgrade() -> None:
    """Undo: what places were told is no order, and goes; their photos stay stored, and devices that had a card start anew."""
    op.execute("DELETE FROM task WHERE subject_id IN (SELECT id FROM rectification WHERE kind = 'PROMPT')")
    op.execute("DELETE FROM rectification WHERE kind = 'PROMPT'")
    _allow(_BEFORE, "'IMMEDIATE', 'DEADLINE'")
    op.drop_column("hazard", "prompt_id")
    op.execute("DROP SEQUENCE prompt_serial")


def _allow(states: str, kinds: str) -> None:
    for name, values in (("state", states), ("kind", kinds)):
        op.drop_constraint(op.f(f"ck_rectification_{name}_known"), "rectification")
        op.create_check_constraint(op.f(f"ck_rectification_{name}_known"), "rectification", f"{name} IN ({values})")
