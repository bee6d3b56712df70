"""Lists of units that came in, row by row, and what each source last said of a unit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from places.imports.rules import OUTCOMES, PREFERENCES, SOURCES, STATES


class UnitImport(Revised, Base):
    """One file, or one page of a catalogue. The worker takes its rows in one after the other."""

    __tablename__ = "unit_import"
    __table_args__ = (
        CheckConstraint(f"source IN {tuple(SOURCES)}", name="source_known"),
        CheckConstraint(f"state IN {tuple(STATES)}", name="state_known"),
        CheckConstraint(f"prefer IN {PREFERENCES}", name="preference_known"),
        Index("ix_unit_import_waiting", "id", postgresql_where="state = 'WAITING'"),
        Index("ix_unit_import_author", "created_by", "id"),
    )

    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="WAITING")
    name: Mapped[str]  # of the file, as the person calls it
    sha256: Mapped[bytes] = mapped_column(LargeBinary)  # of what came in, byte for byte
    prefer: Mapped[str] = mapped_column(default="REGISTER")
    is_trial: Mapped[bool] = mapped_column(default=False)  # everything is tried, nothing kept but the report
    created_by: Mapped[UUID]
    rows: Mapped[int] = mapped_column(Integer)
    counts: Mapped[Json] = mapped_column(default=dict)  # outcome -> how many rows
    cursor: Mapped[str | None]  # of a catalogue: what came after this page
    ended_at: Mapped[datetime | None]


class UnitImportRow(Base):
    """A row as it came, and what became of it. Rows are forgotten long after their import has ended."""

    __tablename__ = "unit_import_row"
    __table_args__ = (
        CheckConstraint(f"outcome IN {tuple(OUTCOMES)}", name="outcome_known"),
        Index("ix_unit_import_row_key", "import_id", "key"),
        Index("ix_unit_import_row_waiting", "import_id", "line", postgresql_where="outcome IS NULL"),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("unit_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    cells: Mapped[Json]
    key: Mapped[str | None]  # under which its source knows the unit: no list speaks of one twice
    outcome: Mapped[str | None]
    unit_id: Mapped[UUID | None]
    notes: Mapped[list[Json]] = mapped_column(default=list)  # {"field", "code", "message"}


class UnitSource(Base):
    """Lineage: under which key a source knows a unit, and what it last said of it."""

    __tablename__ = "unit_source"
    __table_args__ = (Index("ix_unit_source_unit", "unit_id"),)

    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    said: Mapped[Json]
    # While the unit is merged its word goes to the one that stays; with an unmerge this holds again, so that nothing is lost.
    said_before: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    import_id: Mapped[UUID] = mapped_column(ForeignKey("unit_import.id"))  # the last one that said something new
    seen_at: Mapped[datetime]
