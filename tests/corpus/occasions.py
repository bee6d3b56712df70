"""For each mutation an occasion on which it is done: who acts, on which record, with which arguments.

Ids of people, offices and records are those of one database. In the corpus they stand by name (`$entity`, `$first_officer`);
an occasion in another database says what the names mean there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from string import Template
from typing import Any

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from device.client import Device
from sync.mutations import Mutation
from tests.assistance import ASKED, expert
from tests.clock import Clock
from tests.contracts.cases import LIVES
from tests.contracts.document import Json, operations
from tests.contracts.targets import rightful, task_of
from tests.contracts.world import World
from tests.majors import noted_here
from tests.makers import CATEGORY, FOUND, collection, make_hazard, order_to, report
from tests.measures import asked_here
from tests.pack import POSITION, a_source, make_source, make_unit
from tests.papers import lend
from tests.patrols import a_round, to_put_right
from tests.people import BASE, Caller, staff
from tests.photos import shown_twice
from tests.transfers import reported_here
from tests.wsgi import WsgiTransport

# What need not be said, and usually is.
SAID: Json = {"note": "已当面说明", **FOUND}


@dataclass
class Occasion:
    """Somebody with his phone before a record. `names`: what else only this database has, by its name in the corpus."""

    world: World
    caller: Caller
    entity_id: str
    args: Json = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def device(self) -> Device:
        """The caller's phone."""
        return phone_of(self.world, self.caller)

    @cached_property
    def known(self) -> Json:
        """Name -> value, here."""
        office = self.world.office
        first, second = office.officers
        return {
            "entity": self.entity_id,
            "epoch": self.device.register()["epoch"],
            "first_officer": str(first.id),
            "second_officer": str(second.id),
            "receiver_org": str(office.receiver.org_id),
            "other_receiver_org": str(office.other_receiver.org_id),
            "unit": str(office.manager.unit_id),
            **self.names,
        }

    def seal(self, mutation: Mutation) -> str:
        """The line, as a phone that has pulled seals it today."""
        self.device.pull()
        sealed = self.device.mutate(
            mutation.name, self.entity_id, self.args, changes=self.changes, version=mutation.version
        ).line.decode()
        for name, value in self.known.items():
            sealed = sealed.replace(f'"{value}"', f'"${name}"')
        return sealed

    def hold(self, line: str) -> Device:
        """The phone, which has sealed this line of the corpus and is known to the server."""
        sealed = Template(line).substitute(self.known)
        document: Json = json.loads(sealed)
        entity = document["entity"]
        self.device.store.append(document["mid"], document["name"], entity["type"], entity["id"], sealed.encode())
        return self.device


def phone_of(world: World, caller: Caller) -> Device:
    """A phone on which somebody has signed in."""
    device = Device(WsgiTransport(world.client.application.wsgi_app), clock=_parts(world).database.clock)
    device.sign_in(**caller.way)
    return device


def occasion(world: World, mutation: Mutation) -> Occasion:
    """Where this mutation makes sense."""
    if mutation.name in OTHERS:
        return OTHERS[mutation.name](world)
    kind, action = mutation.entity_type, mutation.action
    assert kind in LIVES, f"{mutation.name}: say in tests/corpus/occasions.py where it makes sense"
    case = world.for_action(kind, action)
    path = f"{BASE}/{collection(kind)}/{{entity_id}}/actions/{action}"
    [operation] = [item for item in operations(world.document) if item.path == path]
    args = world.arguments(operation, case) | {name: SAID[name] for name in SAID.keys() & mutation.schema().fields.keys()}
    if "order" in args and kind == "hazard":
        args["order"] = order_to(case)
    names = {}
    if action == "cosign":
        names["act"] = world.drafted(case)
    elif action == "merge":
        names["master"] = args["master_id"]
    elif action == "report_fix":
        names["item"] = args["items"][0]["id"]
    elif action == "report_progress" and kind == "assistance":
        names["item"] = args["fixed_item_ids"][0]
    elif action in ("schedule", "reschedule"):
        names["expert"] = str(expert(case).id)
    return Occasion(world, rightful(case, action), str(case.id), args, names=names)


