"""Every notice of the cases' lives, as the real commands record their events."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from api.context import Parts
from notifications.models import InboxItem
from tests.makers import HAZARD_WAYS, LETTER_WAYS, ORDER_WAYS, make_hazard, make_letter, make_order


@pytest.fixture
def strict(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that a text wants and its event lacks raises, instead of being logged."""
    monkeypatch.setattr(parts.notifications, "_strict", True)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("state", HAZARD_WAYS)
def test_no_notice_on_the_way_of_a_hazard_lacks_a_value(client: FlaskClient, state: str) -> None:
    make_hazard(client, state)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("state", LETTER_WAYS)
def test_no_notice_on_the_way_of_a_letter_lacks_a_value(client: FlaskClient, state: str) -> None:
    make_letter(client, state)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("state", ORDER_WAYS)
def test_no_notice_on_the_way_of_an_order_lacks_a_value(client: FlaskClient, state: str) -> None:
    make_order(client, state)


def test_the_reporter_of_a_closed_case_has_read_it_all_in_his_inbox(client: FlaskClient, parts: Parts) -> None:
    case = make_hazard(client, "CLOSED")
    titles = [item["title"] for item in case.reporter.get("/inbox").get_json()["items"]]
    assert titles[-2:] == ["举报受理告知", "平台已收到上报"]
    assert titles[0] == "办结反馈"
    with parts.database.transaction() as session:
        bodies = session.scalars(select(InboxItem.body).where(InboxItem.person_id != case.reporter.id)).all()
    assert not [body for body in bodies if str(case.reporter.id) in body]
