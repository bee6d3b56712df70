from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from accounts.actor import Role
from problems import GuardFailed
from tests.sync.world import HOME, Phone, World, mid_of


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


@pytest.fixture
def leader(world: World) -> Phone:
    return world.phone(world.person(Role.UNIT_LEADER))


@pytest.fixture
def visit(officer: Phone) -> UUID:
    made = officer.open(officer_ids=[officer.person.id], title="旧名", count=1)
    officer.push()
    return made


def test_an_edit_writes_and_stamps_its_fields(world: World, officer: Phone, visit: UUID) -> None:
    result = officer.do(
        "visit.edit", visit, base=1, changes={"title": ["旧名", "新名"]}, made_at={"wall": "2026-11-22T01:00:00Z"}
    )
    assert (result["outcome"], result["revision"]) == ("applied", 2)
    row = world.visits()[visit]
    assert row.title == "新名"
    assert row.stamps == {"title": [2, str(officer.queue), "2026-11-22T01:00:00+00:00"]}
    assert world.rows("SELECT data FROM event WHERE name = 'visit.edited'")[0].data == {"fields": ["title"]}


def test_an_edit_of_what_is_already_so_is_a_noop(world: World, officer: Phone, visit: UUID) -> None:
    assert officer.do("visit.edit", visit, base=1, changes={"title": ["别的", "旧名"]})["outcome"] == "noop"
    assert world.visits()[visit].revision == 1


def test_ones_own_earlier_mutation_is_no_conflict(officer: Phone, visit: UUID) -> None:
    first = officer.seal("visit.edit", visit, base=1, changes={"count": [1, 2]})
    officer.seal("visit.edit", visit, base=1, after=mid_of(first), changes={"count": [2, 3]})
    officer.seal("visit.edit", visit, base=1, changes={"count": [9, 4]})
    assert [item["outcome"] for item in officer.push()[1:-1]] == ["applied"] * 3


def test_an_office_field_stays_as_the_office_wrote_it(world: World, officer: Phone, leader: Phone, visit: UUID) -> None:
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]}, made_at={"wall": "2026-11-22T02:00:00Z"})
    lost = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名"], "count": [1, 2]},
                      made_at={"wall": "2026-11-22T01:00:00Z"})  # fmt: skip
    assert lost["outcome"] == "conflict"
    row = world.visits()[visit]
    assert (row.title, row.count) == ("局名", 2), "the other field is merged"
    [issue] = world.issues()
    assert issue.losing == {
        "field": "title", "was": "旧名", "losing": "我名", "standing": "局名",
        "losing_made_at": "2026-11-22T01:00:00+00:00", "standing_made_at": "2026-11-22T02:00:00+00:00",
        "later_stands": False,
    }  # fmt: skip
    assert (issue.region_code, issue.field) == (HOME, "title")


def test_an_observed_field_takes_the_later_arrival_and_keeps_the_earlier_in_an_issue(
    world: World, officer: Phone, leader: Phone, visit: UUID
) -> None:
    leader.do("visit.edit", visit, base=1, changes={"count": [1, 5]})
    assert officer.do("visit.edit", visit, base=1, changes={"count": [1, 7]})["outcome"] == "conflict"
    assert world.visits()[visit].count == 7
    assert (world.issues()[0].losing["losing"], world.issues()[0].losing["standing"]) == (5, 7)
    assert world.issues()[0].losing["later_stands"]


def test_whoever_lost_an_observed_value_sees_the_issue_beside_its_author_and_the_office(
    world: World, officer: Phone, leader: Phone, visit: UUID
) -> None:
    leader.do("visit.edit", visit, base=1, changes={"count": [1, 5]})
    third = world.phone(world.person(Role.SUPERVISOR))
    for phone in (officer, third):
        phone.do("visit.edit", visit, base=1, changes={"count": [1, 7 if phone is officer else 9]})
    first, second = world.issues()
    assert (first.loser_ids, second.loser_ids) == ([leader.person.id], [officer.person.id])
    for phone, held in ((leader, first), (officer, second)):
        phone.pull()
        line = phone.held("issue")[f"user:{phone.person.id}#lost"]
        assert line == {str(held.id)}
    assert f"user:{third.person.id}#lost" not in third.held("issue")


