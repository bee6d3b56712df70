"""Sealed places and orders to stop, with their decisions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_STATES = (
    "('OPEN', 'PROPOSED', 'PROVISIONAL', 'DECIDED', 'SEALED', 'UNSEAL_APPLIED', 'UNSEAL_CHECKED', 'EXPIRED', 'SUSPENDED', "
    "'NOT_STOPPED', 'URGED', 'STOPPED', 'RESUME_APPLIED', 'RESUME_CHECKED', 'UNSEALED', 'RESUMED', 'DROPPED')"
)


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE measure_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "measure",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hazard_id", sa.Uuid(), nullable=True),
        sa.Column("inspection_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("officer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("told_unit_id", sa.Uuid(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("danger", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("approval", _JSON, nullable=True),
        sa.Column("sealed_at", _MOMENT, nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("is_extended", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("execute_by", sa.Date(), nullable=True),
        sa.Column("case_no", sa.Text(), nullable=True),
        *[
            sa.Column(name, _JSON, nullable=True)
            for name in ("decision", "served", "stopped", "request", "finding", "pending_act")
        ],
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("off_devices_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_measure_state_known")),
        sa.CheckConstraint("kind IN ('SEAL', 'SUSPEND')", name=op.f("ck_measure_kind_known")),
        sa.CheckConstraint("scope IN ('BUSINESS', 'USE', 'CONSTRUCTION')", name=op.f("ck_measure_scope_known")),
        sa.CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name=op.f("ck_measure_comes_of_one")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name="fk_measure_hazard_id"),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_measure_inspection_id"),
        sa.PrimaryKeyConstraint("id", name="pk_measure"),
        sa.UniqueConstraint("number", name="uq_measure_number"),
    )
    op.create_index("ix_measure_hazard_id", "measure", ["hazard_id"])
    op.create_index("ix_measure_inspection_id", "measure", ["inspection_id"])
    op.create_index("ix_measure_region", "measure", ["region_code", "state", "id"])
    op.create_index("ix_measure_officers", "measure", ["officer_ids"], postgresql_using="gin")
    op.create_index("ix_measure_unit", "measure", ["unit_id"])
    op.create_index("ix_measure_told", "measure", ["told_unit_id"])
    op.create_index("ix_measure_closed", "measure", ["closed_at"], postgresql_where="off_devices_at IS NULL")


def downgrade() -> None:
    """Take back."""
    op.drop_table("measure")
    op.execute("DROP SEQUENCE measure_serial")
