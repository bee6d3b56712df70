"""/handovers: 移送函 between bodies."""

from __future__ import annotations

from accounts.actor import Actor
from api.cases import add_case_routes
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json
from workflow.handovers.commands import MUTATIONS
from workflow.handovers.models import Handover
from workflow.handovers.records import HandoverPageSchema, HandoverSchema
from workflow.handovers.rules import LIFE
from workflow.handovers.synced import HANDOVER, line, offered

routes = Routes("handovers", "/handovers", "Letters (移送函) that pass a hazard from one body to another")


def _sight(handover: Handover, _: Actor) -> Json:
    return {
        **line(handover),
        "letter": handover.letter,
        "suggestion": handover.suggestion,
        "sent_at": handover.sent_at,
        "received_at": handover.received_at,
        "accepted_at": handover.accepted_at,
        "closed_at": handover.closed_at,
        "progress": handover.progress,
        "supervision": handover.supervision,
        "is_decided": handover.is_decided,
        "is_sign_overdue": handover.is_sign_overdue,
    }


_SHAPES = (HandoverPageSchema, HandoverSchema)
add_case_routes(routes, HANDOVER, LIFE.labels, MUTATIONS, _sight, offered, "letter", _SHAPES)
add_papers_of_case(routes, "handover")
