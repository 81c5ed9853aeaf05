"""Who waits, who is counted together, and when a block ends. In a small network: k = 3, so runs of four."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from django.utils import timezone
from pytest_django import Settings

from assessments.scoring.answers import Answer
from assessments.scoring.cohort import Mean
from cohorts import counting
from cohorts.counting import Outcome, count_all
from cohorts.models import Block, BlockMember, Comparison, ComparisonMember
from guidance.catalog import AXIS_IDS
from organisations.consent import What
from organisations.models import Affiliation, Grant, Organisation, Round
from organisations.scoping import scope
from tests.builders import make_affiliation, make_body, make_round
from tests.cohorts.networks import Network

pytestmark = pytest.mark.django_db

SOON = dt.timedelta(minutes=5)


@pytest.fixture
def within(net: Network) -> Round:
    return net.round()


def sealed(within: Round) -> list[set[Organisation]]:
    """Who is together in each block, in the order of sealing."""
    found = []
    for block in Block.objects.filter(round=within):
        found.append({row.organisation for row in BlockMember.unscoped.filter(block=block)})
    return found


def live(net: Network, within: Round) -> list[int]:
    return [block.size for block in net.figures(within).cohort.blocks if block.live]


# --- who waits --------------------------------------------------------------------------------------------------------


def test_companies_wait_until_they_are_so_many(net: Network, within: Round, settings: Settings) -> None:
    settings.COHORT_WAIT_FOR = 6
    net.companies(5, What.STATISTICS)
    assert net.count(within) == Outcome(counted=0, waiting=5, ended=0)
    net.company(What.STATISTICS)
    assert net.count(within) == Outcome(counted=6, waiting=0, ended=0)
    assert list(map(len, sealed(within))) == [6]


def test_when_a_coordinator_asks_fewer_are_counted_but_never_too_few(
    net: Network, within: Round, settings: Settings
) -> None:
    settings.COHORT_WAIT_FOR = 20
    net.companies(3, What.STATISTICS)
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=3, ended=0)
    net.company(What.STATISTICS)
    assert net.count(within) == Outcome(counted=0, waiting=4, ended=0)
    assert net.count(within, at_once=True) == Outcome(counted=4, waiting=0, ended=0)


def test_after_the_last_day_nobody_waits_for_more(net: Network, settings: Settings) -> None:
    settings.COHORT_WAIT_FOR = 20
    today = timezone.localdate()
    over = net.round(opens_on=today - dt.timedelta(days=9), closes_on=today - dt.timedelta(days=1))
    net.companies(4, What.STATISTICS, at=timezone.now() - dt.timedelta(days=2))
    assert net.count(over).counted == 4


def test_who_shares_nothing_or_did_not_submit_in_these_days_does_not_wait(net: Network, within: Round) -> None:
    net.companies(4)
    net.companies(4, What.REGISTERS)
    net.companies(4, What.STATISTICS, at=timezone.now() - dt.timedelta(days=11))
    lapsed = net.companies(2, What.STATISTICS)
    left = net.companies(2, What.STATISTICS)
    for one in lapsed:
        net.lapse(one)
    for one in left:
        net.leave(one)
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=0, ended=0)
    assert net.figures(within).waiting == 0


def test_what_was_shared_with_another_network_counts_there_alone(net: Network, within: Round) -> None:
    other = Network(make_body(), seed=2)
    theirs = other.round()
    people = other.companies(4, What.STATISTICS)
    for one in people:
        make_affiliation(one, net.body)
    assert net.count(within, at_once=True).waiting == 0
    assert other.count(theirs, at_once=True).counted == 4
    for one in people:
        net.share(one, What.STATISTICS)
    assert net.count(within, at_once=True).counted == 4
    assert len(live(net, within)) == len(live(other, theirs)) == 1
    net.revoke(people[0], What.STATISTICS)
    assert (live(net, within), live(other, theirs)) == ([], [4])


def test_a_consent_that_comes_after_its_block_counts_in_the_next_one(net: Network, within: Round) -> None:
    late = net.companies(4)
    net.companies(4, What.STATISTICS)
    net.count(within)
    for one in late:
        net.share(one, What.STATISTICS)
    net.count(within)
    assert sealed(within)[1] == set(late)


# --- by how much may be seen by name ----------------------------------------------------------------------------------


def test_companies_that_show_their_scores_are_together_with_their_answers_alone(net: Network, within: Round) -> None:
    scores = net.companies(5, What.SCORES)
    hidden = net.companies(5, What.STATISTICS)
    net.count(within)
    first, second = Block.objects.filter(round=within)
    assert (first.kind, second.kind) == (Block.Kind.ALL, Block.Kind.ANSWERS)
    assert sealed(within) == [set(hidden), set(scores)]
    assert second.runs == {}
    assert set(first.runs) == set(AXIS_IDS)
    assert not set(AXIS_IDS) & first.totals.keys()
    figures = net.figures(within).cohort
    assert figures.group().n == 10
    # Five by name, and one run of five: everybody once.
    mean = figures.group().mean("autonomy")
    assert mean is not None
    assert mean.n == 10


def test_a_company_that_shows_its_answers_counts_by_itself_at_once(net: Network, within: Round) -> None:
    net.company(What.ANSWERS, answers=3)
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=0, ended=0)
    figures = net.figures(within).cohort
    assert figures.group().mean("A.sourcing") == Mean(1, Fraction(75))
    assert figures.group().mean("autonomy") == Mean(1, Fraction(75))


def test_each_kind_waits_by_itself(net: Network, within: Round) -> None:
    net.companies(3, What.STATISTICS)
    net.companies(3, What.SCORES)
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=6, ended=0)


def test_who_was_seen_by_name_is_never_hidden_among_others(net: Network, within: Round) -> None:
    seen = net.company(What.SCORES)
    net.share(seen, What.STATISTICS)
    lapsed = net.company(What.SCORES)
    net.lapse(lapsed)
    net.share(lapsed, What.STATISTICS)
    others = net.companies(4, What.STATISTICS)
    net.count(within, at_once=True)
    assert sealed(within) == [set(others)]
    figures = net.figures(within)
    assert figures.waiting == 2, "they agreed, and are told apart nowhere"
    assert figures.cohort.named == ()


def test_who_showed_its_answers_once_is_not_hidden_by_its_answers(net: Network, within: Round) -> None:
    seen = net.company(What.ANSWERS)
    net.share(seen, What.SCORES)
    others = net.companies(4, What.SCORES)
    net.count(within, at_once=True)
    assert sealed(within) == [set(others)]


@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize("how", ["revoked", "lapsed"])
def test_a_name_that_ended_before_the_company_submitted_hides_nothing(
    net: Network, within: Round, how: str, days: int
) -> None:
    """Submitted yesterday. A consent whose last day was yesterday let it be seen, one that ended the day before not."""
    at = timezone.now() - dt.timedelta(days=1)
    people = net.companies(4, What.SCORES, at=at)
    ended = timezone.localtime(at) - dt.timedelta(days=days - 1)
    changes = {"until": ended.date()} if how == "lapsed" else {"revoked_at": ended + dt.timedelta(seconds=1)}
    Grant.unscoped.filter(organisation__in=people).update(**changes)
    Grant.unscoped.bulk_create(
        Grant(organisation=one, body=net.body, what=What.STATISTICS, purpose="x", until=timezone.localdate())
        for one in people
    )
    assert net.count(within, at_once=True).counted == (4 if days == 2 else 0)


# --- once a round, once a network -------------------------------------------------------------------------------------


def test_a_company_is_sealed_once_with_what_it_submitted_then(net: Network, within: Round) -> None:
    people = net.companies(4, What.STATISTICS, answers=1)
    net.count(within)
    before = net.figures(within).cohort.group().mean("governance")
    for one in people:
        net.submit(one, 4, timezone.now() + SOON)
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=0, ended=0)
    assert net.figures(within).cohort.group().mean("governance") == before == Mean(4, Fraction(25))


def test_one_submission_is_sealed_in_one_of_two_rounds_that_overlap(net: Network, within: Round) -> None:
    """Else the blocks of one round could be set off against those of the other."""
    people = net.companies(6, What.STATISTICS)
    net.count(within)
    beside = net.round()
    net.companies(3, What.STATISTICS)
    assert net.count(beside, at_once=True) == Outcome(counted=0, waiting=3, ended=0)
    net.submit(people[0], at=timezone.now() + SOON)
    assert net.count(beside, at_once=True).counted == 4


def test_facts_are_those_of_the_submission_and_not_of_today(net: Network, within: Round) -> None:
    people = net.companies(4, What.STATISTICS, industry="I")
    Organisation.objects.filter(pk__in=[one.pk for one in people]).update(industry="A")
    net.count(within)
    assert Block.objects.get().label["industry"] == ["I"]


def test_a_second_count_finds_nothing_to_do(net: Network, within: Round) -> None:
    net.companies(9, What.STATISTICS)
    assert net.count(within).counted == 9
    assert net.count(within) == Outcome(counted=0, waiting=0, ended=0)


# --- how a block ends -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["revokes", "lapses", "leaves", "asks to be deleted and is"])
def test_a_company_that_goes_takes_its_block_along_at_once(net: Network, within: Round, how: str) -> None:
    people = net.companies(6, What.STATISTICS)
    net.count(within)
    other = net.companies(4, What.STATISTICS, industry="I")
    net.count(within)
    assert live(net, within) == [6, 4]
    if how == "revokes":
        net.revoke(people[0], What.STATISTICS)
    elif how == "lapses":
        net.lapse(people[0])
    elif how == "leaves":
        net.leave(people[0])
    else:
        people[0].delete()
    assert live(net, within) == [4], "before the worker came by"
    assert net.figures(within).ended == 6
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=0, ended=1)
    gone, stays = Block.objects.filter(round=within)
    assert gone.ended_at is not None
    assert {points for _n, *sums in gone.totals.values() for points in sums} == {"0"}
    assert {points for runs in gone.runs.values() for _n, points in runs} == {"0"}
    assert {n for n, *_sums in gone.totals.values()} <= {4, 5, 6}, "the counts stay"
    assert stays.ended_at is None
    assert sealed(within)[1] == set(other)


def test_who_stays_behind_is_not_counted_again_in_this_round(net: Network, within: Round) -> None:
    people = net.companies(8, What.STATISTICS)
    net.count(within)
    net.leave(people[0])
    net.count(within, at_once=True)
    make_affiliation(people[0], net.body)
    net.share(people[0], What.STATISTICS)
    for one in people:
        net.submit(one, at=timezone.now() + SOON)
    assert net.count(within, at_once=True) == Outcome(counted=0, waiting=0, ended=0)
    assert live(net, within) == []


def test_another_consent_in_place_of_the_first_ends_nothing(net: Network, within: Round) -> None:
    people = net.companies(4, What.STATISTICS)
    net.count(within)
    net.share(people[0], What.STATISTICS)
    assert net.count(within) == Outcome(counted=0, waiting=0, ended=0)
    assert live(net, within) == [4]


def test_scores_that_are_taken_back_while_statistics_stay_end_nothing(net: Network, within: Round) -> None:
    people = net.companies(5, What.SCORES, What.STATISTICS)
    net.count(within)
    net.revoke(people[0], What.SCORES)
    assert net.count(within) == Outcome(counted=0, waiting=0, ended=0)
    figures = net.figures(within).cohort
    assert people[0].pk not in {one.id for one in figures.named}
    assert [block.size for block in figures.blocks if block.live] == [5]
    mean = figures.group().mean("autonomy")
    assert mean is not None
    assert mean.n == 4, "of its score nothing is shown any more"
    net.revoke(people[1], What.STATISTICS)
    net.revoke(people[1], What.SCORES)
    assert net.count(within).ended == 1


# --- names that come later --------------------------------------------------------------------------------------------


def test_a_company_that_names_itself_later_stays_in_its_block_and_counts_once(net: Network, within: Round) -> None:
    people = net.companies(7, What.STATISTICS)
    net.count(within)
    net.share(people[0], What.SCORES, What.STATISTICS)
    assert net.count(within) == Outcome(counted=0, waiting=0, ended=0)
    figures = net.figures(within).cohort
    assert [(one.id, one.counts) for one in figures.named] == [(people[0].pk, frozenset())]
    assert figures.group().n == 7
    # The one run of seven holds six that are hidden.
    assert [run.n for run in figures.blocks[0].runs["autonomy"]] == [7]
    assert figures.group().mean("autonomy") is not None


def test_what_rests_on_too_few_hidden_companies_is_shown_no_longer(net: Network, within: Round) -> None:
    people = net.companies(6, What.STATISTICS, answers=2)
    net.count(within)
    for one in people[:3]:
        net.share(one, What.SCORES, What.STATISTICS)
    figures = net.figures(within).cohort
    assert figures.blocks[0].seen == 3
    assert figures.group().distribution("autonomy") is not None
    net.share(people[3], What.SCORES, What.STATISTICS)
    assert live(net, within) == [], "two hidden ones are left"
    assert net.count(within).ended == 1
    # They count by themselves now; the two are counted nowhere.
    assert net.figures(within).cohort.group().n == 4


def test_what_was_seen_by_name_once_stays_known(net: Network, within: Round) -> None:
    """A name that is taken back does not hide the company again."""
    people = net.companies(4, What.STATISTICS)
    net.count(within)
    for one in people[:1]:
        net.share(one, What.SCORES, What.STATISTICS)
        net.share(one, What.STATISTICS)
    assert net.figures(within).cohort.blocks[0].seen == 1
    net.share(people[1], What.SCORES, What.STATISTICS)
    net.share(people[1], What.STATISTICS)
    assert live(net, within) == []


def test_answers_that_are_shown_later_are_taken_off_what_is_hidden(net: Network, within: Round) -> None:
    people = net.companies(5, What.SCORES)
    net.count(within)
    assert net.figures(within).cohort.blocks[0].seen == 0
    net.share(people[0], What.ANSWERS)
    figures = net.figures(within).cohort
    assert figures.blocks[0].seen == 1
    assert next(one for one in figures.named if one.id == people[0].pk).counts == frozenset(AXIS_IDS)
    for one in people[1:3]:
        net.share(one, What.ANSWERS)
    assert live(net, within) == []
    assert net.count(within).ended == 1
    assert all(one.counts is None or one.counts == frozenset(AXIS_IDS) for one in net.figures(within).cohort.named)


def test_a_stricter_rule_holds_for_blocks_that_stand(net: Network, within: Round, settings: Settings) -> None:
    net.companies(8, What.STATISTICS, answers=2)
    net.count(within)
    assert net.figures(within).cohort.group().distribution("autonomy") is not None
    settings.COHORT_K = 5
    figures = net.figures(within).cohort
    assert figures.group().distribution("autonomy") is None, "runs of four"
    assert figures.group().mean("A-SCN-01") == Mean(8, Fraction(50))
    settings.COHORT_K = 9
    assert live(net, within) == []


# --- the same companies in the round before ---------------------------------------------------------------------------


@pytest.fixture
def earlier(net: Network) -> Round:
    today = timezone.localdate()
    return net.round(opens_on=today - dt.timedelta(days=100), closes_on=today - dt.timedelta(days=60))


THEN = dt.timedelta(days=80)


def in_both(net: Network, earlier: Round, within: Round, count: int, *, back: int | None = None) -> list[Organisation]:
    """Companies that submitted level 1 in the earlier round, and of which the first so many came back with level 3."""
    people = net.companies(count, What.STATISTICS, answers=1, at=timezone.now() - THEN)
    net.count(earlier)
    for one in people[:back]:
        net.submit(one, 3)
    net.count(within)
    return people


def test_companies_in_blocks_of_both_rounds_are_compared(net: Network, earlier: Round, within: Round) -> None:
    in_both(net, earlier, within, 9)
    figures = net.figures(within)
    assert figures.previous == earlier
    assert {name: (one.n, one.before, one.now) for name, one in figures.changes.items()} == {
        axis: (9, Fraction(25), Fraction(75)) for axis in AXIS_IDS
    }
    assert net.count(within) == Outcome(counted=0, waiting=0, ended=0)
    assert Comparison.objects.count() == 1


def test_where_all_but_one_came_back_half_of_them_are_compared(net: Network, earlier: Round, within: Round) -> None:
    """The sum of eight of nine would be the ninth."""
    in_both(net, earlier, within, 18, back=17)
    (found,) = Comparison.objects.all()
    assert found.size == 9
    assert net.count(within) == Outcome(counted=0, waiting=0, ended=0)
    assert Comparison.objects.count() == 1, "and the other half is never added"


def test_where_too_few_came_back_nothing_is_compared(net: Network, earlier: Round, within: Round) -> None:
    people = net.companies(9, What.STATISTICS, answers=1, at=timezone.now() - THEN)
    net.count(earlier)
    for one in people[:3]:
        net.submit(one, 3)
    net.companies(6, What.STATISTICS)
    net.count(within)
    assert not Comparison.objects.exists()
    assert net.figures(within).changes == {}


@pytest.mark.parametrize("how", ["revokes", "is named", "is deleted"])
def test_a_comparison_ends_with_the_first_of_its_companies(
    net: Network, earlier: Round, within: Round, how: str
) -> None:
    people = in_both(net, earlier, within, 9)
    if how == "revokes":
        net.revoke(people[0], What.STATISTICS)
    elif how == "is named":
        net.share(people[0], What.SCORES, What.STATISTICS)
    else:
        people[0].delete()
    assert net.figures(within).changes == {}, "before the worker came by"
    net.count(within)
    (found,) = Comparison.objects.all()
    assert found.ended_at is not None
    assert found.totals == {axis: [9, "0", "0"] for axis in AXIS_IDS}
    assert net.figures(within).changes == {}


def test_companies_by_name_in_both_rounds_are_compared_by_themselves(
    net: Network, earlier: Round, within: Round
) -> None:
    people = net.companies(3, What.ANSWERS, answers=1, at=timezone.now() - THEN)
    for one in people:
        net.submit(one, 2)
    assert net.figures(within).changes["A.sourcing"].difference == 25
    assert net.figures(within).changes["A.sourcing"].n == 3
    net.share(people[0], What.STATISTICS)
    assert net.figures(within).changes == {}, "two are fewer than k"


def test_a_company_is_compared_once_a_round(net: Network, earlier: Round, within: Round) -> None:
    in_both(net, earlier, within, 9)
    more = net.companies(9, What.STATISTICS, answers=1, at=timezone.now() - THEN, industry="I")
    net.count(earlier)
    for one in more:
        net.submit(one, 3)
    net.count(within)
    rows = ComparisonMember.unscoped.values_list("organisation_id", flat=True)
    assert len(rows) == len(set(rows)) == 18
    assert net.figures(within).changes["autonomy"].n == 18


def test_a_score_that_is_missing_in_one_round_is_left_out_of_its_axis(
    net: Network, earlier: Round, within: Round
) -> None:
    people = net.companies(9, What.STATISTICS, answers=1, at=timezone.now() - THEN)
    net.count(earlier)
    for one in people:
        net.submit(one, {name: Answer.at(3) for name in net.catalog.questions if not name.startswith("G-")})
    net.count(within)
    assert set(net.figures(within).changes) == {"autonomy", "indispensability"}


# --- every round ------------------------------------------------------------------------------------------------------


def test_every_opened_round_is_counted_and_one_that_fails_holds_up_no_other(
    net: Network, within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = make_round(net.body, opened=False)
    other = Network(make_body(), seed=3)
    theirs = other.round(opens_on=timezone.localdate() - dt.timedelta(days=9))
    net.companies(4, What.STATISTICS)
    other.companies(4, What.STATISTICS)
    real = counting.count_companies

    def count(round_id: object, *, at_once: bool = False) -> Outcome:
        if round_id == within.pk:
            raise RuntimeError("the disk is full")
        assert round_id != closed.pk
        return real(round_id, at_once=at_once)  # type: ignore[arg-type]

    monkeypatch.setattr(counting, "count_companies", count)
    assert count_all() == 1
    assert (len(sealed(within)), len(sealed(theirs))) == (0, 1)
    monkeypatch.undo()
    assert count_all() == 2
    assert len(sealed(within)) == 1


def test_a_company_that_left_and_came_back_before_the_worker_did_was_never_gone(net: Network, within: Round) -> None:
    people = net.companies(4, What.STATISTICS)
    net.count(within)
    net.leave(people[0])
    assert live(net, within) == []
    make_affiliation(people[0], net.body)
    net.share(people[0], What.STATISTICS)
    assert live(net, within) == [4]
    with scope(people[0].pk):
        assert Affiliation.objects.present().count() == 1
