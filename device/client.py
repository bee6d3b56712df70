"""A device: signs somebody in, seals what he does, pushes it, pulls what he may see. The web client mirrors it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import uuid_utils

from device.keys import DeviceKey
from device.store import Sealed, Store
from device.transport import Answer, NoNetwork, Transport

API = "/api/v1"
SCHEMA = 1
PUSH_MUTATIONS = 200


class Refused(Exception):
    """The server answered with a problem document."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(status, problem.get("type"), problem)
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable code at the end of the problem's type."""
        return str(self.problem.get("type", "")).rsplit("/", 1)[-1]


class Device:
    """One install with one person's queue. Works without a network; `sync` does the rest when there is one."""

    def __init__(
        self, transport: Transport, store: Store | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.transport = transport
        self.store = store or Store()
        self._clock = clock or (lambda: datetime.now(UTC))
        self.install = self._kept("install", lambda: str(uuid_utils.uuid7()))
        self.queue = self._kept("queue", lambda: str(uuid_utils.uuid7()))
        self.key = DeviceKey(self._kept("key", lambda: DeviceKey().pem()))
        self.user: dict[str, Any] = json.loads(self.store.get("user") or "{}")

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        value = self.store.get(name)
        if value is None:
            value = make()
            self.store.put(name, value)
        return value

    # ---- on line ----

    def call(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, token: bool = True
    ) -> Any:
        """One request of the HTTP API; the decoded JSON. An expired access token is refreshed once. Raises Refused."""
        answer = self._send(method, path, body, headers or {}, token=token)
        if answer.status == 401 and token and self.store.get("refresh_token"):
            self.refresh()
            answer = self._send(method, path, body, headers or {}, token=token)
        return _decoded(answer)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str], *, token: bool) -> Answer:
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
        sent = {"Content-Type": "application/json", "Accept": "*/*", **headers} if content else dict(headers)
        access = self.store.get("access_token")
        if token and access:
            sent["Authorization"] = f"Bearer {access}"
        return self.transport.send(method, API + path, sent, content)

    def sign_in(self, **credentials: Any) -> dict[str, Any]:
        """Open a session: `phone`, `code`; or `username`, `password`, `totp`; or `guest=True`."""
        opened = self.call("POST", "/auth/sessions", {**credentials, "install": self.install}, token=False)
        self._keep_session(opened)
        return self.user

    def refresh(self) -> None:
        """New tokens. The old refresh token stays valid until its successor is first used, so a lost answer harms nothing."""
        body = {"refresh_token": self.store.get("refresh_token"), "install": self.install}
        self._keep_session(self.call("POST", "/auth/sessions/refresh", body, token=False))

    def _keep_session(self, opened: dict[str, Any]) -> None:
        self.user = opened["user"]
        self.store.put("access_token", opened["access_token"])
        self.store.put("refresh_token", opened["refresh_token"])
        self.store.put("user", json.dumps(self.user))

    def register(self) -> dict[str, Any]:
        """Make the queue and the device's key known to the server. Repeatable."""
        body = {
            "install": self.install,
            "queue": self.queue,
            "platform": "python",
            "app_version": "1.0.0",
            "schema": SCHEMA,
            "wall_clock": self._clock().isoformat(),
            "public_key": self.key.public_jwk(),
        }
        state: dict[str, Any] = self.call("POST", "/sync/register", body)
        self.store.put("epoch", state["epoch"])
        return state

    # ---- off-line ----

    def mutate(
        self,
        name: str,
        entity_id: str,
        args: dict[str, Any] | None = None,
        *,
        changes: dict[str, list[Any]] | None = None,
        depends_on: tuple[str, ...] = (),
        version: int = 1,
    ) -> Sealed:
        """Seal one act into the outbox. From here on its text never changes."""
        entity_type = name.split(".", 1)[0]
        mid = str(uuid_utils.uuid7())
        seen = self.shown(entity_type, entity_id)
        line = json.dumps(
            {
                "mid": mid,
                "name": name,
                "version": version,
                "entity": {"type": entity_type, "id": entity_id},
                "base": {"revision": seen["revision"] if seen else 0, "after": self.store.last_pending_on(entity_id)},
                "changes": changes or {},
                "args": args or {},
                "made_at": {"wall": self._clock().isoformat(), "mono_ms": int(time.monotonic() * 1000), "era": self.install},
                "depends_on": list(depends_on),
            },
            ensure_ascii=False,
            default=str,
        ).encode()
        self.store.append(mid, name, entity_type, entity_id, line)
        return self.store.sealed(mid)

    def sign(self, act_sha256: str) -> str:
        """Sign another officer's act, shown as a code on his phone."""
        return self.key.sign(act_sha256)

    def shown(self, entity_type: str, entity_id: str) -> dict[str, Any] | None:
        """A record as the person sees it: the highest revision, of these the largest projection, and what still waits."""
        rows = self.store.rows(entity_type, entity_id)
        if not rows:
            return None
        best = max(rows, key=lambda row: (row.revision, len(row.data)))
        waiting = [sealed.name for sealed in self.store.pending() if sealed.entity_id == entity_id]
        return {"id": best.id, "revision": best.revision, **best.data, "waiting": waiting}

    def all_shown(self, entity_type: str) -> list[dict[str, Any]]:
        """Every record of a type as the person sees it."""
        ids = dict.fromkeys(row.id for row in self.store.rows(entity_type))
        return [shown for entity_id in ids if (shown := self.shown(entity_type, entity_id))]

    # ---- sync ----

    def sync(self) -> list[dict[str, Any]]:
        """Push everything, then pull to a checkpoint; the results of the push. Raises NoNetwork, Refused."""
        results = self.push()
        self.pull()
        return results

    def push(self, batch: int = PUSH_MUTATIONS) -> list[dict[str, Any]]:
        """Send what waits, in order; a torn body halves the batch. The receipts of this round."""
        results: list[dict[str, Any]] = []
        while waiting := self.store.pending(limit=batch):
            try:
                received = self.push_lines(waiting)
            except Refused as refused:
                if refused.code != "torn_body" or batch == 1:
                    raise
                batch = max(1, batch // 2)
                continue
            self.store.acknowledge(received)
            results += received
            if len(received) < len(waiting):
                raise NoNetwork("the answer of the push was cut off")
        return results

    def push_lines(self, waiting: list[Sealed]) -> list[dict[str, Any]]:
        """One request with these lines; the results that came back."""
        head = {
            "kind": "push",
            "queue": self.queue,
            "first_seq": waiting[0].seq,
            "count": len(waiting),
            "epoch": self.store.get("epoch"),
            "schema": SCHEMA,
            "pending": len(self.store.pending()),
            "oldest_pending": json.loads(waiting[0].line)["made_at"]["wall"],
        }
        body = b"\n".join([json.dumps(head).encode(), *(sealed.line for sealed in waiting)]) + b"\n"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"Content-Type": "application/x-ndjson", "Content-Digest": f"sha-256=:{digest}:"}
        lines = self._lines(self._authorised("/sync/push", body, headers))
        return [line for line in lines if line["kind"] == "result"]

    def pull(self) -> dict[str, Any]:
        """Pull until a checkpoint; the last `end` line."""
        while True:
            end = self.pull_page()
            if not end["more"]:
                return end

    def pull_page(self) -> dict[str, Any]:
        """One page. A bad cursor starts anew; a torn answer is kept up to its last cursor. Raises NoNetwork if it is torn."""
        cursor = self.store.get("cursor")
        body = json.dumps({"queue": self.queue, "cursor": cursor, "schema": SCHEMA, "adopted": [], "refill": []}).encode()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        try:
            answer = self._authorised("/sync/pull", body, headers)
        except Refused as refused:
            if refused.code == "bad_cursor" and cursor is not None:
                self.store.put("cursor", None)
                return self.pull_page()
            if refused.code == "wipe":
                self.store.forget_base()
            raise
        return self.take_page(cursor, self._lines(answer))

    def take_page(self, cursor: str | None, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """Apply a page up to its last cursor in one local transaction. Raises NoNetwork if its end is missing."""
        kept: list[dict[str, Any]] = []
        ready: tuple[int, str] | None = None
        scope: dict[str, Any] | None = None
        for line in lines:
            if line["kind"] in ("scope", "drop", "end") and scope is not None:
                if scope["whole"]:
                    kept.append({"kind": "filled", "key": scope["key"]} if scope["key"] in self._beginning(kept) else {"kind": "noted"})
                scope = None
            if line["kind"] == "scope":
                scope = line
            if line["kind"] == "row" and scope is not None:
                line["scope"] = scope["key"]
            kept.append(line)
            if line["kind"] in ("cursor", "end"):
                ready = (len(kept), line["cursor"])
        if ready is not None:
            self.store.apply_page(cursor, kept[: ready[0]], ready[1])
        if not lines or lines[-1]["kind"] != "end":
            raise NoNetwork("the answer of the pull was cut off")
        return lines[-1]

    def _beginning(self, kept: list[dict[str, Any]]) -> set[str]:
        begun = {line["key"] for line in kept if line["kind"] == "scope" and line["action"] in ("begin", "resync")}
        return begun | self.store.filling()

    def _authorised(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        answer = self._send("POST", path, body, headers, token=True)
        if answer.status == 401 and self.store.get("refresh_token"):
            self.refresh()
            answer = self._send("POST", path, body, headers, token=True)
        if answer.status >= 400:
            _decoded(answer)
        return answer

    @staticmethod
    def _lines(answer: Answer) -> list[dict[str, Any]]:
        body = answer.body
        if answer.headers.get("content-encoding") == "gzip" and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        whole = body[: body.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines() if line]


def _decoded(answer: Answer) -> Any:
    """The JSON of an answer. Raises Refused."""
    try:
        document = json.loads(answer.body) if answer.body else None
    except ValueError:
        document = None
    if answer.status >= 400:
        raise Refused(answer.status, document if isinstance(document, dict) else {"type": "", "status": answer.status})
    return document
