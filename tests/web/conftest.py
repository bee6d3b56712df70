"""A browser and the whole product: its own database, broker, web processes and worker, with the people of the demo."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error as PlaywrightError,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from operations.browser import FLAGS, chromium
from operations.client import DIST
from operations.demo.people import Stage
from tests.operations.product import free_port, running
from tests.web.browsing import PATIENCE_MS, new_phone
from tests.web.content import make_content, on_stage
from tests.web.officers import THERE


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What every open page showed when a journey failed stands in its report."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.when == "call" and report.failed and browser is not None:
        for page in [page for context in browser.contexts for page in context.pages]:
            report.sections.append((page.url, shown(page)))
    return report


def shown(page: Page) -> str:
    """Its text; a page that hangs or has crashed shows none."""
    try:
        return page.locator("body").inner_text(timeout=1000)
    except PlaywrightError as error:
        return f"nothing: {error}"


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the product, as `make run` starts it; one for all journeys of this worker."""
    assert (DIST / "index.html").exists(), "the web client is not built: make client"
    port = free_port()
    with running(tmp_path_factory.mktemp("product") / "var", port, WEBHOOK_HOSTS="partner.example"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def stage(product: str) -> Iterator[Stage]:
    """The people of the demo, for what happens elsewhere."""
    with on_stage(product) as opened:
        yield opened


@pytest.fixture(scope="session")
def content(product: str) -> dict[str, str]:
    """Ids of what there is to see in the product, by what they are of."""
    return make_content(product)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium of the machine. Raises CannotStart, with what to install, where there is none."""
    launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: scripts that failed, and whatever the page's policy forbids. There must be nothing."""
    return []


@pytest.fixture
def context(browser: Browser, product: str, complaints: list[str]) -> Iterator[BrowserContext]:
    """A phone on which nobody has used the client yet."""
    opened = new_phone(browser, product)
    watch(opened, complaints)
    yield opened
    opened.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def phones(browser: Browser, product: str, complaints: list[str]) -> Iterator[list[BrowserContext]]:
    """Of two officers; they know where they are."""
    opened = []
    for _ in range(2):
        phone = new_phone(browser, product)
        phone.grant_permissions(["geolocation"])
        phone.set_geolocation({"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8})
        watch(phone, complaints)
        opened.append(phone)
    yield opened
    for phone in opened:
        phone.close()
    assert complaints == []


def watch(context: BrowserContext, complaints: list[str]) -> None:
    """Note there what the browser complains of in any page."""

    def heard(message: ConsoleMessage) -> None:
        if re.search(r"Content Security Policy|Permissions.Policy", message.text, re.IGNORECASE):
            complaints.append(message.text)

    context.on("console", heard)
    context.on("weberror", lambda error: complaints.append(str(error.error.stack)))
