"""Webhooks: signed, at least once under a stable id, later and later, paused after a day, and never for what was undone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from accounts.actor import Actor, Role
from accounts.partners.rules import OPEN311_REPORT, WEBHOOKS
from api.context import Parts
from notifications.delivery import Task, work_outbox
from notifications.rules import MAX_ATTEMPTS
from notifications.webhooks import commands
from notifications.webhooks.delivery import _claim, forget_old, send_due
from notifications.webhooks.models import WebhookDelivery
from tests.application import Application
from tests.clock import Clock
from tests.lists.stands import Stand, standing
from tests.partners import KeyHolder, key_holder
from tests.people import ELSEWHERE, Caller, staff
from tests.workflow.test_open311 import case_of
from timetable import tasks_of

pytestmark = pytest.mark.usefixtures("fresh_database")
CANARY, PHONE = "只有举报人知道的一句话", "13904710001"


class Receiver(Stand):
    """A partner's server: keeps what came, byte by byte, and answers with `status`, or refuses the messages of `refused`."""

    came: list[tuple[dict[str, str], bytes]]
    status: int = 204
    refused: frozenset[str] = frozenset()

    def do_POST(self) -> None:  # noqa: N802 - the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        status = 400 if self.headers["webhook-id"] in self.refused else self.status
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if status == 302:
            self.send_header("Location", f"http://{self.headers['Host']}/elsewhere")
        self.end_headers()


@dataclass
class Scene:
    """A partner with a webhook at its receiver, and the worker's hand."""

    partner: KeyHolder
    receiver: type[Receiver]
    parts: Parts
    webhook: dict[str, Any]
    tasks: dict[str, Task]

    @property
    def path(self) -> str:
        return f"/webhooks/{self.webhook['id']}"

    def deliver(self) -> list[dict[str, Any]]:
        """What the worker does now; what came of it."""
        before = len(self.receiver.came)
        self.work()
        send_due(self.parts.database, self.parts.settings)
        return [json.loads(body) for _, body in self.receiver.came[before:]]

    def work(self) -> None:
        """The outbox alone."""
        work_outbox(self.parts.database, self.tasks)

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.receiver.came]

    def test(self) -> None:
        assert self.partner.post(f"{self.path}/actions/test").status_code == 200

    def seen(self, who: KeyHolder | Caller | None = None) -> dict[str, Any]:
        found: dict[str, Any] = (who or self.partner).get(self.path).get_json()
        return found


@pytest.fixture
def clock(application: Application) -> Iterator[Clock]:
    """That of the whole product: the other tests of this folder have one of the engine alone."""
    application.clock.restart()
    yield application.clock
    application.clock.restart()


@pytest.fixture
def scene(app: Flask, client: FlaskClient, parts: Parts) -> Iterator[Scene]:
    handler = type("ReceiverOfThisTest", (Receiver,), {"came": []})
    with standing(handler) as address:
        hosts = frozenset({address.removeprefix("http://")})
        listed = replace(parts, settings=replace(parts.settings, webhook_hosts=hosts))
        app.extensions["fire"] = listed
        partner = key_holder(client)
        made = partner.post("/webhooks", {"url": f"{address}/hooks/fire?secret=path"})
        assert made.status_code == 201, made.get_data(as_text=True)
        yield Scene(partner, handler, listed, made.get_json(), tasks_of(listed))
        app.extensions["fire"] = parts


