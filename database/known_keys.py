"""Which keys this database has met. A key file of another database is refused before anything is sealed with it.

Rows hold fingerprints: a key has 256 random bits, so nothing leads back from one to it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from database.base import Base
from database.crypto import PURPOSES, BrokenKeyFile, Key, KeyRing, fingerprint
from database.session import now

# Without these something cannot be read or found any more; without the others everybody only signs in again.
_NEEDED_FOR_EVER = ("encryption", "blind_index")


class KnownKey(Base):
    """A key that has been the current one of its purpose."""

    __tablename__ = "known_key"

    purpose: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    since: Mapped[datetime]


class ForeignKeyFile(BrokenKeyFile):
    """The key file is whole, but it is not the one of this database."""

    def __init__(self, why: str) -> None:
        super().__init__(f"KEY_FILE does not belong to this database ({why}): restore the key file that was made with it")


def require_own_keys(session: Session, ring: KeyRing) -> None:
    """Compare the ring with the keys that the database has met. Raises ForeignKeyFile."""
    known = {(row.purpose, row.id): bytes(row.fingerprint) for row in session.scalars(select(KnownKey))}
    for (purpose, key_id), mark in sorted(known.items()):
        key = next((key for key in ring.all(purpose) if key.id == key_id), None)
        if key is None and purpose in _NEEDED_FOR_EVER:
            raise ForeignKeyFile(f"it has no {purpose} key {key_id}")
        if key is not None and mark_of(purpose, key) != mark:
            raise ForeignKeyFile(f"its {purpose} key {key_id} is another one")
    indexed = [key_id for purpose, key_id in known if purpose == "blind_index"]
    if indexed and ring.current("blind_index").id not in indexed:
        raise ForeignKeyFile("its first blind_index key is new, and what is indexed would no longer be found")


def remember_keys(session: Session, ring: KeyRing) -> None:
    """Note what is current for the first time: at the first start of all, and after a rotation."""
    known = {(purpose, key_id) for purpose, key_id in session.execute(select(KnownKey.purpose, KnownKey.id))}
    fresh = [(purpose, ring.current(purpose)) for purpose in PURPOSES if (purpose, ring.current(purpose).id) not in known]
    if fresh:
        rows = [
            {"purpose": purpose, "id": key.id, "fingerprint": mark_of(purpose, key), "since": now(session)}
            for purpose, key in fresh
        ]
        session.execute(insert(KnownKey).values(rows).on_conflict_do_nothing())


def mark_of(purpose: str, key: Key) -> bytes:
    """The fingerprint of a key for one purpose."""
    return fingerprint(purpose.encode() + b"\0" + key.id.encode() + b"\0" + key.secret)
