"""What is asked of an upload, and what is told of what became of it."""

from __future__ import annotations

from marshmallow import fields, validate

from places.imports.rules import OUTCOMES, PREFERENCES, SOURCES, STATES
from wire import AnswerSchema, Line, Moment, PageSchema, StrictSchema


class UploadQuerySchema(StrictSchema):
    """How a sheet is taken in."""

    name = Line(max_length=100, load_default="单位名单", metadata={"description": "of the file"})
    trial = fields.Boolean(
        load_default=False, metadata={"description": "true: everything is tried and told, and nothing is kept of it"}
    )
    prefer = fields.String(
        load_default="REGISTER",
        validate=validate.OneOf(PREFERENCES),
        metadata={"description": "whose word counts where the register says something else: its own, or the file's"},
    )


class CountsSchema(AnswerSchema):
    """How many rows came to what."""

    CREATED = fields.Integer()
    UPDATED = fields.Integer()
    UNCHANGED = fields.Integer()
    DIFFERS = fields.Integer()
    REFUSED = fields.Integer()


class UnitImportSchema(AnswerSchema):
    """A list of units on its way into the register."""

    id = fields.UUID()
    revision = fields.Integer()
    source = fields.String(validate=validate.OneOf(list(SOURCES)))
    state = fields.String(validate=validate.OneOf(list(STATES)))
    name = fields.String()
    prefer = fields.String(validate=validate.OneOf(PREFERENCES))
    is_trial = fields.Boolean()
    rows = fields.Integer()
    done = fields.Integer(metadata={"description": "rows that were taken in, or refused"})
    counts = fields.Nested(CountsSchema)
    created_at = Moment()
    ended_at = Moment(allow_none=True)


class UnitImportPageSchema(AnswerSchema):
    """A page of the caller's own lists, newest first."""

    items = fields.List(fields.Nested(UnitImportSchema))
    next_cursor = fields.String(allow_none=True)


class RowNoteSchema(AnswerSchema):
    """What is wrong with a cell, or what the register says instead."""

    field = fields.String()
    code = fields.String()
    message = fields.String()


class ImportRowSchema(AnswerSchema):
    """A row and what became of it."""

    line = fields.Integer(metadata={"description": "as a spreadsheet counts them: the head is line 1"})
    name = fields.String()
    outcome = fields.String(allow_none=True, validate=validate.OneOf(list(OUTCOMES)))
    unit_id = fields.UUID(allow_none=True)
    notes = fields.List(fields.Nested(RowNoteSchema))


class ImportRowPageSchema(AnswerSchema):
    """A page of rows, in the order of the file."""

    items = fields.List(fields.Nested(ImportRowSchema))
    next_cursor = fields.String(allow_none=True)


class RowsQuerySchema(PageSchema):
    """Which rows."""

    outcome = fields.String(load_default=None, validate=validate.OneOf(list(OUTCOMES)))
