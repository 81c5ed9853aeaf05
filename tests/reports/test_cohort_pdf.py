"""The papers of a network: the report of a round and the handout of a workshop, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from cohorts.counting import count_companies
from cohorts.figures import figures_of
from organisations.consent import What
from organisations.scoping import body_scope
from reports import cohort_paper
from reports.cohort_findings import decisions, findings
from reports.cohort_report import cohort_report
from reports.rendering import Printed, render
from reports.workshop_context import HandoutTable, WorkshopContext
from tests.builders import make_body, make_round
from tests.reports.crowds import Firm, make_firms, unnamed
from tests.reports.network_papers import FAR, LANGUAGES, NAMED, TOPICS, Papers
from tests.reports.test_pdf import flat, poppler, unpacked

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cohort-pdf")


@pytest.fixture(scope="module")
def printed(papers: Papers) -> Printed:
    return render(cohort_paper.cohort_report_html(papers.reports["ja", False]))


@pytest.fixture(scope="module")
def text(printed: Printed, folder: Path) -> str:
    return poppler("pdftotext", printed.pdf, folder)


def figures_in(html: str) -> list[str]:
    """Everything in the cells and pictures of a page that is a figure, in order."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>|<text[^>]*>([^<]*)</text>", html, re.DOTALL)
    words = (re.sub(r"<[^>]+>", " ", unescape(cell or drawn)).strip() for cell, drawn in cells)
    return [one for one in words if re.fullmatch(r"[+-]?\d+(\.\d)?|—", one)]


# --- the report -------------------------------------------------------------------------------------------------------


def test_it_prints_without_a_single_warning(printed: Printed) -> None:
    assert printed.warnings == ()
    assert 9 <= printed.pages <= 20


def test_the_head_of_the_file(printed: Printed, folder: Path) -> None:
    info = poppler("pdfinfo", printed.pdf, folder)
    assert "経済安全保障 自己点検の集計報告書 – 東海 経営者ネットワーク" in info
    assert b"/Lang (ja)" in unpacked(printed.pdf)
    for number, size in enumerate(poppler("pdfinfo", printed.pdf, folder, "-f", "1", "-l", "99").splitlines()):
        if "size:" in size and "Page" in size:
            assert "A4" in size, f"line {number}: {size}"


def test_bookmarks_lead_to_the_chapters(printed: Printed) -> None:
    opened = unpacked(printed.pdf)
    for heading in ("まとめ", "数字の読み方と、見せない決まり", "三つの点数の散らばり", "次の勉強会の計画"):
        assert heading.encode("utf-16-be").hex().encode() in opened


@pytest.mark.parametrize(
    "words",
    [
        "東海 経営者ネットワーク",
        "秋の回",
        "2027年2月18日（令和9年2月18日）",
        "keian@2026.1",
        "法令を守っていること、認証を受けられること、補助金などで加点されることを示すものではありません",
        "呼びかけた67社のうち66社が診断を提出し",
        "いつも6社以上の「まとまり」で一緒に数え",
        "残りが5社より少なくなることはありません",
        "点数の近い6社以上をひと組にした平均",
        "「—」の欄は、当てはまる会社が少ないため出していない数字です",
        "会議で決めていただきたいこと",
        "まだ提出していない1社に、どう呼びかけるか",
        "業種別の三つの点数",
        "まとまり A",
        "できていない会社が多い設問",
        "前の回「春の回」",
        "一か所頼みに備える会",
        "よりどころとした文書",
    ],
)
def test_what_the_pages_say(text: str, words: str) -> None:
    assert flat(words) in flat(text)


def test_no_template_word_is_left_over(text: str) -> None:
    assert "{{" not in text
    assert "None" not in text
    assert "%(" not in text


def test_every_picture_has_its_message_as_its_name(papers: Papers) -> None:
    html = cohort_paper.cohort_report_html(papers.reports["ja", True])
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    titles = [re.search(r"<title[^>]*>([^<]{10,})</title>", one) for one in pictures]
    assert len(pictures) >= 6
    assert all(titles)
    assert all('role="img"' in one for one in pictures)


