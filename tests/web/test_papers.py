"""Papers in a browser: who applied reads every paper of its application, and is told when they cannot be read just now."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.cases import Office
from operations.demo.people import Stage
from tests.people import HOME
from tests.web.browsing import axe, sign_in
from tests.web.content import applied


def test_who_applied_reads_the_paper_and_has_it_as_pdf_and_a_failed_fetch_is_told(page: Page, stage: Stage) -> None:
    permit_id = applied(stage, Office(stage, HOME), "accept", {})
    sign_in(page, Role.UNIT_MANAGER)
    page.route("**/papers", lambda route: route.abort())
    page.goto(f"/cases/permit/{permit_id}")
    failed = page.get_by_role("alert")
    expect(failed).to_be_visible()
    page.unroute("**/papers")
    failed.get_by_role("button", name="重试").click()
    receipt = page.get_by_role("button", name=re.compile("《受理凭证》.*已送达"))
    receipt.click()
    expect(page.get_by_text("决定予以受理")).to_be_visible()
    expect(page.get_by_text("未加盖电子印章")).to_be_visible()
    axe(page)
    with page.expect_response("**/pdf") as answer:
        page.get_by_role("button", name="查看PDF").click()
    assert answer.value.headers["content-type"] == "application/pdf"  # its bytes are gone with the page that it opens
    page.route(
        "**/pdf", lambda route: route.fulfill(status=503, content_type="application/problem+json", body='{"title":"请稍后再试"}')
    )
    page.get_by_role("button", name="查看PDF").click()
    expect(page.get_by_role("alert")).to_have_text("请稍后再试")
