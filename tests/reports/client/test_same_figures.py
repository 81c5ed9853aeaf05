"""The same figures in every language: number by number in the papers, field by field in what they are made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from lxml import html as markup

from assessments.scoring.answers import Answer
from guidance.catalog import Text
from guidance.registry import get_catalog, library
from reports.client.report import LANGUAGES, ClientReport, Words
from tests.reports import samples
from tests.reports.client.frozen import SIGNATURES, finding, frozen, html, reports

pytestmark = pytest.mark.pure

BLOCKS = {"h1", "h2", "h3", "h4", "p", "li", "td", "th", "caption", "svg", "dt", "dd"}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
JAPANESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?(?:（令和\d+年\d+月\d+日）)?")
MONTHS = [date(2026, month, 1).strftime("%B") for month in range(1, 13)]
ENGLISH_DAY = re.compile(rf"(?:(\d{{1,2}}) )?({'|'.join(MONTHS)}) (\d{{4}})")
JAPANESE_MONEY = re.compile(r"(\d[\d,]*(?:\.\d+)?)(億|万)円")
SPELT = dict(zip("1234567", ("one", "two", "three", "four", "five", "six", "seven"), strict=True))
UNITS = {"億": 100_000_000, "万": 10_000, "million": 1_000_000, "billion": 1_000_000_000}
ENGLISH_MONEY = re.compile(r"(\d[\d,]*(?:\.\d+)?) (million|billion)")


# --- the words of the questionnaire, which are no figures ------------------------------------------------------------


def texts_in(value: Any, seen: set[int]) -> Iterator[Text]:
    """Every text in two languages below `value`."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, Text):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from texts_in(getattr(value, one.name), seen)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from texts_in(one, seen)
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from texts_in(one, seen)


@cache
def written() -> list[tuple[str, str]]:
    """What authors wrote with numbers in it, in both languages: "three products" there may be 「3製品」 here."""
    found = {(squeezed(text.ja), squeezed(text.en)) for text in texts_in([get_catalog(samples.REF), library()], set())}
    return sorted((pair for pair in found if any(NUMBER.search(text) for text in pair)), key=lambda pair: -len(pair[0]))


def without_words(ja: str, en: str) -> tuple[str, str]:
    """The same block in both languages without what authors wrote."""
    for ours, theirs in written():
        if ours in ja and theirs in en:
            ja, en = ja.replace(ours, "…"), en.replace(theirs, "…")
    return ja, en


def squeezed(text: str) -> str:
    return " ".join(text.split())


# --- the figures of a paper ------------------------------------------------------------------------------------------


def plain(text: str, language: str) -> str:
    """The text with dates and money written in one way."""
    if language == "ja":
        text = JAPANESE_DAY.sub(lambda d: f" {d[1]},{int(d[2])},{int(d[3] or 0)} ", text)
        return JAPANESE_MONEY.sub(amount, text)
    text = ENGLISH_DAY.sub(lambda d: f" {d[3]},{MONTHS.index(d[2]) + 1},{int(d[1] or 0)} ", text)
    return ENGLISH_MONEY.sub(amount, text)


def amount(found: re.Match[str]) -> str:
    return f" {round(Fraction(found[1].replace(',', '')) * UNITS[found[2]])} "


def blocks(paper: str) -> list[tuple[str, str, str]]:
    """(tag, class, text) of every block that holds no other one, in the order of the paper."""
    found = []
    for node in markup.fromstring(paper).iter():
        if (
            not isinstance(node.tag, str)
            or node.tag not in BLOCKS
            or any(up.tag == "svg" for up in node.iterancestors())
        ):
            continue
        if node.tag != "svg" and any(child.tag in BLOCKS for child in node.iterdescendants()):
            continue
        found.append((node.tag, node.get("class") or "", " ".join(node.itertext())))
    return found


def numbers(text: str, language: str) -> list[str]:
    return [found.replace(",", "") for found in NUMBER.findall(plain(text, language))]


NAMES = {str(one["name"]) for one in SIGNATURES}
OWN_WORDS = {"ja": "面談の所見", "en": "What we think"}


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    return frozen(text=OWN_WORDS)


def test_every_number_of_the_japanese_paper_stands_in_the_english_one_in_the_same_place(
    context: dict[str, Any],
) -> None:
    """Block by block; within a chart in the same order, within a sentence in that of the language."""
    ours, theirs = blocks(html(context, "ja")), blocks(html(context, "en"))
    assert [block[:2] for block in ours] == [block[:2] for block in theirs]
    counted = 0
    for (tag, _kind, ja), (_tag, _same, en) in zip(ours, theirs, strict=True):
        bare_ja, bare_en = without_words(ja, en)
        left, right = numbers(bare_ja, "ja"), numbers(bare_en, "en")
        counted += len(left)
        if tag != "svg":
            spelt = {number for number in left if number not in right and SPELT.get(number, "-") in en.lower()}
            left, right = sorted(number for number in left if number not in spelt), sorted(right)
        assert left == right, (ja, en)
    assert counted > 700


def test_cells_that_hold_figures_alone_are_the_same_letter_by_letter(context: dict[str, Any]) -> None:
    figures = re.compile(r"[\d.,+−±–→／/※＊* ]+")
    ours, theirs = blocks(html(context, "ja")), blocks(html(context, "en"))
    pairs = [(ja, en) for (_t, _k, ja), (_u, _l, en) in zip(ours, theirs, strict=True)]
    cells = [pair for pair in pairs if figures.fullmatch(pair[0]) and NUMBER.search(pair[0])]
    assert len(cells) > 200
    assert [ja for ja, _en in cells] == [en for _ja, en in cells]


