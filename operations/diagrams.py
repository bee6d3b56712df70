"""Life-cycle diagrams for the docs and tables for the client, made from the tables that the server runs on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson

from workflow.assistance.rules import LIFE as ASSISTANCE
from workflow.handovers.rules import LIFE as HANDOVER
from workflow.hazards.rewards.rules import LIFE as REWARD_CLAIM
from workflow.hazards.rules import LIFE as HAZARD
from workflow.hazards.unsealing.rules import LIFE as UNSEALING
from workflow.inspections.rules import LIFE as INSPECTION
from workflow.majors.rules import LIFE as MAJOR
from workflow.measures.rules import LIFE as MEASURE
from workflow.permits.rules import LIFE as PERMIT
from workflow.rectification.rules import LIFE as RECTIFICATION
from workflow.state_machine import StateMachine
from workflow.transfers.rules import LIFE as TRANSFER

_ROOT = Path(__file__).resolve().parent.parent
_TITLES = {
    "hazard": "隐患 (hazard)",
    "handover": "移送函 (handover)",
    "rectification": "责令改正 (rectification)",
    "permit": "开业前消防安全检查 (permit)",
    "assistance": "技术帮扶 (assistance)",
    "inspection": "消防监督检查 (inspection)",
    "measure": "临时查封、停产停业 (measure)",
    "major": "重大火灾隐患 (major)",
    "transfer": "涉嫌犯罪案件移送 (transfer)",
    "reward_claim": "举报奖励 (reward claim)",
    "unsealing": "启封举报人身份 (unsealing)",
}
_HEAD = "# Life cycles\n\nMade by `make docs` from the tables in `workflow/*/rules.py`; do not edit.\n"


def page(machines: list[StateMachine]) -> str:
    """The Markdown page: a diagram and a table of who may do what, for each life cycle."""
    parts = [_HEAD]
    for machine in machines:
        parts.append(f"\n## {_TITLES[machine.name]}\n\n```mermaid\n{machine.mermaid()}```\n")
        parts.append("\n| from | action | to | who | clocks | officers |\n|---|---|---|---|---|---|\n")
        for step in machine.transitions:
            clocks = [f"▶ {clock}" for clock in step.clocks_started] + [f"■ {clock}" for clock in step.clocks_stopped]
            who = ", ".join(sorted(step.who))
            parts.append(
                f"| {step.source or '–'} | `{step.action}` {step.label} | {step.target} | {who} | {' '.join(clocks)} "
                f"| {step.officers} |\n"
            )
    return "".join(parts)


def tables(machines: list[StateMachine]) -> str:
    """The same as JSON, for programs."""
    return orjson.dumps([machine.as_json() for machine in machines], option=orjson.OPT_INDENT_2).decode() + "\n"


MACHINES = [HAZARD, HANDOVER, RECTIFICATION, PERMIT, ASSISTANCE, INSPECTION, MEASURE, MAJOR, TRANSFER, REWARD_CLAIM, UNSEALING]
DOCUMENTS: dict[str, Callable[[], str]] = {
    "docs/life-cycles.md": lambda: page(MACHINES),
    "docs/life-cycles.json": lambda: tables(MACHINES),
}


def main() -> None:
    """Write them."""
    for path, made in DOCUMENTS.items():
        (_ROOT / path).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
