"""The worker: Celery application, timetable, and what follows from events after the commit.

The outbox in PostgreSQL is the truth; the broker only hurries. Whatever it loses, the next sweep does.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from celery import Celery, signals
from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from celery.utils.nodenames import worker_direct
from celery.worker import state
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts import retention
from accounts.unit_powers import end_expired_powers
from api.context import Parts
from api.starting import one_line_refusal
from database.journal import Event
from database.seal import seal_finished
from database.seal_check import check_next
from media.pool import RenderPool
from media.rendering import Renderer
from media.retention import sweep_unattached
from media.spool import Spool
from media.uploads import sweep as sweep_expired
from notifications.channels import Channel, channels_for
from notifications.delivery import Task, engine_tasks, send_due, work_outbox
from notifications.waking import Wake, Watchdog
from notifications.webhooks import commands as webhooks, delivery as webhook_delivery
from places.imports import catalogue
from places.imports.commands import forget_import_rows, work
from settings import Settings
from sync import dirty, oversight, retention as sync_retention, snapshots
from sync.models import Issue
from sync.replay import replay_parked
from workflow.assistance import timers as assistance_timers
from workflow.hazards import tracking
from workflow.hazards.intakes import gateway
from workflow.permits import timers
from workflow.queue import digest, escalation, holding
from workflow.reactions import compare_evidence

log = structlog.get_logger()

# Event -> tasks below. `api.app.assemble` hands this to the engine that writes the outbox.
REACTIONS: dict[str, tuple[str, ...]] = {
    "media.stored": ("render_media",),
    "media.rendered": ("compare_evidence",),
    "media.attached": ("compare_evidence",),
    "unit_import.accepted": ("take_units_in",),
    "calendar.loaded": ("recompute_clocks",),
    "clock_rule.edited": ("recompute_clocks",),
    "partner_request.status_changed": ("plan_webhooks",),
    "webhook.tested": ("plan_webhooks",),
    "person.removed": ("release_items",),
    "person.transferred": ("release_items",),
    "person.role_revoked": ("release_items",),
}

_SWEEP = "sweep_outbox"
_CANARY = "canary"
_REPLAY = "replay_parked"
_WATCH_SECONDS = 20.0
_NICENESS = 5  # people wait for the web and nobody for the worker, which may have thousands of photos to render
_SLICE_SECONDS = 10.0  # no task keeps a process longer with work that can go on in the next one


@dataclass(frozen=True)
class Process:
    """What one worker process has, made after the fork."""

    parts: Parts
    tasks: dict[str, Task]
    channels: dict[str, Channel]
    wake: Wake
    renderer: Renderer


def work_through(step: Callable[[Session], int], parts: Parts) -> None:
    """Repeat a step, each time in its own transaction, until nothing is left or the slice of time is over."""
    until = time.monotonic() + _SLICE_SECONDS
    more = True
    while more and time.monotonic() < until:
        with parts.database.transaction() as session:
            more = step(session) > 0


@dataclass(frozen=True)
class Timed:
    """One line of the timetable."""

    name: str
    every_seconds: float
    run: Callable[[Process], object]


def renderer_of(parts: Parts) -> Renderer:
    """With a pool of its own, whose processes start when they are needed."""
    return Renderer(parts.storage, parts.ring, RenderPool(parts.settings.max_photo_pixels), parts.media_rules)


def tasks_of(parts: Parts) -> dict[str, Task]:
    """Every task that an outbox row may name."""

    def about(step: Callable[[Session, UUID], object]) -> Task:
        return lambda session, event: step(session, event.entity_id)

    def recompute_clocks(_: Session, __: Event) -> None:
        """In many short transactions beside the row's own; repeating one that was done moves nothing."""
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
        "release_items": release_items,
    }


def sweep_outbox(process: Process) -> None:
    """Whatever is due of the outbox, then of the messages on their way out."""
    parts = process.parts
    worked = work_outbox(parts.database, process.tasks, seconds=_SLICE_SECONDS)
    sent = send_due(parts.database, parts.notifications, process.channels, seconds=_SLICE_SECONDS)
    if worked.more or sent.more:
        process.wake.ask()


def sweep_uploads(process: Process) -> None:
    """Expire uploads that were left lying."""
    spool = Spool(process.parts.settings.media_dir, process.parts.ring)
    once(lambda session: sweep_expired(session, spool, process.parts.settings.upload_lifetime), process)


