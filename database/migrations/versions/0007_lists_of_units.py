"""Units come in by lists, each row told of; what a source last said of a unit is kept"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_OUTCOMES = ("CREATED", "UPDATED", "UNCHANGED", "DIFFERS", "REFUSED")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_unit_name", "unit", ["region_code", "name"])
    op.create_table(
        "unit_import",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("prefer", sa.Text(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint("source IN ('UPLOAD', 'PLATFORM')", name=op.f("ck_unit_import_source_known")),
        sa.CheckConstraint("state IN ('WAITING', 'DONE')", name=op.f("ck_unit_import_state_known")),
        sa.CheckConstraint("prefer IN ('REGISTER', 'FILE')", name=op.f("ck_unit_import_preference_known")),
        sa.PrimaryKeyConstraint("id", name="pk_unit_import"),
    )
    op.create_index("ix_unit_import_waiting", "unit_import", ["id"], postgresql_where="state = 'WAITING'")
    op.create_index("ix_unit_import_author", "unit_import", ["created_by", "id"])
    op.create_table(
        "unit_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cells", _JSON, nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("notes", _JSON, nullable=False),
        sa.CheckConstraint(f"outcome IN {_OUTCOMES}", name=op.f("ck_unit_import_row_outcome_known")),
        sa.ForeignKeyConstraint(["import_id"], ["unit_import.id"], name="fk_unit_import_row_import_id"),
        sa.PrimaryKeyConstraint("import_id", "line", name="pk_unit_import_row"),
    )
    op.create_index("ix_unit_import_row_key", "unit_import_row", ["import_id", "key"])
    op.create_index("ix_unit_import_row_waiting", "unit_import_row", ["import_id", "line"], postgresql_where="outcome IS NULL")
    op.create_table(
        "unit_source",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("said", _JSON, nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_unit_source_unit_id"),
        sa.ForeignKeyConstraint(["import_id"], ["unit_import.id"], name="fk_unit_source_import_id"),
        sa.PrimaryKeyConstraint("source", "key", name="pk_unit_source"),
    )
    op.create_index("ix_unit_source_unit", "unit_source", ["unit_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("unit_source")
    op.drop_table("unit_import_row")
    op.drop_table("unit_import")
    op.drop_index("ix_unit_name", table_name="unit")
