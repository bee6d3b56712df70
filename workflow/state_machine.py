"""Life cycles as tables: from, action, to, who. HTTP, devices, the docs and the client read the same table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.actor import Role
from problems import IllegalTransition, RoleNotAllowed

START = ""  # the state before the record exists


@dataclass(frozen=True)
class Transition:
    """One row of the table. `clocks_started` and `clocks_stopped` are rule ids of `workflow/clocks.py`."""

    source: str
    action: str
    target: str
    who: frozenset[Role]
    label: str = ""  # what a button says
    clocks_started: tuple[str, ...] = ()
    clocks_stopped: tuple[str, ...] = ()
    officers: int = 1  # how many officers have to sign

    def as_offer(self) -> dict[str, object]:
        """The step as the button of whoever may take it."""
        return {"action": self.action, "label": self.label, "officers": self.officers}


@dataclass(frozen=True)
class StateMachine:
    """A life cycle: states in the order of the table, transitions, and which states are final."""

    name: str
    labels: dict[str, str]  # state -> Chinese name; also the list of states
    transitions: Sequence[Transition]
    final: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        for step in self.transitions:
            if step.target not in self.labels or (step.source != START and step.source not in self.labels):
                raise ValueError(f"{self.name}.{step.action} names an unknown state")

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, in the order of the table."""
        return tuple(self.labels)

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action, once, in the order of the table."""
        return tuple(dict.fromkeys(step.action for step in self.transitions))

    def steps(self, action: str) -> list[Transition]:
        """The rows of one action."""
        return [step for step in self.transitions if step.action == action]

    def find(self, state: str, action: str, roles: Iterable[Role]) -> Transition:
        """The row that applies. Raises RoleNotAllowed before IllegalTransition: who may never act learns no state."""
        held = frozenset(roles)
        rows = self.steps(action)
        allowed = [step for step in rows if step.who & held]
        if not allowed:
            raise RoleNotAllowed(action=action)
        for step in allowed:
            if step.source == state:
                return step
        raise IllegalTransition(state=state, action=action)

    def offered(self, state: str, roles: Iterable[Role]) -> list[Transition]:
        """The steps that somebody with these roles may take from this state."""
        held = frozenset(roles)
        return [step for step in self.transitions if step.source == state and step.who & held]

    def mermaid(self) -> str:
        """A Mermaid state diagram, one line for each (from, to) pair with its actions."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state}: {label}<br/>{state}" for state, label in self.labels.items()]
        pairs: dict[tuple[str, str], list[str]] = {}
        for step in self.transitions:
            pairs.setdefault((step.source, step.target), []).append(step.action)
        for (source, target), actions in pairs.items():
            lines.append(f"    {source or '[*]'} --> {target}: {' / '.join(dict.fromkeys(actions))}")
        lines += [f"    {state} --> [*]" for state in self.states if state in self.final]
        return "\n".join(lines) + "\n"

    def as_json(self) -> dict[str, object]:
        """The table for the client: states with their names, transitions with who may take them."""
        return {
            "name": self.name,
            "states": [{"state": state, "label": label, "final": state in self.final} for state, label in self.labels.items()],
            "transitions": [
                {
                    "from": step.source,
                    "action": step.action,
                    "to": step.target,
                    "label": step.label,
                    "who": sorted(step.who),
                    "clocks_started": list(step.clocks_started),
                    "clocks_stopped": list(step.clocks_stopped),
                    "officers": step.officers,
                }
                for step in self.transitions
            ],
        }
