"""A coordinator runs a round: list, invitations, reminder, figures, workshop plan, report."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from organisations.demonstration import COORDINATOR
from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.test_accessibility import check, follow
from tests.e2e.test_sharing_walk import LINK, nav

ROUND, DEMO_ROUND = "試験の回", "第1回（見本）"
HEAD = "会社名,法人番号,メールアドレス,業種,都道府県,売上高,従業員数\n"
GOOD = HEAD + "".join(
    f"架空試験{sign}製作所（見本）,,e2e-{number}@list.example,製造業,静岡県,10億円以上40億円未満,{number}0人\n"
    for number, sign in enumerate("甲乙丙", start=3)
)
BAD = HEAD + "架空試験甲製作所（見本）,1234567890123,not-an-address,製造業,静岡県,,\n,,e2e-9@list.example,,火星,,\n"
FIRST = "e2e-3@list.example"


def upload(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="名簿に加える").click()


def to_round(page: Page, name: str) -> None:
    nav(page, "診断の回")
    follow(page, page.locator("main").get_by_role("link", name=name, exact=True))


def test_a_round_is_made_listed_opened_and_everybody_is_written_to_once(
    site: live.Site, open_context: OpenContext, watch: Watch
) -> None:
    page = open_context().new_page()
    steps.sign_in_with_app(page, COORDINATOR)
    nav(page, "診断の回")
    check(page, "rounds")
    page.get_by_label("回の名前").fill(ROUND)
    page.locator("[name=opens_on]").fill(date.today().isoformat())
    page.locator("[name=closes_on]").fill((date.today() + timedelta(days=40)).isoformat())
    page.get_by_role("button", name="この回を用意する").click()
    expect(page.get_by_role("heading", name=ROUND, level=1)).to_be_visible()
    check(page, "round-preparing")
    hub = page.url

    # One fault anywhere, and nothing of the file is taken; every fault has its line.
    follow(page, page.locator("main").get_by_role("link", name="会社の名簿"))
    watch.allow_status(422)
    upload(page, "list.csv", BAD.encode("utf-8-sig"))
    expect(page.get_by_role("heading", name=re.compile("直すところが"))).to_be_visible()
    expect(page.locator("main")).to_contain_text("法人番号")
    check(page, "import-faults")
    assert site.rows("SELECT 1 FROM cohorts_participant WHERE email LIKE '%@list.example'") == []
    upload(page, "list.csv", GOOD.encode("cp932"))
    expect(page.locator("main")).to_contain_text("架空試験甲製作所（見本）")
    check(page, "import")
    assert site.mails_to(FIRST) == []

    page.goto(hub)
    page.get_by_role("button", name="この回を開く").click()
    live.wait_for("the invitations", lambda: site.mails_to(FIRST), within=90)
    invitation = site.mails_to(FIRST)[0]
    assert LINK.search(invitation)
    guest = open_context().new_page()
    guest.goto(LINK.search(invitation)[1])  # type: ignore[index]
    expect(guest.get_by_role("button", name="確認コードを送る")).to_be_visible()
    expect(guest.get_by_text("架空試験甲製作所")).to_have_count(0)

    # A reminder asked for once is sent once, also where the button is pressed again.
    live.wait_for(
        "an opened round",
        lambda: site.rows("SELECT 1 FROM organisations_round WHERE name = ? AND opened_at IS NOT NULL", ROUND),
        within=60,
    )
    page.goto(hub)
    check(page, "round-open")
    follow(page, page.locator("main").get_by_role("link", name="催促"))
    check(page, "reminders")
    page.get_by_role("button", name=re.compile("社に送る$")).click()
    expect(page.locator("main")).to_contain_text("社")
    live.wait_for("the reminder", lambda: len(site.mails_to(FIRST)) == 2, within=120)
    page.go_back()
    page.get_by_role("button", name=re.compile("社に送る$")).click()
    expect(page.get_by_role("heading", name="催促のメール")).to_be_visible()
    page.goto(hub)
    follow(page, page.locator("main").get_by_role("link", name="会社ごとの状況"))
    page.get_by_label("会社名か法人番号").fill("試験甲")
    page.get_by_role("button", name="絞り込む").click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text("案内済み")
    check(page, "board")
    assert len(site.mails_to(FIRST)) == 2


def test_figures_a_workshop_plan_and_both_papers_come_out_of_a_round(
    site: live.Site, open_context: OpenContext, watch: Watch, tmp_path: Path
) -> None:
    page = open_context().new_page()
    steps.sign_in_with_app(page, COORDINATOR)
    to_round(page, DEMO_ROUND)
    follow(page, page.locator("main").get_by_role("link", name="集計", exact=True))
    expect(page.locator("main svg[role=img]").first).to_be_visible()
    check(page, "dashboard")
    figures = page.url
    page.goto(f"{figures}?industry=E")
    expect(page.locator("main")).to_contain_text("いまの条件")
    check(page, "dashboard-filtered")
    page.goto(figures)
    for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("Excel", b"PK")):
        with page.expect_download() as download:
            page.locator(".downloads a", has_text=kind).first.click()
        taken = tmp_path / f"chart.{kind}"
        download.value.save_as(taken)
        assert start in taken.read_bytes()[:200]
    page.goto(f"{figures}/companies")
    expect(page.locator("main table").first).to_be_visible()
    check(page, "companies")

    to_round(page, DEMO_ROUND)
    follow(page, page.locator("main").get_by_role("link", name="勉強会の計画"))
    check(page, "workshops")
    page.get_by_label("題名").fill("秋の勉強会（見本）")
    page.get_by_role("button", name="案を作る").click()
    expect(page.get_by_role("heading", name="秋の勉強会（見本）", level=1)).to_be_visible()
    check(page, "workshop")
    with page.expect_download() as sheet:
        page.get_by_role("link", name="計画の表（Excel）を保存する").click()
    assert sheet.value.suggested_filename.endswith(".xlsx")
    follow(page, page.get_by_role("link", name="配布資料（PDF）を作る"))
    assert paper(page, tmp_path / "handout.pdf") >= 2

    to_round(page, DEMO_ROUND)
    follow(page, page.locator("main").get_by_role("link", name="集計", exact=True))
    follow(page, page.locator("main").get_by_role("link", name="報告書（PDF）"))
    check(page, "cohort-order")
    assert paper(page, tmp_path / "report.pdf") >= 5


def paper(page: Page, file: Path) -> int:
    """Order the PDF, wait for it, take it; how many pages it has."""
    page.get_by_role("button", name="PDFを作る").click()
    expect(page.get_by_text("PDFができました")).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        page.locator("main a[href$='/file']").click()
    download.value.save_as(file)
    return steps.pdf_pages(file)
