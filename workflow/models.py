"""Rows that every kind of case shares: deadline rules, running clocks, document numbers, checklists."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified, Json, Revised

CLOCK_KINDS = {"statutory": "法定", "statutory_doc": "规范性文件规定", "sla": "平台服务时限"}
CLOCK_UNITS = {"h": "小时", "wd": "个工作日", "d": "日"}
MOST_UNITS = 400


class ClockRule(Revised, Base):
    """A row of the deadline registry (docs/sources.md): edited by the region's administrators, with its source."""

    __tablename__ = "clock_rule"
    __table_args__ = (
        CheckConstraint(f"unit IN {tuple(CLOCK_UNITS)}", name="unit_known"),
        CheckConstraint(f"kind IN {tuple(CLOCK_KINDS)}", name="kind_known"),
        CheckConstraint(f"n BETWEEN 0 AND {MOST_UNITS}", name="n_sensible"),
    )

    code: Mapped[str] = mapped_column(unique=True)  # HZ-24H: under it clocks, categories and life cycles name the rule
    label: Mapped[str]
    n: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str]
    kind: Mapped[str]
    basis: Mapped[str] = mapped_column(default="")


class Clock(Identified, Base):
    """One running or finished deadline of one case."""

    __tablename__ = "clock"
    __table_args__ = (
        Index("ix_clock_case", "entity_type", "entity_id"),
        Index(
            "ix_clock_open_due",
            "due_at",
            "id",
            postgresql_where="met_at IS NULL AND cancelled_at IS NULL AND paused_at IS NULL",
        ),
        # What nobody has been told of: a case that is overdue for months is not walked past every minute.
        Index(
            "ix_clock_unbreached",
            "due_at",
            "id",
            postgresql_where="met_at IS NULL AND cancelled_at IS NULL AND paused_at IS NULL AND breached_at IS NULL",
        ),
        Index("ix_clock_met", "rule_id", "met_at", postgresql_where="met_at IS NOT NULL"),
        CheckConstraint("met_at IS NULL OR cancelled_at IS NULL", name="met_or_cancelled"),
    )

    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    rule_id: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    reason: Mapped[list[str]]
    met_at: Mapped[datetime | None]
    met_claimed_at: Mapped[datetime | None]  # device time of an act that arrived late; a leader confirms or refuses it
    met_confirmed_by: Mapped[UUID | None]
    cancelled_at: Mapped[datetime | None]  # replaced by another clock, or the case ended otherwise
    breached_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]  # it stands still since then
    pauses: Mapped[list[Json]] = mapped_column(default=list, server_default="[]")  # those that have ended: clocks.Pause
    reminded: Mapped[Json] = mapped_column(default=dict)  # rung of the ladder -> when


class NumberPattern(Base):
    """One kind of legal paper: its name, how its numbers are written, its remedies; rows, until the corps gives its own."""

    __tablename__ = "number_pattern"
    __table_args__ = (
        # Without one of them two papers could have the same number.
        CheckConstraint("pattern LIKE '%{office}%{year}%{n}%'", name="pattern_tells_papers_apart"),
    )

    paper: Mapped[str] = mapped_column(primary_key=True)
    pattern: Mapped[str]
    basis: Mapped[str]
    label: Mapped[str]  # 《火灾隐患移送函》
    remedies: Mapped[str] = mapped_column(default="", server_default="")  # what it says of 复议 and 诉讼
    is_sealed: Mapped[bool] = mapped_column(Boolean, server_default="true")  # decisions, notices and letters; no records


class NumberSeries(Base):
    """Gap-free numbers of legal documents; the row lock is the turn."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Checklist(Base):
    """One edition of a checklist: what is looked at, each item with its clause. A new edition is a new row.

    Officers inspect by it, grid workers walk by it and units check themselves by it, each by codes of their own.
    """

    __tablename__ = "checklist"

    code: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    effective_from: Mapped[date]
    basis: Mapped[str]
    rhythm: Mapped[str] = mapped_column(default="", server_default="")  # how often, where a rule says so
    items: Mapped[list[Json]]  # code, text, clause
