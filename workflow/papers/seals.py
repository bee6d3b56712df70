"""Official seals (电子印章) by the operator's seal service: the contract, how we speak it over HTTP, and what we take from it.

A seal is the office's will, so no programme draws one: what is sealed comes back from the service, which holds the keys, and is
looked at before it is kept. Source: docs/sources.md (authority); docs/decisions/0016.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from marshmallow import EXCLUDE, Schema, ValidationError, fields
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accounts.models import Organisation
from database.session import Database, now
from neighbours import Neighbour, NeighbourFailed, retry_after
from settings import Settings
from wire import Line
from workflow.papers.models import Paper, PaperSeal
from workflow.papers.pdf import FOR_SEAL, as_pdf

log = structlog.get_logger()
_PATIENCE_SECONDS = 10.0  # of one visit, an answer's own patience aside
_MOST_FAILURES = 3  # one after the other: then it is the line, and not a paper
_MOST_BYTES = 4 * 1024 * 1024  # of one stream of a PDF, unpacked
# ISO 32000-1, 12.8.1: a signature says which bytes it covers; between them is the signature itself.
_COVERED = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})\s*\]")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


@dataclass(frozen=True)
class Unsealed:
    """A paper on its way to the service. The same `paper_id` is the same paper, however often it is sent."""

    paper_id: UUID
    number: str
    title: str
    office_code: str
    office_name: str
    text_sha256: str
    pdf: bytes


@dataclass(frozen=True)
class Sealed:
    """What the service made of it, and which seal that was."""

    pdf: bytes
    seal_no: str


class Seals(Protocol):
    """What a seal service offers. One suite of tests runs on each of them (tests/contracts/test_seals.py)."""

    @property
    def name(self) -> str:
        """Which one; kept with what it sealed."""

    def seal(self, unsealed: Unsealed) -> Sealed:
        """The paper with the seal of its office; the same one twice is sealed once. Raises NeighbourFailed."""


class _AnswerSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    seal_no = Line(max_length=100, required=True)
    pdf = fields.String(required=True)


_ANSWER = _AnswerSchema()


class HttpSeals:
    """`POST <url>/seals` takes a PDF in base64 and answers `{"seal_no", "pdf"}`; the key of a request is the paper's id."""

    def __init__(self, url: str, key: str, patience_seconds: float = 30.0) -> None:
        self._url = url
        self._neighbour = Neighbour(url, key, patience_seconds)

    @property
    def name(self) -> str:
        """Its address."""
        return self._url

    def seal(self, unsealed: Unsealed) -> Sealed:
        """Members that we do not know are passed over, so that the service may add some."""
        document = {
            "paper_id": str(unsealed.paper_id), "number": unsealed.number, "title": unsealed.title,
            "office": {"code": unsealed.office_code, "name": unsealed.office_name},
            "sha256": hashlib.sha256(unsealed.pdf).hexdigest(), "pdf": base64.b64encode(unsealed.pdf).decode(),
        }  # fmt: skip
        body = self._neighbour.order("/seals", document, str(unsealed.paper_id))
        try:
            told: Any = _ANSWER.loads(body.decode())
            return Sealed(base64.b64decode(told["pdf"], validate=True), told["seal_no"])
        except (ValidationError, ValueError, RecursionError, binascii.Error) as error:
            raise NeighbourFailed(f"answered what was not agreed: {type(error).__name__}") from error


def seals_of(settings: Settings) -> Seals | None:
    """The seal service of this installation. Without one every paper that needs a seal reads 样本 无效."""
    return HttpSeals(settings.seal_url, settings.seal_key) if settings.seal_url else None


