"""Stories of sheets: orders of the 12345 hotline in and their results out, and a list of units on its way into the register."""

from __future__ import annotations

import csv
import io
import json
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from device.client import Refused
from device.exchange import API, new_id
from operations.demo.cases import Case, Office
from operations.demo.checks import finding
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.printing import moment_of

_ORDERS = "工单编号,收到时间,旗县(市、区),参照物,隐患类型,情况说明,联系人,联系电话,要求保密"
_UNITS = "单位名称,旗县(市、区),地址,单位类别,场所类型"
_CALLER, _PHONE = "来电人乌云", "13904710203"


def hotline(stage: Stage) -> str:
    """A sheet of orders: one is taken, one held and put right, none lost; their results go back by file, each once."""
    office = Office(stage, "150203")
    clerk, numbers = office.clerk, [f"YS{secrets.token_hex(6).upper()}" for _ in range(2)]
    received = (stage.clock() - timedelta(hours=1)).isoformat(timespec="seconds")
    rows = [
        f"{numbers[0]},{received},昆都仑区,钢铁大街甲12号楼下,通道出口,安全出口被货物堵住,{_CALLER},{_PHONE},是",
        f"{numbers[1]},前天下午,昆都仑区,友谊大街菜市场,说不清,反映摊位扰民,,,",
    ]
    told = send_sheet(clerk, "/intakes/sheets?source=12345", [_ORDERS, *rows])["items"]
    equal([row["outcome"] for row in told], ["TAKEN", "HELD"], "每一行都有结果,内容不全的待补正,不丢失")
    stage.teller.step(clerk.label, "导入12345工单表,共2行", "1件收件,1件待补正(收到时间有误)")
    again = send_sheet(clerk, "/intakes/sheets?source=12345", [_ORDERS, rows[0]])["items"]
    equal([row["outcome"] for row in again], ["KNOWN"], "同一工单只收一次")
    taken = clerk.get(f"/intakes/{told[0]['order_id']}")
    case = _case(office, taken)
    due = next(clock["due_at"] for clock in case.read(office.leader)["clocks"] if clock["rule_id"] == "HZ-24H")
    equal(moment_of(due), moment_of(received) + timedelta(hours=24), "时限从12345收到时起算")
    right: Json = {"received_at": received, "region": "昆都仑区", "landmark": "友谊大街菜市场", "description": "反映摊位扰民"}
    path = f"/intakes/{told[1]['order_id']}/actions/complete"
    held = clerk.post(path, right, name="external_order.complete", subject_id=told[1]["order_id"])
    stage.teller.step(clerk.label, "补正后收件", f"编号{held['hazard_number']}")
    other = _case(office, held)

    case.act(clerk, "register", {"category": "EVAC_BLOCKED"}, says="受理登记为“占用、堵塞、封闭疏散通道、安全出口”")
    case.assign(office.officers)
    case.act(office.officers[0], "start", says="到场核查")
    found = finding("现场安全出口畅通,未见堆放", [], 109.8230, 40.6570)
    case.cosigned(office.officers, "verify_false", found, says="核查未发现所反映的情况")
    case.act(clerk, "tell_reporter", says="告知来电人")
    case.ends("CLOSED", office.leader)
    refused: Json = {"reason_code": "NOT_FIRE_MATTER", "proper_body": "城市管理局", "proper_phone": "12319"}
    other.act(clerk, "reject", refused, says="不属于消防安全问题,不予受理")
    other.ends("NOT_ACCEPTED", office.leader)
    _results_go_back(clerk, numbers)
    return "收件、补正、核查,结果回填和退单"


def _case(office: Office, order: Json) -> Case:
    """The case behind an order; whoever called has no account here."""
    case = Case(office.stage, "hazard", order["hazard_id"], office, {"reporter": []}, number=order["hazard_number"])
    case.follow("submit", office.clerk, {"state": "SUBMITTED"})
    return case


def _results_go_back(clerk: Person, numbers: list[str]) -> None:
    rows = {row["工单编号"]: row for row in _unsent(clerk)}
    ours = [rows[number] for number in numbers]
    equal([row["处理方式"] for row in ours], ["已办结", "退回"], "两件工单的处理方式")
    require(_CALLER not in str(ours) and _PHONE not in str(ours), "回填表里没有来电人的姓名和电话")
    clerk.stage.teller.step(clerk.label, "下载办结回填表", f"{ours[0]['核查结论']};退回:{ours[1]['办理结果']}")
    sent: Json = {"orders": [{"id": row["回填标识"], "revision": int(row["版本"])} for row in ours]}
    clerk.post("/intakes/results/sent", sent, name="external_order.sent", subject_id=ours[0]["回填标识"])
    left = {row["工单编号"] for row in _unsent(clerk)}
    require(left.isdisjoint(numbers), "回填过的不再出现")
    clerk.stage.teller.step(clerk.label, "标记已回填", "不再重复回填")


def _unsent(clerk: Person) -> list[dict[str, str]]:
    body = clerk.send("GET", f"{API}/intakes/results?source=12345&format=csv").body.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def registered(stage: Stage) -> str:
    """A list of units: tried first, then taken in row by row; a second time it changes nothing."""
    leader = stage.account("UNIT_LEADER", "150702")
    name = f"演示超市{secrets.token_hex(4)}"
    lines = [_UNITS, f"{name},海拉尔区,胜利大街1号,小单位、小场所,小购物场所", ",海拉尔区,没有名称,一般单位,"]
    tried = _done(leader, send_sheet(leader, "/units/imports?trial=true&name=demo.csv", lines))
    equal((tried["counts"]["CREATED"], tried["counts"]["REFUSED"]), (1, 1), "试录说明每一行的结果")
    equal(_units(leader, name), [], "试录不改动登记内容")
    stage.teller.step(leader.label, "上传单位名单,先试录", "1行可以录入,1行缺少单位名称")
    first = _done(leader, send_sheet(leader, "/units/imports?name=demo.csv", lines))
    equal(first["counts"]["CREATED"], 1, "正式录入")
    again = _done(leader, send_sheet(leader, "/units/imports?name=demo.csv", lines))
    equal((again["counts"]["UNCHANGED"], again["counts"]["CREATED"]), (1, 0), "再次上传不重复登记")
    (unit,) = _units(leader, name)
    equal(unit["place_type"], "SHOP", "场所类型按中文名称录入")
    stage.teller.step(leader.label, "正式录入,再次上传", "登记1家,第二次无变化")
    return "试录、录入、重复上传无变化"


def _units(who: Person, name: str) -> list[Json]:
    return [unit for unit in who.get(f"/units?q={quote(name)}")["items"] if unit["name"] == name]


def _done(who: Person, made: Json) -> Json:
    """The list, once the worker has taken it in."""

    def look() -> Json | None:
        found: Json = who.get(f"/units/imports/{made['id']}")
        return found if found["state"] == "DONE" else None

    return who.stage.until("单位名单已录入", look)


def send_sheet(who: Person, path: str, lines: list[str]) -> Any:
    """A sheet, under a key of its own: sent again after a lost answer it is taken once. Raises Refused."""
    body = "\r\n".join(lines).encode("utf-8-sig")
    answer = who.send("POST", API + path, body, {"Content-Type": "text/csv", "Idempotency-Key": new_id()})
    document = json.loads(answer.body)
    if answer.status >= 400:
        raise Refused(answer.status, document)
    return document
