"""One contract for every identity provider, and what we make of what it confirms."""

from __future__ import annotations

import base64
import dataclasses
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from accounts.demo import IDENTITIES
from accounts.demo_provider import DemoProvider
from accounts.identifiers import is_credit_code, is_identity_number
from accounts.models import Person
from accounts.people import citizen_by_claims
from accounts.problems import ProviderRefused
from accounts.providers import Claims, IdentityProvider, OAuthConfig, OAuthProvider, claims_of, new_state, require_own_state
from api.context import Parts
from problems import Unavailable
from tests.accounts.makers import citizen, new_phone
from tests.clock import Clock
from tests.people import BASE

IDENTITY = "citizen.150203"
SECRET = "the client's secret"


class Stand(BaseHTTPRequestHandler):
    """An OAuth 2.0 provider on this machine: a code opens once, a token opens userinfo."""

    codes: set[str]
    broken = False

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        client = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        code = form["code"][0]
        right = form["grant_type"] == ["authorization_code"] and form["redirect_uri"] == ["http://127.0.0.1:8000/login/return"]
        if not right or client != f"fire:{SECRET}" or code not in self.codes:
            self.answer(400, {"error": "invalid_grant"})
            return
        self.codes.discard(code)
        self.answer(200, {"access_token": f"token-{code}", "token_type": "Bearer"})

    def do_GET(self) -> None:
        known = self.headers.get("Authorization", "").startswith("Bearer token-")
        self.answer(*((200, IDENTITIES[IDENTITY]) if known else (401, {"error": "invalid_token"})))

    def answer(self, status: int, document: Any) -> None:
        body = b"<html>" if type(self).broken else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@dataclasses.dataclass
class Made:
    """A provider, and how its user comes by a code."""

    provider: IdentityProvider
    new_code: Callable[[], str]


