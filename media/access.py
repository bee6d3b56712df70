"""Who may see a photo, and who is told of it: its owner, and whom its record names. The engine asks; it knows no record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set as AbstractSet
from uuid import UUID

from sqlalchemy.orm import Session

from accounts.actor import Actor
from media.models import Media
from problems import NotFound

RENDITION = "rendition"  # the pictures without metadata
ORIGINAL = "original"  # the sealed original, with all that it tells; each reading is an event
NOTHING: frozenset[str] = frozenset()
EVERYTHING = frozenset({RENDITION, ORIGINAL})

# (session, actor, photo that is part of a record) -> the purposes allowed. Its role lets a rule give an office the officers'
# photos and not the reporter's, its id those alone that a paper names.
MediaRule = Callable[[Session, Actor, Media], AbstractSet[str]]
# (session, photo that is part of a record) -> who answers for it now: a report of a guest may have become a person's.
MediaSender = Callable[[Session, Media], UUID]


class MediaRules:
    """The rules of each entity type, handed in when the application is assembled. No rule: its owner alone."""

    def __init__(self, rules: Mapping[str, MediaRule] | None = None, senders: Mapping[str, MediaSender] | None = None) -> None:
        self._rules = dict(rules or {})
        self._senders = dict(senders or {})

    def allowed(self, session: Session, actor: Actor, media: Media) -> frozenset[str]:
        """What this actor may read of this photo now; empty: for him it does not exist."""
        if media.owner_id == actor.id:
            return EVERYTHING
        rule = self._rules.get(media.entity_type or "")
        if rule is None or media.entity_id is None:
            return NOTHING
        return frozenset(rule(session, actor, media))

    def sender(self, session: Session, media: Media) -> UUID:
        """Whom to tell that this photo has to be sent again."""
        sender = self._senders.get(media.entity_type or "")
        return media.owner_id if sender is None else sender(session, media)

    def open(self, session: Session, actor: Actor, media_id: UUID, purpose: str = RENDITION) -> tuple[Media, frozenset[str]]:
        """The photo and all that is allowed. Raises NotFound if there is none, or none for this purpose of this actor."""
        media = session.get(Media, media_id)
        allowed = NOTHING if media is None else self.allowed(session, actor, media)
        if media is None or purpose not in allowed:
            raise NotFound
        return media, allowed
