"""Promises about the term of an order: how an item counts as fixed, when the recheck comes, who may have more time."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, update

from api.context import Parts
from database.base import new_id
from tests.clock import Clock
from tests.makers import FOUND, Case, in_days, make_hazard, make_order, order_to
from tests.people import Caller
from tests.workflow.test_escalation import worked_off
from wire import said_day
from workflow.models import NumberPattern
from workflow.queue import escalation
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION


def offered(order: Case, who: Caller) -> set[str]:
    """The steps that somebody may take now."""
    return {step["action"] for step in order.read(who)["actions"]}


def why_not(order: Case, who: Caller, action: str, **arguments: Any) -> str:
    """The reason of a refusal by a condition, or the field that is wrong."""
    answer = who.post(f"{order.path}/actions/{action}", arguments)
    assert answer.status_code in (409, 422), answer.get_data(as_text=True)
    problem = answer.get_json()
    return str(problem["reason"] if answer.status_code == 409 else [error["field"] for error in problem["errors"]])


def told(order: Case, who: Caller) -> dict[str, str]:
    """What somebody was told of this order: event -> text."""
    rows = who.get("/inbox?limit=100").get_json()["items"]
    return {row["event_name"]: row["body"] for row in rows if row["subject_id"] == str(order.id)}


def test_an_item_is_fixed_by_a_photo_and_the_recheck_is_asked_for_when_all_are(client: FlaskClient) -> None:
    order = make_order(client)
    manager = order.office.manager
    [item] = order.read(manager)["data"]["items"]
    assert "apply_recheck" not in offered(order, manager)
    assert why_not(order, manager, "report_fix", items=[{"id": item["id"], "fixed": True}]) == "['items.0.photos']"
    assert why_not(order, manager, "report_fix", items=[{"id": str(new_id()), "fixed": False}]) == "['items.0.id']"
    order.act(manager, "report_fix", items=[{"id": item["id"], "fixed": False, "photos": [str(new_id())]}])
    assert why_not(order, manager, "apply_recheck") == "items_not_fixed"
    assert "apply_recheck" not in offered(order, manager)
    order.act(manager, "report_fix", items=[{"id": item["id"], "fixed": True}])  # its photo is there already
    assert "apply_recheck" in offered(order, manager)
    assert order.act(manager, "apply_recheck").state == "RECHECK_PENDING"


def test_more_time_is_asked_for_by_the_unit_and_granted_once_by_the_leader(client: FlaskClient) -> None:
    order = make_order(client)
    manager, leader = order.office.manager, order.office.leader
    assert "grant_extension" not in offered(order, leader)
    assert why_not(order, leader, "grant_extension") == "not_requested"
    for days in (21, 91):
        assert why_not(order, manager, "ask_extension", due_on=in_days(order, days), reason="配件未到") == "['due_on']"
    order.act(manager, "ask_extension", due_on=in_days(order, 30), reason="配件尚未到货")
    assert why_not(order, manager, "ask_extension", due_on=in_days(order, 30), reason="再次申请") == "already_requested"
    asked = leader.get("/queue?bucket=to_sign&limit=100").get_json()["items"]
    assert [item["waiting_for"] for item in asked if item["subject_id"] == str(order.id)] == ["extend"]
    number = order.read(manager)["data"]["order_no"]
    assert number in told(order, leader)["rectification.extension_asked"]
    order.act(leader, "grant_extension")
    data = order.read(manager)["data"]
    assert (data["due_on"], data["is_extended"], data["extension"]) == (in_days(order, 30), True, None)
    assert number in told(order, manager)["rectification.extended"]
    assert why_not(order, manager, "ask_extension", due_on=in_days(order, 40), reason="还差一件") == "already_extended"


def test_after_a_failed_recheck_the_fix_is_shown_anew(client: FlaskClient) -> None:
    order = make_order(client)
    manager, leader = order.office.manager, order.office.leader
    [item] = order.read(manager)["data"]["items"]
    order.act(manager, "report_fix", items=[{"id": item["id"], "fixed": True, "photos": [str(new_id())]}])
    order.act(manager, "apply_recheck")
    order.cosigned("recheck_fail", finding="通道仍被占用", photos=[str(new_id())])
    before = order.read(manager)["data"]["order_no"]
    order.act(leader, "reorder", due_on=in_days(order, 10), note="再次责令")
    data = order.read(manager)["data"]
    first, second = manager.get(f"{order.path}/papers").get_json()["items"]
    assert (first["number"], second["number"]) == (before, data["order_no"])
    assert said_day(date.fromisoformat(data["due_on"])) in second["body"]
    assert data["ordered_on"] == in_days(order, 0)
    assert why_not(order, manager, "report_fix", items=[{"id": item["id"], "fixed": True}]) == "['items.0.photos']"


def test_who_gets_no_more_time_reads_why_and_keeps_his_term(client: FlaskClient) -> None:
    order = make_order(client)
    manager, leader = order.office.manager, order.office.leader
    order.act(manager, "ask_extension", due_on=in_days(order, 30), reason="配件尚未到货")
    order.act(leader, "refuse_extension", reason="可先行停用相关区域")
    data = order.read(manager)["data"]
    assert (data["due_on"], data["is_extended"], data["extension"]) == (in_days(order, 21), False, None)
    words = told(order, manager)["rectification.extension_refused"]
    assert "可先行停用相关区域" in words
    assert data["order_no"] in words


def test_nobody_asks_for_more_time_once_the_term_has_ended(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    order, waiting = make_order(client), make_order(client)
    manager = order.office.manager
    until = in_days(order, 40)
    waiting.act(manager, "ask_extension", due_on=until, reason="配件尚未到货")
    clock.advance(days=22)
    assert why_not(order, manager, "ask_extension", due_on=until, reason="配件尚未到货") == "term_has_ended"
    assert "ask_extension" not in offered(order, manager)
    worked_off(parts, escalation.expire_terms)
    assert (waiting.read()["state"], waiting.last["data"]["extension"]) == ("RECHECK_PENDING", None)


def test_every_notice_about_an_order_names_its_number(client: FlaskClient) -> None:
    passed, failed = make_order(client, "RECTIFIED"), make_order(client, "OVERDUE_NOT_FIXED")
    for order, end in ((passed, "rectification.recheck_passed"), (failed, "rectification.recheck_failed")):
        number = order.read(order.office.manager)["data"]["order_no"]
        heard = told(order, order.office.manager)
        assert {"rectification.ordered", end} <= heard.keys()
        assert all(number in words for words in heard.values())
        assert number in told(order, order.office.officers[1])["rectification.act_drafted"]


def test_how_a_number_is_written_is_a_row(client: FlaskClient, parts: Parts, fresh_database: object) -> None:
    with parts.database.transaction() as session:
        session.execute(update(NumberPattern).where(NumberPattern.paper == "order").values(pattern="{office}消限〔{year}〕{n}号"))
    assert make_order(client).read()["data"]["order_no"].endswith("消限〔2026〕1号")


def test_an_order_leaves_the_devices_90_days_after_its_end_and_stays_readable(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    ended, waiting = make_order(client, "RECTIFIED"), make_order(client, "OVERDUE_NOT_FIXED")

    def on_devices(case: Case) -> bool:
        with parts.database.transaction() as session:
            return bool(RECTIFICATION.scopes_of(session.get_one(Rectification, case.id)))

    clock.advance(days=89)
    worked_off(parts, escalation.retire_closed)
    assert on_devices(ended)
    clock.advance(days=2)
    worked_off(parts, escalation.retire_closed)
    assert (on_devices(ended), on_devices(waiting)) == (False, True)
    assert ended.read(ended.office.manager)["state"] == "RECTIFIED"


def test_what_acts_on_an_order_takes_the_hazard_first_as_its_end_does(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    """The other way round the end of the hazard and the act on its order would wait for each other."""
    order, late = make_order(client), make_order(client)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE rectification") or ("FOR NO KEY UPDATE" in statement and "hazard" in statement):
            statements.append(statement.split(maxsplit=1)[0])

    until = in_days(order, 30)
    event.listen(parts.database.engine, "before_cursor_execute", note)
    try:
        order.act(order.office.manager, "ask_extension", due_on=until, reason="配件尚未到货")
        assert statements[:2] == ["SELECT", "UPDATE"]
        statements.clear()
        clock.advance(days=22)
        worked_off(parts, escalation.expire_terms)
        assert statements[:2] == ["SELECT", "SELECT"]  # the hazard by the timetable, then again by the command
    finally:
        event.remove(parts.database.engine, "before_cursor_execute", note)
    assert late.read()["state"] == "RECHECK_PENDING"


def test_an_order_that_is_made_anew_names_every_item_whatever_the_unit_said_of_it(
    client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    hazard = make_hazard(client, "VERIFYING")
    order = order_to(hazard)
    [first] = order["items"]
    hazard.cosigned("verify_true", **FOUND, order={**order, "items": [first, {**first, "description": "应急照明损坏"}]})
    made = hazard.sibling("rectification")
    claimed, _ = made.read()["data"]["items"]
    made.act(made.office.manager, "report_fix", items=[{"id": claimed["id"], "fixed": True, "photos": [str(new_id())]}])
    clock.advance(days=30)
    worked_off(parts, escalation.expire_terms)
    made.read()
    made.cosigned("recheck_fail", finding="两项均未改正")
    made.act(made.office.leader, "reorder", due_on=in_days(made, 10))
    anew = made.office.manager.get(f"{made.path}/papers").get_json()["items"][-1]
    assert first["description"] in anew["body"]
    assert "应急照明损坏" in anew["body"]
