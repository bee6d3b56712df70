"""Sealed columns: encrypted at rest, found again only by exact match through a blind index under another key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

PURPOSES = ("encryption", "blind_index", "tokens", "cursors")
_NONCE_BYTES = 12


class BrokenKeyFile(Exception):
    """The key file is missing, unreadable or lacks a section."""


@dataclass(frozen=True)
class Key:
    """One secret of 32 bytes with the id that is written beside what it sealed."""

    id: str
    secret: bytes


class KeyRing:
    """Keys by purpose; the first of each purpose is current, older ones still open what they sealed."""

    def __init__(self, keys: dict[str, list[Key]]) -> None:
        self._keys = keys

    @classmethod
    def load(cls, path: Path) -> KeyRing:
        """Read the key file (JSON, `operations/keys.py` makes it). Raises BrokenKeyFile."""
        try:
            document = json.loads(path.read_text())
            keys = {
                purpose: [Key(entry["id"], base64.urlsafe_b64decode(entry["key"] + "==")) for entry in entries]
                for purpose, entries in document.items()
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BrokenKeyFile(f"key file {path}: {error}") from error
        for purpose in PURPOSES:
            if not keys.get(purpose):
                raise BrokenKeyFile(f"key file {path} has no key for '{purpose}'")
        return cls(keys)

    def current(self, purpose: str) -> Key:
        """The key that new things are sealed or signed with."""
        return self._keys[purpose][0]

    def all(self, purpose: str) -> list[Key]:
        """Every key that may have been used, the current one first."""
        return list(self._keys[purpose])

    def seal(self, plain: bytes) -> bytes:
        """AES-256-GCM: one byte length of the key id, the id, the nonce, ciphertext and tag."""
        key = self.current("encryption")
        nonce = os.urandom(_NONCE_BYTES)
        name = key.id.encode()
        return bytes([len(name)]) + name + nonce + AESGCM(key.secret).encrypt(nonce, plain, name)

    def open(self, sealed: bytes) -> bytes:
        """The plain bytes. Raises KeyError for an unknown key, InvalidTag if a byte was changed."""
        length = sealed[0]
        name = sealed[1 : 1 + length]
        nonce = sealed[1 + length : 1 + length + _NONCE_BYTES]
        key = next((key for key in self._keys["encryption"] if key.id.encode() == name), None)
        if key is None:
            raise KeyError(f"no encryption key {name!r}")
        return AESGCM(key.secret).decrypt(nonce, sealed[1 + length + _NONCE_BYTES :], name)

    def blind_index(self, purpose: str, value: str) -> bytes:
        """A keyed hash by which an exact value can be found; purposes cannot be compared with each other."""
        return self._digest("blind_index", purpose, value)

    def sign(self, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA-256 under the current key of the purpose."""
        return hmac.digest(self.current(purpose).secret, message, hashlib.sha256)

    def verify(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """True if any key of the purpose made this signature (32 bytes, or its first 16); takes the same time either way."""
        if len(signature) not in (16, 32):
            return False
        made = (hmac.digest(key.secret, message, hashlib.sha256)[: len(signature)] for key in self.all(purpose))
        return any(hmac.compare_digest(mine, signature) for mine in made)

    def _digest(self, key_purpose: str, purpose: str, value: str) -> bytes:
        return hmac.digest(self.current(key_purpose).secret, f"{purpose}\0{value}".encode(), hashlib.sha256)


class Sealed(TypeDecorator[str]):
    """A text column that the database sees only as ciphertext. The process sets `Sealed.ring` once at start-up."""

    impl = LargeBinary
    cache_ok = True
    ring: ClassVar[KeyRing | None] = None

    @classmethod
    def keys(cls) -> KeyRing:
        """The ring of this process. Raises BrokenKeyFile before start-up has loaded it."""
        if cls.ring is None:
            raise BrokenKeyFile("sealed columns are used before the key ring was loaded")
        return cls.ring

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else self.keys().seal(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        """Open on the way out."""
        return None if value is None else self.keys().open(bytes(value)).decode()


def fingerprint(value: str | bytes) -> bytes:
    """SHA-256, for secrets of full entropy (tracking codes, tokens) that are kept only as a hash."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).digest()
