"""What a device sealed in the words of an earlier version still means what it meant, however late it comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from accounts.actor import Role
from database.base import new_id
from sync.replay import replay_parked
from tests.sync.world import HOME, Json, Phone, World

Args = Mapping[str, Any]


def many_instead_of_one(args: Args, changes: Args) -> tuple[Json, Json]:
    """Version 1 knew one officer to a visit."""
    lifted = {**args}
    if "officer" in lifted:
        lifted["officers"] = [lifted.pop("officer")]
    return lifted, {**changes}


def named_by_ids(args: Args, changes: Args) -> tuple[Json, Json]:
    """Version 2 did not say that they are ids."""
    return {"officer_ids" if name == "officers" else name: value for name, value in args.items()}, {**changes}


def renamed(args: Args, changes: Args) -> tuple[Json, Json]:
    """Version 1 of the edit called the title a name."""
    return {**args}, {"title" if name == "name" else name: pair for name, pair in changes.items()}


def named(args: Args, changes: Args) -> tuple[Json, Json]:
    """Version 1 of the opening called the title a name."""
    return renamed(changes, args)[::-1]


def stumbling(args: Args, changes: Args) -> tuple[Json, Json]:
    """A defect of ours."""
    return {"note": args["there is no such argument"]}, {**changes}


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


def deploy(world: World, name: str, **changes: Any) -> None:
    """The next version of the program knows this mutation in another way."""
    world.engine.mutations.by_name[name] = replace(world.engine.mutations.by_name[name], **changes)


def own_visit(phone: Phone) -> UUID:
    visit = phone.open(officer_ids=[phone.person.id])
    assert phone.push(phone.lines[-1:], first_seq=len(phone.lines))[0]["outcome"] == "applied"
    return visit


@pytest.mark.parametrize(
    ("version", "args"),
    [
        (1, lambda person: {"officer": str(person)}),
        (2, lambda person: {"officers": [str(person)]}),
        (3, lambda person: {"officer_ids": [str(person)]}),
    ],
)
def test_a_line_of_any_version_is_lifted_step_by_step_to_what_it_means_today(
    world: World, officer: Phone, version: int, args: Callable[[UUID], Json]
) -> None:
    visit, colleague = own_visit(officer), world.person(Role.FIRE_OFFICER).id
    deploy(world, "visit.assign", lifts=(many_instead_of_one, named_by_ids))
    result = officer.do("visit.assign", visit, base=1, version=version, args=args(colleague))
    assert (result["outcome"], result["revision"]) == ("applied", 2)
    assert world.visits()[visit].officer_ids == [colleague]


def test_words_of_another_version_are_bad_arguments(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    deploy(world, "visit.assign", lifts=(many_instead_of_one, named_by_ids))
    result = officer.do("visit.assign", visit, base=1, version=2, args={"officer": str(officer.person.id)})
    assert (result["code"], set(result["explained"]["fields"])) == ("invalid_arguments", {"officer", "officer_ids"})


def test_a_newer_version_parks_and_runs_after_the_deployment(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    early = officer.do("visit.assign", visit, base=1, version=2, args={"officer_ids": []})
    assert (early["code"], early["explained"]) == ("unknown_version", {"version": 1})
    assert replay_parked(world.engine) == 0
    deploy(world, "visit.assign", lifts=(many_instead_of_one,))
    assert replay_parked(world.engine) == 1
    assert world.visits()[visit].officer_ids == []


def test_changes_are_lifted_before_they_merge_and_lose_under_their_name_of_today(world: World, officer: Phone) -> None:
    leader = world.phone(world.person(Role.UNIT_LEADER))
    visit = own_visit(officer)
    deploy(world, "visit.edit", lifts=(renamed,))
    leader.do("visit.edit", visit, base=1, version=2, changes={"title": ["查看", "局里的名"]})
    lost = officer.do("visit.edit", visit, base=1, version=1, changes={"name": ["查看", "我的名"], "count": [0, 5]})
    assert lost["outcome"] == "conflict"
    assert (world.visits()[visit].title, world.visits()[visit].count) == ("局里的名", 5)
    assert [(issue.field, issue.losing["losing"]) for issue in world.issues()] == [("title", "我的名")]


def test_in_a_chunk_and_one_by_one_the_same_line_is_lifted_alike(world: World, officer: Phone) -> None:
    deploy(world, "visit.open", lifts=(named,))
    for title in ("甲", "乙"):
        officer.seal("visit.open", new_id(), version=1, args={"region_code": HOME, "name": title})
    assert [item["outcome"] for item in officer.push()[:-1]] == ["applied", "applied"]
    officer.seal("visit.open", new_id(), version=1, args={"region_code": HOME, "name": "丙"})
    officer.seal("visit.open", new_id(), version=2, args={"region_code": "999999", "title": "丁"})  # the batch is undone for it
    assert [item["outcome"] for item in officer.push(officer.lines[2:], first_seq=3)[:-1]] == ["applied", "rejected"]
    assert sorted(visit.title for visit in world.visits().values()) == sorted("甲乙丙")


def test_a_refused_act_of_an_old_version_is_shown_in_the_words_of_today(world: World, officer: Phone) -> None:
    leader = world.phone(world.person(Role.UNIT_LEADER))
    visit = own_visit(officer)
    leader.do("visit.cancel", visit, base=1)
    deploy(world, "visit.finish", lifts=(lambda args, changes: ({"note": args.get("remark", "")}, {**changes}),))
    assert officer.do("visit.finish", visit, base=1, version=1, args={"remark": "门已打开"})["outcome"] == "rejected"
    assert world.issues()[0].losing["args"] == {"note": "门已打开"}


def test_a_lift_that_stumbles_is_a_fault_of_ours_and_the_act_waits_for_the_mended_one(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    deploy(world, "visit.finish", lifts=(stumbling,))
    assert officer.do("visit.finish", visit, base=1, version=1)["code"] == "fault"
    assert [(issue.kind, issue.losing["args"]) for issue in world.issues()] == [("fault", {})]
    assert replay_parked(world.engine) == 0
    deploy(world, "visit.finish", lifts=(lambda args, changes: ({**args}, {**changes}),))
    assert replay_parked(world.engine) == 1
    assert world.visits()[visit].state == "finished"
