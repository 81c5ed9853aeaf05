"""Every kind of paper in both languages is PDF/A-3u and PDF/UA-1: by two validators, and by its structure tree."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import page as page_validation
import pydyf
import pytest

from advising.freezing import digest_of
from reports import cohort_paper, paper, rendering
from reports.client import paper as client_paper
from reports.pdf_file import packed
from reports.rendering import Attachment, render, to_pdf
from tests.reports import samples, verapdf
from tests.reports.client.frozen import SIGNATURES, frozen
from tests.reports.network_papers import LANGUAGES, Papers
from tests.reports.pdf_structure import Document, faults, read
from tests.reports.test_pdf import page, poppler
from tests.reports.verapdf import Verdict

pytestmark = pytest.mark.django_db

MADE_AT = dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENCLOSED = (
    Attachment("report.json", '{"会社": "みなと"}'.encode(), "application/json", "報告書のデータ", MADE_AT),
    Attachment("answers.xlsx", b"PK-not-really", XLSX, "回答の表", MADE_AT, "Source"),
)
Html = Callable[[str, Papers], str]
KINDS: dict[str, Html] = {
    "plan": lambda language, _papers: paper.action_plan_html(samples.full_context(language=language)),
    "quick": lambda language, _papers: paper.quick_sheet_html(samples.quick_context(language=language)),
    "cohort": lambda language, papers: cohort_paper.cohort_report_html(papers.reports[language, True]),
    "handout": lambda language, papers: cohort_paper.handout_html(papers.handouts[language]),
    "client": lambda language, _papers: client_html(language),
}
BOTH = "client-both"
"""The client report in both languages side by side."""
EVERY = [*(f"{kind}-{language}" for kind in KINDS for language in LANGUAGES), BOTH]
SIGNS = "signs-ja"
JUDGED = [*EVERY, SIGNS]
ODD = "葛\U000e0100城\u00adｶﾞｲｼｬ か\u3099ぎ ㈱①Ⅳ℃ 𠮷\u200d\ufe0e\ufeff\u200b\ue000\u202e(\\"
"""Signs that a name may hold: selectors, marks that combine, what has no width, what no font has."""
BROKEN = ("no-words", "no-ua", "no-a")
PROFILES = {"3u": "pdf-a-3u", "ua1": "pdf-ua-1"}


def client_html(form: str) -> str:
    context = frozen()
    signed = {"signatures": SIGNATURES, "digest": digest_of(context)}
    return client_paper.html_of(client_paper.reports_of(context, form, **signed))


def without_words(pdf: Any) -> None:
    for item in pdf.objects:
        if isinstance(item, pydyf.Dictionary):
            item.pop("Alt", None)


def broken(monkeypatch: pytest.MonkeyPatch, html: str) -> bytes:
    """Printed as ever, but no picture says anything."""
    finish = rendering.finish
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "finish", lambda pdf, kinds: (finish(pdf, kinds), without_words(pdf)))
        return to_pdf(html)


@pytest.fixture(scope="session")
def printed(papers: Papers) -> dict[str, bytes]:
    """Each kind of paper in each language, printed once; and the broken ones."""
    found = {}
    for kind, html_of in KINDS.items():
        for language in LANGUAGES:
            enclosed = ENCLOSED if kind == "plan" else ()
            result = render(html_of(language, papers), attachments=enclosed)
            assert result.warnings == ()
            found[f"{kind}-{language}"] = result.pdf
    side_by_side = render(client_html("both"))
    assert side_by_side.warnings == ()
    found[BOTH] = side_by_side.pdf
    sheet = found["quick-ja"]
    context = samples.quick_context()
    odd = paper.quick_sheet_html(replace(context, company=replace(context.company, name=ODD)))
    found[SIGNS] = to_pdf(odd)
    with pytest.MonkeyPatch.context() as patch:
        found["no-words"] = broken(patch, KINDS["quick"]("ja", papers))
    found["no-ua"] = sheet.replace(b'pdfuaid:part="1"', b'pdfuaid:part="7"')
    found["no-a"] = sheet.replace(b'pdfaid:part="3"', b'pdfaid:part="9"')
    return found


@pytest.fixture(scope="session")
def documents(printed: dict[str, bytes]) -> dict[str, Document]:
    return {name: read(printed[name]) for name in EVERY}


@pytest.fixture(scope="session")
def verdicts(printed: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Verdict]:
    """What veraPDF says of all of them, in one start of Java."""
    folder = tmp_path_factory.mktemp("verapdf")
    for name, pdf in printed.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    return verapdf.judged(sorted(folder.iterdir()))


# --- validators -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("flavour", PROFILES)
@pytest.mark.parametrize("name", JUDGED)
def test_a_quick_validator_finds_nothing(printed: dict[str, bytes], name: str, flavour: str) -> None:
    report = page_validation.validate_pdf_bytes(printed[name], profile=PROFILES[flavour])
    assert [f"{one.rule_id} {one.message}" for one in report.failures] == []
    assert report.is_compliant
    assert report.rules.total > 100


@pytest.mark.parametrize("flavour", PROFILES)
@pytest.mark.parametrize("name", JUDGED)
def test_verapdf_passes_it(verdicts: dict[tuple[str, str], Verdict], name: str, flavour: str) -> None:
    assert verdicts[name, flavour] == Verdict(True, "")


@pytest.mark.parametrize(("name", "flavour"), [("no-words", "ua1"), ("no-ua", "ua1"), ("no-a", "3u")])
def test_both_validators_refuse_what_is_broken(
    printed: dict[str, bytes], verdicts: dict[tuple[str, str], Verdict], name: str, flavour: str
) -> None:
    assert not page_validation.is_pdf_compliant_bytes(printed[name], profile=PROFILES[flavour])
    assert not verdicts[name, flavour].passes
    assert verdicts[name, flavour].failed


def test_without_java_the_run_fails_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verapdf.shutil, "which", lambda _name: None)
    with pytest.raises(pytest.fail.Exception, match=r"bin/prepare test installs what is missing: \['java'\]"):
        verapdf.judged([])


# --- structure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_the_tree_can_be_listened_to(printed: dict[str, bytes], name: str) -> None:
    assert faults(printed[name]) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<h1>題</h1><h3>節</h3>", "H1 is followed by H3"),
        ("<h1>題</h1><h2></h2>", "empty H2"),
        ("<p>文</p>", "0 H1"),
        ("<h1>題</h1><table><tr><td>一</td></tr></table>", "table 1: no TH"),
    ],
)
def test_a_tree_that_cannot_be_listened_to_is_noticed(body: str, fault: str) -> None:
    assert fault in faults(to_pdf(page(body)))


def test_a_picture_without_words_is_noticed(printed: dict[str, bytes]) -> None:
    assert len([one for one in faults(printed["no-words"]) if one.startswith("figure without words")]) == 3


@pytest.mark.parametrize("name", EVERY)
def test_its_language_is_said(documents: dict[str, Document], name: str) -> None:
    assert documents[name].catalog["Lang"] == ("ja" if name == BOTH else name.partition("-")[2])


@pytest.mark.parametrize("kind", KINDS)
def test_japanese_names_in_an_english_paper_say_that_they_are(documents: dict[str, Document], kind: str) -> None:
    english, japanese = (documents[f"{kind}-{language}"].tree for language in ("en", "ja"))
    marked = [one for one in english.walk() if one.language]
    assert marked
    assert {one.language for one in marked} == {"ja"}
    assert all(one.texts for one in marked)
    assert not [one for one in japanese.walk() if one.language]


def test_side_by_side_the_second_language_says_that_it_is(documents: dict[str, Document]) -> None:
    assert "en" in {one.language for one in documents[BOTH].tree.walk()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_of_the_plan_says_its_message(documents: dict[str, Document], language: str) -> None:
    said = [one.alt for one in documents[f"plan-{language}"].tree.of("Figure")]
    assert len(said) == 7
    context = samples.full_context(language=language)
    for axis, words in zip(context.axes, said[:3], strict=True):
        assert axis.title in words
        assert str(axis.score) in words
        assert str(axis.stage) in words
    lowest = min((one for axis in context.axes for one in axis.sections), key=lambda one: one.points or 0)
    assert lowest.title in said[3]
    for axis, words in zip(context.axes, said[4:], strict=True):
        low = min(axis.sections, key=lambda one: one.points or 0)
        assert low.title in words
        assert str(low.score) in words


def test_pictures_stand_where_their_page_shows_them(documents: dict[str, Document]) -> None:
    """In points from the lower edge: the ranges on the president's page stand one below the other in its upper half."""
    boxes = [one.attributes["BBox"] for one in documents["plan-ja"].tree.of("Figure")[:3]]
    places = [[float(number) for number in box] for box in boxes]
    assert all(0 < left < right < 596 for left, _low, right, _high in places)
    assert all(421 < low < high < 842 for _left, low, _right, high in places)
    assert [low for _left, low, _right, _high in places] == sorted((place[1] for place in places), reverse=True)


