"""An issue names those whose values a later one took the place of: they see it too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("issue", sa.Column("loser_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    op.create_index("ix_issue_losers", "issue", ["loser_ids"], postgresql_using="gin")


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_issue_losers", table_name="issue")
    op.drop_column("issue", "loser_ids")
