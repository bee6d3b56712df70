"""台账: the rows of a period as a sheet. What people wrote is text there, never a formula."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from accounts.actor import Actor
from analytics.figures import facts, rows_of
from analytics.rules import FIGURES, MOST_LEDGER_ROWS
from database.base import Json
from problems import Invalid, field_error
from workflow.clocks import BEIJING
from workflow.hazards.models import Hazard
from workflow.hazards.rules import STATES

_COLUMNS = (
    ("编号", 24), ("旗县(市、区)", 14), ("隐患类别", 30), ("收到时间", 18), ("办理状态", 14), ("办结时间", 18),
    *((label, 10) for name, label in FIGURES.items() if name != "received"),
)  # fmt: skip


def sheet(session: Session, actor: Actor, query: Mapping[str, Any]) -> bytes:
    """An XLSX file of all that was received. Raises RoleNotAllowed; Invalid if it is more than one sheet can be read of."""
    statement = rows_of(session, actor, {**query, "figure": "received"}).order_by(Hazard.submitted_at, Hazard.id)
    hazards = list(session.scalars(statement.limit(MOST_LEDGER_ROWS + 1)))
    if len(hazards) > MOST_LEDGER_ROWS:
        raise Invalid(field_error("since", "too_many_rows", f"超过{MOST_LEDGER_ROWS}行,请缩短期间或者选择旗县"))
    file = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with Workbook(file, safe) as book:
        page = book.add_worksheet("台账")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for place, (label, width) in enumerate(_COLUMNS):
            page.set_column(place, place, width)
            page.write_string(0, place, label, head)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(hazards)), len(_COLUMNS) - 1)
        for nth, row in enumerate(facts(session, hazards), start=1):
            _write(page, nth, row, moment)
    return file.getvalue()


def _write(page: Any, nth: int, row: Json, moment: Any) -> None:
    texts = {0: row["number"], 1: row["region_name"], 2: row["category_label"], 4: STATES[row["state"]]}
    for place, text in texts.items():
        page.write_string(nth, place, text)
    for place, at in ((3, row["submitted_at"]), (5, row["closed_at"])):
        if at is not None:
            page.write_datetime(nth, place, at.astimezone(BEIJING).replace(tzinfo=None), moment)
    for place, name in enumerate([name for name in FIGURES if name != "received"], start=6):
        page.write_string(nth, place, "是" if row[name] else "否")
