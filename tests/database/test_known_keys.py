"""A key file that does not belong to the database is refused before anything is sealed with it; keys can be rotated."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.app import assemble
from database.crypto import KeyRing
from database.known_keys import ForeignKeyFile
from operations.keys import ensure_key_file, new_key
from operations.run import ROOT
from settings import Settings
from tests.servers import DatabaseUrls

Keys = dict[str, list[dict[str, str]]]


@pytest.fixture
def with_keys(fresh_database: DatabaseUrls, settings: Settings, tmp_path: Path) -> Callable[[Callable[[Keys], Any]], Settings]:
    """Settings whose key file is the right one after a change."""

    def changed(change: Callable[[Keys], Any]) -> Settings:
        keys: Keys = json.loads(settings.key_file.read_text())
        change(keys)
        path = tmp_path / "keys.json"
        path.write_text(json.dumps(keys))
        path.chmod(0o600)
        return replace(settings, key_file=path)

    return changed


def starts(settings: Settings) -> KeyRing:
    parts = assemble(settings)
    parts.database.dispose()
    return parts.ring


def test_a_key_file_of_another_database_is_refused(fresh_database: DatabaseUrls, settings: Settings, tmp_path: Path) -> None:
    starts(settings)
    ensure_key_file(tmp_path / "other.json")
    with pytest.raises(ForeignKeyFile, match="KEY_FILE does not belong to this database"):
        starts(replace(settings, key_file=tmp_path / "other.json"))


@pytest.mark.parametrize("purpose", ["encryption", "tokens", "cursors"])
def test_a_new_key_may_be_put_first_and_the_old_one_stays_known(
    with_keys: Callable[[Callable[[Keys], Any]], Settings], purpose: str
) -> None:
    rotated = with_keys(lambda keys: keys[purpose].insert(0, new_key(purpose)))
    sealed = starts(with_keys(lambda keys: None)).seal(b"before")
    assert starts(rotated).open(sealed) == b"before"
    starts(rotated)


def test_after_a_rotation_the_file_from_before_it_is_refused(with_keys: Callable[[Callable[[Keys], Any]], Settings]) -> None:
    old = with_keys(lambda keys: None)
    kept = old.key_file.with_name("old.json")
    shutil.copy(old.key_file, kept)
    starts(with_keys(lambda keys: keys["encryption"].insert(0, new_key("encryption"))))
    with pytest.raises(ForeignKeyFile, match="it has no encryption key"):
        starts(replace(old, key_file=kept))


@pytest.mark.parametrize("purpose", ["encryption", "blind_index"])
def test_a_key_that_is_needed_for_ever_may_not_go(with_keys: Callable[[Callable[[Keys], Any]], Settings], purpose: str) -> None:
    lost = with_keys(lambda keys: keys.update({purpose: [new_key(purpose)]}))
    with pytest.raises(ForeignKeyFile, match=f"it has no {purpose} key"):
        starts(lost)


def test_a_new_blind_index_key_is_refused_in_the_first_place(with_keys: Callable[[Callable[[Keys], Any]], Settings]) -> None:
    with pytest.raises(ForeignKeyFile, match="no longer be found"):
        starts(with_keys(lambda keys: keys["blind_index"].insert(0, new_key("blind_index"))))


def test_another_secret_under_a_known_id_is_refused(with_keys: Callable[[Callable[[Keys], Any]], Settings]) -> None:
    def swap(keys: Keys) -> None:
        keys["tokens"][0]["key"] = new_key("tokens")["key"]

    with pytest.raises(ForeignKeyFile, match=r"its tokens key .* is another one"):
        starts(with_keys(swap))


@pytest.mark.parametrize(
    "program", [["-c", "import wsgi"], ["-m", "celery", "-A", "worker:celery", "worker", "--concurrency", "1"]]
)
@pytest.mark.parametrize("fault", ["keys", "database", "setting"])
def test_web_and_worker_end_with_one_line(
    fresh_database: DatabaseUrls, settings: Settings, tmp_path: Path, program: list[str], fault: str
) -> None:
    ensure_key_file(tmp_path / "other.json")
    environment = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/nowhere" if fault == "database" else settings.database_url,
        "BROKER_URL": "" if fault == "setting" else settings.broker_url,
        "MEDIA_DIR": str(tmp_path / "media"),
        "KEY_FILE": str(tmp_path / "other.json" if fault == "keys" else settings.key_file),
        "PATH": "/usr/bin:/bin",
        "PYTHONWARNINGS": "ignore",
    }
    ended = subprocess.run([sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    lines = ended.stderr.strip().splitlines()
    said = {
        "keys": "cannot start: KEY_FILE does not belong to this database",
        "database": "cannot start: the database of DATABASE_URL cannot be used: connection",
        "setting": "cannot start: BROKER_URL is not set",
    }
    assert [line for line in lines if "root" not in line and "privileges" not in line][-1].startswith(said[fault]), ended.stderr
    assert "Traceback" not in ended.stderr
