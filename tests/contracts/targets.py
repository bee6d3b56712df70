"""What each operation with an id is asked about: something of the banner that exists, and who may really do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, text

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from sync import snapshots
from tests.assistance import expert
from tests.contracts.cases import LIVES
from tests.contracts.document import Operation
from tests.contracts.world import Ids, World
from tests.makers import Case
from tests.pack import make_source, make_unit
from tests.papers import lend
from tests.partners import KeyHolder
from tests.people import BASE, HOME, Caller, staff
from tests.permits import responsible
from tests.photos import shown_twice
from tests.rewards import claim_in, known, policy, unsealing
from workflow.assistance.rules import EXPERTS
from workflow.queue.models import Task

KINDS = {
    "hazards": "hazard", "handovers": "handover", "rectifications": "rectification", "permits": "permit",
    "assistance": "assistance", "inspections": "inspection",
    "measures": "measure", "majors": "major", "transfers": "transfer",
}  # fmt: skip

# Parameters that name no record of somebody's, so there is nothing to tell apart.
NOT_SOMEBODYS = {
    "hazards.track": "a code is the right to read; whoever has it may",
    "messages.track": "as the report itself",
    "messages.answer": "as the report itself",
    "reward_policies.show_policy": "policies are read by everybody",
    "reward_policies.edit_policy": "policies are read by everybody",
    "places.set_opening": "the divisions of the region are public",
    "places.move_units": "the divisions of the region are public",
    "accounts.show_organisation": "everybody who is signed in may know every office",
    "places.calendar": "a year",
    "places.load_calendar": "a year",
    "deadlines.edit_deadline": "deadlines are public",
    "inspections.publish_checklist": "checklists are public",
    "inspections.edit_cap": "how often a unit may be checked is public",
    "licences.verify": "a licence is public",
    # Of partners' requests tests/workflow/test_open311.py asks: strangers without a key do not come that far.
    "open311.discovery": "public",
    "open311.list_services": "the same for every key",
    "open311.show_service": "the same for every key",
    "open311.report": "makes one",
    "open311.list_requests": "the caller's own, and counts",
    "open311.show_request": "the caller's own, and counts",
    "open311.show_token": "the caller's own",
}


@dataclass(frozen=True)
class Target:
    """What an operation is called with: ids that exist, a valid body, and who may really do it."""

    ids: Ids
    body: Any
    rightful: Caller | KeyHolder | None


def target(world: World, operation: Operation) -> Target:
    """An existing record of the banner for the operation. Raises KeyError where nobody has said what that is."""
    parts = operation.path.removeprefix(f"{BASE}/").split("/")
    names = [parameter["name"] for parameter in operation.path_parameters]
    if parts[0] in KINDS:
        return _case(world, operation, KINDS[parts[0]], names[0])
    values, rightful = OTHERS[operation.id](world)
    assert len(values) == len(names), operation
    return Target(dict(zip(names, values, strict=True)), world.arguments(operation), rightful)


def sensible(world: World, operation: Operation) -> Target:
    """As `target`, and also for what has no id or is nobody's: a body that makes sense, and who usually sends it."""
    if operation.path_parameters and operation.id not in NOT_SOMEBODYS:
        return target(world, operation)
    ids = {"code": world.case("hazard", "VERIFYING", "questioned").tracking_code} if "/track/" in operation.path else {}
    ids |= {"code": HOME} if operation.id.startswith("places.") else {}
    ids |= {"token": world.licence_token} if operation.id == "licences.verify" else {}
    ids |= {"code": "HO-CHECK"} if operation.id.startswith("deadlines.") else {}
    ids |= {"code": "SPOT_CHECK", "edition": new_id().hex} if operation.id == "inspections.publish_checklist" else {}
    ids |= {"category": "KEY_UNIT"} if operation.id == "inspections.edit_cap" else {}
    ids |= (
        {"policy_id": policy(world.client, region_code=world.region_code)["id"]}
        if operation.id.startswith("reward_policies.")
        else {}
    )
    ids |= {"year": 2027} if "calendar" in operation.id else {}  # type: ignore[dict-item]
    ids |= {"org_id": str(world.office.leader.org_id)} if operation.id == "accounts.show_organisation" else {}
    ids |= world.partners.ids(operation) if operation.id.startswith("open311.") else {}
    arguments = world.arguments(operation)
    leader = world.office.leader
    if operation.id in ("sync.register", "sync.pull"):
        queue = {"install": str(leader.install), "queue": world.queue_of(leader), "schema": 1}
        arguments |= {name: value for name, value in queue.items() if name in arguments}
    elif operation.id == "auth.refresh_session":
        signed_in = staff(world.client, Role.UNIT_LEADER, alone=True)  # valid until its successor is first used
        arguments = {"refresh_token": signed_in.refresh_token, "install": str(signed_in.install)}
    return Target(ids, arguments, _usual(world, operation))


