"""Divisions with the switch that opens them, the working-day table, and the register of units."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid5

from sqlalchemy import CheckConstraint, Computed, Float, ForeignKey, Index, Integer, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, Json, Revised
from places.regions import KINDS
from places.unit_kinds import CATEGORIES, PLACE_TYPES

_DIVISIONS = UUID("0d9c3e0c-5b1e-4b52-9a57-6f5f7f0c1d15")  # the namespace that makes a division's id from its code


def division_id(code: str) -> UUID:
    """The id under which every device knows a division: a UUIDv5 of its code, the same in every installation."""
    return uuid5(_DIVISIONS, code)


class Division(Revised, Base):
    """The region, a league or a banner. `is_open` opens the module there; only banners are opened."""

    __tablename__ = "division"
    __table_args__ = (
        CheckConstraint("code ~ '^15[0-9]{4}$'", name="code_in_region"),
        CheckConstraint("level BETWEEN 1 AND 3 AND (level = 1) = (parent_code IS NULL)", name="level_has_parent"),
        CheckConstraint(f"kind IN {KINDS}", name="kind_known"),
        CheckConstraint("is_open = (opened_at IS NOT NULL) AND (level = 3 OR NOT is_open)", name="only_banners_open"),
    )

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    level: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]

    @property
    def region_code(self) -> str:
        """Under this name an event keeps where it happened."""
        return self.code


class CalendarNotice(Revised, Base):
    """The holidays of one year as the 国务院办公厅 announced them: the days that differ from Monday to Friday.

    `days` holds `{"day", "is_work", "name"}` in order; `digest` is a hash of them, by which processes notice a change.
    A notice may reach back into December, because the new year's holiday does.
    """

    __tablename__ = "calendar_notice"
    __table_args__ = (CheckConstraint("year BETWEEN 2000 AND 2100", name="year_sensible"),)

    year: Mapped[int] = mapped_column(Integer, unique=True)
    source: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)  # entered before the notice was published
    days: Mapped[list[Json]]
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class WorkDay(Base):
    """One day of the working calendar in Beijing time, written from the notices. Days without a row follow the weekday."""

    __tablename__ = "work_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_work: Mapped[bool]
    name: Mapped[str] = mapped_column(default="")  # 国庆节, also on the weekend that is worked for it
    source: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)


# By which two entries of one place are found: width, case, spaces and punctuation say nothing (`imports.rules.plain_name`).
_PLAIN = r"lower(regexp_replace(normalize({}, NFKC), '[\s!-/:-@\[-`{{-~\u00b7\u2010-\u205e\u3001-\u3030\u30fb]+', '', 'g'))"


class Unit(Revised, Base):
    """An enterprise or place under fire supervision (docs/sources.md)."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100 AND length(address) <= 200", name="texts_bounded"),
        CheckConstraint("region_code ~ '^15[0-9]{4}$' AND region_code !~ '00$'", name="in_a_banner"),
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
        CheckConstraint(f"category IN {tuple(CATEGORIES)}", name="category_known"),
        CheckConstraint(f"place_type IN {tuple(PLACE_TYPES)}", name="place_type_known"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (position IS NULL)", name="position_whole"),
        CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="on_earth"),
        Index("ix_unit_region", "region_code", "id"),
        Index("ix_unit_name", "region_code", "name"),
        Index("ix_unit_managers", "manager_ids", postgresql_using="gin"),
        CheckConstraint("merged_into <> id", name="merged_into_another"),
        Index("ix_unit_merged", "merged_into", postgresql_where="merged_into IS NOT NULL"),
        Index("ix_unit_plain_name", "region_code", "plain_name", postgresql_where="merged_into IS NULL"),
        Index("ix_unit_plain_address", "region_code", "plain_address", postgresql_where="merged_into IS NULL"),
        Index("ix_unit_spot", "region_code", "lat", "lon", postgresql_where="merged_into IS NULL"),
    )

    name: Mapped[str]
    uscc: Mapped[str | None] = mapped_column(unique=True)  # 统一社会信用代码 (GB 32100); herders and small places have none
    region_code: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    place_type: Mapped[str | None]
    category: Mapped[str]
    lon: Mapped[float | None] = mapped_column(Float)  # WGS-84
    lat: Mapped[float | None] = mapped_column(Float)
    # As it was given: lon, lat, crs, accuracy_m, source. Without `none_as_null` None would become the JSON value null.
    position: Mapped[Json | None] = mapped_column(JSONB(none_as_null=True))
    legal_person_id: Mapped[UUID | None]  # 消防安全责任人, once accounts has confirmed his claim
    manager_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list, server_default="{}")  # 消防安全管理人
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))  # the entry of the same place that stays
    plain_name: Mapped[str] = mapped_column(Computed(_PLAIN.format("name"), persisted=True))
    plain_address: Mapped[str] = mapped_column(Computed(_PLAIN.format("address"), persisted=True))
