"""The devices' door over HTTP, with the product's own commands behind it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from backports import zstd
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from tests.clock import Clock
from tests.makers import make_hazard, report
from tests.people import ELSEWHERE, HOME, Caller, citizen, guest, staff
from tests.sync.world import Json, digest_of, line

NDJSON = "application/x-ndjson"


class Door:
    """A caller's queue, at the level of requests."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.queue = str(uuid4())
        answer = caller.post("/sync/register", self.registration())
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.registered: Json = answer.get_json()

    def registration(self, **changes: Any) -> Json:
        return {"install": str(self.caller.install), "queue": self.queue, "platform": "pwa", "app_version": "1.0.0", "schema": 1,
                "wall_clock": "2026-11-23T02:00:00Z", **changes}  # fmt: skip

    def body(self, lines: list[bytes], first_seq: int = 1, **header: Any) -> bytes:
        head = {"kind": "push", "queue": self.queue, "first_seq": first_seq, "count": len(lines),
                "epoch": self.registered["epoch"], "schema": 1, **header}  # fmt: skip
        return b"\n".join([orjson.dumps(head), *lines]) + b"\n"

    def send(self, body: bytes, *, digest: str | None = None, **headers: str) -> TestResponse:
        given = {"Content-Type": NDJSON, "Content-Digest": digest or digest_of(body)}
        return self.caller.call("POST", "/sync/push", data=body, headers={**given, **headers})

    def push(self, *lines: bytes, first_seq: int = 1) -> list[Json]:
        answer = self.send(self.body(list(lines), first_seq))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        assert answer.content_type == NDJSON
        return [orjson.loads(text_) for text_ in answer.data.splitlines()]

    def pull(self, **changes: Any) -> TestResponse:
        return self.caller.post("/sync/pull", {"queue": self.queue, "cursor": None, "schema": 1, **changes})


def submission(client: FlaskClient) -> tuple[str, bytes]:
    body = report(client, description="消防通道被占用")
    hazard_id = body.pop("id")
    return hazard_id, line("hazard.submit", UUID(hazard_id), args=body)


def code_of(answer: TestResponse) -> str:
    return str(answer.get_json()["type"]).rsplit("/", 1)[1]


def test_a_report_goes_up_and_comes_down(client: FlaskClient) -> None:
    door = Door(citizen(client))
    hazard_id, sealed = submission(client)
    assert [item["outcome"] for item in door.push(sealed)[:-1]] == ["applied"]
    rows = [orjson.loads(text_) for text_ in door.pull().data.splitlines()]
    assert [row["id"] for row in rows if row["kind"] == "row" and row["type"] == "hazard"] == [hazard_id]


def test_a_push_cut_at_any_byte_is_torn_and_nothing_is_applied(client: FlaskClient, parts: Parts) -> None:
    door = Door(citizen(client))
    lines = [submission(client)[1] for _ in range(3)]
    body = door.body(lines)
    for length in range(0, len(body), 97):
        answer = door.send(body[:length], digest=digest_of(body))
        assert (answer.status_code, code_of(answer)) == (400, "torn_body")
    with parts.database.snapshot() as session:
        kept = session.execute(text("SELECT count(*) FROM sync_mutation WHERE queue_id = :id"), {"id": door.queue}).scalar_one()
    assert kept == 0
    assert door.push(*lines)[-1]["last_seq"] == 3


Packer = Callable[[bytes], bytes]
PACKERS: dict[str, tuple[Packer, Packer]] = {"gzip": (gzip.compress, gzip.decompress), "zstd": (zstd.compress, zstd.decompress)}


@pytest.mark.parametrize("encoding", list(PACKERS))
def test_bodies_and_answers_may_be_packed(client: FlaskClient, encoding: str) -> None:
    pack, unpack = PACKERS[encoding]
    door = Door(citizen(client))
    packed = pack(door.body([submission(client)[1] for _ in range(8)]))
    answer = door.send(packed, **{"Content-Encoding": encoding, "Accept-Encoding": encoding})
    assert answer.headers["Content-Encoding"] == encoding
    assert orjson.loads(unpack(answer.data).splitlines()[-1])["last_seq"] == 8
    assert answer.headers["Vary"] == "Accept-Encoding"
    bomb = pack(b"\0" * 10_000_000)
    assert len(bomb) < 20_000
    for path, body, kind in (("/sync/push", bomb, NDJSON), ("/sync/pull", bomb, "application/json")):
        headers = {"Content-Encoding": encoding, "Content-Type": kind, "Content-Digest": digest_of(body)}
        refused = door.caller.call("POST", path, data=body, headers=headers)
        assert (refused.status_code, code_of(refused)) == (413, "body_too_large")
    torn = door.send(packed[:-1], **{"Content-Encoding": encoding})
    assert (torn.status_code, torn.get_json()["reason"]) == (400, encoding)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (None, None), ("", None), ("identity", None), ("br", None), ("*;q=0", None), ("gzip;q=0", None),
        ("gzip", "gzip"), ("zstd;q=0, gzip", "gzip"), ("zstd;q=0.5, gzip;q=0.8", "gzip"), ("gzip, deflate, br", "gzip"),
        ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"), ("gzip;q=0.8, zstd", "zstd"), ("gzip;q=0, *", "zstd"),
        ("identity, zstd;q=0.5", None), ("identity;q=0.1, gzip;q=0.2", "gzip"),
    ],
)  # fmt: skip
def test_an_answer_is_packed_as_its_reader_prefers(client: FlaskClient, accepted: str | None, encoding: str | None) -> None:
    door = Door(citizen(client))
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    answer = door.caller.call("POST", "/sync/pull", json={"queue": door.queue, "cursor": None, "schema": 1}, headers=headers)
    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    plain = PACKERS[encoding][1](answer.data) if encoding else answer.data
    assert orjson.loads(plain.splitlines()[-1])["kind"] == "end"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json"}, 415),
        ({"Content-Encoding": "br"}, 415),
        ({"Content-Digest": "sha-256=:AAAA:"}, 400),
    ],
)
def test_what_cannot_be_read_is_refused(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    door = Door(citizen(client))
    assert door.send(door.body([]), **headers).status_code == status


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(client: FlaskClient, parts: Parts) -> None:
    door = Door(citizen(client))
    answer = door.send(b"x" * (parts.settings.push_bytes + 1))
    assert (answer.status_code, code_of(answer)) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["register", "push", "pull", "issues", "status"])
