"""Promises about the figures of a leader: each is the number of its rows, and of his jurisdiction alone."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from analytics.rules import FIGURES
from tests.clock import Clock
from tests.makers import make_hazard, make_order
from tests.people import ELSEWHERE, HOME, Caller, citizen, staff
from tests.servers import DatabaseUrls

Json = dict[str, Any]
GROUP_FILTER = {"region": "region_code", "league": "region_code", "category": "category"}
STATES = ("SUBMITTED", "NOT_ACCEPTED", "VERIFYING", "VERIFIED_FALSE", "VERIFIED_FIXED", "HANDED_OVER", "CLOSED")


def asked(who: Caller, path: str, **query: Any) -> Json:
    """What `/analytics/…` answers."""
    answer = who.get(f"/analytics/{path}", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def opened(who: Caller, **query: Any) -> list[Json]:
    """All rows of a figure, page after page."""
    rows, cursor = [], None
    while True:
        found = asked(who, "rows", **query, limit=3, **({"cursor": cursor} if cursor else {}))
        rows += found["items"]
        cursor = found["next_cursor"]
        if cursor is None:
            return rows


@pytest.fixture
def region(fresh_database: DatabaseUrls, client: FlaskClient, clock: Clock) -> Caller:
    """Reports of two banners in many states, over two months; the region's leader looks at them."""
    for code in (HOME, ELSEWHERE):
        for state in STATES:
            make_hazard(client, state, code)
        clock.advance(days=20)  # into the next month, and past every deadline of those that nobody looked at
    make_order(client, "RECTIFIED", HOME)
    return staff(client, Role.UNIT_LEADER, "150000")


@pytest.mark.parametrize("by", ["month", "league", "region", "category"])
def test_a_figure_is_the_number_of_its_rows(region: Caller, by: str) -> None:
    table = asked(region, "figures", by=by)
    assert table["total"]["received"] == 2 * len(STATES) + 1
    for figure in FIGURES:
        assert table["total"][figure] == len(opened(region, figure=figure)) > 0
        for group in table["items"]:
            cell = {"since": group["key"], "until": group["key"]} if by == "month" else {GROUP_FILTER[by]: group["key"]}
            assert group[figure] == len(opened(region, figure=figure, **cell)), (figure, group)
    assert len(table["items"]) > 1
    assert all(group["label"] and group["label"] != group["key"] for group in table["items"])


def test_what_was_verified_late_is_late_and_what_has_its_day_still_is_neither(client: FlaskClient, clock: Clock) -> None:
    leader, case = staff(client, Role.UNIT_LEADER), make_hazard(client, "VERIFYING")
    mine = {"figure": "received", "since": "2026-11", "until": "2026-11"}

    def flags() -> tuple[bool, bool]:
        [row] = [row for row in opened(leader, **mine) if row["id"] == str(case.id)]
        return row["on_time"], row["overdue"]

    assert flags() == (False, False)
    clock.advance(hours=30)
    assert flags() == (False, True)
    case.cosigned("verify_false", finding="未发现所反映的情况", no_evidence_reason="无", late_reason="暴雪封路")
    assert flags() == (False, True)


def test_a_leader_counts_his_banner_and_a_league_all_of_its_own(region: Caller, client: FlaskClient) -> None:
    banner, league = staff(client, Role.UNIT_LEADER, ELSEWHERE), staff(client, Role.SUPERVISOR, "150200")
    for who in (banner, league):
        table = asked(who, "figures", by="region")
        assert [group["key"] for group in table["items"]] == [ELSEWHERE]
        assert {row["region_code"] for row in opened(who, figure="received")} == {ELSEWHERE}
        assert asked(who, "figures", region_code=HOME)["total"]["received"] == 0
    assert asked(region, "figures", region_code="150100")["total"]["received"] == len(STATES) + 1


@pytest.mark.parametrize("path", ["figures", "rows?figure=received", "ledger"])
def test_who_leads_nobody_reads_no_figures(client: FlaskClient, path: str) -> None:
    for who in (citizen(client), staff(client, Role.FIRE_OFFICER), staff(client, Role.RECEIVER_CLERK)):
        answer = who.get(f"/analytics/{path}")
        assert (answer.status_code, answer.get_json()["type"].rsplit("/", 1)[1]) == (403, "role_not_allowed")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-13"}, "since"), ({"since": "2026-12-01"}, "since"), ({"since": "2026-11", "until": "2026-10"}, "since"),
        ({"until": "9999-12"}, "until"), ({"until": "0001-01"}, "until"),
        ({"since": "2020-01"}, "since"), ({"by": "reporter"}, "by"), ({"region_code": "110105"}, "region_code"),
        ({"category": "'; --"}, "category"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_by_name(client: FlaskClient, query: Json, field: str) -> None:
    answer = staff(client, Role.UNIT_LEADER).get("/analytics/figures", query_string=query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]


def test_the_ledger_has_a_line_for_each_report_and_no_word_of_who_reported_it(region: Caller) -> None:
    answer = region.get("/analytics/ledger")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    head, *lines = book["台账"].iter_rows(values_only=True)
    rows = opened(region, figure="received")
    assert sorted(str(line[0]) for line in lines) == sorted(row["number"] for row in rows)
    assert head[:3] == ("编号", "旗县(市、区)", "隐患类别")
    late = {str(line[0]) for line in lines if line[head.index("超期")] == "是"}
    assert late == {row["number"] for row in rows if row["overdue"]}
    words = " ".join(str(value) for line in lines for value in line)
    assert "楼道安全出口被货物堵塞" not in words
    assert "晨光商店" not in words
