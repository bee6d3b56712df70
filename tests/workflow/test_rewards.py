"""Who reported first under his name is rewarded once, by two persons, and paid by a third who knows nothing of the case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from tests.clock import Clock
from tests.makers import HAZARD_WAYS, Case, in_days, make_hazard, report
from tests.people import HOME, Caller, citizen, guest, staff, through_provider
from tests.rewards import PAYEE, POLICY, act, claimed, known, policy, substantiated
from tests.workflow.test_escalation import worked_off
from workflow.queue import escalation

STATED = ["least_fen", "most_fen", "valid_from"]


def finance(client: FlaskClient) -> Caller:
    return staff(client, Role.FINANCE_CLERK)


def test_a_claim_is_proposed_approved_and_paid_by_three_people(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim, rule = claimed(hazard), policy(client)
    office = hazard.office
    assert act(office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)["state"] == "PROPOSED"
    assert act(office.leader, claim, "approve")["state"] == "APPROVED"
    assert act(finance(client), claim, "pay", voucher_no="记-2026-12-0017", paid_on=in_days(hazard, 0))["state"] == "PAID"
    own = hazard.reporter.get(f"/rewards/{claim['id']}").get_json()
    assert (own["state_label"], own["amount_fen"], own["policy"]["source"]) == ("已发放", 20000, "新消〔2026〕9号")
    heard = [item["title"] for item in hazard.reporter.get("/inbox?limit=100").get_json()["items"]]
    assert {"奖励申领已收到", "奖励已批准", "奖励已发放"} <= set(heard)


def test_handlers_never_learn_the_person_and_who_pays_never_the_case(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim, rule = claimed(hazard), policy(client)
    office = hazard.office
    act(office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)
    act(office.leader, claim, "approve")
    path, lists = f"/rewards/{claim['id']}", "/rewards?limit=100"
    person = hazard.reporter.user["name"]
    handlers = "".join(who.get(one).get_data(as_text=True) for who in (office.clerk, office.leader) for one in (path, lists))
    assert hazard.number in handlers
    secrets = (person, PAYEE["account"], PAYEE["mobile"], PAYEE["bank"], str(hazard.reporter.id))
    assert [secret for secret in secrets if secret in handlers] == []
    payer = finance(client)
    shown = payer.get(path).get_json()
    assert (shown["payee"]["account"], shown["payee"]["mobile"]) == (PAYEE["account"], PAYEE["mobile"])
    assert shown["payee"]["name"]
    seen = json.dumps([shown, payer.get(lists).get_json(), payer.get("/inbox").get_json()], ensure_ascii=False)
    assert [secret for secret in (hazard.number, str(hazard.id)) if secret in seen] == []
    assert payer.get(hazard.path).status_code == 404


def test_who_pays_sees_a_claim_only_once_it_is_approved(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim = claimed(hazard)
    assert finance(client).get(f"/rewards/{claim['id']}").status_code == 404


def test_a_paying_clerk_who_also_works_on_cases_is_not_told_whom_to_pay(fresh_database: object, client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim, rule = claimed(hazard), policy(client)
    act(hazard.office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)
    act(hazard.office.leader, claim, "approve")
    clerk = staff(client, Role.HOTLINE_CLERK)
    granted = staff(client, Role.SEC_ADMIN).post(f"/accounts/staff/{clerk.id}/grants", {"role": "FINANCE_CLERK"})
    assert granted.status_code == 201
    assert clerk.get(f"/rewards/{claim['id']}").get_json()["payee"] is None
    assert act(clerk, claim, "pay", voucher_no="1", paid_on=in_days(hazard, 0))["status"] == 403


def test_where_to_pay_stands_open_nowhere(client: FlaskClient, parts: Parts) -> None:
    claimed(substantiated(client, known(client)))
    with parts.database.transaction() as session:
        tables = session.scalars(
            text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        )
        words = {"words": f"{PAYEE['account']}|{PAYEE['bank']}", "hex": PAYEE["account"].encode().hex()}
        row = "SELECT 1 FROM {} t WHERE t::text ~ :words OR t::text ~ :hex LIMIT 1"
        assert [name for name in tables.all() if session.scalar(text(row.format(name)), words)] == []


def test_who_proposed_does_not_decide(fresh_database: object, client: FlaskClient) -> None:
    """Also where one person is clerk and leader at once."""
    hazard = substantiated(client, known(client))
    claim, rule = claimed(hazard), policy(client)
    both = hazard.office.leader
    staff(client, Role.SEC_ADMIN).post(f"/accounts/staff/{both.id}/grants", {"role": "INTAKE_CLERK"})
    assert act(both, claim, "propose", policy_id=rule["id"], amount_fen=20000)["state"] == "PROPOSED"
    refused = act(both, claim, "approve")
    assert (refused["status"], refused["reason"]) == (403, "second_person_needed")
    offered = {step["action"] for step in both.get(f"/rewards/{claim['id']}").get_json()["actions"]}
    assert not offered & {"approve", "refuse", "return"}
    assert act(staff(client, Role.UNIT_LEADER, f"{HOME[:4]}00"), claim, "approve")["state"] == "APPROVED"


def test_one_hazard_is_rewarded_once_and_the_first_report_wins(client: FlaskClient) -> None:
    office = make_hazard(client).office
    first = make_hazard(client, reporter=known(client))
    later = make_hazard(client, reporter=through_provider(client, f"manager.{HOME}"))
    first.act(office.clerk, "merge", master_id=str(later.id))  # the later one leads; the first still came first
    _found_true(later)
    refused = later.reporter.post("/rewards", {"hazard_id": str(later.id), **PAYEE}).get_json()
    assert refused["reason"] == "reported_before"
    claim = claimed(first)
    again = first.reporter.post("/rewards", {"hazard_id": str(first.id), **PAYEE}).get_json()
    assert again["reason"] == "already_claimed"
    shown = office.clerk.get(f"/rewards/{claim['id']}").get_json()
    assert (shown["hazard_number"], shown["merged_numbers"]) == (later.number, [later.number])


def _found_true(hazard: Case) -> None:
    hazard.act(hazard.office.clerk, "register", category="EVAC_BLOCKED")
    hazard.act(hazard.office.leader, "assign", officer_ids=[str(officer.id) for officer in hazard.office.officers])
    hazard.act(hazard.office.officers[0], "start")
    hazard.cosigned("fix_on_site", finding="已当场清理", position={"lon": 111.75, "lat": 40.84})
    hazard.act(hazard.office.clerk, "tell_reporter")


def test_what_was_not_found_true_is_not_rewarded(client: FlaskClient) -> None:
    hazard = make_hazard(client, "CLOSED", reporter=known(client))
    assert hazard.reporter.post("/rewards", {"hazard_id": str(hazard.id), **PAYEE}).get_json()["reason"] == "not_substantiated"
    assert hazard.read(hazard.reporter)["reward"] is None


def test_nobody_is_rewarded_without_his_name(client: FlaskClient) -> None:
    refused = guest(client).post("/hazards", report(client, report_mode="ANONYMOUS", wish_reward=True))
    assert [error["field"] for error in refused.get_json()["errors"]] == ["wish_reward"]
    unknown = substantiated(client, citizen(client))  # by phone alone
    answer = unknown.reporter.post("/rewards", {"hazard_id": str(unknown.id), **PAYEE})
    assert answer.get_json()["reason"] == "identity_not_confirmed"
    assert unknown.read(unknown.reporter)["reward"]["needs_identity"] is True


def test_staff_are_not_rewarded(client: FlaskClient) -> None:
    hazard = substantiated(client, staff(client, Role.FIRE_OFFICER, HOME, 2))
    assert hazard.reporter.post("/rewards", {"hazard_id": str(hazard.id), **PAYEE}).status_code == 403


def test_a_claim_comes_within_its_time_or_not_at_all(client: FlaskClient, clock: Clock) -> None:
    hazard = substantiated(client, known(client), wish_reward=True)
    assert "可以申领举报奖励" in [item["title"] for item in hazard.reporter.get("/inbox?limit=100").get_json()["items"]]
    until = hazard.read(hazard.reporter)["reward"]["until"]
    assert until > "2026-12"
    clock.advance(days=40)
    again = known(client)
    assert again.post("/rewards", {"hazard_id": str(hazard.id), **PAYEE}).get_json()["reason"] == "claim_lapsed"


def test_an_amount_is_one_of_a_policy_in_force_where_the_case_is(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim, rule = claimed(hazard), policy(client)
    elsewhere = staff(client, Role.SYS_ADMIN, "150203").post("/reward-policies", {**POLICY, "region_code": "150203"}).get_json()
    pending = policy(client, state="PENDING", least_fen=None, most_fen=None, valid_from=None)
    over = policy(client, valid_from="2024-01-01", valid_until="2025-01-01")
    clerk = hazard.office.clerk

    def refusal(**arguments: Any) -> tuple[str, str]:
        [error] = act(clerk, claim, "propose", **arguments)["errors"]
        return error["field"], error["code"]

    assert refusal(policy_id=rule["id"], amount_fen=50001) == ("amount_fen", "out_of_range")
    assert refusal(policy_id=elsewhere["id"], amount_fen=20000) == ("policy_id", "unknown_policy")
    for row in (pending, over):
        assert refusal(policy_id=row["id"], amount_fen=20000) == ("policy_id", "not_in_force")


def test_no_amount_is_invented_and_a_policy_in_force_is_whole(client: FlaskClient) -> None:
    rows = citizen(client).get("/reward-policies").get_json()["items"]
    national = next(row for row in rows if row["source"] == "应急消〔2019〕162号")
    assert [national[name] for name in ("least_fen", "most_fen", "state")] == [None, None, "PENDING"]
    admin = staff(client, Role.SYS_ADMIN)
    for name in STATED:
        refused = admin.post("/reward-policies", {**POLICY, name: None})
        assert (refused.status_code, [error["field"] for error in refused.get_json()["errors"]]) == (422, [name])


@pytest.mark.parametrize("role", [Role.UNIT_LEADER, Role.SEC_ADMIN, Role.FINANCE_CLERK, Role.INTAKE_CLERK])
def test_a_policy_is_written_by_the_administrators_of_its_division_alone(client: FlaskClient, role: Role) -> None:
    rule = policy(client)
    body = {name: value for name, value in POLICY.items() if name != "region_code"}
    for who in (staff(client, role), staff(client, Role.SYS_ADMIN, "150203")):
        assert who.post("/reward-policies", POLICY).status_code == 403
        changed = who.put(f"/reward-policies/{rule['id']}", body, headers={"If-Match": "*"})
        assert changed.status_code == 403
    mine = staff(client, Role.SYS_ADMIN)
    edited = mine.put(f"/reward-policies/{rule['id']}", {**body, "most_fen": 80000}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.get_json()["most_fen"]) == (200, 80000)
    stale = mine.put(f"/reward-policies/{rule['id']}", body, headers={"If-Match": '"1"'})
    assert stale.status_code == 412


def test_a_refusal_is_told_with_its_reason_and_a_return_goes_back_to_the_clerk(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim, rule = claimed(hazard), policy(client)
    office = hazard.office
    act(office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)
    returned = act(office.leader, claim, "return", reason="金额与情节不符")
    assert returned["state"] == "CLAIMED"
    assert office.clerk.get(f"/rewards/{claim['id']}").get_json()["amount_fen"] is None
    assert act(office.leader, claim, "refuse", reason="属于本职工作")["state"] == "REFUSED"
    own = hazard.reporter.get(f"/rewards/{claim['id']}").get_json()
    assert (own["decision"]["note"], own["decision"]["by"]) == ("属于本职工作", "")


def test_a_claim_that_waits_too_long_is_told_to_the_leader(client: FlaskClient, parts: Parts, clock: Clock) -> None:
    claim = claimed(substantiated(client, known(client)))
    clock.advance(days=40)
    worked_off(parts, escalation.mark_breaches)
    bodies = [item["body"] for item in staff(client, Role.UNIT_LEADER).get("/inbox?limit=100").get_json()["items"]]
    assert any(claim["code"] in body and "举报奖励审批" in body for body in bodies)


def test_a_claim_is_taken_back_until_it_is_approved_and_may_be_made_again(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    assert act(hazard.reporter, claimed(hazard), "withdraw")["state"] == "WITHDRAWN"
    assert claimed(hazard)["state"] == "CLAIMED"


def test_nothing_is_paid_for_a_finding_that_is_looked_at_again(client: FlaskClient) -> None:
    hazard = substantiated(client, known(client))
    claim, rule, office = claimed(hazard), policy(client), hazard.office
    act(office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)
    act(office.leader, claim, "approve")
    hazard.act(hazard.reporter, "dispute", reason="还有一处没有看")
    hazard.act(office.committee, "reopen", reason="重新核查")
    refused = act(staff(client, Role.FINANCE_CLERK), claim, "pay", voucher_no="2026-118", paid_on="2026-11-23")
    assert (refused["status"], refused["reason"]) == (409, "finding_is_gone")
    assert act(office.leader, claim, "refuse", reason="案件重新核查")["state"] == "REFUSED"


def test_a_claim_for_a_report_that_is_split_off_again_bars_nobody(client: FlaskClient) -> None:
    first, second = known(client), through_provider(client, f"manager.{HOME}")
    split = make_hazard(client, reporter=first)
    case = make_hazard(client, reporter=second)
    split.act(split.office.clerk, "merge", master_id=str(case.id))
    for step in HAZARD_WAYS["VERIFIED_FIXED"]:
        step(case)
    case.act(case.office.clerk, "tell_reporter")
    claim = claimed(split)
    split.act(split.office.leader, "unmerge", reason="不是同一处")
    rule = policy(client)
    refused = act(case.office.clerk, claim, "propose", policy_id=rule["id"], amount_fen=20000)
    assert (refused["status"], refused["reason"]) == (409, "finding_is_gone")
    assert act(case.office.leader, claim, "refuse", reason="不是同一处")["state"] == "REFUSED"
    assert claimed(case)["state"] == "CLAIMED"


def test_claims_are_seen_by_nobody_elsewhere(client: FlaskClient) -> None:
    claim = claimed(substantiated(client, known(client)))
    for who in (
        staff(client, Role.INTAKE_CLERK, "150203"), staff(client, Role.FIRE_OFFICER), staff(client, Role.AUDITOR),
        citizen(client), through_provider(client, f"manager.{HOME}"),
    ):  # fmt: skip
        assert who.get(f"/rewards/{claim['id']}").status_code == 404
        assert claim["code"] not in who.get("/rewards?limit=100").get_data(as_text=True)
