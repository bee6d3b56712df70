"""One banner with a case of every kind in it, and who is who to them: what the generated tests ask about."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from accounts.actor import Role
from accounts.offices import office_id
from api.context import Parts
from database.base import new_id
from device.client import Device
from device.keys import DeviceKey
from tests.application import work_off
from tests.assistance import make_assistance, said as said_of_assistance
from tests.contracts.bodies import body
from tests.contracts.document import Json, Operation
from tests.contracts.partnership import Partnership
from tests.inspections import found as found_at, make_inspection, said as said_of_inspection
from tests.makers import FOUND, Case, Office, in_days, make_hazard, make_letter, make_order, prompt_to
from tests.measures import asked_here, make_measure, prepared as prepared_measure, said as said_of_measure
from tests.pack import OF_THE_PACK
from tests.papers import lend, served, service
from tests.people import HOME, Caller, citizen, demo_accounts, new_phone, opened, staff, through_provider
from tests.permits import FORM, flavour_for, make_permit, materials, prepared as prepared_permit, said
from tests.photos import a_photo
from tests.rewards import OF_REPORTERS
from tests.transfers import make_transfer, prepared as prepared_transfer, reported_here, said as said_of_transfer
from tests.wsgi import WsgiTransport
from workflow.assistance.rules import LIFE as ASSISTANCE
from workflow.handovers.rules import LIFE as HANDOVER
from workflow.hazards.rules import LIFE as HAZARD
from workflow.inspections.rules import LIFE as INSPECTION
from workflow.measures.rules import LIFE as MEASURE
from workflow.permits.rules import LIFE as PERMIT
from workflow.rectification.rules import LIFE as RECTIFICATION, UNDER_WAY
from workflow.state_machine import START, StateMachine
from workflow.transfers.rules import LIFE as TRANSFER

LIVES: dict[str, StateMachine] = {
    "hazard": HAZARD, "handover": HANDOVER, "rectification": RECTIFICATION, "permit": PERMIT, "assistance": ASSISTANCE,
    "inspection": INSPECTION, "measure": MEASURE, "transfer": TRANSFER,
}  # fmt: skip
MAKERS: dict[str, Callable[..., Case]] = {
    "hazard": make_hazard, "handover": make_letter, "rectification": make_order, "permit": make_permit,
    "assistance": make_assistance, "inspection": make_inspection, "measure": make_measure, "transfer": make_transfer,
}  # fmt: skip
SAID: dict[str, Callable[[str, Case], Json]] = {
    "hazard": lambda action, case: prompt_to(case) if action == "prompt_unit" else {},
    "rectification": lambda action, case: service(case, signed="REFUSED") if action == "serve" else {},
    "permit": said, "assistance": said_of_assistance, "inspection": said_of_inspection, "measure": said_of_measure,
    "transfer": said_of_transfer,
}  # fmt: skip
# What the first of two officers drafts: kind, state -> act, its arguments.
DRAFTED: dict[tuple[str, str], tuple[str, Callable[[Case], Json]]] = {
    ("hazard", "VERIFYING"): ("verify_false", lambda _: FOUND),
    ("rectification", "RECHECK_PENDING"): ("recheck_pass", lambda _: {"finding": "复查情况"}),
    ("inspection", "IN_PROGRESS"): ("find_none", found_at),
}
# Operation -> a body with whatever it is about.
ASKED_HERE = {**OF_REPORTERS, **OF_THE_PACK, "transfers.propose_transfer": reported_here}
PREPARED = {"permit": prepared_permit, "measure": prepared_measure, "transfer": prepared_transfer}  # they know flavours
Ids = dict[str, str]  # path parameter -> value


@dataclass
class World:
    """Cases are made when first asked for, and stay."""

    client: FlaskClient
    document: Json
    region_code: str = HOME
    _cases: dict[tuple[str, str], Case] = field(default_factory=dict)

    @cached_property
    def office(self) -> Office:
        """The brigade of the banner and its neighbours."""
        return Office(self.client, self.region_code)

    def case(self, kind: str, state: str, flavour: str = "") -> Case:
        """The one case of this kind in this state; a flavour says what was done besides, such as a first signature."""
        key = (kind, f"{state} {flavour}".strip())
        if key not in self._cases:
            if kind in PREPARED:
                return self._cases.setdefault(key, PREPARED[kind](self.client, state, self.region_code, flavour))
            case = self._cases[key] = MAKERS[kind](self.client, state, self.region_code)
            if flavour == "drafted" and (kind, state) in DRAFTED:
                action, words = DRAFTED[kind, state]
                case.act(case.office.officers[0], action, **words(case))
            elif flavour == "with grid worker" and state == "ASSIGNED":
                pair = [str(officer.id) for officer in case.office.officers]
                case.act(case.office.leader, "assign", officer_ids=pair, grid_worker_id=str(self.grid_worker.id))
            elif flavour == "questioned" and any(step.source == state for step in LIVES[kind].steps("ask_reporter")):
                case.act(case.office.clerk, "ask_reporter", text="请补充楼栋和单元")
            elif flavour == "told" and state == "RECTIFIED":
                case.act(case.office.clerk, "tell_reporter")
            elif flavour == "asked" and kind == "rectification" and state in UNDER_WAY:
                case.act(case.office.manager, "ask_extension", due_on=in_days(case, 28), reason="配件尚未到货")
            elif flavour == "served" and state == "OVERDUE_NOT_FIXED":
                served(case)
            elif flavour == "asked" and kind == "hazard" and state not in LIVES[kind].final:
                case.act(case.office.leader, "request_force_close", reason="重复上报,已另案办理")
        return self._cases[key]

    def for_action(self, kind: str, action: str, state: str | None = None) -> Case:
        """A case from whose state the action leads somewhere, prepared so that nothing but the caller decides."""
        if kind == "permit":
            first = next(step.source for step in PERMIT.steps(action) if step.source != START)
            state = state or {"grant": "ACCEPTED"}.get(action, first)
            return self.case(kind, state, flavour_for(action, state))
        preferred = {"hand_over": "VERIFIED_TRUE", "close": "RECTIFIED", "dispute": "CLOSED"} if kind == "hazard" else {}
        first = next(step.source for step in LIVES[kind].steps(action) if step.source != START)
        flavours = dict.fromkeys(("force_close", "grant_extension", "refuse_extension"), "asked") | {
            "cosign": "drafted", "precheck": "with grid worker", "close": "told", "answer_office": "questioned",
            "keep": "remaining", "file_case": "served", "suggest_supervision": "unanswered",
        }  # fmt: skip
        return self.case(kind, state or preferred.get(action, first), flavours.get(action, ""))

    def arguments(self, operation: Operation, case: Case | None = None) -> Any:
        """A valid body for the operation, about this case; None where it takes none."""
        if operation.json_schema is None:
            return None
        return body(operation.json_schema, self.document, self._known(operation, case))

    def _known(self, operation: Operation, case: Case | None) -> Json:
        office = self.office
        known: Json = {
            "region_code": self.region_code,
            "officer_ids": [str(officer.id) for officer in office.officers],
            "to_org_id": str(office.receiver.org_id),
            "suggested_org_id": str(office.other_receiver.org_id),
            "org_id": str(office.leader.org_id),
            "parent_id": str(office_id(f"ZF{self.region_code}")),
            "deputy_id": str(office.officers[1].id),
            "unit_id": None,
            "unit_name": "",
            "uscc": self.unit["uscc"],
            "hazard_ids": [str(self.case("hazard", "REGISTERED").id)],
            "master_id": str(self.case("hazard", "REGISTERED", "another").id),
            "install": str(uuid4()),
            "queue": str(uuid4()),
            "public_key": DeviceKey().public_jwk(),
            "id": str(new_id()),
            "code": f"TEST-{new_id().hex[-12:].upper()}",  # other tests of this database name laws too
            "reuse_ids": [str(new_id())],
            "shifts": [],
            "days": [{"day": "2026-12-25", "is_work": False, "name": "测试"}],
            "body": [{"kind": "paragraph", "text": "测试", "items": []}],
        }
        if operation.path.endswith(("/resend", "/decide")):
            known["to_org_id"] = str(office.other_receiver.org_id)
        if operation.id.startswith(("partners.", "webhooks.")):
            return {**known, **self.partners.known()}
        if operation.id in ("permits.prepare", "units.merge_unit"):
            known["into_revision"] = self.unit["revision"]
            return {**known, **dict.fromkeys(("unit_id", "into"), self.unit["id"]), "form": FORM, "materials": materials()}
        if operation.id == "licences.register_legacy":
            return {**known, "issued_on": "2019-05-20", "number": f"测试〔2019〕第{new_id().hex[-8:]}号"}
        if operation.id in ASKED_HERE:
            return {**known, **ASKED_HERE[operation.id](self.client, self.region_code)}
        if operation.id == "assistance.submit":
            return {**known, "applicant_kind": "RESIDENT", "place": {"region_code": self.region_code, "sumu": "保合少镇"}}
        if operation.id == "inspections.plan":
            return {**known, "unit_id": self.unit["id"], "checklist": "SPOT_CHECK", "planned_on": "2026-12-30"}
        if operation.id.startswith("measures.") and case is None:
            return {**known, **asked_here(self.client, self.region_code), "execute_by": "2026-12-30", "scope": "USE"}
        if operation.id == "inspections.publish_checklist":
            return {**known, "items": [{"code": "EVACUATION", "text": "疏散通道畅通", "clause": "消防法第二十八条"}]}
        if operation.id == "number_blocks.number_block_void":
            return {**known, "number": self.block["numbers"][0]["number"]}
        if case is None:
            return known
        known["due_on"] = in_days(case, 35)
        if case.kind in SAID:
            known |= SAID[case.kind](operation.path.rpartition("/")[2], case)
        known["lack_of_competence"] = case.state != "VERIFIED_TRUE"
        if operation.path.endswith("/cosign") and case.kind != "permit":
            known["act_sha256"] = self.drafted(case)
        if operation.path.endswith("/report_fix"):
            known["items"] = [
                {"id": item["id"], "fixed": True, "photos": [str(new_id())]} for item in case.read()["data"]["items"]
            ]
        return known

    @staticmethod
    def drafted(case: Case) -> str:
        """The digest of the act that waits for the second officer."""
        act = case.read(case.office.officers[0])["data"]["pending_act"]
        return str(act["act_sha256"]) if act else "0" * 64

    # ---- Other things that belong to somebody ----

    @cached_property
    def unit(self) -> Json:
        """The enterprise of the banner."""
        found: Json = self.office.leader.get(f"/units/{self.office.manager.unit_id}").get_json()
        return found

    @cached_property
    def block(self) -> Json:
        """Numbers that the first officer was lent."""
        return lend(self.office.officers[0], 2)

    @cached_property
    def paper_id(self) -> str:
        """The order to the enterprise, as a paper."""
        order = self.case("rectification", "ORDERED")
        paper: Json = self.office.leader.get(f"{order.path}/papers").get_json()["items"][0]
        return str(paper["id"])

    @cached_property
    def held_order(self) -> Json:
        """An order of the hotline that a clerk has to put right."""
        return self._held_order()

    @cached_property
    def other_held_order(self) -> Json:
        """One that goes back."""
        return self._held_order()

    def _held_order(self) -> Json:
        sheet = f"工单编号,收到时间,旗县(市、区),情况说明\nNM{new_id().hex[-8:]},昨天,{self.region_code},测试\n".encode()
        answer = self.office.clerk.call(
            "POST", "/intakes/sheets", data=sheet, content_type="text/csv", query_string={"source": "12345"}
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        held: Json = answer.get_json()["items"][0]
        return held

    @cached_property
    def import_id(self) -> str:
        """A list of units that the leader has uploaded."""
        sheet = f"单位名称,旗县(市、区),单位类别\n测试单位,{self.region_code},一般单位\n".encode()
        answer = self.office.leader.call("POST", "/units/imports", data=sheet, content_type="text/csv")
        assert answer.status_code == 202, answer.get_data(as_text=True)
        return str(answer.get_json()["id"])

    @cached_property
    def sysadmin(self) -> Caller:
        """System administrator of the banner."""
        return staff(self.client, Role.SYS_ADMIN, self.region_code)

    @cached_property
    def partners(self) -> Partnership:
        """Of a system of others."""
        return Partnership(self.client, self.region_code)

    @cached_property
    def secadmin(self) -> Caller:
        """Security administrator of the banner."""
        return staff(self.client, Role.SEC_ADMIN, self.region_code)

    @cached_property
    def grid_worker(self) -> Caller:
        """网格员 of the banner."""
        return staff(self.client, Role.GRID_WORKER, self.region_code)

    def grid_worker_holds(self, case: Case) -> bool:
        """True if the case was made with him beside the two officers."""
        return any(flavour.endswith("with grid worker") and made is case for (_, flavour), made in self._cases.items())

    @cached_property
    def newcomer(self) -> Json:
        """A member of staff of the banner whom the administrators made, with one role and one session."""
        username = f"n{uuid4().hex[:12]}"
        made = self._made(
            self.sysadmin,
            "/accounts/staff",
            {
                "name": "新同志",
                "username": username,
                "password": "Krokus-2026-steppe",
                "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                "org_id": str(self.office.leader.org_id),
            },
        )
        granted = self._made(self.secadmin, f"/accounts/staff/{made['id']}/grants", {"role": "FIREFIGHTER"})
        caller = opened(self.client, username=username, password="Krokus-2026-steppe")
        return {**made, "grant_id": granted["id"], "session_id": caller.user["session_id"], "install": str(caller.install)}

    @cached_property
    def town(self) -> Json:
        """An office that the system administrator opened, in which nobody works yet."""
        arguments = {
            "kind": "TOWN", "name": "测试镇人民政府", "short_name": "测试镇", "region_code": self.region_code,
            "parent_id": str(office_id(f"ZF{self.region_code}")),
        }  # fmt: skip
        return self._made(self.sysadmin, "/accounts/organisations", arguments)

    @cached_property
    def deputyship(self) -> Json:
        """An officer stands in for the leader for a day."""
        arguments = {
            "org_id": str(self.office.leader.org_id),
            "deputy_id": str(self.office.officers[0].id),
            "starts_at": "2026-12-05T00:00:00Z",
            "ends_at": "2026-12-06T00:00:00Z",
        }
        return self._made(self.office.leader, "/accounts/deputies", arguments)

    @cached_property
    def responsible(self) -> Caller:
        """The legal person of the enterprise, confirmed by the identity provider."""
        return through_provider(self.client, f"responsible.{self.region_code}")

    @cached_property
    def licence_token(self) -> str:
        """What the QR code of the enterprise's licence carries."""
        return str(self.case("permit", "VERIFY_PENDING").read()["licence_token"])

    @cached_property
    def agent_power(self) -> Json:
        """The power of somebody whom the enterprise's responsible person charged with something."""
        arguments = {"phone": new_phone(), "role": "AGENT", "scope": ["permits"], "valid_until": "2027-06-01T00:00:00Z"}
        return self._made(self.responsible, f"/units/{self.unit['id']}/agents", arguments)

    @cached_property
    def photographer(self) -> Caller:
        """A citizen who reported with a photo."""
        return citizen(self.client)

    @cached_property
    def photo_id(self) -> str:
        """A stored photo of his report."""
        media_id, photo = str(new_id()), a_photo()
        answer = self.photographer.put_bytes(f"/media/{media_id}/content", photo)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        make_hazard(self.client, region_code=self.region_code, reporter=self.photographer, photos=[media_id])
        work_off(self.client.application.extensions["fire"])
        return media_id

    @cached_property
    def upload_token(self) -> str:
        """An upload that he began."""
        photo = a_photo()
        metadata = {"media_id": str(new_id()), "sha256": hashlib.sha256(photo).hexdigest(), "filetype": "image/jpeg"}
        said = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in metadata.items())
        headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(photo)), "Upload-Metadata": said}
        answer = self.photographer.call("POST", "/uploads", headers=headers)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.headers["Location"].rsplit("/", 1)[1]

    @cached_property
    def notice_id(self) -> str:
        """A notice in the inbox of a reporter."""
        reporter = self.case("hazard", "REGISTERED").reporter
        return str(reporter.get("/inbox").get_json()["items"][0]["id"])

    @cached_property
    def issue_id(self) -> str:
        """What is parked of an officer's device, because nobody knows the name of the act."""
        officer = demo_accounts(Role.FIRE_OFFICER, self.region_code)[2]
        parts: Parts = self.client.application.extensions["fire"]
        device = Device(WsgiTransport(self.client.application.wsgi_app), clock=parts.database.clock)
        device.sign_in(**officer.way_in())
        device.register()
        device.mutate("hazard.unheard_of", str(self.case("hazard", "VERIFYING").id))
        device.push()
        return str(device.call("GET", "/sync/issues")["items"][0]["id"])

    @staticmethod
    def queue_of(caller: Caller) -> str:
        """A queue that this person's device has registered."""
        queue = str(uuid4())
        answer = caller.post("/sync/register", {"install": str(caller.install), "queue": queue, "schema": 1})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return queue

    @cached_property
    def editor(self) -> Caller:
        """Who writes laws and lessons."""
        return staff(self.client, Role.CONTENT_EDITOR, self.region_code)

    @cached_property
    def law_id(self) -> str:
        """A law that is not published."""
        code = f"T-{uuid4().hex[:8].upper()}"
        record = {"id": str(new_id()), "code": code, "title": "测试", "level": "law", "status": "in_force"}
        return str(self._made(self.editor, "/laws", record)["id"])

    @cached_property
    def lesson_id(self) -> str:
        """A lesson that is not published."""
        block = {"kind": "paragraph", "text": "测试", "items": []}
        record = {"id": str(new_id()), "title": "测试", "body": [block], "duration_minutes": 5}
        return str(self._made(self.editor, "/lessons", record)["id"])

    @staticmethod
    def _made(who: Caller, path: str, arguments: Json) -> Json:
        answer = who.post(path, arguments)
        assert answer.status_code == 201, f"{path}: {answer.get_data(as_text=True)}"
        made: Json = answer.get_json()
        return made
