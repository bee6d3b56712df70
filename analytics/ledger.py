"""台账: the rows of a period as a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

import sheets
from accounts.actor import Actor
from analytics.figures import facts, rows_of
from analytics.rules import FIGURES, MOST_LEDGER_ROWS
from problems import Invalid, field_error
from sheets import Column
from workflow.hazards.models import Hazard
from workflow.hazards.rules import STATES

_FLAGS = {name: label for name, label in FIGURES.items() if name != "received"}
_COLUMNS = (
    Column("number", "编号", 24), Column("region_name", "旗县(市、区)"), Column("category_label", "隐患类别", 30),
    Column("submitted_at", "收到时间", 18), Column("state", "办理状态"), Column("closed_at", "办结时间", 18),
    *(Column(name, label, 10) for name, label in _FLAGS.items()),
)  # fmt: skip


def sheet(session: Session, actor: Actor, query: Mapping[str, Any]) -> bytes:
    """An XLSX file of all that was received. Raises RoleNotAllowed; Invalid if it is more than one sheet can be read of."""
    statement = rows_of(session, actor, {**query, "figure": "received"}).order_by(Hazard.submitted_at, Hazard.id)
    hazards = list(session.scalars(statement.limit(MOST_LEDGER_ROWS + 1)))
    if len(hazards) > MOST_LEDGER_ROWS:
        raise Invalid(field_error("since", "too_many_rows", f"超过{MOST_LEDGER_ROWS}行,请缩短期间或者选择旗县"))
    rows = (
        {**row, "state": STATES[row["state"]], **{name: "是" if row[name] else "否" for name in _FLAGS}}
        for row in facts(session, hazards)
    )
    return sheets.book("台账", _COLUMNS, rows)
