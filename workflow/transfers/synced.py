"""Who may see a transfer to the police, what devices hold of it, and which steps are open to whom: the brigade, nobody else."""

from __future__ import annotations

from accounts.actor import BRIGADE_ROLES, Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from sync.mutations import Origin
from workflow.acting import roles_of
from workflow.state_machine import Transition
from workflow.transfers.models import Transfer
from workflow.transfers.rules import LIFE, may_take


def officer_line(transfer: Transfer) -> Json:
    """For the brigade: whole."""
    return {
        name: getattr(transfer, name)
        for name in (
            "number", "state", "hazard_id", "inspection_id", "region_code", "officer_ids", "unit_id", "party", "offence", "facts",
            "evidence", "items", "photo_ids", "decision", "delivery", "reply", "objection", "handed", "due_at",
        )
    }  # fmt: skip


def title(transfer: Transfer) -> Json:
    """What a card shows."""
    return {"number": transfer.number, "category": "涉嫌犯罪案件移送", "place": transfer.party}


TRANSFER = Synced(
    "transfer",
    Transfer,
    [Scope("region", "officer", Transfer.region_code, officer_line), Scope("user", "own", Transfer.officer_ids, officer_line)],
    on_devices=lambda transfer: transfer.off_devices_at is None,
)


def roles_on(transfer: Transfer, actor: Actor, origin: Origin | None = None) -> set[Role]:
    """Brigade by jurisdiction, the two officers while it is theirs."""
    held = roles_of(actor, transfer.region_code)
    roles = held & ((BRIGADE_ROLES - {Role.FIRE_OFFICER}) | {Role.SYSTEM})
    if origin is not None and origin.held_at_last_pull:
        roles |= actor.roles & {Role.FIRE_OFFICER}
    elif actor.id in transfer.officer_ids:
        roles |= held & {Role.FIRE_OFFICER}
    return roles


def obstacle(transfer: Transfer, action: str, actor: Actor) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    return may_take(action, is_its_officer=actor.id in transfer.officer_ids)


def offered(transfer: Transfer, actor: Actor) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(transfer.state, roles_on(transfer, actor))
    return [step for step in steps if obstacle(transfer, step.action, actor) is None]
