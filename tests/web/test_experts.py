"""Who helps with what is kept where the desk sees it, and a request is matched by it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accounts.actor import Role
from operations.demo.people import Stage
from tests.people import ELSEWHERE
from tests.web.browsing import axe, sign_in


def test_a_leader_says_what_an_expert_is_good_at_and_the_clerk_sees_it(page: Page, stage: Stage) -> None:
    expert = stage.account("EXPERT", ELSEWHERE)
    sign_in(page, Role.UNIT_LEADER, ELSEWHERE)
    page.goto("/me")
    page.get_by_text("帮扶专家").click()
    card = page.locator("section.card").filter(has_text=expert.name)
    card.get_by_role("button", name="登记专长").click()
    new = page.locator("label:has(input[type=checkbox]:not(:checked))").first
    named = new.inner_text()
    new.click()
    axe(page)
    page.get_by_role("button", name="保存").click()
    expect(card.get_by_text(named)).to_be_visible()
    page.get_by_placeholder("姓名、单位或者专长").fill(expert.name)
    expect(page.locator("section.card")).to_have_count(1)
    sign_in(page, Role.INTAKE_CLERK, ELSEWHERE)
    page.goto("/experts")
    expect(card.get_by_text(named)).to_be_visible()
    expect(page.get_by_role("button", name="登记专长")).to_have_count(0)
