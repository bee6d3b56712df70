"""Who sent a photo that cannot be shown is told, in the application as it is, so that he can send another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from api.context import Parts
from database.base import new_id
from tests.application import work_off
from tests.makers import report
from tests.media.makers import telling_photo
from tests.people import Caller, Json, citizen, guest

TITLE = "照片无法使用"
HALF = telling_photo()[:5000]


def reported(client: FlaskClient, who: Caller, **change: Any) -> tuple[Json, UUID]:
    """A report whose one photo was cut in half before it was sent: the body, and the photo's id."""
    photo_id = new_id()
    body = report(client, photos=[str(photo_id)], **change)
    assert who.post("/hazards", body).status_code == 201
    assert who.put_bytes(f"/media/{photo_id}/content", HALF).status_code == 201
    return body, photo_id


def told_of(who: Caller) -> list[str]:
    """The photos that he was asked to send again."""
    items = who.get("/inbox").get_json()["items"]
    return [item["subject_id"] for item in items if item["title"] == TITLE]


@pytest.mark.parametrize("somebody", [citizen, guest])
def test_who_reported_is_told_that_a_photo_cannot_be_opened(
    client: FlaskClient, parts: Parts, somebody: Callable[[FlaskClient], Caller]
) -> None:
    who = somebody(client)
    _, photo_id = reported(client, who, report_mode="ANONYMOUS" if somebody is guest else "REAL_NAME")
    assert told_of(who) == []
    work_off(parts)
    assert told_of(who) == [str(photo_id)]
    assert who.get(f"/media/{photo_id}").get_json()["refused_reason"] == "broken"


def test_whoever_claimed_a_guests_report_is_told_and_not_the_guest(client: FlaskClient, parts: Parts) -> None:
    visitor, claimer = guest(client), citizen(client)
    body, photo_id = reported(client, visitor, report_mode="REAL_NAME", reporter={"mobile": "13700000006"})
    assert claimer.post("/hazards/claims", {"tracking_code": body["tracking_code"]}).status_code == 200
    work_off(parts)
    assert (told_of(claimer), told_of(visitor)) == ([str(photo_id)], [])
