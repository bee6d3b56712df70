"""Rounds of grid workers and self-checks of units; the result of an inspection, published or not"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_BELONGS = (
    "CASE kind WHEN 'GRID_PATROL' THEN patroller_id IS NOT NULL AND town_org_id IS NOT NULL AND own_unit_id IS NULL"
    " ELSE patroller_id IS NULL AND town_org_id IS NULL AND own_unit_id IS NOT NULL AND own_unit_id = unit_id END"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "patrol",
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("number", "kind", "state", "region_code")],
        *[sa.Column(name, sa.Uuid(), nullable=True) for name in ("patroller_id", "town_org_id", "own_unit_id")],
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("walked_by", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("address", _JSON, nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("position", _JSON, nullable=True),
        sa.Column("checked_at", _MOMENT, nullable=False),
        sa.Column("device_at", _MOMENT, nullable=True),
        sa.Column("checklist", _JSON, nullable=False),
        sa.Column("answers", _JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        *[sa.Column(name, _MOMENT, nullable=True) for name in ("due_at", "closed_at", "off_devices_at")],
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint("state IN ('PUTTING_RIGHT', 'DONE')", name=op.f("ck_patrol_state_known")),
        sa.CheckConstraint("kind IN ('GRID_PATROL', 'UNIT_SELF_CHECK')", name=op.f("ck_patrol_kind_known")),
        sa.CheckConstraint(_BELONGS, name=op.f("ck_patrol_belongs_to_one")),
        sa.CheckConstraint("(closed_at IS NULL) = (state = 'PUTTING_RIGHT')", name=op.f("ck_patrol_closed_when_done")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_patrol_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_patrol"),
        sa.UniqueConstraint("number", name="uq_patrol_number"),
    )
    for name, column in (
        ("region", "region_code"), ("unit", "unit_id"), ("own_unit", "own_unit_id"), ("patroller", "patroller_id"),
        ("town", "town_org_id"),
    ):  # fmt: skip
        op.create_index(f"ix_patrol_{name}", "patrol", [column, "id"])
    op.create_index("ix_patrol_closed", "patrol", ["closed_at"], postgresql_where="off_devices_at IS NULL")
    op.execute("CREATE SEQUENCE patrol_serial CYCLE MAXVALUE 999999")
    op.add_column("hazard", sa.Column("patrol_id", sa.Uuid(), nullable=True))
    op.create_index("ix_hazard_patrol", "hazard", ["patrol_id"], postgresql_where="patrol_id IS NOT NULL")
    op.add_column("checklist", sa.Column("rhythm", sa.Text(), server_default="", nullable=False))
    op.add_column("inspection", sa.Column("publication", _JSON, nullable=True))
    op.add_column("inspection", sa.Column("published_at", _MOMENT, nullable=True))
    op.create_index("ix_inspection_published", "inspection", ["published_at", "id"], postgresql_where="published_at IS NOT NULL")


def downgrade() -> None:
    """Take back: clocks of publications go with them, and their items of the queue."""
    op.execute("DELETE FROM clock WHERE rule_id = 'PUB-20WD'")
    op.execute("UPDATE task SET is_open = false WHERE waiting_for = 'publish'")
    op.drop_column("inspection", "published_at")
    op.drop_column("inspection", "publication")
    op.drop_column("checklist", "rhythm")
    op.drop_column("hazard", "patrol_id")
    op.drop_table("patrol")
    op.execute("DROP SEQUENCE patrol_serial")
