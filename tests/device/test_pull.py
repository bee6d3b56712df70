from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from accounts.actor import Role
from api.context import Parts
from database.base import new_id
from device import pulling
from device.client import Device, Refused
from device.exchange import ACCEPTED
from device.store import Store
from device.transport import Answer, NoNetwork
from operations.reference import ROOT
from tests.device.conftest import Line, cut, lost
from tests.device.test_push import snap
from tests.makers import FOUND, make_hazard
from tests.people import staff

MakeDevice = Callable[..., Device]


@pytest.fixture
def officer(make_device: MakeDevice) -> Device:
    return make_device()


def test_a_case_is_shown_as_the_largest_projection_of_its_latest_revision(client: FlaskClient, officer: Device) -> None:
    case = make_hazard(client, "VERIFYING", description="二楼疏散门上锁")
    officer.pull()
    shown = officer.shown("hazard", str(case.id))
    assert shown is not None
    assert shown["description"] == "二楼疏散门上锁", "he holds the case; the banner's own line says nothing of it"
    assert shown["revision"] == case.revision


def test_an_act_under_way_is_overlaid_until_the_checkpoint_that_contains_it(client: FlaskClient, make_device: MakeDevice) -> None:
    citizen = make_device(phone="13611110001")
    [hazard_id] = snap(citizen)
    saved = citizen.shown("hazard", hazard_id)
    assert saved is not None
    assert (saved["revision"], saved["waiting"]) == (0, ["hazard.submit"])
    citizen.push()
    sent = citizen.shown("hazard", hazard_id)
    assert sent is not None, "acknowledged, but not in the base yet: it must not vanish from the screen"
    assert sent["waiting"] == []
    citizen.pull()
    held = citizen.shown("hazard", hazard_id)
    assert held is not None
    assert held["revision"] == 1
    assert citizen.store.overlay() == []


def by_a_bad_cursor(officer: Device, _: Parts) -> None:
    officer.store.start_anew()


def by_a_restore(officer: Device, parts: Parts) -> None:
    with parts.database.transaction() as session:
        session.execute(text("UPDATE sync_meta SET value = :epoch WHERE name = 'epoch'"), {"epoch": str(new_id())})
    store = officer.store
    assert isinstance(store, Store)
    store._db.execute("UPDATE base SET revision = revision + 100")  # the server was set back


@pytest.mark.parametrize("begins_anew", [by_a_bad_cursor, by_a_restore])
def test_an_act_stays_on_the_screen_while_its_scope_is_sent_again(
    parts: Parts, officer: Device, begins_anew: Callable[[Device, Parts], None]
) -> None:
    officer.pull()
    unit = officer.all_shown("unit")[0]
    begins_anew(officer, parts)
    address = f"东风路{new_id()}号"
    officer.mutate("unit.edit", unit["id"], changes={"address": [unit["address"], address]})
    officer.push()
    officer.page_bytes = 1
    officer.pull_page()  # the scope of units is not in it yet
    for _ in range(2):
        shown = officer.shown("unit", unit["id"])
        assert shown is not None
        assert shown["address"] == address
        officer.pull()
    assert officer.store.overlay() == []


def test_what_was_refused_leaves_the_overlay_at_once(client: FlaskClient, officer: Device) -> None:
    case = make_hazard(client, "SUBMITTED")
    officer.pull()
    officer.mutate("hazard.start", str(case.id), {})
    [result] = officer.push()
    assert result["outcome"] == "rejected"
    assert officer.store.overlay() == []


def test_a_page_that_was_lost_or_cut_goes_on_from_its_last_cursor(client: FlaskClient, officer: Device, line: Line) -> None:
    for _ in range(3):
        make_hazard(client)
    line.tampers = [lost]
    with pytest.raises(NoNetwork):
        officer.pull()
    assert officer.store.scopes() == {}
    for length in (0, 10, 200, 1000, 3000):
        line.tampers = [cut(length)]
        with pytest.raises(NoNetwork):
            officer.pull()
    officer.pull()
    before = officer.store.scopes()
    assert before
    officer.store.put("cursor", None)
    officer.pull()
    assert officer.store.scopes() == before, "from the start again: the same rows, none left over"


