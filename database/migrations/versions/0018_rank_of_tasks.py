"""The queue is sorted by the date less what weighs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_RANK = sa.text("timezone('UTC', timezone('UTC', due_at) - hours_up * interval '1 hour')")
_Indexes = dict[str, list[str | sa.TextClause]]
_BEFORE: _Indexes = {"ix_task_region_due": ["region_code", "due_at", "id"], "ix_task_due": ["due_at", "id"]}
_SINCE: _Indexes = {
    "ix_task_org_rank": ["org_id", _RANK, "id"],
    "ix_task_region_rank": ["region_code", _RANK, "id"],
    "ix_task_rank": [_RANK, "id"],
}


def upgrade() -> None:
    """Apply, while the product runs: no row is written, and processes of the release before go on entering items.

    It may break off between its parts, and then begins anew. The timetable weighs what is open already (`rank_queue`).
    """
    words = postgresql.ARRAY(sa.Text())
    op.add_column("task", sa.Column("ranked_up", words, server_default="{}", nullable=False), if_not_exists=True)
    op.add_column("task", sa.Column("hours_up", sa.BigInteger(), server_default="0", nullable=False), if_not_exists=True)
    _exchange(_BEFORE, _SINCE)


def downgrade() -> None:
    """Undo."""
    _exchange(_SINCE, _BEFORE)
    op.drop_column("task", "hours_up")
    op.drop_column("task", "ranked_up")


def _exchange(old: _Indexes, new: _Indexes) -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # it waits for transactions that are open, and nobody waits for it
        for name in (*new, *old):  # the new ones too: of one that was broken off an invalid index is left
            op.drop_index(name, table_name="task", if_exists=True, postgresql_concurrently=True)
        for name, columns in new.items():
            op.create_index(name, "task", columns, postgresql_where="is_open", postgresql_concurrently=True)
        op.execute("SET lock_timeout = '5s'")