def signatures(secret: str, headers: dict[str, str], body: bytes) -> str:
    """As the receiver computes it, by the text of Standard Webhooks alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_a_partner_is_told_under_a_signature_that_its_request_stands_otherwise(client: FlaskClient, scene: Scene) -> None:
    number = scene.partner.reported(description=CANARY, last_name="乌", first_name="云", phone=PHONE)
    assert scene.deliver() == []
    case = case_of(client, number)
    case.act(case.office.clerk, "register", category="EVAC_BLOCKED")
    (told,) = scene.deliver()
    assert told["type"] == "request.status_changed"
    assert told["data"] == {"service_request_id": number, "status": "open", "status_notes": "已受理,正在核查"}
    ((headers, body),) = scene.receiver.came
    assert headers["webhook-signature"] == signatures(scene.webhook["secret"], headers, body)
    assert [secret for secret in (CANARY, PHONE, "乌云", scene.partner.secret) if secret.encode() in body] == []
    assert scene.deliver() == []
    assert scene.seen()["sent"] == 1


def test_nobody_is_told_of_somebody_elses_request(client: FlaskClient, scene: Scene) -> None:
    other = key_holder(client)
    case = case_of(client, other.reported())
    case.act(case.office.clerk, "register", category="EVAC_BLOCKED")
    assert scene.deliver() == []


def test_nothing_leaves_for_what_was_undone(scene: Scene) -> None:
    partner = Actor(id=UUID(scene.partner.id), name="", roles=frozenset({Role.DATA_PARTNER}), interfaces=frozenset({WEBHOOKS}))
    with suppress(ZeroDivisionError), scene.parts.database.transaction() as session:
        commands.send_test(session, partner, UUID(scene.webhook["id"]))
        scene.parts.database.settle(session)
        raise ZeroDivisionError
    assert scene.deliver() == []
    scene.test()
    assert [told["type"] for told in scene.deliver()] == ["webhook.tested"]


def test_what_does_not_arrive_is_tried_again_later_and_later_under_the_same_id(scene: Scene, clock: Clock) -> None:
    scene.receiver.status = 500
    scene.test()
    assert len(scene.deliver()) == 1
    assert scene.deliver() == []  # it rests
    waits = []
    for _ in range(4):
        waited = 0
        while not scene.deliver():
            clock.advance(seconds=1)
            waited += 1
            assert waited < 300
        waits.append(waited)
    assert waits[-1] > 2 * waits[0]
    scene.receiver.status = 200
    clock.advance(hours=1)
    assert len(scene.deliver()) == 1
    assert len(set(scene.ids())) == 1
    seen = scene.seen()
    assert (seen["sent"], seen["failures"], seen["failing_since"]) == (1, 0, None)


def test_while_one_message_fails_the_others_rest_too_and_none_is_lost(scene: Scene, clock: Clock) -> None:
    scene.receiver.status = 503
    for _ in range(3):
        scene.test()
    assert len(scene.deliver()) == 1
    scene.receiver.status = 204
    clock.advance(hours=1)
    assert len(scene.deliver()) == 3
    assert len(set(scene.ids())) == 3


def test_a_worker_that_dies_in_sending_leads_to_a_repetition_under_the_same_id(scene: Scene, clock: Clock) -> None:
    scene.test()
    scene.work()
    with scene.parts.database.transaction() as session:
        claimed = _claim(session)
    assert claimed is not None
    assert scene.deliver() == []
    clock.advance(minutes=3)
    assert len(scene.deliver()) == 1
    assert scene.ids() == [str(claimed.delivery_id)]


def test_nobody_is_followed_elsewhere(scene: Scene) -> None:
    scene.receiver.status = 302
    scene.test()
    assert len(scene.deliver()) == 1
    (row,) = scene.partner.get(f"{scene.path}/deliveries").get_json()["items"]
    assert (row["state"], row["last_error"]) == ("waiting", "answered 302")


def test_what_one_receiver_never_takes_is_given_up_and_replayed_under_the_same_id(scene: Scene, clock: Clock) -> None:
    scene.test()
    scene.receiver.status = 500
    scene.deliver()
    (poison,) = scene.ids()
    scene.receiver.status, scene.receiver.refused = 204, frozenset({poison})
    for _ in range(MAX_ATTEMPTS):
        clock.advance(hours=1)
        scene.test()  # the others arrive, so it is no failure of the receiver's
        scene.deliver()
    seen = scene.seen()
    assert (seen["state"], seen["dead"], seen["waiting"]) == ("ACTIVE", 1, 0)
    assert scene.ids().count(poison) == MAX_ATTEMPTS
    (row,) = scene.partner.get(f"{scene.path}/deliveries?state=dead").get_json()["items"]
    assert (row["id"], row["attempts"], row["last_error"]) == (poison, MAX_ATTEMPTS, "answered 400")
    scene.receiver.refused = frozenset()
    administrator = staff(scene.partner.client, Role.SYS_ADMIN)
    assert administrator.post(f"{scene.path}/actions/replay").get_json()["dead"] == 0
    scene.deliver()
    assert scene.ids()[-1] == poison


def test_after_a_day_of_failures_it_pauses_tells_the_administrator_and_goes_on_when_resumed(
    client: FlaskClient, scene: Scene, clock: Clock
) -> None:
    administrator = staff(client, Role.SYS_ADMIN)
    scene.receiver.status = 500
    scene.test()
    for _ in range(26):
        scene.deliver()
        clock.advance(hours=1)
    assert scene.seen(administrator)["state"] == "PAUSED"
    (notice,) = [row for row in administrator.get("/inbox").get_json()["items"] if row["event_name"] == "webhook.paused"]
    assert scene.webhook["host"] in notice["body"]
    assert "secret=path" not in notice["body"]
    scene.receiver.status = 204
    scene.test()
    assert scene.deliver() == []
    assert administrator.post(f"{scene.path}/actions/resume").status_code == 200
    assert len(scene.deliver()) == 2
    assert administrator.post(f"{scene.path}/actions/resume").status_code == 409


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/hooks", "http://partner.example/hooks", "ftp://127.0.0.1/", "https://user@partner.example/",
        "https://partner.example:8443/", "https://partner.example.evil.example/", "http://127.0.0.1:1/", "x",
    ],
)  # fmt: skip
def test_only_hosts_that_the_operator_has_listed_are_spoken_with(app: Flask, scene: Scene, url: str) -> None:
    hosts = frozenset({"partner.example"})
    app.extensions["fire"] = replace(scene.parts, settings=replace(scene.parts.settings, webhook_hosts=hosts))
    answer = scene.partner.post("/webhooks", {"url": url})
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "url")
    assert scene.partner.post("/webhooks", {"url": "https://partner.example/hooks"}).status_code == 201


def test_a_host_that_is_listed_no_longer_is_not_spoken_with(scene: Scene) -> None:
    scene.test()
    scene.work()
    send_due(scene.parts.database, replace(scene.parts.settings, webhook_hosts=frozenset()))
    assert scene.receiver.came == []
    assert scene.seen()["failures"] == 1


def test_nothing_is_sent_to_a_partner_without_a_key_for_it(client: FlaskClient, scene: Scene) -> None:
    scene.test()
    administrator = staff(client, Role.SYS_ADMIN)
    administrator.post(f"/partners/{scene.partner.id}/keys/{scene.partner.key_id}/actions/revoke")
    assert scene.deliver() == []
    until = {"region_codes": ["150102"], "expires_at": "2027-06-01T00:00:00Z"}
    administrator.post(f"/partners/{scene.partner.id}/keys", {**until, "interfaces": [OPEN311_REPORT]})
    assert scene.deliver() == []
    administrator.post(f"/partners/{scene.partner.id}/keys", {**until, "interfaces": [WEBHOOKS]})
    assert len(scene.deliver()) == 1


def test_a_new_secret_signs_beside_the_old_one_for_a_day(scene: Scene, clock: Clock) -> None:
    old = scene.webhook["secret"]
    new = scene.partner.post(f"{scene.path}/actions/renew-secret").get_json()["secret"]
    for hours, good in ((0, {new, old}), (25, {new})):
        clock.advance(hours=hours)
        scene.test()
        scene.deliver()
        headers, body = scene.receiver.came[-1]
        assert set(headers["webhook-signature"].split()) == {signatures(secret, headers, body) for secret in good}


def test_a_webhook_is_its_partners_and_its_administrators_business(client: FlaskClient, scene: Scene) -> None:
    other, administrator, auditor = key_holder(client), staff(client, Role.SYS_ADMIN), staff(client, Role.AUDITOR)
    stranger = staff(client, Role.SYS_ADMIN, ELSEWHERE)
    assert scene.seen()["url"].endswith("secret=path")
    assert (scene.seen(administrator)["url"], scene.seen(administrator)["host"]) == (None, scene.webhook["host"])
    assert "whsec_" not in str(scene.seen()) + str(scene.seen(administrator))
    for who in (other, stranger):
        assert who.get("/webhooks").get_json()["items"] == []
        assert {who.get(f"{scene.path}{part}").status_code for part in ("", "/deliveries")} == {404}
        assert {who.post(f"{scene.path}/actions/{act}").status_code for act in ("test", "replay", "resume")} == {404}
    assert auditor.get(scene.path).status_code == 200
    assert auditor.post(f"{scene.path}/actions/test").status_code == 403
    assert administrator.post("/webhooks", {"url": "https://partner.example/"}).status_code == 403
    assert administrator.post(f"{scene.path}/actions/renew-secret").status_code == 403


def test_an_ended_webhook_is_told_nothing_more(scene: Scene) -> None:
    scene.test()
    assert scene.partner.delete(scene.path).get_json()["state"] == "ENDED"
    assert scene.deliver() == []
    assert scene.partner.post(f"{scene.path}/actions/test").status_code == 409


def test_messages_are_forgotten_after_a_month(scene: Scene, clock: Clock) -> None:
    scene.test()
    scene.deliver()
    clock.advance(days=31)
    scene.test()
    scene.work()
    with scene.parts.database.transaction() as session:
        assert forget_old(session) == 1
        (kept,) = session.scalars(select(WebhookDelivery))
        assert kept.state == "waiting"
