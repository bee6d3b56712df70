"""Who somebody is to a hazard: the context in which the table of transitions is read."""

from __future__ import annotations

from uuid import UUID

from accounts.actor import BRIGADE_ROLES, Actor, Role
from sync.mutations import Origin
from workflow.acting import roles_of
from workflow.hazards.models import Hazard

_BY_REGION = (BRIGADE_ROLES - {Role.FIRE_OFFICER}) | {Role.SUPERVISOR, Role.SYSTEM}
_BY_HOLDING = frozenset({Role.FIRE_OFFICER, Role.GRID_WORKER, Role.TOWN_OFFICER})


def roles_on(hazard: Hazard, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """Brigade roles by jurisdiction; officers and grid workers only while the case is theirs (or was, within the lease)."""
    held = roles_of(actor, hazard.region_code)
    roles = held & _BY_REGION
    if origin is not None and origin.held_at_last_pull:
        roles |= actor.roles & _BY_HOLDING
    elif actor.id in hazard.officer_ids:
        roles |= held & _BY_HOLDING
    if actor.id == hazard.reporter_id:
        roles.add(Role.REPORTER)
    return roles


def pair_of(hazard: Hazard) -> list[UUID]:
    """The two inspectors who check a case. A grid worker who helps stands behind them and signs nothing (docs/sources.md)."""
    return hazard.officer_ids[:2]
