"""Two officers to an act: who may draft and who may sign, also after the case was given to others."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from accounts.actor import Actor, Grant, Role, UnitPower
from database.base import new_id
from problems import GuardFailed
from sync.mutations import Origin
from tests.makers import Case, make_hazard, make_order
from tests.people import HOME, staff
from workflow.cosigning import pair_at_the_act
from workflow.evidence import case_photo
from workflow.hazards.models import Hazard
from workflow.hazards.roles import pair_of
from workflow.rectification.models import Rectification

LEASED = Origin(mid=new_id(), held_at_last_pull=True)


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


def test_an_order_has_a_number_of_its_own_that_leads_to_no_report(client: FlaskClient, session: Session) -> None:
    first, second = make_order(client, "ORDERED"), make_order(client, "ORDERED")
    numbers = [session.get_one(Rectification, case.id).order_no for case in (first, second)]
    assert len(set(numbers)) == 2
    assert all("责改〔2026〕第" in number and "YH" not in number for number in numbers)
    assert first.read(first.office.manager)["data"]["order_no"] == numbers[0]


def test_the_unit_sees_what_the_officers_found_and_nothing_of_the_reporters(client: FlaskClient, session: Session) -> None:
    order = session.get_one(Rectification, make_order(client, "ORDERED").id)
    assert order.unit_id is not None
    manager = Actor(id=new_id(), name="", units=(UnitPower(order.unit_id, Role.UNIT_MANAGER),))
    assert case_photo(session, manager, order.hazard_id, "verification") == {"rendition"}
    assert case_photo(session, manager, order.hazard_id, "report") == set()


def test_the_file_of_a_reporters_phone_is_for_those_who_hold_the_case(client: FlaskClient, session: Session) -> None:
    hazard = session.get_one(Hazard, make_hazard(client, "ASSIGNED").id)

    def seen(role: Role, person: UUID | None = None) -> set[str]:
        actor = Actor(id=person or new_id(), name="", grants=(Grant(role, hazard.org_id, HOME),))
        return set(case_photo(session, actor, hazard.id, "report"))

    everything = {"rendition", "original"}
    assert seen(Role.FIRE_OFFICER, hazard.officer_ids[0]) == everything
    assert seen(Role.UNIT_LEADER) == everything
    for role in (Role.INTAKE_CLERK, Role.HOTLINE_CLERK, Role.DISPATCHER, Role.LEGAL_REVIEWER, Role.FIRE_OFFICER):
        assert seen(role) == {"rendition"}
    hazard.report_mode = "ANONYMOUS"
    session.flush()
    assert seen(Role.UNIT_LEADER) == seen(Role.FIRE_OFFICER, hazard.officer_ids[0]) == {"rendition"}
    session.rollback()
