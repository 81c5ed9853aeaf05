"""Every page as wide as a desk and as a phone: WCAG 2.1 AA as axe-core sees it, no sideways scrolling, the keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from organisations.demonstration import SUPERVISOR
from tests.assessments.filling import filled
from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.steps import card, expect_saved, pick, shoot

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"], "resultTypes": ["violations"]}
WIDTHS = (1280, 390)
PUBLIC = {
    "front": "/",
    "quick": "/quick/",
    "sign-up": "/account/signup/",
    "login": "/account/login/",
    "library": "/guidance/",
    "glossary": "/guidance/glossary",
    "questions": "/guidance/questions",
    "question": "/guidance/questions/A-VIS-01",
    "clause": "/guidance/clauses/MG-A3.1",
    "actions": "/guidance/actions",
    "list": "/guidance/lists/export-controls",
    "support": "/guidance/support?sales_band=1b-4b&employees=86",
    "search": "/guidance/search?q=製品",
}


@pytest.fixture(scope="module")
def signed_in(site: live.Site, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Cookies of the two demonstration companies, and of who directs their office."""
    folder = tmp_path_factory.mktemp("cookies")
    files = {}
    for email in (steps.FINISHED, steps.HALFWAY, SUPERVISOR):
        with browser.new_context(locale="ja-JP", base_url=site.url) as context:
            (steps.sign_in_with_app if email == SUPERVISOR else steps.sign_in)(context.new_page(), email)
            files[email] = folder / f"{email}.json"
            context.storage_state(path=files[email])
    return files


def follow(page: Page, link: Locator) -> None:
    """Click, and wait for the page behind it: the checks must not meet the old page, or none."""
    with page.expect_navigation():
        link.click()


def check(page: Page, name: str) -> None:
    """Both widths. The rules run on the page with everything on it unfolded."""
    page.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true })")
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        sizes = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if sizes[0] > sizes[1]:
            wide = page.evaluate(
                """() => [...document.querySelectorAll('main *')]
                .filter(e => e.getBoundingClientRect().right > innerWidth)
                .slice(0, 8).map(e => e.outerHTML.slice(0, 120))"""
            )
            faults.append(f"{width} px: scrolls sideways, {sizes[0]} > {sizes[1]}: {wide}")
        found = Axe().run(page, options=RULES)
        if found.violations_count:
            faults.append(f"{width} px: {found.generate_report()}")
        shoot(page, f"page-{name}-{width}")
    assert not faults, f"{name}\n" + "\n".join(faults)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_page(page: Page, name: str) -> None:
    page.goto(PUBLIC[name])
    check(page, name)


def test_source_page(page: Page) -> None:
    page.goto("/guidance/")
    for number, address in enumerate(
        page.locator('main a[href*="/sources/"]').evaluate_all("all => all.map(a => a.href)")
    ):
        page.goto(address)
        check(page, f"source-{number + 1}")


def test_quick_result_page(page: Page) -> None:
    page.goto("/quick/")
    steps.answer_quick(page)
    follow(page, page.get_by_role("button", name="結果を見る"))
    check(page, "quick-result")


