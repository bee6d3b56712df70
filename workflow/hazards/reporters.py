"""Who a report is from: a person, or a guest whom nothing joins to one; and everybody who reported the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from accounts.models import Person
from database.base import new_id
from database.crypto import Sealed, fingerprint
from database.journal import Event, record
from database.session import now
from problems import Invalid, NotFound, RoleNotAllowed, field_error
from sync.feed import touch
from workflow.hazards.models import Hazard, HazardReporter

_CHANNELS = {Role.HOTLINE_CLERK: "HOTLINE", Role.INTAKE_CLERK: "HOTLINE", Role.GRID_WORKER: "GRID", Role.DATA_PARTNER: "PARTNER"}
ANONYMOUS, _NAMED = "ANONYMOUS", "NAMED"


def channel_of(actor: Actor) -> str:
    """How a report by this actor comes in."""
    return next((name for role, name in _CHANNELS.items() if actor.has(role)), "SNAP")


def is_for_somebody(actor: Actor) -> bool:
    """True if this actor takes reports of others: by phone, at the window, in his grid. He is not their reporter."""
    return channel_of(actor) != "SNAP"


def as_what_it_is(session: Session, actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    """What must be taken whoever sends it (a fire), in the only mode that is true of it.

    Session and photos name whoever is signed in, so his report is not anonymous: his name is kept sealed. Of a guest who
    reported anonymously before nothing is kept that says who he is.
    """
    anonymous = data["report_mode"] == "ANONYMOUS"
    if anonymous and not actor.is_guest and not is_for_somebody(actor):
        return {**data, "report_mode": "REAL_NAME_HIDDEN"}
    if not anonymous and actor.is_guest and session.get_one(Person, actor.id, with_for_update=True).guest_use == ANONYMOUS:
        return {**data, "report_mode": "ANONYMOUS", "reporter": None}
    return data


def reporter_of(session: Session, actor: Actor, report_mode: str, *, must_be_taken: bool = False) -> UUID:
    """Under which id a report stands: the actor's own, or a guest's of its own where he is not its reporter.

    Binds a guest to one use by his first report. Raises Invalid where he is bound to another, but of what must be taken.
    """
    use = ANONYMOUS if report_mode == "ANONYMOUS" else _NAMED
    if is_for_somebody(actor):
        return _somebody(session, use)
    if actor.is_guest and not bind(session, actor.id, use) and not must_be_taken:
        raise _bound_otherwise(use)
    return actor.id


def bind(session: Session, guest_id: UUID, use: str) -> bool:
    """Use a guest for one anonymous report, or for named ones; False if he is somebody, or was used otherwise before.

    One statement: of two first reports at once the second waits here, and then sees what the first made of the guest.
    """
    free = Person.guest_use.is_(None)
    statement = (
        update(Person)
        .where(Person.id == guest_id, Person.is_guest, free if use == ANONYMOUS else or_(free, Person.guest_use == _NAMED))
        .values(guest_use=use)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).one_or_none() is not None


def _bound_otherwise(use: str) -> Invalid:
    if use == ANONYMOUS:
        words = "本次访客会话已经上报过,再匿名上报会与此前的上报关联。请重新以访客身份进入后再匿名上报"
    else:
        words = "本次访客会话已经匿名上报。为保护您的身份,请重新以访客身份进入或者登录后再上报"
    return Invalid(field_error("report_mode", "guest_already_used", words))


def _somebody(session: Session, use: str) -> UUID:
    """A guest for this report alone, without a session."""
    moment = now(session)
    guest = Person(id=new_id(), revision=1, created_at=moment, updated_at=moment, is_guest=True, guest_use=use)
    session.add(guest)
    return guest.id


def seal(session: Session, hazard: Hazard, reporter: dict[str, Any] | None) -> None:
    """Keep who reported, if he said so: sealed, found again only by exact match."""
    if reporter is None or hazard.report_mode == "ANONYMOUS":
        return
    keys = Sealed.keys()
    mobile, id_no = reporter["mobile"], reporter["id_no"]
    session.add(
        HazardReporter(
            hazard_id=hazard.id,
            name=reporter["name"],
            mobile=mobile,
            mobile_index=keys.blind_index("mobile", mobile) if mobile else None,
            id_no=id_no,
            id_no_index=keys.blind_index("id_no", id_no) if id_no else None,
        )
    )


def reporters_of(session: Session, hazard: Hazard, *, also_who_wish_none: bool = False) -> list[UUID]:
    """Whoever reported this case, and whoever reported what was merged into it: all of them hear what becomes of it.

    But for those who wished to hear nothing more, to whom only what they must know is said.
    """
    columns = select(Hazard.id, Hazard.reporter_id, Hazard.wish_feedback)
    merged = columns.where(Hazard.master_id == hazard.id).cte("merged", recursive=True)
    merged = merged.union_all(columns.where(Hazard.master_id == merged.c.id))
    everybody = [(hazard.reporter_id, hazard.wish_feedback)]
    everybody += [(reporter, wish) for _, reporter, wish in session.execute(select(merged))]
    return [reporter for reporter, wish in everybody if wish or also_who_wish_none]


def told_apart(session: Session, hazard: Hazard) -> dict[str, list[UUID]]:
    """The same, told apart: who reported this case may dispute and rate it, others whose reports were merged into it may not."""
    everybody = reporters_of(session, hazard)
    own = [person for person in everybody if person == hazard.reporter_id][:1]
    return {"reporter": own, "merged_reporters": [person for person in everybody if person != hazard.reporter_id]}


def own_reports(session: Session, event: Event, people: Iterable[UUID]) -> dict[UUID, UUID]:
    """Of people who are told of a case: the report of each one's own, where that is another, merged into it or into which it was.

    What is told of a case is found in his own report, which is the only one that he may open.
    """
    case = session.get_one(Hazard, event.entity_id)
    others = [person for person in people if person != case.reporter_id]
    if not others:
        return {}
    heads = {leading(session, case).id, *([UUID(event.data["master_id"])] if "master_id" in event.data else [])}
    columns = select(Hazard.id, Hazard.reporter_id)
    family = columns.where(Hazard.id.in_(heads)).cte("family", recursive=True)
    family = family.union_all(columns.where(Hazard.master_id == family.c.id))
    found = select(family.c.reporter_id, family.c.id).where(family.c.reporter_id.in_(others)).order_by(family.c.id)
    return dict(session.execute(found).all())


def leading(session: Session, hazard: Hazard) -> Hazard:
    """The case that this one was merged into, however often; itself if it was not."""
    while hazard.master_id is not None:
        hazard = session.get_one(Hazard, hazard.master_id)
    return hazard


def claim(session: Session, actor: Actor, data: dict[str, Any]) -> Hazard:
    """A named report made as a guest becomes the signed-in person's. An anonymous one never does.

    Raises NotFound alike for an unknown code, for an anonymous report, and for one that is a person's already: a code that
    was shown to somebody must not take the report away from who made it.
    """
    if actor.is_guest:
        raise RoleNotAllowed(action="claim")
    hazard = session.scalars(
        update(Hazard)
        .where(Hazard.tracking_hash == fingerprint(data["tracking_code"]), Hazard.report_mode != "ANONYMOUS")
        .where(exists().where(Person.id == Hazard.reporter_id, Person.is_guest))
        .values(revision=Hazard.revision + 1, updated_at=now(session), reporter_id=actor.id)
        .returning(Hazard)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if hazard is None:
        raise NotFound
    touch(session, hazard)
    record(session, "hazard.claimed", hazard, actor, data={"number": hazard.number})
    return hazard
