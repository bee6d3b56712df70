"""The people of the demo: each with a device, a session and an inbox. What they are told is done goes into the ledger."""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from device.client import Device, Refused
from device.exchange import API, new_id
from device.store import Sealed
from device.transport import Answer, NoNetwork
from operations.demo.ledger import Ledger, PromiseBroken, Pushed, Write, equal, require
from operations.demo.printing import Teller
from operations.demo.transport import Patient, Radio

if TYPE_CHECKING:  # cases are acted on by people
    from operations.demo.cases import Case

Json = dict[str, Any]
T = TypeVar("T")

DEMO_CODE = "000000"
_POLL_SECONDS = 0.15
_INBOX_PAGE = 100
_MOST_CODES = 10


@dataclass
class Stage:
    """Where stories happen: the way to the server, who is there, and what is written down."""

    network: Patient
    ledger: Ledger
    teller: Teller
    rng: random.Random
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    wait_seconds: float = 20.0  # for what the worker does
    idle: Callable[[], None] | None = None  # what to do while waiting for it, other than sleep
    cases: dict[str, Case] = field(default_factory=dict)
    _staff: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Notices from before this moment are none of ours; two machines may not agree to the second."""
        self.started_at = self.clock() - timedelta(minutes=5)

    @cached_property
    def accounts(self) -> list[Json]:
        """The demo's accounts. Raises PromiseBroken if the server is not a demo."""
        answer = self.network.send("GET", f"{API}/demo/accounts", {}, b"")
        if answer.status != 200:
            raise PromiseBroken("服务器未以演示模式运行(GET /api/v1/demo/accounts 没有应答):请用 make run 启动")
        found: list[Json] = json.loads(answer.body)["accounts"]
        return found

    def account(self, role: str, region_code: str, nth: int = 0) -> Person:
        """The demo's n-th account of this role in this division; signed in once for each run."""
        found = [row for row in self.accounts if (row["role"], row["region_code"]) == (role, region_code)][nth]
        key = f"{role} {region_code} {nth}"
        if key not in self._staff:
            identity = f"responsible.{region_code}" if role == "UNIT_RESPONSIBLE" else ""
            self._staff[key] = Person(self, found["name"], found["sign_in"], identity)
        return self._staff[key]

    def citizen(self, region_code: str) -> Person:
        """The demo's citizen of this banner."""
        return self.account("CITIZEN", region_code)

    def known(self, who: str, region_code: str) -> Person:
        """Somebody of this banner whom the identity provider has confirmed by face: `citizen`, `manager`."""
        key = f"known {who} {region_code}"
        if key not in self._staff:
            account = self.account({"citizen": "CITIZEN", "manager": "UNIT_MANAGER"}[who], region_code)
            self._staff[key] = Person(self, account.name, {}, f"{who}.{region_code}")
        return self._staff[key]

    def newcomer(self, name: str) -> Person:
        """A citizen whom the server has not seen before."""
        return Person(self, name, {"phone": f"1371{secrets.randbelow(10**7):07d}", "code": DEMO_CODE})

    def guest(self, name: str) -> Person:
        """A guest on a device of his own, whom nothing joins to anybody."""
        return Person(self, name, {"guest": True})

    def until(self, promise: str, look: Callable[[], T | None]) -> T:
        """Look again and again until there is something. Raises PromiseBroken when the time is over."""
        until = time.monotonic() + self.wait_seconds
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > until:
                raise PromiseBroken(f"{self.wait_seconds:.0f}秒内未完成:{promise}")
            (self.idle or self._sleep)()

    def _sleep(self) -> None:
        self.network.sleep(_POLL_SECONDS)


