"""What happens in one step: somebody acts off-line or at a desk, a phone syncs, or something goes wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulator import desk_acts, field_acts, mishaps, table_acts
from tests.simulator.simulation import Simulation

Act = Callable[[Simulation], str | None]

# What may happen, and how often compared to the others.
ACTS: tuple[tuple[int, Act], ...] = (
    (70, field_acts.sync),
    (6, field_acts.push),
    (5, field_acts.pull),
    (5, field_acts.report),
    (2, field_acts.report_anonymously),
    (36, field_acts.work_on_a_case),
    (50, table_acts.work),
    (10, table_acts.begin),
    (6, field_acts.work_on_a_task),
    (8, field_acts.edit_a_unit),
    (4, field_acts.do_the_unheard_of),
    (8, field_acts.speak_up),
    (5, field_acts.decide_an_issue),
    (24, table_acts.work_at_a_desk),
    (2, table_acts.plan_at_a_desk),
    (12, desk_acts.triage),
    (3, desk_acts.merge),
    (2, desk_acts.split),
    (16, desk_acts.assign),
    (10, desk_acts.close),
    (6, desk_acts.handle_a_letter),
    (4, desk_acts.decide_an_issue),
    (3, desk_acts.move_a_unit),
    (1, desk_acts.move_all_units),
    (3, desk_acts.transfer),
    (1, desk_acts.remove),
    (1, desk_acts.report_a_loss),
    (1, mishaps.sign_out),
    (2, mishaps.clone),
    (6, mishaps.jump_in_time),
    (3, mishaps.start_again),
    (5, mishaps.hear_an_old_answer),
    (3, mishaps.update),
    (2, mishaps.rot),
    (5, desk_acts.work),
)
_TRIES = 8


def take(sim: Simulation) -> str:
    """Do one of them; what it was. Those for which there is no occasion are passed over."""
    acts, weights = [act for _, act in ACTS], [weight for weight, _ in ACTS]
    for _ in range(_TRIES):
        told = sim.rng.choices(acts, weights)[0](sim)
        if told is not None:
            return told
    return "nothing"
