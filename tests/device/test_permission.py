"""What a device may still do when a case, a role, a person or the phone itself was taken away meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from device.client import Device, Refused
from tests.accounts.makers import brigade, hire, staff as administrator
from tests.clock import Clock
from tests.makers import FOUND, Case, make_hazard
from tests.media.makers import telling_photo
from tests.people import ELSEWHERE, HOME, Caller, staff

MakeDevice = Callable[..., Device]


class Field:
    """Two officers of a test's own with the case that was assigned to them, and the leader who assigned it."""

    def __init__(self, client: FlaskClient, make_device: MakeDevice, parts: Parts) -> None:
        self.client, self.parts = client, parts
        self.leader = staff(client, Role.UNIT_LEADER)
        self.people: list[Caller] = [hire(client, Role.FIRE_OFFICER) for _ in range(2)]
        self.devices = [make_device(way=person.way) for person in self.people]
        self.case = make_hazard(client, "REGISTERED")
        self.assign(*self.people)

    @property
    def first(self) -> Device:
        return self.devices[0]

    def assign(self, *people: Caller) -> Case:
        return self.case.act(self.leader, "assign", officer_ids=[str(person.id) for person in people])

    def officers(self) -> tuple[Caller, Caller]:
        """Two others."""
        return staff(self.client, Role.FIRE_OFFICER), staff(self.client, Role.FIRE_OFFICER, nth=1)

    def held(self, device: Device) -> set[str]:
        """The scopes in which the device has the case."""
        return {row.scope.split(":")[0] for row in device.store.rows("hazard", str(self.case.id))}

    def events(self, name: str) -> list[Any]:
        with self.parts.database.snapshot() as session:
            statement = text("SELECT actor_id, data FROM event WHERE name = :name AND entity_id = :id")
            return list(session.execute(statement, {"name": name, "id": self.case.id}))

    def issue(self, issue_id: str) -> dict[str, Any]:
        """As the leader sees it."""
        listed = self.leader.get(f"/sync/issues?subject_id={self.case.id}").get_json()["items"]
        return next(item["data"] for item in listed if item["id"] == issue_id)


@pytest.fixture
def field(client: FlaskClient, make_device: MakeDevice, parts: Parts) -> Field:
    return Field(client, make_device, parts)


# ---- the case goes to somebody else ----


def test_a_case_that_is_reassigned_leaves_the_officers_own_scope(field: Field) -> None:
    field.first.sync()
    assert field.held(field.first) == {"user", "region"}
    field.assign(*field.officers())
    field.first.sync()
    assert field.held(field.first) == {"region"}
    shown = field.first.shown("hazard", str(field.case.id))
    assert shown is not None
    assert "description" not in shown, "the reporter's words went with the case"
    assert field.first.store.rows("task") == []


def test_what_he_held_at_his_last_pull_he_may_finish_and_that_is_flagged(field: Field, clock: Clock) -> None:
    field.first.sync()
    field.first.mutate("hazard.start", str(field.case.id), {})
    field.assign(*field.officers())
    clock.advance(days=6)
    [result] = field.first.push()
    assert (result["outcome"], result["after_reassignment"]) == ("applied", True)
    [event] = field.events("hazard.check_started")
    assert event.actor_id == UUID(field.first.user["id"])
    assert event.data["after_reassignment"] is True
    assert field.case.read()["data"]["state"] == "VERIFYING"


def test_after_the_lease_it_is_parked_until_the_leader_applies_it(field: Field, clock: Clock) -> None:
    field.first.sync()
    field.first.mutate("hazard.start", str(field.case.id), {})
    field.assign(*field.officers())
    clock.advance(days=7, seconds=1)
    [result] = field.first.push()
    assert (result["outcome"], result["code"]) == ("parked", "after_lease")
    assert field.case.read()["data"]["state"] == "ASSIGNED"
    [issue_id] = result["issues"]
    assert field.issue(issue_id)["reason"] == "after_lease"
    assert field.leader.post(f"/sync/issues/{issue_id}/actions/apply").status_code == 200
    assert field.case.read()["data"]["state"] == "VERIFYING"