def submit(world: World) -> Occasion:
    """A citizen reports, and says all that he can."""
    body = report(world.client) | {
        "place": {"region_code": world.region_code, "sumu": "东街街道", "landmark": "西侧100米", "position": FOUND["position"]},
        "reporter": {"name": "其其格", "mobile": "13700000001", "id_no": None},
        "photos": [str(new_id())],
        "category": CATEGORY,
        "place_type": "宾馆",
        "unit_uscc": world.unit["uscc"],
        "occurred_at": "2026-11-23T01:40:00Z",
        "captured_at": "2026-11-23T01:50:00Z",
        "is_ongoing": True,
        "wish_feedback": False,
        "wish_reward": True,
        "about_staff": False,
        "patrol_id": None,
    }
    return Occasion(world, world.photographer, body.pop("id"), body, names={"code": body["tracking_code"]})


def apply_for_help(world: World) -> Occasion:
    """Somebody asks for himself, and says all that he can."""
    place = {"region_code": world.region_code, "sumu": "保合少镇", "gacha": "甲兰板村", "position": FOUND["position"]}
    body = {"applicant_kind": "RESIDENT", **ASKED, "place": place, "photos": [str(new_id())]}
    return Occasion(world, world.photographer, str(new_id()), body)


def confirm_timely(world: World) -> Occasion:
    """A check was made in time, says the phone of the officer, and arrives too late."""
    hazard, clock = make_hazard(world.client, "VERIFYING", world.region_code), _parts(world).database.clock
    assert isinstance(clock, Clock)
    first, second = hazard.office.officers
    phone = phone_of(world, first)
    clock.advance(hours=20)
    phone.mutate("hazard.verify_false", str(hazard.id), FOUND)
    clock.advance(hours=5)
    phone.refresh()
    phone.push()
    hazard.act(second, "cosign", act_sha256=world.drafted(hazard))
    return Occasion(world, hazard.office.leader, str(hazard.id), {"accepted": True})


def judge_reuse(world: World) -> Occasion:
    """A photo is shown in two cases, and the leader has looked at both."""
    case, reuse_id = shown_twice(world.client, world.region_code)
    args = {"reuse_ids": [reuse_id], "verdict": "EXPLAINED", "reason": "同一现场的两件举报"}
    return Occasion(world, case.office.leader, str(case.id), args, names={"reuse": reuse_id})


def edit_unit(world: World) -> Occasion:
    """An officer was at the enterprise and saw what has changed."""
    seen = {"address": "东影南街12号", "place_type": "OTHER", "position": FOUND["position"], "name": "晨光大酒店"}
    changes = {name: [world.unit[name], value] for name, value in seen.items()}
    return Occasion(world, world.office.officers[0], world.unit["id"], changes=changes)


def lost_address(world: World) -> Occasion:
    """Two phones told the address of the enterprise, neither knowing of the other: the leader decides."""
    phones = [phone_of(world, caller) for caller in (world.office.manager, world.office.leader)]
    for phone in phones:
        phone.pull()
    for phone in phones:
        phone.mutate("unit.edit", world.unit["id"], changes={"address": [world.unit["address"], f"新址{new_id()}"]})
        [result] = phone.push()
    return Occasion(world, world.office.leader, result["issues"][0])


def plan_inspection(world: World) -> Occasion:
    """A leader sends two officers to the enterprise."""
    args = {
        "unit_id": world.unit["id"], "kind": "SPOT_CHECK", "notice": "BEFORE", "planned_on": "2026-12-30",
        "checklist": "SPOT_CHECK", "reason": "年度监督抽查计划",
        "officer_ids": [str(officer.id) for officer in world.office.officers],
    }  # fmt: skip
    return Occasion(world, world.office.leader, str(new_id()), args)


