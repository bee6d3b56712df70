"""What a device still has is kept by queue: two people on one phone do not overwrite each other"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.drop_index("ix_sync_device_pending", table_name="sync_device")
    op.add_column("sync_queue", sa.Column("pending", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("sync_queue", sa.Column("oldest_pending_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("sync_device", "pending")
    op.drop_column("sync_device", "oldest_pending_at")
    op.create_index("ix_sync_queue_pending", "sync_queue", ["oldest_pending_at"], postgresql_where="pending > 0")


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_sync_queue_pending", table_name="sync_queue")
    op.add_column("sync_device", sa.Column("pending", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("sync_device", "pending", server_default=None)
    op.add_column("sync_device", sa.Column("oldest_pending_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("sync_queue", "oldest_pending_at")
    op.drop_column("sync_queue", "pending")
    op.create_index(
        "ix_sync_device_pending", "sync_device", ["oldest_pending_at"], postgresql_where="oldest_pending_at IS NOT NULL"
    )