def test_nothing_stands_beyond_the_edge_of_its_page(printed: Printed, folder: Path) -> None:
    boxes = poppler("pdftotext", printed.pdf, folder, "-bbox")
    pages = re.findall(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', boxes, re.DOTALL)
    assert len(pages) == printed.pages
    for width, height, words in pages:
        for left, top, right, bottom in re.findall(
            r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', words
        ):
            assert float(left) > 20
            assert float(right) < float(width) - 20
            assert float(top) > 10
            assert float(bottom) < float(height) - 10


@pytest.mark.parametrize("named", [False, True])
def test_both_languages_say_the_same_figures(papers: Papers, named: bool) -> None:
    found = [figures_in(cohort_paper.cohort_report_html(papers.reports[one, named])) for one in LANGUAGES]
    assert found[0] == found[1]
    assert len(found[0]) > 400


def test_the_figures_of_the_report_are_those_of_the_page(papers: Papers, text: str) -> None:
    report = papers.reports["ja", False]
    for axis in report.cohort.axes:
        assert axis.spread is not None
        for words in (axis.mean.text, axis.spread.q1[0], axis.spread.median[0], axis.spread.q3[0]):
            assert words in text
    for one in report.cohort.missed:
        assert flat(one.text) in flat(text)
        assert one.question.id in text


def test_the_summary_is_a_few_sentences_with_figures(papers: Papers) -> None:
    report = papers.reports["ja", False]
    sentences = findings(report)
    assert 5 <= len(sentences) <= 8
    assert all(re.search(r"\d", one) or "勉強会" in one for one in sentences)
    assert report.lowest[0].section.title in "".join(sentences)
    assert 1 <= len(decisions(report)) <= 3


def test_a_report_without_names_holds_none_and_no_group_of_a_few(papers: Papers) -> None:
    plain, named = (cohort_paper.cohort_report_html(papers.reports["ja", wanted]) for wanted in (False, True))
    for name in (*NAMED, FAR):
        assert name not in plain
        assert name in named
    assert "ほかと大きく離れた会社" not in plain
    assert "ネットワークの外に渡さないでください" in named
    assert "沖縄県" not in plain
    assert "沖縄県" in named
    rows = [row for one in papers.reports["ja", False].cohort.breakdowns for row in one.rows]
    assert rows
    assert min(row.n for row in rows) >= 6


def test_a_company_far_from_its_peers_stands_in_the_report_with_names(papers: Papers) -> None:
    report = papers.reports["ja", True]
    assert {name for name, _one in report.outliers} == {FAR}
    assert report.outliers[0][1].answers


def test_fewer_than_k_companies_by_name_are_not_counted_in_a_report_without_names() -> None:
    """They would stand out against the blocks, which are in the report too."""
    within = make_round(make_body())
    make_firms(within, [*unnamed(12), Firm(NAMED[0], 90, whats=(What.SCORES,))])
    count_companies(within.pk, at_once=True)
    with body_scope(within.body_id):
        found = [cohort_report(within, figures_of(within), "ja", named=named) for named in (False, True)]
    assert [report.cohort.n for report in found] == [12, 13]


def test_a_round_without_figures_prints_too(papers: Papers, folder: Path) -> None:
    result = render(cohort_paper.cohort_report_html(papers.empty))
    said = flat(poppler("pdftotext", result.pdf, folder))
    assert result.warnings == ()
    assert "まだ数字を出せません" in said
    assert flat("三つの点数の散らばり") not in said


def test_signs_without_a_glyph_and_markup_in_a_name_do_no_harm(papers: Papers) -> None:
    name = "<b>髙﨑</b>😀網"
    html = cohort_paper.cohort_report_html(replace(papers.empty, network=name))
    assert "&lt;b&gt;髙﨑&lt;/b&gt;〓網" in html
    assert "<b>" not in html
    assert render(html).warnings == ()


# --- the handout ------------------------------------------------------------------------------------------------------


def with_names(workshop: WorkshopContext) -> WorkshopContext:
    tables = tuple(HandoutTable(number, tuple(NAMED[:5])) for number in range(1, 5))
    return replace(workshop, handout=replace(workshop.handout, tables=tables))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_handout_of_three_topics_with_its_tables_takes_at_most_four_pages(papers: Papers, language: str) -> None:
    workshop = with_names(papers.handouts[language])
    html = cohort_paper.handout_html(workshop)
    result = render(html)
    assert result.warnings == ()
    assert 2 <= result.pages <= 4
    said = unescape(html)
    assert len(workshop.handout.topics) == len(TOPICS)
    for topic in workshop.handout.topics:
        clauses = topic.clauses[:4]
        for words in (
            topic.title,
            *(question.why for question in topic.questions),
            *(words for clause in clauses for words in (clause.heading, clause.text, clause.document, clause.place)),
            *(words for action in topic.actions for words in (action.title, action.first_step)),
        ):
            assert words in said
    assert "None" not in said
    assert " / ".join(NAMED[:5]) in said


def test_what_must_not_be_talked_about_stands_on_the_first_page(papers: Papers, folder: Path) -> None:
    result = render(cohort_paper.handout_html(papers.handouts["ja"]))
    first = flat(poppler("pdftotext", result.pdf, folder, "-l", "1"))
    assert "価格、数量、得意先、生産計画の話はしません" in first
    assert "公正取引委員会" in first
    assert flat("2027年2月18日（令和9年2月18日）") in first
    assert "13:00〜16:00" in first
    whole = flat(poppler("pdftotext", result.pdf, folder))
    assert "書き込み" in whole
    assert "同業者と話すときの注意" in whole
    assert "会社の点数や回答は入っていません" in whole


def test_nothing_of_a_company_is_in_a_handout(papers: Papers) -> None:
    html = cohort_paper.handout_html(papers.handouts["ja"])
    for name in (*NAMED, FAR, "無名"):
        assert name not in html
    assert not re.search(r"\d+\.\d点", html)


def test_a_meeting_without_a_day_a_time_and_a_place_prints_too(papers: Papers, folder: Path) -> None:
    workshop = papers.handouts["ja"]
    bare = replace(
        workshop.handout, held_on=None, starts_at=None, ends_at=None, venue="", topics=workshop.handout.topics[:1]
    )
    result = render(cohort_paper.handout_html(replace(workshop, handout=bare)))
    assert "日は未定" in flat(poppler("pdftotext", result.pdf, folder, "-l", "1"))
    assert result.pages <= 4
