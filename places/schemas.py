"""Positions and places on the wire, and what is said of divisions, the calendar and units."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from accounts.identifiers import is_credit_code
from places.coordinates import SYSTEMS
from places.jurisdiction import ADDRESS_PARTS
from places.regions import banner_named
from places.unit_kinds import CATEGORIES, PLACE_TYPES
from wire import AnswerSchema, Flag, Line, Moment, StrictSchema


class Number(fields.Float):
    """A JSON number, nothing that merely looks like one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid", input=value)
        return float(super()._deserialize(value, attr, data, **kwargs))


class RegionCode(fields.String):
    """Six digits in the form of a division of the region; whether there is such a one, the command says."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"example": "150102"})
        form = validate.Regexp("^15[0-9]{4}$", error="应为自治区内的六位区划代码")
        super().__init__(validate=[validate.Length(equal=6, error="应为六位区划代码"), form], **kwargs)


class BannerName(fields.String):
    """A banner as people write it in a sheet: by its code, by its name, or by the league's name and its own."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"maxLength": 40, "example": "呼和浩特市新城区"})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = banner_named(str(super()._deserialize(value, attr, data, **kwargs))[:40])
        if code is None:
            raise ValidationError("应为自治区内旗县(市、区)的名称或者六位代码")
        return code


class Uscc(fields.String):
    """统一社会信用代码 (GB 32100-2015): 18 characters, the last one checks the others."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {"minLength": 18, "maxLength": 18, "example": "91350100M000100Y43"})
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = str(super()._deserialize(value, attr, data, **kwargs)).strip().upper()
        if not is_credit_code(code):
            raise ValidationError("统一社会信用代码有误,请核对")
        return code


class PositionSchema(StrictSchema):
    """A position as the device has it; we convert. Without `crs` it is WGS-84, as the browser's Geolocation API gives it."""

    lon = Number(required=True, validate=validate.Range(-180, 180, error="经度应在-180到180之间"), metadata={"example": 111.7519})
    lat = Number(required=True, validate=validate.Range(-90, 90, error="纬度应在-90到90之间"), metadata={"example": 40.8414})
    crs = fields.String(load_default="wgs84", validate=validate.OneOf(SYSTEMS, error="坐标系应为{choices}"))
    accuracy_m = Number(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 50_000_000, error="精度应为0或者正数"),
        metadata={"description": "radius in metres of the circle that the device vouches for"},
    )
    source = Line(
        load_default="",
        validate=[validate.Length(max=20), validate.Regexp("^[a-z0-9_]*$", error="来源应为小写字母")],
        metadata={"description": "where it comes from: gps, network, map (picked), photo (EXIF) …", "example": "gps"},
    )


