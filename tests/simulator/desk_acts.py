"""What offices do over HTTP while the phones are away."""

from __future__ import annotations

from typing import Any

from accounts.actor import Role
from accounts.offices import office_id
from device.client import Refused
from tests.makers import CATEGORY
from tests.people import ELSEWHERE, HOME
from tests.simulator.arguments import pair_of
from tests.simulator.cast import Phone
from tests.simulator.simulation import Simulation
from workflow.hazards.rules import LIFE


def _case(sim: Simulation, table: str, states: tuple[str, ...]) -> Any | None:
    """One of the cases in these states."""
    statement = f"SELECT * FROM {table} WHERE state = ANY(:states) ORDER BY id"  # noqa: S608 - our own names
    found = sim.server.rows(statement, states=list(states))
    return sim.rng.choice(found) if found else None


def _act(sim: Simulation, kind: str, case: Any, role: Role, action: str, **args: Any) -> str:
    end = sim.at_desk(sim.desk(role, case.region_code), "POST", f"/{kind}s/{case.id}/actions/{action}", args)
    return f"{role.value} {action} {str(case.id)[-6:]}: {end}"


def work(sim: Simulation) -> str | None:
    """The worker does what is due."""
    sim.server.work()
    return "the worker works"


def triage(sim: Simulation) -> str | None:
    """A clerk registers what came in, or refuses it."""
    case = _case(sim, "hazard", ("SUBMITTED",))
    if case is None:
        return None
    if sim.rng.random() < 0.1:
        return _act(sim, "hazard", case, Role.INTAKE_CLERK, "reject", reason_code="NOT_FIRE_MATTER")
    return _act(sim, "hazard", case, Role.INTAKE_CLERK, "register", category=CATEGORY)


def merge(sim: Simulation) -> str | None:
    """A clerk takes two reports for one thing. Named ones: his word that two are one is no table's, and stands in `event`."""
    found = sim.server.rows(
        "SELECT * FROM hazard WHERE state <> ALL(:over) AND report_mode <> 'ANONYMOUS' ORDER BY id", over=sorted(LIFE.final)
    )
    fresh = [each for each in found if each.state in ("SUBMITTED", "REGISTERED")]
    case = sim.rng.choice(fresh) if fresh else None
    others = [each for each in found if case is not None and each.region_code == case.region_code and each.id != case.id]
    if case is None or not others:
        return None
    return _act(sim, "hazard", case, Role.INTAKE_CLERK, "merge", master_id=str(sim.rng.choice(others).id))


def split(sim: Simulation) -> str | None:
    """And sees that they were two."""
    case = _case(sim, "hazard", ("MERGED",))
    return None if case is None else _act(sim, "hazard", case, Role.INTAKE_CLERK, "unmerge", reason="不是同一问题")


def assign(sim: Simulation) -> str | None:
    """A leader gives a case to two officers, or to others than before."""
    case = _case(sim, "hazard", ("REGISTERED",) if sim.rng.random() < 0.9 else ("ASSIGNED", "VERIFYING"))
    if case is None:
        return None
    return _act(sim, "hazard", case, Role.UNIT_LEADER, "assign", officer_ids=pair_of(sim, case.region_code))


def close(sim: Simulation) -> str | None:
    """The reporter is told, and then the case is closed; sometimes too early."""
    case = _case(sim, "hazard", ("VERIFIED_FALSE", "VERIFIED_FIXED", "VERIFIED_TRUE", "HANDED_OVER"))
    if case is None:
        return None
    action = "tell_reporter" if case.told_at is None and sim.rng.random() < 0.9 else "close"
    return _act(sim, "hazard", case, Role.INTAKE_CLERK if action == "tell_reporter" else Role.UNIT_LEADER, action)


_LETTER_STEPS: dict[str, tuple[Role, str, dict[str, Any]]] = {
    "DRAFT": (Role.UNIT_LEADER, "approve", {}),
    "SENT": (Role.RECEIVER_CLERK, "sign_for", {}),
    "RECEIVED": (Role.RECEIVER_CLERK, "accept", {}),
    "ACCEPTED": (Role.RECEIVER_CLERK, "finish", {"result": "已责令清理"}),
    "FEEDBACK": (Role.UNIT_LEADER, "confirm", {}),
}


