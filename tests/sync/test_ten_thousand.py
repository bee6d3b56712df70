"""Ten thousand operations that meet lost answers, copies at once and other bodies under their ids: ten thousand effects."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from accounts.actor import Role
from database.base import new_id
from sync.problems import Busy, Fork
from tests.sync.checks import digests_are_sums, positions_have_no_gap
from tests.sync.world import HOME, Json, Phone, World, line, mid_of

MakeWorld = Callable[..., World]
OPERATIONS, SEED, MOST_COPIES, PHONES = 10_000, 20261126, 20, 8


class LostBeforeCommit(Exception):
    """The connection broke when everything was ready but the COMMIT."""


class Faults:
    """What befalls the next operation."""

    def __init__(self, phone: Phone, chance: random.Random, pool: ThreadPoolExecutor) -> None:
        self._phone = phone
        self._chance = chance
        self._pool = pool
        self.breaks = False  # the next COMMIT

    def before_commit(self, _: Session) -> None:
        if self.breaks:
            self.breaks = False
            raise LostBeforeCommit

    def send(self) -> Json:
        """The last line alone; its result."""
        return self._phone.push(self._phone.lines[-1:], first_seq=len(self._phone.lines))[0]

    def lost_before_commit(self) -> Json:
        self.breaks = True
        with pytest.raises(LostBeforeCommit):
            self.send()
        return self.send()

    def lost_after_commit(self) -> Json:
        first = self.send()
        assert self.send() == {**first, "duplicate": True}
        return first

    def copies_at_once(self) -> Json:
        answers = list(self._pool.map(lambda _: self._copy(), range(self._chance.randint(2, MOST_COPIES))))
        applied = [answer for answer in answers if answer is not None]
        assert sum(not answer["duplicate"] for answer in applied) == 1
        return next(answer for answer in applied if not answer["duplicate"])

    def _copy(self) -> Json | None:
        try:
            return self.send()
        except Busy:
            return None

    def another_body_under_its_mid(self) -> Json:
        first, phone = self.send(), self._phone
        other = line("visit.open", new_id(), mid=mid_of(phone.lines[-1]), args={"region_code": HOME, "title": "另一家"})
        with pytest.raises(Fork):
            phone.push([other], first_seq=len(phone.lines))
        phone.lines.append(other)
        assert self.send()["code"] == "mid_taken"
        return first


@pytest.mark.deep
def test_ten_thousand_operations_have_ten_thousand_effects_and_the_same_answers_when_they_come_again(
    make_world: MakeWorld, record_property: Callable[[str, object], None]
) -> None:
    began, chance = time.monotonic(), random.Random(SEED)
    faults: list[Faults] = []
    world = make_world(before_commit=[lambda session: faults[-1].before_commit(session) if faults else None])
    phones = [world.phone(world.person(Role.UNIT_LEADER)) for _ in range(PHONES)]
    answers: dict[str, Json] = {}
    kinds: Counter[str] = Counter()
    with ThreadPoolExecutor(MOST_COPIES) as pool:
        for _ in range(OPERATIONS):
            phone = chance.choice(phones)
            faults[:] = [Faults(phone, chance, pool)]
            befalls = chance.choice(WAYS)
            visit = phone.open()
            result = getattr(faults[0], befalls)()
            assert (result["outcome"], result["duplicate"]) == ("applied", False)
            answers[str(visit)] = result
            kinds[befalls] += 1
    assert len(world.visits()) == OPERATIONS
    assert {str(visit) for visit in world.visits()} == answers.keys()
    came_again: dict[str, Json] = {}
    for phone in phones:
        again = replayed(phone)
        assert all(item["duplicate"] for item in again)
        came_again |= {item["mid"]: item for item in again if item["outcome"] == "applied"}
    assert came_again == {item["mid"]: {**item, "duplicate": True} for item in answers.values()}
    positions_have_no_gap(world)
    digests_are_sums(world)
    record_property("figures", f"{OPERATIONS} operations, {dict(kinds)}: {time.monotonic() - began:.0f} s")


WAYS: Sequence[str] = ("lost_before_commit", "lost_after_commit", "copies_at_once", "another_body_under_its_mid")


def replayed(phone: Phone) -> list[Json]:
    """The answers when a queue sends everything once more."""
    found: list[Json] = []
    for start in range(0, len(phone.lines), 200):
        found += phone.push(phone.lines[start : start + 200], first_seq=start + 1)[:-1]
    return found
