"""The cells of a row as the register holds them, or what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from database.base import Json
from places.imports.rules import CATEGORY_OF, PLACE_TYPE_OF, system_of
from places.schemas import BannerName, PositionSchema, Uscc
from problems import Invalid
from wire import Line, StrictSchema, flatten

_POSITION = PositionSchema()


class _Word(fields.String):
    """One of a list, by its Chinese name or its code."""

    def __init__(self, words: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = self.words.get(str(super()._deserialize(value, attr, data, **kwargs)).strip())
        if code is None:
            raise ValidationError("不在可选范围内,请从模板中选择")
        return code


class RowSchema(StrictSchema):
    """A row of a list of units. What is left out says nothing."""

    id = Line(max_length=64)
    name = Line(max_length=100, required=True)
    uscc = Uscc()
    region = BannerName(required=True)
    address = Line(max_length=200)
    category = _Word(CATEGORY_OF)
    place_type = _Word(PLACE_TYPE_OF)
    lon = fields.Float()
    lat = fields.Float()
    crs = fields.String()


_ROW = RowSchema()


def shaped(cells: Mapping[str, str]) -> Json:
    """What a row says, under the names of the register. Raises Invalid with every wrong cell."""
    try:
        said: Json = dict(_ROW.load(dict(cells)))
    except ValidationError as error:
        raise Invalid(*flatten(error.messages)) from error
    said["region_code"] = said.pop("region")
    lon, lat, crs = said.pop("lon", None), said.pop("lat", None), said.pop("crs", "wgs84")
    if (lon is None) != (lat is None):
        missing = "lat" if lat is None else "lon"
        raise Invalid({"field": missing, "code": "required", "message": "经度和纬度应同时填写"})
    if lon is not None:
        try:
            said["position"] = _POSITION.load({"lon": lon, "lat": lat, "crs": system_of(crs), "source": "import"})
        except ValidationError as error:
            raise Invalid(*flatten(error.messages)) from error
    return said
