"""/measures: 临时查封 of dangerous places, and orders to stop business, use or building."""

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
from workflow.measures.commands import MUTATIONS, OPEN, SUSPEND
from workflow.measures.models import Measure
from workflow.measures.records import MeasurePageSchema, MeasureSchema
from workflow.measures.rules import LIFE
from workflow.measures.schemas import OpenSealingSchema, SuspendSchema
from workflow.measures.synced import MEASURE, offered, officer_line, unit_line
from workflow.schemas import DoneSchema

routes = Routes("measures", "/measures", "Sealing of dangerous places (临时查封), and orders to stop (停产停业)")


class CreateSealingSchema(OpenSealingSchema):
    """A sealing over HTTP: its id may be made by the client, so that repeating the request opens no second one."""

    id = NewId()


class CreateSuspensionSchema(SuspendSchema):
    """An order to stop over HTTP, in the same way."""

    id = NewId()


@routes.route("/sealings", methods=["POST"])
@routes.arguments(CreateSealingSchema)
@routes.response(201, DoneSchema, location="/measures/{id}")
def open_sealing(data: dict[str, Any]) -> Json:
    """Say that a place is to be sealed. The same command as the mutation `measure.open`."""
    measure_id = data.pop("id") or new_id()
    return done(OPEN.run(session(), actor(), measure_id, data, Origin()))


@routes.route("/suspensions", methods=["POST"])
@routes.arguments(CreateSuspensionSchema)
@routes.response(201, DoneSchema, location="/measures/{id}")
def suspend(data: dict[str, Any]) -> Json:
    """Enter a decision to stop business, use or building. The same command as the mutation `measure.suspend`."""
    measure_id = data.pop("id") or new_id()
    return done(SUSPEND.run(session(), actor(), measure_id, data, Origin()))


def _sight(measure: Measure, reader: Actor) -> Json:
    return unit_line(measure) if is_of_the_unit(measure, measure.told_unit_id, reader) else officer_line(measure)


def _listed(measure: Measure, _: Actor) -> Json:
    return {name: getattr(measure, name) for name in ("number", "kind", "unit_name", "place")}


_SHAPES = (MeasurePageSchema, MeasureSchema)
add_case_routes(routes, MEASURE, LIFE.labels, MUTATIONS, _sight, offered, "measure", _SHAPES, _listed)
add_papers_of_case(routes, "measure")
