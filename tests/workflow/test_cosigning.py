"""Two officers to an act: who may draft and who may sign, also after the case was given to others."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.actor import Actor, Role
from database.base import new_id
from problems import GuardFailed
from sync.mutations import Origin
from tests.makers import Case, make_hazard
from tests.people import staff
from workflow.cosigning import pair_at_the_act, second_officer
from workflow.hazards.models import Hazard
from workflow.hazards.roles import pair_of

LEASED = Origin(mid=new_id(), held_at_last_pull=True)
SIGNATURE = {"act_sha256": "a", "signer_id": None, "signature": None}


def reassigned(client: FlaskClient) -> tuple[Case, list[str], list[str]]:
    """A case whose pair was changed while the first one was on its way: the case, the old pair, the new one."""
    case = make_hazard(client, "ASSIGNED")
    old = case.read()["data"]["officer_ids"][:2]
    third = str(staff(client, Role.FIRE_OFFICER, nth=2).id)
    new = [old[1], third]
    case.act(case.office.leader, "assign", officer_ids=new)
    return case, old, new


def test_who_acts_under_his_lease_acts_with_the_colleague_with_whom_he_was_sent(client: FlaskClient, session: Session) -> None:
    case, old, new = reassigned(client)
    hazard = session.get_one(Hazard, case.id)
    first = Actor(id=UUID(old[0]), name="")
    assert pair_at_the_act(session, hazard, pair_of(hazard), first, LEASED, "verify_true") == [UUID(one) for one in old]
    present = Actor(id=UUID(new[1]), name="")
    assert pair_at_the_act(session, hazard, pair_of(hazard), present, Origin(), "verify_true") == [UUID(one) for one in new]


def test_what_was_left_half_done_by_the_old_pair_does_not_bar_the_new_one(client: FlaskClient, session: Session) -> None:
    case, old, new = reassigned(client)
    hazard = session.get_one(Hazard, case.id)
    hazard.pending_act = {"by": old[0], "pair": old}
    present = Actor(id=UUID(new[1]), name="")
    assert pair_at_the_act(session, hazard, pair_of(hazard), present, Origin(), "verify_false")
    hazard.pending_act = {"by": new[1], "pair": new}
    with pytest.raises(GuardFailed):
        pair_at_the_act(session, hazard, pair_of(hazard), Actor(id=UUID(old[0]), name=""), LEASED, "verify_true")
    session.rollback()


def test_somebody_who_was_never_sent_drafts_nothing(client: FlaskClient, session: Session) -> None:
    case, *_ = reassigned(client)
    hazard = session.get_one(Hazard, case.id)
    for origin in (Origin(), LEASED):
        with pytest.raises(GuardFailed):
            pair_at_the_act(session, hazard, pair_of(hazard), Actor(id=new_id(), name=""), origin, "verify_true")


def test_a_helper_who_is_an_officer_too_signs_nothing(client: FlaskClient, session: Session) -> None:
    case, _, new = reassigned(client)
    hazard = session.get_one(Hazard, case.id)
    helper = new_id()
    hazard.officer_ids = [*hazard.officer_ids, helper]
    for origin in (Origin(), LEASED):
        with pytest.raises(GuardFailed):
            pair_at_the_act(session, hazard, pair_of(hazard), Actor(id=helper, name=""), origin, "verify_true")
    hazard.pending_act = {"by": new[0], "pair": new, "act_sha256": "a"}
    with pytest.raises(GuardFailed):
        second_officer(session, hazard, Actor(id=helper, name=""), SIGNATURE, "cosign")
    session.rollback()


def test_the_colleague_of_a_leased_draft_signs_it_and_no_officer_of_the_new_pair(client: FlaskClient, session: Session) -> None:
    case, old, new = reassigned(client)
    hazard = session.get_one(Hazard, case.id)
    hazard.pending_act = {"by": old[0], "pair": old, "act_sha256": "a"}
    assert second_officer(session, hazard, Actor(id=UUID(old[1]), name=""), SIGNATURE, "cosign") == UUID(old[1])
    with pytest.raises(GuardFailed):
        second_officer(session, hazard, Actor(id=UUID(new[1]), name=""), SIGNATURE, "cosign")
    session.rollback()
