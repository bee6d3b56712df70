"""Event -> command of a sibling, in the same transaction. Siblings meet here, in their photos, their papers and queue/ alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import false, select
from sqlalchemy.orm import Session

from accounts.actor import Actor
from accounts.authors import actor_at
from accounts.models import Organisation
from database.base import Json, new_id
from database.journal import Event, recorded
from database.session import now
from places.models import Unit
from places.standing import one_place
from problems import Invalid, field_error
from sync.mutations import Origin
from workflow.assistance import helping
from workflow.assistance.models import Assistance
from workflow.assistance.rules import DANGERS
from workflow.case_tasks import CASES, Case, show
from workflow.handovers import commands as handovers
from workflow.handovers.models import Handover
from workflow.hazards import passing_on, reporting
from workflow.hazards.intakes import commands as intakes
from workflow.hazards.models import Hazard
from workflow.hazards.open311 import commands as open311
from workflow.hazards.rewards import commands as rewards
from workflow.inspections import visiting
from workflow.inspections.models import Inspection
from workflow.majors import suspecting
from workflow.majors.models import MajorHazard
from workflow.majors.rules import LIFE as MAJOR_LIFE
from workflow.patrol_reports import check_patrol
from workflow.queue import ranking
from workflow.rectification import commands as rectification, prompting
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION
from workflow.rescue import sheets


def react(session: Session) -> None:
    """Run the reactions to every new event of this transaction, theirs too; then bring the tasks up to date."""
    done: int = session.info.get("reacted", 0)
    events = recorded(session)
    while done < len(events):
        event = events[done]
        done += 1
        for reaction in REACTIONS.get(event.name, ()):
            reaction(session, event)
    session.flush()
    fresh = events[session.info.get("reacted", 0) :]
    session.info["reacted"] = done
    new = {event.entity_id for event in fresh if event.revision == 1}
    for entity_type, entity_id in dict.fromkeys((event.entity_type, event.entity_id) for event in fresh):
        if entity_type in CASES:
            show(session, cast(Case, session.get_one(CASES[entity_type], entity_id)), is_new=entity_id in new)


def _draft_letter(session: Session, event: Event) -> None:
    hazard = session.get_one(Hazard, event.entity_id)
    drafter = Actor(id=event.actor_id, name="")
    letter = handovers.draft(session, drafter, hazard.id, hazard.region_code, hazard.org_id, event.data["letter"])
    passing_on.hold_letter(session, hazard.id, letter.id)


def _enter_handed_over(session: Session, event: Event) -> None:
    letter = session.get_one(Handover, event.entity_id)
    receiver = session.get_one(Organisation, letter.to_org_id)
    passing_on.enter_handed_over(session, letter.hazard_id, letter.id, receiver.id, receiver.name, _due(letter.due_at))


def _due(moment: datetime | None) -> datetime:
    assert moment is not None  # noqa: S101 - an open case always has a due date; the table of transitions sees to it
    return moment


def _drop_letter(session: Session, event: Event) -> None:
    letter = session.get_one(Handover, event.entity_id)
    passing_on.drop_letter(session, letter.hazard_id, letter.id)


def _follow_letter(session: Session, event: Event) -> None:
    letter = session.get_one(Handover, event.entity_id)
    passing_on.follow_handover(session, letter.hazard_id, letter.id, _due(letter.due_at), "按移送函反馈、确认期限")


def _follow_supervision(session: Session, event: Event) -> None:
    if session.get_one(Handover, event.entity_id).state in ("ACCEPTED", "FEEDBACK"):
        _follow_letter(session, event)


def _note_feedback(session: Session, event: Event) -> None:
    letter = session.get_one(Handover, event.entity_id)
    passing_on.note_feedback(session, letter.hazard_id, letter.id)


def _order(session: Session, event: Event) -> None:
    hazard = session.get_one(Hazard, event.entity_id)
    officers = [UUID(officer) for officer in event.data["officers"]]
    came_of = {"hazard_id": hazard.id}
    made = rectification.order(
        session, came_of, hazard.region_code, hazard.org_id, officers, event.data["order"], _found_at(hazard)
    )
    passing_on.hold_order(session, hazard.id, made.id, _due(made.due_at))


def _order_of_inspection(session: Session, event: Event) -> None:
    """What was not put right at the inspection is ordered; its photos are those of the check."""
    if "order" not in event.data:
        return
    inspection = session.get_one(Inspection, event.entity_id)
    officers = [UUID(officer) for officer in event.data["officers"]]
    came_of = {"inspection_id": inspection.id}
    made = rectification.order(
        session, came_of, inspection.region_code, inspection.org_id, officers, event.data["order"], _found_at(inspection)
    )
    visiting.hold_order(session, inspection.id, made.id, _due(made.due_at))


def _found_at(case: Hazard | Inspection) -> datetime:
    return datetime.fromisoformat((case.finding or {})["checked_at"])


def _follow_order(session: Session, event: Event) -> None:
    order = session.get_one(Rectification, event.entity_id)
    if order.hazard_id is not None:
        passing_on.follow_order(session, order.hazard_id, order.id, _due(order.due_at))
    elif order.inspection_id is not None:
        visiting.follow_order(session, order.inspection_id, _due(order.due_at))


def _enter_rectified(session: Session, event: Event) -> None:
    order = session.get_one(Rectification, event.entity_id)
    if order.hazard_id is not None:
        passing_on.enter_rectified(session, order.hazard_id, order.id, event.data["checked_on"])
    elif order.inspection_id is not None:
        visiting.enter_ended(session, order.inspection_id, "enter_rectified", checked_on=event.data["checked_on"])


def _file_case(session: Session, event: Event) -> None:
    order = session.get_one(Rectification, event.entity_id)
    if order.hazard_id is not None:
        passing_on.enter_case_filed(session, order.hazard_id, order.id, event.data["case_no"], event.actor_id)
    elif order.inspection_id is not None:
        visiting.enter_ended(session, order.inspection_id, "enter_case_filed", case_no=event.data["case_no"])


def _prompt(session: Session, event: Event) -> None:
    hazard = session.get_one(Hazard, event.entity_id)
    told = event.data["prompt"]
    prompting.check_told(session, UUID(told["unit_id"]), hazard.region_code, date.fromisoformat(told["due_on"]))
    officers = hazard.officer_ids[:2]
    made = prompting.prompt(session, hazard.id, hazard.region_code, hazard.org_id, officers, told)
    passing_on.hold_prompt(session, hazard.id, made.id)


def _follow_officers(session: Session, event: Event) -> None:
    hazard = session.get_one(Hazard, event.entity_id)
    if hazard.prompt_id is not None:
        prompting.follow_officers(session, hazard.prompt_id, hazard.officer_ids[:2])


def _end_prompt(session: Session, event: Event) -> None:
    hazard = session.get_one(Hazard, event.entity_id)
    if hazard.prompt_id is not None:
        prompting.enter_prompt_ended(session, hazard.prompt_id)


def _drop_prompt(session: Session, event: Event) -> None:
    prompt = session.get_one(Rectification, event.entity_id)
    if prompt.hazard_id is not None:
        passing_on.drop_prompt(session, prompt.hazard_id, prompt.id)


def _rank_siblings(session: Session, event: Event) -> None:
    ranking.put_right(session, ranking.of_hazard(event.entity_id))


def _transfer_order(session: Session, event: Event) -> None:
    hazard = session.get_one(Hazard, event.entity_id)
    if hazard.rectification_id is not None:
        rectification.enter_transferred(session, hazard.rectification_id)


def _end_siblings(session: Session, event: Event) -> None:
    """The hazard has come to its end, or to a finding for which nobody else is needed: no letter or order outlives it."""
    hazard = session.get_one(Hazard, event.entity_id)
    if hazard.handover_id is not None:
        handovers.enter_withdrawn(session, hazard.handover_id)
    if hazard.rectification_id is not None:
        rectification.enter_ended(session, hazard.rectification_id, hazard.case_no)
    _end_prompt(session, event)


def _end_suspicion(session: Session, event: Event) -> None:
    """Nothing was found there, or nobody went: what was only suspected ends with it."""
    if event.name == "inspection.recorded" and event.data["to"] != "NO_PROBLEM":
        return
    came_of = MajorHazard.hazard_id if event.entity_type == "hazard" else MajorHazard.inspection_id
    suspected = [step.source for step in MAJOR_LIFE.steps("enter_withdrawn")]
    for major_id in session.scalars(select(MajorHazard.id).where(came_of == event.entity_id, MajorHazard.state.in_(suspected))):
        suspecting.enter_withdrawn(session, major_id, "所依据的案件已终止,未发现问题")


def _check_order(session: Session, event: Event) -> None:
    """The order that a request names has to be that unit's, and one that the applicant sees."""
    case = session.get_one(Assistance, event.entity_id)
    if case.rectification_id is None:
        return
    applicant = actor_at(session, event.actor_id, now(session))
    ordered = Rectification.unit_id.in_(one_place(case.unit_id)) if case.unit_id is not None else false()
    seen = select(Rectification.id).where(Rectification.id == case.rectification_id, ordered)
    if applicant is None or session.scalar(seen.where(RECTIFICATION.visible_to(applicant))) is None:
        raise Invalid(field_error("rectification_id", "not_yours", "没有这份责令改正通知书"))


