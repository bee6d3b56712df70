"""/webhooks: what partners are told at addresses of their own; for them, by key, and for their administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.context import actor, parts, session
from api.paging import page
from api.routes import Routes, tells_a_secret
from database.base import Json
from notifications.webhooks import commands, queries
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.schemas import (
    DeliveriesQuerySchema,
    SubscribeSchema,
    WebhookDeliveriesSchema,
    WebhookSchema,
    WebhooksPageSchema,
    WebhooksQuerySchema,
    WebhookWithSecretSchema,
)
from wire import NothingSchema

routes = Routes(
    "webhooks",
    "/webhooks",
    "Webhooks of partners, signed as Standard Webhooks has it",
    security=[{"token": []}, {"api_key_header": []}],
)


@routes.route("", methods=["GET"])
@routes.arguments(WebhooksQuerySchema, location="query")
@routes.response(200, WebhooksPageSchema)
def list_webhooks(query: dict[str, Any]) -> Json:
    """List webhooks and how their messages fare: a partner its own, an administrator those of his partners."""
    rows, cursor = page(session(), queries.webhooks(actor(), query["partner_id"]), [Webhook.id], [UUID], query)
    return {"items": queries.shown(session(), actor(), rows), "next_cursor": cursor}


@routes.route("", methods=["POST"])
@routes.arguments(SubscribeSchema)
@routes.response(201, WebhookWithSecretSchema, location="/webhooks/{id}")
@tells_a_secret
def subscribe(data: dict[str, Any]) -> Json:
    """Subscribe: a partner's own https address, on a host that the operator has listed. By key only.

    `secret` signs every message. It is told this once.
    """
    return _with_secret(commands.subscribe(session(), actor(), data, parts().settings))


@routes.route("/<uuid:webhook_id>", methods=["GET"])
@routes.response(200, WebhookSchema, etag=True)
def show_webhook(webhook_id: UUID) -> Json:
    """Show a webhook and how its messages fare."""
    return _one(queries.webhook_seen_by(session(), actor(), webhook_id))


@routes.route("/<uuid:webhook_id>", methods=["DELETE"])
@routes.response(200, WebhookSchema)
def end_webhook(webhook_id: UUID) -> Json:
    """End a webhook: nothing is sent there any more. For its partner and the system administrator."""
    return _one(commands.end(session(), actor(), webhook_id))


@routes.route("/<uuid:webhook_id>/deliveries", methods=["GET"])
@routes.arguments(DeliveriesQuerySchema, location="query")
@routes.response(200, WebhookDeliveriesSchema)
def list_deliveries(query: dict[str, Any], webhook_id: UUID) -> Json:
    """List the messages of the last 30 days, newest first, with their attempts and the last error."""
    found = queries.deliveries(session(), actor(), webhook_id, query["state"])
    rows, cursor = page(session(), found, [WebhookDelivery.id], [UUID], query, descending=True)
    return {"items": rows, "next_cursor": cursor}


@routes.route("/<uuid:webhook_id>/actions/test", methods=["POST"])
@routes.arguments(NothingSchema)
@routes.response(200, WebhookSchema)
def try_webhook(_: Json, webhook_id: UUID) -> Json:
    """Send a message that says nothing, to see whether it arrives. For its partner and the system administrator."""
    return _one(commands.send_test(session(), actor(), webhook_id))


@routes.route("/<uuid:webhook_id>/actions/resume", methods=["POST"])
@routes.arguments(NothingSchema)
@routes.response(200, WebhookSchema)
def resume_webhook(_: Json, webhook_id: UUID) -> Json:
    """Resume a webhook that was paused after a day of failures. For its partner and the system administrator."""
    return _one(commands.resume(session(), actor(), webhook_id))


@routes.route("/<uuid:webhook_id>/actions/replay", methods=["POST"])
@routes.arguments(NothingSchema)
@routes.response(200, WebhookSchema)
def replay_webhook(_: Json, webhook_id: UUID) -> Json:
    """Try again what was given up, under the same ids. For its partner and the system administrator."""
    return _one(commands.replay(session(), actor(), webhook_id))


@routes.route("/<uuid:webhook_id>/actions/renew-secret", methods=["POST"])
@routes.arguments(NothingSchema)
@routes.response(200, WebhookWithSecretSchema)
@tells_a_secret
def renew_secret(_: Json, webhook_id: UUID) -> Json:
    """Make another secret; for a day messages are signed with both. By key only."""
    return _with_secret(commands.renew_secret(session(), actor(), webhook_id))


def _one(webhook: Webhook) -> Json:
    return queries.shown(session(), actor(), [webhook])[0]


def _with_secret(webhook: Webhook) -> Json:
    return {**_one(webhook), "secret": webhook.secret}
