"""Whoever wants may ask for technical assistance; experts have specialities"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_STATES = (
    "SUBMITTED", "DECLINED", "REDIRECTED", "ACCEPTED", "SCHEDULED", "IN_SERVICE", "ADVICE_ISSUED", "CONFIRMED", "CLOSED", "CANCELLED",
)  # fmt: skip
_KINDS = ("UNIT", "SELF_EMPLOYED", "VILLAGE", "RESIDENT")
_TOPICS = (
    "PERMIT_GUIDE", "DESIGN_CONSULT", "HAZARD_RECTIFY", "FACILITY_USE", "PLAN_DRILL", "TRAINING", "MICRO_STATION", "IOT_ACCESS",
    "PASTORAL", "STANDARD_QA",
)  # fmt: skip
_MODES = ("ONLINE", "VIDEO", "ON_SITE", "CLASS")


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
    op.execute("CREATE SEQUENCE assistance_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "assistance",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("applicant_kind", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("wanted_mode", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("contact_name", sa.LargeBinary(), nullable=False),
        sa.Column("contact_phone", sa.LargeBinary(), nullable=False),
        sa.Column("address", _JSON, nullable=False),
        sa.Column("position", _JSON, nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("preferred_time", sa.Text(), nullable=False),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", _MOMENT, nullable=False),
        sa.Column("accepted_at", _MOMENT, nullable=True),
        sa.Column("decision", _JSON, nullable=True),
        sa.Column("expert_id", sa.Uuid(), nullable=True),
        sa.Column("appointment", _JSON, nullable=True),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("warnings", _JSON, nullable=False),
        sa.Column("advice", _JSON, nullable=True),
        sa.Column("confirmed_at", _MOMENT, nullable=True),
        sa.Column("progress", _JSON, nullable=False),
        sa.Column("rating", _JSON, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=True),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("off_devices_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint(f"state IN {_STATES}", name=op.f("ck_assistance_state_known")),
        sa.CheckConstraint(f"applicant_kind IN {_KINDS}", name=op.f("ck_assistance_kind_known")),
        sa.CheckConstraint(f"topic IN {_TOPICS}", name=op.f("ck_assistance_topic_known")),
        sa.CheckConstraint(f"wanted_mode IN {_MODES}", name=op.f("ck_assistance_mode_known")),
        sa.CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name=op.f("ck_assistance_belongs_to_one")),
        sa.CheckConstraint(
            "state NOT IN ('SCHEDULED', 'IN_SERVICE') OR expert_id IS NOT NULL", name=op.f("ck_assistance_expert_is_named")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_assistance_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assistance"),
        sa.UniqueConstraint("number", name="uq_assistance_number"),
    )
    op.create_index("ix_assistance_region", "assistance", ["region_code", "state", "id"])
    op.create_index("ix_assistance_person", "assistance", ["person_id", "id"])
    op.create_index("ix_assistance_expert", "assistance", ["expert_id", "id"])
    op.create_index("ix_assistance_unit_id", "assistance", ["unit_id"])
    op.create_index("ix_assistance_closed", "assistance", ["closed_at"], postgresql_where="off_devices_at IS NULL")
    op.create_table(
        "expert_profile",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=False),
        *_revised(),
        sa.CheckConstraint(f"topics <@ ARRAY{list(_TOPICS)}::text[]", name=op.f("ck_expert_profile_topics_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_expert_profile_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_expert_profile"),
        sa.UniqueConstraint("person_id", name="uq_expert_profile_person_id"),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("expert_profile")
    op.drop_table("assistance")
    op.execute("DROP SEQUENCE assistance_serial")
