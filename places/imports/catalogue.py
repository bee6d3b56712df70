"""The regional data platform's catalogue of units (对接数据资源): the contract, and the two ways in which we read it.

A catalogue gives pages of what has changed since a cursor, oldest first; the cursor after the last page is where to go on
next time. A record has `id`, `name`, `region_code`, and may have `uscc`, `address`, `category`, `place_type`, `lon`, `lat` and
`crs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

import sheets
from accounts.actor import SYSTEM
from database.session import Database
from neighbours import Neighbour, NeighbourFailed
from places.imports.commands import keep
from places.imports.models import UnitImport
from places.imports.rules import MOST_PAGE_ROWS, NEEDED, TITLES
from settings import Settings

log = structlog.get_logger()
_MOST_PAGES = 200  # of one visit; the next visit goes on
MOST_FILE_ROWS = 500_000
FILE_TITLES = {"数据编号": "id", **TITLES}


@dataclass(frozen=True)
class Page:
    """Some records, as the platform wrote them, and where the next ones are. `body` is what came, byte for byte."""

    rows: list[dict[str, str]]
    cursor: str | None
    more: bool
    body: bytes


class UnitCatalogue(Protocol):
    """What the platform offers."""

    def page(self, cursor: str | None) -> Page:
        """The records that changed after the cursor; None: from the beginning. Raises NeighbourFailed."""


class _PageSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    items = fields.List(fields.Dict(keys=fields.String()), required=True, validate=validate.Length(max=MOST_PAGE_ROWS))
    next_cursor = fields.String(required=True, allow_none=True, validate=validate.Length(max=500))
    more = fields.Boolean(required=True)


_PAGE = _PageSchema()
# Members of a record, as text or as numbers; what is left out says nothing, and what else is there is passed over.
_MEMBERS = {**{name: name for name in TITLES.values()}, "id": "id", "region_code": "region"}


class HttpCatalogue:
    """`GET <url>?cursor=…&limit=1000` with a bearer key; answers `{"items", "next_cursor", "more"}` as JSON."""

    def __init__(self, url: str, key: str) -> None:
        self._neighbour = Neighbour(url, key)

    def page(self, cursor: str | None) -> Page:
        """Ask for it."""
        body = self._neighbour.ask("", {"limit": str(MOST_PAGE_ROWS), **({"cursor": cursor} if cursor else {})})
        try:
            told: Any = _PAGE.loads(body.decode())
        except (ValidationError, ValueError) as error:
            raise NeighbourFailed(f"answered what was not agreed: {error}"[:500]) from error
        return Page([_cells(record) for record in told["items"]], told["next_cursor"], told["more"], body)


class FileCatalogue:
    """A file of the platform: the columns of an upload, and 数据编号 under which it knows a unit. One page, whole."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def page(self, cursor: str | None) -> Page:
        """All of it; after it nothing. Raises Invalid for what is no such file."""
        rows = sheets.read(self._body, FILE_TITLES, needed=("id", *NEEDED), most_rows=MOST_FILE_ROWS)
        return Page([row.cells for row in rows], cursor, more=False, body=self._body)


def _cells(record: Mapping[str, Any]) -> dict[str, str]:
    """A record as a row. It is judged where rows are judged, so that a bad one stops no other."""
    said = {_MEMBERS[name]: sheets.plain(str(value)) for name, value in record.items() if name in _MEMBERS and value is not None}
    return {name: value for name, value in said.items() if value}


def catalogue_of(settings: Settings) -> UnitCatalogue | None:
    """The catalogue of this installation, if it has one."""
    return HttpCatalogue(settings.unit_catalogue_url, settings.unit_catalogue_key) if settings.unit_catalogue_url else None


def pull(database: Database, catalogue: UnitCatalogue, kept: Callable[[UUID], None] = lambda _: None) -> int:
    """Keep every page that is new, to be taken in like any list: how many records. Nothing is open while the platform thinks."""
    with database.transaction() as session:
        cursor = _cursor(session)
    fetched, more = 0, True
    for _ in range(_MOST_PAGES):
        if not more:
            break
        page = catalogue.page(cursor)
        if page.rows:
            with database.transaction() as session:
                if _cursor(session) != cursor:  # somebody else was here meanwhile
                    return fetched
                made = _keep(session, page, cursor)
            kept(made)
        fetched += len(page.rows)
        if page.more and page.cursor in (None, cursor):
            raise NeighbourFailed("says that there is more, and not where")
        cursor, more = page.cursor or cursor, page.more
    return fetched


def visit(database: Database, catalogue: UnitCatalogue | None) -> None:
    """Pull what is new, if there is a catalogue; say it in the log where it cannot be read. For the timetable."""
    if catalogue is None:
        return
    try:
        fetched = pull(database, catalogue)
    except NeighbourFailed as failure:
        log.error("the catalogue of units cannot be read", why=str(failure))  # noqa: TRY400 - the reason is one line
        return
    if fetched:
        log.info("units came from the catalogue", records=fetched)


def _keep(session: Session, page: Page, cursor: str | None) -> UUID:
    rows = list(enumerate(page.rows, start=2))  # as in a file: line 1 is its head
    facts = {"name": "区域数据平台单位目录", "cursor": page.cursor or cursor, "prefer": "REGISTER", "is_trial": False}
    return keep(session, SYSTEM, "PLATFORM", page.body, rows, **facts).id


def _cursor(session: Session) -> str | None:
    """Where the last page ended."""
    last = select(UnitImport.cursor).where(UnitImport.source == "PLATFORM").order_by(UnitImport.id.desc()).limit(1)
    return session.scalar(last)
