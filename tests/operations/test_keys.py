"""The key file: made once, never overwritten, closed to others."""

from __future__ import annotations

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from operations.keys import ALGORITHMS, ensure_key_file
from operations.processes import CannotStart


def test_each_purpose_gets_its_own_key_of_256_bits_and_nobody_else_may_read_them(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    ensure_key_file(path)
    keys = json.loads(path.read_text())
    assert {section: entries[0]["algorithm"] for section, entries in keys.items()} == ALGORITHMS
    secrets = {base64.urlsafe_b64decode(entries[0]["key"] + "=") for entries in keys.values()}
    assert [len(secret) for secret in secrets] == [32] * len(ALGORITHMS)
    assert len({entries[0]["id"] for entries in keys.values()}) == len(ALGORITHMS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_left_as_it_is_whoever_comes_second(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ensure_key_file(path), range(8)))
    first = path.read_bytes()
    ensure_key_file(path)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"encryption": []}', "\N{PILE OF POO}"])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(CannotStart, match="restore it from the backup"):
        ensure_key_file(path)
    assert path.read_text(encoding="utf-8") == content


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    ensure_key_file(path)
    path.chmod(0o644)
    with pytest.raises(CannotStart, match="chmod 600"):
        ensure_key_file(path)
