"""The paper: facts of the printed PDF, read with poppler, and what the renderer refuses."""

from __future__ import annotations

import base64
import logging
import re
import subprocess
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import page as page_validation
import pytest
from django.conf import settings
from PIL import Image

from assessments.answers_file import Company
from assessments.file_faults import Refused
from assessments.file_kinds import recognise
from assessments.scoring.answers import Answer
from guidance.registry import get_catalog
from reports import paper, rendering
from reports.rendering import FontMissing, Printed, RenderingError, bundled_file, picture_within, render, to_pdf
from tests.assessments.papers import picture
from tests.reports import samples

pytestmark = pytest.mark.pure


def poppler(tool: str, pdf: bytes, folder: Path, *options: str) -> str:
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    command = [tool, *options, str(file), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout


def unpacked(pdf: bytes) -> bytes:
    """The file with its compressed streams opened, so that its dictionaries can be read."""
    return pdf + b"".join(
        zlib.decompressobj().decompress(body)
        for body in re.findall(rb"FlateDecode.*?stream\n(.*?)\nendstream", pdf, re.DOTALL)
    )


def page(body: str) -> str:
    return f"<!DOCTYPE html><html lang=ja><head><title>題</title></head><body>{body}</body></html>"


def flat(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pdf")


@pytest.fixture(scope="module")
def printed() -> Printed:
    return render(paper.action_plan_html(samples.full_context()))


@pytest.fixture(scope="module")
def text(printed: Printed, folder: Path) -> str:
    return poppler("pdftotext", printed.pdf, folder)


def test_it_prints_without_a_single_warning(printed: Printed) -> None:
    assert printed.warnings == ()
    assert 8 <= printed.pages <= 16


def test_the_head_of_the_file(printed: Printed, folder: Path) -> None:
    info = poppler("pdfinfo", printed.pdf, folder)
    assert "経済安全保障 行動計画書 – 株式会社みなと精密加工" in info
    assert "経安カルテ" in info
    assert "A4" in info
    assert f"Pages:           {printed.pages}" in info
    assert b"/Lang (ja)" in unpacked(printed.pdf)


def test_bookmarks_lead_to_the_chapters(printed: Printed) -> None:
    opened = unpacked(printed.pdf)
    assert b"/Outlines" in opened
    for heading in ("経営者のための1ページ", "これから1年の行動", "付録1　採点根拠", "付録3　よりどころとした文書"):
        assert heading.encode("utf-16-be").hex().encode() in opened


@pytest.mark.parametrize(
    "words",
    [
        "株式会社みなと精密加工",
        "4234567890128",
        "静岡県",
        "2026年11月23日（令和8年11月23日）",
        "法令を守っていること、認証を受けられること、補助金などで加点されることを示すものではありません",
        "keian@2026.1",
        "山﨑由紀",
        "まず、この三つから",
        "点数だけなら段階3です。",
        "20人日と置いています",
        "まず調べること",
        "次の候補",
        "本アプリの設問",
        "確認欄",
        "承認",
        "第1期",
        samples.REASON,
    ],
)
def test_what_the_pages_say(text: str, words: str) -> None:
    assert flat(words) in flat(text)


def test_every_question_of_the_trace_stands_with_its_contribution(text: str) -> None:
    context = samples.full_context()
    for line in context.trace:
        assert line.question.id in text
    for axis in context.axes:
        assert f"{axis.score}点の内訳" in text


def test_no_template_word_is_left_over(text: str) -> None:
    assert "{{" not in text
    assert "None" not in text


def test_same_report_same_bytes(printed: Printed) -> None:
    assert to_pdf(paper.action_plan_html(samples.full_context())) == printed.pdf


def test_the_quick_sheet_is_one_page_and_keeps_the_notice(folder: Path) -> None:
    sheet = render(paper.quick_sheet_html(samples.quick_context()))
    said = flat(poppler("pdftotext", sheet.pdf, folder))
    assert sheet.pages == 1
    assert sheet.warnings == ()
    assert "法令を守っていること、認証を受けられること" in said
    assert "いちばん弱いところ" in said
    assert "段階2" not in said


def test_an_empty_assessment_prints_too(folder: Path) -> None:
    empty = samples.full_context(given={}, company=Company(), number=None, started_on=None, signer="", final=False)
    result = render(paper.action_plan_html(empty))
    said = flat(poppler("pdftotext", result.pdf, folder))
    assert result.warnings == ()
    assert "未算定" in said
    assert "（会社名の記載なし）" in said


def test_english_texts_of_the_catalog(folder: Path) -> None:
    sheet = render(paper.quick_sheet_html(samples.quick_context(language="en")))
    assert flat("We have said in the company that we should look into it") in flat(
        poppler("pdftotext", sheet.pdf, folder)
    )
    assert sheet.pages == 1


def test_long_names_with_rare_kanji_have_glyphs() -> None:
    name = ("株式会社" + "𠮷野髙﨑德" * 30)[:120]
    company = Company(name, "", {})
    result = render(paper.action_plan_html(samples.full_context(company=company)))
    assert result.warnings == ()
    assert len(name) == 120


def test_user_text_stays_text(folder: Path) -> None:
    evil = '<script>alert(1)</script><img src="http://127.0.0.1/x"><b>太字</b>'
    catalog = get_catalog(samples.REF)
    given = {**samples.answers(catalog), "A-DLG-05": Answer.not_applicable(evil, evil)}
    company = replace(samples.COMPANY, name=evil)
    html = paper.action_plan_html(samples.full_context(company=company, given=given))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "alert(1)" in poppler("pdftotext", render(html).pdf, folder)


def test_a_sign_without_a_glyph_fails_by_name() -> None:
    with pytest.raises(RenderingError, match=r"😀\(U\+1F600\)"):
        to_pdf(page("<p>良い😀</p>"))


def test_a_missing_font_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "FONTS_DIR", tmp_path)
    with pytest.raises(FontMissing, match=r"BIZUDPGothic-Regular\.ttf") as refused:
        to_pdf(page("<p>題</p>"))
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.png",
        "https://example.com/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "static:../pyproject.toml",
        "static:/etc/passwd",
        "static:%2e%2e/pyproject.toml",
        "static:nowhere.svg",
        "static:",
    ],
)
def test_only_bundled_files_are_read(url: str) -> None:
    with pytest.raises(ValueError, match=r"static|bundled"):
        bundled_file(url)
    with pytest.raises(RenderingError) as refused:
        to_pdf(page(f'<img src="{url}" alt="x">'))
    assert "/etc" not in str(refused.value)
    assert str(settings.BASE_DIR) not in str(refused.value)


