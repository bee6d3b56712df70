"""What a partner reads: services, the fate of its own requests, and of all others how many are in a cell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, cast, func, select
from sqlalchemy.orm import Session

from accounts.actor import REGION_CODE, Actor, Role
from accounts.partners.keys import require
from accounts.partners.rules import OPEN311_READ, OPEN311_REPORT
from accounts.roles import region_prefix
from database.base import Json
from database.session import now
from places.regions import regions
from problems import Invalid, NotFound, field_error
from workflow.clocks import BEIJING, local_day
from workflow.hazards.categories import categories
from workflow.hazards.models import Hazard
from workflow.hazards.open311.models import PartnerRequest
from workflow.hazards.open311.rules import (
    CELLS_PER_DEGREE,
    COUNTED_DAYS,
    COUNTED_STATES,
    FEWEST,
    MOST_DAYS,
    OPEN,
    Cell,
    cell_id,
    cell_of,
    span,
)
from workflow.hazards.open311.schemas import BURNING, CATEGORY
from workflow.hazards.queries import in_whose_hands
from workflow.hazards.reporters import leading
from workflow.hazards.rules import CALL_119
from workflow.hazards.schemas import PICTURES

_GROUP = "火灾隐患"
_NOTHING: Json = dict.fromkeys(
    ("agency_responsible", "service_notice", "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
     "count")
)  # fmt: skip


def services(session: Session, actor: Actor, jurisdiction: str | None) -> list[Json]:
    """Every picture. Raises RoleNotAllowed, NotFound for a division that is not the key's."""
    require(actor, "read_services", OPEN311_READ, OPEN311_REPORT)
    _banners(actor, jurisdiction)
    labels: dict[str, list[str]] = {picture: [] for picture in PICTURES}
    for row in categories(session).values():
        labels[row.picture].append(row.label)
    return [
        {
            "service_code": picture, "service_name": label, "description": ";".join(labels[picture]) or label, "metadata": True,
            "type": "realtime", "keywords": ",".join(labels[picture]), "group": _GROUP,
        }
        for picture, label in PICTURES.items()
    ]  # fmt: skip


def service(session: Session, actor: Actor, code: str, jurisdiction: str | None) -> Json:
    """The further questions of one. Raises as `services`, NotFound."""
    services(session, actor, jurisdiction)
    if code not in PICTURES:
        raise NotFound
    behind = [row for row in categories(session).values() if code in (row.picture, "UNCLEAR")]
    yes_or_no = [{"key": "true", "name": "是,请立即拨打119"}, {"key": "false", "name": "否"}]
    asked = [(BURNING, CALL_119, "是否正在着火、冒烟或者有人被困?", yes_or_no)]
    if behind:
        asked.append((CATEGORY, "不选由受理人员确定", "隐患类别", [{"key": row.code, "name": row.label} for row in behind]))
    return {
        "service_code": code,
        "attributes": [
            {
                "variable": True, "code": name, "datatype": "singlevaluelist", "required": False, "datatype_description": hint,
                "order": order, "description": words, "values": values,
            }
            for order, (name, hint, words, values) in enumerate(asked, 1)
        ],
    }  # fmt: skip


def receipt(session: Session, request: PartnerRequest) -> Json:
    """What a partner is told at once, and again if it asks again."""
    hazard = session.get_one(Hazard, request.hazard_id)
    received = f"平台已收到您上报的隐患,编号{hazard.number},可凭编号查询办理进展。"
    notice = CALL_119 if hazard.state == "EMERGENCY_DIVERTED" else received
    return {"service_request_id": hazard.number, "service_notice": notice, "account_id": None}


def of_token(session: Session, actor: Actor, token: UUID) -> Json:
    """The request that was sent under a token. Raises RoleNotAllowed, NotFound."""
    require(actor, "read_tokens", OPEN311_REPORT)
    numbers = select(Hazard.number).join(PartnerRequest, PartnerRequest.hazard_id == Hazard.id)
    number = session.scalar(numbers.where(PartnerRequest.partner_id == actor.id, PartnerRequest.token == token))
    if number is None:
        raise NotFound
    return {"service_request_id": number, "token": token}


def requests(session: Session, actor: Actor, query: dict[str, Any]) -> list[Json]:
    """The caller's own, newest first, then the cells. Raises RoleNotAllowed, NotFound, Invalid for too long a time."""
    require(actor, "read_requests", OPEN311_READ, OPEN311_REPORT)
    banners = _banners(actor, query["jurisdiction_id"])
    if query["service_request_id"]:
        return [*_own_named(session, actor, query["service_request_id"]), *_cells_named(session, actor, banners, query)]
    moment = now(session)
    times = span(query["start_date"], query["end_date"], moment)
    if times is None:
        raise Invalid(field_error("start_date", "out_of_range", f"起止时间应先后有序,相隔不超过{MOST_DAYS}天"))
    own = _own(actor).where(PartnerRequest.created_at.between(*times))
    if query["jurisdiction_id"]:
        own = own.where(PartnerRequest.region_code.in_(banners))
    if query["service_code"]:
        own = own.where(Hazard.picture.in_(query["service_code"]))
    if query["status"]:
        own = own.where(PartnerRequest.status.in_(query["status"]))
    first = (query["page"] - 1) * query["page_size"]
    count = session.scalar(select(func.count()).select_from(own.subquery())) or 0
    ordered = own.order_by(PartnerRequest.created_at.desc(), PartnerRequest.id.desc())
    rows = _shown(session, ordered.offset(first).limit(query["page_size"]))
    start = max(0, first - count)
    counted = _cells(session, actor, banners)
    counted = [each for each in counted if _fits(each, query, times)]
    return rows + counted[start : start + query["page_size"] - len(rows)]


