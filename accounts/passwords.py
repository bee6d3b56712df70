"""Passwords (Argon2id) and the second factor (TOTP, RFC 6238). Pure: no database, the moment is an argument."""

from __future__ import annotations

import base64
import binascii
import functools
import hmac
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from problems import Invalid, field_error

DEMO_TOTP = "000000"
MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 128
_KINDS_NEEDED = 3
_TOTP_SECONDS = 30
_TOTP_BYTES = (20, 40)  # at least 160 bits (RFC 4226 4)

# RFC 9106 asks for more memory than 100 sign-ins a second leave free; these are OWASP's figures for Argon2id (about 20 ms).
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The Argon2id hash with its parameters and salt."""
    return _hasher.hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """True if this is the password. Without a hash (no such account) it takes as long, and is False."""
    try:
        _hasher.verify(password_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@functools.cache
def _nobodys_hash() -> str:
    return _hasher.hash("nobody has this password")


def require_strong(password: str, username: str) -> None:
    """Raises Invalid for a password that is short, of too few kinds of characters, or holds the username.

    Length is checked by the schema too; the kinds come from docs/sources.md (password complexity).
    """
    kinds = sum(
        any(test(char) for char in password) for test in (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    )
    if len(password) < MIN_PASSWORD_LENGTH or kinds < _KINDS_NEEDED:
        message = "至少10个字符,且含大写字母、小写字母、数字、符号中的三种"
        raise Invalid(field_error("password", "weak_password", message))
    if username.lower() in password.lower():
        raise Invalid(field_error("password", "weak_password", "密码不能包含用户名"))


def is_totp_secret(secret: str) -> bool:
    """True for base32 (RFC 4648) of 160 to 320 bits: what the generator of codes can read, whole bytes and no rest."""
    try:
        return _TOTP_BYTES[0] <= len(base64.b32decode(secret + "=" * (-len(secret) % 8))) <= _TOTP_BYTES[1]
    except binascii.Error:
        return False


def matching_step(secret: str, code: str, moment: datetime, after: int) -> int | None:
    """The 30-second step whose code this is: the present one or a neighbour, later than `after`; None if it is none."""
    totp = pyotp.TOTP(secret)
    present = int(moment.timestamp()) // _TOTP_SECONDS
    for step in (present - 1, present, present + 1):
        if step > after and hmac.compare_digest(totp.at(step * _TOTP_SECONDS), code):
            return step
    return None
