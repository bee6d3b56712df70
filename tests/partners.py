"""Partners of the tests: systems of others that speak by a key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts.actor import Role
from accounts.partners.rules import INTERFACES
from tests.people import BASE, HOME, Caller, staff

UNTIL = "2027-06-01T00:00:00Z"


@dataclass
class KeyHolder:
    """A partner with one key: `partner.get("/open311/v2/services.json")`."""

    client: FlaskClient
    id: str
    key_id: str
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """The key."""
        return {"X-API-Key": self.secret}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """A request with the key; `path` without `/api/v1`."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(f"{BASE}{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Read."""
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """Do; without `json` an empty object is sent."""
        return self.call("POST", path, json={} if json is None else json, **options)

    def delete(self, path: str) -> TestResponse:
        """End."""
        return self.call("DELETE", path)

    def report(self, form: str = "json", **fields: Any) -> TestResponse:
        """A form, as Open311 has it; `fields` replace or add."""
        data = {
            "service_code": "EXIT", "lat": "40.9001", "long": "111.7502", "description": "楼道安全出口被货物堵塞", **fields,
        }  # fmt: skip
        content_type = "multipart/form-data" if "media" in data else None
        return self.call("POST", f"/open311/v2/requests.{form}", data=data, content_type=content_type)

    def reported(self, **fields: Any) -> str:
        """The number that such a report was given."""
        answer = self.report(**fields)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return str(answer.get_json()[0]["service_request_id"])


def key(*interfaces: str, regions: tuple[str, ...] = (HOME,), **more: Any) -> dict[str, Any]:
    """What a key is issued from."""
    return {"region_codes": list(regions), "interfaces": list(interfaces or INTERFACES), "expires_at": UNTIL, **more}


def add_partner(administrator: Caller, region_code: str = HOME) -> str:
    """The id of a new one."""
    answer = administrator.post("/partners", {"name": f"合作方{uuid4().hex[:8]}", "region_code": region_code})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def key_holder(client: FlaskClient, *interfaces: str, regions: tuple[str, ...] = (HOME,), **more: Any) -> KeyHolder:
    """A new partner with a key for these interfaces (all, if none is named) in these divisions."""
    administrator = staff(client, Role.SYS_ADMIN, regions[0])
    partner_id = add_partner(administrator, regions[0])
    answer = administrator.post(f"/partners/{partner_id}/keys", key(*interfaces, regions=regions, **more))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return KeyHolder(client, partner_id, answer.get_json()["id"], answer.get_json()["secret"])
