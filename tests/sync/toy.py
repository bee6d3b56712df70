"""A feature that the engine has never heard of: visits. It has a life, a region, officers, a reporter, and fields to edit."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy import BigInteger, Date, DateTime, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from accounts.actor import Actor, Role
from database.base import Base, Json, Revised
from database.journal import record
from database.session import now
from problems import AlreadySo, GuardFailed, IllegalTransition, RoleNotAllowed
from sync.catalog import Scope, Synced
from sync.editing import edit, lock
from sync.mutations import Mutation, Mutations, Origin, create, observed, office
from wire import Line, StrictSchema


class ToyBase(DeclarativeBase):
    """Tables of its own: the product's metadata stays as it is."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = {
        str: Text,
        int: BigInteger,
        date: Date,
        datetime: DateTime(timezone=True),
        Json: JSONB,
    }


class Visit(Revised, ToyBase):
    __tablename__ = "visit"

    state: Mapped[str]
    region_code: Mapped[str]
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    reporter_id: Mapped[UUID]
    title: Mapped[str]
    count: Mapped[int]
    words: Mapped[str]


def officer_line(visit: Visit) -> Json:
    return {"state": visit.state, "region_code": visit.region_code, "title": visit.title, "count": visit.count,
            "officer_ids": visit.officer_ids}  # fmt: skip


def holder_line(visit: Visit) -> Json:
    return {**officer_line(visit), "words": visit.words}


def reporter_line(visit: Visit) -> Json:
    return {"state": visit.state, "title": visit.title, "words": visit.words}


VISIT = Synced(
    "visit",
    Visit,  # type: ignore[arg-type]  # a base of its own
    [
        Scope("region", "officer", Visit.region_code, officer_line),
        Scope("user", "own", Visit.officer_ids, holder_line),
        Scope("reporter", "own", Visit.reporter_id, reporter_line),
    ],
)


class ReporterSchema(StrictSchema):
    mobile = Line(max_length=20)


class OpenSchema(StrictSchema):
    region_code = Line(max_length=6, required=True)
    title = Line(max_length=200, required=True)
    officer_ids = fields.List(fields.UUID(), load_default=list)
    count = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, 1000))
    words = Line(max_length=60_000, min_length=0, load_default="")
    reporter = fields.Nested(ReporterSchema, load_default=None)


class NothingSchema(StrictSchema):
    pass


class AssignSchema(StrictSchema):
    officer_ids = fields.List(fields.UUID(), required=True)


class MoveSchema(StrictSchema):
    region_code = Line(max_length=6, required=True)


class NoteSchema(StrictSchema):
    note = Line(max_length=200, load_default="")


# What the next `visit.shake` does: a test puts an exception here, or takes it away (a deployment that mends the fault).
SHAKES: list[Exception] = []


def open_(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    moment = now(session)
    visit = Visit(
        id=visit_id, revision=1, stamps={}, created_at=moment, updated_at=moment, state="open", reporter_id=actor.id,
        region_code=data["region_code"], title=data["title"], officer_ids=data["officer_ids"], count=data["count"],
        words=data["words"],
    )  # fmt: skip
    if visit.region_code == "999999":
        raise GuardFailed(action="open", reason="no_such_region")
    create(session, visit)
    record(session, "visit.opened", visit, actor, concerns={"officers": visit.officer_ids}, data={"to": "open"})
    return visit


def _take(session: Session, actor: Actor, visit_id: UUID, origin: Origin) -> Visit:
    return lock(session, VISIT, Visit, visit_id, actor, origin)


def _require_officer(visit: Visit, actor: Actor, origin: Origin) -> None:
    if actor.id not in visit.officer_ids and not (origin.held_at_last_pull and actor.has(Role.FIRE_OFFICER)):
        raise RoleNotAllowed(action="finish")


def finish(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    visit = _take(session, actor, visit_id, origin)
    _require_officer(visit, actor, origin)
    if visit.state == "finished":
        raise AlreadySo(state=visit.state, action="finish")
    if visit.state != "open":
        raise IllegalTransition(state=visit.state, action="finish")
    visit.state = "finished"
    details: Json = {"to": "finished", "after_reassignment": origin.held_at_last_pull}
    record(session, "visit.finished", visit, actor, concerns={"reporter": [visit.reporter_id]}, data=details)
    return visit


def cancel(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    visit = _take(session, actor, visit_id, origin)
    if visit.state != "open":
        raise IllegalTransition(state=visit.state, action="cancel")
    visit.state = "cancelled"
    record(session, "visit.cancelled", visit, actor, data={"to": "cancelled"})
    return visit


def assign(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    visit = _take(session, actor, visit_id, origin)
    visit.officer_ids = data["officer_ids"]
    record(session, "visit.assigned", visit, actor, concerns={"officers": visit.officer_ids})
    return visit


def move(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    visit = _take(session, actor, visit_id, origin)
    visit.region_code = data["region_code"]
    record(session, "visit.moved", visit, actor)
    return visit


def remove(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    visit = _take(session, actor, visit_id, origin)
    record(session, "visit.removed", visit, actor)
    session.delete(visit)
    return visit


def shake(session: Session, actor: Actor, visit_id: UUID, data: dict[str, Any], origin: Origin) -> Visit:
    visit = _take(session, actor, visit_id, origin)
    visit.count += 1
    session.flush()
    if SHAKES:
        raise SHAKES[0]
    record(session, "visit.shaken", visit, actor)
    return visit


def _may_edit(session: Session, actor: Actor, visit: Visit, names: frozenset[str], origin: Origin) -> None:
    if actor.id not in visit.officer_ids and not actor.may_in(visit.region_code, Role.UNIT_LEADER, Role.SUPERVISOR):
        raise RoleNotAllowed(action="edit")


FIELDS = {
    "title": office(Line(max_length=200)),
    "count": observed(fields.Integer(strict=True, validate=validate.Range(0, 1000))),
}


def mutations() -> Mutations:
    return Mutations(
        [
            Mutation("visit.open", OpenSchema, open_, creates=True, batched=True),
            Mutation("visit.finish", NoteSchema, finish),
            Mutation("visit.cancel", NoteSchema, cancel),
            Mutation("visit.assign", AssignSchema, assign),
            Mutation("visit.move", MoveSchema, move),
            Mutation("visit.remove", NothingSchema, remove),
            Mutation("visit.shake", NothingSchema, shake),
            Mutation("visit.inspect_on_site_only", NothingSchema, shake, devices=False),
            edit(VISIT, FIELDS, _may_edit),
        ]
    )
