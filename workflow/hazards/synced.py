"""What devices hold of a hazard, and who may see one at all."""

from __future__ import annotations

from typing import Any

from database.base import Json
from places.jurisdiction import ADDRESS_PARTS
from sync.catalog import Scope, Synced
from workflow.cosigning import drafted
from workflow.hazards.models import Hazard


def officer_line(hazard: Hazard) -> Json:
    """For every officer of the banner: no words, voice or photos of the reporter, nor who lives there."""
    return {
        "number": hazard.number,
        "state": hazard.state,
        "region_code": hazard.region_code,
        "org_id": hazard.org_id,
        "officer_ids": hazard.officer_ids,
        "picture": hazard.picture,
        "category": hazard.category,
        "place_name": hazard.place_name,
        "lon": hazard.lon,
        "lat": hazard.lat,
        "address": _address(hazard, ("region_name", "sumu", "gacha")),
        "submitted_at": hazard.submitted_at,
        "due_at": hazard.due_at,
        "master_id": hazard.master_id,
        "pending_act": drafted(hazard.pending_act, with_words=False),
        "rectification_id": hazard.rectification_id,
        "prompt_id": hazard.prompt_id,
        "handover_id": hazard.handover_id,
    }


def holder_line(hazard: Hazard) -> Json:
    """For those who hold the case: what the reporter said and showed, and what was found; never who he is."""
    return {
        **officer_line(hazard),
        "address": _address(hazard, ("region_name", *ADDRESS_PARTS)),
        "pending_act": drafted(hazard.pending_act, with_words=True),
        "description": hazard.description,
        "photo_ids": hazard.photo_ids,
        "place_type": hazard.place_type,
        "unit_uscc": hazard.unit_uscc,
        "unit_id": hazard.unit_id,
        "patrol_id": hazard.patrol_id,
        "position": hazard.position,
        "is_ongoing": hazard.is_ongoing,
        "occurred_at": hazard.occurred_at,
        "captured_at": hazard.captured_at,
        "precheck": hazard.precheck,
        "finding": hazard.finding,
        "dispute": hazard.dispute,
    }


def rated(rating: Json | None) -> Json | None:
    """What the reporter said, without what the office made of it."""
    return rating and {name: rating[name] for name in ("score", "comment", "at")}


def reporter_line(hazard: Hazard) -> Json:
    """For the reporter: his own words, where the case stands, and in whose hands it is."""
    return {
        "number": hazard.number,
        "state": hazard.state,
        "region_code": hazard.region_code,
        "org_id": hazard.org_id,
        "picture": hazard.picture,
        "description": hazard.description,
        "photo_ids": hazard.photo_ids,
        "place_name": hazard.place_name,
        "address": hazard.address,
        "submitted_at": hazard.submitted_at,
        "due_at": hazard.due_at,
        "told_at": hazard.told_at,
        "dispute_until": hazard.dispute_until,
        "closed_at": hazard.closed_at,
        "disputed_at": hazard.disputed_at,
        "withdrawn_at": hazard.withdrawn_at,
        "rejection_reason": hazard.rejection_reason,
        "rating": rated(hazard.rating),
    }


def _address(hazard: Hazard, parts: tuple[str, ...]) -> Json:
    """Only these parts; what the reporter was told of the place (`message`) is his alone."""
    return {part: hazard.address[part] for part in parts if part in hazard.address}


def _on_devices(hazard: Any) -> bool:
    return hazard.off_devices_at is None


HAZARD = Synced(
    "hazard",
    Hazard,
    [
        Scope("region", "officer", Hazard.region_code, officer_line),
        Scope("user", "own", Hazard.officer_ids, holder_line),
        Scope("reporter", "own", Hazard.reporter_id, reporter_line),
        Scope("org", "office", Hazard.org_ids),
    ],
    on_devices=_on_devices,
)
