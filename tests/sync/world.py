"""The engine with the toy feature on a real database, people whose powers a test sets, and the devices in their hands."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role
from database.base import new_id
from database.crypto import KeyRing
from database.session import Database, Observer
from settings import Settings
from sync import leases, reading, resolving, snapshots
from sync.catalog import Catalog
from sync.engine import Engine
from sync.feed import Feed
from sync.models import Issue
from sync.mutations import Origin
from sync.pull import Pull, PullRequest
from sync.push import Push
from sync.registration import register
from sync.seed import seed
from sync.synced import ISSUE
from tests.clock import Clock
from tests.sync import toy

Json = dict[str, Any]
HOME, ELSEWHERE = "150102", "150203"


@dataclass
class World:
    """One server."""

    settings: Settings
    ring: KeyRing
    clock: Clock
    feed_type: type[Feed] = Feed
    before_heads: Sequence[Observer] = ()  # points of a transaction at which a test stops it
    before_commit: Sequence[Observer] = ()
    people: dict[UUID, Actor] = field(default_factory=dict)
    past: dict[UUID, Actor] = field(default_factory=dict)  # who somebody was before his powers were removed

    def __post_init__(self) -> None:
        catalog = Catalog([toy.VISIT, ISSUE])
        self.feed = self.feed_type(catalog)
        self.database = Database(
            self.settings.database_url, pool_size=30, clock=self.clock, settle=[self.feed.render],
            before_commit=[*self.before_heads, self.feed.publish, *self.before_commit],
            lock_timeout_ms=self.settings.lock_timeout_ms,
        )  # fmt: skip
        self.feed.watch(self.database.new_session)
        self.engine = Engine(self.database, catalog, toy.mutations(), self.ring, self.settings, self._author)
        resolving.declare_resolutions(self.engine)
        self.engine.watch(self.database.new_session)

    def _author(self, _: Session, person_id: UUID, at: datetime) -> Actor | None:
        return self.past.get(person_id) or self.people.get(person_id)

    def empty(self) -> None:
        """Nothing happened yet."""
        self.feed._scope_ids.clear()
        with self.database.transaction() as session:
            session.execute(
                text(
                    "TRUNCATE visit, issue, event, receipt, sync_mutation, sync_hold, sync_queue, sync_device, sync_feed,"
                    " sync_scope, sync_meta, sync_snapshot, sync_chunk, sync_dirty, rescue"
                )
            )
            seed(session)

    # ---- people ----

    def person(self, *roles: Role, region: str = HOME) -> Actor:
        """Somebody with these roles in a banner; without any, a citizen."""
        grants = tuple(Grant(role, uuid4(), region) for role in roles)
        actor = Actor(id=new_id(), name="", session_id=uuid4(), grants=grants, roles=frozenset({*roles, Role.CITIZEN}))
        self.people[actor.id] = actor
        return actor

    def guest(self) -> Actor:
        actor = Actor(id=new_id(), name="", session_id=uuid4(), is_guest=True, roles=frozenset({Role.GUEST}))
        self.people[actor.id] = actor
        return actor

    def change(self, person: Actor, **changes: Any) -> Actor:
        """From now on this person is somebody else to the server."""
        self.people[person.id] = replace(self.people[person.id], **changes)
        return self.people[person.id]

    def revoke(self, person: Actor) -> None:
        """All rights are removed; the session drains."""
        self.past[person.id] = self.people[person.id]
        self.change(person, grants=(), roles=frozenset({Role.CITIZEN}), draining=True)
        with self.database.transaction() as session:
            leases.revoke(session, person.id)

    # ---- what tests look at ----

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.database.snapshot() as session:
            return list(session.execute(text(statement), values))

    def scalar(self, statement: str, **values: Any) -> Any:
        return self.rows(statement, **values)[0][0]

    def visits(self) -> dict[UUID, Any]:
        return {row.id: row for row in self.rows("SELECT * FROM visit")}

    def issues(self) -> list[Issue]:
        with self.database.snapshot() as session:
            found = list(session.query(Issue).order_by(Issue.id))
            session.expunge_all()
            return found

    def apply(self, actor: Actor, issue_id: UUID | str) -> None:
        with self.database.transaction() as session:
            resolving.apply(self.engine, session, actor, UUID(str(issue_id)), Origin())

    def discard(self, actor: Actor, issue_id: UUID | str) -> None:
        with self.database.transaction() as session:
            resolving.discard(self.engine, session, actor, UUID(str(issue_id)), Origin())

    def phone(self, person: Actor, **options: Any) -> Phone:
        return Phone(self, person, **options)


class Phone:
    """A device at the level of the protocol: seals lines, pushes and pulls them, keeps what it got by scope."""

    def __init__(self, world: World, person: Actor, *, install: UUID | None = None) -> None:
        self.world = world
        self.person = person
        self.install = install or uuid4()
        self.queue = uuid4()
        self.lines: list[bytes] = []
        self.cursor: str | None = None
        self.adopted: list[UUID] = []
        self.trusts = True  # compares digests at each checkpoint
        self.rows: dict[str, dict[tuple[str, str], Json]] = {}
        self._filling: dict[str, set[tuple[str, str]]] = {}
        self.register()

    def authenticate(self, _: Session) -> Actor:
        return self.world.people[self.person.id]

    def register(self, **changes: Any) -> Json:
        data = {"install": self.install, "queue": self.queue, "platform": "test", "app_version": "1", "schema": 1,
                "wall_clock": self.world.clock(), "public_key": None, **changes}  # fmt: skip
        with self.world.database.transaction() as session:
            answer = register(self.world.engine, session, self.authenticate(session), data)
        self.epoch = str(answer["epoch"])
        return answer

    # ---- up ----

    def seal(self, name: str, entity: UUID, /, base: int = 0, **members: Any) -> bytes:
        """Append one line to the outbox."""
        self.lines.append(line(name, entity, base=base, **members))
        return self.lines[-1]

    def open(self, **args: Any) -> UUID:
        """Seal the creation of a visit."""
        visit_id = new_id()
        self.seal("visit.open", visit_id, args={"region_code": HOME, "title": "查看", **args})
        return visit_id

    def request(self, lines: Sequence[bytes], first_seq: int, **header: Any) -> reading.PushRequest:
        return reading.read_push(self.body(lines, first_seq, **header), self.world.engine)

    def body(self, lines: Sequence[bytes], first_seq: int, **header: Any) -> bytes:
        head = {"kind": "push", "queue": str(self.queue), "first_seq": first_seq, "count": len(lines),
                "epoch": self.epoch, "schema": 1, "pending": len(lines), "oldest_pending": None, **header}  # fmt: skip
        return b"\n".join([orjson.dumps(head), *lines]) + b"\n"

    def push(self, lines: Sequence[bytes] | None = None, first_seq: int = 1, **header: Any) -> list[Json]:
        """Push lines (by default everything ever sealed, which tests repetition too); the answer's lines."""
        sent = self.lines if lines is None else lines
        answer = Push(self.world.engine, self.authenticate).run(self.request(sent, first_seq, **header))
        return [orjson.loads(text_) for text_ in answer.splitlines()]

    def results(self, **options: Any) -> list[Json]:
        """The result lines of a push of everything."""
        return [item for item in self.push(**options) if item["kind"] == "result"]

    def do(self, name: str, entity: UUID, /, base: int = 0, **members: Any) -> Json:
        """Seal and push one; its result."""
        self.seal(name, entity, base=base, **members)
        return self.push(self.lines[-1:], first_seq=len(self.lines))[0]

    # ---- down ----

    def ask(self, cursor: str | None = None, max_bytes: int = 524_288, refill: Sequence[str] = ()) -> bytes:
        """The bytes of one pull."""
        request = PullRequest(self.queue, cursor, 1, max_bytes, self.adopted, refill)
        return Pull(self.world.engine, self.authenticate).run(request)

    def pull(self, max_bytes: int = 524_288, refill: Sequence[str] = ()) -> list[Json]:
        """Pull to a checkpoint; every line of every page."""
        seen: list[Json] = []
        while True:
            lines = self.take(self.ask(self.cursor, max_bytes, refill))
            seen += lines
            refill = ()
            if not lines[-1]["more"]:
                assert not self.trusts or self.digests(lines[-1]["digests"]) == lines[-1]["digests"]
                return seen

    def digests(self, wanted: Json) -> Json:
        """For the same scopes, what this phone makes of the rows that it holds."""
        found = {}
        for key, (head, _, _) in wanted.items():
            hashes = [int(row["hash"], 16) for row in self.rows.get(key, {}).values()]
            found[key] = [head, len(hashes), f"{sum(hashes) % 2**64:016x}"]
        return found

    def take(self, body: bytes) -> list[Json]:
        """Keep a page, or as much of it as came, up to its last cursor."""
        whole = body[: body.rfind(b"\n") + 1]
        lines = [orjson.loads(text_) for text_ in whole.splitlines()]
        last = max((n for n, item in enumerate(lines) if item["kind"] in ("cursor", "end")), default=-1)
        scope: Json = {}
        for item in lines[: last + 1]:
            if item["kind"] in ("scope", "drop", "end"):
                self._filled(scope)
                scope = {}
            if item["kind"] == "scope":
                scope = item
                if item["action"] in ("begin", "resync"):
                    self._filling[item["key"]] = set()
            elif item["kind"] == "drop":
                self.rows.pop(item["key"], None)
                self._filling.pop(item["key"], None)
            elif item["kind"] == "snapshot":
                self._adopt(item)
            elif item["kind"] == "row":
                self._row(scope["key"], item)
            elif item["kind"] in ("cursor", "end"):
                self.cursor = item["cursor"]
        return lines

    def _adopt(self, offer: Json) -> None:
        """Load every chunk, then hold these rows and no others of the scope."""
        rows: list[Json] = []
        for chunk in offer["chunks"]:
            with self.world.database.snapshot() as session:
                actor = self.authenticate(session)
                body = snapshots.chunk_of(self.world.engine, session, actor, UUID(offer["id"]), chunk["sha256"])
            assert (hashlib.sha256(body).hexdigest(), len(body)) == (chunk["sha256"], chunk["bytes"])
            lines = [orjson.loads(text_) for text_ in gzip.decompress(body).splitlines()]
            assert len(lines) == chunk["rows"]
            rows += lines
        self.rows[offer["key"]] = {(row["type"], row["id"]): row for row in rows}
        self.adopted = [UUID(offer["id"])]

    def _filled(self, scope: Json) -> None:
        if scope and scope["whole"] and scope["key"] in self._filling:
            sent = self._filling.pop(scope["key"])
            held = self.rows.get(scope["key"], {})
            self.rows[scope["key"]] = {key: row for key, row in held.items() if key in sent}

    def _row(self, scope: str, row: Json) -> None:
        key = (row["type"], row["id"])
        held = self.rows.setdefault(scope, {})
        if row.get("gone"):
            held.pop(key, None)
            return
        held[key] = row
        if scope in self._filling:
            self._filling[scope].add(key)

    def held(self, entity_type: str = "visit") -> dict[str, set[str]]:
        """Ids by scope, scopes without any left out."""
        found = {scope: {id_ for type_, id_ in rows if type_ == entity_type} for scope, rows in self.rows.items()}
        return {scope: ids for scope, ids in found.items() if ids}


def line(name: str, entity: UUID, /, *, mid: UUID | None = None, base: int = 0, after: UUID | None = None,
         args: Json | None = None, changes: Json | None = None, depends_on: Sequence[UUID] = (), version: int = 1,
         made_at: Mapping[str, Any] | None = None, epoch: UUID | None = None) -> bytes:  # fmt: skip
    """One sealed line."""
    wall = datetime.now(UTC).isoformat() if made_at is None else made_at
    return orjson.dumps(
        {
            "mid": mid or new_id(),
            "name": name,
            "version": version,
            "entity": {"type": name.split(".", 1)[0], "id": entity},
            "base": {"revision": base, "after": after, **({"epoch": epoch} if epoch else {})},
            "changes": changes or {},
            "args": args or {},
            "made_at": {"wall": wall} if isinstance(wall, str) else wall,
            "depends_on": list(depends_on),
        }
    )


def mid_of(sealed: bytes) -> UUID:
    return UUID(orjson.loads(sealed)["mid"])


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def packed(body: bytes) -> bytes:
    return gzip.compress(body)


Check = Callable[[], None]
