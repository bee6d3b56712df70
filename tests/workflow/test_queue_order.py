"""The queue is sorted by the date, and what weighs comes earlier by so many hours, which a card says and a row decides."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import orjson
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Role
from api.context import Parts
from places.commands import load_notice
from tests.application import work_off as work_off_all
from tests.clock import Clock
from tests.inspections import make_inspection
from tests.makers import Case, make_hazard
from tests.people import ELSEWHERE, Caller, Json, staff
from tests.permits import make_permit
from tests.places.test_units import edited
from tests.workflow.test_deadlines import administrator, edit, work_off
from tests.workflow.test_indexes import asked
from timetable import TIMETABLE, Process, renderer_of
from workflow.permits.rules import ORDINARY
from workflow.queue import ranking
from workflow.queue.models import Task

__all__ = ["administrator"]


def order(client: FlaskClient, *cases: Case) -> list[str]:
    """The ids of these cases as the leader's queue has them."""
    asked: Json = {"view": "all", "subject_type": cases[0].kind, "region_code": cases[0].office.region_code, "limit": 100}
    wanted = {str(case.id) for case in cases}
    return [item["subject_id"] for item in items(client, asked) if item["subject_id"] in wanted]


def items(client: FlaskClient, asked: Json) -> list[Any]:
    leader = staff(client, Role.UNIT_LEADER, asked["region_code"])
    answer = leader.get("/queue", query_string=asked).get_json()
    found: list[Any] = answer["items"]
    while answer["next_cursor"]:
        answer = leader.get("/queue", query_string={**asked, "cursor": answer["next_cursor"]}).get_json()
        found += answer["items"]
    return found


def card(client: FlaskClient, case: Case) -> Json:
    asked: Json = {"view": "all", "region_code": case.office.region_code, "limit": 100}
    found: Json = next(item for item in items(client, asked) if item["subject_id"] == str(case.id))
    return found


def test_what_threatens_life_comes_before_what_is_due_a_little_earlier_and_the_card_says_why(
    client: FlaskClient, clock: Clock
) -> None:
    plain = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="")
    clock.advance(hours=3)
    crowded = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="HOTEL")
    assert order(client, plain, crowded) == [str(crowded.id), str(plain.id)]  # due three hours later, and six hours up
    assert card(client, plain)["ranked_up"] == ["危及人身安全,排前12小时"]
    assert card(client, crowded)["ranked_up"] == ["危及人身安全,排前12小时", "人员密集场所,排前6小时"]


def hand_over(hazard: Case, *, urgent: bool) -> Case:
    """The letter by which a case goes to another body."""
    hazard.act(
        hazard.office.leader, "hand_over", to_org_id=str(hazard.office.receiver.org_id), reason="涉及燃气",
        legal_basis="消防法第五十二条", urgent=urgent, lack_of_competence=True,
    )  # fmt: skip
    return hazard.sibling("handover")


def moment_of(card: Json, name: str) -> datetime:
    return datetime.fromisoformat(card[name])


def test_danger_to_life_alone_comes_before_what_is_due_a_little_earlier(client: FlaskClient, clock: Clock) -> None:
    plain = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="FIRE_LANE", place_type="")
    due = moment_of(card(client, plain), "due_at")
    clock.advance(hours=(due - clock.now).total_seconds() // 3600 - 24 + 8)
    deadly = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="")
    assert moment_of(card(client, deadly), "due_at") > due
    assert order(client, plain, deadly) == [str(deadly.id), str(plain.id)]
    assert [card(client, case)["ranked_up"] for case in (plain, deadly)] == [[], ["危及人身安全,排前12小时"]]


def test_a_crowded_place_alone_comes_before_what_is_due_at_the_same_moment(client: FlaskClient) -> None:
    plain = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="FIRE_LANE", place_type="")
    crowded = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="FIRE_LANE", place_type="HOTEL")
    assert order(client, plain, crowded) == [str(crowded.id), str(plain.id)]
    assert card(client, crowded)["ranked_up"] == ["人员密集场所,排前6小时"]


def test_an_urgent_letter_alone_comes_before_one_that_was_drafted_a_little_earlier(client: FlaskClient, clock: Clock) -> None:
    quiet, loud = (make_hazard(client, "REGISTERED", ELSEWHERE, place_type="") for _ in range(2))
    for hazard in (quiet, loud):
        hazard.act(hazard.office.leader, "reclassify", category="FIRE_LANE_BLOCKED", reason="堵的是消防车通道")
    slow = hand_over(quiet, urgent=False)
    clock.advance(hours=1)
    urgent = hand_over(loud, urgent=True)
    assert order(client, slow, urgent) == [str(urgent.id), str(slow.id)]
    assert [card(client, letter)["ranked_up"] for letter in (slow, urgent)] == [[], ["紧急移送,排前12小时"]]


