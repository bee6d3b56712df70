"""Cases of the demo: reporting one, acting on it by name, and who has to be told because of each act."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from device.exchange import new_id
from operations.demo.ledger import Final, equal
from operations.demo.people import Json, Person, Stage
from operations.demo.printing import standing

PATHS = {
    "hazard": "/hazards", "handover": "/handovers", "rectification": "/rectifications", "permit": "/permits",
    "assistance": "/assistance", "inspection": "/inspections", "measure": "/measures",
    "major": "/majors", "transfer": "/transfers",
}  # fmt: skip
NEAR_BORDER = (111.66, 40.82)  # 回民区, a few hundred metres from 新城区
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Act -> the events of which people are told, and what these people are to the case (notifications/subscriptions.py).
_TOLD: dict[str, tuple[tuple[str, str], ...]] = {
    "hazard.submit": (("hazard.submitted", "reporter"), ("hazard.submitted", "leader")),
    "hazard.register": (("hazard.registered", "reporter"),),
    "hazard.reject": (("hazard.rejected", "reporter"),),
    "hazard.divert_119": (("hazard.diverted_119", "reporter"),),
    "hazard.merge": (("hazard.merged", "reporter"),),
    "hazard.unmerge": (("hazard.unmerged", "reporter"), ("hazard.unmerged", "leader")),
    "hazard.assign": (("hazard.assigned", "officers"),),
    "hazard.verify_true": (("hazard.act_drafted", "second_officer"),),
    "hazard.verify_false": (("hazard.act_drafted", "second_officer"),),
    "hazard.fix_on_site": (("hazard.act_drafted", "second_officer"),),
    "hazard.tell_reporter": (("hazard.reporter_told", "reporter"),),
    "hazard.ask_reporter": (("hazard.reporter_asked", "reporter"),),
    "hazard.answer_office": (("hazard.reporter_answered", "clerk"),),
    "hazard.close": (("hazard.closed", "reporter"),),
    "hazard.dispute": tuple(("hazard.disputed", who) for who in ("leader", "committee", "reporter")),
    "hazard.uphold": (("hazard.upheld", "reporter"),),
    "hazard.force_close": (("hazard.force_closed", "reporter"),),
    "handover.approve": (("handover.sent", "receiver"),),
    "handover.resend": (("handover.sent", "receiver"),),
    "handover.decide": (("handover.decided", "receiver"),),
    "handover.accept": (("handover.accepted", "leader"), ("handover.accepted", "clerk"), ("hazard.handed_over", "reporter")),
    "handover.return": (("handover.returned", "leader"), ("handover.returned", "clerk")),
    "handover.finish": (("handover.fed_back", "leader"), ("handover.fed_back", "clerk")),
    "handover.reject": (("handover.feedback_rejected", "receiver"), ("handover.feedback_rejected", "handler")),
    "rectification.recheck_pass": (("rectification.act_drafted", "second_officer"),),
    "rectification.cosign": (("rectification.recheck_passed", "unit"),),
    "measure.open": (("measure.opened", "officers"),),
    "measure.decide": (("measure.decided", "officers"),),
    "measure.serve": (("measure.act_drafted", "second_officer"),),
    "measure.apply_unseal": (("measure.applied", "officers"),),
    "measure.check": (("measure.act_drafted", "second_officer"),),
    "measure.lift": (("measure.lifted", "unit"),),
    "major.suspect": (("major.suspected", "leader"), ("major.suspected", "reviewer")),
    "major.note_experts": (("major.experts_noted", "reviewer"),),
    "major.review_legally": (("major.reviewed", "leader"),),
    "major.determine": (("major.determined", "officers"),),
    "major.put_under_supervision": (("major.supervised", "unit"),),
    "major.report_progress": (("major.progress_reported", "leader"),),
    "major.apply_cancelling": (("major.applied", "officers"),),
    "major.recheck_pass": (("major.act_drafted", "second_officer"),),
    "major.cancel_record": (("major.record_cancelled", "unit"),),
    "transfer.propose": (("transfer.proposed", "leader"),),
    "transfer.approve": (("transfer.approved", "officers"),),
    "permit.submit": (("permit.submitted", "applicant"), ("permit.submitted", "window")),
    "permit.require_correction": (("permit.correction_required", "applicant"),),
    "permit.supplement": (("permit.supplemented", "applicant"), ("permit.supplemented", "window")),
    "permit.accept": (("permit.accepted", "applicant"),),
    "permit.assign": (("permit.assigned", "officers"),),
    "permit.refuse": (("permit.refused", "applicant"),),
    "permit.apply_recheck": (("permit.recheck_applied", "officers"),),
    "permit.tell_revocation": (("permit.revocation_told", "applicant"),),
    "permit.answer_revocation": (("permit.revocation_answered", "approver"),),
    "permit.revoke": (("permit.revoked", "applicant"),),
    "assistance.submit": (
        ("assistance.submitted", "applicant"),
        ("assistance.submitted", "clerk"),
        ("assistance.submitted", "leader"),
    ),
    "assistance.accept": (("assistance.accepted", "applicant"),),
    "assistance.schedule": (("assistance.scheduled", "applicant"), ("assistance.scheduled", "expert")),
    "assistance.agree": (("assistance.agreed", "expert"),),
    "assistance.advise": (("assistance.advice_issued", "applicant"),),
    "assistance.confirm": (("assistance.confirmed", "expert"),),
    "assistance.report_progress": (("assistance.progress_reported", "expert"),),
    "inspection.plan": (("inspection.planned", "officers"), ("inspection.planned", "unit")),
    "inspection.order": (("inspection.act_drafted", "second_officer"),),
    **{
        f"permit.{visit}": (("permit.act_drafted", "second_officer"),)
        for visit in ("inspect_pass", "inspect_fail", "verify_pass", "verify_fail", "recheck_fail")
    },
}
# (act, state it led to) -> what more follows.
_ALSO_TOLD: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("hazard.tell_reporter", "CLOSED"): (("hazard.closed", "reporter"),),
    ("permit.grant", "VERIFY_PENDING"): (("permit.granted", "applicant"), ("permit.granted", "leader")),
    ("permit.grant", "ACTIVE"): (("permit.granted_after_inspection", "applicant"),),
    ("handover.return", "ARBITRATION"): tuple(("handover.disputed", who) for who in ("committee", "leader", "clerk")),
}


@dataclass(frozen=True)
class Office:
    """The brigade of a division with those around it; everybody signs in when he is first needed."""

    stage: Stage
    region_code: str

    @property
    def clerk(self) -> Person:
        """受理员."""
        return self.stage.account("INTAKE_CLERK", self.region_code)

    @property
    def leader(self) -> Person:
        """大队 (or 支队) 负责人."""
        return self.stage.account("UNIT_LEADER", self.region_code)

    @property
    def officers(self) -> list[Person]:
        """Two inspectors."""
        return [self.stage.account("FIRE_OFFICER", self.region_code, nth) for nth in (0, 1)]

    @property
    def window(self) -> Person:
        """许可受理员."""
        return self.stage.account("PERMIT_CLERK", self.region_code)

    @property
    def approver(self) -> Person:
        """许可审批人."""
        return self.stage.account("PERMIT_APPROVER", self.region_code)

    @property
    def housing(self) -> Person:
        """收文员 of the housing department."""
        return self.stage.account("RECEIVER_CLERK", self.region_code, 0)

    @property
    def market(self) -> Person:
        """收文员 of the market department."""
        return self.stage.account("RECEIVER_CLERK", self.region_code, 1)

    @property
    def supervisor(self) -> Person:
        """消安委办."""
        return self.stage.account("SUPERVISOR", self.region_code)


@dataclass
class Case:
    """A hazard, a letter or order that came of it, an application for a permit, or a request for assistance."""

    stage: Stage
    kind: str
    id: str
    office: Office
    people: dict[str, list[Person]] = field(default_factory=dict)  # by what they are to the case
    siblings: dict[str, Case] = field(default_factory=dict)
    number: str = ""
    code: str = ""  # the tracking code
    answer: Json = field(default_factory=dict)  # of the last act

    def __post_init__(self) -> None:
        """Known to the stage from here on, so that off-line acts on it are recognised."""
        self.stage.cases[self.id] = self
        self.stage.ledger.subjects[self.id] = self.kind

    @property
    def path(self) -> str:
        """Where it is."""
        return f"{PATHS[self.kind]}/{self.id}"

    def read(self, who: Person) -> Json:
        """The case as this person may see it."""
        found: Json = who.get(self.path)
        return found

    def act(self, who: Person, action: str, body: Json | None = None, *, says: str, result: str = "") -> Json:
        """A step over HTTP: done, written down, printed. The short answer. Raises Refused."""
        name = f"{self.kind}.{action}"
        self.answer = who.post(f"{self.path}/actions/{action}", body or {}, name=name, subject_id=self.id)
        self.follow(action, who, self.answer)
        self.stage.teller.step(who.label, says, result or standing(self.kind, self.answer))
        return self.answer

    def may_not(self, who: Person, action: str, body: Json, status: int, code: str, promise: str) -> None:
        """A step that is refused."""
        who.is_refused("POST", f"{self.path}/actions/{action}", body, status, code, promise)
        self.stage.teller.step(who.label, promise, f"拒绝({status} {code})")

    def cosigned(self, pair: list[Person], action: str, body: Json, *, says: str) -> Json:
        """A step of two officers, both on line: the first fills it in, the second signs its digest."""
        first, second = pair
        drafted = self.act(first, action, body, says=says)
        return self.act(second, "cosign", {"act_sha256": drafted["act_sha256"]}, says="核对无误,联签")

    def follow(self, action: str, actor: Person, answer: Json) -> None:
        """Somebody has acted: these people will find a notice."""
        name = f"{self.kind}.{action}"
        for event, audience in (*_TOLD.get(name, ()), *_ALSO_TOLD.get((name, answer.get("state", "")), ())):
            subject = {self.kind: self, **self.siblings}[event.split(".", 1)[0]]
            for person_id in dict.fromkeys(person.id for person in self._audience(audience, actor)):
                self.stage.ledger.expect(person_id, event, subject.id)

    def _audience(self, name: str, actor: Person) -> Iterable[Person]:
        match name:
            case "leader":
                return [self.office.leader]
            case "clerk":
                return [self.office.clerk]
            case "window":
                return [self.office.window]
            case "approver":
                return [self.office.approver]
            case "committee":
                return [self.office.supervisor]
            case "second_officer":
                return [person for person in self.people["officers"] if person is not actor]
            case "reporter":
                return self.siblings.get("hazard", self).people["reporter"]
            case _:
                return self.people.get(name, [])

    def expect(self, event: str, *people: Person) -> None:
        """Because of what else stands in the case these people will find a notice as well."""
        for person in people:
            self.stage.ledger.expect(person.id, event, self.id)

    def assign(self, pair: list[Person], **more: Any) -> None:
        """The leader sends two inspectors."""
        self.people["officers"] = pair
        body = {"officer_ids": [person.id for person in pair], **more}
        self.act(
            self.office.leader,
            "assign",
            body,
            says=f"指派 {pair[0].name}、{pair[1].name} 两名监督员现场{'检查' if self.kind == 'permit' else '核查'}",
        )

    def order(self, reader: Person, unit: list[Person]) -> Case:
        """The order that the finding led to; the people of the unit are told of it."""
        order_id = self.read(reader)["data"]["rectification_id"]
        order = self._sibling("rectification", order_id, {"unit": unit, "officers": self.people["officers"]})
        order.expect("rectification.ordered", *unit)
        return order

    def letter(self, receiver: Person, handler: Person | None, body: Json, *, says: str) -> Case:
        """A letter to another body, drafted and signed by the leader; it is in the receiver's inbox."""
        leader = self.office.leader
        self.act(leader, "hand_over", {"to_org_id": receiver.org_id, **body}, says=says)
        people = {"receiver": [receiver], "handler": [handler] if handler else []}
        letter = self._sibling("handover", self.read(leader)["data"]["handover_id"], people)
        letter.expect("handover.drafted", leader)
        letter.act(leader, "approve", says="审核签发移送函")
        letter.number = letter.read(leader)["data"]["letter_no"]
        return letter

    def _sibling(self, kind: str, sibling_id: str, people: dict[str, list[Person]]) -> Case:
        sibling = Case(self.stage, kind, sibling_id, self.office, people, {"hazard": self})
        self.siblings[kind] = sibling
        return sibling

    def ends(self, state: str, reader: Person) -> Json:
        """The story of this case is over, in this state. The case as its reader sees it."""
        found = self.read(reader)
        equal(found["state"], state, f"{self.number or self.id} 的结局")
        self.stage.ledger.finals.append(Final(self.kind, self.id, state, found["revision"], reader.id))
        return found

    def is_hidden_from(self, who: Person, promise: str) -> None:
        """For this person the case answers like one that does not exist."""
        there = who.is_refused("GET", self.path, None, 404, "not_found", promise)
        nowhere = who.is_refused("GET", f"{PATHS[self.kind]}/{new_id()}", None, 404, "not_found", promise)
        equal(there, nowhere, f"{promise}:与不存在的事项答复相同")
        self.stage.teller.step(who.label, promise, "404,与不存在的事项答复完全相同")


