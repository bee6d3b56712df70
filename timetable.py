"""What the worker does: after events, once they are committed, and by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import retention
from accounts.unit_powers import end_expired_powers
from api.context import Parts
from database.journal import Event
from database.seal import seal_finished
from database.seal_check import check_next
from media.pool import RenderPool
from media.rendering import Renderer
from media.retention import sweep_unattached
from media.spool import Spool
from media.uploads import sweep as sweep_expired
from notifications.channels import Channel
from notifications.delivery import Task, engine_tasks, send_due, work_outbox
from notifications.webhooks import commands as webhooks, delivery as webhook_delivery
from places.imports import catalogue
from places.imports.commands import forget_import_rows, work
from sync import dirty, oversight, retention as sync_retention, snapshots
from sync.models import Issue
from workflow import place_history
from workflow.assistance import timers as assistance_timers
from workflow.case_photos import compare_evidence
from workflow.hazards import tracking
from workflow.hazards.intakes import gateway
from workflow.papers import seals
from workflow.permits import timers
from workflow.queue import digest, escalation, holding, ranking
from workflow.registry import HOURS_ONLY

# Event -> tasks of `tasks_of`. `api.app.assemble` hands this to the engine that writes the outbox.
REACTIONS: dict[str, tuple[str, ...]] = {
    "media.stored": ("render_media",),
    "media.rendered": ("compare_evidence",),
    "media.attached": ("compare_evidence",),
    "unit_import.accepted": ("take_units_in",),
    "calendar.loaded": ("recompute_clocks",),
    "clock_rule.edited": ("recompute_clocks", "rank_queue"),
    "unit.edited": ("rank_unit",),
    "partner_request.status_changed": ("plan_webhooks",),
    "webhook.tested": ("plan_webhooks",),
    "person.removed": ("release_items",),
    "person.transferred": ("release_items",),
    "person.role_revoked": ("release_items",),
    **dict.fromkeys(place_history.EVENTS, ("refresh_history",)),
}

SWEEP = "sweep_outbox"
_SLICE_SECONDS = 10.0  # no task keeps a process longer with work that can go on in the next one


@dataclass(frozen=True)
class Process:
    """What one worker process has, made after the fork."""

    parts: Parts
    tasks: dict[str, Task]
    channels: dict[str, Channel]
    renderer: Renderer


def work_through(step: Callable[[Session], int], parts: Parts) -> bool:
    """Repeat a step, each time in its own transaction, until nothing is left or the slice of time is over: then True."""
    until = time.monotonic() + _SLICE_SECONDS
    while True:
        with parts.database.transaction() as session:
            more = step(session) > 0
        if not more or time.monotonic() >= until:
            return more


@dataclass(frozen=True)
class Timed:
    """One line of the timetable. `run` says True if more is left than a slice of time took: then it goes on at once."""

    name: str
    every_seconds: float
    run: Callable[[Process], bool]


def renderer_of(parts: Parts) -> Renderer:
    """With a pool of its own, whose processes start when they are needed."""
    return Renderer(parts.storage, parts.ring, RenderPool(parts.settings.max_photo_pixels), parts.media_rules)


def tasks_of(parts: Parts) -> dict[str, Task]:
    """Every task that an outbox row may name."""

    def about(step: Callable[[Session, UUID], object]) -> Task:
        return lambda session, event: step(session, event.entity_id)

    def recompute_clocks(_: Session, event: Event) -> None:
        """In many short transactions beside the row's own; repeating one that was done moves nothing."""
        if event.data.get("code", "").startswith(HOURS_ONLY):
            return  # what only sorts the queue moves no date
        after: UUID | None = None
        more = True
        while more:
            with parts.database.transaction() as session:
                after = escalation.recompute_clocks(session, after)
            more = after is not None

    def release_items(_: Session, event: Event) -> None:
        """Each case in a transaction of its own, as it is locked there; repeating it finds nothing left."""
        more = True
        while more:
            with parts.database.transaction() as session:
                more = holding.release_one(session, event.entity_id)

    return {
        **engine_tasks(parts.notifications),
        "plan_webhooks": webhooks.plan,
        "take_units_in": lambda *_: take_units_in(parts),
        "render_media": about(renderer_of(parts).render_media),
        "compare_evidence": about(compare_evidence),
        "recompute_clocks": recompute_clocks,
        "rank_queue": lambda *_: rank_queue(parts),
        "rank_unit": lambda session, event: ranking.put_right(session, ranking.of_unit(event.entity_id)),
        "release_items": release_items,
        "refresh_history": place_history.refresh_after,
    }


def sweep_outbox(process: Process) -> bool:
    """Whatever is due of the outbox, then of the messages on their way out."""
    parts = process.parts
    worked = work_outbox(parts.database, process.tasks, seconds=_SLICE_SECONDS)
    sent = send_due(parts.database, parts.notifications, process.channels, seconds=_SLICE_SECONDS)
    return worked.more or sent.more


def sweep_uploads(process: Process) -> bool:
    """Expire uploads that were left lying."""
    spool = Spool(process.parts.settings.media_dir, process.parts.ring)
    return once(lambda session: sweep_expired(session, spool, process.parts.settings.upload_lifetime), process)


