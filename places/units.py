"""The register of enterprises and places: registering, editing, and naming who answers for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.legal_persons import require_legal_person
from database.base import new_id
from database.journal import record
from database.session import now
from places.jurisdiction import OUTSIDE, Point, region_of
from places.models import Unit
from places.problems import OutsideRegion, UnitAlreadyRegistered
from places.regions import banner, full_name
from places.standing import require_standing
from places.synced import UNIT
from problems import Invalid, NotFound, Problem, RoleNotAllowed, StaleRevision, field_error

REGISTRARS = (Role.INTAKE_CLERK, Role.FIRE_OFFICER, Role.UNIT_LEADER)
OWNERS = (Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER)
# What only the brigade changes once a unit is registered; the unit's own people keep the rest up to date.
OFFICE_FIELDS = ("name", "uscc", "region_code", "category")
_FIELDS = (*OFFICE_FIELDS, "address", "place_type")


def register_unit(session: Session, actor: Actor, data: dict[str, Any]) -> Unit:
    """Add a unit. Event: unit.registered.

    The brigade's staff do it for their region. A citizen registers the enterprise whose legal person the identity provider
    says he is, by its credit code; he sees it once he has claimed it. Raises RoleNotAllowed, Invalid, OutsideRegion,
    AuthLevelTooLow, LegalPersonRequired, UnitAlreadyRegistered.
    """
    _check_region(data)
    if not keeps_register(actor, data["region_code"]):
        if actor.grants or actor.is_guest:  # staff too are citizens, but not on duty
            raise RoleNotAllowed(action="register")
        if data["uscc"] is None:
            raise Invalid(field_error("uscc", "required", "请填写统一社会信用代码"))
        require_legal_person(session, actor, data["uscc"])
    moment = now(session)
    unit = Unit(id=data["id"] or new_id(), revision=1, stamps={}, created_at=moment, updated_at=moment, manager_ids=[])
    _write(unit, data)
    session.add(unit)
    _flush(session)
    record(session, "unit.registered", unit, actor, data={"category": unit.category})
    return unit


def edit_unit(session: Session, actor: Actor, unit_id: UUID, seen_revision: int | None, data: dict[str, Any]) -> Unit:
    """Replace what is known of a unit. Event: unit.edited, with the names of the changed fields. `seen_revision` None: any.

    Raises NotFound (also for a unit that the actor may not see), StaleRevision, RoleNotAllowed, Invalid for a field that
    only the brigade changes, OutsideRegion, UnitAlreadyRegistered, UnitMerged.
    """
    unit = _take(session, actor, unit_id, seen_revision)
    require_standing(session, unit)
    is_office = speaks_for_office(actor, unit)
    _check_region(data)
    before = _content(unit)
    _write(unit, data)
    changed = [name for name, value in _content(unit).items() if value != before[name]]
    return edited(session, actor, unit, changed, is_office=is_office)


def speaks_for_office(actor: Actor, unit: Unit) -> bool:
    """True for the brigade's staff in the unit's region, False for its own people. Raises RoleNotAllowed for anybody else."""
    if keeps_register(actor, unit.region_code):
        return True
    if not any(power.unit_id == unit.id and power.role in OWNERS for power in actor.units):
        raise RoleNotAllowed(action="edit")
    return False


def keeps_register(actor: Actor, region_code: str) -> bool:
    """The brigade's staff of the division, and what comes from the regional data platform."""
    return actor.has(Role.SYSTEM) or actor.may_in(region_code, *REGISTRARS)


def take_over(session: Session, actor: Actor, unit_id: UUID, values: dict[str, Any]) -> Unit:
    """Write single fields that an import brought, for the office. Event: unit.edited.

    Raises NotFound, RoleNotAllowed, Invalid, OutsideRegion, UnitAlreadyRegistered.
    """
    unit = _raise_revision(session, Unit.id == unit_id)
    if unit is None:
        raise NotFound
    if not speaks_for_office(actor, unit):
        raise RoleNotAllowed(action="edit")
    for name, value in values.items():
        setattr(unit, name, value)
    if {"region_code", "position"} & set(values):
        relocate(unit)
    return edited(session, actor, unit, list(values), is_office=True)


def require_fields(changed: Iterable[str], *, is_office: bool) -> None:
    """Raises Invalid for fields that only the brigade changes."""
    held = [] if is_office else [name for name in changed if name in OFFICE_FIELDS]
    if held:
        raise Invalid(*(field_error(name, "office_field", "该内容由消防救援机构登记,变更请联系当地大队") for name in held))


def edited(session: Session, actor: Actor, unit: Unit, changed: Sequence[str], *, is_office: bool) -> Unit:
    """The end of every edit, once the fields are written. Event: unit.edited. Raises Invalid, UnitAlreadyRegistered."""
    require_fields(changed, is_office=is_office)
    if is_office and not keeps_register(actor, unit.region_code):
        raise Invalid(field_error("region_code", "not_your_region", "不能将单位移到本机构管辖以外的旗县区"))
    _flush(session)
    if "region_code" in changed and len(with_merged(session, unit.id)) > 1:  # one place is in one division
        raise Invalid(field_error("region_code", "keeps_others", "已有登记并入本单位,请先撤销并入,分别更正后再合并"))
    record(session, "unit.edited", unit, actor, data={"fields": list(changed)})
    return unit


