"""What must hold of cases of any kind at rest: nothing that was taken is missing, one holder, numbers that add up."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from accounts.actor import SYSTEM
from tests.contracts.cases import LIVES
from tests.simulator.facts import Facts
from workflow.hazards.rules import POOR_SCORE
from workflow.papers.rules import USED
from workflow.queue.rules import waiting_for

_LENT = "SELECT n.* FROM number_block b, jsonb_to_recordset(b.numbers) AS n(number text, state text, paper_id uuid)"
_ORDERS = "SELECT id, number, content FROM paper WHERE paper = 'order'"


def what_was_taken_happened(facts: Facts) -> Iterator[str]:
    """2. What was acknowledged as done is in the journal: up to the revision that its author was told nobody came after him."""
    by_people: dict[Any, list[Any]] = defaultdict(list)
    for event in facts.events:
        if event.actor_id != SYSTEM.id:  # who follows at once, in the same transaction
            by_people[event.entity_type, event.entity_id].append(event)
    for row in facts.mutations:
        if row.outcome not in ("applied", "merged") or row.body is None:
            continue
        revision = json.loads(facts.receipts[str(row.owner_id), str(row.mid)].result)["revision"]
        before = [event for event in by_people[row.name.partition(".")[0], row.entity_id] if event.revision <= revision]
        if not before or before[-1].actor_id != row.owner_id:
            yield f"{row.name} {row.mid} is {row.outcome} in revision {revision}, and the journal of {row.entity_id} has nothing"


def _owed(kind: str, case: Any) -> str | None:
    """What comes before that for which its state waits, said here and not asked of the program."""
    if kind == "hazard" and case.state == "CLOSED" and case.rating is not None and case.rating["score"] <= POOR_SCORE:
        return None if "follow_up" in case.rating else "follow_up"
    is_over = kind == "inspection" and case.finding is not None and case.publication is None
    return "publish" if is_over else None


def exactly_one_holder(facts: Facts) -> Iterator[str]:
    """Each case is on the list on which its state puts it, in the hands of those who were sent or took it, or of the office."""
    tasks = {(task.subject_type, task.subject_id): task for task in facts.sim.server.rows("SELECT * FROM task")}
    for kind in LIVES:
        for case in facts.sim.server.rows(f"SELECT * FROM {kind}"):  # noqa: S608 - our own names
            task = tasks.get((kind, case.id))
            held = set(task.holder_ids) if task is not None and task.is_open else set()
            waits = waiting_for(
                kind, case.state, is_held=bool(held), is_asked=getattr(case, "extension", None) is not None,
                is_unserved=kind == "rectification" and case.served_at is None, owes=_owed(kind, case),
            )  # fmt: skip
            if (waits is not None) != (task is not None and task.is_open):
                yield f"{kind} {case.id} is {case.state}, and its task is {task and (task.state, task.is_open)}"
            elif task is not None and waits is not None:
                people = {*getattr(case, "officer_ids", ()), getattr(case, "expert_id", None), task.claimed_by}
                if task.state != case.state or not held <= people:
                    yield f"{kind} {case.id} is {case.state} with {people}, its task {task.state} with {held}"


def numbers_are_reconciled(facts: Facts) -> Iterator[str]:
    """Each number was lent once; a used one stands on one paper, with the very bytes that were served, no other on any."""
    lent, papers = facts.sim.server.rows(_LENT), facts.sim.server.rows(_ORDERS)
    for what, rows in (("lent", lent), ("on paper", papers)):
        for number, count in Counter(row.number for row in rows).items():
            if count > 1:
                yield f"{number} is {what} {count} times"
    served: dict[str, set[str]] = defaultdict(set)
    for _, line in facts.sealed.values():
        paper = (line["args"].get("order") or {}).get("served")
        if paper:
            served[paper["number"]].add(paper["body"])
    by_number: dict[str, Any] = {row.number: row for row in papers}
    for row in lent:
        paper = by_number.get(row.number)
        if (row.state == USED) != (paper is not None) or (paper is not None and paper.id != row.paper_id):
            yield f"{row.number} is {row.state} for {row.paper_id}, and stands on {paper and paper.id}"
        elif paper is not None and bytes(paper.content).decode() not in served[row.number]:
            yield f"{row.number} stands on a paper of other bytes than were served"