def seal_or_stop(world: World, action: str) -> Occasion:
    """An officer means to seal a part of the enterprise, or a leader enters the decision to stop it."""
    args = asked_here(world.client, world.region_code)
    names = {"inspection": args["inspection_id"]}
    if action == "open":
        return Occasion(world, world.office.officers[0], args.pop("id"), args, names=names)
    pair = [str(officer.id) for officer in world.office.officers]
    more = {"scope": "USE", "execute_by": "2026-12-30", "document_no": "决〔2026〕8号", "case_no": "立〔2026〕8号"}
    return Occasion(world, world.office.leader, args.pop("id"), {**args, **more, "officer_ids": pair}, names=names)


def suspect_major(world: World) -> Occasion:
    """An officer takes what he saw for a major fire hazard."""
    args = noted_here(world.client, world.region_code)
    return Occasion(world, world.office.officers[0], args.pop("id"), args, names={"inspection": args["inspection_id"]})


def walk(world: World) -> Occasion:
    """A grid worker sees something on his round, and says all that he can."""
    grid_worker = world.grid_worker
    photo, position = [str(new_id())], FOUND["position"]
    items = {"EXITS": {"result": "BAD", "note": "二层安全出口上锁", "photos": photo, "is_fixed": True, "put_right_by": None}}
    said = a_round(
        grid_worker, world.region_code, items, unit_id=None, walked_by="巡查员", note="已劝导店主", photos=[str(new_id())],
        position=position, checked_at="2026-11-23T01:40:00Z",
    )  # fmt: skip
    return Occasion(world, grid_worker, said.pop("id"), said)


def put_right(world: World) -> Occasion:
    """The enterprise has put right what it found of itself."""
    manager = world.office.manager
    args = {"code": "EXITS", "note": "已开锁", "photos": [str(new_id())]}
    return Occasion(world, manager, to_put_right(manager, "2030-12-31").rpartition("/")[2], args)


def suspect_crime(world: World) -> Occasion:
    """An officer reports what he takes for a crime."""
    args = reported_here(world.client, world.region_code)
    return Occasion(world, world.office.officers[0], args.pop("id"), args, names={"inspection": args["inspection_id"]})


def with_numbers(world: World, action: str) -> Occasion:
    """Numbers that an officer was lent, and what he or his leader says of them."""
    officer = world.office.officers[0]
    block = lend(officer, 1)
    number = block["numbers"][0]["number"]
    args: Json = {"void": {"number": number, "reason": "纸张污损"}, "write_off": {"reason": "手机遗失"}}.get(action, {})
    names = {"number": number} if action == "void" else {}
    return Occasion(world, world.office.leader if action == "write_off" else officer, block["id"], args, names=names)


def add_source(world: World) -> Occasion:
    """A firefighter finds a hydrant that nobody has entered, and says all of it."""
    said = a_source(
        region_code=world.region_code, freezes_from="11-01", freezes_to="04-15", note="井盖在路沿石内侧", state="FROZEN"
    )
    return Occasion(world, firefighter(world), said.pop("id"), {**said, "volume_m3": 500, "photo_ids": [str(new_id())]})


def at_source(world: World, action: str) -> Occasion:
    """What he does about one that is entered."""
    source_id = make_source(firefighter(world), region_code=world.region_code)
    if action == "edit":
        seen: dict[str, list[Any]] = {
            "kind": ["MUNICIPAL_HYDRANT", "WATER_CRANE"], "name": ["新华东街12号栓", "12号鹤"],
            "outlets": ["65毫米内扣×2", "200毫米×1"],
            "place": ["新华东街与哲里木路路口东北角", "东北角"], "position": [POSITION, {**POSITION, "accuracy_m": 3}],
            "flow_lps": [15, 80], "volume_m3": [None, 120], "freezes_from": [None, "11-01"], "freezes_to": [None, "04-15"],
            "note": ["", "扳手在值班室"], "photo_ids": [[], [str(new_id())]],
        }  # fmt: skip
        return Occasion(world, firefighter(world), source_id, changes=seen)
    said: dict[str, Json] = {
        "report": {"state": "FROZEN", "seen_at": "2026-11-23T01:40:00Z", "note": "井盖冻住"},
        "retire": {"reason": "道路改造,已拆除"},
    }  # fmt: skip
    return Occasion(world, firefighter(world), source_id, said[action])


