"""A report as a company shares it, on paper: what is not shared leaves no heading, no empty table and no dead link."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from organisations.consent import What
from reports import paper
from reports.context import ReportContext
from reports.shared import shown_to
from tests.reports import samples
from tests.reports.batches.test_archive import LONG

SCORES, ANSWERS = frozenset({What.SCORES}), frozenset({What.SCORES, What.ANSWERS})


@pytest.fixture(scope="module")
def report() -> ReportContext:
    found = samples.full_context()
    return replace(found, company=replace(found.company, name=LONG))


@pytest.mark.parametrize("shared", [SCORES, ANSWERS], ids=["scores", "answers"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_entry_of_the_contents_leads_somewhere_and_no_table_is_empty(
    report: ReportContext, shared: frozenset[What], language: str
) -> None:
    html = paper.action_plan_html(shown_to(replace(report, language=language), shared))
    for anchor in re.findall(r'href="#([a-z]+)"', html):
        assert f'id="{anchor}"' in html
    assert not re.search(r"<tbody>\s*</tbody>", html)
    assert 'class="approval"' not in html, "nothing is left to be filled in by hand"


def test_with_its_scores_alone_a_company_has_a_short_paper_that_says_so(report: ReportContext) -> None:
    html = paper.action_plan_html(shown_to(report, SCORES))
    assert all((axis.score or "") in html for axis in report.axes)
    assert "共有することにした範囲（点数）だけ" in html
    for heading in ("これから1年の行動", "付録1", "まず、この三つから", "行動計画書", "できていること"):
        assert heading not in html


def test_with_its_answers_the_plan_is_in_it_and_nothing_of_the_company_but_the_name(report: ReportContext) -> None:
    html = paper.action_plan_html(shown_to(report, ANSWERS))
    assert "これから1年の行動" in html
    assert "付録1" in html
    assert "共有することにした範囲で作られています" in html
    assert "法人番号" not in html
    assert "該当なし：<" not in html, "a reason that is not shared leaves no colon behind"


def test_the_companys_own_paper_is_as_before(report: ReportContext) -> None:
    html = paper.action_plan_html(report)
    assert "この写しは" not in html
    assert 'class="approval"' in html
    assert "付録3" in html


def test_a_name_of_rare_kanji_is_printed_whole(report: ReportContext, tmp_path: Path) -> None:
    file = tmp_path / "x.pdf"
    file.write_bytes(paper.action_plan(shown_to(report, SCORES)))
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert LONG in re.sub(r"\s", "", text)
