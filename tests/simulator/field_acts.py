"""What people do with their phones, with and without a network."""

from __future__ import annotations

from typing import Any

from accounts.actor import Role
from database.base import new_id
from device.client import Refused
from device.transport import NoNetwork
from tests.makers import CATEGORY, FOUND, report as report_body
from tests.people import ELSEWHERE, HOME
from tests.simulator.arguments import order
from tests.simulator.cast import Phone
from tests.simulator.photos import photo
from tests.simulator.simulation import Simulation
from tests.simulator.table_acts import cosigned
from workflow.hazards.rules import LIFE
from workflow.queue.rules import TAKERS

OFFICERS = (Role.FIRE_OFFICER,)
BRIGADE = (Role.FIRE_OFFICER, Role.UNIT_LEADER, Role.INTAKE_CLERK)
_HIS_TURN = ("ASSIGNED", "VERIFYING", "VERIFIED_TRUE")
_FOUND = {"hazard.verify_true", "hazard.verify_false", "hazard.fix_on_site"}
_ONCE_MORE = 0.1  # how often he says once more what he has said already
_GIVEN_BACK = 0.4  # how often somebody looks for what he may give back
_MISFIT = 0.15  # how often somebody does what does not fit the state of the case
REPORTERS = (Role.CITIZEN, Role.GRID_WORKER)


def _sync(sim: Simulation, what: str) -> str | None:
    keen = [3 if phone.role in OFFICERS or phone.device.store.count_waiting() else 1 for phone in sim.phones]
    [phone] = sim.rng.choices(sim.phones, keen)
    return f"{phone.name} {what}: {sim.exchange(phone, what)}"


def sync(sim: Simulation) -> str | None:
    """Push, then pull."""
    return _sync(sim, "sync")


def push(sim: Simulation) -> str | None:
    """Push alone: acknowledged, but the base does not show it yet."""
    return _sync(sim, "push")


def pull(sim: Simulation) -> str | None:
    """Pull alone."""
    return _sync(sim, "pull")


# ---- reports ----


def _snap(sim: Simulation, phone: Phone, **fields: Any) -> str:
    place = sim.rng.choice((HOME, HOME, ELSEWHERE))
    body = report_body(None, place, description=f"楼道堵塞 {sim.step}", **fields)  # type: ignore[arg-type]
    hazard_id: str = body.pop("id")
    sim.seal(phone, "hazard.submit", hazard_id, body)
    return hazard_id


def report(sim: Simulation) -> str | None:
    """A citizen or grid worker snaps a hazard off-line."""
    phones = sim.of_role(*REPORTERS)
    if not phones:
        return None
    phone = sim.rng.choice(phones)
    photos = [phone.device.add_photo(photo(sim.step))] if sim.rng.random() < 0.3 else []
    return f"{phone.name} snaps {_snap(sim, phone, photos=photos)[-6:]} with {len(photos)} photos"


def report_anonymously(sim: Simulation) -> str | None:
    """Out of a citizen's hands, with a guest session, install, queue and store of its own."""
    carriers = sim.of_role(Role.CITIZEN)
    if not carriers:
        return None
    carrier = sim.rng.choice(carriers)
    number = sum(phone.role is Role.GUEST for phone in sim.phones) + 1
    phone = sim.add(f"guest-{number}", Role.GUEST, "", {"guest": True}, app=type(carrier.device), address=carrier.address)
    phone.carrier = carrier.name
    hazard_id = _snap(sim, phone, report_mode="ANONYMOUS")
    try:
        phone.device.sign_in(guest=True)
        phone.device.register()
    except (NoNetwork, Refused) as error:
        return f"{phone.name} (by {carrier.name}) snaps {hazard_id[-6:]}, {type(error).__name__}"
    return f"{phone.name} (by {carrier.name}) snaps {hazard_id[-6:]}"


def speak_up(sim: Simulation) -> str | None:
    """A reporter withdraws, disputes or rates: mostly what his phone offers him in this state of the case."""
    is_misfit = sim.rng.random() < _MISFIT
    occasions = [
        (phone, hazard, name)
        for phone in sim.of_role(*REPORTERS)
        for hazard in phone.device.all_shown("hazard")
        for name in (_WORDS if is_misfit else _offered(hazard))
        if f"hazard.{name}" not in hazard["waiting"]
    ]
    if not occasions:
        return None
    weights = [_WORDS[name][0] for _, _, name in occasions]
    [(phone, hazard, name)] = sim.rng.choices(occasions, weights)
    sim.seal(phone, f"hazard.{name}", hazard["id"], _WORDS[name][1])
    return f"{phone.name} {name} {hazard['id'][-6:]}"


# What a reporter may say, how much rather than the others, and its arguments.
_WORDS: dict[str, tuple[int, dict[str, Any]]] = {
    "withdraw": (1, {}),
    "dispute": (20, {"reason": "仍被堵塞"}),
    "rate": (30, {"score": 5}),
}


def _offered(hazard: dict[str, Any]) -> list[str]:
    steps = LIFE.offered(hazard["state"], frozenset({Role.REPORTER})) if "state" in hazard else []
    return [step.action for step in steps if step.action in _WORDS]


# ---- officers ----


