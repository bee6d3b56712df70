"""/papers: legal papers as they were served; /number-blocks: the numbers that devices are lent for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select

from api.actions import add_actions, done
from api.context import actor, session
from api.paging import page
from api.routes import Routes
from api.sheet_files import BINARY
from database.base import Json, new_id
from problems import NotFound
from sync.mutations import Origin
from wire import NewId
from workflow.acting import get
from workflow.case_papers import papers_for
from workflow.offices import people_named
from workflow.papers.archive import pdf_of, seals_of, shown
from workflow.papers.commands import MUTATIONS
from workflow.papers.models import NumberBlock, Paper
from workflow.papers.schemas import (
    LendSchema,
    NumberBlockPageSchema,
    NumberBlockQuerySchema,
    NumberBlockSchema,
    PapersOfCaseSchema,
)
from workflow.papers.synced import NUMBER_BLOCK
from workflow.schemas import DoneSchema

routes = Routes("papers", "/papers", "Legal papers (法律文书) as they were made and served")
number_routes = Routes("number_blocks", "/number-blocks", "Numbers of papers, lent to officers who go where there is no network")


class CreateNumberBlockSchema(LendSchema):
    """Numbers over HTTP: the block's id may be made by the client, so that repeating the request lends no second time."""

    id = NewId()


def add_papers_of_case(of_case: Routes, entity_type: str) -> None:
    """Add `GET /{id}/papers` to a kind of case."""

    def list_papers(case_id: UUID) -> Json:
        """List the papers of the case that the caller may see, oldest first, each with the text that was served."""
        papers = papers_for(session(), actor(), entity_type, case_id)
        seals = seals_of(session(), papers)
        return {"items": [shown(paper, seals.get(paper.id)) for paper in papers]}

    of_case.route("/<uuid:case_id>/papers", methods=["GET"])(of_case.response(200, PapersOfCaseSchema)(list_papers))


@routes.route("/<uuid:paper_id>/pdf", methods=["GET"])
@routes.doc(responses={"200": {"description": "The paper", "content": {"application/pdf": {"schema": BINARY}}}})
def paper_as_pdf(paper_id: UUID) -> Response:
    """Read a paper as PDF: as it was sealed, and until then reading 样本 无效; a record, which never has a seal, is a copy.

    The digest below is that of the archived text.
    """
    paper = session().get(Paper, paper_id)
    if paper is None or paper not in papers_for(session(), actor(), paper.entity_type, paper.entity_id):
        raise NotFound
    headers = {"Content-Disposition": f'inline; filename="{paper.id}.pdf"', "Cache-Control": "no-store"}
    return Response(pdf_of(session(), paper), content_type="application/pdf", headers=headers)


@number_routes.route("", methods=["GET"])
@number_routes.arguments(NumberBlockQuerySchema, location="query")
@number_routes.response(200, NumberBlockPageSchema)
def list_blocks(query: dict[str, Any]) -> Json:
    """List the caller's own numbers, and those of the offices that he leads: what became of each."""
    statement = select(NumberBlock).where(NUMBER_BLOCK.listed_for(actor()))
    if query["open"] is not None:
        statement = statement.where(NumberBlock.settled_at.is_(None) == query["open"])
    rows, next_cursor = page(session(), statement, [NumberBlock.id], [UUID], query)
    return {"items": [_block(row) for row in rows], "next_cursor": next_cursor}


@number_routes.route("/<uuid:block_id>", methods=["GET"])
@number_routes.response(200, NumberBlockSchema, etag=True)
def show_block(block_id: UUID) -> Json:
    """Read one block: what became of each number."""
    return _block(get(session(), NUMBER_BLOCK, NumberBlock, block_id, actor()))


@number_routes.route("", methods=["POST"])
@number_routes.arguments(CreateNumberBlockSchema)
@number_routes.response(201, DoneSchema, location="/number-blocks/{id}")
def lend_numbers(data: dict[str, Any]) -> Json:
    """Lend numbers to the caller, a certified officer, to be printed. The same command as the mutation `number_block.lend`."""
    block_id = data.pop("id") or new_id()
    return done(_MUTATION.run(session(), actor(), block_id, data, Origin()))


def _block(block: NumberBlock) -> Json:
    names = ("id", "revision", "paper", "edition", "body", "org_id", "office_name", "person_id", "settled_at")
    person = people_named(session(), {"person_id": block.person_id})
    return {
        **{name: getattr(block, name) for name in names},
        "person_name": person[0]["name"] if person else "",
        "numbers": [{**entry, "at": datetime.fromisoformat(entry["at"])} for entry in block.numbers],
        "held": len(block.unsettled()),
        "lent_at": block.created_at,
    }


_MUTATION = next(mutation for mutation in MUTATIONS if mutation.creates)
add_actions(number_routes, MUTATIONS, "block of numbers")
