"""Opening a round: everybody is invited once, whatever is cut off in between."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from cohorts import opening, tasks
from cohorts.links import link_for
from cohorts.models import Notice, Participant
from organisations import inviting
from organisations.audit import Verb
from organisations.inviting import accept
from organisations.models import Affiliation, AuditLine, Body, Invitation, Organisation, Round, User
from organisations.scoping import body_scope
from tests.builders import make_affiliation, make_body, make_organisation, make_participant, make_round, make_user
from tests.cohorts.test_rounds import r
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


@pytest.fixture
def preparing(network: Body) -> Round:
    return make_round(network, opened=False)


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bells that rang; nothing reaches a broker."""
    heard: list[str] = []
    monkeypatch.setattr(tasks.open_rounds, "delay", lambda: heard.append("open"))
    monkeypatch.setattr(tasks.send_notices, "delay", lambda **_: heard.append("send"))
    return heard


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "CHUNK", 3)


def press(browser: Client, within: Round, django_capture: object) -> str:
    with django_capture(execute=True):  # type: ignore[operator]
        html: str = browser.post(r(within, "open"), follow=True).content.decode()
    within.refresh_from_db()
    return html


def state(within: Round) -> dict[str, int]:
    within.refresh_from_db()
    return {
        "invitations": Invitation.unscoped.count(),
        "notices": Notice.objects.count(),
        "invited": Participant.unscoped.filter(round=within, invited_at__isnull=False).count(),
    }


def ask(within: Round, by: User | None = None) -> bool:
    """As the page asks."""
    with body_scope(within.body_id):
        by = by or make_user()
        asked = opening.invite_everybody(within, origin="https://keian.example/", by=by, ring=lambda: None)
    within.refresh_from_db()
    return asked


# --- asking ----------------------------------------------------------------------------------------------------------


def test_the_page_asks_and_the_worker_invites(
    browser: Client,
    preparing: Round,
    coordinator: User,
    rung: list[str],
    django_capture_on_commit_callbacks: object,
) -> None:
    make_participant(preparing)
    html = press(browser, preparing, django_capture_on_commit_callbacks)
    assert "案内を始めました" in html
    assert "開いている途中" in html
    assert "0%" in html
    assert rung == ["open"]
    assert preparing.origin == "http://testserver"
    assert preparing.opened_at is None, "nobody was invited yet"
    line = AuditLine.objects.get(verb=Verb.ROUND_OPENED)
    assert (line.actor, line.target) == (str(coordinator.pk), str(preparing.pk))
    tasks.open_rounds()
    assert rung == ["open", "send"]
    assert "開いている途中" not in browser.get(r(preparing)).content.decode()
    preparing.refresh_from_db()
    assert preparing.opened_at is not None
    (notice,) = Notice.objects.all()
    assert (notice.status, notice.reminder_id) == (Notice.Status.WAITING, None)
    line = AuditLine.objects.get(verb=Verb.ROUND_INVITED)
    assert (line.actor, line.body, line.detail) == ("", preparing.body_id, {"count": 1})


def test_pressing_twice_asks_once(
    browser: Client, preparing: Round, rung: list[str], django_capture_on_commit_callbacks: object
) -> None:
    make_participant(preparing)
    press(browser, preparing, django_capture_on_commit_callbacks)
    assert "新しく案内する会社はありません" in press(browser, preparing, django_capture_on_commit_callbacks)
    opening.go_on()
    assert "新しく案内する会社はありません" in press(browser, preparing, django_capture_on_commit_callbacks)
    assert rung == ["open"]
    assert AuditLine.objects.filter(verb=Verb.ROUND_OPENED).count() == 1


def test_a_broker_that_is_away_leaves_the_round_to_the_next_regular_run(
    browser: Client, preparing: Round, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    def away() -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.open_rounds, "delay", away)
    make_participant(preparing)
    assert "案内を始めました" in press(browser, preparing, django_capture_on_commit_callbacks)
    assert opening.go_on() == 1


def test_a_round_that_is_over_is_not_opened(
    browser: Client, network: Body, rung: list[str], django_capture_on_commit_callbacks: object
) -> None:
    over = make_round(network, opened=False, closes_on=timezone.localdate() - dt.timedelta(days=1))
    make_participant(over)
    assert "この回は終わっています" in press(browser, over, django_capture_on_commit_callbacks)
    assert (over.opening_at, rung) == (None, [])


def test_a_round_that_ends_while_it_opens_invites_nobody_more(preparing: Round) -> None:
    make_participant(preparing)
    ask(preparing)
    Round.objects.update(closes_on=timezone.localdate() - dt.timedelta(days=1))
    assert opening.go_on() == 0
    Round.objects.update(closes_on=timezone.localdate())
    assert opening.go_on() == 1, "put off, it goes on"


# --- inviting --------------------------------------------------------------------------------------------------------


