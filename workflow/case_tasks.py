"""What the queue says of each case: whose turn it is, in which office, with which words. Siblings lend each other titles."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from database.base import Json
from workflow.assistance.models import Assistance
from workflow.assistance.rules import WITH_EXPERT
from workflow.assistance.synced import title as assistance_title
from workflow.handovers.models import Handover
from workflow.handovers.rules import ACTING_SIDE
from workflow.hazards.models import Hazard
from workflow.hazards.reporting import place_text
from workflow.hazards.reviewing import reviewing_office
from workflow.hazards.rules import is_poor
from workflow.hazards.schemas import PICTURES
from workflow.inspections.models import Inspection
from workflow.inspections.rules import WITH_OFFICERS as WITH_INSPECTORS, is_unpublished
from workflow.inspections.synced import title as inspection_title
from workflow.majors.models import MajorHazard
from workflow.majors.synced import owed, title as major_title
from workflow.measures.models import Measure
from workflow.measures.rules import WITH_OFFICERS as WITH_SEALERS
from workflow.measures.synced import title as measure_title
from workflow.offices import committee_of
from workflow.permits.models import Permit
from workflow.permits.rules import WITH_OFFICERS
from workflow.permits.synced import title as permit_title
from workflow.queue.commands import reflect
from workflow.rectification.models import Rectification
from workflow.rectification.rules import UNDER_WAY
from workflow.transfers.models import Transfer
from workflow.transfers.rules import WITH_OFFICERS as WITH_TRANSFERRERS
from workflow.transfers.synced import title as transfer_title

Case = Hazard | Handover | Rectification | Permit | Assistance | Inspection | Measure | MajorHazard | Transfer
CASES: dict[str, type[Case]] = {
    "hazard": Hazard, "handover": Handover, "rectification": Rectification, "permit": Permit, "assistance": Assistance,
    "inspection": Inspection, "measure": Measure, "major": MajorHazard, "transfer": Transfer,
}  # fmt: skip
# Cases of two officers: in which states they hold it, and what its card says.
_OF_PAIRS: dict[type[Case], tuple[Collection[str], Callable[[Any], Json]]] = {
    Permit: (WITH_OFFICERS, permit_title),
    Inspection: (WITH_INSPECTORS, inspection_title),
    Measure: (WITH_SEALERS, measure_title),
    Transfer: (WITH_TRANSFERRERS, transfer_title),
}


def show(session: Session, case: Case, *, is_new: bool) -> None:
    """Bring the item of a case up to date."""
    if isinstance(case, Hazard):
        people = case.officer_ids if case.state in ("ASSIGNED", "VERIFYING") else []
        office = reviewing_office(session, case) if case.state == "REVIEWING" else case.org_id
        owes = "follow_up" if case.state == "CLOSED" and is_poor(case.rating) else None
        reflect(session, case, office, people, _title(case), is_new=is_new, owes=owes)
        return
    if isinstance(case, Assistance):
        people = [case.expert_id] if case.expert_id and case.state in WITH_EXPERT else []
        reflect(session, case, case.org_id, people, assistance_title(case), is_new=is_new)
        return
    if isinstance(case, MajorHazard):
        owes = owed(case)
        people = case.officer_ids if owes in ("major_serve", "major_recheck") else []
        reflect(session, case, case.org_id, people, major_title(case), is_new=is_new, owes=owes)
        return
    if isinstance(case, Permit | Inspection | Measure | Transfer):
        theirs, title_of = _OF_PAIRS[type(case)]
        people = case.officer_ids if case.state in theirs else []
        owes = "publish" if isinstance(case, Inspection) and is_unpublished(case.finding, case.publication) else None
        reflect(session, case, case.org_id, people, title_of(case), is_new=is_new, owes=owes)
        return
    if isinstance(case, Rectification) and case.inspection_id is not None:
        _reflect_order(session, case, inspection_title(session.get_one(Inspection, case.inspection_id)), is_new=is_new)
        return
    hazard = session.get_one(Hazard, case.hazard_id)
    if isinstance(case, Handover):
        title = {**_title(hazard), "letter_no": case.letter_no}
        reflect(session, case, _acting_office(session, case), [], title, is_new=is_new)
    else:
        _reflect_order(session, case, _title(hazard), is_new=is_new)


def _reflect_order(session: Session, order: Rectification, title: Json, *, is_new: bool) -> None:
    is_to_serve = order.state in UNDER_WAY and order.served_at is None
    people = order.officer_ids if is_to_serve or order.state == "RECHECK_PENDING" else []
    facts = {**title, "unit_name": order.unit_name, "due_on": order.due_on.isoformat()}
    reflect(session, order, order.org_id, people, facts, is_new=is_new)


def _title(hazard: Hazard) -> Json:
    """What a card shows: never the reporter's words."""
    return {
        "number": hazard.number,
        "picture": hazard.picture,
        "category": PICTURES[hazard.picture],
        "place": place_text(hazard),
        "hazard_id": str(hazard.id),
    }


def _acting_office(session: Session, handover: Handover) -> UUID:
    side = ACTING_SIDE.get(handover.state, "sender")
    if side == "committee":
        return committee_of(session, handover.region_code).id
    return handover.to_org_id if side == "receiver" else handover.from_org_id
