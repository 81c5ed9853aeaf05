"""An office goes through a client's answers, writes the report, and three people sign it; each on their own pages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import docx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from organisations.demonstration import ADVISOR, SUPERVISOR
from tests.builders import PASSWORD
from tests.e2e import live, steps
from tests.e2e.conftest import OpenContext, Watch
from tests.e2e.test_accessibility import check, follow
from tests.e2e.test_sharing_walk import nav

FIRST, SECOND, THIRD = "A-VIS-01", "A-VIS-02", "A-VIS-03"
NOTE = "工場長は慎重な人（窓口の人だけの覚え書き）"
ASKED = "仕入れ先の一覧は、いつ直したものですか。"
REPLY = "先月の棚卸しのときに直しました。"
COMMENT, COMMENT_EN = "一覧を見せていただきました。", "We were shown the list."
ONLY_JAPANESE = "面談で現物を確かめました。"
SCRIPT = "<script>document.title = 'run'</script>"
OPINION = f"## 面談の印象\n\n台帳は**よく整っています**。\n\n- まず契約書を見直す\n\n{SCRIPT}"
OPINION_EN = f"## Impression\n\nThe register is **in good order**.\n\n- Review the contracts first\n\n{SCRIPT}"
WHY, WHY_EN = "費用が小さく、すぐ始められます。", "It costs little and can begin at once."
KANA = re.compile(r"[ぁ-ゖァ-ヺ]+")
FORMS = {"ja": "日本語", "en": "English（英語）", "both": "日英対訳（1冊）"}
MAKE = """
import json
from organisations.consent import What
from organisations.demonstration import OFFICE_NAME
from organisations.models import Body
from tests import builders
owner = builders.make_user({email!r}, name={head!r})
company = builders.make_organisation(owner=owner, name={name!r}, corporate_number="")
submission = builders.make_submission(company)
builders.make_grant(company, Body.objects.get(name=OFFICE_NAME), What.NOTES)
print(json.dumps([str(company.pk), str(submission.pk)]))
"""


@dataclass(frozen=True, slots=True)
class Client:
    """A company that submitted its answers and shares them, with its notes; its owner signs in with PASSWORD."""

    email: str
    head: str
    name: str
    organisation: str
    submission: str


def make_client(site: live.Site, **of_whom: str) -> Client:
    """A new client of the demonstration's office."""
    organisation, submission = json.loads(site.run(MAKE.format(**of_whom)).splitlines()[-1])
    return Client(**of_whom, organisation=organisation, submission=submission)


