"""Who acts for an enterprise, and how that ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.actor import Role
from accounts.demo import UNITS, demo_credit_code
from accounts.models import UnitPower
from accounts.unit_powers import end_expired_powers
from api.context import Parts
from database.base import new_id
from database.journal import Event
from tests.accounts.makers import citizen, new_phone, opened, staff, through_provider
from tests.clock import Clock


@pytest.fixture
def unit(client: Any) -> dict[str, Any]:
    """An enterprise that nobody claimed yet."""
    code = demo_credit_code("150102", f"MA{new_id().hex[-6:].upper()}")
    made = staff(client, Role.INTAKE_CLERK).post(
        "/units", {"name": "测试宾馆", "uscc": code, "region_code": "150102", "category": "GENERAL_UNIT", "place_type": "HOTEL"}
    )
    assert made.status_code == 201, made.text
    return dict(made.json)


@pytest.fixture
def responsible(client: Any, unit: dict[str, Any]) -> Any:
    """Its legal person, who claimed it."""
    caller = through_provider(client, "responsible.150102", uscc=unit["uscc"])
    assert claim(caller, unit).status_code == 201
    return caller


def claim(caller: Any, unit: dict[str, Any], **change: Any) -> Any:
    return caller.post(f"/units/{unit['id']}/claim", {"uscc": unit.get("uscc")} | change)


def agent(caller: Any, unit: dict[str, Any], clock: Clock, **change: Any) -> Any:
    body = {"phone": new_phone(), "scope": ["permits"], "valid_until": (clock.now + timedelta(days=30)).isoformat()}
    return caller.post(f"/units/{unit['id']}/agents", body | change)


def events_of(parts: Parts, unit: dict[str, Any]) -> list[str]:
    with parts.database.transaction() as session:
        found = session.scalars(select(Event).where(Event.entity_id == UUID(unit["id"])).order_by(Event.id)).all()
        return [event.name for event in found]


def test_a_legal_person_takes_his_enterprise_in_hand(client: Any, parts: Parts, unit: dict[str, Any]) -> None:
    caller = through_provider(client, "responsible.150102", uscc=unit["uscc"])
    assert caller.get(f"/units/{unit['id']}").status_code == 404
    claimed = claim(caller, unit)
    assert (claimed.status_code, claimed.json["role_name"]) == (201, "消防安全责任人")
    assert caller.get(f"/units/{unit['id']}").json["legal_person_id"] == str(caller.id)
    assert claim(caller, unit).json["type"] == "/problems/already_so"
    assert events_of(parts, unit) == ["unit.registered", "unit.people_named", "unit.claimed"]


def test_a_legal_person_is_shown_which_enterprise_he_may_claim_and_who_claimed_it_before(
    client: Any, unit: dict[str, Any]
) -> None:
    caller = through_provider(client, "responsible.150102", uscc=unit["uscc"])
    seen = caller.get("/units/claimable").json
    assert seen == {
        "uscc": unit["uscc"],
        "unit": {"id": unit["id"], "name": "测试宾馆", "region_code": "150102", "address": "", "responsible": "nobody"},
    }
    assert claim(caller, unit).status_code == 201
    assert caller.get("/units/claimable").json["unit"]["responsible"] == "caller"
    successor = through_provider(client, "responsible.150203", uscc=unit["uscc"])
    assert successor.get("/units/claimable").json["unit"]["responsible"] == "other"


def test_a_legal_person_whose_enterprise_is_not_registered_is_told_its_code_alone(client: Any) -> None:
    code = demo_credit_code("150102", f"MA{new_id().hex[-6:].upper()}")
    assert through_provider(client, "responsible.150102", uscc=code).get("/units/claimable").json == {"uscc": code, "unit": None}


@pytest.mark.parametrize(
    ("key", "code"), [(None, "auth_level_too_low"), ("citizen.150102", "legal_person_required")], ids=["by phone", "by face"]
)
def test_who_is_no_legal_person_is_shown_no_enterprise(client: Any, unit: dict[str, Any], key: str | None, code: str) -> None:
    caller = through_provider(client, key) if key else citizen(client)
    refused = caller.get("/units/claimable")
    assert (refused.status_code, refused.json["type"]) == (403, f"/problems/{code}")
    assert unit["uscc"] not in refused.text


def test_a_legal_person_registers_his_own_enterprise_and_claims_it(client: Any) -> None:
    code, other = (demo_credit_code("150102", f"MA{new_id().hex[-6:].upper()}") for _ in range(2))
    caller = through_provider(client, "responsible.150102", uscc=code)
    body = {"name": "新开宾馆", "region_code": "150102", "category": "GENERAL_UNIT", "place_type": "HOTEL"}
    foreign = caller.post("/units", body | {"uscc": other})
    assert (foreign.status_code, foreign.json["type"]) == (403, "/problems/legal_person_required")
    made = caller.post("/units", body | {"uscc": code})
    assert made.status_code == 201, made.text
    assert caller.get(f"/units/{made.json['id']}").status_code == 404
    assert claim(caller, made.json).status_code == 201
    assert caller.get(f"/units/{made.json['id']}").status_code == 200


def test_who_signed_in_for_himself_registers_no_enterprise(client: Any) -> None:
    code = demo_credit_code("150102", f"MA{new_id().hex[-6:].upper()}")
    body = {"name": "新开宾馆", "uscc": code, "region_code": "150102", "category": "GENERAL_UNIT"}
    by_face = through_provider(client, "citizen.150102").post("/units", body)
    assert (by_face.status_code, by_face.json["type"]) == (403, "/problems/legal_person_required")
    by_phone = citizen(client).post("/units", body)
    assert (by_phone.status_code, by_phone.json["type"]) == (403, "/problems/auth_level_too_low")


def test_a_phone_alone_claims_nothing(client: Any, unit: dict[str, Any]) -> None:
    refused = claim(citizen(client), unit)
    assert (refused.status_code, refused.json["needed_level"]) == (403, 3)
    assert refused.json["type"] == "/problems/auth_level_too_low"


def test_a_face_alone_claims_nothing(client: Any, unit: dict[str, Any]) -> None:
    assert claim(through_provider(client, "citizen.150102"), unit).json["type"] == "/problems/legal_person_required"


def test_the_legal_person_of_another_enterprise_claims_nothing(client: Any, unit: dict[str, Any]) -> None:
    caller = through_provider(client, "responsible.150102")
    assert claim(caller, unit).json["type"] == "/problems/legal_person_required"
    wrong_unit = claim(caller, unit, uscc=UNITS[0].uscc)
    no_unit = claim(caller, {"id": uuid4()}, uscc=UNITS[0].uscc)
    assert (wrong_unit.status_code, wrong_unit.json) == (404, no_unit.json)


def test_a_credit_code_with_a_wrong_check_digit_names_the_field(client: Any, unit: dict[str, Any]) -> None:
    wrong = unit["uscc"][:-1] + ("1" if unit["uscc"][-1] == "0" else "0")
    refused = claim(citizen(client), unit, uscc=wrong)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "uscc")


def test_a_new_legal_person_replaces_the_old_one(client: Any, unit: dict[str, Any], responsible: Any) -> None:
    successor = through_provider(client, "responsible.150203", uscc=unit["uscc"])
    assert claim(successor, unit).status_code == 201
    assert responsible.get(f"/units/{unit['id']}").status_code == 404
    assert successor.get(f"/units/{unit['id']}").json["legal_person_id"] == str(successor.id)


def test_an_agent_finds_his_power_when_he_first_signs_in(
    client: Any, unit: dict[str, Any], responsible: Any, clock: Clock
) -> None:
    phone, until = new_phone(), (clock.now + timedelta(minutes=5)).isoformat()
    named = agent(responsible, unit, clock, phone=phone, valid_until=until)
    assert (named.status_code, named.json["phone"]) == (201, f"{phone[:3]}****{phone[-4:]}")
    caller = opened(client, phone=phone)
    assert [(held["unit_id"], held["role"], held["scope"]) for held in caller.user["units"]] == [
        (unit["id"], "AGENT", ["permits"])
    ]
    assert caller.get(f"/units/{unit['id']}").status_code == 200
    clock.advance(minutes=5)
    assert caller.get(f"/units/{unit['id']}").status_code == 404
    assert agent(responsible, unit, clock, phone=phone).status_code == 201


def test_a_revoked_agent_is_out_at_once(client: Any, unit: dict[str, Any], responsible: Any, clock: Clock) -> None:
    phone = new_phone()
    power = agent(responsible, unit, clock, phone=phone).json["id"]
    caller = opened(client, phone=phone)
    assert responsible.delete(f"/units/{unit['id']}/agents/{power}").status_code == 204
    assert caller.get(f"/units/{unit['id']}").status_code == 404
    assert caller.get("/me").json["units"] == []
    assert responsible.delete(f"/units/{unit['id']}/agents/{power}").status_code == 404


def test_an_agent_may_lay_down_his_own_power(client: Any, unit: dict[str, Any], responsible: Any, clock: Clock) -> None:
    phone = new_phone()
    power = agent(responsible, unit, clock, phone=phone).json["id"]
    assert opened(client, phone=phone).delete(f"/units/{unit['id']}/agents/{power}").status_code == 204


def test_managers_are_the_units_own_columns_too(
    client: Any, parts: Parts, unit: dict[str, Any], responsible: Any, clock: Clock
) -> None:
    phone = "13902150203"
    power = agent(responsible, unit, clock, phone=phone, role="UNIT_MANAGER", scope=[], valid_until=None).json
    assert responsible.get(f"/units/{unit['id']}").json["manager_ids"] == [power["person_id"]]
    manager = through_provider(client, "manager.150203")
    assert agent(manager, unit, clock).status_code == 201
    assert agent(manager, unit, clock, role="UNIT_MANAGER").status_code == 403
    own = next(row for row in manager.get(f"/units/{unit['id']}/agents").json["items"] if row["role"] == "UNIT_RESPONSIBLE")
    assert manager.delete(f"/units/{unit['id']}/agents/{own['id']}").status_code == 403
    responsible.delete(f"/units/{unit['id']}/agents/{power['id']}")
    assert responsible.get(f"/units/{unit['id']}").json["manager_ids"] == []
    assert events_of(parts, unit)[-2:] == ["unit.people_named", "unit.agent_revoked"]


def test_whoever_does_not_direct_a_unit_learns_nothing(client: Any, unit: dict[str, Any], responsible: Any, clock: Clock) -> None:
    phone = new_phone()
    power = agent(responsible, unit, clock, phone=phone).json["id"]
    for caller in (citizen(client), opened(client, phone=phone), staff(client, Role.UNIT_LEADER)):
        for known, unknown in (
            (caller.get(f"/units/{unit['id']}/agents"), caller.get(f"/units/{uuid4()}/agents")),
            (agent(caller, unit, clock), agent(caller, {"id": uuid4()}, clock)),
        ):
            assert (known.status_code, known.json) == (404, unknown.json)
    assert citizen(client).delete(f"/units/{unit['id']}/agents/{power}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"valid_until": None}, "valid_until"),
        ({"valid_until": "2020-01-01T00:00:00Z"}, "valid_until"),
        ({"valid_until": "2199-01-01T00:00:00Z"}, "valid_until"),
        ({"scope": ["everything"]}, "scope.0"),
        ({"scope": []}, "scope"),
        ({"phone": "1"}, "phone"),
        ({"role": "UNIT_RESPONSIBLE"}, "role"),
    ],
)
def test_a_wrong_power_names_the_field(
    unit: dict[str, Any], responsible: Any, clock: Clock, change: dict[str, Any], field: str
) -> None:
    refused = agent(responsible, unit, clock, **change)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, field)


def test_nobody_is_his_own_agent(client: Any, unit: dict[str, Any], responsible: Any, clock: Clock) -> None:
    assert agent(responsible, unit, clock, phone="13901150102").json["type"] == "/problems/own_account"


def test_who_signed_in_by_phone_alone_charges_and_dismisses_nobody(
    client: Any, unit: dict[str, Any], responsible: Any, clock: Clock
) -> None:
    power = agent(responsible, unit, clock).json["id"]
    by_phone = opened(client, phone="13901150102")
    for refused in (agent(by_phone, unit, clock), by_phone.delete(f"/units/{unit['id']}/agents/{power}")):
        assert (refused.status_code, refused.json["type"]) == (403, "/problems/auth_level_too_low")
        assert (refused.json["needed_level"], "统一身份认证" in refused.json["title"]) == (3, True)
    assert responsible.delete(f"/units/{unit['id']}/agents/{power}").status_code == 204


def test_a_manager_whose_time_ran_out_is_named_no_more(
    client: Any, parts: Parts, unit: dict[str, Any], responsible: Any, clock: Clock
) -> None:
    until = (clock.now + timedelta(minutes=5)).isoformat()
    gone = agent(responsible, unit, clock, role="UNIT_MANAGER", scope=[], valid_until=until).json
    stays = agent(responsible, unit, clock, role="UNIT_MANAGER", scope=[], valid_until=None).json
    path = f"/units/{unit['id']}"
    assert set(responsible.get(path).json["manager_ids"]) == {gone["person_id"], stays["person_id"]}
    clock.advance(minutes=5)
    with parts.database.transaction() as session:
        assert end_expired_powers(session) >= 1
        assert end_expired_powers(session) == 0
    assert responsible.get(path).json["manager_ids"] == [stays["person_id"]]
    assert events_of(parts, unit)[-2:] == ["unit.people_named", "unit.agents_expired"]


def test_an_agent_without_a_scope_cannot_even_be_stored(
    parts: Parts, unit: dict[str, Any], responsible: Any, clock: Clock
) -> None:
    with parts.database.transaction() as session, pytest.raises(IntegrityError), session.begin_nested():
        session.add(
            UnitPower(
                id=new_id(), unit_id=UUID(unit["id"]), person_id=responsible.id, role="AGENT", scope=[], valid_from=clock.now,
                valid_until=clock.now + timedelta(days=1), granted_by=responsible.id,
            )
        )  # fmt: skip


def test_who_watches_the_control_room_is_named_like_other_staff(
    client: Any, unit: dict[str, Any], responsible: Any, clock: Clock
) -> None:
    phone = new_phone()
    named = agent(responsible, unit, clock, phone=phone, role="CONTROL_ROOM_OPERATOR", scope=[], valid_until=None)
    assert (named.status_code, named.json["role_name"]) == (201, "消防控制室值班人员")
    operator = opened(client, phone=phone)
    assert operator.get(f"/units/{unit['id']}").status_code == 200
    assert agent(operator, unit, clock).status_code == 404
