"""Who may see an order, and what devices hold of it."""

from __future__ import annotations

from datetime import datetime

from accounts.actor import Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of_officers_and_unit
from workflow.cosigning import drafted, leaves_open
from workflow.rectification.models import Rectification
from workflow.rectification.rules import LIFE, may_take
from workflow.state_machine import Transition


def unit_line(order: Rectification) -> Json:
    """For the unit: what to put right and until when. Nothing leads from here to a reporter."""
    return {
        "order_no": order.order_no,
        "state": order.state,
        "kind": order.kind,
        "unit_id": order.unit_id,
        "unit_name": order.unit_name,
        "ordered_on": order.ordered_on,
        "due_on": order.due_on,
        "due_at": order.due_at,
        "served_at": order.served_at,
        "items": order.items,
        "is_extended": order.is_extended,
        "extension": order.extension,
    }


def officer_line(order: Rectification) -> Json:
    """For officers: also the case behind it and the draft that waits for a signature."""
    return {
        **unit_line(order),
        "hazard_id": order.hazard_id,
        "inspection_id": order.inspection_id,
        "region_code": order.region_code,
        "officer_ids": order.officer_ids,
        "pending_act": drafted(order.pending_act, with_words=True),
        "finding": {"no_penalty": None, "education": "", **order.finding} if order.finding else None,
    }


RECTIFICATION = Synced(
    "rectification",
    Rectification,
    [
        Scope("unit", "manager", Rectification.unit_id, unit_line),
        Scope("unit", "rectifications", Rectification.unit_id, unit_line, matter="rectifications"),
        Scope("region", "officer", Rectification.region_code, officer_line),
        Scope("user", "own", Rectification.officer_ids, officer_line),
    ],
    on_devices=lambda order: order.state != "TRANSFERRED" and order.off_devices_at is None,
)


def roles_on(order: Rectification, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """Brigade by jurisdiction, the two officers while it is theirs, the unit's people by their power."""
    return roles_of_officers_and_unit(order, order.unit_id, actor, origin)


def obstacle(order: Rectification, action: str, moment: datetime) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    return may_take(
        action,
        kind=order.kind,
        are_fixed=all(item["fixed"] for item in order.items),
        is_extended=order.is_extended,
        is_asked=order.extension is not None,
        is_over=order.due_at is not None and order.due_at < moment,
        is_served=order.served_at is not None,
    )


def offered(order: Rectification, actor: Actor, moment: datetime) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(order.state, roles_on(order, actor))
    return [
        step for step in steps
        if leaves_open(order.pending_act, step, actor) and obstacle(order, step.action, moment) is None
    ]  # fmt: skip
