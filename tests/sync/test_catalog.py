from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from accounts.actor import BRIGADE_ROLES, UNIT_ROLES, Actor, Grant, Role, UnitPower
from database.base import new_id
from sync.catalog import REGION_ROLES, Catalog, Synced
from tests.sync import toy
from tests.sync.world import World

PEOPLE = [UUID(int=number) for number in range(1, 5)]
REGIONS = ["150102", "150103", "150203"]
DIVISIONS = [*REGIONS, "150100", "150200", "150000"]

grants = st.builds(
    Grant, role=st.sampled_from(sorted({*REGION_ROLES, Role.GRID_WORKER, Role.RECEIVER_CLERK})), org_id=st.just(uuid4()),
    region_code=st.sampled_from(DIVISIONS),
)  # fmt: skip


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    held = tuple(draw(st.lists(grants, max_size=3)))
    return Actor(
        id=draw(st.sampled_from(PEOPLE)), name="", grants=held,
        roles=frozenset({Role.CITIZEN, *(grant.role for grant in held)}),
    )  # fmt: skip


visits = st.fixed_dictionaries(
    {
        "region_code": st.sampled_from(REGIONS),
        "officer_ids": st.lists(st.sampled_from(PEOPLE), max_size=3, unique=True),
        "reporter_id": st.sampled_from(PEOPLE),
    }
)


def replicated(synced: Synced, catalog: Catalog, entity: Any, actor: Actor) -> set[str]:
    return set(synced.scopes_of(entity)) & set(catalog.scopes_for(actor))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actor=actors(), drawn=st.lists(visits, min_size=1, max_size=6))
def test_scopes_of_scopes_for_and_visible_to_agree(world: World, actor: Actor, drawn: list[dict[str, Any]]) -> None:
    """Who replicates a record may see it; who may see it replicates it, league and region staff excepted."""
    catalog = world.engine.catalog
    with world.database.snapshot() as session:
        session.rollback()
    session = world.database.open()
    try:
        made = [
            toy.Visit(id=new_id(), revision=1, stamps={}, created_at=world.clock(), updated_at=world.clock(), state="open",
                      title="", count=0, words="", **values)
            for values in drawn
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        seen = set(session.scalars(select(toy.Visit.id).where(toy.VISIT.visible_to(actor))))
        banners = replace(actor, grants=tuple(g for g in actor.grants if not g.region_code.endswith("00")))
        seen_as_banner = set(session.scalars(select(toy.Visit.id).where(toy.VISIT.visible_to(banners))))
        for visit in made:
            on_device = bool(replicated(toy.VISIT, catalog, visit, actor))
            assert not on_device or visit.id in seen
            assert on_device == (visit.id in seen_as_banner)
    finally:
        session.rollback()
        session.close()


def a_record(synced: Synced, values: dict[str, Any]) -> Any:
    """Something with the columns that the scopes of a declaration read."""
    return SimpleNamespace(**{scope.column.key: values[scope.kind] for scope in synced.scopes if scope.column is not None})


def product() -> Sequence[Synced]:
    from api.app import SYNCED

    return SYNCED


@settings(max_examples=100, deadline=None)
@given(actor=actors(), region=st.sampled_from(REGIONS), person=st.sampled_from(PEOPLE))
def test_every_scope_of_the_product_is_one_that_somebody_can_be_in(actor: Actor, region: str, person: UUID) -> None:
    """A kind of scope that `scopes_for` never names would be written for nobody."""
    catalog = Catalog(product())
    agent = UnitPower(person, Role.AGENT, ("permits", "rectifications", "assistance"))
    everybody = Actor(
        id=person, name="", roles=frozenset(Role),
        grants=tuple(Grant(role, uuid4(), region) for role in BRIGADE_ROLES),
        units=(*(UnitPower(person, role) for role in UNIT_ROLES), agent),
    )  # fmt: skip
    names = {key.split(":", 1)[0] + "#" + key.rsplit("#", 1)[1] for key in catalog.scopes_for(everybody)}
    declared = {f"{scope.kind}#{scope.projection}" for synced in product() for scope in synced.scopes if scope.render is not None}
    assert declared <= names
    assert len(set(catalog.scopes_for(actor))) == len(catalog.scopes_for(actor))


def test_personal_scopes_come_first() -> None:
    actor = Actor(id=PEOPLE[0], name="", grants=(Grant(Role.FIRE_OFFICER, uuid4(), "150102"),), roles=frozenset())
    kinds = [key.split(":", 1)[0] for key in Catalog(product()).scopes_for(actor)]
    order = ["user", "reporter", "unit", "region", "public"]
    assert kinds == sorted(kinds, key=order.index)
