"""The simulator finds what it is for: each of these faults turns a seed red before the fiftieth."""

from __future__ import annotations

import pytest

from tests.servers import RunningCluster
from tests.simulator.cast import Template
from tests.simulator.facts import Outcome, outcomes
from tests.simulator.faults import FAULTS, Plant, values_of_the_latest_clock_win
from tests.simulator.simulation import Simulation
from tests.simulator.verdict import Red, run_seed

SEEDS = 50


@pytest.mark.deep
@pytest.mark.parametrize(("plant", "cry"), FAULTS, ids=[plant.__name__ for plant, _ in FAULTS])
def test_a_planted_fault_turns_a_seed_red(
    cluster: RunningCluster, template: Template, monkeypatch: pytest.MonkeyPatch, plant: Plant, cry: str
) -> None:
    plant(monkeypatch)
    for seed in range(SEEDS):
        told = _told_of(cluster, template, seed)
        if told is not None:
            assert any(one in told for one in cry.split("|")), told
            return
    pytest.fail(f"{SEEDS} seeds saw nothing of {plant.__name__}")


def _told_of(cluster: RunningCluster, template: Template, seed: int) -> str | None:
    try:
        run_seed(cluster, template, seed)
    except Red as red:
        return str(red)
    return None


@pytest.mark.deep
def test_a_server_that_believes_clocks_has_other_outcomes_when_they_jump(
    cluster: RunningCluster, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    values_of_the_latest_clock_win(monkeypatch)
    for seed in range(SEEDS):
        if _outcomes(cluster, template, seed, clocks_jump=True) != _outcomes(cluster, template, seed, clocks_jump=False):
            return
    pytest.fail(f"{SEEDS} seeds saw nothing of it")


def _outcomes(cluster: RunningCluster, template: Template, seed: int, *, clocks_jump: bool) -> list[Outcome]:
    """Of a seed that nobody judges: the values that this fault loses would be found as well."""
    sim = Simulation(cluster, template, seed, clocks_jump=clocks_jump)
    try:
        sim.run()
    finally:
        sim.stop()
    return outcomes(sim)
