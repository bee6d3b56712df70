"""Every command on an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor, Role
from database.base import Json, new_id
from database.journal import Event, record
from database.session import now
from media.commands import attach
from places.standing import one_place, standing_id
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Mutation, Origin
from wire import said_day
from workflow import timekeeping
from workflow.acting import lock_below, move, step_for
from workflow.clocks import end_of, local_day
from workflow.cosigning import check_pair, checked_at, draft, pair_at_the_act, second_officer
from workflow.offices import duty_leaders, people_of_unit, staff_names
from workflow.papers.archive import archive, issue, serve_order, served_day
from workflow.papers.rules import NOBODY
from workflow.papers.templates import order_paper
from workflow.rectification import extension, prompting, schemas
from workflow.rectification.acts import came_of_text, go, take
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE, MOST_PHOTOS, NO_PENALTY, SERVICE, UNDER_WAY
from workflow.rectification.synced import RECTIFICATION
from workflow.schemas import CosignSchema, FileCaseSchema, NoteSchema, ReasonSchema
from workflow.terms import check_term

_EVENTS = {"recheck_pass": "rectification.recheck_passed", "recheck_fail": "rectification.recheck_failed"}


def order(
    session: Session, came_of: dict[str, UUID], region_code: str, org_id: UUID, officer_ids: list[UUID], content: Json,
    found_at: datetime,
) -> Rectification:  # fmt: skip
    """Reaction to a true finding: the order that the two officers made becomes a case of its own.

    `came_of` is the `hazard_id` or the `inspection_id` that it came of; `found_at`, when they were there.
    """
    moment = now(session)
    made_on = served_day(content) or local_day(moment)
    due_on = date.fromisoformat(content["due_on"]) if content["due_on"] else made_on
    made = Rectification(
        id=new_id(),
        revision=1,
        created_at=moment,
        updated_at=moment,
        stamps={},
        order_no="",
        state="ORDERED",
        **came_of,
        region_code=region_code,
        org_id=org_id,
        officer_ids=officer_ids,
        # The officers may have chosen, without signal, an entry that was merged since: what they signed still holds.
        unit_id=standing_id(session, UUID(content["unit_id"]) if content["unit_id"] else None),
        unit_name=content["unit_name"],
        kind=content["kind"],
        ordered_on=min(made_on, due_on),
        due_on=due_on,
        items=[_item(item) for item in content["items"]],
    )
    paper = archive(session, made, order_paper(content, made_on), content.get("served"), Actor(id=officer_ids[0], name=""))
    made.order_no = paper.number
    made.served_at = datetime.fromisoformat(paper.served["at"]) if paper.served else None
    session.add(made)
    session.flush()
    _start_term(session, made, found_at)
    record(
        session, "rectification.ordered", made, SYSTEM,
        concerns={"unit": people_of_unit(session, made.unit_id), "officers": officer_ids},
        data={
            "to": "ORDERED", "order_no": made.order_no, **came_of_text(made), "kind": made.kind,
            "due": made.due_on.isoformat(), "served_on_the_spot": paper.served is not None,
        },
    )  # fmt: skip
    return made


def _item(item: Json) -> Json:
    return {
        "id": str(new_id()), "description": item["description"], "clause": item["clause"], "photo_ids": item["photos"],
        "fixed": False, "fixed_photo_ids": [], "note": "",
    }  # fmt: skip


def _start_term(session: Session, made: Rectification, found_at: datetime) -> None:
    if made.served_at is None and made.kind == "DEADLINE":
        timekeeping.start(session, made, SERVICE, found_at)
    reason = "责令立即改正,当日改正" if made.kind == "IMMEDIATE" else "责令限期改正,期限由两名监督员确定"
    timekeeping.start_until(session, made, "IN-TERM", end_of(made.due_on), reason)


def report_fix(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """上传改正情况: item by item, with photos."""
    made, step = take(session, actor, order_id, "report_fix", origin)
    reported = {str(item["id"]): item for item in data["items"]}
    shown = {item["id"]: bool(item["fixed_photo_ids"]) for item in made.items}
    for index, item in enumerate(data["items"]):
        if str(item["id"]) not in shown:
            raise Invalid(field_error(f"items.{index}.id", "unknown_item", "没有这个整改项"))
        if item["fixed"] and not item["photos"] and not shown[str(item["id"])]:
            raise Invalid(field_error(f"items.{index}.photos", "required", "已改正的,请上传改正后的照片"))
    photos = [photo for item in data["items"] for photo in item["photos"]]
    attach(session, actor, photos, "rectification", made.id, "rectification")
    made.items = [_fixed(item, reported.get(item["id"])) for item in made.items]
    for index, item in enumerate(data["items"]):
        if any(len(one["fixed_photo_ids"]) > MOST_PHOTOS for one in made.items if one["id"] == str(item["id"])):
            raise Invalid(field_error(f"items.{index}.photos", "too_many", f"每项改正照片最多{MOST_PHOTOS}张"))
    is_prompt = made.kind == "PROMPT"
    leaders = duty_leaders(session, made.org_id) if is_prompt else []  # it was their choice
    move(
        session, made, step, actor, "rectification.prompt_answered" if is_prompt else "rectification.fix_reported",
        concerns={"officers": made.officer_ids, "leaders": leaders},
        data={
            **came_of_text(made), "order_no": made.order_no, "unit_name": made.unit_name,
            "fixed": sum(1 for item in made.items if item["fixed"]), "of": len(made.items),
        },
        origin=origin,
    )  # fmt: skip
    return made


def _fixed(item: Json, report: dict[str, Any] | None) -> Json:
    if report is None:
        return item
    photos = list(dict.fromkeys([*item["fixed_photo_ids"], *(str(photo) for photo in report["photos"])]))
    return {**item, "fixed": report["fixed"], "note": report["note"] or item["note"], "fixed_photo_ids": photos}


def serve(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """登记送达: what the server made came to the party, who signed for it or would not (消防监督检查规定 19)."""
    made, step = take(session, actor, order_id, "serve", origin)
    served = serve_order(session, made, data)
    attach(session, actor, data["photos"], "rectification", made.id, "verification")
    made.served_at = datetime.fromisoformat(served["at"])
    timekeeping.stop(session, made, SERVICE, claimed_at=made.served_at)
    go(session, made, step, actor, "rectification.served", origin, signed=served["signed"])
    return made


def apply_recheck(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """申请复查: three working days from the application."""
    made, step = take(session, actor, order_id, "apply_recheck", origin)
    go(session, made, step, actor, "rectification.recheck_applied", origin, note=data["note"])
    return made


def expire(session: Session, order_id: UUID) -> Rectification | None:
    """Timer: the term has passed, so the recheck is due. None if somebody was faster."""
    made = lock_below(session, RECTIFICATION, Rectification, order_id, SYSTEM, Origin())
    if made.state not in UNDER_WAY or made.due_at is None or made.due_at > now(session):
        return None
    step = step_for(LIFE, made, "expire", SYSTEM.roles)
    go(session, made, step, SYSTEM, "rectification.expired", Origin())
    return made


def recheck_pass(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """复查合格, drafted by the first officer."""
    return _draft(session, actor, order_id, "recheck_pass", data, origin)


def recheck_fail(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """复查不合格, drafted by the first officer."""
    return _draft(session, actor, order_id, "recheck_fail", data, origin)


def _draft(session: Session, actor: Actor, order_id: UUID, action: str, data: dict[str, Any], origin: Origin) -> Rectification:
    made, _ = take(session, actor, order_id, action, origin)
    pair = pair_at_the_act(session, made, made.officer_ids, actor, origin, action)
    if data.get("no_penalty"):
        _check_lenience(session, made, data["no_penalty"])
    attach(session, actor, data["photos"], "rectification", made.id, "recheck")
    summary = draft(session, made, action, actor, data, origin, pair)
    record(
        session, "rectification.act_drafted", made, actor,
        concerns={"second_officer": [officer for officer in pair if officer != actor.id]},
        data={"order_no": made.order_no, **summary},
    )  # fmt: skip
    return made


def _check_lenience(session: Session, made: Rectification, ground: str) -> None:
    """不予处罚 (行政处罚法 33): what was put right in time, 初次违法 of whoever had no failed order. Raises Invalid."""
    if made.finding is not None:
        raise Invalid(field_error("no_penalty", "not_in_time", "复查曾不合格,不属于及时改正"))
    failed = exists().where(
        Event.entity_type == "rectification", Event.entity_id == Rectification.id, Event.name == "rectification.recheck_failed"
    )
    if ground != "FIRST" or made.unit_id is None:
        return
    here = Rectification.unit_id.in_(one_place(made.unit_id))
    before = select(Rectification.id).where(here, Rectification.id != made.id, failed)
    if session.scalar(before.limit(1)) is not None:
        raise Invalid(field_error("no_penalty", "not_the_first_time", "该单位此前有复查不合格或者立案的记录,不属于初次违法"))


def cosign(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """The second signature: the recheck takes effect."""
    made, _ = take(session, actor, order_id, "cosign", origin)
    second = second_officer(session, made, actor, data, "cosign")
    act: Json = made.pending_act or {}
    step = step_for(LIFE, made, act["action"], {Role.FIRE_OFFICER})
    there = checked_at(made, act)
    made.finding = {
        "action": act["action"], "finding": act["data"]["finding"], "photo_ids": act["data"]["photos"],
        "position": act["data"]["position"], "officers": [act["by"], str(second)], "act_sha256": act["act_sha256"],
        "signature": data["signature"], "drafted_at": act["at"], "checked_at": there.isoformat(),
    }  # fmt: skip
    made.pending_act = None
    if act["data"].get("no_penalty"):
        made.finding |= {name: act["data"][name] for name in ("no_penalty", "education")}
        issue(session, made, made.org_id, "education_record", "不予行政处罚教育记录", _taught(session, made, local_day(there)))
    if act["action"] == "recheck_pass":
        made.closed_at = now(session)
        made.items = [{**item, "fixed": True} for item in made.items]
    made_at = datetime.fromisoformat(act["made_at"]) if act["made_at"] else None
    checked_on = local_day(there).isoformat()
    go(
        session, made, step, actor, _EVENTS[act["action"]], replace(origin, made_at=made_at),
        checked_on=checked_on, finding=made.finding,
    )  # fmt: skip
    return made


def _taught(session: Session, made: Rectification, day: date) -> dict[str, str]:
    finding: Json = made.finding or {}
    names = staff_names(session, [UUID(officer) for officer in finding["officers"]])
    return {
        "unit": made.unit_name or NOBODY, "order_no": made.order_no, "day": said_day(day), "education": finding["education"],
        "ground": NO_PENALTY[finding["no_penalty"]],
        "officers": "、".join(names.get(officer, "") for officer in finding["officers"]),
    }  # fmt: skip


def assign(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """Another pair for the recheck."""
    made, step = take(session, actor, order_id, "assign", origin)
    pair = data["officer_ids"]
    check_pair(session, pair, made.region_code)
    made.officer_ids = pair
    made.pending_act = None
    go(session, made, step, actor, "rectification.assigned", origin)
    return made


def reorder(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """A new term after a failed recheck, with a paper of its own under the next number. The papers before stay."""
    made, step = take(session, actor, order_id, "reorder", origin)
    today = local_day(now(session))
    check_term(session, data["due_on"], after=today)
    made.kind, made.due_on, made.is_extended, made.ordered_on = "DEADLINE", data["due_on"], False, today
    made.served_at = None
    due_on = made.due_on.isoformat()
    said = {"kind": made.kind, "due_on": due_on, "unit_name": made.unit_name, "items": made.items}
    made.order_no = archive(session, made, order_paper(said, today), None, actor).number
    # What was shown before did not convince: the next round is shown anew. Its photos stay with the order.
    made.items = [{**item, "fixed": False, "fixed_photo_ids": []} for item in made.items]
    _start_term(session, made, now(session))
    go(session, made, step, actor, "rectification.reordered", origin, note=data["note"])
    return made


def file_case(session: Session, actor: Actor, order_id: UUID, data: dict[str, Any], origin: Origin) -> Rectification:
    """立案 after a failed recheck: the hazard behind it may then be closed by its number."""
    made, step = take(session, actor, order_id, "file_case", origin)
    made.case_no = data["case_no"]
    made.closed_at = now(session)
    go(session, made, step, actor, "rectification.case_filed", origin, case_no=made.case_no)
    return made


def enter_transferred(session: Session, order_id: UUID) -> None:
    """Reaction: the hazard is in another body's hands, and the order goes with it."""
    made = lock(session, RECTIFICATION, Rectification, order_id, SYSTEM, Origin())
    if made.state in LIFE.final:
        return
    step = step_for(LIFE, made, "enter_transferred", SYSTEM.roles)
    made.closed_at = now(session)
    made.pending_act = None
    go(session, made, step, SYSTEM, "rectification.transferred", Origin())


