"""疑似重复: which open cases may be the same thing, each with the reasons. A person decides."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from database.base import Json
from media.likeness import ALIKE_BITS, differing_bits, near
from media.models import READY, Media
from places.jurisdiction import address_line
from problems import RoleNotAllowed
from workflow.acting import get
from workflow.hazards.models import Hazard
from workflow.hazards.reporting import place_text
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE, STATES
from workflow.hazards.schemas import PICTURES
from workflow.hazards.synced import HAZARD

LOOKED_AT = timedelta(days=60)  # older ones are another time's
MOST = 8
ENOUGH = 3  # points from which a person is asked
_MOST_CANDIDATES = 300
_METRES_TO_A_DEGREE = 111_320.0
_NEAR_M, _SAME_M = 300.0, 60.0  # a phone's position errs by tens of metres
_ALIKE = 0.3  # of two-character grams


@dataclass(frozen=True)
class Look:
    """What is known of a photo: its digest, and its difference hash with its bands (media/likeness.py)."""

    sha256: bytes | None
    hash: int | None
    bands: Sequence[int] | None

    def is_like(self, other: Look) -> bool:
        """The same file, or nearly the same picture; one that tells too little is like no other."""
        if self.sha256 is not None and self.sha256 == other.sha256:
            return True
        if self.hash is None or other.hash is None or not self.bands or not other.bands:
            return False
        return differing_bits(self.hash, other.hash) <= ALIKE_BITS


@dataclass(frozen=True)
class Report:
    """What is compared of a report, made or about to be made."""

    picture: str
    lon: float | None
    lat: float | None
    place_name: str
    address: Json
    description: str
    submitted_at: datetime
    looks: Sequence[Look] = ()


@dataclass(frozen=True)
class Likeness:
    """How much speaks for it, and what."""

    points: int
    reasons: tuple[str, ...]


def doubles(session: Session, actor: Actor, hazard_id: UUID) -> list[Json]:
    """The likeliest first. For whoever may merge this case; raises NotFound, RoleNotAllowed."""
    hazard: Hazard = get(session, HAZARD, Hazard, hazard_id, actor)
    if not any(step.who & roles_on(hazard, actor) for step in LIFE.steps("merge")):
        raise RoleNotAllowed(action="merge")
    found = []
    own = looks_of(session, [hazard.id])
    candidates = _candidates(session, actor, hazard, own.get(hazard.id, []))
    looks = {**own, **looks_of(session, [other.id for other in candidates])}
    for other in candidates:
        likeness = compare(report_of(hazard, looks), report_of(other, looks))
        if likeness.points >= ENOUGH:
            found.append((-likeness.points, other.submitted_at, other, likeness))
    return [_shown(other, likeness) for _, _, other, likeness in sorted(found, key=lambda item: item[:2])[:MOST]]


def looks_of(session: Session, hazard_ids: Sequence[UUID]) -> dict[UUID, list[Look]]:
    """What the reporters' photos of these cases look like, as far as they are here."""
    found: dict[UUID, list[Look]] = {}
    of_reports = select(Media).where(Media.entity_type == "hazard", Media.entity_id.in_(hazard_ids), Media.role == "report")
    for photo in session.scalars(of_reports.where(Media.state == READY)):
        if photo.entity_id is not None:
            found.setdefault(photo.entity_id, []).append(look_of(photo))
    return found


def look_of(photo: Media) -> Look:
    """Of one photo."""
    return Look(photo.sha256, photo.perceptual_hash, photo.perceptual_bands)


def report_of(hazard: Hazard, looks: Mapping[UUID, Sequence[Look]]) -> Report:
    """A report that was made."""
    return Report(
        hazard.picture, hazard.lon, hazard.lat, hazard.place_name, hazard.address, hazard.description, hazard.submitted_at,
        looks.get(hazard.id, ()),
    )  # fmt: skip


