"""Who may see an application, what devices hold of it, and which steps are open to whom."""

from __future__ import annotations

from accounts.actor import PERMIT_ROLES, UNIT_ROLES, Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of
from workflow.cosigning import drafted, leaves_open
from workflow.permits.models import Permit
from workflow.permits.rules import CONFORMS, LIFE, ROUTES, may_take
from workflow.state_machine import Transition


def applicant_line(permit: Permit) -> Json:
    """For the applicant's people: everything but what officers drafted and have not signed."""
    return {
        "number": permit.number,
        "state": permit.state,
        "route": permit.route,
        "unit_id": permit.unit_id,
        "form": permit.form,
        "materials": permit.materials,
        "commitment": permit.commitment,
        "received_at": permit.received_at,
        "accepted_at": permit.accepted_at,
        "is_deemed_accepted": permit.is_deemed_accepted,
        "corrections": permit.corrections,
        "decided_at": permit.decided_at,
        "decision": permit.decision,
        "orders": permit.orders,
        "fix_due_on": permit.fix_due_on,
        "paused": permit.paused,
        "revocation": permit.revocation and {"hearing": None, **permit.revocation},
        "licence_id": permit.licence_id,
        "documents": [{"paper_id": None, **paper} for paper in permit.documents],
        "due_at": permit.due_at,
    }


def officer_line(permit: Permit) -> Json:
    """For those who go there: also the draft that waits for a signature, and what was found before."""
    return {
        **applicant_line(permit),
        "region_code": permit.region_code,
        "officer_ids": permit.officer_ids,
        "pending_act": drafted(permit.pending_act, with_words=True),
        "finding": permit.finding,
    }


def title(permit: Permit) -> Json:
    """What a card shows."""
    category = ROUTES[permit.route]
    place = " ".join(filter(None, (permit.form["venue_name"], permit.form["address"])))
    return {"number": permit.number, "category": f"开业前消防安全检查({category})", "place": place}


_SUBMITTED = Permit.received_at.is_not(None)

PERMIT = Synced(
    "permit",
    Permit,
    [
        Scope("unit", "manager", Permit.unit_id, applicant_line),
        Scope("unit", "permits", Permit.unit_id, applicant_line, matter="permits"),
        Scope("user", "own", Permit.officer_ids, officer_line),
        Scope("region", "permits", Permit.region_code, roles=PERMIT_ROLES, where=_SUBMITTED),
        Scope("org", "permits", Permit.org_id, roles=PERMIT_ROLES, where=_SUBMITTED),
    ],
    on_devices=lambda permit: permit.off_devices_at is None and permit.state != "DISCARDED",
)


def roles_on(permit: Permit, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """Permit staff by jurisdiction, the two officers while it is theirs, the unit's people by their power."""
    held = roles_of(actor, permit.region_code)
    roles = held & (PERMIT_ROLES | {Role.SYSTEM})
    if origin is not None and origin.held_at_last_pull:
        roles |= actor.roles & {Role.FIRE_OFFICER}
    elif actor.id in permit.officer_ids:
        roles |= held & {Role.FIRE_OFFICER}
    powers = [power for power in actor.units if power.unit_id == permit.unit_id and power.covers("permits")]
    return roles | {power.role for power in powers if power.role in UNIT_ROLES}


def is_office(permit: Permit, actor: Actor) -> bool:
    """True for those who decide or go there; the others who see it are the applicant's people."""
    return bool(roles_of(actor, permit.region_code) & PERMIT_ROLES) or actor.id in permit.officer_ids


def obstacle(permit: Permit, action: str, actor: Actor) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    return may_take(
        action,
        permit.state,
        route=permit.route,
        is_paused=permit.paused is not None,
        is_signed=permit.commitment is not None,
        conforms=None if permit.finding is None else permit.finding["action"] in CONFORMS,
        may_be_heard=permit.revocation is not None and bool(permit.revocation["may_be_heard"]),
        is_by_acceptor=permit.accepted_by == actor.id,
        is_served=all(paper["served_at"] for paper in permit.documents),
        hearing=_hearing(permit.revocation or {}),
    )


def _hearing(told: Json) -> str | None:
    if not told.get("answer") or not told["answer"]["wants_hearing"]:
        return None
    appointed = told.get("hearing")
    return "WANTED" if appointed is None else "APPOINTED" if appointed["held"] is None else "HELD"


def offered(permit: Permit, actor: Actor) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(permit.state, roles_on(permit, actor))
    return [
        step for step in steps
        if leaves_open(permit.pending_act, step, actor) and obstacle(permit, step.action, actor) is None
    ]  # fmt: skip
