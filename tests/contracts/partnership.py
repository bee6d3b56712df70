"""A partner of the world: its key, its webhook, and a request that it sent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from database.base import new_id
from tests.contracts.document import Operation
from tests.partners import UNTIL, KeyHolder, key_holder


@dataclass
class Partnership:
    """Made when first asked for."""

    client: FlaskClient
    region_code: str

    @cached_property
    def holder(self) -> KeyHolder:
        """A partner of the banner, with a key that opens everything."""
        return key_holder(self.client, regions=(self.region_code,), requests_per_minute=600)

    @cached_property
    def webhook_id(self) -> str:
        """Where it is told."""
        return str(self.holder.post("/webhooks", {"url": "https://partner.example/hooks"}).get_json()["id"])

    @cached_property
    def token(self) -> str:
        """Under which it sent a request."""
        token = str(uuid4())
        self.holder.reported(token=token)
        return token

    def ids(self, operation: Operation) -> dict[str, str]:
        """Its request, a service, JSON."""
        number = self.holder.get(f"/open311/v2/tokens/{self.token}.json").get_json()[0]["service_request_id"]
        known = {"form": "json", "service_code": "EXIT", "service_request_id": number, "token": self.token}
        return {parameter["name"]: known[parameter["name"]] for parameter in operation.path_parameters}

    def known(self) -> dict[str, Any]:
        """What bodies about partners say."""
        name, url = f"合作方{new_id().hex[-12:]}", "https://partner.example/hooks"
        return {"name": name, "region_codes": [self.region_code], "expires_at": UNTIL, "url": url}
