"""A hazard and its sibling cases: asking for a letter, and following what the letter or the order comes to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from database.journal import record
from database.session import now
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow import timekeeping
from workflow.acting import guard, move, step_for
from workflow.hazards.models import Hazard
from workflow.hazards.reporters import reporters_of
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE
from workflow.hazards.synced import HAZARD
from workflow.offices import organisation

# The step of the hazard -> the kind of what goes to the other office (workflow/handovers/rules.py).
KINDS_OF_PASSING = {"hand_over": "LETTER", "refer": "REFERRAL"}


def hand_over(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """移交: verify first, hand over after. Before the check only for lack of competence, with the reason.

    The sender holds the case, and its clock runs, until the receiver accepts (docs/sources.md).
    """
    return _pass_on(session, actor, hazard_id, "hand_over", data, origin)


def refer(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """转办: in one go and without a letter, to a community, a police station or a department: rubbish in a stairwell.

    The same holds as for a letter: who sends it holds the case until the receiver accepts, who may also send it back.
    """
    plain = {"legal_basis": "", "suggestion": "", "urgent": False}
    return _pass_on(session, actor, hazard_id, "refer", {**plain, **data}, origin)


def _pass_on(session: Session, actor: Actor, hazard_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Hazard:
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, action, roles_on(hazard, actor, origin))
    guard(hazard.handover_id is None, action, "letter_under_way")
    if hazard.state != "VERIFIED_TRUE" and not data["lack_of_competence"]:
        raise Invalid(field_error("lack_of_competence", "verify_first", "应先核查后移交;确无管辖权的,请说明理由"))
    receiver = organisation(session, data["to_org_id"], "to_org_id")
    if receiver.id == hazard.org_id:
        raise Invalid(field_error("to_org_id", "own_office", "不能移交给本单位"))
    move(
        session, hazard, step, actor, "hazard.handover_requested",
        data={
            "number": hazard.number,
            "letter": {
                "kind": KINDS_OF_PASSING[action], "to_org_id": str(receiver.id), "reason": data["reason"],
                "legal_basis": data["legal_basis"],
                "suggestion": data["suggestion"], "urgent": data["urgent"],
                "lack_of_competence": data["lack_of_competence"],
            },
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def prompt_unit(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """即知即改: the leader has the place told, never by whom. No clock stops: it does not replace the check."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "prompt_unit", roles_on(hazard, actor, origin))
    guard(hazard.prompt_id is None, "prompt_unit", "already_prompted")
    move(
        session, hazard, step, actor, "hazard.unit_prompted",
        data={
            "number": hazard.number,
            "prompt": {"unit_id": str(data["unit_id"]), "due_on": data["due_on"].isoformat(), "items": data["items"]},
        },
        origin=origin,
    )  # fmt: skip
    return hazard


def hold_prompt(session: Session, hazard_id: UUID, prompt_id: UUID) -> None:
    """Reaction: the hazard knows what the place was told."""
    hazard = _lock(session, hazard_id)
    hazard.prompt_id = prompt_id
    record(session, "hazard.prompt_noted", hazard, SYSTEM, data={"prompt_id": str(prompt_id)})


def drop_prompt(session: Session, hazard_id: UUID, prompt_id: UUID) -> None:
    """Reaction: what the place was told was withdrawn, so that another one may be told."""
    hazard = _lock(session, hazard_id)
    if hazard.prompt_id == prompt_id:
        hazard.prompt_id = None
        record(session, "hazard.prompt_noted", hazard, SYSTEM, data={"prompt_id": ""})


def hold_letter(session: Session, hazard_id: UUID, handover_id: UUID) -> None:
    """Reaction: the hazard knows the letter that is under way."""
    hazard = _lock(session, hazard_id)
    hazard.handover_id = handover_id
    record(session, "hazard.letter_noted", hazard, SYSTEM, data={"handover_id": str(handover_id)})


def drop_letter(session: Session, hazard_id: UUID, handover_id: UUID) -> None:
    """Reaction: there is no letter any more."""
    hazard = _lock(session, hazard_id)
    if hazard.handover_id == handover_id:
        hazard.handover_id = None
        record(session, "hazard.letter_noted", hazard, SYSTEM, data={"handover_id": ""})


