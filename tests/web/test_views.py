"""Every page of the client is known, and can be used by everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from tests.web.browsing import axe, prefer, sign_in
from tests.web.measures import measure
from tests.web.views import VIEWS, View, declared_routes


def test_every_route_of_the_client_is_among_the_views() -> None:
    assert {view.route for view in VIEWS} == declared_routes()
    assert len({view.picture for view in VIEWS}) == len(VIEWS)


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.picture)
def test_a_page_has_no_serious_obstacle_fits_the_phone_and_is_as_large_as_its_mode_promises(
    context: BrowserContext, content: dict[str, str], view: View, mode: str
) -> None:
    page = context.new_page()
    prefer(page, mode)
    if view.who is not None:
        sign_in(page, view.who)
    view.open(page, content)
    assert page.evaluate("document.documentElement.dataset.mode") == mode
    assert measure(page) == {"too_wide": [], "small_text": [], "narrow_lines": [], "small_targets": []}
    axe(page)
