from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from accounts.actor import Role
from database.base import new_id
from problems import Unavailable
from sync.mutations import Mutation
from tests.sync import toy
from tests.sync.world import ELSEWHERE, HOME, Phone, World

MakeWorld = Callable[..., World]


@pytest.fixture
def officer(world: World) -> Phone:
    return world.phone(world.person(Role.FIRE_OFFICER))


def opened(phone: Phone, *officers: UUID, **args: Any) -> UUID:
    """A visit that exists, with these officers (by default the phone's owner)."""
    visit = phone.open(officer_ids=[*officers] or [phone.person.id], **args)
    assert phone.push(phone.lines[-1:], first_seq=len(phone.lines))[0]["outcome"] == "applied"
    return visit


def test_applied(officer: Phone) -> None:
    visit = opened(officer)
    result = officer.do("visit.finish", visit, base=1)
    assert (result["outcome"], result["revision"], result["issues"]) == ("applied", 2, [])


def test_noop_where_somebody_was_quicker(world: World, officer: Phone) -> None:
    colleague = world.phone(world.person(Role.FIRE_OFFICER))
    visit = opened(officer, officer.person.id, colleague.person.id)
    assert colleague.do("visit.finish", visit, base=1)["outcome"] == "applied"
    assert officer.do("visit.finish", visit, base=1)["outcome"] == "noop"
    assert world.visits()[visit].revision == 2, "a noop leaves no trace"
    assert world.issues() == []


def test_rejected_with_its_evidence_kept(world: World, officer: Phone) -> None:
    leader = world.phone(world.person(Role.UNIT_LEADER))
    visit = opened(officer)
    leader.do("visit.cancel", visit, base=1)
    result = officer.do("visit.finish", visit, base=1, args={"note": "门已打开"})
    assert (result["outcome"], result["code"]) == ("rejected", "illegal_transition")
    assert result["explained"] == {"state": "cancelled", "action": "finish"}
    [issue] = world.issues()
    assert result["issues"] == [str(issue.id)]
    assert (issue.kind, issue.reason, issue.region_code) == ("rejected", "illegal_transition", HOME)
    assert issue.losing["args"] == {"note": "门已打开"}
    assert issue.author_id == officer.person.id


def test_rejected_not_found_is_the_same_for_what_is_hidden_and_what_is_not(world: World, officer: Phone) -> None:
    hidden = opened(world.phone(world.person(Role.FIRE_OFFICER)), region_code=ELSEWHERE)
    answers = [officer.do("visit.finish", visit, args={"note": "现场记录"}) for visit in (hidden, new_id())]
    shown = [{name: value for name, value in answer.items() if name not in ("seq", "mid", "issues")} for answer in answers]
    assert shown[0] == shown[1]
    assert shown[0]["code"] == "not_found"
    one, other = world.issues()
    assert (one.region_code, one.losing["args"]) == (None, {"note": "现场记录"}) == (other.region_code, other.losing["args"])


def test_parked_for_a_name_that_is_unknown_or_not_for_devices(officer: Phone) -> None:
    assert officer.do("visit.dance", new_id())["code"] == "unknown_mutation"
    assert officer.do("visit.inspect_on_site_only", opened(officer))["code"] == "unknown_mutation"
    assert officer.do("visit.finish", new_id(), version=2)["code"] == "unknown_version"


def test_parked_for_bad_arguments_with_the_fields_named(world: World, officer: Phone) -> None:
    result = officer.do("visit.open", new_id(), args={"region_code": HOME, "title": "\u0007", "surprise": 1})
    assert (result["outcome"], result["code"]) == ("parked", "invalid_arguments")
    assert set(result["explained"]["fields"]) == {"title", "surprise"}
    assert world.issues()[0].region_code == HOME, "a member of staff: his own office looks after it"


def test_parked_for_a_fault_and_an_alarm(world: World, officer: Phone) -> None:
    visit = opened(officer)
    toy.SHAKES.append(ZeroDivisionError("电话13900000000"))
    with capture_logs() as logged:
        result = officer.do("visit.shake", visit, base=1)
    assert (result["outcome"], result["code"]) == ("parked", "fault")
    assert world.visits()[visit].count == 0, "what the handler did before it stumbled is undone"
    assert world.issues()[0].kind == "fault"
    assert [(entry["event"], entry["alarm"]) for entry in logged] == [("mutation fault", True)]
    assert "13900000000" not in str(logged), "what an exception says may be what somebody wrote"


def test_conflict_and_merged(world: World, officer: Phone) -> None:
    leader = world.phone(world.person(Role.UNIT_LEADER))
    visit = opened(officer, title="旧名", count=1)
    leader.do("visit.edit", visit, base=1, changes={"title": ["旧名", "局里的名"]})
    merged = officer.do("visit.edit", visit, base=1, changes={"count": [1, 5]})
    assert (merged["outcome"], merged["revision"]) == ("merged", 3)
    lost = officer.do("visit.edit", visit, base=1, changes={"title": ["旧名", "我的名"]})
    assert lost["outcome"] == "conflict"
    assert world.visits()[visit].title == "局里的名"
    [issue] = world.issues()
    assert lost["issues"] == [str(issue.id)]
    assert (issue.kind, issue.field, issue.losing["losing"], issue.losing["standing"]) == (
        "conflict",
        "title",
        "我的名",
        "局里的名",
    )


