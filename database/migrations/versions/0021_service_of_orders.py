"""When an order came to its party"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SERVED = """
    UPDATE rectification SET served_at = (paper.served ->> 'at')::timestamptz
      FROM (SELECT DISTINCT ON (entity_id) entity_id, served FROM paper
             WHERE entity_type = 'rectification' AND paper = 'order' ORDER BY entity_id, id DESC) AS paper
     WHERE paper.entity_id = rectification.id AND paper.served IS NOT NULL
"""


def upgrade() -> None:
    """Apply: what was served on the spot is known, of other orders nothing is on record."""
    op.add_column("rectification", sa.Column("served_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute(_SERVED)


def downgrade() -> None:
    """Take back: clocks of the service go with it; a card that was sorted by one keeps that date until its case moves."""
    op.execute("DELETE FROM clock WHERE rule_id = 'IN-LIM'")
    op.drop_column("rectification", "served_at")