def _open_hazard(session: Session, event: Event) -> None:
    """An imminent danger that the place itself was told of: reported by the expert, under his name, which stays sealed."""
    case = session.get_one(Assistance, event.entity_id)
    danger = DANGERS[event.data["danger"]]
    expert = Actor(id=event.actor_id, name="")
    unit = session.get(Unit, case.unit_id) if case.unit_id else None
    words = f"技术帮扶(编号{case.number})中发现:{danger.label}。{case.warnings[-1]['words']}(已事先当面告知对方)"
    place = {"position": case.position, "region_code": case.region_code, **case.address}
    data: Json = {
        **_UNSAID, "picture": danger.picture, "description": words, "place": place,
        "place_name": unit.name if unit else "", "unit_uscc": unit.uscc if unit else None,
    }  # fmt: skip
    hazard = reporting.submit(session, expert, new_id(), data, Origin())
    helping.hold_hazard(session, case.id, event.data["danger"], hazard.id, hazard.number)


# What a report says that nobody filled in.
_UNSAID: Json = {
    "category": None, "photos": [], "place_type": "", "occurred_at": None, "captured_at": None, "is_ongoing": True,
    "people_trapped_or_fire": False, "report_mode": "REAL_NAME_HIDDEN", "reporter": None, "wish_feedback": True,
    "wish_reward": False,
    "consent_version": "", "about_staff": False, "tracking_code": None, "agency_received_at": None, "patrol_id": None,
}  # fmt: skip


