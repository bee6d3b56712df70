"""The invariants of docs/sync-protocol.md 8 that the tables of the server tell. Each function yields what is wrong."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from tests.contracts.cases import LIVES
from tests.simulator.facts import CREATING, DONE, SIGNED_BY_TWO, Facts


def no_loss(facts: Facts) -> Iterator[str]:
    """1. Every sealed mutation is in an outbox, or has exactly one outcome and its body; only what a backup holds leaves one."""
    epoch = facts.sim.server.rows("SELECT value FROM sync_meta WHERE name = 'epoch'")[0].value
    for mid, (phone, _) in facts.sealed.items():
        held = phone.kept(mid)
        if held is None:
            bodies = facts.bodies_of(mid, phone.person_id)
            if [facts.opened(body) for body in bodies] != [phone.sealed[mid]]:
                yield f"{phone.name} lost {mid} from its outbox, and the server holds {len(bodies)} bodies of it"
            continue
        if held.line != phone.sealed[mid]:
            yield f"{phone.name} changed the sealed line {mid}"
        if held.outcome is None or phone.store.get("epoch") != epoch:
            continue  # still in the outbox; that it leaves it is a matter of liveness, and of a lost phone's finder
        bodies = facts.bodies_of(mid, phone.person_id)
        if len(bodies) != 1:
            yield f"{phone.name} {mid} was acknowledged as {held.outcome}, and the server holds {len(bodies)} bodies of it"
        elif facts.opened(bodies[0]) != held.line:
            yield f"{phone.name} {mid}: the server holds another body"
        elif bodies[0].outcome != held.outcome:
            yield f"{phone.name} {mid} heard {held.outcome}, the server says {bodies[0].outcome}"


def one_effect(facts: Facts) -> Iterator[str]:
    """2. At most one effect for each mid, and it is the one that the receipt tells of."""
    outcomes = {(str(row.owner_id), str(row.mid)): row for row in facts.mutations if row.body is not None}
    for (_, mid), row in outcomes.items():
        receipt = facts.receipts.get((str(row.owner_id), mid))
        if row.mid is not None and (receipt is None or receipt.status != row.outcome):
            yield f"{mid} is {row.outcome}, its receipt says {receipt and receipt.status}"
    happened = facts.events_of()
    for mid, events in happened.items():
        doubled = [name for name, count in Counter(event.name for event in events).items() if count > 1]
        if doubled:
            yield f"{mid} had its effect more than once: {doubled}"
        row = outcomes.get((str(events[0].actor_id), mid)) or next(row for (_, of), row in outcomes.items() if of == mid)
        if row.outcome not in DONE and not _is_decided(facts, row):
            yield f"{mid} had an effect ({events[0].name}), and its outcome is {row.outcome}"
    begun = {event.entity_id for event in facts.events}
    made: dict[Any, list[Any]] = defaultdict(list)
    for row in facts.mutations:
        if row.name in CREATING and row.body and row.entity_id in begun:
            made[row.entity_id].append(row)
    for entity_id, rows in made.items():
        if not any(
            row.outcome in DONE or _is_decided(facts, row) for row in rows
        ):  # a guest who lost his session sends it as another
            yield f"{entity_id} was made, and the outcome of {rows[0].name} is {rows[0].outcome}"


def _is_decided(facts: Facts, row: Any) -> bool:
    """True of what was left over and somebody has let happen, or the next release."""
    # Also about what was refused when it ran at last: then an issue of its own names its place in the queue.
    about_it = [issue for issue in facts.issues.values() if (issue.queue_id, issue.seq) == (row.queue_id, row.seq)]
    about_it += [facts.issues[row.issue_id]] if row.issue_id in facts.issues else []
    return row.resolution == "applied" or any(issue.state == "applied" for issue in about_it)


def order_within_a_queue(facts: Facts) -> Iterator[str]:
    """3. A queue runs in the order in which its lines were sealed, without a gap, and so do its effects."""
    happened = facts.events_of()
    for queue in facts.sim.server.rows("SELECT id, last_seq FROM sync_queue"):
        rows = [row for row in facts.mutations if row.queue_id == queue.id]
        if [row.seq for row in rows] != list(range(1, queue.last_seq + 1)):
            yield f"queue {queue.id} has seqs {[row.seq for row in rows]} and stands at {queue.last_seq}"
        mids = [str(row.mid) for row in rows]
        if mids != sorted(mids):  # mids of the simulator grow with virtual time
            yield f"queue {queue.id} ran out of order"
        at_once = [
            row for row in rows
            if row.outcome in DONE and row.body is not None and str(row.mid) in happened and row.name not in SIGNED_BY_TWO
        ]  # fmt: skip
        first = [min(event.id for event in happened[str(row.mid)]) for row in at_once]
        if first != sorted(first):
            yield f"effects of queue {queue.id} are out of order"


def one_bad_mutation_blocks_nothing(facts: Facts) -> Iterator[str]:
    """3. Only what touches the parked record, or names the parked mutation, waits behind it."""
    for row in facts.mutations:
        if row.reason != "behind_parked" or row.body is None:  # a copy tells what became of it in its first queue
            continue
        line = facts.sealed[str(row.mid)][1] if str(row.mid) in facts.sealed else {}
        before = [
            other for other in facts.mutations
            if other.queue_id == row.queue_id and other.seq < row.seq and other.outcome == "parked"
            and (other.entity_id == row.entity_id or str(other.mid) in line.get("depends_on", ()))
        ]  # fmt: skip
        if not before:
            yield f"{row.name} {row.mid} waits behind nothing that concerns it"


def losing_values_are_found(facts: Facts) -> Iterator[str]:
    """8. Every losing value can be found, and a person has an open issue for it until somebody decided."""
    living = "SELECT entity_id FROM sync_feed WHERE entity_type = 'issue' AND gone IS NULL"
    seen = {row.entity_id for row in facts.sim.server.rows(living)}
    for row in facts.mutations:
        if row.outcome not in ("conflict", "rejected", "parked"):
            continue
        issue = facts.issues.get(row.issue_id)
        if issue is None:
            yield f"{row.name} {row.mid} is {row.outcome} ({row.reason}), and no issue tells of it"
        elif issue.state != "open" and issue.resolved_by is None:
            yield f"issue {issue.id} was closed by nobody"
        elif row.outcome == "parked" and row.resolution is None and issue.state != "open":
            yield f"{row.name} {row.mid} waits for a decision, and its issue is {issue.state}"
        elif issue.id not in seen:
            yield f"issue {issue.id} is on nobody's device"
    for issue in facts.issues.values():
        if issue.kind == "conflict" and "losing" not in issue.losing:
            yield f"issue {issue.id} does not hold the losing value"


_EDITS = ("unit.edit", "water_source.edit", "rescue_sheet.edit")


def no_value_is_lost_in_silence(facts: Facts) -> Iterator[str]:
    """8. A value that was taken stands, or was overwritten by somebody who had seen it, or an issue tells of it."""
    edits = [row for row in facts.mutations if row.name in _EDITS and row.body is not None and str(row.mid) in facts.sealed]
    taken = [row for row in edits if row.outcome in (*DONE, "noop") or row.resolution == "applied"]
    told = {(issue.subject_id, issue.field, value) for issue in facts.issues.values() for value in _values(issue.losing)}
    tables = {name: facts.sim.server.rows(f"SELECT * FROM {name.removesuffix('.edit')}") for name in _EDITS}  # noqa: S608 - our own names
    records = {(name, row.id): row for name, rows in tables.items() for row in rows}
    for row in taken:
        for field, (_, value) in facts.sealed[str(row.mid)][1]["changes"].items():
            if getattr(records[row.name, row.entity_id], field) == value or (row.entity_id, field, value) in told:
                continue
            others = [
                other for other in taken if (other.name, other.entity_id) == (row.name, row.entity_id) and other.mid != row.mid
            ]
            if not any(_knew(facts, other, field, value, row) for other in others):
                yield f"{row.name}: {field} {value!r} of {row.entity_id} ({row.mid}) is nowhere, and no issue tells of it"


def _values(losing: Any) -> list[Any]:
    return [losing.get("losing"), losing.get("standing"), *losing.get("earlier", ())]


def _knew(facts: Facts, row: Any, field: str, value: str, of: Any) -> bool:
    """True if this edit of the same field was made by somebody who had received the value, or by him who wrote it."""
    line = facts.sealed[str(row.mid)][1]
    if field not in line["changes"]:
        return False
    revision = json.loads(facts.receipts[str(of.owner_id), str(of.mid)].result).get("revision")
    has_received = revision is not None and line["base"]["revision"] >= revision
    return line["changes"][field][0] == value or row.queue_id == of.queue_id or has_received


def what_this_release_knows_is_done(facts: Facts) -> Iterator[str]:
    """3. What the last release had to park for its name was run when this one's worker started, unless it waits for another."""
    known = facts.sim.server.parts.sync.mutations.by_name
    parked = [row for row in facts.mutations if row.outcome == "parked" and row.resolution is None and row.body is not None]
    for row in parked:
        if row.reason == "unknown_mutation" and row.name in known:
            before = [other for other in parked if other.queue_id == row.queue_id and other.seq < row.seq]
            if not any(other.entity_id == row.entity_id for other in before):
                yield f"{row.name} {row.mid} is known, and still parked as unknown"


