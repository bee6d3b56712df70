"""Where the office means to check sooner than the law wants it; until when a reporter may object"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_RULE = """
    INSERT INTO clock_rule (id, revision, stamps, created_at, updated_at, code, label, n, unit, kind, basis)
    SELECT gen_random_uuid(), 1, '{}', now(), now(), 'HZ-S24', '24小时内核查(服务时限)', 24, 'h', 'sla',
           '平台服务时限:消防车道、门窗障碍、动火、易燃易爆、燃气、烟花爆竹'
     WHERE EXISTS (SELECT FROM hazard_category) ON CONFLICT DO NOTHING
"""
_CATEGORIES = """
    UPDATE hazard_category SET service_rule_id = 'HZ-S24'
     WHERE code IN ('FIRE_LANE_BLOCKED', 'WINDOW_OBSTACLE', 'HOT_WORK', 'FLAMMABLE_GOODS', 'GAS', 'FIREWORKS')
"""
# Those who may object today, and nobody else: of old cases no row is written.
_DIRTY = """
    INSERT INTO sync_dirty (entity_type, entity_id, marked_at)
    SELECT 'hazard', id, now() FROM hazard
     WHERE disputed_at IS NULL AND greatest(told_at, closed_at) > now() - interval '15 days' ON CONFLICT DO NOTHING
"""
_UNTIL = """
    UPDATE hazard SET dispute_until = greatest(told_at, closed_at) + interval '15 days'
     WHERE disputed_at IS NULL AND greatest(told_at, closed_at) > now() - interval '15 days'
"""


def upgrade() -> None:
    """Apply: cases that are under way keep the clock that they have."""
    op.add_column("hazard_category", sa.Column("service_rule_id", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_hazard_category_service_rule_id"), "hazard_category", "clock_rule", ["service_rule_id"], ["code"]
    )
    op.execute(_RULE)
    op.execute(_CATEGORIES)
    op.add_column("hazard", sa.Column("dispute_until", sa.TIMESTAMP(timezone=True), nullable=True))
    op.execute(_DIRTY)
    op.execute(_UNTIL)


def downgrade() -> None:
    """Take back: clocks of the service level and of poor ratings go with it."""
    op.drop_column("hazard", "dispute_until")
    op.drop_column("hazard_category", "service_rule_id")
    op.execute("DELETE FROM clock WHERE rule_id IN ('HZ-S24', 'RATE-FIX')")
    op.execute("UPDATE task SET is_open = false WHERE waiting_for = 'follow_up'")
