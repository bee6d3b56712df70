"""Who may see the pictures of an application: its applicant's people, and those who decide or go there."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.permits.models import Permit
from workflow.permits.synced import PERMIT, is_office
from workflow.photos import ALL, NOTHING, SHOWN


def permit_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """As the application itself; the office also sees the original."""
    permit = session.scalars(select(Permit).where(Permit.id == photo.entity_id, PERMIT.visible_to(actor))).one_or_none()
    if permit is None:
        return NOTHING
    return ALL if is_office(permit, actor) else SHOWN