def handle_a_letter(sim: Simulation) -> str | None:
    """The next step of a letter to another department."""
    case = _case(sim, "handover", tuple(_LETTER_STEPS))
    if case is None:
        return None
    role, action, args = _LETTER_STEPS[case.state]
    return _act(sim, "handover", case, role, action, **args)


def decide_an_issue(sim: Simulation) -> str | None:
    """The leader decides about what was parked, refused or lost."""
    found = sim.server.rows("SELECT id, region_code FROM issue WHERE state = 'open' AND region_code IS NOT NULL ORDER BY id")
    found = [issue for issue in found if issue.region_code in (HOME, ELSEWHERE)]
    if not found:
        return None
    issue, action = sim.rng.choice(found), sim.rng.choice(("apply", "discard"))
    desk = sim.desk(Role.UNIT_LEADER, issue.region_code)
    return f"leader {action} issue {str(issue.id)[-6:]}: {sim.at_desk(desk, 'POST', f'/sync/issues/{issue.id}/actions/{action}')}"


def _officers(sim: Simulation) -> list[Phone]:
    return [phone for phone in sim.of_role(Role.FIRE_OFFICER) if "(" not in phone.name]


def transfer(sim: Simulation) -> str | None:
    """An officer goes to the other banner."""
    phones = _officers(sim)
    if not phones:
        return None
    phone = sim.rng.choice(phones)
    there = ELSEWHERE if phone.region_code == HOME else HOME
    body = {"org_id": str(office_id(f"XF{there}"))}
    end = sim.at_desk(sim.desks["sysadmin"], "POST", f"/accounts/staff/{phone.person_id}/transfer", body)
    if end == "done":
        for other in sim.phones:
            if other.person_id == phone.person_id:
                other.region_code = there
    return f"{phone.name} is transferred to {there}: {end}"


def remove(sim: Simulation) -> str | None:
    """An officer leaves the service: his sessions drain."""
    phones = _officers(sim)
    if len(phones) < 4:
        return None
    phone = sim.rng.choice(phones)
    path = f"/accounts/staff/{phone.person_id}/removal"
    end = sim.at_desk(sim.desks["secadmin"], "POST", path, {"reason": "MOVED_AWAY"})
    sim.removed.add(phone.person_id)
    return f"{phone.name} is removed: {end}"


def report_a_loss(sim: Simulation) -> str | None:
    """A phone is lost; it is to wipe itself."""
    phones = _officers(sim)
    if len(phones) < 4:
        return None
    phone = sim.rng.choice(phones)
    return f"{phone.name} is lost: {sim.at_desk(sim.desks['secadmin'], 'POST', f'/accounts/devices/{phone.device.install}/loss')}"


def move_a_unit(sim: Simulation) -> str | None:
    """The region's leader moves a unit to the other banner: it leaves the phones of the one and comes to those of the other."""
    unit = sim.rng.choice(sim.server.rows("SELECT id, region_code, position FROM unit ORDER BY id"))
    there = ELSEWHERE if unit.region_code == HOME else HOME
    device = sim.desks["region"]
    changes = {"region_code": [unit.region_code, there], "position": [unit.position, None]}
    device.mutate("unit.edit", str(unit.id), {}, changes=changes)
    try:
        return f"unit {str(unit.id)[-6:]} moves to {there}: {device.push()[-1]['outcome']}"
    except Refused:  # a restore forgot the session
        sim.open_desk(device)
        return f"unit {str(unit.id)[-6:]} moves to {there}: {device.push()[-1]['outcome']}"


def move_all_units(sim: Simulation) -> str | None:
    """A banner's units become the other's at once; their lines follow when the worker has sent them out."""
    source, target = sim.rng.sample((HOME, ELSEWHERE), 2)
    end = sim.at_desk(sim.desks["sysadmin"], "POST", f"/places/regions/{source}/actions/move_units", {"into": target})
    return f"all units of {source} move to {target}: {end}"
