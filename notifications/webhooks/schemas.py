"""What is said of webhooks and of their messages."""

from __future__ import annotations

from marshmallow import fields, validate

from notifications.webhooks.rules import CATALOGUE, DELIVERY_STATES, REQUEST_STATUS_CHANGED, STATES
from wire import AnswerSchema, Line, Moment, PageSchema, StrictSchema


class SubscribeSchema(StrictSchema):
    """Where a partner wants to be told, and of what."""

    url = Line(max_length=500, required=True, metadata={"example": "https://partner.example/hooks/fire"})
    event_types = fields.List(
        fields.String(validate=validate.OneOf(list(CATALOGUE))),
        load_default=lambda: [REQUEST_STATUS_CHANGED],
        validate=validate.Length(min=1, max=len(CATALOGUE), error="请选择推送内容"),
    )


class WebhooksQuerySchema(PageSchema):
    """Of one partner; for administrators."""

    partner_id = fields.UUID(load_default=None)


class DeliveriesQuerySchema(PageSchema):
    """In one state."""

    state = fields.String(load_default=None, validate=validate.OneOf(list(DELIVERY_STATES)))


class WebhookSchema(AnswerSchema):
    """A webhook and how its messages fare; its secret was told when it was made."""

    id = fields.UUID()
    revision = fields.Integer()
    partner_id = fields.UUID()
    partner_name = fields.String()
    host = fields.String()
    url = fields.String(allow_none=True, metadata={"description": "for its partner"})
    event_types = fields.List(fields.String(validate=validate.OneOf(list(CATALOGUE))))
    state = fields.String(validate=validate.OneOf(list(STATES)))
    failures = fields.Integer(metadata={"description": "in a row"})
    failing_since = Moment(allow_none=True)
    rests_until = Moment(allow_none=True, metadata={"description": "after a failure nothing is sent before"})
    paused_at = Moment(allow_none=True)
    created_at = Moment()
    waiting = fields.Integer()
    sent = fields.Integer(metadata={"description": "within the last 30 days"})
    dead = fields.Integer(metadata={"description": "given up; `actions/replay` tries them again"})


class WebhookWithSecretSchema(WebhookSchema):
    """A webhook whose secret was just made: it is told this once."""

    secret = fields.String(metadata={"description": "`whsec_` and base64 (Standard Webhooks)"})


class WebhooksPageSchema(AnswerSchema):
    """A page of webhooks."""

    items = fields.List(fields.Nested(WebhookSchema))
    next_cursor = fields.String(allow_none=True)


class WebhookDeliverySchema(AnswerSchema):
    """A message on its way. `id` is its `webhook-id`."""

    id = fields.UUID()
    event_type = fields.String(validate=validate.OneOf(list(CATALOGUE)))
    state = fields.String(validate=validate.OneOf(list(DELIVERY_STATES)))
    attempts = fields.Integer()
    not_before = Moment()
    created_at = Moment()
    sent_at = Moment(allow_none=True)
    last_error = fields.String(allow_none=True)


class WebhookDeliveriesSchema(AnswerSchema):
    """A page of them, newest first."""

    items = fields.List(fields.Nested(WebhookDeliverySchema))
    next_cursor = fields.String(allow_none=True)
