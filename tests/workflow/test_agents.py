"""An agent (经办人) of an enterprise sees and does what he was charged with, and no more."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role, UnitPower
from api.context import Parts
from database.base import new_id
from places.models import Unit
from places.synced import UNIT
from tests.makers import make_order
from workflow.rectification.models import Rectification
from workflow.rectification.synced import RECTIFICATION


@pytest.mark.parametrize(
    ("role", "scope", "sees"),
    [
        (Role.UNIT_MANAGER, (), True),
        (Role.AGENT, ("rectifications",), True),
        (Role.AGENT, ("permits", "rectifications"), True),
        (Role.AGENT, ("training",), False),
    ],
)
def test_an_order_is_seen_and_replicated_by_those_whose_power_reaches_it(
    client: FlaskClient, parts: Parts, session: Session, role: Role, scope: tuple[str, ...], *, sees: bool
) -> None:
    case = make_order(client, "ORDERED")
    order = session.get_one(Rectification, case.id)
    assert order.unit_id is not None
    actor = Actor(id=new_id(), name="", roles=frozenset({Role.CITIZEN}), units=(UnitPower(order.unit_id, role, scope),))
    seen = session.scalars(select(Rectification.id).where(RECTIFICATION.visible_to(actor), Rectification.id == order.id)).all()
    assert bool(seen) is sees
    mine = set(parts.catalog.scopes_for(actor))
    assert bool(mine & RECTIFICATION.scopes_of(order).keys()) is sees
    unit = session.get_one(Unit, order.unit_id)
    assert mine & UNIT.scopes_of(unit).keys(), "whoever acts for a unit knows which one it is"
