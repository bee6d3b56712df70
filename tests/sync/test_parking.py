from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from accounts.actor import Grant, Role
from database.base import new_id
from problems import AlreadySo, GuardFailed, IllegalTransition, NotFound, RoleNotAllowed
from sync.issues import seen_by, shown_to
from sync.mutations import Mutation
from sync.replay import replay_parked
from tests.sync import toy
from tests.sync.world import ELSEWHERE, HOME, Phone, World, mid_of


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


@pytest.fixture
def leader(world: World) -> Phone:
    return world.phone(world.person(Role.UNIT_LEADER))


def own_visit(phone: Phone) -> UUID:
    visit = phone.open(officer_ids=[phone.person.id])
    phone.push(phone.lines[-1:], first_seq=len(phone.lines))
    return visit


def stumble(phone: Phone, visit: UUID) -> str:
    """Park a `visit.shake` behind a fault of ours; the issue."""
    toy.SHAKES.append(ZeroDivisionError())
    parked = phone.do("visit.shake", visit, base=1)
    assert parked["code"] == "fault"
    return str(parked["issues"][0])


def test_a_parked_mutation_does_not_block_its_queue(officer: Phone) -> None:
    stumbling, other = own_visit(officer), own_visit(officer)
    stumble(officer, stumbling)
    assert officer.do("visit.finish", other, base=1)["outcome"] == "applied"


