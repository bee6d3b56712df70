"""What the tables of the life cycles offer: on a phone by what it shows, at a desk by the row; and how cases begin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from accounts.actor import PACK_ROLES, Role
from api.app import MUTATIONS
from database.base import Json, new_id
from device.client import Refused
from device.transport import NoNetwork
from tests.assistance import ASKED
from tests.contracts.cases import LIVES
from tests.measures import DANGER
from tests.pack import a_source
from tests.people import ELSEWHERE, HOME
from tests.permits import FORM, materials
from tests.simulator.arguments import changes, in_days, order, pair_of, path_of, said
from tests.simulator.cast import Phone
from tests.simulator.photos import photo
from tests.simulator.simulation import Simulation
from workflow.measures.rules import FOUNDED
from workflow.permits.rules import ORDINARY
from workflow.state_machine import START, Transition

CASES = ("permit", "assistance", "inspection", "measure", "rectification")
PACK = ("water_source", "rescue_sheet")
KINDS = (*CASES, *PACK, "number_block")
_KEPT: dict[str, tuple[str, ...]] = {  # of what no table tells: whoever holds it may do this at any time
    "water_source": ("report", "report", "edit", "retire"),
    "rescue_sheet": ("survey", "edit"),
    "number_block": ("void", "give_back"),
}
_BY_NAME = {mutation.name: mutation for mutation in MUTATIONS}
_WHILE_IT_IS_HIS = frozenset({Role.FIRE_OFFICER, Role.EXPERT})
_AT_DESKS = (Role.UNIT_LEADER, Role.INTAKE_CLERK, Role.PERMIT_CLERK, Role.PERMIT_APPROVER)
_MISFIT = 0.1  # how often somebody does what does not fit, or what he has done already


def steps(kind: str, state: str, roles: Iterable[Role], *, any_state: bool = False) -> list[Transition]:
    """What somebody may do with a case in this state, or in any."""
    if kind in _KEPT:
        return [Transition(START, action, START, PACK_ROLES) for action in _KEPT[kind]]
    held = frozenset(roles)
    found = LIVES[kind].transitions if any_state else LIVES[kind].offered(state, held)
    return [step for step in found if step.source != START and step.who & held and f"{kind}.{step.action}" in _BY_NAME]


def _keen(kind: str, step: Transition) -> int:
    """How much rather than the others: onwards, but not at once to the end."""
    if step.action == "cosign":
        return 4
    return 3 if step.source != step.target and step.target not in LIVES[kind].final else 1


# ---- phones ----


def work(sim: Simulation) -> str | None:
    """Somebody takes a step that the table of a case on his phone offers him; sometimes one that does not fit."""
    is_misfit = sim.rng.random() < _MISFIT
    for kind in sim.rng.sample(KINDS, len(KINDS)):
        occasions = [
            (phone, case, step)
            for phone in sim.of_role(*_WORKING)
            for case in phone.device.all_shown(kind)
            for step in _offered(sim, phone, kind, case, any_state=is_misfit)
        ]
        if occasions:
            weights = [_keen(kind, step) if kind in LIVES else 1 for *_, step in occasions]
            [(phone, case, step)] = sim.rng.choices(occasions, weights)
            return _take(sim, phone, kind, case, step)
    return None


_WORKING = (
    Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.INTAKE_CLERK, Role.EXPERT, Role.FIREFIGHTER, Role.UNIT_MANAGER, Role.CITIZEN,
)  # fmt: skip


def _offered(sim: Simulation, phone: Phone, kind: str, case: Json, *, any_state: bool) -> list[Transition]:
    """By what his phone shows, and what he has done since and nobody has answered."""
    if kind in PACK:
        return steps(kind, "", ()) if phone.role in PACK_ROLES else []
    if kind == "number_block":
        return steps(kind, "", ()) if "numbers" in case and phone.role is Role.FIRE_OFFICER else []
    his = {*(case.get("officer_ids") or ()), case.get("expert_id")}
    if "state" not in case or (phone.role in _WHILE_IT_IS_HIS and phone.person_id not in his):
        return []
    state, is_drafted = _foreseen(kind, case)
    act = case.get("pending_act")
    return [
        step for step in steps(kind, state, {phone.role}, any_state=any_state)
        if any_state or (not is_drafted and _fits(step, act, phone.person_id))
    ]  # fmt: skip


def _fits(step: Transition, act: Json | None, person_id: str) -> bool:
    """Whether a draft that waits for a signature leaves this step to him: the colleague signs, its author drafts anew."""
    is_his = act is not None and act["by"] == person_id
    if step.action == "cosign":
        return act is not None and not is_his
    return step.officers == 1 or act is None or is_his


def _foreseen(kind: str, case: Json) -> tuple[str, bool]:
    """Where it will stand once the server has answered what waits; whether a draft or a signature is among it."""
    state, is_drafted = case["state"], False
    for name in case["waiting"]:
        action = name.partition(".")[2]
        for step in [step for step in LIVES[kind].steps(action) if step.source == state][:1]:
            is_drafted |= step.officers == 2 or action == "cosign"
            state = step.target if step.officers == 1 else state
    return state, is_drafted


def _take(sim: Simulation, phone: Phone, kind: str, case: Json, step: Transition) -> str:
    """Off-line where a phone may, else over HTTP while it waits."""
    name = f"{kind}.{step.action}"
    told = f"{phone.name} {name} {case['id'][-6:]}"
    if step.action == "edit":
        sim.seal(phone, name, case["id"], {}, changes=changes(sim, kind, case))
        return told
    args = said(sim, kind, step.action, case, lambda: phone.device.add_photo(photo(sim.step)))
    if name == "inspection.order":
        args["order"] = order(sim, phone, case["unit_name"], case["unit_id"])
    if not _BY_NAME[name].devices:
        path = f"{path_of(kind)}/{case['id']}/actions/{step.action}"
        return f"{told}: {_online(phone, path, args)}"
    line = sim.seal(phone, name, case["id"], args, version=_BY_NAME[name].version)
    return told + cosigned(sim, phone, kind, case, line) if step.officers == 2 else told


def _online(phone: Phone, path: str, body: Json) -> str:
    try:
        phone.device.call("POST", path, body)
    except Refused as refused:
        return refused.code
    except NoNetwork:
        return "no network"
    return "done"


def cosigned(sim: Simulation, phone: Phone, kind: str, case: Json, line: bytes) -> str:
    """The colleague beside him signs the digest of the act: on his own phone, or on the first one; sometimes nobody does."""
    partners = [
        other for other in sim.of_role(Role.FIRE_OFFICER)
        if other.person_id in (case.get("officer_ids") or ()) and other.person_id != phone.person_id
    ]  # fmt: skip
    if not partners or sim.rng.random() < 0.15:
        return ""
    partner, digest = sim.rng.choice(partners), hashlib.sha256(line).hexdigest()
    if sim.rng.random() < 0.5:
        sim.seal(partner, f"{kind}.cosign", case["id"], {"act_sha256": digest})
        return f", {partner.name} signs on his own phone"
    signed = {"act_sha256": digest, "signer_id": partner.person_id, "signature": partner.device.sign(digest)}
    sim.seal(phone, f"{kind}.cosign", case["id"], signed, depends_on=(json.loads(line)["mid"],))
    return f", {partner.name} signs on the first phone"


# ---- how cases begin ----


def begin(sim: Simulation) -> str | None:
    """Somebody asks for help, wants to seal a place, finds a hydrant, is lent numbers, sends two officers, or applies."""
    phone = sim.rng.choice(sim.of_role(*_WORKING))
    names = [name for name, (roles, _) in _BEGINNINGS.items() if phone.role in roles]
    if not names:
        return None
    name = sim.rng.choice(names)
    args = _BEGINNINGS[name][1](sim, phone)
    if args is None:
        return None
    entity_id, told = str(new_id()), f"{phone.name} {name}"
    if not _BY_NAME[name].devices:
        return f"{told}: {_online(phone, path_of(name.partition('.')[0]), {'id': entity_id, **args})}"
    sim.seal(phone, name, entity_id, args)
    return f"{told} {entity_id[-6:]}"


def _ask_for_help(sim: Simulation, phone: Phone) -> Json:
    if phone.role is Role.CITIZEN:
        place = {"region_code": sim.rng.choice((HOME, HOME, ELSEWHERE)), "sumu": "保合少镇"}
        return {**ASKED, "applicant_kind": "RESIDENT", "place": place}
    return {**ASKED, "applicant_kind": "UNIT", "unit_id": phone.device.user["units"][0]["unit_id"]}


def _want_to_seal(sim: Simulation, phone: Phone) -> Json | None:
    """What he checks, or has found something at."""
    found = [
        (f"{kind}_id", case)
        for kind in ("hazard", "inspection")
        for case in phone.device.all_shown(kind)
        if phone.person_id in (case.get("officer_ids") or ()) and case.get("state") in FOUNDED["SEAL"]
    ]
    if not found:
        return None
    name, case = sim.rng.choice(found)
    unit = {"unit_id": case["unit_id"], "unit_name": case["unit_name"]} if name == "inspection_id" else {"unit_name": "晨光宾馆"}
    return {name: case["id"], **unit, "place": "二层仓库", "danger": DANGER, "inspected_on": in_days(sim, 0)}


def _find_water(sim: Simulation, phone: Phone) -> Json:
    found = a_source(region_code=phone.region_code, name=f"{sim.step}号栓", position=None)
    del found["id"]
    return found


def _be_lent(sim: Simulation, _: Phone) -> Json:
    return {"paper": "order", "count": sim.rng.choice((1, 2))}


def _send_two(sim: Simulation, phone: Phone) -> Json | None:
    units = phone.device.all_shown("unit")
    if not units:
        return None
    return _plan(sim, sim.rng.choice(units)["id"], phone.region_code)


def _plan(sim: Simulation, unit_id: str, region_code: str) -> Json:
    return {
        "unit_id": unit_id, "kind": "OTHER", "reason": "节前检查", "planned_on": in_days(sim, 2), "checklist": "SPOT_CHECK",
        "notice": sim.rng.choice(("BEFORE", "ON_ARRIVAL")), "officer_ids": pair_of(sim, region_code),
    }  # fmt: skip


def _apply(_: Simulation, phone: Phone) -> Json:
    return {"unit_id": phone.device.user["units"][0]["unit_id"], "route": ORDINARY, "form": FORM, "materials": materials()}


_BEGINNINGS: dict[str, tuple[frozenset[Role], Callable[[Simulation, Phone], Json | None]]] = {
    "assistance.submit": (frozenset({Role.CITIZEN, Role.UNIT_MANAGER}), _ask_for_help),
    "measure.open": (frozenset({Role.FIRE_OFFICER}), _want_to_seal),
    "water_source.add": (PACK_ROLES, _find_water),
    "number_block.lend": (frozenset({Role.FIRE_OFFICER}), _be_lent),
    "inspection.plan": (frozenset({Role.UNIT_LEADER}), _send_two),
    "permit.prepare": (frozenset({Role.UNIT_MANAGER}), _apply),
}


# ---- desks ----


def work_at_a_desk(sim: Simulation) -> str | None:
    """An office takes a step that the table offers it: it decides, sends others, calls off."""
    for kind in sim.rng.sample(CASES, len(CASES)):
        occasions = [
            (role, case, step)
            for case in _rows(sim, kind)
            for step in steps(kind, case["state"], _AT_DESKS)
            for role in _AT_DESKS
            if role in step.who
        ]
        if occasions:
            [(role, case, step)] = sim.rng.choices(occasions, [_keen(kind, step) for *_, step in occasions])
            return _decide(sim, kind, case, role, step)
    return None


def _rows(sim: Simulation, kind: str) -> list[dict[str, Any]]:
    statement = f"SELECT * FROM {kind} WHERE region_code = ANY(:banners) ORDER BY id"  # noqa: S608 - our own names
    return [dict(row._mapping) for row in sim.server.rows(statement, banners=[HOME, ELSEWHERE])]


def _decide(sim: Simulation, kind: str, case: Json, role: Role, step: Transition) -> str:
    args = said(sim, kind, step.action, case, lambda: str(new_id()))
    path = f"{path_of(kind)}/{case['id']}/actions/{step.action}"
    end = sim.at_desk(sim.desk(role, case["region_code"]), "POST", path, args)
    return f"{role.value} {kind}.{step.action} {str(case['id'])[-6:]}: {end}"


def plan_at_a_desk(sim: Simulation) -> str | None:
    """A leader sends two officers to a place."""
    units = sim.server.rows(
        "SELECT id, region_code FROM unit WHERE region_code = ANY(:banners) ORDER BY id", banners=[HOME, ELSEWHERE]
    )
    if not units:
        return None
    unit = sim.rng.choice(units)
    body = {"id": str(new_id()), **_plan(sim, str(unit.id), unit.region_code)}
    end = sim.at_desk(sim.desk(Role.UNIT_LEADER, unit.region_code), "POST", "/inspections", body)
    return f"leader sends two officers to {str(unit.id)[-6:]}: {end}"