def enter_handed_over(
    session: Session, hazard_id: UUID, handover_id: UUID, receiver_id: UUID, receiver_name: str, due_at: datetime
) -> None:  # fmt: skip
    """Reaction: the receiver accepted, so it holds the case now; our clock ends."""
    hazard = _lock(session, hazard_id)
    sources = {step.source for step in LIFE.steps("enter_handed_over")}
    if hazard.handover_id != handover_id or hazard.state not in sources:
        return
    step = step_for(LIFE, hazard, "enter_handed_over", SYSTEM.roles)
    released = list(hazard.officer_ids)
    hazard.officer_ids = []
    hazard.pending_act = None
    hazard.org_ids = list(dict.fromkeys([*hazard.org_ids, receiver_id]))
    timekeeping.start_until(session, hazard, "HZ-HANDED", due_at, f"已移交{receiver_name},按移送函反馈期限")
    move(
        session, hazard, step, SYSTEM, "hazard.handed_over",
        concerns={"reporter": reporters_of(session, hazard), "removed_officers": released},
        data={
            "number": hazard.number, "org": receiver_name, "at": now(session).isoformat(), "due": due_at.isoformat(),
        },
    )  # fmt: skip


def follow_handover(session: Session, hazard_id: UUID, handover_id: UUID, due_at: datetime, reason: str) -> None:
    """Reaction: the letter's date moved, so the hazard's does."""
    hazard = _lock(session, hazard_id)
    if hazard.handover_id == handover_id and hazard.state == "HANDED_OVER":
        timekeeping.start_until(session, hazard, "HZ-HANDED", due_at, reason)


def note_feedback(session: Session, hazard_id: UUID, handover_id: UUID) -> None:
    """Reaction: the receiver's feedback was confirmed; the reporter has to be told."""
    hazard = _lock(session, hazard_id)
    if hazard.handover_id != handover_id or hazard.state != "HANDED_OVER":
        return
    hazard.handover_closed_at = now(session)
    timekeeping.start(session, hazard, "HZ-TELL", now(session))
    timekeeping.stop(session, hazard, "HZ-HANDED")
    record(session, "hazard.feedback_noted", hazard, SYSTEM, data={"number": hazard.number})


def hold_order(session: Session, hazard_id: UUID, rectification_id: UUID, due_at: datetime) -> None:
    """Reaction: an order was made from the finding; the hazard waits for it."""
    hazard = _lock(session, hazard_id)
    hazard.rectification_id = rectification_id
    timekeeping.start_until(session, hazard, "HZ-RECTIFY", due_at, "按责令改正期限")


def follow_order(session: Session, hazard_id: UUID, rectification_id: UUID, due_at: datetime) -> None:
    """Reaction: the order's date moved."""
    hazard = _waiting(session, hazard_id, rectification_id)
    if hazard is not None:
        timekeeping.start_until(session, hazard, "HZ-RECTIFY", due_at, "按责令改正及复查期限")


def enter_rectified(session: Session, hazard_id: UUID, rectification_id: UUID, checked_on: str) -> None:
    """Reaction: the recheck passed, on that day."""
    hazard = _waiting(session, hazard_id, rectification_id)
    if hazard is not None:
        step = step_for(LIFE, hazard, "enter_rectified", SYSTEM.roles)
        hazard.finding = {**(hazard.finding or {}), "rectified_on": checked_on}
        move(session, hazard, step, SYSTEM, "hazard.rectified", data={"number": hazard.number})


def enter_case_filed(session: Session, hazard_id: UUID, rectification_id: UUID, case_no: str, filed_by: UUID) -> None:
    """Reaction: the order ended in 立案 by somebody's decision, so the hazard can be closed by its number."""
    hazard = _waiting(session, hazard_id, rectification_id)
    if hazard is None:
        return
    hazard.case_no = case_no
    timekeeping.stop(session, hazard, "HZ-RECTIFY")
    timekeeping.start(session, hazard, "HZ-CLOSE", now(session))
    record(session, "hazard.case_filed", hazard, Actor(id=filed_by, name=""), data={"number": hazard.number, "case_no": case_no})


def _waiting(session: Session, hazard_id: UUID, rectification_id: UUID) -> Hazard | None:
    """The hazard if it waits for this very order. One that ended, or was checked again since, has nothing to do with it."""
    hazard = _lock(session, hazard_id)
    waits = hazard.rectification_id == rectification_id and hazard.state == "VERIFIED_TRUE"
    return hazard if waits else None


def _lock(session: Session, hazard_id: UUID) -> Hazard:
    return lock(session, HAZARD, Hazard, hazard_id, SYSTEM, Origin())
