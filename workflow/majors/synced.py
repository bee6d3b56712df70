"""Who may see a major fire hazard, what devices hold of it, and which steps are open to whom."""

from __future__ import annotations

from accounts.actor import Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of_officers_and_unit
from workflow.cosigning import drafted, leaves_open
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE, may_take, owes
from workflow.state_machine import Transition

_OF_BOTH = (
    "number", "state", "unit_id", "unit_name", "place", "facts", "standard", "criteria", "photo_ids", "inspected_on", "notice_no",
    "demand", "due_on", "served", "progress", "request", "due_at",
)  # fmt: skip
_OF_THE_OFFICE = (
    "hazard_id", "inspection_id", "region_code", "officer_ids", "experts", "review", "study", "report", "supervision", "extended",
    "ending", "awaits_recheck",
)  # fmt: skip


def unit_line(major: MajorHazard) -> Json:
    """For the unit, once it was told: what is wrong, what it has to do and until when. Nothing of who said what before."""
    return {
        **{name: getattr(major, name) for name in _OF_BOTH},
        "supervision": _but(major.supervision, "by"),
        "extended": _but(major.extended, "by"),
        "finding": _but(major.finding, "position"),
        "ending": _but(major.ending, "by"),
    }


def officer_line(major: MajorHazard) -> Json:
    """For the brigade: also the case behind it, how it was studied and reported, and the draft that waits for a signature."""
    return {
        **unit_line(major),
        **{name: getattr(major, name) for name in _OF_THE_OFFICE},
        "pending_act": drafted(major.pending_act, with_words=True),
    }


def _but(said: Json | None, name: str) -> Json | None:
    return {key: value for key, value in said.items() if key != name} if said else None


def title(major: MajorHazard) -> Json:
    """What a card shows."""
    return {"number": major.number, "category": "重大火灾隐患", "place": f"{major.unit_name} {major.place}"}


MAJOR = Synced(
    "major",
    MajorHazard,
    [
        Scope("unit", "manager", MajorHazard.told_unit_id, unit_line),
        Scope("unit", "rectifications", MajorHazard.told_unit_id, unit_line, matter="rectifications"),
        Scope("region", "officer", MajorHazard.region_code, officer_line),
        Scope("user", "own", MajorHazard.officer_ids, officer_line),
    ],
    on_devices=lambda major: major.off_devices_at is None,
)


def roles_on(major: MajorHazard, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """Brigade by jurisdiction, the two officers while it is theirs, the unit's people by their power once it was told."""
    return roles_of_officers_and_unit(major, major.told_unit_id, actor, origin)


def obstacle(major: MajorHazard, action: str, actor: Actor) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    return may_take(
        action,
        is_reviewed=major.review is not None,
        had_experts=major.experts is not None,
        is_served=major.served is not None,
        is_reported=major.report is not None,
        is_supervised=major.supervision is not None,
        is_extended=major.extended is not None,
        is_its_officer=actor.id in major.officer_ids,
    )


def offered(major: MajorHazard, actor: Actor) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(major.state, roles_on(major, actor))
    return [
        step for step in steps
        if leaves_open(major.pending_act, step, actor) and obstacle(major, step.action, actor) is None
    ]  # fmt: skip


def owed(major: MajorHazard) -> str | None:
    """What the brigade owes now, beside what the state says (`rules.owes`)."""
    ground = (major.study or {}).get("ground")
    return owes(
        major.state, is_served=major.served is not None, has_to_be_reported=ground is not None and major.report is None,
        awaits_recheck=major.awaits_recheck,
    )  # fmt: skip