def test_somebody_elses_case_is_rejected_as_one_that_does_not_exist(field: Field, make_device: MakeDevice) -> None:
    stranger = make_device(way=hire(field.client, Role.FIRE_OFFICER, region_code=ELSEWHERE).way)
    stranger.sync()
    answers = []
    for hazard_id in (str(field.case.id), "01960000-0000-7000-8000-000000000000"):
        stranger.mutate("hazard.start", hazard_id, {})
        answers.append({**stranger.push()[0], "seq": 0, "mid": "", "issues": []})
    assert answers[0] == answers[1]
    assert (answers[0]["outcome"], answers[0]["code"]) == ("rejected", "not_found")


# ---- the person goes elsewhere ----


def test_a_transferred_officer_finishes_what_still_bears_his_name(field: Field, clock: Clock) -> None:
    field.first.sync()
    field.first.mutate("hazard.start", str(field.case.id), {})
    body = {"org_id": str(brigade(ELSEWHERE))}
    moved = administrator(field.client, Role.SYS_ADMIN, "150000").post(f"/accounts/staff/{field.people[0].id}/transfer", body)
    assert moved.status_code == 200, moved.text
    clock.advance(days=6)
    [result] = field.first.push()
    assert (result["outcome"], result.get("after_reassignment")) == ("applied", True)


def test_a_transfer_drops_the_old_banner_and_begins_the_new_one(field: Field) -> None:
    elsewhere = make_hazard(field.client, "SUBMITTED", ELSEWHERE)
    field.first.sync()
    field.first.mutate("hazard.unheard_of", str(field.case.id), {})
    assert f"region:{HOME}#officer" in field.first.store.scopes()
    body = {"org_id": str(brigade(ELSEWHERE))}
    administrator(field.client, Role.SYS_ADMIN, "150000").post(f"/accounts/staff/{field.people[0].id}/transfer", body)
    field.first.pull()
    assert f"region:{HOME}#officer" not in field.first.store.scopes()
    assert field.first.shown("hazard", str(elsewhere.id)) is not None
    assert field.first.store.count_waiting() == 1, "a drop takes base rows only"


# ---- the person is removed ----


def removed(field: Field) -> None:
    """The first officer's account ends."""
    removal = administrator(field.client, Role.SEC_ADMIN, "150000").post(
        f"/accounts/staff/{field.people[0].id}/removal", {"reason": "MOVED_AWAY"}
    )
    assert removal.status_code == 200, removal.text


def test_a_removed_officers_work_is_parked_whole_and_applied_in_one_act(field: Field, clock: Clock) -> None:
    field.first.sync()
    clock.advance(hours=1)
    field.first.mutate("hazard.start", str(field.case.id), {})
    field.first.mutate("hazard.verify_false", str(field.case.id), FOUND)
    removed(field)
    results = field.first.push()
    assert [(item["outcome"], item["code"]) for item in results] == [("parked", "after_revocation")] * 2
    [issue_id] = {issue for item in results for issue in item["issues"]}
    with pytest.raises(Refused) as refused:
        field.first.pull()
    assert refused.value.status == 401, "all else answers as if the session were closed"
    assert field.leader.post(f"/sync/issues/{issue_id}/actions/apply").status_code == 200
    data = field.case.read()["data"]
    assert (data["state"], data["pending_act"]["by"]) == ("VERIFYING", field.first.user["id"])
    field.case.act(field.people[1], "cosign", act_sha256=data["pending_act"]["act_sha256"])
    assert field.case.state == "VERIFIED_FALSE"


