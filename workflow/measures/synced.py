"""Who may see a sealing or an order to stop, what devices hold of it, and which steps are open to whom."""

from __future__ import annotations

from accounts.actor import Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of_officers_and_unit
from workflow.cosigning import drafted, leaves_open
from workflow.measures.models import Measure
from workflow.measures.rules import KINDS, LIFE, may_take
from workflow.state_machine import Transition


def unit_line(measure: Measure) -> Json:
    """For the unit, once it is in force: what is closed, why, until when, and what was found. Nothing leads to a reporter."""
    return {
        "number": measure.number,
        "state": measure.state,
        "kind": measure.kind,
        "scope": measure.scope,
        "unit_id": measure.unit_id,
        "unit_name": measure.unit_name,
        "place": measure.place,
        "danger": measure.danger,
        "clause": measure.clause,
        "photo_ids": measure.photo_ids,
        "inspected_on": measure.inspected_on,
        "sealed_at": measure.sealed_at,
        "until_on": measure.until_on,
        "is_extended": measure.is_extended,
        "execute_by": measure.execute_by,
        "served": measure.served,
        "stopped": _placeless(measure.stopped),
        "request": measure.request,
        "finding": _placeless(measure.finding),
        "due_at": measure.due_at,
    }


def officer_line(measure: Measure) -> Json:
    """For the brigade: also the case behind it, how it was approved and decided, and the draft that waits for a signature."""
    return {
        **unit_line(measure),
        "hazard_id": measure.hazard_id,
        "inspection_id": measure.inspection_id,
        "region_code": measure.region_code,
        "officer_ids": measure.officer_ids,
        "case_no": measure.case_no,
        "proposal": measure.proposal,
        "approval": _placeless(measure.approval),
        "decision": measure.decision,
        "pending_act": drafted(measure.pending_act, with_words=True),
    }


def _placeless(seen: Json | None) -> Json | None:
    """What two officers signed; where their phone was then stays with the case as evidence."""
    return {name: value for name, value in seen.items() if name != "position"} if seen else None


def title(measure: Measure) -> Json:
    """What a card shows."""
    return {"number": measure.number, "category": KINDS[measure.kind], "place": f"{measure.unit_name} {measure.place}"}


MEASURE = Synced(
    "measure",
    Measure,
    [
        Scope("unit", "manager", Measure.told_unit_id, unit_line),
        Scope("unit", "rectifications", Measure.told_unit_id, unit_line, matter="rectifications"),
        Scope("region", "officer", Measure.region_code, officer_line),
        Scope("user", "own", Measure.officer_ids, officer_line),
    ],
    on_devices=lambda measure: measure.off_devices_at is None,
)


def roles_on(measure: Measure, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """Brigade by jurisdiction, the two officers while it is theirs, the unit's people by their power once it is in force."""
    return roles_of_officers_and_unit(measure, measure.told_unit_id, actor, origin)


def obstacle(measure: Measure, action: str, actor: Actor) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    return may_take(
        action,
        is_extended=measure.is_extended,
        is_sealed=measure.sealed_at is not None,
        has_to_be_served=measure.decision is not None and measure.served is None,
        is_removed=measure.finding["is_removed"] if measure.finding and measure.state.endswith("_CHECKED") else None,
        is_its_officer=actor.id in measure.officer_ids,
    )


def offered(measure: Measure, actor: Actor) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(measure.state, roles_on(measure, actor))
    return [
        step for step in steps
        if leaves_open(measure.pending_act, step, actor) and obstacle(measure, step.action, actor) is None
    ]  # fmt: skip
