"""The tables of the life cycles are whole: nothing is unreachable, nothing is stuck, nothing waits for nobody."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import workflow
from accounts.actor import Role
from api.app import MUTATIONS
from workflow.assistance.rules import LIFE as ASSISTANCE
from workflow.handovers.rules import ACTING_SIDE, LIFE as HANDOVER
from workflow.hazards.rules import LIFE as HAZARD
from workflow.inspections.rules import LIFE as INSPECTION
from workflow.majors.rules import LIFE as MAJOR, owes
from workflow.measures.rules import LIFE as MEASURE
from workflow.permits.rules import LIFE as PERMIT
from workflow.queue.rules import ASSIGN_BUCKET, LABELS, SIGN_BUCKET, UNTASKED, WAITING_FOR, waiting_for
from workflow.rectification.rules import LIFE as RECTIFICATION
from workflow.state_machine import START, StateMachine

MACHINES = [HAZARD, HANDOVER, RECTIFICATION, PERMIT, ASSISTANCE, INSPECTION, MEASURE, MAJOR]
# After its end a hazard can still be disputed and rated, and its leader decides about late clocks.
AFTER_THE_END = {
    ("hazard", "CLOSED"): {"dispute", "rate", "follow_up", "confirm_timely", "judge_reuse"},
    ("hazard", "MERGED"): {"unmerge"},
    # A permit lives on, and ends otherwise; papers on their way are still handed over.
    ("permit", "ACTIVE"): {"tell_revocation", "cancel", "retract", "serve"},
    ("permit", "REFUSED"): {"serve"},
    ("assistance", "CLOSED"): {"rate"},
    ("permit", "REVOKED"): {"serve"},
    **{  # what the public reads of it is decided when the work is done
        ("inspection", state): {"publish", "keep_private", "withdraw_publication"}
        for state in ("NO_PROBLEM", "FIXED_ON_SITE", "RECTIFIED", "CASE_FILED")
    },
}

each = pytest.mark.parametrize("life", MACHINES, ids=lambda life: life.name)


def reachable(life: StateMachine, start: str) -> set[str]:
    found, pending = set(), [start]
    while pending:
        state = pending.pop()
        for step in life.transitions:
            if step.source == state and step.target not in found:
                found.add(step.target)
                pending.append(step.target)
    return found


@each
def test_every_state_can_be_reached_from_the_start(life: StateMachine) -> None:
    assert sorted(set(life.states) - reachable(life, START)) == []


@each
def test_from_every_open_state_an_end_can_be_reached(life: StateMachine) -> None:
    stuck = [state for state in life.states if state not in life.final and not reachable(life, state) & life.final]
    assert stuck == []


@each
def test_an_end_has_no_way_out_but_the_declared(life: StateMachine) -> None:
    for state in life.final:
        out = {step.action for step in life.transitions if step.source == state}
        assert out == AFTER_THE_END.get((life.name, state), set()), state


@each
def test_an_action_leads_from_one_state_to_one_state(life: StateMachine) -> None:
    """For anybody: what a step does never depends on who takes it."""
    targets: dict[tuple[str, str], set[str]] = {}
    for step in life.transitions:
        targets.setdefault((step.source, step.action), set()).add(step.target)
    assert {key: found for key, found in targets.items() if len(found) > 1} == {}


@each
def test_every_step_has_somebody_who_may_take_it_and_a_button(life: StateMachine) -> None:
    for step in life.transitions:
        assert step.who, f"{step.source}.{step.action}"
        assert step.label or step.who == {Role.SYSTEM}, f"{step.source}.{step.action} has no label"


@each
def test_every_open_state_waits_for_something_and_no_closed_one_does(life: StateMachine) -> None:
    waiting = {state for entity_type, state in WAITING_FOR if entity_type == life.name}
    private = {state for entity_type, state in UNTASKED if entity_type == life.name}
    assert waiting == set(life.states) - life.final - private


def test_what_is_waited_for_has_a_name_and_buckets_know_nothing_else() -> None:
    asked = waiting_for("rectification", "ORDERED", is_asked=True)
    unserved = waiting_for("rectification", "ORDERED", is_unserved=True)
    owed = {owes("DETERMINED", is_served=served, has_to_be_reported=True, awaits_recheck=False) for served in (False, True)}
    assert {*WAITING_FOR.values(), asked, unserved, *owed, "follow_up", "publish"} == set(LABELS)
    assert set(SIGN_BUCKET) | set(ASSIGN_BUCKET) <= set(LABELS)


def test_each_open_letter_has_one_side_that_acts() -> None:
    assert set(ACTING_SIDE) == set(HANDOVER.states) - HANDOVER.final


@each
def test_clocks_of_the_table_are_rules_of_the_registry(life: StateMachine) -> None:
    rows = Path(workflow.__file__).parent / "data" / "clock_rules.csv"
    with rows.open(encoding="utf-8", newline="") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    named = {clock for step in life.transitions for clock in (*step.clocks_started, *step.clocks_stopped)}
    assert sorted(named - known) == []


@each
def test_what_people_may_do_has_a_command_and_every_command_a_row(life: StateMachine) -> None:
    commands = {mutation.action for mutation in MUTATIONS if mutation.entity_type == life.name}
    of_people = {step.action for step in life.transitions if step.who - {Role.SYSTEM} and step.source != START}
    assert of_people <= commands
    assert commands - {"submit", "edit"} <= set(life.actions)
