"""The frozen figures of a group: nothing with fewer than k unnamed companies, no digit more than is shown."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from uuid import UUID

import pytest
from django.utils import translation

from assessments.scoring.cohort import EVERYBODY, Cohort, Filter, Named
from assessments.scoring.outline import Values
from assessments.scoring.suppression import Member, Rule, form, seal
from assessments.scoring.trend import Change
from cohorts.figures import Figures
from guidance.catalog import AXIS_IDS
from guidance.registry import current_catalog
from organisations.models import Round
from reports.cohort_companies import CompanyRows, alias, block_facts, compare, outlier_rows
from reports.cohort_context import BLANK, CHOICES, CohortContext, cohort_context, signed, worded
from reports.cohort_pictures import GROUP_SECTIONS, GROUPS, chart, notes_of, slugs_of
from tests.reports.crowds import FACTS

RULE = Rule(5)
CATALOG = current_catalog()
QUESTION = next(iter(CATALOG.questions))
SECTION = next(CATALOG.sections())
AXES = {str(axis.id): [question.id for question in axis.questions()] for axis in CATALOG.axes}
SECTIONS = {section.id: {one.id: one.weight for one in section.questions} for section in CATALOG.sections()}
ROUND_DAY = dt.date(2026, 11, 26)
ROUND = Round(name="春の回", catalog_ref=CATALOG.ref, opens_on=dt.date(2026, 4, 1), closes_on=dt.date(2026, 5, 1))


def values(points: Fraction | float, level: int = 2, **answers: int) -> Values:
    exact = Fraction(points)
    known = {name: Fraction(25 * answers.get(name, level)) for name in CATALOG.questions}
    return {**dict.fromkeys(AXIS_IDS, exact), **dict.fromkeys(SECTIONS, exact), **known}


def named(number: int, points: Fraction | float, *, answers: bool = True, level: int = 2, **facts: str) -> Named:
    known = values(points, level)
    if not answers:
        known = {name: found for name, found in known.items() if name in AXIS_IDS}
    return Named(UUID(int=number), {**FACTS, **facts}, known, None if answers else frozenset(AXIS_IDS))


def members(count: int, *, first: int = 100, low: int = 40, level: int = 2, **facts: str) -> list[Member]:
    return [
        Member(UUID(int=first + place), {**FACTS, **facts}, values(low + place, (level + place) % 5))
        for place in range(count)
    ]


def figures(*companies: Member | Named, changes: dict[str, Change] | None = None) -> Figures:
    unnamed = [one for one in companies if isinstance(one, Member)]
    blocks = [
        seal(group, RULE, serial=serial, groups=AXES) for serial, group in enumerate(form(unnamed, RULE), start=1)
    ]
    by_name = tuple(one for one in companies if isinstance(one, Named))
    cohort = Cohort(tuple(blocks), by_name, RULE, SECTIONS)
    previous = Round(name="前の回") if changes else None
    return Figures(key=(), cohort=cohort, previous=previous, changes=changes or {}, waiting=3, ended=0)


def shown(found: Figures, chosen: Filter = EVERYBODY, language: str = "ja") -> CohortContext:
    return cohort_context(ROUND, found, chosen, language)


def only(**chosen: str) -> Filter:
    return {name: frozenset({value}) for name, value in chosen.items()}


pytestmark = pytest.mark.pure


@pytest.fixture(autouse=True)
def _japanese() -> None:
    translation.activate("ja")


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_no_number_leaves_with_more_digits_than_are_shown() -> None:
    context = shown(figures(named(1, Fraction(1373, 27)), *members(12)))
    cells = [axis.mean for axis in context.axes] + list(context.section_means)
    cells += [one for part in context.breakdowns for row in part.rows for one in (*row.axes, *row.sections)]
    assert cells
    for cell in cells:
        assert cell.points is None or f"{cell.points:.1f}" == cell.text
    for axis in context.axes:
        assert axis.spread
        for text, number in (axis.spread.q1, axis.spread.median, axis.spread.q3):
            assert f"{number:.1f}" == text


@pytest.mark.parametrize(("points", "step"), [(0, 0), (29.9, 0), (30, 1), (50, 3), (79.9, 5), (80, 6), (100, 6)])
def test_the_step_of_a_cell_is_that_of_the_number_beside_it(points: float, step: int) -> None:
    context = shown(figures(named(1, Fraction(points).limit_denominator(10))))
    assert context.axes[0].mean.step == step


def test_differences_carry_their_sign_and_nothing_is_minus_nothing() -> None:
    assert [signed(Fraction(one, 100)) for one in (-123, -4, 0, 4, 123)] == ["-1.2", "0.0", "0.0", "0.0", "+1.2"]
    assert worded(Fraction(-1, 100)) == "0.0"


# --- too few ----------------------------------------------------------------------------------------------------------


def test_a_filter_that_meets_too_few_shows_nothing_at_all() -> None:
    context = shown(figures(*members(11), *members(1, first=300, industry="G")), only(industry="G"))
    assert context.n == 0
    assert slugs_of(context) == ()
    assert all(axis.spread is None and axis.mean.text == BLANK for axis in context.axes)
    assert all(not part.rows for part in context.breakdowns)
    assert context.missed == ()


def test_companies_of_a_mixed_block_stand_outside_every_group() -> None:
    context = shown(figures(*members(11), *members(1, first=300, industry="G"), named(1, 50)))
    industry = context.breakdown("industry")
    assert [(row.value, row.n) for row in industry.rows] == [("E", 1)]
    assert industry.outside == 12
    assert context.n == 13


def test_a_group_of_its_own_block_is_shown_with_an_index() -> None:
    found = figures(*members(12), *members(12, first=300, low=60, industry="G"))
    context = shown(found)
    assert {row.value: row.n for row in context.breakdown("industry").rows} == {"E": 12, "G": 12}
    one, other = context.breakdown("industry").rows
    assert float(one.indexes[0]) < 100 < float(other.indexes[0])
    assert shown(found, only(industry="G")).compared[0].index == other.indexes[0]


def test_without_a_filter_there_is_nothing_to_compare_with() -> None:
    context = shown(figures(*members(12)))
    assert context.compared == ()
    assert "index" not in slugs_of(context)


# --- words ------------------------------------------------------------------------------------------------------------


def test_the_context_speaks_the_language_that_was_asked_for() -> None:
    found = figures(*members(12))
    chosen = only(industry="E", size="51-100")
    assert [(one.name, one.values) for one in shown(found, chosen).chosen] == [
        ("業種", ("製造業",)),
        ("従業員数", ("51〜100人",)),
    ]
    english = shown(found, chosen, "en")
    assert english.chosen[0].values == ("Manufacturing",)
    assert english.sections[0].title == SECTION.title.get("en")


def test_every_chart_says_its_message_and_has_a_table_as_wide_as_its_heads() -> None:
    changes = {"autonomy": Change(9, Fraction(40), Fraction(45))}
    found = figures(*members(12), *members(12, first=300, industry="G"), named(1, 50), changes=changes)
    context = shown(found, only(industry="E"))
    assert set(slugs_of(context)) == {
        *(f"distribution-{axis}" for axis in AXIS_IDS),
        *("groups", "group-sections", "missed", "index", "changes"),
    }
    for slug in slugs_of(context):
        for dimension in CHOICES:
            made = chart(context, slug, dimension)
            assert made
            assert made.message in made.picture
            assert len(made.message) > 15
            assert made.table.rows
            assert {len(row) for row in made.table.rows} == {len(made.table.heads)}


def test_there_is_no_chart_of_what_does_not_exist() -> None:
    context = shown(figures(*members(12)))
    assert chart(context, "nothing") is None
    assert chart(context, GROUPS, "colour") is None
    assert chart(shown(figures()), GROUP_SECTIONS) is None


def test_a_file_says_whose_figures_it_holds_and_what_is_left_out() -> None:
    context = shown(figures(*members(12)), only(industry="E"))
    said = "".join(notes_of(context, "東海ネット", ROUND_DAY))
    for words in ("東海ネット", "春の回", "業種＝製造業", "12社", "5社に満たない", "2026/11/26"):
        assert words in said


# --- questions --------------------------------------------------------------------------------------------------------


def test_the_questions_that_most_miss_come_with_the_actions_that_raise_them() -> None:
    low = Named(UUID(int=1), FACTS, {**values(50), QUESTION: Fraction(0)})
    context = shown(figures(*(Named(UUID(int=n), FACTS, low.values) for n in range(1, 6))))
    first = context.missed[0]
    assert (first.question.id, first.level, first.n) == (QUESTION, "0.0", 5)
    assert [one.id for one in first.actions] == list(CATALOG.questions[QUESTION].actions)
    assert len(context.missed) == 10


# --- companies by name, blocks by alias -------------------------------------------------------------------------------


def rows(found: Figures, axis: str = "autonomy", chosen: Filter = EVERYBODY) -> CompanyRows:
    return CompanyRows(found, CATALOG, chosen, axis, "ja")


def test_companies_come_first_the_weakest_of_them_first_and_then_blocks() -> None:
    found = rows(figures(*members(12), named(1, 70), named(2, 30), named(3, 50, answers=False)))
    assert [one.id and one.id.int for one in found[:]] == [2, 3, 1, None]
    assert [one.n for one in found[:]] == [1, 1, 1, 12]
    assert found[3].alias == "まとまり A"


def test_a_company_that_shares_its_scores_shows_no_section() -> None:
    row = rows(figures(named(3, 50, answers=False)))[0]
    assert [cell.text for cell in row.cells[:3]] == ["50.0"] * 3
    assert {cell.text for cell in row.cells[3:]} == {BLANK}
    assert not row.answers


def test_a_page_of_rows_is_a_slice_of_all() -> None:
    found = rows(figures(*(named(n, n) for n in range(1, 60)), *members(12)))
    assert len(found) == 60
    assert [one.cells[0].text for one in found[50:52]] == ["51.0", "52.0"]


def test_a_block_keeps_its_letter_and_says_what_its_companies_are() -> None:
    block = figures(*members(6), *(members(1, first=300 + n, prefecture=f"0{n}")[0] for n in range(1, 6))).cohort
    assert alias(block.blocks[0]) == "まとまり A"
    assert block_facts(block.blocks[0], "ja") == (
        "製造業 / 51〜100人 / 10億円以上40億円未満 / 北海道、青森県、岩手県など6種類"
    )


def test_letters_go_on_after_the_alphabet() -> None:
    one = figures(*members(6)).cohort.blocks[0]
    names = []
    for serial in (26, 27, 52, 53, 703):
        names.append(alias(type(one)(serial, one.size, one.label, one.totals, one.runs)))
    assert names == [f"まとまり {letters}" for letters in ("Z", "AA", "AZ", "BA", "AAA")]


# --- outliers ---------------------------------------------------------------------------------------------------------


def test_an_outlier_comes_with_the_answers_that_lie_farthest_in_its_direction() -> None:
    crowd = [named(n, 45 + n % 7, level=2) for n in range(1, 20)]
    far = Named(UUID(int=99), FACTS, {**values(98, 2), QUESTION: Fraction(100)})
    found = outlier_rows(figures(*crowd, far), CATALOG, "ja")
    assert {one.id.int for one in found} == {99}
    axis = next(axis.id for axis in CATALOG.axes if QUESTION in {one.id for one in axis.questions()})
    row = next(one for one in found if one.axis.id == axis)
    assert (row.points, row.above, row.n, row.peers) == ("98.0", True, 20, "製造業")
    assert [(gap.question.id, gap.level, gap.mean) for gap in row.answers] == [(QUESTION, "4", "2.1")]


def test_an_outlier_that_does_not_share_its_answers_comes_without_them() -> None:
    crowd = [named(n, 45 + n % 7, answers=False) for n in range(1, 20)]
    found = outlier_rows(figures(*crowd, named(99, 2, answers=False)), CATALOG, "ja")
    assert {(one.id.int, one.above, one.answers, one.shares_answers) for one in found} == {(99, False, (), False)}


# --- side by side -----------------------------------------------------------------------------------------------------


def test_side_by_side_shows_where_answers_differ_among_those_that_share_them() -> None:
    one = Named(UUID(int=1), FACTS, {**values(40), QUESTION: Fraction(0)})
    two = Named(UUID(int=2), FACTS, {**values(60), QUESTION: Fraction(100)})
    silent = named(3, 50, answers=False)
    found = compare(figures(one, two, silent), CATALOG, [one, two, silent], "ja")
    assert [cell.text for cell in found.everybody[:1]] == ["50.0"]
    assert [(row.question.id, row.levels) for row in found.differing] == [(QUESTION, ("0", "4", BLANK))]


def test_one_company_alone_differs_from_nobody() -> None:
    one = named(1, 40)
    assert compare(figures(one), CATALOG, [one], "ja").differing == ()
