"""Numbers of papers that a device is lent before it goes where there is no network, and what became of each.

Source: docs/sources.md (papers on the spot): before departure the server lends numbers and approved templates; on return every
number is accounted for: used, void with its reason, given back, or lost with the phone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation
from database.base import Json
from database.journal import record
from database.session import now
from problems import AlreadySo, GuardFailed, Invalid, RoleNotAllowed, field_error
from sync.editing import lock
from sync.mutations import Mutation, Origin, create
from wire import CLIENTS_VERSION, NothingSchema
from workflow.clocks import local_day
from workflow.numbering import next_number
from workflow.offices import organisation
from workflow.papers import schemas
from workflow.papers.models import NumberBlock
from workflow.papers.rules import HELD, LOST, MOST_HELD, NAMED, RETURNED, USED, VOID, may_become
from workflow.papers.synced import NUMBER_BLOCK
from workflow.papers.templates import template_on
from workflow.schemas import ReasonSchema


def lend(session: Session, actor: Actor, block_id: UUID, data: dict[str, Any], origin: Origin) -> NumberBlock:
    """Lend numbers to a certified officer. Raises RoleNotAllowed, and GuardFailed (`too_many_held`) for a hoard."""
    if block_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    office = _office(session, actor, data["org_id"])
    # One officer asks at a time: two phones of his would both find room for what only one may have.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"numbers:{actor.id}", 0))))
    if _held_by(session, actor.id, data["paper"]) + data["count"] > MOST_HELD:
        raise GuardFailed(action="lend", reason="too_many_held")
    moment = now(session)
    template = template_on(session, data["paper"], local_day(moment))
    block = NumberBlock(
        id=block_id, revision=1, stamps={}, created_at=moment, updated_at=moment, paper=data["paper"], edition=template.edition,
        body=template.body, region_code=office.region_code, org_id=office.id, office_name=office.name, person_id=actor.id,
        queue_id=origin.queue_id,
        numbers=[_lent(next_number(session, office, data["paper"]), moment) for _ in range(data["count"])],
    )  # fmt: skip
    create(session, block)
    facts = {"paper": block.paper, "numbers": [number["number"] for number in block.numbers]}
    record(session, "number_block.lent", block, actor, data=facts)
    return block


def _lent(number: str, moment: datetime) -> Json:
    return {"number": number, "state": HELD, "at": moment.isoformat(), "reason": "", "paper_id": None}


def _office(session: Session, actor: Actor, org_id: UUID | None) -> Organisation:
    """The office in whose name he serves papers: the one he names, or his only one."""
    own = sorted({grant.org_id for grant in actor.grants if grant.role is Role.FIRE_OFFICER})
    if not own or (org_id is not None and org_id not in own):
        raise RoleNotAllowed(action="lend")
    if org_id is None and len(own) > 1:
        raise Invalid(field_error("org_id", "required", "请选择以哪个机关的名义使用文书编号"))
    return organisation(session, org_id or own[0])


def _held_by(session: Session, person_id: UUID, paper: str) -> int:
    open_ones = select(NumberBlock).where(
        NumberBlock.person_id == person_id, NumberBlock.paper == paper, NumberBlock.settled_at.is_(None)
    )
    return sum(len(block.unsettled()) for block in session.scalars(open_ones))


_STILL_NAMED = text(
    """
    SELECT EXISTS (
        SELECT FROM (SELECT id, pending_act -> 'data' -> 'order' AS made FROM hazard
                     UNION ALL SELECT id, pending_act -> 'data' -> 'order' FROM inspection
                     UNION ALL SELECT id, pending_act -> 'data' FROM measure) AS c
         WHERE c.id = :case AND c.made -> 'served' ->> 'number' = :number
    )
    """
)


def void(session: Session, actor: Actor, block_id: UUID, data: dict[str, Any], origin: Origin) -> NumberBlock:
    """作废: the sheet was spoilt, with the reason. Raises GuardFailed (`number_accounted_for`) if something else became of it."""
    block = _own(session, actor, block_id, origin, "void")
    number = _find(block, data["number"])
    if number["state"] == VOID:
        raise AlreadySo(action="void")
    if number["state"] == NAMED and session.scalar(_STILL_NAMED, {"case": number["case_id"], "number": number["number"]}):
        raise GuardFailed(action="void", reason="number_accounted_for")
    _become(session, block, [number], VOID, reason=data["reason"])
    record(session, "number_block.voided", block, actor, data={"number": number["number"], "reason": data["reason"]})
    return block


def give_back(session: Session, actor: Actor, block_id: UUID, _: dict[str, Any], origin: Origin) -> NumberBlock:
    """交回: those that were not used. They are not lent again: a copy of the device may still hold them."""
    block = _own(session, actor, block_id, origin, "give_back")
    unused = block.held()
    if not unused:
        raise AlreadySo(action="give_back")
    _become(session, block, unused, RETURNED)
    record(session, "number_block.returned", block, actor, data={"numbers": [number["number"] for number in unused]})
    return block


def write_off(session: Session, actor: Actor, block_id: UUID, data: dict[str, Any], origin: Origin) -> NumberBlock:
    """遗失核销, by the leader of the office: the phone is lost. What was served with it may still turn up."""
    block = lock(session, NUMBER_BLOCK, NumberBlock, block_id, actor, origin)
    if block.org_id not in actor.org_ids(Role.UNIT_LEADER):
        raise RoleNotAllowed(action="write_off")
    unused = block.unsettled()
    if not unused:
        raise AlreadySo(action="write_off")
    _become(session, block, unused, LOST, reason=data["reason"])
    facts = {"numbers": [number["number"] for number in unused], "reason": data["reason"]}
    record(session, "number_block.written_off", block, actor, concerns={"officer": [block.person_id]}, data=facts)
    return block


def name(session: Session, block: NumberBlock, number: str, case_id: UUID, actor: Actor) -> None:
    """A draft of this case says that a paper was served under this number: until it is signed nothing else becomes of it.

    Raises GuardFailed (`number_accounted_for`) if another draft names it, or something else became of it.
    """
    found = _find(block, number)
    if found["state"] == NAMED and found.get("case_id") == str(case_id):
        return  # drafted anew
    _become(session, block, [found], NAMED, case_id=case_id)
    record(session, "number_block.named", block, actor, data={"number": number, "case_id": str(case_id)})


def use(session: Session, block: NumberBlock, number: str, paper_id: UUID, actor: Actor) -> None:
    """A paper was served under this number. The block is held. Raises GuardFailed (`number_accounted_for`)."""
    found = _find(block, number)
    _become(session, block, [found], USED, paper_id=paper_id)
    record(session, "number_block.used", block, actor, data={"number": number, "paper_id": str(paper_id)})


def _own(session: Session, actor: Actor, block_id: UUID, origin: Origin, action: str) -> NumberBlock:
    block = lock(session, NUMBER_BLOCK, NumberBlock, block_id, actor, origin)
    if block.person_id != actor.id:
        raise RoleNotAllowed(action=action)
    return block


def _find(block: NumberBlock, number: str) -> Json:
    found = [entry for entry in block.numbers if entry["number"] == number]
    if not found:
        raise Invalid(field_error("number", "not_of_this_block", "这个编号不在领取的范围内"))
    return found[0]


def _become(session: Session, block: NumberBlock, numbers: list[Json], state: str, *, reason: str = "", **more: UUID) -> None:
    chosen = {entry["number"] for entry in numbers}
    if any(not may_become(entry["state"], state) for entry in numbers):
        raise GuardFailed(action=state.lower(), reason="number_accounted_for")
    told = {"state": state, "at": now(session).isoformat(), "reason": reason} | {key: str(value) for key, value in more.items()}
    block.numbers = [{**entry, **told} if entry["number"] in chosen else entry for entry in block.numbers]
    block.settled_at = None if block.unsettled() else block.settled_at or now(session)


def _of_orders(args: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[Json, Json]:
    """`number_block.lend` 1 to 2: numbers were lent for orders alone."""
    return {**args, "paper": "order"}, {**changes}


MUTATIONS = [
    Mutation("number_block.lend", schemas.LendSchema, lend, creates=True, summary="领取文书编号", lifts=(_of_orders,)),
    Mutation("number_block.void", schemas.VoidNumberSchema, void, summary="编号作废"),
    Mutation("number_block.give_back", NothingSchema, give_back, summary="交回未用编号"),
    Mutation("number_block.write_off", ReasonSchema, write_off, summary="遗失核销"),
]