def sweep_photos(process: Process) -> bool:
    """Remove photos that no record has named; not of people about whose work somebody still has to decide."""
    parts = process.parts
    undecided = select(Issue.author_id).where(Issue.state == "open")
    lifetime = parts.settings.unattached_photo_lifetime
    return in_batches(lambda session: sweep_unattached(session, parts.storage, lifetime, undecided), process)


def once(step: Callable[[Session], object], process: Process) -> bool:
    """A step in a transaction of its own."""
    with process.parts.database.transaction() as session:
        step(session)
    return False


def in_batches(step: Callable[[Session], int], process: Process) -> bool:
    """What does not hurry: a slice of time, and what is left at the next turn."""
    work_through(step, process.parts)
    return False


def to_the_end(step: Callable[[Session], int], process: Process) -> bool:
    """What people wait for: on and on until nothing is left."""
    return work_through(step, process.parts)


def take_units_in(parts: Parts) -> bool:
    """A hundred rows to a transaction; what is left when the slice of time is over, the timetable goes on with."""
    return work_through(partial(work, savepoint=parts.database.savepoint), parts)


def rank_queue(parts: Parts) -> bool:
    """What weighs for an open item, compared with its case: a batch read in one transaction, put right in the next."""
    after: UUID | None = None
    more = True
    while more:
        with parts.database.transaction() as session:
            found, after = ranking.misplaced(session, after)
        if found:
            with parts.database.transaction() as session:
                ranking.put_right(session, found)
        more = after is not None
    return False


def pull_units(process: Process) -> bool:
    """The catalogue of the data platform, if an operator has named one."""
    catalogue.visit(process.parts.database, catalogue.catalogue_of(process.parts.settings))
    return False


def visit_hotline(process: Process) -> bool:
    """Orders of the hotline in, their results out."""
    gateway.visit(process.parts.database, gateway.gateway_of(process.parts.settings))
    return False


def seal_papers(process: Process) -> bool:
    """What was made and has no official seal yet."""
    return seals.visit(process.parts.database, seals.seals_of(process.parts.settings))


def send_webhooks(process: Process) -> bool:
    """What partners are to be told."""
    webhook_delivery.send_due(process.parts.database, process.parts.settings)
    return False


def make_snapshots(process: Process) -> bool:
    """What devices begin with, where it is missing or old."""
    until = time.monotonic() + _SLICE_SECONDS
    more = True
    while more and time.monotonic() < until:
        more = snapshots.make_due(process.parts.sync) > 0
    return more


TIMETABLE = (
    Timed(SWEEP, 5, sweep_outbox),
    Timed("seal_journal", 10, partial(once, seal_finished)),
    Timed("check_journal", 3600, partial(in_batches, check_next)),
    Timed("mark_breaches", 60, partial(to_the_end, escalation.mark_breaches)),
    Timed("remind_holders", 60, partial(to_the_end, escalation.remind_holders)),
    Timed("expire_terms", 60, partial(to_the_end, escalation.expire_terms)),
    Timed("run_permit_timers", 60, partial(to_the_end, timers.run_due)),
    Timed("end_follow_ups", 300, partial(in_batches, assistance_timers.run_due)),
    Timed("refer_unsigned", 60, partial(to_the_end, escalation.refer_unsigned)),
    Timed("raise_untouched", 60, partial(to_the_end, holding.raise_untouched)),
    Timed("rank_queue", 3600, lambda process: rank_queue(process.parts)),
    Timed("sum_up", 300, partial(to_the_end, digest.sum_up)),
    Timed("lapse_claims", 300, partial(to_the_end, holding.lapse_claims)),
    Timed("take_units_in", 5, lambda process: take_units_in(process.parts)),
    Timed("pull_units", 3600, pull_units),
    Timed("visit_hotline", 60, visit_hotline),
    Timed("seal_papers", 10, seal_papers),
    Timed("send_webhooks", 5, send_webhooks),
    Timed("forget_webhook_deliveries", 3600, partial(in_batches, webhook_delivery.forget_old)),
    Timed("forget_import_rows", 3600, partial(in_batches, forget_import_rows)),
    Timed("sweep_uploads", 3600, sweep_uploads),
    Timed("sweep_photos", 3600, sweep_photos),
    Timed("look_at_photos", 300, lambda p: in_batches(p.renderer.look_at_next, p)),
    Timed("retire_closed", 3600, partial(in_batches, escalation.retire_closed)),
    Timed("retire_issues", 3600, partial(in_batches, sync_retention.retire_issues)),
    Timed("forget_tombstones", 3600, partial(in_batches, sync_retention.forget_tombstones)),
    Timed("forget_bodies", 86_400, partial(in_batches, sync_retention.forget_bodies)),
    Timed("make_snapshots", 300, make_snapshots),
    Timed("publish_dirty", 5, lambda process: to_the_end(partial(dirty.publish, process.parts.sync), process)),
    Timed("watch_queues", 3600, partial(once, oversight.watch)),
    Timed("forget_snapshots", 86_400, partial(in_batches, snapshots.forget_old)),
    Timed("end_expired_powers", 600, partial(in_batches, end_expired_powers)),
    Timed("sweep_accounts", 3600, partial(once, retention.sweep)),
    Timed("refresh_histories", 300, partial(in_batches, place_history.refresh_old)),
    Timed("forget_guesses", 3600, partial(in_batches, tracking.forget_guesses)),
)
