"""Short lessons that people read on the phone, also without a network."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json
from training_content.publishing import Published


class Lesson(Published, Base):
    """One lesson. `body` is a list of blocks: `{"kind", "text", "items"}` (rules.py)."""

    __tablename__ = "lesson"
    __table_args__ = (
        CheckConstraint("duration_minutes BETWEEN 1 AND 600", name="duration_sensible"),
        CheckConstraint("jsonb_typeof(body) = 'array'", name="body_listed"),
    )

    title: Mapped[str]
    summary: Mapped[str]
    body: Mapped[list[Json]]
    audience: Mapped[list[str]]
    cover_media_id: Mapped[UUID | None]
    duration_minutes: Mapped[int] = mapped_column(Integer)
    source: Mapped[str]  # which law or practice the lesson follows