class Placed(Protocol):
    """What lies in a banner, perhaps at a position: a unit, a water source."""

    region_code: Any
    position: Any
    lon: Any
    lat: Any


def relocate(placed: Placed) -> None:
    """Work out the coordinates from the raw position. Raises Invalid or OutsideRegion if it is not in the banner."""
    _check_region({"region_code": placed.region_code, "position": placed.position})
    located = region_of(Point(**placed.position)) if placed.position is not None else None
    placed.lon, placed.lat = (located.lon, located.lat) if located is not None else (None, None)


def name_people(session: Session, actor: Actor, unit_id: UUID, legal_person_id: UUID | None, manager_ids: Iterable[UUID]) -> Unit:
    """Set who answers for a unit: 消防安全责任人 and 管理人. For accounts, which confirmed the claim. Event: unit.people_named.

    Raises NotFound if there is no such unit; visibility is not asked, because who claims a unit cannot see it yet.
    """
    unit = _raise_revision(session, Unit.id == unit_id)
    if unit is None:
        raise NotFound
    unit.legal_person_id, unit.manager_ids = legal_person_id, list(dict.fromkeys(manager_ids))
    record(session, "unit.people_named", unit, actor, concerns={"managers": [legal_person_id, *unit.manager_ids]})
    return unit


def unit_seen_by(session: Session, actor: Actor, unit_id: UUID) -> Unit:
    """The unit as this actor may see it. Raises NotFound."""
    unit = session.scalars(select(Unit).where(Unit.id == unit_id, UNIT.visible_to(actor))).one_or_none()
    if unit is None:
        raise NotFound
    return unit


def with_merged(session: Session, unit_id: UUID) -> list[UUID]:
    """A unit's id, and those that were merged into it."""
    return [unit_id, *session.scalars(select(Unit.id).where(Unit.merged_into == unit_id))]


def units_seen_by(actor: Actor, filters: dict[str, Any]) -> Select[Unit]:
    """The units that this actor may see, by region (a league means its banners), category, and words of name or address.

    Of a place that was registered twice the one that stays, also by the words of an entry that was merged into it; the others by
    the one that they were `merged_into`.
    """
    statement = select(Unit).where(UNIT.visible_to(actor), Unit.merged_into == filters.get("merged_into"))
    region_code, words = filters.get("region_code"), filters.get("q")
    if region_code:
        prefix = region_code
        while prefix.endswith("00"):
            prefix = prefix[:-2]
        statement = statement.where(Unit.region_code.startswith(prefix, autoescape=True))
    if filters.get("category"):
        statement = statement.where(Unit.category == filters["category"])
    if words:
        found = or_(Unit.name.contains(words, autoescape=True), Unit.address.contains(words, autoescape=True))
        before = select(Unit.merged_into).where(UNIT.visible_to(actor), Unit.merged_into.is_not(None), found).correlate(None)
        statement = statement.where(or_(found, Unit.uscc == words.upper(), Unit.id.in_(before)))
    return statement


def _take(session: Session, actor: Actor, unit_id: UUID, seen_revision: int | None) -> Unit:
    visible = (Unit.id == unit_id) & UNIT.visible_to(actor)
    unit = _raise_revision(session, visible if seen_revision is None else visible & (Unit.revision == seen_revision))
    if unit is not None:
        return unit
    current = session.scalar(select(Unit.revision).where(visible))
    raise NotFound if current is None else StaleRevision(current=current)


def _raise_revision(session: Session, condition: Any) -> Unit | None:
    """Lock the row by raising its revision: its feed line cannot be older than what others changed before."""
    return session.scalars(
        update(Unit)
        .where(condition)
        .values(revision=Unit.revision + 1, updated_at=now(session))
        .returning(Unit)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _check_region(data: dict[str, Any]) -> None:
    """The banner exists, and contains the position if there is one (its neighbours do near a border)."""
    code = data["region_code"]
    if banner(code) is None:
        raise Invalid(field_error("region_code", "unknown_region", "请选择自治区内的旗县区"))
    if data["position"] is None:
        return
    found = region_of(Point(**data["position"]))
    if found.certainty == OUTSIDE:
        raise OutsideRegion(field_error("position", OutsideRegion.code, OutsideRegion.title))
    if code != found.region_code and code not in found.near_border_codes:
        raise Invalid(field_error("position", "other_region", f"{found.message},不在{full_name(code)}"))


def _write(unit: Unit, data: dict[str, Any]) -> None:
    for name in _FIELDS:
        setattr(unit, name, data[name])
    unit.position = data["position"]
    located = region_of(Point(**data["position"])) if data["position"] is not None else None
    unit.lon, unit.lat = (located.lon, located.lat) if located is not None else (None, None)


def _content(unit: Unit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in (*_FIELDS, "position")}


def _flush(session: Session) -> None:
    """Uniqueness comes from the table. Raises UnitAlreadyRegistered, or Invalid for an id in use."""
    try:
        session.flush()
    except IntegrityError as error:
        raise _taken(error) from error


def _taken(error: IntegrityError) -> Problem:
    constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if constraint == "uq_unit_uscc":
        return UnitAlreadyRegistered()
    if constraint == "pk_unit":
        return Invalid(field_error("id", "id_taken", "编号已被使用"))
    raise error
