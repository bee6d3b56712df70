"""Keys of partners: told once, kept as a hash, good for what they were issued for, and ended at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from accounts.partners.rules import OPEN311_READ, OPEN311_REPORT, WEBHOOKS
from api.context import Parts
from tests.clock import START, Clock
from tests.partners import UNTIL, KeyHolder, add_partner, key, key_holder
from tests.people import BASE, ELSEWHERE, HOME, staff

SERVICES = "/open311/v2/services.json"


def test_a_key_is_told_once_and_nowhere_kept(client: FlaskClient, parts: Parts) -> None:
    partner = key_holder(client)
    administrator = staff(client, Role.SYS_ADMIN)
    assert partner.get(SERVICES).status_code == 200
    told = administrator.get(f"/partners/{partner.id}").get_data(as_text=True)
    assert partner.secret not in told
    assert partner.secret[-4:] in told
    with parts.database.engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        for table in tables:
            found = connection.execute(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :secret"),  # noqa: S608 - our own tables
                {"secret": f"%{partner.secret}%"},
            )
            assert found.scalar_one() == 0, table


def test_an_issued_key_stays_in_no_receipt(client: FlaskClient) -> None:
    """Sent again under the same key it is issued again; so nobody finds it in the ledger."""
    administrator = staff(client, Role.SYS_ADMIN)
    partner_id = add_partner(administrator)
    again = {"Idempotency-Key": "0190a1b2-0000-7000-8000-00000000aaaa"}
    secrets = {administrator.post(f"/partners/{partner_id}/keys", key(), headers=again).get_json()["secret"] for _ in range(2)}
    assert len(secrets) == 2


@pytest.mark.parametrize("where", ["header", "parameter"])
def test_a_key_is_shown_as_a_header_or_as_the_parameter_of_georeport(client: FlaskClient, where: str) -> None:
    secret = key_holder(client).secret
    shown = {"headers": {"X-API-Key": secret}} if where == "header" else {"query_string": {"api_key": secret}}
    assert client.get(f"{BASE}{SERVICES}", **shown).status_code == 200


def test_a_key_opens_nothing_but_its_interfaces(client: FlaskClient) -> None:
    reader, reporter, listener = (key_holder(client, each) for each in (OPEN311_READ, OPEN311_REPORT, WEBHOOKS))
    assert reader.report().status_code == 403
    assert reporter.report().status_code == 200
    assert listener.get(SERVICES).status_code == 403
    assert reader.get("/webhooks").status_code == 403
    assert listener.get("/webhooks").status_code == 200
    for path in ("/hazards", "/queue", "/me", "/partners", "/units"):
        assert listener.get(path).status_code == 401, path


def test_a_key_ends_with_its_day_and_at_once_when_it_is_revoked(client: FlaskClient, clock: Clock) -> None:
    expiring, revoked = key_holder(client), key_holder(client)
    administrator = staff(client, Role.SYS_ADMIN)
    answer = administrator.post(f"/partners/{revoked.id}/keys/{revoked.key_id}/actions/revoke")
    assert answer.get_json()["state"] == "REVOKED"
    assert revoked.get(SERVICES).status_code == 403
    assert expiring.get(SERVICES).status_code == 200
    clock.advance(days=190)  # after UNTIL
    assert expiring.get(SERVICES).status_code == 403


def test_a_rotated_key_and_its_successor_are_both_good_for_some_days(client: FlaskClient, clock: Clock) -> None:
    old = key_holder(client, OPEN311_READ)
    administrator = staff(client, Role.SYS_ADMIN)
    rotate = f"/partners/{old.id}/keys/{old.key_id}/actions/rotate"
    made = administrator.post(rotate, {"expires_at": "2027-11-01T00:00:00Z", "overlap_days": 3}).get_json()
    new = KeyHolder(client, old.id, made["id"], made["secret"])
    assert (made["interfaces"], made["region_codes"]) == ([OPEN311_READ], [HOME])
    assert {each.get(SERVICES).status_code for each in (old, new)} == {200}
    assert administrator.post(rotate, {"expires_at": UNTIL}).status_code == 409  # it has a successor
    clock.advance(days=3, minutes=1)
    assert (old.get(SERVICES).status_code, new.get(SERVICES).status_code) == (403, 200)


def test_a_key_is_throttled_and_refused_requests_count_too(client: FlaskClient, clock: Clock) -> None:
    partner = key_holder(client, requests_per_minute=3)
    answers = [partner.get("/open311/v2/services/NONE.json").status_code for _ in range(4)]
    assert answers == [404, 404, 404, 429]
    refused = partner.get(SERVICES)
    assert refused.headers["Retry-After"] == "60"
    assert refused.get_json()[0]["code"] == 429
    clock.advance(seconds=61)
    assert partner.get(SERVICES).status_code == 200


def test_the_system_administrator_issues_for_his_own_divisions_alone(client: FlaskClient) -> None:
    administrator = staff(client, Role.SYS_ADMIN)
    partner_id = add_partner(administrator)
    elsewhere = administrator.post(f"/partners/{partner_id}/keys", key(regions=(HOME, ELSEWHERE)))
    assert elsewhere.get_json()["errors"][0]["field"] == "region_codes.1"
    for role in (Role.SEC_ADMIN, Role.AUDITOR):
        assert staff(client, role).get(f"/partners/{partner_id}").status_code == 200
        assert staff(client, role).post(f"/partners/{partner_id}/keys", key()).status_code == 403
    assert staff(client, Role.SYS_ADMIN, ELSEWHERE).get(f"/partners/{partner_id}").status_code == 404
    assert staff(client, Role.UNIT_LEADER).get("/partners").status_code == 403


@pytest.mark.parametrize("expires_at", [START - timedelta(days=1), START + timedelta(days=367)])
def test_a_key_ends_within_a_year(client: FlaskClient, expires_at: object) -> None:
    administrator = staff(client, Role.SYS_ADMIN)
    until = expires_at.isoformat()  # type: ignore[attr-defined]
    answer = administrator.post(f"/partners/{add_partner(administrator)}/keys", key(expires_at=until))
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, "expires_at")


def test_two_partners_of_one_name_cannot_be_told_apart_and_are_refused(client: FlaskClient) -> None:
    administrator = staff(client, Role.SYS_ADMIN)
    named = {"name": "应急管理厅", "region_code": HOME}
    assert [administrator.post("/partners", named).status_code for _ in range(2)] == [201, 422]
