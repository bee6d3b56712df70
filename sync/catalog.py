"""What devices hold, declared by each feature beside its model.

One declaration yields three answers that must agree (a property test proves it): `scopes_of(entity)`, the scopes that a
record is in; `scopes_for(actor)`, the scopes that a person's device replicates; and `visible_to(actor)`, the SQL condition
for detail, list, count, export and search.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from accounts.actor import BRIGADE_ROLES, OFFICE_ROLES, UNIT_ROLES, Actor, Role, UnitPower
from database.base import Base, Json

_SINGLE = ("user", "reporter", "unit", "org")  # kinds of scope that name single records, not a whole division

# Who replicates a banner's officer scope, and what else of a banner names nobody of its own: its brigade, and those who watch
# over the passing-on of cases.
REGION_ROLES = BRIGADE_ROLES | {Role.SUPERVISOR}


@dataclass(frozen=True)
class Scope:
    """One way in which a record is seen: the values of `column` (a scalar or an array) name who sees it.

    kind: region, user, unit, reporter, public; or, over HTTP only, org (those who act for an organisation) and editor (content
    editors see what is not yet published). A `public` column is a flag: true means published.
    """

    kind: str
    projection: str
    column: Any  # an instrumented attribute; None for `public`, which everybody sees
    render: Callable[[Any], Json] | None = None  # None: seen over HTTP, never replicated
    topic: str = ""  # for `public`: laws, training
    matter: str | None = None  # for `unit`: what powers of a limited scope must reach (""; any); None: unlimited ones alone
    # Who has it, instead of the usual: of `region` on devices too, where every record of the projection says the same; of `org`.
    roles: frozenset[Role] | None = None
    where: Any = None  # over HTTP: a condition besides, for one model that holds several things

    def __post_init__(self) -> None:
        if self.render is not None and (self.where is not None or (self.roles is not None and self.kind != "region")):
            raise ValueError("devices are told of a record by its column alone")

    def values(self, entity: Any) -> list[str]:
        """The values by which the record is in this kind of scope."""
        value = self.column is None or getattr(entity, self.column.key)
        if self.kind == "public":
            return [self.topic] if value else []
        if value is None:
            return []
        return [str(item) for item in value] if isinstance(value, (list, tuple, set)) else [str(value)]


@dataclass(frozen=True)
class Synced:
    """The declaration of one entity type: its name on the wire, its model, its scopes, largest projection last."""

    type: str
    model: builtins.type[Base]
    scopes: Sequence[Scope]
    on_devices: Callable[[Any], bool] = lambda _: True  # False: out of every device's scope (closed long ago)
    moves: bool = False  # it stands where it stands: when a division goes into another one, it goes with it

    def scopes_of(self, entity: Any) -> dict[str, Scope]:
        """Replicated scope keys (`region:150102#officer`) of a record, with the rule that renders it there."""
        if not self.on_devices(entity):
            return {}
        return {
            f"{scope.kind}:{value}#{scope.projection}": scope
            for scope in self.scopes
            if scope.render is not None
            for value in scope.values(entity)
        }

    @property
    def is_told_to_some(self) -> bool:
        """True if only some of the staff of a division hold it: then its issues go to none of the others."""
        return any(scope.kind == "region" and scope.render is not None and scope.roles is not None for scope in self.scopes)

    def visible_to(self, actor: Actor) -> ColumnElement[bool]:
        """The rows that this actor may see, as a SQL condition."""
        if actor.has(Role.SYSTEM):
            return true()
        conditions = [condition for _, condition in self._conditions(actor)]
        return or_(*conditions) if conditions else false()

    def listed_for(self, actor: Actor) -> ColumnElement[bool]:
        """The same rows, for lists. Of somebody who sees single records the records are found first and put in order after.

        Otherwise PostgreSQL, which cannot tell how few they are, walks the whole table in the order of the list.
        """
        conditions = self._conditions(actor)
        if actor.has(Role.SYSTEM) or any(kind not in _SINGLE for kind, _ in conditions) or not conditions:
            return self.visible_to(actor)
        model: Any = self.model
        found = select(model.id).where(or_(*(condition for _, condition in conditions))).offset(0)  # a fence to the planner
        return model.id.in_(found)  # type: ignore[no-any-return]

    def within_divisions_of(self, actor: Actor) -> ColumnElement[bool]:
        """Those of them that lie in the divisions which this actor answers for: told by the division alone, so an index can."""
        conditions = [condition for kind, condition in self._conditions(actor) if kind == "region"]
        return or_(*conditions) if conditions else false()

    def _conditions(self, actor: Actor) -> list[tuple[str, ColumnElement[bool]]]:
        found = ((scope.kind, _condition(scope, actor)) for scope in self.scopes)
        return [(kind, condition) for kind, condition in found if condition is not None]


def _condition(scope: Scope, actor: Actor) -> ColumnElement[bool] | None:
    seen = _seen_by(scope, actor)
    return seen if seen is None or scope.where is None else and_(seen, scope.where)


def _seen_by(scope: Scope, actor: Actor) -> ColumnElement[bool] | None:
    column = scope.column
    if scope.kind == "public":
        return true() if column is None else column.is_(True)
    if scope.kind == "editor":
        return true() if actor.has(Role.CONTENT_EDITOR) else None
    if scope.kind == "region":
        prefixes = {grant.region_prefix for grant in actor.grants if grant.role in (scope.roles or REGION_ROLES)}
        return or_(*(_inside(column, prefix) for prefix in sorted(prefixes))) if prefixes else None
    values = _actor_values(scope.kind, actor, scope.matter, scope.roles or OFFICE_ROLES)
    if not values:
        return None
    if isinstance(column.type, ARRAY):
        return column.overlap(list(values))  # type: ignore[no-any-return]
    return column.in_(values)  # type: ignore[no-any-return]


def _inside(column: Any, prefix: str) -> ColumnElement[bool]:
    """A banner by equality, so that its index is used; a league or the region by prefix."""
    return column == prefix if len(prefix) == 6 else column.startswith(prefix, autoescape=True)  # type: ignore[no-any-return]


def _actor_values(kind: str, actor: Actor, matter: str | None, roles: frozenset[Role] = OFFICE_ROLES) -> list[UUID]:
    if kind in ("user", "reporter"):
        return [actor.id]
    if kind == "unit":
        return sorted({power.unit_id for power in actor.units if power.role in UNIT_ROLES and _reaches(power, matter)})
    if kind == "org":
        return sorted(actor.org_ids(*roles))
    raise ValueError(f"unknown kind of scope: {kind}")


def _reaches(power: UnitPower, matter: str | None) -> bool:
    """Unlimited powers see a unit as its manager does; an agent (经办人) sees what he was charged with."""
    if matter is None:
        return not power.scope
    return bool(power.scope) and (not matter or power.covers(matter))


class Catalog:
    """Everything that is synced. Assembled once, in `api/app.py`."""

    def __init__(self, declarations: Iterable[Synced]) -> None:
        self.by_type: Mapping[str, Synced] = {declaration.type: declaration for declaration in declarations}
        self.by_model: Mapping[type[Base], Synced] = {item.model: item for item in self.by_type.values()}
        # What a person can be in, once and for all: (kind, projection, topic) -> one of its scopes; all name the same people.
        self._kinds: dict[tuple[str, str, str], Scope] = {}
        for scope in (scope for item in self.by_type.values() for scope in item.scopes if scope.render is not None):
            first = self._kinds.setdefault((scope.kind, scope.projection, scope.topic), scope)
            if (first.matter, first.roles) != (scope.matter, scope.roles):
                raise ValueError(f"two kinds of people in one scope: {scope.kind}#{scope.projection}")

    def scopes_for(self, actor: Actor) -> list[str]:
        """The scope keys that this actor's device replicates now, personal ones first.

        Only banners are region scopes: league and region staff work over HTTP, so that no ancestor serialises the region.
        """
        keys: list[str] = []
        for (kind, projection, _), scope in self._kinds.items():
            keys += [f"{kind}:{value}#{projection}" for value in _replicated_values(scope, actor)]
        return sorted(keys, key=lambda key: (_PRIORITY[key.split(":", 1)[0]], key))


_PRIORITY = {"user": 0, "reporter": 1, "unit": 2, "region": 3, "public": 4}


def _replicated_values(scope: Scope, actor: Actor) -> list[str]:
    if scope.kind == "public":
        return [scope.topic]
    if scope.kind == "region":
        codes = {grant.region_code for grant in actor.grants if grant.role in (scope.roles or REGION_ROLES)}
        return sorted(code for code in codes if not code.endswith("00"))
    return [str(value) for value in _actor_values(scope.kind, actor, scope.matter)]
