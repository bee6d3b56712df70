"""Who may see the photos of a transfer: whoever may see the transfer."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from workflow.photos import ALL, NOTHING
from workflow.transfers.models import Transfer
from workflow.transfers.synced import TRANSFER


def transfer_photo(session: Session, actor: Actor, photo: Media) -> AbstractSet[str]:
    """Whoever sees the transfer sees them whole."""
    seen = session.scalars(select(Transfer.id).where(Transfer.id == photo.entity_id, TRANSFER.visible_to(actor))).one_or_none()
    return ALL if seen is not None else NOTHING
