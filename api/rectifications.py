"""/rectifications: orders to put a hazard right, and their rechecks."""

from __future__ import annotations

from accounts.actor import BRIGADE_ROLES, Actor
from api.cases import add_case_routes
from api.routes import Routes
from database.base import Json
from workflow.acting import roles_of
from workflow.rectification.commands import MUTATIONS
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE
from workflow.rectification.synced import RECTIFICATION, officer_line, roles_on, unit_line

routes = Routes("rectifications", "/rectifications", "责令改正与复查")


def _sight(order: Rectification, actor: Actor) -> Json:
    """Officers read the case behind the order; the unit reads only its order."""
    if roles_of(actor, order.region_code) & BRIGADE_ROLES or actor.id in order.officer_ids:
        return officer_line(order)
    return unit_line(order)


add_case_routes(routes, RECTIFICATION, LIFE, MUTATIONS, _sight, roles_on, "责令改正")
