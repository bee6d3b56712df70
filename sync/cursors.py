"""Cursors: where a device stands in each scope, and the epoch. Opaque to clients, signed, and of use to their owner only."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

import orjson

from database.crypto import KeyRing
from sync.problems import BadCursor

_SIGNATURE_BYTES = 32
_PURPOSE = "cursors"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device stands in one scope. `upto`: the scope is beginning, and living rows alone are sent up to there."""

    position: int
    upto: int = 0

    @property
    def is_beginning(self) -> bool:
        """True until everything that lived when the scope began has been sent."""
        return self.position < self.upto


@dataclass(frozen=True)
class Cursor:
    """The whole token. Scopes are named by their ids."""

    epoch: str
    places: Mapping[int, Place] = field(default_factory=dict)

    def moved(self, scope_id: int, place: Place) -> Cursor:
        """The same, further in one scope."""
        return replace(self, places={**self.places, scope_id: place})

    def without(self, scope_id: int) -> Cursor:
        """The same, without one scope."""
        return replace(self, places={key: place for key, place in self.places.items() if key != scope_id})


def encode(ring: KeyRing, owner_id: UUID, cursor: Cursor) -> str:
    """base64url of the HMAC-SHA-256 and the JSON `[epoch, [scope, position, upto?], …]`."""
    places = [
        [scope_id, place.position, place.upto] if place.is_beginning else [scope_id, place.position]
        for scope_id, place in cursor.places.items()
    ]
    payload = orjson.dumps([cursor.epoch, *places])
    return base64.urlsafe_b64encode(ring.sign(_PURPOSE, _message(owner_id, payload)) + payload).rstrip(b"=").decode()


def decode(ring: KeyRing, owner_id: UUID, token: str) -> Cursor:
    """The cursor that we once gave to this owner. Raises BadCursor."""
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise BadCursor from error
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not ring.verify(_PURPOSE, _message(owner_id, payload), signature):
        raise BadCursor
    epoch, *places = orjson.loads(payload)
    return Cursor(epoch, {item[0]: Place(*item[1:]) for item in places})


def _message(owner_id: UUID, payload: bytes) -> bytes:
    return b"sync\0" + owner_id.bytes + payload
