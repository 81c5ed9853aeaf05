"""The dashboard of a round: who may open it, what it shows, and that nothing of an unnamed company is anywhere."""

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

from cohorts.counting import count_companies
from cohorts.models import Block
from guidance.registry import current_catalog
from organisations.audit import Verb
from organisations.consent import What
from organisations.models import AuditLine, Body, Grant, Organisation, Round, User
from organisations.policy import BodyKind
from reports import cohort_kept
from tests.builders import make_body, make_body_member, make_round
from tests.conftest import ClientOf
from tests.reports.crowds import Firm, make_firms, submit, unnamed

pytestmark = pytest.mark.django_db

SECRET = Firm("秘密精機", Fraction(9127, 100), level=3)
"""An unnamed company that stands out: "91.3" must not be read anywhere."""
SHOWN = Firm("名出工業", Fraction(2345, 100), level=1, whats=(What.SCORES, What.ANSWERS))
SCORES_ONLY = Firm("点数商会", Fraction(6677, 100), level=4, whats=(What.SCORES,), facts={"industry": "I"})
PAGES = ("figures", "figures/companies", "figures/outliers", "figures/side-by-side")


class Desk:
    """A coordinator's pages of one round."""

    def __init__(self, client: Client, within: Round) -> None:
        self.client, self.round = client, within

    def at(self, rest: str = "figures") -> str:
        return f"/b/{self.round.body_id}/rounds/{self.round.pk}/{rest}"

    def read(self, rest: str = "figures", status: int = 200) -> str:
        answer = self.client.get(self.at(rest))
        assert answer.status_code == status, answer.content.decode()[:2000]
        return unescape(answer.content.decode())

    def words(self, rest: str = "figures", status: int = 200) -> str:
        """The words of a page without its markup."""
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.read(rest, status)))


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="春の回")


@pytest.fixture
def desk(coordinator: User, client_of: ClientOf, within: Round) -> Desk:
    return Desk(client_of(coordinator), within)


@pytest.fixture
def companies(within: Round) -> dict[str, Organisation]:
    """Twelve companies without a name (one of them SECRET), and two by name."""
    made = make_firms(within, [*unnamed(11), SECRET, SHOWN, SCORES_ONLY])
    count_companies(within.pk, at_once=True)
    return {one.name: one for one in made}


def revoke(company: Organisation) -> None:
    Grant.unscoped.filter(organisation=company).update(revoked_at=timezone.now())


# --- who may open it --------------------------------------------------------------------------------------------------


def test_only_the_coordinator_of_the_network_opens_a_page(
    desk: Desk,
    companies: dict[str, Organisation],
    assistant: User,
    supervisor: User,
    office: Body,
    client_of: ClientOf,
) -> None:
    of_office = f"/b/{office.pk}/rounds/{desk.round.pk}"
    for page in (*PAGES, "figures/groups.svg"):
        assert desk.client.get(desk.at(page)).status_code == 200
        assert client_of(assistant).get(desk.at(page)).status_code == 403
        assert client_of(supervisor).get(desk.at(page)).status_code == 404
        assert client_of(supervisor).get(f"{of_office}/{page}").status_code == 404


def test_a_round_of_another_network_does_not_exist(desk: Desk, client_of: ClientOf) -> None:
    other = make_body(BodyKind.NETWORK)
    foreign = make_round(other)
    for page in PAGES:
        assert desk.client.get(f"/b/{desk.round.body_id}/rounds/{foreign.pk}/{page}").status_code == 404
    assert client_of(make_body_member(other)).get(desk.at()).status_code == 404


def test_counting_is_pressed_and_never_followed(desk: Desk, assistant: User, client_of: ClientOf) -> None:
    assert desk.client.get(desk.at("figures/count")).status_code == 405
    assert client_of(assistant).post(desk.at("figures/count")).status_code == 403
    assert desk.client.post(desk.at("figures/count")).status_code == 302


# --- what is missing --------------------------------------------------------------------------------------------------


def test_a_round_that_has_not_begun_says_when_it_does(coordinator: User, network: Body, client_of: ClientOf) -> None:
    first = timezone.localdate() + dt.timedelta(days=9)
    later = make_round(network, opens_on=first, closes_on=first + dt.timedelta(days=9))
    said = Desk(client_of(coordinator), later).words()
    assert f"{first:%Y/%m/%d} から提出を受け付け" in said
    assert "<svg" not in said


