"""What colleagues, devices and the journal hold of a report: never who made it, nor who lives there."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.passwords import DEMO_TOTP
from api.context import Parts
from database.base import new_id
from database.journal import Event
from device.client import Device
from sync.models import Issue, SyncMutation
from tests.makers import make_hazard, report
from tests.people import HOME, demo_accounts, new_phone, staff
from tests.wsgi import WsgiTransport
from workflow.queue.models import Task


def test_a_colleague_who_reports_is_named_to_nobody_but_himself(client: FlaskClient) -> None:
    colleague = staff(client, Role.FIRE_OFFICER, HOME, 2)
    hazard = make_hazard(client, "REGISTERED", reporter=colleague)
    hazard.act(colleague, "withdraw", note="误报")

    def names(who: object) -> dict[str, str]:
        return {line["name"]: line["actor_name"] for line in hazard.read(who)["timeline"]}  # type: ignore[arg-type]

    seen = names(hazard.office.leader)
    assert (seen["hazard.submitted"], seen["hazard.withdrawn"]) == ("", "")
    assert seen["hazard.registered"] != ""
    assert names(colleague)["hazard.submitted"] == colleague.user["name"]


def test_who_lives_there_and_what_the_reporter_was_told_are_only_for_those_who_have_to_find_it(
    app: Flask, client: FlaskClient, parts: Parts
) -> None:
    place = {"region_code": HOME, "sumu": "东街街道", "gacha": "草原社区", "household": "巴特尔家", "landmark": "蓝色铁门对面"}
    hazard = make_hazard(client, "ASSIGNED", place=place)
    hidden = ("巴特尔家", "蓝色铁门对面", "按您选择的")
    device = Device(WsgiTransport(app.wsgi_app))
    device.sign_in(username=demo_accounts(Role.FIRE_OFFICER, HOME)[2].key, password=DEMO_PASSWORD, totp=DEMO_TOTP)
    device.register()
    device.sync()
    line = json.dumps(device.shown("hazard", str(hazard.id)), ensure_ascii=False)
    assert "草原社区" in line
    with parts.database.transaction() as session:
        kept = line + _journal_and_task(session, hazard.id)
    assert [word for word in hidden if word in kept] == []
    held = json.dumps(hazard.read(hazard.office.officers[0])["data"], ensure_ascii=False)
    assert [word for word in hidden if word in held] == ["巴特尔家", "蓝色铁门对面"]
    assert "按您选择的" in json.dumps(hazard.read(hazard.reporter)["data"], ensure_ascii=False)


def _journal_and_task(session: Session, hazard_id: object) -> str:
    events = session.scalars(select(Event.data).where(Event.entity_id == hazard_id)).all()
    titles = session.scalars(select(Task.title).where(Task.subject_id == hazard_id)).all()
    assert events
    assert titles
    return json.dumps([*events, *titles], ensure_ascii=False)


def test_of_a_complaint_about_staff_nothing_is_kept_whatever_becomes_of_it(app: Flask, parts: Parts) -> None:
    device = Device(WsgiTransport(app.wsgi_app))
    device.sign_in(phone=new_phone(), code="000000")
    device.register()
    words = "某大队人员收受红包"
    refused = str(uuid4())  # no id that a client of ours makes
    for complaint_id in (str(new_id()), refused):
        complaint = report(app.test_client(), description=words, about_staff=True)
        device.mutate("hazard.submit", complaint_id, {name: value for name, value in complaint.items() if name != "id"})
    assert [result["outcome"] for result in device.push()] == ["applied", "rejected"]
    with parts.database.transaction() as session:
        bodies = session.scalars(select(SyncMutation.body).where(SyncMutation.queue_id == UUID(device.queue))).all()
        kept = session.scalars(select(Issue.losing).where(Issue.subject_id == UUID(refused))).all()
    assert bodies == [None, None]
    assert len(kept) == 1
    assert words not in json.dumps(kept, ensure_ascii=False)
