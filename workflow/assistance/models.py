"""A request for technical assistance, and what experts are good at."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from database.crypto import Sealed
from workflow.assistance.rules import KINDS, LIFE, MODES, TOPICS


class Assistance(Revised, Base):
    """One request: a person's own (`person_id`) or a unit's (`unit_id`), and what came of it."""

    __tablename__ = "assistance"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"applicant_kind IN {tuple(KINDS)}", name="kind_known"),
        CheckConstraint(f"topic IN {tuple(TOPICS)}", name="topic_known"),
        CheckConstraint(f"wanted_mode IN {tuple(MODES)}", name="mode_known"),
        CheckConstraint("(person_id IS NULL) <> (unit_id IS NULL)", name="belongs_to_one"),
        CheckConstraint("state NOT IN ('SCHEDULED', 'IN_SERVICE') OR expert_id IS NOT NULL", name="expert_is_named"),
        Index("ix_assistance_region", "region_code", "state", "id"),
        Index("ix_assistance_person", "person_id", "id"),
        Index("ix_assistance_expert", "expert_id", "id"),
        Index("ix_assistance_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
    )

    number: Mapped[str] = mapped_column(unique=True)  # BF + division + day + serial
    state: Mapped[str]
    region_code: Mapped[str]
    org_id: Mapped[UUID]  # the brigade whose desk arranges it
    person_id: Mapped[UUID | None]  # who asks for himself
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)  # for which somebody asks
    applicant_id: Mapped[UUID]  # who filed it
    applicant_kind: Mapped[str]
    topic: Mapped[str]
    wanted_mode: Mapped[str]
    description: Mapped[str]
    contact_name: Mapped[str] = mapped_column(Sealed)
    contact_phone: Mapped[str] = mapped_column(Sealed)
    address: Mapped[Json]  # region_name, and what is known of sumu, gacha, household, landmark
    position: Mapped[Json | None]  # as the phone gave it
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)
    preferred_time: Mapped[str]
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    rectification_id: Mapped[UUID | None]  # the order that it is about
    submitted_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    decision: Mapped[Json | None]  # of one that was not accepted: reason, proper_body
    expert_id: Mapped[UUID | None]  # whose it is
    appointment: Mapped[Json | None]  # mode, appointed_at, note, agreed_at
    started_at: Mapped[datetime | None]
    warnings: Mapped[list[Json]] = mapped_column(default=list)  # imminent dangers, told beforehand, with the hazard of each
    advice: Mapped[Json | None]  # number, summary, items, next_step, photo_ids, statement, issued_at
    confirmed_at: Mapped[datetime | None]
    progress: Mapped[list[Json]] = mapped_column(default=list)  # what the applicant says that he has put right
    rating: Mapped[Json | None]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]


class ExpertProfile(Revised, Base):
    """On which topics somebody is an expert, as the leader of his brigade keeps it."""

    __tablename__ = "expert_profile"
    __table_args__ = (CheckConstraint(f"topics <@ ARRAY{list(TOPICS)}::text[]", name="topics_known"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    topics: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
