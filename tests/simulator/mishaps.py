"""What happens to phones: they are cloned, started again, updated, set to another time, signed out, and hear old answers."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta

from accounts.actor import Role
from device.client import Refused
from device.transport import NoNetwork
from tests.simulator.cast import packed
from tests.simulator.releases import NewApp
from tests.simulator.simulation import Simulation

_MOST_CLONES = 2


def sign_out(sim: Simulation) -> str | None:
    """A session is closed; the person has to sign in again."""
    phones = [phone for phone in sim.phones if phone.role is not Role.GUEST and not phone.is_over]
    if not phones:
        return None
    phone = sim.rng.choice(phones)
    try:
        phone.device.call("DELETE", "/auth/sessions/current")
    except (NoNetwork, Refused) as error:
        return f"{phone.name} signs out: {type(error).__name__}"
    return f"{phone.name} signs out"


def clone(sim: Simulation) -> str | None:
    """A phone's storage is copied to another one: both go on, and each believes to be the first."""
    phones = [phone for phone in sim.phones if phone.role is not Role.GUEST and not phone.is_over and "'" not in phone.name]
    if not phones or sum("'" in phone.name for phone in sim.phones) >= _MOST_CLONES:
        return None
    phone = sim.rng.choice(phones)
    app = type(phone.device)
    copy = sim.add(f"{phone.name}'", phone.role, phone.region_code, phone.way, packed(phone.store), app=app)
    copy.clock.wrong_by, copy.rotten = phone.clock.wrong_by, set(phone.rotten)
    return f"{phone.name} is cloned"


def jump_in_time(sim: Simulation) -> str | None:
    """A phone's clock is set wrong, or right again."""
    phone = sim.rng.choice(sim.phones)
    wrong_by = timedelta(seconds=sim.rng.choice((0, 0, -400 * 86_400, -7200, 3600, 40 * 86_400, 9000 * 86_400)))
    if sim.clocks_jump:
        phone.clock.wrong_by = wrong_by
    return f"{phone.name} has another time"


def start_again(sim: Simulation) -> str | None:
    """The process of a phone ends; what was saved is there when it starts again."""
    phone = sim.rng.choice(sim.phones)
    phone.start()
    return f"{phone.name} starts again"


def hear_an_old_answer(sim: Simulation) -> str | None:
    """A prefix of an answer that was asked for with another cursor arrives once more: nothing may change."""
    phones = [phone for phone in sim.phones if sim.network.heard.get(phone.name)]
    if not phones:
        return None
    phone = sim.rng.choice(phones)
    cursor, body = sim.rng.choice(sim.network.heard[phone.name])
    lines = [json.loads(line) for line in body.splitlines()]
    lines = lines[: sim.rng.randint(1, len(lines))]
    if cursor == phone.store.get("cursor"):
        return None
    before = packed(phone.store)
    with contextlib.suppress(NoNetwork):  # its end is missing
        phone.device.take_page(cursor, lines)
    if packed(phone.store) != before:
        sim.broken.append(f"12 step {sim.step}: an old answer changed what {phone.name} holds")
    return f"{phone.name} hears {len(lines)} lines of an old answer"


def update(sim: Simulation) -> str | None:
    """A person takes the new app, perhaps before all servers are of the new release."""
    phones = [phone for phone in sim.phones if type(phone.device) is not NewApp]
    if not sim.server.is_replaced or not phones:
        return None
    phone = sim.rng.choice(phones)
    return f"{phone.name} is {sim.update(phone)}"


def rot(sim: Simulation) -> str | None:
    """A phone loses a row of what it was sent: its digest tells, and the scope is sent again, once a day."""
    occasions = [
        (phone, scope)
        for phone in sim.phones
        for scope in phone.store.scopes()
        if scope.startswith(("region:", "public:")) and scope not in phone.rotten
    ]
    if not occasions:
        return None
    phone, scope = sim.rng.choice(occasions)
    phone.rotten.add(scope)
    row = sim.rng.randrange(phone.store.scopes()[scope])
    phone.store._db.execute(
        "DELETE FROM base WHERE rowid = (SELECT rowid FROM base WHERE scope = ? ORDER BY type, id LIMIT 1 OFFSET ?)", [scope, row]
    )
    return f"{phone.name} loses a row of {scope}"
