"""/rectifications: orders to put a hazard right, and their rechecks."""

from __future__ import annotations

from accounts.actor import BRIGADE_ROLES, Actor
from api.cases import add_case_routes
from api.context import actor, session
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json
from database.session import now
from workflow.acting import is_of_the_unit, roles_of
from workflow.hazards.models import Hazard
from workflow.hazards.reuse import reuses_of
from workflow.models import Clock
from workflow.rectification.commands import MUTATIONS
from workflow.rectification.models import Rectification
from workflow.rectification.records import RectificationPageSchema, RectificationSchema
from workflow.rectification.rules import LIFE
from workflow.rectification.synced import RECTIFICATION, offered, officer_line, unit_line
from workflow.state_machine import Transition
from workflow.timekeeping import ASIDE

routes = Routes("rectifications", "/rectifications", "Orders to put a hazard right (责令改正), and their rechecks")


def _sight(order: Rectification, actor: Actor) -> Json:
    """Officers read the case behind the order; the unit reads only its order."""
    if roles_of(actor, order.region_code) & BRIGADE_ROLES or actor.id in order.officer_ids:
        return officer_line(order)
    return unit_line(order)


def _offered(order: Rectification, actor: Actor) -> list[Transition]:
    return offered(order, actor, now(session()))


def _came_of(order: Rectification, reader: Actor) -> Json:
    """Whether somebody reported or an inspection was due is not told to the unit."""
    is_told = not is_of_the_unit(order, order.unit_id, reader)
    return {"hazard_id": order.hazard_id if is_told else None, "inspection_id": order.inspection_id if is_told else None}


def _reuses(order: Rectification) -> Json:
    """What its office is shown of photos; the unit that sent them is not."""
    hazard = session().get(Hazard, order.hazard_id) if order.hazard_id else None
    return {"reuses": reuses_of(session(), hazard, actor()) if hazard else []}


def _is_staff(reader: Actor) -> bool:
    return bool(reader.grants)


def _is_told_clock(order: Rectification, reader: Actor, clock: Clock) -> bool:
    """Until when the office has to serve it is no date of the unit's."""
    return clock.rule_id not in ASIDE or not is_of_the_unit(order, order.unit_id, reader)


_SHAPES = (RectificationPageSchema, RectificationSchema)
add_case_routes(
    routes, RECTIFICATION, LIFE.labels, MUTATIONS, _sight, _offered, "order", _SHAPES, _came_of, _reuses, _is_staff,
    _is_told_clock,
)  # fmt: skip
add_papers_of_case(routes, "rectification")
