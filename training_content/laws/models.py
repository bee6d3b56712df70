"""The law library: laws, rules and standards with their versions (docs/sources.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json
from training_content.laws.rules import LEVELS, STATUSES, VERIFICATIONS
from training_content.publishing import Published


class Law(Published, Base):
    """One version of one law, rule or standard."""

    __tablename__ = "law"
    __table_args__ = (
        CheckConstraint(f"level IN {tuple(LEVELS)}", name="level_known"),
        CheckConstraint(f"status IN {tuple(STATUSES)}", name="status_known"),
        CheckConstraint(f"verification IN {tuple(VERIFICATIONS)}", name="verification_known"),
        CheckConstraint("effective_from <= effective_to", name="ends_after_begin"),
        CheckConstraint("region ~ '^15[0-9]{4}$'", name="region_known"),
        CheckConstraint("jsonb_typeof(articles) = 'array'", name="articles_listed"),
        Index("ix_law_grams", "grams", postgresql_using="gin"),
    )

    code: Mapped[str] = mapped_column(unique=True)  # LAW-XFF: how checklists and cases cite it
    title: Mapped[str]
    doc_no: Mapped[str]
    issuer: Mapped[str]
    level: Mapped[str]
    published_on: Mapped[date | None]
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None]
    status: Mapped[str]
    replaces: Mapped[list[str]]  # what it took the place of, by code or number
    articles: Mapped[list[Json]]  # [{no, heading, text}]; no text where nobody has compared it with the official one
    region: Mapped[str | None]  # a division's code; None: the whole country
    source_url: Mapped[str | None]
    checked_on: Mapped[date | None]
    verification: Mapped[str]
    note: Mapped[str]
    grams: Mapped[Any] = mapped_column(TSVECTOR, deferred=True)  # for the search; written by `commands.indexed`
