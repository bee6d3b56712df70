"""What became of a list: shown to whoever sent it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

import sheets
from accounts.actor import Actor, Role
from database.base import Json
from places.imports.models import UnitImport, UnitImportRow
from places.imports.rules import HEADS, OUTCOMES, REPORTED, TITLES
from places.regions import full_name, regions
from places.unit_kinds import CATEGORIES, PLACE_TYPES
from problems import NotFound
from sheets import Column

_OUTCOMES = dict.fromkeys(OUTCOMES, 0)
_GIVEN = [Column(name, title, 20 if name in ("name", "uscc", "address") else 12) for title, name in TITLES.items()]
_LINE, _OUTCOME, _NOTES = REPORTED
_REPORT = [Column("line", _LINE, 6), *_GIVEN, Column("outcome", _OUTCOME, 26), Column("notes", _NOTES, 60)]


def own(session: Session, actor: Actor, import_id: UUID) -> UnitImport:
    """One of the lists that the caller may see. Raises NotFound."""
    found = session.scalars(owns(actor).where(UnitImport.id == import_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def owns(actor: Actor) -> Select[UnitImport]:
    """The caller's own lists; those of the platform too, for who leads or administers the whole region."""
    mine = UnitImport.created_by == actor.id
    everybodys = actor.is_regional(Role.UNIT_LEADER, Role.SYS_ADMIN)
    return select(UnitImport).where(or_(mine, UnitImport.source == "PLATFORM") if everybodys else mine)


def shown(made: UnitImport) -> Json:
    """As the API tells it."""
    return {
        "id": made.id, "revision": made.revision, "source": made.source, "state": made.state, "name": made.name,
        "prefer": made.prefer, "is_trial": made.is_trial, "rows": made.rows, "done": sum(made.counts.values()),
        "counts": {**_OUTCOMES, **made.counts}, "created_at": made.created_at, "ended_at": made.ended_at,
    }  # fmt: skip


def rows_of(made: UnitImport, outcome: str | None) -> Select[UnitImportRow]:
    """Its rows, or those that came to one thing."""
    statement = select(UnitImportRow).where(UnitImportRow.import_id == made.id)
    return statement if outcome is None else statement.where(UnitImportRow.outcome == outcome)


def shown_row(row: UnitImportRow) -> Json:
    """As the API tells it."""
    return {
        "line": row.line, "name": row.cells.get("name", ""), "outcome": row.outcome, "unit_id": row.unit_id, "notes": row.notes,
    }  # fmt: skip


def report(session: Session, made: UnitImport) -> bytes:
    """The rows as they came, each with what became of it and why: what is wrong is put right there and sent again."""
    rows = session.scalars(rows_of(made, None).order_by(UnitImportRow.line))
    return sheets.book("处理结果", _REPORT, (_reported(row) for row in rows))


def _reported(row: UnitImportRow) -> Json:
    said = ";".join(f"{HEADS.get(note['field'].split('.')[-1], '')}{note['message']}" for note in row.notes)
    given: dict[str, Any] = {column.name: row.cells.get(column.name) for column in _GIVEN}
    return {**given, "line": row.line, "outcome": OUTCOMES.get(row.outcome or "", ""), "notes": said}


def template() -> bytes:
    """A sheet to fill in: the columns with an example to write over, and on a second page what may be chosen."""
    example = {
        "name": "示例商场有限公司", "uscc": "91150100MA0EXAMP03", "region": "呼和浩特市新城区", "address": "成吉思汗大街1号",
        "category": "一般单位", "place_type": "商场", "lon": "111.69", "lat": "40.85", "crs": "WGS84",
    }  # fmt: skip
    return sheets.book("单位名单", _GIVEN, [example], choices=dict(_choices()))


def _choices() -> Iterator[tuple[str, list[str]]]:
    """What may be written into the columns that have a list."""
    yield "旗县(市、区)", [full_name(region.code) for region in regions().values() if region.level == 3]
    yield "单位类别", list(CATEGORIES.values())
    yield "场所类型", list(PLACE_TYPES.values())
