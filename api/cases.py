"""What letters, orders and applications have in common over HTTP: a list, one record, and a route for each command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from marshmallow import Schema
from sqlalchemy import false, select

from accounts.actor import Actor
from api.actions import add_actions
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from database.base import Json
from sync.catalog import Synced
from sync.mutations import Mutation
from workflow.acting import get
from workflow.answers import CaseFilterSchema, CaseOfFilterSchema
from workflow.hazards.queries import clock_view
from workflow.models import Clock
from workflow.offices import people_named
from workflow.state_machine import Transition
from workflow.timekeeping import clocks_of


def _of_hazard(row: Any, _: Actor) -> Json:
    return {"hazard_id": row.hazard_id}


def add_case_routes(
    routes: Routes,
    synced: Synced,
    states: dict[str, str],
    mutations: Iterable[Mutation],
    sight: Callable[[Any, Actor], Json],
    offered: Callable[[Any, Actor], list[Transition]],
    label: str,
    shapes: tuple[type[Schema], type[Schema]],
    listed: Callable[[Any, Actor], Json] = _of_hazard,
    beside: Callable[[Any], Json] = lambda _: {},
    is_told_origin: Callable[[Actor], bool] = lambda _: True,
    is_told_clock: Callable[[Any, Actor, Clock], bool] = lambda *_: True,
) -> None:
    """Add `GET /`, `GET /{id}` and `POST /{id}/actions/…` of one kind of case.

    `shapes` are the schemas of a page and of one record; `offered` says which steps are open to somebody; `listed` is what an
    item of the list tells its reader besides, and `beside` what stands beside the data of a single record. Who is not
    told what a record came of finds none by it; a clock that a reader is not told of is the office's own matter.
    """
    model: Any = synced.model

    def summary(row: Any) -> dict[str, Any]:
        names = ("id", "revision", "state", "region_code", "due_at")
        return {**{name: getattr(row, name) for name in names}, "state_label": states[row.state], **listed(row, actor())}

    def list_cases(query: dict[str, Any]) -> dict[str, Any]:
        statement = select(model).where(synced.listed_for(actor()))
        for name in query.keys() & {"state", "region_code", "hazard_id", "inspection_id"}:
            if query[name]:
                statement = statement.where(getattr(model, name) == query[name])
        if not is_told_origin(actor()) and (query["hazard_id"] or query.get("inspection_id")):
            statement = statement.where(false())  # what a record came of is not found out by asking for it
        rows, next_cursor = page(session(), statement, [model.id], [UUID], query)
        return {"items": [summary(row) for row in rows], "next_cursor": next_cursor}

    def get_case(case_id: UUID) -> dict[str, Any]:
        row = get(session(), synced, model, case_id, actor())
        clocks = [clock for clock in clocks_of(session(), synced.type, row.id) if is_told_clock(row, actor(), clock)]
        data = sight(row, actor())
        return {
            **summary(row),
            **beside(row),
            "data": data,
            "people": people_named(session(), data),
            "actions": [step.as_offer() for step in offered(row, actor())],
            "clocks": [clock_view(session(), clock) for clock in clocks],
        }

    list_cases.__doc__ = f"List every {label} that the caller may see, oldest first."
    get_case.__doc__ = f"Read one {label} with its clocks and the steps open to the caller."
    filters = CaseOfFilterSchema if hasattr(model, "inspection_id") else CaseFilterSchema
    listing = routes.arguments(filters, location="query")(routes.response(200, shapes[0])(list_cases))
    routes.route("", methods=["GET"])(listing)
    routes.route("/<uuid:case_id>", methods=["GET"])(routes.response(200, shapes[1], etag=True)(get_case))
    add_actions(routes, mutations, label)
