"""A story of one who reports: asked and answering under seal, rewarded by three desks, his name opened by two persons."""

from __future__ import annotations

import json

from operations.demo.cases import Office, position, report
from operations.demo.checks import finding
from operations.demo.ledger import equal, require
from operations.demo.people import Json, Person, Stage
from operations.demo.printing import local_day

_THERE = (109.8230, 40.6570)
_QUESTION, _ANSWER = "请问上锁的是哪一侧的安全出口", "西侧靠近货梯的那一扇"
_WHERE: Json = {"mobile": "13900150203", "bank": "内蒙古银行昆都仑支行", "account": "6222021003344556677"}


def rewarded(stage: Stage) -> str:
    """Who handles the case never learns the person, who pays never the case, and the name is opened by two for a letter."""
    office, reporter = Office(stage, "150203"), stage.known("citizen", "150203")
    case = report(reporter, office, "EXIT", "商场西侧安全出口被锁", position(*_THERE), wish_reward=True)
    case.act(office.clerk, "ask_reporter", {"text": _QUESTION}, says=f"询问举报人:{_QUESTION}")
    seen = reporter.get(f"{case.path}/messages")["items"]
    equal(seen[0]["author"], "包头市昆都仑区消防救援大队", "举报人看到的是单位名称,不是办理人员的姓名")
    case.act(reporter, "answer_office", {"text": _ANSWER}, says=f"答复:{_ANSWER}")
    heard = office.clerk.get(f"{case.path}/messages")["items"]
    equal([(line["author"], line["text"]) for line in heard[1:]], [("举报人", _ANSWER)], "办理人员看到答复,看不到是谁")
    others = [office.housing, office.supervisor, office.window]
    require(all(_ANSWER not in _read(who, case.path) for who in others), "接收单位和其他人员看不到答复")

    case.act(office.clerk, "register", {"category": "EVAC_BLOCKED"}, says="受理登记为“占用、堵塞、封闭疏散通道、安全出口”")
    case.assign(office.officers)
    case.act(office.officers[0], "start", says="到场核查")
    case.cosigned(office.officers, "fix_on_site", finding("西侧安全出口上锁,已当场打开", [], *_THERE), says="属实,当场改正")
    case.act(office.clerk, "tell_reporter", says="告知核查情况;可以申领奖励")
    stage.ledger.expect(reporter.id, "hazard.reward_opened", case.id)
    case.ends("CLOSED", office.leader)
    _reward(stage, office, reporter, case.id, case.number)
    _unseal(stage, office, case.id)
    return "询问答复,奖励发放,两人启封"


def _read(who: Person, path: str) -> str:
    answer = who.send("GET", f"/api/v1{path}/messages")
    return answer.body.decode()


def _reward(stage: Stage, office: Office, reporter: Person, hazard_id: str, number: str) -> None:
    today = local_day(stage.clock()).isoformat()
    policy: Json = {
        "region_code": "150203", "title": "演示用奖励办法", "source": "演示数据,并非文件", "least_fen": 5000, "most_fen": 50000,
        "valid_from": today, "state": "IN_FORCE",
    }  # fmt: skip
    admin, payer = stage.account("SYS_ADMIN", "150203"), stage.account("FINANCE_CLERK", "150203")
    rule = admin.post("/reward-policies", policy, name="reward_policy.create", subject_id=hazard_id + "-policy")
    stage.teller.step(admin.label, "填报本地区奖励办法(金额、依据、有效期)", rule["state_label"])
    claim = reporter.post(
        "/rewards", {"hazard_id": hazard_id, **_WHERE}, name="reward_claim.submit", subject_id=hazard_id + "-claim"
    )
    stage.teller.step(reporter.label, "实名申领奖励", f"申领编号{claim['code']}")
    path = f"/rewards/{claim['id']}"

    def act(who: Person, action: str, body: Json, says: str) -> None:
        answer = who.post(f"{path}/actions/{action}", body, name=f"reward_claim.{action}", subject_id=claim["id"])
        stage.teller.step(who.label, says, answer["state"])

    act(office.clerk, "propose", {"policy_id": rule["id"], "amount_fen": 20000}, "按办法拟定奖励200元")
    office.clerk.is_refused("POST", f"{path}/actions/approve", {}, 403, "role_not_allowed", "拟定人不能审批")
    act(office.leader, "approve", {}, "批准发放")
    handlers = json.dumps([who.get(path) for who in (office.clerk, office.leader)], ensure_ascii=False)
    require(_WHERE["account"] not in handlers and reporter.name not in handlers, "办理人员看不到申领人和收款信息")
    shown = payer.get(path)
    equal((shown["payee"]["account"], shown["hazard_number"]), (_WHERE["account"], None), "发放人员看到收款信息,看不到案件")
    require(number not in json.dumps(shown), "发放人员看不到案件编号")
    act(payer, "pay", {"voucher_no": "演示-0017", "paid_on": today}, "登记发放凭证")


def _unseal(stage: Stage, office: Office, hazard_id: str) -> None:
    legal, auditor = stage.account("LEGAL_REVIEWER", "150203"), stage.account("AUDITOR", "150203")
    demand: Json = {"basis": "COURT", "authority": "演示人民法院", "letter_no": "演示调令1号", "reason": "案件审理需要核实"}
    row = legal.post(
        "/unsealings", {"hazard_id": hazard_id, **demand}, name="unsealing.request", subject_id=hazard_id + "-demand"
    )
    path = f"/unsealings/{row['id']}"
    stage.teller.step(legal.label, "凭法院来函申请启封举报人身份", row["state_label"])
    legal.is_refused("POST", f"{path}/actions/approve", {}, 403, "role_not_allowed", "申请人不能批准自己的申请")
    office.leader.post(f"{path}/actions/approve", {}, name="unsealing.approve", subject_id=row["id"])
    stage.teller.step(office.leader.label, "批准启封,30分钟内有效", "已批准,并告知举报人")
    require(bool(legal.get(f"{path}/identity")["mobile"]), "申请人可以查看")
    office.leader.is_refused("GET", f"{path}/identity", None, 403, "role_not_allowed", "批准人也不能查看")
    found = next(one for one in auditor.get("/unsealings?limit=100")["items"] if one["id"] == row["id"])
    require(found["view_count"] >= 1, "每次查看都有记录")
    stage.teller.step(auditor.label, "查阅启封清单", f"查看{found['view_count']}次,每次均有记录")
