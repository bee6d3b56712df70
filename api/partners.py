"""/partners: systems of others, and the keys by which they speak with us."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.partners import commands, queries
from accounts.partners.models import ApiKey, Partner
from accounts.partners.schemas import (
    AddPartnerSchema,
    ApiKeySchema,
    IssuedKeySchema,
    IssueKeySchema,
    PartnerSchema,
    PartnersPageSchema,
    RenewKeySchema,
)
from api.context import actor, session
from api.paging import page
from api.routes import Routes, tells_a_secret
from database.base import Json
from wire import NothingSchema, PageSchema

routes = Routes("partners", "/partners", "Partners (数据合作方) and their keys for Open311 and webhooks")


@routes.route("", methods=["GET"])
@routes.arguments(PageSchema, location="query")
@routes.response(200, PartnersPageSchema)
def list_partners(query: dict[str, Any]) -> Json:
    """List the partners of the caller's divisions with their keys, oldest first. For the three administrators."""
    rows, cursor = page(session(), queries.partners(actor()), [Partner.id], [UUID], query)
    return {"items": queries.shown(session(), rows), "next_cursor": cursor}


@routes.route("", methods=["POST"])
@routes.arguments(AddPartnerSchema)
@routes.response(201, PartnerSchema, etag=True, location="/partners/{id}")
def add_partner(data: dict[str, Any]) -> Json:
    """Add a partner, without any key yet. For the system administrator of the division."""
    return queries.shown(session(), [commands.add(session(), actor(), data)])[0]


@routes.route("/<uuid:partner_id>", methods=["GET"])
@routes.response(200, PartnerSchema, etag=True)
def show_partner(partner_id: UUID) -> Json:
    """Show a partner with its keys, newest first. For the three administrators."""
    return queries.shown(session(), [queries.partner_seen_by(session(), actor(), partner_id)])[0]


@routes.route("/<uuid:partner_id>/keys", methods=["POST"])
@routes.arguments(IssueKeySchema)
@routes.response(201, IssuedKeySchema)
@tells_a_secret
def issue_key(data: dict[str, Any], partner_id: UUID) -> Json:
    """Issue a key for some divisions and interfaces. For the system administrator of all of them.

    `secret` is the key. It is told this once and kept only as a hash.
    """
    return _issued(*commands.issue(session(), actor(), partner_id, data))


@routes.route("/<uuid:partner_id>/keys/<uuid:key_id>/actions/rotate", methods=["POST"])
@routes.arguments(RenewKeySchema)
@routes.response(200, IssuedKeySchema)
@tells_a_secret
def rotate_key(data: dict[str, Any], partner_id: UUID, key_id: UUID) -> Json:
    """Replace a key by another that opens the same. The old one stays good for some days, so that the partner can change over."""
    return _issued(*commands.rotate(session(), actor(), partner_id, key_id, data))


@routes.route("/<uuid:partner_id>/keys/<uuid:key_id>/actions/revoke", methods=["POST"])
@routes.arguments(NothingSchema)
@routes.response(200, ApiKeySchema)
def revoke_key(_: Json, partner_id: UUID, key_id: UUID) -> Json:
    """Revoke a key. It opens nothing from now on, and nothing is sent by webhook to a partner without any."""
    return queries.key_facts(session(), commands.revoke(session(), actor(), partner_id, key_id))


def _issued(key: ApiKey, secret: str) -> Json:
    return {**queries.key_facts(session(), key), "secret": secret}