def test_reporters_stay_out_of_results_issues_and_journal(world: World) -> None:
    guest = world.phone(world.guest())
    refused = guest.do(
        "visit.open", new_id(), args={"region_code": "999999", "title": "查看", "reporter": {"mobile": "13900000000"}}
    )
    assert refused["outcome"] == "rejected"
    unknown = guest.do("visit.dance", new_id(), args={"reporter": {"mobile": "13900000000"}})
    assert unknown["outcome"] == "parked"
    bad = guest.do("visit.open", new_id(), args={"reporter": {"mobile": "13900000000", "x": 1}})
    assert bad["outcome"] == "parked"
    rows = world.rows(
        "SELECT receipt::text FROM receipt UNION ALL SELECT issue::text FROM issue UNION ALL SELECT event::text FROM event"
        " UNION ALL SELECT sync_mutation::text FROM sync_mutation UNION ALL SELECT sync_feed::text FROM sync_feed"
    )
    kept = "".join(row[0] for row in rows)
    assert "unknown_mutation" in kept or b"unknown_mutation".hex() in kept
    assert "13900000000" not in kept
    assert b"13900000000".hex() not in kept
    assert all(not issue.author_is_staff and issue.region_code in (None, "150000") for issue in world.issues())


def test_failing_infrastructure_rolls_the_chunk_back_and_is_tried_three_times(make_world: MakeWorld) -> None:
    world = make_world(push_chunk_mutations=2)
    phone = world.phone(world.person(Role.FIRE_OFFICER))
    visit = opened(phone)
    phone.seal("visit.finish", visit, base=1)
    phone.seal("visit.shake", visit, base=1)
    tries = []

    class Down(Exception):
        sqlstate = "57P01"

    def go_down(*_: Any) -> Any:
        tries.append(1)
        if len(tries) < limit:
            raise OperationalError("SELECT", {}, Down())
        return original(*_)

    shake = world.engine.mutations.by_name["visit.shake"]
    original = shake.run
    world.engine.mutations.by_name["visit.shake"] = replace(shake, run=go_down)
    limit = 99
    with pytest.raises(Unavailable) as unavailable:
        phone.push()
    assert len(tries) == 3
    assert unavailable.value.data["retry_after_seconds"] > 0
    assert world.visits()[visit].state == "open", "its neighbour in the chunk was rolled back with it"
    assert world.scalar("SELECT last_seq FROM sync_queue") == 1
    assert world.scalar("SELECT pending FROM sync_queue") == 3, "those who watch the queues see that it does not get through"
    tries.clear()
    limit = 3
    assert [item["outcome"] for item in phone.push()[:-1]] == ["applied"] * 3
    assert len(tries) == 3


def test_a_batch_and_one_by_one_have_the_same_outcomes(make_world: MakeWorld) -> None:
    """Every mixture of good and bad neighbours, through the fast path and with it switched off."""
    taken = new_id()

    def story(world: World) -> list[Any]:
        phone = world.phone(world.person(Role.FIRE_OFFICER))
        phone.seal("visit.open", taken, args={"region_code": HOME, "title": "先来"})
        phone.push()
        for number in range(12):
            phone.open(title=f"第{number}家")
        phone.seal("visit.open", taken, args={"region_code": HOME, "title": "后到"})
        phone.seal("visit.open", new_id(), args={"region_code": "999999", "title": "无此旗县"})
        phone.seal("visit.open", new_id(), args={"title": "缺地区"})
        last = phone.open()
        phone.seal("visit.edit", last, base=1, changes={"count": [0, 3]})
        phone.lines.append(b"junk")
        for _ in range(3):
            phone.open()
        results = [{name: value for name, value in item.items() if name not in ("mid", "issues")} for item in phone.push()]
        feed = world.rows("SELECT s.key, f.position, f.revision FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
                          " WHERE entity_type = 'visit' AND s.key LIKE 'region:%' ORDER BY 1, 2")  # fmt: skip
        return [results, len(world.visits()), len(world.issues()), world.scalar("SELECT count(*) FROM event"), feed]

    fast = make_world()
    told = story(fast)
    slow = make_world()
    slow.empty()
    for name, mutation in list(slow.engine.mutations.by_name.items()):
        slow.engine.mutations.by_name[name] = replace(mutation, batched=False)
    assert isinstance(slow.engine.mutations.by_name["visit.open"], Mutation)
    assert story(slow) == told
    assert [item["outcome"] for item in told[0][13:17]] == ["rejected", "rejected", "parked", "applied"]


def test_a_batch_flushes_once(world: World) -> None:
    phone = world.phone(world.person())
    for _ in range(25):
        phone.open()
    statements: list[str] = []
    from sqlalchemy import event

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    phone.push()
    assert len(world.visits()) == 25
    assert len([s for s in statements if s.startswith("INSERT INTO visit")]) == 1
    assert len(statements) < 20, statements
