"""Who may see a transfer to the police, and which steps are open to whom.

Those who decide on it in the brigade and its two officers, over HTTP alone: what a phone keeps or hands in late others would
come to see. Nobody else. On an officer's phone there is the card of his task, and no more.
"""

from __future__ import annotations

from datetime import datetime

from accounts.actor import TRANSFER_ROLES, Actor, Role
from database.base import Json
from sync.catalog import Scope, Synced
from workflow.acting import roles_of
from workflow.state_machine import Transition
from workflow.transfers.models import Transfer
from workflow.transfers.rules import LIFE, may_take

_PAIR = 2  # officers (第五条第一款)


def officer_line(transfer: Transfer) -> Json:
    """The whole file."""
    return {
        name: getattr(transfer, name)
        for name in (
            "number", "state", "hazard_id", "inspection_id", "region_code", "officer_ids", "proposer_ids", "unit_id", "party",
            "offence", "facts", "evidence", "items", "photo_ids", "decision", "delivery", "replies", "objection", "supervision",
            "handed", "due_at",
        )
    }  # fmt: skip


def title(transfer: Transfer) -> Json:
    """What a card shows."""
    return {"number": transfer.number, "category": "涉嫌犯罪案件移送", "place": transfer.party}


TRANSFER = Synced(
    "transfer",
    Transfer,
    [
        Scope("user", "own", Transfer.officer_ids),
        Scope("region", "transfers", Transfer.region_code, roles=TRANSFER_ROLES),
    ],
)


def roles_on(transfer: Transfer, actor: Actor) -> set[Role]:
    """Who decides on it by jurisdiction, the two officers while it is theirs."""
    held = roles_of(actor, transfer.region_code)
    roles = held & (TRANSFER_ROLES | {Role.SYSTEM})
    return roles | (held & {Role.FIRE_OFFICER} if actor.id in transfer.officer_ids else set())


def obstacle(transfer: Transfer, action: str, actor: Actor, moment: datetime) -> str | None:
    """Why this step cannot be taken although the table has it; None if it can."""
    is_own = actor.id in transfer.proposer_ids or actor.id in transfer.officer_ids
    is_in_term = transfer.due_at is not None and moment <= transfer.due_at
    may_still_reply = transfer.state in ("DELIVERED", "OBJECTED") and is_in_term
    return may_take(
        action, is_own=is_own, has_pair=len(transfer.officer_ids) == _PAIR, may_still_reply=may_still_reply,
        is_supervised=transfer.supervision is not None,
    )  # fmt: skip


def offered(transfer: Transfer, actor: Actor, moment: datetime) -> list[Transition]:
    """The steps open to the caller now, so that no button leads to a refusal."""
    steps = LIFE.offered(transfer.state, roles_on(transfer, actor))
    return [step for step in steps if obstacle(transfer, step.action, actor, moment) is None]
