"""Years of numbers: officers are lent blocks, serve papers on the spot, spoil sheets, give back; phones are lost and found.

`Seasons(client, clock, random.Random(seed)).week(12)` is one week in which twelve numbers are lent. What became
of each number is written down as it happens (`book`), apart from what the product says of it.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.clock import Clock
from tests.makers import CATEGORY, FOUND, Case, in_days, make_hazard, order_to
from tests.measures import DANGER, recorded
from tests.papers import block_of, on_the_spot
from tests.people import ELSEWHERE, HOME, Caller, Json, citizen, staff
from tests.workflow.phones import Phone
from workflow.papers.rules import HELD, LOST, MOST_HELD, ON_THE_SPOT, RETURNED, USED, VOID

LONGEST_AWAY, LONGEST_KEPT = 40, 8  # weeks: until a lost phone turns up, or a block that was kept is given back
_ACTS = {"order": ("verify_true", 1), "seal_record": ("seal_at_once", 2)}  # what says that it was served, and its version
SPOILT, GONE = "纸张污损", "手机遗失"


@dataclass
class Entry:
    """One number as those remember it who had it in their hands."""

    block_id: str
    paper: str
    phone: Phone
    state: str = HELD
    body: str = ""  # as it was served
    reason: str = ""

    def becomes(self, state: str, *, body: str = "", reason: str = "") -> None:
        """What its officer did with it, or his leader."""
        self.state, self.body, self.reason = state, body, reason


@dataclass
class Lost:
    """A phone with acts that nobody has heard of yet."""

    phone: Phone
    found_in: int | None  # the week in which it turns up
    served: list[tuple[Case, Caller, str, str]] = field(default_factory=list)  # case, colleague, number, body
    spoilt: list[str] = field(default_factory=list)  # numbers that were said void off line


@dataclass
class Seasons:
    """Two banners with three officers each."""

    client: FlaskClient
    clock: Clock
    chance: random.Random
    book: dict[str, Entry] = field(default_factory=dict)  # number -> what became of it
    weeks: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    _phones: dict[tuple[str, int], Phone] = field(default_factory=dict)
    _away: list[Lost] = field(default_factory=list)
    _kept: list[tuple[int, str, int, str]] = field(default_factory=list)  # until which week, banner and officer, which block

    @cached_property
    def reporter(self) -> Caller:
        """Who snaps everything."""
        return citizen(self.client)

    def week(self, count: int) -> None:
        """A week with so many numbers: they are lent on Monday, and by Sunday something has become of most of them."""
        monday = self.clock.now
        phone = self._phone(self.chance.choice((HOME, ELSEWHERE)), self.chance.randrange(3))
        paper = self.chance.choice(ON_THE_SPOT)
        self._make_room(phone, paper, count)
        block = self._lend(phone, paper, count)
        if self.chance.random() < 0.12:
            self._lose(phone, block)
        else:
            self._work(phone, block)
        self._try_again()
        self.weeks += 1
        self._give_back_what_was_kept()
        self._find_phones()
        self.clock.now = monday + timedelta(days=7)

    # ---- Numbers come and go ----

    def _lend(self, phone: Phone, paper: str, count: int) -> Json:
        block_id = str(new_id())
        asked = {"paper": paper, "count": count}
        if self.chance.random() < 0.5:
            answer = phone.officer.post("/number-blocks", {"id": block_id, **asked})
            assert answer.status_code == 201, answer.get_data(as_text=True)
        else:
            phone.device.mutate("number_block.lend", block_id, asked, version=2)
            assert self._push(phone) == ["applied"]
        block = block_of(phone.officer, block_id)
        for entry in block["numbers"]:
            assert entry["number"] not in self.book, f"{entry['number']} is lent a second time"
            self.book[entry["number"]] = Entry(block_id, paper, phone)
        self.clock.advance(minutes=30)
        return block

    def _make_room(self, phone: Phone, paper: str, count: int) -> None:
        """Whoever holds too many of a paper gives back before he is lent more."""
        mine = [entry for entry in self.book.values() if entry.state == HELD and entry.phone.whose == phone.whose]
        of_paper = [entry for entry in mine if entry.paper == paper]
        if len(of_paper) + count > MOST_HELD:
            blocks = dict.fromkeys(entry.block_id for entry in of_paper)
            for block_id in blocks:
                self._give_back(phone, block_id)
            self._kept = [kept for kept in self._kept if kept[3] not in blocks]

    def _work(self, phone: Phone, block: Json) -> None:
        """Papers are served, sheets spoilt; the rest goes back at once, or is kept for some weeks, or for good."""
        numbers = [entry["number"] for entry in block["numbers"]]
        self.chance.shuffle(numbers)
        for number in numbers[: self.chance.choice((0, 1, 2, 3, 4))]:
            self._serve(phone, block, number)
        rest = [number for number in numbers if self.book[number].state == HELD]
        for number in rest[: self.chance.randrange(len(rest) + 1) if rest else 0]:
            self._void(phone, block, number)
        if self.chance.random() < 0.75:
            self._give_back(phone, block["id"])
        elif self.chance.random() < 0.95:
            self._kept.append((self.weeks + self.chance.randint(1, LONGEST_KEPT), phone.region_code, phone.nth, block["id"]))

    def _serve(self, phone: Phone, block: Json, number: str) -> None:
        """On the spot, over HTTP or by the phone; the second officer signs at his own."""
        case, colleague = self._on_the_spot(phone, block["paper"])
        said, body = self._said(block, number, case)
        action = _ACTS[block["paper"]][0]
        if self.chance.random() < 0.5:
            case.act(phone.officer, action, **said)
        else:
            self._note(phone, block["paper"], case, said)
            assert self._push(phone) == ["applied"]
        self._cosign(phone, case, colleague)
        self.book[number].becomes(USED, body=body)
        self.happened["served"] += 1

    def _said(self, block: Json, number: str, case: Case) -> tuple[Json, str]:
        """The act that says what was served under this very number, and the bytes that were served."""
        one = {**block, "numbers": [{"number": number, "state": HELD}]}
        if block["paper"] == "seal_record":
            act = recorded(case, one)
            return act, act["served"]["body"]
        items = [{"description": f"第{self.chance.randint(1, 99)}号疏散通道堆放货物", "clause": "消防法28"}]
        order = on_the_spot(one, order_to(case, items=items), self.clock.now)
        return {**FOUND, "order": order}, order["served"]["body"]

    @staticmethod
    def _note(phone: Phone, paper: str, case: Case, said: Json) -> None:
        """The act is saved on the phone."""
        action, version = _ACTS[paper]
        phone.device.mutate(f"{case.kind}.{action}", str(case.id), said, version=version)

    def _on_the_spot(self, phone: Phone, paper: str) -> tuple[Case, Caller]:
        """A case that this officer checks with a colleague; or the place there that they mean to seal."""
        case = make_hazard(self.client, "SUBMITTED", phone.region_code, reporter=self.reporter)
        others = [staff(self.client, Role.FIRE_OFFICER, phone.region_code, nth) for nth in range(3)]
        colleague = self.chance.choice([other for other in others if other.id != phone.officer.id])
        case.act(case.office.clerk, "register", category=CATEGORY)
        case.act(case.office.leader, "assign", officer_ids=[str(phone.officer.id), str(colleague.id)])
        case.act(phone.officer, "start")
        self.clock.advance(minutes=1)
        return (case if paper == "order" else self._meant(case, phone.officer)), colleague

    @staticmethod
    def _meant(hazard: Case, officer: Caller) -> Case:
        """A sealing of what is checked."""
        measure_id = new_id()
        asked = {
            "id": str(measure_id), "hazard_id": str(hazard.id), "unit_name": "晨光宾馆", "place": "二层仓库", "danger": DANGER,
            "inspected_on": in_days(hazard, 0),
        }  # fmt: skip
        answer = officer.post("/measures/sealings", asked)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return Case("measure", measure_id, hazard.office, hazard.office.manager, hazard.id, "")

    @staticmethod
    def _cosign(phone: Phone, case: Case, colleague: Caller) -> None:
        drafted = case.read(phone.officer)["data"]["pending_act"]["act_sha256"]
        case.act(colleague, "cosign", act_sha256=drafted)
        assert case.state in ("VERIFIED_TRUE", "PROVISIONAL")

    def _void(self, phone: Phone, block: Json, number: str) -> None:
        said = {"number": number, "reason": SPOILT}
        if self.chance.random() < 0.5:
            answer = phone.officer.post(f"/number-blocks/{block['id']}/actions/void", said)
            assert answer.status_code == 200, answer.get_data(as_text=True)
        else:
            phone.device.mutate("number_block.void", block["id"], said)
            assert self._push(phone) == ["applied"]
        self.book[number].becomes(VOID, reason=SPOILT)

    def _give_back(self, phone: Phone, block_id: str) -> None:
        """What is left of it; nothing, if it was all accounted for."""
        held = self._held(phone.officer, block_id)
        phone.device.mutate("number_block.give_back", block_id)
        assert self._push(phone) == ["applied" if held else "noop"]
        for number in held:
            self.book[number].becomes(RETURNED)

    def _held(self, who: Caller, block_id: str) -> list[str]:
        entries = block_of(who, block_id)["numbers"]
        return [entry["number"] for entry in entries if self.book[entry["number"]].state == HELD]

    def _give_back_what_was_kept(self) -> None:
        for kept in [kept for kept in self._kept if kept[0] <= self.weeks]:
            self._kept.remove(kept)
            self._give_back(self._phone(*kept[1:3]), kept[3])

    # ---- Phones are lost and found ----

    def _lose(self, phone: Phone, block: Json) -> None:
        """He serves and spoils where there is no network, and loses the phone; the leader writes off what it held."""
        numbers = [entry["number"] for entry in block["numbers"]]
        away = Lost(phone, self.weeks + self.chance.randint(2, LONGEST_AWAY) if self.chance.random() < 0.6 else None)
        for number in numbers[:2] if self.chance.random() < 0.6 else ():
            case, colleague = self._on_the_spot(phone, block["paper"])
            said, body = self._said(block, number, case)
            self._note(phone, block["paper"], case, said)
            away.served.append((case, colleague, number, body))
        for number in numbers[2:3] if self.chance.random() < 0.5 else ():
            phone.device.mutate("number_block.void", block["id"], {"number": number, "reason": SPOILT})
            away.spoilt.append(number)
        leader = staff(self.client, Role.UNIT_LEADER, phone.region_code)
        answer = leader.post(f"/number-blocks/{block['id']}/actions/write_off", {"reason": GONE})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        for number in numbers:
            self.book[number].becomes(LOST, reason=GONE)
        del self._phones[phone.whose]
        self._away.append(away)
        self.happened["phones lost"] += 1

    def _find_phones(self) -> None:
        """What was served with it counts; that a sheet was spoilt is too late, for it was written off."""
        for away in [away for away in self._away if away.found_in is not None and away.found_in <= self.weeks]:
            self._away.remove(away)
            outcomes = self._push(away.phone)
            assert outcomes == ["applied"] * len(away.served) + ["rejected"] * len(away.spoilt), outcomes
            for case, colleague, number, body in away.served:
                self._cosign(away.phone, case, colleague)
                self.book[number].becomes(USED, body=body)
                self.happened["served, lost and found"] += 1
            self.happened["phones found"] += 1

    # ---- What must not be ----

    def _try_again(self) -> None:
        """Somebody would void a number of which something else became, or serve a second paper under it.

        What was given back and was served after all counts, and is tried elsewhere (tests/workflow/test_papers.py).
        """
        settled = [number for number in list(self.book)[-60:] if self.book[number].state not in (HELD, LOST)]
        if not settled or self.chance.random() < 0.6:
            return
        number = self.chance.choice(settled)
        entry = self.book[number]
        if entry.state == RETURNED or self.chance.random() < 0.5:
            said = {"number": number, "reason": SPOILT}
            answer = entry.phone.officer.post(f"/number-blocks/{entry.block_id}/actions/void", said)
        else:
            case, _ = self._on_the_spot(entry.phone, entry.paper)
            said, _ = self._said(block_of(entry.phone.officer, entry.block_id), number, case)
            answer = entry.phone.officer.post(f"{case.path}/actions/{_ACTS[entry.paper][0]}", said)
        assert answer.status_code == 409, answer.get_data(as_text=True)
        self.happened["refused"] += 1

    # ---- Phones ----

    def _phone(self, region_code: str, nth: int) -> Phone:
        """The one that this officer has now."""
        if (region_code, nth) not in self._phones:
            self._phones[region_code, nth] = Phone(self.client, self.clock, region_code, nth)
        return self._phones[region_code, nth]

    def _push(self, phone: Phone) -> list[str]:
        return phone.push(self.chance, self.happened)