@pytest.fixture
def stand() -> Iterator[tuple[type[Stand], str]]:
    handler = type("StandOfThisTest", (Stand,), {"codes": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def oauth(address: str) -> OAuthProvider:
    return OAuthProvider(
        OAuthConfig(
            name="mengsuban", label="蒙速办", authorize_url=f"{address}/authorize", token_url=f"{address}/token",
            userinfo_url=f"{address}/userinfo", client_id="fire", client_secret=SECRET,
            redirect_url="http://127.0.0.1:8000/login/return",
        )
    )  # fmt: skip


@pytest.fixture(params=["demo", "oauth"])
def made(request: pytest.FixtureRequest, parts: Parts, clock: Clock) -> Made:
    if request.param == "demo":
        demo = DemoProvider(parts.database, parts.ring, parts.settings.public_url, IDENTITIES)
        return Made(demo, lambda: demo.authorize(IDENTITY, None))
    handler, address = request.getfixturevalue("stand")

    def new_code() -> str:
        code = uuid4().hex
        handler.codes.add(code)
        return code

    return Made(oauth(address), new_code)


def test_the_browser_is_sent_with_its_state_and_comes_back_to_one_address(made: Made) -> None:
    query = parse_qs(urlsplit(made.provider.authorize_url("the state")).query)
    assert query["response_type"] == ["code"]
    assert query["state"] == ["the state"]
    assert query["redirect_uri"] == ["http://127.0.0.1:8000/login/return"]


def test_a_code_becomes_what_is_confirmed(made: Made) -> None:
    claims = made.provider.identify(made.new_code())
    assert claims.subject == "demo-citizen.150203"
    assert claims.auth_level == 3
    assert claims.phone == "13900150203"
    assert claims.id_number is not None


def test_a_code_opens_once(made: Made) -> None:
    code = made.new_code()
    made.provider.identify(code)
    with pytest.raises(ProviderRefused):
        made.provider.identify(code)


@pytest.mark.parametrize("code", ["", "x", "é", "A" * 2000, "\n"])
def test_a_code_that_is_not_the_providers_is_refused(made: Made, code: str) -> None:
    with pytest.raises(ProviderRefused):
        made.provider.identify(code)


def test_a_demo_code_lives_five_minutes(parts: Parts, clock: Clock) -> None:
    demo = DemoProvider(parts.database, parts.ring, parts.settings.public_url, IDENTITIES)
    code = demo.authorize(IDENTITY, None)
    clock.advance(minutes=5)
    with pytest.raises(ProviderRefused):
        demo.identify(code)


def test_a_provider_that_is_away_is_no_refusal() -> None:
    with pytest.raises(Unavailable):
        oauth("http://127.0.0.1:1").identify("x")


def test_a_provider_that_answers_nonsense_is_refused(stand: tuple[type[Stand], str]) -> None:
    handler, address = stand
    handler.broken = True
    handler.codes.add("x")
    with pytest.raises(ProviderRefused):
        oauth(address).identify("x")


def test_secrets_are_not_shown(stand: tuple[type[Stand], str]) -> None:
    assert SECRET not in repr(oauth(stand[1])._config)


@pytest.mark.parametrize(
    "change",
    [
        {"sub": None},
        {"sub": 5},
        {"auth_level": None},
        {"auth_level": 5},
        {"auth_level": True},
        {"user_type": "ROBOT"},
        {"mobile": "123"},
        {"uscc": "91150102MA0DEMZ1"},
        {"name": "x" * 201},
        {"name": 7},
    ],
)
def test_claims_that_lack_or_distort_something_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        claims_of({**IDENTITIES[IDENTITY], **change})


def test_a_state_is_good_for_the_install_that_asked(parts: Parts, clock: Clock) -> None:
    install = uuid4()
    state = new_state(parts.ring, "demo", install, clock.now)
    require_own_state(parts.ring, state, "demo", install, clock.now)
    for provider, other in (("demo", uuid4()), ("another", install)):
        with pytest.raises(ProviderRefused):
            require_own_state(parts.ring, state, provider, other, clock.now)
    for damaged in ("", state[:-2], "é", "A" * 60):
        with pytest.raises(ProviderRefused):
            require_own_state(parts.ring, damaged, "demo", install, clock.now)
    clock.advance(minutes=15)
    with pytest.raises(ProviderRefused):
        require_own_state(parts.ring, state, "demo", install, clock.now)


def test_nobody_is_signed_in_with_anothers_code(client: Any) -> None:
    mine, theirs = uuid4(), uuid4()
    way = client.get(f"{BASE}/auth/providers?install={theirs}").json["items"][0]
    body = {"provider": "demo", "code": "x", "state": way["state"], "install": str(mine)}
    refused = client.post(f"{BASE}/auth/sessions", json=body)
    assert (refused.status_code, refused.json["type"]) == (401, "/problems/provider_refused")
    unknown = client.post(f"{BASE}/auth/sessions", json=body | {"provider": "other"})
    assert unknown.json["errors"][0]["field"] == "provider"


def test_a_code_is_sent_to_the_registered_address_alone(client: Any) -> None:
    query = {"identity": IDENTITY, "state": "x", "redirect_uri": "https://example.org/login/return"}
    refused = client.get(f"{BASE}/auth/demo/authorize", query_string=query)
    assert refused.json["errors"][0]["field"] == "redirect_uri"
    listed = client.get(f"{BASE}/auth/demo/authorize").json["items"]
    name = IDENTITIES[IDENTITY]["name"]
    assert {"identity": IDENTITY, "name": name, "user_type": "NATURAL", "auth_level": 3, "url": None} in listed


def test_a_browser_that_follows_links_comes_back_signed_in(client: Any) -> None:
    install = uuid4()
    way = client.get(f"{BASE}/auth/providers?install={install}").json["items"][0]

    def follow(url: str) -> Any:
        address = urlsplit(url)
        return client.get(f"{address.path}?{address.query}")

    choice = next(item for item in follow(way["authorize_url"]).json["items"] if item["identity"] == IDENTITY)
    back = follow(choice["url"])
    assert back.status_code == 302
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}
    assert answer["state"] == way["state"]
    opened = client.post(f"{BASE}/auth/sessions", json={"provider": way["provider"], "install": str(install), **answer})
    assert (opened.status_code, opened.json["user"]["auth_level"]) == (201, 3)


def admit(parts: Parts, **claims: Any) -> Person:
    with parts.database.transaction() as session:
        return citizen_by_claims(session, parts.ring, "demo", Claims(**{"auth_level": 3, **claims}))


def test_a_confirmed_person_keeps_the_account_of_his_phone(client: Any, parts: Parts) -> None:
    phone = new_phone()
    by_phone = citizen(client, phone)
    confirmed = admit(parts, subject=uuid4().hex, phone=phone, name="张三", id_number="150102199001010019")
    assert confirmed.id == by_phone.id
    assert by_phone.get("/me").json["id_number"] == "150102********0019"


def test_a_confirmed_person_is_found_again_under_another_phone(parts: Parts) -> None:
    subject, old, new = uuid4().hex, new_phone(), new_phone()
    first, second = admit(parts, subject=subject, phone=old), admit(parts, subject=subject, phone=new)
    assert first.id == second.id
    assert second.phone == new


def test_a_phone_that_changed_hands_goes_to_its_present_owner(client: Any, parts: Parts) -> None:
    phone = new_phone()
    before, after = admit(parts, subject=uuid4().hex, phone=phone), admit(parts, subject=uuid4().hex, phone=phone)
    assert before.id != after.id
    assert citizen(client, phone).id == after.id


def test_the_agent_of_an_enterprise_is_not_its_legal_person(parts: Parts) -> None:
    claims = claims_of({**IDENTITIES["responsible.150102"], "agent": {"name": "李四", "id_no": "x"}})
    assert claims.is_agent
    assert claims.user_type == "LEGAL"


def test_demo_identities_have_real_check_digits(clock: Clock) -> None:
    for claims in IDENTITIES.values():
        assert is_identity_number(claims["id_no"], clock.now.date())
        assert "uscc" not in claims or is_credit_code(claims["uscc"])
