"""重复照片: one photo as evidence in several closures, or at two stages of one, is shown to the office and judged by its leader.

Nothing is refused because of it: whoever sends a photo learns nothing of other cases, and a wrong guess of ours stops nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from accounts.actor import BRIGADE_ROLES, SYSTEM, Actor, Role
from database.base import Json, new_id
from database.journal import record
from database.session import now
from media.models import Media
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow.acting import guard, move, roles_of, step_for
from workflow.hazards.models import Hazard, PhotoReuse
from workflow.hazards.roles import roles_on
from workflow.hazards.rules import LIFE
from workflow.hazards.synced import HAZARD
from workflow.offices import duty_leaders, staff_names

EVIDENCE = ("verification", "rectification", "recheck")  # what a photo of a check, a fixing or a recheck is to its case


def flag(session: Session, photo: Media, hazard_id: UUID, others: Iterable[tuple[Media, UUID]]) -> None:
    """This photo is shown in these other places too, each with its case: said once of each pair, of the later of the two.

    It hangs on the case and moves no revision: whoever is acting on it just then is not held up. Event: hazard.reuse_flagged.
    """
    fresh: dict[UUID, int] = {}
    others = list(others)
    cases = sorted({hazard_id, *(of_case for _, of_case in others)})  # in one order: two photos of one case come in at once
    session.execute(select(Hazard.id).where(Hazard.id.in_(cases)).order_by(Hazard.id).with_for_update(key_share=True))
    for other, other_hazard_id in others:
        pair = sorted([(photo, hazard_id), (other, other_hazard_id)], key=lambda one: (one[0].stored_at, one[0].id))
        (earlier, earlier_id), (later, later_id) = pair
        row = {
            "id": new_id(), "hazard_id": later_id, "media_id": later.id, "role": later.role, "other_hazard_id": earlier_id,
            "other_media_id": earlier.id, "other_role": earlier.role, "is_same_file": later.sha256 == earlier.sha256,
            "found_at": now(session), "words": "",
        }  # fmt: skip
        once = insert(PhotoReuse).values(row).on_conflict_do_nothing().returning(PhotoReuse.id)
        if session.scalars(once).one_or_none() is not None:
            fresh[later_id] = fresh.get(later_id, 0) + 1
    for case_id in sorted(fresh):
        hazard = session.get_one(Hazard, case_id, populate_existing=True)
        record(
            session, "hazard.reuse_flagged", hazard, SYSTEM, concerns={"leaders": duty_leaders(session, hazard.org_id)},
            data={"number": hazard.number, "photos": fresh[case_id]},
        )  # fmt: skip


def judge(session: Session, actor: Actor, hazard_id: UUID, data: dict[str, Any], origin: Origin) -> Hazard:
    """The leader has looked at both photos, and says what it is. Raises Invalid for one that is not this case's to judge."""
    hazard = lock(session, HAZARD, Hazard, hazard_id, actor, origin)
    step = step_for(LIFE, hazard, "judge_reuse", roles_on(hazard, actor, origin))
    guard(has_open(session, hazard.id), "judge_reuse", "nothing_to_judge")
    wanted: list[UUID] = data["reuse_ids"]
    found = select(PhotoReuse).where(PhotoReuse.hazard_id == hazard.id, PhotoReuse.verdict.is_(None))
    rows = {row.id: row for row in session.scalars(found.where(PhotoReuse.id.in_(wanted)))}
    for index, reuse_id in enumerate(wanted):
        if reuse_id not in rows:
            raise Invalid(field_error(f"reuse_ids.{index}", "unknown_reuse", "没有这一项待核对的重复照片"))
    for row in rows.values():
        row.verdict, row.words, row.judged_by, row.judged_at = data["verdict"], data["reason"], actor.id, now(session)
    move(
        session, hazard, step, actor, "hazard.reuse_judged",
        data={"number": hazard.number, "photos": len(rows), "verdict": data["verdict"], "reason": data["reason"]}, origin=origin,
    )  # fmt: skip
    return hazard


def has_open(session: Session, hazard_id: UUID) -> bool:
    """True while a leader has to look at a photo of this case."""
    return bool(open_counts(session, [hazard_id]))


def open_counts(session: Session, hazard_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many photos of each of these cases nobody has judged yet; a case without one is not in it."""
    waiting = select(PhotoReuse.hazard_id, func.count()).where(
        PhotoReuse.hazard_id.in_(list(hazard_ids)), PhotoReuse.verdict.is_(None)
    )
    return dict(session.execute(waiting.group_by(PhotoReuse.hazard_id)).all())


def reuses_of(session: Session, hazard: Hazard, reader: Actor) -> list[Json]:
    """The photos of this case that are also shown elsewhere, as its office sees them; for anybody else there are none.

    Of a case that the reader may not see, nothing but that there is one.
    """
    if not roles_of(reader, hazard.region_code) & (BRIGADE_ROLES | {Role.SUPERVISOR}):
        return []
    either = or_(PhotoReuse.hazard_id == hazard.id, PhotoReuse.other_hazard_id == hazard.id)
    rows = list(session.scalars(select(PhotoReuse).where(either).order_by(PhotoReuse.id)))
    ids = {each for row in rows for each in (row.hazard_id, row.other_hazard_id)}
    seen = select(Hazard.id, Hazard.number).where(Hazard.id.in_(ids), HAZARD.visible_to(reader))
    numbers = dict(session.execute(seen).all()) if rows else {}
    names = staff_names(session, [row.judged_by for row in rows if row.judged_by])
    return [_shown(row, hazard.id, numbers, names) for row in rows]


def _shown(row: PhotoReuse, hazard_id: UUID, numbers: dict[UUID, str], names: dict[str, str]) -> Json:
    own, other = (row.media_id, row.role), (row.other_media_id, row.other_role)
    other_case = row.other_hazard_id
    if row.hazard_id != hazard_id:
        own, other, other_case = other, own, row.hazard_id
    is_visible = other_case in numbers
    is_known = row.hazard_id in numbers  # whose leader said what follows
    return {
        "id": row.id, "media_id": own[0], "role": own[1], "other_media_id": other[0] if is_visible else None,
        "other_role": other[1], "other_hazard_id": other_case if is_visible else None, "other_number": numbers.get(other_case),
        "is_same_case": other_case == hazard_id, "is_same_file": row.is_same_file, "found_at": row.found_at,
        "is_to_judge": row.verdict is None and row.hazard_id == hazard_id, "verdict": row.verdict,
        "words": row.words if is_known else "", "judged_by": names.get(str(row.judged_by), "") if is_known else "",
        "judged_at": row.judged_at,
    }  # fmt: skip