def _candidates(session: Session, actor: Actor, hazard: Hazard, looks: Sequence[Look]) -> list[Hazard]:
    """Open cases of the banner: those around it, and those that name the same place, are of the same kind or show the same."""
    same = [Hazard.picture == hazard.picture]
    known = [look.hash for look in looks if look.hash is not None and look.bands]
    if known:
        same.append(
            Hazard.id.in_(select(Media.entity_id).where(near(known), Media.entity_type == "hazard", Media.role == "report"))
        )
    if hazard.place_name:
        same.append(Hazard.place_name == hazard.place_name)
    if hazard.lon is not None and hazard.lat is not None:
        high = _NEAR_M / _METRES_TO_A_DEGREE
        wide = high / cos(radians(hazard.lat))
        east_west = Hazard.lon.between(hazard.lon - wide, hazard.lon + wide)
        same.append(and_(east_west, Hazard.lat.between(hazard.lat - high, hazard.lat + high)))
    statement = select(Hazard).where(
        Hazard.region_code == hazard.region_code, Hazard.id != hazard.id, HAZARD.visible_to(actor), or_(*same),
        Hazard.state.not_in(LIFE.final),
        Hazard.submitted_at.between(hazard.submitted_at - LOOKED_AT, hazard.submitted_at + LOOKED_AT),
    )  # fmt: skip
    return list(session.scalars(statement.order_by(Hazard.id.desc()).limit(_MOST_CANDIDATES)))


def compare(one: Report, other: Report) -> Likeness:
    """What speaks for it, in points and in words."""
    said = [
        _place(one, other), _picture(one, other), _time(one.submitted_at, other.submitted_at), _words(one, other),
        _photos(one, other),
    ]  # fmt: skip
    told = [each for each in said if each is not None]
    far = _metres(one, other)
    points = sum(points for points, _ in told) - (2 if far is not None and far > _NEAR_M else 0)
    return Likeness(points, tuple(reason for _, reason in told))


def _place(one: Report, other: Report) -> tuple[int, str] | None:
    far = _metres(one, other)
    if far is not None and far <= _SAME_M:
        return 3, f"相距约{max(10, round(far / 10) * 10)}米"
    if one.place_name and _plain(one.place_name) == _plain(other.place_name):
        return 3, "同一单位或者场所名称"
    if one.lon is None and other.lon is None and one.address.get("gacha") and _said_place(one) == _said_place(other):
        return 2, "同一地点描述"
    return (1, f"相距约{round(far / 50) * 50}米") if far is not None and far <= _NEAR_M else None


def _said_place(report: Report) -> str:
    return address_line(report.address, ("sumu", "gacha")) + report.place_name


def _picture(one: Report, other: Report) -> tuple[int, str] | None:
    return (1, f"都是{PICTURES[one.picture]}") if one.picture == other.picture != "UNCLEAR" else None


def _time(one: datetime, other: datetime) -> tuple[int, str] | None:
    apart = abs(one - other)
    return (1, "同一天内上报" if apart < timedelta(days=1) else f"{apart.days}天内上报") if apart < timedelta(days=7) else None


def _words(one: Report, other: Report) -> tuple[int, str] | None:
    grams = [_grams(report.description) for report in (one, other)]
    both, either = grams[0] & grams[1], grams[0] | grams[1]
    return (2, "情况说明相近") if either and len(both) / len(either) >= _ALIKE else None


def _photos(one: Report, other: Report) -> tuple[int, str] | None:
    alike = any(look.is_like(seen) for look, seen in itertools.product(one.looks, other.looks))
    return (3, "照片相近") if alike else None


def _metres(one: Report, other: Report) -> float | None:
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    east = (one.lon - other.lon) * cos(radians((one.lat + other.lat) / 2))
    return hypot(east, one.lat - other.lat) * _METRES_TO_A_DEGREE


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _grams(text: str) -> set[str]:
    plain = _plain(text)
    return {plain[place : place + 2] for place in range(len(plain) - 1)}


def _shown(other: Hazard, likeness: Likeness) -> Json:
    return {
        "id": other.id, "number": other.number, "state": other.state, "state_label": STATES[other.state],
        "category": PICTURES[other.picture], "place": place_text(other), "submitted_at": other.submitted_at,
        "points": likeness.points, "reason": ",".join(likeness.reasons),
    }  # fmt: skip