def test_side_by_side_shows_every_figure_of_both_papers(context: dict[str, Any]) -> None:
    both = numbers(" ".join(text for _tag, _kind, text in blocks(html(context, "both"))), "ja")
    for language in ("ja", "en"):
        one = numbers(" ".join(text for _tag, _kind, text in blocks(html(context, language))), language)
        scores = {number for number in one if "." in number}
        assert scores <= set(both)


def test_side_by_side_shows_the_words_of_each_language_in_elements_that_say_so(context: dict[str, Any]) -> None:
    page = markup.fromstring(html(context, "both"))
    said = {
        language: squeezed(" ".join(" ".join(node.itertext()) for node in page.xpath(f"//*[@lang='{language}']")))
        for language in ("ja", "en")
    }
    first = reports(context, "both")
    for report in first:
        for axis in report.pairs:
            assert str(axis.own.title) in said[report.language]
        for line in report.verified.trace:
            assert squeezed(line.question.text.get(report.language)) in said[report.language]
        for one in report.actions:
            assert squeezed(str(one.action.title)) in said[report.language]
            assert squeezed(one.why.text) in said[report.language]
        assert squeezed(report.office.name) in said[report.language]
        assert OWN_WORDS[report.language] in said[report.language]


@pytest.mark.parametrize("form", ["ja", "en"])
def test_a_paper_in_one_language_has_no_second_one_beside_it(context: dict[str, Any], form: str) -> None:
    page = markup.fromstring(html(context, form))
    assert page.xpath("//*[contains(@class, 'second')]") == []
    assert page.get("lang") == form
    other = "en" if form == "ja" else "ja"
    names = {context["company"]["name"], *(one["advisor"] for one in context["findings"]), *NAMES}
    assert {squeezed(" ".join(node.itertext())) for node in page.xpath(f"//*[@lang='{other}']")} <= names


# --- the figures of what it is made from -----------------------------------------------------------------------------


def figures(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure, answer and id below a value with where it stands; words are left out."""
    if isinstance(value, Words | Text):
        return
    if isinstance(value, Answer):
        yield place, (value.kind, value.level)
    elif isinstance(value, Enum | bool | int | float | Fraction) or value is None:
        yield place, value
    elif isinstance(value, str):
        if re.fullmatch(r"[\d.,+−±–→ -]*", value):
            yield place, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from figures(one, f"{place}[{name}]")
    elif isinstance(value, list | tuple):
        yield f"{place}#", len(value)
        for number, one in enumerate(value):
            yield from figures(one, f"{place}[{number}]")
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if one.name not in {"catalog", "question", "section", "sources"}:
                yield from figures(getattr(value, one.name), f"{place}.{one.name}")


FINDINGS = {
    "as in the demonstration": None,
    "none": [],
    "of every kind": [
        finding("A-VIS-01", Answer.unknown()),
        finding("A-VIS-02", Answer.not_applicable("扱っていない")),
        finding("A-VIS-03", None, 1, comment="聞いただけ"),
        finding("G-LDR-01", Answer.at(0)),
        finding("I-VAL-01", Answer.at(4), comment_en="English alone"),
    ],
}


@pytest.mark.parametrize("name", FINDINGS)
def test_both_languages_have_equal_figures_field_by_field(name: str) -> None:
    ja, en = (dict(figures(one)) for one in reports(frozen(findings=FINDINGS[name]), "both"))
    assert len(ja) > 1000
    assert ja == en


def test_a_report_of_both_languages_is_the_two_reports_of_one(context: dict[str, Any]) -> None:
    assert set(LANGUAGES) == {"ja", "en", "both"}
    assert reports(context, "both") == (*reports(context, "ja"), *reports(context, "en"))


def test_what_is_shown_adds_up(context: dict[str, Any]) -> None:
    """The difference that is shown is that of the scores that are shown, and contributions are the verified score."""
    (report,) = reports(context)
    for pair in report.pairs:
        assert pair.own.score is not None
        assert pair.verified.score is not None
        gained = Fraction(pair.verified.score) - Fraction(pair.own.score)
        assert Fraction(pair.change.replace("−", "-").replace("±", "")) == gained
    axes = {axis.id: exact for axis, exact in zip(report.verified.axes, exact_scores(context), strict=True)}
    for axis, lines in report.verified.trace_by_axis:
        assert abs(sum(Fraction(line.contribution or 0) for line in lines) - axes[axis.id]) < Fraction(1, 20) * len(
            lines
        )


def exact_scores(context: dict[str, Any]) -> list[Fraction]:
    return [Fraction(axis["score_exact"]) for axis in context["verified"]["axes"].values()]


def test_how_many_were_reviewed_and_differ(context: dict[str, Any]) -> None:
    report: ClientReport = reports(context)[0]
    asked = {line.question.id for line in report.verified.trace}
    judged = [one for one in context["findings"] if one["answer"] is not None and one["question"] in asked]
    differing = [one for one in judged if one["answer"] != bare(context["answers"][one["question"]])]
    assert report.reviewed == len(judged)
    assert len(report.differences) == len(differing) > 0
    assert report.reviewed < report.asked == len(report.verified.trace)


def bare(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in {"note", "explanation"}}
