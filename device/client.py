"""A device: signs somebody in, seals what he does, pushes it, pulls what he may see. The web client mirrors it."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from device.exchange import Refused, new_id
from device.keys import DeviceKey
from device.photos import Photos
from device.storage import Sealed, Storage
from device.store import Store
from device.transport import NoNetwork, Transport

__all__ = ["Device", "NamedStore", "Refused", "TooLong"]
LINE_BYTES = 65_536  # of a sealed line, where the server has not said otherwise


class TooLong(Exception):
    """Too much for one line: nothing was saved, and the person still has it on his screen."""


class NamedStore(Exception):
    """Somebody is named in this store, and his acts would go out as those of nobody: a guest takes another one."""


class Device(Photos):
    """One install with one person's queue. Works without a network; `sync` does the rest when there is one."""

    def __init__(
        self,
        transport: Transport,
        store: Storage | None = None,
        clock: Callable[[], datetime] | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(transport, store or Store(), pause)
        self._clock = clock or (lambda: datetime.now(UTC))
        self.install = self.store.kept("install", new_id)
        self.key = DeviceKey(self.store.kept("key", lambda: DeviceKey().pem()))
        self.user: dict[str, Any] = json.loads(self.store.get("user") or "{}")

    # ---- on line ----

    def sign_in(self, **credentials: Any) -> dict[str, Any]:
        """Open a session: `phone`, `code`; or `username`, `password`, `totp`; or `guest=True`.

        Each guest is another one, whom nothing joins to the last: what he had saved and not yet handed in goes out as the new
        one's, for nobody else could. What a named person saved never does: a guest has a store of his own. Raises NamedStore.
        """
        if credentials.get("guest"):
            if self.user.get("kind", "guest") != "guest":
                raise NamedStore
            self._become_another()
        opened = self.call("POST", "/auth/sessions", {**credentials, "install": self.install}, token=False)
        self._keep_session(opened)
        return self.user

    def _become_another(self) -> None:
        """A fresh install, key and queue."""
        self.install, self.key, self.queue = new_id(), DeviceKey(), new_id()
        self.store.put("install", self.install)
        self.store.put("key", self.key.pem())
        self.store.send_all_anew(self.queue)

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
            "schema": self.schema,
            "wall_clock": self._clock().isoformat(),
            "public_key": self.key.public_jwk(),
        }
        state: dict[str, Any] = self.call("POST", "/sync/register", body)
        known = self.store.get("epoch")
        if known is not None and known != state["epoch"]:  # restored to a time before this queue was made
            self._meet_epoch(state["epoch"])
        self.store.put("epoch", state["epoch"])
        self.store.put("server_time", state["server_time"])
        self.store.put("line_bytes", str(state["limits"]["line_bytes"]))
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
        """Seal one act into the outbox. From here on its text never changes. Raises TooLong: then nothing was saved."""
        entity_type = name.split(".", 1)[0]
        mid = new_id()
        rows = self.store.rows(entity_type, entity_id)
        line = json.dumps(
            {
                "mid": mid,
                "name": name,
                "version": version,
                "entity": {"type": entity_type, "id": entity_id},
                "base": {
                    "revision": max((row.revision for row in rows), default=0),
                    "after": self.store.last_pending_on(entity_id),
                    **({"epoch": epoch} if (epoch := self.store.get("base_epoch")) else {}),
                },
                "changes": changes or {},
                "args": args or {},
                "made_at": {"wall": self._clock().isoformat(), "mono_ms": int(time.monotonic() * 1000), "era": self.install},
                "depends_on": list(depends_on),
            },
            ensure_ascii=False,
            default=str,
        ).encode()
        if len(line) > int(self.store.get("line_bytes") or LINE_BYTES):
            raise TooLong(len(line))
        self.store.append(mid, name, entity_type, entity_id, line)
        return self.store.sealed(mid)

    def sign(self, act_sha256: str) -> str:
        """Sign another officer's act, shown as a code on his phone."""
        return self.key.sign(act_sha256)

    def sync(self) -> list[dict[str, Any]]:
        """Push everything, send photos, pull to a checkpoint; the results of the push. Raises NoNetwork, Refused."""
        results = self.push()
        if self.store.photos():
            with contextlib.suppress(NoNetwork):  # photos are large: what they cannot do on this line, a pull may
                self.send_photos()
        self.pull()
        return results

    # ---- what the person sees ----

    def shown(self, entity_type: str, entity_id: str) -> dict[str, Any] | None:
        """A record: of its rows the highest revision, then the largest projection, with the overlay of what is under way.

        A creation that is not in the base yet is shown by its arguments, at revision 0; other acts on a record that is not
        here show nothing. `waiting` names the acts that the server has not answered.
        """
        rows = self.store.rows(entity_type, entity_id)
        overlay = [
            sealed for sealed in self.store.overlay() if (sealed.entity_type, sealed.entity_id) == (entity_type, entity_id)
        ]
        if rows:
            best = max(rows, key=lambda row: (row.revision, len(row.data)))
            shown = {"id": best.id, "revision": best.revision, **best.data}
        elif overlay and json.loads(overlay[0].line)["base"]["revision"] == 0:
            shown = {"id": entity_id, "revision": 0, **json.loads(overlay[0].line)["args"]}
        else:
            return None
        for sealed in overlay:
            shown.update({name: pair[1] for name, pair in json.loads(sealed.line)["changes"].items()})
        return {**shown, "waiting": [sealed.name for sealed in overlay if sealed.outcome is None]}

    def all_shown(self, entity_type: str) -> list[dict[str, Any]]:
        """Every record of a type as the person sees it."""
        ids = dict.fromkeys(row.id for row in self.store.rows(entity_type))
        ids |= dict.fromkeys(sealed.entity_id for sealed in self.store.overlay() if sealed.entity_type == entity_type)
        return [shown for entity_id in ids if (shown := self.shown(entity_type, entity_id))]
