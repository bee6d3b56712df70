"""What there has been at a place, as far as each reader may see it."""

from __future__ import annotations

from flask.testing import FlaskClient

from accounts.actor import Role
from tests.assistance import make_assistance
from tests.inspections import make_inspection
from tests.makers import make_order
from tests.measures import make_measure
from tests.people import ELSEWHERE, Caller, Json, citizen, staff
from tests.permits import make_permit


def history(reader: Caller, unit_id: object) -> list[Json]:
    found: list[Json] = []
    cursor = ""
    while True:
        page = reader.get(f"/units/{unit_id}/history?limit=7{cursor}").get_json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def test_the_history_of_a_place_has_every_kind_of_case_once_the_latest_first(client: FlaskClient) -> None:
    order = make_order(client)
    measure, inspection = make_measure(client, "SEALED"), make_inspection(client, "NO_PROBLEM")
    permit, help_given = make_permit(client, "SUBMITTED"), make_assistance(client, "SUBMITTED")
    manager = order.office.manager
    read = history(order.office.leader, manager.unit_id)
    ids = [item["id"] for item in read]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, reverse=True)
    wanted = {str(case.id) for case in (order, measure, inspection, permit)} | {str(order.hazard_id)}
    assert wanted <= set(ids)
    lines = {item["id"]: item for item in read}
    assert (lines[str(measure.id)]["kind"], lines[str(measure.id)]["state_label"]) == ("measure", "已临时查封")
    assert lines[str(inspection.id)]["closed_at"] is not None
    assert str(help_given.id) in {item["id"] for item in history(manager, manager.unit_id)}


def test_the_people_of_a_unit_see_their_own_cases_and_no_report_and_strangers_see_nothing(client: FlaskClient) -> None:
    order = make_order(client)
    hidden = make_measure(client, "OPEN")  # not in force: the unit does not know of it yet
    manager = order.office.manager
    own_report = make_order(client, reporter=manager)  # he may read it, but not that this order came of it
    seen = history(manager, manager.unit_id)
    assert {str(order.id), str(own_report.id)} <= {item["id"] for item in seen}
    assert str(order.id) in {item["id"] for item in seen}
    assert not {str(order.hazard_id), str(hidden.id)} & {item["id"] for item in seen}
    assert "hazard" not in {item["kind"] for item in seen}
    for stranger in (citizen(client), staff(client, Role.FIRE_OFFICER, ELSEWHERE)):
        assert stranger.get(f"/units/{manager.unit_id}/history").status_code == 404
    assert manager.get(f"/units/{manager.unit_id}/history?cursor=x").status_code == 422
