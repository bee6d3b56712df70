"""/assistance: 消防技术帮扶, from the request to its rating; /experts: who can help, and with what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.actor import Actor
from api.actions import done
from api.cases import add_case_routes
from api.context import actor, session
from api.papers import add_papers_of_case
from api.routes import Routes
from database.base import Json, new_id
from database.session import now
from sync.mutations import Origin
from wire import NewId
from workflow.assistance import applying, experts
from workflow.assistance.commands import MUTATIONS
from workflow.assistance.guide import guide as assistance_guide
from workflow.assistance.models import Assistance
from workflow.assistance.records import (
    AssistanceGuideSchema,
    AssistancePageSchema,
    AssistanceSchema,
    ExpertSchema,
    ExpertsSchema,
    ProposalsSchema,
)
from workflow.assistance.rules import LIFE, TOPICS
from workflow.assistance.schemas import SpecialitiesSchema, SubmitSchema
from workflow.assistance.synced import ASSISTANCE, applicant_line, expert_line, is_office, offered
from workflow.schemas import DoneSchema
from workflow.state_machine import Transition

routes = Routes("assistance", "/assistance", "Technical assistance (消防技术帮扶): advice, free of charge, never an inspection")
expert_routes = Routes("experts", "/experts", "Experts who help, and what they are good at (专家)")


class CreateAssistanceSchema(SubmitSchema):
    """A request over HTTP: its id may be made by the client, so that repeating it makes no second one."""

    id = NewId()


@routes.route("/guide", methods=["GET"])
@routes.response(200, AssistanceGuideSchema)
def guide() -> Json:
    """Read what the forms are made of: topics, modes, classes of cost, imminent dangers, and what the help is not."""
    return assistance_guide()


@routes.route("", methods=["POST"])
@routes.arguments(CreateAssistanceSchema)
@routes.response(201, DoneSchema, location="/assistance/{id}")
def submit(data: dict[str, Any]) -> Json:
    """Ask for help, for oneself or for a unit for which one acts."""
    case_id = data.pop("id") or new_id()
    return done(applying.submit(session(), actor(), case_id, data, Origin()))


@routes.route("/<uuid:case_id>/experts", methods=["GET"])
@routes.response(200, ProposalsSchema)
def propose_experts(case_id: UUID) -> Json:
    """Propose experts for a request, the best first, each with the reason. For its desk."""
    return {"items": experts.proposed(session(), actor(), case_id)}


def _sight(case: Assistance, caller: Actor) -> Json:
    return expert_line(case) if is_office(case, caller) else applicant_line(case)


def _offered(case: Assistance, caller: Actor) -> list[Transition]:
    return offered(case, caller, now(session()))


def _listed(case: Assistance, _: Actor) -> Json:
    return {
        "number": case.number,
        "topic": case.topic,
        "topic_label": TOPICS[case.topic],
        "unit_id": case.unit_id,
        "submitted_at": case.submitted_at,
    }


def _beside(case: Assistance) -> Json:
    return {"contact_name": case.contact_name, "contact_phone": case.contact_phone}


_SHAPES = (AssistancePageSchema, AssistanceSchema)
add_case_routes(routes, ASSISTANCE, LIFE.labels, MUTATIONS, _sight, _offered, "request", _SHAPES, _listed, _beside)
add_papers_of_case(routes, "assistance")


@expert_routes.route("", methods=["GET"])
@expert_routes.response(200, ExpertsSchema)
def list_experts() -> Json:
    """List who can help in the caller's divisions, and with what. For desks."""
    return {"items": experts.experts(session(), actor())}


@expert_routes.route("/<uuid:person_id>", methods=["PUT"])
@expert_routes.arguments(SpecialitiesSchema)
@expert_routes.response(200, ExpertSchema)
def set_topics(data: dict[str, Any], person_id: UUID) -> Json:
    """Keep what an expert is good at. For the leader in whose division he helps."""
    return experts.set_topics(session(), actor(), person_id, data["topics"])
