"""Papers of applications: each with the words that the law asks for, archived as it was made, read by who sees the case."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from accounts.actor import Role
from api.context import Parts
from tests.clock import Clock
from tests.makers import Case
from tests.pdfs import lines_of
from tests.people import ELSEWHERE, Caller, Json, citizen, staff
from tests.permits import appoint_hearing, approver, clerk, grant, make_permit, note_hearing
from tests.servers import DatabaseUrls
from tests.workflow.test_escalation import worked_off
from tests.workflow.test_permits import told, why_not
from workflow.models import NumberPattern
from workflow.papers.models import Paper, PaperSeal, PaperTemplate
from workflow.permits import timers
from workflow.permits.models import Permit
from workflow.permits.rules import ORDINARY

REMEDIES = "六十日内依法申请行政复议,或者六个月内依法提起行政诉讼"


def papers(case: Case, reader: Caller | None = None) -> dict[str, Json]:
    answer = (reader or case.reporter).get(f"{case.path}/papers")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {paper["title"]: paper for paper in answer.get_json()["items"]}


def body(case: Case, title: str) -> str:
    return str(papers(case)[title]["body"])


NEEDED: dict[str, tuple[str, list[str]]] = {
    "ACCEPTED": (
        "受理凭证",
        ["第三十二条第一款第五项,决定予以受理", "消防安全告知承诺书及场所基本信息;营业执照", "许可决定将于2026年11月24日前完成"],
    ),
    "CORRECTION_REQUIRED": (
        "补正材料告知书",
        ["第三十二条第一款第四项", "1. 场所面积:请按实际使用面积填写。", "请于2026年12月23日前"],
    ),
    "NOT_NEEDED": ("不予受理告知书", ["第三十二条第一款第一项,决定不予受理", "不属于公众聚集场所", REMEDIES]),
    "NOT_COMPETENT": (
        "不予受理告知书",
        ["第三十二条第一款第二项,决定不予受理。请向赛罕区消防救援大队提出申请", "场所不在本辖区", REMEDIES],
    ),
    "VERIFY_PENDING": (
        "公众聚集场所投入使用、营业前消防安全检查意见书",
        [
            "消防法》第十五条第二款,决定准予许可",
            "建筑面积:820平方米",
            "使用楼层:1层、2层",
            "2026年12月21日前对承诺内容进行现场核查",
        ],
    ),
    "REFUSED": (
        "不同意投入使用、营业决定书",
        ["消防法》第十五条第三款", "第三十八条第二款", "安全出口不足", "经检查不符合消防安全要求", REMEDIES],
    ),
    "VERIFY_FAILED": (
        "公众聚集场所消防安全检查责令限期改正通知书",
        ["1. 疏散指示标志损坏(消防法16)。", "第五十八条第二款", "责令于2026年12月7日前改正", "经2026年11月23日现场核查"],
    ),
    "REVOCATION_TOLD": (
        "拟撤销许可告知书",
        ["复查仍不符合", "有权陈述、申辩,并可以要求听证。请于2026年11月30日前提出", "第五十八条第二款"],
    ),
    "REVOKED": (
        "撤销公众聚集场所投入使用、营业前消防安全许可决定书",
        [
            "陈述、申辩:已经改正,请予复核",
            "陈述、申辩、要求听证的权利",
            "听证:未要求听证。",
            "申辩不成立",
            "第五十八条第二款",
            REMEDIES,
        ],
    ),
    "CANCELLED": ("注销许可决定书", ["场所终止营业。根据《中华人民共和国行政许可法》第七十条,决定注销上述许可", REMEDIES]),
    "RETRACTED": (
        "撤回许可决定书",
        ["第八条第二款,决定撤回上述许可", "所依据的规定已经修改", "造成财产损失的,本机关依法给予补偿", REMEDIES],
    ),
}


@pytest.mark.parametrize("state", NEEDED)
def test_each_paper_says_who_where_why_by_which_article_and_what_can_be_done_about_it(
    client: FlaskClient, clock: Clock, state: str
) -> None:
    title, words = NEEDED[state]
    case = make_permit(client, state)
    seen = case.read(case.reporter)
    for paper in papers(case).values():
        text, number = paper["body"], paper["number"]
        assert text.splitlines()[:2] == [paper["title"], number]
        assert "{" not in text
        assert seen["venue"] in text
        assert "海拉尔东路88号" in text
        assert "统一社会信用代码:9115" in text
        assert text.rstrip().replace("\n\n被核查单位(场所)签收:", "").endswith("消防救援大队\n2026年11月23日")
        assert "13904150102" not in text
    for part in words:
        assert part in body(case, title)


def test_a_paper_has_one_number_and_the_series_has_no_gap(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    case = make_permit(client, "REVOKED")
    documents = case.read(case.reporter)["data"]["documents"]
    archived = papers(case).values()
    assert [(entry["paper_id"], entry["number"], entry["label"]) for entry in documents] == [
        (paper["id"], paper["number"], paper["title"]) for paper in archived
    ]
    others = make_permit(client, "REFUSED"), make_permit(client, "VERIFY_PENDING")
    accepted = [papers(made)["受理凭证"]["number"] for made in (case, *others)]
    serials = [int(number.partition("第")[2].removesuffix("号")) for number in accepted]
    assert serials == list(range(serials[0], serials[0] + 3))


def test_the_applicant_reads_its_papers_and_has_them_as_pdf_and_nobody_else_who_does_not_see_the_case(
    client: FlaskClient, clock: Clock
) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    readers = (case.reporter, clerk(case), approver(case), case.office.leader)
    for reader in readers:
        for paper in papers(case, reader).values():
            assert paper["sha256"] == hashlib.sha256(paper["body"].encode()).hexdigest()
            pdf = reader.get(f"/papers/{paper['id']}/pdf")
            assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")
    for stranger in (citizen(client), staff(client, Role.PERMIT_CLERK, ELSEWHERE), case.office.receiver):
        assert stranger.get(f"{case.path}/papers").status_code == 404
        assert stranger.get(f"/papers/{paper['id']}/pdf").status_code == 404


def test_what_officers_found_and_the_applicant_does_not_read_in_the_case_is_in_no_paper(
    client: FlaskClient, clock: Clock
) -> None:
    finding = "只有监督员之间说的话"
    case = make_permit(client, "VERIFY_PENDING")
    case.act(case.office.leader, "assign", officer_ids=[str(officer.id) for officer in case.office.officers])
    orders = [{"description": "疏散指示标志损坏。", "clause": None}]
    found = {"finding": finding, "attended_by": "张建国", "checklist": [0], "orders": orders, "due_on": "2026-12-07"}
    case.act(case.office.officers[0], "verify_fail", **found)
    assert "公众聚集场所消防安全检查责令限期改正通知书" not in papers(case)  # one signature makes no paper
    case.act(case.office.officers[1], "cosign", act_sha256=case.last["act_sha256"])
    assert "1. 疏散指示标志损坏。" in body(case, "公众聚集场所消防安全检查责令限期改正通知书")
    assert finding not in case.reporter.get(f"{case.path}/papers").get_data(as_text=True)


def test_a_title_that_is_too_long_for_a_line_is_broken_and_nothing_runs_off_the_page(client: FlaskClient, clock: Clock) -> None:
    case = make_permit(client, "VERIFY_PENDING")
    paper = papers(case)["公众聚集场所投入使用、营业前消防安全检查意见书"]
    drawn = [line for line in lines_of(case.reporter.get(f"/papers/{paper['id']}/pdf").data) if line != "样本 无效"]
    start = drawn.index(paper["title"][:22])
    assert "".join(drawn[start : start + 3]) == paper["title"] + paper["number"]
    assert "".join(line for line in drawn if not line.startswith(("文本SHA", "第1页", "第2页"))) == paper["body"].replace(
        "\n", ""
    )


def test_silence_is_told_as_the_law_has_it(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    case = make_permit(client, "SUBMITTED")
    clock.advance(days=10)
    worked_off(parts, timers.run_due)
    text = body(case, "受理凭证")
    assert "未在收到申请材料之日起五个工作日内告知补正内容" in text
    assert "第三十二条第一款第四项" in text
    assert "自2026年11月23日收到申请材料之日起即为受理" in text
    assert "2026年12月3日" in text.splitlines()[-1]
    assert "许可决定将于2026年12月4日前完成" in text  # the one working day after the receipt has gone by
    assert case.read(clerk(case))["due_at"] == "2026-11-24T15:59:59Z"


def test_silence_moves_no_term_that_has_not_gone_by(client: FlaskClient, clock: Clock, parts: Parts) -> None:
    case = make_permit(client, "SUBMITTED", route=ORDINARY)
    clock.advance(days=10)
    worked_off(parts, timers.run_due)
    assert "现场检查将于2026年12月7日前完成" in body(case, "受理凭证")


def test_false_papers_and_deceit_say_for_how_long_nobody_may_apply_again(client: FlaskClient, clock: Clock) -> None:
    case, other = make_permit(client, "ACCEPTED", ELSEWHERE), make_permit(client, "ACTIVE", ELSEWHERE)
    case.act(approver(case), "refuse", code="FALSE_MATERIALS", reason="营业执照系伪造")
    refused = body(case, "不同意投入使用、营业决定书")
    assert "第七十八条" in refused
    assert "一年内不得再次申请" in refused
    other.act(approver(other), "tell_revocation", code="DECEIT", reason="提供虚假验收文件")
    other.act(other.reporter, "answer_revocation", statement="并非故意")
    other.act(approver(other), "revoke", reason="虚假事实清楚")
    revoked = body(other, "撤销公众聚集场所投入使用、营业前消防安全许可决定书")
    assert "第六十九条第二款、《中华人民共和国行政许可法》第七十九条" in revoked
    assert "三年内不得再次申请" in revoked


def test_who_relied_on_the_office_is_told_of_the_hearing_and_of_redress(client: FlaskClient, clock: Clock) -> None:
    """行政许可法 46 to 48, 69(4)."""
    case = make_permit(client, "ACTIVE")
    case.act(approver(case), "tell_revocation", code="UNLAWFUL_GRANT", reason="超越职权作出")
    case.act(case.reporter, "answer_revocation", statement="请求保留许可", wants_hearing=True)
    appoint_hearing(case)
    clock.advance(days=15)
    note_hearing(case)
    case.act(approver(case), "revoke", reason="听证意见不能成立:本机关无权许可")
    text = body(case, "撤销公众聚集场所投入使用、营业前消防安全许可决定书")
    assert "听证:当事人要求听证,本机关于2026年12月8日举行听证。" in text
    assert "合法权益受到损害的,本机关依法给予赔偿" in text


def test_a_term_that_stands_still_is_told_in_a_paper_with_the_time_that_it_takes(client: FlaskClient, clock: Clock) -> None:
    """行政许可法 45: 将所需时间书面告知申请人."""
    case = make_permit(client, "ACCEPTED")
    why = {"kind": "TEST", "reason": "疏散照明照度需要检测"}
    for said in ({}, {"until_on": None}, {"until_on": "2026-11-23"}, {"until_on": "2027-11-25"}):
        assert why_not(case, approver(case), "pause", **why, **said) == ["until_on"], said
    case.act(approver(case), "pause", **why, until_on="2026-11-30")
    text = body(case, "期限中止告知书")
    assert "第四十五条" in text
    assert "检验、检测所需时间不计算在办理期限内" in text
    assert "所需时间:预计至2026年11月30日" in text
    assert case.read(case.reporter)["data"]["paused"]["until_on"] == "2026-11-30"
    assert "检验、检测(预计至2026年11月30日)" in told(case, case.reporter)["permit.paused"]


def test_a_later_edition_changes_no_paper_that_was_made(
    fresh_database: DatabaseUrls, client: FlaskClient, clock: Clock, parts: Parts
) -> None:
    case = make_permit(client, "ACCEPTED")
    before = papers(case)["受理凭证"]
    edition = {"paper": "permit_acceptance", "edition": "2026-2", "effective_from": date(2026, 11, 24), "basis": "总队文书式样"}
    with parts.database.transaction() as session:
        session.add(PaperTemplate(**edition, body="{title}\n{number}\n\n新版:{applicant}\n\n{office}\n{day}\n"))
    clock.advance(days=1)
    later = make_permit(client, "ACCEPTED")
    assert papers(case)["受理凭证"] == before
    assert before["edition"] == "2026-1"
    assert papers(later)["受理凭证"]["edition"] == "2026-2"
    assert "新版:" in body(later, "受理凭证")


def test_an_application_whose_papers_were_never_archived_stays_readable_and_goes_on(
    client: FlaskClient, clock: Clock, parts: Parts
) -> None:
    case = make_permit(client, "ACCEPTED")
    with parts.database.transaction() as session:
        permit = session.get_one(Permit, case.id)
        old = [{name: value for name, value in entry.items() if name != "paper_id"} for entry in permit.documents]
        made = select(Paper.id).where(Paper.entity_id == case.id)
        session.execute(delete(PaperSeal).where(PaperSeal.paper_id.in_(made)))
        session.execute(delete(Paper).where(Paper.entity_id == case.id))
        session.execute(update(Permit).where(Permit.id == case.id).values(documents=old))
    assert case.read(case.reporter)["data"]["documents"][0]["paper_id"] is None
    assert papers(case) == {}
    grant(case)
    assert list(papers(case)) == ["公众聚集场所投入使用、营业前消防安全检查意见书"]
    numbers = [entry["paper_id"] is not None for entry in case.read(case.reporter)["data"]["documents"]]
    assert numbers == [False, True]


def test_every_kind_of_paper_with_a_number_of_its_own_has_its_words(parts: Parts) -> None:
    with parts.database.snapshot() as session:
        kinds = set(session.scalars(select(NumberPattern.paper)))
        written = set(session.scalars(select(PaperTemplate.paper)))
    assert kinds - written == set()
