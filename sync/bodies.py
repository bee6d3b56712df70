"""Bodies of mutations, sealed under a key of their queue: whoever destroys the key destroys them all."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from database.crypto import KeyRing

_NONCE_BYTES = 12
_KEY_BITS = 256


def new_body_key(ring: KeyRing) -> bytes:
    """A fresh data key, sealed by the ring."""
    return ring.seal(AESGCM.generate_key(_KEY_BITS))


class Bodies:
    """Seals and opens the lines of one queue: 12 bytes of nonce, then AES-256-GCM bound to the line's hash."""

    def __init__(self, ring: KeyRing, body_key: bytes) -> None:
        self._cipher = AESGCM(ring.open(body_key))

    def seal(self, text: bytes, sha256: bytes) -> bytes:
        """The line as it is stored."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text, sha256)

    def open(self, sealed: bytes, sha256: bytes) -> bytes:
        """The line as it was sent. Raises InvalidTag if it is not the one that has this hash."""
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], sha256)
