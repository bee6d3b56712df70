"""A guest's photo that waits on a phone on which a person is signed in: nothing that is sent joins the two."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from accounts.actor import Role
from tests.web.browsing import report_by_file, sign_in
from tests.web.officers import THERE

SENT_WITHIN_MS = 30_000
_REFUSED = {"type": "/problems/not_an_image", "title": "文件不是可识别的图片", "status": 422}


@pytest.fixture
def requests(context: BrowserContext) -> list[Request]:
    """Whatever this phone asks for, of any page."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    context.on("request", note)
    return sent


def report_as_nobody(page: Page) -> None:
    """A guest's report that arrives, without its photo."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": THERE[0], "latitude": THERE[1], "accuracy": 8})
    report_by_file(page)
    expect(page.get_by_role("heading", name="已上报")).to_be_visible(timeout=SENT_WITHIN_MS)


def photo_in(requests: list[Request]) -> str:
    """The id of the photo of the report that was pushed."""
    pushed = next(sent.post_data or "" for sent in requests if sent.url.endswith("/sync/push"))
    return str(json.loads(pushed.splitlines()[1])["args"]["photos"][0])


def test_a_guests_photo_is_never_asked_for_in_the_name_of_whoever_is_signed_in(page: Page, requests: list[Request]) -> None:
    page.route("**/api/v1/uploads", lambda route: route.abort())
    report_as_nobody(page)
    photo = photo_in(requests)
    sign_in(page, Role.CITIZEN)
    requests.clear()
    page.goto("/sync")
    expect(page.get_by_role("button", name="照片1")).to_be_visible()
    page.get_by_role("button", name="立即同步").click()
    expect(page.locator(".van-toast")).to_be_visible()
    his = {sent.headers["authorization"] for sent in requests if sent.url.endswith("/sync/pull")}
    assert his
    his_own = [sent for sent in requests if sent.headers.get("authorization") in his]
    assert not [sent.url for sent in his_own if photo in sent.url + (sent.post_data or "")]
    assert not [sent.url for sent in requests if re.search("/renditions/", sent.url)]


def test_a_guests_photo_that_the_server_refuses_is_seen_and_removed_where_nobody_is_signed_in(page: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(_REFUSED))

    page.route("**/api/v1/uploads", refuse)
    report_as_nobody(page)
    page.goto("/sync")
    expect(page.get_by_role("button", name="照片1")).to_be_visible()
    expect(page.get_by_text("服务器不接收这张照片")).to_be_visible(timeout=SENT_WITHIN_MS)
    page.get_by_role("button", name="从本机删除").click()
    page.get_by_role("button", name="确认").click()
    expect(page.get_by_text("本机内容已全部上报")).to_be_visible()
