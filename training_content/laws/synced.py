"""What every device holds of the law library."""

from __future__ import annotations

from database.base import Json
from sync.catalog import Scope, Synced
from training_content.laws.models import Law

FIELDS = (
    "code", "title", "doc_no", "issuer", "level", "published_on", "effective_from", "effective_to", "status", "replaces",
    "articles", "region", "source_url", "checked_on", "verification", "note",
)  # fmt: skip


def law_line(law: Law) -> Json:
    """The record, with its articles."""
    return {name: getattr(law, name) for name in FIELDS}


LAW = Synced(
    "law",
    Law,
    [
        Scope("public", "all", Law.is_published, law_line, topic="laws"),
        Scope("editor", "all", None),
    ],
)
