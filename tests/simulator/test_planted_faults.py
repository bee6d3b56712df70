"""The simulator finds what it is for: each of these faults turns a seed red before the fiftieth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import api.sync
import sync.chunk
import sync.feed
from device.store import Store
from sync import ledger
from sync.feed import Feed
from sync.parking import Waiting
from sync.push import Push
from tests.servers import RunningCluster
from tests.simulator.cast import Template
from tests.simulator.verdict import Red, run_seed

SEEDS = 50
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


def an_overlay_dropped_at_the_acknowledgement(monkeypatch: pytest.MonkeyPatch) -> None:
    overlay = Store.overlay
    monkeypatch.setattr(Store, "overlay", lambda self: [sealed for sealed in overlay(self) if sealed.outcome is None])


def a_page_applied_on_another_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    apply_page = Store.apply_page
    monkeypatch.setattr(Store, "apply_page", lambda self, _, *values: apply_page(self, self.get("cursor"), *values))


FAULTS: list[tuple[Plant, str]] = [
    (receipt_outside_the_transaction, "one_effect"),
    (a_drop_that_deletes_the_outbox, "no_loss"),
    (a_parked_mutation_that_blocks_its_queue, "one_bad_mutation_blocks_nothing"),
    (a_tombstone_lost_on_a_region_move, "phones_equal_the_server"),
    (an_overlay_dropped_at_the_acknowledgement, "does not show the report"),
    (a_page_applied_on_another_cursor, "an old answer changed"),
]


@pytest.mark.deep
@pytest.mark.parametrize(("plant", "cry"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_a_planted_fault_turns_a_seed_red(
    cluster: RunningCluster, template: Template, monkeypatch: pytest.MonkeyPatch, plant: Plant, cry: str
) -> None:
    plant(monkeypatch)
    for seed in range(SEEDS):
        told = _told_of(cluster, template, seed)
        if told is not None:
            assert cry in told, told
            return
    pytest.fail(f"{SEEDS} seeds saw nothing of {plant.__name__}")


def _told_of(cluster: RunningCluster, template: Template, seed: int) -> str | None:
    try:
        run_seed(cluster, template, seed)
    except Red as red:
        return str(red)
    return None
