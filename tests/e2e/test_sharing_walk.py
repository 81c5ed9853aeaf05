"""Invitation, delegation, consent and its end, as owner, respondent, coordinator and administrator live it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from organisations.demonstration import ADMINISTRATOR, COORDINATOR, NETWORK_NAME
from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.steps import card, expect_saved, pick
from tests.e2e.test_accessibility import check, follow

LINK = re.compile(r"https?://[^/\s]+(/invitations/\S+)")
RESPONDENT, COLLEAGUE, STRANGER = "shizai@e2e.example", "keiri@e2e.example", "yosono@e2e.example"


def link_for(site: live.Site, address: str) -> str:
    """The path of the newest invitation to an address."""

    def links() -> list[str]:
        return [found[1] for text in site.mails_to(address) if (found := LINK.search(text))]

    newest: str = live.wait_for(f"invitation to {address}", links)[-1]
    return newest


def take_up(page: Page, site: live.Site, address: str, name: str) -> None:
    """Follow the link, prove the mailbox, give one's name, join."""
    before = len(site.mails_to(address))
    page.goto(link_for(site, address))
    expect(page.get_by_role("heading", name="経安カルテへの招待です")).to_be_visible()
    expect(page.get_by_text(address)).to_have_count(0)
    page.get_by_role("button", name="確認コードを送る").click()
    live.wait_for("the code", lambda: len(site.mails_to(address)) > before)
    page.locator("input[name=code]").fill(site.code_for(address))
    page.get_by_role("button", name="確認する").click()
    page.get_by_label("あなたのお名前").fill(name)
    page.get_by_role("button", name="参加する").click()


def nav(page: Page, name: str) -> None:
    follow(page, page.get_by_role("navigation", name="主なページ").get_by_role("link", name=name))


def test_an_owner_invites_a_colleague_who_joins_with_the_mailbox_alone(
    site: live.Site, open_context: OpenContext, watch: Watch
) -> None:
    owner = open_context().new_page()
    steps.sign_in(owner, steps.HALFWAY)
    nav(owner, "人と招待")
    owner.get_by_label("メールアドレス").fill(COLLEAGUE)
    owner.locator("#id_role_viewer").check()
    owner.get_by_role("button", name="招待のメールを送る").click()
    expect(owner.get_by_text(f"{COLLEAGUE} に招待のメールを送りました。")).to_be_visible()
    check(owner, "people")

    colleague = open_context().new_page()
    colleague.goto(link_for(site, COLLEAGUE))
    check(colleague, "invitation-prove")
    expect(colleague.get_by_text("はじめの一歩商事")).to_have_count(0)
    take_up(colleague, site, COLLEAGUE, "経 理子")
    expect(colleague.get_by_role("heading", name="はじめの一歩商事（見本）")).to_be_visible()
    expect(colleague.locator(".seat")).to_contain_text("閲覧者")

    # The link is spent: whoever it is forwarded to gets no further than the mailbox of the invited person.
    other = open_context().new_page()
    other.goto(link_for(site, COLLEAGUE))
    expect(other.get_by_text("はじめの一歩商事")).to_have_count(0)
    expect(other.get_by_role("button", name="確認コードを送る")).to_be_visible()

    owner.reload()
    owner.get_by_text("会社から外す").last.scroll_into_view_if_needed()
    expect(owner.locator("main")).to_contain_text("経 理子")


