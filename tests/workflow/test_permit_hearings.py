"""Promises about the hearing before a permit is revoked: nothing is decided before it, and nobody is surprised by its day."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from database.base import new_id
from tests.clock import Clock
from tests.makers import Case
from tests.permits import appoint_hearing, approver, ask_for_hearing, make_permit, note_hearing
from tests.workflow.test_permit_papers import body
from tests.workflow.test_permits import offered, told, why_not

HELD = {"held_at": "2026-12-08T09:40:00+08:00", "is_attended": True, "summary": "双方陈述", "photos": [str(new_id())]}


@pytest.fixture
def case(client: FlaskClient, clock: Clock) -> Case:
    """It is Monday, the 23rd of November; the holder was told of the revocation, and wants to be heard."""
    made = make_permit(client, "REVOCATION_TOLD")
    ask_for_hearing(made)
    return made


def due(case: Case) -> dict[str, str]:
    """The open clocks: rule -> due."""
    clocks = case.read(case.office.leader)["clocks"]
    still = [clock for clock in clocks if clock["met_at"] is None and clock["cancelled_at"] is None]
    return {clock["rule_id"]: clock["due_at"][:10] for clock in still}


def test_nothing_is_revoked_before_the_hearing_that_was_asked_for(case: Case, clock: Clock) -> None:
    assert why_not(case, approver(case), "revoke", reason="申辩不成立") == "hearing_not_held"
    appoint_hearing(case)
    assert why_not(case, approver(case), "revoke", reason="申辩不成立") == "hearing_not_held"
    clock.advance(days=16)
    assert "revoke" not in offered(case, approver(case))
    note_hearing(case)
    case.act(approver(case), "revoke", reason="申辩不成立")
    assert case.state == "REVOKED"


def test_whoever_is_convinced_without_a_hearing_needs_none(case: Case) -> None:
    case.act(approver(case), "uphold", reason="已经改正")
    assert case.state == "ACTIVE"
    assert due(case) == {}


def test_a_hearing_is_due_within_twenty_working_days_and_the_decision_ten_after_it(case: Case, clock: Clock) -> None:
    assert due(case) == {"PM-HOLD": "2026-12-21"}
    appoint_hearing(case)
    clock.advance(days=16)
    note_hearing(case)
    assert due(case) == {"PM-REVOKE": "2026-12-23"}


def test_the_party_hears_of_the_day_seven_working_days_before(case: Case) -> None:
    said = {"place": "二楼会议室", "chair": "苏日娜"}
    for day in ("2026-11-20T09:00:00+08:00", "2026-12-02T23:00:00+08:00", "2027-12-01T09:00:00+08:00"):
        assert why_not(case, approver(case), "appoint_hearing", at=day, **said) == ["at"], day
    appoint_hearing(case, "2026-12-03T09:30:00+08:00")
    notice = told(case, case.reporter)["permit.hearing_appointed"]
    assert "定于2026年12月3日9时30分在" in notice
    assert "由苏日娜主持" in notice
    paper = body(case, "听证通知书")
    assert "时间:2026年12月3日9时30分" in paper
    assert "主持人:苏日娜" in paper
    assert "有权申请回避" in paper


def test_nobody_who_examined_the_application_presides(case: Case) -> None:
    names = {person["id"]: person["name"] for person in case.read(case.office.leader)["people"]}
    for officer in case.office.officers:
        said = {"at": "2026-12-08T09:30:00+08:00", "place": "二楼会议室", "chair": names[str(officer.id)]}
        assert why_not(case, approver(case), "appoint_hearing", **said) == ["chair"]


def test_a_day_that_cannot_be_kept_is_appointed_anew(case: Case) -> None:
    appoint_hearing(case)
    appoint_hearing(case, "2026-12-15T15:00:00+08:00")
    hearing = case.read(case.reporter)["data"]["revocation"]["hearing"]
    assert hearing["at"].startswith("2026-12-15T")
    titles = [paper["label"] for paper in case.read(case.reporter)["data"]["documents"]]
    assert titles.count("听证通知书") == 2


def test_a_record_is_of_a_hearing_that_was_appointed_and_is_over(case: Case, clock: Clock) -> None:
    assert why_not(case, approver(case), "note_hearing", **HELD) == "hearing_not_appointed"
    appoint_hearing(case)
    assert why_not(case, approver(case), "note_hearing", **HELD) == ["held_at"]
    clock.advance(days=16)
    assert why_not(case, approver(case), "note_hearing", **HELD | {"held_at": "2026-12-08T09:20:00+08:00"}) == ["held_at"]
    assert why_not(case, approver(case), "note_hearing", **HELD | {"photos": []}) == ["photos"]
    note_hearing(case)
    assert why_not(case, approver(case), "note_hearing", **HELD) == "no_hearing_is_due"
    assert "permit.hearing_held" in told(case, approver(case))


def test_who_does_not_come_gives_the_hearing_up_and_the_decision_says_so(case: Case, clock: Clock) -> None:
    appoint_hearing(case)
    clock.advance(days=16)
    note_hearing(case, is_attended=False, summary="当事人经通知未到场")
    case.act(approver(case), "revoke", reason="复查仍不符合")
    assert "于2026年12月8日举行听证,当事人未到场,视为放弃听证" in body(case, "撤销公众聚集场所投入使用、营业前消防安全许可决定书")


def test_nobody_is_heard_who_did_not_ask(client: FlaskClient) -> None:
    case = make_permit(client, "REVOCATION_TOLD")
    case.act(case.reporter, "answer_revocation", statement="已经改正")
    said = {"at": "2026-12-08T09:30:00+08:00", "place": "二楼会议室", "chair": "苏日娜"}
    assert why_not(case, approver(case), "appoint_hearing", **said) == "no_hearing_is_due"
    assert due(case).keys() == {"PM-REVOKE"}


def test_officers_are_asked_to_bring_their_grounds(case: Case) -> None:
    """行政许可法 48(4)."""
    appoint_hearing(case)
    for officer in case.office.officers:
        assert "提供审查意见的证据和理由" in told(case, officer)["permit.hearing_appointed"]
