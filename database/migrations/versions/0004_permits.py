"""Enterprises apply for the check before opening; papers have names and remedies; clocks can stand still"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_OPEN = "met_at IS NULL AND cancelled_at IS NULL"
_STATES = (
    "DRAFT", "DISCARDED", "SUBMITTED", "CORRECTION_REQUIRED", "NOT_NEEDED", "NOT_COMPETENT", "ABANDONED", "WITHDRAWN", "ACCEPTED",
    "INSPECTED", "REFUSED", "VERIFY_PENDING", "VERIFY_DEFERRED", "VERIFY_FAILED", "RECHECK", "RECHECK_FAILED", "REVOCATION_TOLD",
    "ACTIVE", "REVOKED", "CANCELLED", "RETRACTED",
)  # fmt: skip


def _revised() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    ]


def upgrade() -> None:
    """Apply."""
    op.add_column("clock", sa.Column("paused_at", _MOMENT, nullable=True))
    op.add_column("clock", sa.Column("pauses", _JSON, server_default="[]", nullable=False))
    op.drop_index("ix_clock_open_due", table_name="clock")
    op.create_index("ix_clock_open_due", "clock", ["due_at", "id"], postgresql_where=f"{_OPEN} AND paused_at IS NULL")

    op.add_column("number_pattern", sa.Column("label", sa.Text(), server_default="", nullable=False))
    op.add_column("number_pattern", sa.Column("remedies", sa.Text(), server_default="", nullable=False))
    for paper, label in (("handover", "火灾隐患移送函"), ("order", "责令改正通知书")):
        op.execute(sa.text("UPDATE number_pattern SET label = :label WHERE paper = :paper").bindparams(label=label, paper=paper))
    op.alter_column("number_pattern", "label", server_default=None)

    op.execute("CREATE SEQUENCE permit_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "commitment_text",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("edition", name="pk_commitment_text"),
    )
    op.create_table(
        "permit",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("form", _JSON, nullable=False),
        sa.Column("contact_name", sa.LargeBinary(), nullable=True),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=True),
        sa.Column("materials", _JSON, nullable=False),
        sa.Column("commitment", _JSON, nullable=True),
        sa.Column("received_at", _MOMENT, nullable=True),
        sa.Column("accepted_at", _MOMENT, nullable=True),
        sa.Column("is_deemed_accepted", sa.Boolean(), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("corrections", _JSON, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decision", _JSON, nullable=True),
        sa.Column("officer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("pending_act", _JSON, nullable=True),
        sa.Column("finding", _JSON, nullable=True),
        sa.Column("orders", _JSON, nullable=False),
        sa.Column("fix_due_on", sa.Date(), nullable=True),
        sa.Column("paused", _JSON, nullable=True),
        sa.Column("revocation", _JSON, nullable=True),
        sa.Column("licence_id", sa.Uuid(), nullable=True),
        sa.Column("documents", _JSON, nullable=False),
        sa.Column("banned_until", sa.Date(), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("off_devices_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_permit_state_known")),
        sa.CheckConstraint("route IN ('COMMITMENT', 'ORDINARY')", name=op.f("ck_permit_route_known")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'DISCARDED') OR received_at IS NOT NULL", name=op.f("ck_permit_what_is_submitted_was_received")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_permit_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_permit"),
        sa.UniqueConstraint("number", name="uq_permit_number"),
    )
    op.create_index("ix_permit_region", "permit", ["region_code", "state", "id"])
    op.create_index("ix_permit_unit_id", "permit", ["unit_id"])
    op.create_index("ix_permit_officers", "permit", ["officer_ids"], postgresql_using="gin")
    op.create_index("ix_permit_closed", "permit", ["closed_at"], postgresql_where="off_devices_at IS NULL")
    op.create_index("ix_permit_banned", "permit", ["unit_id"], postgresql_where="banned_until IS NOT NULL")
    op.create_table(
        "licence",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("permit_id", sa.Uuid(), nullable=True),
        *_revised(),
        sa.CheckConstraint("kind IN ('OPINION', 'LEGACY')", name=op.f("ck_licence_kind_known")),
        sa.CheckConstraint(
            "status IN ('VALID', 'CHANGED', 'REVOKED', 'CANCELLED', 'RETRACTED')", name=op.f("ck_licence_status_known")
        ),
        sa.ForeignKeyConstraint(["permit_id"], ["permit.id"], name="fk_licence_permit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_licence"),
        sa.UniqueConstraint("number", name="uq_licence_number"),
        sa.UniqueConstraint("token", name="uq_licence_token"),
    )
    op.create_index("ix_licence_issued", "licence", ["issued_on", "id"])
    op.create_index("ix_licence_region", "licence", ["region_code", "issued_on", "id"])
    op.create_index("ix_licence_unit", "licence", ["unit_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("licence")
    op.drop_table("permit")
    op.drop_table("commitment_text")
    op.execute("DROP SEQUENCE permit_serial")
    op.drop_column("number_pattern", "remedies")
    op.drop_column("number_pattern", "label")
    op.drop_index("ix_clock_open_due", table_name="clock")
    op.drop_column("clock", "pauses")
    op.drop_column("clock", "paused_at")
    op.create_index("ix_clock_open_due", "clock", ["due_at", "id"], postgresql_where=_OPEN)
