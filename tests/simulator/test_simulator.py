"""Seeds of the simulator. `SEED=17 pytest -m deep tests/simulator -k given_seed` runs one, with its trace if it is red."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.servers import RunningCluster
from tests.simulator.cast import Template
from tests.simulator.facts import DONE, outcomes
from tests.simulator.table_acts import KINDS
from tests.simulator.verdict import Red, run_seed

SEEDS, DEEP_SEEDS, BLOCK, A_FEW = 25, 1000, 50, 5
FEW = [range(first, first + A_FEW) for first in range(0, SEEDS, A_FEW)]
MANY = 100  # times that an act is tried, one of which must have had an effect
GIVEN = os.environ.get("SEED")  # this one instead of the thousand
BLOCKS = (
    [pytest.param(range(int(GIVEN), int(GIVEN) + 1), id="given_seed")]
    if GIVEN
    else [range(first, first + BLOCK) for first in range(SEEDS, SEEDS + DEEP_SEEDS, BLOCK)]
)


@pytest.mark.parametrize("seeds", FEW)
def test_every_invariant_holds_and_every_kind_of_case_moves(cluster: RunningCluster, template: Template, seeds: range) -> None:
    moved = set()
    for seed in seeds:
        became = outcomes(run_seed(cluster, template, seed))
        assert "invalid_arguments" not in {why for *_, why in became}, (
            f"seed {seed}: an act that no form would send proves nothing"
        )
        moved |= {name.partition(".")[0] for _, name, _, outcome, _ in became if outcome in DONE}
    assert moved >= {"hazard", "task", "unit", *KINDS}, f"seeds {seeds}: what no phone could do proves nothing"


@pytest.mark.deep
@pytest.mark.parametrize("seeds", BLOCKS)
def test_every_invariant_holds_for_a_thousand_seeds(cluster: RunningCluster, template: Template, seeds: range) -> None:
    tried: Counter[str] = Counter()
    done = {"hazard.unheard_of"}  # what no server knows
    for seed in seeds:
        for _, name, _, outcome, _ in outcomes(run_seed(cluster, template, seed)):
            tried[name] += 1
            if outcome in DONE:
                done.add(name)
    assert GIVEN or {name for name, times in tried.items() if times >= MANY} <= done, "such an act proves nothing"


def test_the_same_seed_takes_the_same_steps(cluster: RunningCluster, template: Template) -> None:
    first, second = (run_seed(cluster, template, 7) for _ in range(2))
    assert first.trace == second.trace


@pytest.mark.parametrize("seed", range(2))
def test_the_clocks_of_phones_do_not_change_what_becomes_of_anything(
    cluster: RunningCluster, template: Template, seed: int
) -> None:
    """Invariant 11: the same steps with phones whose clocks jump by years, and with phones whose clocks are right."""
    wrong, right = (run_seed(cluster, template, seed, clocks_jump=jump) for jump in (True, False))
    assert outcomes(wrong) == outcomes(right)


def test_a_red_seed_tells_how_to_run_it_again(
    cluster: RunningCluster, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.simulator.simulation.ROUNDS", 0)
    with pytest.raises(Red, match="SEED=3"):
        run_seed(cluster, template, 3)
