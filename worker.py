"""The worker: the Celery application that runs the timetable and what follows from events.

The outbox in PostgreSQL is the truth; the broker only hurries. Whatever it loses, the next sweep does.
"""

from __future__ import annotations

import os
import threading
import time
from functools import partial
from typing import Any

import structlog
from celery import Celery, signals
from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from celery.utils.nodenames import worker_direct
from celery.worker import state

from api.starting import one_line_refusal
from notifications.channels import channels_for
from notifications.waking import Wake, Watchdog
from settings import Settings
from sync.replay import replay_parked
from timetable import SWEEP, TIMETABLE, Process, Timed, renderer_of, sweep_outbox, tasks_of

log = structlog.get_logger()

_CANARY = "canary"
_REPLAY = "replay_parked"
_WATCH_SECONDS = 20.0
_NICENESS = 5  # people wait for the web and nobody for the worker, which may have thousands of photos to render


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


def turn(line: Timed) -> None:
    """A line of the timetable, for a slice of time; if more is left, once more after whatever else waits."""
    own = process()
    if line.name == SWEEP:
        more = line.run(own)  # of which several go on at once
    else:
        with own.parts.database.alone(line.name) as is_ours:  # else two would go on and on beside each other
            more = is_ours and line.run(own)
    if not more:
        return
    if line.name != SWEEP:
        sweep_outbox(own)  # whoever is told of other things does not wait for the end of a long line
    try:
        _send(_producer(own.parts.settings), line.name, expires=60)
    except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the line has its next turn anyway
        log.warning("broker is away; the timetable goes on", task=line.name, error=type(error).__name__)


def _register(line: Timed) -> None:
    def run() -> None:
        turn(line)

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
        # Here, not above: `api.app` takes `wake` from this module.
        from api.app import assemble

        settings = Settings.from_environment()
        parts = assemble(settings, after_commit=[wake(settings)])
        _process = os.getpid(), Process(parts, tasks_of(parts), channels_for(settings), renderer_of(parts))
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
    return Wake(partial(_send, _producer(settings), SWEEP, expires=60))


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
