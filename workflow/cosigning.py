"""Two officers: an act of law is a draft until the second one has signed its digest.

On line the second officer acts himself. Off-line his phone signs the SHA-256 of the first officer's sealed line, shown as
a code between the two phones; the signature travels in either officer's queue. Source: 行政处罚法 42, 消防监督检查规定 14.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import Json
from database.journal import Event
from database.session import now
from problems import GuardFailed, Invalid, field_error
from sync.models import SyncQueue
from sync.mutations import Origin
from workflow.offices import people_with_role
from workflow.state_machine import Transition

_ASSIGNED = (
    "hazard.assigned",
    "rectification.ordered",
    "rectification.assigned",
    "permit.assigned",
    "inspection.planned",
    "inspection.assigned",
    "measure.opened",
    "measure.suspended",
    "measure.assigned",
    "major.suspected",
    "major.assigned",
)


CLOCK_OFF = timedelta(days=1)  # what was done on the spot is not refused because a phone's clock was wrong


class Cosigned(Protocol):
    """A case whose acts need two officers."""

    __tablename__: str
    id: Any
    created_at: Any
    pending_act: Any


def check_pair(session: Session, pair: list[UUID], region_code: str) -> None:
    """Two different certified officers of the division. Raises Invalid."""
    certified = people_with_role(session, pair, Role.FIRE_OFFICER, region_code)
    if len(set(pair)) != len(pair) or len(certified) != len(pair):
        raise Invalid(field_error("officer_ids", "not_an_officer", "须为本辖区两名不同的消防监督员"))


def pair_at_the_act(session: Session, case: Cosigned, pair: list[UUID], actor: Actor, origin: Origin, action: str) -> list[UUID]:
    """The two officers of an act that is about to be drafted: those who hold the case, or who held it when they were sent.

    A draft of the present pair stands; one that was left by officers who do not hold the case any more gives way to it.
    Raises GuardFailed: `another_act_waits`, `not_of_the_pair`.
    """
    act = case.pending_act
    if act is not None and act["by"] != str(actor.id) and (actor.id not in pair or UUID(act["by"]) in pair):
        raise GuardFailed(action=action, reason="another_act_waits")
    if actor.id in pair:
        return pair
    if origin.held_at_last_pull:
        assigned = session.scalars(
            select(Event)
            .where(Event.entity_type == case.__tablename__, Event.entity_id == case.id, Event.name.in_(_ASSIGNED))
            .where(Event.concerns["officers"].contains([str(actor.id)]))
            .order_by(Event.id.desc())
            .limit(1)
        ).one_or_none()
        if assigned is not None:
            return [UUID(person) for person in assigned.concerns["officers"]]
    raise GuardFailed(action=action, reason="not_of_the_pair")


def draft(session: Session, case: Cosigned, action: str, actor: Actor, data: Json, origin: Origin, pair: list[UUID]) -> Json:
    """Keep the act until the second signature comes. The digest is that of the sealed line, or over HTTP of the act itself."""
    content = orjson.loads(orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z))
    if origin.line_sha256 is not None:
        digest = origin.line_sha256.hex()
    else:
        act = {"entity_id": str(case.id), "action": action, "by": str(actor.id), "data": content}
        digest = hashlib.sha256(orjson.dumps(act, option=orjson.OPT_SORT_KEYS)).hexdigest()
    case.pending_act = {
        "action": action,
        "by": str(actor.id),
        "pair": [str(officer) for officer in pair],
        "at": now(session).isoformat(),
        "made_at": origin.made_at.isoformat() if origin.made_at else None,
        "act_sha256": digest,
        "data": content,
    }
    return {"act_sha256": digest, "action": action}


def leaves_open(act: Json | None, step: Transition, actor: Actor) -> bool:
    """Whether a draft that waits for a signature leaves this step to him: the colleague signs, only its author drafts anew."""
    if step.action == "cosign":
        return act is not None and act["by"] != str(actor.id) and str(actor.id) in act["pair"]
    return step.officers == 1 or act is None or act["by"] == str(actor.id)


def drafted(act: Json | None, *, with_words: bool) -> Json | None:
    """A draft as a line shows it; its words for those who hold the case, so that they are read before they are signed."""
    if act is None:
        return None
    return {key: act[key] for key in ("action", "by", "at", "act_sha256", *(("data",) if with_words else ()))}


def checked_at(case: Cosigned, act: Json) -> datetime:
    """When the officers were there: as they say, else by the clock of their device; after the case began, and before it came in.

    It is what people are told. What a deadline goes by is the arrival, unless a leader believes the earlier moment.
    """
    came_in = datetime.fromisoformat(act["at"])
    said = act["data"].get("checked_at") or act["made_at"]
    claimed = datetime.fromisoformat(said) if said else came_in
    return claimed if case.created_at <= claimed <= came_in else came_in


def second_officer(session: Session, case: Cosigned, actor: Actor, data: dict[str, Any], action: str) -> UUID:
    """Check the signature of the colleague with whom the act was drafted; who gave it. Raises GuardFailed or Invalid."""
    act = case.pending_act
    if act is None:
        raise GuardFailed(action=action, reason="nothing_to_cosign")
    if act["act_sha256"] != data["act_sha256"]:
        raise GuardFailed(action=action, reason="another_act_waits")
    first = UUID(act["by"])
    signer = data["signer_id"] or actor.id
    if signer == first or str(signer) not in act["pair"]:
        raise GuardFailed(action=action, reason="not_the_second_officer")
    if data["signature"] is None:
        if signer != actor.id:
            raise Invalid(field_error("signature", "required", "代交签名时须附第二名监督员的设备签名"))
    elif not _signed_by(session, signer, data["act_sha256"], data["signature"]):
        raise Invalid(field_error("signature", "bad_signature", "签名与第二名监督员的设备不符"))
    return UUID(str(signer))


def _signed_by(session: Session, person_id: UUID, digest: str, signature: str) -> bool:
    """True if any key that this person registered made the signature (ES256: r and s, 32 bytes each)."""
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    keys = session.scalars(select(SyncQueue.public_key).where(SyncQueue.owner_id == person_id, SyncQueue.public_key.is_not(None)))
    return any(_verifies(jwk, der, digest.encode()) for jwk in keys if jwk is not None)


def _verifies(jwk: Json, der: bytes, message: bytes) -> bool:
    x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[part] + "==")) for part in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    try:
        key.verify(der, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
