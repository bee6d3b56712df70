"""What the pack's commands are given, and the fields of its records that may be edited."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from places.schemas import Number, PositionSchema, RegionCode
from sync.merge import changes_schema
from sync.mutations import observed
from wire import Line, Moment, Prose, StrictSchema
from workflow.rescue.rules import CONSTRUCTIONS, KINDS, STATES, USABLE
from workflow.schemas import PhotosField

MAX_PAGES = 20
MAX_KEYHOLDERS = 5
_MOST_PEOPLE = 1_000_000
_DAY_OF_YEAR = "^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))$"


class DayOfYear(Line):
    """A month and a day that every year has: 11-01."""

    def __init__(self, **kwargs: Any) -> None:
        form = validate.Regexp(_DAY_OF_YEAR, error="应为月和日,例如11-01")
        kwargs.setdefault("metadata", {"example": "11-01"})
        super().__init__(validate=form, **kwargs)


class SitePhone(Line):
    """Whom to call, on the spot or at home; empty: not known."""

    def __init__(self, **kwargs: Any) -> None:
        form = validate.Regexp("^[0-9 +()-]{0,30}$", error="应为电话号码")
        super().__init__(validate=[validate.Length(max=30), form], metadata={"example": "0471-6210119"}, **kwargs)


def _amount(most: float, example: float) -> Number:
    limit = validate.Range(0, most, min_inclusive=False, error="应大于0,不超过{max}")
    return Number(load_default=None, allow_none=True, validate=limit, metadata={"example": example})


def _count(most: int) -> fields.Integer:
    return fields.Integer(allow_none=True, strict=True, validate=validate.Range(0, most, error="应在0到{max}之间"))


# Everything is what somebody saw on the spot, so the later arrival stands, and who saw it otherwise is told (sync.merge).
WATER_FIELDS = {
    "kind": observed(fields.String(validate=validate.OneOf(KINDS, error="水源类型不正确"))),
    "name": observed(Line(max_length=60)),
    "place": observed(Line(max_length=200)),
    "position": observed(fields.Nested(PositionSchema, allow_none=True)),
    "flow_lps": observed(_amount(1000, 30)),
    "volume_m3": observed(_amount(10_000_000, 500)),
    "outlets": observed(Line(max_length=100, min_length=0)),
    "freezes_from": observed(DayOfYear(allow_none=True)),
    "freezes_to": observed(DayOfYear(allow_none=True)),
    "note": observed(Prose(max_length=500)),
    "photo_ids": observed(PhotosField()),
}


class AddWaterSourceSchema(StrictSchema):
    """A water source that is new to us."""

    region_code = RegionCode(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error="水源类型不正确"))
    name = Line(max_length=60, required=True, metadata={"example": "新华东街12号栓"})
    place = Line(max_length=200, required=True, metadata={"example": "新华东街与哲里木路路口东北角"})
    position = fields.Nested(PositionSchema, load_default=None, allow_none=True)
    flow_lps = _amount(1000, 30)
    volume_m3 = _amount(10_000_000, 500)
    outlets = Line(max_length=100, min_length=0, load_default="", metadata={"example": "65毫米内扣×2、100毫米×1"})
    freezes_from = DayOfYear(load_default=None, allow_none=True)
    freezes_to = DayOfYear(load_default=None, allow_none=True)
    note = Prose(max_length=500, load_default="")
    photo_ids = PhotosField(load_default=list)
    state = fields.String(load_default=USABLE, validate=validate.OneOf(STATES, error="状态不正确"))

    @validates_schema(skip_on_field_errors=True)
    def season_is_whole(self, data: dict[str, Any], **_: Any) -> None:
        """A season has two ends."""
        if (data["freezes_from"] is None) != (data["freezes_to"] is None):
            raise ValidationError("请填写封冻期的起止日期", "freezes_to")


class EditWaterSourceSchema(StrictSchema):
    """The changes of one water source."""

    changes = fields.Nested(changes_schema("WaterSource", WATER_FIELDS), required=True)


class ReportWaterSourceSchema(StrictSchema):
    """How somebody found it; `seen_at` is when, where that was not just now."""

    state = fields.String(required=True, validate=validate.OneOf(STATES, error="状态不正确"))
    seen_at = Moment(load_default=None, allow_none=True)
    note = Line(max_length=200, min_length=0, load_default="")


class KeyholderSchema(StrictSchema):
    """Who has a key, and how to reach him."""

    name = Line(max_length=40, required=True)
    phone = SitePhone(required=True)


SHEET_FIELDS = {
    "approach": observed(Prose(max_length=500)),
    "max_height_m": observed(_amount(20, 4.5)),
    "max_width_m": observed(_amount(50, 4)),
    "ladder_spots": observed(Prose(max_length=500)),
    "water": observed(Prose(max_length=500)),
    "facilities": observed(Prose(max_length=500)),
    "construction": observed(fields.String(allow_none=True, validate=validate.OneOf(CONSTRUCTIONS, error="建筑结构不正确"))),
    "floors_above": observed(_count(200)),
    "floors_below": observed(_count(20)),
    "people_day": observed(_count(_MOST_PEOPLE)),
    "people_night": observed(_count(_MOST_PEOPLE)),
    "key_parts": observed(Prose(max_length=500)),
    "dangerous_goods": observed(Prose(max_length=500)),
    "control_room_phone": observed(SitePhone(min_length=0)),
    "keyholders": observed(
        fields.List(fields.Nested(KeyholderSchema), validate=validate.Length(max=MAX_KEYHOLDERS, error="最多{max}人"))
    ),
    "plan_title": observed(Line(max_length=100, min_length=0)),
    "plan_edition": observed(Line(max_length=40, min_length=0)),
    "plan_photo_ids": observed(PhotosField(max_photos=MAX_PAGES)),
    "notes": observed(Prose(max_length=1000)),
}


class EditRescueSheetSchema(StrictSchema):
    """The changes of one sheet."""

    changes = fields.Nested(changes_schema("RescueSheet", SHEET_FIELDS), required=True)


class SurveySchema(StrictSchema):
    """熟悉: somebody went through the place and what stands in the sheet is so; `surveyed_at` is when, where not just now."""

    surveyed_at = Moment(load_default=None, allow_none=True)
