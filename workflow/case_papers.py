"""Papers of sibling cases: who may read those of which."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor
from workflow.acting import get, roles_of
from workflow.assistance.synced import ASSISTANCE
from workflow.handovers.synced import HANDOVER
from workflow.inspections.synced import INSPECTION
from workflow.majors.synced import MAJOR
from workflow.measures.synced import MEASURE
from workflow.papers.archive import papers_of
from workflow.papers.models import Paper
from workflow.papers.rules import INTERNAL
from workflow.permits.synced import PERMIT
from workflow.rectification.synced import RECTIFICATION
from workflow.transfers.synced import TRANSFER

_KINDS = (HANDOVER, RECTIFICATION, PERMIT, ASSISTANCE, INSPECTION, MEASURE, MAJOR, TRANSFER)
_WITH_PAPERS = {synced.type: synced for synced in _KINDS}


def papers_for(session: Session, actor: Actor, entity_type: str, entity_id: UUID) -> list[Paper]:
    """The papers of a case, oldest first, for whoever sees it; its unit does not read what is the office's own.

    Raises NotFound.
    """
    synced = _WITH_PAPERS[entity_type]
    model: type[Any] = synced.model
    case: Any = get(session, synced, model, entity_id, actor)
    officers = getattr(case, "officer_ids", [])
    is_office = bool(roles_of(actor, case.region_code) & BRIGADE_ROLES) or actor.id in officers
    return [paper for paper in papers_of(session, entity_type, entity_id) if is_office or paper.paper not in INTERNAL]
