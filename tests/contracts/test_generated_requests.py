"""Thousands of generated requests against every operation: whatever is sent, the answer is never a fault of the server.

schemathesis makes the requests from the document, with a fixed seed. They come in four kinds, so that many get far: what
fits the document, by somebody who may do it; the same with a body that also makes sense here; what does not fit the
document; and anything without a token. Answers are compared with what the document promises.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from accounts import throttle
from accounts.actor import Role
from api.uploads import ACCEPTED_TYPES
from tests.application import undone
from tests.contracts.bodies import usual_headers
from tests.contracts.document import Json, Operation, operations
from tests.contracts.targets import Target, sensible
from tests.contracts.world import World
from tests.people import Caller, citizen, enterprise, guest, staff
from tests.photos import a_photo

SEED = 20261122
PATH = "/api/v1/openapi.json"
# How many of each kind to each operation in a round.
EACH_ROUND = {"sensible": 7, "fitting": 4, "misfitting": 4, "without a token": 2}
# What these add harms no later request, so it is really committed.
ADDING = frozenset({"hazards.submit", "units.register_unit", "laws.draft_law", "lessons.draft_lesson", "accounts.create_staff"})
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SETTINGS = hypothesis.settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=False,  # the seed is ours
)


@dataclass
class Run:
    """What was sent and what came back."""

    app: Flask
    client: FlaskClient
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: {kind: Counter() for kind in EACH_ROUND})
    succeeded: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)  # operation and failure -> the first request that met it

    @property
    def count(self) -> int:
        return sum(sum(counter.values()) for counter in self.statuses.values())

    def send(self, kind: str, name: str, case: Any, headers: Json) -> None:
        """One request; what is wrong with the answer is noted and the run goes on."""
        case.headers = {**(case.headers or {}), **headers}
        try:
            response = case.call()
        except ValueError as error:  # werkzeug's client cannot even write such a header or path
            self.faults.setdefault(f"{name}: not sent", str(error))
            return
        self.statuses[kind][response.status_code] += 1
        if response.status_code < 300:
            self.succeeded.add(name)
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            title = "; ".join(sorted({one.title for one in getattr(failure, "exceptions", [failure])}))
            self.faults.setdefault(f"{name}: {title}", f"{kind}: {case.as_curl_command()[:1500]}\n{str(failure)[:1500]}")

    def figures(self, names: set[str]) -> str:
        total = Counter[int]()
        lines = []
        for kind, counter in self.statuses.items():
            total += counter
            lines.append(f"  {kind:16} {sum(counter.values()):6}, 2xx {_share(counter):.0%}: {dict(sorted(counter.items()))}")
        never = ", ".join(sorted(names - self.succeeded))
        head = f"generated requests: {self.count}, seed {SEED}, 2xx {_share(total):.1%}: {dict(sorted(total.items()))}"
        return "\n".join([head, *lines, f"  without a single 2xx: {never or 'none'}"])


def _share(counter: Counter[int]) -> float:
    return sum(count for status, count in counter.items() if status < 300) / max(1, sum(counter.values()))


def generate(run: Run, wanted: int, part: slice) -> set[str]:
    """Round after round over these operations until enough was sent. Their names."""
    load_all_checks()
    schemathesis.serializer.alias("application/x-ndjson", "text/plain")
    schemathesis.serializer.alias(["application/offset+octet-stream", *sorted(ACCEPTED_TYPES)], "application/octet-stream")
    schema = schemathesis.openapi.from_wsgi(PATH, run.app)
    document: Json = run.client.get(PATH).get_json()
    world = World(run.client, document)
    known = {operation.id: operation for operation in list(operations(document))[part]}
    generators = {result.ok().definition.raw["operationId"]: result.ok() for result in schema.get_all_operations()}  # type: ignore[union-attr]
    targets = {name: sensible(world, operation) for name, operation in known.items()}
    crowd = _crowd(run.client)
    round_ = 0
    while run.count < wanted:
        round_ += 1
        for position, (name, operation) in enumerate(known.items()):
            if round_ > 1 and run.count >= wanted:
                break
            for kind in EACH_ROUND:
                chance = random.Random(f"{SEED} {round_} {name} {kind}")
                who = targets[name].rightful or crowd[(position + round_) % len(crowd)]
                if kind in ("fitting", "misfitting") and chance.random() < 0.5:
                    who = chance.choice(crowd)
                headers = {} if kind == "without a token" else who.headers
                _draw(run, kind, generators[name], operation, targets[name], headers, chance.getrandbits(32))
    return set(known)


def _crowd(client: FlaskClient) -> list[Caller]:
    """People of every sort."""
    roles = (Role.UNIT_LEADER, Role.FIRE_OFFICER, Role.INTAKE_CLERK, Role.SUPERVISOR, Role.RECEIVER_CLERK, Role.SYS_ADMIN,
             Role.SEC_ADMIN, Role.AUDITOR, Role.CONTENT_EDITOR, Role.GRID_WORKER)  # fmt: skip
    return [
        *(staff(client, role, alone=True) for role in roles),
        enterprise(client, Role.UNIT_RESPONSIBLE, alone=True),
        citizen(client),
        guest(client),
    ]


def _draw(run: Run, kind: str, generator: Any, operation: Operation, found: Target, headers: Json, seed: int) -> None:
    """A few requests of one kind to one operation."""
    mode = GenerationMode.NEGATIVE if kind == "misfitting" else GenerationMode.POSITIVE
    fixed: Json = {} if kind == "misfitting" else {"path_parameters": dict(found.ids)}
    if kind == "sensible":
        fixed["headers"] = {name: value for name, value in usual_headers(a_photo()).items() if name in _headers_of(operation)}
    try:
        strategy = generator.as_strategy(generation_mode=mode, **fixed)
    except Unsatisfiable:
        return
    # What acts on what all share is rolled back, so that the next request finds it as it was.
    stays: Callable[[], AbstractContextManager[None]] = (
        nullcontext
        if operation.id in ADDING or getattr(run.app.view_functions[operation.id], "owns_transactions", False)
        else lambda: undone(run.app.extensions["fire"])
    )

    @hypothesis.seed(seed)
    @hypothesis.settings(SETTINGS, max_examples=EACH_ROUND[kind])
    @hypothesis.given(strategy)
    def each(case: Any) -> None:
        if kind == "sensible" and isinstance(case.body, dict) and isinstance(found.body, dict):
            case.body = {**case.body, **found.body}
        with stays():
            run.send(kind, operation.id, case, headers)

    try:
        each()
    except Unsatisfiable:
        return


def _headers_of(operation: Operation) -> set[str]:
    """Those that it cannot do without."""
    return {parameter["name"] for parameter in operation.parameters if parameter["in"] == "header" and parameter.get("required")}


def _raise_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator has few phones and asks often."""
    monkeypatch.setattr(throttle, "DEMO_SMS_OF_NUMBER", (throttle.Limit("sms-demo", 1_000_000, timedelta(minutes=1)),))


def _judge(run: Run, names: set[str], wanted: int) -> None:
    assert run.count >= wanted
    assert not run.faults, "\n\n".join(f"{what}\n{how}" for what, how in sorted(run.faults.items()))
    total = sum((counter for counter in run.statuses.values()), Counter[int]())
    assert not [status for status in total if status >= 500]
    assert _share(run.statuses["sensible"]) > 0.5, run.figures(names)


@pytest.mark.parametrize("half", [0, 1])
def test_two_thousand_generated_requests_find_no_fault(
    fresh_database: object,
    app: Flask,
    client: FlaskClient,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
    half: int,
) -> None:
    """In two halves, so that two workers share them."""
    _raise_limits(monkeypatch)
    run = Run(app, client)
    names = generate(run, 1_000, slice(half, None, 2))
    record_property("figures", run.figures(names))
    _judge(run, names, 1_000)


@pytest.mark.deep
def test_twenty_thousand_generated_requests_find_no_fault(
    fresh_database: object,
    app: Flask,
    client: FlaskClient,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _raise_limits(monkeypatch)
    run = Run(app, client)
    names = generate(run, 20_000, slice(None))
    record_property("figures", run.figures(names))
    _judge(run, names, 20_000)
