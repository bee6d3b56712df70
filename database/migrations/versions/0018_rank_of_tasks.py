"""The queue is sorted by the date less what weighs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_BEFORE = (("ix_task_region_due", ["region_code", "due_at", "id"]), ("ix_task_due", ["due_at", "id"]))
_SINCE = (
    ("ix_task_org_rank", ["org_id", "rank_at", "id"]),
    ("ix_task_region_rank", ["region_code", "rank_at", "id"]),
    ("ix_task_rank", ["rank_at", "id"]),
)


def upgrade() -> None:
    """Apply. Items that are open already are weighed when their case moves next."""
    op.add_column("task", sa.Column("weights", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("task", sa.Column("rank_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE task SET rank_at = due_at")
    op.alter_column("task", "rank_at", nullable=False)
    _exchange(_BEFORE, _SINCE)


def downgrade() -> None:
    """Undo."""
    _exchange(_SINCE, _BEFORE)
    op.drop_column("task", "rank_at")
    op.drop_column("task", "weights")


def _exchange(old: tuple[tuple[str, list[str]], ...], new: tuple[tuple[str, list[str]], ...]) -> None:
    for name, _ in old:
        op.drop_index(name, table_name="task")
    for name, columns in new:
        op.create_index(name, "task", columns, postgresql_where="is_open")
