"""What only the reporter knows, in his words, his name and his messages, reaches nobody outside of the office in charge.

Everything that a unit, a receiving department, a stranger and the public can get is read: each list, each record in it with all
that is below it, papers as PDF, exports, notices, and what their phones hold.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from flask.testing import FlaskClient

from accounts.actor import Role
from api.app import SYNCED
from api.context import Parts
from device.client import Device
from tests.application import work_off
from tests.contracts.document import Json, operations
from tests.makers import Case, make_hazard, make_letter, make_order, prompt_to
from tests.pdfs import lines_of
from tests.people import HOME, Caller, citizen, enterprise, guest, staff
from tests.wsgi import WsgiTransport

SECRET, NAME, MOBILE = "只有举报人看见的鸿雁图案", "敖特根巴雅尔", "13904710088"
ANSWER, DOOR = "我住在三单元的时候拍到的", "哈达图家东院"
CANARIES = (SECRET, NAME, MOBILE, ANSWER, DOOR)
MOST = 60  # records of a list
FEWEST = 300  # answers with something in them, all in all: else it is green because nothing was read


def told(client: FlaskClient) -> list[Case]:
    """Reports that went every way on which others come to hear of them."""
    known: Json = {
        "description": SECRET, "place": {"region_code": HOME, "sumu": "东街街道", "household": DOOR, "landmark": "加油站西侧"},
    }  # fmt: skip
    order = make_order(client, "RECHECK_PENDING", **known)
    letters = [make_letter(client, state, **known) for state in ("ACCEPTED", "RETURNED", "FEEDBACK")]
    prompted = make_hazard(client, "REGISTERED", **known)
    prompted.act(prompted.office.leader, "prompt_unit", **prompt_to(prompted))
    asked = make_hazard(client, "VERIFIED_TRUE", **known)
    asked.act(asked.office.clerk, "ask_reporter", text="请问大约几点看到的?")
    asked.act(asked.reporter, "answer_office", text=ANSWER)
    closed = make_hazard(client, "CLOSED", **known)
    closed.act(closed.reporter, "dispute", reason=f"{SECRET},并没有改正")
    sealed = make_hazard(client, "VERIFIED_TRUE", **known)
    referred = make_hazard(client, "REGISTERED", **known)
    said = {"to_org_id": str(referred.office.receiver.org_id), "reason": "属于贵单位职责", "lack_of_competence": True}
    referred.act(referred.office.leader, "refer", **said)
    by_guest = guest(client)
    body = {
        "picture": "EXIT",
        "description": SECRET,
        "place": known["place"],
        "place_name": "晨光商店",
        "report_mode": "REAL_NAME",
    }
    named = by_guest.post("/hazards", {**body, "reporter": {"name": NAME, "mobile": MOBILE}})
    assert named.status_code == 201, named.get_data(as_text=True)
    return [order, *letters, prompted, asked, closed, sealed, referred]


@dataclass
class Reader:
    """Somebody who reads whatever he is given."""

    name: str
    caller: Caller
    found: list[str] = field(default_factory=list)
    count: int = 0

    def read(self, path: str) -> Json | None:
        """One answer; what is JSON, to go on from."""
        answer = self.caller.get(path)
        if answer.status_code != 200:
            return None
        content = answer.get_data()
        for text in texts_of(content):
            self.found += [f"{path}: {word}" for word in CANARIES if word in text]
        self.count += 1
        return answer.get_json() if answer.mimetype == "application/json" else None


def texts_of(content: bytes) -> Iterator[str]:
    """The words of an answer: as it is, of each sheet, or as they are drawn."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as sheets:
            yield from (sheets.read(name).decode(errors="replace") for name in sheets.namelist())
    elif content.startswith(b"%PDF"):
        yield "".join(lines_of(content))
    else:
        yield content.decode(errors="replace")


def read_everything(reader: Reader, paths: list[str], document: Json) -> None:
    """Each list and export, each record that a list names, and all that is below it."""
    for path in paths:
        if "{" in path:
            continue
        answer = reader.read(f"{path}?limit=100") or reader.read(path)
        below = [each for each in paths if each.startswith(f"{path}/{{") and each.count("{") == 1]
        for item in ((answer or {}).get("items") or [])[:MOST] if isinstance(answer, dict) else []:
            for each in below:
                if isinstance(item, dict) and "id" in item:
                    head, _, tail = each.partition("{")
                    reader.read(head + str(item["id"]) + tail.partition("}")[2])


def held_on_a_phone(client: FlaskClient, parts: Parts, who: Caller) -> str:
    """Every line that his device gets."""
    device = Device(WsgiTransport(client.application.wsgi_app), clock=parts.database.clock)
    device.sign_in(**who.way)
    device.register()
    device.pull()
    return "".join(str(row.data) for synced in SYNCED for row in device.store.rows(synced.type))


def test_what_only_the_reporter_knows_reaches_nobody_outside_of_the_office(client: FlaskClient, parts: Parts) -> None:
    cases = told(client)
    work_off(parts)
    office = cases[0].office
    document: Json = client.get("/api/v1/openapi.json").get_json()
    paths = [operation.path.removeprefix("/api/v1") for operation in operations(document) if operation.method == "get"]
    leader = Reader("leader", office.leader)
    read_everything(leader, paths, document)
    assert leader.found, "the office reads what was said, or this test says nothing"
    outside = {
        "manager": office.manager, "responsible": enterprise(client, Role.UNIT_RESPONSIBLE),
        "agent": enterprise(client, Role.AGENT), "receiver": office.receiver, "handler": staff(client, Role.DEPT_HANDLER),
        "other receiver": office.other_receiver, "citizen": citizen(client), "guest": guest(client),
        "expert": staff(client, Role.EXPERT), "window": staff(client, Role.PERMIT_CLERK),
    }  # fmt: skip
    read = 0
    for name, caller in outside.items():
        reader = Reader(name, caller)
        read_everything(reader, paths, document)
        read += reader.count
        assert reader.found == [], f"{name}: {reader.found[:5]}"
    assert read > FEWEST
    for name in ("manager", "receiver", "citizen"):
        held = held_on_a_phone(client, parts, outside[name])
        assert [word for word in CANARIES if word in held] == [], name