def test_the_place_in_the_queue_follows_a_date_that_a_holiday_moves(
    client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object
) -> None:
    crowded = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="FIRE_LANE", place_type="HOTEL")
    before = card(client, crowded)
    assert moment_of(before, "rank_at") == moment_of(before, "due_at") - timedelta(hours=6)
    days = [{"day": clock.now.date() + timedelta(days=1), "is_work": False, "name": "临时放假"}]
    with parts.database.transaction() as session:
        load_notice(session, SYSTEM, 2026, {"source": "测试通知", "provisional": False, "days": days})
    work_off_all(parts)
    after = card(client, crowded)
    assert moment_of(after, "rank_at") == moment_of(before, "rank_at") + timedelta(days=1)
    assert after["revision"] > before["revision"]  # devices have it too


def test_the_place_in_the_queue_follows_a_term_that_stands_still_and_goes_on(client: FlaskClient, clock: Clock) -> None:
    permit = make_permit(client, "ACCEPTED", ELSEWHERE, route=ORDINARY)
    approver = staff(client, Role.PERMIT_APPROVER, ELSEWHERE)

    def its_card() -> Json:
        found = approver.get("/queue?view=all&subject_type=permit&limit=100").get_json()["items"]
        return next(item for item in found if item["subject_id"] == str(permit.id))

    before = its_card()
    permit.act(approver, "pause", kind="EXPERT", reason="需要专家评审", until_on="2026-12-07")
    assert its_card()["rank_at"].startswith("2200-")
    clock.advance(days=2)
    permit.act(approver, "resume")
    after = its_card()
    assert after["rank_at"] == after["due_at"] > before["due_at"]


def test_what_came_of_a_report_is_weighed_anew_when_the_report_is(client: FlaskClient) -> None:
    hazard = make_hazard(client, "ASSIGNED", ELSEWHERE, place_type="")
    letter = hand_over(hazard, urgent=False)
    assert card(client, letter)["ranked_up"] == ["危及人身安全,排前12小时"]
    hazard.act(hazard.office.leader, "reclassify", category="FIRE_LANE_BLOCKED", reason="堵的是消防车通道")
    assert [card(client, case)["ranked_up"] for case in (hazard, letter)] == [[], []]
    assert card(client, letter)["rank_at"] == card(client, letter)["due_at"]
    hazard.act(hazard.office.leader, "reclassify", category="EVAC_BLOCKED", reason="安全出口同时被堵")
    assert card(client, letter)["ranked_up"] == ["危及人身安全,排前12小时"]


def test_what_is_done_at_a_place_is_weighed_anew_when_the_place_becomes_another(client: FlaskClient, parts: Parts) -> None:
    inspection = make_inspection(client, region_code=ELSEWHERE)
    unit_id = inspection.read()["data"]["unit_id"]
    leader, key = inspection.office.leader, "重点单位、高风险单位,排前6小时"
    for place_type, why in (("HOTEL", ["人员密集场所,排前6小时", key]), ("OTHER", [key])):
        unit = leader.get(f"/units/{unit_id}").get_json()
        changed = leader.put(
            f"/units/{unit_id}", edited(unit, place_type=place_type), headers={"If-Match": f'"{unit["revision"]}"'}
        )
        assert changed.status_code == 200, changed.get_json()
        work_off_all(parts)
        assert card(client, inspection)["ranked_up"] == why


def test_how_much_something_weighs_is_a_row_and_the_queue_follows_it(
    client: FlaskClient, parts: Parts, clock: Clock, administrator: Caller
) -> None:
    plain = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="")
    clock.advance(hours=3)
    crowded = make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="HOTEL")
    refused = edit(administrator, "QW-CROWD", 1, unit="wd")
    assert (refused["status"], refused["errors"][0]["field"]) == (422, "unit")
    assert edit(administrator, "QW-CROWD", 1, n=1)["status"] == 200
    work_off(parts)
    assert order(client, plain, crowded) == [str(plain.id), str(crowded.id)]
    assert card(client, crowded)["ranked_up"][-1] == "人员密集场所,排前1小时"


def run_timetable(parts: Parts) -> None:
    """As the worker goes through the queue each hour."""
    line = next(line for line in TIMETABLE if line.name == "rank_queue")
    line.run(Process(parts, {}, {}, renderer_of(parts)))


