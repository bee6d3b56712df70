"""公开检查结果: within twenty working days, the unit and the result alone; not public only on a ground of the law."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.clock import Clock
from tests.inspections import BLOCKED, answers, found, make_inspection, order_after, order_of
from tests.makers import Case, make_hazard
from tests.people import BASE, ELSEWHERE, HOME, Json, citizen, staff


def read_by_all(client: FlaskClient, query: str = "") -> list[Json]:
    """The whole public list, without a token, page by page."""
    found_here: list[Json] = []
    cursor = ""
    while True:
        page = client.get(f"{BASE}/inspections/published?limit=2{query}{cursor}").get_json()
        found_here += page["items"]
        if page["next_cursor"] is None:
            return found_here
        cursor = f"&cursor={page['next_cursor']}"


def waits(case: Case) -> Json | None:
    """The item of the leader's queue, if there is one."""
    query = {"subject_type": "inspection", "limit": 100}
    items = case.office.leader.get("/queue", query_string=query).get_json()["items"]
    return next((item for item in items if item["subject_id"] == str(case.id)), None)


def test_the_public_reads_unit_day_kind_and_result_and_nothing_else(client: FlaskClient, fresh_database: object) -> None:
    case = make_inspection(client, "RECTIFYING", reason="群众反映二楼上锁")
    assert read_by_all(client) == []
    case.act(case.office.leader, "publish")
    unit = case.office.leader.get(f"/units/{case.office.manager.unit_id}").get_json()["name"]
    [line] = read_by_all(client)
    assert line == {
        "unit_name": unit, "region_name": "呼和浩特市新城区", "kind_label": "监督抽查", "checked_on": "2026-11-23",
        "result": "发现问题,责令改正", "published_on": "2026-11-23",
    }  # fmt: skip
    order = order_of(case)
    items = [{"id": item["id"], "fixed": True, "photos": [str(new_id())]} for item in order.last["data"]["items"]]
    order.act(case.office.manager, "report_fix", items=items)
    order.act(case.office.manager, "apply_recheck")
    order.cosigned("recheck_pass", finding="复查情况")
    assert [one["result"] for one in read_by_all(client)] == ["发现问题,责令改正后复查合格"]  # as it stands today


def test_the_list_is_found_by_region_and_name_page_by_page(client: FlaskClient, fresh_database: object) -> None:
    for region_code in (HOME, HOME, HOME, ELSEWHERE):
        case = make_inspection(client, "NO_PROBLEM", region_code)
        case.act(case.office.leader, "publish")
    name = case.office.leader.get(f"/units/{case.office.manager.unit_id}").get_json()["name"]
    assert len(read_by_all(client)) == 4
    assert len(read_by_all(client, f"&region_code={HOME}")) == 3
    assert len(read_by_all(client, f"&region_code={ELSEWHERE[:4]}00&q={name[:4]}")) == 1
    assert read_by_all(client, "&q=没有这家") == []
    assert client.get(f"{BASE}/inspections/published?cursor=x").status_code == 422


def test_twenty_working_days_run_from_the_end_of_the_inspection(client: FlaskClient, clock: Clock) -> None:
    case = make_inspection(client, "NO_PROBLEM")
    [running] = [one for one in case.read()["clocks"] if one["rule_id"] == "PUB-20WD"]
    assert (running["kind"], running["due_at"]) == ("sla", "2026-12-21T15:59:59Z")
    item = waits(case)
    assert item is not None
    assert (item["waiting_for"], item["due_at"], item["next"]["action"]) == ("publish", running["due_at"], "publish")
    case.act(case.office.leader, "publish")
    assert waits(case) is None
    [met] = [one for one in case.read()["clocks"] if one["rule_id"] == "PUB-20WD"]
    assert datetime.fromisoformat(met["met_at"]) == clock.now


def test_an_order_is_followed_by_its_own_date_and_the_result_is_published_meanwhile(client: FlaskClient) -> None:
    case = make_inspection(client, "RECTIFYING")
    rectify = next(one["due_at"] for one in case.read()["clocks"] if one["rule_id"] == "IN-RECTIFY")
    assert case.last["due_at"] == rectify  # what its unit has to keep, not what the office has
    item = waits(case)
    assert item is not None
    assert item["waiting_for"] == "publish"
    case.act(case.office.leader, "publish")
    item = waits(case)
    assert item is None or item["waiting_for"] == "inspection_fix"


