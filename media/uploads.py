"""The rules of tus 1.0.0 (core, creation) as commands: who may write where, from which byte, and one at a time.

The order of locks is the photo, then its upload. Bytes are acknowledged by `acknowledge` alone, after the spool synced them.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import new_id
from database.crypto import fingerprint
from database.session import now
from media import commands
from media.allowance import require_allowance
from media.models import DISCARDED, EXPIRED, FINISHED, OPEN, WAITING, Media, Upload
from media.problems import AlreadyStored, OffsetMismatch, UploadBusy, UploadGone
from media.spool import Inspected, Spool
from problems import BodyTooLarge, Invalid, NotFound, field_error

# A writer that has not received a byte for so long is taken for dead, and another may go on where it was acknowledged.
WRITER_LEASE = timedelta(seconds=10)
RENEW_BEFORE = timedelta(seconds=5)
_BUSY_RETRY_SECONDS = 2
# Where a tus creation says what other doors say in JSON.
HEADERS = {
    "id": "Upload-Metadata.media_id",
    "role": "Upload-Metadata.role",
    "sha256": "Upload-Metadata.sha256",
    "captured_at": "Upload-Metadata.captured_at",
    "length_bytes": "Upload-Length",
}
_SWEEP_ROWS = 500


def create(
    session: Session,
    actor: Actor,
    data: dict[str, Any],
    *,
    metadata_header: str,
    lifetime: timedelta,
    max_bytes: int,
    allowance_bytes: int,
) -> Upload:
    """Announce the photo and open an upload for it; the same photo of the same owner has the same upload as before.

    `data` as loaded by AnnouncePhotoSchema, digest and length given. Raises BodyTooLarge, Invalid, AlreadyStored,
    UploadAllowanceUsed.
    """
    if data["length_bytes"] > max_bytes:
        raise BodyTooLarge(max_bytes=max_bytes)
    media = commands.announce(session, actor, data, names=HEADERS)
    if media.declared_sha256 is None:
        raise Invalid(field_error(HEADERS["sha256"], "required", "必填"))
    upload = session.scalars(
        select(Upload).where(Upload.media_id == media.id, Upload.state.in_((OPEN, FINISHED))).with_for_update()
    ).one_or_none()
    if upload is not None and upload.state == OPEN and upload.expires_at <= now(session):
        upload.state = EXPIRED
        session.flush()
        upload = None
    if upload is not None:
        return upload
    if media.state != WAITING:
        raise AlreadyStored(state=media.state)
    require_allowance(session, actor.id, data["length_bytes"], allowance_bytes)
    token = secrets.token_urlsafe(32)
    upload = Upload(
        id=new_id(),
        media_id=media.id,
        owner_id=actor.id,
        token=token,
        token_hash=fingerprint(token),
        metadata_header=metadata_header,
        state=OPEN,
        length_bytes=data["length_bytes"],
        offset_bytes=0,
        sealed_bytes=0,
        created_at=now(session),
        expires_at=now(session) + lifetime,
    )
    session.add(upload)
    session.flush()
    return upload


def find(session: Session, actor: Actor, token: str, *, lock: bool = False) -> Upload:
    """The actor's upload behind a capability. Raises NotFound, or UploadGone if it expired or was given up."""
    statement = select(Upload).where(Upload.token_hash == fingerprint(token), Upload.owner_id == actor.id)
    upload = session.scalars(statement.with_for_update() if lock else statement).one_or_none()
    if upload is None:
        raise NotFound
    if upload.state in (DISCARDED, EXPIRED) or (upload.state == OPEN and upload.expires_at <= now(session)):
        raise UploadGone
    return upload


def take(session: Session, actor: Actor, token: str, offset_bytes: int, body_bytes: int | None) -> Upload:
    """Become the one writer, from `offset_bytes` on. A finished upload has none: it is answered as it is.

    Raises OffsetMismatch, BodyTooLarge if the body is longer than what is missing, UploadBusy while another one writes.
    """
    upload = find(session, actor, token, lock=True)
    if upload.offset_bytes != offset_bytes:
        raise OffsetMismatch(offset_bytes=upload.offset_bytes)
    missing = upload.length_bytes - upload.offset_bytes
    if body_bytes is not None and body_bytes > missing:
        raise BodyTooLarge(max_bytes=missing)
    if upload.state == FINISHED:
        return upload
    if upload.writer_until is not None and upload.writer_until > now(session):
        raise UploadBusy(retry_after_seconds=_BUSY_RETRY_SECONDS)
    upload.writer, upload.writer_until = new_id(), now(session) + WRITER_LEASE
    return upload


