"""The key file: every secret key of the product, each with an id, so that keys can be changed without losing data.

It is made once and never overwritten: what is encrypted under a lost key is lost with it.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
import tempfile
from pathlib import Path

from operations.processes import CannotStart

KEY_BYTES = 32
# Separate keys for separate purposes: whoever gets the blind index's key can test guesses, but reads nothing.
ALGORITHMS = {
    "encryption": "aes-256-gcm",
    "blind_index": "hmac-sha256",
    "tokens": "hmac-sha256",
    "cursors": "hmac-sha256",
}


def new_key(section: str) -> dict[str, str]:
    """A fresh entry for a section: `{"id", "algorithm", "key"}`, the key as unpadded base64url of 32 random bytes."""
    return {
        "id": secrets.token_hex(4),
        "algorithm": ALGORITHMS[section],
        "key": base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).rstrip(b"=").decode("ascii"),
    }


def ensure_key_file(path: Path) -> None:
    """Make the key file if there is none: one key in each section; the first of a section is the current one.

    Of two processes that try at once, one wins and the other keeps that file. Raises CannotStart when an existing
    file is damaged, lacks a section, or may be read by other accounts.
    """
    if not path.exists():
        _write_once(path, {section: [new_key(section)] for section in ALGORITHMS})
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise CannotStart(f"other accounts may read the key file {path}: run chmod 600 on it")
    try:
        keys = json.loads(path.read_text(encoding="ascii"))
        lacking = [section for section in ALGORITHMS if not keys[section][0]["key"]]
    except PermissionError:
        raise CannotStart(f"the key file {path} belongs to another account and cannot be read") from None
    except (ValueError, LookupError, TypeError) as error:
        raise CannotStart(f"the key file {path} is damaged ({error!r}): restore it from the backup") from None
    if lacking:
        raise CannotStart(f"the key file {path} has no key for {', '.join(lacking)}: restore it from the backup")


def _write_once(path: Path, keys: dict[str, list[dict[str, str]]]) -> None:
    """The file appears whole, readable by us alone, on disk, and only if no other process made it first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(keys, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            return
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        Path(unfinished).unlink()
