"""What the office does before the check: register, reject, reclassify, assign."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Organisation
from database.session import now
from media.commands import attach
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.hazards.categories import category, check_clocks, start_check_clocks
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import reporters_of
from workflow.hazards.reporting import place_text
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE, REJECTION_REASONS, SERVICE_CLOCK, VERIFY_CLOCKS
from workflow.hazards.schemas import PICTURES
from workflow.hazards.synced import HAZARD
from workflow.offices import people_of_office, people_with_role, staff_names

_HELPERS = (Role.GRID_WORKER, Role.TOWN_OFFICER)  # who may look in advance (国办发〔2024〕54号)


def register(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """受理登记: the category of the law is set, and with it the clock, still counted from the report itself."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    roles = roles_on(hazard, actor, origin)
    step = step_for(LIFE, hazard, "register", roles)
    chosen = category(session, data["category"])
    # Within the tapped picture, or out of 说不清, this is triage; anything else that is slower is the leader's decision.
    is_triage = hazard.picture in ("UNCLEAR", chosen.picture)
    due_before = hazard.due_at
    hazard.category = chosen.code
    _reset_clock(session, hazard)
    guard(
        is_triage or not _slower(due_before, hazard.due_at) or Role.UNIT_LEADER in roles, "register", "slower_clock_needs_leader"
    )
    office = session.get_one(Organisation, hazard.org_id)
    move(
        session, hazard, step, actor, "hazard.registered",
        concerns={"reporter": reporters_of(session, hazard)},
        data={
            "number": hazard.number, "org": office.name, "due": hazard.due_at.isoformat() if hazard.due_at else None,
            "category": hazard.category,
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def _reset_clock(session: Session, hazard: Hazard) -> None:
    """The clock of the present category, from the moment that the report was received."""
    running = {clock.rule_id for clock in timekeeping.open_clocks(session, hazard)} & {*VERIFY_CLOCKS, SERVICE_CLOCK}
    if running == check_clocks(session, hazard):
        return
    timekeeping.cancel(session, hazard, *running)
    start_check_clocks(session, hazard, hazard.agency_received_at or hazard.submitted_at)


def _slower(before: datetime | None, after: datetime | None) -> bool:
    return before is not None and after is not None and after > before


def reclassify(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """Another category. A slower clock is the leader's decision, with a reason (docs/sources.md)."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    roles = roles_on(hazard, actor, origin)
    step = step_for(LIFE, hazard, "reclassify", roles)
    due_before, category_before = hazard.due_at, hazard.category
    hazard.category = category(session, data["category"]).code
    _reset_clock(session, hazard)
    slower = _slower(due_before, hazard.due_at)
    guard(not slower or Role.UNIT_LEADER in roles, "reclassify", "slower_clock_needs_leader")
    move(
        session, hazard, step, actor, "hazard.reclassified",
        data={
            "number": hazard.number, "reason": data["reason"], "category_before": category_before,
            "category": hazard.category, "slower": slower,
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def reject(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """不予受理, with the reason and the body to turn to."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "reject", roles_on(hazard, actor, origin))
    hazard.rejection_reason = data["reason_code"]
    end(session, hazard)
    move(
        session, hazard, step, actor, "hazard.rejected",
        concerns={"reporter": reporters_of(session, hazard)},
        data={
            "number": hazard.number, "reason": REJECTION_REASONS[data["reason_code"]],
            "org": data["proper_body"] or "12345政务服务便民热线", "phone": data["proper_phone"] or "12345",
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def divert_119(session: Session, actor: Actor, hazard_id: UUID, _: dict[str, Any], origin: Origin) -> Hazard:
    """The clerk sees that it burns: the reporter is told to call 119, the dispatchers where it is."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "divert_119", roles_on(hazard, actor, origin))
    end(session, hazard)
    move(
        session, hazard, step, actor, "hazard.diverted_119",
        concerns={
            "reporter": reporters_of(session, hazard, also_who_wish_none=True),
            "dispatchers": people_of_office(session, hazard.org_id, Role.DISPATCHER),
        },
        data={"number": hazard.number, "place": place_text(hazard)}, origin=origin,
    )  # fmt: skip
    return hazard


def end(session: Session, hazard: Hazard) -> None:
    """Nothing more is to be done about this report itself."""
    hazard.closed_at = now(session)
    timekeeping.cancel(session, hazard)


def assign(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """派单: the leader's assignment of a complaint verification is the approval of the check (docs/sources.md)."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "assign", roles_on(hazard, actor, origin))
    pair: list[UUID] = data["officer_ids"]
    if len(set(pair)) != len(pair):
        raise Invalid(field_error("officer_ids", "same_officer", "两名监督员不能是同一人"))
    certified = people_with_role(session, pair, Role.FIRE_OFFICER, hazard.region_code)
    for index, officer_id in enumerate(pair):
        if officer_id not in certified:
            raise Invalid(field_error(f"officer_ids.{index}", "not_an_officer", "不是本辖区的消防监督员"))
    helper = data["grid_worker_id"]
    helpers = (people_with_role(session, [helper], role, hazard.region_code) for role in _HELPERS) if helper else ()
    if helper is not None and not any(helpers):
        raise Invalid(field_error("grid_worker_id", "not_a_grid_worker", "不是本辖区的网格员或者苏木乡镇消防工作人员"))
    before = hazard.officer_ids
    hazard.officer_ids = [*pair, *([helper] if helper else [])]  # in this order: `roles.pair_of`
    removed = [person for person in before if person not in hazard.officer_ids]
    hazard.pending_act = None
    names = staff_names(session, pair)
    move(
        session, hazard, step, actor, "hazard.assigned",
        concerns={"officers": pair, "removed_officers": removed},
        data={
            "number": hazard.number, "due": hazard.due_at.isoformat() if hazard.due_at else None,
            "officer_names": names, "officer_ids": [str(person) for person in hazard.officer_ids],
            "place": place_text(hazard), "category": PICTURES[hazard.picture], "note": data["note"],
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def precheck(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """A grid worker's or town officer's look in advance: never an inspection (国办发〔2024〕54号)."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "precheck", roles_on(hazard, actor, origin))
    attach(session, actor, data["photos"], "hazard", hazard.id, "precheck")
    hazard.precheck = {
        "by": str(actor.id), "at": now(session).isoformat(), "note": data["note"],
        "photo_ids": [str(photo) for photo in data["photos"]],
    }  # fmt: skip
    move(session, hazard, step, actor, "hazard.prechecked", data={"number": hazard.number}, origin=origin)
    return hazard
