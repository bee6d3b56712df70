"""What a reporter disputes is not judged by whoever decided it."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from tests.accounts.makers import hire
from tests.application import work_off
from tests.makers import Case, make_hazard
from tests.people import Caller, staff
from tests.photos import a_photo

pytestmark = pytest.mark.usefixtures("fresh_database")  # another test's leader would change whose turn it is


def to_sign(who: Caller, case: Case) -> bool:
    """True if the case waits in his bucket 等我签."""
    items = who.get("/queue?bucket=to_sign&limit=100").get_json()["items"]
    return str(case.id) in [item["subject_id"] for item in items]


def offered(case: Case, who: Caller) -> set[str]:
    """The steps of a review that somebody is offered."""
    return {step["action"] for step in case.read(who)["actions"]} & {"uphold", "reopen"}


def test_the_leader_who_sent_the_officers_leaves_the_review_to_the_committee_office(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REVIEWING")
    leader, committee = hazard.office.leader, hazard.office.committee
    for action in ("uphold", "reopen"):
        refused = leader.post(f"{hazard.path}/actions/{action}", {"reason": "原结论无误"})
        assert (refused.status_code, refused.get_json()["reason"]) == (403, "second_person_needed")
    assert (offered(hazard, leader), offered(hazard, committee)) == (set(), {"uphold", "reopen"})
    assert (to_sign(leader, hazard), to_sign(committee, hazard)) == (False, True)
    heard = committee.get("/inbox?limit=100").get_json()["items"]
    assert [row["event_name"] for row in heard if row["subject_id"] == str(hazard.id)] == ["hazard.disputed"]
    assert hazard.act(committee, "uphold", reason="夜间复查三次,通道畅通").state == "CLOSED"


def test_a_leader_who_had_no_part_in_the_case_reviews_it_in_his_own_brigade(client: FlaskClient) -> None:
    other = hire(client, Role.UNIT_LEADER)
    hazard = make_hazard(client, "REVIEWING")
    assert (to_sign(other, hazard), to_sign(hazard.office.committee, hazard)) == (True, False)
    assert offered(hazard, hazard.office.leader) == set()
    assert hazard.act(other, "reopen", reason="照片显示通道仍被堵塞").state == "REGISTERED"


def test_whoever_reviews_sees_the_photos_of_the_dispute_and_no_others_of_the_reporter(client: FlaskClient, parts: Parts) -> None:
    reported, disputed = str(new_id()), str(new_id())
    hazard = make_hazard(client, "CLOSED", photos=[reported])
    hazard.act(hazard.reporter, "dispute", reason="通道仍被堵塞", photos=[disputed])
    for photo in (reported, disputed):
        assert hazard.reporter.put_bytes(f"/media/{photo}/content", a_photo()).status_code in (200, 201)
    work_off(parts)
    committee = hazard.office.committee
    assert [committee.get(f"/media/{photo}").status_code for photo in (reported, disputed)] == [404, 200]


def test_who_signed_the_finding_does_not_review_it_as_a_leader(client: FlaskClient) -> None:
    hazard = make_hazard(client, "REVIEWING")
    officer = hazard.office.officers[1]
    secadmin = staff(client, Role.SEC_ADMIN)
    right = {"role": "UNIT_LEADER", "org_id": str(hazard.office.leader.org_id), "region_code": hazard.office.region_code}
    assert secadmin.post(f"/accounts/staff/{officer.user['id']}/grants", right).status_code == 201
    assert offered(hazard, officer) == set()
    refused = officer.post(f"{hazard.path}/actions/uphold", {"reason": "原结论无误"})
    assert refused.status_code == 403