def test_a_value_that_ones_own_other_phone_overwrote_is_nobody_elses_loss(world: World, officer: Phone, visit: UUID) -> None:
    other = world.phone(officer.person)
    officer.do("visit.edit", visit, base=1, changes={"count": [1, 5]})
    other.do("visit.edit", visit, base=1, changes={"count": [1, 7]})
    assert world.issues()[0].loser_ids == []


def test_the_same_value_from_two_devices_is_no_conflict(officer: Phone, leader: Phone, visit: UUID) -> None:
    leader.do("visit.edit", visit, base=1, changes={"count": [1, 5]})
    assert officer.do("visit.edit", visit, base=1, changes={"count": [1, 5]})["outcome"] == "noop"


def test_a_field_that_this_queue_already_lost_joins_its_open_issue(
    world: World, officer: Phone, leader: Phone, visit: UUID
) -> None:
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]})
    first = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名"]})
    second = officer.do("visit.edit", visit, base=1, changes={"title": ["我名", "我名二"]})
    assert first["issues"] == second["issues"]
    [issue] = world.issues()
    assert (issue.revision, issue.losing["losing"], issue.losing["earlier"]) == (2, "我名二", ["我名"])


def test_after_a_restore_a_value_that_the_device_has_not_seen_is_a_conflict_whatever_the_revisions_say(
    world: World, officer: Phone, leader: Phone, visit: UUID
) -> None:
    """The device had seen revision 40 of a history that is no more; in this one somebody has set the field at revision 2."""
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]})
    before = uuid4()
    seen = officer.do("visit.edit", visit, base=40, epoch=before, changes={"title": ["失去的名", "我名"]})
    assert (seen["outcome"], world.visits()[visit].title) == ("conflict", "局名")
    assert officer.do("visit.edit", visit, base=40, epoch=before, changes={"title": ["局名", "我名"]})["outcome"] != "conflict"


def test_after_a_restore_a_field_that_was_never_edited_in_this_history_is_a_conflict_too(
    world: World, officer: Phone, visit: UUID
) -> None:
    lost = officer.do("visit.edit", visit, base=40, epoch=uuid4(), changes={"title": ["失去的名", "我名"]})
    assert (lost["outcome"], world.visits()[visit].title) == ("conflict", "旧名")
    assert world.issues()[0].losing["standing_made_at"] is None


def test_a_losing_value_does_not_wipe_out_what_was_written_since(
    world: World, officer: Phone, leader: Phone, visit: UUID
) -> None:
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]})
    lost = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名"]})
    leader.do("visit.edit", visit, base=3, changes={"title": ["局名", "新局名"]})
    with pytest.raises(GuardFailed):
        world.apply(leader.person, lost["issues"][0])
    assert world.visits()[visit].title == "新局名"


def test_the_losing_value_can_be_made_to_stand(world: World, officer: Phone, leader: Phone, visit: UUID) -> None:
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局名"]})
    lost = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我名"]})
    world.apply(leader.person, lost["issues"][0])
    assert world.visits()[visit].title == "我名"
    assert world.issues()[0].state == "applied"


def test_a_writer_that_is_no_edit_stamps_too(world: World, officer: Phone, leader: Phone, visit: UUID) -> None:
    """A command sets the count by itself; a device that had not seen that must not overwrite it unnoticed."""
    leader.do("visit.shake", visit, base=1)
    assert world.visits()[visit].stamps["count"][:2] == [2, str(leader.queue)]
    assert officer.do("visit.edit", visit, base=1, changes={"count": [1, 9]})["outcome"] == "conflict"


def test_changes_are_validated_as_the_fields_are(officer: Phone, visit: UUID) -> None:
    for changes in ({"count": [1, 5000]}, {"count": [1, "5"]}, {"state": ["open", "finished"]}, {"title": ["旧名", None]}, {}):
        fresh = officer.open(officer_ids=[officer.person.id])
        officer.push()
        result = officer.do("visit.edit", fresh, base=1, changes=changes)
        assert result["outcome"] in ("parked", "noop"), changes
        assert result.get("code") == (None if changes == {} else "invalid_arguments")
    assert officer.do("visit.finish", visit, base=1, changes={"count": [1, 2]})["code"] == "invalid_arguments"


def test_who_may_not_edit_is_rejected(world: World, officer: Phone, visit: UUID) -> None:
    colleague = world.phone(world.person(Role.FIRE_OFFICER))
    assert colleague.do("visit.edit", visit, base=1, changes={"count": [1, 2]})["code"] == "role_not_allowed"
