"""A tracking code is what was meant, however somebody typed it; wrong ones are counted, and not for ever."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.context import Parts
from tests.clock import Clock
from tests.makers import make_hazard, report
from tests.people import citizen, guest
from workflow.hazards.models import TrackAttempt
from workflow.hazards.tracking import forget_guesses

CODE = "01ABCDEFGHJKMNPQRSTVWXYZ"  # and two of its own


def typed_badly(code: str) -> str:
    """In lower case and groups, with the letters that one takes for these digits."""
    text = code.lower().replace("0", "o").replace("1", "l")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4)) + "-"


def test_a_code_typed_in_small_letters_and_groups_with_look_alikes_is_understood(client: FlaskClient) -> None:
    hazard = make_hazard(client, tracking_code=CODE + "2M")
    followed = client.get(f"/api/v1/hazards/track/{quote(typed_badly(CODE + '2M'))}")
    assert followed.get_json()["number"] == hazard.number


@pytest.mark.parametrize("between", ["-", " ", "", " - "])
def test_the_short_code_is_understood_too(client: FlaskClient, between: str) -> None:
    hazard = make_hazard(client)
    short = f"{hazard.number.lower()}{between}{hazard.tracking_code[:8].lower()}"
    assert client.get(f"/api/v1/hazards/track/{quote(short)}").get_json()["number"] == hazard.number


def test_a_code_is_kept_and_claimed_as_it_was_meant(client: FlaskClient) -> None:
    visitor, owner = guest(client), citizen(client)
    body = report(client, tracking_code=typed_badly(CODE + "3N"), reporter={"mobile": "13700000003"})
    assert visitor.post("/hazards", body).status_code == 201
    assert owner.post("/hazards/claims", {"tracking_code": (CODE + "3N").lower()}).status_code == 200


def test_guesses_are_forgotten_once_nobody_waits_for_them(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    guessed = "YH" + "1" * 20
    assert client.get(f"/api/v1/hazards/track/{guessed}ABCDEFGH").status_code == 404
    for days, left in ((1, 1), (3, 0)):
        clock.advance(days=days)
        with parts.database.transaction() as session:
            forget_guesses(session)
            assert session.scalar(select(func.count()).where(TrackAttempt.key == guessed)) == left
