"""A place that the register has twice becomes one: units are merged into others; doubles are found by name, address and spot"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_PLAIN = r"lower(regexp_replace(normalize({}, NFKC), '[\s!-/:-@\[-`{{-~\u00b7\u2010-\u205e\u3001-\u3030\u30fb]+', '', 'g'))"
_FOUND_BY = {"ix_unit_plain_name": ["plain_name"], "ix_unit_plain_address": ["plain_address"], "ix_unit_spot": ["lat", "lon"]}


def upgrade() -> None:
    """Apply."""
    op.add_column("unit", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_unit_merged_into", "unit", "unit", ["merged_into"], ["id"])
    op.create_check_constraint(op.f("ck_unit_merged_into_another"), "unit", "merged_into <> id")
    for name in ("name", "address"):
        op.add_column(
            "unit", sa.Column(f"plain_{name}", sa.Text(), sa.Computed(_PLAIN.format(name), persisted=True), nullable=False)
        )
    op.create_index("ix_unit_merged", "unit", ["merged_into"], postgresql_where="merged_into IS NOT NULL")
    for index, columns in _FOUND_BY.items():
        op.create_index(index, "unit", ["region_code", *columns], postgresql_where="merged_into IS NULL")
    op.add_column("unit_source", sa.Column("said_before", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    """Take back: what was merged stands for itself again."""
    op.execute("UPDATE unit_source SET said = said_before WHERE said_before IS NOT NULL")
    op.drop_column("unit_source", "said_before")
    for index in (*_FOUND_BY, "ix_unit_merged"):
        op.drop_index(index, table_name="unit")
    op.drop_column("unit", "plain_address")
    op.drop_column("unit", "plain_name")
    op.drop_constraint(op.f("ck_unit_merged_into_another"), "unit")
    op.drop_constraint("fk_unit_merged_into", "unit")
    op.drop_column("unit", "merged_into")
