"""网格巡查 by a grid worker and 单位自查 by the unit itself: two kinds of visit that are no act of law. Pure.

Whoever walks looks and notes: nobody is ordered, nothing is sealed, no certificate is shown, and no officer signs. What a grid
worker finds he may report like any hazard; what a unit finds it puts right by a day that it sets. An inspection by officers
(workflow/inspections) and technical assistance (workflow/assistance) are the other two kinds. Sources: 国办发〔2024〕54号;
机关、团体、企业、事业单位消防安全管理规定(公安部令第61号) 25, 26, 31 (docs/sources.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from accounts.actor import Role

GRID_PATROL, SELF_CHECK = "GRID_PATROL", "UNIT_SELF_CHECK"
KINDS = {GRID_PATROL: "网格巡查", SELF_CHECK: "单位自查"}
# By which checklists each goes (workflow/models.py: Checklist).
CHECKLISTS = {GRID_PATROL: ("GRID_PATROL",), SELF_CHECK: ("DAILY_PATROL", "MONTHLY_CHECK")}
PUTTING_RIGHT, DONE = "PUTTING_RIGHT", "DONE"
STATES = {PUTTING_RIGHT: "整改中", DONE: "已完成"}

PATROLLERS = frozenset({Role.GRID_WORKER, Role.TOWN_OFFICER})
CHECKERS = frozenset({Role.UNIT_RESPONSIBLE, Role.UNIT_MANAGER})

Answer = Mapping[str, Any]  # code, result, note, photos, is_fixed, put_right_by


def contradiction(kind: str, answers: Iterable[Answer], asked: Iterable[str], day: date) -> tuple[str, str, str] | None:
    """What does not fit, as (field, stable code, words); None if all fits. `day`: on which somebody walked.

    Every item is answered once, and what is wrong is said or shown. Of what a unit finds wrong it says what becomes of it: put
    right there and then, or by which day. A grid worker sets nobody a day.
    """
    given = list(answers)
    if sorted(answer["code"] for answer in given) != sorted(asked):
        return "answers", "not_every_item", "请逐项填写检查表,每项一次"
    for place, answer in enumerate(given):
        misfit = _misfit(kind, answer, day)
        if misfit is not None:
            name, code, words = misfit
            return f"answers.{place}.{name}", code, words
    return None


def _misfit(kind: str, answer: Answer, day: date) -> tuple[str, str, str] | None:
    is_bad, by = answer["result"] == "BAD", answer["put_right_by"]
    if is_bad and not (answer["note"] or answer["photos"]):
        return "note", "required", "请写明问题或者拍照"
    if not is_bad and answer["is_fixed"]:
        return "is_fixed", "fixed_without_fault", "只有不符合的项目才能标为已当场整改"
    if by is not None and (not is_bad or answer["is_fixed"] or kind != SELF_CHECK):
        return "put_right_by", "nothing_to_put_right", "只有单位自查中尚未整改的问题才填写整改期限"
    if by is not None and by < day:
        return "put_right_by", "in_the_past", "整改期限不能早于检查日期"
    if kind == SELF_CHECK and is_bad and not answer["is_fixed"] and by is None:
        return "put_right_by", "required", "请填写整改期限,或者标为已当场整改"
    return None


def left_to_put_right(answers: Iterable[Answer]) -> list[Answer]:
    """The items for which a day was set, and which nobody has put right yet."""
    return [answer for answer in answers if answer["put_right_by"] is not None and answer["put_right"] is None]
