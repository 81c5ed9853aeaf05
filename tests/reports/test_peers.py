"""A company's place beside its peers: shown where it is counted and enough others are, and nothing of any of them."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.models import Assessment, Outline, Submission
from assessments.scoring.outline import packed
from cohorts.counting import count_companies
from cohorts.places import CompanyPlace, Standing, place_in, rounds_of_company
from guidance.catalog import AXIS_IDS
from organisations import sharing
from organisations.audit import Verb
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, Round, User
from organisations.scoping import scope
from reports import cohort_charts
from reports.cohort_charts import Bar, Quartile
from reports.drawing import width_of
from tests.builders import (
    make_affiliation,
    make_body,
    make_grant,
    make_member,
    make_participant,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="春の回")


@pytest.fixture
def submission(company: Organisation, owner: User, within: Round) -> Submission:
    """The company belongs to the network, takes part in its round and submitted; it shares nothing yet."""
    make_affiliation(company, within.body)
    make_participant(within, company)
    return make_submission(company, by=owner)


def crowd(
    within: Round,
    like: Submission,
    number: int,
    *,
    what: What | None = What.STATISTICS,
    industry: str = "E",
    points: int | None = None,
) -> list[Organisation]:
    """Companies of the network that submitted as `like` did. Each axis stands at `points`, or from company to company
    one point higher, beginning with 30."""
    details = {"industry": industry, "prefecture": "22", "employees": 86, "sales_band": "1b-4b"}
    made = Organisation.objects.bulk_create(
        Organisation(name=f"ほかの会社{industry}{place:03}", **details) for place in range(number)
    )
    Affiliation.unscoped.bulk_create(Affiliation(organisation=one, body=within.body) for one in made)
    if what is not None:
        share(made, within.body, what)
    assessments = Assessment.unscoped.bulk_create(
        Assessment(organisation=one, catalog_ref=like.catalog_ref, status="submitted") for one in made
    )
    now = timezone.now()
    frozen = {"catalog_ref": like.catalog_ref, "engine": like.engine, "started_at": now, "submitted_at": now}
    submissions = Submission.unscoped.bulk_create(
        Submission(organisation=one, assessment=assessment, number=1, company={}, answers={}, scorecard={}, **frozen)
        for one, assessment in zip(made, assessments, strict=True)
    )
    scores = packed(like.scorecard)
    facts = {"industry": industry, "prefecture": "22", "sales_band": "1b-4b", "size": "51-100"}
    Outline.unscoped.bulk_create(
        Outline(
            submission=one,
            organisation_id=one.organisation_id,
            scores={**scores, "axes": dict.fromkeys(AXIS_IDS, str(30 + place if points is None else points))},
            **facts,
        )
        for place, one in enumerate(submissions)
    )
    return made


def share(companies: list[Organisation], body: Body, what: What) -> None:
    until = timezone.localdate() + dt.timedelta(days=9)
    Grant.unscoped.bulk_create(
        Grant(organisation=one, body=body, what=what.value, purpose="x", until=until) for one in companies
    )


def stop(company: Organisation, by: User) -> None:
    """The company shares nothing any more with anybody."""
    Grant.unscoped.filter(organisation=company).update(revoked_at=timezone.now(), revoked_by=by)


def count(within: Round) -> None:
    count_companies(within.pk, at_once=True)


def place_of(company: Organisation, within: Round) -> CompanyPlace:
    with scope(company.pk):
        return place_in(within)


def root(company: Organisation) -> str:
    return f"/o/{company.pk}/peers"


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


@pytest.fixture
def browser(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


@pytest.fixture
def counted(company: Organisation, submission: Submission, within: Round) -> list[Organisation]:
    """The company is counted together with 17 others of its industry, which stand at 30, 31, … 46."""
    others = crowd(within, submission, 17)
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    return others


# --- what a company sees that is counted -----------------------------------------------------------------------------


def test_a_company_sees_where_it_stands_among_those_of_its_industry(
    browser: Client, company: Organisation, within: Round, submission: Submission, counted: list[Organisation]
) -> None:
    place = place_of(company, within)
    assert place.standing is Standing.COUNTED
    assert place.peers is not None
    assert (place.peers.industry, place.peers.n) == ("E", 18)
    own = {axis: Fraction(found["score_exact"]) for axis, found in submission.scorecard["axes"].items()}
    assert {axis.id: axis.own for axis in place.peers.axes} == own
    text = text_of(browser, root(company))
    assert "業種が同じ（製造業）18社とくらべて、" in text
    assert f"{within.body} 春の回" in text
    assert "くらべているのは、第 1 回の提出" in text
    for found in submission.scorecard["axes"].values():
        assert f"自社は{found['score']}点です" in text


@pytest.mark.parametrize(
    ("others", "said"),
    [(2, "上位の3分の1にあたる点数です"), (97, "下位の3分の1にあたる点数です")],
)
def test_the_place_is_a_third_of_the_distribution_and_never_a_rank(
    others: int, said: str, browser: Client, company: Organisation, within: Round, submission: Submission
) -> None:
    crowd(within, submission, 17, points=others)
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    text = text_of(browser, root(company))
    assert text.count(said) >= 3
    assert not re.search(r"第?\s*\d+\s*位", text)


def test_the_weakest_sections_of_the_peers_stand_beside_its_own(
    company: Organisation, within: Round, counted: list[Organisation]
) -> None:
    peers = place_of(company, within).peers
    assert peers is not None
    assert len(peers.sections) == 5
    means = [one.peers.points for one in peers.sections]
    assert means == sorted(means)
    assert all(one.own is not None and one.peers.n == 18 for one in peers.sections)


def test_where_its_industry_is_small_it_is_compared_with_the_whole_network(
    browser: Client, company: Organisation, within: Round, submission: Submission
) -> None:
    crowd(within, submission, 4)
    crowd(within, submission, 14, industry="G")
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    assert "このネットワークの19社とくらべて" in text_of(browser, root(company))


def test_every_chart_has_an_accessible_name_and_its_figures_stand_in_tables_too(
    browser: Client, company: Organisation, counted: list[Organisation]
) -> None:
    html = browser.get(root(company)).content.decode()
    pictures = re.findall(r'<svg [^>]*role="img" aria-labelledby="([^"]+)"[^>]*><title id="([^"]+)">([^<]+)', html)
    assert len(pictures) == 4
    assert len({name for name, _id, _title in pictures}) == 4
    assert all(name == title_id and title for name, title_id, title in pictures)
    assert html.count("<caption") == 7
    assert html.count("下から4分の1") >= 6


def test_every_picture_can_be_saved_with_what_it_is_of(
    browser: Client, company: Organisation, counted: list[Organisation]
) -> None:
    links = re.findall(r'href="([^"]+peers/[^"]+[.](?:png|svg|xlsx))"', browser.get(root(company)).content.decode())
    assert len(links) == len(set(links)) == 3 * 4, "three axes and the sections"
    for link in links:
        response = browser.get(link)
        assert response.status_code == 200, link
        content = b"".join(response)
        assert content.startswith({"png": b"\x89PNG", "svg": b"<svg", "xlsx": b"PK"}[link.rpartition(".")[2]]), link
        if link.endswith(".svg"):
            assert "「春の回」" in content.decode()
            assert not any(other.name in content.decode() for other in counted)


@pytest.mark.usefixtures("counted")
def test_a_picture_that_the_page_does_not_show_cannot_be_saved(
    browser: Client, company: Organisation, within: Round
) -> None:
    link = f"{root(company)}/{within.pk}/peers-autonomy.svg"
    assert browser.get(link).status_code == 200
    assert browser.get(link.replace("autonomy", "wealth")).status_code == 404
    assert browser.get(link.replace(".svg", ".exe")).status_code == 404
    assert browser.get(link.replace(str(within.pk), str(make_round(make_body()).pk))).status_code == 404
    Grant.unscoped.filter(organisation=company).update(revoked_at=timezone.now())
    assert browser.get(link).status_code == 404


@pytest.mark.parametrize(("points", "anchor"), [(0.0, "start"), (43.7, "start"), (99.0, "end"), (100.0, "end")])
def test_its_own_score_is_marked_within_the_picture_and_covers_no_number(points: float, anchor: str) -> None:
    bars = [Bar(low, low + 10, 6) for low in range(0, 100, 10)]
    quarters = (Quartile(20, "下 20.0"), Quartile(50, "真ん中 50.0"), Quartile(80, "上 80.0"))
    plain = cohort_charts.distribution(bars, quarters, title="x", prefix="x")
    marked = cohort_charts.distribution(bars, quarters, title="x", prefix="x", own=Quartile(points, "自社 & 1"))
    assert "自社" not in plain
    found = re.search(r'<text x="([\d.]+)"[^>]*>自社 &amp; 1</text>', marked)
    assert found is not None
    assert ('text-anchor="end"' in found[0]) == (anchor == "end")
    reach = width_of("自社 & 1") * cohort_charts.SIZE
    left = float(found[1]) - (reach if anchor == "end" else 0)
    assert 0 <= left < left + reach <= cohort_charts.NARROW
    assert marked.count("stroke-dasharray") == 2


# --- nothing of any other company ------------------------------------------------------------------------------------


def test_no_company_is_named_and_no_id_of_one_leaves_the_networks_side(
    browser: Client, company: Organisation, within: Round, counted: list[Organisation]
) -> None:
    html = browser.get(root(company)).content.decode()
    told = repr(place_of(company, within).peers)
    assert all(other.name not in html and str(other.pk) not in html + told for other in counted)
    assert not AuditLine.objects.filter(verb__in=[Verb.FIGURES_READ, Verb.READ]).exists()


def test_who_shows_its_scores_to_the_network_by_name_shows_them_to_no_other_company(
    browser: Client, company: Organisation, within: Round, submission: Submission, owner: User
) -> None:
    """Neither beside the others, nor by the difference of a day on which it shares and one on which it does not."""
    named = crowd(within, submission, 9, what=What.SCORES, points=99, industry="E")
    crowd(within, submission, 17)
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    before = place_of(company, within).peers
    assert before is not None
    assert before.n == 18
    assert all(axis.spread is not None and axis.spread.bins[9].n == 0 for axis in before.axes)
    for one in named:
        stop(one, owner)
        count(within)
        after = place_of(company, within).peers
        assert after is not None
        assert after.axes == before.axes
    assert "18社とくらべて" in text_of(browser, root(company))


def test_a_company_that_leaves_takes_the_figures_along_and_nobody_can_subtract_it(
    browser: Client, company: Organisation, within: Round, counted: list[Organisation], owner: User
) -> None:
    stop(counted[3], owner)
    assert place_of(company, within) == CompanyPlace(Standing.ENDED, place_of(company, within).submission, None)
    text = text_of(browser, root(company))
    assert "一緒に数えられていた会社が、集計から抜けました" in text
    assert "次の回で提出すると、また数えられます" in text
    count(within)
    assert place_of(company, within).standing is Standing.ENDED
    assert "とくらべて" not in text_of(browser, root(company))


def test_a_company_whose_own_block_stands_sees_the_others_go(
    company: Organisation, within: Round, submission: Submission, owner: User
) -> None:
    others = crowd(within, submission, 12, industry="G")
    crowd(within, submission, 13)
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    first = place_of(company, within).peers
    assert first is not None
    assert first.industry == "E"
    stop(others[0], owner)
    assert place_of(company, within).peers == first


# --- why not ---------------------------------------------------------------------------------------------------------


def test_a_company_that_shares_nothing_sees_no_figure_of_others_but_what_it_would_bring(
    browser: Client, company: Organisation, within: Round, submission: Submission
) -> None:
    crowd(within, submission, 20)
    count(within)
    assert place_of(company, within) == CompanyPlace(Standing.NOTHING_SHARED)
    html = browser.get(root(company)).content.decode()
    assert "「会社名の出ない集計」に数えてもらうと" in html
    assert "ほかの 5 社以上と合わせて数えられます" in html
    assert f'href="/o/{company.pk}/sharing#b-{within.body_id}"' in html
    assert "<svg" not in html.split("<main")[1]


def test_a_consent_that_is_taken_back_is_gone_at_the_next_look(
    browser: Client, company: Organisation, within: Round, counted: list[Organisation], owner: User
) -> None:
    assert "とくらべて" in text_of(browser, root(company))
    with scope(company.pk):
        sharing.revoke(company, Grant.objects.get().pk, by=owner)
    text = text_of(browser, root(company))
    assert "集計に数えられていないので、位置は出ません" in text
    assert "とくらべて" not in text


def test_a_consent_whose_term_is_over_is_none(
    browser: Client, company: Organisation, within: Round, counted: list[Organisation]
) -> None:
    Grant.unscoped.filter(organisation=company).update(until=timezone.localdate() - dt.timedelta(days=1))
    assert place_of(company, within) == CompanyPlace(Standing.NOTHING_SHARED)


@pytest.mark.parametrize("over", [False, True])
def test_a_company_that_did_not_submit_in_the_round_is_told_until_when(
    over: bool, browser: Client, company: Organisation, network: Body
) -> None:
    today = timezone.localdate()
    last = today - dt.timedelta(days=1) if over else today + dt.timedelta(days=20)
    within = make_round(network, opens_on=today - dt.timedelta(days=30), closes_on=last)
    make_grant(company, network, What.STATISTICS)
    make_participant(within, company)
    text = text_of(browser, root(company))
    assert "この回では、まだ診断を提出していません" in text
    assert (f"この回は {last:%Y/%m/%d} に終わりました" if over else f"{last:%Y/%m/%d} までに") in text


def test_a_company_waits_until_enough_others_are_there(
    browser: Client, company: Organisation, within: Round, submission: Submission
) -> None:
    crowd(within, submission, 4)
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    assert place_of(company, within).standing is Standing.WAITING
    assert "少なくとも 6 社がそろったとき" in text_of(browser, root(company))


def test_what_the_network_saw_by_name_is_not_counted_without_a_name_afterwards(
    browser: Client, company: Organisation, within: Round, submission: Submission
) -> None:
    crowd(within, submission, 17)
    make_grant(company, within.body, What.SCORES)
    make_grant(company, within.body, What.STATISTICS)
    count(within)
    assert place_of(company, within).standing is Standing.SEEN
    text = text_of(browser, root(company))
    assert "この提出は、会社名を伏せて数えられません" in text
    assert "18社" not in text


def test_a_submission_is_counted_in_one_round_of_a_network(
    browser: Client, company: Organisation, within: Round, counted: list[Organisation]
) -> None:
    beside = make_round(within.body, name="重なる回")
    make_participant(beside, company)
    count(beside)
    assert place_of(company, beside).standing is Standing.ELSEWHERE
    assert "この提出は、別の回で数えられています" in text_of(browser, f"{root(company)}?round={beside.pk}")


def test_a_company_by_name_is_compared_with_those_that_are_counted_without_one(
    browser: Client, company: Organisation, within: Round, submission: Submission
) -> None:
    make_grant(company, within.body, What.SCORES)
    assert place_of(company, within) == CompanyPlace(Standing.NAMED, submission, None)
    assert "ほかの会社の分布を出せるだけの会社が、まだいません" in text_of(browser, root(company))
    crowd(within, submission, 17)
    count(within)
    peers = place_of(company, within).peers
    assert peers is not None
    assert peers.n == 17


def test_what_is_counted_stays_although_the_company_submits_again(
    company: Organisation, within: Round, submission: Submission, counted: list[Organisation]
) -> None:
    make_submission(company)
    place = place_of(company, within)
    assert place.standing is Standing.COUNTED
    assert place.submission == submission


# --- which rounds ----------------------------------------------------------------------------------------------------


def test_the_latest_round_that_has_begun_is_shown_and_the_others_are_a_link_away(
    browser: Client, company: Organisation, network: Body
) -> None:
    make_affiliation(company, network)
    today = timezone.localdate()
    days = {"前の回": -200, "いまの回": -5, "次の回": 10}
    rounds = {
        name: make_round(
            network, name=name, opens_on=today + dt.timedelta(days=day), closes_on=today + dt.timedelta(days=day + 20)
        )
        for name, day in days.items()
    }
    for one in rounds.values():
        make_participant(one, company)
    make_round(network, name="よその回")
    make_participant(make_round(network, name="開く前の回", opened=False), company)
    html = browser.get(root(company)).content.decode()
    assert [name for name in rounds if f"?round={rounds[name].pk}" in html] == list(days)
    assert 'aria-current="page">' + f"{network} いまの回" in html
    assert "よその回" not in html
    assert "開く前の回" not in html


def test_a_company_without_a_network_or_a_round_is_told_so(
    browser: Client, company: Organisation, network: Body
) -> None:
    assert "いまどのネットワークにも加わっていません" in text_of(browser, root(company))
    make_affiliation(company, network)
    assert "この会社が参加している診断の回は、まだありません" in text_of(browser, root(company))


def test_who_submitted_on_its_days_takes_part_without_standing_on_the_list(
    company: Organisation, within: Round
) -> None:
    make_affiliation(company, within.body)
    with scope(company.pk):
        assert list(rounds_of_company()) == []
        make_submission(company)
        assert list(rounds_of_company()) == [within]


def test_what_the_company_left_is_gone(
    browser: Client, company: Organisation, within: Round, counted: list[Organisation], owner: User
) -> None:
    with scope(company.pk):
        sharing.end_affiliation(Affiliation.objects.get(), by=owner)
    assert "いまどのネットワークにも加わっていません" in text_of(browser, root(company))
    assert browser.get(f"{root(company)}?round={within.pk}").status_code == 404


# --- who may look ----------------------------------------------------------------------------------------------------


def test_readers_of_the_company_look_and_nobody_else(
    company: Organisation,
    within: Round,
    counted: list[Organisation],
    viewer: User,
    editor: User,
    stranger: User,
    coordinator: User,
    client_of: ClientOf,
) -> None:
    for user, status in ((viewer, 200), (editor, 200), (stranger, 404), (coordinator, 404)):
        assert client_of(user).get(root(company)).status_code == status
    assert client_of(make_member(company, "respondent")).get(root(company)).status_code == 403
    assert client_of(None).get(root(company)).status_code == 302
    assert client_of(viewer).post(root(company)).status_code == 405


def test_a_reader_who_does_not_decide_about_sharing_is_not_led_there(
    company: Organisation, within: Round, counted: list[Organisation], viewer: User, client_of: ClientOf
) -> None:
    html = client_of(viewer).get(root(company)).content.decode()
    assert f"/o/{company.pk}/sharing" not in html
    assert "見せるものを決めるのは、会社の責任者です" in html
    assert "会社名の出ない集計（" in html


@pytest.mark.parametrize("wanted", ["x", "00000000-0000-0000-0000-000000000000", "theirs"])
def test_a_round_in_which_the_company_does_not_take_part_does_not_exist(
    wanted: str, browser: Client, company: Organisation, within: Round, submission: Submission, elsewhere: Organisation
) -> None:
    theirs = make_round(make_body())
    make_participant(theirs, elsewhere)
    named = str(theirs.pk) if wanted == "theirs" else wanted
    assert browser.get(f"{root(company)}?round={named}").status_code == 404
    assert browser.get(f"{root(company)}?round={within.pk}").status_code == 200


def test_navigation_result_and_sharing_lead_here(
    browser: Client, company: Organisation, submission: Submission
) -> None:
    for page in ("", f"submissions/{submission.pk}/", "sharing"):
        assert f'href="{root(company)}"' in browser.get(f"/o/{company.pk}/{page}").content.decode()
    for page in (f"submissions/{submission.pk}/", "sharing"):
        inside = browser.get(f"/o/{company.pk}/{page}").content.decode().partition("<main")[2]
        assert f'href="{root(company)}"' in inside


def test_the_page_costs_the_same_with_many_companies_as_with_few(
    browser: Client, company: Organisation, within: Round, submission: Submission, counted: list[Organisation]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(root(company)).status_code == 200
        return len(statements)

    cost()
    before = cost()
    crowd(within, submission, 60, industry="G")
    crowd(within, submission, 20, what=What.SCORES)
    count(within)
    cost()
    assert cost() == before
    assert before <= 16