def enter_ended(session: Session, order_id: UUID, case_no: str | None) -> None:
    """Reaction: the hazard has ended before its order, by 立案 under this number or without one."""
    made = lock(session, RECTIFICATION, Rectification, order_id, SYSTEM, Origin())
    if made.state in LIFE.final:
        return
    step = step_for(LIFE, made, "enter_case_filed" if case_no else "enter_cancelled", SYSTEM.roles)
    made.closed_at = now(session)
    made.pending_act = None
    if case_no:
        made.case_no = case_no
        go(session, made, step, SYSTEM, "rectification.case_filed", Origin(), case_no=case_no)
    else:
        go(session, made, step, SYSTEM, "rectification.cancelled", Origin())


MUTATIONS = [
    Mutation("rectification.report_fix", schemas.ReportFixSchema, report_fix, summary="上传改正情况"),
    Mutation("rectification.serve", schemas.ServeOrderSchema, serve, summary="登记送达"),
    Mutation("rectification.apply_recheck", NoteSchema, apply_recheck, summary="申请复查"),
    Mutation("rectification.ask_extension", schemas.AskExtensionSchema, extension.ask_extension, summary="申请延期"),
    Mutation("rectification.grant_extension", schemas.GrantExtensionSchema, extension.grant_extension, summary="准予延期"),
    Mutation("rectification.refuse_extension", ReasonSchema, extension.refuse_extension, summary="不予延期"),
    Mutation("rectification.recheck_pass", schemas.RecheckPassSchema, recheck_pass, summary="复查合格"),
    Mutation("rectification.recheck_fail", schemas.RecheckSchema, recheck_fail, summary="复查不合格"),
    Mutation("rectification.cosign", CosignSchema, cosign, summary="第二名监督员签名"),
    Mutation("rectification.assign", schemas.AssignRecheckSchema, assign, summary="指派复查人员"),
    Mutation("rectification.reorder", schemas.ReorderSchema, reorder, summary="重新责令改正"),
    Mutation("rectification.withdraw_prompt", ReasonSchema, prompting.withdraw_prompt, summary="撤回告知"),
    Mutation("rectification.file_case", FileCaseSchema, file_case, summary="立案"),
]
