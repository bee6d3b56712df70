"""What phones in the field may still hold: lines of each version of each mutation, sealed once and never changed.

A released version is a promise. Whoever changes the arguments or the changes of a mutation raises its version (`Mutation.lifts`)
and makes the new line with `python -m tests.corpus`; the old line stays and has to do what it did.
"""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.context import Parts
from sync.mutations import Mutation
from tests.application import undone
from tests.clock import Clock
from tests.contracts.world import World
from tests.corpus.lines import kept, kept_shapes, path_of, shape_of
from tests.corpus.occasions import occasion
from tests.people import BASE


def of_devices(parts: Parts) -> list[Mutation]:
    return [mutation for mutation in parts.mutations.by_name.values() if mutation.devices]


def test_every_version_of_every_mutation_has_its_line(parts: Parts) -> None:
    known = {(mutation.name, version) for mutation in of_devices(parts) for version in range(1, mutation.version + 1)}
    assert known - kept() == set(), "make them: python -m tests.corpus"
    assert kept() - known == set(), "phones may still hold these"


def test_arguments_have_the_shape_of_their_version(parts: Parts) -> None:
    shapes = kept_shapes()
    assert {name: len(versions) for name, versions in shapes.items()} == {item.name: item.version for item in of_devices(parts)}
    changed = [mutation.name for mutation in of_devices(parts) if shape_of(mutation) != shapes[mutation.name][-1]]
    assert not changed, "raise their version and declare a lift, or where no client has this one yet: python -m tests.corpus NAME"


@pytest.mark.parametrize("entity_type", sorted({name.split(".")[0] for name, _ in kept()}))
def test_a_line_still_does_what_it_did(
    app: Flask, client: FlaskClient, parts: Parts, clock: Clock, fresh_database: object, entity_type: str
) -> None:
    world = World(client, client.get(f"{BASE}/openapi.json").get_json())
    failed = {}
    for name, version in sorted(kept()):
        if name.split(".")[0] != entity_type:
            continue
        clock.restart()
        line = path_of(name, version).read_text(encoding="utf-8").strip()
        phone = occasion(world, parts.mutations.by_name[name]).hold(line)
        with undone(parts):
            [result] = phone.push()
        if result["outcome"] != "applied":
            failed[f"{name} {version}"] = result
    assert failed == {}