def test_without_a_token_nothing_is_read(client: FlaskClient, path: str) -> None:
    method = "GET" if path in ("issues", "status") else "POST"
    answer = client.open(f"/api/v1/sync/{path}", method=method, data=b"\xff" * 100)
    assert answer.status_code == 401
    wrong = client.open(f"/api/v1/sync/{path}", method=method, headers={"Authorization": "Bearer nonsense"})
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"queue": "x"}, {"queue": None}, {"cursor": 7}, {"cursor": "\u0000"}, {"cursor": "x" * 300_000}, {"schema": 0},
        {"max_bytes": 0}, {"max_bytes": 2**62}, {"adopted": "x"}, {"refill": [1]}, {"refill": ["x"] * 1000}, {"surprise": 1},
    ],
)  # fmt: skip
def test_a_bad_pull_names_its_field(client: FlaskClient, change: Json) -> None:
    answer = Door(citizen(client)).pull(**change)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"].split(".")[0] == next(iter(change))


@pytest.mark.parametrize(
    "change",
    [
        {"install": 1}, {"queue": "x"}, {"platform": "x" * 1000}, {"schema": "1"}, {"wall_clock": "yesterday"}, {"surprise": 1},
        {"public_key": []}, {"public_key": {"kty": "EC"}}, {"public_key": {str(n): n for n in range(50)}},
    ],
)  # fmt: skip
def test_a_bad_registration_names_its_field(client: FlaskClient, change: Json) -> None:
    door = Door(citizen(client))
    answer = door.caller.post("/sync/register", door.registration(**change))
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"].split(".")[0] == next(iter(change))


def test_refusals_say_what_to_do_next(client: FlaskClient) -> None:
    door = Door(citizen(client))
    first, second = submission(client)[1], submission(client)[1]
    door.push(first)
    gap = door.send(door.body([second], first_seq=5))
    assert (gap.status_code, code_of(gap), gap.get_json()["expected_seq"]) == (409, "gap", 2)
    fork = door.send(door.body([second], first_seq=1))
    assert (fork.status_code, code_of(fork)) == (409, "fork")
    door.registered["epoch"] = str(uuid4())
    epoch = door.send(door.body([second], first_seq=2))
    assert (epoch.status_code, code_of(epoch), epoch.get_json()["last_seq"]) == (409, "epoch", 1)
    bad = door.pull(cursor="nonsense")
    assert (bad.status_code, code_of(bad)) == (400, "bad_cursor")
    stranger = Door(citizen(client))
    stranger.queue = door.queue
    assert code_of(stranger.pull()) == "queue_owner"


def test_a_queue_that_was_never_registered_is_not_found(client: FlaskClient) -> None:
    door = Door(citizen(client))
    door.queue = str(uuid4())
    assert door.pull().status_code == 404
    assert door.send(door.body([])).status_code == 404


def test_a_guests_install_is_his_alone(client: FlaskClient) -> None:
    """Else the tables would join an anonymous report to the person who uses the same phone."""
    anonymous = Door(guest(client))
    person = citizen(client)
    taken = person.post("/sync/register", anonymous.registration(queue=str(uuid4())))
    assert taken.status_code in (403, 422)
    named = Door(citizen(client))
    other_guest = guest(client)
    answer = other_guest.post("/sync/register", named.registration(queue=str(uuid4())))
    assert (answer.status_code, code_of(answer)) == (403, "queue_owner")


