"""Who else is at a draft: its people see each other's words on line, and are told whose they are."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.identifiers import masked_phone
from accounts.models import Person
from database.base import Json
from database.journal import Event
from places.models import Unit
from workflow.permits.models import Permit

_WRITTEN = ("permit.prepared", "permit.filled_in", "permit.commitment_signed", "permit.supplemented")


def draft_of(session: Session, permit: Permit, reader: Actor) -> Json:
    """Who wrote last and when, and who has to sign. For the applicant's people alone: they know each other by name."""
    last = session.scalars(
        select(Event)
        .where(Event.entity_type == "permit", Event.entity_id == permit.id, Event.name.in_(_WRITTEN))
        .order_by(Event.id.desc())
        .limit(1)
    ).one()
    signer_id = session.get_one(Unit, permit.unit_id).legal_person_id
    return {
        "written_by": _name(session.get_one(Person, last.actor_id)),
        "written_at": last.at,
        "is_own": last.actor_id == reader.id,
        "signer": _name(session.get_one(Person, signer_id)) if signer_id else None,
    }


def _name(person: Person) -> str:
    return person.staff_name or person.name or masked_phone(person.phone) or ""
