"""What page and paper show, decided once: figures, strengths, what to find out, the plan, both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from assessments.answers_file import Company
from assessments.scoring.answers import Answer
from assessments.scoring.engine import score
from assessments.scoring.scorecard import from_json, shown, to_json
from guidance.registry import get_catalog, library
from reports.assembly import STRONG_LEVEL, STRONGEST, WEAKEST, build
from reports.context import ReportContext
from tests.reports.samples import COMPANY, DATED, REF, answers, full_context, quick_context

pytestmark = pytest.mark.pure

CATALOG = get_catalog(REF)
CARD = score(CATALOG, answers(CATALOG), COMPANY.profile)


@pytest.fixture(scope="module")
def report() -> ReportContext:
    return full_context()


# --- figures ---------------------------------------------------------------------------------------------------------


def test_the_figures_of_the_axes_are_those_of_the_scorecard(report: ReportContext) -> None:
    assert len(report.axes) == len(CARD.axes) == 3
    for view, axis in zip(report.axes, CARD.axes, strict=True):
        assert (view.id, view.stage, view.stage_by_points) == (axis.id, axis.stage, axis.stage_by_points)
        assert (view.score, view.low, view.high, view.coverage) == tuple(
            shown(value) for value in (axis.score, axis.low, axis.high, axis.coverage)
        )
        assert view.points == pytest.approx(float(axis.score or 0))
        assert {gate.question.id for gate in view.gates} == {gate.id for gate in axis.held_by}
        assert {gate.question.id for gate in view.binding} == {gate.id for gate in axis.blocking()}


def test_the_figures_of_the_sections_and_the_trace_are_those_of_the_scorecard(report: ReportContext) -> None:
    sections = {section.id: section for axis in CARD.axes for section in axis.sections}
    for axis in report.axes:
        for view in axis.sections:
            own = sections[view.id]
            assert (view.score, view.weight) == (shown(own.score), own.weight)
            asked = [question for question in own.questions if question.state != "hidden"]
            assert view.total == len(asked)
            assert view.answered == sum(question.state != "none" for question in asked)
    scored = {
        question.id: question for axis in CARD.axes for question in axis.questions() if question.state != "hidden"
    }
    assert [line.question.id for line in report.trace] == list(scored)
    for line in report.trace:
        own_line = scored[line.question.id]
        assert (line.state, line.level, line.weight) == (own_line.state, own_line.level, own_line.weight)
        assert (line.contribution, line.possible) == (shown(own_line.contribution), shown(own_line.possible))


def test_a_scorecard_that_was_stored_gives_the_same_report(report: ReportContext) -> None:
    stored = from_json(to_json(CARD))
    again = build(
        CATALOG, stored, answers(CATALOG), COMPANY,
        language="ja", dated=report.dated, started_on=report.started_on, number=1, signer=report.signer,
    )  # fmt: skip
    assert again == report


def test_hidden_questions_stand_nowhere() -> None:
    trader = Company("商事", "", {**COMPANY.profile, "makes_products": False})
    maker_lines = {line.question.id for line in full_context().trace}
    trader_lines = {line.question.id for line in full_context(company=trader).trace}
    assert "A-VIS-04" in maker_lines
    assert "A-VIS-04" not in trader_lines


def test_the_trace_of_the_axes_is_the_whole_trace(report: ReportContext) -> None:
    assert sum((lines for _, lines in report.trace_by_axis), ()) == report.trace


# --- strengths, weakest, find out ------------------------------------------------------------------------------------


def test_strengths_are_the_highest_levels_of_at_least_3(report: ReportContext) -> None:
    assert 0 < len(report.strengths) <= STRONGEST
    assert all(line.level is not None and line.level >= STRONG_LEVEL for line in report.strengths)
    best = sorted((line.level or 0 for line in report.trace), reverse=True)[: len(report.strengths)]
    assert [line.level for line in report.strengths] == best


def test_the_weakest_points_lose_the_most_and_are_never_strengths(report: ReportContext) -> None:
    assert len(report.weakest) == WEAKEST
    assert all(line.level is not None and line.level < STRONG_LEVEL for line in report.weakest)
    losses = [line.loss for line in report.weakest]
    assert losses == sorted(losses, reverse=True)
    chosen = {line.question.id for line in report.weakest}
    weak = [line for line in report.trace if line.level is not None and line.level < STRONG_LEVEL]
    assert losses[-1] >= max(line.loss for line in weak if line.question.id not in chosen)


def test_where_all_is_well_nothing_is_weak_and_nothing_is_to_do() -> None:
    best = full_context(given={name: Answer.at(4) for name in CATALOG.questions})
    assert (best.weakest, best.find_out, best.actions, best.unanswered) == ((), (), (), 0)
    assert len(best.strengths) == STRONGEST
    assert {axis.score for axis in best.axes} == {"100.0"}


def test_where_nothing_is_done_there_is_no_strength() -> None:
    worst = full_context(given={name: Answer.at(0) for name in CATALOG.questions})
    assert worst.strengths == ()
    assert len(worst.weakest) == WEAKEST
    assert {axis.score for axis in worst.axes} == {"0.0"}


def test_what_is_unknown_is_to_be_found_out_and_is_no_weak_point(report: ReportContext) -> None:
    unknown = {line.question.id for line in report.trace if line.state == "unknown"}
    assert unknown
    assert {question.id for question in report.find_out} == unknown
    assert not unknown & {line.question.id for line in report.weakest}


def test_what_is_not_answered_is_counted_and_is_not_to_be_found_out(report: ReportContext) -> None:
    silent = {line.question.id for line in report.trace if line.state == "none"}
    assert silent
    assert report.unanswered == len(silent)
    assert not silent & {question.id for question in report.find_out}


def test_nothing_answered_gives_a_report_without_figures() -> None:
    empty = full_context(given={})
    assert {(axis.score, axis.points) for axis in empty.axes} == {(None, None)}
    assert (empty.strengths, empty.weakest, empty.find_out) == ((), (), ())
    assert empty.unanswered == len(empty.trace)


# --- the plan --------------------------------------------------------------------------------------------------------


def test_the_plan_begins_in_the_month_after_the_submission(report: ReportContext) -> None:
    assert report.dated == DATED
    assert report.quarters[0].start == dt.date(2026, 12, 1)
    assert full_context(dated=dt.date(2026, 12, 31)).quarters[0].start == dt.date(2027, 1, 1)


def test_the_four_quarters_follow_each_other_without_a_gap(report: ReportContext) -> None:
    assert len(report.quarters) == 4
    for earlier, later in zip(report.quarters, report.quarters[1:], strict=False):
        assert later.start == earlier.end + dt.timedelta(days=1)
    assert report.quarters[-1].end == dt.date(2027, 11, 30)


def test_actions_are_numbered_and_are_planned_or_left_for_later(report: ReportContext) -> None:
    assert [action.number for action in report.actions] == list(range(1, len(report.actions) + 1))
    assert {*(a.number for a in report.planned), *(a.number for a in report.later)} == {
        a.number for a in report.actions
    }
    assert all(action.quarter in report.quarters for action in report.planned)
    startable = [action for action in report.actions if not action.requires]
    assert list(report.first_actions) == startable[:3]


def test_an_action_comes_after_what_it_requires(report: ReportContext) -> None:
    for action in report.actions:
        assert all(number < action.number for number in action.requires)


def test_the_sums_of_the_plan_are_those_of_its_actions(report: ReportContext) -> None:
    assert report.cost_low == sum(action.action.cost_jpy.low for action in report.planned)
    assert report.cost_high == sum(action.action.cost_jpy.high for action in report.planned)
    assert report.person_days == sum(action.action.person_days for action in report.planned)
    assert report.cost_low <= report.cost_high


# --- what kind of report ---------------------------------------------------------------------------------------------


def test_a_final_report_differs_from_a_running_one_in_saying_so(report: ReportContext) -> None:
    running = full_context(final=False, number=None, signer="")
    assert (report.final, report.number, report.signer) == (True, 1, "山﨑 由紀")
    assert (running.final, running.number, running.signer) == (False, None, "")
    assert replace(running, final=True, number=1, signer=report.signer) == report


def test_a_quick_report_rests_on_the_quick_questions_alone() -> None:
    quick = quick_context()
    assert quick.quick
    assert {line.question.id for line in quick.trace} <= CATALOG.quick().questions.keys()


def test_the_company_is_named_in_words() -> None:
    company = full_context().company
    assert (company.name, company.industry, company.prefecture) == (COMPANY.name, "製造業", "静岡県")
    assert (company.employees, company.sales_band) == (86, "10億円以上40億円未満")


def test_a_company_without_particulars_leaves_them_empty() -> None:
    company = full_context(company=Company()).company
    assert (company.name, company.industry, company.prefecture, company.employees) == ("", "", "", None)


def test_every_cited_clause_stands_in_the_sources_and_ours_are_marked(report: ReportContext) -> None:
    listed = {name for source in report.sources for name in source.clause_ids}
    cited = {citation.clause.id for line in report.trace for citation in line.citations}
    assert cited <= listed <= library().clauses.keys()
    for line in report.trace:
        assert all(citation.ours == (citation.clause.certainty == "C") for citation in line.citations)


# --- languages -------------------------------------------------------------------------------------------------------


def test_the_english_report_has_the_same_figures_in_english_words(report: ReportContext) -> None:
    english = full_context(language="en")
    assert [axis.score for axis in english.axes] == [axis.score for axis in report.axes]
    assert [axis.title for axis in english.axes] == [axis.title.en for axis in CATALOG.axes]
    assert english.company.industry == "Manufacturing"
    assert [action.action.id for action in english.actions] == [action.action.id for action in report.actions]


def test_a_text_without_english_is_shown_in_japanese() -> None:
    untranslated = tuple(replace(axis, title=replace(axis.title, en=None)) for axis in CATALOG.axes)
    catalog = replace(CATALOG, axes=untranslated)
    card = score(catalog, answers(catalog), COMPANY.profile)
    english = build(catalog, card, answers(catalog), COMPANY, language="en", dated=DATED)
    assert [axis.title for axis in english.axes] == [axis.title.ja for axis in CATALOG.axes]
