"""Who may see an inspection, what devices hold of it, and which steps are open to whom."""

from __future__ import annotations

from uuid import UUID

from accounts.actor import BRIGADE_ROLES, Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of
from workflow.cosigning import drafted, leaves_open
from workflow.inspections.models import Inspection
from workflow.inspections.rules import KINDS, LIFE
from workflow.state_machine import Transition


def unit_line(inspection: Inspection) -> Json:
    """For the unit, once it was told: who comes, by which list, and what was found."""
    return {
        "number": inspection.number,
        "state": inspection.state,
        "kind": inspection.kind,
        "unit_id": inspection.unit_id,
        "unit_name": inspection.unit_name,
        "notice": inspection.notice,
        "planned_on": inspection.planned_on,
        "checklist": inspection.checklist,
        "officer_ids": inspection.officer_ids,
        "arrival": inspection.arrival,
        "finding": inspection.finding,
        "rectification_id": inspection.rectification_id,
        "publication": _told(inspection.publication),
        "due_at": inspection.due_at,
    }


def _told(publication: Json | None) -> Json | None:
    """Whether the public reads the result, and since when. Who decided so, and on which ground, is the office's."""
    return publication and {name: publication[name] for name in ("decision", "at")}


def officer_line(inspection: Inspection) -> Json:
    """For the brigade: also why, where, who stood back, and the draft that waits for a signature."""
    return {
        **unit_line(inspection),
        "region_code": inspection.region_code,
        "org_id": inspection.org_id,
        "address": inspection.address,
        "lon": inspection.lon,
        "lat": inspection.lat,
        "reason": inspection.reason,
        "recusals": inspection.recusals,
        "publication": inspection.publication,
        "pending_act": drafted(inspection.pending_act, with_words=True),
    }


def title(inspection: Inspection) -> Json:
    """What a card shows."""
    place = " ".join(filter(None, (inspection.unit_name, inspection.address)))
    return {"number": inspection.number, "category": KINDS[inspection.kind], "place": place}


INSPECTION = Synced(
    "inspection",
    Inspection,
    [
        Scope("unit", "manager", Inspection.told_unit_id, unit_line),
        Scope("region", "officer", Inspection.region_code, officer_line),
        Scope("user", "own", Inspection.officer_ids, officer_line),
    ],
    on_devices=lambda inspection: inspection.off_devices_at is None,
)


def roles_on(inspection: Inspection, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """The brigade by jurisdiction, the two officers while it is theirs. The unit only reads."""
    held = roles_of(actor, inspection.region_code)
    roles = held & ((BRIGADE_ROLES - {Role.FIRE_OFFICER}) | {Role.SYSTEM})
    if origin is not None and origin.held_at_last_pull:
        roles |= actor.roles & {Role.FIRE_OFFICER}
    elif actor.id in inspection.officer_ids:
        roles |= held & {Role.FIRE_OFFICER}
    return roles


def is_recused(inspection: Inspection, person_id: UUID) -> bool:
    """True of an officer who asked to stand back (回避)."""
    return any(recusal["officer_id"] == str(person_id) for recusal in inspection.recusals)


def obstacle(inspection: Inspection, action: str, actor: Actor) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    has_stood_back = is_recused(inspection, actor.id)
    match action:
        case "recuse" if has_stood_back:
            return "already_recused"
        case "start" | "defer" | "find_none" | "fix_on_site" | "order" | "cosign" if has_stood_back:
            return "recused"
        case "publish" | "keep_private" if inspection.published_at is not None:
            return "already_published"
        case "keep_private" if inspection.publication is not None and inspection.publication["decision"] == "KEPT_PRIVATE":
            return "already_kept_private"
        case "withdraw_publication" if inspection.published_at is None:
            return "not_published"
        case _:
            return None


def offered(inspection: Inspection, actor: Actor) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(inspection.state, roles_on(inspection, actor))
    return [
        step for step in steps
        if leaves_open(inspection.pending_act, step, actor) and obstacle(inspection, step.action, actor) is None
    ]  # fmt: skip