def test_a_round_without_a_company_says_what_a_company_has_to_do(desk: Desk) -> None:
    said = desk.words()
    assert "まだ、数えられる会社がありません" in said
    assert "外部への共有" in said
    assert "三つの点数の分布" not in said


def test_companies_that_wait_are_counted_when_the_coordinator_asks(desk: Desk, within: Round) -> None:
    make_firms(within, unnamed(4))
    assert "いま数える" not in desk.words().split("会社の数字の守り方")[0]
    make_firms(within, unnamed(3, first=60, prefecture="23"))
    assert "7 社が提出し、数えられるのを待っています" in desk.words()
    answer = desk.client.post(desk.at("figures/count"), follow=True)
    assert "7社を新しくまとめて数えました。" in answer.content.decode()
    assert "三つの点数の分布" in answer.content.decode()


def test_too_few_that_wait_stay_uncounted_with_a_word_about_it(desk: Desk, within: Round) -> None:
    make_firms(within, unnamed(3))
    answer = desk.client.post(desk.at("figures/count"), follow=True)
    assert "待っている会社がまだ少ないため" in answer.content.decode()
    assert not Block.objects.exists()


# --- what it shows ----------------------------------------------------------------------------------------------------


def test_the_dashboard_shows_every_part_with_its_table_and_files(
    desk: Desk, companies: dict[str, Organisation]
) -> None:
    page, said = desk.read(), desk.words()
    for words in ("三つの点数の分布", "区分ごとの違い", "できていない会社が多い設問", "会社の数字の守り方"):
        assert words in said
    assert re.search(r"数えた会社 14 社", said)
    assert re.search(r"うち会社名つき 2 社", said)
    for slug in ("distribution-autonomy", "groups", "group-sections", "missed"):
        for form in ("png", "svg", "xlsx"):
            assert f"figures/{slug}.{form}" in page
    assert page.count('role="img"') == 5
    assert page.count("<table") == 6
    assert re.search(r'<th scope="row">製造業</th><td class="num">13</td><td class="num">[\d.]+</td>', page)


def test_a_filter_stands_in_the_address_and_goes_with_every_link(
    desk: Desk, companies: dict[str, Organisation], within: Round
) -> None:
    make_firms(within, unnamed(12, industry="G", prefecture="13"))
    count_companies(within.pk, at_once=True)
    page = desk.read("figures?industry=G&industry=I&by=prefecture")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "業種＝情報通信業 / 卸売業、小売業" in said
    assert "うち条件に合う会社 13 社" in said
    assert "ネットワーク全体との比較" in said
    assert "都道府県別の三つの点数" in said
    assert "figures/groups.png?industry=G&industry=I&by=prefecture" in page


def test_what_an_address_asks_that_there_is_not_is_left_out_and_told(
    desk: Desk, companies: dict[str, Organisation]
) -> None:
    for query in ("industry=zz", "by=colour", "axis=luck", "prefecture=99"):
        said = desk.words(f"figures?{query}")
        assert "読み取れないものを外して" in said
        assert "三つの点数の分布" in said


def test_a_group_of_one_that_is_not_named_is_told_to_be_too_few(
    desk: Desk, within: Round, companies: dict[str, Organisation]
) -> None:
    make_firms(within, [*unnamed(11, first=30), Firm("一社だけ水産", facts={"industry": "B"})])
    count_companies(within.pk, at_once=True)
    said = desk.words("figures?industry=B")
    assert "この条件だけで数えられる会社が少なすぎるため" in said
    assert "三つの点数の分布" not in said
    assert desk.client.get(desk.at("figures/groups.xlsx?industry=B")).status_code == 404


def test_the_round_before_is_compared_on_the_same_companies(
    network: Body, coordinator: User, client_of: ClientOf
) -> None:
    today = timezone.localdate()
    earlier = make_round(
        network,
        name="前の回",
        opens_on=today - dt.timedelta(days=90),
        closes_on=today - dt.timedelta(days=60),
    )
    then = timezone.now() - dt.timedelta(days=70)
    firms = [Firm(f"名{n}", 40, whats=(What.SCORES, What.ANSWERS)) for n in range(6)]
    made = make_firms(earlier, firms, submitted_at=then)
    now = make_round(network, name="今の回")
    submit(now, made, [Firm(one.name, 52, whats=()) for one in firms])
    desk = Desk(client_of(coordinator), now)
    said = desk.words()
    assert "前の回からの変化" in said
    assert "自律性は40.0点から52.0点になりました（6社）" in said


