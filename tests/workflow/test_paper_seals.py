"""Official seals: a paper is sealed once, what is served is what the service gave, and a failure leaves no half of one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from api.context import Parts
from database.base import new_id
from tests.clock import Clock
from tests.contracts.test_metrics import figures
from tests.inspections import make_inspection
from tests.makers import Case, make_letter
from tests.pdfs import lines_of
from tests.people import Caller, Json
from tests.permits import make_permit
from tests.seals import SEAL_NO, SealService, over_http, rewritten, seal_service, signed
from workflow.papers import seals as module
from workflow.papers.models import Paper, PaperSeal
from workflow.papers.pdf import Mark, as_pdf
from workflow.papers.seals import HttpSeals, Sealed, Unsealed, visit

Service = tuple[type[SealService], HttpSeals]


@pytest.fixture
def service(fresh_database: object) -> Iterator[Service]:
    with seal_service() as (handler, address):
        yield handler, over_http(address)


def papers(case: Case, reader: Caller) -> list[Json]:
    made: list[Json] = reader.get(f"{case.path}/papers").get_json()["items"]
    return made


def pdf(paper: Json, reader: Caller) -> bytes:
    answer = reader.get(f"/papers/{paper['id']}/pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    file: bytes = answer.data
    return file


def said(file: bytes) -> str:
    return "".join(lines_of(file))


def waiting(parts: Parts) -> int:
    with parts.database.snapshot() as session:
        return session.scalar(select(func.count()).where(PaperSeal.sealed_at.is_(None))) or 0


def test_once_it_is_sealed_a_paper_is_served_as_the_service_gave_it(
    service: Service, client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    handler, seals = service
    case = make_permit(client, "VERIFY_PENDING")
    before = papers(case, case.reporter)
    assert [(paper["sealed_at"], paper["seal_no"], paper["awaits_seal"]) for paper in before] == [(None, None, True)] * 2
    assert "样本 无效" in said(pdf(before[0], case.reporter))
    assert visit(parts.database, seals) is False
    after = papers(case, case.reporter)
    for paper, unsealed in zip(after, before, strict=True):
        assert (paper["sealed_at"], paper["seal_no"]) == ("2026-11-23T02:00:00Z", SEAL_NO)
        assert {**paper, "sealed_at": None, "seal_no": None, "awaits_seal": True} == unsealed
        assert pdf(paper, case.reporter) == handler.sealed[paper["id"]]
        text = said(pdf(paper, case.reporter))
        assert "样本" not in text
        assert "以加盖的电子印章为准" in text
        assert paper["sha256"] in text
    [office] = {(body["office"]["code"], body["office"]["name"]) for _, _, body in handler.asked}
    assert office == ("XF150102", "呼和浩特市新城区消防救援大队")


def test_letters_and_notices_are_sealed_and_records_and_approvals_are_not(
    service: Service, client: FlaskClient, parts: Parts
) -> None:
    handler, seals = service
    letter, inspection = make_letter(client, "SENT"), make_inspection(client)
    visit(parts.database, seals)
    sent = {body["title"] for _, _, body in handler.asked}
    assert {"行政检查通知书", "责令限期改正通知书"} < sent
    assert any(title.endswith("火灾隐患的函") for title in sent)
    assert "行政检查审批表" not in sent
    approval = next(paper for paper in papers(inspection, inspection.office.leader) if paper["title"] == "行政检查审批表")
    assert (approval["sealed_at"], approval["awaits_seal"]) == (None, False)
    text = said(pdf(approval, inspection.office.leader))
    assert "样本" not in text  # it waits for nothing
    assert "副本" in text
    assert "以签名的原件为准" in text
    (paper,) = papers(letter, letter.office.receiver)
    assert paper["seal_no"] == SEAL_NO


def test_without_a_service_nothing_is_sealed_and_nothing_is_lost(service: Service, client: FlaskClient, parts: Parts) -> None:
    case = make_permit(client, "ACCEPTED")
    assert visit(parts.database, None) is False
    (paper,) = papers(case, case.reporter)
    assert (paper["sealed_at"], waiting(parts)) == (None, 1)
    assert "样本 无效" in said(pdf(paper, case.reporter))
    visit(parts.database, service[1])  # once there is one
    assert waiting(parts) == 0


@pytest.mark.parametrize(
    "fault",
    ["refused", "away", "garbage", "unsigned", "another paper"],
)
def test_a_failure_leaves_the_sample_is_seen_by_operators_and_tried_again_later(
    service: Service, client: FlaskClient, parts: Parts, clock: Clock, fault: str
) -> None:
    handler, seals = service
    case = make_permit(client, "ACCEPTED")
    whole = handler.make
    if fault in ("unsigned", "another paper"):
        made = {"unsigned": lambda pdf: pdf, "another paper": lambda _: signed(b"%PDF-1.4\n")}[fault]
        handler.make = staticmethod(made)
    else:
        handler.fault = {"refused": (403, {}), "away": (503, {}), "garbage": (200, b"<html>")}[fault]
    visit(parts.database, seals)
    clock.advance(minutes=1)
    visit(parts.database, seals)  # not at once again
    assert len(handler.asked) == 1
    (paper,) = papers(case, case.reporter)
    assert (paper["sealed_at"], paper["seal_no"]) == (None, None)
    assert "样本 无效" in said(pdf(paper, case.reporter))
    told = figures(client)
    assert (told["fire_papers_unsealed"], told["fire_papers_unsealed_age_seconds"]) == (1, 60)
    handler.fault, handler.make = None, staticmethod(whole)
    handler.sealed.clear()
    clock.advance(minutes=2)
    visit(parts.database, seals)
    (paper,) = papers(case, case.reporter)
    assert paper["seal_no"] == SEAL_NO
    assert (figures(client)["fire_papers_unsealed"], figures(client)["fire_papers_unsealed_age_seconds"]) == (0, 0)


def test_a_process_that_dies_with_the_seal_in_its_hands_asks_for_the_same_one_again(
    service: Service, client: FlaskClient, parts: Parts
) -> None:
    handler, seals = service
    case = make_permit(client, "ACCEPTED")

    class Dying:
        name = "dying"

        def seal(self, unsealed: Unsealed) -> Sealed:
            seals.seal(unsealed)
            raise SystemExit

    with pytest.raises(SystemExit):
        visit(parts.database, Dying())
    assert waiting(parts) == 1
    handler.make = staticmethod(lambda pdf: signed(pdf, "beef"))  # what a second seal would look like
    visit(parts.database, seals)
    (paper,) = papers(case, case.reporter)
    assert len(handler.sealed) == 1
    assert pdf(paper, case.reporter) == handler.sealed[paper["id"]]
    assert b"c0ffee" in pdf(paper, case.reporter)


def test_what_is_sealed_is_never_sealed_again(service: Service, client: FlaskClient, parts: Parts) -> None:
    handler, seals = service
    case = make_permit(client, "ACCEPTED")
    (paper,) = papers(case, case.reporter)

    class Late:
        """While this one waits, another process has the paper sealed."""

        name = "late"

        def seal(self, unsealed: Unsealed) -> Sealed:
            visit(parts.database, seals)
            return Sealed(signed(unsealed.pdf, "beef"), "another seal")

    visit(parts.database, Late())
    assert pdf(paper, case.reporter) == handler.sealed[paper["id"]]
    assert papers(case, case.reporter)[0]["seal_no"] == SEAL_NO
    asked = len(handler.asked)
    visit(parts.database, seals)
    assert len(handler.asked) == asked


def test_what_was_decided_just_now_is_sealed_before_a_backlog(service: Service, client: FlaskClient, parts: Parts) -> None:
    handler, seals = service
    cases = [make_permit(client, "ACCEPTED") for _ in range(3)]
    visit(parts.database, seals)
    wanted = [papers(case, case.reporter)[0]["id"] for case in reversed(cases)]
    assert [body["paper_id"] for _, _, body in handler.asked] == wanted


def test_what_failed_waits_its_time_and_what_is_new_goes_past_it(
    service: Service, client: FlaskClient, parts: Parts, clock: Clock
) -> None:
    handler, seals = service
    failed = make_permit(client, "ACCEPTED")
    handler.fault = (503, {})
    visit(parts.database, seals)
    handler.fault = None
    new = make_permit(client, "ACCEPTED")
    visit(parts.database, seals)
    assert [papers(case, case.reporter)[0]["seal_no"] for case in (failed, new)] == [None, SEAL_NO]
    clock.advance(minutes=3)
    visit(parts.database, seals)
    assert papers(failed, failed.reporter)[0]["seal_no"] == SEAL_NO


def test_a_process_of_the_version_before_makes_papers_that_are_sealed_too(
    service: Service, client: FlaskClient, parts: Parts
) -> None:
    """Between the migration and its end it knows nothing of seals; the database asks for them, and for those of records not."""
    case = make_permit(client, "ACCEPTED")
    names = ("edition", "org_id", "entity_type", "entity_id", "content", "sha256", "made_at")
    with parts.database.transaction() as session:
        model = session.scalars(select(Paper).where(Paper.entity_id == case.id)).one()
        facts = {name: getattr(model, name) for name in names}
        for kind in ("permit_pause", "inspection_record"):
            session.add(Paper(id=new_id(), number=f"旧版{kind}", paper=kind, title="旧版所制文书", **facts))
    visit(parts.database, service[1])
    made = {paper["number"]: (paper["seal_no"], paper["awaits_seal"]) for paper in papers(case, case.reporter)}
    assert made["旧版permit_pause"] == (SEAL_NO, False)
    assert made["旧版inspection_record"] == (None, False)


def test_one_paper_that_cannot_be_sealed_holds_no_other_up(service: Service, client: FlaskClient, parts: Parts) -> None:
    handler, seals = service
    first, second = make_permit(client, "ACCEPTED"), make_permit(client, "ACCEPTED")
    (bad,) = papers(first, first.reporter)
    handler.make = staticmethod(lambda pdf: pdf if bad["sha256"].encode() in pdf else rewritten(pdf))
    visit(parts.database, seals)
    assert [papers(case, case.reporter)[0]["seal_no"] for case in (first, second)] == [None, SEAL_NO]


def test_a_fault_of_ours_in_one_paper_holds_no_other_up(
    service: Service, client: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, seals_ = service
    first, second = make_permit(client, "ACCEPTED"), make_permit(client, "ACCEPTED")
    (bad,) = papers(first, first.reporter)

    def failing(paper: Paper, mark: Mark) -> bytes:
        if str(paper.id) == bad["id"]:
            raise ValueError("no title")
        return as_pdf(paper, mark)

    monkeypatch.setattr(module, "as_pdf", failing)
    visit(parts.database, seals_)
    assert [papers(case, case.reporter)[0]["seal_no"] for case in (first, second)] == [None, SEAL_NO]


def test_a_service_that_is_away_is_not_asked_for_every_paper(service: Service, client: FlaskClient, parts: Parts) -> None:
    handler, seals = service
    make_permit(client, "REVOKED")
    handler.fault = (503, {})
    assert visit(parts.database, seals) is False
    assert len(handler.asked) == 3
