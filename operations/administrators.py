"""The first three administrators (三员) of a new installation: without them nobody could make an account for anybody.

`python -m operations.administrators` prints each one's password and second factor once; they change the password at their
first sign-in (`PUT /me/password`) and make every other account over HTTP.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from accounts.actor import SYSTEM, Actor, Grant, Role
from accounts.models import RoleGrant
from accounts.offices import office_id
from accounts.roles import ADMIN_ROLES, ROLE_NAMES
from accounts.staff import create_staff, grant_role
from api.app import assemble
from database.base import Json
from database.session import utc_now
from operations.processes import CannotStart
from operations.refusals import in_one_line
from settings import Settings

REGION = "150000"
OFFICE = office_id(f"XF{REGION}")
USERNAMES = {Role.SYS_ADMIN: "sysadmin", Role.SEC_ADMIN: "secadmin", Role.AUDITOR: "auditor"}


def main(settings: Settings, clock: Callable[[], datetime] = utc_now) -> list[Json]:
    """Make them, and say how each signs in. Raises CannotStart when there is an administrator already."""
    parts = assemble(settings, clock)
    try:
        with parts.database.transaction() as session:
            if session.scalars(select(RoleGrant.id).where(RoleGrant.role.in_(ADMIN_ROLES)).limit(1)).first():
                raise CannotStart("there are administrators already: they make the other accounts")
            made = []
            for role, username in USERNAMES.items():
                way = {"username": username, "password": secrets.token_urlsafe(15) + "-1aA", "totp_secret": _totp_secret()}
                data = {"id": None, "name": ROLE_NAMES[role], "phone": None, "org_id": OFFICE, **way}
                person = create_staff(session, _founder(), data)
                right = {"role": role, "org_id": OFFICE, "region_code": REGION, "valid_from": None, "valid_until": None}
                grant_role(session, _founder(), person.id, right)
                made.append({"role": role.value, **way})
            return made
    finally:
        parts.database.dispose()


def _founder() -> Actor:
    """The system itself, this once with the powers that it hands over; the events name it."""
    powers = (Role.SYS_ADMIN, Role.SEC_ADMIN)
    return replace(SYSTEM, roles=frozenset(powers), grants=tuple(Grant(role, OFFICE, REGION) for role in powers))


def _totp_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


if __name__ == "__main__":
    with in_one_line("cannot be done"):
        for way in main(Settings.from_environment()):
            print("{role:<10} username {username:<9} password {password}  TOTP secret {totp_secret}".format_map(way))
