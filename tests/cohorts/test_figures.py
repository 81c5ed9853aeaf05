"""The figures of a round at a moment: worked out once for each state, and never those of an earlier one."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from assessments.models import Assessment, Outline, Submission
from cohorts import figures as figures_module
from cohorts.counting import count_companies
from cohorts.figures import KEPT, Figures, Key, figures_of
from guidance.catalog import AXIS_IDS
from organisations.consent import What
from organisations.models import Affiliation, Grant, Organisation, Round
from organisations.scoping import UnscopedQuery, as_body, body_scope, scope
from tests.builders import make_body
from tests.cohorts.networks import Network

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    figures_module._kept.clear()


@pytest.fixture
def within(net: Network) -> Round:
    return net.round()


def test_the_same_state_is_worked_out_once(
    net: Network, within: Round, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    net.companies(4, What.STATISTICS)
    net.count(within)
    found = net.figures(within)
    with django_assert_num_queries(5):
        assert net.figures(within) is found


def test_a_count_that_changes_nothing_changes_no_figures(net: Network, within: Round) -> None:
    net.companies(4, What.STATISTICS)
    net.count(within)
    found = net.figures(within)
    net.count(within)
    assert net.figures(within) is found


Event = Callable[[Network, Round, list[Organisation]], object]

EVENTS: dict[str, Event] = {
    "a grant": lambda net, _within, people: net.share(people[0], What.SCORES, What.STATISTICS),
    "a revoke": lambda net, _within, people: net.revoke(people[0], What.STATISTICS),
    "a consent that lapsed": lambda net, _within, people: net.lapse(people[0]),
    "a company that left": lambda net, _within, people: net.leave(people[0]),
    "a company that is deleted": lambda net, _within, people: people[0].delete(),
    "a submission": lambda net, _within, people: net.submit(people[0]),
    "a company that joins and submitted": lambda net, _within, _people: net.company(),
    "a block that is sealed": lambda net, within, _people: count_companies(within.pk, at_once=True),
    "a stricter rule": lambda _net, _within, _people: None,
}


@pytest.mark.parametrize("event", EVENTS)
def test_another_state_has_other_figures(net: Network, within: Round, event: str, settings: Settings) -> None:
    people = net.companies(4, What.STATISTICS)
    net.count(within)
    if event == "a block that is sealed":
        settings.COHORT_WAIT_FOR = 9
        net.companies(4, What.STATISTICS)
    before = net.figures(within)
    EVENTS[event](net, within, people)
    if event == "a stricter rule":
        settings.COHORT_K = 4
    after = net.figures(within)
    assert after.key != before.key
    assert after is not before
    assert net.figures(within) is after


def test_a_consent_ends_with_its_last_day_though_no_row_changes(
    net: Network, within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    people = net.companies(4, What.STATISTICS)
    net.share(people[0], What.STATISTICS, until=today)
    net.count(within)
    assert [block.live for block in net.figures(within).cohort.blocks] == [True]
    monkeypatch.setattr(timezone, "localdate", lambda *_given: today + dt.timedelta(days=1))
    assert [block.live for block in net.figures(within).cohort.blocks] == [False]


def test_nothing_is_left_of_a_company_that_revokes(net: Network, within: Round) -> None:
    people = net.companies(4, What.STATISTICS, answers=2)
    open_ = net.company(What.ANSWERS, answers=4)
    net.count(within)
    before = net.figures(within)
    assert (before.cohort.group().n, len(before.cohort.named)) == (5, 1)
    net.revoke(people[0], What.STATISTICS)
    assert net.figures(within).cohort.group().n == 1
    net.revoke(open_, What.SCORES)
    after = net.figures(within)
    assert (after.cohort.group().n, after.cohort.named, after.uses, after.ended) == (0, (), [], 4)
    assert after.cohort.group().mean("A.sourcing") is None


def test_a_process_keeps_few_rounds(net: Network) -> None:
    rounds = [net.round() for _one in range(KEPT + 2)]
    found = [net.figures(one) for one in rounds]
    assert len(figures_module._kept) == KEPT
    assert net.figures(rounds[-1]) is found[-1]
    assert net.figures(rounds[0]) is not found[0]
    net.company(What.ANSWERS)
    assert net.figures(rounds[-1]).cohort.named
    assert len(figures_module._kept) <= KEPT, "the state before is not kept beside the one after"


# --- what they hold ---------------------------------------------------------------------------------------------------


def test_of_a_company_by_name_there_is_what_it_shares(net: Network, within: Round) -> None:
    scores, answers = net.company(What.SCORES, answers=1), net.company(What.ANSWERS, answers=3)
    net.companies(2, What.STATISTICS)
    net.companies(2)
    by_id = {one.id: one for one in net.figures(within).cohort.named}
    assert set(by_id) == {scores.pk, answers.pk}
    assert by_id[scores.pk].values == dict.fromkeys(AXIS_IDS, Fraction(25))
    assert by_id[scores.pk].counts == frozenset(AXIS_IDS)
    assert {"A.sourcing", "A-SRC-01", "autonomy"} <= by_id[answers.pk].values.keys()
    assert by_id[answers.pk].counts is None
    assert by_id[answers.pk].facts == {"industry": "E", "prefecture": "22", "sales_band": "1b-4b", "size": "51-100"}


def test_of_several_submissions_of_a_company_by_name_the_latest_of_the_round_counts(
    net: Network, within: Round
) -> None:
    one = net.company(What.ANSWERS, answers=1)
    net.submit(one, 4, timezone.now() + dt.timedelta(minutes=1))
    net.submit(one, 0, timezone.now() - dt.timedelta(days=11))  # before the round began
    assert net.figures(within).cohort.named[0].values["governance"] == 100


def test_those_that_wait_and_those_whose_block_ended_are_told_as_numbers(net: Network, within: Round) -> None:
    people = net.companies(5, What.STATISTICS)
    net.count(within)
    net.companies(2, What.STATISTICS)
    net.companies(1, What.SCORES)
    net.companies(1, What.ANSWERS)
    assert (net.figures(within).waiting, net.figures(within).ended) == (3, 0)
    net.revoke(people[0], What.STATISTICS)
    assert (net.figures(within).waiting, net.figures(within).ended) == (3, 5)


def test_figures_are_those_of_the_network_on_a_company_s_own_page_too(net: Network, within: Round) -> None:
    people = net.companies(4, What.STATISTICS)
    net.count(within)
    found = net.figures(within)
    with scope(people[0].pk), as_body(net.body.pk):
        assert figures_of(within) is found
    assert found.beside(None).n == 4


def test_figures_are_read_in_the_scope_of_their_network_alone(net: Network, within: Round) -> None:
    """Inside a company's scope too they would be figures of this company, and be kept as those of all."""
    (company, *_others) = net.companies(4, What.STATISTICS)
    with pytest.raises(UnscopedQuery):
        figures_of(within)
    with scope(company.pk), body_scope(net.body.pk), pytest.raises(UnscopedQuery, match="alone"):
        figures_of(within)
    with body_scope(make_body().pk), pytest.raises(UnscopedQuery, match="another network"):
        figures_of(within)


