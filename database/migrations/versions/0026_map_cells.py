"""Items of the queue have a place, and are counted by it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply, while the product runs: no row is written. The timetable places what is open already (`rank_queue`)."""
    for name in ("lon", "lat"):
        op.add_column("task", sa.Column(name, sa.Float(), nullable=True), if_not_exists=True)
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # it waits for transactions that are open, and nobody waits for it
        op.drop_index("ix_task_map", table_name="task", if_exists=True, postgresql_concurrently=True)  # broken off before
        op.create_index(
            "ix_task_map", "task", ["region_code", "lon", "lat"], postgresql_include=["subject_type", "due_at"],
            postgresql_where="is_open", postgresql_concurrently=True,
        )  # fmt: skip
        op.execute("SET lock_timeout = '5s'")


def downgrade() -> None:
    """Undo."""
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index("ix_task_map", table_name="task", if_exists=True, postgresql_concurrently=True)
        op.execute("SET lock_timeout = '5s'")
    for name in ("lon", "lat"):
        op.drop_column("task", name, if_exists=True)