def test_an_attachment_is_refused_like_an_image() -> None:
    with pytest.raises(RenderingError):
        to_pdf(page('<a rel="attachment" href="file:///etc/passwd">x</a>'))


def address_of(data: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def shown(url: str) -> Printed:
    return render(page(f'<h1>題</h1><img src="{url}" alt="事務所の印">'))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_a_png_picture_in_the_html_is_shown_and_conforms(mode: str) -> None:
    """Of any mode that a logo comes in; PDF/A forbids smoothing and unknown colours."""
    file = BytesIO()
    Image.new(mode, (40, 30)).save(file, "PNG")
    result = shown(address_of(file.getvalue()))
    assert result.warnings == ()
    for profile in ("pdf-a-3u", "pdf-ua-1"):
        found = page_validation.validate_pdf_bytes(result.pdf, profile=profile)
        assert [one.message for one in found.failures] == []
    assert b"/Subtype /Image" in result.pdf


def test_other_data_in_the_html_stops_the_printing() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    whole = picture("PNG")
    for url in (
        address_of(svg, "image/svg+xml"),
        address_of(svg),
        address_of(picture("JPEG"), "image/jpeg"),
        address_of(picture("JPEG")),
        address_of(whole[:20]),
        address_of(whole).replace("base64,", "charset=utf-8;base64,"),
        address_of(whole) + "%0A",
        "data:image/png,%89PNG",
        "data:text/css,p{color:red}",
    ):
        with pytest.raises(ValueError, match=r"PNG|base64"):
            picture_within(url)
        with pytest.raises(RenderingError):
            shown(url)


def test_a_picture_of_too_many_pixels_stops_the_printing() -> None:
    """A few bytes may unfold to gigabytes."""
    whole = picture("PNG")
    size = (5000).to_bytes(4, "big")
    with pytest.raises(ValueError, match="pixels"):
        picture_within(address_of(whole[:16] + size + size + whole[24:]))


def test_a_picture_that_is_broken_inside_is_a_warning_and_no_picture() -> None:
    whole = picture("PNG")
    assert shown(address_of(whole[:40] + b"\0" * 40)).warnings


def test_a_style_sheet_or_an_attachment_in_data_is_refused() -> None:
    whole = address_of(picture("PNG"))
    with pytest.raises(RenderingError):
        to_pdf(page(f'<a rel="attachment" href="{whole.replace("image/png", "text/plain")}">x</a>'))
    with pytest.raises(RenderingError):
        to_pdf(page('<style>@import "data:text/css,p{}";</style>'))


def test_bundled_files_are_served() -> None:
    assert bundled_file("static:favicon.svg").name == "favicon.svg"
    assert render(page('<img src="static:favicon.svg" alt="x">')).warnings == ()


def test_another_threads_log_is_not_ours() -> None:
    with rendering._collected_log() as lines:
        record = logging.makeLogRecord({"name": "weasyprint", "levelno": logging.WARNING, "thread": 0})
        logging.getLogger("weasyprint").handle(record)
        logging.getLogger("weasyprint").warning("ours")
    assert [line.getMessage() for line in lines] == ["ours"]


def test_warm_up_prints_a_page() -> None:
    rendering.warm_up()


def test_an_emoji_in_a_note_is_printed_as_geta_and_said_so() -> None:
    context = samples.full_context()
    plain = paper.action_plan_html(context)
    assert "〓" not in plain
    html = paper.action_plan_html(replace(context, company=replace(context.company, name="髙﨑𠮷工業😀")))
    assert "髙﨑𠮷工業〓" in html
    assert "印刷用の書体にない文字" in html
    assert rendering.render(html).warnings == ()


def test_a_picture_that_is_cut_off_is_refused_as_evidence_also_where_something_was_printed_before() -> None:
    rendering.warm_up()
    for kind in ("PNG", "JPEG"):
        recognise(f"whole.{kind.lower()}", picture(kind))
        with pytest.raises(Refused):
            recognise(f"cut.{kind.lower()}", picture(kind)[:-500])
