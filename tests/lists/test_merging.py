"""A place that the register has twice becomes one entry, nothing of it is lost, and it can be taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from accounts.actor import Role
from accounts.demo import demo_credit_code
from accounts.models import UnitPower
from api.context import Parts
from database.base import new_id
from database.journal import Event
from device.client import Device
from places.models import Unit
from tests.assistance import ASKED
from tests.inspections import make_inspection, planned
from tests.makers import make_order
from tests.measures import opened
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, demo_accounts, enterprise, staff, through_provider
from tests.permits import FORM, make_permit, materials
from tests.sync.stops import Runner, wait_until_blocked
from tests.workflow.test_history import history
from tests.wsgi import WsgiTransport

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def leader(client: FlaskClient) -> Caller:
    return staff(client, Role.UNIT_LEADER)


def registered(who: Caller, name: str = "草原宾馆", **more: Any) -> Json:
    answer = who.post("/units", {"name": name, "region_code": HOME, "category": "GENERAL_UNIT", **more})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: Json = answer.get_json()
    return made


def code(tail: str) -> str:
    return demo_credit_code(HOME, f"MA0DBL{tail}")


def merge(who: Caller, unit: Json, into: Json, **headers: str) -> Any:
    arguments = {"into": into["id"], "into_revision": into.get("revision", 1), "reason": "检查员录入与名单重复"}
    return who.post(f"/units/{unit['id']}/merge", arguments, headers={"If-Match": "*", **headers})


def merged(who: Caller, unit: Json, into: Json) -> Json:
    answer = merge(who, unit, into)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made: Json = answer.get_json()
    return made


def unmerge(who: Caller, unit: Json, **headers: str) -> Any:
    return who.post(f"/units/{unit['id']}/unmerge", {"reason": "是两家分店"}, headers={"If-Match": "*", **headers})


def problem(answer: Any) -> str:
    return str(answer.get_json()["type"]).rpartition("/")[2]


def listed(who: Caller, **query: Any) -> list[str]:
    return [item["id"] for item in who.get("/units", query_string={"limit": 100, **query}).get_json()["items"]]


def enterprise_of(leader: Caller, manager: Caller) -> Json:
    """The demo's enterprise, entered once more as if it had no code: its people hold their powers for this entry."""
    path = f"/units/{manager.unit_id}"
    unit: Json = leader.get(path).get_json()
    names = ("name", "region_code", "address", "category", "place_type", "position")
    edited = leader.put(path, {name: unit[name] for name in names}, headers={"If-Match": "*"})
    assert edited.status_code == 200, edited.get_data(as_text=True)
    found: Json = edited.get_json()
    return found


def test_of_two_entries_one_is_listed_and_searched_and_the_other_says_where_it_went(leader: Caller) -> None:
    stays, double = registered(leader, uscc=code("01")), registered(leader)
    done = merged(leader, double, stays)
    assert (done["merged_into"], done["revision"]) == (stays["id"], 2)
    assert {stays["id"], double["id"]} & {*listed(leader, q="草原宾馆")} == {stays["id"]}
    assert listed(leader, merged_into=stays["id"]) == [double["id"]]
    assert leader.get(f"/units/{double['id']}").get_json()["merged_into"] == stays["id"]
    assert leader.get(f"/units/{stays['id']}").get_json() == stays
    assert unmerge(leader, double).get_json()["merged_into"] is None
    assert {stays["id"], double["id"]} <= {*listed(leader, q="草原宾馆")}


def test_the_name_and_the_address_of_a_merged_entry_lead_to_the_one_that_stays(client: FlaskClient, leader: Caller) -> None:
    """Who knows the place by its old name does not enter it a third time."""
    stays = registered(leader, "草原大酒店", uscc=code("30"))
    double = registered(leader, "青青客栈", address="老街88号")
    merged(leader, double, stays)
    for words in ("青青客栈", "老街88"):
        assert listed(leader, q=words) == [stays["id"]]
    elsewhere = staff(client, Role.UNIT_LEADER, ELSEWHERE)
    assert listed(elsewhere, q="青青客栈") == []
    unmerge(leader, double)
    assert listed(leader, q="青青客栈") == [double["id"]]