def at_key_unit(world: World, action: str) -> Occasion:
    """He goes through a key unit and writes down what one must know, or that it is still so."""
    unit_id = make_unit(world.office.leader, region_code=world.region_code)
    if action == "survey":
        return Occasion(world, firefighter(world), unit_id, {"surveyed_at": "2026-11-23T01:40:00Z"})
    words = (
        "approach",
        "ladder_spots",
        "water",
        "facilities",
        "key_parts",
        "dangerous_goods",
        "plan_title",
        "plan_edition",
        "notes",
    )
    found: dict[str, list[Any]] = {name: ["", "东门进,地下一层西侧"] for name in words}
    found |= {
        name: [None, 4] for name in ("max_height_m", "max_width_m", "floors_above", "floors_below", "people_day", "people_night")
    }
    found |= {
        "construction": [None, "STEEL"], "control_room_phone": ["", "0471-6210119"],
        "keyholders": [[], [{"name": "王经理", "phone": "13900001234"}]], "plan_photo_ids": [[], [str(new_id())]],
    }  # fmt: skip
    return Occasion(world, firefighter(world), unit_id, changes=found)


def open_sheet(world: World) -> Occasion:
    """An officer wants a sheet of a unit that is no key unit."""
    unit_id = make_unit(world.office.leader, region_code=world.region_code, category="GENERAL_UNIT")
    return Occasion(world, world.office.officers[0], unit_id)


def firefighter(world: World) -> Caller:
    """防灭火人员 of the banner."""
    return staff(world.client, Role.FIREFIGHTER, world.region_code)


OTHERS: dict[str, Callable[[World], Occasion]] = {
    "water_source.add": add_source,
    "water_source.edit": lambda world: at_source(world, "edit"),
    "water_source.report": lambda world: at_source(world, "report"),
    "water_source.retire": lambda world: at_source(world, "retire"),
    "rescue_sheet.open": open_sheet,
    "rescue_sheet.edit": lambda world: at_key_unit(world, "edit"),
    "rescue_sheet.survey": lambda world: at_key_unit(world, "survey"),
    "hazard.submit": submit,
    "hazard.confirm_timely": confirm_timely,
    "hazard.judge_reuse": judge_reuse,
    "assistance.submit": apply_for_help,
    "task.claim": lambda world: Occasion(world, world.office.clerk, task_of(world, claimed=False)),
    "task.release": lambda world: Occasion(world, world.office.clerk, task_of(world, claimed=True)),
    "inbox_item.read": lambda world: Occasion(world, world.case("hazard", "REGISTERED").reporter, world.notice_id),
    "inspection.plan": plan_inspection,
    "patrol.record": walk,
    "patrol.put_right": put_right,
    "measure.open": lambda world: seal_or_stop(world, "open"),
    "measure.suspend": lambda world: seal_or_stop(world, "suspend"),
    "major.suspect": suspect_major,
    "transfer.propose": suspect_crime,
    "number_block.lend": lambda world: Occasion(world, world.office.officers[0], str(new_id()), {"paper": "order", "count": 2}),
    "number_block.void": lambda world: with_numbers(world, "void"),
    "number_block.give_back": lambda world: with_numbers(world, "give_back"),
    "number_block.write_off": lambda world: with_numbers(world, "write_off"),
    "unit.edit": edit_unit,
    "issue.apply": lost_address,
    "issue.discard": lost_address,
}


def _parts(world: World) -> Parts:
    parts: Parts = world.client.application.extensions["fire"]
    return parts