def test_forty_acts_and_twelve_photos_of_a_removed_officer_arrive_and_are_applied_in_one_act(field: Field, clock: Clock) -> None:
    cases = [field.case, *(make_hazard(field.client, "REGISTERED") for _ in range(19))]
    for case in cases[1:]:
        case.act(field.leader, "assign", officer_ids=[str(person.id) for person in field.people])
    field.first.sync()
    clock.advance(hours=1)
    photo_ids = [field.first.add_photo(telling_photo(), role="finding") for _ in range(12)]
    for number, case in enumerate(cases):
        field.first.mutate("hazard.start", str(case.id), {})
        field.first.mutate("hazard.verify_false", str(case.id), {**FOUND, "photos": photo_ids[number : number + 1]})
    removed(field)
    results = field.first.push()
    assert [(item["outcome"], item["code"]) for item in results] == [("parked", "after_revocation")] * 40
    [issue_id] = {issue for item in results for issue in item["issues"]}
    assert field.first.send_photos() == []
    assert field.first.store.photos() == [], "they are stored, whatever is decided about the acts"
    assert field.leader.post(f"/sync/issues/{issue_id}/actions/apply").status_code == 200
    for case in cases:
        pending = case.read()["data"]["pending_act"]
        assert pending["by"] == field.first.user["id"]
        case.act(field.people[1], "cosign", act_sha256=pending["act_sha256"])
    for photo_id in photo_ids:
        assert field.leader.get(f"/media/{photo_id}").get_json()["state"] == "stored"


def test_the_leaders_own_device_decides_too(field: Field, make_device: MakeDevice, clock: Clock) -> None:
    field.first.sync()
    clock.advance(hours=1)
    field.first.mutate("hazard.start", str(field.case.id), {})
    removed(field)
    [issue_id] = field.first.push()[0]["issues"]
    leader = make_device(role=Role.UNIT_LEADER)
    leader.pull()
    shown = leader.shown("issue", issue_id)
    assert shown is not None
    assert (shown["issue_kind"], shown["reason"], shown["state"]) == ("parked", "after_revocation", "open")
    leader.mutate("issue.apply", issue_id, {})
    assert leader.sync()[-1]["outcome"] == "applied"
    assert field.case.read()["data"]["state"] == "VERIFYING"
    closed = leader.shown("issue", issue_id)
    assert closed is not None
    assert (closed["state"], closed["resolved_by"]) == ("applied", leader.user["id"])


# ---- the phone is lost ----


def test_a_lost_phone_is_told_to_wipe_itself_and_its_leader_sees_what_it_still_had(field: Field, make_device: MakeDevice) -> None:
    field.first.sync()
    for _ in range(3):
        field.first.mutate("hazard.start", str(field.case.id), {})
    sealed = field.first.store.lines_from(1, 1)
    field.first.push_lines(sealed)  # the rest waits, and the server knows of it
    loss = administrator(field.client, Role.SEC_ADMIN, "150000").post(f"/accounts/devices/{field.first.install}/loss")
    assert (loss.status_code, loss.get_json()["pending"]) == (200, 2)
    for exchange in (field.first.push, field.first.pull, field.first.register):
        with pytest.raises(Refused) as refused:
            exchange()
        assert (refused.value.status, refused.value.code) in ((403, "wipe"), (401, "unauthenticated"))
    with pytest.raises(Refused) as wiped:
        make_device(way=field.people[0].way, store=field.first.store)
    assert (wiped.value.status, wiped.value.code) == (403, "wipe")
    assert field.first.store.count_waiting() == 3, "the outbox is nobody's to purge"


# ---- the queue is its owner's ----


def test_a_queue_of_somebody_else_is_refused(field: Field) -> None:
    first, second = field.devices
    second.mutate("hazard.start", str(field.case.id), {})
    second.queue = first.queue
    for exchange in (second.push, second.pull, second.register):
        with pytest.raises(Refused) as refused:
            exchange()
        assert (refused.value.status, refused.value.code) == (403, "queue_owner")
    assert field.case.read()["data"]["state"] == "ASSIGNED"
