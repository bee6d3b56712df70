"""A seed's verdict: every invariant, and what to print of a seed that is red."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.servers import RunningCluster
from tests.simulator import anonymity, case_invariants, device_invariants, invariants
from tests.simulator.cast import Template
from tests.simulator.facts import Facts
from tests.simulator.network import ServerBroke
from tests.simulator.simulation import Simulation

Invariant = Callable[[Facts], Iterator[str]]

AT_REST: tuple[Invariant, ...] = (
    device_invariants.queues_drain,
    invariants.no_loss,
    invariants.one_effect,
    invariants.order_within_a_queue,
    invariants.one_bad_mutation_blocks_nothing,
    device_invariants.phones_equal_the_server,
    device_invariants.photos_are_stored,
    invariants.losing_values_are_found,
    invariants.no_value_is_lost_in_silence,
    invariants.what_this_release_knows_is_done,
    invariants.no_defect_parked_anything,
    invariants.only_legal_transitions,
    case_invariants.what_was_taken_happened,
    case_invariants.exactly_one_holder,
    case_invariants.numbers_are_reconciled,
    anonymity.anonymous_reports_join_nobody,
)


class Red(AssertionError):
    """An invariant is broken: which, in which seed, and every step that led there."""


def judge(sim: Simulation) -> list[str]:
    """What is wrong with a world that has come to rest."""
    facts = Facts(sim)
    return [f"{invariant.__name__}: {wrong}" for invariant in AT_REST for wrong in invariant(facts)]


def run_seed(cluster: RunningCluster, template: Template, seed: int, *, clocks_jump: bool = True) -> Simulation:
    """Run one seed to its verdict. Raises Red. The caller may look at the phones; the database is gone."""
    sim = Simulation(cluster, template, seed, clocks_jump=clocks_jump)
    try:
        try:
            sim.run()
            sim.broken += judge(sim)
        except ServerBroke as broke:
            sim.broken.append(f"the server broke: {broke}")
        except Exception as error:
            raise Red(_told(sim, [f"step {sim.step}: {error!r}"])) from error
        if sim.broken:
            raise Red(_told(sim, sim.broken))
    finally:
        sim.stop()
    return sim


def _told(sim: Simulation, broken: list[str]) -> str:
    head = f"seed {sim.seed} is red; again: make deep ARGS='-k given_seed' SEED={sim.seed}"
    return "\n".join([head, *broken[:20], "", *sim.trace, "", head, *broken[:5]])
