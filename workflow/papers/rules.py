"""Legal papers: how a text is made from its template, and what becomes of a number that was lent to a device. Pure.

A device without a network serves a paper under a number that it was lent before departure, and fills in the template that
came with it. The server fills in the same template with the same words and compares: both have to make the same bytes.
Source: docs/sources.md (papers on the spot).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

HELD, NAMED, USED, VOID, RETURNED, LOST = "HELD", "NAMED", "USED", "VOID", "RETURNED", "LOST"
NUMBER_STATES = {HELD: "待用", NAMED: "已填写,待签名", USED: "已使用", VOID: "作废", RETURNED: "已交回", LOST: "遗失核销"}
UNSETTLED = frozenset({HELD, NAMED})  # of which nobody has said yet what became of it
# What somebody may do with a number, from which states. A paper that was served under it counts, whatever was said of it: a
# lost phone turns up, or somebody gave back what a colleague had still to sign. What a draft names is not unused; and
# spoilt only once the draft has given way (`commands.void`).
_NEXT = {
    NAMED: (HELD, LOST, RETURNED),
    USED: (HELD, NAMED, LOST, RETURNED),
    VOID: (HELD, NAMED),
    RETURNED: (HELD,),
    LOST: (HELD, NAMED),
}

# What may be made and served without a network; decisions and letters are the server's alone.
ON_THE_SPOT = ("order", "seal_record")
INTERNAL = frozenset({"inspection_approval", "major_report"})  # read by the office alone
MOST_LENT = 20  # numbers of one block
MOST_HELD = 40  # numbers of one paper that one officer may hold unaccounted for

_FIELD = re.compile(r"\{([a-z_]+)\}")
NOBODY = "被检查单位(场所)"
ABSENT, NO_WITNESS = "(当事人不在场)", "(无)"
SEAL_RECORD = "临时查封现场笔录"
TITLES = {"IMMEDIATE": "责令立即改正通知书", "DEADLINE": "责令限期改正通知书"}


def may_become(state: str, target: str) -> bool:
    """True if a number that stands so may be said to be used, void, returned or lost."""
    return state in _NEXT[target]


def filled_in(template: str, words: Mapping[str, str]) -> str:
    """The text of a paper: each `{name}` of the template replaced. Raises KeyError for a name without words."""
    return _FIELD.sub(lambda match: words[match[1]], template)


def itemised(items: Iterable[tuple[str, str]]) -> str:
    """What is wrong, each with its clause or "", one after the other: 1. 安全出口上锁(消防法第二十八条)。."""
    lines = [f"{nth}. {what}{f'({clause})' if clause else ''}" for nth, (what, clause) in enumerate(items, start=1)]
    return ";\n".join(lines) + "。"
