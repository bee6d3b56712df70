"""A task as its holder's device has it; over HTTP also as the office and the jurisdiction see it."""

from __future__ import annotations

from accounts.actor import ASSISTANCE_ROLES, PERMIT_ROLES, TRANSFER_ROLES
from database.base import Json
from sync.catalog import Scope, Synced
from workflow.queue.models import Task
from workflow.queue.rules import LABELS

OF_PERMITS, OF_ASSISTANCE = Task.subject_type == "permit", Task.subject_type == "assistance"
OF_TRANSFERS = Task.subject_type == "transfer"
OF_HAZARDS = Task.subject_type.not_in(("permit", "assistance", "transfer"))  # and what came of them


def line(task: Task) -> Json:
    """The card."""
    return {
        "subject_type": task.subject_type,
        "subject_id": task.subject_id,
        "region_code": task.region_code,
        "org_id": task.org_id,
        "holder_ids": task.holder_ids,
        "signer_ids": task.signer_ids,
        "waiting_for": task.waiting_for,
        "waiting_label": LABELS[task.waiting_for],
        "state": task.state,
        "title": task.title,
        "due_at": task.due_at,
        "rank_at": task.rank_at,
        "ranked_up": task.ranked_up,
        "claimed_by": task.claimed_by,
    }


TASK = Synced(
    "task",
    Task,
    [
        Scope("user", "own", Task.holder_ids, line),
        Scope("region", "officer", Task.region_code, where=OF_HAZARDS),
        Scope("org", "office", Task.org_id, where=OF_HAZARDS),
        Scope("region", "permits", Task.region_code, roles=PERMIT_ROLES, where=OF_PERMITS),
        Scope("org", "permits", Task.org_id, roles=PERMIT_ROLES, where=OF_PERMITS),
        Scope("region", "transfers", Task.region_code, roles=TRANSFER_ROLES, where=OF_TRANSFERS),
        Scope("region", "assistance", Task.region_code, roles=ASSISTANCE_ROLES, where=OF_ASSISTANCE),
    ],
    on_devices=lambda task: task.is_open,
)