def test_what_other_members_see_leaves_out_who_is_seen_by_name(net: Network, within: Round) -> None:
    net.companies(4, What.STATISTICS, answers=1)
    net.company(What.ANSWERS, answers=4)
    net.count(within)
    figures = net.figures(within)
    assert figures.cohort.group().n == 5
    assert (figures.beside(None).n, figures.beside("E").n, figures.beside("I").n) == (4, 4, 0)


# --- many companies ---------------------------------------------------------------------------------------------------


def crowd(net: Network, count: int) -> None:
    """Companies that submitted the same and let themselves be counted, made at once."""
    like = Outline.unscoped.get(organisation=net.company())
    made = Organisation.objects.bulk_create(
        Organisation(name=f"会社{number}", industry="EI"[number % 2], prefecture=f"{20 + number % 5}", employees=60)
        for number in range(count)
    )
    today, now = timezone.localdate(), timezone.now()
    Affiliation.unscoped.bulk_create(Affiliation(organisation=one, body=net.body) for one in made)
    Grant.unscoped.bulk_create(
        Grant(organisation=one, body=net.body, what=What.STATISTICS, purpose="x", until=today) for one in made
    )
    assessments = Assessment.unscoped.bulk_create(
        Assessment(organisation=one, catalog_ref=net.catalog.ref, status="submitted") for one in made
    )
    given = {"number": 1, "catalog_ref": net.catalog.ref, "engine": "1", "company": {}, "answers": {}, "scorecard": {}}
    submissions = Submission.unscoped.bulk_create(
        Submission(organisation=one, assessment=of, started_at=now, submitted_at=now, **given)
        for one, of in zip(made, assessments, strict=True)
    )
    Outline.unscoped.bulk_create(
        Outline(
            submission=submission,
            organisation=one,
            industry=one.industry,
            prefecture=one.prefecture,
            sales_band="1b-4b",
            size="51-100",
            scores=like.scores,
        )
        for one, submission in zip(made, submissions, strict=True)
    )


def statements(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as found:
        work()
    return len(found)


def test_hundreds_of_companies_cost_no_more_statements_than_a_dozen(
    net: Network, within: Round, settings: Settings
) -> None:
    settings.COHORT_K = 5

    def cold() -> Figures:
        figures_module._kept.clear()
        return net.figures(within)

    crowd(net, 12)
    few_counted = statements(lambda: net.count(within))
    few = statements(cold)
    crowd(net, 400)
    many_counted = statements(lambda: net.count(within))
    assert net.figures(within).cohort.group().n == 412
    assert statements(cold) == few <= 12
    blocks = len(net.figures(within).cohort.blocks)
    assert blocks > 20
    # Each block is saved with its companies: two statements, and none for a company.
    assert many_counted - few_counted == 2 * (blocks - 2)


def test_threads_that_ask_at_once_have_it_worked_out_once(
    net: Network, within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three people open a page that nobody has seen yet: one thread does the work, and the others wait for it."""
    net.companies(4, What.STATISTICS)
    net.count(within)
    made = net.figures(within)
    figures_module._kept.clear()
    together, asked, calls = threading.Barrier(3), count(), []

    def key_of(_within: Round) -> Key:
        if next(asked) < 3:
            together.wait(20)
        return made.key

    def slowly(*_asked: object) -> Figures:
        calls.append(threading.get_ident())
        time.sleep(0.3)
        return made

    monkeypatch.setattr(figures_module, "key_of", key_of)
    monkeypatch.setattr(figures_module, "_work_out", slowly)
    with ThreadPoolExecutor(3) as pool:
        people = [pool.submit(net.figures, within) for _person in range(3)]
        assert [one.result(20) for one in people] == [made] * 3
    assert len(calls) == 1
