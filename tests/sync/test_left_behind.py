"""What is still parked after a decision or a deployment: it says why, and comes to an end as well."""

from __future__ import annotations

from uuid import UUID

import pytest

from accounts.actor import Role
from sync.mutations import Mutation
from sync.replay import replay_parked
from tests.sync import toy
from tests.sync.test_leases import assigned, reassign
from tests.sync.test_parking import own_visit, stumble
from tests.sync.world import Phone, World

FINISH = toy.mutations().by_name["visit.finish"]


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


@pytest.fixture
def leader(world: World) -> Phone:
    return world.phone(world.person(Role.UNIT_LEADER))


def two_left_behind(world: World, officer: Phone) -> UUID:
    """Of three acts on a visit the first is discarded, and the other two wait under an issue of their own; the visit."""
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    officer.do("visit.shake", visit, base=1)
    officer.do("visit.finish", visit, base=1)
    world.discard(officer.person, issue)
    return visit


def test_what_was_left_behind_is_tried_again_after_a_deployment(world: World, officer: Phone) -> None:
    visit = two_left_behind(world, officer)
    assert world.issues()[1].reason == "fault", "it stands at the head now"
    toy.SHAKES.clear()
    assert replay_parked(world.engine) == 2
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("finished", 1)


def test_what_was_left_behind_may_be_discarded_too(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    officer.do("visit.shake", visit, base=1)
    world.discard(officer.person, issue)
    world.discard(officer.person, world.issues()[1].id)
    assert [issue.state for issue in world.issues()] == ["discarded", "discarded"]


def test_a_copy_from_another_phone_is_looked_after_by_the_issue_that_looks_after_it_now(world: World, officer: Phone) -> None:
    two_left_behind(world, officer)
    again = world.phone(officer.person)
    again.lines = list(officer.lines)
    again.push()
    rows = world.rows("SELECT DISTINCT mid, issue_id, resolution FROM sync_mutation WHERE outcome = 'parked'")
    assert len(rows) == 3, "each copy stands as what it repeats"
    toy.SHAKES.clear()
    world.discard(officer.person, world.issues()[1].id)
    assert world.rows("SELECT FROM sync_mutation WHERE outcome = 'parked' AND resolution IS NULL") == []


def test_what_a_deployment_does_not_help_says_why_it_still_waits(world: World, officer: Phone, leader: Phone) -> None:
    officer.pull()
    visit = assigned(leader, officer)
    reassign(leader, visit)
    assert officer.do("visit.dance", visit, base=1)["code"] == "unknown_mutation"
    world.engine.mutations.add(Mutation("visit.dance", FINISH.schema, FINISH.run))
    for _ in range(2):
        assert replay_parked(world.engine) == 0
        [issue] = world.issues()
        assert (issue.reason, issue.state, issue.revision) == ("after_lease", "open", 2)
    world.apply(leader.person, issue.id)
    assert world.visits()[visit].state == "finished"