def no_defect_parked_anything(facts: Facts) -> Iterator[str]:
    """A mutation that is parked as a fault stumbled over a defect of the server."""
    for row in facts.mutations:
        if row.reason == "fault":
            yield f"{row.name} {row.mid} met a fault of the server"


def only_legal_transitions(facts: Facts) -> Iterator[str]:
    """13. Each step stands in the table of its life cycle, begins where the last one ended, and the record is where they lead."""
    stands: dict[Any, str] = {}
    for event in facts.events:
        life, data = LIVES.get(event.entity_type), event.data or {}
        if life is None or "to" not in data:
            continue
        step = (data.get("from", ""), data.get("action", ""), data["to"])
        if "action" in data and step not in {(row.source, row.action, row.target) for row in life.transitions}:
            yield f"{event.name} of {event.entity_id}: {step} is not in the table"
        if "from" in data and stands.get(event.entity_id, data["from"]) != data["from"]:
            yield f"{event.name} of {event.entity_id} begins at {data['from']}, the last step ended at {stands[event.entity_id]}"
        stands[event.entity_id] = data["to"]
    for kind in LIVES:
        for row in facts.sim.server.rows(f"SELECT id, state FROM {kind}"):  # noqa: S608 - our own names
            if row.id in stands and stands[row.id] != row.state:
                yield f"{kind} {row.id} is {row.state}, its last step led to {stands[row.id]}"
