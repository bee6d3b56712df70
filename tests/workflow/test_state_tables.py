"""Promises about the tables of transitions themselves."""

from __future__ import annotations

import pytest

from accounts.actor import Role
from problems import IllegalTransition, RoleNotAllowed
from workflow.assistance.rules import LIFE as ASSISTANCE
from workflow.handovers.rules import ACTING_SIDE, LIFE as HANDOVER
from workflow.hazards.commands import MUTATIONS
from workflow.hazards.rules import LIFE as HAZARD
from workflow.inspections.rules import LIFE as INSPECTION
from workflow.majors.rules import LIFE as MAJOR
from workflow.measures.rules import LIFE as MEASURE
from workflow.permits.rules import LIFE as PERMIT
from workflow.queue.rules import LABELS, UNTASKED, waiting_for
from workflow.rectification.rules import LIFE as RECTIFICATION
from workflow.state_machine import START, StateMachine
from workflow.transfers.rules import LIFE as TRANSFER

MACHINES = [HAZARD, HANDOVER, RECTIFICATION, PERMIT, ASSISTANCE, INSPECTION, MEASURE, MAJOR, TRANSFER]
# What may still happen to a closed hazard, and to a permit that is valid or whose paper is still on its way.
LEAVES_FINAL = {
    "dispute", "rate", "confirm_timely", "tell_revocation", "cancel", "retract", "serve", "unmerge", "judge_reuse",
    "follow_up", "publish", "keep_private", "withdraw_publication",
}  # fmt: skip


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_can_be_reached_from_the_start(machine: StateMachine) -> None:
    reached = {START}
    while True:
        more = {step.target for step in machine.transitions if step.source in reached} - reached
        if not more:
            break
        reached |= more
    assert reached - {START} == set(machine.states)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_open_case_waits_for_something_that_has_a_name(machine: StateMachine) -> None:
    for state in machine.states:
        waits = waiting_for(machine.name, state)
        assert (waits is None) == (state in machine.final or (machine.name, state) in UNTASKED), state
        if waits is not None:
            assert waits in LABELS


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_nothing_leaves_a_final_state_but_what_is_meant_to(machine: StateMachine) -> None:
    leaving = {step.action for step in machine.transitions if step.source in machine.final}
    assert leaving <= LEAVES_FINAL


def test_every_step_of_a_person_has_a_command() -> None:
    commands = {mutation.action for mutation in MUTATIONS}
    by_people = {step.action for step in HAZARD.transitions if step.who != {Role.SYSTEM}}
    assert by_people == commands


def test_who_may_never_act_is_refused_before_he_learns_the_state() -> None:
    with pytest.raises(RoleNotAllowed):
        HAZARD.find("CLOSED", "assign", {Role.FIRE_OFFICER})
    with pytest.raises(IllegalTransition):
        HAZARD.find("CLOSED", "assign", {Role.UNIT_LEADER})


def test_a_letter_has_one_acting_side_in_each_open_state() -> None:
    assert set(ACTING_SIDE) == set(HANDOVER.states) - HANDOVER.final
