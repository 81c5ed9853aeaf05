"""Fictional companies: plausible, the same for the same seed, and frozen as a real submission is."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from io import StringIO
from statistics import mean
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from assessments import services
from assessments.models import Answer, Assessment, Outline, Submission
from assessments.scoring.answers import levels_of
from assessments.submitted_by import within_round
from cohorts import plausible
from cohorts.models import Block, Participant
from cohorts.plausible import EVERYBODY, company, shares, turns
from cohorts.plausible_answers import Mind
from cohorts.seeding import Seeded, seed_into
from guidance.conditions import applicable
from guidance.registry import current_catalog
from organisations.bodies import make_round
from organisations.consent import What
from organisations.corporate_number import normalise
from organisations.models import Affiliation, Body, Grant, Organisation, Round, User
from organisations.scoping import scope
from tests.builders import contents, make_affiliation, make_body, make_organisation, row_counts
from tests.conftest import ClientOf

SEED = 11
SEVERAL = [company(SEED, number) for number in range(300)]


def share(found: list[Any], wanted: object) -> float:
    return 100 * found.count(wanted) / len(found)


# --- who they are: no database ----------------------------------------------------------------------------------------


@pytest.mark.pure
def test_a_company_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert [company(SEED, number) for number in range(300)] == SEVERAL
    assert company(SEED + 1, 7) != SEVERAL[7]


@pytest.mark.pure
def test_thirty_thousand_companies_have_thirty_thousand_names_that_are_clearly_fictional() -> None:
    names = {plausible.name_of(number, "E") for number in range(30_000)}
    assert len(names) == 30_000
    assert all(name.startswith("架空") and name.endswith("（見本）") and len(name) <= 20 for name in names)
    trades = [trade for found in (*plausible.TRADES.values(), plausible.OTHER_TRADES) for trade in found]
    assert len(set(trades)) == len(trades), "companies of two industries could have one name"
    for what in ("name", "corporate_number", "email"):
        assert len({getattr(one, what) for one in SEVERAL}) == len(SEVERAL)


@pytest.mark.pure
def test_a_corporate_number_has_a_right_check_digit_and_cannot_be_a_real_one() -> None:
    for one in SEVERAL:
        assert normalise(one.corporate_number) == one.corporate_number
        assert one.corporate_number[1:6] == "00000"
        assert one.email.endswith(".example")


@pytest.mark.pure
def test_there_are_as_many_names_as_companies_and_no_more() -> None:
    assert company(SEED, plausible.MOST_COMPANIES - 1)
    for number in (-1, plausible.MOST_COMPANIES):
        with pytest.raises(ValueError, match="names for"):
            company(SEED, number)


@pytest.mark.pure
def test_industry_and_sales_are_in_the_proportions_of_the_source_report() -> None:
    assert share([one.industry for one in SEVERAL], "E") == pytest.approx(40, abs=2)
    assert share([one.sales_band for one in SEVERAL], "1b-4b") == pytest.approx(60, abs=2)
    assert {one.sales_band for one in SEVERAL} == {"1b-4b", "4b-10b"}
    by_prefecture = Counter(one.prefecture for one in SEVERAL)
    assert [name for name, _n in by_prefecture.most_common(3)] == ["13", "27", "23"]


@pytest.mark.pure
def test_the_facts_of_a_company_hang_together() -> None:
    def likely(fact: str, industry: str) -> float:
        return mean(bool(one.facts[fact]) for one in SEVERAL if one.industry == industry)

    for one in SEVERAL:
        assert one.facts["does_rd"] or not one.facts["joint_research"]
        assert one.facts["makes_products"] or not one.facts["overseas_production"]
        assert ("investment_size" in one.facts) == bool(
            one.facts["invests_in_equipment"] or one.facts["invests_in_development"]
        )
    assert likely("makes_products", "E") > 0.9 > 0.3 > likely("makes_products", "I")
    assert likely("does_rd", "E") > likely("does_rd", "D")
    size = {band: mean(one.employees for one in SEVERAL if one.sales_band == band) for band in ("1b-4b", "4b-10b")}
    assert size["4b-10b"] > 1.5 * size["1b-4b"]


@pytest.mark.pure
def test_what_is_shared_is_in_plausible_shares_and_carries_what_it_needs() -> None:
    found = [shares(SEED, number) for number in range(300)]
    for kinds, asked in plausible.SHARES:
        assert share(found, kinds) == pytest.approx(asked, abs=4)
    assert all(What.SCORES in kinds for kinds in found if What.ANSWERS in kinds)


@pytest.mark.pure
def test_some_join_late_some_do_not_answer_again_and_some_never_come() -> None:
    stories = [tuple(turn.state for turn in turns(SEED, number, 2)) for number in range(300)]
    for expected in (("submitted", "submitted"), ("submitted", "joined"), ("submitted",), ("invited", "invited")):
        assert expected in stories
    every = [turn for number in range(300) for turn in turns(SEED, number, 3)]
    assert all(turn.joined <= turn.submitted for turn in every)
    assert all(turn.state != "invited" for turn in every if turn.via != "list")
    everybody = [turns(SEED, number, 2, EVERYBODY) for number in range(40)]
    assert {turn.state for story in everybody for turn in story} == {"submitted"}
    assert {len(story) for story in everybody} == {2}


# --- what they answer: no database ------------------------------------------------------------------------------------


def minds() -> list[tuple[Mind, dict[str, Any]]]:
    found = []
    for one in SEVERAL[:120]:
        profile = {**one.facts, "industry": one.industry, "employees": one.employees}
        found.append((Mind(SEED, one, current_catalog(), profile), profile))
    return found


def level(answers: Any, axis: str = "") -> float:
    return mean(found for name, found in levels_of(answers).items() if name.startswith(axis))


@pytest.mark.pure
def test_only_what_is_asked_is_answered_and_a_few_per_cent_are_unknown_or_not_applicable() -> None:
    kinds: Counter[str] = Counter()
    for mind, profile in minds():
        answers = mind.answers(0)
        assert answers.keys() <= applicable(current_catalog(), profile, levels_of(answers))
        kinds.update(answer.kind for answer in answers.values())
        assert all(answer.reason for answer in answers.values() if answer.kind == "na")
    assert 0.01 < kinds["unknown"] / kinds.total() < 0.08
    assert 0.003 < kinds["na"] / kinds.total() < 0.05


@pytest.mark.pure
def test_answers_are_the_same_for_the_same_seed() -> None:
    first, second = minds(), minds()
    assert [mind.answers(0) for mind, _ in first] == [mind.answers(0) for mind, _ in second]


@pytest.mark.pure
def test_who_is_strong_in_one_axis_is_mostly_strong_in_the_others() -> None:
    every = [mind.answers(0) for mind, _profile in minds()]
    ranked = sorted(every, key=lambda answers: level(answers, "A-"))
    weak, strong = ranked[:40], ranked[-40:]
    for axis in ("I-", "G-"):
        assert mean(level(one, axis) for one in strong) > mean(level(one, axis) for one in weak) + 0.3


@pytest.mark.pure
def test_most_get_better_from_round_to_round_and_some_do_not() -> None:
    steps = []
    for mind, _profile in minds():
        first, second = mind.answers(0), mind.answers(1)
        steps.append(level(second) - level(first))
    assert mean(steps) > 0.1
    assert 0.03 < mean(step < 0 for step in steps) < 0.4


# --- in the database --------------------------------------------------------------------------------------------------


def seed(body: Body, companies: int = 40, **more: Any) -> Seeded:
    return seed_into(body, companies, SEED, more.pop("rounds", 2), current_catalog().ref, **more)


def told(body: Body) -> dict[str, list[Any]]:
    """What of the seeded rows does not say when they were written."""
    return {
        "companies": list(Organisation.objects.order_by("pk").values()),
        "participants": list(Participant.unscoped.filter(body=body).order_by("pk").values()),
        "grants": list(Grant.unscoped.filter(body=body).order_by("pk").values()),
        "submissions": list(Submission.unscoped.order_by("pk").values()),
        "outlines": list(Outline.unscoped.order_by("pk").values()),
        "rounds": list(Round.objects.filter(body=body).order_by("pk").values_list("pk", "join_code", "opens_on")),
    }


@pytest.fixture
def seeded(network: Body) -> Seeded:
    return seed(network)


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_rows_with_the_same_ids(network: Body) -> None:
    found = []
    for _ in range(2):
        with transaction.atomic():
            seed(network, 12)
            found.append(told(network))
            transaction.set_rollback(True)
    for name, rows in found[0].items():
        assert rows == found[1][name], name
    assert found[0]["submissions"]


@pytest.mark.django_db
def test_a_second_time_changes_nothing_and_more_companies_leave_the_first_as_they_are(network: Body) -> None:
    assert seed(network, 10).made == 10
    before = contents()
    again = seed(network, 10)
    assert (again.made, again.standing, contents()) == (0, 10, before)
    first = told(network)
    more = seed(network, 14)
    assert (more.made, more.standing) == (4, 10)
    for name, rows in told(network).items():
        assert [row for row in rows if row in first[name]] == first[name], name


@pytest.mark.django_db
def test_a_seeded_submission_is_what_submitting_would_have_frozen(network: Body, seeded: Seeded) -> None:
    latest = seeded.rounds[-1]
    submission = within_round(Submission.unscoped.all(), latest).filter(number=2)[0]
    organisation = Organisation.objects.get(pk=submission.organisation_id)
    with scope(organisation.pk):
        services.reopen(submission.assessment_id, by=None)
        anew = services.submit(organisation, submission.assessment_id, by=None)
    assert anew.number == 3
    for name in ("company", "answers", "scorecard", "catalog_ref", "engine", "approvals", "started_at", "submitted_by"):
        assert getattr(anew, name) == getattr(submission, name), name
    for name in ("organisation_id", "industry", "prefecture", "sales_band", "size", "scores"):
        assert getattr(anew.outline, name) == getattr(submission.outline, name), name


@pytest.mark.django_db
def test_rounds_lie_behind_one_another_and_hold_everything_that_happened_in_them(seeded: Seeded) -> None:
    today = timezone.localdate()
    earlier, latest = seeded.rounds
    assert earlier.opens_on < earlier.closes_on < latest.opens_on < today <= latest.closes_on
    assert all(one.opened_at is not None for one in seeded.rounds)
    in_rounds = sum(within_round(Submission.unscoped.all(), one).count() for one in seeded.rounds)
    assert in_rounds == Submission.unscoped.count() == Outline.unscoped.count()
    for one in Submission.unscoped.all():
        assert one.started_at <= one.submitted_at <= timezone.now()
    assert {one.source for one in Participant.unscoped.filter(round=latest)} == {"list", "code", "member"}


@pytest.mark.django_db
def test_companies_are_in_every_state_and_are_counted(network: Body, seeded: Seeded) -> None:
    latest = seeded.rounds[-1]
    everybody = Participant.unscoped.filter(round=latest)
    assert everybody.count() == 40
    waiting = everybody.filter(organisation__isnull=True)
    assert waiting
    assert all(one.invitation.pending and one.invited_at and one.email for one in waiting.select_related("invitation"))
    joined = {one.organisation_id for one in everybody.filter(organisation__isnull=False)}
    assert joined == set(Affiliation.unscoped.filter(body=network).values_list("organisation_id", flat=True))
    started = Assessment.unscoped.filter(status="open")
    assert started
    assert all(Answer.unscoped.filter(assessment=one).exists() for one in started)
    submitted = {one.organisation_id for one in within_round(Submission.unscoped.all(), latest)}
    assert joined - submitted
    grants = Grant.unscoped.active().filter(body=network)
    sharing = {one.organisation_id for one in grants}
    assert submitted & sharing
    assert submitted - sharing
    assert {one.what for one in grants} == {"statistics", "scores", "answers"}
    assert all(
        one.purpose and one.until - timezone.localdate(one.granted_at) == dt.timedelta(days=365) for one in grants
    )
    for one in seeded.rounds:
        assert Block.objects.filter(round=one, ended_at__isnull=True).exists()


@pytest.mark.django_db
def test_everybody_submits_in_every_round_where_that_is_wanted(network: Body) -> None:
    done = seed(network, 8, habits=EVERYBODY)
    for one in done.rounds:
        assert within_round(Submission.unscoped.all(), one).count() == 8


@pytest.mark.django_db
def test_a_round_that_is_under_way_is_used_and_the_companies_that_are_there_stand_in_it(
    network: Body, coordinator: User
) -> None:
    there = make_organisation()
    make_affiliation(there, network)
    today = timezone.localdate()
    days = {"opens_on": today - dt.timedelta(days=30), "closes_on": today + dt.timedelta(days=30)}
    own = make_round(network, name="第3回", catalog_ref=current_catalog().ref, by=coordinator, **days)
    done = seed(network, 6)
    assert done.rounds[-1] == own
    assert done.rounds[0].closes_on < own.opens_on
    assert Participant.unscoped.get(round=own, organisation=there).source == Participant.Source.MEMBER


@pytest.mark.django_db
def test_companies_without_an_owner_break_no_page_of_the_network(
    network: Body, coordinator: User, seeded: Seeded, client_of: ClientOf
) -> None:
    browser = client_of(coordinator)
    shown = Grant.unscoped.active().filter(body=network, what=What.SCORES)[0].organisation_id
    own = Submission.unscoped.filter(organisation_id=shown)[0].pk
    latest = seeded.rounds[-1].pk
    for name, *places in (
        ("reports:members",),
        ("reports:member", shown),
        ("reports:shared_submission", shown, own),
        ("cohorts:round", latest),
        ("cohorts:board", latest),
        ("cohorts:reminders", latest),
        ("reports:dashboard", latest),
    ):
        assert browser.get(reverse(name, args=[network.pk, *places])).status_code == 200, name


# --- the command ------------------------------------------------------------------------------------------------------


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("seed_cohort", "--companies", "6", "--seed", "3", "--network", "見本の会", *arguments, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_the_command_says_what_it_did_and_a_second_time_that_it_did_nothing() -> None:
    assert "6 社を入れました" in command()
    before = contents()
    said = command()
    assert "何も変えていません" in said
    assert contents() == before
    assert Body.objects.get(name="見本の会").is_network


@pytest.mark.django_db
def test_the_command_refuses_on_a_real_site(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    before = row_counts()
    with pytest.raises(CommandError, match="SECURE=0"):
        command()
    assert row_counts() == before


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [("--companies", "0"), ("--companies", "99999999"), ("--rounds", "0")])
def test_the_command_refuses_numbers_that_cannot_be_made(wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match=wrong[0]):
        command(*wrong)
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_the_command_refuses_an_office_and_a_seed_with_the_same_numbers() -> None:
    make_body("office", name="相談窓口")
    with pytest.raises(CommandError, match="相談窓口"):
        command("--network", "相談窓口")
    command()
    before = contents()
    with pytest.raises(CommandError, match="--seed"):
        command("--seed", str(3 + plausible.NUMBER_BLOCKS))
    assert contents() == before
