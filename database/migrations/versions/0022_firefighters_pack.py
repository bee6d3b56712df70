"""The firefighters' pack: water sources, and a sheet for each key unit"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())
_MOMENT = sa.TIMESTAMP(timezone=True)
_MONTH_AND_DAY = "~ '^(0[1-9]|1[0-2])-[0-3][0-9]$'"
_SHEET_TEXTS = (
    "approach", "ladder_spots", "water", "facilities", "key_parts", "dangerous_goods", "control_room_phone", "plan_title",
    "plan_edition", "notes",
)  # fmt: skip
_OF_THE_UNIT = "id, region_code, name, address, category, place_type, lon, lat"


def _revised() -> list[sa.Column]:  # type: ignore[type-arg]
    return [
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=True),
        sa.Column("stamps", _JSON, server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    ]


def upgrade() -> None:
    """Apply. Key units have their sheets at once; the worker sends them out and works out what there has been."""
    op.create_table(
        "water_source",
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("region_code", "kind", "name", "place", "outlets", "note", "state")
        ],
        *[sa.Column(name, sa.Float(), nullable=True) for name in ("lon", "lat", "flow_lps", "volume_m3")],
        sa.Column("position", _JSON, nullable=True),
        sa.Column("freezes_from", sa.Text(), nullable=True),
        sa.Column("freezes_to", sa.Text(), nullable=True),
        sa.Column("photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reports", _JSON, nullable=False),
        sa.Column("retired_at", _MOMENT, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        *_revised(),
        sa.CheckConstraint("region_code ~ '^15[0-9]{4}$' AND region_code !~ '00$'", name=op.f("ck_water_source_in_a_banner")),
        sa.CheckConstraint(
            "kind IN ('MUNICIPAL_HYDRANT', 'UNIT_HYDRANT', 'WATER_CRANE', 'POOL', 'WELL', 'NATURAL')",
            name=op.f("ck_water_source_kind_known"),
        ),
        sa.CheckConstraint("state IN ('USABLE', 'OUT_OF_ORDER', 'FROZEN')", name=op.f("ck_water_source_state_known")),
        sa.CheckConstraint(
            "(lon IS NULL) = (lat IS NULL) AND (lon IS NULL) = (position IS NULL)", name=op.f("ck_water_source_position_whole")
        ),
        sa.CheckConstraint("flow_lps > 0 AND volume_m3 > 0", name=op.f("ck_water_source_amounts_positive")),
        sa.CheckConstraint(
            f"freezes_from {_MONTH_AND_DAY} AND freezes_to {_MONTH_AND_DAY}", name=op.f("ck_water_source_days_of_a_year")
        ),
        sa.CheckConstraint("(freezes_from IS NULL) = (freezes_to IS NULL)", name=op.f("ck_water_source_season_whole")),
        sa.PrimaryKeyConstraint("id", name="pk_water_source"),
    )
    op.create_index("ix_water_source_region", "water_source", ["region_code", "id"])
    op.create_table(
        "rescue_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("is_opened", sa.Boolean(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("region_code", "name", "address", "category", *_SHEET_TEXTS)],
        sa.Column("place_type", sa.Text(), nullable=True),
        sa.Column("construction", sa.Text(), nullable=True),
        *[sa.Column(name, sa.Float(), nullable=True) for name in ("lon", "lat", "max_height_m", "max_width_m")],
        *[
            sa.Column(name, sa.Integer(), nullable=True)
            for name in ("floors_above", "floors_below", "people_day", "people_night")
        ],
        sa.Column("keyholders", _JSON, nullable=False),
        sa.Column("plan_photo_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("survey", _JSON, nullable=True),
        sa.Column("history", _JSON, nullable=False),
        sa.Column("history_at", _MOMENT, nullable=True),
        *_revised(),
        sa.CheckConstraint(
            "construction IN ('REINFORCED_CONCRETE', 'STEEL', 'BRICK_CONCRETE', 'BRICK_WOOD', 'WOOD', 'FELT_TENT', 'OTHER')",
            name=op.f("ck_rescue_sheet_construction_known"),
        ),
        sa.CheckConstraint("max_height_m > 0 AND max_width_m > 0", name=op.f("ck_rescue_sheet_limits_positive")),
        sa.CheckConstraint(
            "least(floors_above, floors_below, people_day, people_night) >= 0", name=op.f("ck_rescue_sheet_counts_sensible")
        ),
        sa.CheckConstraint("(edition = 0) = (survey IS NULL)", name=op.f("ck_rescue_sheet_edition_surveyed")),
        sa.ForeignKeyConstraint(["id"], ["unit.id"], name="fk_rescue_sheet_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rescue_sheet"),
    )
    op.create_index("ix_rescue_sheet_region", "rescue_sheet", ["region_code", "id"])
    op.create_index("ix_rescue_sheet_history", "rescue_sheet", ["history_at"], postgresql_where="is_held")
    empty = ", ".join(["''"] * len(_SHEET_TEXTS))
    op.execute(
        f"INSERT INTO rescue_sheet ({_OF_THE_UNIT}, {', '.join(_SHEET_TEXTS)}, is_held, is_opened, keyholders, plan_photo_ids,"  # noqa: S608
        " edition, history, revision, created_at, updated_at)"
        f" SELECT {_OF_THE_UNIT}, {empty}, true, false, '[]', '{{}}', 0, '[]', 1, now(), now() FROM unit"
        " WHERE category IN ('KEY_UNIT', 'HIGH_RISK_UNIT') AND merged_into IS NULL"
    )
    op.execute("INSERT INTO sync_dirty (entity_type, entity_id, marked_at) SELECT 'rescue_sheet', id, now() FROM rescue_sheet")


def downgrade() -> None:
    """Take back: the pack goes; its photos stay where they are stored. Devices have to start anew."""
    op.execute("DELETE FROM sync_dirty WHERE entity_type IN ('water_source', 'rescue_sheet')")
    op.drop_table("rescue_sheet")
    op.drop_table("water_source")
