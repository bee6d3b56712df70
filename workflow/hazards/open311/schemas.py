"""GeoReport v2: the parameters of a request, and the documents. What they are called is the specification's."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, pre_load, validate, validates_schema

from places.schemas import RegionCode
from wire import AnswerSchema, Line, Moment, Prose, StrictSchema
from workflow.hazards.open311.rules import CLOSED, MOST_ROWS, OPEN
from workflow.hazards.schemas import PICTURES
from workflow.schemas import CodeField

BURNING, CATEGORY = "people_trapped_or_fire", "category"  # the attributes of every service
_KEY = {"description": "the key; or as the header `X-API-Key`"}
_SAYS_YES: set[object] = {"true", "1", "yes"}
_SAYS_NO: set[object] = {"false", "0", "no"}


class Truth(fields.Boolean):
    """As forms say it."""

    truthy = _SAYS_YES
    falsy = _SAYS_NO


class Codes(fields.String):
    """Codes with commas between them, at most fifty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=2000, error="最多{max}个字"), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:  # type: ignore[override]
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if "\0" in text:
            raise ValidationError("不能包含空字符")
        codes = [code.strip() for code in text.split(",") if code.strip()]
        if len(codes) > 50:
            raise ValidationError("最多50项")
        return codes


class GeoReportSchema(StrictSchema):
    """What every operation takes. Without `jurisdiction_id` all divisions of the key are meant."""

    api_key = Line(max_length=100, load_default=None, metadata=_KEY)
    jurisdiction_id = RegionCode(
        load_default=None, metadata={"description": "code of a division (GB/T 2260)", "example": "150102"}
    )


class RequestsQuerySchema(GeoReportSchema):
    """The filters of the list. Dates are ends of at most 90 days; ids make all other filters idle."""

    service_request_id = Codes(load_default=None)
    service_code = Codes(load_default=None)
    start_date = Moment(load_default=None)
    end_date = Moment(load_default=None)
    status = Codes(load_default=None)
    page = fields.Integer(load_default=1, validate=validate.Range(1, 1_000_000))
    page_size = fields.Integer(load_default=MOST_ROWS, validate=validate.Range(1, MOST_ROWS))

    @validates_schema
    def knows_the_codes(self, data: dict[str, Any], **_: Any) -> None:
        """Services and statuses are few."""
        for name, known in (("service_code", set(PICTURES)), ("status", {OPEN, CLOSED})):
            if data.get(name) and not known.issuperset(data[name]):
                raise ValidationError(f"应为下列之一:{', '.join(sorted(known))}", name)


class ReportFormSchema(GeoReportSchema):
    """`POST requests`. Where: `lat` and `long` (WGS-84), or words under a `jurisdiction_id` that is a banner."""

    service_code = fields.String(required=True, validate=validate.OneOf(list(PICTURES)))
    lat = fields.Float(load_default=None, validate=validate.Range(-90, 90))
    long = fields.Float(load_default=None, validate=validate.Range(-180, 180))
    address_string = Line(max_length=100, load_default=None)
    description = Prose(max_length=2000, load_default="")
    first_name = Line(max_length=25, load_default=None)
    last_name = Line(max_length=25, load_default=None)
    phone = Line(max_length=30, load_default=None)
    token = fields.UUID(
        load_default=None,
        metadata={"description": "made by the partner: sent again it is the same request, and `GET tokens/{token}` finds it"},
    )
    category = CodeField(load_default=None, data_key=f"attribute[{CATEGORY}]")
    people_trapped_or_fire = Truth(load_default=False, data_key=f"attribute[{BURNING}]")
    # Known to the specification, and not kept: nobody needs them to find the hazard.
    email = Line(max_length=200, load_default=None)
    device_id = Line(max_length=200, load_default=None)
    account_id = Line(max_length=200, load_default=None)

    @pre_load
    def nothing_is_nothing(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Forms send what nobody filled in as empty text."""
        return {name: value for name, value in data.items() if value != ""}

    @validates_schema
    def can_be_found(self, data: dict[str, Any], **_: Any) -> None:
        """Somebody has to drive there."""
        if (data.get("lat") is None) != (data.get("long") is None):
            raise ValidationError("经纬度应同时提供", "lat" if data.get("lat") is None else "long")
        if data.get("lat") is None and not (data.get("address_string") and data.get("jurisdiction_id")):
            raise ValidationError("请提供 lat、long,或者 address_string 和旗县区的 jurisdiction_id", "lat")


class EndpointSchema(AnswerSchema):
    """Where GeoReport is spoken."""

    specification = fields.String()
    url = fields.String()
    changeset = fields.String()
    type = fields.String()
    formats = fields.List(fields.String())


class DiscoverySchema(AnswerSchema):
    """Service discovery."""

    changeset = fields.String()
    contact = fields.String()
    key_service = fields.String()
    endpoints = fields.List(fields.Nested(EndpointSchema))


class GeoServiceSchema(AnswerSchema):
    """One of the eight pictures, or 说不清."""

    service_code = fields.String(validate=validate.OneOf(list(PICTURES)))
    service_name = fields.String()
    description = fields.String()
    metadata = fields.Boolean()
    type = fields.String(validate=validate.OneOf(["realtime"]))
    keywords = fields.String()
    group = fields.String()


class GeoValueSchema(AnswerSchema):
    """A choice."""

    key = fields.String()
    name = fields.String()


class GeoAttributeSchema(AnswerSchema):
    """A further question of a service."""

    variable = fields.Boolean()
    code = fields.String(validate=validate.OneOf([CATEGORY, BURNING]))
    datatype = fields.String(validate=validate.OneOf(["singlevaluelist"]))
    required = fields.Boolean()
    datatype_description = fields.String()
    order = fields.Integer()
    description = fields.String()
    values = fields.List(fields.Nested(GeoValueSchema))


class ServiceDefinitionSchema(AnswerSchema):
    """The questions of a service."""

    service_code = fields.String()
    attributes = fields.List(fields.Nested(GeoAttributeSchema))


class GeoReceiptSchema(AnswerSchema):
    """What became of a report: its number, and what to read."""

    service_request_id = fields.String()
    service_notice = fields.String()
    account_id = fields.String(allow_none=True)


class GeoTokenSchema(AnswerSchema):
    """Which request was sent under a token."""

    service_request_id = fields.String()
    token = fields.UUID()


class GeoRequestSchema(AnswerSchema):
    """A request of the caller's own and its fate; or, of all others, how many of one kind are under way in a cell.

    `lat` and `long` are the middle of a cell of a fiftieth of a degree, never the place itself.
    """

    service_request_id = fields.String()
    status = fields.String(validate=validate.OneOf([OPEN, CLOSED]))
    status_notes = fields.String()
    service_name = fields.String()
    service_code = fields.String()
    description = fields.String()
    agency_responsible = fields.String(allow_none=True)
    service_notice = fields.String(allow_none=True)
    requested_datetime = Moment()
    updated_datetime = Moment()
    expected_datetime = Moment(allow_none=True)
    address = fields.String(allow_none=True)
    address_id = fields.String(allow_none=True)
    zipcode = fields.String(allow_none=True)
    lat = fields.Float(allow_none=True)
    long = fields.Float(allow_none=True)
    media_url = fields.String(allow_none=True)
    count = fields.Integer(allow_none=True, metadata={"description": "of a cell: 3 or more; null for a request of one's own"})


class GeoErrorSchema(AnswerSchema):
    """A refusal of GeoReport v2."""

    code = fields.Integer()
    description = fields.String()