def test_strangers_get_an_invitation_and_members_only_a_mail(
    preparing: Round, network: Body, company: Organisation
) -> None:
    listed = make_participant(preparing, email="somu@kaisha.example")
    make_affiliation(company, network)
    ask(preparing)
    assert opening.go_on() == 2
    listed.refresh_from_db()
    assert listed.invitation is not None
    invitation = listed.invitation
    assert (invitation.email, invitation.body, invitation.role) == ("somu@kaisha.example", network, "")
    assert invitation.expires_at > timezone.now() + dt.timedelta(days=inviting.DAYS - 1)
    member = Participant.unscoped.get(round=preparing, organisation=company)
    assert (member.source, member.invitation, member.name) == (Participant.Source.MEMBER, None, company.name)
    assert Counter(Notice.objects.values_list("participant_id", flat=True)) == {listed.pk: 1, member.pk: 1}


def test_the_link_of_an_invitation_leads_to_the_network(preparing: Round, client_of: ClientOf, stranger: User) -> None:
    listed = make_participant(preparing, email=stranger.email)
    ask(preparing)
    opening.go_on()
    listed.refresh_from_db()
    link = link_for(preparing, listed.invitation)
    assert link.startswith("https://keian.example/invitations/")
    html = client_of(stranger).get(link.removeprefix("https://keian.example")).content.decode()
    assert preparing.body.name in html


def test_who_accepts_stands_in_its_own_row(preparing: Round, stranger: User, elsewhere: Organisation) -> None:
    listed = make_participant(preparing, name="名簿の名前", email=stranger.email)
    ask(preparing)
    opening.go_on()
    listed.refresh_from_db()
    accept(listed.invitation.pk, by=stranger, organisation=elsewhere)
    (row,) = Participant.unscoped.filter(round=preparing)
    assert (row.pk, row.name, row.organisation) == (listed.pk, "名簿の名前", elsewhere)


def test_a_member_who_was_on_the_list_under_another_address_becomes_one_row(
    preparing: Round, network: Body, stranger: User, elsewhere: Organisation
) -> None:
    make_affiliation(elsewhere, network)
    listed = make_participant(preparing, email=stranger.email)
    ask(preparing)
    opening.go_on()
    assert Participant.unscoped.filter(round=preparing).count() == 2
    listed.refresh_from_db()
    accept(listed.invitation.pk, by=stranger, organisation=elsewhere)
    (row,) = Participant.unscoped.filter(round=preparing)
    assert (row.organisation, row.email) == (elsewhere, stranger.email)


def test_an_invitation_that_waits_is_used_again_and_holds_anew(
    preparing: Round, network: Body, coordinator: User
) -> None:
    waiting = inviting.invite(
        email="somu@kaisha.example", role=None, by=coordinator, link=str, body=network, announce=False
    )
    Invitation.unscoped.update(expires_at=timezone.now() - dt.timedelta(days=1))
    listed = make_participant(preparing, email="somu@kaisha.example")
    ask(preparing)
    opening.go_on()
    listed.refresh_from_db()
    assert listed.invitation == Invitation.unscoped.get() == waiting
    assert not Invitation.unscoped.get().expired


def test_an_invitation_to_another_network_or_to_work_here_is_another_one(
    preparing: Round, network: Body, coordinator: User
) -> None:
    given = {"email": "somu@kaisha.example", "by": coordinator, "link": str, "announce": False}
    inviting.invite(role=None, body=make_body(), **given)  # type: ignore[arg-type]
    inviting.invite(role=inviting.roles_for(network)[1], body=network, **given)  # type: ignore[arg-type]
    make_participant(preparing, email="somu@kaisha.example")
    ask(preparing)
    opening.go_on()
    assert Invitation.unscoped.count() == 3


def test_members_take_over_their_rows_on_the_list_by_number(
    preparing: Round, network: Body, company: Organisation
) -> None:
    listed = make_participant(preparing, name="名簿の名前", corporate_number=company.corporate_number, industry="I")
    twin = make_organisation(name="番号を写した会社")
    for one in (company, twin):
        make_affiliation(one, network)
    ask(preparing)
    opening.go_on()
    rows = {row.organisation_id: row for row in Participant.unscoped.filter(round=preparing)}
    assert set(rows) == {company.pk, twin.pk}
    numbers = sorted(row.corporate_number for row in rows.values())
    assert numbers == ["", company.corporate_number], "a number stands once in a round"
    assert Participant.unscoped.get(pk=listed.pk).industry == "I", "what the list says stays"
    assert not Invitation.unscoped.exists()


def test_who_left_the_network_is_not_brought_back(preparing: Round, network: Body, company: Organisation) -> None:
    make_affiliation(company, network)
    Affiliation.unscoped.update(ended_at=timezone.now())
    ask(preparing)
    opening.go_on()
    assert not Participant.unscoped.exists()
    preparing.refresh_from_db()
    assert preparing.opened_at is not None