def test_a_page_asked_with_another_cursor_is_not_applied(client: FlaskClient, officer: Device, line: Line) -> None:
    make_hazard(client)

    def overtaken(answer: object) -> object:
        officer.store.put("cursor", "another tab was quicker")
        return answer

    line.tampers = [overtaken]  # type: ignore[list-item]
    officer.pull_page()
    assert officer.store.scopes() == {}
    assert officer.store.get("cursor") == "another tab was quicker"
    officer.pull()
    assert officer.store.scopes() != {}, "a bad cursor starts anew"


def test_a_bad_cursor_never_costs_the_outbox(client: FlaskClient, officer: Device) -> None:
    officer.pull()
    officer.mutate("hazard.start", str(make_hazard(client).id), {})
    officer.store.put("cursor", "nonsense")
    officer.pull()
    assert officer.store.count_waiting() == 1


def test_a_lost_phone_forgets_its_base_and_keeps_its_outbox(client: FlaskClient, make_device: MakeDevice, parts: Parts) -> None:
    case = make_hazard(client, "VERIFYING")
    officer = make_device()
    officer.pull()
    assert officer.shown("hazard", str(case.id))
    officer.mutate("hazard.start", str(case.id), {})
    with parts.database.transaction() as session:
        session.execute(text("UPDATE sync_device SET status = 'wiped' WHERE id = :id"), {"id": officer.install})
    with pytest.raises(Refused) as refused:
        officer.pull()
    assert refused.value.code == "wipe"
    assert officer.store.scopes() == {}
    assert officer.store.count_waiting() == 1


def test_a_dropped_scope_takes_its_rows_and_nothing_else(client: FlaskClient, make_device: MakeDevice, parts: Parts) -> None:
    make_hazard(client)
    clerk = make_device(role=Role.INTAKE_CLERK)
    clerk.pull()
    region = next(key for key in clerk.store.scopes() if key.startswith("region:"))
    clerk.mutate("hazard.unheard_of", str(make_hazard(client).id), {})
    try:
        end_grants(parts, clerk, "now()")
        clerk.pull()
    finally:
        end_grants(parts, clerk, "NULL")  # others use this account too
    assert region not in clerk.store.scopes()
    assert clerk.store.count_waiting() == 1


def end_grants(parts: Parts, device: Device, when: str) -> None:
    with parts.database.transaction() as session:
        statement = text(f"UPDATE role_grant SET ended_at = {when} WHERE person_id = :id")  # noqa: S608 - one of two words
        session.execute(statement, {"id": device.user["id"]})


def test_the_second_officer_signs_the_first_ones_line(client: FlaskClient, make_device: MakeDevice) -> None:
    """Two phones off-line: the digest of the sealed line goes over as a code, the signature comes back."""
    first, second = make_device(nth=0), make_device(nth=1)
    case = make_hazard(client, "VERIFYING")
    first.pull()
    act = first.mutate("hazard.verify_false", str(case.id), FOUND)
    digest = hashlib.sha256(act.line).hexdigest()
    signature = second.sign(digest)
    first.mutate(
        "hazard.cosign", str(case.id),
        {"act_sha256": digest, "signer_id": second.user["id"], "signature": signature}, depends_on=(act.mid,),
    )  # fmt: skip
    results = first.push()
    assert [item["outcome"] for item in results] == ["applied", "applied"], results
    assert case.read(staff(client, Role.UNIT_LEADER))["data"]["state"] == "VERIFIED_FALSE"


def test_a_device_asks_for_zstd_and_one_that_has_none_for_gzip(
    client: FlaskClient, officer: Device, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = "import sys; sys.modules['backports'] = None; from device.exchange import ACCEPTED; print(ACCEPTED, end='')"
    bare = subprocess.run([sys.executable, "-c", without], cwd=ROOT, capture_output=True, text=True, check=True)
    heard: list[str] = []

    def overhear(answer: Answer) -> Answer:
        heard.append(answer.headers["content-encoding"])
        return answer

    for accepted in (ACCEPTED, bare.stdout):
        case = make_hazard(client, "ASSIGNED")
        monkeypatch.setattr(pulling, "ACCEPTED", accepted)
        line.tampers = [overhear]
        officer.pull()
        assert officer.shown("hazard", str(case.id))
    assert heard == ["zstd", "gzip"]
