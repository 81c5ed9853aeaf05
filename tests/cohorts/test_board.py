"""The status board of a round: who is how far, without anything that a company did not share."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from assessments.models import Assessment, Submission
from assessments.scoring.answers import Answer
from cohorts.models import Notice, Participant
from organisations.consent import What
from organisations.models import Affiliation, Body, Grant, Invitation, Organisation, Round, User
from tests.builders import (
    FIRST,
    make_affiliation,
    make_assessment,
    make_body,
    make_grant,
    make_organisation,
    make_participant,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
SAID = {FIRST: Answer.at(2, "社外秘のメモ")}
MOST_STATEMENTS = 10


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="2026年度 第1回")


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


def path(within: Round, rest: str = "") -> str:
    return f"/b/{within.body_id}/rounds/{within.pk}/board{rest}"


def listed(browser: Client, within: Round, query: str = "") -> list[str]:
    response = browser.get(path(within, query))
    assert response.status_code == 200
    return [line.row.name for line, _grants in response.context["lines"]]


def counted(browser: Client, within: Round, query: str = "") -> dict[str, int]:
    """How many are in each state that is shown, in all, and sharing."""
    context = browser.get(path(within, query)).context
    found = {str(name): number for _state, name, _means, number in context["steps"]}
    return {"すべて": context["all"], **found, "共有あり": context["sharing"]}


def joined(within: Round, name: str, **fields: Any) -> Participant:
    """A company that belongs to the network and stands in the round."""
    company = make_organisation(name=name, corporate_number="")
    make_affiliation(company, within.body)
    return make_participant(within, company, **fields)


def company_of(participant: Participant) -> Organisation:
    assert participant.organisation is not None
    return participant.organisation


def asked(within: Round, name: str, status: Notice.Status, **fields: Any) -> Participant:
    """Somebody on the list who was invited, with the mail as it stands."""
    invitation = Invitation.unscoped.create(
        body_id=within.body_id, email=f"{uuid.uuid4()}@kaisha.example", expires_at=timezone.now() + dt.timedelta(9)
    )
    made = make_participant(within, name=name, invitation=invitation, invited_at=timezone.now(), **fields)
    Notice.objects.create(body_id=within.body_id, participant=made, status=status)
    return made


@pytest.fixture
def one_of_each(within: Round) -> dict[str, Participant]:
    """Participants by the word for how far they are."""
    made = {
        "未案内": make_participant(within, name="あ 未案内"),
        "案内できず": asked(within, "い 送れず", Notice.Status.FAILED),
        "案内済み": asked(within, "う 案内", Notice.Status.SENT),
        "参加": joined(within, "え 参加"),
        "回答中": joined(within, "お 回答"),
        "提出済み": joined(within, "か 提出"),
        "退会": joined(within, "き 退会"),
    }
    make_assessment(company_of(made["回答中"]), answers=SAID)
    for name in ("提出済み", "退会"):
        make_submission(company_of(made[name]), answers=SAID)
    Affiliation.unscoped.filter(organisation=company_of(made["退会"])).update(ended_at=timezone.now())
    return made


# --- how far a company is ---------------------------------------------------------------------------------------------


def test_each_company_stands_with_how_far_it_is(
    browser: Client, within: Round, one_of_each: dict[str, Participant]
) -> None:
    response = browser.get(path(within))
    assert {line.state: line.row.pk for line, _grants in response.context["lines"]} == {
        name: participant.pk for name, participant in one_of_each.items()
    }
    assert counted(browser, within) == {"すべて": 7, **dict.fromkeys(one_of_each, 1), "共有あり": 0}


def test_the_board_shows_nothing_that_a_company_did_not_share(
    browser: Client, within: Round, one_of_each: dict[str, Participant]
) -> None:
    Submission.unscoped.update(submitted_at=timezone.now() - dt.timedelta(days=5))
    html = unescape(browser.get(path(within)).content.decode())
    day = timezone.localdate() - dt.timedelta(days=5)
    for secret in (
        "社外秘のメモ",
        FIRST,
        f"{day:%Y/%m/%d}",
        *map(str, Submission.unscoped.values_list("pk", flat=True)),
    ):
        assert secret not in html
    for participant in one_of_each.values():
        assert participant.email == "" or participant.email not in html, "who works on the board sends no mail by hand"


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (dt.datetime(2026, 3, 31, 23, 59), False),
        (dt.datetime(2026, 4, 1, 0, 0), True),
        (dt.datetime(2026, 6, 30, 23, 59), True),
        (dt.datetime(2026, 7, 1, 0, 0), False),
    ],
)
def test_submitted_is_what_was_submitted_on_a_day_of_the_round(
    browser: Client, network: Body, moment: dt.datetime, counts: bool
) -> None:
    spring = make_round(network, opens_on=dt.date(2026, 4, 1), closes_on=dt.date(2026, 6, 30))
    make_submission(company_of(joined(spring, "一社")), answers=SAID)
    Submission.unscoped.update(submitted_at=timezone.make_aware(moment))
    assert listed(browser, spring, "?state=submitted") == (["一社"] if counts else [])
    assert listed(browser, spring, "?state=joined") == ([] if counts else ["一社"]), "an earlier round is none of this"


def test_another_version_is_neither_begun_nor_submitted_here(browser: Client, within: Round) -> None:
    began, done = joined(within, "始めた"), joined(within, "出した")
    make_assessment(company_of(began), answers=SAID)
    make_submission(company_of(done), answers=SAID)
    assert listed(browser, within, "?sort=state") == ["始めた", "出した"]
    Assessment.unscoped.update(catalog_ref="keian@2025.9")
    Submission.unscoped.update(catalog_ref="keian@2025.9")
    assert len(listed(browser, within, "?state=joined")) == 2


def test_an_invitation_that_was_taken_back_is_none_and_one_whose_mail_came_later_arrived(
    browser: Client, within: Round
) -> None:
    back = asked(within, "取り消し", Notice.Status.SENT)
    Invitation.unscoped.filter(pk=back.invitation_id).update(revoked_at=timezone.now())
    asked(within, "不明", Notice.Status.UNSURE)
    asked(within, "途中", Notice.Status.WAITING)
    again = asked(within, "二度目", Notice.Status.FAILED)
    reminder = within.reminders.create(body_id=within.body_id, status="done")
    Notice.objects.create(body_id=within.body_id, participant=again, reminder=reminder, status=Notice.Status.SENT)
    assert listed(browser, within, "?state=new") == ["取り消し"]
    assert listed(browser, within, "?state=failed") == ["不明"]
    assert sorted(listed(browser, within, "?state=invited")) == ["二度目", "途中"]


def test_a_company_leads_to_its_page_as_long_as_it_belongs_here(
    browser: Client, within: Round, one_of_each: dict[str, Participant]
) -> None:
    html = browser.get(path(within)).content.decode()
    for name in ("参加", "回答中", "提出済み"):
        address = f"/b/{within.body_id}/c/{company_of(one_of_each[name]).pk}/"
        assert address in html
        assert browser.get(address).status_code == 200
    assert f"/c/{company_of(one_of_each['退会']).pk}/" not in html


# --- what is shared ---------------------------------------------------------------------------------------------------


def test_who_may_see_shared_results_learns_which_kinds_are_shared_and_the_others_that_something_is(
    browser: Client, within: Round, assistant: User, office: Body, client_of: ClientOf
) -> None:
    sharing, over, elsewhere = (joined(within, name) for name in ("共有", "期限切れ", "よそに共有"))
    make_grant(company_of(sharing), within.body, What.ANSWERS)
    make_grant(company_of(over), within.body, What.SCORES, until=timezone.localdate() - dt.timedelta(days=1))
    make_grant(company_of(elsewhere), office, What.NOTES)
    for somebody in (browser, client_of(assistant)):
        assert listed(somebody, within, "?shared=yes") == ["共有"]
        assert listed(somebody, within, "?shared=no") == ["よそに共有", "期限切れ"]
        assert counted(somebody, within)["共有あり"] == 1
    table = browser.get(path(within, "?shared=yes")).content.decode()
    theirs = client_of(assistant).get(path(within, "?shared=yes")).content.decode()
    rows = [html[html.index("<tbody>") : html.index("</tbody>")] for html in (table, theirs)]
    assert "点数" in rows[0]
    assert "回答" in rows[0]
    assert "メモ" not in rows[0]
    assert "点数" not in rows[1]
    assert "共有あり" in rows[1]


def test_a_revoked_consent_is_gone_at_once(browser: Client, within: Round) -> None:
    make_grant(company_of(joined(within, "一社")), within.body, What.STATISTICS)
    assert counted(browser, within)["共有あり"] == 1
    Grant.unscoped.update(revoked_at=timezone.now())
    assert counted(browser, within)["共有あり"] == 0


# --- conditions in the address ----------------------------------------------------------------------------------------


def test_companies_are_found_by_what_the_list_says_of_them(browser: Client, within: Round) -> None:
    facts = {"industry": "E", "prefecture": "22", "size": "51-100", "sales_band": "1b-4b"}
    make_participant(within, name="そろい", **facts)
    for name, other in {"industry": "D", "prefecture": "13", "size": "to-20", "sales_band": "10b-over"}.items():
        make_participant(within, name=name, **{**facts, name: other})
    make_participant(within, name="何もない")
    for name, value in facts.items():
        assert set(listed(browser, within, f"?{name}={value}")) == {"そろい", *facts} - {name}
        assert listed(browser, within, f"?{name}=none") == ["何もない"]
    every = "&".join(f"{name}={value}" for name, value in facts.items())
    assert listed(browser, within, f"?{every}") == ["そろい"]
    assert listed(browser, within, f"?{every}&state=joined") == []
    html = browser.get(path(within, "?industry=none")).content.decode()
    row = html[html.index("<tbody>") : html.index("</tbody>")]
    assert row.count("不明") == len(facts)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("みなと", ["株式会社みなとＡＢＣ"]),
        ("abc", ["株式会社みなとＡＢＣ", "ABC商会"]),
        ("ａｂｃ", ["株式会社みなとＡＢＣ", "ABC商会"]),
        ("みなと ＡＢＣ", ["株式会社みなとＡＢＣ"]),
        ("ABC　商会", ["ABC商会"]),
        ("4234567890128", ["法人番号の会社"]),
        ("４２３４-5678", ["法人番号の会社"]),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE", []),
        ("ない会社", []),
    ],
)
def test_companies_are_found_by_name_or_number_however_they_are_typed(
    browser: Client, within: Round, typed: str, found: list[str]
) -> None:
    for name in ("株式会社みなとＡＢＣ", "ABC商会"):
        make_participant(within, name=name)
    make_participant(within, name="法人番号の会社", corporate_number="4234567890128")
    response = browser.get(path(within), {"q": typed})
    assert sorted(line.row.name for line, _grants in response.context["lines"]) == sorted(found)


def test_the_counts_keep_to_all_conditions_but_their_own(
    browser: Client, within: Round, one_of_each: dict[str, Participant]
) -> None:
    Participant.unscoped.exclude(pk__in=[one_of_each[name].pk for name in ("未案内", "提出済み")]).update(
        prefecture="13"
    )
    make_grant(company_of(one_of_each["提出済み"]), within.body)
    in_tokyo = counted(browser, within, "?prefecture=13")
    assert (in_tokyo["すべて"], in_tokyo["提出済み"], in_tokyo["参加"]) == (5, 0, 1)
    assert counted(browser, within, "?state=joined") == counted(browser, within)
    assert listed(browser, within, "?state=submitted&shared=yes") == ["か 提出"]
    assert listed(browser, within, "?state=submitted&shared=no") == []


@pytest.mark.parametrize(
    ("query", "ignored"),
    [
        ("?state=perhaps", "状況"),
        ("?shared=1", "共有"),
        ("?prefecture=99&industry=ZZ", "業種、都道府県"),
        ("?sort=name;DROP", "並べ方"),
        (f"?q={'あ' * 121}", "会社名か法人番号"),
        ("?q=%00", "会社名か法人番号"),
        ("?page=x", ""),
        ("?page=-1&page=99", ""),
        ("?state=&q=&size=", ""),
        ("?nonsense=1&state", ""),
        ("?q=%ff%fe", None),
    ],
)
def test_nothing_in_the_address_breaks_the_page_and_what_cannot_be_read_is_named(
    browser: Client, within: Round, query: str, ignored: str | None
) -> None:
    make_participant(within, name="一社")
    response = browser.get(path(within, query))
    assert response.status_code == 200
    html = unescape(response.content.decode())
    if ignored is not None:
        assert [line.row.name for line, _grants in response.context["lines"]] == ["一社"]
        assert ("読めないため、使っていません" in html) is bool(ignored)
        assert not ignored or f"アドレスの条件のうち、{ignored}は読めない" in html
    for ending in (".csv", ".xlsx"):
        assert browser.get(path(within, ending) + query).status_code == 200


def test_one_wrong_condition_leaves_the_others(browser: Client, within: Round) -> None:
    for name, prefecture in {"東京": "13", "静岡": "22"}.items():
        make_participant(within, name=name, prefecture=prefecture)
    assert listed(browser, within, "?prefecture=13&industry=ZZ&sort=?") == ["東京"]


def test_what_was_chosen_stays_in_the_address_and_can_be_copied(browser: Client, within: Round) -> None:
    make_participant(within, name="一社", prefecture="13")
    query = f"?prefecture=13&q={quote('一社')}&sort=state"
    html = unescape(browser.get(path(within, query)).content.decode())
    assert f'value="http://testserver{path(within, query)}"' in html
    assert f"{query}&state=joined" in html, "a count narrows down what is chosen"
    assert '<option value="13" selected>' in html


def test_an_empty_round_says_what_to_do_and_a_search_without_result_says_so(browser: Client, within: Round) -> None:
    assert "まだ会社がありません" in browser.get(path(within)).content.decode()
    make_participant(within)
    assert "条件に合う会社はありません" in browser.get(path(within, "?q=ない")).content.decode()


def test_names_stay_text(browser: Client, within: Round) -> None:
    make_participant(within, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in browser.get(path(within, '?q="><script>alert(1)</script>')).content.decode()


# --- the door ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["", ".xlsx", ".csv"])
def test_the_board_opens_for_people_of_the_network_alone(
    rest: str, within: Round, assistant: User, owner: User, supervisor: User, office: Body, client_of: ClientOf
) -> None:
    assert client_of(assistant).get(path(within, rest)).status_code == 200
    for outsider in (owner, supervisor):
        assert client_of(outsider).get(path(within, rest)).status_code == 404
    assert client_of(None).get(path(within, rest)).status_code == 302
    theirs = make_round(make_body())
    assert client_of(assistant).get(f"/b/{within.body_id}/rounds/{theirs.pk}/board{rest}").status_code == 404
    assert client_of(supervisor).get(f"/b/{office.pk}/rounds/{within.pk}/board{rest}").status_code == 404


def test_companies_of_another_round_are_not_listed(browser: Client, within: Round, network: Body) -> None:
    make_participant(make_round(network), name="別の回")
    make_participant(make_round(make_body()), name="別の団体")
    assert listed(browser, within) == []


# --- as a file --------------------------------------------------------------------------------------------------------


def test_the_list_comes_as_a_file_with_all_pages_and_the_conditions(
    browser: Client, within: Round, one_of_each: dict[str, Participant]
) -> None:
    make_grant(company_of(one_of_each["参加"]), within.body)
    for number in range(60):
        make_participant(within, name=f"多数{number:02}", prefecture="13", industry="E")
    response = browser.get(path(within, ".xlsx?prefecture=13&page=2"))
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"].count("no-store")
    rows = list(load_workbook(io.BytesIO(response.content)).worksheets[0].values)
    assert rows[0] == ("会社名", "法人番号", "状況", "共有", "業種", "都道府県", "従業員数", "年間の売上高")
    assert rows[1][:1] + rows[1][2:] == ("多数00", "未案内", "共有なし", "製造業", "東京都", "不明", "不明")
    assert len(rows) == 61
    text = browser.get(path(within, ".csv?state=joined")).content.decode("utf-8-sig").splitlines()
    assert text[1].startswith("え 参加,,参加,共有あり,製造業,静岡県,")
    assert len(text) == 2


def test_nothing_in_a_file_is_computed(browser: Client, within: Round) -> None:
    formula = '=HYPERLINK("http://evil.example")'
    make_participant(within, name=formula)
    sheet = load_workbook(io.BytesIO(browser.get(path(within, ".xlsx")).content)).worksheets[0]
    cell = sheet["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (formula, "s", True)
    assert """"'=HYPERLINK""" in browser.get(path(within, ".csv")).content.decode("utf-8-sig")


