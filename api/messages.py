"""/hazards/{id}/messages: what the office in charge asks a reporter, and what he answers. Asking and answering are actions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from api.auth import authenticate
from api.context import actor, parts, session
from api.routes import Routes, owns_transactions
from database.base import Json
from wire import NothingSchema
from workflow.acting import get
from workflow.hazards import tracking
from workflow.hazards.messages.commands import answer_by_code
from workflow.hazards.messages.queries import conversation, mark_read, obstacle, side_or_nothing
from workflow.hazards.messages.rules import REPORTER
from workflow.hazards.messages.schemas import AnswerByCodeSchema, MessagesSchema
from workflow.hazards.models import Hazard
from workflow.hazards.queries import offered
from workflow.hazards.rules import LIFE
from workflow.hazards.synced import HAZARD

routes = Routes("messages", "/hazards", "Messages (询问、答复) between the office in charge of a case and its reporter")


@routes.route("/<uuid:hazard_id>/messages", methods=["GET"])
@routes.response(200, MessagesSchema)
def show(hazard_id: UUID) -> Json:
    """Show the messages of a case. For its reporter, and for whoever may ask him: clerks, leaders, officers who hold it."""
    hazard = get(session(), HAZARD, Hazard, hazard_id, actor())
    return _shown(hazard, side_or_nothing(hazard, actor()), actor())


@routes.route("/<uuid:hazard_id>/messages/read", methods=["POST"])
@routes.arguments(NothingSchema)
@routes.response(200, MessagesSchema)
def read(_: dict[str, Any], hazard_id: UUID) -> Json:
    """Show the messages of a case, and note that this side has read them."""
    hazard = get(session(), HAZARD, Hazard, hazard_id, actor())
    side = side_or_nothing(hazard, actor())
    mark_read(session(), hazard, side)
    return _shown(hazard, side, actor())


def _shown(hazard: Hazard, side: str, caller: Actor) -> Json:
    step = "answer_office" if side == REPORTER else "ask_reporter"
    return conversation(session(), hazard, side, may_write=bool(offered(session(), hazard, caller, step)))


@routes.route("/track/<code>/messages", methods=["GET"])
@routes.response(200, MessagesSchema)
@owns_transactions
def track(code: str) -> Json:
    """Show the messages of a report to who has its code (throttled as the report itself)."""
    with parts().database.transaction() as guess:
        tracking.admit(guess, code)
    with parts().database.transaction() as reading:
        hazard = tracking.find(reading, code)
        return conversation(reading, hazard, REPORTER, may_write=_is_answerable(reading, hazard))


def _is_answerable(reading: Session, hazard: Hazard) -> bool:
    is_open = any(step.source == hazard.state for step in LIFE.steps("answer_office"))
    return is_open and obstacle(reading, hazard, REPORTER) is None


@routes.route("/track/<code>/messages", methods=["POST"])
@routes.arguments(AnswerByCodeSchema)
@routes.response(200, MessagesSchema)
@owns_transactions
def answer(data: dict[str, Any], code: str) -> Json:
    """Answer the office with the code of the report, without signing in.

    Photos want a session of a guest; the answer to an anonymous report never one of somebody. The same `id` is one answer.
    """
    with parts().database.transaction() as guess:
        tracking.admit(guess, code)
    with parts().database.transaction() as writing:
        hazard = answer_by_code(writing, authenticate(writing), tracking.find(writing, code), data)
        return conversation(writing, hazard, REPORTER, may_write=_is_answerable(writing, hazard))
