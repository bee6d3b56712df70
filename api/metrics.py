"""What the operator's Prometheus reads at `/metrics`: requests as they were answered, and what waits in the database now."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import DBAPIError, TimeoutError as PoolTimeout

from api.context import Parts
from database.session import Database, now

REQUESTS = Histogram(
    "fire_request_seconds",
    "Time from a request to its answer, by the route's template.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)

# Column of `_BACKLOG` -> what it tells.
_GAUGES = {
    "outbox_waiting": "Tasks of the worker that wait.",
    "outbox_late_seconds": "How long the task that is due longest has been due: the worker's lag.",
    "outbox_dead": "Tasks that were given up; a person has to look.",
    "deliveries_waiting": "Messages on their way out.",
    "deliveries_dead": "Messages that were given up.",
    "mutations_parked": "Mutations of devices that wait for a person or a new version.",
    "issues_open": "Issues that nobody has decided.",
    "device_queue_mutations": "Mutations that devices said they still have to send.",
    "device_queue_oldest_seconds": "Age of the oldest of them.",
    "device_queues_stuck": "Queues with work older than a day, or with something that waits for a decision.",
    "digest_mismatches": "Scopes that devices asked for again because they did not hold what the server counted.",
    "feed_late_seconds": "Age of the oldest record whose new lines devices cannot get yet.",
    "journal_unsealed_seconds": "Age of the oldest event that no seal covers.",
    "papers_unsealed": "Papers that wait for an official seal.",
    "papers_unsealed_age_seconds": "Age of the oldest of them.",
    "backup_verified_age_seconds": "Age of the last backup that was verified; missing before the first.",
}

# The same of single queues: of those that wait longest, so that a bad day does not make thousands of series.
_OF_A_QUEUE = {
    "device_queue_pending": "Mutations that this queue's device said it still has to send.",
    "device_queue_age_seconds": "Age of the oldest of them.",
}
_QUEUES_SHOWN = 100


class Backlog(Collector):
    """Two statements over partial indexes; read when somebody asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        """A gauge for each column, and two for each queue that waits; none of them while the database is away."""
        found: dict[str, Any] = {}
        queues: Sequence[RowMapping] = []
        try:
            with self._database.snapshot() as session:
                moment = now(session)
                found = dict(session.execute(_BACKLOG, {"moment": moment}).mappings().one())
                queues = session.execute(_QUEUES, {"moment": moment, "limit": _QUEUES_SHOWN}).mappings().all()
        except (DBAPIError, PoolTimeout):
            pass  # said by the gauge below; whoever scrapes wants the rest
        yield GaugeMetricFamily("fire_database_up", "1 while the database answers.", value=float(bool(found)))
        for name, value in found.items():
            if value is not None or name != "backup_verified_age_seconds":  # nothing waits: zero; never verified: no age at all
                yield GaugeMetricFamily(f"fire_{name}", _GAUGES[name], value=max(0.0, float(value or 0)))
        for name, told in _OF_A_QUEUE.items():
            gauge = GaugeMetricFamily(f"fire_{name}", told, labels=["queue"])
            for row in queues:
                gauge.add_metric([str(row["queue"])], max(0.0, float(row[name])))
            yield gauge


def watch(app: Flask) -> None:
    """Measure every request from here on."""

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "(none)"
        method = request.method if request.url_rule else "(any)"  # a stranger's word would be a series of its own
        REQUESTS.labels(method, route, str(response.status_code)).observe(time.perf_counter() - g.began)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)


def report(parts: Parts) -> bytes:
    """Everything in Prometheus' text format; the requests of all processes where they add up in one directory."""
    registry = CollectorRegistry()
    registry.register(Backlog(parts.database))
    if parts.settings.metrics_dir is None:
        registry.register(REQUESTS)
    else:
        MultiProcessCollector(registry, str(parts.settings.metrics_dir))  # type: ignore[no-untyped-call]
    return generate_latest(registry)


_BACKLOG = text(
    """
    WITH waiting AS (
        SELECT q.id, q.pending, q.oldest_pending_at FROM sync_queue q JOIN sync_device d ON d.id = q.device_id
         WHERE q.pending > 0 AND d.status = 'active'
    )
    SELECT (SELECT count(*) FROM outbox WHERE died_at IS NULL) AS outbox_waiting,
           (SELECT extract(epoch FROM :moment - min(not_before)) FROM outbox WHERE died_at IS NULL) AS outbox_late_seconds,
           (SELECT count(*) FROM outbox WHERE died_at IS NOT NULL) AS outbox_dead,
           (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'sending')) AS deliveries_waiting,
           (SELECT count(*) FROM delivery WHERE state = 'dead') AS deliveries_dead,
           (SELECT count(*) FROM sync_mutation WHERE outcome = 'parked' AND resolution IS NULL) AS mutations_parked,
           (SELECT count(*) FROM issue WHERE state = 'open') AS issues_open,
           (SELECT sum(pending) FROM waiting) AS device_queue_mutations,
           (SELECT extract(epoch FROM :moment - min(oldest_pending_at)) FROM waiting) AS device_queue_oldest_seconds,
           (SELECT count(DISTINCT queue) FROM (
                SELECT id AS queue FROM waiting WHERE oldest_pending_at < :moment - interval '1 day'
                UNION ALL SELECT queue_id FROM sync_mutation WHERE outcome = 'parked' AND resolution IS NULL
           ) stuck) AS device_queues_stuck,
           (SELECT sum(refills) FROM sync_hold) AS digest_mismatches,
           (SELECT extract(epoch FROM :moment - min(marked_at)) FROM sync_dirty) AS feed_late_seconds,
           (SELECT extract(epoch FROM :moment - min(at)) FROM event
             WHERE transaction_id >= CAST(CAST(coalesce((SELECT max(to_xid) FROM event_seal), 0) AS text) AS xid8)
           ) AS journal_unsealed_seconds,
           (SELECT count(*) FROM paper_seal WHERE sealed_at IS NULL) AS papers_unsealed,
           (SELECT extract(epoch FROM :moment - min(asked_at)) FROM paper_seal
             WHERE sealed_at IS NULL) AS papers_unsealed_age_seconds,
           (SELECT extract(epoch FROM :moment - CAST(value AS timestamptz)) FROM sync_meta
             WHERE name = 'verified_backup') AS backup_verified_age_seconds
    """
)
_QUEUES = text(
    """
    SELECT q.id AS queue, q.pending AS device_queue_pending,
           coalesce(extract(epoch FROM :moment - q.oldest_pending_at), 0) AS device_queue_age_seconds
      FROM sync_queue q JOIN sync_device d ON d.id = q.device_id
     WHERE q.pending > 0 AND d.status = 'active'
     ORDER BY q.oldest_pending_at LIMIT :limit
    """
)
