from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from accounts.actor import Grant, Role
from sync.replay import replay_parked
from tests.sync.world import ELSEWHERE, HOME, Phone, World


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


@pytest.fixture
def leader(world: World) -> Phone:
    return world.phone(world.person(Role.UNIT_LEADER))


def assigned(leader: Phone, *officers: Phone) -> UUID:
    visit = leader.open(officer_ids=[phone.person.id for phone in officers])
    leader.push(leader.lines[-1:], first_seq=len(leader.lines))
    return visit


def reassign(leader: Phone, visit: UUID, *officers: Phone) -> None:
    ids = [str(phone.person.id) for phone in officers]
    assert leader.do("visit.assign", visit, args={"officer_ids": ids})["outcome"] == "applied"


def test_what_a_device_held_at_its_last_pull_it_may_still_do_and_that_is_flagged(
    world: World, officer: Phone, leader: Phone
) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    reassign(leader, visit)
    world.clock.advance(days=6)
    result = officer.do("visit.finish", visit, base=1)
    assert (result["outcome"], result["after_reassignment"]) == ("applied", True)
    assert world.rows("SELECT data FROM event WHERE name = 'visit.finished'")[0].data["after_reassignment"] is True
    leader.pull()
    shown = leader.rows[f"region:{HOME}#officer"][("issue", result["issues"][0])]["data"]
    assert (shown["issue_kind"], shown["subject_id"], shown["state"]) == ("reassigned", str(visit), "open")
    world.apply(leader.person, result["issues"][0])
    assert (world.issues()[0].state, world.visits()[visit].state) == ("applied", "finished")


def test_what_a_lease_allows_after_a_deployment_is_flagged_as_well(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    known = world.engine.mutations.by_name.pop("visit.finish")
    assert officer.do("visit.finish", visit, base=1)["code"] == "unknown_mutation"
    reassign(leader, visit)
    world.engine.mutations.by_name["visit.finish"] = known
    assert replay_parked(world.engine) == 1
    assert world.visits()[visit].state == "finished"
    assert [(issue.kind, issue.state) for issue in world.issues()] == [("parked", "applied"), ("reassigned", "open")]


def test_after_the_lease_it_is_parked(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    reassign(leader, visit)
    world.clock.advance(days=7, seconds=1)
    result = officer.do("visit.finish", visit, base=1)
    assert (result["outcome"], result["code"]) == ("parked", "after_lease")
    [issue] = world.issues()
    assert issue.region_code == HOME
    world.apply(leader.person, issue.id)
    assert world.visits()[visit].state == "finished"


def test_a_device_that_was_told_holds_it_no_longer(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    reassign(leader, visit)
    officer.pull()
    world.clock.advance(minutes=11)  # the next pull shows that the answer arrived; idle ones are noted every ten minutes
    officer.pull()
    assert officer.do("visit.finish", visit, base=1)["code"] == "after_lease"


def test_an_answer_that_may_have_been_lost_is_counted_in_the_devices_favour(officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    reassign(leader, visit)
    officer.ask(officer.cursor)  # the server answered; the device never got it
    assert officer.do("visit.finish", visit, base=1)["outcome"] == "applied"


def test_a_device_that_never_pulled_it_has_no_lease(officer: Phone, leader: Phone) -> None:
    officer.pull()
    visit = assigned(leader, officer)
    reassign(leader, visit)
    assert officer.do("visit.finish", visit, base=1)["code"] == "after_lease"


def test_seeing_a_case_in_the_banners_scope_is_no_lease(world: World, officer: Phone, leader: Phone) -> None:
    colleague = world.phone(world.person(Role.FIRE_OFFICER))
    visit = assigned(leader, colleague)
    officer.pull()
    result = officer.do("visit.finish", visit, base=1)
    assert (result["outcome"], result["code"]) == ("rejected", "role_not_allowed")


def test_a_transferred_officer_finishes_what_he_held(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    world.change(officer.person, grants=(Grant(Role.FIRE_OFFICER, uuid4(), ELSEWHERE),))
    reassign(leader, visit)
    assert officer.do("visit.finish", visit, base=1)["outcome"] == "applied"


def test_evidence_on_a_case_that_was_once_in_the_scope_reaches_its_office(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader)
    officer.pull()
    leader.do("visit.move", visit, args={"region_code": ELSEWHERE})
    result = officer.do("visit.cancel", visit, base=1, args={"note": "现场已看过"})
    assert (result["outcome"], result["code"]) == ("rejected", "not_found")
    [issue] = world.issues()
    assert (issue.region_code, issue.losing["args"]) == (ELSEWHERE, {"note": "现场已看过"})


def test_an_edit_of_a_deleted_record_is_parked(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    leader.do("visit.remove", visit, base=1)
    result = officer.do("visit.edit", visit, base=1, changes={"count": [0, 2]})
    assert (result["outcome"], result["code"]) == ("parked", "deleted")


def test_coming_back_after_leaving_starts_anew(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    reassign(leader, visit)
    reassign(leader, visit, officer)
    reassign(leader, visit)
    assert officer.do("visit.finish", visit, base=1)["code"] == "after_lease"


def test_a_phone_that_was_set_back_holds_nothing_that_left_it_long_ago(world: World, officer: Phone, leader: Phone) -> None:
    visit = assigned(leader, officer)
    officer.pull()
    backup = officer.cursor
    reassign(leader, visit)
    officer.pull()
    world.clock.advance(days=60)
    officer.ask(backup)
    assert officer.do("visit.finish", visit, base=1)["code"] == "after_lease"
