"""`python -m operations.prepare`, by which a database of one's own is made ready."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from operations.run import ROOT
from settings import Settings
from tests.servers import DatabaseUrls


def prepare(settings: Settings, key_file: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_OWNER_URL": settings.database_owner_url,
        "BROKER_URL": settings.broker_url,
        "MEDIA_DIR": str(settings.media_dir),
        "KEY_FILE": str(key_file),
    }
    return subprocess.run(
        [sys.executable, "-m", "operations.prepare"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )


def test_a_lost_key_file_is_not_replaced_and_the_right_one_is_taken(
    fresh_database: DatabaseUrls, settings: Settings, tmp_path: Path
) -> None:
    key_file = tmp_path / "keys.json"
    refused = prepare(settings, key_file)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1), refused.stderr
    assert refused.stderr.startswith(f"cannot start: the key file {key_file} is missing")
    assert not key_file.exists()
    shutil.copy(settings.key_file, key_file)
    assert prepare(settings, key_file).returncode == 0


def test_an_unsealed_database_gets_its_key_file(fresh_database: DatabaseUrls, settings: Settings, tmp_path: Path) -> None:
    with psycopg.connect(fresh_database.owner) as owner:
        owner.execute("TRUNCATE known_key")
    assert prepare(settings, tmp_path / "new" / "keys.json").returncode == 0
    assert (tmp_path / "new" / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_database_of_another_version_is_named(fresh_database: DatabaseUrls, settings: Settings) -> None:
    with psycopg.connect(fresh_database.owner) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '9999'")
    refused = prepare(settings, settings.key_file)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("cannot start: the database was made by another version")
