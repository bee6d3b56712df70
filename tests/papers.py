"""Papers that two officers make on the spot, filled in from the template that was lent with the number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from database.base import new_id
from tests.makers import Case, moment
from tests.people import Caller, Json
from wire import said_day
from workflow.clocks import local_day
from workflow.papers.rules import NOBODY, TITLES, filled_in, itemised
from workflow.terms import said


def lend(officer: Caller, count: int = 3, paper: str = "order") -> Json:
    """Numbers for papers on the spot: the block as its officer reads it."""
    block_id = str(new_id())
    answer = officer.post("/number-blocks", {"id": block_id, "paper": paper, "count": count})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return block_of(officer, block_id)


def block_of(who: Caller, block_id: str) -> Json:
    """The block as somebody reads it."""
    answer = who.get(f"/number-blocks/{block_id}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    block: Json = answer.get_json()
    return block


def on_the_spot(block: Json, order: Json, served_at: datetime, **served: Any) -> Json:
    """The order with the paper that was served under the first number that is held."""
    words = {
        "title": TITLES[order["kind"]], "unit": order["unit_name"] or NOBODY,
        "items": itemised((item["description"], item.get("clause", "")) for item in order["items"]),
        "requirement": said(order), "day": said_day(local_day(served_at)),
    }  # fmt: skip
    return {**order, "served": filled_in_here(block, words, **{"served_at": served_at.isoformat(), **served})}


def filled_in_here(block: Json, words: Mapping[str, str], **served: Any) -> Json:
    """A paper as a phone makes it under the first number that is held; the party would not sign."""
    number = next(entry["number"] for entry in block["numbers"] if entry["state"] == "HELD")
    body = filled_in(block["body"], {**words, "number": number, "office": block["office_name"]})
    return {
        "block_id": block["id"], "number": number, "body": body, "signed": "REFUSED", "witness_name": "巴图", **served,
    }  # fmt: skip


def service(case: Case, **fields: Any) -> Json:
    """What the server made came to the unit just now, and its manager signed for it."""
    return {"served_at": moment(case), "signed": "PARTY", "party_name": "王建国", "photos": [str(new_id())], **fields}


def served(order: Case) -> Case:
    """An order that has come to its unit."""
    return order.act(order.office.officers[0], "serve", **service(order))
