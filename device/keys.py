"""The device's key: co-signatures and, later, capture records. ES256, made on the device, never leaves it."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)


class DeviceKey:
    """A P-256 key pair."""

    def __init__(self, pem: str | None = None) -> None:
        loaded = load_pem_private_key(pem.encode(), None) if pem else ec.generate_private_key(ec.SECP256R1())
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError("the device key must be an elliptic-curve key")
        self._key = loaded

    def pem(self) -> str:
        """The private key as the store keeps it."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def public_jwk(self) -> dict[str, str]:
        """The public key (RFC 7517), as the device registers it."""
        numbers = self._key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _number(numbers.x), "y": _number(numbers.y)}

    def sign(self, act_sha256: str) -> str:
        """ES256 over the 64 hexadecimal characters of an act's digest: r and s, base64url without padding."""
        r, s = decode_dss_signature(self._key.sign(act_sha256.encode(), ec.ECDSA(SHA256())))
        return _encode(r.to_bytes(32) + s.to_bytes(32))


def _number(value: int) -> str:
    return _encode(value.to_bytes(32))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
