"""/majors: major fire hazards (重大火灾隐患), from suspicion until they are struck off."""

from __future__ import annotations

from typing import Any

from accounts.actor import Actor
from api.actions import done
from api.cases import add_case_routes
from api.context import actor, session
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json, new_id
from sync.mutations import Origin
from wire import NewId
from workflow.acting import is_of_the_unit
from workflow.majors.commands import MUTATIONS, SUSPECT
from workflow.majors.criteria import criteria
from workflow.majors.models import MajorHazard
from workflow.majors.records import MajorCriteriaSchema, MajorPageSchema, MajorSchema
from workflow.majors.rules import LIFE
from workflow.majors.schemas import SuspectSchema
from workflow.majors.synced import MAJOR, offered, officer_line, unit_line
from workflow.schemas import DoneSchema

routes = Routes("majors", "/majors", "Major fire hazards (重大火灾隐患)")


class CreateMajorSchema(SuspectSchema):
    """A suspicion over HTTP: its id may be made by the client, so that repeating the request makes no second one."""

    id = NewId()


@routes.route("/criteria", methods=["GET"])
@routes.response(200, MajorCriteriaSchema)
def major_criteria() -> Json:
    """By which clauses of which edition a hazard is judged to be major. People judge; nothing here does."""
    return criteria()


@routes.route("", methods=["POST"])
@routes.arguments(CreateMajorSchema)
@routes.response(201, DoneSchema, location="/majors/{id}")
def suspect_major(data: dict[str, Any]) -> Json:
    """Say that a major fire hazard is suspected. The same command as the mutation `major.suspect`."""
    major_id = data.pop("id") or new_id()
    return done(SUSPECT.run(session(), actor(), major_id, data, Origin()))


def _sight(major: MajorHazard, reader: Actor) -> Json:
    return unit_line(major) if is_of_the_unit(major, major.told_unit_id, reader) else officer_line(major)


def _listed(major: MajorHazard, _: Actor) -> Json:
    return {name: getattr(major, name) for name in ("number", "unit_name", "place")}


_SHAPES = (MajorPageSchema, MajorSchema)
add_case_routes(routes, MAJOR, LIFE.labels, MUTATIONS, _sight, offered, "major hazard", _SHAPES, _listed)
add_papers_of_case(routes, "major")
