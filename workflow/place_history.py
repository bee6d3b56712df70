"""What firefighters must know of what there has been at a place: what is open, sealed or stopped, and whether it is licensed.

Worked out from the cases, under all entries of the place, and kept on its sheet. Of a report only what officers found: nothing
of who reported, or in which words; nothing of what goes to the police.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from database.base import Json
from database.journal import Event
from database.session import now
from places.standing import one_place, standing_id
from workflow.clocks import local_day
from workflow.hazards.categories import categories
from workflow.hazards.models import Hazard
from workflow.hazards.rules import LIFE as HAZARD_LIFE
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE as MAJOR_LIFE, NEVER_WAS
from workflow.measures.models import Measure
from workflow.measures.rules import KINDS as MEASURE_KINDS, LIFE as MEASURE_LIFE
from workflow.permits.models import LICENCE_STATES, Licence
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE as ORDER_LIFE
from workflow.rescue.models import RescueSheet
from workflow.turns import in_order, several

KEPT_FOR = timedelta(days=365)  # what is over is told for a year
ANEW_AFTER = timedelta(days=1)
_MOST = 20  # lines of a place
_MOST_DETAILS, _MOST_CHARACTERS = 5, 100  # of an order
_BATCH = 50
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

ORDER_KINDS = {"IMMEDIATE": "责令立即改正", "DEADLINE": "责令限期改正"}  # 即知即改 is no order
LICENCE_NAMES = {"OPINION": "消防安全检查意见书", "LEGACY": "消防安全检查合格证"}

_UNDONE = ("CANCELLED", "TRANSFERRED")  # an order that ended with its case
_NEVER_THERE = ("DROPPED", "REVOKED")  # a measure

# After these a place may have another history.
EVENTS = (
    "hazard.verified_true", "hazard.verified_false", "hazard.fixed_on_site", "hazard.handed_over", "hazard.rectified",
    "hazard.case_filed", "hazard.closed", "hazard.force_closed", "hazard.reopened",
    "rectification.ordered", "rectification.reordered", "rectification.extended", "rectification.expired",
    "rectification.recheck_applied", "rectification.recheck_passed", "rectification.recheck_failed", "rectification.case_filed",
    "rectification.cancelled", "rectification.transferred",
    "measure.sealed_at_once", "measure.served", "measure.suspended", "measure.stopped", "measure.expired", "measure.applied",
    "measure.upheld", "measure.lifted", "measure.resumed", "measure.refused", "measure.revoked",
    "major.served", "major.reported", "major.supervised", "major.extended", "major.expired", "major.applied",
    "major.recheck_passed", "major.recheck_failed", "major.record_cancelled", "major.retained",
    "licence.issued", "licence.ended", "licence.registered",
    "unit.merged", "unit.unmerged", "rescue_sheet.opened",
)  # fmt: skip


def refresh_after(session: Session, event: Event) -> None:
    """Work out the histories of the places that an event is about. Safe to repeat."""
    for unit_id in sorted({standing_id(session, unit_id) or unit_id for unit_id in _places_of(session, event)}):
        refresh(session, unit_id)


def refresh_old(session: Session) -> int:
    """Some histories that nobody has worked out yet, or not since yesterday, for what is over is told for a year alone."""
    seen_at = func.coalesce(RescueSheet.history_at, _NEVER)
    old = select(RescueSheet.id).where(RescueSheet.is_held, seen_at < now(session) - ANEW_AFTER)
    waiting = in_order(session, old, seen_at, RescueSheet.id)
    return several(session, "refresh_histories", waiting, lambda found: refresh(session, *found), _BATCH)


def refresh(session: Session, unit_id: UUID) -> bool:
    """Work out the history of one place; its sheet goes out again only where that says something else now. False: it has none."""
    sheet = session.get(
        RescueSheet, unit_id, with_for_update=True, populate_existing=True
    )  # then what we read is no older than it
    if sheet is None or not sheet.is_held:
        return False
    past = history_of(session, unit_id)
    if past != sheet.history:
        sheet.history, sheet.revision, sheet.updated_at = past, sheet.revision + 1, now(session)
        session.flush()
    session.execute(update(RescueSheet).where(RescueSheet.id == unit_id).values(history_at=now(session)))
    return True


def history_of(session: Session, unit_id: UUID) -> list[Json]:
    """What there is and was at a place within a year: what is open first, then the latest, and its licence at the end."""
    entries = list(session.scalars(one_place(unit_id)))
    since = local_day(now(session) - KEPT_FOR)
    told = [line for line, ended in _troubles(session, entries) if ended is None or ended >= since]
    told.sort(key=lambda line: (line["is_open"], line["since"]), reverse=True)
    return [*told[:_MOST], *_licence(session, entries)]


def _troubles(session: Session, entries: list[UUID]) -> Iterator[tuple[Json, date | None]]:
    """Each with the day on which it ended."""
    ordered = select(Rectification.hazard_id).where(Rectification.unit_id.in_(entries))
    for hazard in session.scalars(select(Hazard).where(Hazard.id.in_(ordered), Hazard.finding["action"].astext == "verify_true")):
        label = categories(session)[hazard.category].label if hazard.category else ""
        checked_at = (hazard.finding or {}).get("checked_at")  # an old finding does not say it
        found_on = local_day(datetime.fromisoformat(checked_at) if checked_at else hazard.updated_at)
        state = HAZARD_LIFE.labels[hazard.state]
        yield _line("hazard", label, [], state, found_on, None, is_open=hazard.closed_at is None), _day(hazard.closed_at)
    orders = select(Rectification).where(Rectification.unit_id.in_(entries), Rectification.kind.in_(ORDER_KINDS))
    for order in session.scalars(orders.where(Rectification.state.not_in(_UNDONE))):
        is_open = order.closed_at is None
        wanted = [item["description"][:_MOST_CHARACTERS] for item in order.items[:_MOST_DETAILS]] if is_open else []
        label, state = ORDER_KINDS[order.kind], ORDER_LIFE.labels[order.state]
        yield _line("rectification", label, wanted, state, order.ordered_on, order.due_on, is_open=is_open), _day(order.closed_at)
    in_force = select(Measure).where(Measure.told_unit_id.in_(entries), Measure.state.not_in(_NEVER_THERE))
    for measure in session.scalars(in_force):
        began, part = local_day(measure.sealed_at or measure.created_at), [measure.place[:_MOST_CHARACTERS]]
        label, state, is_open = MEASURE_KINDS[measure.kind], MEASURE_LIFE.labels[measure.state], measure.closed_at is None
        yield _line("measure", label, part, state, began, measure.until_on, is_open=is_open), _day(measure.closed_at)
    told = select(MajorHazard).where(MajorHazard.told_unit_id.in_(entries), MajorHazard.state.not_in(NEVER_WAS))
    for major in session.scalars(told):
        found_on, part, is_open = major.inspected_on, [major.place[:_MOST_CHARACTERS]], major.closed_at is None
        state = MAJOR_LIFE.labels[major.state]
        yield _line("major", "重大火灾隐患", part, state, found_on, major.due_on, is_open=is_open), _day(major.closed_at)


def _line(kind: str, label: str, details: list[str], state: str, since: date, until: date | None, *, is_open: bool) -> Json:
    return {
        "kind": kind, "label": label, "details": details, "state_label": state, "is_open": is_open,
        "since": since.isoformat(), "until": until.isoformat() if until else None,
    }  # fmt: skip


def _day(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None


def _licence(session: Session, entries: list[UUID]) -> list[Json]:
    """The one that is valid, or the last one there was."""
    latest = Licence.status != "VALID", Licence.issued_on.desc(), Licence.id.desc()
    licence = session.scalars(select(Licence).where(Licence.unit_id.in_(entries)).order_by(*latest).limit(1)).one_or_none()
    if licence is None:
        return []
    label, state = LICENCE_NAMES[licence.kind], LICENCE_STATES[licence.status]
    return [_line("licence", label, [], state, licence.issued_on, licence.ended_on, is_open=False)]


def _places_of(session: Session, event: Event) -> list[UUID]:
    """The units that an event is about, as they stand now."""
    match event.entity_type:
        case "hazard":
            found = list(session.scalars(select(Rectification.unit_id).where(Rectification.hazard_id == event.entity_id)))
        case "unit":
            found = [event.entity_id, UUID(event.data["into"])]
        case "rescue_sheet":
            found = [event.entity_id]
        case kind:
            model: Any = _MODELS[kind]
            found = [session.scalar(select(model.unit_id).where(model.id == event.entity_id))]
    return [unit_id for unit_id in found if unit_id is not None]


_MODELS = {"rectification": Rectification, "measure": Measure, "major": MajorHazard, "licence": Licence}
