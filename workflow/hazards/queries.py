"""Reading hazards: one, many, by tracking code; the timeline, the clocks and the steps open to the caller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, Actor, Role
from accounts.models import Organisation
from database.base import Json
from database.journal import Event
from database.session import now
from workflow import timekeeping
from workflow.acting import roles_of
from workflow.cosigning import leaves_open
from workflow.hazards.events import EVENT_WORDS
from workflow.hazards.messages.queries import obstacle
from workflow.hazards.messages.rules import OFFICE, REPORTER
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import leading
from workflow.hazards.reporting import place_text
from workflow.hazards.reuse import has_open
from workflow.hazards.reviewing import may_review
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE, POOR_SCORE, STATES, is_poor, may_close, may_dispute
from workflow.hazards.synced import HAZARD, holder_line, officer_line, reporter_line
from workflow.models import Clock
from workflow.offices import staff_names
from workflow.state_machine import Transition


def hazards(actor: Actor, filters: Mapping[str, Any]) -> Select[Hazard]:
    """The hazards that this actor may see, narrowed by number, state, division and picture."""
    statement = select(Hazard).where(HAZARD.listed_for(actor))
    for name in ("number", "state", "region_code", "picture"):
        if filters[name]:
            statement = statement.where(getattr(Hazard, name) == filters[name])
    return statement


def sight(hazard: Hazard, actor: Actor) -> Json:
    """The hazard as this actor may see it. The receiving office gets the findings, never the reporter's words or photos."""
    held = roles_of(actor, hazard.region_code)
    if actor.id == hazard.reporter_id:
        return reporter_line(hazard)
    if actor.id in hazard.officer_ids or held & BRIGADE_ROLES:
        return holder_line(hazard)
    found = {**officer_line(hazard), "finding": hazard.finding}
    return {**found, "dispute": hazard.dispute} if Role.SUPERVISOR in held else found


def poor_rating(hazard: Hazard, actor: Actor) -> Json | None:
    """A poor rating with what came of it, for those who look into it; nobody who was on the spot reads it."""
    if not roles_of(actor, hazard.region_code) & {Role.UNIT_LEADER, Role.INTAKE_CLERK, Role.SUPERVISOR}:
        return None
    if hazard.rating is None or hazard.rating["score"] > POOR_SCORE:
        return None
    done = hazard.rating.get("follow_up")
    return {**_timed(hazard.rating), "follow_up": done and _timed(done)}


def _timed(said: Json) -> Json:
    return {**said, "at": datetime.fromisoformat(said["at"])}


def offered(session: Session, hazard: Hazard, actor: Actor, *among: str) -> list[Transition]:
    """The steps open to the caller now, all or `among` some: by the table, and by the guards that can be known beforehand."""
    steps = LIFE.offered(hazard.state, roles_on(hazard, actor))
    wanted = [step for step in steps if (not among or step.action in among) and leaves_open(hazard.pending_act, step, actor)]
    return [step for step in wanted if _guarded(session, hazard, actor, step)]


def _guarded(session: Session, hazard: Hazard, actor: Actor, step: Transition) -> bool:
    match step.action:
        case "close":
            return is_closable(session, hazard)
        case "tell_reporter":
            return result_of(hazard) is not None
        case "dispute":
            return may_dispute(hazard.dispute_until, hazard.disputed_at, now(session))
        case "ask_reporter":
            return obstacle(session, hazard, OFFICE) is None
        case "answer_office":
            return obstacle(session, hazard, REPORTER) is None
        case "withdraw":
            return hazard.withdrawn_at is None
        case "rate":
            return hazard.rating is None
        case "follow_up":
            return is_poor(hazard.rating)
        case "hand_over" | "refer":
            return hazard.handover_id is None
        case "judge_reuse":
            return has_open(session, hazard.id)
        case "uphold" | "reopen":
            return may_review(session, hazard, actor.id)
        case "force_close":
            asked = hazard.force_close
            return asked is not None and asked["by"] != str(actor.id) and not is_with_receiver(hazard)
        case "confirm_timely":
            return any(
                clock.met_claimed_at is not None and clock.met_confirmed_by is None
                for clock in timekeeping.clocks_of(session, "hazard", hazard.id)
            )
        case _:
            return True


_RESULTS = {
    "VERIFIED_FALSE": "false",
    "VERIFIED_FIXED": "fixed",
    "VERIFIED_TRUE": "true",
    "RECTIFIED": "rectified",
}


def result_of(hazard: Hazard) -> str | None:
    """What the reporter can be told now: of a case in other hands what was found before, until the receiver has finished."""
    if hazard.state != "HANDED_OVER":
        return _RESULTS[hazard.state]
    if hazard.handover_closed_at is not None:
        return "handed_over"
    return "true" if hazard.finding is not None else None


def is_closable(session: Session, hazard: Hazard) -> bool:
    """True if nothing stands between this case and its 办结."""
    return may_close(
        hazard.state,
        told_at=hazard.told_at,
        is_telling_due=any(clock.rule_id == "HZ-TELL" for clock in timekeeping.open_clocks(session, hazard)),
        case_no=hazard.case_no,
        handover_closed_at=hazard.handover_closed_at,
    )


def is_with_receiver(hazard: Hazard) -> bool:
    """True while the office that accepted the letter holds the case: nobody else ends it."""
    return hazard.state == "HANDED_OVER" and hazard.handover_closed_at is None


