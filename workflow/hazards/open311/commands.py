"""A partner reports, and is told each time that its request stands otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from accounts.partners.keys import require
from accounts.partners.rules import OPEN311_REPORT
from database.base import Json, new_id
from database.crypto import Sealed
from database.journal import Event, record
from database.session import now
from places.regions import banner
from problems import Invalid, field_error
from sync.mutations import Origin
from sync.problems import KeyReused
from workflow.hazards.intakes.commands import told_of_end
from workflow.hazards.intakes.schemas import caller
from workflow.hazards.models import Hazard
from workflow.hazards.open311.models import PartnerRequest
from workflow.hazards.open311.rules import Told, told
from workflow.hazards.queries import together_with
from workflow.hazards.reporters import leading
from workflow.hazards.reporting import submit

# What a report calls things -> what a partner calls them.
_THEIRS = {
    "position": "lat", "lat": "lat", "lon": "long", "sumu": "address_string", "landmark": "address_string",
    "region_code": "jurisdiction_id", "picture": "service_code", "category": "attribute[category]", "photos": "media",
}  # fmt: skip


def known(session: Session, actor: Actor, token: UUID | None, content_hash: bytes) -> PartnerRequest | None:
    """The request that came under this token before. Whoever sends the same one at the same time waits here.

    Raises RoleNotAllowed, KeyReused for another report under the same token.
    """
    require(actor, "report", OPEN311_REPORT)
    if token is None:
        return None
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{actor.id} {token}", 0))))
    found = select(PartnerRequest).where(PartnerRequest.partner_id == actor.id, PartnerRequest.token == token)
    request = session.scalars(found).one_or_none()
    if request is not None and request.content_hash != content_hash:
        raise KeyReused(key=str(token))
    return request


def content_hash(said: str) -> bytes:
    """Keyed: a plain hash of a report could be tried for names and phones."""
    return Sealed.keys().blind_index("open311", said)


def report(session: Session, actor: Actor, data: dict[str, Any], photos: Sequence[UUID], said: bytes) -> PartnerRequest:
    """An ordinary case of ours, from the partner on behalf of somebody whom nobody here sees.

    Raises Invalid in the partner's own words, RoleNotAllowed, KeyReused.
    """
    before = known(session, actor, data["token"], said)
    if before is not None:
        return before
    try:
        hazard = submit(session, actor, new_id(), _report(data, photos), Origin())
    except Invalid as problem:
        errors = [{**error, "field": _theirs(error["field"])} for error in problem.data.pop("errors")]
        raise Invalid(*errors, **problem.data) from problem
    state = told(hazard.state)
    if hazard.state != "EMERGENCY_DIVERTED" and not actor.may_in(hazard.region_code, Role.DATA_PARTNER):
        raise Invalid(field_error("jurisdiction_id", "not_your_region", "不在密钥开放的区域内"))
    moment = now(session)
    request = PartnerRequest(
        id=new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, partner_id=actor.id, token=data["token"],
        content_hash=said if data["token"] else None, hazard_id=hazard.id, region_code=hazard.region_code,
        status=state.status, status_notes=state.notes,
    )  # fmt: skip
    session.add(request)
    session.flush()
    record(session, "partner_request.received", request, actor, data={"number": hazard.number})
    return request


def _report(data: dict[str, Any], photos: Sequence[UUID]) -> Json:
    name = f"{data['last_name'] or ''}{data['first_name'] or ''}" or None
    known_caller = caller({"name": name, "mobile": data["phone"]})
    is_known = any(known_caller.values())
    position = None
    if data["lat"] is not None:
        position = {"lon": data["long"], "lat": data["lat"], "crs": "wgs84", "accuracy_m": None, "source": "open311"}
    jurisdiction = data["jurisdiction_id"]
    is_named = position is None or (jurisdiction is not None and banner(jurisdiction) is not None)
    place: Json = {"position": position, "region_code": jurisdiction if is_named else None, "landmark": data["address_string"]}
    return {
        "picture": data["service_code"], "category": data["category"], "description": data["description"],
        "photos": list(photos), "place": {**dict.fromkeys(("sumu", "gacha", "household")), **place}, "place_name": "",
        "place_type": "", "unit_uscc": None, "occurred_at": None, "captured_at": None, "is_ongoing": True,
        "people_trapped_or_fire": data["people_trapped_or_fire"],
        "report_mode": "REAL_NAME_HIDDEN" if is_known else "ANONYMOUS",
        "reporter": {**known_caller, "id_no": None} if is_known else None, "wish_feedback": True, "wish_reward": False,
        "consent_version": "", "about_staff": False, "tracking_code": None, "agency_received_at": None, "patrol_id": None,
    }  # fmt: skip


def _theirs(field: str) -> str:
    last = field.rpartition(".")[2]
    return _THEIRS.get(field.partition(".")[0] if field.startswith("photos") else last, last)


def follow(session: Session, event: Event) -> None:
    """The case stands otherwise: so do the requests behind it, and those of what was merged into it.

    Event: partner_request.status_changed, where what everybody may know has changed.
    """
    rows = select(PartnerRequest).where(PartnerRequest.hazard_id.in_(together_with(event.entity_id)))
    requests = session.scalars(rows.order_by(PartnerRequest.id).with_for_update()).all()
    if not requests:
        return
    case = leading(session, session.get_one(Hazard, event.entity_id))
    state = _now(session, case, event)
    for request in requests:
        if (request.status, request.status_notes) == state:
            continue
        request.revision += 1
        request.updated_at = now(session)
        request.status, request.status_notes = state
        number = session.get_one(Hazard, request.hazard_id).number
        record(
            session, "partner_request.status_changed", request, SYSTEM, concerns={"partner": [request.partner_id]},
            data={"service_request_id": number, "status": request.status, "status_notes": request.status_notes},
        )  # fmt: skip


_ENDS = ("hazard.rejected", "hazard.diverted_119", "hazard.closed", "hazard.force_closed")


def _now(session: Session, case: Hazard, event: Event) -> Told:
    ending = told_of_end(session, case, event)[1] if event.name in _ENDS and event.entity_id == case.id else None
    return told(case.state, ending)
