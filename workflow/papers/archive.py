"""The archive of papers: each is made once, from its template, and kept as the bytes that were served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.actor import SYSTEM, Actor
from accounts.models import Organisation
from database.base import Json, new_id
from database.session import now
from problems import Invalid, field_error
from sync.editing import lock
from sync.mutations import Origin
from workflow.clocks import local_day
from workflow.cosigning import CLOCK_OFF
from workflow.models import NumberPattern
from workflow.numbering import next_number
from workflow.papers.commands import name, use
from workflow.papers.models import NumberBlock, Paper, PaperSeal
from workflow.papers.pdf import COPY, SAMPLE, as_pdf
from workflow.papers.rules import filled_in
from workflow.papers.synced import NUMBER_BLOCK
from workflow.papers.templates import SpotPaper, order_paper, template_on

_MOST_LATE = timedelta(days=366)  # after which nobody believes that a paper was served


def take_served(
    session: Session, case: Any, made: SpotPaper, served: Json, pair: Iterable[UUID], actor: Actor, field: str
) -> None:  # fmt: skip
    """What two officers say that they served: a number that one of them was lent, and the words that it stands for.

    From now on the number is this case's (`NumberBlock.numbers`).

    Raises Invalid naming the member of `field`, GuardFailed (`number_accounted_for`) if something else became of the number.
    """
    found = session.get(NumberBlock, served["block_id"])
    block = found and lock(session, NUMBER_BLOCK, NumberBlock, found.id, SYSTEM, Origin())
    if block is None or block.person_id not in set(pair) or block.org_id != case.org_id:
        raise Invalid(field_error(f"{field}.block_id", "not_lent_to_you", "这批编号不是由本案监督员领取的"))
    if block.paper != made.paper:
        raise Invalid(field_error(f"{field}.block_id", "another_paper", "这批编号是为另一种文书领取的"))
    if served["number"] not in {number["number"] for number in block.numbers}:
        raise Invalid(field_error(f"{field}.number", "not_of_this_block", "这个编号不在领取的范围内"))
    age = now(session) - served["served_at"]
    if age < -CLOCK_OFF or age > _MOST_LATE or served["served_at"] < block.created_at - CLOCK_OFF:
        raise Invalid(field_error(f"{field}.served_at", "implausible", "送达时间应在领取编号之后、现在之前"))
    office = session.get_one(Organisation, case.org_id)
    if served["body"] != made.text(block.body, office.name, served["number"]):
        raise Invalid(field_error(f"{field}.body", "differs_from_its_template", "文书内容与所填写的不一致"))
    name(session, block, served["number"], case.id, actor)


def take_order(session: Session, case: Any, order: Json, pair: Iterable[UUID], actor: Actor) -> None:
    """The same of an order, as an act is about to be drafted."""
    served: Json = order["served"]
    due_on = order["due_on"] and order["due_on"].isoformat()
    made = order_paper({**order, "due_on": due_on}, local_day(served["served_at"]))
    take_served(session, case, made, served, pair, actor, "order.served")


def archive(session: Session, case: Any, made: SpotPaper, served: Json | None, actor: Actor) -> Paper:
    """A paper of two officers: under the number and with the bytes that they served, or made now under the next number."""
    if served is None:
        return issue(session, case, case.org_id, made.paper, made.title, made.words)
    block = lock(session, NUMBER_BLOCK, NumberBlock, UUID(served["block_id"]), SYSTEM, Origin())
    how = {
        "at": served["served_at"], "signed": served["signed"], "party_name": served["party_name"],
        "witness_name": served["witness_name"], "photo_ids": served["photos"],
    }  # fmt: skip
    kept = _keep(session, case, case.org_id, made.paper, made.title, block.edition, served["number"], served["body"], how)
    use(session, block, served["number"], kept.id, actor)
    return kept


def serve_order(session: Session, case: Any, service: dict[str, Any]) -> Json:
    """The order that stands was made here and has come to the party since. How it did; what is on record stands.

    Raises Invalid naming the field.
    """
    paper = next(paper for paper in reversed(papers_of(session, case.__tablename__, case.id)) if paper.paper == "order")
    if paper.served is not None:  # on the spot, entered by a process that did not know yet how the case keeps it
        return paper.served
    if not paper.made_at - CLOCK_OFF <= service["served_at"] <= now(session) + CLOCK_OFF:
        raise Invalid(field_error("served_at", "implausible", "送达时间应在文书制作之后、现在之前"))
    paper.served = {
        "at": service["served_at"].isoformat(), "photo_ids": [str(photo) for photo in service["photos"]],
        **{name: service[name] for name in ("signed", "party_name", "witness_name")},
    }  # fmt: skip
    return paper.served


def issue(
    session: Session, case: Any, org_id: UUID, paper: str, title: str, words: Mapping[str, str], number: str | None = None
) -> Paper:
    """A paper that the server makes from the edition in force, under the next number if it has none yet.

    `words` lack what the server knows itself.
    """
    office = session.get_one(Organisation, org_id)
    template = template_on(session, paper, local_day(now(session)))
    number = number or next_number(session, office, paper)
    remedies = session.get_one(NumberPattern, paper).remedies
    said = {"title": title, "number": number, "office": office.name, "remedies": remedies}
    text = filled_in(template.body, {**words, **said})
    return _keep(session, case, org_id, paper, title, template.edition, number, text, None)


def _keep(
    session: Session, case: Any, org_id: UUID, paper: str, title: str, edition: str, number: str, text: str, how: Json | None
) -> Paper:
    content = text.encode()
    made = Paper(
        id=new_id(), number=number, paper=paper, title=title, edition=edition, org_id=org_id, entity_type=case.__tablename__,
        entity_id=case.id, content=content, sha256=hashlib.sha256(content).digest(), made_at=now(session), served=how,
    )  # fmt: skip
    session.add(made)
    return made


def papers_of(session: Session, entity_type: str, entity_id: UUID) -> list[Paper]:
    """The papers of a case, oldest first."""
    of_case = select(Paper).where(Paper.entity_type == entity_type, Paper.entity_id == entity_id)
    return list(session.scalars(of_case.order_by(Paper.id)))


def seals_of(session: Session, papers: Iterable[Paper]) -> dict[UUID, PaperSeal]:
    """The seals of those that have one, or wait for it."""
    ids = [paper.id for paper in papers]
    return {seal.paper_id: seal for seal in session.scalars(select(PaperSeal).where(PaperSeal.paper_id.in_(ids)))}


def pdf_of(session: Session, paper: Paper) -> bytes:
    """As it was sealed, and a sample until then; a copy of what never has a seal."""
    seal = session.get(PaperSeal, paper.id)
    if seal is None:
        return as_pdf(paper, COPY)
    return seal.pdf or as_pdf(paper, SAMPLE)


def served_day(order: Json) -> date | None:
    """The day on which an order was served on the spot, by the region's calendar; None if it was not."""
    served = order.get("served")
    return local_day(datetime.fromisoformat(served["served_at"])) if served else None


def shown(paper: Paper, seal: PaperSeal | None) -> Json:
    """A paper as its readers see it."""
    names = ("id", "number", "title", "edition", "made_at")
    facts = {name: getattr(paper, name) for name in names}
    how = {**paper.served, "at": datetime.fromisoformat(paper.served["at"])} if paper.served else None
    sealed = {
        "sealed_at": seal.sealed_at if seal else None, "seal_no": seal.seal_no if seal else None,
        "awaits_seal": seal is not None and seal.sealed_at is None,
    }  # fmt: skip
    return {**facts, **sealed, "served": how, "sha256": paper.sha256.hex(), "body": paper.content.decode()}