@pytest.fixture(scope="module")
def office(site: live.Site, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Cookies of the office's two people, who signed in with the second step."""
    folder, files = tmp_path_factory.mktemp("office"), {}
    for email in (ADVISOR, SUPERVISOR):
        with browser.new_context(locale="ja-JP", base_url=site.url) as context:
            steps.sign_in_with_app(context.new_page(), email)
            files[email] = folder / f"{email}.json"
            context.storage_state(path=files[email])
    return files


# --- small steps ------------------------------------------------------------------------------------------------------


def to_client(page: Page, client: Client, stage: str, step: str) -> None:
    """From the list of clients to the next step with this one, which stands at `stage`."""
    if page.url == "about:blank":
        page.goto("/home")
    nav(page, "相談先の会社")
    page.get_by_label("会社名").fill(client.name)
    follow(page, page.get_by_role("button", name="絞り込む"))
    row = page.locator("main tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(stage)
    follow(page, row.get_by_role("link", name=step))


def finding(page: Page, question: str) -> Locator:
    return page.locator(f"section.finding#{question}")


def press(page: Page, name: str) -> None:
    follow(page, page.locator("main").get_by_role("button", name=name, exact=True))


def choose_report(page: Page) -> None:
    """Both texts, all three languages, one action with its reasons; nothing is saved yet."""
    for name in FORMS.values():
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.locator("#text-ja").fill(OPINION)
    page.locator("#text-en").fill(OPINION_EN)
    first = page.locator(".report-actions > li").first
    first.get_by_role("checkbox").check()
    first.get_by_text("すすめる理由", exact=True).click()
    first.locator("textarea[lang=ja]").fill(WHY)
    first.locator("textarea[lang=en]").fill(WHY_EN)


def reports(site: live.Site, client: Client) -> list[dict[str, str]]:
    return site.rows(
        "SELECT report.text_ja AS text FROM advising_clientreport AS report"
        " JOIN advising_review AS review ON review.id = report.review_id WHERE review.submission_id = ?",
        client.submission.replace("-", ""),
    )


# --- the walk ---------------------------------------------------------------------------------------------------------


def test_an_answer_is_verified_asked_about_reported_on_and_signed_by_three(
    site: live.Site, open_context: OpenContext, office: dict[str, Path], watch: Watch, tmp_path: Path
) -> None:
    client = make_client(site, email="shacho@e2e-sodan.example", head="相談 社子", name="架空相談鉄工株式会社（試験）")
    watch.allow_status(422)
    advisor = open_context(storage_state=office[ADVISOR]).new_page()
    supervisor = open_context(storage_state=office[SUPERVISOR]).new_page()
    owner = open_context().new_page()
    steps.sign_in(owner, client.email, PASSWORD)

    to_client(advisor, client, "確認を始める前", "確認を始める")
    press(advisor, "確認を始める")
    overview = advisor.url
    judge(advisor, overview)
    talk(site, client, advisor, owner)
    press(advisor, "確認を終えて報告書へ")
    write(site, client, advisor)
    sign(client, advisor, supervisor, owner, watch)
    take(site, client, owner, tmp_path)
    again(advisor, overview)


def judge(page: Page, overview: str) -> None:
    """A private note and a finding on the section's page; one more in the interview, where no note is."""
    follow(page, page.locator("main table a[href*='/review/s/']").first)
    card = finding(page, FIRST)
    card.get_by_text("窓口内のメモ").first.click()
    card.locator(f"#note-{FIRST}").fill(NOTE)
    press_in(page, card, "メモを残す")
    expect(card.locator(f"#note-{FIRST}")).to_have_value(NOTE)

    page.evaluate("document.body.dataset.same = 'yes'")
    card.locator("[name=choice]").select_option("na")
    card.get_by_role("button", name="記録する").click()
    expect(card.get_by_role("alert")).to_be_visible()
    card.locator("[name=choice]").select_option("2")
    card.locator("[name=comment]").fill(COMMENT)
    card.get_by_text("英語の報告書に載せる文").click()
    card.locator("[name=comment_en]").fill(COMMENT_EN)
    card.get_by_role("button", name="記録する").click()
    expect(card.get_by_role("status")).to_have_text("記録しました。")
    expect(card.locator("[name=comment]")).to_have_value(COMMENT)
    assert page.evaluate("document.body.dataset.same") == "yes", "the card is swapped, the page stays"

    page.goto(overview)
    follow(page, page.get_by_role("link", name="面談用の画面で一問ずつ進む"))
    expect(page.locator(".interview__question")).to_contain_text(FIRST)
    assert NOTE not in page.content()
    expect(page.locator("input[name=choice]:checked")).to_have_value("2")
    press(page, "記録して次へ")
    expect(page.locator(".interview__question")).to_contain_text(SECOND)
    steps.pick(page.locator(".interview"), "1")
    page.locator("[name=comment]").fill(ONLY_JAPANESE)
    press(page, "記録して次へ")
    expect(page.locator(".interview__question")).to_contain_text(THIRD)


def press_in(page: Page, part: Locator, name: str) -> None:
    follow(page, part.get_by_role("button", name=name, exact=True))


def talk(site: live.Site, client: Client, advisor: Page, owner: Page) -> None:
    """A question to the company, told by a mail that does not repeat it, replied to, and settled."""
    follow(advisor, advisor.get_by_role("navigation", name="現在の位置").get_by_role("link").last)
    follow(advisor, advisor.locator("main table a[href*='/review/s/']").first)
    card = finding(advisor, THIRD)
    card.get_by_text("会社に尋ねる", exact=True).click()
    card.locator("[name=words]").fill(ASKED)
    press_in(advisor, card, "尋ねる")
    expect(card.get_by_text("会社に尋ねています")).to_be_visible()
    (mail,) = live.wait_for("the mail", lambda: site.mails_to(client.email))
    assert ASKED not in mail

    address = re.search(r"https?://\S+/advice\b", mail)
    assert address
    owner.goto(address[0])
    expect(owner.get_by_text(ASKED)).to_be_visible()
    owner.get_by_label("返事", exact=True).fill(REPLY)
    press(owner, "返事を残す")
    expect(owner.get_by_text("返事を残しました")).to_be_visible()

    to_client(advisor, client, "会社から返事がある", "返事を読む")
    expect(advisor.get_by_text("返事あり")).to_be_visible()
    follow(advisor, advisor.locator("section[aria-labelledby=waiting]").get_by_role("link", name=THIRD))
    expect(card.locator(".finding__aside")).to_contain_text(REPLY)
    press_in(advisor, card, "この問い合わせを終える")
    expect(card.get_by_text("会社に尋ねる", exact=True)).to_be_visible()
    follow(advisor, advisor.get_by_role("link", name="確認の全体"))


def write(site: live.Site, client: Client, page: Page) -> None:
    """The report; what was typed is looked at in a tab of its own before it is saved, and never runs."""
    choose_report(page)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name=f"保存せずに見る：{FORMS['both']}").click()
    preview = opened.value
    expect(preview.get_by_text("まだ署名していない内容です")).to_be_visible()
    expect(preview.locator(".opinion")).to_contain_text(SCRIPT)
    expect(preview.locator(".opinion strong").first).to_have_text("よく整っています")
    expect(preview.locator(".opinion script")).to_have_count(0)
    assert "run" not in preview.title()
    preview.close()
    assert reports(site, client) == [{"text": ""}]

    expect(page.locator("#text-ja")).to_have_value(OPINION)
    press(page, "内容を保存する")
    assert [row["text"].splitlines() for row in reports(site, client)] == [OPINION.splitlines()]


def sign(client: Client, advisor: Page, supervisor: Page, owner: Page, watch: Watch) -> None:
    """The advisor, the supervisor, the company's head, in this order and none for another."""
    report = advisor.url
    press(advisor, "アドバイザーとして署名する")
    expect(advisor.get_by_role("button", name="責任者として署名する")).to_have_count(0)
    watch.allow_status(403)
    address = advisor.locator("form[action$='/withdraw']").get_attribute("action")
    assert address
    refused = advisor.request.post(
        address.replace("/withdraw", "/approve"),
        form={"csrfmiddlewaretoken": advisor.locator("[name=csrfmiddlewaretoken]").first.input_value()},
        headers={"referer": report},
    )
    assert refused.status == 403
    nav(owner, "相談窓口")
    expect(owner.get_by_text("まだ報告書はありません")).to_be_visible()

    to_client(supervisor, client, "責任者の署名待ち", "報告書を見る")
    follow(supervisor, supervisor.locator("main a[href$='/preview/ja']").last)
    expect(supervisor.locator(".opinion")).to_contain_text("よく整っています")
    follow(supervisor, supervisor.get_by_role("link", name="戻る"))
    follow(supervisor, supervisor.get_by_role("link", name="報告書の編集と署名に戻る"))
    check(supervisor, "report-to-approve")
    press(supervisor, "責任者として署名する")
    expect(supervisor.get_by_text("会社の責任者に知らせました")).to_be_visible()

    owner.reload()
    expect(owner.get_by_text("署名を待っています")).to_be_visible()
    follow(owner, owner.locator("main .list-group a"))
    follow(owner, owner.get_by_role("link", name="日本語", exact=True))
    expect(owner.locator(".opinion")).to_contain_text("よく整っています")
    expect(owner.locator(".approval")).to_contain_text("まだ署名していません")
    assert NOTE not in owner.content()
    follow(owner, owner.get_by_role("link", name="戻る"))
    check(owner, "company-to-sign")
    press(owner, "会社の責任者として署名する")


def take(site: live.Site, client: Client, page: Page, folder: Path) -> None:
    """Three papers with three signatures, each the file that the page names; and one for Word."""
    expect(page.get_by_role("heading", name="報告書を受け取る")).to_be_visible()
    expect(page.get_by_role("link", name="PDFを受け取る")).to_have_count(3, timeout=90_000)
    (kept,) = site.rows(
        "SELECT signatures FROM advising_revision WHERE organisation_id = ?", client.organisation.replace("-", "")
    )
    signatures = json.loads(kept["signatures"])
    assert [one["name"] for one in signatures] == ["架空 導", "架空 監", client.head]
    texts = {}
    for form, name in FORMS.items():
        item = page.locator("#client-files li", has=page.get_by_text(name, exact=True))
        file = folder / f"{form}.pdf"
        with page.expect_download() as download:
            item.get_by_role("link", name="PDFを受け取る").click()
        assert download.value.suggested_filename.endswith(f"_v1_{form}.pdf")
        download.value.save_as(file)
        content = file.read_bytes()
        assert content.startswith(b"%PDF-")
        assert sha256(content).hexdigest() == item.locator(".fingerprint").inner_text()
        texts[form] = steps.pdf_text(file)
        for one in signatures:
            at = datetime.fromisoformat(one["at"]).astimezone(ZoneInfo("Asia/Tokyo"))
            assert one["name"] in texts[form]
            assert f"{at:%H:%M}" in texts[form]
        assert NOTE not in texts[form]
        assert ASKED not in texts[form]
    assert "経済安全保障 確認報告書" in texts["ja"]
    assert "面談の印象" in texts["ja"]
    assert COMMENT_EN in texts["en"]
    assert COMMENT not in texts["en"]
    kana = re.sub(r"\s", "", texts["en"])
    for original in (ONLY_JAPANESE, client.name, client.head):
        assert original.replace(" ", "") in kana
        kana = kana.replace(original.replace(" ", ""), "")
    assert KANA.findall(kana) == []
    assert texts["both"].count(SCRIPT) == 2

    with page.expect_download() as download:
        page.get_by_role("link", name=f"Word：{FORMS['both']}").click()
    download.value.save_as(folder / "both.docx")
    document = docx.Document(str(folder / "both.docx"))
    words = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "よく整っています" in words
    assert "in good order" in words


def again(page: Page, overview: str) -> None:
    """Opened again, one level changed, signed again: the next revision says what changed."""
    page.goto(overview)
    press(page, "確認を開き直す")
    follow(page, page.locator("main table a[href*='/review/s/']").first)
    card = finding(page, SECOND)
    card.locator("[name=choice]").select_option("2")
    card.get_by_role("button", name="記録する").click()
    expect(card.get_by_role("status")).to_have_text("記録しました。")
    follow(page, page.get_by_role("link", name="確認の全体"))
    press(page, "確認を終えて報告書へ")
    press(page, "アドバイザーとして署名する")
    follow(page, page.get_by_role("link", name="第 2 版", exact=True))
    changes = page.locator("section[aria-labelledby=changes]")
    expect(changes.get_by_role("heading", name="第 1 版から変わったところ")).to_be_visible()
    changed = changes.locator("li", has_text=SECOND)
    expect(changed).to_have_count(1)
    expect(changed).to_contain_text("段階1 → 段階2")
    expect(changes).not_to_contain_text(FIRST)
    check(page, "revision-2")


def test_a_finding_is_recorded_and_a_report_signed_without_javascript(
    site: live.Site, open_context: OpenContext, office: dict[str, Path], watch: Watch
) -> None:
    client = make_client(site, email="shacho@e2e-kami.example", head="紙野 鉛筆", name="架空紙筆商会（試験）")
    page = open_context(java_script_enabled=False, storage_state=office[ADVISOR]).new_page()
    to_client(page, client, "確認を始める前", "確認を始める")
    press(page, "確認を始める")
    press(page, "確認を終えて報告書へ")
    expect(page.get_by_text("まだ一問も判断していません")).to_be_visible()

    follow(page, page.locator("main table a[href*='/review/s/']").first)
    watch.allow_status(422)
    card = finding(page, FIRST)
    card.locator("[name=choice]").select_option("na")
    card.locator("[name=comment]").fill(COMMENT)
    press_in(page, card, "記録する")
    expect(card.get_by_role("alert")).to_be_visible()
    expect(card.locator("[name=comment]")).to_have_value(COMMENT)
    card.locator("[name=choice]").select_option("1")
    press_in(page, card, "記録する")
    expect(page.get_by_text("記録しました。")).to_be_visible()
    assert page.url.endswith(f"#{FIRST}")
    expect(card.locator("[name=choice]")).to_have_value("1")

    follow(page, page.get_by_role("link", name="確認の全体"))
    press(page, "確認を終えて報告書へ")
    page.locator("#text-ja").fill(OPINION)
    press(page, "内容を保存する")
    press(page, "アドバイザーとして署名する")
    expect(page.get_by_text("次は、相談窓口の責任者の署名です")).to_be_visible()
    expect(page.locator("#way + p")).to_contain_text("責任者の署名待ち")
