"""When banners are merged, the region's administrators put all units of one into another."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from sync import dirty
from tests.pack import make_source, make_unit
from tests.people import ELSEWHERE, HOME, staff


@pytest.mark.usefixtures("fresh_database")
def test_units_of_a_merged_banner_go_to_the_other_and_devices_are_told_afterwards(client: FlaskClient, parts: Parts) -> None:
    admin = staff(client, Role.SYS_ADMIN, "150000")
    answer = admin.post(f"/places/regions/{HOME}/actions/move_units", {"into": ELSEWHERE})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    with parts.database.transaction() as session:
        marked = text("SELECT count(*) FROM sync_dirty WHERE entity_type = 'unit'")
        assert session.scalar(marked) == answer.get_json()["moved"] > 0
        assert session.scalar(text("SELECT count(*) FROM unit WHERE region_code = :code"), {"code": HOME}) == 0
    with parts.database.transaction() as session:
        assert dirty.publish(parts.sync, session) > 0
    with parts.database.transaction() as session:
        left = text(
            "SELECT count(*) FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
            " WHERE s.key = :key AND f.entity_type = 'unit' AND f.gone = 'left'"
        )
        assert session.scalar(left, {"key": f"region:{HOME}#officer"}) == answer.get_json()["moved"]


@pytest.mark.usefixtures("fresh_database")
def test_with_the_units_go_their_sheets_and_the_water_beside_them(client: FlaskClient, parts: Parts) -> None:
    leader, admin = staff(client, Role.UNIT_LEADER), staff(client, Role.SYS_ADMIN, "150000")
    source_id, unit_id = make_source(leader), make_unit(leader)
    admin.post(f"/places/regions/{HOME}/actions/move_units", {"into": ELSEWHERE})
    there = staff(client, Role.UNIT_LEADER, ELSEWHERE)
    for path in (f"/water-sources/{source_id}", f"/rescue-sheets/{unit_id}"):
        assert there.get(path).get_json()["data"]["region_code"] == ELSEWHERE
        assert leader.get(path).status_code == 404
    with parts.database.transaction() as session:
        while dirty.publish(parts.sync, session):
            pass
    with parts.database.transaction() as session:
        held = text(
            "SELECT s.key FROM sync_feed f JOIN sync_scope s ON s.id = f.scope_id"
            " WHERE f.entity_id = :id AND f.gone IS NULL AND s.key LIKE '%#pack'"
        )
        for entity_id in (source_id, unit_id):
            assert list(session.scalars(held, {"id": entity_id})) == [f"region:{ELSEWHERE}#pack"]


def test_nobody_else_moves_units_and_only_into_a_banner(client: FlaskClient) -> None:
    leader, admin = staff(client, Role.UNIT_LEADER), staff(client, Role.SYS_ADMIN, "150000")
    assert leader.post(f"/places/regions/{HOME}/actions/move_units", {"into": ELSEWHERE}).status_code == 403
    for into in ("150100", HOME, "999999"):
        refused = admin.post(f"/places/regions/{HOME}/actions/move_units", {"into": into})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "into")
    assert admin.post("/places/regions/150100/actions/move_units", {"into": HOME}).status_code == 404
