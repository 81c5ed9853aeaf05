"""A round's list of companies on its page: taken from a file whole or not at all, and companies taken off it."""

from __future__ import annotations

import datetime as dt
import io
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from cohorts import listing
from cohorts.importing import read_list
from cohorts.models import Notice, Participant
from organisations.audit import Verb
from organisations.models import Affiliation, AuditLine, Body, Invitation, Organisation, Round, User
from tests.builders import make_affiliation, make_body, make_organisation, make_participant, make_round
from tests.cohorts.test_importing import HEAD, LINE, text
from tests.cohorts.test_rounds import r
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db

NUMBER = "4234567890128"
OTHER_NUMBER = "7000012050002"


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


@pytest.fixture
def preparing(network: Body) -> Round:
    return make_round(network, opened=False)


def upload(browser: Client, within: Round, content: str | bytes, name: str = "会員.csv", *, follow: bool = True) -> str:
    data = content.encode() if isinstance(content, str) else content
    response = browser.post(r(within, "list"), {"file": SimpleUploadedFile(name, data)}, follow=follow)
    assert response.status_code == 200
    return response.content.decode()


def refused(browser: Client, within: Round, content: str | bytes, name: str = "会員.csv") -> str:
    data = content.encode() if isinstance(content, str) else content
    response = browser.post(r(within, "list"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 422
    return response.content.decode()


def rows(within: Round) -> list[Participant]:
    return list(Participant.unscoped.filter(round=within).order_by("name"))


# --- taking ----------------------------------------------------------------------------------------------------------


def test_companies_are_added_and_nobody_is_mailed(
    browser: Client, preparing: Round, coordinator: User, mailoutbox: list[object]
) -> None:
    html = upload(browser, preparing, text(HEAD, LINE, "B社,,b@b.example,,,,"))
    assert "2 社を名簿に加えました" in html
    assert "案内は、まだ送っていません" in html
    first, second = rows(preparing)
    assert (first.name, first.email, first.source) == ("B社", "b@b.example", "list")
    assert (second.corporate_number, second.industry, second.prefecture) == (NUMBER, "E", "22")
    assert (second.sales_band, second.size, second.organisation_id) == ("1b-4b", "51-100", None)
    assert not Invitation.unscoped.exists()
    assert not Notice.objects.exists()
    assert mailoutbox == []
    line = AuditLine.objects.get(verb=Verb.LIST_CHANGED)
    assert (line.actor, line.detail) == (str(coordinator.pk), {"added": 2}), "neither names nor addresses"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_in_every_usual_encoding_is_added(browser: Client, preparing: Round, encoding: str) -> None:
    upload(browser, preparing, text(HEAD, LINE).encode(encoding))
    assert rows(preparing)[0].name == "株式会社みなと"


def test_a_workbook_is_added(browser: Client, preparing: Round) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for line in (HEAD, LINE):
        book.active.append(line.split(","))
    book.save(file)
    upload(browser, preparing, file.getvalue(), "会員.xlsx")
    assert rows(preparing)[0].corporate_number == NUMBER


def test_one_fault_and_nothing_is_added(browser: Client, preparing: Round) -> None:
    html = refused(browser, preparing, text(HEAD, LINE, "B社,123,b@b,,,,"))
    assert "直すところが 2 件あります" in html
    assert "からは、何も加えていません" in html
    assert "法人番号は13桁の数字です" in html
    assert "B：法人番号" in html
    assert rows(preparing) == []
    assert not AuditLine.objects.filter(verb=Verb.LIST_CHANGED).exists()


def test_what_goes_wrong_in_the_database_leaves_nothing_behind(
    browser: Client, preparing: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "record", lambda *args, **more: (_ for _ in ()).throw(IntegrityError))
    with pytest.raises(IntegrityError):
        upload(browser, preparing, text(HEAD, LINE))
    assert rows(preparing) == []


def test_of_many_faults_the_first_are_shown_and_the_others_counted(browser: Client, preparing: Round) -> None:
    html = refused(browser, preparing, text(HEAD, *(f"社{number},1,a{number}@a.example,,,," for number in range(250))))
    assert "直すところが 250 件あります" in html
    assert "ほかに 50 件あります" in html
    assert html.count("法人番号は13桁の数字です") == 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ファイルが空です"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "表のファイルではありません"),
        (b" " * 5_000_001, "5 MB"),
    ],
)
def test_a_file_that_is_no_list_is_told(browser: Client, preparing: Round, content: bytes, said: str) -> None:
    assert said in refused(browser, preparing, content)


