"""Who has no business with the cases of a banner: everybody of another one, other enterprises and citizens, ended sessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from flask.testing import FlaskClient

from accounts.actor import Role
from accounts.demo import accounts
from accounts.roles import UNIT_POWER_ROLES
from tests.people import ELSEWHERE, Caller, citizen, enterprise, guest, opened, staff


@dataclass(frozen=True)
class Stranger:
    """One column of the matrix."""

    name: str
    headers: Mapping[str, str]
    roles: frozenset[Role] = frozenset()


def strangers(client: FlaskClient, region_code: str = ELSEWHERE) -> list[Stranger]:
    """Every role of another banner, its league's leader, another enterprise's people, and those who are nobody here."""
    staff_roles = list(
        dict.fromkeys(account.role for account in accounts() if account.is_staff and account.region_code == region_code)
    )
    found = [_of(f"{role}.{region_code}", staff(client, role, region_code), role) for role in staff_roles]
    league = f"{region_code[:4]}00"
    found += [_of(f"{role}.{league}", staff(client, role, league), role) for role in (Role.UNIT_LEADER, Role.SUPERVISOR)]
    found += [_of(f"{role}.{region_code}", enterprise(client, role, region_code), role) for role in sorted(UNIT_POWER_ROLES)]
    return [
        *found,
        _of("another citizen", citizen(client), Role.CITIZEN),
        _of("guest", guest(client), Role.GUEST),
        Stranger("revoked session", revoked(client, region_code).headers),
        Stranger("draining session", draining(client, region_code).headers),
        Stranger("no token", {}),
    ]


def _of(name: str, caller: Caller, role: Role) -> Stranger:
    return Stranger(name, caller.headers, frozenset({role}))


def revoked(client: FlaskClient, region_code: str) -> Caller:
    """A leader who signed out; his token has not expired."""
    leader = staff(client, Role.UNIT_LEADER, region_code, alone=True)
    assert leader.delete("/auth/sessions/current").status_code == 204
    return leader


def draining(client: FlaskClient, region_code: str) -> Caller:
    """An officer whose right was taken away a moment ago."""
    sysadmin, secadmin = staff(client, Role.SYS_ADMIN, region_code), staff(client, Role.SEC_ADMIN, region_code)
    username, password = f"d{uuid4().hex[:12]}", "Krokus-2026-steppe"
    made = sysadmin.post(
        "/accounts/staff",
        {
            "name": "离任同志",
            "username": username,
            "password": password,
            "totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            "org_id": str(staff(client, Role.UNIT_LEADER, region_code).org_id),
        },
    ).get_json()
    grant = secadmin.post(f"/accounts/staff/{made['id']}/grants", {"role": "FIRE_OFFICER"}).get_json()
    officer = opened(client, username=username, password=password)
    assert secadmin.delete(f"/accounts/staff/{made['id']}/grants/{grant['id']}").status_code == 200
    assert officer.get("/me").status_code == 401
    return officer
