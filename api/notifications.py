"""A person's notices, what he wants to be told on which way, and what could not be told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.context import actor, session
from api.etags import if_match
from api.paging import page
from api.routes import Routes
from database.base import Json
from notifications import commands, dead_letters as given_up, queries
from notifications.models import InboxItem
from notifications.schemas import (
    DeadLettersSchema,
    InboxItemSchema,
    InboxPageSchema,
    InboxQuerySchema,
    PreferencesSchema,
    ReplayedSchema,
    ReplaySchema,
    SetPreferencesSchema,
    UnreadSchema,
)
from wire import NothingSchema

inbox = Routes("inbox", "/inbox", "Notices to the caller: one for each event that concerns him")
preferences = Routes("preferences", "/preferences", "What the caller wants to be told, on which ways, and when not")
dead_letters = Routes("dead_letters", "/dead-letters", "What the worker gave up, for the region's system administrator")


@inbox.route("", methods=["GET"])
@inbox.arguments(InboxQuerySchema, location="query")
@inbox.response(200, InboxPageSchema)
def list_notices(query: dict[str, Any]) -> Json:
    """List the caller's notices, newest first."""
    statement = queries.inbox(actor(), unread_only=query["unread"])
    rows, cursor = page(session(), statement, [InboxItem.id], [UUID], query, descending=True)
    return {"items": rows, "next_cursor": cursor}


@inbox.route("/unread-count", methods=["GET"])
@inbox.response(200, UnreadSchema)
def count_unread() -> Json:
    """Count the notices that the caller has not opened."""
    return {"unread": queries.unread_count(session(), actor())}


@inbox.route("/<uuid:item_id>/actions/read", methods=["POST"])
@inbox.arguments(NothingSchema)
@inbox.response(200, InboxItemSchema)
def read_notice(_: Json, item_id: UUID) -> InboxItem:
    """Mark a notice as read. Repeating it changes nothing."""
    return commands.mark_read(session(), actor(), item_id)


@preferences.route("", methods=["GET"])
@preferences.response(200, PreferencesSchema, etag=True)
def show_preferences() -> Json:
    """Show what the caller wants, defaults included."""
    return queries.preferences(session(), actor())


@preferences.route("", methods=["PUT"])
@preferences.arguments(SetPreferencesSchema)
@preferences.response(200, PreferencesSchema, etag=True)
@if_match()
def set_preferences(data: Json, seen_revision: int | None) -> Json:
    """Replace what the caller wants.

    Notices that the law wants told cannot be switched off; urgent ones ignore quiet hours.
    """
    commands.set_preferences(session(), actor(), data, seen_revision)
    return queries.preferences(session(), actor())


@dead_letters.route("", methods=["GET"])
@dead_letters.response(200, DeadLettersSchema)
def list_dead_letters() -> Json:
    """Count what was given up after all its attempts, by task and by channel. For the region's system administrator."""
    return {"items": given_up.dead_letters(session(), actor())}


@dead_letters.route("/actions/replay", methods=["POST"])
@dead_letters.arguments(ReplaySchema)
@dead_letters.response(200, ReplayedSchema)
def replay_dead_letters(data: Json) -> Json:
    """Try again what was given up of one task or channel, once its cause is mended. For the region's system administrator."""
    return {"replayed": given_up.replay(session(), actor(), data)}
