"""Two officers in the field without a network: one drafts the act, the other signs the digest of his sealed line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from accounts.actor import Role
from device.client import Device
from device.store import Sealed
from tests.makers import Case, make_hazard
from tests.people import staff

MakeDevice = Callable[..., Device]
FINDING = {"finding": "现场未发现所反映的情况", "no_evidence_reason": "手机没电"}


@pytest.fixture
def case(client: FlaskClient) -> Case:
    return make_hazard(client, "VERIFYING")


@pytest.fixture
def pair(case: Case, make_device: MakeDevice) -> tuple[Device, Device]:
    """The devices of the two to whom the case is assigned, before they drive out."""
    first, second = make_device(nth=0), make_device(nth=1)
    for device in (first, second):
        device.sync()
    return first, second


def digest_of(act: Sealed) -> str:
    return hashlib.sha256(act.line).hexdigest()


def drafted(device: Device, case: Case) -> Sealed:
    return device.mutate("hazard.verify_false", str(case.id), FINDING)


def countersigned(device: Device, case: Case, act: Sealed, signer: Device, **changes: Any) -> dict[str, Any]:
    """The second signature in this device's queue, behind the act; what became of it."""
    digest = digest_of(act)
    args = {"act_sha256": digest, "signer_id": signer.user["id"], "signature": signer.sign(digest), **changes}
    device.mutate("hazard.cosign", str(case.id), args, depends_on=(act.mid,))
    return device.push()[-1]


def state_of(case: Case) -> str:
    state: str = case.read()["data"]["state"]
    return state


def test_the_signature_travels_in_the_first_officers_queue(case: Case, pair: tuple[Device, Device]) -> None:
    first, second = pair
    act = drafted(first, case)
    assert countersigned(first, case, act, second)["outcome"] == "applied"
    data = case.read()["data"]
    assert data["state"] == "VERIFIED_FALSE"
    assert data["finding"]["officers"] == [first.user["id"], second.user["id"]]
    assert data["finding"]["act_sha256"] == digest_of(act)


def test_the_second_officer_signs_in_his_own_queue(case: Case, pair: tuple[Device, Device]) -> None:
    first, second = pair
    act = drafted(first, case)
    first.push()
    second.mutate("hazard.cosign", str(case.id), {"act_sha256": digest_of(act)})
    assert second.sync()[-1]["outcome"] == "applied"
    shown = second.shown("hazard", str(case.id))
    assert shown is not None
    assert (shown["state"], shown["finding"]["signature"]) == ("VERIFIED_FALSE", None)


def test_a_signature_that_comes_before_the_act_is_kept_and_applied_by_the_leader(
    client: FlaskClient, case: Case, pair: tuple[Device, Device]
) -> None:
    first, second = pair
    act = drafted(first, case)
    second.mutate("hazard.cosign", str(case.id), {"act_sha256": digest_of(act)})
    [early] = second.push()
    assert (early["outcome"], early["explained"]["reason"]) == ("rejected", "nothing_to_cosign")
    first.push()
    leader = staff(client, Role.UNIT_LEADER)
    assert leader.post(f"/sync/issues/{early['issues'][0]}/actions/apply").status_code == 200
    assert case.read()["data"]["finding"]["officers"] == [first.user["id"], second.user["id"]]


@pytest.mark.parametrize("who", ["the same officer", "a third officer", "nobody's key", "another act"])
def test_a_signature_that_is_not_the_second_officers_over_this_act_is_refused(
    case: Case, pair: tuple[Device, Device], make_device: MakeDevice, who: str
) -> None:
    first, second = pair
    third = make_device(nth=2)
    act = drafted(first, case)
    digest = digest_of(act)
    wrong: dict[str, dict[str, Any]] = {
        "the same officer": {"signer_id": first.user["id"], "signature": first.sign(digest)},
        "a third officer": {"signer_id": third.user["id"], "signature": third.sign(digest)},
        "nobody's key": {"signature": third.sign(digest)},
        "another act": {"signature": second.sign("0" * 64)},
    }
    refused = countersigned(first, case, act, second, **wrong[who])
    assert refused["outcome"] == "rejected", refused
    expected = "guard_failed" if who in ("the same officer", "a third officer") else "invalid_fields"
    assert refused["code"] == expected
    assert (state_of(case), case.last["data"]["pending_act"]["act_sha256"]) == ("VERIFYING", digest)
    assert countersigned(first, case, act, second)["outcome"] == "applied", "the right one still can"


def test_the_second_officer_reads_a_draft_before_he_signs_it_and_nobody_reads_it_who_does_not_hold_the_case(
    case: Case, pair: tuple[Device, Device], make_device: MakeDevice
) -> None:
    first, second = pair
    act = drafted(first, case)
    first.sync()
    readable = []
    for device in (second, make_device(nth=2)):
        device.sync()
        row = device.shown("hazard", str(case.id))
        assert row is not None
        assert row["pending_act"]["act_sha256"] == digest_of(act)
        readable.append(row["pending_act"].get("data", {}).get("finding"))
    assert readable == [json.loads(act.line)["args"]["finding"], None]


def test_nobody_signs_his_own_act_from_his_own_queue(case: Case, pair: tuple[Device, Device]) -> None:
    first, _ = pair
    act = drafted(first, case)
    first.mutate("hazard.cosign", str(case.id), {"act_sha256": digest_of(act)})
    refused = first.push()[-1]
    assert (refused["outcome"], refused["explained"]["reason"]) == ("rejected", "not_the_second_officer")
    assert state_of(case) == "VERIFYING"


def test_a_signature_over_another_line_does_not_fit_an_act_that_was_sealed_anew(case: Case, pair: tuple[Device, Device]) -> None:
    first, second = pair
    shown = drafted(first, case)
    signature = second.sign(digest_of(shown))
    changed = first.mutate("hazard.verify_false", str(case.id), {**FINDING, "finding": "现场未发现,请结案"})
    refused = countersigned(first, case, changed, second, signature=signature)
    assert (refused["outcome"], refused["code"]) == ("rejected", "invalid_fields")
    assert countersigned(first, case, changed, second)["outcome"] == "applied"
