"""Who sees numbers that were lent: the officer on his device, the leader of his office."""

from __future__ import annotations

from accounts.actor import Role
from database.base import Json
from sync.catalog import Scope, Synced
from workflow.papers.models import NumberBlock


def own_line(block: NumberBlock) -> Json:
    """For the officer: the numbers, and the template to fill in."""
    return {
        "paper": block.paper,
        "edition": block.edition,
        "body": block.body,
        "org_id": block.org_id,
        "office_name": block.office_name,
        "queue_id": block.queue_id,
        "numbers": block.numbers,
        "lent_at": block.created_at,
        "settled_at": block.settled_at,
    }


NUMBER_BLOCK = Synced(
    "number_block",
    NumberBlock,
    [
        Scope("user", "own", NumberBlock.person_id, own_line),
        Scope("org", "office", NumberBlock.org_id, roles=frozenset({Role.UNIT_LEADER})),
    ],
    on_devices=lambda block: block.settled_at is None,
)
