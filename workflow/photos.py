"""What a reader of a photo gets, in the words of the media engine; each kind of case says which of its photos are for whom."""

from __future__ import annotations

NOTHING: frozenset[str] = frozenset()
SHOWN = frozenset({"rendition"})
ALL = frozenset({"rendition", "original"})
BY_OFFICERS = "verification"  # what photos of a check are to their case (media/models.py)
