"""Who acts for an enterprise: the legal person's claim, managers and agents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts import unit_powers
from accounts.actor import Role
from accounts.identifiers import masked_name, masked_phone
from accounts.models import Person, UnitPower
from accounts.office_schemas import ClaimableSchema, ClaimUnitSchema, NameAgentSchema, UnitPowerSchema, UnitPowersSchema
from accounts.roles import ROLE_NAMES
from api.context import actor, parts, session
from api.routes import Routes
from database.base import Json

routes = Routes("unit_powers", "/units", "Who acts for an enterprise")


def _facts(power: UnitPower, person: Person) -> Json:
    names = ("id", "unit_id", "person_id", "role", "scope", "valid_from", "valid_until")
    return {name: getattr(power, name) for name in names} | {
        "role_name": ROLE_NAMES[Role(power.role)],
        "name": masked_name(person.name),
        "phone": masked_phone(person.phone),
    }


def _answer(power: UnitPower) -> Json:
    return _facts(power, session().get_one(Person, power.person_id))


@routes.route("/claimable", methods=["GET"])
@routes.response(200, ClaimableSchema)
def show_claimable() -> Json:
    """Show the enterprise whose legal person the caller is, before he claims it.

    The session must have been opened through the identity provider as a legal person, at level 3.
    """
    uscc, unit = unit_powers.claimable(session(), actor())
    if unit is None:
        return {"uscc": uscc, "unit": None}
    holder = unit.legal_person_id
    responsible = "nobody" if holder is None else "caller" if holder == actor().id else "other"
    seen = {name: getattr(unit, name) for name in ("id", "name", "region_code", "address")}
    return {"uscc": uscc, "unit": seen | {"responsible": responsible}}


@routes.route("/<uuid:unit_id>/claim", methods=["POST"])
@routes.arguments(ClaimUnitSchema)
@routes.response(201, UnitPowerSchema)
def claim_unit(data: dict[str, Any], unit_id: UUID) -> Json:
    """Claim an enterprise as its legal person.

    The session must have been opened through the identity provider as the legal person of this credit code, at level 3.
    """
    return _answer(unit_powers.claim_unit(session(), actor(), unit_id, data))


@routes.route("/<uuid:unit_id>/agents", methods=["GET"])
@routes.response(200, UnitPowersSchema)
def list_agents(unit_id: UUID) -> Json:
    """List who may act for the unit now. For its responsible person and its managers."""
    return {"items": [_facts(power, person) for power, person in unit_powers.agents_of(session(), actor(), unit_id)]}


@routes.route("/<uuid:unit_id>/agents", methods=["POST"])
@routes.arguments(NameAgentSchema)
@routes.response(201, UnitPowerSchema)
def name_agent(data: dict[str, Any], unit_id: UUID) -> Json:
    """Charge somebody with acting for the unit. He is named by his phone and needs no account yet.

    The caller must have signed in through the identity provider, at level 3; an agent needs a scope and an end.
    """
    return _answer(unit_powers.name_agent(session(), parts().ring, actor(), unit_id, data))


@routes.route("/<uuid:unit_id>/agents/<uuid:power_id>", methods=["DELETE"])
@routes.response(204)
def revoke_agent(unit_id: UUID, power_id: UUID) -> None:
    """End somebody's power for the unit, or lay down one's own. It acts at once.

    For somebody else's, the caller must have signed in through the identity provider, at level 3.
    """
    unit_powers.revoke_agent(session(), actor(), unit_id, power_id)
