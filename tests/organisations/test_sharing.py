"""Consent as the company sees and gives it: what is shared, how it is stopped, who looked."""

from __future__ import annotations

import datetime as dt
import re
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisations import sharing
from organisations.access import shared_now
from organisations.audit import Verb, record
from organisations.consent import LONGEST_DAYS, InvalidTerm, What
from organisations.log_lines import all_lines_of, count_lines, lines_of
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, User
from organisations.scoping import scope
from tests.builders import (
    contents,
    make_affiliation,
    make_body,
    make_body_member,
    make_grant,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

PURPOSE = "ほかの会員との比較のため"


@pytest.fixture
def member(company: Organisation, network: Body) -> Affiliation:
    """The company belongs to the network and shares nothing with it."""
    return make_affiliation(company, network)


@pytest.fixture
def browser(client_of: ClientOf, owner: User) -> Client:
    return client_of(owner)


def root(company: Organisation) -> str:
    return f"/o/{company.pk}/sharing"


def page(browser: Client, company: Organisation) -> str:
    response = browser.get(root(company))
    assert response.status_code == 200
    return response.content.decode()


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def typed(body: Body, *what: str, **fields: str) -> dict[str, object]:
    given = {"body_id": str(body.pk), "purpose": PURPOSE, "until": in_days(90).isoformat(), **fields}
    return {**given, "what": list(what)}


def words(html: str) -> str:
    """The page without its tags, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --- what the page says -----------------------------------------------------------------------------------------------


def test_a_company_of_no_body_is_told_that_nothing_is_visible_and_what_joining_means(
    browser: Client, company: Organisation
) -> None:
    html = page(browser, company)
    assert "いま、外部には何も見えていません" in html
    assert "加わっただけで相手に見えるのは、会員であることと、診断を提出したかどうかだけです" in html
    assert "ネットワークには、会社の基本情報" in html
    assert "まだ、だれも見ていません" in html
    assert "<form" not in html.split("<main")[1].split("</main>")[0]


def test_a_member_that_shares_nothing_is_told_so_and_offered_every_kind_with_its_meaning(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    html = page(browser, company)
    assert network.name in html
    assert "点数も回答も見せていません" in html
    assert "会社の基本情報（会社名・法人番号・業種・都道府県・売上高と従業員数の区分）" in html
    for sentence in (
        "ほかの5社以上と合わせて数えられます",
        "三つの点数・幅・段階が、会社名とともに見えます",
        "各設問に選んだ段階が、会社名とともに見えます",
        "証拠のファイルです",
        "仕入先や技術の一覧です",
    ):
        assert sentence in html
    year_ahead = in_days(365).isoformat()
    assert f'value="{year_ahead}"' in html
    assert f'max="{in_days(LONGEST_DAYS).isoformat()}"' in html


def test_what_is_shared_stands_with_purpose_term_giver_and_a_button_that_says_what_ends_with_it(
    browser: Client, company: Organisation, network: Body, owner: User
) -> None:
    scores, answers = make_grant(company, network, What.ANSWERS, purpose=PURPOSE, until=in_days(30), by=owner)
    html = page(browser, company)
    text = words(html)
    assert PURPOSE in text
    assert f"{in_days(30):%Y/%m/%d}" in text
    assert owner.name in text
    assert "点数を見せるのをやめる 一緒に終わるもの：回答" in text
    assert "回答を見せるのをやめる 一緒に終わるもの" not in text
    for grant in (scores, answers):
        assert f"{root(company)}/{grant.pk}/revoke" in html


def test_a_consent_whose_last_day_is_over_stands_among_the_ended_ones(
    browser: Client, company: Organisation, network: Body
) -> None:
    make_grant(company, network, What.SCORES, until=in_days(-1))
    text = words(page(browser, company))
    assert "点数も回答も見せていません" in text
    assert f"{in_days(-1):%Y/%m/%d} 期限が来た" in text


def test_a_term_holds_on_its_last_day_and_not_on_the_next(company: Organisation, network: Body) -> None:
    (grant,) = make_grant(company, network, What.SCORES, until=in_days(0))
    assert shared_now(network.pk, company.pk) == {What.SCORES}
    grant.until = in_days(-1)
    grant.save(update_fields=["until"])
    assert shared_now(network.pk, company.pk) == set()


# --- giving -----------------------------------------------------------------------------------------------------------


def test_an_owner_shares_and_the_other_side_sees_it_from_then_on(
    browser: Client, company: Organisation, member: Affiliation, network: Body, owner: User
) -> None:
    assert shared_now(network.pk, company.pk) == set()
    response = browser.post(f"{root(company)}/grant", typed(network, "scores"), follow=True)
    assert response.redirect_chain[-1][0] == f"{root(company)}#main"
    assert f"{network.name}に、点数を見せることにしました" in response.content.decode()
    assert shared_now(network.pk, company.pk) == {What.SCORES}
    with scope(company.pk):
        grant = Grant.objects.get()
    assert (grant.purpose, grant.until, grant.granted_by) == (PURPOSE, in_days(90), owner)


def test_choosing_what_needs_more_shares_that_too_and_says_so(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    response = browser.post(f"{root(company)}/grant", typed(network, "notes"), follow=True)
    assert "点数・回答も一緒に見えます" in response.content.decode()
    assert shared_now(network.pk, company.pk) == {What.SCORES, What.ANSWERS, What.NOTES}


def test_a_new_consent_takes_the_place_of_the_one_before(
    browser: Client, company: Organisation, network: Body, owner: User
) -> None:
    make_grant(company, network, What.NOTES, until=in_days(300))
    browser.post(f"{root(company)}/grant", typed(network, "registers"))
    assert shared_now(network.pk, company.pk) == {What.REGISTERS}
    with scope(company.pk):
        assert len(sharing.ended_grants()) == 3
        assert {ended.grant.revoked_by for ended in sharing.ended_grants()} == {owner}


def test_one_that_had_lapsed_ended_by_its_term_although_another_took_its_place(
    company: Organisation, network: Body
) -> None:
    make_grant(company, network, What.SCORES, until=in_days(-2))
    make_grant(company, network, What.SCORES)
    with scope(company.pk):
        (ended,) = sharing.ended_grants()
    assert (ended.on, ended.lapsed) == (in_days(-2), True)


def test_every_fault_is_told_at_once_and_what_was_typed_stays(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    before = contents()
    response = browser.post(f"{root(company)}/grant", typed(network, purpose="", until="きょう"))
    html = response.content.decode()
    assert response.status_code == 422
    for fault in ("見せるものを一つ以上選んでください", "何のために見せるのか", "日付を 2027/3/31 のように"):
        assert fault in html
    assert 'value="きょう"' in html
    assert re.search(r'<details class="fold" open>', html)
    assert contents() == before


def test_kinds_that_were_ticked_and_a_purpose_stay_where_only_the_day_is_wrong(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    response = browser.post(f"{root(company)}/grant", typed(network, "answers", until="2020-01-01"))
    html = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'value="answers" checked', html)
    assert not re.search(r'value="scores" checked', html)
    assert f'value="{PURPOSE}"' in html


@pytest.mark.parametrize("days", [-1, LONGEST_DAYS + 1])
def test_a_day_that_is_over_or_too_far_away_is_refused(
    days: int, browser: Client, company: Organisation, member: Affiliation, network: Body, owner: User
) -> None:
    response = browser.post(f"{root(company)}/grant", typed(network, "scores", until=in_days(days).isoformat()))
    assert response.status_code == 422
    assert "までの日を選んでください" in response.content.decode()
    with scope(company.pk), pytest.raises(InvalidTerm):
        sharing.grant(company, network.pk, [What.SCORES], purpose=PURPOSE, until=in_days(days), by=owner)
    assert shared_now(network.pk, company.pk) == set()


@pytest.mark.parametrize("written", ["{:%Y/%m/%d}", "{:%Y年%m月%d日}", " {:%Y-%m-%d} "])
@pytest.mark.parametrize("wide", [False, True])
def test_a_day_may_be_typed_as_people_write_it(
    written: str, wide: bool, browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    day = written.format(in_days(40))
    if wide:
        day = day.translate({ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789/"})
    assert browser.post(f"{root(company)}/grant", typed(network, "scores", until=day)).status_code == 302
    with scope(company.pk):
        assert Grant.objects.get().until == in_days(40)


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        (["everything"], {}),
        (["scores", "everything"], {}),
        (["scores"], {"purpose": "あ" * 301}),
        (["scores"], {"purpose": "比較\nBcc: x"}),
        (["scores"], {"purpose": "   "}),
    ],
)
def test_what_is_not_on_offer_is_refused(
    what: list[str],
    fields: dict[str, str],
    browser: Client,
    company: Organisation,
    member: Affiliation,
    network: Body,
) -> None:
    assert browser.post(f"{root(company)}/grant", typed(network, *what, **fields)).status_code == 422
    assert shared_now(network.pk, company.pk) == set()


@pytest.mark.parametrize("body_id", ["", "x", "00000000-0000-0000-0000-000000000000", "office", "theirs"])
def test_a_body_that_the_company_does_not_belong_to_is_refused_and_nothing_changes(
    body_id: str, browser: Client, company: Organisation, member: Affiliation, office: Body, elsewhere: Organisation
) -> None:
    theirs = make_affiliation(elsewhere, make_body(name="よその会"))
    known = {"office": str(office.pk), "theirs": str(theirs.body_id)}
    before = contents()
    response = browser.post(f"{root(company)}/grant", typed(office, "scores", body_id=known.get(body_id, body_id)))
    assert response.status_code == 422
    assert "この会社は、選んだ団体に加わっていません" in response.content.decode()
    assert "よその会" not in response.content.decode()
    assert contents() == before


def test_a_body_that_the_company_has_left_is_refused(
    browser: Client, company: Organisation, member: Affiliation, network: Body, owner: User
) -> None:
    with scope(company.pk):
        sharing.end_affiliation(member, by=owner)
    assert browser.post(f"{root(company)}/grant", typed(network, "scores")).status_code == 422
    with scope(company.pk), pytest.raises(sharing.NotAffiliated):
        sharing.grant(company, network.pk, [What.SCORES], purpose=PURPOSE, until=in_days(9), by=owner)


def test_nothing_chosen_is_nothing_shared(company: Organisation, member: Affiliation, owner: User) -> None:
    with scope(company.pk), pytest.raises(sharing.NothingShared):
        sharing.grant(company, member.body_id, [], purpose=PURPOSE, until=in_days(9), by=owner)


# --- to be counted ----------------------------------------------------------------------------------------------------


def test_an_owner_lets_a_network_count_the_company_without_its_name(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    assert "この会社は数えられません。" in words(page(browser, company))
    response = browser.post(f"{root(company)}/grant", typed(network, "statistics"), follow=True)
    html = response.content.decode()
    assert f"{network.name}の集計に、会社名を出さずに数えてもらうことにしました" in html
    assert "提出した診断が、会社名を出さずに数えられます。" in words(html)
    assert "集計に数えてもらうのをやめる" in html
    assert f'href="/o/{company.pk}/peers"' in html
    assert shared_now(network.pk, company.pk) == {What.STATISTICS}


def test_the_page_says_what_being_counted_means_and_what_happens_when_it_stops(
    browser: Client, company: Organisation, member: Affiliation
) -> None:
    text = words(page(browser, company))
    for sentence in (
        "ほかの 5 社以上の分と足し合わされます",
        "業種・都道府県・従業員数・売上高で分けた",
        "会社名も、一社だけの数字も出ません",
        "点数か回答を選ぶと、集計にも数えられます",
        "この会社が入っていた集計の数字は、すぐに出なくなります",
        "あとから会社名を伏せて数えはじめることはできません",
    ):
        assert sentence in text


def test_sharing_scores_means_to_be_counted_and_to_be_named_and_the_page_says_both(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    response = browser.post(f"{root(company)}/grant", typed(network, "scores"), follow=True)
    text = words(response.content.decode())
    assert "点数や回答を見せているあいだは、この団体の集計にも数えられます" in text
    assert "提出した診断が数えられます。点数や回答は、この団体の担当者に会社名とともに見えます。" in text


def test_what_shows_no_answer_lets_nobody_be_counted(
    browser: Client, company: Organisation, member: Affiliation, network: Body
) -> None:
    response = browser.post(f"{root(company)}/grant", typed(network, "registers"), follow=True)
    text = words(response.content.decode())
    assert "この団体の集計には数えられません" in text
    assert "この会社は数えられません。" in text


def test_an_office_cannot_be_let_to_count_neither_by_the_form_nor_past_it(
    browser: Client, company: Organisation, office: Body, owner: User
) -> None:
    make_affiliation(company, office)
    html = page(browser, company)
    assert 'value="statistics"' not in html
    assert "この団体の集計" not in html
    for kinds in (["statistics"], ["scores", "statistics"]):
        response = browser.post(f"{root(company)}/grant", typed(office, *kinds))
        assert response.status_code == 422
        assert "選べないものが含まれています" in response.content.decode()
    with scope(company.pk), pytest.raises(sharing.NotOffered):
        sharing.grant(company, office.pk, [What.STATISTICS, What.SCORES], purpose=PURPOSE, until=in_days(9), by=owner)
    assert shared_now(office.pk, company.pk) == set()


@pytest.mark.parametrize(
    ("given", "ended", "said"),
    [
        ([What.STATISTICS], What.STATISTICS, "集計には、もう数えられません"),
        ([What.SCORES], What.SCORES, "集計には、もう数えられません"),
        ([What.STATISTICS, What.SCORES], What.SCORES, "会社名の出ない集計に数えてもらう同意は、続いています"),
        ([What.STATISTICS, What.SCORES], What.STATISTICS, "点数や回答を見せているあいだは、この団体の集計にも"),
        ([What.ANSWERS], What.ANSWERS, "点数や回答を見せているあいだは、この団体の集計にも"),
    ],
)
def test_whoever_stops_is_told_whether_the_company_is_still_counted(
    given: list[What], ended: What, said: str, browser: Client, company: Organisation, network: Body
) -> None:
    grants = make_grant(company, network, *given)
    grant = next(one for one in grants if one.what == ended)
    response = browser.post(f"{root(company)}/{grant.pk}/revoke", follow=True)
    assert said in words(response.content.decode())
    assert ended not in shared_now(network.pk, company.pk)


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_a_consent_taken_back_ends_at_once_with_what_rests_on_it_and_nothing_else(
    browser: Client, company: Organisation, network: Body, office: Body
) -> None:
    grants = make_grant(company, network, What.NOTES, What.REGISTERS)
    make_grant(company, office, What.ANSWERS)
    answers = next(grant for grant in grants if grant.what == What.ANSWERS)
    response = browser.post(f"{root(company)}/{answers.pk}/revoke", follow=True)
    assert "回答・メモと証拠のファイルを見せるのをやめました。もう相手には見えません。" in response.content.decode()
    assert shared_now(network.pk, company.pk) == {What.SCORES, What.REGISTERS}
    assert shared_now(office.pk, company.pk) == {What.SCORES, What.ANSWERS}


def test_stopping_what_has_ended_changes_nothing_and_says_so(
    browser: Client, company: Organisation, network: Body, owner: User
) -> None:
    (revoked,) = make_grant(company, network, What.SCORES)
    (standing,) = make_grant(company, network, What.SCORES)
    before = contents()
    response = browser.post(f"{root(company)}/{revoked.pk}/revoke", follow=True)
    assert "もう終わっていました" in response.content.decode()
    assert contents() == before
    assert shared_now(network.pk, company.pk) == {What.SCORES}
    Grant.unscoped.filter(pk=standing.pk).update(until=in_days(-1))
    before = contents()
    browser.post(f"{root(company)}/{standing.pk}/revoke")
    assert contents() == before


def test_a_consent_of_another_company_does_not_exist_here(
    browser: Client, company: Organisation, member: Affiliation, elsewhere: Organisation, network: Body
) -> None:
    (theirs,) = make_grant(elsewhere, network, What.SCORES)
    before = contents()
    for nothing in (theirs.pk, uuid4()):
        assert browser.post(f"{root(company)}/{nothing}/revoke").status_code == 404
        assert browser.post(f"{root(company)}/{nothing}/leave").status_code == 404
    assert contents() == before


def test_leaving_a_body_ends_everything_between_the_two_and_nothing_with_others(
    browser: Client, company: Organisation, network: Body, office: Body, elsewhere: Organisation
) -> None:
    make_grant(company, network, What.NOTES)
    make_grant(company, office, What.SCORES)
    make_grant(elsewhere, network, What.SCORES)
    with scope(company.pk):
        affiliation = Affiliation.objects.get(body=network)
    response = browser.post(f"{root(company)}/{affiliation.pk}/leave", follow=True)
    assert f"{network.name}から抜けました" in response.content.decode()
    assert shared_now(network.pk, company.pk) == set()
    assert shared_now(office.pk, company.pk) == {What.SCORES}
    assert shared_now(network.pk, elsewhere.pk) == {What.SCORES}
    with scope(company.pk):
        assert [shared.body for shared in sharing.sharing()] == [office]
    again = browser.post(f"{root(company)}/{affiliation.pk}/leave", follow=True)
    assert "もう抜けていました" in again.content.decode()


def test_what_was_shared_before_leaving_is_not_shared_again_by_coming_back(
    company: Organisation, network: Body, owner: User
) -> None:
    make_grant(company, network, What.NOTES)
    with scope(company.pk):
        sharing.end_affiliation(Affiliation.objects.get(), by=owner)
    make_affiliation(company, network)
    assert shared_now(network.pk, company.pk) == set()


@pytest.mark.parametrize("person", ["editor", "viewer"])
def test_who_does_not_own_the_company_neither_gives_nor_takes_back(
    person: str, request: pytest.FixtureRequest, client_of: ClientOf, company: Organisation, network: Body
) -> None:
    (grant,) = make_grant(company, network, What.SCORES)
    browser = client_of(request.getfixturevalue(person))
    before = contents()
    assert browser.get(root(company)).status_code == 403
    assert browser.post(f"{root(company)}/grant", typed(network, "notes")).status_code == 403
    assert browser.post(f"{root(company)}/{grant.pk}/revoke").status_code == 403
    assert contents() == before


# --- who looked -------------------------------------------------------------------------------------------------------


def read(company: Organisation, body: Body, user: User, what: What = What.SCORES, target: UUID | str = "") -> None:
    record(Verb.READ, actor=user, organisation=company.pk, body=body.pk, target=target, what=what.value)


def test_each_read_stands_with_moment_body_person_and_what_was_seen(
    browser: Client, company: Organisation, network: Body, coordinator: User
) -> None:
    read(company, network, coordinator, What.ANSWERS, make_submission(company).pk)
    text = words(page(browser, company))
    assert f"{network.name} {coordinator.name}" in text
    assert "回答を見ました。（第1回の提出）" in text


def test_a_reader_whose_account_is_gone_is_still_of_that_body(
    browser: Client, company: Organisation, network: Body, coordinator: User
) -> None:
    read(company, network, coordinator)
    coordinator.delete()
    assert f"{network.name} 退会した人" in words(page(browser, company))


def test_an_outsider_without_a_name_is_not_named_by_a_mail_address(
    browser: Client, company: Organisation, network: Body
) -> None:
    nameless = make_body_member(network, email="secret@network.example")
    read(company, network, nameless)
    text = words(page(browser, company))
    assert "名前を登録していない人" in text
    assert "secret@network.example" not in text


def test_reads_of_another_company_are_not_shown(
    browser: Client, company: Organisation, elsewhere: Organisation, network: Body, coordinator: User
) -> None:
    read(elsewhere, network, coordinator)
    assert "まだ、だれも見ていません" in page(browser, company)


@pytest.mark.parametrize("verb", [Verb.FIGURES_READ, Verb.FIGURES_TAKEN])
def test_a_look_at_figures_is_told_to_whom_they_name_at_that_moment_and_to_nobody_else(
    verb: Verb, browser: Client, company: Organisation, network: Body, coordinator: User, owner: User
) -> None:
    within = make_round(network, name="春の回")

    def look() -> None:
        record(verb, actor=coordinator, body=network.pk, target=within.pk)

    def told() -> int:
        return words(page(browser, company)).count("集計（会社名つきの結果を含む）")

    make_affiliation(company, network)
    look()  # nothing shared
    make_grant(company, network, What.STATISTICS)
    look()  # counted without a name
    make_grant(company, make_body(), What.ANSWERS)
    look()  # another network has the answers
    assert told() == 0
    make_grant(company, network, What.SCORES)
    look()
    make_grant(company, network, What.STATISTICS)
    look()  # no longer by name
    make_grant(company, network, What.SCORES, until=in_days(-1))
    look()  # the term is over
    assert told() == 1
    text = words(page(browser, company))
    assert f"{network.name} {coordinator.name} 集計（会社名つきの結果を含む）" in text
    assert "（春の回）" in text
    assert "集計（会社名つきの結果を含む）" in words(browser.get(f"/o/{company.pk}/log?topic=reads").content.decode())


def test_looks_at_figures_and_own_lines_stand_in_one_order_and_pages_of_the_log_miss_none(
    company: Organisation, network: Body, coordinator: User, owner: User
) -> None:
    make_grant(company, network, What.SCORES)
    for number in range(12):
        if number % 3:
            record(Verb.FIGURES_READ, actor=coordinator, body=network.pk, target=uuid4())
        else:
            read(company, network, coordinator)
    with scope(company.pk):
        whole = [line.number for line in lines_of(company, limit=100)]
        paged: list[int] = []
        while found := lines_of(company, before=paged[-1] if paged else None, limit=5):
            paged += [line.number for line in found]
        assert paged == whole == sorted(whole, reverse=True)
        assert [line.number for line in all_lines_of(company, 4)] == whole[::-1]
        assert count_lines(company) == len(whole)


def test_the_page_costs_the_same_with_one_body_and_read_as_with_many(
    browser: Client, company: Organisation, network: Body, coordinator: User
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(browser, company)
        return len(queries)

    submission = make_submission(company)
    make_grant(company, network, What.SCORES)
    read(company, network, coordinator, target=submission.pk)
    record(Verb.FIGURES_READ, actor=coordinator, body=network.pk, target=make_round(network).pk)
    small = cost()
    for number in range(4):
        body = make_body(name=f"会 {number}")
        make_grant(company, body, What.NOTES, What.REGISTERS)
        make_grant(company, body, What.NOTES)
        reader = make_body_member(body, name=f"読 {number}")
        for _again in range(3):
            read(company, body, reader, What.NOTES, target=uuid4())
            record(Verb.FIGURES_READ, actor=reader, body=body.pk, target=make_round(body).pk)
    assert cost() == small
    assert small <= 15


# --- what is recorded -------------------------------------------------------------------------------------------------


def test_giving_taking_back_and_leaving_are_recorded_with_ids_and_code_words(
    browser: Client, company: Organisation, member: Affiliation, network: Body, owner: User
) -> None:
    start = AuditLine.objects.count()
    browser.post(f"{root(company)}/grant", typed(network, "answers"))
    with scope(company.pk):
        scores = Grant.objects.get(what="scores")
    browser.post(f"{root(company)}/{scores.pk}/revoke")
    browser.post(f"{root(company)}/{member.pk}/leave")
    lines = list(AuditLine.objects.order_by("number")[start:])
    assert [(line.verb, line.detail) for line in lines] == [
        ("granted", {"what": ["scores", "answers"], "until": in_days(90).isoformat()}),
        ("revoked", {"what": ["scores", "answers"]}),
        ("affiliation-ended", {}),
    ]
    assert {(line.actor, line.organisation, line.body) for line in lines} == {(str(owner.pk), company.pk, network.pk)}
