"""/hazards: reports and their life."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from sqlalchemy.orm import Session

from accounts import throttle
from accounts.actor import Actor
from api.actions import add_actions, done
from api.context import actor, caller, parts, session
from api.networks import caller_network
from api.paging import page
from api.routes import Routes, owns_transactions, read_body
from database.base import new_id
from media.queries import photo_counts
from problems import Problem
from sync.mutations import Origin
from workflow.acting import get
from workflow.hazards import nearby, queries, reporters, reporting, tracking
from workflow.hazards.answers import (
    CreateHazardSchema,
    DoublesSchema,
    HazardFilterSchema,
    HazardPageSchema,
    HazardSchema,
    NearbySchema,
    PictureSchema,
    SubmittedSchema,
    TrackSchema,
)
from workflow.hazards.categories import categories
from workflow.hazards.commands import MUTATIONS
from workflow.hazards.doubles import doubles
from workflow.hazards.messages.queries import count, side_of
from workflow.hazards.models import Hazard
from workflow.hazards.reuse import reuses_of
from workflow.hazards.rewards.queries import standing
from workflow.hazards.rules import CALL_119, STATES
from workflow.hazards.schemas import PICTURES, AskNearbySchema, ClaimReportSchema
from workflow.hazards.synced import HAZARD
from workflow.offices import people_named
from workflow.schemas import DoneSchema

routes = Routes("hazards", "/hazards", "Reports of hazards (隐患随手拍) from the report to its closing")

_COMPLAINT = (
    "您反映的是对工作人员的检举控告,不作为隐患办理。本平台不保存其内容,也不转给被反映的单位。"
    "请向纪检监察机关、信访部门反映,或者拨打12345政务服务便民热线。"
)


@routes.after_request
def say_119(response: Response) -> Response:
    """Whatever refuses a report of a fire, a wrong field or an expired session, the refusal says 119."""
    if response.status_code < HTTPStatus.BAD_REQUEST or request.endpoint != "hazards.submit":
        return response
    problem = response.get_json(silent=True, force=True)
    if _says_it_burns() and isinstance(problem, dict):
        response.set_data(orjson.dumps({**problem, "emergency": CALL_119}))
    return response


def _says_it_burns() -> bool:
    try:
        asked = orjson.loads(read_body(parts().settings.max_body_bytes))
    except (Problem, orjson.JSONDecodeError):
        return False
    return isinstance(asked, dict) and asked.get("people_trapped_or_fire") is True


@routes.route("", methods=["POST"])
@routes.arguments(CreateHazardSchema)
@routes.response(201, SubmittedSchema, location="/hazards/{id}")
def submit(data: dict[str, Any]) -> dict[str, Any]:
    """Report a hazard (隐患随手拍).

    A photo or words suffice. A report of a fire in progress ends as EMERGENCY_DIVERTED: call 119; a refusal of one says so
    too, as `emergency`. A complaint about staff ends as NOT_ACCEPTED, and the answer says where to turn.
    """
    hazard_id = data.pop("id") or new_id()
    hazard = reporting.submit(session(), actor(), hazard_id, data, Origin())
    received = f"平台已收到您上报的隐患,编号{hazard.number}。请保存查询码,凭码查看办理进展。"
    message = {"EMERGENCY_DIVERTED": CALL_119, "NOT_ACCEPTED": _COMPLAINT}.get(hazard.state, received)
    return {**done(hazard), "message": message, "place_message": hazard.address.get("message", "")}


@routes.route("", methods=["GET"])
@routes.arguments(HazardFilterSchema, location="query")
@routes.response(200, HazardPageSchema)
def list_hazards(query: dict[str, Any]) -> dict[str, Any]:
    """List the hazards that the caller may see, oldest first."""
    rows, next_cursor = page(session(), queries.hazards(actor(), query), [Hazard.id], [UUID], query)
    return {"items": [_summary(row) for row in rows], "next_cursor": next_cursor}


def _summary(hazard: Hazard) -> dict[str, Any]:
    return {
        "id": hazard.id,
        "revision": hazard.revision,
        "number": hazard.number,
        "state": hazard.state,
        "state_label": STATES[hazard.state],
        "region_code": hazard.region_code,
        "picture": hazard.picture,
        "category": hazard.category,
        "place_name": hazard.place_name,
        "submitted_at": hazard.submitted_at,
        "due_at": hazard.due_at,
    }


@routes.route("/pictures", methods=["GET"])
@routes.response(200, PictureSchema(many=True))
def pictures() -> list[dict[str, Any]]:
    """List the eight pictures and 说不清, with the categories of the law behind each."""
    rows = list(categories(session()).values())
    return [
        {"picture": picture, "label": label, "categories": [row for row in rows if row.picture == picture]}
        for picture, label in PICTURES.items()
    ]


@routes.route("/claims", methods=["POST"])
@routes.arguments(ClaimReportSchema)
@routes.response(200, DoneSchema)
def claim(data: dict[str, Any]) -> dict[str, Any]:
    """Claim a named guest report with its tracking code."""
    return done(reporters.claim(session(), actor(), data))


@routes.route("/track/<code>", methods=["GET"])
@routes.response(200, TrackSchema)
@owns_transactions
def track(code: str) -> dict[str, Any]:
    """Follow a report by its code: 26 characters, or case number, hyphen and 8 characters (throttled)."""
    database = parts().database
    with database.transaction() as guess:
        tracking.admit(guess, code)
    with database.transaction() as reading:
        hazard = tracking.find(reading, code)
        case = reporters.leading(reading, hazard)  # of a merged report, the one that it joined
        return {
            **{name: getattr(hazard, name) for name in ("number", "picture", "submitted_at")},
            **{name: getattr(case, name) for name in ("state", "due_at")},
            "state_label": STATES[case.state],
            "held_by": queries.in_whose_hands(reading, case),
            "timeline": queries.story(reading, hazard),
            "media": _photos(reading, hazard),
        }


def _photos(reading: Session, hazard: Hazard) -> dict[str, Any]:
    count = photo_counts(reading, "hazard", [hazard.id])[hazard.id]
    return {"expected": count.expected, "stored": count.stored, "missing": count.missing, "complete": count.complete}


@routes.route("/<uuid:hazard_id>", methods=["GET"])
@routes.response(200, HazardSchema, etag=True)
def get_hazard(hazard_id: UUID) -> dict[str, Any]:
    """Read a hazard with its clocks, its timeline and the steps open to the caller."""
    return _detail(get(session(), HAZARD, Hazard, hazard_id, actor()), actor())


@routes.route("/nearby", methods=["POST"])
@routes.arguments(AskNearbySchema)
@routes.response(200, NearbySchema)
def look_around(data: dict[str, Any]) -> dict[str, Any]:
    """Look whether the same was reported before, while somebody is about to report it.

    Public, and throttled. Of others only kind, coarse cell and a count of three or more; of the caller's own reports exactly
    which. It keeps nobody from reporting, and nothing of the question is kept.
    """
    network = caller_network()
    if network is not None:
        throttle.take(session(), parts().ring, throttle.LOOKS_OF_NETWORK, network)
    return nearby.nearby(session(), caller(), data)


@routes.route("/<uuid:hazard_id>/doubles", methods=["GET"])
@routes.response(200, DoublesSchema)
def list_doubles(hazard_id: UUID) -> dict[str, Any]:
    """List the open cases of the banner that may be the same thing (疑似重复), with the reasons. For whoever may merge it."""
    return {"items": doubles(session(), actor(), hazard_id)}


def _detail(hazard: Hazard, caller: Actor) -> dict[str, Any]:
    office = queries.is_office(hazard, caller)
    data = queries.sight(hazard, caller)
    is_reporter = caller.id == hazard.reporter_id
    return {
        **_summary(hazard),
        "data": data,
        "people": people_named(session(), data),
        "held_by": queries.in_whose_hands(session(), hazard),
        "actions": [step.as_offer() for step in queries.offered(session(), hazard, caller)],
        "clocks": queries.clocks(session(), hazard),
        "timeline": queries.story(session(), hazard)
        if is_reporter and not office
        else queries.timeline(session(), hazard, for_office=office, reader_id=caller.id),
        "media": _photos(session(), hazard),
        "messages": count(session(), hazard, side_of(hazard, caller)),
        "reward": standing(session(), hazard, caller),
        "followed": queries.followed(session(), hazard) if is_reporter or office else None,
        "joined": queries.joined(session(), hazard) if office else [],
        "reuses": reuses_of(session(), hazard, caller),
        "poor_rating": queries.poor_rating(hazard, caller),
    }


add_actions(routes, MUTATIONS, "hazard")