def _keep_sheet(session: Session, event: Event) -> None:
    sheets.keep_up(session, session.get_one(Unit, event.entity_id), is_new=event.name == "unit.registered")


def _give_sheet_back(session: Session, event: Event) -> None:
    sheets.give_back(session, session.get_one(Unit, event.entity_id), UUID(event.data["into"]))


def _take_sheet_over(session: Session, event: Event) -> None:
    sheets.take_over(session, session.get_one(Unit, event.entity_id))


REACTIONS: dict[str, tuple[Callable[[Session, Event], None], ...]] = {
    "hazard.handover_requested": (_draft_letter,),
    "hazard.unit_prompted": (_prompt,),
    "hazard.assigned": (_follow_officers,),
    "hazard.officers_released": (_follow_officers,),
    "hazard.reclassified": (_rank_siblings,),
    "hazard.reporter_told": (rewards.open_claims,),
    "hazard.verified_true": (_order, _end_prompt, open311.follow),
    "hazard.submitted": (check_patrol,),
    "hazard.registered": (open311.follow,),
    "hazard.handed_over": (_transfer_order, _end_prompt, open311.follow),
    "hazard.rejected": (_end_siblings, intakes.follow, open311.follow),
    "hazard.diverted_119": (intakes.follow, open311.follow),
    "hazard.disputed": (open311.follow,),
    "hazard.upheld": (open311.follow,),
    "hazard.reopened": (intakes.reopen, open311.follow),
    "hazard.merged": (_end_siblings, open311.follow),
    "hazard.unmerged": (intakes.reopen, open311.follow),
    "hazard.verified_false": (_end_siblings, _end_suspicion, open311.follow),
    "hazard.fixed_on_site": (_end_siblings, open311.follow),
    "hazard.rectified": (_end_siblings, open311.follow),
    "hazard.closed": (_end_siblings, intakes.follow, open311.follow),
    "hazard.force_closed": (_end_siblings, _end_suspicion, intakes.follow, open311.follow),
    "handover.accepted": (_enter_handed_over,),
    "handover.discarded": (_drop_letter,),
    "handover.withdrawn": (_drop_letter,),
    "handover.extended": (_follow_letter,),
    "handover.fed_back": (_follow_letter,),
    "handover.feedback_rejected": (_follow_letter,),
    "handover.supervised": (_follow_supervision,),
    "handover.closed": (_note_feedback,),
    "inspection.recorded": (_order_of_inspection, _end_suspicion),
    "inspection.cancelled": (_end_suspicion,),
    "rectification.recheck_applied": (_follow_order,),
    "rectification.expired": (_follow_order,),
    "rectification.extended": (_follow_order,),
    "rectification.recheck_failed": (_follow_order,),
    "rectification.reordered": (_follow_order,),
    "rectification.recheck_passed": (_enter_rectified,),
    "rectification.case_filed": (_file_case,),
    "rectification.prompt_withdrawn": (_drop_prompt,),
    "unit.registered": (_keep_sheet,),
    "unit.edited": (_keep_sheet,),
    "unit.merged": (_take_sheet_over,),
    "unit.unmerged": (_give_sheet_back,),
    "assistance.submitted": (_check_order,),
    "assistance.danger_warned": (_open_hazard,),
}
