"""The firefighters' pack on their phones: all of it after one pull, nothing else, and what they do to it without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from device.client import Device
from tests.application import work_off
from tests.clock import Clock
from tests.makers import make_hazard
from tests.pack import a_source, edit, make_source, make_unit, merge
from tests.people import ELSEWHERE, HOME, citizen, demo_accounts, enterprise, staff

MakeDevice = Callable[..., Device]
KINDS = ("water_source", "rescue_sheet")
OTHERS = (Role.SUPERVISOR, Role.INTAKE_CLERK, Role.DISPATCHER, Role.LEGAL_REVIEWER, Role.GRID_WORKER)
KEYHOLDERS = [{"name": "王经理", "phone": "13900001234"}]


def of(role: Role, region_code: str) -> dict[str, Any]:
    return demo_accounts(role, region_code)[0].way_in()


def test_a_firefighters_phone_has_the_pack_after_one_pull_and_nothing_of_hazards(
    client: FlaskClient, make_device: MakeDevice
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    source_id, unit_id = make_source(leader), make_unit(leader)
    edit(leader, f"/rescue-sheets/{unit_id}", keyholders=[[], KEYHOLDERS])
    make_hazard(client, "VERIFYING")
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    source, sheet = phone.shown("water_source", source_id), phone.shown("rescue_sheet", unit_id)
    assert source is not None
    assert sheet is not None
    assert (source["name"], source["state"], sheet["name"], sheet["keyholders"]) == (
        "新华东街12号栓", "USABLE", "草原明珠商厦", KEYHOLDERS,
    )  # fmt: skip
    scopes = {row.scope.split(":")[0] + "#" + row.scope.split("#")[1] for kind in KINDS for row in phone.store.rows(kind)}
    assert scopes == {"region#pack"}
    for kind in ("hazard", "task", "unit", "rectification", "inspection", "measure", "transfer", "issue"):
        assert phone.store.rows(kind) == [], kind


def test_officers_and_leaders_have_it_and_nobody_else(client: FlaskClient, make_device: MakeDevice) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    source_id, unit_id = make_source(leader), make_unit(leader)
    for role in (Role.FIRE_OFFICER, Role.UNIT_LEADER):
        phone = make_device(role=role)
        phone.pull()
        assert phone.shown("water_source", source_id), role
        assert phone.shown("rescue_sheet", unit_id), role
    others = [
        *(of(role, HOME) for role in OTHERS), of(Role.FIREFIGHTER, ELSEWHERE), of(Role.UNIT_LEADER, ELSEWHERE),
        enterprise(client).way, citizen(client).way,
    ]  # fmt: skip
    for way in others:
        phone = make_device(way=way)
        phone.pull()
        held = {row.id for kind in KINDS for row in phone.store.rows(kind)}
        assert not held & {source_id, unit_id}, way


def test_a_source_that_is_retired_leaves_the_phones(client: FlaskClient, make_device: MakeDevice) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    source_id = make_source(leader)
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    leader.post(f"/water-sources/{source_id}/actions/retire", {"reason": "已拆除"})
    phone.pull()
    assert phone.store.rows("water_source", source_id) == []


def test_two_phones_edit_different_fields_of_one_hydrant_off_line_and_both_stand(
    client: FlaskClient, make_device: MakeDevice
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    source_id = make_source(leader)
    phones = [make_device(role=Role.FIREFIGHTER), make_device()]
    for phone in phones:
        phone.pull()
    phones[0].mutate("water_source.edit", source_id, {}, changes={"outlets": ["65毫米内扣×2", "100毫米×1"]})
    phones[1].mutate("water_source.edit", source_id, {}, changes={"place": ["新华东街与哲里木路路口东北角", "报刊亭后"]})
    outcomes = [phone.push()[0]["outcome"] for phone in phones]
    assert outcomes == ["applied", "merged"]
    source = leader.get(f"/water-sources/{source_id}").get_json()["data"]
    assert (source["outlets"], source["place"]) == ("100毫米×1", "报刊亭后")


def test_a_state_seen_days_ago_does_not_take_the_place_of_one_seen_later(
    client: FlaskClient, make_device: MakeDevice, clock: Clock
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    source_id = make_source(leader)
    away, near = make_device(role=Role.FIREFIGHTER), make_device()
    for phone in (away, near):
        phone.pull()
    clock.advance(hours=1)
    away.mutate("water_source.report", source_id, {"state": "FROZEN"})
    clock.advance(days=3)
    near.mutate("water_source.report", source_id, {"state": "USABLE"})
    assert near.push()[0]["outcome"] == "applied"
    clock.advance(hours=2)
    assert away.push()[0]["outcome"] == "applied", "it is kept as what it is: an earlier report"
    source = leader.get(f"/water-sources/{source_id}").get_json()["data"]
    assert (source["state"], [report["state"] for report in source["reports"]]) == ("USABLE", ["USABLE", "FROZEN", "USABLE"])


def test_what_two_phones_say_of_one_field_is_told_to_the_two_and_to_nobody_else(
    client: FlaskClient, make_device: MakeDevice
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader)
    first, second = make_device(role=Role.FIREFIGHTER), make_device()
    for phone in (first, second):
        phone.pull()
    first.mutate("rescue_sheet.edit", unit_id, {}, changes={"keyholders": [[], KEYHOLDERS]})
    second.mutate("rescue_sheet.edit", unit_id, {}, changes={"keyholders": [[], [{"name": "李保安", "phone": "13900005678"}]]})
    assert first.push()[0]["outcome"] == "applied"
    [result] = second.push()
    assert result["outcome"] == "conflict"
    for phone in (first, second):
        phone.pull()
        assert phone.store.rows("issue", result["issues"][0]), "both of them see it"
    for other in (staff(client, Role.SUPERVISOR), leader):
        listed = other.get(f"/sync/issues?subject_id={unit_id}")
        assert KEYHOLDERS[0]["phone"] not in listed.get_data(as_text=True)
        assert listed.get_json()["items"] == []
        watching = make_device(role=Role.SUPERVISOR)
        watching.pull()
        assert watching.store.rows("issue", result["issues"][0]) == []


def test_what_is_refused_keeps_its_telephone_numbers_from_the_supervisor(client: FlaskClient, make_device: MakeDevice) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id, anothers = make_unit(leader), str(new_id())
    make_source(staff(client, Role.FIRE_OFFICER), photo_ids=[anothers])
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    phone.mutate("rescue_sheet.edit", unit_id, {}, changes={"keyholders": [[], KEYHOLDERS], "plan_photo_ids": [[], [anothers]]})
    [result] = phone.push()
    assert (result["outcome"], result["code"]) == ("rejected", "invalid_fields")
    for decider in (staff(client, Role.SUPERVISOR), leader):
        listed = decider.get(f"/sync/issues?subject_id={unit_id}")
        assert [item["id"] for item in listed.get_json()["items"]] == result["issues"]
        assert KEYHOLDERS[0]["phone"] not in listed.get_data(as_text=True)


def test_what_is_brought_to_an_entry_that_was_merged_meanwhile_waits_as_an_issue(
    client: FlaskClient, make_device: MakeDevice
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    gone, stays = make_unit(leader, name="草原明珠商厦(旧)"), make_unit(leader)
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    phone.mutate("rescue_sheet.edit", gone, {}, changes={"dangerous_goods": ["", "液化气20吨"]})
    phone.mutate("rescue_sheet.survey", gone, {})
    merge(leader, gone, stays)
    for result in phone.push():
        assert (result["outcome"], result["code"]) == ("rejected", "unit_merged")
        assert result["issues"]


def test_what_somebody_writes_of_a_unit_that_is_no_key_unit_any_more_stays_on_the_phones(
    client: FlaskClient, make_device: MakeDevice
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader)
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    phone.mutate("rescue_sheet.edit", unit_id, {}, changes={"dangerous_goods": ["", "液化气20吨"]})
    unit = leader.get(f"/units/{unit_id}").get_json()
    body = {name: unit[name] for name in ("name", "uscc", "region_code", "address", "place_type", "position")}
    leader.put(f"/units/{unit_id}", {**body, "category": "GENERAL_UNIT"}, headers={"If-Match": "*"})
    assert [result["outcome"] for result in phone.push()] == ["applied"]
    phone.pull()
    shown = phone.shown("rescue_sheet", unit_id)
    assert shown is not None
    assert shown["dangerous_goods"] == "液化气20吨"


def test_what_is_brought_to_a_source_that_was_retired_waits_as_an_issue(client: FlaskClient, make_device: MakeDevice) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    source_id = make_source(leader)
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    phone.mutate("water_source.report", source_id, {"state": "OUT_OF_ORDER"})
    phone.mutate("water_source.edit", source_id, {}, changes={"note": ["", "扳手在值班室"]})
    leader.post(f"/water-sources/{source_id}/actions/retire", {"reason": "已拆除"})
    for result in phone.push():
        assert (result["outcome"], result["code"]) == ("rejected", "guard_failed")
        assert result["issues"]


def test_a_photo_that_a_colleague_took_off_keeps_no_edit_back(client: FlaskClient, make_device: MakeDevice) -> None:
    officer = staff(client, Role.FIRE_OFFICER)
    source_id, first, second = make_source(officer), str(new_id()), str(new_id())
    path = f"/water-sources/{source_id}"
    assert edit(officer, path, photo_ids=[[], [first]]).status_code == 200
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    phone.mutate("water_source.edit", source_id, {}, changes={"photo_ids": [[first], [first, second]], "note": ["", "井盖松动"]})
    assert edit(officer, path, photo_ids=[[first], []]).status_code == 200
    (result,) = phone.push()
    assert result["outcome"] != "rejected", result
    assert officer.get(path).get_json()["data"]["note"] == "井盖松动"


def test_a_supervisor_changes_a_sheet_as_little_as_one_that_does_not_exist(client: FlaskClient, make_device: MakeDevice) -> None:
    there, nowhere = make_unit(staff(client, Role.UNIT_LEADER)), str(new_id())
    phone = make_device(role=Role.SUPERVISOR)
    for unit_id in (there, nowhere):
        phone.mutate("rescue_sheet.edit", unit_id, {}, changes={"keyholders": [[], KEYHOLDERS]})
    first, second = phone.push()
    assert (first["outcome"], first["code"]) == (second["outcome"], second["code"]) == ("rejected", "not_found")


def test_a_new_source_and_its_first_report_are_made_off_line(client: FlaskClient, make_device: MakeDevice) -> None:
    phone = make_device(role=Role.FIREFIGHTER)
    phone.pull()
    said = a_source(kind="WELL", name="查干敖包嘎查机井", place="嘎查党群服务中心院内")
    source_id = said.pop("id")
    phone.mutate("water_source.add", source_id, said)
    phone.mutate("water_source.report", source_id, {"state": "FROZEN"})
    assert [result["outcome"] for result in phone.push()] == ["applied", "applied"]
    phone.pull()
    shown = phone.shown("water_source", source_id)
    assert shown is not None
    assert (shown["kind"], shown["state"]) == ("WELL", "FROZEN")


def test_a_unit_that_becomes_a_key_unit_comes_to_the_phones_and_goes_again(
    client: FlaskClient, make_device: MakeDevice, parts: Parts
) -> None:
    leader = staff(client, Role.UNIT_LEADER)
    unit_id = make_unit(leader, category="GENERAL_UNIT")
    phone = make_device(role=Role.FIREFIGHTER)

    def held() -> bool:
        work_off(parts)
        phone.pull()
        return bool(phone.store.rows("rescue_sheet", unit_id))

    def as_category(category: str) -> None:
        unit = leader.get(f"/units/{unit_id}").get_json()
        body = {name: unit[name] for name in ("name", "uscc", "region_code", "address", "place_type", "position")}
        assert leader.put(f"/units/{unit_id}", {**body, "category": category}, headers={"If-Match": "*"}).status_code == 200

    assert not held(), "of a hundred thousand units the key units alone"
    as_category("KEY_UNIT")
    assert held()
    as_category("GENERAL_UNIT")
    assert not held()
    assert leader.post("/rescue-sheets", {"unit_id": unit_id}).status_code == 201, "or what somebody wants to have"
    assert held()
