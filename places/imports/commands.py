"""Taking a list of units in: at once as it came, then by the worker row by row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, insert, or_, select, tuple_
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
    _take(session, actor, batch, rows, savepoint)
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


Outcome = tuple[str, UUID | None, list[Json]]  # what it came to, the unit, and what there is to say


class _Undone(Exception):
    """A trial: what it did is taken back."""


@dataclass
class _Said:
    """A row that can be understood."""

    row: UnitImportRow
    key: str  # under which its source knows the unit
    values: Json


@dataclass
class _Known:
    """What the register has of the units that some rows speak of, locked in one order."""

    sources: dict[str, UnitSource]
    by_id: dict[UUID, Unit]
    by_code: dict[str, Unit]
    by_name: dict[tuple[str, str], list[Unit]]

    def learn(self, unit: Unit) -> None:
        """One more."""
        self.by_id[unit.id] = unit
        if unit.uscc is not None:
            self.by_code[unit.uscc] = unit
        named = self.by_name.setdefault((unit.region_code, unit.name), [])
        if unit not in named:
            named.append(unit)

    def standing(self, unit: Unit) -> Unit:
        """The one that stays for it."""
        return unit if unit.merged_into is None else self.by_id[unit.merged_into]


def _take(session: Session, actor: Actor | None, batch: UnitImport, rows: list[UnitImportRow], savepoint: Savepoint) -> None:
    """All rows in one savepoint; if one of them cannot be taken, each in its own. What came of them is the same."""
    said = _understood(session, actor, batch, rows)
    try:
        outcomes = _together(session, actor, batch, said, savepoint)
    except Problem:
        outcomes = [_alone(session, actor, batch, each, savepoint) for each in said]
    for each, (outcome, unit_id, notes) in zip(said, outcomes, strict=True):
        each.row.outcome, each.row.notes = outcome, notes
        each.row.unit_id = None if batch.is_trial and outcome == "CREATED" else unit_id
        each.row.key = each.key if outcome != "REFUSED" else None


def _understood(session: Session, actor: Actor | None, batch: UnitImport, rows: list[UnitImportRow]) -> list[_Said]:
    """The rows that say something which this person may register. The others are refused here."""
    said, lines = [], _lines_of_keys(session, batch) if batch.source == "UPLOAD" else {}
    for row in rows:
        try:
            values = shaped(row.cells)
            key = _key(batch, values)
            if key in lines:  # nobody could tell which is meant; a catalogue of changes may well speak of one unit twice
                raise Invalid(field_error("row", "double", f"与第{lines[key]}行重复"))
            if actor is None or not keeps_register(actor, values["region_code"]):
                raise RoleNotAllowed(action="register")
        except Problem as problem:
            row.outcome, row.notes = "REFUSED", _reasons(problem)
            continue
        if batch.source == "UPLOAD":
            lines[key] = row.line
        said.append(_Said(row, key, values))
    return said


def _lines_of_keys(session: Session, batch: UnitImport) -> dict[str, int]:
    rows = select(UnitImportRow.key, UnitImportRow.line).where(
        UnitImportRow.import_id == batch.id, UnitImportRow.key.is_not(None)
    )
    return {row.key: row.line for row in session.execute(rows) if row.key is not None}


def _reasons(problem: Problem) -> list[Json]:
    if isinstance(problem, Invalid):
        return list(problem.data["errors"])
    return [field_error("row", problem.code, problem.title)]


def _together(session: Session, actor: Actor | None, batch: UnitImport, said: list[_Said], savepoint: Savepoint) -> list[Outcome]:
    """Raises Problem, with nothing done, if one of them cannot be taken."""
    outcomes: list[Outcome] = []
    if actor is None or not said:
        return outcomes
    try:
        with savepoint(session):
            known = _look_up(session, batch, said)
            outcomes = [_taken(session, actor, batch, known, each) for each in said]
            if batch.is_trial:
                raise _Undone  # noqa: TRY301 - the savepoint goes back by it
    except _Undone:
        pass
    return outcomes


def _alone(session: Session, actor: Actor | None, batch: UnitImport, each: _Said, savepoint: Savepoint) -> Outcome:
    try:
        return _together(session, actor, batch, [each], savepoint)[0]
    except Problem as problem:
        return "REFUSED", None, _reasons(problem)


def _look_up(session: Session, batch: UnitImport, said: list[_Said]) -> _Known:
    """One question for all rows, not several for each: the units with those that stay for them, then what was said of them."""
    keys, codes = [each.key for each in said], [each.values["uscc"] for each in said if "uscc" in each.values]
    names = [(each.values["region_code"], each.values["name"]) for each in said]
    by_source = select(UnitSource).where(UnitSource.source == batch.source, UnitSource.key.in_(keys))
    seen = {source.key: source.unit_id for source in session.scalars(by_source)}
    wanted = or_(Unit.id.in_(seen.values()), Unit.uscc.in_(codes), tuple_(Unit.region_code, Unit.name).in_(names))
    named = select(Unit.id, Unit.merged_into).where(wanted)
    known = _Known({}, {}, {}, {})
    for unit in _locked(session, {id_ for row in session.execute(named) for id_ in row if id_ is not None}):
        known.learn(unit)
    merged_just_now = {unit.merged_into for unit in known.by_id.values() if unit.merged_into} - known.by_id.keys()
    for unit in _locked(session, merged_just_now) if merged_just_now else []:
        known.learn(unit)
    locked = by_source.where(UnitSource.key.in_(seen)).order_by(UnitSource.key).with_for_update()
    for source in session.scalars(locked.execution_options(populate_existing=True)):
        known.sources[source.key] = source
    return known


def _locked(session: Session, ids: Iterable[UUID]) -> Sequence[Unit]:
    """In the order in which all others lock them (`places/merging.py`), and as they are by then."""
    wanted = select(Unit).where(Unit.id.in_(ids)).order_by(Unit.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def _taken(session: Session, actor: Actor, batch: UnitImport, known: _Known, each: _Said) -> Outcome:
    said, source = each.values, known.sources.get(each.key)
    entry = _found(known, actor, source, said)
    unit = None if entry is None else known.standing(entry)
    notes: list[Json] = []
    if unit is not None and unit is not entry:
        notes.append(field_error("row", "merged", f"该登记已并入“{unit.name}”,按其处理"))
    if source is not None and unit is not None and source.said == said and batch.prefer == "REGISTER":
        source.seen_at = now(session)
        return "UNCHANGED", unit.id, notes
    differs: Json = {}
    if unit is None:
        unit = register_unit(session, actor, {**_NOTHING, **_sorted(batch, said), "id": None})
        outcome = "CREATED"
    else:
        last = source.said if source is not None else {}
        merged = merge(_standing(unit, said), said, last, file_counts=batch.prefer == "FILE")
        if merged.written:
            unit = take_over(session, actor, unit.id, merged.written)
        outcome, more = _told(merged)
        notes += more
        differs = merged.differs
    known.learn(unit)
    if source is None:
        source = known.sources[each.key] = UnitSource(source=batch.source, key=each.key, unit_id=(entry or unit).id, said={})
        session.add(source)
    if source.said_before is None and entry is not None and entry is not unit:
        source.said_before = source.said
    source.said = {name: value for name, value in said.items() if name not in differs}  # what was not taken over is told again
    source.import_id, source.seen_at = batch.id, now(session)
    return outcome, unit.id, notes


def _key(batch: UnitImport, said: Json) -> str:
    """Under which the source knows the unit."""
    own = said.pop("id", None)
    if batch.source == "PLATFORM" and own is None:
        raise Invalid(field_error("id", "required", "缺少数据编号"))
    return own or said.get("uscc") or f"{said['region_code']}:{plain_name(said['name'])}"


def _sorted(batch: UnitImport, said: Json) -> Json:
    """A new unit has a category: an ordinary one, where the platform does not sort it; a person says which."""
    if "category" in said:
        return said
    if batch.source != "PLATFORM":
        raise Invalid(field_error("category", "required", "必填"))
    return {**said, "category": "GENERAL_UNIT"}


def _found(known: _Known, actor: Actor, source: UnitSource | None, said: Json) -> Unit | None:
    """By what this source called it before, by its credit code, or by its name in the banner unless codes speak against it.

    It may have been merged into another one. Raises Invalid where the source now gives it another code than that one has: two
    legal persons. Of a unit in another's division nothing is told but that its code is taken, as to anybody who registers it.
    """
    uscc = said.get("uscc")
    unit = known.by_id[source.unit_id] if source is not None else known.by_code.get(uscc or "")
    if unit is not None:
        stays = known.standing(unit)
        if not keeps_register(actor, stays.region_code):
            raise UnitAlreadyRegistered
        if unit is not stays and uscc and stays.uscc not in (None, uscc):
            raise Invalid(field_error("uscc", "another_code", f"该登记已并入“{stays.name}”,但代码不同,请核对后撤销并入或者更正"))
        return unit
    named = known.by_name.get((said["region_code"], said["name"]), [])
    same = [unit for unit in named if not uscc or known.standing(unit).uscc in (None, uscc)]
    if len({known.standing(unit).id for unit in same}) > 1:
        raise Invalid(field_error("name", "ambiguous", "本旗县有多个同名单位,请填写统一社会信用代码"))
    return min(same, key=lambda unit: unit.merged_into is not None, default=None)


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
