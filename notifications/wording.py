"""What a text is: its key, its row in docs/wording.md, its class, its words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """One text as shipped. `row` is its row in docs/wording.md, None for ours. The table `message_template` may say otherwise."""

    key: str
    row: int | None
    notice_class: str
    title: str
    text: str
    ignores_quiet_hours: bool = False
    is_editable: bool = True

    @property
    def source(self) -> str:
        """Where the words come from."""
        return "ours" if self.row is None else f"docs/wording.md {self.row}"
