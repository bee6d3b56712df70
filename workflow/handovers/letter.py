"""The letter itself: what the receiving office decides by. Written once, from the journal of the case, when it is signed.

Of the case it has what the officers found and did; of a reporter it has no word, voice or photo (docs/sources.md).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from database.base import Json
from database.journal import Event
from media.models import REFUSED
from media.queries import photos_of
from places.models import Unit
from workflow.handovers.models import Handover
from workflow.offices import staff_names
from workflow.photos import BY_OFFICERS
from workflow.terms import said

_TITLES = {"LETTER": "关于移送{}火灾隐患的函", "REFERRAL": "转办{}火灾隐患"}
_READ = ("hazard.submitted", "hazard.verified_true", "hazard.reopened")


def write(session: Session, handover: Handover) -> Json:
    """What stays the same wherever the letter is sent: the facts, the reasons, whom to ask."""
    events = list(
        session.scalars(
            select(Event)
            .where(Event.entity_type == "hazard", Event.entity_id == handover.hazard_id, Event.name.in_(_READ))
            .order_by(Event.id)
        )
    )
    report = next(event for event in events if event.name == "hazard.submitted")
    reopened_at = max((event.at for event in events if event.name == "hazard.reopened"), default=report.at)
    found = next((event for event in reversed(events) if event.name == "hazard.verified_true" and event.at >= reopened_at), None)
    checked = _checked(session, found) if found is not None else _NOT_CHECKED
    names = staff_names(session, [handover.drafted_by, *([handover.approved_by] if handover.approved_by else [])])
    return {
        **checked,
        "title": _TITLES[handover.kind].format((checked["unit"] or {}).get("name") or report.data["place"]),
        "number": report.data["number"],
        "place": report.data["place"],
        "kind": report.data["category"],
        "photos": _photos(session, handover.hazard_id, reopened_at),
        "reason": handover.reason,
        "legal_basis": handover.legal_basis,
        "suggestion": handover.suggestion,
        "lack_of_competence": handover.lack_of_competence,
        "from_org": _named(session, handover.from_org_id),
        "contact": names.get(str(handover.drafted_by), ""),
        "signed_by": names.get(str(handover.approved_by), ""),
        "earlier": [],
    }


# Handed over for lack of competence: nobody has been there.
_NOT_CHECKED: Json = {"unit": None, "finding": "", "checked_on": None, "items": [], "measures": "", "order_no": None}


def _checked(session: Session, found: Event) -> Json:
    order: Json = found.data["order"]
    return {
        "unit": _unit(session, order),
        "finding": found.data["finding"],
        "checked_on": found.data["checked_on"],
        "items": [{"description": item["description"], "clause": item["clause"]} for item in order["items"]],
        "measures": f"责令{said(order)}",
        "order_no": session.scalars(order_number(found)).one_or_none(),
    }


def order_number(found: Event) -> Select[str]:
    """The number of the order that came of a finding: it was made in the very transaction of the finding, which has an index."""
    made_with_it = select(Event.transaction_id).where(Event.id == found.id).scalar_subquery()
    return select(Event.data["order_no"].astext).where(
        Event.transaction_id == made_with_it,
        Event.name == "rectification.ordered",
        Event.data["hazard_id"].astext == str(found.entity_id),
    )


def _unit(session: Session, order: Json) -> Json | None:
    unit = session.get(Unit, UUID(order["unit_id"])) if order["unit_id"] else None
    if unit is not None:
        return {"name": unit.name, "uscc": unit.uscc, "address": unit.address}
    return {"name": order["unit_name"], "uscc": None, "address": ""} if order["unit_name"] else None


def _photos(session: Session, hazard_id: UUID, since: datetime) -> list[Json]:
    """Those that officers took; the digest is null where the bytes have not come yet and nobody said it before."""
    return [
        {"id": str(photo.id), "sha256": digest.hex() if (digest := photo.sha256 or photo.declared_sha256) else None}
        for photo in photos_of(session, "hazard", hazard_id)
        if photo.role == BY_OFFICERS and photo.state != REFUSED and photo.created_at >= since
    ]


def address(session: Session, handover: Handover, sign_due: datetime, return_due: str, feedback_due: str) -> Json:
    """What each sending sets anew: the number, the receiver and the dates. Where it went before stays to be read."""
    before = handover.letter
    earlier = list(before["earlier"])
    if "letter_no" in before:
        earlier.append({name: before[name] for name in ("letter_no", "to_org", "sent_at")})
    return {
        "letter_no": handover.letter_no,
        "to_org": _named(session, handover.to_org_id),
        "sent_at": handover.sent_at.isoformat() if handover.sent_at else None,
        "sign_due": sign_due.isoformat(),
        "return_due": return_due,
        "feedback_due": feedback_due,
        "earlier": earlier,
    }


def _named(session: Session, org_id: UUID) -> Json:
    return {"id": str(org_id), "name": session.get_one(Organisation, org_id).name}
