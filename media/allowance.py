"""How much one account may send: a phone that was lost, or a script, must not fill the store for everybody."""

from __future__ import annotations

import math
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from database.session import now
from media.models import OPEN, Media, Upload
from media.problems import UploadAllowanceUsed

WINDOW = timedelta(hours=24)
_RETRY_WHILE_OPEN = timedelta(hours=1)  # unfinished uploads alone fill the allowance: nothing gets old, they have to end


def require_allowance(session: Session, owner_id: UUID, more_bytes: int, allowance_bytes: int) -> None:
    """Counts what was stored within 24 hours and what open uploads have promised. Raises UploadAllowanceUsed."""
    moment = now(session)
    stored, oldest = session.execute(
        select(func.sum(Media.length_bytes), func.min(Media.stored_at)).where(
            Media.owner_id == owner_id, Media.stored_at > moment - WINDOW
        )
    ).one()
    promised = session.scalar(
        select(func.sum(Upload.length_bytes)).where(Upload.owner_id == owner_id, Upload.state == OPEN, Upload.expires_at > moment)
    )
    if int(stored or 0) + int(promised or 0) + more_bytes > allowance_bytes:
        wait = oldest + WINDOW - moment if oldest else _RETRY_WHILE_OPEN
        raise UploadAllowanceUsed(allowance_bytes=allowance_bytes, retry_after_seconds=max(1, math.ceil(wait.total_seconds())))