def test_rounds_that_nobody_asked_to_open_and_other_networks_stay_as_they_are(preparing: Round) -> None:
    for other in (make_round(preparing.body, opened=False), make_round(make_body(), opened=False)):
        make_participant(other)
    make_participant(preparing)
    ask(preparing)
    assert opening.go_on() == 1
    assert Participant.unscoped.filter(invited_at__isnull=False).count() == 1


# --- coming later ----------------------------------------------------------------------------------------------------


def test_who_comes_on_the_list_later_waits_until_somebody_asks(
    browser: Client, preparing: Round, django_capture_on_commit_callbacks: object, coordinator: User
) -> None:
    make_participant(preparing)
    ask(preparing)
    opening.go_on()
    make_participant(preparing)
    assert opening.go_on() == 0, "a wrong list can still be taken back"
    assert "加えた会社に案内を送る" in browser.get(r(preparing)).content.decode()
    opened_at = preparing.opened_at
    assert "案内を始めました" in press(browser, preparing, django_capture_on_commit_callbacks)
    assert "加えた会社への案内を用意しています" in browser.get(r(preparing)).content.decode()
    assert opening.go_on() == 1
    assert preparing.opened_at == Round.objects.get().opened_at or opened_at is None
    assert state(preparing) == {"invitations": 2, "notices": 2, "invited": 2}
    counts = [line.detail["count"] for line in AuditLine.objects.filter(verb=Verb.ROUND_INVITED)]
    assert counts == [1, 1]


def test_a_company_that_joined_by_itself_later_is_not_mailed(
    preparing: Round, network: Body, company: Organisation, owner: User
) -> None:
    ask(preparing)
    opening.go_on()
    inviting.affiliate(company, network, by=owner)
    make_participant(preparing)
    ask(preparing)
    assert opening.go_on() == 1
    assert Participant.unscoped.get(organisation=company).invited_at is None


# --- cut off ---------------------------------------------------------------------------------------------------------

CUTS = (
    (opening, "enter_all"),
    (opening, "invite_companies"),
    (opening, "_invite"),
    (Notice.objects.__class__, "bulk_create"),
    (opening, "record"),
)


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize(("owner_of", "name"), CUTS)
def test_a_run_that_is_cut_off_anywhere_goes_on_and_invites_nobody_twice(
    owner_of: object,
    name: str,
    after: int,
    preparing: Round,
    network: Body,
    small_chunks: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(7):
        make_participant(preparing)
        make_affiliation(make_organisation(corporate_number="", name=f"会員{number}"), network)
    ask(preparing)
    real, calls = getattr(owner_of, name), Counter[str]()

    def cut(*args: object, **more: object) -> object:
        calls[name] += 1
        done = real(*args, **more)  # the work is done, and lost with the transaction
        if calls[name] > after:
            raise RuntimeError("killed")
        return done

    with monkeypatch.context() as broken:
        broken.setattr(owner_of, name, cut)
        opening.go_on()
        preparing.refresh_from_db()
        if calls[name] > after:
            assert preparing.opened_at is None, "until the last company was invited the round is not open"
    opening.go_on()
    assert state(preparing) == {"invitations": 7, "notices": 14, "invited": 14}
    assert preparing.opened_at is not None
    assert set(Counter(Notice.objects.values_list("participant_id", flat=True)).values()) == {1}
    assert Participant.unscoped.filter(round=preparing).count() == 14
    assert opening.go_on() == 0


def test_one_round_that_fails_does_not_hold_up_the_others(
    preparing: Round, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_round(make_body(), opened=False)
    for one in (preparing, other):
        make_participant(one)
        ask(one)
    real = opening._chunk
    monkeypatch.setattr(opening, "_chunk", lambda pk: real(pk) if pk == other.pk else 1 // 0)
    assert opening.go_on() == 1
    assert f"round {preparing.pk}: cut off" in caplog.text
    other.refresh_from_db()
    assert other.opened_at is not None


def test_an_import_between_two_chunks_is_not_swept_along(preparing: Round, small_chunks: None) -> None:
    for _ in range(4):
        make_participant(preparing)
    ask(preparing)
    with body_scope(preparing.body_id):
        assert opening._chunk(preparing.pk) == 3
    late = make_participant(preparing)
    assert opening.go_on() == 1
    late.refresh_from_db()
    assert late.invited_at is None


def test_the_statements_of_a_chunk_do_not_grow_with_its_companies(
    preparing: Round, django_assert_max_num_queries: object
) -> None:
    for _ in range(40):
        make_participant(preparing)
    ask(preparing)
    with body_scope(preparing.body_id), django_assert_max_num_queries(16):  # type: ignore[operator]
        opening._chunk(preparing.pk)
