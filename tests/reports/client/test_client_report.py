"""The client report as a paper, a Word file and data: whole, the same at every making, and without anybody's id."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from lxml import html as markup

from advising.choices import FORMS, SECTIONS, TEXT_LIMIT
from advising.findings import COMMENT_LIMIT
from advising.freezing import digest_of
from assessments.scoring.answers import Answer
from reports.client import docx, paper
from reports.drawing import width_of
from reports.rendering import Printed, render
from tests.reports.client.frozen import SIGNATURES, finding, frozen, html, reordered, reports

pytestmark = pytest.mark.pure

SPLIT = re.compile(r"\s+")
NAME = ("𠮷﨑髙" + "株式会社みなと精密加工" * 11)[:117] + "終の名"
"""120 characters, with signs beyond the first plane and two old shapes."""
HOSTILE = "<script>alert(1)</script>{{ settings.SECRET_KEY }}"


def flat(text: str) -> str:
    return SPLIT.sub("", text)


def filled(words: str, most: int, end: str) -> str:
    """`words` over and over, `most` characters with `end` as the last ones."""
    return (words * (most // len(words) + 1))[: most - len(end)] + end


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    return frozen()


@pytest.fixture(scope="module")
def long() -> dict[str, Any]:
    """Everything as long as it may be, each text with an end of its own."""
    ja = filled("仕入れの台帳はよく整っています。次に契約書を見直します。\n\n", TEXT_LIMIT, "和文所見終")
    en = filled("The register is in good order. Next, the contracts.\n\n", TEXT_LIMIT, "ENDOFOPINION")
    words = {
        "comment": filled("現場で管理のしかたを見ました。", COMMENT_LIMIT, "気づき終"),
        "recommendation": filled("四半期に一度見直します。\n", COMMENT_LIMIT, "助言終"),
        "comment_en": filled("We saw on site how it is handled. ", COMMENT_LIMIT, "ENDOFCOMMENT"),
        "recommendation_en": filled("Review it each quarter.\n", COMMENT_LIMIT, "ENDOFADVICE"),
    }
    return frozen(
        company={"name": NAME},
        text={"ja": ja, "en": en},
        findings=[finding("A-VIS-01", Answer.at(1), **words), finding("G-LDR-01", None, **words)],
        sections=["summary", "opinion", "findings"],
    )


@pytest.fixture(scope="module")
def printed_long(long: dict[str, Any]) -> dict[str, Printed]:
    return {form: render(html(long, form)) for form in FORMS}


@pytest.fixture(scope="module")
def signed(context: dict[str, Any]) -> bytes:
    """The Japanese paper as a worker makes it, with its data inside."""
    return paper.printed(context, "ja", signatures=SIGNATURES, digest=digest_of(context))


def read(pdf: bytes, folder: Path, tool: str = "pdftotext", *options: str) -> str:
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    command = [tool, *options, str(file), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


# --- whole -----------------------------------------------------------------------------------------------------------

ENDS = {
    "ja": ["和文所見終", "気づき終", "助言終"],
    "en": ["ENDOFOPINION", "ENDOFCOMMENT", "ENDOFADVICE"],
}
ENDS["both"] = [*ENDS["ja"], *ENDS["en"]]


@pytest.mark.parametrize("form", FORMS)
def test_the_longest_texts_print_to_their_end_without_a_warning(
    form: str, printed_long: dict[str, Printed], tmp_path: Path
) -> None:
    made = printed_long[form]
    said = flat(read(made.pdf, tmp_path))
    assert made.warnings == ()
    for end in ENDS[form]:
        assert said.count(end) == (1 if end in {"和文所見終", "ENDOFOPINION"} else 2), end
    assert NAME in said
    other = {"ja": "en", "en": "ja"}.get(form)
    assert not any(end in said for end in ENDS.get(other or "", []))


def test_every_character_of_the_opinion_is_on_the_paper(
    long: dict[str, Any], printed_long: dict[str, Printed], tmp_path: Path
) -> None:
    said = flat(read(printed_long["ja"].pdf, tmp_path))
    assert said.count("仕入れの台帳はよく整っています。") == long["text"]["ja"].count(
        "仕入れの台帳はよく整っています。"
    )


@pytest.mark.parametrize("form", FORMS)
def test_the_sample_prints_every_section_in_its_order(form: str, context: dict[str, Any]) -> None:
    page = markup.fromstring(html(context, form))
    headed = [name for name in page.xpath("//h2/@id") if name in SECTIONS]
    assert headed == [name for name in SECTIONS if name in headed]
    assert {"summary", "opinion", "scores", "differences", "findings", "actions", "trace"} <= set(headed)


def test_sections_stand_in_the_chosen_order_and_others_not_at_all() -> None:
    page = markup.fromstring(html(frozen(sections=["trace", "findings", "summary"])))
    assert page.xpath("//h2/@id") == ["trace", "findings", "summary"]


def test_a_report_of_one_finding_and_no_words_prints_too() -> None:
    bare = frozen(findings=[finding("A-VIS-01", Answer.at(0), 1)], text={"ja": "", "en": ""}, actions=0)
    bare["office"]["logo"] = ""
    assert render(html(bare, "both")).warnings == ()


def test_headings_do_not_jump(context: dict[str, Any]) -> None:
    for form in FORMS:
        levels = [int(node.tag[1]) for node in markup.fromstring(html(context, form)).iter("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("form", FORMS)
def test_every_word_of_a_chart_ends_within_it(form: str, context: dict[str, Any]) -> None:
    charts = markup.fromstring(html(context, form)).xpath("//svg")
    assert len(charts) == 3
    for chart in charts:
        wide = float(chart.get("viewbox").split()[2])
        for words in chart.xpath(".//text[@text-anchor='start' or not(@text-anchor)]"):
            size = float(words.get("font-size"))
            assert float(words.get("x")) + width_of("".join(words.itertext())) * size <= wide


def test_no_id_stands_twice(context: dict[str, Any]) -> None:
    for form in FORMS:
        ids = markup.fromstring(html(context, form)).xpath("//@id")
        assert len(ids) == len(set(ids)), form


@pytest.mark.parametrize("form", FORMS)
def test_whatever_people_typed_stands_as_letters(form: str) -> None:
    words = dict.fromkeys(("comment", "recommendation", "comment_en", "recommendation_en"), HOSTILE)
    typed = frozen(
        company={"name": HOSTILE},
        text={"ja": HOSTILE, "en": HOSTILE},
        findings=[{**finding("A-VIS-01", Answer.at(1), **words), "advisor": HOSTILE}],
    )
    typed["office"] |= dict.fromkeys(("name_ja", "name_en", "contact_ja", "contact_en"), HOSTILE)
    for one in typed["actions"]:
        one["why_ja"] = one["why_en"] = HOSTILE
    page = html(typed, form)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 8
    assert "a key for tests" not in page


# --- languages -------------------------------------------------------------------------------------------------------


def test_side_by_side_every_part_says_its_language(context: dict[str, Any]) -> None:
    page = markup.fromstring(html(context, "both"))
    assert page.get("lang") == "ja"
    assert {node.get("lang") for node in page.xpath("//*[@lang]")} == {"ja", "en"}
    for second in page.xpath("//*[contains(concat(' ', @class, ' '), ' second ')]"):
        assert second.get("lang") == "en"
        assert second.getprevious().get("lang") == "ja"
    rows = page.xpath("//section[contains(@class, 'opinion')]//tbody/tr")
    assert [[cell.get("lang") for cell in row] for row in rows] == [["ja", "en"]] * len(rows)
    assert len(rows) > 2


def test_words_that_nobody_translated_stand_once_in_the_language_they_were_written_in() -> None:
    alone = frozen(
        findings=[
            finding("A-VIS-01", Answer.at(1), comment="訳のない言葉", comment_en=""),
            finding("A-VIS-02", Answer.at(1), comment="", comment_en="English alone"),
        ],
        text={"ja": "訳のない所見", "en": ""},
    )
    for form in FORMS:
        page = markup.fromstring(html(alone, form))
        for words, language in (("訳のない言葉", "ja"), ("English alone", "en"), ("訳のない所見", "ja")):
            (node,) = page.xpath(f"//*[text()[contains(., '{words}')]]")
            tongue = next(up.get("lang") for up in (node, *node.iterancestors()) if up.get("lang"))
            assert tongue == language, (form, words)


def test_an_unknown_form_is_refused(context: dict[str, Any]) -> None:
    for form in ("", "fr", "JA"):
        with pytest.raises(KeyError):
            paper.reports_of(context, form)


# --- signatures ------------------------------------------------------------------------------------------------------


def test_the_cover_has_who_signed_in_local_time_and_the_digest(context: dict[str, Any]) -> None:
    page = markup.fromstring(html(context))
    rows = [flat(" ".join(row.itertext())) for row in page.xpath("//table[contains(@class, 'approval')]//tbody/tr")]
    assert [name in row for name, row in zip(("助言太", "監督子", "山﨑由紀"), rows, strict=True)] == [True] * 3
    assert [time in row for time, row in zip(("10:15", "08:30", "12:00"), rows, strict=True)] == [True] * 3
    assert "2026年11月25日" in rows[1]
    assert digest_of(context) in html(context)


@pytest.mark.parametrize("form", FORMS)
def test_what_people_are_called_stands_once_in_every_form(form: str, context: dict[str, Any]) -> None:
    """A name is no word of either language: beside each other the two would read like two people."""
    page = markup.fromstring(html(context, form))
    said = flat(page.xpath("string(//table[contains(@class, 'approval')])"))
    assert [said.count(flat(str(one["name"]))) for one in SIGNATURES] == [1, 1, 1]
    (company,) = page.xpath("//p[contains(concat(' ', @class, ' '), ' company ')]")
    assert flat(company.text_content()) == context["company"]["name"]


@pytest.mark.parametrize("form", FORMS)
def test_an_office_without_an_english_name_stands_once(form: str) -> None:
    alone = frozen(sections=["opinion"])
    alone["office"] |= dict.fromkeys(("name_ja", "name_en"), "静岡 貿易相談窓口")
    alone["office"] |= dict.fromkeys(("contact_ja", "contact_en", "logo"), "")
    page = markup.fromstring(html(alone, form)).xpath("//section[contains(@class, 'cover')]")[0]
    assert flat(page.text_content()).count("静岡貿易相談窓口") == 2, "at the head and in the table"


def test_what_nobody_signed_says_so_and_has_no_digest(context: dict[str, Any]) -> None:
    page = paper.html_of(paper.reports_of(context, "ja"))
    assert digest_of(context) not in page
    assert "助 言太" not in markup.fromstring(page).xpath("string(//table[contains(@class, 'approval')])")


# --- the same at every making ----------------------------------------------------------------------------------------


def test_printed_twice_it_is_the_same_bytes_whatever_order_a_database_gives(
    context: dict[str, Any], signed: bytes
) -> None:
    other = reordered(context)
    assert list(other) != list(context)
    assert paper.printed(other, "ja", signatures=reordered(SIGNATURES), digest=digest_of(other)) == signed


@pytest.mark.parametrize("form", FORMS)
def test_the_html_does_not_hang_on_the_order_of_keys(form: str, context: dict[str, Any]) -> None:
    for seed in (1, 2, 3):
        assert html(reordered(context, seed), form) == html(context, form)


def test_the_word_file_and_the_data_are_the_same_bytes_too(context: dict[str, Any]) -> None:
    other = reordered(context)
    assert paper.data_of(other, reordered(SIGNATURES)) == paper.data_of(context, SIGNATURES)
    one, two = (zipfile.ZipFile(io.BytesIO(docx.document(reports(found, "both")))) for found in (context, other))
    assert one.namelist() == two.namelist()
    assert all(one.read(name) == two.read(name) for name in one.namelist())


def test_the_paper_is_dated_by_the_report_and_holds_its_data(
    signed: bytes, context: dict[str, Any], tmp_path: Path
) -> None:
    info = read(signed, tmp_path, "pdfinfo")
    assert context["company"]["name"] in info
    assert "経済安全保障 確認報告書" in info
    assert "A4" in info
    listed = read(signed, tmp_path, "pdfdetach", "-list")
    assert "client-report.json" in listed
    target = tmp_path / "data.json"
    file = str(tmp_path / "report.pdf")
    subprocess.run(["pdfdetach", "-save", "1", "-o", str(target), file], check=True, capture_output=True)
    assert target.read_bytes() == paper.data_of(context, SIGNATURES)


# --- signs that no font has ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_signs_that_no_font_has_are_printed_as_geta_and_the_cover_says_so(form: str, context: dict[str, Any]) -> None:
    typed = frozen(
        text={"ja": "よく整っています😀", "en": "In good order😀"},
        findings=[finding("A-VIS-01", Answer.at(1), comment="工場🏭を見た", comment_en="Saw the plant🏭")],
    )
    page = html(typed, form)
    assert "😀" not in page
    assert "🏭" not in page
    assert "よく整っています〓" in page or form == "en"
    assert page.count("〓") > 2
    assert "〓" not in html(context, form)
    if form == "en":
        assert render(page).warnings == ()


# --- Word ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=FORMS)
def word(request: pytest.FixtureRequest, context: dict[str, Any]) -> tuple[str, Any]:
    """(form, the Word file as python-docx reads it)."""
    return request.param, Document(io.BytesIO(docx.document(reports(context, request.param))))


def level(paragraph: Any) -> int | None:
    found = re.fullmatch(r"Heading (\d)", paragraph.style.name)
    return int(found[1]) if found else None


def said_in(made: Any) -> str:
    return flat("".join(node.text or "" for node in made.element.body.iter(qn("w:t"))))


def test_word_has_the_headings_of_the_paper_in_their_order(word: tuple[str, Any], context: dict[str, Any]) -> None:
    form, made = word
    headings = [(level(one), flat(one.text)) for one in made.paragraphs if level(one) is not None]
    page = markup.fromstring(html(context, form))
    outside = page.xpath("//*[self::h1 or self::h2 or self::h3 or self::h4][not(ancestor::td)]")
    assert [depth for depth, _text in headings] == [int(node.tag[1]) for node in outside]
    for (_depth, text), node in zip(headings, outside, strict=True):
        assert text.replace("/", "") == flat("".join(node.itertext())).replace("/", "")


def test_word_says_every_word_of_the_paper(word: tuple[str, Any], context: dict[str, Any]) -> None:
    form, made = word
    page = markup.fromstring(html(context, form))
    for chart in page.xpath("//svg"):
        chart.drop_tree()
    signs = re.compile(r"[\s/]+")
    assert signs.sub("", said_in(made)) == signs.sub("", page.xpath("string(//body)"))


def test_the_head_of_every_table_is_repeated_and_rows_are_whole(word: tuple[str, Any], context: dict[str, Any]) -> None:
    form, made = word
    page = markup.fromstring(html(context, form))
    heads = [len(table.xpath("./thead/tr")) for table in page.xpath("//table")]
    repeated = [sum(row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in one.rows) for one in made.tables]
    assert repeated == heads
    assert sum(heads) > 8
    widths = [len(row.cells) for table in made.tables for row in table.rows]
    assert min(widths) >= 2


def test_every_picture_says_what_it_shows(word: tuple[str, Any], context: dict[str, Any]) -> None:
    form, made = word
    told = [node.get("descr") for node in made.element.body.iter(qn("wp:docPr"))]
    page = markup.fromstring(html(context, form))
    assert len(told) == len(page.xpath("//svg | //img")) == 4
    assert all(told)
    for title in page.xpath("//svg/title/text()"):
        assert title in told


def test_word_is_dated_and_named_by_the_report(word: tuple[str, Any], context: dict[str, Any]) -> None:
    form, made = word
    properties = made.core_properties
    assert context["company"]["name"] in properties.title
    assert properties.created.date() == date(2026, 11, 24)
    assert properties.author == context["office"]["name_en" if form == "en" else "name_ja"]
    assert properties.language == ("en-GB" if form == "en" else "ja-JP")


def test_word_marks_the_second_language_as_such(context: dict[str, Any]) -> None:
    made = Document(io.BytesIO(docx.document(reports(context, "both"))))
    tongues = {node.get(qn("w:val")) for node in made.element.body.iter(qn("w:lang"))}
    assert tongues == {"ja-JP", "en-GB"}


@pytest.mark.parametrize("form", FORMS)
def test_the_longest_texts_are_in_word_to_their_end(form: str, long: dict[str, Any]) -> None:
    said = said_in(Document(io.BytesIO(docx.document(reports(long, form)))))
    assert all(end in said for end in ENDS[form])
    assert NAME in said


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1b", "\x7f", "\ufffe", "\u202e", "😀", "\ud7ff"])
def test_signs_that_came_with_a_copied_text_spoil_no_file(sign: str) -> None:
    """A vertical tab comes with every line break that is copied from slides."""
    typed = frozen(
        company={"name": f"港{sign}社"},
        text={"ja": f"前{sign}後", "en": f"be{sign}fore"},
        findings=[finding("A-VIS-01", Answer.at(1), comment=f"見{sign}た", comment_en=f"se{sign}en")],
        sections=["opinion", "findings"],
    )
    said = said_in(Document(io.BytesIO(docx.document(reports(typed, "both")))))
    assert "前" in said
    assert "後" in said
    assert json.loads(paper.data_of(typed, SIGNATURES))["report"]["text"]["ja"] == f"前{sign}後"
    assert html(typed, "both")


# --- data ------------------------------------------------------------------------------------------------------------


def test_the_data_has_the_digest_the_signatures_and_the_whole_report(context: dict[str, Any]) -> None:
    told = json.loads(paper.data_of(context, SIGNATURES))
    assert set(told) == {"schema", "digest", "signatures", "report"}
    assert told["digest"] == digest_of(context) == digest_of(told["report"])
    assert told["report"] == context
    assert [(one["step"], one["name"]) for one in told["signatures"]] == [
        ("advisor", "助 言太"),
        ("supervisor", "監 督子"),
        ("client", "山﨑 由紀"),
    ]


def test_nobodys_id_is_in_any_of_the_files(context: dict[str, Any]) -> None:
    ids = [str(one["person"]).encode() for one in SIGNATURES]
    data = paper.data_of(context, SIGNATURES)
    assert b'"person"' not in data
    for form in FORMS:
        with zipfile.ZipFile(io.BytesIO(docx.document(reports(context, form)))) as packed:
            parts = [packed.read(name) for name in packed.namelist()]
        for content in (data, html(context, form).encode(), *parts):
            assert not any(one in content for one in ids)


def test_what_is_not_shared_is_not_in_the_paper(context: dict[str, Any]) -> None:
    """The context of an office without the consent for notes has none; its paper says nothing in their place."""
    bare = {name: bare_entry(entry) for name, entry in context["answers"].items()}
    page = html({**context, "answers": bare, "shared": ["scores", "answers"]})
    assert "購買課の共有フォルダー" not in page
    assert "商社も使っていない" not in page
    assert page.count("—") <= html(context).count("—") + 1


def bare_entry(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in entry.items() if name not in {"note", "explanation"}}
    return {**kept, "na": "—"} if "na" in kept else kept
