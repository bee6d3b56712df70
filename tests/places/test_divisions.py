from __future__ import annotations

from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from accounts.actor import Role
from database.journal import recorded
from database.session import Database
from places.commands import open_region
from places.jurisdiction import is_open
from places.models import Division, division_id
from places.seed import DEMO_OPEN, seed
from problems import Invalid, NotFound, RoleNotAllowed
from tests.places.people import citizen, guest, staff


def lines(session: Session, code: str) -> list[dict[str, Any]]:
    """What devices hold of a division."""
    found = session.scalars(
        text("SELECT line FROM sync_feed WHERE entity_type = 'division' AND entity_id = :id"), {"id": division_id(code)}
    )
    return [orjson.loads(bytes(line)) for line in found]


def test_the_seed_writes_116_divisions_once_and_every_device_holds_them(session: Session) -> None:
    seed(session, DEMO_OPEN)
    assert session.scalar(select(func.count()).select_from(Division)) == 116
    assert session.scalar(text("SELECT count(*) FROM sync_feed WHERE entity_type = 'division'")) == 116
    [line] = lines(session, "152525")
    assert line["data"] == {
        "code": "152525", "name": "东乌珠穆沁旗", "parent_code": "152500", "level": 3, "kind": "旗", "is_open": False,
    }  # fmt: skip


def test_the_demo_opens_six_banners_in_five_leagues(session: Session) -> None:
    opened = set(session.scalars(select(Division.name).where(Division.code.in_(DEMO_OPEN), Division.is_open)))
    assert opened == {"新城区", "回民区", "土默特左旗", "昆都仑区", "海拉尔区", "锡林浩特市"}


def test_opening_a_banner_is_an_event_and_reaches_devices(places_database: Database) -> None:
    administrator = staff(Role.SYS_ADMIN, "152200")
    with places_database.transaction() as session:
        assert not is_open(session, "152202")
        division = open_region(session, administrator, "152202", {"is_open": True})
        assert is_open(session, "152202")
        assert (division.revision, recorded(session)[-1].name) == (2, "division.opened")
        assert recorded(session)[-1].region_code == "152202"
    with places_database.transaction() as session:
        [line] = lines(session, "152202")
        assert (line["revision"], line["data"]["is_open"]) == (2, True)
        assert open_region(session, administrator, "152202", {"is_open": True}).revision == 2
        assert recorded(session) == []
        closed = open_region(session, administrator, "152202", {"is_open": False})
        assert (closed.revision, closed.opened_at) == (3, None)


def test_a_banner_closed_by_an_administrator_stays_closed_when_seeded_again(session: Session) -> None:
    open_region(session, staff(Role.SYS_ADMIN, "150000"), "150102", {"is_open": False})
    seed(session, DEMO_OPEN)
    assert not is_open(session, "150102")


@pytest.mark.parametrize(
    "who",
    [citizen(), guest(), staff(Role.SYS_ADMIN, "150200"), staff(Role.UNIT_LEADER, "150000"), staff(Role.SEC_ADMIN, "150000")],
)
def test_only_an_administrator_of_that_region_opens_it(session: Session, who: Any) -> None:
    with pytest.raises(RoleNotAllowed):
        open_region(session, who, "150104", {"is_open": True})


def test_leagues_are_not_opened_as_a_whole(session: Session) -> None:
    with pytest.raises(Invalid):
        open_region(session, staff(Role.SYS_ADMIN, "150000"), "150100", {"is_open": True})
    with pytest.raises(NotFound):
        open_region(session, staff(Role.SYS_ADMIN, "150000"), "150199", {"is_open": True})
