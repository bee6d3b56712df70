"""What an operator's Prometheus reads, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from api.context import Parts
from tests.clock import Clock
from tests.makers import make_hazard
from tests.people import guest
from tests.sync.test_http import Door


def figures(client: FlaskClient) -> dict[str, float]:
    """Every sample without labels, those of single queues, and how many requests each route answered."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if not sample.labels:
                found[sample.name] = sample.value
            elif "queue" in sample.labels:
                found[f"{sample.name} {sample.labels['queue']}"] = sample.value
            elif sample.name == "fire_request_seconds_count":
                key = "{method} {route} {status}".format_map(sample.labels)
                found[key] = sample.value
    return found


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_came_through_the_proxy_finds_nothing(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "203.0.113.7"}).status_code == 404


def test_requests_are_counted_by_the_templates_of_routes_never_by_what_strangers_write(client: FlaskClient) -> None:
    route = "GET /api/v1/hazards/<uuid:hazard_id> 401"
    before = figures(client)
    client.get("/api/v1/hazards/0190a1b2-0000-7000-8000-000000000000")
    client.open("/wp-login.php", method="BREW")
    after = figures(client)
    assert after[route] == before.get(route, 0) + 1
    assert after["(any) (none) 405"] == before.get("(any) (none) 405", 0) + 1
    assert not any("wp-login" in name or "BREW" in name for name in after)


def test_what_waits_and_for_how_long_is_told(fresh_database: object, client: FlaskClient, parts: Parts, clock: Clock) -> None:
    calm = figures(client)
    assert (calm["fire_database_up"], calm["fire_outbox_dead"], calm["fire_issues_open"]) == (1, 0, 0)
    make_hazard(client)
    clock.advance(minutes=10)
    busy = figures(client)
    assert busy["fire_outbox_waiting"] > calm["fire_outbox_waiting"]
    assert busy["fire_outbox_late_seconds"] >= 600
    assert busy["fire_journal_unsealed_seconds"] >= 600


def test_how_old_the_oldest_work_on_a_device_is_is_told(
    fresh_database: object, client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    door = Door(guest(client))
    since = clock.now - timedelta(days=2)
    assert door.send(door.body([], pending=3, oldest_pending=since.isoformat())).status_code == 200
    told = figures(client)
    assert told["fire_device_queue_oldest_seconds"] == timedelta(days=2).total_seconds()
    assert (told["fire_device_queue_mutations"], told["fire_device_queues_stuck"]) == (3, 1)
    assert told[f"fire_device_queue_pending {door.queue}"] == 3
    assert told[f"fire_device_queue_age_seconds {door.queue}"] == timedelta(days=2).total_seconds()
    with parts.database.transaction() as session:  # a lost phone hands in no more
        session.execute(text("UPDATE sync_device SET status = 'wiped'"))
    told = figures(client)
    assert (told["fire_device_queue_oldest_seconds"], told["fire_device_queues_stuck"]) == (0, 0)
    assert f"fire_device_queue_pending {door.queue}" not in told


def test_with_the_database_away_the_rest_is_still_told(
    client: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(parts.database, "snapshot", away)
    told = figures(client)
    assert told["fire_database_up"] == 0
    assert "fire_outbox_waiting" not in told
