"""Faults to plant into the program, each with what the simulator cries out when it meets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from flask import request
from sqlalchemy import text
from sqlalchemy.orm import Session

import api.sync
import sync.chunk
import sync.dirty
import sync.merge
import sync.pull
import tests.simulator.server
import workflow.permits.acts
import workflow.queue.commands
from accounts.actor import Actor, Role
from api.app import MUTATIONS
from device.client import Device, Refused
from device.store import Store
from problems import RoleNotAllowed
from sync import ledger, scope_reading, snapshots
from sync.chunk import Chunk
from sync.feed import Feed
from sync.merge import Merged
from sync.mutations import Mutation, Origin
from sync.parking import Waiting
from sync.pull import Pull, PullRequest, State
from sync.push import Push
from sync.snapshots import Offer
from workflow.inspections.models import Inspection
from workflow.measures.models import Measure
from workflow.state_machine import StateMachine, Transition

Plant = Callable[[pytest.MonkeyPatch], None]


def receipt_outside_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Push):
        """Does the work, commits, and only then writes down that it was done."""

        def _some(self, *arguments: Any, **options: Any) -> Any:
            later: list[tuple[Any, tuple[Any, ...]]] = []
            write, advance = ledger.write, ledger.advance
            with (
                patch.object(ledger, "write", lambda *values: later.append((write, values))),
                patch.object(ledger, "advance", lambda *values: later.append((advance, values))),
            ):
                done = super()._some(*arguments, **options)
            with self._engine.database.transaction() as session:
                for function, values in later:
                    function(session, *values[1:])
            return done

    monkeypatch.setattr(api.sync, "Push", Late)


def a_drop_that_deletes_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    drop = Store._drop

    def with_everything(self: Store, scope_key: str) -> None:
        self._db.execute("DELETE FROM outbox")
        drop(self, scope_key)

    monkeypatch.setattr(Store, "_drop", with_everything)


def a_parked_mutation_that_blocks_its_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_of_the_queue(session: Session, queue_id: Any, _: Any) -> Waiting:
        waiting = Waiting()
        rows = session.execute(
            text("SELECT mid, issue_id FROM sync_mutation WHERE queue_id = :queue AND outcome = 'parked' AND resolution IS NULL"),
            {"queue": queue_id},
        )
        for mid, issue_id in rows:
            waiting.add(mid, "", None, issue_id)
        return waiting

    monkeypatch.setattr(sync.chunk, "waiting_before", all_of_the_queue)
    monkeypatch.setattr(Waiting, "_first", lambda self, _: next(((issue,) for issue in self.mids.values()), None))


def a_tombstone_lost_on_a_region_move(monkeypatch: pytest.MonkeyPatch) -> None:
    published = Feed._published

    def without_regions(self: Feed, *arguments: Any) -> Any:
        found = published(self, *arguments)
        return {entity: {key for key in keys if not key.startswith("region:")} for entity, keys in found.items()}

    monkeypatch.setattr(Feed, "_published", without_regions)


def what_no_backup_holds_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    forget = Store.forget_safe
    monkeypatch.setattr(Store, "forget_safe", lambda self, _: forget(self, 1_000_000))


def marks_that_are_removed_unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.dirty, "touch", lambda *_: None)


def an_overlay_dropped_at_the_acknowledgement(monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Store.overlay
    monkeypatch.setattr(Store, "overlay", lambda self: [sealed for sealed in overlay(self) if sealed.outcome is None])


def a_page_applied_on_another_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    apply_page = Store.apply_page
    monkeypatch.setattr(Store, "apply_page", lambda self, _, *values: apply_page(self, self.get("cursor"), *values))


def lines_of_a_chunk_run_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Chunk.run
    monkeypatch.setattr(Chunk, "run", lambda self, lines: run(self, lines[::-1])[::-1])


def a_drop_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.pull._Page, "drop", lambda *_: None)


def a_cursor_ahead_of_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = scope_reading.read_blocks
    monkeypatch.setattr(
        sync.pull,
        "read_blocks",
        lambda *values, **options: (replace(block, is_last=True) for block in blocks(*values, **options)),
    )


def heads_read_before_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    read, seen = Pull._state, dict[Any, State]()

    def of_two_moments(self: Pull, session: Session, queue_id: Any, actor: Any) -> State:
        state = read(self, session, queue_id, actor)
        before = seen.get((id(self._engine), queue_id), state)
        seen[id(self._engine), queue_id] = state
        heads = {scope.key: scope for scope in before.scopes}
        return replace(state, scopes=[heads.get(scope.key, scope) for scope in state.scopes])

    monkeypatch.setattr(Pull, "_state", of_two_moments)


def an_adopted_snapshot_taken_for_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = snapshots.offered

    def of_now(session: Session, scopes: Sequence[int], adopted: Any) -> dict[int, Offer]:
        heads = {row.id: row.head for row in session.execute(text("SELECT id, head FROM sync_scope"))}
        return {scope: replace(offer, upto=heads[scope]) for scope, offer in offered(session, scopes, adopted).items()}

    monkeypatch.setattr(snapshots, "offered", of_now)


def an_issue_that_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chunk, "_open", lambda *_: [])


def a_value_lost_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync.merge, "Merged", lambda written, _, met_others: Merged(written, (), met_others))


def a_fork_that_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    push = Device.push

    def without_a_new_queue(self: Device, *values: Any) -> Any:
        try:
            return push(self, *values)
        except Refused:
            return []

    monkeypatch.setattr(Device, "_recovered", lambda self, refused, start, batch: _raised(refused))
    monkeypatch.setattr(Device, "push", without_a_new_queue)


def _raised(error: Exception) -> Any:
    raise error


def photos_that_go_before_records(monkeypatch: pytest.MonkeyPatch) -> None:
    sync_ = Device.sync

    def photos_first(self: Device) -> Any:
        self.send_photos()
        return sync_(self)

    monkeypatch.setattr(Device, "sync", photos_first)


def steps_from_any_state(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(self: StateMachine, state: str, action: str, roles: Any) -> Transition:
        allowed = [step for step in self.steps(action) if step.who & frozenset[Role](roles)]
        if not allowed:
            raise RoleNotAllowed(action=action)
        return next((step for step in allowed if step.source == state), allowed[0])

    monkeypatch.setattr(StateMachine, "find", find)


def addresses_that_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Curious(Pull):
        """Remembers from where each device called last."""

        def run(self, asked: PullRequest) -> bytes:
            with self._engine.database.transaction() as session:
                session.execute(_NOTE_ADDRESS, {"address": request.remote_addr, "queue": asked.queue})
            return super().run(asked)

    monkeypatch.setattr(api.sync, "Pull", Curious)


_NOTE_ADDRESS = text("UPDATE sync_device d SET platform = :address FROM sync_queue q WHERE q.id = :queue AND d.id = q.device_id")


def a_worker_that_tries_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests.simulator.server, "replay_parked", lambda _: 0)


def values_of_the_latest_clock_win(monkeypatch: pytest.MonkeyPatch) -> None:
    def later(stamp: list[Any] | None, _: int, origin: Origin) -> bool:
        mine = origin.made_at.isoformat() if origin.made_at else ""
        return stamp is not None and stamp[1] != str(origin.queue_id) and (stamp[2] or "") > mine

    monkeypatch.setattr(sync.merge, "_foreign", later)


def a_signature_of_a_visit_that_takes_effect_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    go = workflow.permits.acts.go

    def twice(session: Session, permit: Any, step: Transition, *arguments: Any, **options: Any) -> None:
        go(session, permit, step, *arguments, **options)
        if step.officers == 2:
            permit.state = step.source
            go(session, permit, step, *arguments, **options)

    monkeypatch.setattr("workflow.permits.visiting.go", twice)


def a_reassigned_inspection_that_drops_what_the_former_pair_did(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_of_the_present_pair(mutation: Mutation) -> Mutation:
        def run(session: Session, actor: Actor, inspection_id: Any, data: dict[str, Any], origin: Origin) -> Any:
            inspection = session.get(Inspection, inspection_id)
            if inspection is not None and actor.has(Role.FIRE_OFFICER) and actor.id not in inspection.officer_ids:
                return inspection
            return mutation.run(session, actor, inspection_id, data, origin)

        return replace(mutation, run=run)

    changed = [only_of_the_present_pair(each) if each.entity_type == "inspection" else each for each in MUTATIONS]
    monkeypatch.setattr("tests.simulator.releases.MUTATIONS", changed)


def a_sealing_that_stays_on_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    reflect = workflow.queue.commands.reflect

    def but_measures(session: Session, case: Any, *arguments: Any, **options: Any) -> None:
        if not isinstance(case, Measure) or options["is_new"]:
            reflect(session, case, *arguments, **options)

    monkeypatch.setattr("workflow.reactions.reflect", but_measures)


# Each with what it is found by; "a|b": whichever of the two a seed breaks first.
FAULTS: list[tuple[Plant, str]] = [
    (receipt_outside_the_transaction, "one_effect"),
    (a_drop_that_deletes_the_outbox, "no_loss"),
    (what_no_backup_holds_is_forgotten, "no_loss"),
    (marks_that_are_removed_unsent, "phones_equal_the_server"),
    (lines_of_a_chunk_run_backwards, "order_within_a_queue|one_bad_mutation_blocks_nothing|broke: POST /api/v1/sync/push"),
    (a_parked_mutation_that_blocks_its_queue, "one_bad_mutation_blocks_nothing"),
    (a_tombstone_lost_on_a_region_move, "phones_equal_the_server"),
    (an_overlay_dropped_at_the_acknowledgement, "does not show the report"),
    (a_drop_that_is_forgotten, "which its owner may not see"),
    (a_cursor_ahead_of_its_page, "of which it lost nothing|does not hold what lies before its cursor"),
    (an_adopted_snapshot_taken_for_the_present, "of which it lost nothing"),
    (heads_read_before_the_queue, "does not hold what lies before its cursor"),
    (an_issue_that_is_not_opened, "losing_values_are_found"),
    (a_value_lost_in_silence, "no_value_is_lost_in_silence"),
    (a_fork_that_is_passed_over, "queues_drain"),
    (photos_that_go_before_records, "sent a photo before a record"),
    (a_page_applied_on_another_cursor, "an old answer changed"),
    (steps_from_any_state, "only_legal_transitions"),
    (a_signature_of_a_visit_that_takes_effect_twice, "one_effect"),
    (a_reassigned_inspection_that_drops_what_the_former_pair_did, "what_was_taken_happened"),
    (a_sealing_that_stays_on_the_list, "exactly_one_holder"),
    (addresses_that_are_noted, "anonymous_reports_join_nobody"),
    (a_worker_that_tries_nothing_again, "what_this_release_knows_is_done"),
]
