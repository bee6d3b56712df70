"""Taking a list of units in: at once as it came, then by the worker row by row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

import sheets
from accounts.actor import SYSTEM, Actor
from accounts.authors import actor_at
from database.base import Json, new_id
from database.journal import record
from database.session import now
from places.imports.models import UnitImport, UnitImportRow, UnitSource
from places.imports.rules import CHUNK_ROWS, FIELDS, MOST_ROWS, NEEDED, OUTCOMES, REPORTED, TITLES, Merged, merge, plain_name
from places.imports.shaping import shaped
from places.jurisdiction import Point, located
from places.models import Unit
from places.problems import UnitAlreadyRegistered
from places.regions import full_name
from places.unit_kinds import CATEGORIES, PLACE_TYPES
from places.units import REGISTRARS, keeps_register, register_unit, take_over
from problems import Invalid, Problem, RoleNotAllowed, field_error

Savepoint = Callable[[Session], AbstractContextManager[None]]
_ROWS_KEPT = timedelta(days=180)
log = structlog.get_logger()
_SAME_PLACE = 1e-6  # degrees: some centimetres
_NOTHING: Json = {"uscc": None, "address": "", "place_type": None, "position": None}


def upload(session: Session, actor: Actor, body: bytes, query: dict[str, Any]) -> UnitImport:
    """平台上传录入: keep a sheet, to be taken in by the worker. Event: unit_import.accepted.

    Raises RoleNotAllowed; Invalid for a file that is no sheet of units.
    """
    if not actor.has(*REGISTRARS):
        raise RoleNotAllowed(action="import_units")
    rows = sheets.read(body, TITLES, needed=NEEDED, most_rows=MOST_ROWS, passed_over=REPORTED)
    facts = {"name": query["name"], "prefer": query["prefer"], "is_trial": query["trial"]}
    return keep(session, actor, "UPLOAD", body, [(row.line, row.cells) for row in rows], **facts)


def keep(
    session: Session, actor: Actor, source: str, body: bytes, rows: list[tuple[int, dict[str, str]]], **facts: Any
) -> UnitImport:
    """The list as it came, under its digest. Event: unit_import.accepted."""
    moment = now(session)
    made = UnitImport(
        id=new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, created_by=actor.id, source=source,
        state="WAITING", sha256=hashlib.sha256(body).digest(), rows=len(rows), counts={}, **facts,
    )  # fmt: skip
    session.add(made)
    session.flush()
    values = [{"import_id": made.id, "line": line, "cells": cells, "notes": []} for line, cells in rows]
    session.execute(insert(UnitImportRow), values)
    record(session, "unit_import.accepted", made, actor, data={"source": source, "rows": made.rows})
    return made


def work(session: Session, savepoint: Savepoint) -> int:
    """Take the next rows in of the oldest list that waits: how many they were. For the worker.

    A row that is refused leaves nothing but its reasons. Event, after the last one: unit_import.finished.
    """
    waiting = select(UnitImport).where(UnitImport.state == "WAITING").order_by(UnitImport.id).limit(1)
    batch = session.scalars(waiting.with_for_update(skip_locked=True)).first()
    if batch is None:
        return 0
    actor = SYSTEM if batch.source == "PLATFORM" else actor_at(session, batch.created_by, batch.created_at)
    todo = select(UnitImportRow).where(UnitImportRow.import_id == batch.id, UnitImportRow.outcome.is_(None))
    rows = list(session.scalars(todo.order_by(UnitImportRow.line).limit(CHUNK_ROWS)))
    for row in rows:
        row.outcome, row.unit_id, row.notes = _tried(session, actor, batch, row, savepoint)
    batch.revision += 1
    batch.updated_at = now(session)
    batch.counts = dict(Counter(batch.counts) + Counter(row.outcome for row in rows if row.outcome))
    if len(rows) < CHUNK_ROWS or sum(batch.counts.values()) == batch.rows:
        batch.state, batch.ended_at = "DONE", now(session)
        if batch.source == "PLATFORM" and batch.counts.get("REFUSED"):
            log.warning("the platform has units that cannot be taken in", unit_import=str(batch.id), counts=batch.counts)
        record(
            session, "unit_import.finished", batch, SYSTEM,
            concerns={"author": [batch.created_by] if batch.source == "UPLOAD" else []},
            data={"name": batch.name, "is_trial": batch.is_trial, "rows": batch.rows, "outcomes": _summed(batch.counts)},
        )  # fmt: skip
    return max(len(rows), 1)


def _summed(counts: Json) -> str:
    """新登记12, 未录入1."""
    return "、".join(f"{label}{counts[outcome]}" for outcome, label in OUTCOMES.items() if counts.get(outcome))


class _Undone(Exception):
    """A trial: what it did is taken back."""


def _tried(
    session: Session, actor: Actor | None, batch: UnitImport, row: UnitImportRow, savepoint: Savepoint
) -> tuple[str, UUID | None, list[Json]]:
    """One row in a savepoint of its own."""
    outcome: tuple[str, UUID | None, list[Json]] = ("REFUSED", None, [])
    try:
        said = shaped(row.cells)
        key = _key(batch, said)
        if batch.source == "UPLOAD":  # a catalogue of changes may well speak of one unit twice
            _require_new(session, row, key)
        if actor is None or not keeps_register(actor, said["region_code"]):
            raise RoleNotAllowed(action="register")
        with savepoint(session):
            outcome = _taken(session, actor, batch, key, said)
            if batch.is_trial:
                raise _Undone  # noqa: TRY301 - the savepoint goes back by it
    except _Undone:
        outcome = (outcome[0], None if outcome[0] == "CREATED" else outcome[1], outcome[2])
    except Invalid as problem:
        return "REFUSED", None, list(problem.data["errors"])
    except Problem as problem:
        return "REFUSED", None, [field_error("row", problem.code, problem.title)]
    row.key = key
    return outcome


def _taken(session: Session, actor: Actor, batch: UnitImport, key: str, said: Json) -> tuple[str, UUID, list[Json]]:
    source = session.get(UnitSource, (batch.source, key), with_for_update=True)
    unit = _found(session, actor, source, said)
    if source is not None and source.said == said and batch.prefer == "REGISTER":
        source.seen_at = now(session)
        return "UNCHANGED", source.unit_id, []
    notes: list[Json] = []
    differs: Json = {}
    if unit is None:
        unit = register_unit(session, actor, {**_NOTHING, **_sorted(batch, said), "id": None})
        outcome = "CREATED"
    else:
        last = source.said if source is not None else {}
        merged = merge(_standing(unit, said), said, last, file_counts=batch.prefer == "FILE")
        if merged.written:
            unit = take_over(session, actor, unit.id, merged.written)
        outcome, notes = _told(merged)
        differs = merged.differs
    known = {name: value for name, value in said.items() if name not in differs}  # what was not taken over is told every time
    _remember(session, batch, source, key, unit.id, known)
    return outcome, unit.id, notes


def _key(batch: UnitImport, said: Json) -> str:
    """Under which the source knows the unit."""
    own = said.pop("id", None)
    if batch.source == "PLATFORM" and own is None:
        raise Invalid(field_error("id", "required", "缺少数据编号"))
    return own or said.get("uscc") or f"{said['region_code']}:{plain_name(said['name'])}"


def _require_new(session: Session, row: UnitImportRow, key: str) -> None:
    """Nobody can tell which of two rows of one list is meant."""
    same = select(UnitImportRow.line).where(UnitImportRow.import_id == row.import_id, UnitImportRow.key == key)
    first = session.scalar(same.where(UnitImportRow.line < row.line).limit(1))
    if first is not None:
        raise Invalid(field_error("row", "double", f"与第{first}行重复"))


def _sorted(batch: UnitImport, said: Json) -> Json:
    """A new unit has a category: an ordinary one, where the platform does not sort it; a person says which."""
    if "category" in said:
        return said
    if batch.source != "PLATFORM":
        raise Invalid(field_error("category", "required", "必填"))
    return {**said, "category": "GENERAL_UNIT"}


def _found(session: Session, actor: Actor, source: UnitSource | None, said: Json) -> Unit | None:
    """By what this source called it before, by its credit code, or by its name in the banner unless codes speak against it.

    Of a unit in another's division nothing is told but that its code is taken, as to anybody who registers it.
    """
    unit = session.get_one(Unit, source.unit_id, with_for_update=True) if source is not None else None
    uscc = said.get("uscc")
    if unit is None and uscc is not None:
        unit = session.scalars(select(Unit).where(Unit.uscc == uscc).with_for_update()).one_or_none()
    if unit is not None:
        if not keeps_register(actor, unit.region_code):
            raise UnitAlreadyRegistered
        return unit
    named = select(Unit).where(Unit.region_code == said["region_code"], Unit.name == said["name"])
    same = [unit for unit in session.scalars(named.with_for_update()) if not uscc or unit.uscc in (None, uscc)]
    if len(same) > 1:
        raise Invalid(field_error("name", "ambiguous", "本旗县有多个同名单位,请填写统一社会信用代码"))
    return same[0] if same else None


def _standing(unit: Unit, said: Json) -> Json:
    """The register's word, field by field. A position that is the same place is the same word."""
    standing = {name: getattr(unit, name) for name in FIELDS}
    if said.get("position") and unit.lon is not None and unit.lat is not None:
        lon, lat = located(Point(**said["position"]))
        if abs(lon - unit.lon) < _SAME_PLACE and abs(lat - unit.lat) < _SAME_PLACE:
            standing["position"] = said["position"]
    return standing


