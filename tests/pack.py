"""Makers of the firefighters' pack, through the HTTP door (see `tests/makers.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from accounts.actor import Role
from database.base import new_id
from tests.people import HOME, Caller, Json, staff

POSITION: Json = {"lon": 111.7519, "lat": 40.8414, "crs": "wgs84", "accuracy_m": 8, "source": "gps"}


def a_source(**said: Any) -> Json:
    """A hydrant of the home banner, as somebody enters it."""
    return {
        "id": str(new_id()), "region_code": HOME, "kind": "MUNICIPAL_HYDRANT", "name": "新华东街12号栓",
        "place": "新华东街与哲里木路路口东北角", "position": POSITION, "flow_lps": 15, "outlets": "65毫米内扣×2", **said,
    }  # fmt: skip


def make_source(who: Caller, **said: Any) -> str:
    """One that is in the register from now on; its id."""
    answer = who.post("/water-sources", a_source(**said))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def make_unit(who: Caller, **said: Any) -> str:
    """A key unit of the leader's banner, which has a sheet at once; its id."""
    unit = {
        "name": "草原明珠商厦",
        "region_code": HOME,
        "category": "KEY_UNIT",
        "address": "中山东路8号",
        "position": POSITION,
        **said,
    }
    answer = who.post("/units", unit)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def merge(leader: Caller, gone: str, stays: str) -> None:
    """One place, after all."""
    into_revision = leader.get(f"/units/{stays}").get_json()["revision"]
    said = {"into": stays, "into_revision": into_revision, "reason": "同一场所"}
    answer = leader.post(f"/units/{gone}/merge", said, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def part(leader: Caller, gone: str) -> None:
    """Two places, after all."""
    answer = leader.post(f"/units/{gone}/unmerge", {"reason": "两处场所"}, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.get_data(as_text=True)


def edit(who: Caller, path: str, **changes: list[Any]) -> Any:
    """`[was, new]` of some fields."""
    return who.post(f"{path}/actions/edit", {"changes": changes})


def _to_open(client: FlaskClient, region_code: str) -> Json:
    leader = staff(client, Role.UNIT_LEADER, region_code)
    return {"unit_id": make_unit(leader, region_code=region_code, category="GENERAL_UNIT", position=None)}


# Operation -> a body with whatever it is about.
OF_THE_PACK: dict[str, Callable[[FlaskClient, str], Json]] = {
    "rescue_sheets.open_sheet": _to_open,
    "rescue_sheets.rescue_sheet_edit": lambda *_: {"changes": {"notes": ["", "后院有狗"]}},
    "water_sources.water_source_edit": lambda *_: {"changes": {"note": ["", "扳手在值班室"]}},
}
