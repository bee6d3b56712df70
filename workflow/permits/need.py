"""我要不要办: three questions, and what follows from the answers. Pure. Source: 消防法 13, 15, 73(三) (docs/sources.md)."""

from __future__ import annotations

from typing import Any

from places.unit_kinds import VENUES
from workflow.permits.forms import ACCEPTANCES, OCCASIONS

UNCHANGED, NOT_A_VENUE = "UNCHANGED", "NONE"
QUESTIONS: list[dict[str, Any]] = [
    {"name": "venue_kind", "text": "您的场所属于哪一类?", "options": {**VENUES, NOT_A_VENUE: "以上都不是"}},
    {"name": "occasion", "text": "您现在是哪种情况?", "options": {**OCCASIONS, UNCHANGED: "已经取得意见书或者合格证,没有变化"}},
    {"name": "acceptance", "text": "场所所在的建筑办理过消防验收或者备案吗?", "options": ACCEPTANCES},
]

_NEEDED = (
    "需要办理。未经许可,不得投入使用、营业。可以选择告知承诺:材料齐全当场或者一个工作日内办结,之后现场核查;"
    "也可以选择一般程序:先现场检查,再决定。办理不收费。"
)


def verdict(venue_kind: str, occasion: str, acceptance: str) -> tuple[str, str, str]:
    """(result, words, basis): NOT_NEEDED, ACCEPTANCE_FIRST or NEEDED."""
    if venue_kind == NOT_A_VENUE:
        return (
            "NOT_NEEDED",
            "不需要办理。您的场所不属于公众聚集场所,仍应遵守消防安全规定,落实消防安全责任。",
            "消防法第十五条、第七十三条第三项",
        )
    if occasion == UNCHANGED:
        return (
            "NOT_NEEDED",
            "不需要重新办理。已经取得的意见书、合格证继续有效;今后改建、装修、改变用途或者变更名称、负责人的,须重新办理。",
            "消防法第十五条",
        )
    if acceptance == "NONE":
        return (
            "ACCEPTANCE_FIRST",
            "需要办理,但要先到当地住房和城乡建设部门办理消防验收或者备案,再来申请。",
            "消防法第十三条、第十五条",
        )
    return "NEEDED", _NEEDED, "消防法第十五条"