def sweep_photos(process: Process) -> None:
    """Remove photos that no record has named; not of people about whose work somebody still has to decide."""
    parts = process.parts
    undecided = select(Issue.author_id).where(Issue.state == "open")
    lifetime = parts.settings.unattached_photo_lifetime
    in_batches(lambda session: sweep_unattached(session, parts.storage, lifetime, undecided), process)


def once(step: Callable[[Session], object], process: Process) -> None:
    """A step in a transaction of its own."""
    with process.parts.database.transaction() as session:
        step(session)


def in_batches(step: Callable[[Session], int], process: Process) -> None:
    """The same for the timetable."""
    work_through(step, process.parts)


def take_units_in(parts: Parts) -> None:
    """A hundred rows to a transaction; what is left when the slice of time is over, the timetable goes on with."""
    work_through(partial(work, savepoint=parts.database.savepoint), parts)


def visit_hotline(process: Process) -> None:
    """Orders of the hotline in, their results out."""
    gateway.visit(process.parts.database, gateway.gateway_of(process.parts.settings))


def make_snapshots(process: Process) -> None:
    """What devices begin with, where it is missing or old."""
    until = time.monotonic() + _SLICE_SECONDS
    while snapshots.make_due(process.parts.sync) and time.monotonic() < until:
        pass


TIMETABLE = (
    Timed(_SWEEP, 5, sweep_outbox),
    Timed("seal_journal", 10, partial(once, seal_finished)),
    Timed("check_journal", 3600, partial(in_batches, check_next)),
    Timed("mark_breaches", 60, partial(in_batches, escalation.mark_breaches)),
    Timed("remind_holders", 60, partial(in_batches, escalation.remind_holders)),
    Timed("expire_terms", 60, partial(in_batches, escalation.expire_terms)),
    Timed("run_permit_timers", 60, partial(in_batches, timers.run_due)),
    Timed("end_follow_ups", 300, partial(in_batches, assistance_timers.run_due)),
    Timed("refer_unsigned", 60, partial(in_batches, escalation.refer_unsigned)),
    Timed("raise_untouched", 60, partial(in_batches, holding.raise_untouched)),
    Timed("sum_up", 300, partial(in_batches, digest.sum_up)),
    Timed("lapse_claims", 300, partial(in_batches, holding.lapse_claims)),
    Timed("take_units_in", 5, lambda process: take_units_in(process.parts)),
    Timed("pull_units", 3600, lambda p: catalogue.visit(p.parts.database, catalogue.catalogue_of(p.parts.settings))),
    Timed("visit_hotline", 60, visit_hotline),
    Timed("send_webhooks", 5, lambda process: webhook_delivery.send_due(process.parts.database, process.parts.settings)),
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
    Timed("publish_dirty", 5, lambda process: in_batches(partial(dirty.publish, process.parts.sync), process)),
    Timed("watch_queues", 3600, partial(once, oversight.watch)),
    Timed("forget_snapshots", 86_400, partial(in_batches, snapshots.forget_old)),
    Timed("end_expired_powers", 600, partial(in_batches, end_expired_powers)),
    Timed("sweep_accounts", 3600, partial(once, retention.sweep)),
    Timed("forget_guesses", 3600, partial(in_batches, tracking.forget_guesses)),
)


def configuration(settings: Settings) -> dict[str, Any]:
    """Celery's settings, with the traps of its Redis transport avoided."""
    options: dict[str, Any] = {}
    if settings.broker_url.startswith("redis"):
        options = {
            "visibility_timeout": 600,  # longer than any task may run
            "unacked_restore_interval": 10,  # with the default throttle a lost task came back after 100 s
            "unacked_restore_throttle": 1,
            "socket_connect_timeout": 5,
        }
    return {
        "broker_url": settings.broker_url,
        "broker_transport_options": options,
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_time_limit": 300,
        "task_soft_time_limit": 240,
        "worker_prefetch_multiplier": 1,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_direct": True,  # the queue of the canary
        "worker_redirect_stdouts": False,
        "beat_schedule": {
            line.name: {
                "task": line.name,
                "schedule": line.every_seconds,
                # What could not be fetched in time is not worth fetching: the next one does its work.
                "options": {"expires": max(line.every_seconds, 10)},
            }
            for line in TIMETABLE
        },
        "beat_max_loop_interval": 5,
        "beat_scheduler": "worker:Timetable",
    }


