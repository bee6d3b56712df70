"""The same cells as over HTTP (tests/contracts/test_role_matrix.py), pushed by each person's device: with the same result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.context import Parts
from device.client import Device
from tests.application import undone
from tests.contracts.test_role_matrix import CELLS, LIKE_ANOTHER, actions_of, expected, is_second_person, people
from tests.contracts.world import World
from tests.people import Caller, Json
from tests.wsgi import WsgiTransport

# The words of a result -> those of the matrix. What already is so costs a device nothing.
LEFT = "after_lease"  # what an officer sends when the case is no longer his: it waits for his supervisor, and changes nothing
WORDS = {"applied": "done", "merged": "done", "noop": "illegal_transition", "guard_failed": "guarded"}


def device_of(app: Flask, caller: Caller) -> Device:
    """A device in the hands of somebody who is signed in already."""
    parts: Parts = app.extensions["fire"]
    device = Device(WsgiTransport(app.wsgi_app), clock=parts.database.clock)
    device.install, device.user = str(caller.install), caller.user
    device.store.put("access_token", caller.access_token)
    device.register()
    return device


def pushed(device: Device, name: str, case_id: str, arguments: Json) -> tuple[str, Json]:
    """As the first line of the queue, which it stays, because nothing of it is committed; the result in the words of HTTP."""
    sealed = device.mutate(name, case_id, arguments)
    [result] = device.push_lines([replace(sealed, seq=1)])
    device.store.acknowledge([{**result, "seq": sealed.seq}])
    word = str(result.get("code") or result["outcome"])
    return WORDS.get(word, word), result.get("explained", {})


@pytest.mark.deep
@pytest.mark.parametrize(("kind", "state"), CELLS)
def test_a_device_may_do_exactly_what_the_table_says(
    app: Flask, client: FlaskClient, parts: Parts, kind: str, state: str, record_property: Callable[[str, object], None]
) -> None:
    document: Json = client.get("/api/v1/openapi.json").get_json()
    world = World(client, document)
    devices: dict[Any, Device] = {}
    wrong, counted = [], Counter[str]()
    for operation in actions_of(document, kind):
        action = operation.path.rpartition("/")[2]
        mutation = parts.sync.mutations.by_name.get(f"{kind}.{action}")
        if mutation is None or not mutation.devices:
            continue
        case = world.for_action(kind, action, state)
        arguments = world.arguments(operation, case)
        for name, (caller, roles) in people(world, case).items():
            if name in LIKE_ANOTHER and action not in LIKE_ANOTHER[name]:
                continue
            sees = caller.get(case.path).status_code == 200
            if caller.id not in devices:
                devices[caller.id] = device_of(app, caller)
            with undone(parts):
                got, explained = pushed(devices[caller.id], mutation.name, str(case.id), arguments or {})
            want = expected(case, action, roles) if sees else "not_found"
            counted[got] += 1
            if got == LEFT and want != "done":
                continue
            if got != want and not is_second_person(case, action, name, explained):
                wrong.append(f"{name} {action}: {got} instead of {want}: {explained}")
    record_property("cells", dict(counted))
    assert not wrong, "\n".join(wrong)
