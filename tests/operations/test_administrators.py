"""The first administrators of an installation without a demo."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from flask.testing import FlaskClient

import operations.administrators
import operations.migrate
import operations.seed
from api.app import assemble, create_app
from operations.databases import create_database, drop_database
from operations.processes import CannotStart
from settings import Settings
from tests.clock import SEEDED_AT
from tests.servers import RunningCluster, settings_for


def at_the_beginning() -> datetime:
    return SEEDED_AT


@pytest.fixture
def bare(cluster: RunningCluster, settings: Settings, worker_id: str, tmp_path: Path) -> Iterator[Settings]:
    """A database as production begins with: migrated and seeded, and nobody in it."""
    name = f"bare_{worker_id}"
    drop_database(cluster.socket_dir, name)
    create_database(cluster.socket_dir, name)
    shutil.copy(settings.key_file, tmp_path / "keys.json")
    made = replace(settings_for(cluster.urls(name), settings.broker_url, tmp_path / "x"), demo=False)
    operations.migrate.main(made)
    operations.seed.main(made, at_the_beginning)
    yield made
    drop_database(cluster.socket_dir, name)


def signed_in(client: FlaskClient, way: dict[str, Any]) -> dict[str, str]:
    code = pyotp.TOTP(way["totp_secret"]).at(SEEDED_AT)
    body = {"username": way["username"], "password": way["password"], "totp": code, "install": str(uuid4())}
    answer = client.post("/api/v1/auth/sessions", json=body)
    assert answer.status_code == 201, answer.text
    headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}
    chosen = {"current_password": way["password"], "password": "Chosen-119-himself"}
    assert client.get("/api/v1/accounts/staff", headers=headers).status_code == 403, "what was printed is to be replaced first"
    assert client.put("/api/v1/me/password", json=chosen, headers=headers).status_code == 204
    return headers


def test_they_sign_in_and_bring_in_everybody_else(bare: Settings) -> None:
    made = {way["role"]: way for way in operations.administrators.main(bare, at_the_beginning)}
    assert set(made) == {"SYS_ADMIN", "SEC_ADMIN", "AUDITOR"}
    parts = assemble(bare, at_the_beginning)
    client = create_app(bare, parts).test_client()
    hired = {
        "name": "巴特尔", "username": "bater", "password": "Grassland-119", "totp_secret": pyotp.random_base32(),
        "org_id": str(operations.administrators.OFFICE),
    }  # fmt: skip
    answer = client.post("/api/v1/accounts/staff", json=hired, headers=signed_in(client, made["SYS_ADMIN"]))
    assert answer.status_code == 201, answer.text
    right = {"role": "ANALYST"}
    granting = f"/api/v1/accounts/staff/{answer.get_json()['id']}/grants"
    assert client.post(granting, json=right, headers=signed_in(client, made["SEC_ADMIN"])).status_code == 201
    parts.database.dispose()


def test_nobody_becomes_an_administrator_that_way_later(bare: Settings) -> None:
    operations.administrators.main(bare, at_the_beginning)
    with pytest.raises(CannotStart, match="there are administrators already"):
        operations.administrators.main(bare, at_the_beginning)
