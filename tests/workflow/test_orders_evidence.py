"""What an order shows and to whom: its number, its photos; and who opens the file of a reporter's phone."""

from __future__ import annotations

from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role, UnitPower
from database.base import new_id
from media.models import Media
from tests.makers import FINDING, Case, in_days, make_hazard, make_order, order_to
from tests.people import HOME
from workflow.case_photos import case_photo
from workflow.hazards.models import Hazard
from workflow.rectification.models import Rectification


def photo(session: Session, media_id: str) -> Media:
    return session.get_one(Media, UUID(media_id))


def test_an_order_has_a_number_of_its_own_that_leads_to_no_report(client: FlaskClient, session: Session) -> None:
    first, second = make_order(client, "ORDERED"), make_order(client, "ORDERED")
    numbers = [session.get_one(Rectification, case.id).order_no for case in (first, second)]
    assert len(set(numbers)) == 2
    assert all("责改〔2026〕第" in number and "YH" not in number for number in numbers)
    assert first.read(first.office.manager)["data"]["order_no"] == numbers[0]
    assert first.number not in str(first.read(first.office.manager))
    notices = first.office.manager.get("/inbox").get_data(as_text=True)
    assert first.number not in notices


def test_the_unit_sees_the_photos_that_its_order_names_and_nothing_else_of_the_case(
    client: FlaskClient, session: Session
) -> None:
    named, unnamed, reported = (str(new_id()) for _ in range(3))
    hazard = make_hazard(client, "VERIFYING", photos=[reported])
    items = [{"description": "清理疏散通道内堆放的货物", "photos": [named]}]
    hazard.cosigned("verify_true", finding=FINDING, photos=[unnamed], order=order_to(hazard, items=items))
    order = session.get_one(Rectification, hazard.sibling("rectification").id)
    assert order.unit_id is not None
    manager = Actor(id=new_id(), name="", units=(UnitPower(order.unit_id, Role.UNIT_MANAGER),))
    assert case_photo(session, manager, photo(session, named)) == {"rendition"}
    assert case_photo(session, manager, photo(session, unnamed)) == set()
    assert case_photo(session, manager, photo(session, reported)) == set()
    stranger = Actor(id=new_id(), name="", units=(UnitPower(new_id(), Role.UNIT_MANAGER),))
    assert case_photo(session, stranger, photo(session, named)) == set()


def test_the_file_of_a_reporters_phone_is_for_those_who_hold_the_case(client: FlaskClient, session: Session) -> None:
    reported = str(new_id())
    hazard = session.get_one(Hazard, make_hazard(client, "ASSIGNED", photos=[reported]).id)

    def seen(role: Role, person: UUID | None = None, org_id: UUID | None = None) -> set[str]:
        actor = Actor(id=person or new_id(), name="", grants=(Grant(role, org_id or hazard.org_id, HOME),))
        return set(case_photo(session, actor, photo(session, reported)))

    everything = {"rendition", "original"}
    assert seen(Role.FIRE_OFFICER, hazard.officer_ids[0]) == everything
    assert seen(Role.UNIT_LEADER) == everything
    assert seen(Role.UNIT_LEADER, org_id=new_id()) == {"rendition"}
    for role in (Role.INTAKE_CLERK, Role.HOTLINE_CLERK, Role.DISPATCHER, Role.LEGAL_REVIEWER, Role.FIRE_OFFICER):
        assert seen(role) == {"rendition"}
    hazard.report_mode = "ANONYMOUS"
    session.flush()
    assert seen(Role.UNIT_LEADER) == seen(Role.FIRE_OFFICER, hazard.officer_ids[0]) == {"rendition"}
    session.rollback()