def test_a_link_is_named_by_its_words(documents: dict[str, Document]) -> None:
    objects = documents["plan-ja"].objects.values()
    links = [one for one in objects if isinstance(one, dict) and one.get("Subtype") == "/Link"]
    assert list(dict.fromkeys(one["Contents"] for one in links))[:2] == [
        "経営者のための1ページ",
        "三つの点数と、その中身",
    ]


def test_heads_know_what_they_are_heads_of(documents: dict[str, Document]) -> None:
    table = max(documents["cohort-ja"].tree.of("Table"), key=lambda one: len(one.of("TH")))
    (head,) = table.of("THead")
    assert {one.attributes["Scope"] for one in head.of("TH")} == {"/Column"}
    assert all(row.kids[0].attributes["Scope"] == "/Row" for body in table.of("TBody") for row in body.kids)


def test_running_lines_are_artifacts_and_nobody_s_text(
    printed: dict[str, bytes], documents: dict[str, Document]
) -> None:
    objects = documents["plan-ja"].objects
    pages = [one for one in objects.values() if isinstance(one, dict) and one.get("Type") == "/Page"]
    for one in pages[1:]:
        _head, data = objects[one["Contents"]]
        assert zlib.decompress(data).count(b"/Artifact\n<</Type /Pagination>>\nBDC") >= 4
    assert len(pages) > 8


