"""Finding and making the accounts of citizens. Staff are made by an administrator (`accounts/staff.py`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.models import Person
from accounts.providers import Claims
from database.base import new_id
from database.crypto import KeyRing
from database.journal import record
from database.session import now


def phone_index(ring: KeyRing, phone: str) -> bytes:
    """By which a phone number is found."""
    return ring.blind_index("mobile", phone)


def new_guest(session: Session) -> Person:
    """Somebody of whom nothing is known, fresh for each guest session. The journal does not mention him."""
    guest = _person(session, is_guest=True)
    session.add(guest)
    session.flush()
    return guest


def citizen_by_phone(session: Session, ring: KeyRing, phone: str, *, auth_level: int) -> Person:
    """The account of this number, locked; made if there is none. Staff are never found by phone."""
    index = phone_index(ring, phone)
    _take_turn(session, index)
    person = _locked(session, Person.phone_index == index)
    if person is None:
        person = _register(session, phone=phone, phone_index=index)
    _raise_level(person, auth_level)
    return person


def citizen_by_claims(session: Session, ring: KeyRing, provider: str, claims: Claims) -> Person:
    """The account of whom the identity provider confirmed, locked; made, or joined to that of his number.

    A number that another confirmed person left behind moves to the one who holds it now.
    """
    subject_index = ring.blind_index("subject", f"{provider}:{claims.subject}")
    index = phone_index(ring, claims.phone) if claims.phone else None
    _take_turn(session, *filter(None, (subject_index, index)))
    person = _locked(session, Person.subject_index == subject_index)
    owner = _locked(session, Person.phone_index == index) if index else None
    if person is None and owner is not None and owner.subject_index is None:
        person = owner
    if person is None:
        person = _register(session, subject_index=subject_index)
    if owner is not None and owner is not person:
        owner.phone = owner.phone_index = None
        _touch(session, owner)
        session.flush()  # the number must be free before it is given away
    facts: dict[str, Any] = {"subject_index": subject_index}
    if index:
        facts |= {"phone": claims.phone, "phone_index": index}
    if claims.name:
        facts["name"] = claims.name
    if claims.id_number:
        facts |= {"id_number": claims.id_number, "id_number_index": ring.blind_index("id_no", claims.id_number)}
    changed = {name: value for name, value in facts.items() if getattr(person, name) != value}
    for name, value in changed.items():
        setattr(person, name, value)
    if changed:
        _touch(session, person)
    _raise_level(person, claims.auth_level)
    session.flush()
    return person


def _register(session: Session, **facts: Any) -> Person:
    person = _person(session, **facts)
    session.add(person)
    session.flush()
    record(session, "person.registered", person, person)
    return person


def _person(session: Session, **facts: Any) -> Person:
    moment = now(session)
    return Person(id=new_id(), revision=1, created_at=moment, updated_at=moment, **facts)


def _locked(session: Session, condition: Any) -> Person | None:
    statement = select(Person).where(condition, Person.kind == "natural").with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def _raise_level(person: Person, auth_level: int) -> None:
    person.auth_level = max(person.auth_level, auth_level)


def _touch(session: Session, person: Person) -> None:
    person.revision += 1
    person.updated_at = now(session)


def _take_turn(session: Session, *indexes: bytes) -> None:
    """One sign-in at a time for one subject or number: two first ones must find the same account."""
    for key in sorted(int.from_bytes(index[:8], signed=True) for index in indexes):
        session.execute(select(func.pg_advisory_xact_lock(key)))