# --- companies by name, and nobody else -------------------------------------------------------------------------------


def everything(desk: Desk, *ids: object) -> str:
    picked = "&".join(f"c={one}" for one in ids)
    return "".join(
        desk.read(page)
        for page in (
            *("figures", "figures?by=prefecture", "figures?industry=E&size=51-100"),
            *("figures/companies", "figures/companies?q=秘密", "figures/outliers", f"figures/side-by-side?{picked}"),
        )
    )


def test_nothing_of_an_unnamed_company_is_on_any_page(desk: Desk, companies: dict[str, Organisation]) -> None:
    secret = companies[SECRET.name]
    # What was typed into the search stands in its field; the company itself does not.
    found = everything(desk, secret.pk, companies[SHOWN.name].pk).replace('value="秘密"', "")
    assert SHOWN.name in found
    assert SECRET.name not in found
    assert str(secret.pk) not in re.sub(r"c=[0-9a-f-]{36}", "", found)
    assert "91.3" not in found
    assert not any(f"無名{place:03}" in found for place in range(11))


def test_the_heat_map_shows_names_with_consent_and_the_others_as_a_block(
    desk: Desk, companies: dict[str, Organisation]
) -> None:
    said = desk.words("figures/companies")
    assert "まとまり A（12社）" in said
    assert "製造業 / 51〜100人" in said
    shown, scores = (said[said.index(one.name) :][:200] for one in (SHOWN, SCORES_ONLY))
    assert "23.5 23.5 23.5 23.5" in shown
    assert "66.8 66.8 66.8 — —" in scores


def test_the_heat_map_is_sorted_searched_and_paged(desk: Desk, within: Round) -> None:
    make_firms(within, [Firm(f"名{n:02}社", n, whats=(What.SCORES,)) for n in range(1, 56)])
    first = desk.words("figures/companies")
    assert "名01社" in first
    assert "名51社" not in first
    assert "名51社" in desk.words("figures/companies?page=2")
    assert "名51社" in desk.words("figures/companies?q=51")
    assert "この名前の会社はありません" in desk.words("figures/companies?q=まったく別")


def test_after_a_consent_ends_the_next_page_shows_nothing_of_it(desk: Desk, companies: dict[str, Organisation]) -> None:
    shown = companies[SHOWN.name]
    page = f"figures/side-by-side?c={shown.pk}"
    assert SHOWN.name in desk.read(page)
    assert SHOWN.name in desk.read("figures/companies")
    revoke(shown)
    assert SHOWN.name not in everything(desk)
    assert SHOWN.name not in desk.read(page)
    assert "1 社は、会社名を出すことに同意していないか" in desk.words(page)


def test_when_an_unnamed_company_leaves_its_block_is_nowhere(desk: Desk, companies: dict[str, Organisation]) -> None:
    assert "数えた会社 14 社" in desk.words()
    revoke(companies[SECRET.name])
    said = desk.words()
    assert "数えた会社 2 社" in said
    assert "集計から外れた会社 12 社" in said
    assert "まとまり A" not in desk.words("figures/companies")


def test_a_company_that_was_renamed_is_shown_with_its_new_name(desk: Desk, companies: dict[str, Organisation]) -> None:
    assert SHOWN.name in desk.read("figures/companies")
    Organisation.objects.filter(pk=companies[SHOWN.name].pk).update(name="新しい社名")
    said = desk.read("figures/companies")
    assert "新しい社名" in said
    assert SHOWN.name not in said


def test_outliers_come_with_their_answers_where_these_are_shared(desk: Desk, within: Round) -> None:
    crowd = [Firm(f"並{n}", 45 + n % 7, whats=(What.SCORES, What.ANSWERS)) for n in range(12)]
    question = next(iter(current_catalog().questions))
    far = Firm("飛抜産業", 97, whats=(What.SCORES, What.ANSWERS), answers={question: 4})
    silent = Firm("黙抜産業", 3, whats=(What.SCORES,))
    make_firms(within, [*crowd, far, silent])
    said = desk.words("figures/outliers")
    assert "飛抜産業" in said
    assert current_catalog().questions[question].text.ja in said
    assert "この会社は段階 4、平均は" in said
    assert "回答は共有されていません。" in said
    assert "並3" not in said
    assert "大きく離れている会社（2 社）" in desk.words()