def test_a_respondent_sees_and_answers_what_was_assigned_and_the_owner_sees_who_did(
    site: live.Site, open_context: OpenContext, watch: Watch
) -> None:
    owner = open_context().new_page()
    steps.sign_in(owner, steps.HALFWAY)
    follow(owner, owner.get_by_role("link", name="続きを答える"))
    contents = owner.url
    follow(owner, owner.get_by_role("link", name="担当を決める"))
    check(owner, "assign")
    owner.get_by_label("一覧にいない方のメールアドレス").fill(RESPONDENT)
    owner.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true })")
    owner.locator("input[name=questions][value=A-SRC-01]").check()
    owner.locator("input[name=questions][value=A-SRC-02]").check()
    owner.get_by_role("button", name="頼む（メールで知らせます）").click()
    expect(owner.locator("main")).to_contain_text(RESPONDENT)

    page = open_context().new_page()
    take_up(page, site, RESPONDENT, "資材 四郎")
    expect(page.get_by_role("heading", name="あなたへの設問")).to_be_visible()
    expect(page.locator("main")).to_contain_text("0 / 2")
    check(page, "tasks")
    follow(page, page.locator("ul.contents-list a").first)
    expect(page.locator("section.question")).to_have_count(2)
    pick(card(page, "A-SRC-01"), "2")
    expect_saved(page, "A-SRC-01")
    check(page, "tasks-section")

    watch.allow_status(403, 404)
    for path in (contents, contents.replace("/a/", "/x/"), f"{contents}result", f"{contents}s/A.visibility"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status in {403, 404}, path

    owner.goto(f"{contents}review")
    expect(owner.locator("main li", has_text="資材 四郎").first).to_be_visible()
    check(owner, "review")


def test_a_consent_opens_and_closes_at_once_and_the_company_sees_who_looked(
    site: live.Site, open_context: OpenContext, watch: Watch
) -> None:
    owner, coordinator = open_context().new_page(), open_context().new_page()
    steps.sign_in(owner, steps.FINISHED)
    steps.sign_in_with_app(coordinator, COORDINATOR)
    expect(coordinator.locator(".seat")).to_contain_text(NETWORK_NAME)
    check(coordinator, "members")
    follow(coordinator, coordinator.get_by_role("link", name="架空精密工業株式会社（見本）"))
    check(coordinator, "member")
    follow(coordinator, coordinator.locator("main ul.list-group a").first)
    expect(coordinator.locator(".score-card")).to_have_count(3)
    expect(coordinator.locator("main")).not_to_contain_text("採点の根拠")
    check(coordinator, "shared-submission")
    shared = coordinator.url

    nav(owner, "外部への共有")
    check(owner, "sharing")
    expect(owner.locator("main")).to_contain_text("架空 結")
    panel = owner.locator("section.panel", has=owner.get_by_role("heading", name=NETWORK_NAME))
    panel.get_by_role("button", name="点数を見せるのをやめる").click()
    expect(owner.locator("main")).to_contain_text("点数も回答も見せていません")

    watch.allow_status(404)
    answer = coordinator.goto(shared)
    assert answer is not None
    assert answer.status == 404
    coordinator.go_back()
    coordinator.reload()
    expect(coordinator.locator("main")).to_contain_text("いまは何も共有していません")

    # Given again, from the form: the purpose is asked for, then it opens.
    panel.get_by_text("見せるものを選ぶ").click()
    panel.locator("input[name=what][value=scores]").check()
    with owner.expect_response(lambda response: response.request.method == "POST") as refused:
        panel.get_by_role("button", name=f"{NETWORK_NAME}に見せる").click()
    assert refused.value.status == 422
    watch.allow_status(422)
    panel.locator("input[name=what][value=scores]").check()
    panel.locator("[name=purpose]").fill("次の例会の題を決めるため")
    panel.get_by_role("button", name=f"{NETWORK_NAME}に見せる").click()
    expect(panel).to_contain_text("次の例会の題を決めるため")
    answer = coordinator.goto(shared)
    assert answer is not None
    assert answer.status == 200

    nav(owner, "記録")
    expect(owner.locator("main")).to_contain_text("架空 結")
    check(owner, "log")


def test_an_administrator_founds_a_network_and_sees_no_company(
    site: live.Site, open_context: OpenContext, watch: Watch
) -> None:
    page = open_context().new_page()
    steps.sign_in_with_app(page, ADMINISTRATOR)
    check(page, "platform")
    expect(page.locator("main")).not_to_contain_text("架空精密工業")
    page.get_by_label("名称").fill("試験市ものづくりの会（見本）")
    page.locator("select[name=kind], input[name=kind]").first.evaluate(
        "field => { if (field.tagName === 'SELECT') field.value = 'network'; else field.checked = true }"
    )
    page.get_by_label("最初に受け持つ人のメールアドレス").fill(STRANGER)
    page.locator("form", has=page.locator("[name=kind]")).locator("button").click()
    expect(page.locator("main")).to_contain_text("試験市ものづくりの会（見本）")
    assert LINK.search(live.wait_for("the mail", lambda: site.mails_to(STRANGER))[-1])


def test_what_the_owner_takes_away_and_how_the_company_is_deleted_is_said_in_words(
    site: live.Site, open_context: OpenContext, watch: Watch
) -> None:
    page = open_context().new_page()
    steps.sign_in(page, steps.FINISHED)
    nav(page, "データの持ち出しと削除")
    check(page, "data")
    with page.expect_download() as download:
        page.locator("form[action$='/data/export'] button").click()
    assert download.value.suggested_filename.endswith(".zip")
    page.goto(re.sub(r"/data$", "/deletion", page.url))
    check(page, "deletion")
