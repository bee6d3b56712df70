"""What devices hold of issues: the author everything, who lost a value both values, the office what is not a reporter's."""

from __future__ import annotations

from database.base import Json
from sync.catalog import Scope, Synced
from sync.models import Issue


def officer_line(issue: Issue) -> Json:
    """For the banner. Never who reported, nor what he wrote: only the values that colleagues lost to each other."""
    return {
        "issue_kind": issue.kind,
        "state": issue.state,
        "author_id": issue.author_id if issue.author_is_staff else None,
        "region_code": issue.region_code,
        "mutation": issue.mutation,
        "subject_type": issue.subject_type,
        "subject_id": issue.subject_id,
        "field": issue.field,
        "reason": issue.reason,
        "losing": issue.losing if issue.kind == "conflict" and issue.author_is_staff else None,
        "created_at": issue.created_at,
        "resolved_by": issue.resolved_by,
    }


def loser_line(issue: Issue) -> Json:
    """For those whose values a later one took the place of: what stood, and what stands."""
    return {**officer_line(issue), "losing": issue.losing, "loser_ids": issue.loser_ids}


def author_line(issue: Issue) -> Json:
    """For the author: his own words too, and what names the line on his device."""
    return {
        **officer_line(issue),
        "author_id": issue.author_id,
        "losing": issue.losing,
        "queue_id": issue.queue_id,
        "seq": issue.seq,
        "mid": issue.mid,
    }


ISSUE = Synced(
    "issue",
    Issue,
    [
        Scope("region", "officer", Issue.region_code, officer_line),
        Scope("user", "lost", Issue.loser_ids, loser_line),
        Scope("user", "own", Issue.author_id, author_line),
    ],
    on_devices=lambda issue: issue.off_devices_at is None,
)