def together_with(hazard_id: UUID) -> Select[UUID]:
    """The case, and whatever was merged into it."""
    columns = select(Hazard.id).where(Hazard.id == hazard_id).cte("together", recursive=True)
    together = columns.union_all(select(Hazard.id).where(Hazard.master_id == columns.c.id))
    return select(together.c.id)


def in_whose_hands(session: Session, hazard: Hazard) -> str:
    """One line for the reporter: which body has the case now."""
    holder_id = hazard.org_ids[-1] if hazard.state == "HANDED_OVER" else hazard.org_id
    return session.get_one(Organisation, holder_id).name


def clocks(session: Session, hazard: Hazard) -> list[Json]:
    """Every clock with the reason of its date."""
    return [clock_view(session, clock) for clock in timekeeping.clocks_of(session, "hazard", hazard.id)]


def clock_view(session: Session, clock: Clock) -> Json:
    """A clock with the name and kind of its rule."""
    rule = timekeeping.rule(session, clock.rule_id)
    return {
        "rule_id": clock.rule_id,
        "label": rule.label,
        "kind": rule.kind,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "provisional": clock.provisional,
        "reason": clock.reason,
        "met_at": clock.met_at,
        "met_claimed_at": clock.met_claimed_at,
        "breached_at": clock.breached_at,
        "cancelled_at": clock.cancelled_at,
        "paused_at": clock.paused_at,
    }


_PUBLIC_EVENTS = {
    "hazard.submitted",
    "hazard.registered",
    "hazard.rejected",
    "hazard.merged",
    "hazard.reporter_asked",
    "hazard.reporter_answered",
    "hazard.unmerged",
    "hazard.handed_over",
    "hazard.reporter_told",
    "hazard.reward_opened",
    "hazard.rectified",
    "hazard.closed",
    "hazard.disputed",
    "hazard.upheld",
    "hazard.reopened",
}
_OF_ITS_REPORTER = {
    "hazard.reporter_asked", "hazard.reporter_answered", "hazard.reward_opened", "hazard.disputed", "hazard.upheld",
}  # fmt: skip
_AMONG_US = {"hazard.unmerged": "reason"}  # what the office writes for the file, of a case that is somebody else's too
_PUBLIC_DATA = ("number", "org", "due", "reason", "result", "date", "dispute_until", "phone")


def timeline(session: Session, hazard: Hazard, *, for_office: bool, reader_id: UUID | None = None) -> list[Json]:
    """What happened, in order. A reporter reads the steps that are his business, without the names of staff.

    A colleague who reports is a reporter: nobody but himself reads his name.
    """
    of_case = select(Event).where(Event.entity_type == "hazard", Event.entity_id == hazard.id)
    events = list(session.scalars(of_case.order_by(Event.id)))
    if not for_office:
        return [{**_told(event), "actor_name": "", "data": _public(event)} for event in events if event.name in _PUBLIC_EVENTS]
    hidden = hazard.reporter_id if hazard.reporter_id != reader_id else None
    names = staff_names(session, [event.actor_id for event in events if event.actor_id != hidden])
    return [{**_told(event), "actor_name": names.get(str(event.actor_id), ""), "data": event.data} for event in events]


def _told(event: Event) -> Json:
    return {"name": event.name, "label": EVENT_WORDS[event.name], "at": event.at}


def story(session: Session, hazard: Hazard) -> list[Json]:
    """What a reporter reads of his report, and while it is merged of the case that it joined, with what is open to all.

    Of the other's reporter (a dispute of his and how it ended, what he was asked, his reward) not a word.
    """
    case = leading(session, hazard)
    own = timeline(session, hazard, for_office=False)
    if case is hazard:
        return own
    since = [line for line in timeline(session, case, for_office=False) if line["at"] >= own[-1]["at"]]
    return [*own, *(line for line in since if line["name"] not in _OF_ITS_REPORTER)]


def followed(session: Session, hazard: Hazard) -> Json | None:
    """For whoever reported what was merged: how the case stands that his report joined. None if it is a case of its own."""
    case = leading(session, hazard)
    if case is hazard:
        return None
    return {
        "number": case.number, "state": case.state, "state_label": STATES[case.state], "due_at": case.due_at,
        "held_by": in_whose_hands(session, case),
    }  # fmt: skip


def joined(session: Session, hazard: Hazard) -> list[Json]:
    """The reports that were merged into this case, for its office; what was merged into those stands with them."""
    rows = session.scalars(select(Hazard).where(Hazard.master_id == hazard.id).order_by(Hazard.id))
    return [
        {
            "id": row.id, "number": row.number, "picture": row.picture, "place": place_text(row),
            "submitted_at": row.submitted_at, "merged_at": row.closed_at,
        }
        for row in rows
    ]  # fmt: skip


def _public(event: Event) -> Json:
    return {key: event.data[key] for key in _PUBLIC_DATA if key in event.data and key != _AMONG_US.get(event.name)}


def is_office(hazard: Hazard, actor: Actor) -> bool:
    """True for the staff of the brigade in charge (and the case's officers): they read the whole timeline."""
    return bool(roles_of(actor, hazard.region_code) & (BRIGADE_ROLES | {Role.SUPERVISOR}))


def by_tracking_code(session: Session, tracking_hash: bytes) -> Hazard | None:
    """The hazard of a full tracking code."""
    return session.scalars(select(Hazard).where(Hazard.tracking_hash == tracking_hash)).one_or_none()


def by_short_code(session: Session, number: str, short_hash: bytes) -> Hazard | None:
    """The hazard of a case number and 8 characters."""
    return session.scalars(select(Hazard).where(Hazard.number == number, Hazard.tracking_short_hash == short_hash)).one_or_none()
