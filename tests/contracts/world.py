"""One banner with a case of every kind in it, and who is who to them: what the generated tests ask about."""

from __future__ import annotations

import base64
import hashlib
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
from tests.contracts.bodies import body
from tests.contracts.cases import SAID, Cases
from tests.contracts.document import Json, Operation
from tests.contracts.partnership import Partnership
from tests.majors import noted_here
from tests.makers import Case, in_days, make_hazard
from tests.measures import asked_here
from tests.pack import OF_THE_PACK
from tests.papers import lend
from tests.patrols import a_self_check, to_put_right
from tests.people import HOME, Caller, citizen, demo_accounts, new_phone, opened, staff, through_provider
from tests.permits import FORM, materials
from tests.photos import a_photo
from tests.rewards import OF_REPORTERS
from tests.transfers import reported_here
from tests.wsgi import WsgiTransport

# Operation -> a body with whatever it is about.
ASKED_HERE = {**OF_REPORTERS, **OF_THE_PACK, "majors.suspect_major": noted_here, "transfers.propose_transfer": reported_here}
Ids = dict[str, str]  # path parameter -> value


class World(Cases):
    """The banner with what else belongs to somebody there."""

    def __init__(self, client: FlaskClient, document: Json, region_code: str = HOME) -> None:
        """Nothing is made yet."""
        super().__init__(client, region_code)
        self.document = document

    def arguments(self, operation: Operation, case: Case | None = None) -> Any:
        """A valid body for the operation, about this case; None where it takes none."""
        if operation.json_schema is None:
            return None
        if operation.id == "patrols.record_patrol":  # its answers are those of an edition
            return a_self_check(self.office.manager)
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
        if operation.id == "patrols.patrol_put_right":
            return {**known, "code": "EXITS"}
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
    def self_check_id(self) -> str:
        """What the enterprise found of itself, and means to put right."""
        return to_put_right(self.office.manager).rpartition("/")[2]

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
