"""After a run of the demo, however often the server was killed during it: nothing acknowledged is lost or doubled.

Every write is sent once more under its key, every mutation under its seq: the server must know each and answer as before.
Then what it shows is compared with the ledger: states, photos, steps taken, and one notice for each person and event.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable

from device.client import Refused
from device.exchange import API
from device.transport import HttpTransport, NoNetwork, Transport
from operations.demo.cases import PATHS
from operations.demo.ledger import Ledger
from operations.demo.people import Person
from operations.demo.transport import Patient

_FINDINGS = ("verify_true", "verify_false", "fix_on_site")
_BATCH = 100


def verify(
    url: str, ledger: Ledger, transport_factory: Callable[[str], Transport] = HttpTransport, *, patience_seconds: float = 20.0
) -> list[str]:
    """What is wrong, in Chinese, one line each; empty if the server kept all that it acknowledged. Changes nothing."""
    network = Patient(transport_factory(url), patience_seconds, url=url)
    for person in ledger.people.values():
        person.radio.network = network
    checks = (_writes, _pushes, _states, _steps, _photos, _notices)
    faults: list[str] = []
    for check in checks:
        try:
            faults += check(ledger)
        except (Refused, NoNetwork) as trouble:
            faults.append(f"复核中断({check.__name__.strip('_')}):{trouble}")
    return faults


def _writes(ledger: Ledger) -> list[str]:
    faults = []
    for write in ledger.writes:
        headers = {"Content-Type": "application/json", "Idempotency-Key": write.key}
        answer = ledger.people[write.person_id].send("POST", API + write.path, write.body, headers)
        document = json.loads(answer.body or b"{}")
        found = {name: document.get(name) for name in write.answer}
        if answer.headers.get("idempotent-replay") != "true":
            faults.append(f"已确认的写入丢失:{write.name} {write.subject_id}(再次提交的答复为 {answer.status})")
        elif found != write.answer:
            faults.append(f"同一写入前后答复不同:{write.name} {write.subject_id}:{write.answer} 与 {found}")
    return faults


def _pushes(ledger: Ledger) -> list[str]:
    faults = []
    for person_id in dict.fromkeys(push.person_id for push in ledger.pushed):
        device = ledger.people[person_id].device
        wanted = {push.mid: push for push in ledger.pushed if push.person_id == person_id}
        start = 1
        while lines := device.store.lines_from(start, _BATCH):
            start = lines[-1].seq + 1
            for result in device.push_lines(lines):
                push = wanted.pop(result["mid"], None)
                if not result["duplicate"]:
                    faults.append(f"已确认的离线记录丢失:{result}")
                elif push is not None and (result["outcome"], result["revision"]) != (push.outcome, push.revision):
                    faults.append(f"同一离线记录前后结果不同:{push} 与 {result}")
        faults += [f"已确认的离线记录没有答复:{push.name} {push.mid}" for push in wanted.values()]
    return faults


def _states(ledger: Ledger) -> list[str]:
    faults = []
    for final in ledger.finals:
        found = ledger.people[final.reader_id].get(f"{PATHS[final.kind]}/{final.subject_id}")
        if found["state"] != final.state or found["revision"] < final.revision:
            now = f"{found['state']} 第{found['revision']}版"
            faults.append(f"{final.kind} {final.subject_id} 应为 {final.state} 第{final.revision}版,实为 {now}")
        returned = len(found["data"].get("returns", ()))
        if final.kind == "handover" and returned != ledger.done("handover.return", final.subject_id):
            faults.append(f"移送件 {final.subject_id} 的退回记录为{returned}次")
    return faults


def _steps(ledger: Ledger) -> list[str]:
    """The timeline of each hazard holds each acknowledged step as often as it was acknowledged."""
    faults = []
    for final in ledger.finals:
        if final.kind != "hazard":
            continue
        timeline = ledger.people[final.reader_id].get(f"/hazards/{final.subject_id}")["timeline"]
        if not any("action" in event["data"] for event in timeline):
            continue  # a reporter reads an extract
        drafts = Counter(event["data"]["action"] for event in timeline if event["name"] == "hazard.act_drafted")
        taken = Counter(event["data"].get("action") for event in timeline if event["name"] != "hazard.act_drafted")
        taken["cosign"] = sum(taken.pop(action, 0) for action in _FINDINGS)
        taken.update(drafts)
        taken["submit"] = sum(1 for event in timeline if event["name"] == "hazard.submitted")
        acts = {write.name for write in ledger.writes if write.subject_id == final.subject_id}
        acts |= {push.name for push in ledger.pushed if push.subject_id == final.subject_id}
        for name in sorted(acts - {"hazard.claim"}):
            found, wanted = taken[name.split(".", 1)[1]], ledger.done(name, final.subject_id)
            if found != wanted:
                faults.append(f"{name} {final.subject_id} 确认了{wanted}次,记录中有{found}次")
    return faults


def _photos(ledger: Ledger) -> list[str]:
    faults = []
    for stored in ledger.stored:
        reader = ledger.people[stored.reader_id]
        answer = reader.send("GET", f"{API}/media/{stored.media_id}")
        if answer.status != 200 or json.loads(answer.body)["state"] not in ("stored", "ready"):
            faults.append(f"已确认的照片丢失:{stored.media_id}({answer.status})")
            continue
        document = json.loads(answer.body)
        if "original_url" in document:
            content = reader.send("GET", document["original_url"]).body
            if hashlib.sha256(content).hexdigest() != stored.sha256:
                faults.append(f"原始照片与上传时不一致:{stored.media_id}")
    return faults


def _notices(ledger: Ledger) -> list[str]:
    faults = []
    for person in ledger.people.values():
        faults += _notices_of(person, ledger)
    return faults


def _notices_of(person: Person, ledger: Ledger) -> list[str]:
    """One for each event that he is told, and none for anything else of these cases; reminders of dates aside."""
    rows = [
        row for row in person.notices() if row["subject_id"] in ledger.subjects and not row["event_name"].startswith("clock.")
    ]
    found = Counter((row["event_name"], row["subject_id"]) for row in rows)
    wanted = Counter({(event, subject): count for (who, event, subject), count in ledger.expected.items() if who == person.id})
    return [
        f"{person.label}关于 {event} {subject} 应有{wanted[event, subject]}条通知,实有{found[event, subject]}条"
        for event, subject in sorted(set(found) | set(wanted))
        if found[event, subject] != wanted[event, subject]
    ]
