"""The state beside an answer never lies: not while the server is slow, not after signing out, not in a conflict."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.e2e import live, steps
from tests.e2e.conftest import Watch
from tests.e2e.steps import card, expect_saved, expect_unsaved, pick, save_state


class HeldRequests:
    """Answers on their way to the server, kept back until they are let go."""

    def __init__(self, page: Page) -> None:
        self.page, self.routes = page, list[Route]()
        page.route("**/q/*", lambda route: self.routes.append(route))

    def wait(self) -> None:
        steps.wait_until(self.page, lambda: bool(self.routes), "an answer is sent")

    def let_go(self) -> None:
        self.wait()
        self.routes.pop(0).continue_()


def open_section(page: Page, section: str, email: str = steps.HALFWAY) -> str:
    """Sign in, open a section of the company's open assessment, and return its address."""
    steps.sign_in(page, email)
    page.get_by_role("link", name="続きを答える").click()
    page.locator(f'.contents-list a[href$="/s/{section}"]').click()
    expect(page.locator("[data-questions]")).to_be_visible()
    return page.url


def stored_level(site: live.Site, page: Page, question: str) -> int | None:
    assessment = page.url.split("/a/")[1].split("/")[0].replace("-", "")
    found = site.rows(
        "SELECT level FROM assessments_answer WHERE question_id = ? AND replace(assessment_id, '-', '') = ?",
        question,
        assessment,
    )
    return found[0]["level"] if found else None


def test_saved_is_said_only_after_the_server_has_answered(page: Page, site: live.Site) -> None:
    open_section(page, "G.leadership")
    held = HeldRequests(page)
    pick(card(page, "G-LDR-01"), "1")
    held.wait()
    expect(save_state(page, "G-LDR-01")).to_have_text("保存中…")
    assert stored_level(site, page, "G-LDR-01") is None
    held.let_go()
    expect_saved(page, "G-LDR-01")
    assert stored_level(site, page, "G-LDR-01") == 1


def test_a_change_while_the_last_one_is_being_sent_is_sent_after_it(page: Page, site: live.Site) -> None:
    open_section(page, "G.leadership")
    held = HeldRequests(page)
    pick(card(page, "G-LDR-04"), "1")
    held.wait()
    pick(card(page, "G-LDR-04"), "3")
    card(page, "G-LDR-04").get_by_text("メモを残す").click()
    card(page, "G-LDR-04").get_by_label("メモ", exact=True).fill("取締役会の議題にした")
    held.let_go()  # the server says that 1 is saved: the page must not take it for 3
    held.wait()
    expect(save_state(page, "G-LDR-04")).to_have_text("保存中…")
    assert stored_level(site, page, "G-LDR-04") == 1
    held.let_go()
    expect_saved(page, "G-LDR-04")
    assert stored_level(site, page, "G-LDR-04") == 3
    assert steps.waiting_answers(page) == []


def test_a_server_that_fails_is_tried_again(page: Page, watch: Watch) -> None:
    watch.allow_status(503)
    open_section(page, "G.leadership")
    page.route("**/q/*", lambda route: route.fulfill(status=503, body="down"))
    pick(card(page, "G-LDR-03"), "2")
    expect_unsaved(page, "G-LDR-03", "再試行します")
    assert len(steps.waiting_answers(page)) == 1
    page.unroute("**/q/*")
    expect_saved(page, "G-LDR-03")
    assert steps.waiting_answers(page) == []


def test_whoever_was_signed_out_keeps_the_answer_and_can_send_it(page: Page) -> None:
    address = open_section(page, "G.leadership")
    page.context.clear_cookies(name="sessionid")
    pick(card(page, "G-LDR-04"), "2")
    expect_unsaved(page, "G-LDR-04", "ログインし直すと送ります")
    assert len(steps.waiting_answers(page)) == 1
    steps.sign_in(page, steps.HALFWAY)
    page.goto(address)
    expect_saved(page, "G-LDR-04")
    expect(card(page, "G-LDR-04").locator("input:checked")).to_have_value("2")


