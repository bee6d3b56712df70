"""What is suspected to be a crime goes to the police"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_MOMENT = sa.TIMESTAMP(timezone=True)
_POLICE = "'DELIVERED', 'FILED', 'DECLINED', 'OBJECTED', 'UPHELD', 'SUPERVISED'"
_STATES = f"('PROPOSED', 'NOT_APPROVED', 'APPROVED', {_POLICE}, 'CLOSED', 'ENDED', 'WITHDRAWN')"


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE SEQUENCE transfer_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "transfer",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hazard_id", sa.Uuid(), nullable=True),
        sa.Column("inspection_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("officer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("proposer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("party", "offence", "facts", "evidence", "items")],
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        *[sa.Column(name, _JSON, nullable=True) for name in ("decision", "delivery", "objection", "supervision", "handed")],
        sa.Column("replies", _JSON, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_transfer_state_known")),
        sa.CheckConstraint("(hazard_id IS NULL) <> (inspection_id IS NULL)", name=op.f("ck_transfer_comes_of_one")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name="fk_transfer_hazard_id"),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_transfer_inspection_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transfer"),
        sa.UniqueConstraint("number", name="uq_transfer_number"),
    )
    op.create_index("ix_transfer_hazard_id", "transfer", ["hazard_id"])
    op.create_index("ix_transfer_inspection_id", "transfer", ["inspection_id"])
    op.create_index("ix_transfer_region", "transfer", ["region_code", "state", "id"])
    op.create_index("ix_transfer_officers", "transfer", ["officer_ids"], postgresql_using="gin")
    op.create_index("ix_transfer_unit", "transfer", ["unit_id"])


def downgrade() -> None:
    """Take back: the transfers go with their clocks. Papers and photos stay where they are stored."""
    op.execute("DELETE FROM task WHERE subject_type = 'transfer'")
    op.execute("DELETE FROM clock WHERE entity_type = 'transfer'")
    op.drop_table("transfer")
    op.execute("DROP SEQUENCE transfer_serial")
