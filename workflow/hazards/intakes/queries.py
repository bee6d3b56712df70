"""Orders as their clerks see them, and the sheets that go back to their sources. Who reported is in none of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

import sheets
from accounts.actor import Actor
from database.base import Json
from places.regions import full_name, regions
from problems import NotFound, RoleNotAllowed
from sheets import Column
from workflow.hazards.intakes.commands import seen_by
from workflow.hazards.intakes.models import ExternalOrder
from workflow.hazards.intakes.rules import CLERKS, PRIVATE, STATES, TITLES, VERDICTS
from workflow.hazards.models import Hazard
from workflow.hazards.schemas import PICTURES

MOST_RESULTS = 500
_GIVEN = [Column(name, title, 24 if name in ("number", "description") else 14) for title, name in TITLES.items()]
_RESULTS = [
    Column("number", "工单编号", 24), Column("received_at", "收到时间", 18), Column("reply_by", "答复期限", 18),
    Column("state", "处理方式", 10), Column("verdict", "核查结论", 18), Column("text", "办理结果", 60),
    Column("ended_at", "办结时间", 18), Column("case_number", "受理编号", 26), Column("id", "回填标识", 38),
    Column("revision", "版本", 6),
]  # fmt: skip


def orders(actor: Actor, query: dict[str, Any]) -> Select[ExternalOrder]:
    """The orders of the caller's divisions."""
    statement = select(ExternalOrder).where(seen_by(actor))
    if query["source"]:
        statement = statement.where(ExternalOrder.source == query["source"])
    if query["state"]:
        statement = statement.where(ExternalOrder.state == query["state"])
    if query["unsent"]:
        statement = statement.where(ExternalOrder.result.is_not(None), ExternalOrder.sent_at.is_(None))
    return statement


def order_seen_by(session: Session, actor: Actor, order_id: UUID) -> ExternalOrder:
    """One of them. Raises NotFound."""
    order = session.scalars(select(ExternalOrder).where(ExternalOrder.id == order_id, seen_by(actor))).one_or_none()
    if order is None:
        raise NotFound
    return order


def shown(session: Session, found: Sequence[ExternalOrder]) -> list[Json]:
    """As the API tells them, each with the number and state of its case."""
    ids = [order.hazard_id for order in found if order.hazard_id]
    rows = session.execute(select(Hazard.id, Hazard.number, Hazard.state).where(Hazard.id.in_(ids)))
    cases = {row.id: row for row in rows}
    return [_shown(order, cases.get(order.hazard_id)) for order in found]


def _shown(order: ExternalOrder, case: Any) -> Json:
    return {
        "id": order.id, "revision": order.revision, "source": order.source, "number": order.number, "state": order.state,
        "region_code": order.region_code, "received_at": order.received_at, "reply_by": order.reply_by,
        "hazard_id": order.hazard_id, "hazard_number": case.number if case else None,
        "hazard_state": case.state if case else None, "result": _result(order), "sent_at": order.sent_at,
        "notes": order.notes, "said": _said(order),
    }  # fmt: skip


def _result(order: ExternalOrder) -> Json | None:
    return order.result and {**order.result, "ended_at": datetime.fromisoformat(order.result["ended_at"])}


def _said(order: ExternalOrder) -> Json | None:
    """What came, without who reported: that is kept sealed until the order is completed."""
    if order.cells is None:
        return None
    return {name: value for name, value in orjson.loads(order.cells).items() if name not in (*PRIVATE, "number")}


def unsent(session: Session, actor: Actor, source: str) -> Sequence[ExternalOrder]:
    """Results that the source has not got, oldest first. Raises RoleNotAllowed."""
    if not actor.has(*CLERKS):
        raise RoleNotAllowed(action="fetch_results")
    found = orders(actor, {"source": source, "state": None, "unsent": True})
    return session.scalars(found.order_by(ExternalOrder.id).limit(MOST_RESULTS)).all()


def _rows(session: Session, found: Sequence[ExternalOrder]) -> list[Json]:
    return [
        {
            **row, "state": STATES[row["state"]], "verdict": VERDICTS[row["result"]["verdict"]], "text": row["result"]["text"],
            "ended_at": row["result"]["ended_at"], "case_number": row["hazard_number"],
        }
        for row in shown(session, found)
    ]  # fmt: skip


def result_sheet(session: Session, found: Sequence[ExternalOrder]) -> bytes:
    """办结回填 as XLSX."""
    return sheets.book("办结回填", _RESULTS, _rows(session, found))


def result_lines(session: Session, found: Sequence[ExternalOrder]) -> bytes:
    """办结回填 as CSV."""
    return sheets.lines(_RESULTS, _rows(session, found))


def template() -> bytes:
    """A sheet to fill in: the columns with an example to write over, and on a second page what may be chosen."""
    example: Json = dict.fromkeys(TITLES.values())
    example |= {
        "number": "NM20261127000001", "received_at": "2026-11-27 09:30", "reply_by": "2026-12-02 18:00",
        "region": "呼和浩特市新城区", "landmark": "成吉思汗大街1号楼下", "picture": "通道出口",
        "description": "安全出口被货物堵住", "hidden": "是",
    }  # fmt: skip
    banners = [full_name(region.code) for region in regions().values() if region.level == 3]
    return sheets.book("工单", _GIVEN, [example], choices={"旗县(市、区)": banners, "隐患类型": list(PICTURES.values())})