def expected_sha256(session: Session, upload: Upload) -> bytes | None:
    """The digest that the whole file has to have."""
    return session.scalars(select(Media.declared_sha256).where(Media.id == upload.media_id)).one()


def renew(session: Session, upload: Upload) -> datetime:
    """Stay the writer, and until when. Raises UploadBusy if another request took over; then not one byte more may be written."""
    until = now(session) + WRITER_LEASE
    still = session.scalars(
        update(Upload)
        .where(Upload.id == upload.id, Upload.writer == upload.writer, Upload.state == OPEN)
        .values(writer_until=until)
        .returning(Upload.id)
    ).first()
    if still is None:
        raise UploadBusy(retry_after_seconds=_BUSY_RETRY_SECONDS)
    return until


def acknowledge(session: Session, upload: Upload, offset_bytes: int, sealed_bytes: int, lifetime: timedelta) -> Upload:
    """The spool holds the file up to `offset_bytes`, synced. The writer goes, unless the file is whole and to be checked.

    Raises UploadBusy if another request took over meanwhile.
    """
    current = _written_by(session, upload)
    current.offset_bytes, current.sealed_bytes = offset_bytes, sealed_bytes
    current.expires_at = now(session) + lifetime
    if offset_bytes < current.length_bytes:
        current.writer = current.writer_until = None
    else:
        current.writer_until = now(session) + WRITER_LEASE
    return current


def release(session: Session, upload: Upload) -> None:
    """Give up writing; whatever was not acknowledged does not count."""
    session.execute(
        update(Upload).where(Upload.id == upload.id, Upload.writer == upload.writer).values(writer=None, writer_until=None)
    )


def finish(session: Session, actor: Actor, upload: Upload, file: Inspected, storage_key: str) -> Media:
    """The whole file is stored: it becomes the photo's original. The caller's rights are those of this moment.

    Raises NotFound if the upload is not the actor's, UploadBusy if another request took over, and as `commands.store`.
    """
    if upload.owner_id != actor.id:
        raise NotFound
    media = commands.store(session, actor, upload.media_id, file, storage_key)
    current = _written_by(session, upload)
    current.state, current.writer, current.writer_until = FINISHED, None, None
    return media


def discard(session: Session, upload: Upload) -> None:
    """The whole file is not what it should be: its URL is gone."""
    session.execute(
        update(Upload).where(Upload.id == upload.id, Upload.state == OPEN).values(state=DISCARDED, writer=None, writer_until=None)
    )


def sweep(session: Session, spool: Spool, lifetime: timedelta) -> int:
    """Expire what was left lying, and remove files that no open upload needs. How many uploads expired.

    A file goes in a later sweep than the one that closed its upload, so a rolled-back sweep has removed nothing that counts.
    """
    moment = now(session)
    closed = session.scalars(
        select(Upload).where(Upload.state != OPEN, Upload.sealed_bytes > 0).limit(_SWEEP_ROWS).with_for_update(skip_locked=True)
    ).all()
    for upload in closed:
        spool.remove(upload.id)
        upload.sealed_bytes = 0
    strays = list(spool.strays(moment - lifetime - timedelta(days=1)))
    needed = set(session.scalars(select(Upload.id).where(Upload.id.in_(strays), Upload.state == OPEN)))
    for stray in set(strays) - needed:
        spool.remove(stray)
    late = (
        select(Upload.id)
        .where(Upload.state == OPEN, Upload.expires_at <= moment)
        .limit(_SWEEP_ROWS)
        .with_for_update(skip_locked=True)
    )
    expired = session.scalars(
        update(Upload).where(Upload.id.in_(late)).values(state=EXPIRED, writer=None, writer_until=None).returning(Upload.id)
    ).all()
    return len(expired)


def _written_by(session: Session, upload: Upload) -> Upload:
    """The upload as it is now, locked; only for its writer."""
    current = session.get(Upload, upload.id, with_for_update=True, populate_existing=True)
    if current is None or current.writer != upload.writer or current.state != OPEN:
        raise UploadBusy(retry_after_seconds=_BUSY_RETRY_SECONDS)
    return current
