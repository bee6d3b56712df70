"""Makers of patrols and self-checks, through the HTTP door (see `tests/makers.py`)."""

from __future__ import annotations

from typing import Any

from accounts.actor import Role
from database.base import new_id
from tests.people import HOME, Caller, Json, enterprise, staff

EDITION = "2026-1"
LOCKED: Json = {"result": "BAD", "note": "二层安全出口上锁"}


def seen(who: Caller, checklist: str, **items: Json) -> list[Json]:
    """Every item of the edition: what `items` says by its code, GOOD else."""
    lists = who.get("/inspections/checklists").get_json()["items"]
    edition = next(one for one in lists if (one["code"], one["edition"]) == (checklist, EDITION))
    return [{"code": item["code"], "result": "GOOD", **items.get(item["code"], {})} for item in edition["items"]]


def a_round(who: Caller, region_code: str = HOME, items: Json | None = None, **said: Any) -> Json:
    """What a grid worker writes down at a place that is no unit."""
    return {
        "id": str(new_id()), "kind": "GRID_PATROL", "checklist": "GRID_PATROL", "edition": EDITION, "place_name": "东街小卖部",
        "place": {"region_code": region_code, "sumu": "东街街道", "landmark": "加油站西侧100米"},
        "answers": seen(who, "GRID_PATROL", **(items or {})), **said,
    }  # fmt: skip


def a_self_check(manager: Caller, items: Json | None = None, **said: Any) -> Json:
    """What the enterprise writes down of itself."""
    return {
        "id": str(new_id()), "kind": "UNIT_SELF_CHECK", "unit_id": str(manager.unit_id), "checklist": "DAILY_PATROL",
        "edition": EDITION, "answers": seen(manager, "DAILY_PATROL", **(items or {})), "walked_by": "保安张师傅", **said,
    }  # fmt: skip


def recorded(who: Caller, body: Json) -> str:
    """It is recorded; its path."""
    answer = who.post("/patrols", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return f"/patrols/{body['id']}"


def to_put_right(manager: Caller, day: str = "2026-12-20") -> str:
    """A self-check with one fault, and the day that the unit has set itself; its path."""
    return recorded(manager, a_self_check(manager, {"EXITS": {**LOCKED, "put_right_by": day}}))


def grid_worker_of(caller: Caller, region_code: str = HOME) -> Caller:
    """网格员 of the banner."""
    return staff(caller.client, Role.GRID_WORKER, region_code)


def manager_of(caller: Caller, region_code: str = HOME) -> Caller:
    """The safety manager of its enterprise."""
    return enterprise(caller.client, Role.UNIT_MANAGER, region_code)