def _told(merged: Merged) -> tuple[str, list[Json]]:
    notes = [field_error(name, "differs", f"登记内容为:{_shown(name, value)}") for name, value in merged.differs.items()]
    if merged.differs:
        return "DIFFERS", notes
    return ("UPDATED" if merged.written else "UNCHANGED"), notes


def _shown(name: str, value: Any) -> str:
    """As people write it."""
    if name == "position":
        return f"{value['lon']},{value['lat']}({value['crs']})"
    words = {"category": CATEGORIES, "place_type": PLACE_TYPES}.get(name, {})
    return full_name(value) if name == "region_code" else words.get(value, str(value))


def _remember(session: Session, batch: UnitImport, source: UnitSource | None, key: str, unit_id: UUID, said: Json) -> None:
    if source is None:
        source = UnitSource(source=batch.source, key=key, unit_id=unit_id)
        session.add(source)
    source.said, source.import_id, source.seen_at = said, batch.id, now(session)


def forget_import_rows(session: Session) -> int:
    """Remove the rows of a list that ended half a year ago; lineage and counts stay. For the timetable."""
    old = select(UnitImport.id).where(UnitImport.ended_at < now(session) - _ROWS_KEPT)
    some: Iterable[Any] = session.execute(
        select(UnitImportRow.import_id, UnitImportRow.line).where(UnitImportRow.import_id.in_(old)).limit(5000)
    ).all()
    by_import: dict[UUID, list[int]] = {}
    for import_id, line in some:
        by_import.setdefault(import_id, []).append(line)
    for import_id, lines in by_import.items():
        session.execute(delete(UnitImportRow).where(UnitImportRow.import_id == import_id, UnitImportRow.line.in_(lines)))
    return sum(map(len, by_import.values()))
