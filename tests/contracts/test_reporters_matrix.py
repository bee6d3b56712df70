"""Every cell of the tables about reporters (a claim for a reward, a request to unseal): allowed or refused as they say."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from accounts.actor import Role
from tests.application import undone
from tests.contracts.test_role_matrix import answered
from tests.people import HOME, Caller, Json, staff
from tests.rewards import PAID, act, claim_in, known, policy, unsealing
from workflow.hazards.rewards.rules import LIFE as REWARD
from workflow.hazards.unsealing.rules import LIFE as UNSEALING
from workflow.state_machine import StateMachine

OFFICE = (
    Role.INTAKE_CLERK, Role.UNIT_LEADER, Role.FINANCE_CLERK, Role.LEGAL_REVIEWER, Role.AUDITOR, Role.FIRE_OFFICER,
    Role.SUPERVISOR, Role.PERMIT_CLERK, Role.SYS_ADMIN,
)  # fmt: skip


def wrong_cells(
    app: Flask, life: StateMachine, state: str, path: str, people: dict[Role, Caller], said: dict[str, Json]
) -> list[str]:
    """What was answered otherwise than the table has it. Who does not see the record learns nothing of it."""
    wrong = []
    for action in life.actions:
        rows = life.steps(action)
        if all(step.source == "" for step in rows):
            continue
        for role, caller in people.items():
            mine = [step for step in rows if role in step.who]
            want = (
                "role_not_allowed" if not mine else "done" if any(step.source == state for step in mine) else "illegal_transition"
            )
            with undone(app.extensions["fire"]):
                answer = caller.post(f"{path}/actions/{action}", said.get(action, {}))
            got = answered(answer.status_code, answer.get_json())
            if got != want and not (got == "not_found" and want != "done"):
                wrong.append(f"{state} {action} by {role}: {got} instead of {want}: {answer.get_json()}")
    return wrong


@pytest.mark.parametrize("state", REWARD.states)
def test_a_claim_is_moved_by_whom_the_table_names_and_by_nobody_else(app: Flask, client: FlaskClient, state: str) -> None:
    hazard, claim = claim_in(client, {"PAID": "APPROVED", "REFUSED": "CLAIMED", "WITHDRAWN": "CLAIMED"}.get(state, state))
    clerk = staff(client, Role.FINANCE_CLERK)
    last = {
        "PAID": lambda: act(clerk, claim, "pay", **PAID),
        "REFUSED": lambda: act(hazard.office.leader, claim, "refuse", reason="不符合奖励条件"),
        "WITHDRAWN": lambda: act(hazard.reporter, claim, "withdraw"),
    }
    if state in last:
        assert last[state]()["state"] == state
    said = {
        "propose": {"policy_id": policy(client)["id"], "amount_fen": 20000}, "return": {"reason": "金额有误"},
        "refuse": {"reason": "不符合奖励条件"}, "pay": PAID,
    }  # fmt: skip
    people = {Role.REPORTER: hazard.reporter, **{role: staff(client, role) for role in OFFICE}}
    assert wrong_cells(app, REWARD, state, f"/rewards/{claim['id']}", people, said) == []


@pytest.mark.parametrize("state", UNSEALING.states)
def test_a_request_to_unseal_is_moved_by_whom_the_table_names_and_by_nobody_else(
    app: Flask, client: FlaskClient, state: str
) -> None:
    made = unsealing(client)
    path = f"/unsealings/{made}"
    by = {
        "APPROVED": (Role.UNIT_LEADER, "approve"),
        "REFUSED": (Role.UNIT_LEADER, "refuse"),
        "WITHDRAWN": (Role.LEGAL_REVIEWER, "withdraw"),
    }
    if state in by:
        role, action = by[state]
        answer = staff(client, role).post(f"{path}/actions/{action}", {"reason": "材料不全"} if action == "refuse" else {})
        assert answer.get_json()["state"] == state
    people = {Role.REPORTER: known(client, HOME), **{role: staff(client, role) for role in OFFICE}}
    assert wrong_cells(app, UNSEALING, state, path, people, {"refuse": {"reason": "材料不全"}}) == []
