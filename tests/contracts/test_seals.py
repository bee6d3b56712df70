"""What every Seals promises. A new adapter joins by one more entry in `ADAPTERS`, with a service that it speaks to."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from database.base import new_id
from neighbours import NeighbourFailed
from tests.seals import SEAL_NO, SealService, over_http, rewritten, seal_service, signed
from workflow.papers.seals import HttpSeals, Sealed, Seals, Unsealed, require_sealed

ADAPTERS: dict[str, Callable[[str], Seals]] = {"http": over_http}
DIGEST = "ab" * 32
PDF = b"%PDF-1.4\n1 0 obj\n<< /Subject (SHA-256 " + DIGEST.encode() + b") >>\nendobj\n%%EOF\n"


@pytest.fixture
def service() -> Iterator[tuple[type[SealService], str]]:
    with seal_service() as running:
        yield running


@pytest.fixture(params=sorted(ADAPTERS))
def seals(request: pytest.FixtureRequest, service: tuple[type[SealService], str]) -> Seals:
    """Each adapter in turn, before a service that works."""
    return ADAPTERS[request.param](service[1])


def paper() -> Unsealed:
    return Unsealed(new_id(), "新城区大队消安检〔2026〕第1号", "意见书", "XF150102", "新城区消防救援大队", DIGEST, PDF)


def test_what_comes_back_is_what_was_sent_under_a_signature_and_names_its_seal(seals: Seals) -> None:
    sent = paper()
    sealed = seals.seal(sent)
    require_sealed(sent, sealed)
    assert sealed.pdf.startswith(PDF)
    assert sealed.seal_no == SEAL_NO
    assert seals.name


def test_the_same_paper_twice_has_one_seal_and_another_paper_its_own(
    seals: Seals, service: tuple[type[SealService], str]
) -> None:
    handler, _ = service
    sent = paper()
    first = seals.seal(sent)
    handler.make = staticmethod(lambda pdf: signed(pdf, "beef"))
    assert seals.seal(sent) == first
    assert seals.seal(replace(sent, paper_id=new_id())).pdf != first.pdf
    assert len(handler.sealed) == 2


def test_the_service_learns_which_office_seals_what_and_its_digest(seals: Seals, service: tuple[type[SealService], str]) -> None:
    sent = paper()
    seals.seal(sent)
    ((_, _, said),) = service[0].asked
    assert said["office"] == {"code": "XF150102", "name": "新城区消防救援大队"}
    assert (said["number"], said["paper_id"]) == (sent.number, str(sent.paper_id))
    assert said["sha256"] == hashlib.sha256(PDF).hexdigest()


def _answer(**changed: Any) -> tuple[int, Any]:
    return 200, {"seal_no": SEAL_NO, "pdf": base64.b64encode(signed(PDF)).decode(), **changed}


@pytest.mark.parametrize(
    "fault",
    [
        (503, {}), (500, b"<html>"), (403, {}), (409, {}), (202, {}), (302, {}), (200, b""), (200, b"\xff\xfe"), (200, b"[]"),
        (200, b"[" * 100_000), (200, {}), _answer(pdf=None), _answer(pdf="not base64!"), _answer(seal_no=""),
        _answer(seal_no=None), _answer(seal_no="9" * 101), _answer(seal_no="a\u0000b"), _answer(seal_no="\ud800"),
        (200, b" " * (8 * 1024 * 1024 + 1)),
    ],
    ids=lambda fault: f"{fault[0]} {str(fault[1])[:20]}",
)  # fmt: skip
def test_what_cannot_be_read_is_a_service_that_failed(
    seals: Seals, service: tuple[type[SealService], str], fault: tuple[int, Any]
) -> None:
    service[0].fault = fault
    with pytest.raises(NeighbourFailed) as failed:
        seals.seal(paper())
    assert "the key" not in str(failed.value)


def test_a_service_that_does_not_answer_is_not_waited_for(service: tuple[type[SealService], str]) -> None:
    handler, address = service
    handler.still = threading.Event()
    try:
        with pytest.raises(NeighbourFailed, match="on the way"):
            HttpSeals(address, "the key", patience_seconds=0.2).seal(paper())
    finally:
        handler.still.set()


def test_a_service_that_says_a_little_now_and_then_is_not_listened_to_for_ever(
    service: tuple[type[SealService], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, address = service
    handler.still = threading.Event()

    def trickle(stand: SealService) -> None:
        assert stand.still is not None
        stand.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n")
        try:
            while not stand.still.wait(0.02):
                stand.wfile.write(b" ")
        except ConnectionError:
            pass

    monkeypatch.setattr(handler, "do_POST", trickle)
    try:
        with pytest.raises(NeighbourFailed, match="too slowly"):
            HttpSeals(address, "the key", patience_seconds=0.1).seal(paper())
    finally:
        handler.still.set()


def test_a_service_that_is_not_there_has_failed() -> None:
    with pytest.raises(NeighbourFailed, match="on the way"):
        over_http("http://127.0.0.1:9").seal(paper())


# ---- What is looked at before it is kept, whoever made it. ----


def test_a_file_that_was_made_anew_is_taken_if_the_digest_of_the_text_stands_in_it() -> None:
    require_sealed(paper(), Sealed(rewritten(PDF), SEAL_NO))


@pytest.mark.parametrize(
    ("pdf", "why"),
    [
        (b"", "no PDF"),
        (b"<html>", "no PDF"),
        (PDF, "no signature"),
        (PDF + b"/ByteRange [0 1 2 3]", "no signature"),
        (signed(PDF, ""), "no signature"),  # a place for a signature, never filled in
        (signed(PDF, after=b"\n1 0 obj\n<< /Changed true >>\nendobj\n"), "no signature"),  # which what follows is not under
        (signed(PDF.replace(DIGEST.encode(), b"cd" * 32)), "another paper"),
        (rewritten(PDF.replace(DIGEST.encode(), b"cd" * 32)), "another paper"),
    ],
)
def test_what_is_not_our_paper_under_a_whole_signature_is_not_taken(pdf: bytes, why: str) -> None:
    with pytest.raises(NeighbourFailed, match=why):
        require_sealed(paper(), Sealed(pdf, SEAL_NO))
