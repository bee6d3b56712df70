"""The journal is read again and again, a part at a time: what somebody changed behind the application is not found by chance.

`database.seal.verify_chain` reads everything at once, for an operator who wants to know now.
"""

from __future__ import annotations

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.journal import Event, event_digest
from database.seal import Broken, EventSeal, broken_seal

log = structlog.get_logger()

_ONE = 1
_SEALS_AT_ONCE = 50
_BATCH = 1_000


class SealCheck(Base):
    """How far the present round has come: one row."""

    __tablename__ = "seal_check"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_no: Mapped[int]  # the seal to look at next
    highest_no: Mapped[int]  # the chain was this long once: its end cannot be cut off unseen


def check_next(session: Session) -> int:
    """Look at the next seals and the events that they cover: how many it were; 0 at the end of a round.

    Whatever does not fit is logged as an alarm, and the round goes on behind it. For the timetable, until the slice is over.
    """
    check = session.get(SealCheck, _ONE, with_for_update=True)
    if check is None:
        check = SealCheck(id=_ONE, next_no=1, highest_no=0)
        session.add(check)
    newest = session.scalar(select(func.max(EventSeal.no))) or 0
    if newest < check.highest_no:
        _alarm(Broken("seal", check.highest_no, "seal_missing"))
    check.highest_no = newest
    seals = session.scalars(
        select(EventSeal).where(EventSeal.no >= check.next_no).order_by(EventSeal.no).limit(_SEALS_AT_ONCE)
    ).all()
    previous = session.get(EventSeal, check.next_no - 1)
    for seal in seals:
        broken = _broken_event(session, seal) or broken_seal(session, seal, previous)
        if broken is not None:
            _alarm(broken)
        previous = seal
    check.next_no = seals[-1].no + 1 if seals else 1
    return len(seals)


def _broken_event(session: Session, seal: EventSeal) -> Broken | None:
    covered = text(
        "transaction_id >= CAST(CAST(:from_xid AS text) AS xid8) AND transaction_id < CAST(CAST(:to_xid AS text) AS xid8)"
    ).bindparams(from_xid=str(seal.from_xid), to_xid=str(seal.to_xid))
    with session.scalars(select(Event).where(covered).execution_options(yield_per=_BATCH)) as events:
        for event in events:
            if event_digest(event) != bytes(event.hash):
                return Broken("event", event.id, "digest_differs")
            session.expunge(event)
    return None


def _alarm(broken: Broken) -> None:
    log.error("journal is broken", alarm=True, what=broken.what, id=str(broken.id), reason=broken.reason)
