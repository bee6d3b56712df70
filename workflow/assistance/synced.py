"""Who may see a request for assistance, what devices hold of it, and which steps are open to whom."""

from __future__ import annotations

from datetime import datetime

from accounts.actor import ASSISTANCE_ROLES, Actor, Role
from database.base import Json
from places.jurisdiction import ADDRESS_PARTS, address_line
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of
from workflow.assistance.models import Assistance
from workflow.assistance.rules import APPLICANTS, EXPERTS, LIFE, TOPICS, may_take
from workflow.clocks import local_day
from workflow.state_machine import Transition

_MATTER = "assistance"


def applicant_line(case: Assistance) -> Json:
    """For whoever asked: all but whom to ring up, which is sealed and said over HTTP alone."""
    return {
        "number": case.number,
        "state": case.state,
        "region_code": case.region_code,
        "applicant_kind": case.applicant_kind,
        "unit_id": case.unit_id,
        "topic": case.topic,
        "wanted_mode": case.wanted_mode,
        "description": case.description,
        "address": {name: case.address.get(name) for name in ("region_name", *ADDRESS_PARTS)},
        "preferred_time": case.preferred_time,
        "photo_ids": case.photo_ids,
        "rectification_id": case.rectification_id,
        "submitted_at": case.submitted_at,
        "accepted_at": case.accepted_at,
        "decision": case.decision,
        "expert_id": case.expert_id,
        "appointment": case.appointment,
        "started_at": case.started_at,
        "warnings": [{name: value for name, value in warning.items() if name != "hazard_id"} for warning in case.warnings],
        "advice": case.advice,
        "confirmed_at": case.confirmed_at,
        "progress": case.progress,
        "rating": case.rating,
        "due_at": case.due_at,
    }


def expert_line(case: Assistance) -> Json:
    """For the desk and the expert: also where it is on the map, and the hazards that came of a warning."""
    return {**applicant_line(case), "lon": case.lon, "lat": case.lat, "warnings": case.warnings}


def title(case: Assistance) -> Json:
    """What a card shows: 户名 and 参照物 are for those who have to find it."""
    place = address_line(case.address, ("sumu", "gacha"))
    return {"number": case.number, "category": f"技术帮扶({TOPICS[case.topic]})", "place": place}


ASSISTANCE = Synced(
    "assistance",
    Assistance,
    [
        Scope("reporter", "own", Assistance.person_id, applicant_line),
        Scope("unit", "manager", Assistance.unit_id, applicant_line),
        Scope("unit", "assistance", Assistance.unit_id, applicant_line, matter=_MATTER),
        Scope("user", "own", Assistance.expert_id, expert_line),
        Scope("region", "assistance", Assistance.region_code, roles=ASSISTANCE_ROLES),
    ],
    on_devices=lambda case: case.off_devices_at is None,
)


def roles_on(case: Assistance, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """The desk by jurisdiction, the expert while it is his, whoever asked for himself, the unit's people by their power."""
    held = roles_of(actor, case.region_code)
    roles = held & (ASSISTANCE_ROLES | {Role.SYSTEM})
    if origin is not None and origin.held_at_last_pull:
        roles |= actor.roles & EXPERTS
    elif actor.id == case.expert_id:
        roles |= held & EXPERTS
    if actor.id == case.person_id:
        roles.add(Role.CITIZEN)
    return roles | {power.role for power in actor.units if power.unit_id == case.unit_id and power.covers(_MATTER)} & APPLICANTS


def is_office(case: Assistance, actor: Actor) -> bool:
    """True for the desk and the expert; the others who see it asked for it."""
    return bool(roles_on(case, actor) & (ASSISTANCE_ROLES | EXPERTS))


def obstacle(case: Assistance, action: str, moment: datetime) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    met = case.appointment or {}
    return may_take(
        action,
        is_agreed=met.get("agreed_at") is not None,
        is_rated=case.rating is not None,
        is_of_the_day=bool(met) and local_day(datetime.fromisoformat(met["appointed_at"])) <= local_day(moment),
    )


def offered(case: Assistance, actor: Actor, moment: datetime) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(case.state, roles_on(case, actor))
    return [step for step in steps if obstacle(case, step.action, moment) is None]
