"""/permits: 公众聚集场所投入使用、营业前消防安全检查, by both routes; /licences: what came of it, open to everybody."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from api.actions import done
from api.cases import add_case_routes
from api.context import actor, session
from api.paging import page
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json, new_id
from problems import Invalid, field_error
from sync.mutations import Origin
from wire import NewId, PageSchema
from workflow.permits import applying, drafting, licences, need
from workflow.permits.commands import MUTATIONS
from workflow.permits.guide import guide as permit_guide
from workflow.permits.models import Licence, Permit
from workflow.permits.records import (
    CommitmentTextSchema,
    GuideSchema,
    LegacyLicenceSchema,
    LicencePageSchema,
    LicenceQuerySchema,
    LicenceSchema,
    NeedQuerySchema,
    NeedSchema,
    OwnLicencePageSchema,
    PermitPageSchema,
    PermitSchema,
)
from workflow.permits.rules import LIFE
from workflow.permits.schemas import PrepareSchema
from workflow.permits.synced import PERMIT, applicant_line, is_office, offered, officer_line
from workflow.schemas import DoneSchema

routes = Routes("permits", "/permits", "Fire-safety checks before opening (公众聚集场所投入使用、营业前消防安全检查)")
licence_routes = Routes("licences", "/licences", "Licences (意见书, 合格证), published and verified")

_FILLED_IN = ("DRAFT", "CORRECTION_REQUIRED")


class CreatePermitSchema(PrepareSchema):
    """A draft over HTTP: its id may be made by the client, so that repeating the request makes no second one."""

    id = NewId()


@routes.route("/guide", methods=["GET"])
@routes.response(200, GuideSchema)
def guide() -> Json:
    """Read what forms are made of: the three questions, the choices, the materials of both routes, the items of a visit."""
    return permit_guide()


@routes.route("/need", methods=["GET"])
@routes.arguments(NeedQuerySchema, location="query")
@routes.response(200, NeedSchema)
def needed(query: dict[str, Any]) -> Json:
    """Answer 我要不要办 by three answers."""
    for question in need.QUESTIONS:
        if query[question["name"]] not in question["options"]:
            raise Invalid(field_error(question["name"], "invalid", "请从给出的选项中选择"))
    result, words, basis = need.verdict(**query)
    return {"result": result, "words": words, "basis": basis}


@routes.route("/commitment", methods=["GET"])
@routes.response(200, CommitmentTextSchema)
def commitment() -> Json:
    """Read 告知承诺书 as it is signed now, with the digest that a signature names."""
    text = applying.current_text(session())
    names = ("edition", "effective_from", "body", "basis")
    return {**{name: getattr(text, name) for name in names}, "sha256": applying.digest_of(text)}


@routes.route("", methods=["POST"])
@routes.arguments(CreatePermitSchema)
@routes.response(201, DoneSchema, location="/permits/{id}")
def prepare(data: dict[str, Any]) -> Json:
    """Begin an application: a draft that only the people of its place see."""
    permit_id = data.pop("id") or new_id()
    return done(applying.prepare(session(), actor(), permit_id, data, Origin()))


def _sight(permit: Permit, caller: Actor) -> Json:
    return officer_line(permit) if is_office(permit, caller) else applicant_line(permit)


def _listed(permit: Permit, _: Actor) -> Json:
    return {
        "number": permit.number,
        "route": permit.route,
        "venue": permit.form["venue_name"],
        "unit_id": permit.unit_id,
        "received_at": permit.received_at,
    }


def _is_filled_in_by(permit: Permit, caller: Actor) -> bool:
    return permit.state in _FILLED_IN and not is_office(permit, caller)


def _beside(permit: Permit) -> Json:
    return {
        "contact_name": permit.contact_name,
        "contact_phone": permit.contact_phone,
        "defects": applying.defects_of(permit) if permit.state in _FILLED_IN else [],
        "draft": drafting.draft_of(session(), permit, actor()) if _is_filled_in_by(permit, actor()) else None,
        "licence_token": licences.token_of(session(), permit.licence_id),
    }


_SHAPES = (PermitPageSchema, PermitSchema)
add_case_routes(routes, PERMIT, LIFE.labels, MUTATIONS, _sight, offered, "application", _SHAPES, _listed, _beside)
add_papers_of_case(routes, "permit")


@licence_routes.route("", methods=["GET"])
@licence_routes.arguments(LicenceQuerySchema, location="query")
@licence_routes.response(200, LicencePageSchema)
def search(query: dict[str, Any]) -> Json:
    """Look licences up (行政许可法 40)."""
    statement = licences.published(query)
    rows, cursor = page(session(), statement, [Licence.issued_on, Licence.id], [date.fromisoformat, UUID], query)
    return {"items": [licences.facts(row) for row in rows], "next_cursor": cursor}


@licence_routes.route("", methods=["POST"])
@licence_routes.arguments(LegacyLicenceSchema)
@licence_routes.response(201, LicenceSchema)
def register_legacy(data: dict[str, Any]) -> Json:
    """Enter an earlier 合格证, which stays valid. For permit clerks."""
    return licences.facts(licences.register_legacy(session(), actor(), data))


@licence_routes.route("/mine", methods=["GET"])
@licence_routes.arguments(PageSchema, location="query")
@licence_routes.response(200, OwnLicencePageSchema)
def own(query: dict[str, Any]) -> Json:
    """List the licences of the units for which the caller may apply, with what their QR codes carry."""
    statement = licences.held(actor())
    rows, cursor = page(session(), statement, [Licence.issued_on, Licence.id], [date.fromisoformat, UUID], query)
    return {"items": [licences.own_facts(row) for row in rows], "next_cursor": cursor}


@licence_routes.route("/verify/<token>", methods=["GET"])
@licence_routes.response(200, LicenceSchema)
def verify(token: str) -> Json:
    """Verify the licence whose QR code carries this token."""
    return licences.facts(licences.verified(session(), token))
