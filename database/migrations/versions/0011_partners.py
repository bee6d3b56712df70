"""Partners with their keys, what they report and what they are told"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)


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
    op.create_table(
        "partner",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        *_revised(),
        sa.CheckConstraint("name <> ''", name=op.f("ck_partner_has_name")),
        sa.PrimaryKeyConstraint("id", name="pk_partner"),
        sa.UniqueConstraint("name", name="uq_partner_name"),
    )
    op.create_index("ix_partner_region", "partner", ["region_code", "id"])
    op.create_table(
        "api_key",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("region_codes", _JSON, nullable=False),
        sa.Column("interfaces", _JSON, nullable=False),
        sa.Column("requests_per_minute", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("last_used_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_key_expires_after_made")),
        sa.CheckConstraint("region_codes <> '[]' AND interfaces <> '[]'", name=op.f("ck_api_key_opens_something")),
        sa.CheckConstraint("requests_per_minute BETWEEN 1 AND 600", name=op.f("ck_api_key_throttled")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_api_key_partner_id"),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["api_key.id"], name="fk_api_key_replaced_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("secret_hash", name="uq_api_key_secret_hash"),
    )
    op.create_index("ix_api_key_partner", "api_key", ["partner_id", "id"])
    op.create_table(
        "partner_request",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_notes", sa.Text(), nullable=False),
        *_revised(),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_partner_request_status_known")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name="fk_partner_request_hazard_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_partner_request_partner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partner_request"),
    )
    op.create_index(
        "ix_partner_request_token", "partner_request", ["partner_id", "token"], unique=True, postgresql_where="token IS NOT NULL"
    )
    op.create_index("ix_partner_request_hazard", "partner_request", ["hazard_id"], unique=True)
    op.create_index("ix_partner_request_created", "partner_request", ["partner_id", "created_at", "id"])
    op.create_table(
        "webhook",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("event_types", _JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", _MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", _MOMENT, nullable=True),
        sa.Column("rests_until", _MOMENT, nullable=True),
        sa.Column("paused_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint("state IN ('ACTIVE', 'PAUSED', 'ENDED')", name=op.f("ck_webhook_state_known")),
        sa.CheckConstraint("(state = 'PAUSED') = (paused_at IS NOT NULL)", name=op.f("ck_webhook_paused_since")),
        sa.CheckConstraint("event_types <> '[]'", name=op.f("ck_webhook_wants_something")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_webhook_partner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook"),
    )
    op.create_index("ix_webhook_partner", "webhook", ["partner_id", "id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("payload", _JSON, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", _MOMENT, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dead')", name=op.f("ck_webhook_delivery_state_known")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name="fk_webhook_delivery_webhook_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_delivery"),
        sa.UniqueConstraint("webhook_id", "event_id", name="uq_webhook_delivery_webhook_id_event_id"),
    )
    op.create_index("ix_webhook_delivery_webhook", "webhook_delivery", ["webhook_id", "id"])
    op.create_index(
        "ix_webhook_delivery_due", "webhook_delivery", ["not_before", "id"], postgresql_where="state IN ('waiting', 'sending')"
    )
    op.create_index("ix_webhook_delivery_created", "webhook_delivery", ["created_at"])


def downgrade() -> None:
    """Take back."""
    for table in ("webhook_delivery", "webhook", "partner_request", "api_key", "partner"):
        op.drop_table(table)