def test_what_is_put_right_in_time_need_not_be_punished_and_the_unit_gets_the_record_of_what_it_was_taught(
    fresh_database: object, client: FlaskClient
) -> None:
    order = make_order(client, "RECHECK_PENDING")
    first = order.office.officers[0]
    answer = first.post(f"{order.path}/actions/recheck_pass", {"finding": "已全部改正", "no_penalty": "MINOR"})
    assert answer.get_json()["errors"][0]["field"] == "education"
    answer = first.post(
        f"{order.path}/actions/recheck_fail", {"finding": "没有改正", "no_penalty": "MINOR", "education": "已教育"}
    )
    assert answer.status_code == 422  # what was not put right is no case of it
    order.cosigned("recheck_pass", finding="已全部改正", no_penalty="FIRST", education="讲解疏散通道的要求")
    manager = order.office.manager
    assert manager.get(order.path).get_json()["state"] == "RECTIFIED"
    record = manager.get(f"{order.path}/papers").get_json()["items"][-1]
    assert record["title"] == "不予行政处罚教育记录"
    for words in (
        "行政处罚法》第三十三条",
        "初次违法且危害后果轻微",
        "讲解疏散通道的要求",
        order.last["data"]["order_no"] if order.last.get("data") else "",
    ):
        assert words in record["body"]
    assert order.read(order.office.leader)["data"]["finding"]["no_penalty"] == "FIRST"
    plain = make_order(client, "RECTIFIED")
    assert [paper["title"] for paper in plain.office.leader.get(f"{plain.path}/papers").get_json()["items"]] == [
        "责令限期改正通知书"
    ]


def test_lenience_is_for_what_was_put_right_in_time_and_a_first_time_for_whoever_had_no_failed_order(
    client: FlaskClient,
) -> None:
    late = make_order(client, "OVERDUE_NOT_FIXED")
    late.act(late.office.leader, "reorder", due_on=in_days(late, 10))
    [item] = late.read()["data"]["items"]
    late.act(late.office.manager, "report_fix", items=[{"id": item["id"], "fixed": True, "photos": ids(1)}])
    late.act(late.office.manager, "apply_recheck")
    pardon = {"finding": "已改正", "no_penalty": "MINOR", "education": "讲解疏散通道的要求"}
    first = late.office.officers[0]

    def wrong(order: Case, **change: str) -> str:
        answer = first.post(f"{order.path}/actions/recheck_pass", pardon | change)
        return str([error["code"] for error in answer.get_json()["errors"]])

    assert wrong(late) == "['not_in_time']"
    late.cosigned("recheck_fail", finding="仍未改正")
    again = make_order(client, "RECHECK_PENDING")
    assert wrong(again, no_penalty="FIRST") == "['not_the_first_time']"
    assert again.cosigned("recheck_pass", **pardon).state == "RECTIFIED"


def test_no_item_gathers_photos_without_end(client: FlaskClient) -> None:
    order = make_order(client)
    [item] = order.read(order.office.manager)["data"]["items"]
    for _ in range(3):
        order.act(order.office.manager, "report_fix", items=[{"id": item["id"], "fixed": True, "photos": ids(9)}])
    answer = order.office.manager.post(
        f"{order.path}/actions/report_fix", {"items": [{"id": item["id"], "fixed": True, "photos": ids(9)}]}
    )
    assert [error["field"] for error in answer.get_json()["errors"]] == ["items.0.photos"]


def ids(count: int) -> list[str]:
    """Of photos that are yet to come."""
    return [str(new_id()) for _ in range(count)]


def test_the_unit_is_not_told_whether_its_order_came_of_a_report_or_of_an_inspection(client: FlaskClient) -> None:
    order = make_order(client)
    manager = order.office.manager
    answers = [manager.get(path) for path in (order.path, f"{order.path}/papers", "/rectifications?limit=100")]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert not any(str(order.hazard_id) in answer.get_data(as_text=True) for answer in answers)
    assert order.read(order.office.leader)["data"]["hazard_id"] == str(order.hazard_id)
    asked = f"/rectifications?hazard_id={order.hazard_id}"
    assert manager.get(asked).get_json()["items"] == []
    assert [item["id"] for item in order.office.leader.get(asked).get_json()["items"]] == [str(order.id)]