# --- many companies ---------------------------------------------------------------------------------------------------


def many(within: Round, number: int) -> None:
    """Companies in the list, of which two in three joined, one in three submitted and one in four shares something."""
    details = {"industry": "E", "prefecture": "22", "employees": 9, "sales_band": "1b-4b"}
    made = Organisation.objects.bulk_create(
        Organisation(name=f"え会社{place:04}", **details) for place in range(number * 2 // 3)
    )
    Affiliation.unscoped.bulk_create(Affiliation(organisation=one, body_id=within.body_id) for one in made)
    rows = [
        Participant(round=within, body_id=within.body_id, organisation=one, name=one.name, source="list", industry="E")
        for one in made
    ]
    rows += [
        Participant(round=within, body_id=within.body_id, name=f"名簿{place:04}", source="list", prefecture="13")
        for place in range(number - len(made))
    ]
    Participant.unscoped.bulk_create(rows)
    opened = Assessment.unscoped.bulk_create(
        Assessment(organisation=one, catalog_ref=within.catalog_ref, status="submitted") for one in made[::2]
    )
    now = timezone.now()
    frozen = {"company": {}, "answers": {}, "scorecard": {}, "engine": "1", "started_at": now, "submitted_at": now}
    Submission.unscoped.bulk_create(
        Submission(
            organisation_id=one.organisation_id, assessment=one, number=1, catalog_ref=within.catalog_ref, **frozen
        )
        for one in opened
    )
    until = timezone.localdate()
    Grant.unscoped.bulk_create(
        Grant(organisation=one, body_id=within.body_id, what="scores", purpose="面談", until=until) for one in made[::4]
    )


def test_a_long_board_is_paged_and_costs_no_more_than_a_short_one(
    browser: Client, within: Round, one_of_each: dict[str, Participant]
) -> None:
    make_grant(company_of(one_of_each["参加"]), within.body)

    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(path(within, query)).status_code == 200
        return len(statements)

    queries = ("", "?q=え", "?state=submitted&page=2", "?shared=yes&sort=state", "?industry=none")
    browser.get(path(within))
    before = [cost(query) for query in queries]
    many(within, 300)
    assert [cost(query) for query in queries] == before
    assert max(before) <= MOST_STATEMENTS
    response = browser.get(path(within, "?page=7"))
    assert len(response.context["lines"]) == 7
    assert "7 / 7 ページ" in response.content.decode()
    assert counted(browser, within)["提出済み"] == 101
