"""What people read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from notifications.rendering import MissingValue, placeholders, render, spoken
from notifications.subscriptions import SUBSCRIPTIONS, Subscription
from notifications.templates import WORDINGS

AT = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
READER, COLLEAGUE = UUID(int=1), UUID(int=2)

# The data of each event as its command records them.
NUMBER = {"number": "YH150102202611220000012"}
ORDER = {"order_no": "新城大队责改〔2026〕第3号", "due": "2026-12-01"}
LETTER = {"letter_no": "新城大队移〔2026〕第3号"}
DATA: dict[str, dict[str, Any]] = {
    "hazard.submitted": {**NUMBER, "category": "通道出口", "place": "新城区东街", "due": "2026-11-23T13:30:00+00:00"},
    "hazard.registered": {**NUMBER, "org": "新城区消防救援大队", "due": "2026-11-23T21:30:00+08:00"},
    "hazard.rejected": {**NUMBER, "reason": "不属于消防安全问题", "org": "住房和城乡建设局", "phone": "0471-1234567"},
    "hazard.diverted_119": {**NUMBER, "place": "呼和浩特市新城区"},
    "hazard.merged": {**NUMBER, "master_number": "YH150102202611220000001"},
    "hazard.unmerged": {
        **NUMBER,
        "reason": "不是同一楼层",
        "master_number": "YH150102202611220000001",
        "master_state": "核查中",
        "due": "2026-11-23T13:30:00Z",
    },
    "hazard.reuse_flagged": {**NUMBER, "photos": 2},
    "hazard.assigned": {
        **NUMBER,
        "due": "2026-11-23T13:30:00Z",
        "officer_names": {str(READER): "甲", str(COLLEAGUE): "乙"},
    },
    "hazard.act_drafted": NUMBER,
    "hazard.handed_over": {**NUMBER, "org": "住房和城乡建设局", "at": "2026-11-22T13:30:00Z", "due": "2026-12-11T15:59:59Z"},
    "hazard.reporter_told": {**NUMBER, "order": "于2026-12-01前改正", "date": "2026-11-22", "dispute_until": "2026-12-07"},
    "hazard.closed": {**NUMBER, "date": "2026-11-22"},
    "hazard.force_closed": NUMBER,
    "hazard.rated": {**NUMBER, "score": 2, "is_poor": True},
    "hazard.disputed": {**NUMBER, "due": "2026-11-27T15:59:59Z"},
    "hazard.upheld": {**NUMBER, "reason": "复核与原核查一致"},
    "hazard.lateness_explained": {**NUMBER, "reason": "大雪封路,车辆无法通行"},
    "hazard.reopened": {**NUMBER, "reason": "有新的线索"},
    "media.refused": {"reason": "broken"},
    "water_source.reported": {"kind": "消防水鹤", "name": "12号鹤", "place": "新华东街", "state": "OUT_OF_ORDER", "note": ""},
    "handover.drafted": {},
    "handover.sent": {
        **LETTER,
        "org": "新城区消防救援大队",
        "sign_due": "2026-11-23T15:59:59Z",
        "feedback_due": "2026-12-11T15:59:59Z",
        "return_due": "2026-11-25T15:59:59Z",
    },
    "handover.accepted": {**LETTER, "org": "住房和城乡建设局"},
    "handover.returned": {
        **LETTER,
        "org": "住房和城乡建设局",
        "reason": "不属于本单位职责",
        "legal_basis": "消防法第四条",
        "suggested_org": "城市管理综合执法局",
        "due": "2026-11-24T15:59:59Z",
    },
    "handover.disputed": {**LETTER, "committee": "新城区消安委办", "org": "新城区消防救援大队", "due": "2026-11-27T15:59:59Z"},
    "handover.extended": {**LETTER, "reason": "需要鉴定", "due": "2026-12-25T15:59:59Z"},
    "handover.fed_back": LETTER,
    "handover.feedback_rejected": {**LETTER, "reason": "没有照片"},
    "handover.supervised": {**LETTER, "document_no": "督〔2026〕1号", "due": "2026-12-01T15:59:59Z"},
    "handover.withdrawn": {**LETTER, "org": "新城区消安委办"},
    "clock.due_soon": {
        **NUMBER,
        "order_no": "新城大队责改〔2026〕第3号",
        "hours": 6,
        "due": "2026-11-23T13:30:00Z",
        "holder": "甲",
    },
    "clock.breached": {
        **NUMBER,
        **LETTER,
        "hours": 2,
        "leader": "",
        "label": "签收移送函",
        "holder": "甲",
        "to_org": "住房和城乡建设局",
    },
    "organisation.summed_up": {"org": "新城区消防救援大队", "overdue": 0, "due_today": 3, "unassigned": 1, "open": 12},
    "external_order.held": {"source": "12345", "external_number": "NM1"},
    "external_order.answered": {"source": "12345", "external_number": "NM1"},
    "external_order.returned": {"source": "12345", "external_number": "NM1"},
    "webhook.paused": {"partner": "12345政务服务便民热线", "host": "partner.example"},
    "unit.merged": {"name": "草原宾馆", "into_name": "草原大酒店"},
    "unit.unmerged": {"name": "草原宾馆", "into_name": "草原大酒店"},
    "unit.joined": {"name": "草原宾馆", "into_name": "草原大酒店"},
    "unit.parted": {"name": "草原宾馆", "into_name": "草原大酒店"},
    "unit_import.finished": {"name": "单位名单.xlsx", "is_trial": True, "rows": 13, "outcomes": "新登记12、未录入1"},
    "task.escalated": {
        **NUMBER,
        "org": "新城区消防救援大队",
        "category": "通道出口",
        "minutes": 31,
        "place": "新城区东街",
        "due": "2026-11-23T13:30:00+00:00",
    },
    "hazard.officers_released": NUMBER,
    "rectification.officers_released": NUMBER,
    "rectification.ordered": ORDER,
    "rectification.reordered": ORDER,
    "rectification.prompted": {**ORDER, "unit_name": "晨光宾馆"},
    "rectification.prompt_answered": {**ORDER, "unit_name": "晨光宾馆", "fixed": 1, "of": 2},
    "rectification.prompt_withdrawn": ORDER,
    "rectification.extension_asked": {**ORDER, "due_asked": "2026-12-10", "reason": "配件尚未到货"},
    "rectification.extension_refused": {**ORDER, "reason": "可先行停用"},
    "rectification.extended": ORDER,
    "rectification.expired": {**ORDER, "extension_lapsed": True},
    "rectification.assigned": ORDER,
    "rectification.act_drafted": ORDER,
    "rectification.recheck_passed": ORDER,
    "rectification.recheck_failed": ORDER,
}
DATA["handover.decided"] = DATA["handover.sent"]
# Every event of an application says more or less the same.
PERMIT = {
    "asked": "提出了陈述、申辩,并要求听证", "place": "二楼会议室", "chair": "苏日娜",
    **NUMBER, "venue": "晨光宾馆", "due": "2026-12-21T15:59:59Z", "document_no": "新城大队消安检〔2026〕第1号",
    "next": "现场检查", "reason": "安全出口数量不足", "remedies": "可以依法申请行政复议。", "items": "1. 请核对面积",
    "received": "2026-11-23T02:00:00Z", "result": "符合",
    "what": "专家评审", "proper_body": "赛罕区消防救援大队", "to": "NOT_NEEDED",
}  # fmt: skip
# And of a request for assistance.
ASSISTANCE = {
    **NUMBER, "topic": "隐患整改技术指导", "place": "呼和浩特市新城区", "due": "2026-12-21T15:59:59Z", "reason": "验收属住建部门",
    "proper_body": "住房和城乡建设局", "when": "2026-11-26T02:00:00+00:00", "mode": "上门帮扶", "name": "甲", "fixed": 1, "of": 2,
    "document_no": "新城大队帮扶〔2026〕第1号", "label": "疏散通道严重堵塞", "told": "2026-11-26T02:10:00+00:00", "score": 2,
    "is_poor": True,
}  # fmt: skip
# What goes on with reporters.
DATA["hazard.reporter_answered"] = NUMBER
DATA["hazard.reporter_asked"] = {**NUMBER, "org": "新城区消防救援大队"}
DATA["hazard.reward_opened"] = {**NUMBER, "due": "2026-12-22T15:59:59Z"}
CLAIM = {"number": "JL15010220261122K7M2QX", "reason": "金额与情节不符", "amount_fen": 20000}
DEMAND = {**NUMBER, "basis": "人民法院依法调取", "authority": "新城区人民法院", "letter_no": "调令12号", "tells_reporter": True}
DATA |= {row.event: CLAIM for row in SUBSCRIPTIONS if row.event.startswith("reward_claim.")}
DATA |= {row.event: DEMAND for row in SUBSCRIPTIONS if row.event.startswith("unsealing.")}
DATA |= {row.event: ASSISTANCE for row in SUBSCRIPTIONS if row.event.startswith("assistance.")}
# And of an inspection.
INSPECTION = {
    **NUMBER, "venue": "晨光宾馆", "kind": "监督抽查", "day": "2026-11-26", "checked_on": "2026-11-26", "result": "责令改正",
    "document_no": "新城大队检录〔2026〕第1号", "reason": "与该单位负责人是近亲属",
}  # fmt: skip
MEASURE = {
    "number": "CS15010220261123000001", "venue": "晨光宾馆", "place": "二层仓库", "what": "临时查封", "until": "2026年12月23日",
    "document_no": "新城大队封〔2026〕第1号", "by": "2026年11月26日", "reason": "危险已消除", "answer": "不予解除临时查封",
}  # fmt: skip
MAJOR = {
    "number": "ZD15010220261123000001", "venue": "晨光宾馆", "place": "二层仓库", "until": "2027年3月1日",
    "document_no": "新城大队重改〔2026〕第1号", "body": "呼和浩特市人民政府", "reason": "配件尚未到货",
}  # fmt: skip
TRANSFER = {
    "number": "SZ15010220261123000001", "party": "晨光宾馆", "offence": "危险作业罪(刑法第一百三十四条之一)",
    "document_no": "新城大队涉移〔2026〕第1号", "police": "呼和浩特市公安局新城区分局", "reason": "情节显著轻微", "to": "ENDED",
}  # fmt: skip
DATA |= {row.event: TRANSFER for row in SUBSCRIPTIONS if row.event.startswith("transfer.")}
DATA |= {row.event: MAJOR for row in SUBSCRIPTIONS if row.event.startswith("major.")}
DATA |= {row.event: MEASURE for row in SUBSCRIPTIONS if row.event.startswith("measure.")}
DATA |= {row.event: INSPECTION for row in SUBSCRIPTIONS if row.event.startswith("inspection.")}
DATA |= {row.event: PERMIT for row in SUBSCRIPTIONS if row.event.startswith("permit.")}


@pytest.mark.parametrize("row", SUBSCRIPTIONS, ids=lambda row: f"{row.event}-{row.audience}-{row.template}")
def test_every_row_of_the_table_has_a_text_that_its_event_can_fill(row: Subscription) -> None:
    body = render(WORDINGS[row.template].text, DATA[row.event], at=AT, reader=str(READER))
    assert "{" not in body
    assert "T13:30" not in body


def test_every_text_is_used() -> None:
    assert set(WORDINGS) == {row.template for row in SUBSCRIPTIONS} | {"lock_screen"}


def test_no_text_holds_a_link() -> None:
    assert not [wording.key for wording in WORDINGS.values() if "http" in wording.text or "www" in wording.text]


def test_rows_15_to_18_ignore_quiet_hours() -> None:
    assert {wording.row for wording in WORDINGS.values() if wording.ignores_quiet_hours} >= {15, 16, 17, 18}


def test_a_lock_screen_says_nothing_of_the_case() -> None:
    assert not placeholders(WORDINGS["lock_screen"].text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-11-22T13:30:00Z", "2026年11月22日21时30分"),
        ("2026-11-22T13:30:00.123456+00:00", "2026年11月22日21时30分"),
        ("2026-11-22T21:30:00+08:00", "2026年11月22日21时30分"),
        ("2026-12-31T16:00:00Z", "2027年1月1日0时00分"),
        ("2026-11-22", "2026年11月22日"),
        (date(2026, 3, 5), "2026年3月5日"),
        ("2026-13-45", "2026-13-45"),
        ("新城大队移〔2026〕第3号", "新城大队移〔2026〕第3号"),
        (24, "24"),
    ],
)
def test_times_are_read_in_beijing_time(value: object, words: str) -> None:
    assert spoken(value) == words


def test_each_officer_reads_the_others_name() -> None:
    text, data = WORDINGS["assigned"].text, DATA["hazard.assigned"]
    assert render(text, data, at=AT, reader=str(READER)).startswith("请您与乙于2026年11月23日21时30分前核查")
    assert render(text, data, at=AT, reader=str(COLLEAGUE)).startswith("请您与甲于")


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("立即改正", "责令当事人立即改正。"),
        ("immediate", "责令当事人立即改正。"),
        ("2026-12-01", "责令当事人于2026年12月1日前改正。"),
        ("于2026-12-01前改正", "责令当事人于2026年12月1日前改正。"),
        ("", "责令当事人改正。"),
        (None, "责令当事人改正。"),
    ],
)
def test_an_order_reads_as_a_phrase(order: str | None, words: str) -> None:
    assert words in render(WORDINGS["found_true"].text, {"order": order}, at=AT, reader="")


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MissingValue, match="phone"):
        render("请致电{phone}。", {"number": "1"}, at=AT, reader=str(uuid4()))


def test_an_edited_text_reaches_nothing_but_plain_values() -> None:
    assert render("{number.__class__}{0}", {"number": "1", "0": "零"}, at=AT, reader="") == "{number.__class__}零"
