"""The worker's side: a message is claimed in one transaction, sent outside of any, and marked in another."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
import structlog
from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM
from accounts.partners.keys import live
from accounts.partners.models import ApiKey, Partner
from accounts.partners.queries import administrators_of
from accounts.partners.rules import WEBHOOKS
from database.base import Json
from database.journal import record
from database.session import Database, now
from neighbours import NeighbourFailed, hand_over
from notifications.rules import MAX_ATTEMPTS, wait_after
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.queries import host_of
from notifications.webhooks.rules import KEPT_FOR, headers, is_allowed, is_given_up
from settings import Settings

log = structlog.get_logger()

_CLAIM_LIVES = timedelta(minutes=2)  # a message whose worker died in mid-sending is sent again after this
_ERROR_LENGTH = 200
_BATCH = 500


@dataclass(frozen=True)
class _Claimed:
    """All that sending needs."""

    delivery_id: UUID
    webhook_id: UUID
    attempts: int
    url: str
    secrets: tuple[str, ...]
    payload: Json
    at: datetime


def send_due(database: Database, settings: Settings, limit: int = 200, seconds: float = 10.0) -> int:
    """Hand over what is due, for at most about `seconds`; how many were tried. Any number of workers may call this at once.

    A worker that dies between sending and marking causes a repetition, under the same id.
    """
    until = time.monotonic() + seconds
    tried = 0
    while tried < limit and time.monotonic() < until:
        with database.transaction() as session:
            claimed = _claim(session)
        if claimed is None:
            break
        error = _send(claimed, settings)
        with database.transaction() as session:
            _mark(session, claimed, error)
        tried += 1
    return tried


def _claim(session: Session) -> _Claimed | None:
    """The next one that is due, of a webhook that is not resting and whose partner still has a key for it."""
    moment = now(session)
    key = exists().where(ApiKey.partner_id == Webhook.partner_id, live(moment), ApiKey.interfaces.contains([WEBHOOKS]))
    found = (
        select(WebhookDelivery, Webhook)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(
            WebhookDelivery.state.in_(("waiting", "sending")), WebhookDelivery.not_before <= moment, Webhook.state == "ACTIVE",
            or_(Webhook.rests_until.is_(None), Webhook.rests_until <= moment), key,
        )
        .order_by(WebhookDelivery.not_before, WebhookDelivery.id)
        .limit(1)
        .with_for_update(of=WebhookDelivery, skip_locked=True)
    )  # fmt: skip
    row = session.execute(found).one_or_none()
    if row is None:
        return None
    delivery, webhook = row
    delivery.state, delivery.attempts, delivery.not_before = "sending", delivery.attempts + 1, moment + _CLAIM_LIVES
    secrets = [webhook.secret]
    if webhook.old_secret is not None and webhook.old_secret_until is not None and webhook.old_secret_until > moment:
        secrets.append(webhook.old_secret)
    return _Claimed(delivery.id, webhook.id, delivery.attempts, webhook.url, tuple(secrets), delivery.payload, moment)


def _send(claimed: _Claimed, settings: Settings) -> str | None:
    """Why it did not arrive; None if it did."""
    if not is_allowed(claimed.url, settings.webhook_hosts, demo=settings.demo):
        return "the operator no longer lists this host"
    body = orjson.dumps(claimed.payload)
    signed = headers(claimed.secrets, str(claimed.delivery_id), int(claimed.at.timestamp()), body)
    try:
        hand_over(claimed.url, body, {**signed, "Content-Type": "application/json"})
    except NeighbourFailed as failure:
        return str(failure)
    return None


def _mark(session: Session, claimed: _Claimed, error: str | None) -> None:
    """Only while the claim is still ours: a slow sender must not take back what another has sent meanwhile."""
    moment = now(session)
    webhook = session.get_one(Webhook, claimed.webhook_id, with_for_update=True)  # before its messages, as whoever resumes it
    ours = update(WebhookDelivery).where(
        WebhookDelivery.id == claimed.delivery_id, WebhookDelivery.attempts == claimed.attempts,
        WebhookDelivery.state == "sending",
    )  # fmt: skip
    state = "sent" if error is None else "dead" if claimed.attempts >= MAX_ATTEMPTS else "waiting"
    wait = wait_after(claimed.attempts, random.random()) if state == "waiting" else timedelta(0)  # noqa: S311 - spreads, guards nothing
    values = {
        "state": state, "last_error": error and error[:_ERROR_LENGTH], "not_before": moment + wait,
        "sent_at": moment if state == "sent" else None,
    }  # fmt: skip
    if session.scalars(ours.values(values).returning(WebhookDelivery.id)).one_or_none() is None:
        return
    if state == "dead":
        log.error("webhook gave up", delivery_id=str(claimed.delivery_id), attempts=claimed.attempts)
    if error is None:
        webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None
        return
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or moment
    webhook.rests_until = moment + wait_after(webhook.failures, random.random())  # noqa: S311 - as above
    if webhook.state == "ACTIVE" and is_given_up(webhook.failing_since, moment):
        _pause(session, webhook)


def _pause(session: Session, webhook: Webhook) -> None:
    """Nothing has arrived for a day: it waits for somebody, and the administrators are told. Event: webhook.paused."""
    partner = session.get_one(Partner, webhook.partner_id)
    webhook.state, webhook.paused_at = "PAUSED", now(session)
    webhook.revision += 1
    webhook.updated_at = now(session)
    record(
        session, "webhook.paused", webhook, SYSTEM,
        concerns={"administrators": administrators_of(session, partner.region_code)},
        data={"partner": partner.name, "host": host_of(webhook)},
    )  # fmt: skip


def forget_old(session: Session) -> int:
    """Messages of a month ago, a batch: how many. For the timetable."""
    old = select(WebhookDelivery.id).where(WebhookDelivery.created_at < now(session) - KEPT_FOR).limit(_BATCH)
    return len(session.scalars(delete(WebhookDelivery).where(WebhookDelivery.id.in_(old)).returning(WebhookDelivery.id)).all())