def test_refused_sign_in_page(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("メールアドレス").fill(steps.FINISHED)
    page.locator("input[type=password]").fill("まちがった合言葉")
    follow(page, page.locator("main").get_by_role("button", name="ログイン", exact=True))
    check(page, "login-refused")


@pytest.mark.parametrize("name", ["company-form", "company", "contents", "section", "submit", "running-result"])
def test_page_of_a_company_that_is_answering(open_context: OpenContext, signed_in: dict[str, Path], name: str) -> None:
    page = open_context(storage_state=signed_in[steps.HALFWAY]).new_page()
    if name == "company-form":
        page.goto("/company/new")
    else:
        page.goto("/home")
    if name in {"contents", "section", "submit"}:
        follow(page, page.get_by_role("link", name="続きを答える"))
    if name == "section":
        follow(page, page.locator(".contents-list a").first)
    if name == "submit":
        follow(page, page.get_by_role("link", name="確かめて提出する"))
    if name == "running-result":
        follow(page, page.get_by_role("link", name="途中の結果を見る"))
    check(page, name)


def test_pages_of_answering_in_a_workbook(
    open_context: OpenContext, signed_in: dict[str, Path], watch: Watch, tmp_path: Path
) -> None:
    """Taken, handed in with faults, handed in again, looked at, and not taken in."""
    watch.allow_status(422)
    page = open_context(storage_state=signed_in[steps.HALFWAY]).new_page()
    page.goto("/home")
    follow(page, page.get_by_role("link", name="続きを答える"))
    follow(page, page.get_by_role("link", name="Excelで答える"))
    check(page, "answer-sheet")
    with page.expect_download() as taken:
        page.get_by_role("link", name="設問の表を受け取る（xlsx）").click()
    content = Path(taken.value.path()).read_bytes()
    for name, written in (
        ("answer-sheet-faults", {"A-VIS-01": {"answer": 7}, "A-VIS-02": {"answer": "該当なし"}}),
        ("answer-sheet-changes", {"A-VIS-01": {"answer": 0}, "G-EXP-01": {"answer": 2}, "A-VIS-03": {"answer": None}}),
    ):
        file = tmp_path / "回答.xlsx"
        file.write_bytes(filled(content, written))
        page.locator("input[type=file]").set_input_files(file)
        follow(page, page.get_by_role("button", name="何が変わるかを確かめる"))
        check(page, name)
    follow(page, page.get_by_role("button", name="取り込まない"))
    expect(page.get_by_text("回答は何も変わっていません")).to_be_visible()


@pytest.mark.parametrize("name", ["company-submitted", "result", "status"])
def test_page_of_a_company_that_has_submitted(open_context: OpenContext, signed_in: dict[str, Path], name: str) -> None:
    page = open_context(storage_state=signed_in[steps.FINISHED]).new_page()
    page.goto("/home")
    if name != "company-submitted":
        follow(page, page.get_by_role("link", name="最新の結果を見る"))
    if name == "status":
        follow(page, page.get_by_role("button", name="PDFを作る"))
        expect(page.get_by_text("PDFができました")).to_be_visible(timeout=60_000)
    check(page, name)


CLIENT = "架空精密工業株式会社（見本）"
IN_REVIEW = {
    "review-section": "/review/s/A.visibility",
    "review-interview": "/review/q/A-VIS-01/interview",
    "review-differences": "/review/differences",
    "client-report": "/report",
    "client-preview": "/report/preview/both",
}


def to_review(page: Page) -> str:
    """To the demonstration's review that is under way; what its addresses begin with."""
    page.goto("/home")
    follow(page, page.locator("main tr", has_text=CLIENT).locator("td a"))
    return page.url.removesuffix("/review")


@pytest.mark.parametrize("name", ["portfolio", "letterhead", "review-start", "review-overview", *IN_REVIEW])
def test_page_of_an_office_at_work(open_context: OpenContext, signed_in: dict[str, Path], name: str) -> None:
    page = open_context(storage_state=signed_in[SUPERVISOR]).new_page()
    page.goto("/home")
    if name == "letterhead":
        follow(page, page.get_by_role("link", name="報告書の体裁"))
    elif name == "review-start":
        follow(page, page.locator("main tbody").get_by_role("link", name="確認を始める").first)
    elif name != "portfolio":
        place = to_review(page)
        if name in IN_REVIEW:
            page.goto(place + IN_REVIEW[name])
    check(page, name)


@pytest.mark.parametrize("name", ["revision", "revision-preview", "client-files"])
def test_page_of_a_released_report(open_context: OpenContext, signed_in: dict[str, Path], name: str) -> None:
    """The demonstration's first submission, as the office sees it."""
    page = open_context(storage_state=signed_in[SUPERVISOR]).new_page()
    page.goto("/home")
    follow(page, page.get_by_role("link", name=CLIENT, exact=True))
    follow(page, page.locator("main a[href$='/review']").last)
    follow(page, page.get_by_role("link", name="報告書へ"))
    follow(page, page.get_by_role("link", name="第 1 版", exact=True))
    if name == "revision-preview":
        follow(page, page.get_by_role("link", name="英語"))
    if name == "client-files":
        follow(page, page.get_by_role("link", name="PDF・Word・データを受け取る"))
    check(page, name)


@pytest.mark.parametrize("name", ["advice", "company-revision", "company-files"])
def test_page_of_a_company_with_an_office(open_context: OpenContext, signed_in: dict[str, Path], name: str) -> None:
    page = open_context(storage_state=signed_in[steps.FINISHED]).new_page()
    page.goto("/home")
    follow(page, page.get_by_role("link", name="相談窓口", exact=True))
    if name != "advice":
        follow(page, page.locator("main .list-group a").first)
    if name == "company-files":
        follow(page, page.get_by_role("link", name="PDF・Word・データを受け取る"))
    check(page, name)


# --- the keyboard -----------------------------------------------------------------------------------------------------


def focus_is_visible(focused: Locator) -> bool:
    """An outline or a shadow on what has the focus, or on the card around it."""
    return bool(
        focused.evaluate(
            """element => [element, element.closest('label')].filter(Boolean).some(part => {
              const style = getComputedStyle(part);
              const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
              return outlined || style.boxShadow !== 'none';
            })"""
        )
    )


def test_a_level_is_chosen_with_the_keyboard_alone(open_context: OpenContext, signed_in: dict[str, Path]) -> None:
    page = open_context(storage_state=signed_in[steps.HALFWAY]).new_page()
    page.goto("/home")
    follow(page, page.get_by_role("link", name="続きを答える"))
    follow(page, page.locator('.contents-list a[href$="/s/G.risk"]'))
    first, second = card(page, "G-RSK-01"), card(page, "G-RSK-02")
    pick(first, "2")
    expect_saved(page, "G-RSK-01")
    page.keyboard.press("ArrowDown")
    level = first.locator('input[value="3"]')
    expect(level).to_be_focused()
    expect(level).to_be_checked()
    assert focus_is_visible(level)
    shoot(page, "keyboard-focus")
    expect_saved(page, "G-RSK-01")
    for _press in range(12):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        assert focus_is_visible(focused), focused.evaluate("element => element.outerHTML")
        if second.locator("input:focus").count():
            break
    else:
        pytest.fail("Tab does not reach the next question")
    page.keyboard.press("Space")
    expect(second.locator("input:checked")).to_have_value("0")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(second.locator("input:checked")).to_have_value("2")
    expect_saved(page, "G-RSK-02")


def test_the_first_tab_leads_past_the_head_of_the_page(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ移動")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
