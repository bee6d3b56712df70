"""A dangerous place is sealed at once without a network, its record served there; decided in 24 hours, opened when it is safe."""

from __future__ import annotations

from datetime import date, timedelta

from device.exchange import new_id
from operations.demo.cases import Case, Office
from operations.demo.checks import act_off_line, come_back, depart, lend
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.photos import send_whole, take_photo
from operations.demo.printing import local_day, spoken_day
from workflow.papers.rules import NO_WITNESS, SEAL_RECORD, filled_in

_REGION = "150203"
_HERE = (109.8403, 40.6574)
_DANGER = "二层仓库存放汽油,与员工宿舍仅隔一道木门"


def sealed_and_opened(stage: Stage) -> str:
    """Sealed off-line on a leader's word, decided together, served, applied for, looked at, opened."""
    office = Office(stage, _REGION)
    pair, leader, manager = office.officers, office.leader, stage.account("UNIT_MANAGER", _REGION)
    unit = [manager, stage.account("UNIT_RESPONSIBLE", _REGION)]
    inspection = arrived(office, unit, "群众反映存放汽油")
    measure_id = new_id()
    measure = Case(stage, "measure", measure_id, office, {"officers": pair, "unit": unit})
    body: Json = {
        "id": measure_id, "inspection_id": inspection.id, "unit_name": inspection.read(leader)["unit_name"], "place": "二层仓库",
        "danger": _DANGER, "clause": "消防法第五十四条", "inspected_on": local_day(stage.clock()).isoformat(),
    }  # fmt: skip
    measure.follow("open", pair[0], pair[0].post("/measures/sealings", body, name="measure.open", subject_id=measure_id))
    stage.teller.step(pair[0].label, "拟临时查封二层仓库", "等两人签名")
    block = lend(pair[0], "seal_record", 2)
    depart(measure, pair)
    photo = take_photo(stage.rng, *_HERE)
    now = stage.clock()
    sealed_at = now - timedelta(minutes=10)
    said: Json = {
        "leader_id": leader.id, "approved_at": (now - timedelta(minutes=20)).isoformat(),
        "sealed_at": sealed_at.isoformat(), "record": "加贴封条两张,切断电源", "attended_by": "张建国",
        "witness_name": "", "photos": [photo.id], "position": None,
    }  # fmt: skip
    held = pair[0].device.shown("measure", measure.id) or {}
    said["served"] = _record(block, held, said, [officer.name for officer in pair], local_day(sealed_at), now.isoformat())
    number = said["served"]["number"]
    words = f"经值班负责人口头批准,当场先行查封,笔录{number}当场送达"
    act_off_line(measure, pair, "seal_at_once", said, version=2, says=words)
    come_back(measure, pair, "PROVISIONAL", "已先行查封,待补办手续")
    send_whole(pair[0], photo, "verification", pair[0])
    [record] = leader.get(f"{measure.path}/papers")["items"]
    equal((record["number"], record["body"]), (number, said["served"]["body"]), "归档的笔录与当场送达的逐字节一致")
    states = {entry["number"]: entry["state"] for entry in pair[0].get(f"/number-blocks/{block['id']}")["numbers"]}
    equal(states[number], "USED", "笔录编号已使用")
    measure.expect("measure.act_drafted", pair[1])
    measure.expect("measure.sealed_at_once", leader, *unit)
    clocks = {clock["rule_id"] for clock in measure.read(leader)["clocks"] if clock["met_at"] is None}
    require(holds={"SEAL-24H", "SEAL-30D"} <= clocks, promise="先行查封后,24小时和30日两个时限都在走")
    measure.may_not(pair[0], "decide", _DECIDED, 403, "role_not_allowed", "监督员不能自己决定查封")
    measure.act(leader, "decide", _DECIDED, says="集体研究决定查封,生成决定书")
    served: Json = {
        "served_at": stage.clock().isoformat(), "signed": "PARTY", "party_name": "张建国", "record": "送达当事人",
        "photos": [photo.id],
    }  # fmt: skip
    measure.cosigned(pair, "serve", served, says="送达决定书")
    measure.expect("measure.served", *unit)
    measure.act(manager, "apply_unseal", {"note": "汽油已全部清出"}, says="单位申请解除查封")
    measure.cosigned(pair, "check", {"is_removed": True, "finding": "汽油已清出,隔墙已砌筑"}, says="三个工作日内检查")
    measure.expect("measure.checked", leader)
    measure.act(leader, "lift", {"reason": "危险情形已消除"}, says="解除查封,生成决定书")
    measure.ends("UNSEALED", leader)
    titles = [paper["title"] for paper in manager.get(f"{measure.path}/papers")["items"]]
    require(holds=titles == _PAPERS, promise="单位能看到笔录、查封决定书和解除决定书")
    return "危险消除,查封解除"


_DECIDED: Json = {"attended": "支队长、副支队长、法制审核员", "opinion": "一致同意临时查封"}
_PAPERS = ["临时查封现场笔录", "临时查封决定书", "解除临时查封决定书"]


def _record(block: Json, held: Json, said: Json, names: list[str], day: date, served_at: str) -> Json:
    """As the phone fills it in from the template that came with its number; the party would not sign."""
    number, officers = block["numbers"][0]["number"], "、".join(names)
    words = {
        "title": SEAL_RECORD, "number": number, "unit": held["unit_name"], "place": held["place"], "danger": held["danger"],
        "record": said["record"], "officers": officers, "attended": said["attended_by"], "witness": NO_WITNESS,
        "day": spoken_day(day), "office": block["office_name"],
    }  # fmt: skip
    return {
        "block_id": block["id"], "number": number, "body": filled_in(block["body"], words), "served_at": served_at,
        "signed": "REFUSED", "party_name": "", "witness_name": "巴图", "photos": [], "officers": officers,
    }  # fmt: skip


def arrived(office: Office, unit: list[Person], reason: str) -> Case:
    """The pair has come to the banner's enterprise."""
    stage, pair, manager = office.stage, office.officers, unit[0]
    inspection = Case(stage, "inspection", new_id(), office, {"officers": pair, "unit": unit})
    body: Json = {
        "id": inspection.id, "unit_id": manager.unit_id, "kind": "OTHER", "notice": "ON_ARRIVAL", "reason": reason,
        "planned_on": local_day(stage.clock()).isoformat(), "checklist": "SPOT_CHECK",
        "officer_ids": [officer.id for officer in pair],
    }  # fmt: skip
    office.leader.post("/inspections", body, name="inspection.plan", subject_id=inspection.id)
    inspection.expect("inspection.planned", *pair)
    stage.teller.step(office.leader.label, "派检查任务", "审批表、通知书已生成")
    inspection.act(pair[0], "start", {"scanned_unit_id": manager.unit_id}, says="扫入企码到场")
    return inspection
