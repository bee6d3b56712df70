"""What the expert does, off-line too: nobody was there, the help begins, the advice, an imminent danger."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.base import new_id
from database.journal import record
from database.session import now
from media.commands import attach
from places.models import Unit
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from wire import said_day
from workflow.acting import guard, step_for
from workflow.assistance.acts import desk, due_in, expert, go, take
from workflow.assistance.models import Assistance
from workflow.assistance.rules import COSTS, DANGERS, LIFE, MODES, PROMISE, TOPICS
from workflow.assistance.synced import ASSISTANCE
from workflow.clocks import local_day
from workflow.offices import staff_names
from workflow.papers.archive import issue
from workflow.papers.rules import itemised


def miss(session: Session, actor: Actor, case_id: UUID, _: dict[str, Any], origin: Origin) -> Assistance:
    """申请人未到场: the desk arranges anew. Not before the day of the appointment."""
    case, step = take(session, actor, case_id, "miss", origin)
    go(session, case, step, actor, "assistance.missed", origin, {"desk": desk(session, case)}, due=due_in(session, "TA-PLAN"))
    _leave(case)
    return case


def release_expert(session: Session, case_id: UUID) -> None:
    """The expert has left or may not help here any more: somebody else is arranged. Called by the queue."""
    case = lock(session, ASSISTANCE, Assistance, case_id, SYSTEM, Origin())
    step = step_for(LIFE, case, "release_expert", SYSTEM.roles)
    others = {"desk": desk(session, case)}
    go(session, case, step, SYSTEM, "assistance.expert_released", Origin(), others, due=due_in(session, "TA-PLAN"))
    _leave(case)


def _leave(case: Assistance) -> None:
    """Nobody has it. After the step: while it is arranged it has an expert."""
    case.expert_id = case.appointment = case.started_at = None


def start(session: Session, actor: Actor, case_id: UUID, _: dict[str, Any], origin: Origin) -> Assistance:
    """开始帮扶: he has arrived, or the call has begun."""
    case, step = take(session, actor, case_id, "start", origin)
    case.started_at = now(session)
    go(session, case, step, actor, "assistance.started", origin)
    return case


def advise(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """出具《技术帮扶意见书》: it gets its number from the server, whenever the device hands it in."""
    case, step = take(session, actor, case_id, "advise", origin)
    attach(session, actor, data["photos"], "assistance", case.id, "advice")
    paper = issue(session, case, case.org_id, "assistance_advice", "技术帮扶意见书", _words(session, case, data))
    case.advice = {
        "number": paper.number, "summary": data["summary"], "next_step": data["next_step"], "statement": PROMISE,
        "items": [{"id": str(new_id()), **item, "fixed_at": None} for item in data["items"]],
        "photo_ids": [str(photo) for photo in data["photos"]], "issued_at": now(session).isoformat(),
    }  # fmt: skip
    go(
        session, case, step, actor, "assistance.advice_issued", origin,
        document_no=paper.number, items=len(data["items"]), due=due_in(session, "TA-FOLLOW"),
    )  # fmt: skip
    return case


def _words(session: Session, case: Assistance, data: dict[str, Any]) -> dict[str, str]:
    told = [
        (f"{item['problem']}。建议:{item['suggestion']}(投入:{COSTS[item['cost']]})", item["clause"]) for item in data["items"]
    ]
    unit = session.get(Unit, case.unit_id) if case.unit_id else None
    return {
        "unit": unit.name if unit else "申请人", "topic": TOPICS[case.topic], "case": case.number,
        "mode": MODES[case.appointment["mode"]] if case.appointment else MODES["ON_SITE"], "summary": data["summary"],
        "items": itemised(told) if told else "无。", "next": data["next_step"] or "无。", "statement": PROMISE,
        "expert": "、".join(staff_names(session, expert(case)).values()), "day": said_day(local_day(now(session))),
    }  # fmt: skip


def warn_of_danger(session: Session, actor: Actor, case_id: UUID, data: dict[str, Any], origin: Origin) -> Assistance:
    """提示紧迫危险: only one of the list, and only after the place itself was told. A hazard follows (`workflow/reactions.py`).

    Raises GuardFailed (`already_warned`) for the same danger again, Invalid (`not_beforehand`) where nobody was told before.
    """
    case, step = take(session, actor, case_id, "warn_of_danger", origin)
    guard(all(one["danger"] != data["danger"] for one in case.warnings), "warn_of_danger", "already_warned")
    if data["told_at"] > min(now(session), origin.made_at or now(session)):
        raise Invalid(field_error("told_at", "not_beforehand", "应当先当面告知对方,再提示紧迫危险"))
    attach(session, actor, data["photos"], "assistance", case.id, "warning")
    label = DANGERS[data["danger"]].label
    warning = {
        "danger": data["danger"], "label": label, "words": data["words"], "told_to": data["told_to"],
        "told_at": data["told_at"].isoformat(), "at": now(session).isoformat(),
        "photo_ids": [str(photo) for photo in data["photos"]], "hazard_id": None,
    }  # fmt: skip
    case.warnings = [*case.warnings, warning]
    go(
        session, case, step, actor, "assistance.danger_warned", origin,
        danger=data["danger"], label=label, told=data["told_at"].isoformat(),
    )  # fmt: skip
    return case


def hold_hazard(session: Session, case_id: UUID, danger: str, hazard_id: UUID, number: str) -> None:
    """Reaction: the request knows the hazard that came of the warning."""
    case = lock(session, ASSISTANCE, Assistance, case_id, SYSTEM, Origin())
    case.warnings = [{**one, "hazard_id": str(hazard_id)} if one["danger"] == danger else one for one in case.warnings]
    record(
        session, "assistance.hazard_noted", case, SYSTEM, concerns={"expert": expert(case)},
        data={"number": case.number, "hazard_id": str(hazard_id), "hazard_number": number},
    )  # fmt: skip
