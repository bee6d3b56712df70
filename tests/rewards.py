"""Rewards and unsealings of the tests: a report that was found true, its claim in any state, what a banner pays, who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from accounts.actor import Role
from tests.makers import Case, make_hazard
from tests.people import HOME, Caller, Json, staff, through_provider

PAYEE: Json = {"mobile": "13900150102", "bank": "内蒙古银行新城支行", "account": "6222021001122334455"}
POLICY: Json = {
    "region_code": HOME, "title": "新城区火灾隐患举报奖励办法", "source": "新消〔2026〕9号", "conditions": "实名、首报、查证属实",
    "least_fen": 5000, "most_fen": 50000, "valid_from": "2026-01-01", "valid_until": "2027-12-31", "state": "IN_FORCE",
}  # fmt: skip

PAID: Json = {"voucher_no": "记-2026-12-0017", "paid_on": "2026-11-20"}
DEMAND: Json = {
    "basis": "COURT",
    "authority": "新城区人民法院",
    "letter_no": "(2026)内0102调令12号",
    "reason": "案件审理需要核实",
}


def known(client: FlaskClient, region_code: str = HOME) -> Caller:
    """A citizen whom the identity provider has confirmed by face."""
    return through_provider(client, f"citizen.{region_code}")


def substantiated(client: FlaskClient, reporter: Caller, region_code: str = HOME, **fields: Any) -> Case:
    """A report that was found true and whose reporter was told so."""
    hazard = make_hazard(client, "VERIFIED_FIXED", region_code, reporter=reporter, **fields)
    return hazard.act(hazard.office.clerk, "tell_reporter")


def claimed(hazard: Case, who: Caller | None = None) -> Json:
    """A claim for it."""
    answer = (who or hazard.reporter).post("/rewards", {"hazard_id": str(hazard.id), **PAYEE})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: Json = answer.get_json()
    return made


def policy(client: FlaskClient, **changes: Any) -> Json:
    """What the banner pays."""
    body = {**POLICY, **changes}
    answer = staff(client, Role.SYS_ADMIN, body["region_code"]).post("/reward-policies", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made: Json = answer.get_json()
    return made


def act(who: Caller, claim: Json, action: str, **arguments: Any) -> Json:
    """One step on a claim: its status beside the answer."""
    answer = who.post(f"/rewards/{claim['id']}/actions/{action}", arguments)
    document: Json = answer.get_json()
    return {"status": answer.status_code, **document}


def claim_in(client: FlaskClient, state: str, region_code: str = HOME) -> tuple[Case, Json]:
    """A claim in this state: CLAIMED, PROPOSED or APPROVED; and its case."""
    hazard = substantiated(client, known(client, region_code), region_code)
    claim = claimed(hazard)
    if state != "CLAIMED":
        rule = policy(client, region_code=region_code)
        act(hazard.office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)
    if state == "APPROVED":
        act(hazard.office.leader, claim, "approve")
    return hazard, claim


def unsealing(client: FlaskClient, region_code: str = HOME, *, is_approved: bool = False) -> str:
    """A request to open who made a report of its own."""
    body = {"hazard_id": str(make_hazard(client, "SUBMITTED", region_code).id), **DEMAND}
    answer = staff(client, Role.LEGAL_REVIEWER, region_code).post("/unsealings", body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = str(answer.get_json()["id"])
    if is_approved:
        assert staff(client, Role.UNIT_LEADER, region_code).post(f"/unsealings/{made}/actions/approve").status_code == 200
    return made


def _claim(client: FlaskClient, region_code: str) -> Json:
    return {**PAYEE, "hazard_id": str(substantiated(client, known(client, region_code), region_code).id)}


def _proposal(client: FlaskClient, region_code: str) -> Json:
    return {"policy_id": policy(client, region_code=region_code)["id"], "amount_fen": 20000}


def _demand(client: FlaskClient, region_code: str) -> Json:
    return {**DEMAND, "hazard_id": str(make_hazard(client, "SUBMITTED", region_code).id), "tells_reporter": True}


_UNFILLED: Json = {"state": "PENDING", "valid_until": "2027-12-31"}
# What operations of reporters are sent, where the document alone does not tell.
OF_REPORTERS: dict[str, Callable[[FlaskClient, str], Json]] = {
    "rewards.submit": _claim,
    "rewards.reward_claim_propose": _proposal,
    "rewards.reward_claim_pay": lambda client, region: PAID,
    "reward_policies.create_policy": lambda client, region: {**_UNFILLED, "region_code": region},
    "reward_policies.edit_policy": lambda client, region: _UNFILLED,
    "unsealings.ask": _demand,
    "messages.answer": lambda client, region: {"photos": []},
}
