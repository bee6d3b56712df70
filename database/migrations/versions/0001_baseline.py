"""Baseline: every table of the first version"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from database import journal

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")  # trusted: the owner of a database may
    op.execute("CREATE SEQUENCE hazard_serial CYCLE MAXVALUE 999999")
    op.create_table(
        "calendar_notice",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("days", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_calendar_notice_year_sensible")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notice")),
        sa.UniqueConstraint("year", name=op.f("uq_calendar_notice_year")),
    )
    op.create_table(
        "clock",
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("reason", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("met_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_clock_met_or_cancelled")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    op.create_index("ix_clock_case", "clock", ["entity_type", "entity_id"], unique=False)
    op.create_index(
        "ix_clock_open_due", "clock", ["due_at", "id"], unique=False, postgresql_where="met_at IS NULL AND cancelled_at IS NULL"
    )
    op.create_table(
        "clock_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('statutory', 'statutory_doc', 'sla')", name=op.f("ck_clock_rule_kind_known")),
        sa.CheckConstraint("unit IN ('h', 'wd', 'd')", name=op.f("ck_clock_rule_unit_known")),
        sa.CheckConstraint("n BETWEEN 0 AND 400", name=op.f("ck_clock_rule_n_sensible")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_rule")),
    )
    op.create_table(
        "delivery",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'unreachable', 'dead')", name=op.f("ck_delivery_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("person_id", "event_id", "channel", name=op.f("uq_delivery_person_id_event_id_channel")),
    )
    op.create_index("ix_delivery_dead", "delivery", ["id"], unique=False, postgresql_where="state = 'dead'")
    op.create_index(
        "ix_delivery_due",
        "delivery",
        ["channel", "not_before", "id"],
        unique=False,
        postgresql_where="state IN ('waiting', 'sending')",
    )
    op.create_table(
        "division",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("code ~ '^15[0-9]{4}$'", name=op.f("ck_division_code_in_region")),
        sa.CheckConstraint("kind IN ('自治区', '盟', '市', '旗', '县', '区')", name=op.f("ck_division_kind_known")),
        sa.CheckConstraint(
            "is_open = (opened_at IS NOT NULL) AND (level = 3 OR NOT is_open)", name=op.f("ck_division_only_banners_open")
        ),
        sa.CheckConstraint(
            "level BETWEEN 1 AND 3 AND (level = 1) = (parent_code IS NULL)", name=op.f("ck_division_level_has_parent")
        ),
        sa.ForeignKeyConstraint(["parent_code"], ["division.code"], name=op.f("fk_division_parent_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sa.UniqueConstraint("code", name=op.f("uq_division_code")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("concerns", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("transaction_id", journal.TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.CheckConstraint("strpos(name, '.') > 1", name=op.f("ck_event_name_has_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_entity", "event", ["entity_type", "entity_id", "id"], unique=False)
    op.create_index("ix_event_transaction", "event", ["transaction_id", "id"], unique=False)
    op.create_table(
        "event_seal",
        sa.Column("no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_xid", sa.BigInteger(), nullable=False),
        sa.Column("to_xid", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(no = 1) = (previous_hash IS NULL)", name=op.f("ck_event_seal_first_has_no_previous")),
        sa.CheckConstraint("count > 0", name=op.f("ck_event_seal_covers_events")),
        sa.CheckConstraint("from_xid < to_xid", name=op.f("ck_event_seal_range_grows")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_event_seal")),
        sa.UniqueConstraint("from_xid", name=op.f("uq_event_seal_from_xid")),
        sa.UniqueConstraint("to_xid", name=op.f("uq_event_seal_to_xid")),
    )
    op.create_table(
        "hazard",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("org_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("officer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("report_mode", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("place_type", sa.Text(), nullable=False),
        sa.Column("unit_uscc", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("position", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("address", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("is_ongoing", sa.Boolean(), nullable=False),
        sa.Column("wish_feedback", sa.Boolean(), nullable=False),
        sa.Column("consent_version", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_devices_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("master_id", sa.Uuid(), nullable=True),
        sa.Column("rejection_reason", sa.Text(), nullable=True),
        sa.Column("precheck", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("pending_act", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("finding", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("case_no", sa.Text(), nullable=True),
        sa.Column("rectification_id", sa.Uuid(), nullable=True),
        sa.Column("handover_id", sa.Uuid(), nullable=True),
        sa.Column("handover_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispute", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rating", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("force_close", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("tracking_hash", sa.LargeBinary(), nullable=True),
        sa.Column("tracking_short_hash", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("description <> '' OR photo_ids <> '{}'", name=op.f("ck_hazard_says_something")),
        sa.CheckConstraint(
            "report_mode IN ('REAL_NAME', 'REAL_NAME_HIDDEN', 'ANONYMOUS')", name=op.f("ck_hazard_report_mode_known")
        ),
        sa.CheckConstraint(
            "state IN ('SUBMITTED', 'EMERGENCY_DIVERTED', 'NOT_ACCEPTED', 'MERGED', 'REGISTERED', 'ASSIGNED', 'VERIFYING', 'VERIFIED_FALSE', 'VERIFIED_FIXED', 'VERIFIED_TRUE', 'HANDED_OVER', 'RECTIFIED', 'REVIEWING', 'CLOSED')",
            name=op.f("ck_hazard_state_known"),
        ),
        sa.CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name=op.f("ck_hazard_on_earth")),
        sa.ForeignKeyConstraint(["master_id"], ["hazard.id"], name=op.f("fk_hazard_master_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard")),
        sa.UniqueConstraint("number", name=op.f("uq_hazard_number")),
    )
    op.create_index("ix_hazard_closed", "hazard", ["closed_at"], unique=False, postgresql_where="off_devices_at IS NULL")
    op.create_index(op.f("ix_hazard_due_at"), "hazard", ["due_at"], unique=False)
    op.create_index("ix_hazard_master", "hazard", ["master_id"], unique=False, postgresql_where="master_id IS NOT NULL")
    op.create_index("ix_hazard_officers", "hazard", ["officer_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_hazard_orgs", "hazard", ["org_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_hazard_place", "hazard", ["lon", "lat"], unique=False, postgresql_where="lon IS NOT NULL")
    op.create_index("ix_hazard_region_state", "hazard", ["region_code", "state", "id"], unique=False)
    op.create_index("ix_hazard_reporter", "hazard", ["reporter_id", "id"], unique=False)
    op.create_index("ix_hazard_tracking", "hazard", ["tracking_hash"], unique=True)
    op.create_table(
        "inbox_item",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event_name", sa.Text(), nullable=False),
        sa.Column("template_key", sa.Text(), nullable=False),
        sa.Column("notice_class", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "notice_class IN ('statutory', 'progress', 'duty', 'content')", name=op.f("ck_inbox_item_class_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_item")),
        sa.UniqueConstraint("person_id", "event_id", name=op.f("uq_inbox_item_person_id_event_id")),
    )
    op.create_index("ix_inbox_item_person", "inbox_item", ["person_id", "id"], unique=False)
    op.create_index("ix_inbox_item_unread", "inbox_item", ["person_id"], unique=False, postgresql_where="read_at IS NULL")
    op.create_table(
        "issue",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_is_staff", sa.Boolean(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mid", sa.Uuid(), nullable=True),
        sa.Column("mutation", sa.Text(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("losing", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("off_devices_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (resolved_by IS NULL)", name=op.f("ck_issue_resolved_by_somebody")),
        sa.CheckConstraint("kind IN ('conflict', 'rejected', 'parked', 'fault', 'reassigned')", name=op.f("ck_issue_kind_known")),
        sa.CheckConstraint("state IN ('open', 'applied', 'discarded')", name=op.f("ck_issue_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
    )
    op.create_index(op.f("ix_issue_author_id"), "issue", ["author_id"], unique=False)
    op.create_index(
        "ix_issue_closed", "issue", ["updated_at"], unique=False, postgresql_where="state <> 'open' AND off_devices_at IS NULL"
    )
    op.create_index("ix_issue_open", "issue", ["region_code", "id"], unique=False, postgresql_where="state = 'open'")
    op.create_index("ix_issue_queue", "issue", ["queue_id", "subject_id"], unique=False, postgresql_where="state = 'open'")
    op.create_index(op.f("ix_issue_subject_id"), "issue", ["subject_id"], unique=False)
    op.create_table(
        "known_key",
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "id", name=op.f("pk_known_key")),
    )
    op.create_table(
        "law",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("doc_no", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("replaces", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("articles", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("verification", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("grams", postgresql.TSVECTOR(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(articles) = 'array'", name=op.f("ck_law_articles_listed")),
        sa.CheckConstraint(
            "level IN ('law', 'administrative_regulation', 'department_rule', 'local_regulation', 'normative_document', 'national_standard', 'industry_standard', 'local_standard')",
            name=op.f("ck_law_level_known"),
        ),
        sa.CheckConstraint("region ~ '^15[0-9]{4}$'", name=op.f("ck_law_region_known")),
        sa.CheckConstraint("status IN ('in_force', 'amended', 'repealed', 'not_yet')", name=op.f("ck_law_status_known")),
        sa.CheckConstraint("verification IN ('full_text', 'public_copy', 'unchecked')", name=op.f("ck_law_verification_known")),
        sa.CheckConstraint("effective_from <= effective_to", name=op.f("ck_law_ends_after_begin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_law")),
        sa.UniqueConstraint("code", name=op.f("uq_law_code")),
    )
    op.create_index("ix_law_grams", "law", ["grams"], unique=False, postgresql_using="gin")
    op.create_table(
        "lesson",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("audience", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("cover_media_id", sa.Uuid(), nullable=True),
        sa.Column("duration_minutes", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(body) = 'array'", name=op.f("ck_lesson_body_listed")),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 600", name=op.f("ck_lesson_duration_sensible")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
    )
    op.create_table(
        "media",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=True),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("refused_reason", sa.Text(), nullable=True),
        sa.Column("declared_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("declared_length_bytes", sa.BigInteger(), nullable=True),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("length_bytes", sa.BigInteger(), nullable=True),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("storage_key", sa.Text(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("position", sa.LargeBinary(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (refused_reason IS NOT NULL)", name=op.f("ck_media_refusal_has_reason")),
        sa.CheckConstraint("role ~ '^[a-z][a-z_]{0,39}$'", name=op.f("ck_media_role_is_a_word")),
        sa.CheckConstraint("state IN ('waiting', 'stored', 'ready', 'refused')", name=op.f("ck_media_state_known")),
        sa.CheckConstraint(
            "state NOT IN ('stored', 'ready') OR (sha256 IS NOT NULL AND length_bytes IS NOT NULL AND content_type IS NOT NULL AND storage_key IS NOT NULL AND stored_at IS NOT NULL)",
            name=op.f("ck_media_stored_is_complete"),
        ),
        sa.CheckConstraint("(entity_type IS NULL) = (entity_id IS NULL)", name=op.f("ck_media_belongs_whole")),
        sa.CheckConstraint("declared_length_bytes > 0 AND length_bytes > 0", name=op.f("ck_media_length_positive")),
        sa.CheckConstraint(
            "octet_length(declared_sha256) = 32 AND octet_length(sha256) = 32", name=op.f("ck_media_digest_is_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index("ix_media_entity", "media", ["entity_type", "entity_id", "id"], unique=False)
    op.create_index("ix_media_owner", "media", ["owner_id", "stored_at"], unique=False)
    op.create_index(
        "ix_media_unattached",
        "media",
        ["stored_at"],
        unique=False,
        postgresql_where="entity_id IS NULL AND storage_key IS NOT NULL",
    )
    op.create_table(
        "message_template",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("notice_class", sa.Text(), nullable=False),
        sa.Column("ignores_quiet_hours", sa.Boolean(), nullable=False),
        sa.Column("is_editable", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "notice_class IN ('statutory', 'progress', 'duty', 'content')", name=op.f("ck_message_template_class_known")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_message_template")),
    )
    op.create_table(
        "notification_preference",
        sa.Column("switched", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "number_pattern",
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.CheckConstraint("pattern LIKE '%{office}%{year}%{n}%'", name=op.f("ck_number_pattern_pattern_tells_papers_apart")),
        sa.PrimaryKeyConstraint("paper", name=op.f("pk_number_pattern")),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_number_series")),
    )
    op.create_table(
        "organisation",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('BATTALION', 'COMMITTEE_OFFICE', 'CORPS', 'DEPARTMENT', 'DETACHMENT', 'POLICE_STATION', 'TOWN', 'UTILITY')",
            name=op.f("ck_organisation_kind_known"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )
    op.create_index(op.f("ix_organisation_parent_id"), "organisation", ["parent_id"], unique=False)
    op.create_index("ix_organisation_region", "organisation", ["region_code", "code"], unique=False)
    op.create_index(
        "uq_organisation_brigade",
        "organisation",
        ["region_code"],
        unique=True,
        postgresql_where="kind IN ('CORPS', 'DETACHMENT', 'BATTALION') AND is_active",
    )
    op.create_index(
        "uq_organisation_committee",
        "organisation",
        ["region_code"],
        unique=True,
        postgresql_where="kind = 'COMMITTEE_OFFICE' AND is_active",
    )
    op.create_table(
        "receipt",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("octet_length(result) <= 4096", name=op.f("ck_receipt_result_is_small")),
        sa.PrimaryKeyConstraint("owner_id", "key", name=op.f("pk_receipt")),
    )
    op.create_table(
        "sms_code",
        sa.Column("phone_index", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("phone_index", name=op.f("pk_sms_code")),
    )
    op.create_table(
        "seal_check",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("next_no", sa.BigInteger(), nullable=False),
        sa.Column("highest_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_check")),
    )
    op.create_table(
        "sync_device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("app_version", sa.Text(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("is_guests", sa.Boolean(), nullable=False),
        sa.Column("skew_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("oldest_pending_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('active', 'wiped')", name=op.f("ck_sync_device_status_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_device")),
    )
    op.create_index(
        "ix_sync_device_pending",
        "sync_device",
        ["oldest_pending_at"],
        unique=False,
        postgresql_where="oldest_pending_at IS NOT NULL",
    )
    op.create_table(
        "sync_meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sync_meta")),
    )
    op.create_table(
        "sync_scope",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("head", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("floor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("live_rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("digest", sa.Numeric(precision=20, scale=0), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_scope")),
        sa.UniqueConstraint("key", name=op.f("uq_sync_scope_key")),
    )
    op.create_table(
        "task",
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("holder_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("signer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("waiting_for", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_to", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("claimed_by IS NULL OR claimed_at IS NOT NULL", name=op.f("ck_task_claim_has_time")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("subject_type", "subject_id", name=op.f("uq_task_subject_type_subject_id")),
    )
    op.create_index("ix_task_claimed", "task", ["claimed_at"], unique=False, postgresql_where="claimed_at IS NOT NULL")
    op.create_index("ix_task_due", "task", ["due_at", "id"], unique=False, postgresql_where="is_open")
    op.create_index("ix_task_escalated", "task", ["escalated_to"], unique=False, postgresql_where="escalated_to IS NOT NULL")
    op.create_index("ix_task_holders", "task", ["holder_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_task_org_due", "task", ["org_id", "due_at", "id"], unique=False, postgresql_where="is_open")
    op.create_index("ix_task_region_due", "task", ["region_code", "due_at", "id"], unique=False, postgresql_where="is_open")
    op.create_index("ix_task_waiting_due", "task", ["waiting_for", "due_at", "id"], unique=False, postgresql_where="is_open")
    op.create_table(
        "throttle",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "track_attempt",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("window_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_track_attempt")),
    )
    op.create_table(
        "unit",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("uscc", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("place_type", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("position", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("legal_person_id", sa.Uuid(), nullable=True),
        sa.Column("manager_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "category IN ('KEY_UNIT', 'HIGH_RISK_UNIT', 'GENERAL_UNIT', 'SMALL_PLACE', 'RESIDENTIAL', 'PASTORAL_SETTLEMENT', 'CONSTRUCTION_SITE')",
            name=op.f("ck_unit_category_known"),
        ),
        sa.CheckConstraint(
            "place_type IN ('HOTEL', 'RESTAURANT', 'MALL', 'MARKET', 'BUS_WAITING', 'FERRY_WAITING', 'AIRPORT_TERMINAL', 'STADIUM', 'HALL', 'ENT_SHOW', 'ENT_DANCE', 'ENT_NIGHTCLUB', 'ENT_GAME', 'ENT_FITNESS', 'ENT_NETBAR', 'HOSPITAL', 'SCHOOL', 'CARE_HOME', 'NURSERY', 'LIBRARY', 'EXHIBITION', 'LABOUR_INTENSIVE', 'TOURIST_SITE', 'RELIGIOUS_SITE', 'SHOP', 'CATERING', 'LODGING', 'ENTERTAINMENT', 'LEISURE', 'MEDICAL_CARE', 'TEACH_OFFICE', 'WORKSHOP_STORAGE', 'FLAMMABLE', 'NEW_BUSINESS', 'OTHER')",
            name=op.f("ck_unit_place_type_known"),
        ),
        sa.CheckConstraint("region_code ~ '^15[0-9]{4}$' AND region_code !~ '00$'", name=op.f("ck_unit_in_a_banner")),
        sa.CheckConstraint(
            "(lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (position IS NULL)", name=op.f("ck_unit_position_whole")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100 AND length(address) <= 200", name=op.f("ck_unit_texts_bounded")),
        sa.CheckConstraint("length(uscc) = 18", name=op.f("ck_unit_uscc_length")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name=op.f("ck_unit_on_earth")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("uscc", name=op.f("uq_unit_uscc")),
    )
    op.create_index("ix_unit_managers", "unit", ["manager_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_unit_region", "unit", ["region_code", "id"], unique=False)
    op.create_table(
        "work_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_work", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_work_day")),
    )
    op.create_table(
        "handover",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("from_org_id", sa.Uuid(), nullable=False),
        sa.Column("to_org_id", sa.Uuid(), nullable=False),
        sa.Column("org_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("letter_no", sa.Text(), nullable=True),
        sa.Column("letter", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("lack_of_competence", sa.Boolean(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_devices_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_sign_overdue", sa.Boolean(), nullable=False),
        sa.Column("returns", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("rejections", sa.Integer(), nullable=False),
        sa.Column("is_decided", sa.Boolean(), nullable=False),
        sa.Column("is_extended", sa.Boolean(), nullable=False),
        sa.Column("progress", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("supervision", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'DISCARDED', 'WITHDRAWN') OR letter_no IS NOT NULL", name=op.f("ck_handover_sent_has_number")
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'DISCARDED', 'SENT', 'RECEIVED', 'ACCEPTED', 'RETURNED', 'ARBITRATION', 'FEEDBACK', 'WITHDRAWN', 'CLOSED')",
            name=op.f("ck_handover_state_known"),
        ),
        sa.CheckConstraint("from_org_id <> to_org_id", name=op.f("ck_handover_between_two_offices")),
        sa.ForeignKeyConstraint(["from_org_id"], ["organisation.id"], name=op.f("fk_handover_from_org_id")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_handover_hazard_id")),
        sa.ForeignKeyConstraint(["to_org_id"], ["organisation.id"], name=op.f("fk_handover_to_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("letter_no", name=op.f("uq_handover_letter_no")),
    )
    op.create_index("ix_handover_closed", "handover", ["closed_at"], unique=False, postgresql_where="off_devices_at IS NULL")
    op.create_index(op.f("ix_handover_hazard_id"), "handover", ["hazard_id"], unique=False)
    op.create_index("ix_handover_orgs", "handover", ["org_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_handover_region", "handover", ["region_code", "state", "id"], unique=False)
    op.create_index(
        "uq_handover_open",
        "handover",
        ["hazard_id"],
        unique=True,
        postgresql_where="state NOT IN ('DISCARDED', 'WITHDRAWN', 'CLOSED')",
    )
    op.create_table(
        "hazard_category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("clock_rule_id", sa.Text(), nullable=False),
        sa.Column("competent_body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["clock_rule_id"], ["clock_rule.id"], name=op.f("fk_hazard_category_clock_rule_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_hazard_category")),
    )
    op.create_table(
        "hazard_reporter",
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("mobile", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_no", sa.LargeBinary(), nullable=True),
        sa.Column("id_no_index", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_hazard_reporter_hazard_id")),
        sa.PrimaryKeyConstraint("hazard_id", name=op.f("pk_hazard_reporter")),
    )
    op.create_index(op.f("ix_hazard_reporter_id_no_index"), "hazard_reporter", ["id_no_index"], unique=False)
    op.create_index(op.f("ix_hazard_reporter_mobile_index"), "hazard_reporter", ["mobile_index"], unique=False)
    op.create_table(
        "media_rendition",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.CheckConstraint("name IN ('1600', '320')", name=op.f("ck_media_rendition_name_known")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_rendition_media_id")),
        sa.PrimaryKeyConstraint("media_id", "name", name=op.f("pk_media_rendition")),
    )
    op.create_table(
        "media_upload",
        sa.Column("media_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("metadata_header", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("length_bytes", sa.BigInteger(), nullable=False),
        sa.Column("offset_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sealed_bytes", sa.BigInteger(), nullable=False),
        sa.Column("writer", sa.Uuid(), nullable=True),
        sa.Column("writer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'finished', 'discarded', 'expired')", name=op.f("ck_media_upload_state_known")),
        sa.CheckConstraint("offset_bytes BETWEEN 0 AND length_bytes", name=op.f("ck_media_upload_offset_inside")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_media_upload_media_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_upload")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_media_upload_token_hash")),
    )
    op.create_index("ix_media_upload_expires", "media_upload", ["expires_at"], unique=False, postgresql_where="state = 'open'")
    op.create_index(op.f("ix_media_upload_media_id"), "media_upload", ["media_id"], unique=False)
    op.create_index("ix_media_upload_owner", "media_upload", ["owner_id"], unique=False, postgresql_where="state = 'open'")
    op.create_index(
        "ix_media_upload_spooled", "media_upload", ["id"], unique=False, postgresql_where="sealed_bytes > 0 AND state <> 'open'"
    )
    op.create_index(
        "uq_media_upload_live", "media_upload", ["media_id"], unique=True, postgresql_where="state IN ('open', 'finished')"
    )
    op.create_table(
        "outbox",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_outbox_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_claim", "outbox", ["not_before", "id"], unique=False, postgresql_where="died_at IS NULL")
    op.create_index("ix_outbox_dead", "outbox", ["died_at"], unique=False, postgresql_where="died_at IS NOT NULL")
    op.create_table(
        "person",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("guest_use", sa.Text(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("subject_index", sa.LargeBinary(), nullable=True),
        sa.Column("auth_level", sa.SmallInteger(), nullable=False),
        sa.Column("staff_name", sa.Text(), nullable=True),
        sa.Column("org_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(kind = 'staff') = (staff_name IS NOT NULL)", name=op.f("ck_person_staff_have_names")),
        sa.CheckConstraint(
            "kind <> 'staff' OR (org_id IS NOT NULL AND region_code IS NOT NULL)", name=op.f("ck_person_staff_have_offices")
        ),
        sa.CheckConstraint("kind IN ('natural', 'staff')", name=op.f("ck_person_kind_known")),
        sa.CheckConstraint(
            "NOT is_guest OR (name IS NULL AND phone IS NULL AND id_number IS NULL AND subject_index IS NULL)",
            name=op.f("ck_person_guests_are_nobody"),
        ),
        sa.CheckConstraint(
            "guest_use IS NULL OR (is_guest AND guest_use IN ('ANONYMOUS', 'NAMED'))", name=op.f("ck_person_guest_use_known")
        ),
        sa.CheckConstraint("auth_level BETWEEN 0 AND 4", name=op.f("ck_person_auth_level_known")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_person_org_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_id_number", "person", ["id_number_index"], unique=False)
    op.create_index(op.f("ix_person_org_id"), "person", ["org_id"], unique=False)
    op.create_index("ix_person_staff", "person", ["region_code", "id"], unique=False, postgresql_where="kind = 'staff'")
    op.create_index("uq_person_phone", "person", ["phone_index"], unique=True, postgresql_where="kind = 'natural'")
    op.create_index("uq_person_subject", "person", ["subject_index"], unique=True)
    op.create_table(
        "rectification",
        sa.Column("order_no", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hazard_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("officer_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("unit_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("items", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("is_extended", sa.Boolean(), nullable=False),
        sa.Column("extension", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("pending_act", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("finding", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("case_no", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_devices_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('IMMEDIATE', 'DEADLINE')", name=op.f("ck_rectification_kind_known")),
        sa.CheckConstraint(
            "state IN ('ORDERED', 'RECTIFYING', 'RECHECK_PENDING', 'RECTIFIED', 'OVERDUE_NOT_FIXED', 'CASE_FILED', 'TRANSFERRED', 'CANCELLED')",
            name=op.f("ck_rectification_state_known"),
        ),
        sa.CheckConstraint("due_on >= ordered_on", name=op.f("ck_rectification_due_after_order")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazard.id"], name=op.f("fk_rectification_hazard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification")),
        sa.UniqueConstraint("order_no", name=op.f("uq_rectification_order_no")),
    )
    op.create_index(
        "ix_rectification_closed", "rectification", ["closed_at"], unique=False, postgresql_where="off_devices_at IS NULL"
    )
    op.create_index(op.f("ix_rectification_hazard_id"), "rectification", ["hazard_id"], unique=False)
    op.create_index("ix_rectification_officers", "rectification", ["officer_ids"], unique=False, postgresql_using="gin")
    op.create_index("ix_rectification_region", "rectification", ["region_code", "state", "id"], unique=False)
    op.create_index(op.f("ix_rectification_unit_id"), "rectification", ["unit_id"], unique=False)
    op.create_table(
        "sync_snapshot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("chunks", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scope_id"], ["sync_scope.id"], name=op.f("fk_sync_snapshot_scope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_snapshot")),
    )
    op.create_index("ix_sync_snapshot_scope", "sync_snapshot", ["scope_id", "made_at"], unique=False)
    op.create_table(
        "sync_dirty",
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entity_type", "entity_id", name=op.f("pk_sync_dirty")),
    )
    op.create_index("ix_sync_dirty_marked", "sync_dirty", ["marked_at", "entity_id"], unique=False)
    op.create_table(
        "rescue",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("length_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescue")),
        sa.UniqueConstraint("owner_id", "sha256", name=op.f("uq_rescue_owner_id_sha256")),
    )
    op.create_table(
        "sync_chunk",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sync_chunk")),
    )
    op.create_table(
        "sync_feed",
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=True),
        sa.Column("gone", sa.Text(), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("gone IN ('deleted', 'left')", name=op.f("ck_sync_feed_gone_known")),
        sa.CheckConstraint("(gone IS NULL) = (hash IS NOT NULL)", name=op.f("ck_sync_feed_living_rows_count")),
        sa.ForeignKeyConstraint(["scope_id"], ["sync_scope.id"], name=op.f("fk_sync_feed_scope_id")),
        sa.PrimaryKeyConstraint("scope_id", "position", name=op.f("pk_sync_feed")),
        sa.UniqueConstraint("entity_type", "entity_id", "scope_id", name=op.f("uq_sync_feed_entity_type_entity_id_scope_id")),
    )
    op.create_index("ix_sync_feed_gone", "sync_feed", ["gone_at"], unique=False, postgresql_where="gone IS NOT NULL")
    op.create_table(
        "sync_queue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=True),
        sa.Column("public_key", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("body_key", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("durable_seq", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["sync_device.id"], name=op.f("fk_sync_queue_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_queue")),
    )
    op.create_index(op.f("ix_sync_queue_device_id"), "sync_queue", ["device_id"], unique=False)
    op.create_index(op.f("ix_sync_queue_owner_id"), "sync_queue", ["owner_id"], unique=False)
    op.create_index(
        "ix_sync_queue_region", "sync_queue", ["region_code"], unique=False, postgresql_where="region_code IS NOT NULL"
    )
    op.create_table(
        "deputy",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_deputy_ends_after_start")),
        sa.CheckConstraint("person_id <> deputy_id", name=op.f("ck_deputy_somebody_else")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_deputy_deputy_id")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_deputy_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deputy_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputy")),
    )
    op.create_index("ix_deputy_deputy", "deputy", ["deputy_id"], unique=False)
    op.create_index("ix_deputy_person", "deputy", ["person_id", "org_id"], unique=False)
    op.create_table(
        "duty_shift",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("org_id"), "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            using="gist",
            name="ex_duty_shift_overlap",
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_duty_shift_ends_after_start")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_duty_shift_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_shift_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_shift")),
    )
    op.create_table(
        "login_session",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("install_seal", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drain_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("auth_level", sa.SmallInteger(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("legal_uscc", sa.Text(), nullable=True),
        sa.Column("refresh_hash", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_generation", sa.BigInteger(), nullable=False),
        sa.Column("refresh_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(state = 'drain') = (drain_until IS NOT NULL)", name=op.f("ck_login_session_drain_ends")),
        sa.CheckConstraint("state IN ('active', 'closed', 'drain')", name=op.f("ck_login_session_state_known")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_login_session_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index("ix_login_session_device", "login_session", ["device_id"], unique=False)
    op.create_index("ix_login_session_person", "login_session", ["person_id", "state"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "role IN ('ANALYST', 'AUDITOR', 'COMMANDER', 'CONTENT_EDITOR', 'DEPT_HANDLER', 'DISPATCHER', 'EXPERT', 'FIREFIGHTER', 'FIRE_OFFICER', 'GRID_WORKER', 'HOTLINE_CLERK', 'INTAKE_CLERK', 'LEGAL_REVIEWER', 'PERMIT_APPROVER', 'PERMIT_CLERK', 'RECEIVER_CLERK', 'SEC_ADMIN', 'SUPERVISOR', 'SYS_ADMIN', 'TOWN_OFFICER', 'UNIT_LEADER')",
            name=op.f("ck_role_grant_role_known"),
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name=op.f("ck_role_grant_valid_until_after_from")),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"], name=op.f("fk_role_grant_org_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_org", "role_grant", ["org_id", "role"], unique=False, postgresql_where="ended_at IS NULL")
    op.create_index("ix_role_grant_person", "role_grant", ["person_id"], unique=False)
    op.create_index(
        "uq_role_grant_administrator",
        "role_grant",
        ["person_id"],
        unique=True,
        postgresql_where="role IN ('AUDITOR', 'SEC_ADMIN', 'SYS_ADMIN') AND ended_at IS NULL",
    )
    op.create_index(
        "uq_role_grant_live",
        "role_grant",
        ["person_id", "role", "org_id", "region_code"],
        unique=True,
        postgresql_where="ended_at IS NULL",
    )
    op.create_table(
        "staff_credential",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staff_credential_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_staff_credential")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_credential_username")),
    )
    op.create_table(
        "sync_hold",
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scopes", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("refills", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["sync_queue.id"], name=op.f("fk_sync_hold_queue_id")),
        sa.PrimaryKeyConstraint("queue_id", name=op.f("pk_sync_hold")),
    )
    op.create_table(
        "sync_mutation",
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mid", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity_type", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('applied', 'merged', 'noop', 'conflict', 'rejected', 'parked')",
            name=op.f("ck_sync_mutation_outcome_known"),
        ),
        sa.CheckConstraint("resolution IN ('applied', 'discarded')", name=op.f("ck_sync_mutation_resolution_known")),
        sa.CheckConstraint("resolution IS NULL OR outcome = 'parked'", name=op.f("ck_sync_mutation_parked_is_resolved")),
        sa.ForeignKeyConstraint(["queue_id"], ["sync_queue.id"], name=op.f("fk_sync_mutation_queue_id")),
        sa.PrimaryKeyConstraint("queue_id", "seq", name=op.f("pk_sync_mutation")),
    )
    op.create_index("ix_sync_mutation_body", "sync_mutation", ["received_at"], unique=False, postgresql_where="body IS NOT NULL")
    op.create_index(
        "ix_sync_mutation_issue", "sync_mutation", ["issue_id"], unique=False, postgresql_where="issue_id IS NOT NULL"
    )
    op.create_index(op.f("ix_sync_mutation_mid"), "sync_mutation", ["mid"], unique=False)
    op.create_index(
        "ix_sync_mutation_parked",
        "sync_mutation",
        ["queue_id", "entity_id"],
        unique=False,
        postgresql_where="outcome = 'parked' AND resolution IS NULL",
    )
    op.create_table(
        "unit_power",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("role <> 'AGENT' OR valid_until IS NOT NULL", name=op.f("ck_unit_power_agents_expire")),
        sa.CheckConstraint("role <> 'AGENT' OR jsonb_array_length(scope) > 0", name=op.f("ck_unit_power_agents_have_scope")),
        sa.CheckConstraint(
            "role IN ('AGENT', 'CONTROL_ROOM_OPERATOR', 'UNIT_MANAGER', 'UNIT_RESPONSIBLE', 'UNIT_STAFF')",
            name=op.f("ck_unit_power_role_known"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_unit_power_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_power_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_power")),
    )
    op.create_index("ix_unit_power_ending", "unit_power", ["valid_until"], unique=False, postgresql_where="ended_at IS NULL")
    op.create_index("ix_unit_power_person", "unit_power", ["person_id"], unique=False)
    op.create_index(
        "uq_unit_power_live", "unit_power", ["unit_id", "person_id", "role"], unique=True, postgresql_where="ended_at IS NULL"
    )
    op.create_index(
        "uq_unit_power_responsible",
        "unit_power",
        ["unit_id"],
        unique=True,
        postgresql_where="role = 'UNIT_RESPONSIBLE' AND ended_at IS NULL",
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME;
        END $$
        """
    )
    for table in ("event", "event_seal"):
        op.execute(
            f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Take back."""
    op.drop_index(
        "uq_unit_power_responsible", table_name="unit_power", postgresql_where="role = 'UNIT_RESPONSIBLE' AND ended_at IS NULL"
    )
    op.drop_index("uq_unit_power_live", table_name="unit_power", postgresql_where="ended_at IS NULL")
    op.drop_index("ix_unit_power_person", table_name="unit_power")
    op.drop_table("unit_power")
    op.drop_index(
        "ix_sync_mutation_parked", table_name="sync_mutation", postgresql_where="outcome = 'parked' AND resolution IS NULL"
    )
    op.drop_index(op.f("ix_sync_mutation_mid"), table_name="sync_mutation")
    op.drop_index("ix_sync_mutation_body", table_name="sync_mutation", postgresql_where="body IS NOT NULL")
    op.drop_index("ix_sync_mutation_issue", table_name="sync_mutation", postgresql_where="issue_id IS NOT NULL")
    op.drop_table("sync_mutation")
    op.drop_table("sync_hold")
    op.drop_table("staff_credential")
    op.drop_index("uq_role_grant_live", table_name="role_grant", postgresql_where="ended_at IS NULL")
    op.drop_index(
        "uq_role_grant_administrator",
        table_name="role_grant",
        postgresql_where="role IN ('AUDITOR', 'SEC_ADMIN', 'SYS_ADMIN') AND ended_at IS NULL",
    )
    op.drop_index("ix_role_grant_person", table_name="role_grant")
    op.drop_index("ix_role_grant_org", table_name="role_grant", postgresql_where="ended_at IS NULL")
    op.drop_table("role_grant")
    op.drop_index("ix_login_session_person", table_name="login_session")
    op.drop_index("ix_login_session_device", table_name="login_session")
    op.drop_table("login_session")
    op.drop_table("duty_shift")
    op.drop_index("ix_deputy_person", table_name="deputy")
    op.drop_index("ix_deputy_deputy", table_name="deputy")
    op.drop_table("deputy")
    op.drop_index("ix_sync_queue_region", table_name="sync_queue", postgresql_where="region_code IS NOT NULL")
    op.drop_index(op.f("ix_sync_queue_owner_id"), table_name="sync_queue")
    op.drop_index(op.f("ix_sync_queue_device_id"), table_name="sync_queue")
    op.drop_table("sync_queue")
    op.drop_table("rescue")
    op.drop_index("ix_sync_dirty_marked", table_name="sync_dirty")
    op.drop_table("sync_dirty")
    op.drop_table("sync_chunk")
    op.drop_index("ix_sync_snapshot_scope", table_name="sync_snapshot")
    op.drop_table("sync_snapshot")
    op.drop_index("ix_sync_feed_gone", table_name="sync_feed", postgresql_where="gone IS NOT NULL")
    op.drop_table("sync_feed")
    op.drop_index(op.f("ix_rectification_unit_id"), table_name="rectification")
    op.drop_index("ix_rectification_region", table_name="rectification")
    op.drop_index("ix_rectification_officers", table_name="rectification", postgresql_using="gin")
    op.drop_index(op.f("ix_rectification_hazard_id"), table_name="rectification")
    op.drop_index("ix_rectification_closed", table_name="rectification", postgresql_where="off_devices_at IS NULL")
    op.drop_table("rectification")
    op.drop_index("uq_person_subject", table_name="person")
    op.drop_index("uq_person_phone", table_name="person", postgresql_where="kind = 'natural'")
    op.drop_index("ix_person_staff", table_name="person", postgresql_where="kind = 'staff'")
    op.drop_index(op.f("ix_person_org_id"), table_name="person")
    op.drop_index("ix_person_id_number", table_name="person")
    op.drop_table("person")
    op.drop_index("ix_outbox_dead", table_name="outbox", postgresql_where="died_at IS NOT NULL")
    op.drop_index("ix_outbox_claim", table_name="outbox", postgresql_where="died_at IS NULL")
    op.drop_table("outbox")
    op.drop_index("uq_media_upload_live", table_name="media_upload", postgresql_where="state IN ('open', 'finished')")
    op.drop_index("ix_media_upload_spooled", table_name="media_upload", postgresql_where="sealed_bytes > 0 AND state <> 'open'")
    op.drop_index("ix_media_upload_owner", table_name="media_upload", postgresql_where="state = 'open'")
    op.drop_index(op.f("ix_media_upload_media_id"), table_name="media_upload")
    op.drop_index("ix_media_upload_expires", table_name="media_upload", postgresql_where="state = 'open'")
    op.drop_table("media_upload")
    op.drop_table("media_rendition")
    op.drop_index(op.f("ix_hazard_reporter_mobile_index"), table_name="hazard_reporter")
    op.drop_index(op.f("ix_hazard_reporter_id_no_index"), table_name="hazard_reporter")
    op.drop_table("hazard_reporter")
    op.drop_table("hazard_category")
    op.drop_index("uq_handover_open", table_name="handover", postgresql_where="state NOT IN ('DISCARDED', 'WITHDRAWN', 'CLOSED')")
    op.drop_index("ix_handover_region", table_name="handover")
    op.drop_index("ix_handover_orgs", table_name="handover", postgresql_using="gin")
    op.drop_index(op.f("ix_handover_hazard_id"), table_name="handover")
    op.drop_index("ix_handover_closed", table_name="handover", postgresql_where="off_devices_at IS NULL")
    op.drop_table("handover")
    op.drop_table("work_day")
    op.drop_index("ix_unit_region", table_name="unit")
    op.drop_index("ix_unit_managers", table_name="unit", postgresql_using="gin")
    op.drop_table("unit")
    op.drop_table("track_attempt")
    op.drop_table("throttle")
    op.drop_index("ix_task_waiting_due", table_name="task", postgresql_where="is_open")
    op.drop_index("ix_task_region_due", table_name="task", postgresql_where="is_open")
    op.drop_index("ix_task_org_due", table_name="task", postgresql_where="is_open")
    op.drop_index("ix_task_holders", table_name="task", postgresql_using="gin")
    op.drop_index("ix_task_escalated", table_name="task", postgresql_where="escalated_to IS NOT NULL")
    op.drop_index("ix_task_due", table_name="task", postgresql_where="is_open")
    op.drop_index("ix_task_claimed", table_name="task", postgresql_where="claimed_at IS NOT NULL")
    op.drop_table("task")
    op.drop_table("sync_scope")
    op.drop_table("sync_meta")
    op.drop_index("ix_sync_device_pending", table_name="sync_device", postgresql_where="oldest_pending_at IS NOT NULL")
    op.drop_table("seal_check")
    op.drop_table("sync_device")
    op.drop_table("sms_code")
    op.drop_table("receipt")
    op.drop_index(
        "uq_organisation_committee", table_name="organisation", postgresql_where="kind = 'COMMITTEE_OFFICE' AND is_active"
    )
    op.drop_index(
        "uq_organisation_brigade",
        table_name="organisation",
        postgresql_where="kind IN ('CORPS', 'DETACHMENT', 'BATTALION') AND is_active",
    )
    op.drop_index("ix_organisation_region", table_name="organisation")
    op.drop_index(op.f("ix_organisation_parent_id"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_table("number_series")
    op.drop_table("number_pattern")
    op.drop_table("notification_preference")
    op.drop_table("message_template")
    op.drop_index("ix_media_unattached", table_name="media", postgresql_where="entity_id IS NULL AND storage_key IS NOT NULL")
    op.drop_index("ix_media_owner", table_name="media")
    op.drop_index("ix_media_entity", table_name="media")
    op.drop_table("media")
    op.drop_table("lesson")
    op.drop_index("ix_law_grams", table_name="law", postgresql_using="gin")
    op.drop_table("law")
    op.drop_table("known_key")
    op.drop_index(op.f("ix_issue_subject_id"), table_name="issue")
    op.drop_index("ix_issue_queue", table_name="issue", postgresql_where="state = 'open'")
    op.drop_index("ix_issue_open", table_name="issue", postgresql_where="state = 'open'")
    op.drop_index("ix_issue_closed", table_name="issue", postgresql_where="state <> 'open' AND off_devices_at IS NULL")
    op.drop_index(op.f("ix_issue_author_id"), table_name="issue")
    op.drop_table("issue")
    op.drop_index("ix_inbox_item_unread", table_name="inbox_item", postgresql_where="read_at IS NULL")
    op.drop_index("ix_inbox_item_person", table_name="inbox_item")
    op.drop_table("inbox_item")
    op.drop_index("ix_hazard_tracking", table_name="hazard")
    op.drop_index("ix_hazard_reporter", table_name="hazard")
    op.drop_index("ix_hazard_region_state", table_name="hazard")
    op.drop_index("ix_hazard_place", table_name="hazard", postgresql_where="lon IS NOT NULL")
    op.drop_index("ix_hazard_orgs", table_name="hazard", postgresql_using="gin")
    op.drop_index("ix_hazard_officers", table_name="hazard", postgresql_using="gin")
    op.drop_index("ix_hazard_master", table_name="hazard", postgresql_where="master_id IS NOT NULL")
    op.drop_index(op.f("ix_hazard_due_at"), table_name="hazard")
    op.drop_index("ix_hazard_closed", table_name="hazard", postgresql_where="off_devices_at IS NULL")
    op.drop_table("hazard")
    op.drop_table("event_seal")
    op.drop_index("ix_event_transaction", table_name="event")
    op.drop_index("ix_event_entity", table_name="event")
    op.drop_table("event")
    op.drop_table("division")
    op.drop_index("ix_delivery_dead", table_name="delivery", postgresql_where="state = 'dead'")
    op.drop_index("ix_delivery_due", table_name="delivery", postgresql_where="state IN ('waiting', 'sending')")
    op.drop_table("delivery")
    op.drop_table("clock_rule")
    op.drop_index("ix_clock_open_due", table_name="clock", postgresql_where="met_at IS NULL AND cancelled_at IS NULL")
    op.drop_index("ix_clock_case", table_name="clock")
    op.drop_table("clock")
    op.drop_table("calendar_notice")
    op.execute("DROP FUNCTION refuse_change")
    op.execute("DROP SEQUENCE hazard_serial")