def report(
    who: Person, office: Office, picture: str, words: str, place: Json, *, photo_ids: Iterable[str] = (), **more: Any
) -> Case:
    """A snap report over HTTP: it is in, and its reporter and the leader on duty are told."""
    case = case_of(who, office)
    body = report_body(case, picture, words, place, photo_ids=photo_ids, **more)
    case.answer = who.post("/hazards", {"id": case.id, **body}, name="hazard.submit", subject_id=case.id)
    case.number = case.answer["number"]
    if case.answer["state"] == "SUBMITTED":
        case.follow("submit", who, case.answer)
    else:
        case.follow("divert_119", who, case.answer)
    who.stage.teller.step(who.label, f"随手拍上报:{words}", f"{standing('hazard', case.answer)},编号{case.number}")
    return case


def case_of(who: Person, office: Office) -> Case:
    """A report that is about to be made."""
    return Case(who.stage, "hazard", new_id(), office, {"reporter": [who]}, code=tracking_code())


def report_body(case: Case, picture: str, words: str, place: Json, *, photo_ids: Iterable[str] = (), **more: Any) -> Json:
    """The arguments of a report, named unless it says otherwise."""
    return {
        "picture": picture,
        "description": words,
        "place": place,
        "photos": list(photo_ids),
        "report_mode": "REAL_NAME",
        "tracking_code": case.code,
        **more,
    }


def tracking_code() -> str:
    """128 random bits in Crockford's base 32, as a client makes them; never from a seed."""
    number = secrets.randbits(128)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def position(lon: float, lat: float, crs: str = "wgs84", accuracy_m: float = 12.0) -> Json:
    """A place by its coordinates alone."""
    return {"position": {"lon": lon, "lat": lat, "crs": crs, "accuracy_m": accuracy_m, "source": "gps"}}