_OF_THE_REGION = (
    "places.load_calendar", "places.move_units", "deadlines.edit_deadline", "inspections.publish_checklist",
    "inspections.edit_cap",
)  # fmt: skip


def _usual(world: World, operation: Operation) -> Caller | KeyHolder | None:
    if operation.id in ("places.set_opening", "sync.rescues") or operation.path.startswith(f"{BASE}/accounts/"):
        return world.office.leader if operation.id == "accounts.name_deputy" else world.sysadmin
    if operation.path == f"{BASE}/partners":
        return world.sysadmin
    if operation.id.startswith(("open311.", "webhooks.")):
        return world.partners.holder
    if operation.id == "unit_powers.show_claimable":
        return world.responsible
    if operation.id in ("laws.draft_law", "lessons.draft_lesson"):
        return world.editor
    if operation.id in ("permits.prepare", "assistance.submit", "patrols.record_patrol"):
        return world.office.manager
    if operation.path.startswith(f"{BASE}/intakes"):
        return world.office.clerk
    if operation.path.startswith(f"{BASE}/reward-policies"):
        return world.sysadmin
    if operation.id == "rewards.submit":
        return known(world.client, world.region_code)
    if operation.id == "unsealings.ask":
        return staff(world.client, Role.LEGAL_REVIEWER, world.region_code)
    if operation.id == "licences.register_legacy":
        return staff(world.client, Role.PERMIT_CLERK)
    if operation.id in (
        "number_blocks.lend_numbers",
        "measures.open_sealing",
        "majors.suspect_major",
        "transfers.propose_transfer",
    ):
        return world.office.officers[0]
    if operation.id in _OF_THE_REGION or operation.path.startswith(f"{BASE}/dead-letters"):
        return staff(world.client, Role.SYS_ADMIN, "150000")
    return world.photographer if operation.id == "hazards.submit" else world.office.leader


def _case(world: World, operation: Operation, kind: str, name: str) -> Target:
    action = operation.path.rpartition("/actions/")[2] if "/actions/" in operation.path else ""
    first = "SUBMITTED" if kind == "permit" else LIVES[kind].states[0]  # of an application, what the office sees
    if action == "judge_reuse":
        case, reuse_id = shown_twice(world.client, world.region_code)
        return Target({name: str(case.id)}, {**world.arguments(operation, case), "reuse_ids": [reuse_id]}, case.office.leader)
    case = world.for_action(kind, action) if action else world.case(kind, first)
    who = None if action in ONLY_DEVICES else rightful(case, action)
    return Target({name: str(case.id)}, world.arguments(operation, case), who)


def rightful(case: Case, action: str) -> Caller:
    """Somebody who may take this step, by the table."""
    who = {role for step in LIVES[case.kind].steps(action) if step.source == case.state for role in step.who} if action else set()
    office = case.office
    if action == "cosign":
        return office.officers[1]
    if action in ("force_close", "uphold", "reopen") and case.kind == "hazard":
        return office.committee
    if case.kind == "assistance" and who & EXPERTS:
        return expert(case)
    if action == "reclassify":
        return office.leader  # to a slower clock
    if action == "precheck":
        return staff(office.client, Role.GRID_WORKER, office.region_code)
    people: dict[Role, Callable[[], Caller]] = {
        Role.PERMIT_CLERK: lambda: staff(office.client, Role.PERMIT_CLERK, office.region_code),
        Role.PERMIT_APPROVER: lambda: staff(office.client, Role.PERMIT_APPROVER, office.region_code),
        Role.INTAKE_CLERK: lambda: office.clerk,
        Role.UNIT_LEADER: lambda: office.leader,
        Role.LEGAL_REVIEWER: lambda: staff(office.client, Role.LEGAL_REVIEWER, office.region_code),
        Role.FIRE_OFFICER: lambda: office.officers[0],
        Role.REPORTER: lambda: case.reporter,
        Role.RECEIVER_CLERK: lambda: office.receiver,
        Role.SUPERVISOR: lambda: office.committee,
        Role.UNIT_MANAGER: lambda: office.manager,
        Role.UNIT_RESPONSIBLE: lambda: responsible(office.client, office.region_code),
    }
    return next((found() for role, found in people.items() if role in who), office.leader)