def test_one_place_is_in_one_division(client: FlaskClient) -> None:
    league = staff(client, Role.UNIT_LEADER, "150100")
    stays, double = registered(league, uscc=code("31")), registered(league)
    merged(league, double, stays)
    moved = {"name": "草原宾馆", "region_code": "150103", "category": "GENERAL_UNIT", "uscc": code("31")}
    answer = league.put(f"/units/{stays['id']}", moved, headers={"If-Match": "*"})
    assert [(error["field"], error["code"]) for error in answer.get_json()["errors"]] == [("region_code", "keeps_others")]
    assert unmerge(league, double).status_code == 200
    assert league.put(f"/units/{stays['id']}", moved, headers={"If-Match": "*"}).status_code == 200


def test_the_journal_keeps_who_merged_and_took_back_and_why(leader: Caller, parts: Parts) -> None:
    stays, double = registered(leader), registered(leader)
    merged(leader, double, stays)
    unmerge(leader, double)
    with parts.database.transaction() as session:
        told = {}
        for unit in (double, stays):
            events = session.scalars(select(Event).where(Event.entity_id == UUID(unit["id"])).order_by(Event.id)).all()
            told[unit["id"]] = [(event.name, event.actor_id, event.data.get("reason")) for event in events[1:]]
            assert {event.data["into"] for event in events[1:]} == {stays["id"]}
    why, why_not = "检查员录入与名单重复", "是两家分店"
    assert told[double["id"]] == [("unit.merged", leader.id, why), ("unit.unmerged", leader.id, why_not)]
    assert told[stays["id"]] == [("unit.joined", leader.id, why), ("unit.parted", leader.id, why_not)]


def test_only_the_leader_of_both_divisions_merges(client: FlaskClient, leader: Caller) -> None:
    stays, double = registered(leader), registered(leader)
    elsewhere = registered(staff(client, Role.UNIT_LEADER, ELSEWHERE), region_code=ELSEWHERE)
    for who in (staff(client, Role.FIRE_OFFICER), staff(client, Role.INTAKE_CLERK)):
        assert (merge(who, double, stays).status_code, unmerge(who, double).status_code) == (403, 403)
        assert who.get(f"/units/{double['id']}/doubles").status_code == 403
    manager = enterprise(client)
    own = {"id": str(manager.unit_id)}
    assert (merge(manager, own, stays).status_code, unmerge(manager, own).status_code) == (403, 403)
    for who in (citizen(client), staff(client, Role.UNIT_LEADER, ELSEWHERE)):
        assert (merge(who, double, stays).status_code, unmerge(who, double).status_code) == (404, 404)
        assert who.get(f"/units/{double['id']}/doubles").status_code == 404
    assert merge(leader, double, elsewhere).data == merge(leader, double, {"id": str(new_id())}).data
    assert merge(leader, double, elsewhere).get_json()["errors"][0]["field"] == "into"


def test_two_credit_codes_are_two_legal_persons_and_the_entry_with_a_code_stays(leader: Caller) -> None:
    first, second, without = registered(leader, uscc=code("02")), registered(leader, uscc=code("03")), registered(leader)
    for unit, into, refused in ((first, second, "credit_codes_differ"), (first, without, "coded_unit_stays")):
        answer = merge(leader, unit, into)
        assert (answer.status_code, problem(answer)) == (409, refused)
    assert merge(leader, without, first).status_code == 200


def test_chains_never_arise(leader: Caller) -> None:
    stays, double, third = (registered(leader) for _ in range(3))
    assert merge(leader, double, double).get_json()["errors"][0]["code"] == "same_unit"
    merged(leader, double, stays)
    into_merged = merge(leader, third, double).get_json()
    assert [(error["field"], error["code"]) for error in into_merged["errors"]] == [("into", "merged_unit")]
    assert (into_merged["merged_into"], into_merged["name"]) == (stays["id"], stays["name"])
    again = merge(leader, double, third)
    assert (problem(again), again.get_json()["merged_into"]) == ("unit_merged", stays["id"])
    assert problem(merge(leader, stays, third)) == "unit_keeps_others"
    assert problem(merge(leader, double, stays)) == "already_so"
    assert problem(unmerge(leader, stays)) == "already_so"
    unmerge(leader, double)
    assert merge(leader, stays, third).status_code == 200


