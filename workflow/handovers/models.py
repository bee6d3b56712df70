"""移送函 and what became of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.handovers.rules import KINDS, LIFE


class Handover(Revised, Base):
    """One letter from one office to another. It carries the officers' photos and never a reporter's data."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint(f"state IN {LIFE.states}", name="state_known"),
        CheckConstraint(f"kind IN {tuple(KINDS)}", name="kind_known"),
        CheckConstraint("from_org_id <> to_org_id", name="between_two_offices"),
        CheckConstraint("state IN ('DRAFT', 'DISCARDED', 'WITHDRAWN') OR letter_no IS NOT NULL", name="sent_has_number"),
        Index("ix_handover_orgs", "org_ids", postgresql_using="gin"),
        Index("ix_handover_region", "region_code", "state", "id"),
        Index("ix_handover_closed", "closed_at", postgresql_where="off_devices_at IS NULL"),
        # One letter at a time: a hazard has exactly one holder.
        Index(
            "uq_handover_open",
            "hazard_id",
            unique=True,
            postgresql_where="state NOT IN ('DISCARDED', 'WITHDRAWN', 'CLOSED')",
        ),
    )

    state: Mapped[str]
    kind: Mapped[str] = mapped_column(default="LETTER")
    hazard_id: Mapped[UUID] = mapped_column(ForeignKey("hazard.id"), index=True)
    region_code: Mapped[str]
    from_org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    to_org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    org_ids: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid)
    )  # offices that may read it: a receiver from the sending until it goes elsewhere
    letter_no: Mapped[str | None] = mapped_column(unique=True)  # of a 转办单 the number of its case, after 转办
    # What was asked for in the draft; from the signature on the letter itself, frozen but for whom it is addressed to
    # (workflow/handovers/letter.py). Nothing of the reporter.
    letter: Mapped[Json]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    suggestion: Mapped[str]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    lack_of_competence: Mapped[bool] = mapped_column(default=False)
    drafted_by: Mapped[UUID]
    approved_by: Mapped[UUID | None]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    off_devices_at: Mapped[datetime | None]  # 90 days after its end it leaves every device
    due_at: Mapped[datetime | None]
    is_sign_overdue: Mapped[bool] = mapped_column(default=False)
    returns: Mapped[list[Json]] = mapped_column(default=list)  # reason, legal basis, proposed body of each return
    rejections: Mapped[int] = mapped_column(Integer, default=0)
    is_decided: Mapped[bool] = mapped_column(default=False)  # the committee office named the body: no further return
    is_extended: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[list[Json]] = mapped_column(default=list)
    result: Mapped[Json | None]
    supervision: Mapped[Json | None]
