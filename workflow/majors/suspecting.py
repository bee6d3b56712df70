"""How a major hazard is suspected and studied: by two officers, the experts, the legal reviewer, and the brigade together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from database.base import Json
from database.journal import record
from database.session import now
from media.commands import attach
from places.standing import standing_id
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from sync.mutations import Origin, create
from wire import CLIENTS_VERSION, said_day
from workflow import timekeeping
from workflow.acting import behind, guard, lock_below, step_for
from workflow.clocks import local_day, start_of
from workflow.cosigning import check_pair
from workflow.majors.acts import facts, go, take
from workflow.majors.criteria import edition_on
from workflow.majors.models import MajorHazard
from workflow.majors.rules import FOUNDED, GROUNDS, LIFE, MOST_DAYS, OPEN_STATES, PROPOSAL
from workflow.majors.synced import MAJOR
from workflow.offices import duty_leaders, people_of_office, staff_names
from workflow.papers.archive import issue
from workflow.papers.rules import itemised
from workflow.terms import is_unit_of

_LONG_AGO = 30  # days after which nobody suspects something because of what he saw
_EXPERTS_ADD = "MJ-EXPERT"


def suspect(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """报疑似重大火灾隐患, by one of the two officers of a report or an inspection; seven working days from the check.

    Raises NotFound, RoleNotAllowed, GuardFailed (`nothing_was_found`, `already_suspected`), Invalid naming the field.
    """
    if major_id.version != CLIENTS_VERSION:
        raise Invalid(field_error("id", "invalid", "编号应为 UUIDv7"))
    came_of = {name: data[name] for name in ("hazard_id", "inspection_id")}
    case = behind(session, MajorHazard, came_of)
    if case is None:
        raise NotFound
    pair = list(case["officer_ids"][:2])  # whoever helps the two signs nothing
    if not actor.has(Role.FIRE_OFFICER) or actor.id not in pair:
        raise RoleNotAllowed(action="suspect")
    guard(case["state"] in FOUNDED, "suspect", "nothing_was_found")
    guard(not _is_suspected(session, came_of), "suspect", "already_suspected")
    moment = now(session)
    if not -1 <= (local_day(moment) - data["inspected_on"]).days <= _LONG_AGO:  # a phone's clock may be a day ahead
        raise Invalid(field_error("inspected_on", "implausible", f"检查日期应在今天之前{_LONG_AGO}日以内"))
    standard = edition_on(data["inspected_on"])
    major = MajorHazard(
        id=major_id, revision=1, created_at=moment, updated_at=moment, stamps={}, state="SUSPECTED",
        number=_next_number(session, case["region_code"]), region_code=case["region_code"], org_id=case["org_id"],
        officer_ids=pair, unit_id=_unit(session, case, data), standard=standard.edition, photo_ids=data["photos"],
        criteria=[_criterion(data["inspected_on"], nth, said) for nth, said in enumerate(data["criteria"])], progress=[],
        **{name: data[name] for name in ("hazard_id", "inspection_id", "unit_name", "place", "facts", "inspected_on")},
    )  # fmt: skip
    create(session, major)
    attach(session, actor, data["photos"], "major", major.id, "verification")
    timekeeping.start(session, major, PROPOSAL, start_of(major.inspected_on))
    more = {"made_at": origin.made_at.isoformat()} if origin.made_at else {}
    record(
        session, "major.suspected", major, actor,
        concerns={
            "officers": pair, "leaders": duty_leaders(session, major.org_id), "reviewers": _reviewers(session, major),
            "colleagues": [officer for officer in pair if officer != actor.id],
        },
        data={"to": major.state, **facts(major), **more},
    )  # fmt: skip
    return major


def _is_suspected(session: Session, came_of: dict[str, UUID | None]) -> bool:
    """True while there is an open one of the same case. The case behind both is locked."""
    of_case = [getattr(MajorHazard, name) == entity_id for name, entity_id in came_of.items() if entity_id is not None]
    return session.scalar(select(MajorHazard.id).where(*of_case, MajorHazard.state.in_(OPEN_STATES)).limit(1)) is not None


def _unit(session: Session, case: Json, data: dict[str, Any]) -> UUID | None:
    """Whose place it is: at an inspection the unit that is inspected. Raises Invalid."""
    unit_id = data["unit_id"]
    if data["inspection_id"] is not None:
        if unit_id is not None and standing_id(session, unit_id) != standing_id(session, case["unit_id"]):
            raise Invalid(field_error("unit_id", "another_unit", "应为被检查单位"))
        unit_id = case["unit_id"]
    elif unit_id is not None and not is_unit_of(session, unit_id, case["region_code"]):
        raise Invalid(field_error("unit_id", "unknown_unit", "本辖区没有这个单位"))
    return standing_id(session, unit_id)


def _criterion(day: Any, nth: int, said: Json) -> Json:
    found = edition_on(day).ground(said["clause"])
    if found is None:
        raise Invalid(field_error(f"criteria.{nth}.clause", "unknown_clause", f"{edition_on(day).edition}没有这条判定要素"))
    return {"clause": said["clause"], "title": found.title, "note": said["note"]}


def _next_number(session: Session, region_code: str) -> str:
    """ZD, the division, the day, a serial."""
    serial = session.scalar(select(func.nextval("major_serial")))
    return f"ZD{region_code}{local_day(now(session)):%Y%m%d}{serial:06d}"


def _reviewers(session: Session, major: MajorHazard) -> list[UUID]:
    return people_of_office(session, major.org_id, Role.LEGAL_REVIEWER)


def call_experts(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """组织专家论证, once, of a difficult question of technique: ten working days more, if they are asked for within the seven."""
    major, step = take(session, actor, major_id, "call_experts", origin)
    _check_names(data["people"], lambda one: one["name"], "people")
    major.experts = {**_by(session, actor), "reason": data["reason"], "people": data["people"], "opinion": None}
    for clock in timekeeping.open_clocks(session, major):
        if clock.rule_id == PROPOSAL and now(session) <= clock.due_at:
            later = timekeeping.forecast(session, _EXPERTS_ADD, clock.due_at)
            reason = f"组织专家论证,期限延长十个工作日,至{said_day(local_day(later))};理由:{data['reason']}"
            timekeeping.start_until(session, major, PROPOSAL, later, reason)
            break
    go(session, major, step, actor, "major.experts_called", origin, reason=data["reason"])
    return major


def _check_names(said: list[Any], name_of: Any, field: str) -> None:
    """Nobody is counted twice. Raises Invalid naming the member."""
    seen: set[str] = set()
    for nth, one in enumerate(said):
        if name_of(one) in seen:
            raise Invalid(field_error(f"{field}.{nth}", "named_twice", "同一人不重复计算"))
        seen.add(name_of(one))


def note_experts(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """登记专家意见: it is heard; the brigade decides."""
    major, step = take(session, actor, major_id, "note_experts", origin)
    called: Json = major.experts or {}
    if data["agreed"] > len(called["people"]):
        raise Invalid(field_error("agreed", "too_many", "同意的人数不超过专家人数"))
    major.experts = {**called, "opinion": {**_by(session, actor), "opinion": data["opinion"], "agreed": data["agreed"]}}
    go(session, major, step, actor, "major.experts_noted", origin, {"reviewers": _reviewers(session, major)})
    return major


def review_legally(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """法制审核: an opinion that is there before the study decides. A later one takes its place; the journal has both."""
    major, step = take(session, actor, major_id, "review_legally", origin)
    major.review = {**_by(session, actor), "opinion": data["opinion"]}
    go(
        session,
        major,
        step,
        actor,
        "major.reviewed",
        origin,
        {"leaders": duty_leaders(session, major.org_id)},
        review=major.review,
    )
    return major


def determine(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """集体研究判定: the notice is made out at once; two officers serve it within three working days (消防监督检查规定 21)."""
    major, step = take(session, actor, major_id, "determine", origin)
    today = local_day(now(session))
    if not today < data["due_on"] <= today + timedelta(days=MOST_DAYS):
        raise Invalid(field_error("due_on", "out_of_bounds", f"整改期限应在今天之后、{MOST_DAYS}日以内"))
    major.study = _study(session, actor, data, ground=data["ground"], reason="")
    major.demand, major.due_on = data["demand"], data["due_on"]
    names = staff_names(session, major.officer_ids)
    words = {
        "unit": major.unit_name, "place": major.place, "facts": major.facts, "standard": major.standard,
        "criteria": itemised((f"第{one['clause']}条({one['title']}):{one['note']}", "") for one in major.criteria),
        "demand": data["demand"], "until": said_day(data["due_on"]), "officers": _joined(names.values()), "day": said_day(today),
    }  # fmt: skip
    paper = issue(session, major, major.org_id, "major_notice", "重大火灾隐患整改通知书", words)
    major.notice_no = paper.number
    if data["ground"] is None:
        timekeeping.stop(session, major, PROPOSAL)
    ground = GROUNDS.get(data["ground"] or "", "")
    go(session, major, step, actor, "major.determined", origin, document_no=paper.number, ground=ground)
    return major


def find_not_major(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """集体研究后不判定, with the reasons; the report or the inspection goes on as it was."""
    major, step = take(session, actor, major_id, "find_not_major", origin)
    major.study = _study(session, actor, data, ground=None, reason=data["reason"])
    go(session, major, step, actor, "major.found_not_major", origin, reason=data["reason"])
    return major


def _study(session: Session, actor: Actor, data: dict[str, Any], *, ground: str | None, reason: str) -> Json:
    _check_names(data["attended"], str, "attended")
    return {
        "at": now(session).isoformat(), "leader_id": str(actor.id), "attended": data["attended"], "minutes": data["minutes"],
        "ground": ground, "reason": reason,
    }  # fmt: skip


def withdraw(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """撤回, with the reason: entered wrongly, or put right before anything was decided."""
    major, step = take(session, actor, major_id, "withdraw", origin)
    _withdraw(session, major, actor, data["reason"])
    go(
        session,
        major,
        step,
        actor,
        "major.withdrawn",
        origin,
        {"leaders": duty_leaders(session, major.org_id)},
        reason=data["reason"],
    )
    return major


def enter_withdrawn(session: Session, major_id: UUID, reason: str) -> None:
    """Reaction to the end of the case behind it: what was only suspected ends with it; what was determined stands."""
    major = lock_below(session, MAJOR, MajorHazard, major_id, SYSTEM, Origin())
    step = step_for(LIFE, major, "enter_withdrawn", SYSTEM.roles)
    _withdraw(session, major, SYSTEM, reason)
    go(session, major, step, SYSTEM, "major.withdrawn", Origin(), {"leaders": duty_leaders(session, major.org_id)}, reason=reason)


def _withdraw(session: Session, major: MajorHazard, actor: Actor, reason: str) -> None:
    by = None if actor is SYSTEM else str(actor.id)
    major.ending = {"at": now(session).isoformat(), "by": by, "reason": reason, "document_no": ""}


def assign(session: Session, actor: Actor, major_id: UUID, data: dict[str, Any], origin: Origin) -> MajorHazard:
    """Another pair; what one of the former pair drafted gives way."""
    major, step = take(session, actor, major_id, "assign", origin)
    check_pair(session, data["officer_ids"], major.region_code)
    removed = [officer for officer in major.officer_ids if officer not in data["officer_ids"]]
    major.officer_ids, major.pending_act = data["officer_ids"], None
    go(session, major, step, actor, "major.assigned", origin, {"removed_officers": removed, "unit": []})
    return major


def _by(session: Session, actor: Actor) -> Json:
    return {"at": now(session).isoformat(), "by": str(actor.id)}


def _joined(names: Iterable[str]) -> str:
    return "、".join(names)
