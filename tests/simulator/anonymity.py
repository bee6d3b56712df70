"""Invariant 14 of docs/sync-protocol.md 8: no anonymous report can be joined to a person by any table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.simulator.cast import Phone
from tests.simulator.facts import Facts
from tests.simulator.simulation import Simulation

# What may stand for somebody: ids, keys, hashes, tokens, addresses.
_WORD = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{1,3}(?:\.\d{1,3}){3}\b|[0-9A-Za-z_-]{20,}")

# What is JSON in bytes is read as text.
_CONTENT = {
    "sync_feed": "convert_from(t.line, 'UTF8')",
    "receipt": "concat_ws(' ', t.owner_id, t.key, t.body_sha256, t.status, convert_from(t.result, 'UTF8'), t.at)",
}
_OF_THE_SEED = ("organisation", "work_day")  # large, and written by nobody else


def anonymous_reports_join_nobody(facts: Facts) -> Iterator[str]:
    """14. No row names both a guest and the person who carried the phone, and none of either has what only they have."""
    sim = facts.sim
    carriers = {phone.name: phone for phone in sim.phones}
    pairs = [(phone, carriers[phone.carrier]) for phone in sim.phones if phone.carrier]
    if not pairs:
        return
    names = {phone.name: _names(sim, phone) for phone in sim.phones}
    rows = _rows(sim, set().union(*names.values()))
    words = {name: set().union(*(found for _, found in rows if found & own)) for name, own in names.items()}
    for guest, carrier in pairs:
        for table in sorted({table for table, found in rows if found & names[guest.name] and found & names[carrier.name]}):
            yield f"{table} joins {guest.name} to {carrier.name}"
        others = [words[phone.name] for phone in sim.phones if _is_other(phone, carrier)]
        shared = (words[guest.name] & words[carrier.name]).difference(*others) - _of_office(sim)
        for word in sorted(shared):
            tables = sorted({table for table, found in rows if word in found})
            yield f"{word} in {tables} joins {guest.name} to {carrier.name}"


def _is_other(phone: Phone, carrier: Phone) -> bool:
    """True if somebody else holds it."""
    return phone.person_id != carrier.person_id and phone.carrier != carrier.name


def _names(sim: Simulation, phone: Phone) -> set[str]:
    """All that stands for this phone and its owner, and an anonymous report."""
    reports = [row.id for row in sim.server.rows("SELECT id FROM hazard WHERE reporter_id::text = :id", id=phone.person_id)]
    own = (phone.device.install, phone.device.queue, phone.person_id, *(str(id_) for id_ in reports if phone.carrier))
    return {name for name in own if name}


def _rows(sim: Simulation, names: set[str]) -> list[tuple[str, set[str]]]:
    """Table and words of every row that has one of these names in it."""
    rows = sim.server.rows
    tables = rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
    tables = [table for table in tables if table.relname not in _OF_THE_SEED]
    content = {name: _CONTENT.get(name, "t::text") for (name,) in tables}
    statement = " UNION ALL ".join(
        f"SELECT '{name}', {text} FROM {name} t WHERE {text} ~ :names"  # noqa: S608 - our own names
        for name, text in content.items()
    )
    return [(table, set(_WORD.findall(text))) for table, text in rows(statement, names="|".join(sorted(names)))]


def _of_office(sim: Simulation) -> set[str]:
    """Ids of staff and offices: whoever looks after both reports is named in both."""
    ids = sim.server.rows("SELECT id FROM organisation UNION SELECT person_id FROM role_grant")
    return {str(row.id) for row in ids}
