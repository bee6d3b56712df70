"""Licences: issued with the grant, ended with the permit, verified and searched by everybody (行政许可法 40)."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation
from accounts.roles import region_prefix
from database.base import Json, new_id
from database.journal import record
from database.session import now
from places.models import Unit
from places.regions import regions
from places.standing import one_place, require_standing
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from sync.mutations import create
from workflow.clocks import local_day
from workflow.offices import brigade_of
from workflow.permits.applying import applies_for
from workflow.permits.models import LICENCE_KINDS, LICENCE_STATES, Licence, Permit

_TOKEN_BYTES = 16


def grant(session: Session, permit: Permit, number: str, actor: Actor) -> Licence:
    """The licence of a granted application; an earlier one of the same place that it names is replaced. Event: licence.issued."""
    unit = session.get_one(Unit, permit.unit_id)
    office = session.get_one(Organisation, permit.org_id)
    licence = _licence(session, number, "OPINION", permit.region_code, office.name)
    licence.holder, licence.uscc, licence.unit_id, licence.permit_id = unit.name, unit.uscc, unit.id, permit.id
    licence.venue, licence.address = permit.form["venue_name"], permit.form["address"] or ""
    licence.issued_on = local_day(now(session))
    session.add(licence)
    session.flush()
    record(session, "licence.issued", licence, actor, data={"number": number})
    permit.licence_id = licence.id
    former = permit.form["former_licence_no"]
    if former:
        earlier = session.scalars(
            select(Licence)
            .where(Licence.number == former, Licence.unit_id.in_(one_place(unit.id)), Licence.status == "VALID")
            .with_for_update()
        ).one_or_none()
        if earlier is not None:
            _end(session, earlier, "CHANGED", actor)
    return licence


def _licence(session: Session, number: str, kind: str, region_code: str, issuer: str) -> Licence:
    moment = now(session)
    return Licence(
        id=new_id(), revision=1, created_at=moment, updated_at=moment, stamps={}, number=number, kind=kind, status="VALID",
        token=secrets.token_urlsafe(_TOKEN_BYTES), region_code=region_code, issuer=issuer,
    )  # fmt: skip


def end(session: Session, permit: Permit, status: str, actor: Actor) -> None:
    """The permit's licence is not valid any more; whoever scans it reads why. Event: licence.ended."""
    licence = session.scalars(select(Licence).where(Licence.id == permit.licence_id).with_for_update()).one()
    _end(session, licence, status, actor)


def _end(session: Session, licence: Licence, status: str, actor: Actor) -> None:
    licence.status, licence.ended_on = status, local_day(now(session))
    licence.revision, licence.updated_at = licence.revision + 1, now(session)
    record(session, "licence.ended", licence, actor, data={"number": licence.number, "status": status})


def register_legacy(session: Session, actor: Actor, data: dict[str, Any]) -> Licence:
    """An earlier 合格证, which stays valid (docs/sources.md): entered by the permit clerk. Event: licence.registered.

    Where no unit is named, the one of the division with this credit code holds it: clerks of permits do not read the register.
    Raises RoleNotAllowed, and Invalid for a number that is taken or a unit of another division.
    """
    if not actor.may_in(data["region_code"], Role.PERMIT_CLERK):
        raise RoleNotAllowed(action="register_legacy")
    if data["region_code"] not in regions() or data["region_code"].endswith("00"):
        raise Invalid(field_error("region_code", "unknown_division", "请选择旗县区"))
    unit = session.get(Unit, data["unit_id"]) if data["unit_id"] else None
    if data["unit_id"] and (unit is None or unit.region_code != data["region_code"]):
        raise Invalid(field_error("unit_id", "unknown_unit", "没有这个单位"))
    if unit is not None:
        require_standing(session, unit, "unit_id")
    elif data["uscc"]:
        unit = session.scalars(
            select(Unit).where(Unit.uscc == data["uscc"], Unit.region_code == data["region_code"])
        ).one_or_none()
    if data["issued_on"] > local_day(now(session)):
        raise Invalid(field_error("issued_on", "in_the_future", "发证日期不能晚于今天"))
    licence = _licence(session, data["number"], "LEGACY", data["region_code"], brigade_of(session, data["region_code"]).name)
    for name in ("holder", "uscc", "venue", "address", "issued_on"):
        setattr(licence, name, data[name])
    licence.unit_id = unit.id if unit is not None else None
    create(session, licence, unique={"uq_licence_number": "number"})
    record(session, "licence.registered", licence, actor, data={"number": licence.number})
    return licence


def verified(session: Session, token: str) -> Licence:
    """Whose QR code carries this token. Raises NotFound alike for a mistyped and an invented one."""
    licence = session.scalars(select(Licence).where(Licence.token == token)).one_or_none()
    if licence is None:
        raise NotFound
    return licence


def published(query: dict[str, Any]) -> Select[Licence]:
    """Every licence, narrowed by division and by part of number, place or holder."""
    statement = select(Licence)
    if query["region_code"]:
        statement = statement.where(Licence.region_code.startswith(region_prefix(query["region_code"]), autoescape=True))
    if query["q"]:
        wanted = [
            column.contains(query["q"], autoescape=True)
            for column in (Licence.number, Licence.venue, Licence.holder, Licence.address)
        ]
        statement = statement.where(or_(*wanted))
    return statement


def held(actor: Actor) -> Select[Licence]:
    """The licences of the units for which the caller may apply."""
    return select(Licence).where(Licence.unit_id.in_(applies_for(actor)))


def facts(licence: Licence) -> Json:
    """What the public sees of it."""
    return {
        **{name: getattr(licence, name) for name in (
            "id", "number", "kind", "status", "region_code", "issuer", "holder", "uscc", "venue", "address", "issued_on",
            "ended_on",
        )},
        "kind_label": LICENCE_KINDS[licence.kind],
        "status_label": LICENCE_STATES[licence.status],
    }  # fmt: skip


def own_facts(licence: Licence) -> Json:
    """The same, with what its holder shows to others."""
    return {**facts(licence), "unit_id": licence.unit_id, "permit_id": licence.permit_id, "token": licence.token}


def token_of(session: Session, licence_id: UUID | None) -> str | None:
    """What the QR code of a licence carries, for its holder to show."""
    return session.scalar(select(Licence.token).where(Licence.id == licence_id)) if licence_id else None