def test_an_inspection_that_was_made_without_signal_is_published_by_the_day_it_was_made(
    client: FlaskClient, clock: Clock
) -> None:
    case = make_inspection(client, "IN_PROGRESS")
    there = clock.now.isoformat()
    clock.advance(days=3)
    case.cosigned("find_none", **{**found(case), "checked_at": there})
    [running] = [one for one in case.read()["clocks"] if one["rule_id"] == "PUB-20WD"]
    assert running["due_at"] == "2026-12-21T15:59:59Z"


def test_it_is_not_public_only_on_a_ground_of_the_law(client: FlaskClient, fresh_database: object) -> None:
    case = make_inspection(client, "FIXED_ON_SITE")
    leader = case.office.leader
    for body, field in (({"reason": "单位请求"}, "ground"), ({"ground": "UNIT_ASKED", "reason": "单位请求"}, "ground"),
                        ({"ground": "THIRD_PARTY"}, "reason")):  # fmt: skip
        answer = leader.post(f"{case.path}/actions/keep_private", body)
        assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)
    case.act(leader, "keep_private", ground="THIRD_PARTY", reason="检查内容涉及商业秘密")
    assert read_by_all(client) == []
    assert waits(case) is None
    assert case.read()["data"]["publication"]["ground"] == "THIRD_PARTY"
    assert set(case.read(case.office.manager)["data"]["publication"]) == {"decision", "at"}
    again = leader.post(f"{case.path}/actions/keep_private", {"ground": "SECURITY", "reason": "再次决定"})
    assert again.get_json()["reason"] == "already_kept_private"
    case.act(leader, "publish")  # the ground has fallen away
    assert len(read_by_all(client)) == 1


def test_what_was_published_wrongly_is_withdrawn_with_the_reason_and_may_be_published_anew(
    client: FlaskClient, fresh_database: object
) -> None:
    case = make_inspection(client, "NO_PROBLEM")
    leader, manager = case.office.leader, case.office.manager
    assert leader.post(f"{case.path}/actions/withdraw_publication", {"reason": "有误"}).get_json()["reason"] == "not_published"
    case.act(leader, "publish")
    assert leader.post(f"{case.path}/actions/publish", {}).get_json()["reason"] == "already_published"
    assert leader.post(f"{case.path}/actions/withdraw_publication", {}).get_json()["errors"][0]["field"] == "reason"
    case.act(leader, "withdraw_publication", reason="单位名称有误")
    assert read_by_all(client) == []
    told = manager.get("/inbox?limit=100").get_data(as_text=True)
    assert "检查结果已公开" in told
    assert "单位名称有误" in told
    case.act(leader, "publish")
    assert len(read_by_all(client)) == 1


@pytest.mark.parametrize("action", ["publish", "keep_private", "withdraw_publication"])
def test_the_leader_alone_decides_and_only_on_what_was_found(client: FlaskClient, action: str) -> None:
    case = make_inspection(client, "NO_PROBLEM")
    body = {"ground": "SECURITY", "reason": "理由"} if action == "keep_private" else {"reason": "理由"}
    body = {} if action == "publish" else body
    for who in (case.office.officers[0], case.office.clerk, case.office.manager):
        assert who.post(f"{case.path}/actions/{action}", body).status_code == 403
    for who in (citizen(client), staff(client, Role.UNIT_LEADER, ELSEWHERE)):
        assert who.post(f"{case.path}/actions/{action}", body).status_code == 404
    under_way = make_inspection(client, "IN_PROGRESS")
    assert under_way.office.leader.post(f"{under_way.path}/actions/{action}", body).status_code == 409


def test_nothing_of_a_reporter_is_on_the_list(client: FlaskClient, fresh_database: object) -> None:
    """A complaint's verification is another kind of visit: it is never published here."""
    make_hazard(client, "RECTIFIED")
    assert read_by_all(client) == []
    case = make_inspection(client, "IN_PROGRESS", reason="王先生举报二楼上锁")
    case.cosigned("order", **{**found(case, **BLOCKED), "answers": answers(case, **BLOCKED)}, order=order_after(case))
    case.act(case.office.leader, "publish")
    assert "王先生" not in str(read_by_all(client))
    assert "上锁" not in str(read_by_all(client))
