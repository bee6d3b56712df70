"""People of the tests. They sign in as everybody does, over HTTP; most are accounts of the demo (accounts/demo.py).

`sign_in(client, username="leader.150102")` gives headers. `staff(client, Role.UNIT_LEADER)`, `enterprise(client, Role.AGENT)`,
`through_provider(client, "manager.150102")`, `citizen(client)` and `guest(client)` give a `Caller`, who also remembers who he
is and (but for the provider's) signs in again when the clock of the test has passed his token's end. Accounts of the demo are
shared by all tests: they are signed in once for each worker. Who changes one of them (revokes a right, closes a session) asks
for `fresh_database`, or for `alone=True`, a session of its own.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import weakref
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from accounts.actor import Role
from accounts.demo import DEMO_PASSWORD, DemoAccount, accounts
from accounts.passwords import DEMO_TOTP
from accounts.sign_in import DEMO_SMS_CODE
from api.context import Parts

BASE = "/api/v1"
HOME = "150102"  # 新城区, the banner in which most stories happen
ELSEWHERE = "150203"  # 昆都仑区, another banner of another league, with everybody too

Json = dict[str, Any]
_phones = itertools.count(10_000)


@dataclass
class Caller:
    """Somebody signed in: `leader.get("/queue")`, `leader.post(f"/hazards/{id}/actions/assign", {...})`."""

    client: FlaskClient
    way: Json  # how he signed in
    install: UUID
    user: Json = field(default_factory=dict)
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    valid_until: datetime | None = None

    def __post_init__(self) -> None:
        """Sign in."""
        answer = self.client.post(f"{BASE}/auth/sessions", json={**self.way, "install": str(self.install)})
        self._opened(_expect(answer, 201))

    @property
    def id(self) -> UUID:
        """The person's."""
        return UUID(self.user["id"])

    @property
    def org_id(self) -> UUID:
        """The office that the person works in."""
        return UUID(self.user["orgs"][0]["id"])

    @property
    def unit_id(self) -> UUID:
        """The enterprise that the person acts for."""
        return UUID(self.user["units"][0]["unit_id"])

    @property
    def headers(self) -> dict[str, str]:
        """The bearer token, a new one if the clock of the test has passed its end."""
        late = _now(self.client) - self.valid_until if self.valid_until else timedelta(0)
        if late > timedelta(days=29):  # a refresh token lives for thirty
            self.__post_init__()
        elif late >= timedelta(0):
            renewed = self.client.post(
                f"{BASE}/auth/sessions/refresh", json={"refresh_token": self.refresh_token, "install": str(self.install)}
            )
            self._opened(_expect(renewed, 200))
        return {"Authorization": f"Bearer {self.access_token}"}

    def _opened(self, answer: Json) -> None:
        self.access_token, self.refresh_token, self.user = answer["access_token"], answer["refresh_token"], answer["user"]
        self.valid_until = _now(self.client) + timedelta(seconds=answer["expires_in"])

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """A request as this person; `path` without `/api/v1`."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(f"{BASE}{path}", method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Read."""
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """Do; without `json` an empty object is sent."""
        return self.call("POST", path, json={} if json is None else json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """Replace."""
        return self.call("PUT", path, json={} if json is None else json, **options)

    def put_bytes(self, path: str, content: bytes, content_type: str = "image/jpeg") -> TestResponse:
        """Send a file with its digest."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return self.call("PUT", path, data=content, content_type=content_type, headers={"Content-Digest": f"sha-256=:{digest}:"})

    def delete(self, path: str, **options: Any) -> TestResponse:
        """End."""
        return self.call("DELETE", path, **options)


def sign_in(client: FlaskClient, **way: Any) -> dict[str, str]:
    """The headers of a new session: `username=` (with the demo's password), `phone=`, or `guest=True`."""
    return opened(client, **way).headers


def opened(client: FlaskClient, **way: Any) -> Caller:
    """A new session, in the way that `sign_in` takes."""
    if "username" in way:
        way = {"password": DEMO_PASSWORD, "totp": DEMO_TOTP, **way}
    elif "phone" in way:
        way = {"code": DEMO_SMS_CODE, **way}
    return Caller(client, way, way.pop("install", None) or uuid4())


def staff(client: FlaskClient, role: Role, region_code: str = HOME, nth: int = 0, *, alone: bool = False) -> Caller:
    """A demo member of staff; `nth` where there are several of a role (three officers to a banner)."""
    account = demo_accounts(role, region_code)[nth]
    return opened(client, username=account.key) if alone else _shared(client, account)


def enterprise(client: FlaskClient, role: Role = Role.UNIT_MANAGER, region_code: str = HOME, *, alone: bool = False) -> Caller:
    """Somebody of the demo's enterprise of that banner, signed in by phone."""
    account = demo_accounts(role, region_code)[0]
    return opened(client, phone=account.phone) if alone else _shared(client, account)


def through_provider(client: FlaskClient, identity: str, **query: Any) -> Caller:
    """Signed in by the demo's identity provider, at level 3: `responsible.150102`, `manager.150102`, `citizen.150102`."""
    install = uuid4()
    way = client.get(f"{BASE}/auth/providers?install={install}").get_json()["items"][0]
    address = urlsplit(way["authorize_url"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    back = client.get(address.path, query_string=asked | {"identity": identity} | query)
    assert back.status_code == 302, back.text
    answer = parse_qs(urlsplit(back.headers["Location"]).query)
    return opened(client, provider=way["provider"], code=answer["code"][0], state=answer["state"][0], install=install)


def citizen(client: FlaskClient, phone: str | None = None) -> Caller:
    """A citizen of his own: nobody else has this phone."""
    return opened(client, phone=phone or new_phone())


def new_phone() -> str:
    """A phone number that no other test of this worker uses."""
    return f"1370{next(_phones):07d}"


def guest(client: FlaskClient) -> Caller:
    """A guest, whom nothing joins to anybody."""
    return opened(client, guest=True)


def demo_accounts(role: Role, region_code: str) -> list[DemoAccount]:
    """The demo's accounts of a role in a division, in their order."""
    return [account for account in accounts() if account.role is role and account.region_code == region_code]


# One session for each account and database; they end with what is assembled over it.
_sessions: weakref.WeakKeyDictionary[Any, dict[str, Caller]] = weakref.WeakKeyDictionary()


def _shared(client: FlaskClient, account: DemoAccount) -> Caller:
    known = _sessions.setdefault(client.application.extensions["fire"].database, {})
    caller = known.get(account.key)
    if caller is None or (caller.valid_until or _now(client)) > _now(client) + timedelta(days=1):  # the clock went back
        way = {name: value for name, value in account.way_in().items() if name in ("username", "phone")}
        caller = known[account.key] = opened(client, **way)
    return caller


def _now(client: FlaskClient) -> datetime:
    parts: Parts = client.application.extensions["fire"]
    return parts.database.clock()


def _expect(response: TestResponse, status: int) -> Json:
    assert response.status_code == status, f"{response.status_code}: {response.get_data(as_text=True)[:600]}"
    answer: Json = response.get_json()
    return answer
