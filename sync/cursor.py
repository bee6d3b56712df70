"""Where a device stands in each scope: an opaque token, signed only so that tampering shows; rights are checked on every pull."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

import orjson

from database.crypto import KeyRing
from sync.problems import BadCursor

_SIGNATURE_BYTES = 16


@dataclass
class Cursor:
    """Positions by scope id, and the scopes that are still beginning."""

    epoch: str
    positions: dict[int, int] = field(default_factory=dict)
    beginning: set[int] = field(default_factory=set)

    def token(self, ring: KeyRing) -> str:
        """The signed text."""
        positions = {str(scope): position for scope, position in self.positions.items()}
        body = orjson.dumps([self.epoch, positions, sorted(self.beginning)])
        return base64.urlsafe_b64encode(ring.sign("cursors", body)[:_SIGNATURE_BYTES] + body).rstrip(b"=").decode()

    @classmethod
    def read(cls, ring: KeyRing, token: str) -> Cursor:
        """Raises BadCursor for anything that we did not sign."""
        try:
            raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error) as error:
            raise BadCursor from error
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if len(signature) != _SIGNATURE_BYTES or not ring.verify("cursors", body, signature):
            raise BadCursor
        epoch, positions, beginning = orjson.loads(body)
        return cls(epoch, {int(scope): position for scope, position in positions.items()}, set(beginning))