class PlaceSchema(StrictSchema):
    """A position, or a place without coordinates: a banner with 苏木 → 嘎查 → 户名 → 参照物. Both together are welcome.

    In towns the same four lines hold 街道, 社区, 门牌 and 参照物.
    """

    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)
    region_code = RegionCode(load_default=None, allow_none=True)
    sumu = Line(max_length=50, min_length=0, load_default=None, allow_none=True)
    gacha = Line(max_length=50, min_length=0, load_default=None, allow_none=True)
    household = Line(max_length=50, min_length=0, load_default=None, allow_none=True)
    landmark = Line(max_length=100, min_length=0, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def can_be_found(self, data: dict[str, Any], **_: Any) -> None:
        """Somebody has to drive there."""
        if data["position"] is not None:
            return
        if data["region_code"] is None:
            raise ValidationError("请提供定位,或者选择旗县区", "region_code")
        if not any(data[part] for part in ADDRESS_PARTS):
            raise ValidationError("没有定位时,请填写苏木、嘎查、户名或者参照物", "sumu")


class DivisionSchema(StrictSchema):
    """A division and its switch."""

    code = fields.String(required=True)
    revision = fields.Integer(required=True)
    name = fields.String(required=True)
    parent_code = fields.String(required=True, allow_none=True)
    level = fields.Integer(required=True, metadata={"description": "1 region, 2 league or city, 3 banner"})
    kind = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    opened_at = Moment(required=True, allow_none=True)


class LeagueSchema(DivisionSchema):
    """A league with its banners."""

    children = fields.List(fields.Nested(DivisionSchema), required=True)


class RegionTreeSchema(StrictSchema):
    """The leagues and cities in the order of their codes, each with its banners."""

    items = fields.List(fields.Nested(LeagueSchema), required=True)


class MoveUnitsSchema(StrictSchema):
    """Where the units of a banner go."""

    into = Line(required=True, max_length=6, metadata={"description": "code of the banner"})


class MovedUnitsSchema(StrictSchema):
    """How many units were moved."""

    moved = fields.Integer(required=True)


class OpeningSchema(StrictSchema):
    """Open or close the module in a banner."""

    is_open = Flag(required=True)


class JurisdictionSchema(StrictSchema):
    """Where a position is, and who handles what happens there."""

    region_code = fields.String(required=True, allow_none=True)
    region_name = fields.String(required=True, allow_none=True)
    near_border_codes = fields.List(fields.String(), required=True)
    certainty = fields.String(required=True, metadata={"description": "inside, near_border, low_accuracy, outside"})
    message = fields.String(required=True)
    lon = fields.Float(required=True, metadata={"description": "WGS-84"})
    lat = fields.Float(required=True)
    handling_code = fields.String(required=True, allow_none=True)
    is_open = fields.Boolean(required=True, allow_none=True)
    handling_message = fields.String(required=True)


class BaseMapSchema(StrictSchema):
    """The map that the operator configured, with what has to be shown on it."""

    tiles_url = fields.String(required=True, metadata={"description": "a template with {x}, {y}, {z}, and {s} for 1 to 4"})
    attribution = fields.String(required=True)
    approval_no = fields.String(required=True, metadata={"description": "审图号", "example": "GS(2024)0650号"})
    crs = fields.String(
        required=True,
        validate=validate.OneOf(["wgs84", "gcj02"]),
        metadata={"description": "what its tiles are drawn in: positions of ours are WGS-84 and have to be moved for gcj02"},
    )


class ConfiguredMapSchema(StrictSchema):
    """The base map, or null where none is configured: then places stand on a plain grid."""

    base_map = fields.Nested(BaseMapSchema, required=True, allow_none=True)


class NoticeDaySchema(StrictSchema):
    """A day that differs from Monday to Friday: a holiday, or a weekend that is worked."""

    day = fields.Date(required=True)
    is_work = Flag(required=True)
    name = Line(max_length=30, required=True, metadata={"example": "国庆节"})


class LoadNoticeSchema(StrictSchema):
    """The 国务院办公厅's notice on the holidays of a year."""

    source = Line(max_length=200, required=True, metadata={"description": "title and number of the notice"})
    provisional = Flag(load_default=False)
    days = fields.List(
        fields.Nested(NoticeDaySchema), required=True, validate=validate.Length(min=1, max=120, error="应有1到120天")
    )


class CalendarSchema(StrictSchema):
    """The working days of a year. Without a notice (`revision` 0) weekends alone are free, and all is provisional."""

    year = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    source = fields.String(required=True)
    provisional = fields.Boolean(required=True)
    work_days = fields.Integer(required=True, metadata={"description": "how many days of the year are worked"})
    days = fields.List(fields.Nested(NoticeDaySchema), required=True)


class EditUnitSchema(StrictSchema):
    """A unit as it should be from now on; what is left out is empty."""

    name = Line(max_length=100, required=True)
    uscc = Uscc(load_default=None, allow_none=True)
    region_code = RegionCode(required=True)
    address = Line(max_length=200, min_length=0, load_default="")
    category = fields.String(required=True, validate=validate.OneOf(CATEGORIES, error="单位类别应为{choices}"))
    place_type = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(PLACE_TYPES, error="场所类型不正确"))
    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)


class RegisterUnitSchema(EditUnitSchema):
    """A unit that is new to us."""

    id = fields.UUID(load_default=None, metadata={"description": "UUIDv7 made by the client; left out, we make one"})


class MergeUnitSchema(StrictSchema):
    """Which entry of the same place stays, and why."""

    into = fields.UUID(required=True, metadata={"description": "id of the unit that stays"})
    into_revision = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "its revision, as it was when the two were compared"},
    )  # fmt: skip
    reason = Line(max_length=200, required=True)


class UnmergeUnitSchema(StrictSchema):
    """Why the two are not one place."""

    reason = Line(max_length=200, required=True)


class UnitDoubleSchema(AnswerSchema):
    """Another entry that may be the same place, and what speaks for it."""

    id = fields.UUID()
    revision = fields.Integer()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    address = fields.String()
    category = fields.String()
    distance_m = fields.Integer(allow_none=True, metadata={"description": "null where one of the two has no position"})
    reason = fields.String(metadata={"example": "名称相同,相距约40米"})


class UnitDoublesSchema(AnswerSchema):
    """At most 20, the likeliest first."""

    items = fields.List(fields.Nested(UnitDoubleSchema))


class UnitSchema(StrictSchema):
    """A unit as officers and its own people see it."""

    id = fields.UUID(required=True)
    revision = fields.Integer(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True, allow_none=True)
    region_code = fields.String(required=True)
    address = fields.String(required=True)
    category = fields.String(required=True)
    place_type = fields.String(required=True, allow_none=True)
    lon = fields.Float(required=True, allow_none=True, metadata={"description": "WGS-84"})
    lat = fields.Float(required=True, allow_none=True)
    position = fields.Nested(PositionSchema, required=True, allow_none=True)
    legal_person_id = fields.UUID(required=True, allow_none=True)
    manager_ids = fields.List(fields.UUID(), required=True)
    merged_into = fields.UUID(
        required=True, allow_none=True, metadata={"description": "the entry of the place that stays; this one keeps its cases"}
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
