"""One route for each command: `POST /<collection>/{id}/actions/{action}`, made from the same list that push reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from api.context import actor, session
from api.etags import if_match
from api.routes import Routes
from database.base import Revised
from database.session import settle
from sync.mutations import Mutation, Origin
from workflow.schemas import DoneSchema


def add_actions(routes: Routes, mutations: Iterable[Mutation], label: str) -> None:
    """Add the route of every command that acts on an existing record."""
    for mutation in mutations:
        if not mutation.creates:
            _add(routes, mutation, label)


def _add(routes: Routes, mutation: Mutation, label: str) -> None:
    def act(data: dict[str, Any], entity_id: UUID, seen_revision: int | None) -> dict[str, Any]:
        origin = Origin(base_revision=seen_revision, must_match=seen_revision is not None)
        return done(mutation.run(session(), actor(), entity_id, data, origin))

    act.__name__ = f"{mutation.entity_type}_{mutation.action}"
    act.__doc__ = "\n\n".join(
        [
            f"{label.capitalize()}: {mutation.action.replace('_', ' ')} ({mutation.summary}).",
            inspect.getdoc(mutation.run) or "",
            f"The same command as the mutation `{mutation.name}`.",
        ]
    )
    view: Callable[..., Any] = routes.response(200, DoneSchema)(if_match(required=False)(act))
    view = routes.arguments(mutation.schema)(view)
    routes.route(f"/<uuid:entity_id>/actions/{mutation.action}", methods=["POST"])(view)


def done(entity: Revised) -> dict[str, Any]:
    """The short answer of every act; it fits into a receipt and holds no reporter data."""
    settle(session())  # what siblings do because of it may move it once more
    pending = getattr(entity, "pending_act", None)
    return {
        "id": entity.id,
        "revision": entity.revision,
        "state": getattr(entity, "state", None),
        "number": getattr(entity, "number", None),
        "due_at": getattr(entity, "due_at", None),
        "act_sha256": pending["act_sha256"] if pending else None,
    }