_OF_AN_OFFICER = {"number_blocks.lend_numbers", "measures.open_sealing", "majors.suspect_major", "transfers.propose_transfer"}
# Nobody can, over HTTP alone.
ONLY_DEVICES = {"confirm_timely"}


Found = tuple[list[str], Caller | None]


def task_of(world: World, *, claimed: bool) -> str:
    """The task of a report that nobody has registered yet."""
    case = world.case("hazard", "SUBMITTED", "claimed" if claimed else "free")
    parts: Parts = world.client.application.extensions["fire"]
    with parts.database.transaction() as session:
        task_id = str(session.scalars(select(Task.id).where(Task.subject_id == case.id)).one())
    if claimed:
        world.office.clerk.post(f"/queue/{task_id}/actions/claim")
    return task_id


def claim(world: World, state: str, who: str) -> Found:
    """A claim in this state, and who of those about it may take the step."""
    hazard, made = claim_in(world.client, state, world.region_code)
    people = {
        "clerk": hazard.office.clerk, "leader": hazard.office.leader, "reporter": hazard.reporter,
        "payer": staff(world.client, Role.FINANCE_CLERK, world.region_code),
    }  # fmt: skip
    return [made["id"]], people[who]


def double_of(world: World) -> str:
    """The enterprise once more, as an officer entered it."""
    said = {"name": world.unit["name"], "region_code": world.region_code, "category": "GENERAL_UNIT"}
    return str(world.office.leader.post("/units", said).get_json()["id"])