def test_without_a_file_the_form_says_so(browser: Client, preparing: Round) -> None:
    response = browser.post(r(preparing, "list"))
    assert response.status_code == 422
    assert "ファイルを選んでください" in response.content.decode()


def test_what_a_company_is_called_is_shown_as_text(browser: Client, preparing: Round) -> None:
    html = upload(browser, preparing, text("会社名,メールアドレス", "<script>alert(1)</script>,a@a.example"))
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_the_same_file_twice_adds_nothing_and_says_so(browser: Client, preparing: Round) -> None:
    upload(browser, preparing, text(HEAD, LINE, "B社,,b@b.example,,,,"))
    html = upload(browser, preparing, text(HEAD, LINE, "B社,,b@b.example,,,,", "C社,,c@c.example,,,,"))
    assert "1 社を名簿に加えました" in html
    assert "2 社は、もう名簿にあったので、そのままにしました（ファイルの2・3 行目）" in html
    assert len(rows(preparing)) == 3


def test_what_came_on_the_list_while_a_file_was_read_stands_there_once(
    browser: Client, preparing: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: object) -> object:
        found = read_list(*given)  # type: ignore[arg-type]
        make_participant(preparing, name="もう一人の職員が加えた", email="b@b.example")
        return found

    monkeypatch.setattr(listing, "read_list", slow)
    html = upload(browser, preparing, text(HEAD, LINE, "B社,,b@b.example,,,,"))
    assert "1 社は、もう名簿にあった" in html
    assert len(rows(preparing)) == 2


def test_a_round_that_is_over_takes_no_list(browser: Client, preparing: Round) -> None:
    Round.objects.update(closes_on=timezone.localdate() - dt.timedelta(days=1))
    html = refused(browser, preparing, text(HEAD, LINE))
    assert "先に終わる日を延ばしてください" in html
    assert rows(preparing) == []


def test_more_files_than_a_person_could_mean_are_stopped(
    browser: Client, preparing: Round, settings: pytest.FixtureRequest
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "upload": "2/1h/key"}  # type: ignore[attr-defined]
    for _ in range(2):
        browser.post(r(preparing, "list"))
    assert browser.post(r(preparing, "list")).status_code == 429


# --- companies that the network knows --------------------------------------------------------------------------------


def test_a_member_is_known_by_its_number_and_needs_no_invitation(
    browser: Client, preparing: Round, network: Body, company: Organisation
) -> None:
    make_affiliation(company, network)
    html = upload(browser, preparing, text(HEAD, "みなと（名簿の名前）,4234567890128,,,,,"))
    assert "このうち1 社は、もう会員です" in html
    (row,) = rows(preparing)
    assert (row.organisation, row.name, row.industry) == (company, "みなと（名簿の名前）", company.industry)
    assert row.joined_at is not None


def test_a_member_is_known_by_the_address_of_an_earlier_round(
    browser: Client, preparing: Round, network: Body, company: Organisation
) -> None:
    make_affiliation(company, network)
    make_participant(make_round(network), company, email="somu@minato.example")
    upload(browser, preparing, text("会社名,メールアドレス", "みなと,somu@minato.example"))
    assert rows(preparing)[0].organisation == company


def test_nothing_tells_whether_a_company_uses_the_service_or_belongs_to_another_network(
    browser: Client, preparing: Round, company: Organisation
) -> None:
    another = make_body()
    make_affiliation(company, another)
    make_participant(make_round(another), company, email="somu@minato.example")
    html = upload(browser, preparing, text(HEAD, LINE, "C社,,c@c.example,,,,"))
    assert "もう会員です" not in html
    assert another.name not in html
    assert [one.organisation_id for one in rows(preparing)] == [None, None]
    assert "メールアドレスを書いてください" in refused(
        browser, make_round(preparing.body), text(HEAD, "A社,4234567890128,,,,,")
    )


