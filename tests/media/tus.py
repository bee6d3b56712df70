"""A tus client of a few lines, over the test client: each request as a test wants it."""

from __future__ import annotations

import base64
from uuid import UUID

from werkzeug.test import TestResponse

from database.base import new_id
from tests.media.conftest import World
from tests.media.makers import digest

TUS = {"Tus-Resumable": "1.0.0"}
PATCH = {**TUS, "Content-Type": "application/offset+octet-stream"}


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def creation(photo: bytes, media_id: UUID, **said: str) -> dict[str, str]:
    words = {"media_id": str(media_id), "sha256": digest(photo).hex(), "filetype": "image/jpeg", **said}
    return {**TUS, "Upload-Length": str(len(photo)), "Upload-Metadata": metadata(**words)}


def create(world: World, photo: bytes, media_id: UUID | None = None, who: str = "owner", **said: str) -> str:
    answer = world.client(who).post("/api/v1/uploads", headers=creation(photo, media_id or new_id(), **said))
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def send(world: World, url: str, offset: int, body: bytes, who: str = "owner", **headers: str) -> TestResponse:
    return world.client(who).patch(url, data=body, headers={**PATCH, "Upload-Offset": str(offset), **headers})


def offset_of(world: World, url: str, who: str = "owner") -> int:
    answer = world.client(who).head(url, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def fields(answer: TestResponse) -> list[str]:
    return [entry["field"] for entry in answer.json["errors"]]  # type: ignore[index]
