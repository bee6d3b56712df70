"""The five figures of a leader, and by what they are told apart. Pure."""

from __future__ import annotations

from accounts.actor import Role

# Of the reports that came in within the months asked for.
FIGURES = {
    "received": "收到",
    "on_time": "按时核查",
    "overdue": "超期",
    "substantiated": "属实",
    "rectified": "已整改",
}
GROUPS = {"month": "月份", "league": "盟市", "region": "旗县(市、区)", "category": "隐患类别"}
NO_CATEGORY = "NONE"  # what nobody has looked at yet has no code of the law

# Who reads figures of his jurisdiction, and their rows; neither says who reported, nor where.
READERS = frozenset({Role.UNIT_LEADER, Role.SUPERVISOR, Role.ANALYST, Role.COMMANDER})
MOST_MONTHS = 36
MOST_LEDGER_ROWS = 20_000