# --- side by side -----------------------------------------------------------------------------------------------------


def test_up_to_five_companies_stand_side_by_side(desk: Desk, within: Round) -> None:
    firms = [Firm(f"並{n}社", 40 + n, level=n % 5, whats=(What.SCORES, What.ANSWERS)) for n in range(6)]
    ids = [one.pk for one in make_firms(within, firms)]
    five = "&".join(f"c={one}" for one in ids[:5])
    said = desk.words(f"figures/side-by-side?{five}")
    assert all(f"並{n}社" in said for n in range(5))
    assert "答えが大きく違う設問" in said
    said = desk.words(f"figures/side-by-side?{five}&c={ids[5]}", 422)
    assert "一度に比べられるのは 5 社までです" in said
    assert "並0社" not in said


def test_ids_that_cannot_be_shown_are_left_out_with_one_and_the_same_word(
    desk: Desk, companies: dict[str, Organisation]
) -> None:
    for other in (companies[SECRET.name].pk, "7d0ad2d4-0a6e-4b08-a0d5-8d2b6f1e9f10", "'><script>"):
        said = desk.words(f"figures/side-by-side?c={companies[SHOWN.name].pk}&c={other}")
        assert SHOWN.name in said
        assert "選んだうち 1 社は" in said


def test_without_a_company_the_page_says_how_to_choose(desk: Desk, companies: dict[str, Organisation]) -> None:
    assert "会社ごとの表から選ぶ" in desk.words("figures/side-by-side")


# --- the log ----------------------------------------------------------------------------------------------------------


def lines(*verbs: Verb) -> list[AuditLine]:
    return list(AuditLine.objects.filter(verb__in=[verb.value for verb in verbs]).order_by("number"))


def test_reading_is_recorded_once_a_day_and_again_with_other_companies_by_name(
    desk: Desk, companies: dict[str, Organisation], within: Round, coordinator: User
) -> None:
    for page in ("figures", "figures?industry=E", "figures/companies", "figures/outliers", "figures"):
        desk.read(page)
    (line,) = lines(Verb.FIGURES_READ)
    assert (line.actor, line.body, line.target) == (str(coordinator.pk), within.body_id, str(within.pk))
    make_firms(within, [Firm("新名社", whats=(What.SCORES,))])
    desk.read()
    assert len(lines(Verb.FIGURES_READ)) == 2


def test_a_page_without_figures_leaves_no_line(desk: Desk) -> None:
    desk.read()
    assert lines(Verb.FIGURES_READ) == []


def test_each_company_side_by_side_has_a_line_of_what_was_seen(desk: Desk, companies: dict[str, Organisation]) -> None:
    ids = [companies[one.name].pk for one in (SHOWN, SCORES_ONLY, SECRET)]
    desk.read("figures/side-by-side?" + "&".join(f"c={one}" for one in ids))
    seen = {(line.organisation, line.detail["what"]) for line in lines(Verb.READ)}
    assert seen == {(ids[0], "answers"), (ids[1], "scores")}


# --- statements -------------------------------------------------------------------------------------------------------


def test_a_warm_page_takes_at_most_12_statements_and_no_more_with_more_companies(
    desk: Desk, companies: dict[str, Organisation], within: Round
) -> None:
    def cost(page: str) -> int:
        desk.read(page)
        with CaptureQueriesContext(connection) as statements:
            desk.read(page)
        told = "\n".join(query["sql"][:160] for query in statements.captured_queries)
        assert len(statements) <= 12, f"{page}\n{told}"
        return len(statements)

    pages = ("figures", "figures?industry=E&by=size", "figures/companies", "figures/outliers")
    before = [cost(page) for page in pages]
    make_firms(within, [Firm(f"増{n}", whats=(What.SCORES, What.ANSWERS)) for n in range(60)])
    make_firms(within, unnamed(40, industry="D"))
    count_companies(within.pk, at_once=True)
    assert [cost(page) for page in pages] == before


def test_only_the_last_state_of_a_round_is_kept_in_memory(
    desk: Desk, companies: dict[str, Organisation], within: Round
) -> None:
    for number in range(3):
        desk.read()
        desk.read("figures/companies")
        make_firms(within, [Firm(f"増{number}", whats=(What.SCORES,))])
    states = {state for state, _what in cohort_kept._kept if state[0] == within.pk}
    assert len(states) == 1
