"""What somebody says with a step of a case, as its form would send it: filled in by the schema of the operation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from accounts.actor import Role
from tests.assistance import ITEM
from tests.contracts.bodies import body
from tests.contracts.document import Json, Operation, operations, resolved
from tests.inspections import BLOCKED, fixed
from tests.makers import FOUND
from tests.papers import on_the_spot
from tests.people import HOME
from tests.permits import FORM, materials
from tests.simulator.cast import Phone
from tests.simulator.server import SimulatedServer
from tests.simulator.simulation import Simulation
from workflow.clocks import local_day
from workflow.papers.rules import HELD

_SERVED = 0.7  # how often an order is served on the spot by whoever was lent a number
_CONTENT = {"water_source": ("note", "place"), "rescue_sheet": ("notes", "key_parts")}  # what is edited of the pack


def path_of(kind: str) -> str:
    """Where its cases are over HTTP."""
    return "/assistance" if kind == "assistance" else f"/{kind.replace('_', '-')}s"


@cache
def _operations() -> dict[tuple[str, str], Operation]:
    """By path and action."""
    found = {}
    for operation in operations(SimulatedServer.document()):
        of_one, _, action = operation.path.removeprefix("/api/v1").partition("/actions/")
        if action:
            found[of_one.rpartition("/")[0], action] = operation
    return found


def said(sim: Simulation, kind: str, action: str, case: Json, photo: Callable[[], str]) -> Json:
    """With a step of this case. `photo` takes a picture."""
    document, operation = SimulatedServer.document(), _operations()[path_of(kind), action]
    if operation.json_schema is None:
        return {}
    schema = resolved(operation.json_schema, document)
    now, region_code = sim.clock.now, case.get("region_code", HOME)  # a unit sees none, and sends nobody
    pair = pair_of(sim, region_code)
    known: Json = {
        "act_sha256": (case.get("pending_act") or {}).get("act_sha256", "0" * 64),
        "appointed_at": (now + timedelta(hours=2)).isoformat(),
        "due_on": in_days(sim, 21),
        "execute_by": in_days(sim, 3),
        "expert_id": sim.rng.choice(people_of(sim, region_code, Role.EXPERT) or pair),
        "fixed_item_ids": [item["id"] for item in (case.get("advice") or {}).get("items", [])[:1]],
        "form": FORM,
        "is_removed": sim.rng.random() < 0.7,
        "materials": materials(),
        "officer_ids": pair,
        "orders": [{"description": "疏散指示标志损坏", "clause": "消防法16"}],
        "photos": [photo()] if "photos" in schema.get("required", ()) else [],
        "position": FOUND["position"],
        "signed": "REFUSED",
        "unit_id": case.get("unit_id"),
        "unit_name": case.get("unit_name", ""),
        "until_on": in_days(sim, 40),
        **{name: (now - timedelta(minutes=ago)).isoformat() for name, ago in _MINUTES_AGO.items()},
    }
    match kind, action:
        case "measure", "seal_at_once":
            known["leader_id"] = sim.desk(Role.UNIT_LEADER, region_code).user["id"]
        case "inspection", "find_none" | "fix_on_site" | "order":
            results = {"fix_on_site": fixed(), "order": BLOCKED}.get(action, {})
            asked = [item["code"] for item in case["checklist"]["items"]]
            known["answers"] = [{"code": code, "result": "GOOD", **results.get(code, {})} for code in asked]
        case "rectification", "report_fix":
            known["items"] = [{"id": item["id"], "fixed": True, "photos": [photo()]} for item in case["items"]]
        case "rectification", "ask_extension":
            known["due_on"] = in_days(sim, 28)
        case "assistance", "advise":
            known["items"] = [ITEM]
        case "permit", "require_correction":
            known["items"] = [{"field": "form.area_m2", "message": "请核对面积"}]
        case "number_block", "void":
            known["number"] = next((entry["number"] for entry in case["numbers"] if entry["state"] == HELD), "无")
        case _, "edit":
            known["changes"] = changes(sim, kind, case)
    made: Json = body(schema, document, known)
    return made | {name: known[name] for name in ("leader_id",) if name in known}


_MINUTES_AGO = {"approved_at": 20, "sealed_at": 10, "served_at": 0, "told_at": 30}


def changes(sim: Simulation, kind: str, case: Json) -> dict[str, list[Any]]:
    """Of one field of the firefighters' pack."""
    field = sim.rng.choice(_CONTENT[kind])
    return {field: [case.get(field), f"{field} {sim.step}"]}


def order(sim: Simulation, phone: Phone, unit_name: str, unit_id: str | None) -> Json:
    """责令改正 within three weeks; who was lent a number mostly serves it on the spot."""
    items = [{"description": "清理疏散通道", "clause": "消防法28"}]
    made: Json = {"kind": "DEADLINE", "due_on": in_days(sim, 21), "unit_name": unit_name, "unit_id": unit_id, "items": items}
    lent = [
        block for block in phone.device.all_shown("number_block")
        if any(entry["state"] == HELD for entry in block.get("numbers", ()))
    ]  # fmt: skip
    if not lent or sim.rng.random() > _SERVED:
        return made
    return on_the_spot(lent[0], made, sim.clock.now)


def in_days(sim: Simulation, days: int) -> str:
    """A date."""
    return (local_day(sim.clock.now) + timedelta(days=days)).isoformat()


def people_of(sim: Simulation, region_code: str, role: Role) -> list[str]:
    """Who has this role there, and has not been removed."""
    phones = [phone for phone in sim.phones if phone.role is role and phone.person_id not in sim.removed]
    return sorted({phone.person_id for phone in phones if phone.region_code == region_code})


def pair_of(sim: Simulation, region_code: str) -> list[str]:
    """Two officers of the banner; any two where it has not as many any more."""
    at_home = people_of(sim, region_code, Role.FIRE_OFFICER)
    anybody = sorted({phone.person_id for phone in sim.phones if phone.role is Role.FIRE_OFFICER})
    return sim.rng.sample(at_home if len(at_home) > 1 else anybody, 2)
