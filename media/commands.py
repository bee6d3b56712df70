"""What happens to photos. Records never wait for them: a record may name a photo that nobody has sent yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.journal import record
from database.session import now
from media.access import MediaRules
from media.models import READY, REFUSED, STORED, WAITING, Media
from media.problems import AlreadyStored, DigestMismatch
from media.spool import Inspected
from problems import Invalid, NotFound, field_error

# What an announcement says of a photo: column -> name on the wire.
_DECLARED = {"declared_sha256": "sha256", "declared_length_bytes": "length_bytes", "captured_at": "captured_at"}


def announce(session: Session, actor: Actor, data: dict[str, Any], *, names: Mapping[str, str] | None = None) -> Media:
    """Make a photo known before its bytes come; `data` as loaded by AnnouncePhotoSchema. Repeating it changes nothing.

    What an earlier announcement left open (digest, length, moment) is filled in. Raises Invalid naming `id` if it is
    somebody else's, or `sha256` or `length_bytes` if they differ from what was announced; `names` says what the door calls them.
    """
    names = names or {}
    said = {column: data[key] for column, key in _DECLARED.items() if data.get(key) is not None}
    media = _announced(session, actor, [data["id"]], {"role": data.get("role") or "report", **said})[data["id"]]
    _refuse_strangers(actor, [media], [names.get("id", "id")])
    fresh = {column: value for column, value in said.items() if getattr(media, column) is None}
    for column, value in said.items() - fresh.items():
        if getattr(media, column) != value and column != "captured_at":
            field = names.get(_DECLARED[column], _DECLARED[column])
            raise Invalid(field_error(field, "announced_otherwise", "与此前声明的不一致"))
    for column, value in fresh.items():
        setattr(media, column, value)
    if fresh:
        _changed(session, media)
    return media


def attach(
    session: Session,
    actor: Actor,
    media_ids: Sequence[UUID],
    entity_type: str,
    entity_id: UUID,
    role: str,
    *,
    field: str = "photos",
) -> list[Media]:
    """Photos become part of a record, in the order given; unknown ids are announced by this. The caller limits how many.

    Raises Invalid naming `<field>.<index>` for a photo that is somebody else's, or is part of another record.
    """
    wanted = list(dict.fromkeys(media_ids))
    if not wanted:
        return []
    found = _announced(session, actor, wanted, {"role": role, "entity_type": entity_type, "entity_id": entity_id})
    photos = [found[media_id] for media_id in wanted]
    _refuse_strangers(actor, photos, [f"{field}.{list(media_ids).index(photo.id)}" for photo in photos])
    for photo in photos:
        if photo.entity_id is None:
            photo.entity_type, photo.entity_id, photo.role = entity_type, entity_id, role
            _changed(session, photo)
            record(session, "media.attached", photo, actor, data=_belonging(photo))
            if photo.state == REFUSED:  # the record does not wait for it, and its author is asked for another
                data = {**_belonging(photo), "reason": photo.refused_reason}
                record(session, "media.refused", photo, actor, concerns={"sender": [actor.id]}, data=data)
        elif (photo.entity_type, photo.entity_id) != (entity_type, entity_id):
            where = f"{field}.{list(media_ids).index(photo.id)}"
            raise Invalid(field_error(where, "attached_elsewhere", "该照片已用于其他记录"))
    return photos


def check_expected(session: Session, actor: Actor, media_id: UUID, sha256: bytes) -> Media | None:
    """Whether bytes of this digest are welcome as the photo: None if nobody knows it yet, the stored photo if they are here.

    Raises as `announce` and `store` would, before a byte is read. Nothing is locked: those look again.
    """
    media = session.get(Media, media_id)
    if media is None:
        return None
    _refuse_strangers(actor, [media], ["media_id"])
    if media.state in (STORED, READY) and media.sha256 == sha256:
        return media
    if media.state != WAITING:
        raise AlreadyStored(state=media.state)
    if media.declared_sha256 not in (None, sha256):
        raise DigestMismatch("sha256")
    return None


def store(session: Session, actor: Actor, media_id: UUID, file: Inspected, storage_key: str) -> Media:
    """The sealed original is durable under `storage_key`. Storing the same bytes again changes nothing.

    Raises NotFound if the photo is not the actor's, AlreadyStored if it has other bytes or was refused, DigestMismatch if
    other bytes were announced.
    """
    media = locked(session, media_id)
    if media is None or media.owner_id != actor.id or file.content_type is None:
        raise NotFound
    if media.state in (STORED, READY) and media.sha256 == file.sha256:
        return media
    if media.state != WAITING:
        raise AlreadyStored(state=media.state)
    if media.declared_sha256 not in (None, file.sha256):
        raise DigestMismatch("sha256")
    media.state = STORED
    media.sha256, media.length_bytes, media.content_type = file.sha256, file.length_bytes, file.content_type
    media.storage_key, media.stored_at = storage_key, now(session)
    _changed(session, media)
    found = {"sha256": file.sha256.hex(), "length_bytes": file.length_bytes, "content_type": file.content_type}
    record(session, "media.stored", media, actor, data={**_belonging(media), **found})
    return media


def refuse(session: Session, actor: Actor, media_id: UUID, reason: str, rules: MediaRules) -> Media | None:
    """This photo cannot be shown: `not_an_image`, `broken`, `too_many_pixels` or `too_costly`. Its sealed original is kept.

    Event: media.refused, which tells who sent it, so that he can send another one.
    """
    media = locked(session, media_id)
    if media is None or media.state not in (WAITING, STORED):
        return media
    media.state, media.refused_reason = REFUSED, reason
    _changed(session, media)
    data = {**_belonging(media), "reason": reason}
    record(session, "media.refused", media, actor, concerns={"sender": [rules.sender(session, media)]}, data=data)
    return media


def note_original_read(session: Session, actor: Actor, media_id: UUID) -> Media:
    """The sealed original is about to be opened for this actor: the journal says so first."""
    media = locked(session, media_id)
    if media is None or media.state != READY:
        raise NotFound
    record(session, "media.original_read", media, actor, data=_belonging(media))
    return media


def locked(session: Session, media_id: UUID) -> Media | None:
    """The photo with its row locked, as it is now."""
    return session.get(Media, media_id, with_for_update=True, populate_existing=True)


def _announced(session: Session, actor: Actor, ids: Sequence[UUID], said: Mapping[str, Any]) -> dict[UUID, Media]:
    """The photos of these ids, locked in one order; those that nobody knew are the actor's from now on, as `said`."""
    moment = now(session)
    fresh = {"owner_id": actor.id, "revision": 1, "stamps": {}, "created_at": moment, "updated_at": moment, **said}
    made = set(
        session.scalars(
            insert(Media)
            .values([{"id": media_id, **fresh} for media_id in sorted(ids)])
            .on_conflict_do_nothing(index_elements=["id"])
            .returning(Media.id)
        )
    )
    rows = select(Media).where(Media.id.in_(ids)).order_by(Media.id).with_for_update()
    found = {media.id: media for media in session.scalars(rows.execution_options(populate_existing=True))}
    for media_id in made:
        record(session, "media.announced", found[media_id], actor, data=_belonging(found[media_id]))
    return found


def _refuse_strangers(actor: Actor, photos: Sequence[Media], fields: Sequence[str]) -> None:
    errors = [
        field_error(field, "id_taken", "该编号已被使用")
        for photo, field in zip(photos, fields, strict=True)
        if photo.owner_id != actor.id
    ]
    if errors:
        raise Invalid(*errors)


def _changed(session: Session, media: Media) -> None:
    media.revision += 1
    media.updated_at = now(session)


def _belonging(media: Media) -> dict[str, Any]:
    entity_id = str(media.entity_id) if media.entity_id else None
    return {"role": media.role, "entity_type": media.entity_type, "entity_id": entity_id}