def require_sealed(unsealed: Unsealed, sealed: Sealed) -> None:
    """Raises NeighbourFailed unless this is our paper under a signature that covers it to the end.

    Ours: the very bytes that we sent with something behind them, or a file made anew in which the digest of the text stands.
    Whether the signature is genuine says the authority that gave the certificate, to whoever opens the file.
    """
    if not sealed.pdf.startswith(b"%PDF-"):
        raise NeighbourFailed("answered no PDF")
    if not any(_covers(sealed.pdf, *map(int, match.groups())) for match in _COVERED.finditer(sealed.pdf)):
        raise NeighbourFailed("answered a PDF that no signature covers")
    digest = unsealed.text_sha256.encode()
    if not sealed.pdf.startswith(unsealed.pdf) and not any(digest in part for part in _parts(sealed.pdf)):
        raise NeighbourFailed("answered another paper")


def _covers(pdf: bytes, before: int, after: int, length: int) -> bool:
    """True if all but the signature is covered, and there is one: what was never signed is filled with zeros."""
    gap = pdf[before:after]
    if after + length != len(pdf) or gap[:1] != b"<" or gap[-1:] != b">":
        return False
    try:
        return any(bytes.fromhex(gap[1:-1].decode("ascii")))
    except ValueError:
        return False


def _parts(pdf: bytes) -> Iterator[bytes]:
    yield pdf
    for match in _STREAM.finditer(pdf):
        try:
            yield zlib.decompressobj().decompress(match[1], _MOST_BYTES)
        except zlib.error:
            continue


def visit(database: Database, seals: Seals | None) -> bool:
    """Have what waits sealed, the newest paper first, and nothing open meanwhile. True if more may be left.

    Somebody waits for what was decided just now; a backlog comes behind it. What fails is tried again, later and later, and until
    then stands in nobody's way; a process that dies in between asks again for the same seal.
    """
    until, failures = time.monotonic() + _PATIENCE_SECONDS, 0
    while seals is not None and failures < _MOST_FAILURES:
        if time.monotonic() > until:
            return True
        with database.transaction() as session:
            waiting = _next(session)
        if waiting is None:
            break
        paper, office = waiting
        try:
            unsealed = _unsealed(paper, office)
            sealed = seals.seal(unsealed)
            require_sealed(unsealed, sealed)
            _keep(database, paper.id, sealed, seals.name)
        except NeighbourFailed as failure:
            log.error("paper not sealed", paper_id=str(paper.id), why=str(failure))  # noqa: TRY400 - the reason is one line
            _put_off(database, paper.id)
            failures += 1
        except Exception:  # a fault of ours in one paper: the others go on
            log.exception("paper not sealed", paper_id=str(paper.id))
            _put_off(database, paper.id)
        else:
            failures = 0
    return False


def _next(session: Session) -> tuple[Paper, Organisation] | None:
    waiting = (
        select(Paper, Organisation)
        .join(PaperSeal, PaperSeal.paper_id == Paper.id)
        .join(Organisation, Organisation.id == Paper.org_id)
        .where(PaperSeal.sealed_at.is_(None), PaperSeal.next_try_at <= now(session))
        .order_by(PaperSeal.paper_id.desc())
        .limit(1)
    )
    found = session.execute(waiting).one_or_none()
    return (found[0], found[1]) if found is not None else None


def _unsealed(paper: Paper, office: Organisation) -> Unsealed:
    return Unsealed(
        paper.id, paper.number, paper.title, office.code, office.name, paper.sha256.hex(), as_pdf(paper, FOR_SEAL)
    )  # fmt: skip


def _put_off(database: Database, paper_id: UUID) -> None:
    with database.transaction() as session:
        seal = session.get_one(PaperSeal, paper_id, with_for_update=True)
        seal.attempts += 1
        seal.next_try_at = now(session) + retry_after(seal.attempts)


def _keep(database: Database, paper_id: UUID, sealed: Sealed, service: str) -> None:
    """All of it or nothing, and what is sealed stays as it is."""
    with database.transaction() as session:
        session.execute(
            update(PaperSeal)
            .where(PaperSeal.paper_id == paper_id, PaperSeal.sealed_at.is_(None))
            .values(
                pdf=sealed.pdf, sha256=hashlib.sha256(sealed.pdf).digest(), seal_no=sealed.seal_no, service=service,
                sealed_at=now(session),
            )
        )  # fmt: skip
