"""Staff of a test's own, made and granted as administrators do it."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD
from accounts.offices import office_id
from tests import people
from tests.people import HOME

# Typed `Any`, because mypy would have each `answer.json[...]` narrowed first.
citizen: Any = people.citizen
guest: Any = people.guest
opened: Any = people.opened
staff: Any = people.staff
through_provider: Any = people.through_provider


INITIAL_PASSWORD = "Initial-119-fire"  # what an administrator hands over
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_numbers = itertools.count(1)
_phones = itertools.count(20_000)


def new_phone() -> str:
    """A number that no other test has."""
    return f"1380{next(_phones):07d}"


def new_username() -> str:
    return f"test.{next(_numbers)}"


def brigade(region_code: str = HOME) -> UUID:
    """The fire brigade of a division."""
    return office_id(f"XF{region_code}")


def account(**changes: Any) -> dict[str, Any]:
    """A body of `POST /accounts/staff`."""
    return {
        "name": "测试员", "username": new_username(), "password": DEMO_PASSWORD, "totp_secret": SECRET,
        "org_id": str(brigade()),
    } | changes  # fmt: skip


def hire(client: FlaskClient, *roles: Role, region_code: str = HOME, office: str = "XF") -> Any:
    """A new member of staff with these roles, signed in, who has chosen the demo's password."""
    sysadmin, secadmin = staff(client, Role.SYS_ADMIN, "150000"), staff(client, Role.SEC_ADMIN, "150000")
    body = account(org_id=str(office_id(f"{office}{region_code}")), password=INITIAL_PASSWORD)
    made = sysadmin.post("/accounts/staff", body)
    assert made.status_code == 201, made.text
    for role in roles:
        granted = secadmin.post(f"/accounts/staff/{made.json['id']}/grants", {"role": role})
        assert granted.status_code == 201, granted.text
    person = opened(client, username=body["username"], password=INITIAL_PASSWORD)
    chosen = person.put("/me/password", {"current_password": INITIAL_PASSWORD, "password": DEMO_PASSWORD})
    assert chosen.status_code == 204, chosen.text
    person.way["password"] = DEMO_PASSWORD
    return person