def test_later_mutations_on_the_same_entity_park_behind_it_and_join_its_issue(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    behind = officer.do("visit.finish", visit, base=1)
    assert (behind["outcome"], behind["code"], behind["issues"]) == ("parked", "behind_parked", [issue])
    assert len(world.issues()) == 1
    colleague = world.phone(world.person(Role.UNIT_LEADER))
    assert colleague.do("visit.cancel", visit, base=1)["outcome"] == "applied", "another queue is not held up"


def test_those_that_depend_on_it_park_too_also_in_the_same_chunk(officer: Phone) -> None:
    first, second, third = own_visit(officer), own_visit(officer), own_visit(officer)
    toy.SHAKES.append(ZeroDivisionError())
    shaken = officer.seal("visit.shake", first, base=1)
    officer.seal("visit.finish", second, base=1, depends_on=[mid_of(shaken)])
    officer.seal("visit.cancel", second, base=1)
    officer.seal("visit.finish", third, base=1)
    assert [item.get("code") for item in officer.push()[3:-1]] == ["fault", "behind_parked", "behind_parked", None]


def test_creations_behind_a_parked_one_wait_too(officer: Phone) -> None:
    parked = officer.seal("visit.dance", new_id())
    officer.seal("visit.open", new_id(), args={"region_code": HOME, "title": "查看"}, depends_on=[mid_of(parked)])
    officer.open()
    assert [item["outcome"] for item in officer.push()[:-1]] == ["parked", "parked", "applied"]


def test_after_a_deployment_faults_and_unknown_names_run_in_order(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    stumble(officer, visit)
    officer.do("visit.finish", visit, base=1)
    dancing = own_visit(officer)
    officer.do("visit.dance", dancing, base=1)
    assert replay_parked(world.engine) == 0, "still broken"
    assert {issue.revision for issue in world.issues()} == {1}, "nothing is published anew for that"
    toy.SHAKES.clear()
    world.engine.mutations.add(Mutation("visit.dance", toy.NothingSchema, toy.shake))
    assert replay_parked(world.engine) == 3
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("finished", 1)
    assert world.visits()[dancing].count == 1
    assert {issue.state for issue in world.issues()} == {"applied"}
    assert {row.resolution for row in world.rows("SELECT resolution FROM sync_mutation WHERE outcome = 'parked'")} == {"applied"}
    assert replay_parked(world.engine) == 0
    assert officer.push()[1]["outcome"] == "parked", "an outcome never changes"
    assert officer.do("visit.shake", visit)["outcome"] == "applied", "and the entity is free again"


def test_what_is_refused_at_the_replay_keeps_its_evidence_in_an_issue_of_its_own(
    world: World, officer: Phone, leader: Phone
) -> None:
    visit = own_visit(officer)
    stumble(officer, visit)
    officer.do("visit.finish", visit, base=1, args={"note": "记录"})
    leader.do("visit.cancel", visit, base=1)
    toy.SHAKES.clear()
    assert replay_parked(world.engine) == 1
    refused = world.issues()[1]
    assert (refused.kind, refused.reason, refused.state) == ("rejected", "illegal_transition", "open")
    assert refused.losing["args"] == {"note": "记录"}


def test_a_supervisor_applies_what_was_parked_as_its_author(world: World, officer: Phone, leader: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    officer.do("visit.finish", visit, base=1)
    with pytest.raises(GuardFailed) as refused:
        world.apply(leader.person, issue)
    assert refused.value.data["reason"] == "fault"
    toy.SHAKES.clear()
    world.apply(leader.person, issue)
    assert world.visits()[visit].state == "finished"
    assert world.issues()[0].resolved_by == leader.person.id
    done = world.rows("SELECT actor_id FROM event WHERE name = 'visit.finished'")
    assert done[0].actor_id == officer.person.id
    with pytest.raises(AlreadySo):
        world.apply(leader.person, issue)
    with pytest.raises(IllegalTransition):
        world.discard(leader.person, issue)


def test_discarding_the_head_lets_those_behind_it_run(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    officer.do("visit.finish", visit, base=1)
    world.discard(officer.person, issue)
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("finished", 0)
    rows = world.rows("SELECT resolution FROM sync_mutation WHERE outcome = 'parked' ORDER BY seq")
    assert [row.resolution for row in rows] == ["discarded", "applied"]


def test_what_still_cannot_run_after_a_discard_has_an_issue_of_its_own(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    officer.do("visit.shake", visit, base=1)
    officer.do("visit.finish", visit, base=1)
    world.discard(officer.person, issue)
    first, second = world.issues()
    assert (first.state, second.state) == ("discarded", "open")
    rows = world.rows("SELECT resolution, issue_id FROM sync_mutation WHERE outcome = 'parked' ORDER BY seq")
    assert [row.issue_id for row in rows] == [first.id, second.id, second.id]
    assert [row.resolution for row in rows] == ["discarded", None, None]


def test_only_the_office_applies_and_only_the_author_or_the_office_discards(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    toy.SHAKES.clear()
    with pytest.raises(RoleNotAllowed):
        world.apply(officer.person, issue)
    with pytest.raises(RoleNotAllowed):
        world.discard(world.person(Role.FIRE_OFFICER), issue)
    for stranger in (world.person(Role.UNIT_LEADER, region=ELSEWHERE), world.person()):
        with pytest.raises(NotFound):
            world.apply(stranger, issue)
        with pytest.raises(NotFound):
            world.discard(stranger, issue)


def test_issues_are_resolved_by_mutation_too(world: World, officer: Phone, leader: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    toy.SHAKES.clear()
    assert leader.do("issue.apply", UUID(issue))["outcome"] == "applied"
    assert world.visits()[visit].count == 1
    assert leader.do("issue.apply", UUID(issue))["outcome"] == "noop"
    assert leader.do("issue.discard", UUID(issue))["outcome"] == "rejected"


# ---- removal ----


def test_a_removed_persons_work_is_parked_in_one_issue_and_applied_in_one_act(
    world: World, officer: Phone, leader: Phone
) -> None:
    visits = [own_visit(officer) for _ in range(20)]
    officer.pull()
    for visit in visits:
        officer.seal("visit.edit", visit, base=1, changes={"count": [0, 7]})
        officer.seal("visit.finish", visit, base=1)
    world.clock.advance(hours=1)
    world.revoke(officer.person)
    results = officer.push()[20:-1]
    assert {(item["outcome"], item["code"]) for item in results} == {("parked", "after_revocation")}
    [issue] = world.issues()
    assert {tuple(item["issues"]) for item in results} == {(str(issue.id),)}
    assert issue.region_code == HOME
    world.apply(leader.person, issue.id)
    assert {(visit.state, visit.count) for visit in world.visits().values()} == {("finished", 7)}
    assert world.issues()[0].state == "applied"


def test_who_signs_in_again_after_losing_a_right_still_hands_in_what_he_did_before_he_knew(
    world: World, officer: Phone, leader: Phone
) -> None:
    """He is a citizen now, in a session that is not draining; his phone still holds the day's work."""
    visit = own_visit(officer)
    officer.pull()
    officer.seal("visit.finish", visit, base=1)
    world.clock.advance(minutes=1)
    world.revoke(officer.person)
    world.change(officer.person, draining=False)
    parked = officer.push()[1]
    assert (parked["outcome"], parked["code"]) == ("parked", "after_revocation")
    officer.pull()
    assert officer.do("visit.finish", visit, base=1)["outcome"] == "parked", "behind the first"
    later = officer.open()
    assert officer.push()[-2]["outcome"] == "applied", "what he does since he knows is his own"
    world.apply(leader.person, parked["issues"][0])
    assert world.visits()[visit].state == "finished"
    assert world.visits()[later].state == "open"


def test_a_new_queue_of_a_removed_person_is_looked_after_by_his_office_too(world: World, officer: Phone, leader: Phone) -> None:
    """A cloned phone, or a new epoch: his work comes in a queue that is registered only after he lost his rights."""
    visit = own_visit(officer)
    officer.pull()
    world.clock.advance(minutes=1)
    world.revoke(officer.person)
    again = world.phone(officer.person, install=officer.install)
    result = again.do("visit.finish", visit, base=1)
    assert result["code"] == "after_revocation"
    [issue] = world.issues()
    assert issue.region_code == HOME
    world.apply(leader.person, issue.id)
    assert world.visits()[visit].state == "finished"


def test_what_a_removed_person_did_in_two_banners_waits_in_each_for_its_own_office(world: World) -> None:
    both = world.person(Role.FIRE_OFFICER)
    world.change(both, grants=(*both.grants, Grant(Role.FIRE_OFFICER, uuid4(), ELSEWHERE)))
    officer = world.phone(both)
    offices = {code: world.phone(world.person(Role.UNIT_LEADER, region=code)) for code in (HOME, ELSEWHERE)}
    visits = {}
    for code, office in offices.items():
        visits[code] = office.open(region_code=code, officer_ids=[both.id])
        office.push(office.lines[-1:], first_seq=len(office.lines))
    officer.pull()
    for visit in visits.values():
        officer.seal("visit.finish", visit, base=1)
    world.clock.advance(minutes=1)
    world.revoke(both)
    officer.push()
    issues = {issue.region_code: issue.id for issue in world.issues()}
    assert issues.keys() == {HOME, ELSEWHERE}
    for code, office in offices.items():
        world.apply(office.person, issues[code])
        assert world.visits()[visits[code]].state == "finished"


def test_a_removed_persons_work_may_be_discarded_in_one_act(world: World, officer: Phone, leader: Phone) -> None:
    visit = own_visit(officer)
    officer.seal("visit.finish", visit, base=1)
    officer.seal("visit.shake", visit, base=1)
    world.revoke(officer.person)
    issue = officer.push()[1]["issues"][0]
    world.discard(leader.person, issue)
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("open", 0)
    rows = world.rows("SELECT DISTINCT resolution FROM sync_mutation WHERE outcome = 'parked'")
    assert [row.resolution for row in rows] == ["discarded"]


# ---- a cloned phone ----


def test_a_chain_that_came_again_in_a_new_queue_is_resolved_once(world: World, officer: Phone, leader: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    again = world.phone(officer.person)
    again.lines = list(officer.lines)
    assert again.push()[1] == {**officer.push()[1], "seq": 2}
    behind = again.do("visit.finish", visit, base=1)
    assert (behind["code"], behind["issues"]) == ("behind_parked", [issue])
    toy.SHAKES.clear()
    world.apply(leader.person, issue)
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("finished", 1)
    rows = world.rows("SELECT DISTINCT resolution FROM sync_mutation WHERE outcome = 'parked'")
    assert [row.resolution for row in rows] == ["applied"]
    third = world.phone(officer.person)
    third.lines = list(officer.lines)
    third.push()
    assert third.do("visit.shake", visit)["outcome"] == "applied", "a copy of what is resolved holds nobody up"


def test_closed_issues_leave_devices_after_ninety_days(world: World, officer: Phone, leader: Phone) -> None:
    from sync.retention import retire_issues

    visit = own_visit(officer)
    issue = stumble(officer, visit)
    world.discard(officer.person, issue)
    leader.pull()
    assert leader.held("issue") == {f"region:{HOME}#officer": {issue}}
    with world.database.transaction() as session:
        assert retire_issues(session) == 0
    world.clock.now += timedelta(days=91)
    with world.database.transaction() as session:
        assert retire_issues(session) == 1
    leader.pull()
    assert leader.held("issue") == {}


# ---- decisions that travel in the same push ----


def test_what_follows_a_decision_in_the_same_push_is_free(world: World, officer: Phone) -> None:
    visit = own_visit(officer)
    issue = stumble(officer, visit)
    officer.seal("visit.finish", visit, base=1)
    officer.seal("issue.discard", UUID(issue))
    officer.seal("visit.edit", visit, base=1, changes={"count": [0, 4]})
    assert [item["outcome"] for item in officer.push()[2:-1]] == ["parked", "applied", "applied"]
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("finished", 4)
    rows = world.rows("SELECT resolution FROM sync_mutation WHERE outcome = 'parked' ORDER BY seq")
    assert [row.resolution for row in rows] == ["discarded", "applied"], "nobody waits behind an issue that is closed"


# ---- order across issues ----


def test_a_chain_waits_for_what_came_before_it_in_another_issue(world: World, officer: Phone, leader: Phone) -> None:
    visit, free = own_visit(officer), own_visit(officer)
    officer.pull()
    stumbled = stumble(officer, visit)
    officer.seal("visit.finish", visit, base=1)
    officer.seal("visit.finish", free, base=1)
    world.revoke(officer.person)
    revoked = officer.push()[3]["issues"][0]
    assert revoked != stumbled
    toy.SHAKES.clear()
    world.apply(leader.person, revoked)
    assert {world.visits()[item].state for item in (visit, free)} == {"open", "finished"}, "its elder stands before it"
    assert world.issues()[1].state == "open"
    world.apply(leader.person, stumbled)
    world.apply(leader.person, revoked)
    assert (world.visits()[visit].state, world.visits()[visit].count) == ("finished", 1)
    assert {issue.state for issue in world.issues()} == {"applied"}


# ---- who may decide about what ----


def test_a_supervisor_applies_nothing_to_what_he_may_not_see(world: World, officer: Phone, leader: Phone) -> None:
    """The author never held this visit of another banner; his own leader's word does not open it either."""
    stranger = world.phone(world.person(Role.UNIT_LEADER, region=ELSEWHERE))
    visit = stranger.open(region_code=ELSEWHERE)
    stranger.push()
    world.revoke(officer.person)
    issue = officer.do("visit.cancel", visit, base=1)["issues"][0]
    with pytest.raises(GuardFailed, match="guard_failed"):
        world.apply(leader.person, issue)
    assert world.visits()[visit].state == "open"


def test_an_issue_keeps_no_argument_that_we_do_not_know(world: World, officer: Phone, leader: Phone) -> None:
    arguments = {"region_code": HOME, "title": "查看", "reporter_mobile": "13812345678"}
    result = officer.do("visit.open", new_id(), args=arguments)
    assert (result["outcome"], result["code"]) == ("parked", "invalid_arguments")
    assert "13812345678" not in str([issue.losing for issue in world.issues()])
    leader.pull()
    assert "13812345678" not in str(leader.rows)


def test_a_colleague_who_reports_is_not_named_to_his_office(world: World, officer: Phone, leader: Phone) -> None:
    visit = officer.open()  # he is its reporter
    officer.push()
    assert leader.do("visit.cancel", visit, base=1)["outcome"] == "applied"
    assert officer.do("visit.finish", visit, base=1)["outcome"] == "rejected"
    leader.pull()
    [issue] = [row for (kind, _), row in leader.rows[f"region:{HOME}#officer"].items() if kind == "issue"]
    assert issue["data"]["author_id"] is None
    assert str(officer.person.id) not in str(issue)


def test_what_of_a_reporter_belongs_to_no_banner_yet_is_decided_by_the_regions_own_office(world: World, leader: Phone) -> None:
    citizen, region = world.phone(world.person()), world.person(Role.UNIT_LEADER, region="150000")
    assert citizen.do("visit.open", new_id(), args={"title": "查看"})["code"] == "invalid_arguments"
    with world.database.snapshot() as session:
        seen = {who.id: list(session.scalars(seen_by(who, {"state": "open"}))) for who in (region, leader.person)}
        [issue] = seen[region.id]
        assert seen[leader.person.id] == []
        assert str(citizen.person.id) not in str(shown_to(session, region, [issue]))
    with pytest.raises(NotFound):
        world.discard(leader.person, issue.id)
    world.discard(region, issue.id)
