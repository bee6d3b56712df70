"""An issue is itself a synced entity: its author and the leaders of the banner have it on their devices."""

from __future__ import annotations

from database.base import Json
from sync.catalog import Scope, Synced
from sync.models import Issue


def line(issue: Issue) -> Json:
    """What a person needs to decide; the evidence is free of reporter data."""
    return {
        "kind": issue.kind,
        "state": issue.state,
        "author_id": issue.author_id,
        "region_code": issue.region_code,
        "subject_type": issue.subject_type,
        "subject_id": issue.subject_id,
        "field": issue.field,
        "reason": issue.reason,
        "mid": issue.mid,
        "losing": issue.losing,
        "opened_at": issue.created_at,
    }


ISSUE = Synced(
    "issue",
    Issue,
    [Scope("region", "officer", Issue.region_code, line), Scope("user", "own", Issue.author_id, line)],
)
