"""What is said of partners and their keys."""

from __future__ import annotations

from marshmallow import fields, validate

from accounts.partners.rules import (
    INTERFACES,
    LONGEST_OVERLAP_DAYS,
    MOST_REQUESTS_PER_MINUTE,
    USUAL_OVERLAP_DAYS,
    USUAL_REQUESTS_PER_MINUTE,
)
from places.schemas import RegionCode
from wire import AnswerSchema, Line, Moment, StrictSchema

KEY_STATES = ("LIVE", "EXPIRED", "REVOKED")
_MOST_REGIONS = 20


class AddPartnerSchema(StrictSchema):
    """A system of somebody else's, by the name that people know it by."""

    name = Line(max_length=60, min_length=2, required=True, metadata={"example": "12345政务服务便民热线"})
    region_code = RegionCode(required=True)


class RenewKeySchema(StrictSchema):
    """How long the next key is good, and how long the old one stays good beside it."""

    expires_at = Moment(required=True)
    overlap_days = fields.Integer(load_default=USUAL_OVERLAP_DAYS, strict=True, validate=validate.Range(0, LONGEST_OVERLAP_DAYS))


class IssueKeySchema(StrictSchema):
    """What a key opens: where, which interfaces, until when, how often."""

    region_codes = fields.List(
        RegionCode(), required=True, validate=validate.Length(min=1, max=_MOST_REGIONS, error="应有1到{max}个行政区划")
    )
    interfaces = fields.List(
        fields.String(validate=validate.OneOf(list(INTERFACES))),
        required=True,
        validate=validate.Length(min=1, max=len(INTERFACES), error="请选择开放的接口"),
    )
    expires_at = Moment(required=True)
    requests_per_minute = fields.Integer(
        load_default=USUAL_REQUESTS_PER_MINUTE, strict=True, validate=validate.Range(1, MOST_REQUESTS_PER_MINUTE)
    )


class ApiKeySchema(AnswerSchema):
    """A key, but for the key itself."""

    id = fields.UUID()
    revision = fields.Integer()
    state = fields.String(validate=validate.OneOf(KEY_STATES))
    hint = fields.String(metadata={"description": "its last four characters"})
    region_codes = fields.List(fields.String())
    interfaces = fields.List(fields.String(validate=validate.OneOf(list(INTERFACES))))
    requests_per_minute = fields.Integer()
    created_at = Moment()
    expires_at = Moment()
    revoked_at = Moment(allow_none=True)
    replaced_by_id = fields.UUID(allow_none=True)
    last_used_at = Moment(allow_none=True, metadata={"description": "to the hour"})


class IssuedKeySchema(ApiKeySchema):
    """A key that was just made. `secret` is the key: it is told this once."""

    secret = fields.String()


class PartnerSchema(AnswerSchema):
    """A partner with its keys, newest first."""

    id = fields.UUID()
    revision = fields.Integer()
    name = fields.String()
    region_code = fields.String()
    created_at = Moment()
    keys = fields.List(fields.Nested(ApiKeySchema))


class PartnersPageSchema(AnswerSchema):
    """A page of partners."""

    items = fields.List(fields.Nested(PartnerSchema))
    next_cursor = fields.String(allow_none=True)
