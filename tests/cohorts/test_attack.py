"""Somebody keeps everything that a network ever shows, through every filter and at every moment, knows exactly which
companies each figure counts, and tries to work out what a company without a name answered.

Three ways are tried. By sums and differences: no combination of all figures rests on fewer than k companies besides one
that subtracts itself. By elimination: every hidden answer could be another one, with every figure the same. By changing
hidden answers: no page changes, so that pages read nothing but sealed sums. And each known way to do it wrong is
noticed by the same attacker.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.models import Outline, Submission
from assessments.scoring import suppression
from assessments.scoring.answers import Answer
from assessments.scoring.cohort import Cohort, Filter, Group, Mean
from assessments.scoring.outline import values_of
from assessments.scoring.scorecard import shown
from assessments.scoring.suppression import Block as SealedBlock
from assessments.scoring.suppression import Member, Rule, bundles
from assessments.scoring.trend import Pair, pair
from cohorts import figures as figures_module
from cohorts.comparing import comparisons_that_stand
from cohorts.counting import facts_of
from cohorts.figures import Figures
from cohorts.models import Block, BlockMember, ComparisonMember
from cohorts.places import place_in
from guidance.catalog import AXIS_IDS, AxisId
from guidance.registry import current_catalog
from organisations.consent import What
from organisations.models import Body, Organisation, Round
from organisations.scoping import body_scope, scope
from reports import cohort_kept
from reports.cohort_companies import CompanyRows, outlier_rows
from reports.cohort_context import CohortContext, cohort_context
from tests.catalogs import make_catalog
from tests.cohorts.attacker import (
    Atom,
    Row,
    Seen,
    another_world,
    atoms_of,
    explain,
    filters,
    low_row,
    rows_of,
    score_row,
)
from tests.cohorts.networks import SMALL, Network
from tests.cohorts.paper_network import (
    CATALOG,
    KINDS,
    Firm,
    Habit,
    Mistake,
    PaperNetwork,
    firm,
    some_answers,
    some_firm,
)

HABITS: tuple[Habit, ...] = ("mixed", "low", "high", "alike")


# --- on paper: whatever happens ---------------------------------------------------------------------------------------


class Spy:
    """The attacker, before a network on paper."""

    def __init__(self, network: PaperNetwork) -> None:
        self.network = network
        self.rows: list[Row] = []
        """Everything that was ever seen."""

    def look(self, through: Iterable[Filter] | None = None) -> list[Atom]:
        """Reads every figure of this moment, and makes sure to know what each is a sum of."""
        cohort, catalog = self.network.cohort(), self.network.catalog
        atoms = atoms_of(cohort, self.network.members(), catalog)
        for chosen in filters(cohort) if through is None else through:
            explain(cohort.group(chosen), atoms, catalog)
        self.rows += rows_of(atoms, catalog)
        return atoms

    def fewest(self) -> int | None:
        """On how few companies anything rests that follows from all that was ever seen; None: on more than k. Companies
        count that were hidden when they were sealed."""
        by_name = [one.id for sealed in self.network.sealed if sealed.kind == "answers" for one in sealed.members]
        seen = Seen(self._known(by_name))
        return self._fewest(seen, self.rows, self.network.rule.k)

    def fewest_now(self, atoms: Sequence[Atom]) -> int | None:
        """On how few companies of which the network never saw anything by name a figure of this moment rests; None: on
        k or more."""
        firms = self.network.firms.values()
        seen = Seen(self._known(one.id for one in firms if one.ever == "scores"))
        open_ = {one.id for one in firms if one.ever == "answers"}
        rows = [
            {unknown: share for unknown, share in row.items() if unknown[0] not in open_}
            for row in rows_of(atoms, self.network.catalog)
        ]
        return self._fewest(seen, rows, self.network.rule.k - 1)

    @staticmethod
    def _fewest(seen: Seen, rows: Iterable[Row], most: int) -> int | None:
        for row in rows:
            seen.learn(row)
        found = seen.fewest(most)
        return None if found is None else len(found)

    def _known(self, companies: Iterable[UUID]) -> Iterator[Row]:
        """What companies show by name: the score of each axis, and its range."""
        members = {one.id: one for sealed in self.network.sealed for one in sealed.members}
        for company in companies:
            if company in members:
                for axis in self.network.catalog.axes:
                    yield score_row(axis, members[company])
                    yield low_row(axis, members[company], self.network.firms[company].asked)


consents = st.sampled_from(["counted"] * 5 + ["scores"] * 2 + ["answers", "nothing"])
events = st.one_of(
    st.tuples(st.just("join"), st.integers(1, 9), consents),
    st.tuples(st.just("count"), st.just(0), st.just("")),
    st.tuples(st.sampled_from(["agree", "leave", "submit"]), st.integers(0, 40), st.sampled_from(KINDS)),
)


def happen(network: PaperNetwork, event: tuple[str, int, str], dice: random.Random, habit: Habit) -> None:
    what, number, consent = event
    firms: list[Firm] = list(network.firms.values())
    if what == "join":
        for place in range(number):
            network.agree(network.join(some_firm(len(firms) + place, dice, habit)), consent)  # type: ignore[arg-type]
    elif what == "count":
        network.count()
    elif firms:
        one = firms[number % len(firms)]
        if what == "agree":
            network.agree(one, consent if one.here else "nothing")  # type: ignore[arg-type]
        elif what == "leave":
            network.leave(one)
        else:
            network.submit_again(one, some_answers(dice, habit))


@pytest.mark.pure
@settings(deadline=None, max_examples=25)
@given(
    story=st.lists(events, min_size=4, max_size=12),
    habit=st.sampled_from(HABITS),
    seed=st.integers(0, 10**6),
    chosen=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "industry": st.sampled_from([frozenset("E"), frozenset("I"), frozenset("EI")]),
                "prefecture": st.sampled_from([frozenset({"22"}), frozenset({"23"})]),
                "sales_band": st.sampled_from([frozenset({"1b-4b"}), frozenset({"4b-10b"})]),
            },
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_whatever_happens_no_difference_of_figures_rests_on_few_companies(
    story: list[tuple[str, int, str]], habit: Habit, seed: int, chosen: list[Filter]
) -> None:
    dice, network = random.Random(seed), PaperNetwork()
    spy = Spy(network)
    for event in [("join", 9, "counted"), *story, ("count", 0, "")]:
        happen(network, event, dice, habit)
        atoms = spy.look([{}, *chosen])
        assert spy.fewest_now(atoms) is None
    assert spy.fewest() is None


@pytest.mark.pure
def test_through_every_combination_of_values_the_figures_are_sums_of_the_same_few() -> None:
    dice, network = random.Random(5), PaperNetwork()
    for number in range(26):
        consent = "scores" if number % 6 == 5 else "answers" if number == 3 else "counted"
        network.agree(network.join(some_firm(number, dice)), consent)  # type: ignore[arg-type]
    spy = Spy(network)
    network.count()
    asked = list(filters(network.cohort()))
    assert len(asked) == 27, "of three dimensions each one value, the other, or both"
    spy.look()
    network.leave(network.firms[network.sealed[0].members[0].id])
    spy.look()
    assert spy.rows
    assert spy.fewest() is None


@pytest.mark.pure
@pytest.mark.parametrize("axis", AXIS_IDS)
@pytest.mark.parametrize("habit", HABITS)
def test_every_hidden_answer_could_be_another_one_also_for_a_company_that_knows_its_own(
    habit: Habit, axis: AxisId
) -> None:
    """Over the whole questionnaire: for answers drawn by chance there is another world in which everything that is
    shown is the same, one company (the attacker's) has answered the same, and that answer is another one."""
    catalog, dice = make_catalog(next(one for one in current_catalog().axes if one.id == axis)), random.Random(3)
    network = PaperNetwork(Rule(5), catalog)
    for number in range(14):
        network.agree(network.join(some_firm(number, dice, habit, catalog)), "counted")
    network.count()
    people = [one for sealed in network.sealed for one in sealed.members]
    unknown = [(one, name) for one in people for name in catalog.questions if name in one.values]
    scores = set()
    for one, name in dice.sample(unknown, 16):
        knows = dice.choice([other.id for other in people if other.id != one.id])
        found = another_world(network, (one.id, name), keep=knows, dice=dice)
        assert found is not None, f"{name} of {one.id} is {one.values[name]}, and nothing else"
        assert found[one.id].values[name] != one.values[name]
        scores.add(found[one.id].values[axis] - one.values[axis])
    assert scores - {0}, "and neither is a score"


@pytest.mark.pure
@pytest.mark.parametrize("exact", [False, True])
def test_where_a_sum_at_the_end_is_shown_as_it_is_there_is_no_other_world(
    exact: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has anything at A-SCN-05: shown as it is, the sum says so of each of them."""
    if exact:
        monkeypatch.setattr(suppression, "inward", lambda total, *_ends: total)
    catalog, question, dice = make_catalog(current_catalog().axes[0]), "A-SCN-05", random.Random(2)
    network = PaperNetwork(Rule(5), catalog)
    for number in range(9):
        answers = {name: Answer.at(0 if name == question else dice.randint(0, 4)) for name in catalog.questions}
        network.agree(network.join(firm(number, answers, catalog)), "counted")
    network.count()
    assert question in network.sealed[0].block.totals
    one, knows = network.sealed[0].members[0], network.sealed[0].members[8]
    found = another_world(network, (one.id, question), keep=knows.id, dice=dice)
    assert (found is None) == exact


# --- on paper: what would be wrong ------------------------------------------------------------------------------------


def network_of(count: int, *mistakes: Mistake) -> PaperNetwork:
    dice, network = random.Random(8), PaperNetwork(mistakes=mistakes)
    for number in range(count):
        network.agree(network.join(some_firm(number, dice)), "counted")
    return network


@pytest.mark.pure
def test_blocks_of_two_are_noticed() -> None:
    network = network_of(12, "small blocks")
    network.count()
    spy = Spy(network)
    spy.look([{}])
    assert spy.fewest() == 2
    right = network_of(12)
    right.count()
    spy = Spy(right)
    spy.look([{}])
    assert spy.fewest() is None


@pytest.mark.pure
@pytest.mark.parametrize(("mistakes", "expected"), [((), None), (("those who wait count too",), 1)])
def test_one_that_joins_is_noticed_where_it_counts_at_once(mistakes: tuple[Mistake, ...], expected: int | None) -> None:
    network = network_of(7, *mistakes)
    spy = Spy(network)
    spy.look([{}])
    network.agree(network.join(some_firm(50, random.Random(9))), "counted")
    spy.look([{}])
    assert spy.fewest() == expected


@pytest.mark.pure
@pytest.mark.parametrize(("mistakes", "expected"), [((), None), (("the rest is counted anew",), 1)])
@pytest.mark.parametrize("goes", ["leaves", "revokes"])
def test_one_that_goes_is_noticed_where_the_rest_of_its_block_is_counted_anew(
    goes: str, mistakes: tuple[Mistake, ...], expected: int | None
) -> None:
    network = network_of(7, *mistakes)
    network.count()
    spy = Spy(network)
    spy.look([{}])
    one = network.firms[network.sealed[0].members[0].id]
    if goes == "leaves":
        network.leave(one)
    else:
        network.agree(one, "nothing")
    network.count()
    spy.look([{}])
    assert spy.fewest() == expected


@pytest.mark.pure
@pytest.mark.parametrize(("mistakes", "expected"), [((), None), (("nothing is left out",), 1)])
def test_one_that_did_not_know_is_noticed_where_all_questions_of_an_axis_are_summed(
    mistakes: tuple[Mistake, ...], expected: int | None
) -> None:
    """The scores of the runs minus the totals of the questions leave the one company that lacks an answer."""
    network = network_of(0, *mistakes)
    dice = random.Random(1)
    for number in range(7):
        answers = {name: Answer.at(dice.randint(0, 4)) for name in CATALOG.questions}
        if number == 0:
            answers["A1"] = Answer.unknown()
        network.agree(network.join(firm(number, answers)), "counted")
    network.count()
    spy = Spy(network)
    spy.look([{}])
    assert spy.fewest() == expected


@pytest.mark.pure
def test_a_figure_that_counts_somebody_else_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    network = network_of(8)
    network.count()
    spy = Spy(network)
    spy.look([{}])
    honest = Group.mean

    def with_one_more(self: Group, measure: str) -> Mean | None:
        mean = honest(self, measure)
        return mean and Mean(mean.n + 1, mean.points)

    monkeypatch.setattr(Group, "mean", with_one_more)
    with pytest.raises(AssertionError):
        spy.look([{}])


# --- in the database --------------------------------------------------------------------------------------------------


class Coordinator:
    """The attacker, before a network in the database, over several rounds. What a company submitted in one round and in
    another are different unknowns of the same company."""

    def __init__(self, network: Network) -> None:
        self.network, self.catalog = network, network.catalog
        self.rows: list[Row] = []
        self.known: list[Row] = []
        self.members: dict[UUID, dict[int, list[Member]]] = defaultdict(dict)
        """By round and block. Kept from the first look: a company that is deleted is not forgotten."""
        self.compared: set[UUID] = set()

    def look(self, *rounds: Round, through: Iterable[Filter] | None = None) -> None:
        """Reads every figure of the rounds at this moment, and makes sure to know what each is a sum of."""
        for within in rounds:
            figures = self.network.figures(within)
            self._remember(within)
            atoms = atoms_of(figures.cohort, self.members[within.pk], self.catalog)
            for chosen in filters(figures.cohort) if through is None else through:
                explain(figures.cohort.group(chosen), atoms, self.catalog)
            self.rows += [_of(within, row) for row in rows_of(atoms, self.catalog)]
            self._look_at_changes(within, figures)

    def fewest(self) -> int | None:
        """On how few companies anything rests that follows from all that was ever seen; None: on more than k."""
        seen = Seen(self.known)
        for row in self.rows:
            seen.learn(row)
        found = seen.fewest(SMALL["COHORT_K"])
        return None if found is None else len(found)

    def _remember(self, within: Round) -> None:
        for block in Block.objects.filter(round=within).exclude(serial__in=self.members[within.pk]):
            rows = BlockMember.unscoped.filter(block=block).select_related("submission__outline")
            found = [(_member(row.submission.outline), row.submission.outline) for row in rows]
            self.members[within.pk][block.serial] = [one for one, _outline in found]
            if block.kind == Block.Kind.ANSWERS:
                for one, outline in found:
                    for axis in self.catalog.axes:
                        signs = zip(axis.questions(), outline.scores["levels"][axis.id], strict=True)
                        asked = [question.id for question, sign in signs if sign not in "hn"]
                        self.known += [_of(within, score_row(axis, one)), _of(within, low_row(axis, one, asked))]

    def _look_at_changes(self, within: Round, figures: Figures) -> None:
        """The change of an axis is that of the groups that stand, and of companies by name in both rounds."""
        with body_scope(within.body_id):
            standing = comparisons_that_stand(within)
        sums: dict[str, list[Pair]] = defaultdict(list)
        for row in standing:
            people = {one.id: one for found in self.members[within.pk].values() for one in found}
            before = {one.id: one for found in self.members[row.previous_id].values() for one in found}
            companies = ComparisonMember.unscoped.filter(comparison=row).values_list("organisation_id", flat=True)
            for axis in self.catalog.axes:
                group = [one for one in companies if axis.id in people[one].values and axis.id in before[one].values]
                if axis.id not in row.totals:
                    continue
                sums[axis.id].append(pair((before[one].values[axis.id], people[one].values[axis.id]) for one in group))
                if row.pk not in self.compared:
                    for of, members in ((row.previous, before), (within, people)):
                        shares = (entry for one in group for entry in score_row(axis, members[one]).items())
                        self.rows.append(_of(of, dict(shares)))
            self.compared.add(row.pk)
        for axis_id in AXIS_IDS:
            shown = figures.changes.get(axis_id)
            named = (shown.n if shown else 0) - sum(one.n for one in sums[axis_id])
            assert named >= 0
            if shown and not named:
                assert shown.before == sum(one.before for one in sums[axis_id]) / shown.n
                assert shown.now == sum(one.now for one in sums[axis_id]) / shown.n


def _member(outline: Outline) -> Member:
    values = values_of(outline.scores, current_catalog().axes)
    return Member(outline.organisation_id, dict(facts_of(outline)), values)


def _of(within: Round, row: Row) -> Row:
    return {(company, f"{within.pk} {question}"): share for (company, question), share in row.items()}


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def rounds_of(net: Network, count: int) -> list[Round]:
    """The last one is under way, the others a hundred days apart before it."""
    today = timezone.localdate()
    return [
        net.round(
            opens_on=today - dt.timedelta(days=100 * back + 50), closes_on=today - dt.timedelta(days=100 * back - 20)
        )
        for back in reversed(range(count))
    ]


PLACES = ({}, {"industry": "I"}, {"prefecture": "23"}, {"sales_band": "4b-10b"})
SOME: tuple[Filter, ...] = ({}, {"industry": frozenset("E")}, {"prefecture": frozenset({"22"})})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_over_three_rounds_nothing_that_was_ever_seen_rests_on_few_companies(
    network: Body, small: None, seed: int
) -> None:
    net = Network(network, seed)
    dice, spy = net.dice, Coordinator(net)
    first, second, third = rounds_of(net, 3)
    hidden = [net.company(What.STATISTICS, at=ago(240), **dice.choice(PLACES)) for _one in range(18)]
    scores = [net.company(What.SCORES, at=ago(240)) for _one in range(6)]
    opened = [net.company(What.ANSWERS, at=ago(240)) for _one in range(2)]
    net.count(first)
    spy.look(first)

    # Two come late: they wait. With two more they are counted.
    hidden += [net.company(What.STATISTICS, at=ago(239)) for _one in range(2)]
    net.count(first)
    spy.look(first, through=SOME)
    hidden += [net.company(What.STATISTICS, at=ago(239)) for _one in range(2)]
    net.count(first)
    spy.look(first, through=SOME)

    # The next round: all but two come back, and three are new.
    back = dice.sample(hidden, len(hidden) - 2)
    for one in [*back, *scores[1:], *opened]:
        net.submit(one, at=ago(140))
    hidden += [net.company(What.STATISTICS, at=ago(140), **dice.choice(PLACES)) for _one in range(3)]
    net.count(second)
    spy.look(first, second, through=SOME)

    # One revokes and one lets its consent lapse, both seen before and after the worker comes by.
    net.revoke(back[0], What.STATISTICS)
    spy.look(first, second, through=SOME)
    net.lapse(back[1])
    spy.look(first, second, through=SOME)
    net.count(first)
    net.count(second)
    spy.look(first, second, through=SOME)

    # The third round, in which one is named from the beginning, and one names itself after it was counted.
    net.share(back[2], What.SCORES)
    for one in back[2:]:
        net.submit(one)
    net.count(third)
    spy.look(first, second, third, through=SOME)
    net.share(back[3], What.SCORES)
    spy.look(first, second, third, through=SOME)
    net.share(back[3], What.STATISTICS)
    spy.look(first, second, third, through=SOME)

    # One leaves the network, one is deleted, one submits again, and one shows its answers.
    net.leave(back[4])
    spy.look(first, second, third, through=SOME)
    back[5].delete()
    spy.look(first, second, third, through=SOME)
    net.submit(back[6])
    net.share(scores[2], What.ANSWERS)
    for within in (first, second, third):
        net.count(within, at_once=True)
    spy.look(first, second, third)
    assert spy.compared, "some companies were compared over two rounds"
    assert spy.fewest() is None


@pytest.mark.django_db
def test_three_rounds_with_one_company_less_each_time_do_not_tell_its_score(net: Network) -> None:
    """Each comparison is right beside the blocks. Against each other they would leave a single company."""
    spy = Coordinator(net)
    rounds = rounds_of(net, 3)
    people = [net.company(What.STATISTICS, at=ago(240)) for _one in range(24)]
    for turn, within in enumerate(rounds):
        if turn:
            for one in people[turn:]:
                net.submit(one, at=ago(240 - 100 * turn))
        net.count(within)
        spy.look(*rounds[: turn + 1], through=[{}])
    assert spy.compared
    assert spy.fewest() is None


# --- in the database: what pages read ---------------------------------------------------------------------------------


def pages_of(net: Network, within: Round, figures: Figures) -> list[object]:
    """What the dashboard, its files and the API show of figures, through every combination of values; the rows of
    companies and blocks with it, and the companies that stand out."""
    found: list[object] = [outlier_rows(figures, net.catalog, "ja")]
    for chosen in filters(figures.cohort):
        context = cohort_context(within, figures, chosen, "ja")
        assert_shown(context, figures.cohort.group(chosen))
        found += [context, list(CompanyRows(figures, net.catalog, chosen, AXIS_IDS[0], "ja"))]
    return found


def assert_shown(context: CohortContext, group: Group) -> None:
    """The page's cells are the group's means and quartiles, with one decimal, and nothing else."""
    cells = zip(context.measures, [*(axis.mean for axis in context.axes), *context.section_means], strict=True)
    for measure, cell in cells:
        mean = group.mean(measure.id)
        assert (cell.n, cell.text) == ((mean.n, shown(mean.points)) if mean else (0, "—"))
    for axis in context.axes:
        spread = group.distribution(axis.measure.id)
        assert (axis.spread is None) == (spread is None)
        if axis.spread and spread:
            quartiles = (axis.spread.q1[0], axis.spread.median[0], axis.spread.q3[0])
            assert quartiles == (shown(spread.q1), shown(spread.median), shown(spread.q3))
    for missed in context.missed:
        mean = group.mean(missed.question.id)
        assert mean is not None
        assert (missed.n, missed.level) == (mean.n, shown(mean.points / 25))


def forget() -> None:
    """What this process has worked out before."""
    figures_module._kept.clear()
    cohort_kept._kept.clear()


@pytest.fixture
def crowd(net: Network) -> Round:
    """A round of 22 hidden companies (of which one block has ended, and three still wait), five that show their scores
    and two that show their answers."""
    within = net.round()
    hidden = [net.company(What.STATISTICS, **net.dice.choice(PLACES)) for _one in range(19)]
    net.companies(5, What.SCORES)
    net.companies(2, What.ANSWERS)
    net.count(within)
    net.revoke(hidden[0], What.STATISTICS)
    net.companies(3, What.STATISTICS)
    net.count(within)
    return within


@pytest.mark.django_db
def test_whatever_hidden_companies_answered_once_they_are_sealed_the_pages_are_the_same(
    net: Network, crowd: Round
) -> None:
    """All hidden answers are exchanged, of companies in blocks and of those that wait: no page reads them."""
    before = pages_of(net, crowd, net.figures(crowd))
    assert len(before) == 1 + 2 * 27, "of three dimensions each one value, the other, or both"
    named = Organisation.objects.filter(pk__in=[one.id for one in net.figures(crowd).cohort.named])
    for outline in Outline.unscoped.exclude(organisation__in=named):
        outline.scores = Outline.of(net.submit(net.company(), 4)).scores
        outline.save(update_fields=["scores"])
        Submission.unscoped.filter(pk=outline.pk).update(scorecard={}, answers={})
    forget()
    assert pages_of(net, crowd, net.figures(crowd)) == before


def kept_back(figures: Figures) -> Figures:
    """The same figures with everything replaced that blocks hold and do not show: totals of questions that wait for
    other blocks, blocks that ended, and what a total was before it was moved inwards."""
    cohort = figures.cohort
    waiting = {
        (block.serial, question)
        for question in cohort.blocks[0].totals.keys() | cohort.blocks[-1].totals.keys()
        for block in cohort.blocks
        if question in block.totals
        and not any(block in bundle.blocks and bundle.live for bundle in bundles(cohort.blocks, question, cohort.rule))
    }
    assert waiting
    blocks = tuple(
        replace(
            block,
            totals={
                name: replace(total, points=Fraction(7 * total.n)) if (block.serial, name) in waiting else total
                for name, total in block.totals.items()
            },
            runs=block.runs if block.live else dict.fromkeys(block.runs, ()),
        )
        for block in cohort.blocks
    )
    return replace(figures, cohort=replace(cohort, blocks=blocks))


@pytest.mark.django_db
def test_what_a_block_keeps_back_is_on_no_page(net: Network, crowd: Round) -> None:
    figures = net.figures(crowd)
    assert any(not block.live for block in figures.cohort.blocks)
    assert pages_of(net, crowd, kept_back(figures)) == pages_of(net, crowd, figures)


@pytest.mark.django_db
def test_a_page_that_reads_a_block_past_the_rule_is_noticed(
    net: Network, crowd: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def straight(self: Cohort, block: SealedBlock, measure: str) -> Mean | None:
        questions = self.sections.get(measure, {measure: 1})
        totals = [block.totals[name] for name in questions if name in block.totals]
        n = sum(one.n for one in totals)
        return Mean(n, sum((one.points for one in totals), Fraction(0)) / n) if n else None

    monkeypatch.setattr(Cohort, "mean_of", straight)
    figures = net.figures(crowd)
    assert pages_of(net, crowd, kept_back(figures)) != pages_of(net, crowd, figures)


@pytest.mark.django_db
def test_a_company_that_sees_its_place_sees_the_same_whatever_others_answered(net: Network, crowd: Round) -> None:
    figures = net.figures(crowd)
    sealed = BlockMember.unscoped.filter(round=crowd, block__kind=Block.Kind.ALL, block__ended_at__isnull=True)
    own = sealed[0].organisation_id
    with scope(own):
        before = place_in(crowd)
    assert before.peers is not None
    Outline.unscoped.exclude(organisation=own).update(scores={"axes": {}, "sections": {}, "levels": {}})
    assert figures.cohort.blocks
    with scope(own):
        assert place_in(crowd) == before
