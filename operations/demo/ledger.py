"""What a run of the demo has read as done, so that somebody can check later that all of it is still there, and once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # people write into the ledger
    from operations.demo.people import Person


class PromiseBroken(Exception):
    """The product did not do what a story promises. The message says what, in Chinese."""


def require(holds: bool, promise: str) -> None:  # noqa: FBT001 - reads as a sentence at the call
    """Raises PromiseBroken unless the promise holds."""
    if not holds:
        raise PromiseBroken(promise)


def equal(found: Any, wanted: Any, promise: str) -> None:
    """Raises PromiseBroken with both values unless they are equal."""
    require(found == wanted, f"{promise}:应为 {wanted!r},实为 {found!r}")


@dataclass(frozen=True)
class Write:
    """A write over HTTP that was answered with a 2xx. The same request under the same key has the same answer for ever."""

    person_id: str
    name: str  # hazard.register
    subject_id: str
    path: str
    body: bytes
    key: str
    answer: dict[str, Any]


@dataclass(frozen=True)
class Pushed:
    """A mutation whose outcome the device has read."""

    person_id: str
    seq: int
    mid: str
    name: str
    subject_id: str
    outcome: str
    revision: int | None


@dataclass(frozen=True)
class Stored:
    """A photo whose last byte was acknowledged; `reader_id` may read its original."""

    media_id: str
    sha256: str
    reader_id: str


@dataclass(frozen=True)
class Final:
    """Where a case stood when its story was over, and who may look."""

    kind: str  # hazard, handover, rectification, permit, assistance
    subject_id: str
    state: str
    revision: int
    reader_id: str


@dataclass(frozen=True)
class Outcome:
    """How a story went. `failure` is empty if it kept its promises."""

    name: str
    title: str
    end: str
    seconds: float
    failure: str = ""


@dataclass
class Ledger:
    """One run."""

    seed: int
    people: dict[str, Person] = field(default_factory=dict)  # by person id, with their devices and sessions
    subjects: dict[str, str] = field(default_factory=dict)  # id -> kind, of every case of the run
    writes: list[Write] = field(default_factory=list)
    pushed: list[Pushed] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    finals: list[Final] = field(default_factory=list)
    expected: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (person, event, subject) -> notices
    outcomes: list[Outcome] = field(default_factory=list)

    def expect(self, person_id: str, event: str, subject_id: str) -> None:
        """An event happened that this person is told, once."""
        self.expected[person_id, event, subject_id] += 1

    def done(self, name: str, subject_id: str) -> int:
        """How often this act was acknowledged for this case, by either door."""
        written = sum(1 for write in self.writes if (write.name, write.subject_id) == (name, subject_id))
        applied = ("applied", "merged")
        pushed = [push for push in self.pushed if (push.name, push.subject_id) == (name, subject_id)]
        return written + sum(1 for push in pushed if push.outcome in applied)

    @property
    def failures(self) -> list[Outcome]:
        """Stories that did not keep their promises."""
        return [outcome for outcome in self.outcomes if outcome.failure]
