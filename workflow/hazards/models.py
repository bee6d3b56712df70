"""Hazard reports, what their reporters said, and the categories of the law."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified, Json, Revised
from database.crypto import Sealed
from workflow.hazards.rules import LIFE, REUSE_VERDICTS

REPORT_MODES = ("REAL_NAME", "REAL_NAME_HIDDEN", "ANONYMOUS")


class HazardCategory(Base):
    """A row of docs/sources.md: the picture a citizen taps, the code the law knows, and the clock it starts."""

    __tablename__ = "hazard_category"

    code: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    picture: Mapped[str]
    law: Mapped[str]
    clock_rule_id: Mapped[str] = mapped_column(ForeignKey("clock_rule.code"))
    service_rule_id: Mapped[str | None] = mapped_column(ForeignKey("clock_rule.code"))  # sooner than the law wants it
    competent_body: Mapped[str]


class Hazard(Revised, Base):
    """One report and its life. Identity of the reporter is elsewhere, sealed (`HazardReporter`)."""

    __tablename__ = "hazard"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"report_mode IN {REPORT_MODES}", name="report_mode_known"),
        CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="on_earth"),
        CheckConstraint("(master_id IS NULL) = (merged_from IS NULL)", name="merged_from_somewhere"),
        Index("ix_hazard_patrol", "patrol_id", postgresql_where="patrol_id IS NOT NULL"),
        CheckConstraint("description <> '' OR photo_ids <> '{}'", name="says_something"),
        Index("ix_hazard_region_state", "region_code", "state", "id"),
        Index("ix_hazard_officers", "officer_ids", postgresql_using="gin"),
        Index("ix_hazard_orgs", "org_ids", postgresql_using="gin"),
        Index("ix_hazard_reporter", "reporter_id", "id"),
        Index("ix_hazard_tracking", "tracking_hash", unique=True),
        Index("ix_hazard_master", "master_id", postgresql_where="master_id IS NOT NULL"),
        Index("ix_hazard_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
        Index("ix_hazard_place", "lon", "lat", postgresql_where="lon IS NOT NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # YH + division + day + serial
    state: Mapped[str]
    region_code: Mapped[str]  # the banner; the region itself where a fire has no known place, and of complaints about staff
    org_id: Mapped[UUID]  # the brigade that holds it: the banner's, or its 支队 while the banner is not opened
    org_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))  # everybody's office that has a part in it
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)  # who holds it now
    reporter_id: Mapped[UUID]  # a person, or a guest whom nothing joins to a person; never the clerk who took the call
    report_mode: Mapped[str]
    channel: Mapped[str]  # SNAP, HOTLINE, OFFICER, GRID, WINDOW, PARTNER

    picture: Mapped[str]  # what the citizen tapped
    category: Mapped[str | None]  # the code of the law; None until triage
    description: Mapped[str] = mapped_column(default="")
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    place_name: Mapped[str] = mapped_column(default="")
    place_type: Mapped[str] = mapped_column(default="")
    unit_uscc: Mapped[str | None]
    unit_id: Mapped[UUID | None]
    patrol_id: Mapped[UUID | None]  # the grid worker's round on which it was seen
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    position: Mapped[Json | None]  # as the phone gave it: crs, accuracy_m, source
    address: Mapped[Json]  # region_name, sumu, gacha, household, landmark; message: what the reporter was told of the place
    is_ongoing: Mapped[bool] = mapped_column(default=True)
    wish_feedback: Mapped[bool] = mapped_column(default=True)
    wish_reward: Mapped[bool] = mapped_column(default=False)
    consent_version: Mapped[str] = mapped_column(default="")

    occurred_at: Mapped[datetime | None]
    captured_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime]
    agency_received_at: Mapped[datetime | None]  # starts the clock of reports that came by phone or another agency
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]  # 90 days after closing it leaves every device

    master_id: Mapped[UUID | None] = mapped_column(ForeignKey("hazard.id"))  # merged into
    merged_from: Mapped[str | None]  # the state that it stood in then
    rejection_reason: Mapped[str | None]
    precheck: Mapped[Json | None]
    pending_act: Mapped[Json | None]  # a draft that waits for the second officer's signature
    finding: Mapped[Json | None]  # what the two officers found, with both signatures
    case_no: Mapped[str | None]  # 立案 number
    rectification_id: Mapped[UUID | None]
    prompt_id: Mapped[UUID | None]  # 即知即改, of which the place was told
    handover_id: Mapped[UUID | None]
    handover_closed_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    dispute_until: Mapped[datetime | None]  # as it was when the reporter was told, or the case closed
    reward_until: Mapped[datetime | None]  # of what was found true: until when who reported it first may claim
    disputed_at: Mapped[datetime | None]
    dispute: Mapped[Json | None]
    withdrawn_at: Mapped[datetime | None]
    rating: Mapped[Json | None]
    force_close: Mapped[Json | None]  # who asked, why; a second person approves, if no step came in between

    tracking_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # SHA-256 of the 128-bit code
    tracking_short_hash: Mapped[bytes | None] = mapped_column(LargeBinary)  # keyed hash of number and 8 characters


class HazardReporter(Base):
    """Who reported, if he said so: every field sealed, found again only by exact match."""

    __tablename__ = "hazard_reporter"

    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"), primary_key=True)
    name: Mapped[str | None] = mapped_column(Sealed)
    mobile: Mapped[str | None] = mapped_column(Sealed)
    mobile_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    id_no: Mapped[str | None] = mapped_column(Sealed)
    id_no_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)


class PhotoReuse(Identified, Base):
    """A photo of a check, a fixing or a recheck that is also shown elsewhere: in another case, or at another stage of this."""

    __tablename__ = "photo_reuse"
    __table_args__ = (
        UniqueConstraint("media_id", "other_media_id"),
        CheckConstraint(f"verdict IN {tuple(REUSE_VERDICTS)}", name="verdict_known"),
        CheckConstraint("(verdict IS NULL) = (judged_at IS NULL)", name="judged_whole"),
        Index("ix_photo_reuse_hazard", "hazard_id", "id"),
        Index("ix_photo_reuse_other", "other_hazard_id", "id"),
    )

    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"))  # the case of the later photo, whose leader judges
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"))
    role: Mapped[str]  # what it is there: report, verification, rectification, recheck
    other_hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"))  # of the earlier one; the same case at another stage
    other_media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"))
    other_role: Mapped[str]
    is_same_file: Mapped[bool]  # byte by byte; else it shows the same picture
    found_at: Mapped[datetime]
    verdict: Mapped[str | None]
    words: Mapped[str] = mapped_column(default="")
    judged_by: Mapped[UUID | None]
    judged_at: Mapped[datetime | None]


class TrackAttempt(Base):
    """Wrong guesses at a short tracking code, counted in the database so that every process sees them."""

    __tablename__ = "track_attempt"

    key: Mapped[str] = mapped_column(primary_key=True)  # the case number that was tried
    failures: Mapped[int]
    window_started_at: Mapped[datetime]
