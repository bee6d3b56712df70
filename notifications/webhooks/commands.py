"""What a partner does with its webhooks, and an administrator with those of his partners."""

from __future__ import annotations

import base64
import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.partners.keys import require
from accounts.partners.models import Partner
from accounts.partners.rules import WEBHOOKS
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now
from notifications.webhooks.models import Webhook, WebhookDelivery
from notifications.webhooks.queries import host_of, webhook_seen_by
from notifications.webhooks.rules import (
    MOST_WEBHOOKS,
    OLD_SECRET_LIVES,
    PUBLIC_DATA,
    PUBLIC_NAMES,
    SECRET_BYTES,
    SECRET_PREFIX,
    TESTED,
    is_allowed,
)
from problems import GuardFailed, Invalid, RoleNotAllowed, field_error
from settings import Settings


def subscribe(session: Session, actor: Actor, data: dict[str, Any], settings: Settings) -> Webhook:
    """The partner wants to be told, at an address of its own. Event: webhook.subscribed.

    Raises RoleNotAllowed; Invalid for a host that the operator has not listed; GuardFailed for one too many.
    """
    require(actor, "subscribe", WEBHOOKS)
    if not is_allowed(data["url"], settings.webhook_hosts, demo=settings.demo):
        raise Invalid(field_error("url", "host_not_listed", "只能推送到运营方已登记主机的 https 地址"))
    session.get_one(Partner, actor.id, with_for_update=True)  # two at once would both be the last one
    count = select(func.count()).where(Webhook.partner_id == actor.id, Webhook.state != "ENDED")
    if (session.scalar(count) or 0) >= MOST_WEBHOOKS:
        raise GuardFailed(action="subscribe", reason="too_many_webhooks")
    moment = now(session)
    webhook = Webhook(
        id=new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, partner_id=actor.id, url=data["url"],
        event_types=sorted(set(data["event_types"])), state="ACTIVE", secret=_new_secret(), failures=0,
    )  # fmt: skip
    session.add(webhook)
    session.flush()
    record(session, "webhook.subscribed", webhook, actor, data={"host": host_of(webhook), "types": webhook.event_types})
    return webhook


def end(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """Nothing is sent there any more. Event: webhook.ended. Repeating it changes nothing. Raises NotFound, RoleNotAllowed."""
    webhook = _locked(session, actor, webhook_id, "end_webhook")
    if webhook.state != "ENDED":
        webhook.state, webhook.paused_at = "ENDED", None
        _changed(session, webhook)
        record(session, "webhook.ended", webhook, actor, data={"host": host_of(webhook)})
    return webhook


def renew_secret(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """Another secret; for a day messages are signed with both. Event: webhook.secret_renewed. Raises NotFound, RoleNotAllowed."""
    require(actor, "renew_secret", WEBHOOKS)
    webhook = _locked(session, actor, webhook_id, "renew_secret")
    _require_alive(webhook, "renew_secret")
    webhook.old_secret, webhook.old_secret_until = webhook.secret, now(session) + OLD_SECRET_LIVES
    webhook.secret = _new_secret()
    _changed(session, webhook)
    record(session, "webhook.secret_renewed", webhook, actor, data={"host": host_of(webhook)})
    return webhook


def send_test(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """A message that says nothing, to see whether it arrives. Event: webhook.tested. Raises as `resume`."""
    webhook = _locked(session, actor, webhook_id, "test_webhook")
    _require_alive(webhook, "test_webhook")
    record(
        session, "webhook.tested", webhook, actor, concerns={"partner": [webhook.partner_id]},
        data={"webhook_id": str(webhook.id)},
    )  # fmt: skip
    return webhook


def resume(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """After a pause: all that waited is due now. Event: webhook.resumed. Raises NotFound, RoleNotAllowed, GuardFailed."""
    webhook = _locked(session, actor, webhook_id, "resume_webhook")
    if webhook.state != "PAUSED":
        raise GuardFailed(action="resume_webhook", reason="webhook_is_not_paused")
    webhook.state, webhook.paused_at = "ACTIVE", None
    _begin_anew(session, webhook, "waiting")
    record(session, "webhook.resumed", webhook, actor, data={"host": host_of(webhook)})
    return webhook


def replay(session: Session, actor: Actor, webhook_id: UUID) -> Webhook:
    """What was given up has all its attempts again. Event: webhook.replayed. Raises NotFound, RoleNotAllowed, GuardFailed."""
    webhook = _locked(session, actor, webhook_id, "replay_webhook")
    _require_alive(webhook, "replay_webhook")
    count = _begin_anew(session, webhook, "dead")
    record(session, "webhook.replayed", webhook, actor, data={"host": host_of(webhook), "count": count})
    return webhook


def plan(session: Session, event: Event) -> None:
    """Task: a message for each webhook of the partners whom the event concerns. Repeating it adds nothing."""
    name = PUBLIC_NAMES[event.name]
    data = {member: event.data[member] for member in PUBLIC_DATA if member in event.data}
    payload: Json = {"type": name, "timestamp": event.at.isoformat(), "data": data}
    wanted = select(Webhook).where(
        Webhook.partner_id.in_([UUID(partner) for partner in event.concerns.get("partner", ())]), Webhook.state != "ENDED"
    )
    moment = now(session)
    rows = [
        {
            "id": new_id(), "webhook_id": webhook.id, "event_id": event.id, "event_type": name, "payload": payload,
            "state": "waiting", "attempts": 0, "not_before": moment, "created_at": moment,
        }
        for webhook in session.scalars(wanted)
        if (webhook.id == event.entity_id if name == TESTED else name in webhook.event_types)
    ]  # fmt: skip
    if rows:
        session.execute(insert(WebhookDelivery).on_conflict_do_nothing(), rows)


def _locked(session: Session, actor: Actor, webhook_id: UUID, action: str) -> Webhook:
    """One that the caller sees, if it is his to deal with. Raises NotFound, RoleNotAllowed."""
    if not actor.has(Role.DATA_PARTNER, Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
    webhook = webhook_seen_by(session, actor, webhook_id)
    partner = session.get_one(Partner, webhook.partner_id)
    if actor.id != partner.id and not actor.may_in(partner.region_code, Role.SYS_ADMIN):
        raise RoleNotAllowed(action=action)
    session.refresh(webhook, with_for_update=True)
    return webhook


def _require_alive(webhook: Webhook, action: str) -> None:
    if webhook.state == "ENDED":
        raise GuardFailed(action=action, reason="webhook_has_ended")


def _begin_anew(session: Session, webhook: Webhook, state: str) -> int:
    webhook.failures, webhook.failing_since, webhook.rests_until = 0, None, None
    _changed(session, webhook)
    theirs = update(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.state == state)
    anew = theirs.values(state="waiting", attempts=0, not_before=now(session)).returning(WebhookDelivery.id)
    return len(session.scalars(anew.execution_options(synchronize_session=False)).all())


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _changed(session: Session, webhook: Webhook) -> None:
    webhook.revision += 1
    webhook.updated_at = now(session)
    session.flush()
