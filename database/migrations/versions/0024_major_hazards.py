"""Major fire hazards, from suspicion until they are struck off"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_STATES = (
    "('SUSPECTED', 'EXPERT_REVIEW', 'DETERMINED', 'REPORTED', 'SUPERVISED', 'RECTIFYING', 'RECHECK_PENDING', 'OVERDUE', "
    "'RECHECKED', 'CANCELLED_RECORD', 'NOT_MAJOR', 'WITHDRAWN')"
)


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE major_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "major",
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("number", "state", "region_code", "unit_name", "place", "facts")
        ],
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("standard", "demand")],
        sa.Column("notice_no", sa.Text(), nullable=True),
        *[sa.Column(name, sa.Uuid(), nullable=True) for name in ("hazard_id", "inspection_id", "unit_id", "told_unit_id")],
        sa.Column("org_id", sa.Uuid(), nullable=False),
        *[sa.Column(name, postgresql.ARRAY(sa.Uuid()), nullable=False) for name in ("officer_ids", "photo_ids")],
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        *[sa.Column(name, _JSON, nullable=False) for name in ("criteria", "progress")],
        *[sa.Column(name, _JSON, nullable=True) for name in ("experts", "review", "study", "served", "report", "supervision")],
        *[sa.Column(name, _JSON, nullable=True) for name in ("request", "finding", "extended", "ending", "pending_act")],
        sa.Column("awaits_recheck", sa.Boolean(), nullable=False),
        *[sa.Column(name, _MOMENT, nullable=True) for name in ("due_at", "closed_at", "off_devices_at")],
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_major_state_known")),
        sa.CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name=op.f("ck_major_comes_of_one")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name="fk_major_hazard_id"),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_major_inspection_id"),
        sa.PrimaryKeyConstraint("id", name="pk_major"),
        sa.UniqueConstraint("number", name="uq_major_number"),
    )
    op.create_index("ix_major_hazard_id", "major", ["hazard_id"])
    op.create_index("ix_major_inspection_id", "major", ["inspection_id"])
    op.create_index("ix_major_region", "major", ["region_code", "state", "id"])
    op.create_index("ix_major_officers", "major", ["officer_ids"], postgresql_using="gin")
    op.create_index("ix_major_unit", "major", ["unit_id"])
    op.create_index("ix_major_told", "major", ["told_unit_id"])
    op.create_index("ix_major_closed", "major", ["closed_at"], postgresql_where="off_devices_at IS NULL")


def downgrade() -> None:
    """Take back: the cases go with their clocks and items. Papers and photos stay where they are stored."""
    op.execute("DELETE FROM task WHERE subject_type = 'major'")
    op.execute("DELETE FROM clock WHERE entity_type = 'major'")
    op.drop_table("major")
    op.execute("DROP SEQUENCE major_serial")
