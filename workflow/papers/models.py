"""Papers as they were served, the templates that they are made from, and the numbers that devices were lent."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Identified, Json, Revised
from workflow.papers.rules import HELD, UNSETTLED


class PaperTemplate(Base):
    """One edition of a paper's text. A new edition is a new row; what was made by an earlier one stays as it was made."""

    __tablename__ = "paper_template"

    paper: Mapped[str] = mapped_column(ForeignKey("number_pattern.paper"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    effective_from: Mapped[date]
    body: Mapped[str]
    basis: Mapped[str]


class NumberBlock(Revised, Base):
    """Numbers of one paper, lent to an officer for when he has no network, with the template that was approved then.

    `numbers` holds {number, state, at, reason, paper_id}: every one is accounted for, and none is lent twice.
    """

    __tablename__ = "number_block"
    __table_args__ = (
        Index("ix_number_block_person", "person_id", "id"),
        Index("ix_number_block_office", "org_id", "id"),
    )

    paper: Mapped[str]
    edition: Mapped[str]
    body: Mapped[str]  # of the template
    region_code: Mapped[str]
    org_id: Mapped[UUID]
    office_name: Mapped[str]
    person_id: Mapped[UUID]
    queue_id: Mapped[UUID | None]  # the device that may use them; None: asked for at a desk, to be printed
    numbers: Mapped[list[Json]]  # number, state, at, reason, paper_id; case_id of a draft that names it
    settled_at: Mapped[datetime | None]  # since when every number is accounted for; null again if one turns up

    def held(self) -> list[Json]:
        """Those of which nothing is known yet."""
        return [number for number in self.numbers if number["state"] == HELD]

    def unsettled(self) -> list[Json]:
        """Those of which nobody has said yet what became of them."""
        return [number for number in self.numbers if number["state"] in UNSETTLED]


class Paper(Identified, Base):
    """A paper as it was made: its very bytes, never changed. It belongs to a case, whose readers may read it."""

    __tablename__ = "paper"
    __table_args__ = (
        Index("ix_paper_case", "entity_type", "entity_id", "id"),
        CheckConstraint("length(sha256) = 32", name="digest_whole"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    paper: Mapped[str]
    title: Mapped[str]
    edition: Mapped[str]
    org_id: Mapped[UUID]
    entity_type: Mapped[str]
    entity_id: Mapped[UUID]
    content: Mapped[bytes] = mapped_column(LargeBinary)  # UTF-8
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    # How it was served: at, signed, party_name, witness_name, photo_ids. None: not on record.
    served: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))


class PaperSeal(Base):
    """The official seal of a paper: there as a whole or not at all, and never changed.

    It is asked for when the paper is made, by a trigger of that table: no process forgets it, whatever its version. Papers that
    never have a seal have no row.
    """

    __tablename__ = "paper_seal"
    __table_args__ = (
        CheckConstraint("num_nulls(pdf, sha256, seal_no, sealed_at, service) IN (0, 5)", name="whole_or_not_at_all"),
        CheckConstraint("length(sha256) = 32", name="digest_whole"),
        Index("ix_paper_seal_due", "paper_id", "next_try_at", postgresql_where="sealed_at IS NULL"),
        Index("ix_paper_seal_waiting", "asked_at", postgresql_where="sealed_at IS NULL"),
    )

    paper_id: Mapped[UUID] = mapped_column(ForeignKey("paper.id"), primary_key=True)
    asked_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime]
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # as the service gave it
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)  # of the PDF
    seal_no: Mapped[str | None]
    sealed_at: Mapped[datetime | None]
    service: Mapped[str | None]
