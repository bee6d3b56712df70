"""How much one account may send in a day, by whichever door."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from database.base import new_id
from tests.media.conftest import World
from tests.media.makers import telling_photo
from tests.media.test_content import put
from tests.media.tus import create, creation, send

PHOTO = telling_photo()


@pytest.fixture
def narrow(world: World) -> World:
    """Two photos and a half."""
    parts = world.app.extensions["fire"]
    parts.settings = replace(parts.settings, upload_allowance_bytes=len(PHOTO) * 5 // 2)
    return world


def announce(world: World, who: str = "owner") -> TestResponse:
    return world.client(who).post("/api/v1/uploads", headers=creation(PHOTO, new_id()))


def is_used_up(answer: TestResponse) -> int:
    """The seconds to wait."""
    assert (answer.status_code, answer.json["type"]) == (429, "/problems/upload_allowance_used")  # type: ignore[index]
    return int(answer.headers["Retry-After"])


def test_what_was_sent_within_a_day_is_limited_at_both_doors(narrow: World) -> None:
    assert put(narrow, new_id(), PHOTO).status_code == 201
    narrow.clock.passes(hours=1)
    send(narrow, create(narrow, PHOTO), 0, PHOTO)
    assert is_used_up(put(narrow, new_id(), PHOTO)) == is_used_up(announce(narrow)) == 23 * 3600


def test_what_was_begun_counts_before_it_has_arrived(narrow: World) -> None:
    first, _ = create(narrow, PHOTO), create(narrow, PHOTO)
    is_used_up(announce(narrow))
    is_used_up(put(narrow, new_id(), PHOTO))
    assert send(narrow, first, 0, PHOTO).status_code == 204, "what was begun may be finished"


def test_the_allowance_is_each_accounts_own_and_comes_back(narrow: World) -> None:
    for _ in range(2):
        put(narrow, new_id(), PHOTO)
    assert announce(narrow, "officer").status_code == 201
    narrow.clock.passes(seconds=is_used_up(announce(narrow)))
    assert announce(narrow).status_code == 201


def test_sending_again_what_is_there_needs_no_allowance(narrow: World) -> None:
    first = new_id()
    put(narrow, first, PHOTO)
    put(narrow, new_id(), PHOTO)
    assert put(narrow, first, PHOTO).status_code == 200
