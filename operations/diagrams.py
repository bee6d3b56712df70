"""Life-cycle diagrams for the docs and tables for the client, made from the tables that the server runs on."""

from __future__ import annotations

from pathlib import Path

import orjson

from workflow.handovers.rules import LIFE as HANDOVER
from workflow.hazards.rules import LIFE as HAZARD
from workflow.rectification.rules import LIFE as RECTIFICATION
from workflow.state_machine import StateMachine

_DOCS = Path(__file__).resolve().parent.parent / "docs"
_TITLES = {"hazard": "隐患 (hazard)", "handover": "移送函 (handover)", "rectification": "责令改正 (rectification)"}
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


def main() -> None:
    """Write docs/life-cycles.md and docs/life-cycles.json."""
    machines = [HAZARD, HANDOVER, RECTIFICATION]
    (_DOCS / "life-cycles.md").write_text(page(machines), encoding="utf-8")
    tables = orjson.dumps([machine.as_json() for machine in machines], option=orjson.OPT_INDENT_2)
    (_DOCS / "life-cycles.json").write_bytes(tables + b"\n")


if __name__ == "__main__":
    main()
