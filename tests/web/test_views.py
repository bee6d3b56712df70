"""Every page of the client is known, and can be used by everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.web.browsing import axe, prefer, sign_in
from tests.web.views import VIEWS, View, declared_routes


def test_every_route_of_the_client_is_among_the_views() -> None:
    assert {view.route for view in VIEWS} == declared_routes()
    assert len({view.picture for view in VIEWS}) == len(VIEWS)


def fits(page: Page) -> bool:
    """True if nothing has to be reached by moving the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("mode", ["standard", "elder"])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.picture)
def test_a_page_has_no_serious_obstacle_and_fits_the_phone(context: BrowserContext, view: View, mode: str) -> None:
    page = context.new_page()
    prefer(page, mode)
    if view.who is not None:
        sign_in(page, view.who)
    view.open(page)
    expect(page.locator("#app h1").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.dataset.mode") == mode
    assert fits(page)
    axe(page)
