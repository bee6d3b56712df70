"""When an order came to its party"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SERVED = """
    UPDATE rectification SET served_at = (
        SELECT (paper.served ->> 'at')::timestamptz FROM paper
         WHERE paper.entity_type = 'rectification' AND paper.entity_id = rectification.id AND paper.paper = 'order'
         ORDER BY paper.id DESC LIMIT 1)
"""


def upgrade() -> None:
    """Apply: what was served on the spot is known, of other orders nothing is on record."""
    op.add_column("rectification", sa.Column("served_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute(_SERVED)


def downgrade() -> None:
    """Take back: clocks of the service go with it."""
    op.execute("DELETE FROM clock WHERE rule_id = 'IN-LIM'")
    op.drop_column("rectification", "served_at")
