"""即知即改: a place is told of what it can put right at once, before anybody checks; never by whom it was reported.

It is no order and has no term of law: whatever the place answers, two officers check the report as if it had not been told.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.base import Json, new_id
from database.journal import record
from database.session import now
from places.models import Unit
from places.standing import require_standing
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import step_for
from workflow.clocks import local_day
from workflow.offices import people_of_unit
from workflow.rectification.acts import go, take
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE
from workflow.rectification.synced import RECTIFICATION
from workflow.terms import check_term

_SERIAL = func.nextval("prompt_serial")


def check_told(session: Session, unit_id: UUID, region_code: str, due_on: date) -> Unit:
    """The place that is to be told: one of the banner, with somebody there who reads it. Raises Invalid naming the field."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.region_code != region_code:
        raise Invalid(field_error("unit_id", "unknown_unit", "没有这个单位"))
    require_standing(session, unit, "unit_id")
    if not people_of_unit(session, unit.id):
        raise Invalid(field_error("unit_id", "nobody_to_tell", "这个单位还没有人开通账号,请电话告知"))
    check_term(session, due_on, after=local_day(now(session)) - timedelta(days=1))
    return unit


def prompt(
    session: Session, hazard_id: UUID, region_code: str, org_id: UUID, officer_ids: list[UUID], content: Json
) -> Rectification:
    """Reaction to the leader's choice: what the place reads, in his words. Event: rectification.prompted.

    `content`: unit_id, items of description and clause, due_on.
    """
    moment = now(session)
    unit = session.get_one(Unit, UUID(content["unit_id"]))
    today = local_day(moment)
    made = Rectification(
        id=new_id(), revision=1, created_at=moment, updated_at=moment, stamps={},
        order_no=f"JG{region_code}{today:%Y%m%d}{session.scalar(select(_SERIAL)):06d}",
        state="PROMPTED", kind="PROMPT", hazard_id=hazard_id, inspection_id=None, region_code=region_code, org_id=org_id,
        officer_ids=officer_ids, unit_id=unit.id, unit_name=unit.name, ordered_on=today,
        due_on=date.fromisoformat(content["due_on"]),
        items=[
            {
                "id": str(new_id()), "description": item["description"], "clause": item["clause"], "photo_ids": [],
                "fixed": False, "fixed_photo_ids": [], "note": "",
            }
            for item in content["items"]
        ],
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, "rectification.prompted", made, SYSTEM,
        concerns={"unit": people_of_unit(session, made.unit_id)},
        data={
            "to": made.state, "order_no": made.order_no, "hazard_id": str(hazard_id), "unit_name": unit.name,
            "due": made.due_on.isoformat(),
        },
    )  # fmt: skip
    return made


def follow_officers(session: Session, prompt_id: UUID, officer_ids: list[UUID]) -> None:
    """Reaction: others check the report now, so they are told what the place answers."""
    made = _still_open(session, prompt_id)
    if made is not None and made.officer_ids != officer_ids:
        made.officer_ids = officer_ids
        record(session, "rectification.officers_followed", made, SYSTEM, data={"order_no": made.order_no})


def withdraw_prompt(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """撤回告知: the wrong place was told, or the wrong thing. The place is told that too, and the leader may tell another."""
    made, step = take(session, actor, order_id, "withdraw_prompt", origin)
    made.closed_at = now(session)
    go(session, made, step, actor, "rectification.prompt_withdrawn", origin, reason=data["reason"])
    return made


def enter_prompt_ended(session: Session, prompt_id: UUID) -> None:
    """Reaction: the report was checked or is over. What follows is by an order, or nothing."""
    made = _still_open(session, prompt_id)
    if made is not None:
        made.closed_at = now(session)
        step = step_for(LIFE, made, "enter_prompt_ended", SYSTEM.roles)
        go(session, made, step, SYSTEM, "rectification.prompt_ended", Origin())


def _still_open(session: Session, prompt_id: UUID) -> Rectification | None:
    made = lock(session, RECTIFICATION, Rectification, prompt_id, SYSTEM, Origin())
    return None if made.state in LIFE.final else made
