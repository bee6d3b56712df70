"""What comes in with a message, and what both sides read."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from wire import AnswerSchema, Moment, NewId, Prose, StrictSchema
from workflow.hazards.messages.rules import MOST_CHARACTERS, QUESTIONS, SIDES
from workflow.schemas import PhotosField


class AskReporterSchema(StrictSchema):
    """A question of the list, words of one's own, or both."""

    question = fields.String(load_default=None, validate=validate.OneOf(list(QUESTIONS)))
    text = Prose(max_length=MOST_CHARACTERS, load_default="")

    @validates_schema
    def asks_something(self, data: dict[str, Any], **_: object) -> None:
        """One of them is needed."""
        if data.get("question") is None and not data.get("text"):
            raise ValidationError("请选择问题或者填写要询问的内容", "text")


class AnswerOfficeSchema(StrictSchema):
    """Words, photos, or both."""

    text = Prose(max_length=MOST_CHARACTERS, load_default="")
    photos = PhotosField(load_default=list)

    @validates_schema
    def says_something(self, data: dict[str, Any], **_: object) -> None:
        """One of them is needed."""
        if not data.get("text") and not data.get("photos"):
            raise ValidationError("请填写答复或者添加照片", "text")


class AnswerByCodeSchema(AnswerOfficeSchema):
    """The same by who has the code. The id is the client's, so that one sent twice is one answer."""

    id = NewId()


class MessageSchema(AnswerSchema):
    """A message. The reporter reads the office's name, never an officer's; the office never learns who answers."""

    id = fields.UUID()
    side = fields.String(validate=validate.OneOf(list(SIDES)))
    author = fields.String(metadata={"description": "举报人, the office, or for colleagues who of them asked"})
    text = fields.String()
    photo_ids = fields.List(fields.UUID())
    sent_at = Moment()
    read_at = Moment(allow_none=True, metadata={"description": "when the other side read it"})


class ReporterQuestionSchema(AnswerSchema):
    """A question of the list."""

    code = fields.String()
    text = fields.String()


class MessagesSchema(AnswerSchema):
    """The messages of a case, oldest first, and what the reader may do."""

    items = fields.List(fields.Nested(MessageSchema))
    unread = fields.Integer(metadata={"description": "of the other side, not read yet"})
    may_write = fields.Boolean(metadata={"description": "ask, or answer"})
    questions = fields.List(
        fields.Nested(ReporterQuestionSchema), metadata={"description": "to choose from; for the office alone"}
    )


class MessageCountSchema(AnswerSchema):
    """How many messages there are, and how many of the other side the reader has not read."""

    total = fields.Integer()
    unread = fields.Integer()
