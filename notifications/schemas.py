"""Notices and wishes on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from notifications.dead_letters import KINDS
from notifications.models import CLASSES
from wire import AnswerSchema, Flag, Line, Moment, PageSchema, StrictSchema


class InboxItemSchema(AnswerSchema):
    """One notice, ready to read."""

    id = fields.UUID()
    revision = fields.Integer()
    event_name = fields.String()
    notice_class = fields.String(data_key="class", metadata={"enum": list(CLASSES)})
    title = fields.String()
    body = fields.String()
    subject_type = fields.String(metadata={"description": "entity type of the case it is about"})
    subject_id = fields.UUID()
    created_at = Moment()
    read_at = Moment(allow_none=True)


class UnreadSchema(AnswerSchema):
    """How many notices wait."""

    unread = fields.Integer()


class ClassPreferenceSchema(AnswerSchema):
    """One class of notices and the ways on which it goes out; the inbox always has it."""

    notice_class = fields.String(data_key="class", metadata={"enum": list(CLASSES)})
    fixed = fields.Boolean(metadata={"description": "true: wanted by law, cannot be switched off"})
    host_app = fields.Boolean(metadata={"description": "message of 蒙速办"})
    sms = fields.Boolean()


class QuietTime(fields.Time):
    """HH:MM in Beijing time."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "22:00"})
        super().__init__(format="%H:%M", **kwargs)


class PreferencesSchema(AnswerSchema):
    """What a person wants, in full."""

    revision = fields.Integer()
    classes = fields.List(fields.Nested(ClassPreferenceSchema))
    quiet_from = QuietTime(allow_none=True)
    quiet_until = QuietTime(allow_none=True)


class SwitchesSchema(StrictSchema):
    """The channels of one class that differ from the default."""

    host_app = Flag()
    sms = Flag()


class SwitchedSchema(StrictSchema):
    """The classes that differ from the default."""

    statutory = fields.Nested(SwitchesSchema)
    progress = fields.Nested(SwitchesSchema)
    duty = fields.Nested(SwitchesSchema)
    content = fields.Nested(SwitchesSchema)


class SetPreferencesSchema(StrictSchema):
    """Replaces what the person wanted before. Quiet hours: both, or neither (null)."""

    switched = fields.Nested(SwitchedSchema, load_default=dict)
    quiet_from = QuietTime(load_default=None, allow_none=True)
    quiet_until = QuietTime(load_default=None, allow_none=True)

    @validates_schema
    def quiet_hours_have_two_ends(self, data: dict[str, Any], **_: Any) -> None:
        """One end alone says nothing."""
        if (data.get("quiet_from") is None) != (data.get("quiet_until") is None):
            raise ValidationError("免打扰时段须同时填写起止时间", "quiet_until" if data.get("quiet_from") else "quiet_from")


class InboxQuerySchema(PageSchema):
    """Cursor and limit, and whether to leave out what was read."""

    unread = fields.Boolean(load_default=False, metadata={"description": "true: only notices not opened yet"})


class InboxPageSchema(StrictSchema):
    """A page of notices, newest first."""

    items = fields.List(fields.Nested(InboxItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DeadLetterSchema(AnswerSchema):
    """What was given up of one task or one channel."""

    kind = fields.String(metadata={"enum": list(KINDS)})
    name = fields.String(metadata={"description": "of the worker's task, or of the channel"})
    count = fields.Integer()
    oldest_at = Moment(metadata={"description": "when the first of them was given up"})
    last_error = fields.String(allow_none=True)


class DeadLettersSchema(StrictSchema):
    """All that was given up."""

    items = fields.List(fields.Nested(DeadLetterSchema), required=True)


class ReplaySchema(StrictSchema):
    """Which of them are tried again."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    name = Line(required=True, max_length=50)


class ReplayedSchema(StrictSchema):
    """How many will be tried again."""

    replayed = fields.Integer(required=True)