def work_on_a_case(sim: Simulation) -> str | None:
    """An officer does the next step of a case that he holds, as his phone shows it; sometimes one that does not fit."""
    occasions = [
        (phone, hazard)
        for phone in sim.of_role(*OFFICERS)
        for hazard in phone.device.all_shown("hazard")
        if phone.person_id in (hazard.get("officer_ids") or ()) and hazard.get("state") in _HIS_TURN
        and (not _FOUND.intersection(hazard["waiting"]) or sim.rng.random() < _ONCE_MORE)
    ]  # fmt: skip
    if not occasions:
        return None
    phone, hazard = sim.rng.choice(occasions)
    state = "VERIFYING" if "hazard.start" in hazard["waiting"] else hazard["state"]
    if sim.rng.random() < _MISFIT:
        state = sim.rng.choice(_HIS_TURN)
    if state == "ASSIGNED":
        sim.seal(phone, "hazard.start", hazard["id"], {})
        return f"{phone.name} starts {hazard['id'][-6:]}"
    if state == "VERIFIED_TRUE":
        sim.seal(phone, "hazard.hand_over", hazard["id"], _letter(phone))
        return f"{phone.name} hands over {hazard['id'][-6:]}"
    if sim.rng.random() < 0.2:
        sim.seal(phone, "hazard.reclassify", hazard["id"], {"category": CATEGORY, "reason": "现场情况"})
        return f"{phone.name} reclassifies {hazard['id'][-6:]}"
    return _verify(sim, phone, hazard)


def _verify(sim: Simulation, phone: Phone, hazard: dict[str, Any]) -> str:
    """Two officers on the spot: one drafts the act, the other signs its digest, on the first phone or on his own."""
    action = sim.rng.choice(("verify_false", "verify_true", "fix_on_site"))
    args: dict[str, Any] = dict(FOUND)
    if action == "verify_true":
        args["order"] = order(sim, phone, "晨光宾馆", None)
    line = sim.seal(phone, f"hazard.{action}", hazard["id"], args)
    return f"{phone.name} {action} {hazard['id'][-6:]}{cosigned(sim, phone, 'hazard', hazard, line)}"


def _letter(phone: Phone) -> dict[str, Any]:
    from accounts.offices import office_id

    to = str(office_id(f"ZJ{phone.region_code}"))
    return {"to_org_id": to, "reason": "属于贵单位职责范围", "legal_basis": "消防法第五十二条"}


def work_on_a_task(sim: Simulation) -> str | None:
    """Somebody takes an item that the office's list showed him, or gives back what he has; sometimes one that is not for him."""
    phones = sim.of_role(*BRIGADE)
    is_misfit = sim.rng.random() < _MISFIT
    held = [
        (phone, "task.release", task["id"])
        for phone in phones
        for task in phone.device.all_shown("task")
        if is_misfit or task.get("claimed_by") == phone.person_id  # what he has just claimed is not here yet
    ]
    listed = sim.server.rows("SELECT id, region_code, waiting_for FROM task WHERE is_open AND holder_ids = '{}' ORDER BY id")
    free = [
        (phone, "task.claim", str(task.id))
        for phone in phones
        for task in listed
        if is_misfit or (phone.region_code == task.region_code and phone.role in TAKERS[task.waiting_for])
    ]
    occasions = held if sim.rng.random() < _GIVEN_BACK else free
    if not occasions:
        return None
    phone, name, task_id = sim.rng.choice(occasions)
    sim.seal(phone, name, task_id, {})
    return f"{phone.name} {name} {task_id[-6:]}"


def edit_a_unit(sim: Simulation) -> str | None:
    """Phones edit the same fields from the same base: one value loses, and is kept."""
    phones = [phone for phone in sim.of_role(*BRIGADE) if phone.device.store.rows("unit")]
    if not phones:
        return None
    phone = sim.rng.choice(phones)
    unit = phone.device.all_shown("unit")[0]
    field = sim.rng.choice(("name", "address"))
    sim.seal(phone, "unit.edit", unit["id"], {}, changes={field: [unit.get(field), f"{field} {sim.step}"]})
    return f"{phone.name} edits {field} of {unit['id'][-6:]}"


def do_the_unheard_of(sim: Simulation) -> str | None:
    """A mutation that this server does not know is parked; what comes after it on other records is not held up."""
    phones = [phone for phone in sim.of_role(*OFFICERS, *REPORTERS) if phone.device.store.rows("hazard")]
    if not phones:
        return None
    phone = sim.rng.choice(phones)
    hazard_id = sim.rng.choice(phone.device.store.rows("hazard")).id
    sim.seal(phone, "hazard.unheard_of", hazard_id, {"note": str(new_id())})
    return f"{phone.name} does the unheard of to {hazard_id[-6:]}"


def decide_an_issue(sim: Simulation) -> str | None:
    """A leader decides off-line about what was left over."""
    occasions = [
        (phone, issue["id"])
        for phone in sim.of_role(Role.UNIT_LEADER)
        for issue in phone.device.all_shown("issue")
        if issue.get("state") == "open" and not issue["waiting"]
    ]
    if not occasions:
        return None
    phone, issue_id = sim.rng.choice(occasions)
    name = sim.rng.choice(("issue.apply", "issue.discard"))
    sim.seal(phone, name, issue_id, {})
    return f"{phone.name} {name} {issue_id[-6:]}"
