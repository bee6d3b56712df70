"""Inspections of units; papers as they were served, and the numbers that devices are lent for them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_STATES = "('ASSIGNED', 'IN_PROGRESS', 'NO_PROBLEM', 'FIXED_ON_SITE', 'RECTIFYING', 'RECTIFIED', 'CASE_FILED', 'CANCELLED')"
_CATEGORIES = (
    "('KEY_UNIT', 'HIGH_RISK_UNIT', 'GENERAL_UNIT', 'SMALL_PLACE', 'RESIDENTIAL', 'PASTORAL_SETTLEMENT', 'CONSTRUCTION_SITE')"
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "paper_template",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["paper"], ["number_pattern.paper"], name="fk_paper_template_paper"),
        sa.PrimaryKeyConstraint("paper", "edition", name="pk_paper_template"),
    )
    op.create_table(
        "paper",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("served", _JSON, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_paper_digest_whole")),
        sa.PrimaryKeyConstraint("id", name="pk_paper"),
        sa.UniqueConstraint("number", name="uq_paper_number"),
    )
    op.create_index("ix_paper_case", "paper", ["entity_type", "entity_id", "id"])
    op.create_table(
        "number_block",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("office_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=True),
        sa.Column("numbers", _JSON, nullable=False),
        sa.Column("settled_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_number_block"),
    )
    op.create_index("ix_number_block_person", "number_block", ["person_id", "id"])
    op.create_index("ix_number_block_office", "number_block", ["org_id", "id"])
    op.execute("CREATE SEQUENCE inspection_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "checklist",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("items", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("code", "edition", name="pk_checklist"),
    )
    op.create_table(
        "inspection_cap",
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint(f"category IN {_CATEGORIES}", name=op.f("ck_inspection_cap_category_known")),
        sa.CheckConstraint("most BETWEEN 0 AND 100", name=op.f("ck_inspection_cap_most_sensible")),
        sa.PrimaryKeyConstraint("category", name="pk_inspection_cap"),
    )
    op.create_table(
        "inspection",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("told_unit_id", sa.Uuid(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("planned_by", sa.Uuid(), nullable=False),
        sa.Column("checklist", _JSON, nullable=False),
        sa.Column("officer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("recusals", _JSON, nullable=False),
        sa.Column("arrival", _JSON, nullable=True),
        sa.Column("pending_act", _JSON, nullable=True),
        sa.Column("finding", _JSON, nullable=True),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("off_devices_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_inspection_state_known")),
        sa.CheckConstraint("kind IN ('SPOT_CHECK', 'EVENT_CHECK', 'OTHER')", name=op.f("ck_inspection_kind_known")),
        sa.CheckConstraint("notice IN ('BEFORE', 'ON_ARRIVAL')", name=op.f("ck_inspection_notice_known")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_inspection_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection"),
        sa.UniqueConstraint("number", name="uq_inspection_number"),
    )
    op.create_index("ix_inspection_region", "inspection", ["region_code", "state", "id"])
    op.create_index("ix_inspection_officers", "inspection", ["officer_ids"], postgresql_using="gin")
    op.create_index("ix_inspection_unit", "inspection", ["unit_id", "planned_on"])
    op.create_index("ix_inspection_told", "inspection", ["told_unit_id"])
    op.create_index("ix_inspection_closed", "inspection", ["closed_at"], postgresql_where="off_devices_at IS NULL")
    op.alter_column("rectification", "hazard_id", nullable=True)
    op.add_column("rectification", sa.Column("inspection_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_rectification_inspection_id", "rectification", "inspection", ["inspection_id"], ["id"])
    op.create_index("ix_rectification_inspection_id", "rectification", ["inspection_id"])
    op.create_check_constraint(
        op.f("ck_rectification_comes_of_one"), "rectification", "(hazard_id IS NULL) <> (inspection_id IS NULL)"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_constraint(op.f("ck_rectification_comes_of_one"), "rectification")
    op.drop_column("rectification", "inspection_id")
    op.alter_column("rectification", "hazard_id", nullable=False)
    for table in ("inspection", "inspection_cap", "checklist"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE inspection_serial")
    op.drop_table("number_block")
    op.drop_table("paper")
    op.drop_table("paper_template")
