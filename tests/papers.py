"""Papers that two officers make on the spot, filled in from the template that was lent with the number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from database.base import new_id
from tests.makers import Case, moment
from tests.people import Caller, Json
from wire import said_day
from workflow.clocks import local_day
from workflow.papers.rules import NOBODY, TITLES, filled_in, itemised
from workflow.terms import said


def lend(officer: Caller, count: int = 3) -> Json:
    """Numbers for orders: the block as its officer reads it."""
    block_id = str(new_id())
    answer = officer.post("/number-blocks", {"id": block_id, "paper": "order", "count": count})
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
    number = next(entry["number"] for entry in block["numbers"] if entry["state"] == "HELD")
    words = {
        "title": TITLES[order["kind"]], "number": number, "unit": order["unit_name"] or NOBODY,
        "items": itemised((item["description"], item.get("clause", "")) for item in order["items"]),
        "requirement": said(order), "office": block["office_name"], "day": said_day(local_day(served_at)),
    }  # fmt: skip
    paper = {
        "block_id": block["id"], "number": number, "body": filled_in(block["body"], words),
        "served_at": served_at.isoformat(), "signed": "REFUSED", "witness_name": "巴图", **served,
    }  # fmt: skip
    return {**order, "served": paper}


def service(case: Case, **fields: Any) -> Json:
    """What the server made came to the unit just now, and its manager signed for it."""
    return {"served_at": moment(case), "signed": "PARTY", "party_name": "王建国", "photos": [str(new_id())], **fields}


def served(order: Case) -> Case:
    """An order that has come to its unit."""
    return order.act(order.office.officers[0], "serve", **service(order))
