"""Photos of sibling cases: which case lets one be seen, and where one is shown twice."""

from __future__ import annotations

from collections.abc import Callable, Set as AbstractSet
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.likeness import same_as
from media.models import READY, Media
from workflow.assistance.photos import assistance_photo
from workflow.handovers.photos import handover_photo, letter_photo
from workflow.hazards import reuse
from workflow.hazards.photos import hazard_photo, photo_sender
from workflow.inspections.photos import inspection_photo
from workflow.majors.photos import major_photo
from workflow.measures.photos import measure_photo
from workflow.patrols.photos import patrol_photo
from workflow.permits.photos import permit_photo
from workflow.rectification.models import Rectification
from workflow.rectification.photos import order_photo, rectification_photo
from workflow.rescue.photos import pack_photo
from workflow.transfers.photos import transfer_photo

_MOST_REUSES = 20  # of one photo: more of them tell the leader nothing new


def compare_evidence(session: Session, media_id: UUID) -> None:
    """Whether this photo of a report or of what followed is shown elsewhere too. Safe to repeat.

    As evidence in two cases, or at two stages of one: there the reporter's photo counts too, for nobody else has it.
    """
    photo = session.get(Media, media_id)
    hazard_id = _hazard_of(session, photo) if photo is not None and photo.state == READY else None
    if photo is None or hazard_id is None or photo.role not in ("report", *reuse.EVIDENCE):
        return
    is_own = Media.entity_id.in_([hazard_id, *session.scalars(_orders_of(hazard_id))])
    is_evidence = Media.role.in_(reuse.EVIDENCE)
    if photo.role == "report":
        wanted = and_(is_own, is_evidence)
    else:
        is_other_stage = or_(Media.role != photo.role, Media.entity_id != photo.entity_id)
        wanted = or_(and_(is_own, Media.role.in_(("report", *reuse.EVIDENCE)), is_other_stage), and_(~is_own, is_evidence))
    kinds = Media.entity_type.in_(("hazard", "rectification"))
    like = select(Media).where(same_as(photo), Media.state == READY, kinds, wanted).order_by(Media.stored_at, Media.id)
    others = [(other, _hazard_of(session, other)) for other in session.scalars(like.limit(_MOST_REUSES))]
    reuse.flag(session, photo, hazard_id, [(other, of_case) for other, of_case in others if of_case is not None])


def _hazard_of(session: Session, photo: Media) -> UUID | None:
    """The hazard that a photo of it, or of an order because of it, belongs to."""
    if photo.entity_type == "rectification":
        return session.scalar(select(Rectification.hazard_id).where(Rectification.id == photo.entity_id))
    return photo.entity_id if photo.entity_type == "hazard" else None


def _orders_of(hazard_id: UUID) -> Select[UUID]:
    return select(Rectification.id).where(Rectification.hazard_id == hazard_id)


def case_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """By the hazard itself, or by a letter about it or an order that came of it."""
    seen = hazard_photo(session, actor, photo) or letter_photo(session, actor, photo)
    return seen or order_photo(session, actor, photo)


def _inspection_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """By the inspection itself, or by the order that came of it."""
    return inspection_photo(session, actor, photo) or order_photo(session, actor, photo)


# Who may see a photo, by the kind of case that it belongs to.
MEDIA_RULES: dict[str, Callable[[Session, Actor, Media], AbstractSet[str]]] = {
    "hazard": case_photo,
    "handover": handover_photo,
    "rectification": rectification_photo,
    "permit": permit_photo,
    "assistance": assistance_photo,
    "inspection": _inspection_photo,
    "patrol": patrol_photo,
    "measure": measure_photo,
    "major": major_photo,
    "transfer": transfer_photo,
    "water_source": pack_photo,
    "rescue_sheet": pack_photo,
}
# Who is told that a photo has to be sent again, where it is not its owner.
PHOTO_SENDERS: dict[str, Callable[[Session, Media], UUID]] = {"hazard": photo_sender}