class Person:
    """Somebody with a phone (or a desk: it is the same client), signed in."""

    def __init__(self, stage: Stage, name: str, way_in: Json, identity: str = "") -> None:
        """`identity`: by which the demo's identity provider confirms him, so that he may sign as a legal person."""
        self.stage = stage
        self.radio = Radio(stage.network)
        self.device = Device(self.radio, clock=stage.clock)
        user = self._through_provider(identity) if identity else self.device.sign_in(**way_in)
        self.id: str = user["id"]
        self.name = name
        self.org_id: str | None = user["orgs"][0]["id"] if user["orgs"] else None
        self.org_name: str = user["orgs"][0]["name"] if user["orgs"] else ""
        self.unit_id: str | None = user["units"][0]["unit_id"] if user["units"] else None
        titles = [row["name"] for row in user["roles"]] + [row["role_name"] for row in user["units"]]
        self.label = f"{titles[0] if titles else '公众'} {name}"
        self._recorded_seq = 0
        self.device.register()
        stage.ledger.people[self.id] = self

    def _through_provider(self, identity: str) -> Json:
        """The authorization-code flow. A code whose answer was lost is spent: another one is asked for."""
        for _ in range(_MOST_CODES):
            [way] = self.device.call("GET", f"/auth/providers?install={self.device.install}", token=False)["items"]
            page = urlsplit(way["authorize_url"])
            answer = self.radio.send("GET", f"{page.path}?{page.query}&identity={identity}", {}, b"")
            back = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
            try:
                return self.device.sign_in(provider=way["provider"], code=back["code"], state=back["state"])
            except Refused as refused:
                last = refused
        raise last

    # ---- HTTP ----

    def send(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request as this person, whatever its answer; an expired token is refreshed once."""
        answer = self.radio.send(method, path, {**(headers or {}), **self._bearer()}, body)
        if answer.status == 401:
            self.device.refresh()
            answer = self.radio.send(method, path, {**(headers or {}), **self._bearer()}, body)
        return answer

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.device.store.get('access_token')}"}

    def get(self, path: str) -> Any:
        """Read a document. Raises Refused."""
        return self.device.call("GET", path)

    def post(self, path: str, body: Json, *, name: str, subject_id: str) -> Json:
        """A write under a key of its own: sent again after a lost answer, it is done once. Raises Refused."""
        content, key = json.dumps(body).encode(), new_id()
        answer = self.send("POST", API + path, content, {"Content-Type": "application/json", "Idempotency-Key": key})
        document: Json = json.loads(answer.body)
        if answer.status >= 400:
            raise Refused(answer.status, document)
        kept = {member: document.get(member) for member in ("id", "revision", "state")}
        self.stage.ledger.writes.append(Write(self.id, name, subject_id, path, content, key, kept))
        return document

    def is_refused(self, method: str, path: str, body: Json | None, status: int, code: str, promise: str) -> Json:
        """The server says no, in this way; its problem document. Raises PromiseBroken."""
        content = b"" if body is None else json.dumps(body).encode()
        answer = self.send(method, API + path, content, {"Content-Type": "application/json"} if content else {})
        found = json.loads(answer.body or b"{}") if answer.status >= 400 else {}
        equal((answer.status, str(found.get("type", "")).rsplit("/", 1)[-1]), (status, code), promise)
        return dict(found)

    # ---- the device ----

    def seal(self, case: Case, action: str, args: Json, depends_on: tuple[str, ...] = (), version: int = 1) -> Sealed:
        """Note an act on the device; nothing is sent."""
        return self.device.mutate(f"{case.kind}.{action}", case.id, args, depends_on=depends_on, version=version)

    def sync(self) -> None:
        """Push what waits and pull to a checkpoint. What the device has read as done goes into the ledger."""
        until = time.monotonic() + self.stage.network.patience_seconds
        while True:
            try:
                self.device.sync()
                break
            except (NoNetwork, Refused) as trouble:
                # An answer that was cut off; or our own push, whose answer was lost, is still under way.
                passing = isinstance(trouble, NoNetwork) or trouble.code == "busy"
                if not passing or not self.radio.is_on or time.monotonic() > until:
                    raise
                self.stage.network.sleep(_POLL_SECONDS)
        self._record()

    def _record(self) -> None:
        for sealed in self.device.store.lines_from(self._recorded_seq + 1, 1000):
            if sealed.outcome is None or sealed.result is None:
                break
            self._recorded_seq = sealed.seq
            revision = sealed.result.get("revision")
            push = Pushed(self.id, sealed.seq, sealed.mid, sealed.name, sealed.entity_id, sealed.outcome, revision)
            self.stage.ledger.pushed.append(push)
            equal(sealed.outcome, "applied", f"{self.label}离线办理的 {sealed.name} 同步后生效({sealed.result})")
            case = self.stage.cases.get(sealed.entity_id)
            if case is not None:
                case.follow(sealed.name.split(".", 1)[1], self, {})

    # ---- what he is told ----

    def notices(self) -> list[Json]:
        """The inbox of this run, newest first."""
        found: list[Json] = []
        cursor = ""
        while True:
            page = self.get(f"/inbox?limit={_INBOX_PAGE}{cursor}")
            found += page["items"]
            last = page["items"][-1]["created_at"] if page["items"] else None
            if page["next_cursor"] is None or last is None or datetime.fromisoformat(last) < self.stage.started_at:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    def is_told(self, case: Case, event: str, text: str) -> None:
        """One notice of each such event is in his inbox, and the last one has these words. Raises PromiseBroken."""
        subject_kind = event.split(".", 1)[0]
        subject = {case.kind: case, **case.siblings}[subject_kind]
        rows = [row for row in self.notices() if (row["subject_id"], row["event_name"]) == (subject.id, event)]
        wanted = self.stage.ledger.expected[self.id, event, subject.id]
        equal(len(rows), wanted, f"{self.label}收到 {event} 的通知,每事一条")
        require(bool(rows), f"{self.label}应收到 {event} 的通知")
        equal(rows[0]["body"], text, f"{self.label}收到的通知文字")
        self.stage.teller.notice(self.label, text)
