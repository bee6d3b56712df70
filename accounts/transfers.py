"""Moving somebody to another office, and which of his rights go along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.administrators import grants_in_force, require_power_over, staff_administered
from accounts.duty import leave_rosters
from accounts.models import Organisation, Person, RoleGrant
from accounts.roles import ADMIN_ROLES, region_prefix
from accounts.staff import add_grant, end_expired, end_grants, office_administered, require_region, touch
from database.journal import record
from database.session import now
from problems import AlreadySo


def transfer(session: Session, actor: Actor, person_id: UUID, data: dict[str, Any]) -> Person:
    """Move somebody to another office. Event: person.transferred.

    The roles of his old office go with him to one of the same kind whose division is not wider, as long and as soon as they
    held; all other grants end, and the security administrator has to grant anew. His sessions go on: what he held at his last
    pull he may still do for the lease. Administrators lose their power with the move. Raises RoleNotAllowed, NotFound,
    OwnAccount, Invalid, AlreadySo.
    """
    person = staff_administered(session, actor, person_id, "transfer", Role.SYS_ADMIN)
    require_power_over(session, actor, person, "transfer", Role.SYS_ADMIN)
    org = office_administered(session, actor, Role.SYS_ADMIN, data["org_id"], "transfer")
    region_code = data["region_code"] or org.region_code
    require_region(actor, org, region_code, Role.SYS_ADMIN)
    before = session.get_one(Organisation, person.org_id)
    if org.id == before.id:
        raise AlreadySo(org_id=str(org.id))
    end_expired(session, person_id)
    held = grants_in_force(session, person_id)
    end_grants(session, actor, held)
    kept = _carried([grant for grant in held if grant.org_id == before.id], region_code) if org.kind == before.kind else []
    for grant in kept:
        begins = max(grant.valid_from, now(session))
        add_grant(session, actor, person_id, Role(grant.role), org.id, region_code, begins, grant.valid_until)
    leave_rosters(session, person_id)
    person.org_id, person.region_code = org.id, org.region_code
    touch(session, person)
    record(
        session, "person.transferred", person, actor, concerns={"officers": [person_id]},
        data={
            "org_before": str(before.id), "org_id": str(org.id), "region_code": region_code, "roles": [row.role for row in kept],
        },
    )  # fmt: skip
    return person


def _carried(held: Iterable[RoleGrant], region_code: str) -> Sequence[RoleGrant]:
    """One grant of each role whose division is not smaller than the new one: the permanent one, else the longest."""
    best: dict[str, RoleGrant] = {}
    for grant in held:
        is_wider = len(region_prefix(region_code)) < len(region_prefix(grant.region_code))
        if Role(grant.role) not in ADMIN_ROLES and not is_wider:
            best[grant.role] = max(best.get(grant.role, grant), grant, key=_length)
    return [best[role] for role in sorted(best)]


def _length(grant: RoleGrant) -> tuple[bool, float]:
    return grant.valid_until is None, grant.valid_until.timestamp() if grant.valid_until else 0.0
