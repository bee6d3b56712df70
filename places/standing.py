"""Which entry of the register stands for a place, once its doubles were merged. Cases stay with the entry of their beginning."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from places.models import Unit
from places.problems import UnitMerged
from problems import Invalid, field_error


def require_standing(session: Session, unit: Unit, field: str | None = None) -> None:
    """Raises UnitMerged, or Invalid for the field in which a merged one was chosen; both name the one that stays.

    What was chosen for something new is not merged before that is committed. Two that choose places in another order than a list
    locks them may end in a deadlock, which is tried again.
    """
    if field is not None:
        session.refresh(unit, ["merged_into"], with_for_update={"read": True})
    if unit.merged_into is None:
        return
    stays = session.get_one(Unit, unit.merged_into)
    named = {"merged_into": str(stays.id), "name": stays.name}
    if field is None:
        raise UnitMerged(**named)
    raise Invalid(field_error(field, "merged_unit", f"该登记已并入“{stays.name}”,请选择该单位"), **named)


def standing_id(session: Session, unit_id: UUID | None) -> UUID | None:
    """The one that stays, of a unit that may have been merged meanwhile; None where there is no unit."""
    return session.scalar(select(func.coalesce(Unit.merged_into, Unit.id)).where(Unit.id == unit_id))


def one_place(unit_id: UUID) -> Select[UUID]:
    """The ids under which the register has a place: the one that stays, and what was merged into it."""
    named = aliased(Unit)
    stays = select(func.coalesce(named.merged_into, named.id)).where(named.id == unit_id).scalar_subquery()
    return select(Unit.id).where(or_(Unit.id == stays, Unit.merged_into == stays))