def test_a_line_to_write_on_is_no_empty_paragraph(documents: dict[str, Document]) -> None:
    paragraphs = documents["handout-ja"].tree.of("P", "Div", "Span", "NonStruct")
    assert paragraphs
    assert all(one.texts or one.kids for one in paragraphs)


# --- embedded files ---------------------------------------------------------------------------------------------------


def test_files_come_out_as_they_went_in(printed: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(printed["plan-ja"])
    command = ["pdfdetach", "-saveall", "-o", str(tmp_path), str(tmp_path / "report.pdf")]
    subprocess.run(command, check=True, capture_output=True)
    for one in ENCLOSED:
        assert (tmp_path / one.name).read_bytes() == one.data


def test_files_say_what_they_are(documents: dict[str, Document]) -> None:
    document = documents["plan-ja"]
    listed = [document.objects[number] for number in document.catalog["AF"]]
    assert [(one["UF"], one["AFRelationship"], one["Desc"]) for one in listed] == [
        ("answers.xlsx", "/Source", "回答の表"),
        ("report.json", "/Data", "報告書のデータ"),
    ]
    heads = [document.objects[one["EF"]["F"]][0] for one in listed]
    assert heads[1]["Subtype"] == "/application#2Fjson".lower()
    assert heads[0]["Params"]["CreationDate"] == "D:20261123090000Z"


def test_a_paper_without_files_lists_none(documents: dict[str, Document]) -> None:
    assert "AF" not in documents["quick-ja"].catalog


# --- the same bytes ---------------------------------------------------------------------------------------------------

ANOTHER_PROCESS = """
import datetime as dt, hashlib, sys
import django
django.setup()
from reports.rendering import Attachment, to_pdf
made_at = dt.datetime(2026, 11, 23, tzinfo=dt.timezone.utc)
html = sys.stdin.read()
pdf = to_pdf(html, attachments=[Attachment("report.json", b"{}", "application/json", "", made_at)])
print(hashlib.sha256(pdf).hexdigest())
"""


def test_another_process_makes_the_same_bytes() -> None:
    html = paper.quick_sheet_html(samples.quick_context())
    made_at = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    here = to_pdf(html, attachments=[Attachment("report.json", b"{}", "application/json", "", made_at)])
    there = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS],
        env={**os.environ, "PYTHONHASHSEED": "1", "DJANGO_SETTINGS_MODULE": "config.settings"},
        input=html,
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.split()[-1] == hashlib.sha256(here).hexdigest()


def test_the_order_of_the_files_changes_nothing() -> None:
    html = page("<h1>題</h1>")
    assert to_pdf(html, attachments=ENCLOSED) == to_pdf(html, attachments=ENCLOSED[::-1])


def data_that_packs_to(ending: bytes) -> Iterator[bytes]:
    texts = (b" ".join(b"%d" % (number * step) for step in range(40)) for number in range(5000))
    return (data for data in texts if zlib.compress(data, 6).endswith(ending))


def test_no_packed_stream_ends_in_a_carriage_return() -> None:
    """The line end that follows would be read as one with it."""
    data = next(data_that_packs_to(b"\r"))
    assert not packed(data).endswith(b"\r")
    assert zlib.decompress(packed(data)).rstrip() == data


def test_the_file_is_sound(printed: dict[str, bytes], tmp_path: Path) -> None:
    assert "Tagged:          yes" in poppler("pdfinfo", printed["plan-ja"], tmp_path)