def test_a_company_that_left_is_a_stranger_again(
    browser: Client, preparing: Round, network: Body, company: Organisation
) -> None:
    make_affiliation(company, network)
    Affiliation.unscoped.update(ended_at=timezone.now())
    upload(browser, preparing, text(HEAD, LINE))
    assert rows(preparing)[0].organisation_id is None


def test_a_company_may_be_on_the_lists_of_two_networks(
    browser: Client, preparing: Round, client_of: ClientOf, company: Organisation
) -> None:
    make_participant(make_round(make_body()), corporate_number=NUMBER, email="somu@minato.example")
    assert "1 社を名簿に加えました" in upload(browser, preparing, text(HEAD, LINE))


def test_a_member_that_stands_in_the_round_already_is_not_added_twice(
    browser: Client, preparing: Round, network: Body
) -> None:
    member = make_organisation(corporate_number=OTHER_NUMBER)
    make_affiliation(member, network)
    make_participant(make_round(network), member, email="a@a.example")
    make_participant(preparing, member, corporate_number="")
    html = upload(
        browser, preparing, text("会社名,法人番号,メールアドレス", f"A社,{OTHER_NUMBER},", "A社,,a@a.example")
    )
    assert "2 社は、もう名簿にあった" in html
    assert len(rows(preparing)) == 1


# --- taking off ------------------------------------------------------------------------------------------------------


def test_a_company_that_was_not_invited_is_taken_off(browser: Client, preparing: Round) -> None:
    going, staying = make_participant(preparing, name="消える会社"), make_participant(preparing)
    assert "消える会社" in browser.get(r(preparing, "list")).content.decode()
    html = browser.post(r(preparing, "list/remove"), {"participant": str(going.pk)}, follow=True).content.decode()
    assert "1 社を名簿から外しました" in html
    assert rows(preparing) == [staying]
    assert AuditLine.objects.get(verb=Verb.LIST_CHANGED).detail == {"removed": 1}


def test_who_was_invited_or_joined_stays_on_the_list(
    browser: Client, preparing: Round, network: Body, company: Organisation
) -> None:
    invited = make_participant(preparing, invited_at=timezone.now())
    joined = make_participant(preparing, company)
    make_participant(preparing)
    for one in (invited, joined):
        browser.post(r(preparing, "list/remove"), {"participant": str(one.pk)})
    assert len(rows(preparing)) == 3
    browser.post(r(preparing, "list/remove"), {"do": "all"})
    assert {one.pk for one in rows(preparing)} == {invited.pk, joined.pk}


@pytest.mark.parametrize("typed", [{}, {"participant": "x"}, {"participant": str(uuid4())}, {"do": "everything"}])
def test_nothing_is_taken_off_without_saying_what(browser: Client, preparing: Round, typed: dict[str, str]) -> None:
    make_participant(preparing)
    assert browser.post(r(preparing, "list/remove"), typed).status_code == 302
    assert len(rows(preparing)) == 1


def test_companies_of_another_networks_list_cannot_be_named(browser: Client, preparing: Round) -> None:
    foreign = make_participant(make_round(make_body(), opened=False))
    browser.post(r(preparing, "list/remove"), {"participant": str(foreign.pk)})
    assert Participant.unscoped.filter(pk=foreign.pk).exists()


# --- the template ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_is_a_file_to_be_saved(browser: Client, preparing: Round, ending: str) -> None:
    response = browser.get(r(preparing, f"list/template.{ending}"))
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == f'attachment; filename="keian-list.{ending}"'
    assert "会社の行がありません" in refused(browser, preparing, response.content, f"x.{ending}")


def test_there_is_no_other_template(browser: Client, preparing: Round) -> None:
    assert browser.get(r(preparing, "list/template.exe")).status_code == 404
