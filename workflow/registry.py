"""The deadline registry: what every clock is held to, open to everybody, edited by the region's administrators.

Law changes: a notice sets another number of days, and a row of its source follows it. Clocks that run in days are computed
again then; hours that run keep their end (`timekeeping.recompute`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE, Actor, Role
from database.base import Json
from database.journal import record
from database.session import now, remembered
from problems import Invalid, NotFound, RoleNotAllowed, StaleRevision, field_error
from workflow.models import CLOCK_KINDS, CLOCK_UNITS, ClockRule

HOURS_ONLY = "QW-"  # by how many hours something comes earlier in the queue (workflow/queue/ranking.py)
_EDITED = ("label", "n", "unit", "kind", "basis")


def rules(session: Session) -> list[Json]:
    """Every rule, by its code."""
    return [facts(row) for row in session.scalars(select(ClockRule).order_by(ClockRule.code))]


def facts(row: ClockRule) -> Json:
    """A rule as everybody sees it."""
    term = f"{row.n}{CLOCK_UNITS[row.unit]}" if row.n else "按文书载明的日期"
    return {
        "code": row.code, "revision": row.revision, **{name: getattr(row, name) for name in _EDITED},
        "term": term, "kind_label": CLOCK_KINDS[row.kind], "updated_at": row.updated_at,
    }  # fmt: skip


def edit_rule(session: Session, actor: Actor, code: str, data: dict[str, Any], seen_revision: int | None) -> ClockRule:
    """Replace what a rule says. Event: clock_rule.edited, upon which open clocks are computed again.

    `data`: label, n, unit, kind, basis. `seen_revision` None: any. Raises NotFound, RoleNotAllowed, StaleRevision.
    """
    if not actor.may_in(REGION_CODE, Role.SYS_ADMIN):
        raise RoleNotAllowed(action="edit_rule")
    row = session.scalars(
        update(ClockRule)
        .where(ClockRule.code == code)
        .values(revision=ClockRule.revision + 1, updated_at=now(session))
        .returning(ClockRule)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if seen_revision not in (None, row.revision - 1):
        raise StaleRevision(current=row.revision - 1)
    if code.startswith(HOURS_ONLY) and data["unit"] != "h":
        raise Invalid(field_error("unit", "hours_only", "待办排序的提前量应以小时计"))
    before = {name: getattr(row, name) for name in _EDITED}
    for name in _EDITED:
        setattr(row, name, data[name])
    session.flush()  # who reads the registry from here on reads this
    remembered(session, "clock_rules").clear()
    changes = {name: [before[name], data[name]] for name in _EDITED if before[name] != data[name]}
    record(session, "clock_rule.edited", row, actor, data={"code": code, "changes": changes})
    return row