def test_a_merge_is_of_the_revision_that_was_looked_at_and_a_repeated_one_is_the_same(leader: Caller) -> None:
    stays, double = registered(leader), registered(leader)
    arguments = {"into": stays["id"], "into_revision": 1, "reason": "重复"}
    path = f"/units/{double['id']}/merge"
    assert leader.post(path, arguments).status_code == 428
    assert leader.post(path, arguments, headers={"If-Match": '"7"'}).get_json()["current"] == 1
    of_the_other = leader.post(path, {**arguments, "into_revision": 7}, headers={"If-Match": '"1"'})
    assert (problem(of_the_other), of_the_other.get_json()["into"]) == ("stale_revision", stays["id"])
    headers = {"If-Match": '"1"', "Idempotency-Key": str(new_id())}
    first, again = (leader.post(path, arguments, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (200, 200, "true")
    assert leader.get(f"/units/{double['id']}").get_json()["revision"] == 2
    nothing_said = leader.post(path, {"into": stays["id"]}, headers={"If-Match": "*"}).get_json()["errors"]
    assert {error["field"] for error in nothing_said} == {"into_revision", "reason"}


def test_two_banners_are_not_one_place(client: FlaskClient) -> None:
    league = staff(client, Role.UNIT_LEADER, "150100")
    double, stays = registered(league), registered(league, region_code="150103")
    assert merge(league, double, stays).get_json()["errors"][0]["code"] == "other_region"


def test_a_merged_entry_is_edited_no_more_over_any_door(client: FlaskClient, leader: Caller) -> None:
    stays, double = registered(leader), registered(leader)
    phone = device(client, Role.FIRE_OFFICER)
    merged(leader, double, stays)
    body = {"name": "新名", "region_code": HOME, "category": "GENERAL_UNIT"}
    answer = leader.put(f"/units/{double['id']}", body, headers={"If-Match": "*"})
    assert (answer.status_code, problem(answer), answer.get_json()["merged_into"]) == (409, "unit_merged", stays["id"])
    phone.mutate("unit.edit", double["id"], changes={"address": ["", "离线所见的地址"]})
    [result] = phone.push()
    assert (result["outcome"], result["code"]) == ("rejected", "unit_merged")


def device(client: FlaskClient, role: Role) -> Device:
    parts: Parts = client.application.extensions["fire"]
    made = Device(WsgiTransport(client.application.wsgi_app), clock=parts.database.clock)
    made.sign_in(**demo_accounts(role, HOME)[0].way_in())
    made.register()
    made.pull()
    return made


def test_devices_drop_the_merged_entry_and_have_it_again_when_it_is_taken_back(client: FlaskClient, leader: Caller) -> None:
    stays, double = registered(leader), registered(leader)
    phone = device(client, Role.FIRE_OFFICER)
    assert phone.shown("unit", double["id"]) is not None
    merged(leader, double, stays)
    fresh = device(client, Role.INTAKE_CLERK)
    phone.pull()
    for held in (phone, fresh):
        assert (held.shown("unit", double["id"]), held.shown("unit", stays["id"]) is None) == (None, False)
    unmerge(leader, double)
    phone.pull()
    again = phone.shown("unit", double["id"])
    assert again is not None
    assert again["name"] == "草原宾馆"


def test_the_file_of_the_one_that_stays_has_the_cases_of_both_and_each_reader_sees_what_he_may(
    client: FlaskClient, leader: Caller
) -> None:
    order, permit = make_order(client), make_permit(client, "SUBMITTED")
    manager = order.office.manager
    double, stays = enterprise_of(leader, manager), registered(leader, uscc=code("04"))
    after = {item["id"] for item in history(leader, double["id"])}
    assert {str(order.id), str(order.hazard_id), str(permit.id)} <= after
    assert history(leader, stays["id"]) == []
    merged(leader, double, stays)
    assert {item["id"] for item in history(leader, stays["id"])} == after
    assert {item["id"] for item in history(leader, double["id"])} == after
    seen = {item["id"] for item in history(manager, double["id"])}
    assert str(permit.id) in seen
    assert str(order.hazard_id) not in seen
    assert manager.get(permit.path).status_code == 200
    assert manager.get(f"/units/{stays['id']}").status_code == 404  # nobody was given a right
    unmerge(leader, double)
    assert history(leader, stays["id"]) == []


def test_nothing_new_is_begun_under_a_merged_entry_and_the_refusal_names_the_other(client: FlaskClient, leader: Caller) -> None:
    manager, clerk = enterprise(client, alone=True), staff(client, Role.PERMIT_CLERK)
    double, stays = enterprise_of(leader, manager), registered(leader, "草原大酒店", uscc=code("05"))
    merged(leader, double, stays)
    pair = [str(staff(client, Role.FIRE_OFFICER, nth=nth).id) for nth in (0, 1)]
    legacy = {"number": "新消〔2019〕1号", "holder": "甲", "venue": "乙", "address": "海拉尔东路88号", "issued_on": "2019-05-20"}
    begun: list[tuple[Caller, str, Json]] = [
        (leader, "/inspections", {
            "kind": "SPOT_CHECK", "reason": "抽查", "planned_on": "2026-11-26", "checklist": "SPOT_CHECK", "officer_ids": pair,
        }),
        (manager, "/permits", {"id": str(new_id()), "route": "COMMITMENT", "form": FORM, "materials": materials()}),
        (manager, "/assistance", {"id": str(new_id()), "applicant_kind": "UNIT", **ASKED}),
        (clerk, "/licences", {"region_code": HOME, **legacy}),
    ]  # fmt: skip
    for who, path, arguments in begun:
        refused = who.post(path, {**arguments, "unit_id": double["id"]}).get_json()
        assert [(error["field"], error["code"]) for error in refused["errors"]] == [("unit_id", "merged_unit")], path
        assert (refused["merged_into"], "草原大酒店" in refused["errors"][0]["message"]) == (stays["id"], True)
    assert [power["merged_into"] for power in manager.get("/me").get_json()["units"]] == [stays["id"]]


def test_what_is_begun_while_a_merge_is_under_way_waits_for_its_end(client: FlaskClient, leader: Caller, parts: Parts) -> None:
    double, stays = registered(leader), registered(leader, uscc=code("32"))
    plan = {
        "unit_id": double["id"], "kind": "SPOT_CHECK", "reason": "抽查", "planned_on": "2026-11-26", "checklist": "SPOT_CHECK",
        "officer_ids": [str(staff(client, Role.FIRE_OFFICER, nth=nth).id) for nth in (0, 1)],
    }  # fmt: skip
    with parts.database.transaction() as session:
        session.execute(update(Unit).where(Unit.id == UUID(double["id"])).values(merged_into=UUID(stays["id"])))
        planning = Runner("plan", lambda: leader.post("/inspections", plan))
        wait_until_blocked(parts.database)
    [error] = planning.done().get_json()["errors"]
    assert (error["field"], error["code"]) == ("unit_id", "merged_unit")


def test_who_is_the_legal_person_of_the_one_that_stays_is_shown_there_when_he_claims_the_other(
    client: FlaskClient, leader: Caller
) -> None:
    uscc = code("06")
    double, stays = registered(leader), registered(leader, uscc=uscc)
    merged(leader, double, stays)
    legal_person = through_provider(client, f"responsible.{HOME}", uscc=uscc)
    answer = legal_person.post(f"/units/{double['id']}/claim", {"uscc": uscc})
    assert (answer.status_code, problem(answer), answer.get_json()["merged_into"]) == (409, "unit_merged", stays["id"])
    another = through_provider(client, f"responsible.{HOME}", uscc=code("07"))
    assert another.post(f"/units/{double['id']}/claim", {"uscc": code("07")}).status_code == 404
    assert legal_person.post(f"/units/{stays['id']}/claim", {"uscc": uscc}).status_code == 201


def test_what_officers_found_at_a_merged_entry_goes_to_the_one_that_stays(client: FlaskClient, leader: Caller) -> None:
    """They may have chosen it without signal: what they signed is not refused, and the new case is the place's."""
    office = make_order(client).office
    double, stays = enterprise_of(leader, office.manager), registered(leader, uscc=code("08"))
    inspection = planned(client)
    merged(leader, double, stays)
    inspection.act(office.officers[0], "start", scanned_unit_id=stays["id"])  # the code at the entrance may be either
    for case in (make_order(client), opened(inspection)):
        assert case.read(leader)["data"]["unit_id"] == stays["id"]
    assert inspection.read(leader)["data"]["unit_id"] == double["id"]


def test_a_merge_washes_nothing_off_a_place(client: FlaskClient, leader: Caller) -> None:
    """Inspections of the year are counted over all its entries."""
    first = make_inspection(client, "NO_PROBLEM")
    double, stays = enterprise_of(leader, first.office.manager), registered(leader, uscc=code("09"), category="KEY_UNIT")
    cap = {"most": 1, "basis": "试点要求"}
    region = staff(client, Role.SYS_ADMIN, "150000")
    assert region.put("/inspections/caps/KEY_UNIT", cap).status_code == 200
    merged(leader, double, stays)
    pair = [str(officer.id) for officer in first.office.officers]
    plan = {
        "unit_id": stays["id"], "kind": "SPOT_CHECK", "reason": "抽查", "planned_on": "2026-11-26", "checklist": "SPOT_CHECK",
        "officer_ids": pair,
    }  # fmt: skip
    answer = leader.post("/inspections", plan)
    assert (problem(answer), answer.get_json()["reason"]) == ("guard_failed", "annual_cap_reached")


def test_the_people_of_the_merged_entry_are_told_once_and_again_when_it_is_taken_back(
    client: FlaskClient, leader: Caller
) -> None:
    manager = enterprise(client, alone=True)
    double, stays = enterprise_of(leader, manager), registered(leader, "草原大酒店", uscc=code("10"))
    before = len(notices(manager, "单位登记已合并"))
    merged(leader, double, stays)
    told = notices(manager, "单位登记已合并")
    assert len(told) == before + 1
    assert "草原大酒店" in told[0]["body"]
    assert (told[0]["subject_type"], told[0]["subject_id"]) == ("unit", double["id"])
    unmerge(leader, double)
    assert len(notices(manager, "单位登记恢复单独使用")) == 1


def test_the_people_of_the_one_that_stays_are_told_too_and_who_answers_for_both_is_told_once(
    client: FlaskClient, leader: Caller
) -> None:
    manager = enterprise(client, alone=True)
    stays, double = enterprise_of(leader, manager), registered(leader, "草原小吃")
    merged(leader, double, stays)
    [told] = notices(manager, "另一处登记已并入本单位")
    assert "草原小吃" in told["body"]
    assert (told["subject_type"], told["subject_id"]) == ("unit", stays["id"])
    unmerge(leader, double)
    assert len(notices(manager, "并入本单位的登记已分出")) == 1
    parts: Parts = client.application.extensions["fire"]
    with parts.database.transaction() as session:
        its = UnitPower.unit_id == UUID(stays["id"]), UnitPower.person_id == manager.id, UnitPower.ended_at.is_(None)
        held = session.scalars(select(UnitPower).where(*its)).one()
        names = ("person_id", "role", "scope", "valid_from", "valid_until", "granted_by")
        session.add(UnitPower(id=new_id(), unit_id=UUID(double["id"]), **{name: getattr(held, name) for name in names}))
    merged(leader, double, stays)
    assert (len(notices(manager, "单位登记已合并")), len(notices(manager, "另一处登记已并入本单位"))) == (1, 1)


def notices(who: Caller, title: str) -> list[Json]:
    return [item for item in who.get("/inbox?limit=100").get_json()["items"] if item["title"] == title]
