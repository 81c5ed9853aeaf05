"""The whole way with plain form posts and links."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.steps import card, chosen, pick, shoot

EMAIL = "jiro@e2e.example"
PASSWORD = "長い合言葉-kaze-ga-fuku"
SAVE = "この回答を保存"


def test_the_main_job_without_javascript(
    site: live.Site, open_context: OpenContext, watch: Watch, tmp_path: Path
) -> None:
    watch.allow_status(422)
    page = open_context(java_script_enabled=False).new_page()
    quick_check(page)
    sign_up(page, site)
    answer(page)
    submit(page)
    order(page, tmp_path)
    sign_out_and_in(page)


def quick_check(page: Page) -> None:
    page.goto("/quick/")
    page.get_by_role("button", name="結果を見る").click()
    expect(page.get_by_text("まだ一つも選ばれていません")).to_be_visible()
    steps.answer_quick(page)
    page.get_by_role("button", name="結果を見る").click()
    expect(page.locator(".score-card__value")).to_have_count(3)
    page.get_by_role("button", name="この回答を保存して続ける").click()


def sign_up(page: Page, site: live.Site) -> None:
    page.get_by_label("メールアドレス").fill(EMAIL)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="登録する").click()
    page.locator("input[name=code]").fill(site.code_for(EMAIL))
    page.get_by_role("button", name="確認する").click()
    page.get_by_label("会社名").fill("紙とえんぴつ商店（試験）")
    page.get_by_label("業種").select_option("I")
    page.get_by_label("本社の都道府県").select_option("01")
    page.get_by_label("従業員数").fill("7")
    page.get_by_label("年間の売上高").select_option("under-100m")
    page.get_by_role("button", name="保存して進む").click()
    expect(page.get_by_text("簡易診断の回答 12 問を引き継ぎました")).to_be_visible()


def answer(page: Page) -> None:
    page.locator(".contents-list a").first.click()
    question = card(page, "A-VIS-02")
    pick(question, "3")
    question.get_by_role("button", name=SAVE).click()
    expect(page.get_by_text("回答を保存しました")).to_be_visible()
    assert page.url.endswith("#A-VIS-02")
    assert chosen(question) == "3"

    question = card(page, "A-VIS-03")
    pick(question, "na")
    question.get_by_text("メモを残す").click()
    question.get_by_label("メモ", exact=True).fill("倉庫の分は来月調べる")
    question.get_by_role("button", name=SAVE).click()
    expect(question.get_by_role("alert")).to_contain_text("「該当なし」を選んだ理由を書いてください")
    shoot(page, "plain-01-not-applicable")
    assert chosen(question) == "na"
    expect(question.get_by_label("メモ", exact=True)).to_have_value("倉庫の分は来月調べる")
    question.get_by_label("該当しない理由").fill("仕入れは国内の一社だけです")
    question.get_by_role("button", name=SAVE).click()
    expect(page.get_by_text("回答を保存しました")).to_be_visible()
    expect(question.get_by_label("該当しない理由")).to_have_value("仕入れは国内の一社だけです")
    expect(question.get_by_label("メモ", exact=True)).to_have_value("倉庫の分は来月調べる")


def submit(page: Page) -> None:
    page.get_by_role("navigation", name="現在の位置").get_by_role("link").last.click()
    page.get_by_role("link", name="確かめて提出する").click()
    page.get_by_role("button", name="提出して結果を見る").click()
    expect(page.get_by_text("提出しました。")).to_be_visible()
    expect(page.locator(".score-card__value")).to_have_count(3)


def order(page: Page, folder: Path) -> None:
    page.get_by_role("button", name="PDFを作る").click()
    expect(page.get_by_role("heading", name="行動計画のPDF")).to_be_visible()
    shoot(page, "plain-02-status")

    def ask_again() -> bool:
        following = page.get_by_role("link", name="いまの様子を見る")
        if following.count():
            following.click()
        return bool(page.get_by_text("PDFができました").count())

    live.wait_for("the PDF", ask_again, within=60, every=0.5)
    with page.expect_download() as download:
        page.get_by_role("link", name="PDFを受け取る").click()
    file = folder / "plan.pdf"
    download.value.save_as(file)
    assert "紙とえんぴつ商店（試験）" in steps.pdf_text(file)


def sign_out_and_in(page: Page) -> None:
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="ログアウト").click()
    expect(page).to_have_url(re.compile(r"/$"))
    steps.sign_in(page, EMAIL, PASSWORD)
    expect(page.locator("table tbody tr")).to_have_count(1)