celery = Celery("fire")
celery.add_defaults(lambda: configuration(_settings()))


def _settings() -> Settings:
    with one_line_refusal():
        return Settings.from_environment()


class Timetable(PersistentScheduler):
    """Celery's timetable. While the broker is away it does the work itself: the outbox waits for no broker."""

    def apply_async(self, entry: ScheduleEntry, *args: Any, **options: Any) -> Any:
        """Send the task; without a broker, run it here."""
        try:
            return super().apply_async(entry, *args, **options)
        except SchedulingError as error:
            line = next((line for line in TIMETABLE if line.name == entry.task), None)
            if line is None:
                raise
            log.warning("broker is away; the timetable does the work", task=entry.task, error=type(error.__cause__).__name__)
            line.run(process())
            return None

    def _ensure_connected(self) -> Any:
        """Not here: Celery would wait for the broker, however long it stays away, and send nothing meanwhile."""
        return self.connection


def _register(line: Timed) -> None:
    def run() -> None:
        line.run(process())

    celery.task(run, name=line.name)


for _line in TIMETABLE:
    _register(_line)


@celery.task(name=_REPLAY)
def replay() -> None:
    """What the last version did not know or stumbled over, tried again by this one."""
    replay_parked(process().parts.sync)


@celery.task(name=_CANARY)
def canary() -> None:
    """Does nothing; that it arrives is the message (`Watchdog`)."""


_process: tuple[int, Process] | None = None


def process() -> Process:
    """This process's parts, made once after the fork."""
    global _process  # noqa: PLW0603 - one per process is what it is for
    if _process is None or _process[0] != os.getpid():
        # Here, not above: `api.app` reads REACTIONS from this module.
        from api.app import assemble

        settings = Settings.from_environment()
        waker = wake(settings)
        parts = assemble(settings, after_commit=[waker])
        _process = os.getpid(), Process(parts, tasks_of(parts), channels_for(settings), waker, renderer_of(parts))
    return _process[1]


@signals.worker_init.connect
def _refuse(**_: Any) -> None:
    """Before anything is forked: what one process cannot be made of, none can."""
    from api.app import assemble  # as in `process`

    with one_line_refusal():
        assemble(Settings.from_environment()).database.dispose()


@signals.worker_process_init.connect
def _begin(**_: Any) -> None:
    os.nice(_NICENESS)
    process()


@signals.worker_ready.connect
def _watch(sender: Any, **_: Any) -> None:
    """In the process that consumes, which the pool's processes are not."""
    settings = Settings.from_environment()
    send_canary = partial(_send, _producer(settings), _CANARY, queue=worker_direct(sender.hostname), expires=60)
    watchdog = Watchdog(send_canary, is_busy=lambda: bool(state.reserved_requests))
    signals.task_received.connect(lambda **_: watchdog.heard(), weak=False)

    def watch() -> None:
        while not watchdog.is_deaf(time.monotonic()):
            time.sleep(_WATCH_SECONDS)
        log.critical("the worker no longer hears its broker: ending it, to be started anew")
        os._exit(os.EX_TEMPFAIL)

    threading.Thread(target=watch, name="watchdog", daemon=True).start()
    _send(_producer(settings), _REPLAY, expires=3600)  # a deployment starts its workers anew


@signals.worker_process_shutdown.connect
def _end(**_: Any) -> None:
    if _process is not None and _process[0] == os.getpid():
        _process[1].parts.database.dispose()


def wake(settings: Settings) -> Wake:
    """The after-commit observer of a process."""
    return Wake(partial(_send, _producer(settings), _SWEEP, expires=60))


def _producer(settings: Settings) -> Celery:
    """A client that gives up at once instead of trying for ever."""
    producer = Celery("fire-producer", set_as_current=False)
    producer.conf.update(configuration(settings))
    producer.conf.broker_transport_options = {
        **producer.conf.broker_transport_options,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "max_retries": 0,
    }
    return producer


def _send(client: Celery, name: str, **options: Any) -> None:
    """Over a connection of its own: one that is kept would break with each restart of the broker."""
    with client.connection_for_write() as connection:
        client.send_task(name, connection=connection, retry=False, **options)