def test_what_was_open_before_there_was_an_order_is_weighed_by_the_timetable(
    client: FlaskClient, parts: Parts, fresh_database: object
) -> None:
    cases = [make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR") for _ in range(3)]
    with parts.database.transaction() as session:  # as the migration leaves them
        session.execute(text("UPDATE task SET hours_up = DEFAULT, ranked_up = DEFAULT"))
    assert card(client, cases[0])["rank_at"] == card(client, cases[0])["due_at"]
    with patch.object(ranking, "BATCH", 2):
        run_timetable(parts)
    found = [card(client, case) for case in cases]
    assert {tuple(item["ranked_up"]) for item in found} == {("危及人身安全,排前12小时",)}
    run_timetable(parts)
    assert [card(client, case)["revision"] for case in cases] == [item["revision"] for item in found]  # repeated: nothing moves


def test_an_item_that_cannot_be_weighed_keeps_none_behind_it_from_being_weighed(
    client: FlaskClient, parts: Parts, fresh_database: object
) -> None:
    broken, *others = [make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR") for _ in range(3)]
    with parts.database.transaction() as session:
        session.execute(text("UPDATE task SET hours_up = DEFAULT, ranked_up = DEFAULT"))
    weigh = ranking.weight_of

    def fails_for_one(session: Session, subject: Any) -> tuple[int, list[str]]:
        if subject.id == broken.id:
            raise KeyError(subject.category)
        return weigh(session, subject)

    with patch.object(ranking, "weight_of", fails_for_one):
        run_timetable(parts)
    assert [card(client, case)["ranked_up"] for case in (broken, *others)] == [[], *[["危及人身安全,排前12小时"]] * 2]


def test_a_weight_that_was_read_before_it_was_edited_does_not_stay(
    client: FlaskClient, parts: Parts, administrator: Caller
) -> None:
    """A command holds the item while the edit is worked off, which waits for nobody."""
    slow, other = (make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="HOTEL") for _ in range(2))
    with parts.database.transaction() as command:
        command.scalars(select(Task).where(Task.subject_id == slow.id).with_for_update()).one()
        assert edit(administrator, "QW-CROWD", 1, n=1)["status"] == 200
        work_off(parts)
        assert card(client, other)["ranked_up"][-1] == "人员密集场所,排前1小时"
    assert card(client, slow)["ranked_up"][-1] == "人员密集场所,排前6小时"
    run_timetable(parts)
    assert card(client, slow)["ranked_up"][-1] == "人员密集场所,排前1小时"


def test_a_command_that_takes_two_items_and_a_new_order_do_not_wait_for_each_other(
    client: FlaskClient, parts: Parts, administrator: Caller
) -> None:
    """Commands take items in the order of their events: here the younger one first."""
    older, younger = (make_hazard(client, "SUBMITTED", ELSEWHERE, picture="UNCLEAR", place_type="HOTEL") for _ in range(2))
    assert edit(administrator, "QW-CROWD", 1, n=1)["status"] == 200
    with parts.database.transaction() as command:
        mine = select(Task).with_for_update()
        command.scalars(mine.where(Task.subject_id == younger.id)).one()
        work_off(parts)
        command.scalars(mine.where(Task.subject_id == older.id)).one()
    run_timetable(parts)
    assert {card(client, case)["ranked_up"][-1] for case in (older, younger)} == {"人员密集场所,排前1小时"}


def test_an_edit_of_what_only_sorts_the_queue_computes_no_dates(client: FlaskClient, parts: Parts, administrator: Caller) -> None:
    make_hazard(client, "SUBMITTED", ELSEWHERE)
    assert edit(administrator, "QW-CROWD", 1, n=1)["status"] == 200
    with asked(parts) as statements:
        work_off(parts)
    assert not [statement for statement in statements if re.search(r"\bFROM clock\b", statement)]


def lines_of(parts: Parts, who: Caller) -> list[Json]:
    """The cards that a phone of his gets."""
    asked = "SELECT f.line FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id WHERE f.entity_type = 'task' AND s.key = :key"
    with parts.database.transaction() as session:
        lines = [orjson.loads(bytes(line)) for line in session.scalars(text(asked), {"key": f"user:{who.id}#own"})]
    return [{"id": line["id"], "revision": line["revision"], **line["data"]} for line in lines if "data" in line]


def test_a_phone_sorts_what_it_holds_as_the_queue_does_and_says_why_and_follows_an_edit(
    client: FlaskClient, parts: Parts, clock: Clock, administrator: Caller
) -> None:
    plain = make_hazard(client, "ASSIGNED", ELSEWHERE, place_type="")
    clock.advance(hours=3)
    crowded = make_hazard(client, "ASSIGNED", ELSEWHERE, place_type="HOTEL")
    officer = plain.office.officers[0]
    revisions = []
    for hours, wanted in ((6, [crowded, plain]), (1, [plain, crowded])):
        if hours == 1:
            edit(administrator, "QW-CROWD", 1, n=hours)
            work_off(parts)
        held = sorted(lines_of(parts, officer), key=lambda line: (line["rank_at"], line["id"]))
        queue = officer.get("/queue?view=mine&limit=100").get_json()["items"]
        assert [line["subject_id"] for line in held] == [str(case.id) for case in wanted]
        assert [(line["id"], line["ranked_up"]) for line in held] == [(card["id"], card["ranked_up"]) for card in queue]
        revisions.append({line["subject_id"]: line["revision"] for line in held})
    assert revisions[1] == {**revisions[0], str(crowded.id): revisions[0][str(crowded.id)] + 1}


def test_the_order_is_read_from_an_index(client: FlaskClient, parts: Parts) -> None:
    leader = staff(client, Role.UNIT_LEADER, ELSEWHERE)
    with asked(parts) as statements:
        assert leader.get("/queue?view=all").status_code == 200
    assert [statement for statement in statements if "ORDER BY timezone('UTC'" in statement]
    with parts.database.transaction() as session:
        for way in ("seqscan", "sort", "bitmapscan"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        first = select(Task.id).where(Task.is_open).order_by(Task.rank_at, Task.id)
        plan = "\n".join(session.scalars(text(f"EXPLAIN {first.compile(session.get_bind())}")))
    assert "ix_task_rank" in plan
