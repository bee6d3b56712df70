"""The firefighters' pack (灭火救援资料): water sources, and for each key unit a sheet of what one must know before going in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from workflow.rescue.rules import CONSTRUCTIONS, KINDS, STATES

_MONTH_AND_DAY = "~ '^(0[1-9]|1[0-2])-[0-3][0-9]$'"


class WaterSource(Revised, Base):
    """Where an engine is filled, what it gives, and how it was found last."""

    __tablename__ = "water_source"
    __table_args__ = (
        CheckConstraint("region_code ~ '^15[0-9]{4}$' AND region_code !~ '00$'", name="in_a_banner"),
        CheckConstraint(f"kind IN {tuple(KINDS)}", name="kind_known"),
        CheckConstraint(f"state IN {tuple(STATES)}", name="state_known"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (position IS NULL)", name="position_whole"),
        CheckConstraint("flow_lps > 0 AND volume_m3 > 0", name="amounts_positive"),
        CheckConstraint(f"freezes_from {_MONTH_AND_DAY} AND freezes_to {_MONTH_AND_DAY}", name="days_of_a_year"),
        CheckConstraint("(freezes_from IS NULL) = (freezes_to IS NULL)", name="season_whole"),
        Index("ix_water_source_region", "region_code", "id"),
    )

    region_code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]  # the number on it, or what people call it
    place: Mapped[str]
    lon: Mapped[float | None] = mapped_column(Float)  # WGS-84
    lat: Mapped[float | None] = mapped_column(Float)
    position: Mapped[Json | None]  # as it was given, like a unit's
    flow_lps: Mapped[float | None] = mapped_column(Float)  # litres a second
    volume_m3: Mapped[float | None] = mapped_column(Float)
    outlets: Mapped[str] = mapped_column(default="")  # sizes and couplings, as firefighters say them
    freezes_from: Mapped[str | None]  # month and day, 11-01; None: gives water all the year
    freezes_to: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    state: Mapped[str]  # as it was seen last
    reports: Mapped[list[Json]]  # state, seen_at, by, name, note: the one seen last first
    retired_at: Mapped[datetime | None]


class RescueSheet(Revised, Base):
    """One unit, under its id: what the register says of it, what the brigade found on the spot, and what there has been.

    The second part is edited; the first follows the register, the third is worked out from the cases.
    """

    __tablename__ = "rescue_sheet"
    __table_args__ = (
        CheckConstraint(f"construction IN {tuple(CONSTRUCTIONS)}", name="construction_known"),
        CheckConstraint("max_height_m > 0 AND max_width_m > 0", name="limits_positive"),
        CheckConstraint("least(floors_above, floors_below, people_day, people_night) >= 0", name="counts_sensible"),
        CheckConstraint("(edition = 0) = (survey IS NULL)", name="edition_surveyed"),
        Index("ix_rescue_sheet_region", "region_code", "id"),
        Index("ix_rescue_sheet_history", "history_at", postgresql_where="is_held"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    is_held: Mapped[bool]  # by devices: of a key unit, or opened by hand, and not merged into another entry
    is_opened: Mapped[bool] = mapped_column(default=False)  # somebody wanted it, or has written in it

    region_code: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    category: Mapped[str]
    place_type: Mapped[str | None]
    lon: Mapped[float | None] = mapped_column(Float)
    lat: Mapped[float | None] = mapped_column(Float)

    approach: Mapped[str] = mapped_column(default="")  # which road, which gate
    max_height_m: Mapped[float | None] = mapped_column(Float)  # of an engine that gets in
    max_width_m: Mapped[float | None] = mapped_column(Float)
    ladder_spots: Mapped[str] = mapped_column(default="")
    water: Mapped[str] = mapped_column(default="")  # inside: hydrants, pools, pump connections
    facilities: Mapped[str] = mapped_column(default="")
    construction: Mapped[str | None]
    floors_above: Mapped[int | None] = mapped_column(Integer)
    floors_below: Mapped[int | None] = mapped_column(Integer)
    people_day: Mapped[int | None] = mapped_column(Integer)
    people_night: Mapped[int | None] = mapped_column(Integer)
    key_parts: Mapped[str] = mapped_column(default="")  # 重点部位
    dangerous_goods: Mapped[str] = mapped_column(default="")  # what, how much, where
    control_room_phone: Mapped[str] = mapped_column(default="")
    keyholders: Mapped[list[Json]] = mapped_column(default=list)  # name, phone
    plan_title: Mapped[str] = mapped_column(default="")  # the unit's own 灭火和应急疏散预案
    plan_edition: Mapped[str] = mapped_column(default="")
    plan_photo_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)  # its pages
    notes: Mapped[str] = mapped_column(default="")
    edition: Mapped[int] = mapped_column(Integer, default=0)  # how often it was surveyed
    survey: Mapped[Json | None]  # the last one: at, by, name

    history: Mapped[list[Json]] = mapped_column(default=list)  # workflow/place_history.py
    history_at: Mapped[datetime | None]  # when it was worked out
