"""Who may see the photos of a report and of its check, and who sent them. The reporter's are shown to the brigade and himself."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor, Role
from accounts.models import Person
from media.models import Media
from workflow.acting import roles_of
from workflow.hazards.messages.queries import side_of
from workflow.hazards.models import Hazard
from workflow.hazards.roles import pair_of
from workflow.hazards.synced import HAZARD
from workflow.photos import ALL, NOTHING, SHOWN

_BY_REPORTER = ("report", "dispute")


def hazard_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """The brigade sees all that officers took, and of the reporter's what is shown; a receiving office gets the officers'.

    The file as the reporter's phone wrote it is opened to the two who hold the case and to the leader of the brigade in
    charge, and to nobody where he wished to stay unknown: it holds his position and his phone. The committee office, which
    reviews what he disputes, sees what he showed with it. What he answers with is for whoever may ask him.
    """
    hazard = session.scalars(select(Hazard).where(Hazard.id == photo.entity_id, HAZARD.visible_to(actor))).one_or_none()
    if hazard is None:
        return NOTHING
    if photo.role == "answer":
        return SHOWN if side_of(hazard, actor) else NOTHING
    if actor.id in pair_of(hazard) or roles_of(actor, hazard.region_code) & BRIGADE_ROLES:
        if photo.role not in _BY_REPORTER:
            return ALL
        is_theirs = actor.id in pair_of(hazard) or _leads(actor, hazard)
        return ALL if is_theirs and hazard.report_mode != "ANONYMOUS" else SHOWN
    if actor.id in hazard.officer_ids:
        return SHOWN
    if photo.role in _BY_REPORTER:
        is_reviewer = photo.role == "dispute" and Role.SUPERVISOR in roles_of(actor, hazard.region_code)
        return SHOWN if is_reviewer or actor.id == hazard.reporter_id else NOTHING
    return NOTHING if actor.id == hazard.reporter_id else SHOWN


def photo_sender(session: Session, photo: Media) -> UUID:
    """A guest's photo is the business of whoever has claimed his report since; everybody else answers for his own."""
    reporter_id = session.scalar(
        select(Hazard.reporter_id).join(Person, Person.id == photo.owner_id).where(Hazard.id == photo.entity_id, Person.is_guest)
    )
    return reporter_id or photo.owner_id


def _leads(actor: Actor, hazard: Hazard) -> bool:
    return any(grant.role == Role.UNIT_LEADER and grant.org_id == hazard.org_id for grant in actor.grants)
