"""Orders of the 12345 hotline and of the window: a case for each, no order lost or doubled, and every result sent back once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, text

from accounts.actor import Role
from api.context import Parts
from neighbours import NeighbourFailed
from sheets import CSV, XLSX
from tests.clock import Clock
from tests.lists.stands import Stand, standing
from tests.makers import Case, Office, make_hazard
from tests.people import HOME, Caller, citizen, staff
from workflow.hazards.intakes.gateway import HttpHotline, fetch, send_results, visit
from workflow.hazards.models import Hazard, HazardReporter

pytestmark = pytest.mark.usefixtures("fresh_database")
HEAD = "工单编号,收到时间,答复期限,旗县(市、区),参照物,单位(场所)名称,隐患类型,情况说明,联系人,联系电话,要求保密"
CANARY, PHONE = "举报人乌云", "13904710001"


def order(number: str = "NM1", **changes: Any) -> dict[str, Any]:
    return {
        "source": "12345", "number": number, "received_at": "2026-11-23T00:00:00+08:00", "region": "新城区",
        "landmark": "成吉思汗大街1号楼下", "description": "安全出口被货物堵住", "picture": "EXIT", **changes,
    }  # fmt: skip


@pytest.fixture
def clerk(client: FlaskClient) -> Caller:
    return staff(client, Role.INTAKE_CLERK)


def taken(clerk: Caller, **changes: Any) -> Any:
    answer = clerk.post("/intakes", order(**changes))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def sheet(*rows: str) -> bytes:
    return "\r\n".join([HEAD, *rows]).encode("utf-8-sig")


def send(clerk: Caller, *rows: str, source: str = "12345") -> Any:
    answer = clerk.call("POST", "/intakes/sheets", data=sheet(*rows), content_type=CSV, query_string={"source": source})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["items"]


def case_of(clerk: Caller, made: Any) -> Case:
    """The case behind an order, with the people of its banner."""
    office, hazard_id = Office(clerk.client, HOME), UUID(made["hazard_id"])
    return Case("hazard", hazard_id, office, clerk, hazard_id, "")


def kept(clerk: Caller) -> list[tuple[str, str, str | None, str | None]]:
    """How each report came, and who is sealed behind it."""
    parts: Parts = clerk.client.application.extensions["fire"]
    with parts.database.snapshot() as session:
        rows = session.execute(
            select(Hazard.report_mode, Hazard.channel, HazardReporter.name, HazardReporter.mobile)
            .join(HazardReporter, HazardReporter.hazard_id == Hazard.id)
            .order_by(Hazard.id)
        )
        return [(row.report_mode, row.channel, row.name, row.mobile) for row in rows]


def test_an_order_becomes_a_case_whose_clock_starts_when_the_hotline_received_it(clerk: Caller, clock: Clock) -> None:
    made = taken(clerk, reply_by="2026-11-30T18:00:00+08:00", name=CANARY, mobile=PHONE, hidden=True)
    assert (made["state"], made["source"], made["number"]) == ("OPEN", "12345", "NM1")
    case = clerk.get(f"/hazards/{made['hazard_id']}").get_json()["data"]
    assert case["due_at"] == "2026-11-23T16:00:00Z"  # 24 hours from there
    assert kept(clerk) == [("REAL_NAME_HIDDEN", "HOTLINE", CANARY, PHONE)]
    assert CANARY not in str(clerk.get("/intakes").get_json())


def test_the_same_number_is_taken_once(clerk: Caller) -> None:
    made = taken(clerk)
    again = clerk.post("/intakes", order(description="又转来一次"))
    assert (again.status_code, again.get_json()["type"], again.get_json()["order_id"]) == (
        409,
        "/problems/order_already_taken",
        made["id"],
    )
    assert taken(clerk, source="96119")["id"] != made["id"]  # each source counts for itself


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"region": "昆都仑区"}, "region"),
        ({"region": "不存在旗"}, "region"),
        ({"received_at": "2027-01-01T00:00:00Z"}, "received_at"),
        ({"reply_by": "2026-11-01T00:00:00Z"}, "reply_by"),
        ({"mobile": "123"}, "mobile"),
        ({"description": ""}, "description"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_by_field_and_leaves_nothing(
    clerk: Caller, changes: dict[str, Any], field: str
) -> None:
    answer = clerk.post("/intakes", order(**changes))
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.get_json()["errors"]]
    assert clerk.get("/intakes").get_json()["items"] == []


def test_of_a_sheet_no_row_is_lost_what_cannot_be_taken_waits_to_be_put_right(clerk: Caller) -> None:
    items = send(
        clerk,
        f"NM1,2026/11/23 08:00,2026-11-30 18:00,新城区,,草原宾馆,通道出口,安全出口锁闭,{CANARY},{PHONE},是",
        f"NM2,前天,,哪里旗,,,,消防栓没水,{CANARY},{PHONE},",
        ",2026-11-23 08:00,,新城区,,,,没有编号,,,",
        "NM1,2026-11-23 08:00,,新城区,,,,又来一次,,,",
    )
    assert [item["outcome"] for item in items] == ["TAKEN", "HELD", "REFUSED", "KNOWN"]
    assert {note["field"] for note in items[1]["notes"]} == {"received_at", "region"}
    held = clerk.get(f"/intakes/{items[1]['order_id']}").get_json()
    assert held["said"] == {"received_at": "前天", "region": "哪里旗", "description": "消防栓没水"}
    right = {name: value for name, value in order().items() if name not in ("source", "number")}
    answer = clerk.post(f"/intakes/{held['id']}/actions/complete", right)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    done = answer.get_json()
    assert (done["state"], done["notes"], done["said"]) == ("OPEN", [], None)
    assert kept(clerk)[-1] == ("REAL_NAME", "HOTLINE", CANARY, PHONE)  # he who called is still known, and sealed
    again = clerk.post(f"/intakes/{held['id']}/actions/complete", right)
    assert (again.status_code, again.get_json()["reason"]) == (409, "order_is_not_held")


def test_a_held_row_that_comes_again_right_is_taken(clerk: Caller) -> None:
    (first,) = send(clerk, "NM2,前天,,新城区,,,,消防栓没水,,,")
    (second,) = send(clerk, "NM2,2026-11-23 08:00,,新城区,,,,消防栓没水,,,")
    assert (first["outcome"], second["outcome"], second["order_id"]) == ("HELD", "TAKEN", first["order_id"])


def test_who_called_and_that_he_wants_no_name_told_outlive_every_way_to_put_an_order_right(
    client: FlaskClient, clerk: Caller
) -> None:
    row = f"{{}},前天,,新城区,,,,消防栓没水,{CANARY},{PHONE},是"
    held = send(clerk, *(row.format(number) for number in ("NM1", "NM2", "NM3")))
    right = {name: value for name, value in order().items() if name not in ("source", "number")}
    assert clerk.post(f"/intakes/{held[0]['order_id']}/actions/complete", right).status_code == 200
    assert clerk.post("/intakes", order("NM2")).status_code == 201
    (again,) = send(clerk, "NM3,昨天,,新城区,,,,消防栓没水,,,")  # wrong once more, and without who called
    assert again["outcome"] == "HELD"
    assert [row["outcome"] for row in send(clerk, "NM3,2026-11-23 8:00,,新城区,,,,消防栓没水,,,")] == ["TAKEN"]
    assert kept(clerk) == [("REAL_NAME_HIDDEN", "HOTLINE", CANARY, PHONE)] * 3


def test_a_held_order_is_another_offices_business_alone(client: FlaskClient, clerk: Caller) -> None:
    (held,) = send(clerk, f"NM2,前天,,新城区,,,,消防栓没水,{CANARY},{PHONE},")
    other = staff(client, Role.INTAKE_CLERK, "150203")
    (theirs,) = send(other, "NM2,2026-11-23 8:00,,昆都仑区,,,,别的事,,,")
    assert theirs["outcome"] == "KNOWN"
    assert other.post("/intakes", order("NM2", region="昆都仑区")).status_code == 409
    assert clerk.get(f"/intakes/{held['order_id']}").get_json()["state"] == "HELD"


def test_what_cannot_be_ours_is_returned_by_clerk_or_leader(client: FlaskClient, clerk: Caller) -> None:
    held = send(clerk, "NM1,2026-11-23 8:00,,昆都仑区,,,,不在本旗,,,", "NM2,2026-11-23 8:00,,哪里旗,,,,不知在哪,,,")
    assert [item["outcome"] for item in held] == ["HELD", "HELD"]
    reason = {"reason": "不在本机构辖区,请派昆都仑区"}
    for item, who in zip(held, (clerk, staff(client, Role.UNIT_LEADER)), strict=True):
        answer = who.post(f"/intakes/{item['order_id']}/actions/return", reason)
        assert (answer.status_code, answer.get_json()["state"]) == (200, "RETURNED")
    assert {row["办理结果"] for row in unsent(clerk)} == {reason["reason"]}
    assert clerk.post(f"/intakes/{held[0]['order_id']}/actions/return", reason).status_code == 409


def test_a_landline_is_kept_beside_the_name_and_a_time_is_read_as_people_write_it(clerk: Caller) -> None:
    items = send(clerk, f"NM1,2026/11/23 8:05,2026年11月30日,新城区,,,,消防栓没水,{CANARY},0471-6611119,")
    assert [item["outcome"] for item in items] == ["TAKEN"], items
    assert kept(clerk) == [("REAL_NAME", "HOTLINE", f"{CANARY} 0471-6611119", None)]
    (made,) = clerk.get("/intakes").get_json()["items"]
    assert (made["received_at"], made["reply_by"]) == ("2026-11-23T00:05:00Z", "2026-11-30T15:59:59Z")


def test_only_what_was_in_the_sheet_can_be_marked_as_sent(clerk: Caller) -> None:
    for number in ("NM1", "NM2"):
        case_of(clerk, taken(clerk, number=number)).act(clerk, "reject", reason_code="NOT_FIRE_MATTER")
    listed = clerk.get("/intakes/results/unsent").get_json()
    assert [each["id"] for each in listed["orders"]] == [row["回填标识"] for row in unsent(clerk)]
    case_of(clerk, taken(clerk, number="NM3")).act(clerk, "reject", reason_code="NOT_FIRE_MATTER")
    assert clerk.post("/intakes/results/sent", listed).get_json() == {"marked": 2}
    assert [row["工单编号"] for row in unsent(clerk)] == ["NM3"]


def test_the_template_can_be_sent_as_it_is(clerk: Caller, clock: Clock) -> None:
    template = clerk.get("/intakes/template").data
    clock.advance(days=5)  # its example is of a day that has to come first
    answer = clerk.call("POST", "/intakes/sheets", data=template, content_type=XLSX, query_string={"source": "12345"})
    assert [item["outcome"] for item in answer.get_json()["items"]] == ["TAKEN"]


def unsent(clerk: Caller, source: str = "12345") -> list[dict[str, Any]]:
    body = clerk.get("/intakes/results", query_string={"source": source}).data
    head, *rows = load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def test_the_end_of_a_case_is_sent_back_by_file_and_only_once(client: FlaskClient, clerk: Caller) -> None:
    made = taken(clerk, name=CANARY, mobile=PHONE)
    case = case_of(clerk, made)
    case.act(case.office.clerk, "register", category="EVAC_BLOCKED")
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])
    assert unsent(clerk) == []
    walk_to_false(case)
    (row,) = unsent(clerk)
    assert (row["工单编号"], row["处理方式"], row["核查结论"]) == ("NM1", "已办结", "未发现所反映的情况")
    assert CANARY not in str(row)
    assert PHONE not in str(row)
    sent = {"orders": [{"id": row["回填标识"], "revision": int(row["版本"])}]}
    assert clerk.post("/intakes/results/sent", sent).get_json() == {"marked": 1}
    assert clerk.post("/intakes/results/sent", sent).get_json() == {"marked": 0}
    assert unsent(clerk) == []
    assert clerk.get(f"/intakes/{made['id']}").get_json()["sent_at"] is not None
    titles = [item["title"] for item in clerk.get("/inbox").get_json()["items"]]
    assert titles.count("工单待回填") == 1


def walk_to_false(case: Case) -> None:
    """Two officers go there and find nothing; the reporter is told, and the case closes."""
    case.act(case.office.officers[0], "start")
    case.cosigned("verify_false", finding="未发现堵塞", no_evidence_reason="现场无异常可拍")
    case.act(case.office.clerk, "tell_reporter")


def test_an_order_that_is_not_ours_goes_back_with_the_reason(clerk: Caller) -> None:
    made = taken(clerk)
    case = case_of(clerk, made)
    case.act(case.office.clerk, "reject", reason_code="NOT_FIRE_MATTER", proper_body="城市管理局", proper_phone="12319")
    (row,) = unsent(clerk)
    assert (row["处理方式"], row["办理结果"]) == ("退回", "不属于消防安全问题。请转城市管理局(12319)办理。")


def test_what_was_merged_is_answered_with_its_master(client: FlaskClient, clerk: Caller) -> None:
    made = taken(clerk)
    master = make_hazard(client)
    case_of(clerk, made).act(clerk, "merge", master_id=str(master.id))
    assert unsent(clerk) == []
    master.act(master.office.clerk, "reject", reason_code="INSUFFICIENT_INFO")
    assert [row["工单编号"] for row in unsent(clerk)] == ["NM1"]


def test_what_was_split_off_again_waits_for_its_own_answer(client: FlaskClient, clerk: Caller) -> None:
    made = taken(clerk)
    master, case = make_hazard(client), case_of(clerk, made)
    case.act(clerk, "merge", master_id=str(master.id))
    master.act(master.office.clerk, "reject", reason_code="INSUFFICIENT_INFO")
    assert len(unsent(clerk)) == 1
    case.act(clerk, "unmerge", reason="与原案不是同一地点")
    assert (unsent(clerk), clerk.get(f"/intakes/{made['id']}").get_json()["state"]) == ([], "OPEN")
    case.act(clerk, "reject", reason_code="CONSULTATION")
    assert [row["办理结果"] for row in unsent(clerk)] == ["属于咨询。"]


def test_only_clerks_take_orders_and_nobody_sees_those_of_another_league(client: FlaskClient, clerk: Caller) -> None:
    made = taken(clerk)
    for who in (citizen(client), staff(client, Role.FIRE_OFFICER), staff(client, Role.RECEIVER_CLERK)):
        assert who.post("/intakes", order("NM9")).status_code == 403
        assert who.get("/intakes").get_json()["items"] == []
        assert who.get(f"/intakes/{made['id']}").status_code == 404
    other = staff(client, Role.INTAKE_CLERK, "150203")
    assert other.get(f"/intakes/{made['id']}").status_code == 404
    assert other.get("/intakes").get_json()["items"] == []
    assert unsent(other) == []


# ---- The interface ----


class Hotline(Stand):
    """Two orders to a page; a result is kept under its key."""

    orders: list[dict[str, Any]]
    results: dict[str, Any]
    fault = 0

    def reply(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        if self.fault:
            return self.fault, {}
        if self.headers["Authorization"] != "Bearer the key":
            return 401, {}
        if body is not None:
            self.results[self.headers["Idempotency-Key"]] = (path, body)
            return 204, b""
        first = int(query.get("cursor", "0"))
        last = min(first + 2, len(self.orders))
        return 200, {"items": self.orders[first:last], "next_cursor": str(last), "more": last < len(self.orders)}


@pytest.fixture
def hotline() -> Iterator[tuple[type[Hotline], HttpHotline]]:
    said = [{name: value for name, value in order(f"NM/{nth}").items() if name != "source"} for nth in range(3)]
    said[1] |= {"region": "不存在旗", "description": "坏字\ud83d和\u0000"}
    said[2] |= {"hidden": True, "name": CANARY, "mobile": PHONE, "satisfaction": "not ours to know"}
    handler = type("HotlineOfThisTest", (Hotline,), {"orders": said, "results": {}})
    with standing(handler) as address:
        yield handler, HttpHotline(address, "the key")


def states(parts: Parts) -> dict[str, str]:
    with parts.database.snapshot() as session:
        return {row.number: row.state for row in session.execute(text("SELECT number, state FROM external_order"))}


def test_orders_of_the_interface_are_taken_or_held_each_once(
    client: FlaskClient, parts: Parts, hotline: tuple[type[Hotline], HttpHotline]
) -> None:
    handler, gateway = hotline
    assert fetch(parts.database, gateway) == 3
    assert fetch(parts.database, gateway) == 0
    assert [query.get("cursor") for _, query, _ in handler.asked] == [None, "2", "3"]
    assert states(parts) == {"NM/0": "OPEN", "NM/1": "HELD", "NM/2": "OPEN"}


def test_what_the_interface_brings_wrong_waits_where_somebody_can_act(
    client: FlaskClient, parts: Parts, hotline: tuple[type[Hotline], HttpHotline]
) -> None:
    handler, gateway = hotline
    handler.orders = [{**handler.orders[0], "received_at": "前天", "region": "新城区"}]
    fetch(parts.database, gateway)
    clerk = staff(client, Role.INTAKE_CLERK)
    assert [item["state"] for item in clerk.get("/intakes").get_json()["items"]] == ["HELD"]
    assert "工单待补正" in [item["title"] for item in clerk.get("/inbox").get_json()["items"]]


def test_a_result_arrives_once_however_often_the_line_fails(
    client: FlaskClient, clerk: Caller, parts: Parts, clock: Clock, hotline: tuple[type[Hotline], HttpHotline]
) -> None:
    handler, gateway = hotline
    fetch(parts.database, gateway)
    found = {item["number"]: item for item in clerk.get("/intakes").get_json()["items"]}
    case = case_of(clerk, found["NM/0"])
    case.act(case.office.clerk, "reject", reason_code="NOT_FIRE_MATTER")
    handler.fault = 503
    with pytest.raises(NeighbourFailed, match="answered 503"):
        send_results(parts.database, gateway)
    handler.fault = 0
    assert send_results(parts.database, gateway) == 0  # not at once again
    clock.advance(minutes=3)
    assert send_results(parts.database, gateway) == 1
    assert send_results(parts.database, gateway) == 0
    ((path, result),) = handler.results.values()
    assert (path, result["state"], result["verdict"]) == ("/orders/NM%2F0/result", "RETURNED", "NOT_ACCEPTED")


def test_a_hotline_that_cannot_be_reached_changes_nothing_and_stops_nothing(
    client: FlaskClient, parts: Parts, hotline: tuple[type[Hotline], HttpHotline]
) -> None:
    handler, gateway = hotline
    handler.fault = 500
    with pytest.raises(NeighbourFailed, match="answered 500"):
        fetch(parts.database, gateway)
    visit(parts.database, gateway)
    visit(parts.database, None)
    assert states(parts) == {}
