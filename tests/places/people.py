"""Makers of actors."""

from __future__ import annotations

from uuid import UUID

from accounts.actor import Actor, Grant, Role, UnitPower
from database.base import new_id


def staff(role: Role, region_code: str) -> Actor:
    return Actor(id=new_id(), name="张三", auth_level=3, roles=frozenset({role}), grants=(Grant(role, new_id(), region_code),))


def citizen(auth_level: int = 2) -> Actor:
    return Actor(id=new_id(), name="", auth_level=auth_level, roles=frozenset({Role.CITIZEN}))


def guest() -> Actor:
    return Actor(id=new_id(), name="", is_guest=True, roles=frozenset({Role.GUEST}))


def manager_of(unit_id: UUID, role: Role = Role.UNIT_MANAGER) -> Actor:
    return Actor(id=new_id(), name="", auth_level=2, roles=frozenset({Role.CITIZEN, role}), units=(UnitPower(unit_id, role),))