def merged_into(world: World) -> str:
    """Such an entry, which was merged into the enterprise."""
    unit_id, arguments = double_of(world), {"into": world.unit["id"], "reason": "同一场所"}
    arguments["into_revision"] = world.office.leader.get(f"/units/{arguments['into']}").get_json()["revision"]
    answer = world.office.leader.post(f"/units/{unit_id}/merge", arguments, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return unit_id


def source_of(world: World) -> Found:
    """A hydrant that a colleague has entered, and a firefighter who goes there."""
    firefighter = staff(world.client, Role.FIREFIGHTER, world.region_code)
    return [make_source(world.office.leader, region_code=world.region_code, position=None)], firefighter


def sheet_of(world: World) -> Found:
    """The sheet of a key unit, which has its id."""
    firefighter = staff(world.client, Role.FIREFIGHTER, world.region_code)
    return [make_unit(world.office.leader, region_code=world.region_code, position=None)], firefighter


def rescue_of(world: World) -> str:
    """Bytes that an officer of the banner has handed in."""
    officer = world.office.officers[0]
    device = {"install": str(officer.install), "queue": str(new_id()), "schema": 1}  # whose administrators look after it
    officer.post("/sync/register", device)
    answer = officer.call("POST", "/sync/rescue", data=b"whatever was left", content_type="application/octet-stream")
    return str(answer.get_json()["id"])


def snapshot_of(world: World) -> tuple[str, str]:
    """A snapshot of the banner's officers, and one chunk of it."""
    parts: Parts = world.client.application.extensions["fire"]
    key = f"region:{world.office.region_code}#officer"
    engine = replace(parts.sync, settings=replace(parts.settings, snapshot_rows=0))
    while snapshots.make_due(engine):
        pass
    with parts.database.transaction() as session:
        row = session.execute(_SNAPSHOT, {"key": key}).one()
    return str(row.id), row.sha256


_SNAPSHOT = text(
    "SELECT p.id, p.chunks -> 0 ->> 'sha256' AS sha256 FROM sync_snapshot p JOIN sync_scope s ON s.id = p.scope_id"
    " WHERE s.key = :key ORDER BY p.made_at DESC LIMIT 1"
)
OTHERS: dict[str, Callable[[World], Found]] = {
    "queue.task_claim": lambda world: ([task_of(world, claimed=False)], world.office.clerk),
    "queue.task_release": lambda world: ([task_of(world, claimed=True)], world.office.clerk),
    "experts.set_topics": lambda world: ([str(staff(world.client, Role.EXPERT, HOME).id)], world.office.leader),
    "units.show_unit": lambda world: ([world.unit["id"]], world.office.leader),
    "units.show_history": lambda world: ([world.unit["id"]], world.office.leader),
    "units.edit_unit": lambda world: ([world.unit["id"]], world.office.leader),
    "units.show_doubles": lambda world: ([world.unit["id"]], world.office.leader),
    "units.merge_unit": lambda world: ([double_of(world)], world.office.leader),
    "units.unmerge_unit": lambda world: ([merged_into(world)], world.office.leader),
    "papers.paper_as_pdf": lambda world: ([world.paper_id], world.office.manager),
    "number_blocks.show_block": lambda world: ([world.block["id"]], world.office.officers[0]),
    "number_blocks.number_block_void": lambda world: ([world.block["id"]], world.office.officers[0]),
    "number_blocks.number_block_give_back": lambda world: ([world.block["id"]], world.office.officers[0]),
    "number_blocks.number_block_write_off": lambda world: ([lend(world.office.officers[1], 1)["id"]], world.office.leader),
    "patrols.show_patrol": lambda world: ([world.self_check_id], world.office.manager),
    "patrols.patrol_put_right": lambda world: ([world.self_check_id], world.office.manager),
    "water_sources.show_source": source_of,
    "water_sources.water_source_edit": source_of,
    "water_sources.water_source_report": source_of,
    "water_sources.water_source_retire": source_of,
    "rescue_sheets.show_sheet": sheet_of,
    "rescue_sheets.rescue_sheet_edit": sheet_of,
    "rescue_sheets.rescue_sheet_survey": sheet_of,
    "rewards.show": lambda world: claim(world, "CLAIMED", "leader"),
    "rewards.reward_claim_propose": lambda world: claim(world, "CLAIMED", "clerk"),
    "rewards.reward_claim_withdraw": lambda world: claim(world, "CLAIMED", "reporter"),
    "rewards.reward_claim_return": lambda world: claim(world, "PROPOSED", "leader"),
    "rewards.reward_claim_approve": lambda world: claim(world, "PROPOSED", "leader"),
    "rewards.reward_claim_refuse": lambda world: claim(world, "PROPOSED", "leader"),
    "rewards.reward_claim_pay": lambda world: claim(world, "APPROVED", "payer"),
    "unsealings.show": lambda world: ([unsealing(world.client, world.region_code)], world.office.leader),
    "unsealings.approve": lambda world: ([unsealing(world.client, world.region_code)], world.office.leader),
    "unsealings.refuse": lambda world: ([unsealing(world.client, world.region_code)], world.office.leader),
    "unsealings.withdraw": lambda world: (
        [unsealing(world.client, world.region_code)],
        staff(world.client, Role.LEGAL_REVIEWER, world.region_code),
    ),
    "unsealings.view": lambda world: (
        [unsealing(world.client, world.region_code, is_approved=True)],
        staff(world.client, Role.LEGAL_REVIEWER, world.region_code),
    ),
    "intakes.show_order": lambda world: ([world.held_order["order_id"]], world.office.leader),
    "intakes.complete_order": lambda world: ([world.held_order["order_id"]], world.office.clerk),
    "intakes.return_order": lambda world: ([world.other_held_order["order_id"]], world.office.clerk),
    "unit_imports.show_import": lambda world: ([world.import_id], world.office.leader),
    "unit_imports.rows": lambda world: ([world.import_id], world.office.leader),
    "unit_imports.report": lambda world: ([world.import_id], world.office.leader),
    "unit_powers.claim_unit": lambda world: ([world.unit["id"]], None),  # wants a legal person's certificate
    "unit_powers.list_agents": lambda world: ([world.unit["id"]], world.office.manager),
    "unit_powers.name_agent": lambda world: ([world.unit["id"]], world.responsible),
    "unit_powers.revoke_agent": lambda world: ([world.unit["id"], world.agent_power["id"]], world.responsible),
    "partners.show_partner": lambda world: ([world.partners.holder.id], world.sysadmin),
    "partners.issue_key": lambda world: ([world.partners.holder.id], world.sysadmin),
    "partners.rotate_key": lambda world: ([world.partners.holder.id, world.partners.holder.key_id], world.sysadmin),
    "partners.revoke_key": lambda world: ([world.partners.holder.id, world.partners.holder.key_id], world.sysadmin),
    "webhooks.show_webhook": lambda world: ([world.partners.webhook_id], world.sysadmin),
    "webhooks.end_webhook": lambda world: ([world.partners.webhook_id], world.sysadmin),
    "webhooks.list_deliveries": lambda world: ([world.partners.webhook_id], world.sysadmin),
    "webhooks.try_webhook": lambda world: ([world.partners.webhook_id], world.sysadmin),
    "webhooks.resume_webhook": lambda world: ([world.partners.webhook_id], None),  # it is not paused
    "webhooks.replay_webhook": lambda world: ([world.partners.webhook_id], world.sysadmin),
    "webhooks.renew_secret": lambda world: ([world.partners.webhook_id], None),  # by its partner's key alone
    "accounts.show_staff": lambda world: ([world.newcomer["id"]], world.sysadmin),
    "accounts.grant_role": lambda world: ([world.newcomer["id"]], world.secadmin),
    "accounts.revoke_grant": lambda world: ([world.newcomer["id"], world.newcomer["grant_id"]], world.secadmin),
    "accounts.transfer_staff": lambda world: ([world.newcomer["id"]], None),  # wants another office
    "accounts.remove_staff": lambda world: ([world.newcomer["id"]], world.sysadmin),
    "accounts.reset_credential": lambda world: ([world.newcomer["id"]], world.sysadmin),
    "accounts.report_loss": lambda world: ([world.newcomer["install"]], world.office.leader),
    "accounts.edit_organisation": lambda world: ([world.town["id"]], world.sysadmin),
    "accounts.close_organisation": lambda world: ([world.town["id"]], world.sysadmin),
    "accounts.list_colleagues": lambda world: ([str(world.office.leader.org_id)], world.office.leader),
    "accounts.show_roster": lambda world: ([str(world.office.leader.org_id)], world.office.leader),
    "accounts.set_roster": lambda world: ([str(world.office.leader.org_id)], None),  # wants the revision of the moment
    "accounts.end_deputy": lambda world: ([world.deputyship["id"]], world.office.leader),
    "me.close_session": lambda world: ([world.photographer.user["session_id"]], world.photographer),
    "media.show": lambda world: ([world.photo_id], world.photographer),
    "media.put_content": lambda world: ([world.photo_id], world.photographer),
    "media.rendition": lambda world: ([world.photo_id, "320"], world.photographer),
    "media.original": lambda world: ([world.photo_id], world.photographer),
    "uploads.head": lambda world: ([world.upload_token], world.photographer),
    "uploads.patch": lambda world: ([world.upload_token], world.photographer),
    "laws.show_law": lambda world: ([world.law_id], world.editor),
    "laws.edit_law": lambda world: ([world.law_id], world.editor),
    "laws.law_publish": lambda world: ([world.law_id], world.editor),
    "laws.law_withdraw": lambda world: ([world.law_id], None),  # it is not published
    "lessons.show_lesson": lambda world: ([world.lesson_id], world.editor),
    "lessons.edit_lesson": lambda world: ([world.lesson_id], world.editor),
    "lessons.lesson_publish": lambda world: ([world.lesson_id], world.editor),
    "lessons.lesson_withdraw": lambda world: ([world.lesson_id], None),
    "inbox.read_notice": lambda world: ([world.notice_id], world.case("hazard", "REGISTERED").reporter),
    "sync.rescue_content": lambda world: ([rescue_of(world)], world.sysadmin),
    "sync.snapshot": lambda world: ([snapshot_of(world)[0]], world.office.officers[0]),
    "sync.snapshot_chunk": lambda world: ([*snapshot_of(world)], world.office.officers[0]),
    "sync.issue_apply": lambda world: ([world.issue_id], None),  # nobody knows the act that is parked there
    "sync.issue_discard": lambda world: ([world.issue_id], world.office.leader),
}
