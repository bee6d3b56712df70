"""Webhooks as their partners see them, and the administrators who look after these. Secrets are in none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.partners.keys import require
from accounts.partners.models import Partner
from accounts.partners.queries import administered
from accounts.partners.rules import READERS, WEBHOOKS
from database.base import Json
from notifications.webhooks.models import Webhook, WebhookDelivery
from problems import NotFound, RoleNotAllowed


def host_of(webhook: Webhook) -> str:
    """Where it leads, without what may be secret in its path."""
    return urlsplit(webhook.url).netloc


def webhooks(actor: Actor, partner_id: UUID | None = None) -> Select[Webhook]:
    """A partner's own; an administrator's partners'. Raises RoleNotAllowed."""
    statement = select(Webhook)
    if actor.has(Role.DATA_PARTNER):
        require(actor, "read_webhooks", WEBHOOKS)
        statement = statement.where(Webhook.partner_id == actor.id)
    elif actor.has(*READERS):
        statement = statement.where(Webhook.partner_id.in_(select(Partner.id).where(administered(actor))))
    else:
        raise RoleNotAllowed(action="read_webhooks")
    return statement if partner_id is None else statement.where(Webhook.partner_id == partner_id)


def webhook_seen_by(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """One of them. Raises RoleNotAllowed, NotFound."""
    webhook = session.scalars(webhooks(actor).where(Webhook.id == webhook_id)).one_or_none()
    if webhook is None:
        raise NotFound
    return webhook


def deliveries(session: Session, actor: Actor, webhook_id: UUID, state: str | None) -> Select[WebhookDelivery]:
    """The messages of one. Raises RoleNotAllowed, NotFound."""
    webhook = webhook_seen_by(session, actor, webhook_id)
    statement = select(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id)
    return statement if state is None else statement.where(WebhookDelivery.state == state)


def shown(session: Session, actor: Actor, found: Sequence[Webhook]) -> list[Json]:
    """As the API tells them, each with how many messages are in which state. The whole address is for its partner."""
    counted = select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count()).where(
        WebhookDelivery.webhook_id.in_([webhook.id for webhook in found])
    )
    counts: dict[tuple[UUID, str], int] = {}
    for webhook_id, state, count in session.execute(counted.group_by(WebhookDelivery.webhook_id, WebhookDelivery.state)):
        counts[webhook_id, state] = count
    names = select(Partner.id, Partner.name).where(Partner.id.in_({webhook.partner_id for webhook in found}))
    partners = {row.id: row.name for row in session.execute(names)}
    return [_shown(webhook, actor, partners[webhook.partner_id], counts) for webhook in found]


def _shown(webhook: Webhook, actor: Actor, partner: str, counts: dict[tuple[UUID, str], int]) -> Json:
    names = (
        "id", "revision", "partner_id", "event_types", "state", "failures", "failing_since", "rests_until", "paused_at",
        "created_at",
    )  # fmt: skip
    told: dict[str, Any] = {name: getattr(webhook, name) for name in names}
    return {
        **told, "partner_name": partner, "host": host_of(webhook), "url": webhook.url if actor.id == webhook.partner_id else None,
        "waiting": counts.get((webhook.id, "waiting"), 0) + counts.get((webhook.id, "sending"), 0),
        "sent": counts.get((webhook.id, "sent"), 0), "dead": counts.get((webhook.id, "dead"), 0),
    }  # fmt: skip
