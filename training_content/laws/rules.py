"""What kinds of law there are, and what a law record must be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

LEVELS = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "department_rule": "部门规章",
    "local_regulation": "地方性法规",
    "normative_document": "规范性文件",
    "national_standard": "国家标准",
    "industry_standard": "行业标准",
    "local_standard": "地方标准",
}
STATUSES = {"in_force": "现行", "amended": "已修改", "repealed": "废止", "not_yet": "未施行"}
STANDARDS = frozenset({"national_standard", "industry_standard", "local_standard"})
# How far somebody has compared the record with the official text.
VERIFICATIONS = {"full_text": "已核对全文", "public_copy": "据公开转载", "unchecked": "待核对"}

MAX_ARTICLES = 500
MAX_ARTICLES_BYTES = 48_000  # a law is one line of the feed, and a line has 64 KB at most


def dates_in_order(effective_from: date | None, effective_to: date | None) -> bool:
    """A law ends after it began."""
    return effective_from is None or effective_to is None or effective_from <= effective_to


def reproduces_a_standard(level: str, articles: Sequence[dict[str, Any]]) -> bool:
    """The text of standards is restricted (docs/sources.md): clause numbers and our own headings only."""
    return level in STANDARDS and any(article["text"] for article in articles)


def articles_fit(articles: Sequence[dict[str, Any]]) -> bool:
    """True if the articles leave room for the rest of their line."""
    return len(orjson.dumps(list(articles))) <= MAX_ARTICLES_BYTES