def test_issues_are_listed_for_their_author_and_their_office_and_resolved_there(client: FlaskClient) -> None:
    officer, leader = staff(client, Role.FIRE_OFFICER), staff(client, Role.UNIT_LEADER)
    case = make_hazard(client, "VERIFYING")
    door = Door(officer)
    [result, _] = door.push(line("hazard.unheard_of", case.id, args={"note": "现场情况"}))
    [issue_id] = result["issues"]

    def listed(who: Caller) -> dict[str, Json]:
        answer = who.get(f"/sync/issues?state=open&subject_id={case.id}")
        return {item["id"]: item["data"] for item in answer.get_json()["items"]}

    assert listed(officer)[issue_id]["author_id"] == str(officer.id)
    assert listed(leader)[issue_id]["region_code"] == HOME
    assert listed(citizen(client)) == {}
    assert issue_id not in {item["id"] for item in leader.get("/sync/issues?mine=true").get_json()["items"]}
    parked = {item["queue"]: item["parked"] for item in officer.get("/sync/status").get_json()["queues"]}
    assert parked[door.queue] == 1
    assert officer.post(f"/sync/issues/{issue_id}/actions/apply").status_code == 403
    assert citizen(client).post(f"/sync/issues/{issue_id}/actions/discard").status_code == 404
    assert leader.post(f"/sync/issues/{issue_id}/actions/apply").status_code == 409
    assert leader.post(f"/sync/issues/{issue_id}/actions/discard").get_json()["data"]["state"] == "discarded"
    assert listed(leader) == {}


def test_a_reporter_is_shown_to_nobody_in_an_issue(client: FlaskClient) -> None:
    reporter, leader = citizen(client), staff(client, Role.UNIT_LEADER)
    case = make_hazard(client, "SUBMITTED", reporter=reporter)
    door = Door(reporter)
    [result, _] = door.push(line("hazard.rate", case.id, args={"score": 5, "comment": "很好"}))
    assert result["outcome"] == "rejected"
    own = reporter.get(f"/sync/issues?subject_id={case.id}").get_json()["items"]
    assert [item["data"]["author_id"] for item in own] == [str(reporter.id)]
    seen = leader.get(f"/sync/issues?subject_id={case.id}").get_json()["items"]
    assert [item["data"]["author_id"] for item in seen] == [None]
    assert str(reporter.id) not in orjson.dumps(seen).decode()
    assert door.queue not in orjson.dumps(seen).decode()


def test_an_issue_tells_the_name_of_the_colleague_and_how_many_acts_wait_for_the_decision(client: FlaskClient) -> None:
    officer, leader = staff(client, Role.FIRE_OFFICER), staff(client, Role.UNIT_LEADER)
    reporter = citizen(client)
    case = make_hazard(client, "VERIFYING", reporter=reporter)
    [parked, behind, _] = Door(officer).push(line("hazard.unheard_of", case.id), line("hazard.unheard_of", case.id))
    assert (parked["outcome"], behind["outcome"]) == ("parked", "parked")
    Door(reporter).push(line("hazard.rate", case.id, args={"score": 5, "comment": "很好"}))
    name = officer.get("/me").get_json()["name"]

    def shown(who: Caller) -> set[tuple[str | None, int]]:
        items = who.get(f"/sync/issues?subject_id={case.id}").get_json()["items"]
        return {(item["author_name"], item["acts"]) for item in items}

    assert shown(officer) == shown(leader) == {(name, 2), (None, 0)}
    assert shown(reporter) == {(None, 0)}
    assert shown(staff(client, Role.UNIT_LEADER, ELSEWHERE)) == set()
    [issue_id] = parked["issues"]
    decided = leader.post(f"/sync/issues/{issue_id}/actions/discard").get_json()
    assert (decided["author_name"], decided["acts"]) == (name, 0)


def test_a_draining_session_still_hands_in_and_sees_its_own_issues_only(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    officer = staff(client, Role.FIRE_OFFICER, nth=2, alone=True)
    case = make_hazard(client, "VERIFYING")
    door = Door(officer)
    with parts.database.transaction() as session:
        session.execute(
            text("UPDATE login_session SET state = 'drain', drain_until = :until WHERE person_id = :id AND device_id = :device"),
            {"until": clock.now.replace(year=2027), "id": officer.id, "device": officer.install},
        )
    [result, _] = door.push(line("hazard.start", case.id))
    assert (result["outcome"], result["code"]) == ("parked", "after_revocation")
    seen = officer.get(f"/sync/issues?subject_id={case.id}").get_json()["items"]  # other tests know this officer too
    assert [item["id"] for item in seen] == result["issues"]
    assert officer.get("/sync/status").status_code == 200
    assert door.pull().status_code == 401
    leader = staff(client, Role.UNIT_LEADER)
    assert leader.post(f"/sync/issues/{result['issues'][0]}/actions/discard").status_code == 200


def test_one_ledger_for_both_doors(client: FlaskClient) -> None:
    """A key that was used for an HTTP write is no mid: the line under it is another body."""
    caller = citizen(client)
    door = Door(caller)
    key = new_id()
    answer = caller.post("/hazards", report(client), headers={"Idempotency-Key": str(key)})
    assert answer.status_code == 201
    pushed = door.send(door.body([line("hazard.withdraw", UUID(answer.get_json()["id"]), mid=key)]))
    assert orjson.loads(pushed.data.splitlines()[0])["code"] == "mid_taken"
