"""Every page of the client is known, and can be used by everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from accounts.actor import Role
from tests.web.browsing import axe, new_phone, prefer, sign_in
from tests.web.conftest import watch
from tests.web.measures import FIGURES, measure
from tests.web.views import VIEWS, View, declared_routes

PhoneOf = Callable[[Role | None], BrowserContext]


def test_every_route_of_the_client_is_among_the_views() -> None:
    assert {view.route for view in VIEWS} == declared_routes()
    assert len({view.picture for view in VIEWS}) == len(VIEWS)


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    return []


@pytest.fixture(scope="module")
def phone_of(browser: Browser, product: str, complaints: list[str]) -> Iterator[PhoneOf]:
    """A phone for each role, on which somebody signs in once: one page after the other is opened on it."""
    phones: dict[Role | None, BrowserContext] = {}

    def of(role: Role | None) -> BrowserContext:
        if role not in phones:
            phones[role] = new_phone(browser, product)
            watch(phones[role], complaints)
            if role is not None:
                sign_in(phones[role].new_page(), role)
        return phones[role]

    yield of
    for opened in phones.values():
        opened.close()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.picture)
def test_a_page_has_no_serious_obstacle_fits_the_phone_and_is_as_large_as_each_mode_promises(
    phone_of: PhoneOf, content: dict[str, str], complaints: list[str], view: View
) -> None:
    for mode in FIGURES:
        page = phone_of(view.who).new_page()
        prefer(page, mode)
        view.open(page, content)
        expect(page.locator("html")).to_have_attribute("data-mode", mode)
        assert measure(page) == {"too_wide": [], "small_text": [], "narrow_lines": [], "small_targets": []}
        axe(page)
        if mode == "standard":  # the colours of both modes are the same; light and dark are not
            page.emulate_media(color_scheme="dark")
            expect(page.locator("html")).to_have_attribute("data-theme", "dark")
            axe(page)
        page.close()
    assert complaints == []