def test_signing_in_again_in_another_tab_sends_the_answer(page: Page, watch: Watch) -> None:
    """Signing in changes the token of every form; the page that waits must not take that for a refusal."""
    watch.allow_status(403)
    open_section(page, "G.organisation")
    page.context.clear_cookies()
    pick(card(page, "G-ORG-01"), "2")
    expect(save_state(page, "G-ORG-01")).to_have_attribute("data-state", "unsaved")
    other = page.context.new_page()
    steps.sign_in(other, steps.HALFWAY)
    expect_saved(page, "G-ORG-01")


def test_an_answer_that_waits_is_sent_from_another_page(page: Page, watch: Watch) -> None:
    open_section(page, "G.organisation")
    with watch.offline(page.context):
        pick(card(page, "G-ORG-02"), "2")
        expect_unsaved(page, "G-ORG-02", "つながり次第送ります")
        page.goto("about:blank")
    page.goto("/home")
    steps.wait_until(page, lambda: steps.waiting_answers(page) == [], "the waiting answer is sent")
    expect(page.locator("[data-pending-notice]")).to_be_hidden()
    page.get_by_role("link", name="続きを答える").click()
    page.locator('.contents-list a[href$="/s/G.organisation"]').click()
    expect(card(page, "G-ORG-02").locator("input:checked")).to_have_value("2")


def test_keeping_theirs_without_a_connection_loses_neither_text(page: Page, watch: Watch) -> None:
    watch.allow_status(409)
    address = open_section(page, "G.organisation")
    second = page.context.new_page()
    second.goto(address)
    pick(card(page, "G-ORG-03"), "4")
    expect_saved(page, "G-ORG-03")
    pick(card(second, "G-ORG-03"), "0")
    theirs = card(second, "G-ORG-03").get_by_role("link", name="保存されている回答を残す")
    expect(theirs).to_be_visible()
    with watch.offline(page.context):
        theirs.click()
        second.wait_for_timeout(500)
        assert len(steps.waiting_answers(second)) == 1
        expect(card(second, "G-ORG-03").locator("input:checked")).to_have_value("0")
    theirs.click()
    expect_saved(second, "G-ORG-03")
    expect(card(second, "G-ORG-03").locator("input:checked")).to_have_value("4")
    assert steps.waiting_answers(second) == []
    second.reload()
    expect(card(second, "G-ORG-03").locator("input:checked")).to_have_value("4")
    expect_saved(second, "G-ORG-03")


def test_going_back_to_the_saved_answer_says_saved_again(page: Page) -> None:
    open_section(page, "G.leadership")
    pick(card(page, "G-LDR-03"), "1")
    expect_saved(page, "G-LDR-03")
    pick(card(page, "G-LDR-03"), "na")
    expect_unsaved(page, "G-LDR-03")
    pick(card(page, "G-LDR-03"), "1")
    expect_saved(page, "G-LDR-03")
    assert steps.waiting_answers(page) == []


def test_a_page_that_was_made_before_a_waiting_answer_arrived_shows_that_answer(page: Page) -> None:
    """The company's page sends what waits while the person already goes on to the section."""
    address = open_section(page, "G.leadership")
    before = page.context.request.get(address).text()
    page.context.clear_cookies(name="sessionid")
    pick(card(page, "G-LDR-04"), "4")
    expect_unsaved(page, "G-LDR-04", "ログインし直すと送ります")
    steps.sign_in(page, steps.HALFWAY)
    steps.wait_until(page, lambda: bool(steps.kept(page, "keian-sent:")), "the page remembers what was sent")
    page.route(address, lambda route: route.fulfill(body=before, content_type="text/html; charset=utf-8"))
    page.goto(address)
    expect_saved(page, "G-LDR-04")
    assert steps.chosen(card(page, "G-LDR-04")) == "4"
    assert steps.waiting_answers(page) == []
