"""The stories of `make demo`, each to its end; and again on a line that loses requests and answers."""

from __future__ import annotations

import random

import pytest

from operations.demo.people import Stage
from operations.demo.stories import STORIES, Story, tell
from operations.demo.verify import verify
from tests.stories.conftest import SEED, LosesThings
from tests.wsgi import WsgiTransport

each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@each_story
def test_a_story_keeps_its_promises(stage: Stage, transport: WsgiTransport, story: Story) -> None:
    ledger = tell(stage, [story])
    assert [outcome.failure for outcome in ledger.outcomes] == [""]
    assert verify("", ledger, lambda _: transport) == []


@each_story
def test_on_a_line_that_loses_requests_and_answers_nothing_is_lost_or_done_twice(
    stage: Stage, transport: WsgiTransport, story: Story
) -> None:
    line = LosesThings(transport, random.Random(f"{SEED} {story.name}"))
    stage.network.inner = line
    ledger = tell(stage, [story])
    assert [outcome.failure for outcome in ledger.outcomes] == [""]
    assert line.lost_answers
    assert verify("", ledger, lambda _: transport) == []


def test_told_one_after_the_other_they_happen_in_four_banners_reach_every_end_and_nobody_hears_too_little_or_too_much(
    stage: Stage, transport: WsgiTransport
) -> None:
    ledger = tell(stage, STORIES)
    assert not ledger.failures
    assert verify("", ledger, lambda _: transport) == []
    banners = {case.office.region_code for case in stage.cases.values()}
    assert {"150102", "150203", "150702", "152502"} <= banners
    ends = {(final.kind, final.state) for final in ledger.finals}
    assert ends >= {
        *{("hazard", state) for state in ("CLOSED", "MERGED", "EMERGENCY_DIVERTED", "NOT_ACCEPTED")},
        ("handover", "CLOSED"),
        ("rectification", "RECTIFIED"),
        ("rectification", "TRANSFERRED"),
        *{("permit", state) for state in ("ACTIVE", "REFUSED", "REVOKED")},
        ("assistance", "CLOSED"),
    }
