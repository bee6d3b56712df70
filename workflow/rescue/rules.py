"""What a water source is and gives, and which reports of it stand. Pure: no database, no clock.

Source: docs/sources.md (消防水源, 六熟悉).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

KINDS = {
    "MUNICIPAL_HYDRANT": "市政消火栓",
    "UNIT_HYDRANT": "单位室外消火栓",
    "WATER_CRANE": "消防水鹤",
    "POOL": "消防水池",
    "WELL": "机井",
    "NATURAL": "天然水源取水点",
}
USABLE, OUT_OF_ORDER, FROZEN = "USABLE", "OUT_OF_ORDER", "FROZEN"
STATES = {USABLE: "可用", OUT_OF_ORDER: "损坏停用", FROZEN: "冻结"}

MOST_REPORTS = 3  # kept on the record, the latest first; the journal keeps every one

CONSTRUCTIONS = {
    "REINFORCED_CONCRETE": "钢筋混凝土结构",
    "STEEL": "钢结构",
    "BRICK_CONCRETE": "砖混结构",
    "BRICK_WOOD": "砖木结构",
    "WOOD": "木结构",
    "FELT_TENT": "毡房、帐篷",
    "OTHER": "其他",
}


def with_report(reports: Iterable[dict[str, Any]], told: dict[str, Any]) -> list[dict[str, Any]]:
    """The reports of a water source, the one that was seen last first; of two seen at once the one that came later."""
    every = sorted([told, *reports], key=lambda report: datetime.fromisoformat(report["seen_at"]), reverse=True)
    return every[:MOST_REPORTS]
