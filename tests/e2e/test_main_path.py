"""The main job, end to end: from the first page to the PDF on the table of the management meeting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect

from guidance.registry import current_catalog
from organisations.corporate_number import check_digit
from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.steps import card, expect_saved, expect_unsaved, pick, save_state, shoot

EMAIL = "hanako@e2e.example"
PASSWORD = "長い合言葉-kumo-ga-nagareru"
COMPANY = "道具町ねじ製作所（試験）"
TWELVE = "012345678901"
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def test_from_the_first_page_to_the_pdf(
    site: live.Site, open_context: OpenContext, watch: Watch, tmp_path: Path
) -> None:
    context = open_context()
    page = context.new_page()
    quick_check(page)
    quick_sheet(page, tmp_path)
    keep_and_sign_up(page, site)
    describe_company(page, watch)
    quick_answers_are_there(page)
    answer_with_autosave(page)
    two_tabs(context, page, watch, site)
    offline(context, page, watch)
    not_applicable(page)
    submit(page)
    first_scores = page.locator(".score-card__value").all_inner_texts()
    order_and_read_pdf(page, tmp_path)
    reopen_and_submit_again(page, first_scores)


def test_a_bookmark_leads_through_the_sign_in_page(page: Page) -> None:
    page.goto("/company/new")
    expect(page.get_by_role("heading", name="ログイン")).to_be_visible()
    page.get_by_label("メールアドレス").fill(steps.FINISHED)
    page.locator("input[type=password]").fill(steps.PASSWORD)
    page.locator("main").get_by_role("button", name="ログイン", exact=True).click()
    expect(page.get_by_role("heading", name="会社について教えてください")).to_be_visible()


def quick_check(page: Page) -> None:
    page.goto("/")
    shoot(page, "main-01-front")
    page.get_by_role("link", name="簡易診断をはじめる").click()
    expect(page.locator("section.question")).to_have_count(12)
    steps.answer_quick(page)
    expect(page.locator("#quick-progress")).to_contain_text("12 / 12")
    page.reload()  # a phone that dropped the page loses nothing
    expect(page.locator("#quick-progress")).to_contain_text("12 / 12")
    page.get_by_role("button", name="結果を見る").click()
    expect(page.locator(".score-card")).to_have_count(3)
    for place, axis in enumerate(steps.AXES):
        score = page.locator(".score-card").nth(place)
        expect(score.locator("h3")).to_have_text(axis)
        expect(score.locator(".score-card__value")).to_have_text(re.compile(r"\d+(\.\d)?\s*/ 100"))
    expect(page.locator("ol.actions > li")).to_have_count(3)
    shoot(page, "main-02-quick-result")


def quick_sheet(page: Page, folder: Path) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="1枚のPDFにする").click()
    file = folder / "quick.pdf"
    download.value.save_as(file)
    assert steps.pdf_pages(file) == 1
    text = steps.pdf_text(file)
    assert all(axis in text for axis in steps.AXES)


def keep_and_sign_up(page: Page, site: live.Site) -> None:
    page.get_by_role("button", name="この回答を保存して続ける").click()
    expect(page.get_by_role("heading", name="新規登録")).to_be_visible()
    page.get_by_label("メールアドレス").fill(EMAIL)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    shoot(page, "main-03-sign-up")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", name="確認コードを入力してください")).to_be_visible()
    shoot(page, "main-04-code")
    page.locator("input[name=code]").fill(site.code_for(EMAIL))
    page.get_by_role("button", name="確認する").click()
    expect(page.get_by_role("heading", name="会社について教えてください")).to_be_visible()
    expect(page.get_by_text("簡易診断の回答 12 問を預かっています")).to_be_visible()


def describe_company(page: Page, watch: Watch) -> None:
    digit = check_digit(TWELVE)
    wrong, right = (f"{number}{TWELVE}".translate(FULL_WIDTH) for number in (digit % 9 + 1, digit))
    page.get_by_label("会社名").fill(COMPANY)
    page.get_by_label("法人番号").fill(wrong)
    page.get_by_label("業種").select_option("E")
    page.get_by_label("本社の都道府県").select_option("13")
    page.get_by_label("従業員数").fill("１，２００")
    page.get_by_label("年間の売上高").select_option("1b-4b")
    page.get_by_label("製品をつくっている").check()
    page.get_by_label("研究開発や製品開発をしている").check()
    with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        page.get_by_role("button", name="保存して進む").click()
    assert refused.value.status == 422
    watch.allow_status(422)
    expect(page.get_by_text("検査数字が合いません")).to_be_visible()
    shoot(page, "main-05-company-refused")
    expect(page.get_by_label("会社名")).to_have_value(COMPANY)
    expect(page.get_by_label("法人番号")).to_have_value(wrong)
    expect(page.get_by_label("業種")).to_have_value("E")
    expect(page.get_by_label("本社の都道府県")).to_have_value("13")
    expect(page.get_by_label("従業員数")).to_have_value("１，２００")
    expect(page.get_by_label("年間の売上高")).to_have_value("1b-4b")
    expect(page.get_by_label("製品をつくっている")).to_be_checked()
    expect(page.get_by_label("研究開発や製品開発をしている")).to_be_checked()
    expect(page.get_by_label("輸出をしている")).not_to_be_checked()
    page.get_by_label("法人番号").fill(right)
    page.get_by_role("button", name="保存して進む").click()
    expect(page.get_by_role("heading", name="設問の一覧")).to_be_visible()


def quick_answers_are_there(page: Page) -> None:
    expect(page.get_by_text("簡易診断の回答 12 問を引き継ぎました")).to_be_visible()
    expect(page.locator("main > .container > .progress-line")).to_contain_text("12 /")
    shoot(page, "main-06-contents")
    page.locator(".contents-list a").first.click()
    expect(card(page, "A-VIS-01").locator("input:checked")).to_have_value(steps.QUICK["A-VIS-01"])
    expect_saved(page, "A-VIS-01")


def answer_with_autosave(page: Page) -> None:
    """The state says 保存済み only once the server has answered."""
    rest = {"A-VIS-02": "1", "A-VIS-03": "3", "A-VIS-04": "unknown", "A-VIS-05": "1", "A-VIS-06": "0"}
    for question, value in rest.items():
        expect(save_state(page, question)).to_have_text("まだ答えていません")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
            pick(card(page, question), value)
        assert answer.value.headers["x-save-state"] == "saved"
        expect_saved(page, question)
    expect(page.locator("#section-progress")).to_contain_text("6 / 6")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        card(page, "A-VIS-02").get_by_text("メモを残す").click()
        card(page, "A-VIS-02").get_by_label("メモ", exact=True).fill("購買の棚卸しは四月")
    expect_saved(page, "A-VIS-02")
    assert steps.waiting_answers(page) == []
    page.reload()
    expect(card(page, "A-VIS-02").locator("textarea")).to_have_value("購買の棚卸しは四月")
    expect(card(page, "A-VIS-03").locator("input:checked")).to_have_value("3")
    shoot(page, "main-07-section")


def two_tabs(context: BrowserContext, page: Page, watch: Watch, site: live.Site) -> None:
    """Whoever comes second on an answer sees both texts and decides; nothing is overwritten before that."""
    watch.allow_status(409)
    second = context.new_page()
    second.goto(page.url)
    for question, note in {"A-VIS-02": "購買の棚卸しは四月", "A-VIS-03": ""}.items():
        pick(card(page, question), "4")
        expect_saved(page, question)
        pick(card(second, question), "0")
        conflict = card(second, question).locator(".save-conflict")
        expect(conflict).to_contain_text("いま保存されている回答")
        expect(conflict).to_contain_text(current_catalog().questions[question].levels[4].ja)
        expect(conflict).to_contain_text("あなたの回答（未保存）")
        expect(conflict).to_contain_text(current_catalog().questions[question].levels[0].ja)
        assert stored(site, question) == [{"level": 4, "note": note}]
    expect(card(second, "A-VIS-02").locator(".save-conflict")).to_contain_text("購買の棚卸しは四月")
    shoot(second, "main-08-conflict")
    card(second, "A-VIS-02").get_by_role("button", name="自分の回答に置き換える").click()
    expect_saved(second, "A-VIS-02")
    card(second, "A-VIS-03").get_by_role("link", name="保存されている回答を残す").click()
    expect_saved(second, "A-VIS-03")
    expect(card(second, "A-VIS-03").locator("input:checked")).to_have_value("4")
    pick(card(second, "A-VIS-03"), "2")  # the card that was taken over goes on saving
    expect_saved(second, "A-VIS-03")
    assert steps.waiting_answers(second) == []
    second.close()
    page.reload()
    expect(card(page, "A-VIS-02").locator("input:checked")).to_have_value("0")
    expect(card(page, "A-VIS-03").locator("input:checked")).to_have_value("2")


def stored(site: live.Site, question: str) -> list[dict[str, object]]:
    """What the server has for a question of the company of this test."""
    return site.rows(
        "SELECT level, note FROM assessments_answer JOIN organisations_organisation AS company"
        " ON company.id = organisation_id WHERE question_id = ? AND company.name = ?",
        question,
        COMPANY,
    )


def offline(context: BrowserContext, page: Page, watch: Watch) -> None:
    page.get_by_role("link", name="次へ").click()
    expect(card(page, "A-SCN-02")).to_be_visible()
    with watch.offline(context):
        pick(card(page, "A-SCN-02"), "2")
        expect_unsaved(page, "A-SCN-02", "つながり次第送ります")
        shoot(page, "main-09-offline")
        assert len(steps.waiting_answers(page)) == 1
    expect_saved(page, "A-SCN-02")  # sent by itself
    assert steps.waiting_answers(page) == []

    address = page.url
    with watch.offline(context):
        pick(card(page, "A-SCN-03"), "3")
        expect_unsaved(page, "A-SCN-03", "つながり次第送ります")
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.reload()
    page.goto(address)
    expect(card(page, "A-SCN-03").locator("input:checked")).to_have_value("3")
    expect_saved(page, "A-SCN-03")
    assert steps.waiting_answers(page) == []
    page.reload()
    expect(card(page, "A-SCN-02").locator("input:checked")).to_have_value("2")
    expect(card(page, "A-SCN-03").locator("input:checked")).to_have_value("3")


def not_applicable(page: Page) -> None:
    question = card(page, "A-SCN-04")
    pick(question, "na")
    expect_unsaved(page, "A-SCN-04", "該当しない理由を書いてください")
    expect(question.get_by_label("該当しない理由")).to_be_focused()
    shoot(page, "main-10-not-applicable")
    question.get_by_label("該当しない理由").fill("店を持たず、通信販売だけです")
    expect_saved(page, "A-SCN-04")
    page.reload()
    expect(question.locator("input[type=radio]:checked")).to_have_value("na")
    expect(question.get_by_label("該当しない理由")).to_have_value("店を持たず、通信販売だけです")


def submit(page: Page) -> None:
    page.get_by_role("navigation", name="現在の位置").get_by_role("link").last.click()
    page.get_by_role("link", name="確かめて提出する").click()
    expect(page.get_by_role("heading", name="まだ答えていない設問")).to_be_visible()
    shoot(page, "main-11-submit")
    page.get_by_role("button", name="提出して結果を見る").click()
    expect(page.get_by_text("提出しました。")).to_be_visible()
    expect(page.locator(".score-card")).to_have_count(3)
    expect(page.locator(".result-meta")).to_contain_text(COMPANY)
    expect(page.locator(".result-meta")).to_contain_text("第 1 回提出")
    for axis in page.locator("details.trace").all():
        axis.locator("summary").click()
    expect(page.get_by_text("該当なし：店を持たず、通信販売だけです")).to_be_visible()
    shoot(page, "main-12-result")


def order_and_read_pdf(page: Page, folder: Path) -> None:
    page.get_by_role("button", name="PDFを作る").click()
    expect(page.get_by_role("heading", name="行動計画のPDF")).to_be_visible()
    shoot(page, "main-13-status-waiting")
    expect(page.get_by_text("PDFができました")).to_be_visible(timeout=60_000)
    shoot(page, "main-14-status-done")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDFを受け取る").click()
    assert download.value.suggested_filename.startswith(f"経安カルテ_行動計画_{COMPANY}_")
    file = folder / "plan.pdf"
    download.value.save_as(file)
    assert 8 <= steps.pdf_pages(file) <= 20
    text = steps.pdf_text(file)
    assert COMPANY in text
    assert all(axis in text for axis in steps.AXES)


def reopen_and_submit_again(page: Page, first_scores: list[str]) -> None:
    page.get_by_role("link", name="自社の点検").click()
    shoot(page, "main-15-company")
    page.get_by_role("button", name="回答を開いて直す").click()
    expect(page.get_by_text("これまでの提出の記録はそのまま残っています")).to_be_visible()
    page.locator(".contents-list a").first.click()
    pick(card(page, "A-VIS-02"), "4")
    expect_saved(page, "A-VIS-02")
    page.get_by_role("navigation", name="現在の位置").get_by_role("link").last.click()
    page.get_by_role("link", name="確かめて提出する").click()
    page.get_by_role("button", name="提出して結果を見る").click()
    expect(page.locator(".result-meta")).to_contain_text("第 2 回提出")
    assert page.locator(".score-card__value").all_inner_texts()[0] != first_scores[0]
    page.get_by_role("link", name="自社の点検").click()
    listed = page.locator("table tbody tr")
    expect(listed).to_have_count(2)
    expect(listed.locator("td:first-child")).to_have_text(["第2回の結果", "第1回の結果"])
    listed.last.get_by_role("link").click()
    expect(page.locator(".result-meta")).to_contain_text("第 1 回提出")
    assert page.locator(".score-card__value").all_inner_texts() == first_scores
