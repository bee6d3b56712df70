"""What content editors do with the law library."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from accounts.actor import Actor
from sync.mutations import Mutation, Origin
from training_content.grams import grams_of
from training_content.laws.models import Law
from training_content.laws.synced import FIELDS, LAW
from training_content.publishing import add, changed, lock, refusing_taken, require_editor, set_published
from wire import NothingSchema


def draft_law(session: Session, actor: Actor, law_id: UUID, data: dict[str, Any]) -> Law:
    """A new record that only editors see. Raises RoleNotAllowed, Invalid naming `code` if one of it exists."""
    require_editor(actor, "draft_law")
    law = Law(id=law_id, **_fields(data))
    add(session, LAW, law, actor)
    return law


def edit_law(session: Session, actor: Actor, law_id: UUID, data: dict[str, Any], origin: Origin) -> Law:
    """Replace the record; a published one reaches every device anew. Raises StaleRevision, Invalid naming `code`."""
    law = lock(session, LAW, Law, law_id, actor, origin)
    require_editor(actor, "edit_law")
    for name, value in _fields(data).items():
        setattr(law, name, value)
    with refusing_taken():
        changed(session, LAW, law, actor, "edited")
    return law


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    found = {name: data[name] for name in FIELDS}
    words = [data[name] for name in ("code", "title", "doc_no", "issuer", "note")]
    words += [article[part] for article in data["articles"] for part in ("heading", "text")]
    return {**found, "grams": func.array_to_tsvector(cast(grams_of(words), ARRAY(Text)))}


def publish(session: Session, actor: Actor, law_id: UUID, _: dict[str, Any], origin: Origin) -> Law:
    """Out to every device."""
    return _publish(session, actor, law_id, origin, wanted=True)


def withdraw(session: Session, actor: Actor, law_id: UUID, _: dict[str, Any], origin: Origin) -> Law:
    """Back from every device; editors keep it."""
    return _publish(session, actor, law_id, origin, wanted=False)


def _publish(session: Session, actor: Actor, law_id: UUID, origin: Origin, *, wanted: bool) -> Law:
    law = lock(session, LAW, Law, law_id, actor, origin)
    require_editor(actor, "publish" if wanted else "withdraw")
    set_published(session, LAW, law, actor, wanted=wanted)
    return law


MUTATIONS = [
    Mutation("law.publish", NothingSchema, publish, summary="发布法规", devices=False),
    Mutation("law.withdraw", NothingSchema, withdraw, summary="撤下法规", devices=False),
]