def request_named(session: Session, actor: Actor, ids: list[str], jurisdiction: str | None) -> list[Json]:
    """Those of the ids that are there for the caller. Raises as `requests`, NotFound if none is."""
    asked = {"service_request_id": ids, "jurisdiction_id": jurisdiction}
    found = requests(session, actor, asked) if ids else []
    if not found:
        raise NotFound
    return found


def _fits(cell: Json, query: dict[str, Any], times: tuple[datetime, datetime]) -> bool:
    return (
        times[0] <= cell["requested_datetime"] <= times[1]
        and (not query["service_code"] or cell["service_code"] in query["service_code"])
        and (not query["status"] or OPEN in query["status"])
    )


def _banners(actor: Actor, jurisdiction: str | None) -> list[str]:
    """The banners that the key opens, within a division. Raises NotFound where that leaves none."""
    within = region_prefix(jurisdiction or REGION_CODE)
    found = [
        code
        for code, region in regions().items()
        if region.level == 3 and code.startswith(within) and actor.may_in(code, Role.DATA_PARTNER)
    ]
    if not found:
        raise NotFound
    return found


def _own(actor: Actor) -> Select[PartnerRequest, Hazard]:
    return (
        select(PartnerRequest, Hazard)
        .join(Hazard, Hazard.id == PartnerRequest.hazard_id)
        .where(PartnerRequest.partner_id == actor.id)
    )


def _own_named(session: Session, actor: Actor, ids: Sequence[str]) -> list[Json]:
    return _shown(session, _own(actor).where(Hazard.number.in_(ids)).order_by(PartnerRequest.id.desc()))


def _shown(session: Session, statement: Select[PartnerRequest, Hazard]) -> list[Json]:
    """The fate of one's own, and nothing of what was said in it."""
    return [
        {
            **_NOTHING, **_coarse(hazard), "service_request_id": hazard.number, "status": request.status,
            "status_notes": request.status_notes, "service_name": PICTURES[hazard.picture], "service_code": hazard.picture,
            "description": "", "agency_responsible": in_whose_hands(session, leading(session, hazard)),
            "requested_datetime": request.created_at, "updated_datetime": request.updated_at,
        }
        for request, hazard in session.execute(statement)
    ]  # fmt: skip


def _coarse(hazard: Hazard) -> Json:
    if hazard.lon is None or hazard.lat is None:
        return {}
    lon, lat = cell_of(hazard.lon, hazard.lat).centre
    return {"long": lon, "lat": lat}


def _cells_named(session: Session, actor: Actor, banners: list[str], query: dict[str, Any]) -> list[Json]:
    wanted = set(query["service_request_id"])
    return [cell for cell in _cells(session, actor, banners) if cell["service_request_id"] in wanted]


def _cells(session: Session, actor: Actor, banners: list[str]) -> list[Json]:
    """Where three or more of a kind are under way, of whole days up to yesterday: who looks every minute sees nobody report."""
    if OPEN311_READ not in actor.interfaces:
        return []
    today = datetime.combine(local_day(now(session)), time(), BEIJING).astimezone(UTC)
    row = cast(func.floor(Hazard.lat * CELLS_PER_DEGREE), Integer)
    column = cast(func.floor(Hazard.lon * CELLS_PER_DEGREE), Integer)
    # Counted over all that the key opens, and shown with the banner that has the first of them: of a cell on a border nobody
    # learns by asking for one banner and then for the other how few lie in each.
    where = func.min(Hazard.region_code)
    statement = (
        select(Hazard.picture, row, column, func.count())
        .where(
            Hazard.region_code.in_(_banners(actor, None)), Hazard.state.in_(COUNTED_STATES), Hazard.lon.is_not(None),
            Hazard.submitted_at < today, Hazard.submitted_at >= today - timedelta(days=COUNTED_DAYS),
        )
        .group_by(Hazard.picture, row, column)
        .having((func.count() >= FEWEST) & where.in_(banners))
        .order_by(Hazard.picture, row, column)
    )  # fmt: skip
    return [_cell(picture, Cell(*at), count, today) for picture, *at, count in session.execute(statement)]


def _cell(picture: str, cell: Cell, count: int, today: datetime) -> Json:
    lon, lat = cell.centre
    words = f"该网格近{COUNTED_DAYS}日在办{PICTURES[picture]}隐患{count}件"
    return {
        **_NOTHING, "service_request_id": cell_id(picture, cell), "status": OPEN, "status_notes": words,
        "service_name": PICTURES[picture], "service_code": picture, "description": words, "requested_datetime": today,
        "updated_datetime": today, "lat": lat, "long": lon, "count": count,
    }  # fmt: skip
