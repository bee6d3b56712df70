from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import text

from accounts.actor import Role
from problems import Invalid
from sync.problems import QueueOwner, ServerBehind, Wiped
from tests.sync.world import ELSEWHERE, HOME, World


def a_key(curve: str = "P-256", *, private: bool = False) -> dict[str, Any]:
    return dict(ECKey.generate_key(curve).as_dict(private=private))


def test_registering_again_gives_the_queues_state(world: World) -> None:
    phone = world.phone(world.person())
    phone.open()
    phone.push()
    world.clock.advance(hours=1)
    answer = phone.register(wall_clock=world.clock() - timedelta(minutes=5, seconds=12))
    assert (answer["queue"], answer["last_seq"], answer["durable_seq"]) == (phone.queue, 1, 0)
    assert answer["skew_ms"] == -312_000
    assert answer["server_time"] == world.clock()
    assert answer["schema"] == {"current": 1, "min_pull": 1, "min_push": 1}
    assert answer["limits"]["push_mutations"] == 200
    assert world.scalar("SELECT count(*) FROM sync_queue") == 1


def test_a_queue_never_changes_owner_nor_device(world: World) -> None:
    phone = world.phone(world.person())
    with pytest.raises(QueueOwner):
        phone.register(install=uuid4())
    other = world.phone(world.person())
    with pytest.raises(QueueOwner):
        other.register(queue=phone.queue)


def test_a_lost_device_is_told_to_wipe_itself(world: World) -> None:
    phone = world.phone(world.person())
    with world.database.transaction() as session:
        session.execute(text("UPDATE sync_device SET status = 'wiped'"))
    with pytest.raises(Wiped):
        phone.register()
    with pytest.raises(Wiped):
        phone.register(queue=uuid4())


def test_the_install_is_the_sessions(world: World) -> None:
    phone = world.phone(world.person())
    world.people[phone.person.id] = replace(world.people[phone.person.id], device_id=phone.install)
    phone.register()
    with pytest.raises(Invalid):
        phone.register(install=uuid4(), queue=uuid4())


def test_a_newer_client_waits_for_the_rollout(world: World) -> None:
    with pytest.raises(ServerBehind):
        world.phone(world.person()).register(schema=2)


def test_two_people_on_one_phone_keep_their_own_keys(world: World) -> None:
    first, second = world.phone(world.person()), world.phone(world.person())
    install = uuid4()
    keys = [a_key(), a_key()]
    for phone, key in zip((first, second), keys, strict=True):
        phone.install, phone.queue = install, uuid4()
        phone.register(public_key={**key, "alg": "ES256", "use": "sig", "ext": True, "key_ops": ["verify"]})
    for phone, key in zip((first, second), keys, strict=True):
        kept = world.scalar("SELECT public_key FROM sync_queue WHERE id = :queue", queue=phone.queue)
        assert kept == {name: key[name] for name in ("kty", "crv", "x", "y")}


def _bent() -> dict[str, Any]:
    key = a_key()
    return {**key, "x": base64.urlsafe_b64encode(b"\x01" * 32).rstrip(b"=").decode()}


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "EC"},
        {"kty": "EC", "crv": "P-256", "x": 1, "y": 2},
        {"kty": "EC", "crv": "P-256", "x": "é", "y": "é"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": ["EC"], "crv": {}, "x": "", "y": ""},
        a_key(private=True),
        a_key("P-384"),
        dict(OctKey.generate_key(256).as_dict()),
        _bent(),
    ],
    ids=range(10),
)
def test_only_a_public_key_of_p256_is_taken(world: World, key: dict[str, Any]) -> None:
    phone = world.phone(world.person())
    with pytest.raises(Invalid) as refused:
        phone.register(public_key=key)
    assert refused.value.data["errors"][0]["field"] == "public_key"


def test_the_library_takes_a_key_of_a_browser(world: World) -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (base64.urlsafe_b64encode(number.to_bytes(32)).rstrip(b"=").decode() for number in (numbers.x, numbers.y))
    world.phone(world.person()).register(
        public_key={"crv": "P-256", "ext": True, "key_ops": ["verify"], "kty": "EC", "x": x, "y": y}
    )


def test_a_queue_remembers_where_its_owner_works(world: World) -> None:
    phone = world.phone(world.person(Role.FIRE_OFFICER))
    assert world.scalar("SELECT region_code FROM sync_queue") == HOME
    mover = world.person(Role.FIRE_OFFICER, region=ELSEWHERE)
    world.change(phone.person, grants=mover.grants)
    phone.register()
    assert world.scalar("SELECT region_code FROM sync_queue") == ELSEWHERE
    world.revoke(phone.person)
    phone.register()
    assert world.scalar("SELECT region_code FROM sync_queue") == ELSEWHERE, "its supervisor looks after what is left"
