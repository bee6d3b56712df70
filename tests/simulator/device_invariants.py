"""The invariants of docs/sync-protocol.md 8 that phones tell: while the steps run, and at rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.authors import actor_at
from sync.cursors import decode
from tests.simulator.cast import LINES, Phone
from tests.simulator.facts import Facts
from tests.simulator.simulation import Simulation

_IDLE_BYTES = 4096  # of a pull that brings nothing

Expected = dict[tuple[str, str, str], tuple[int, Any]]  # (scope, type, id) -> revision, data


def at_a_checkpoint(sim: Simulation, phone: Phone) -> Iterator[str]:
    """What must hold of a phone that has just pulled to the end, however bad the line was before."""
    store = phone.store
    with sim.server.parts.database.snapshot() as session:
        allowed = set(_scopes(sim, session, phone))
    held = set(store.scopes())
    if not held <= allowed:
        yield f"5 {phone.name} holds {sorted(held - allowed)}, which its owner may not see"
    sums = {row.key: (row.live_rows, int(row.digest)) for row in sim.server.rows(
        "SELECT key, live_rows, digest FROM sync_scope WHERE key = ANY(:keys)", keys=sorted(allowed))}  # fmt: skip
    mine = _sums(phone)
    wrong = sorted(key for key in sums if mine.get(key, (0, 0)) != sums[key])
    if wrong:
        yield f"6, 7 {phone.name} does not hold what lies before its cursor: {wrong}"
    split = store._db.execute("SELECT type, id FROM base GROUP BY type, id HAVING count(DISTINCT revision) > 1").fetchall()
    if split:
        yield f"7 {phone.name} holds records of two moments: {split}"


def own_acts_are_contained(phone: Phone) -> Iterator[str]:
    """7. What a checkpoint says to contain is in the base, or still laid over it."""
    settled, overlaid = int(phone.store.get("settled_seq") or 0), {row.mid for row in phone.store.overlay()}
    for row in phone.store.lines_from(1, LINES):
        revision = (row.result or {}).get("revision")
        if row.seq > settled or revision is None or row.mid in overlaid:
            continue
        held = [held.revision for held in phone.store.rows(row.entity_type, row.entity_id)]
        if held and max(held) < revision:
            yield f"7 {phone.name}: a checkpoint says to contain seq {row.seq}, but the base shows what was before it"


def digests_differ_for_a_reason(phone: Phone) -> Iterator[str]:
    """4. A scope is asked for again if the phone lost something of it; what the server sent adds up by itself."""
    marks = phone.store._named("refilled")
    if not marks <= phone.rotten:
        yield f"4 {phone.name} asked again for {sorted(marks - phone.rotten)}, of which it lost nothing"


def nothing_saved_vanishes(phone: Phone) -> Iterator[str]:
    """4. A report that was saved stays on the screen, from the moment of saving until the base shows it, and then too.

    What a grid worker takes down for somebody else is not his once it was sent. What a backup holds, and the outbox therefore
    no more, is for `phones_equal_the_server` to judge.
    """
    if phone.role is Role.GRID_WORKER:
        return
    for mid, line in phone.sealed.items():
        document = json.loads(line)
        if document["name"] != "hazard.submit":
            continue
        row = phone.kept(mid)
        if row is not None and row.outcome not in ("rejected", "parked") and phone.device.shown("hazard", row.entity_id) is None:
            yield f"4 {phone.name} does not show the report {row.entity_id} that it saved"


def records_come_before_photos(phone: Phone, order: list[str]) -> Iterator[str]:
    """10. In each sync, records go up before photos. A pull and a new session begin something else."""
    photos_went = False
    for path in order:
        if path.endswith(("/sync/pull", "/auth/sessions")):
            photos_went = False
        elif "/uploads" in path:
            photos_went = True
        elif path.endswith("/sync/push") and photos_went:
            yield f"10 {phone.name} sent a photo before a record"


def photos_are_stored(facts: Facts) -> Iterator[str]:
    """10. At rest every photo is on the server, as it was taken."""
    for phone in facts.sim.phones:
        if phone.store.photos() and not phone.is_over:
            yield f"{phone.name} still has {len(phone.store.photos())} photos to send"


def a_cursor_never_goes_back(sim: Simulation, phone: Phone, before: str | None) -> Iterator[str]:
    """6. Within an epoch, a scope that is followed is followed onwards."""
    after = phone.store.get("cursor")
    if before is None or after is None or phone.role is Role.GUEST:  # who is another guest after the end of his session
        return
    owner, ring = UUID(phone.person_id), sim.server.parts.ring
    old, new = decode(ring, owner, before), decode(ring, owner, after)
    for scope, place in new.places.items():
        then = old.places.get(scope)
        if old.epoch != new.epoch or then is None or then.is_beginning or place.is_beginning:
            continue
        if place.position < then.position:
            yield f"6 {phone.name} went back from {then.position} to {place.position} in scope {scope}"


def _sums(phone: Phone) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for scope, hash_ in phone.store._db.execute("SELECT scope, hash FROM base"):
        rows, total = found.get(scope, (0, 0))
        found[scope] = rows + 1, (total + int(hash_, 16)) % 2**64
    return found


def _owner(sim: Simulation, session: Session, phone: Phone) -> Actor | None:
    return actor_at(session, UUID(phone.person_id), sim.clock.now) if phone.person_id else None


def _scopes(sim: Simulation, session: Session, phone: Phone) -> list[str]:
    owner = _owner(sim, session, phone)
    return sim.server.parts.catalog.scopes_for(owner) if owner is not None else []


# ---- at rest ----


def phones_equal_the_server(facts: Facts) -> Iterator[str]:
    """4. At rest every phone holds exactly what the records, rendered anew, show its owner; and digests agree."""
    sim = facts.sim
    with sim.server.parts.database.snapshot() as session:
        expected = _rendered(sim, session)
        scopes = {phone.name: set(_scopes(sim, session, phone)) for phone in sim.phones}
    for phone in sim.phones:
        if phone.is_over:
            continue
        wanted = {key: value for key, value in expected.items() if key[0] in scopes[phone.name]}
        held = {
            (row.scope, type_, row.id): (row.revision, row.data)
            for type_ in sim.server.parts.catalog.by_type
            for row in phone.store.rows(type_)
        }
        for key in sorted(wanted.keys() | held.keys()):
            if wanted.get(key) != held.get(key):
                yield f"{phone.name} holds {held.get(key)} as {key}, the server shows {wanted.get(key)}"
                break
        if phone.store.overlay():
            yield f"{phone.name} still overlays {[row.name for row in phone.store.overlay()]}"
        yield from at_a_checkpoint(sim, phone)


def _rendered(sim: Simulation, session: Session) -> Expected:
    """Every record in every scope, from the domain's tables alone."""
    found: Expected = {}
    for synced in sim.server.parts.catalog.by_type.values():
        for entity in session.scalars(select(synced.model)):
            record: Any = entity
            for key, scope in synced.scopes_of(entity).items():
                assert scope.render is not None
                data = orjson.loads(orjson.dumps(scope.render(entity), option=orjson.OPT_UTC_Z))
                found[key, synced.type, str(record.id)] = record.revision, data
    return found


def queues_drain(facts: Facts) -> Iterator[str]:
    """9. Once the faults have stopped nothing waits any more, and an idle pull costs next to nothing."""
    for phone in facts.sim.phones:
        waiting = phone.store.count_waiting()
        if waiting and not phone.is_over:
            yield f"{phone.name} still has {waiting} lines to send"
        used = facts.sim.last_bytes.get(phone.name, 0)
        if used > _IDLE_BYTES and not phone.is_over:  # a lost phone tries in vain, again and again
            yield f"an idle sync of {phone.name} took {used} bytes"
