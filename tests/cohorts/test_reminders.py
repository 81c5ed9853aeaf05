"""Planning reminders and sending them at once: what a coordinator does on the page."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessments.scoring.answers import Answer
from cohorts import reminding, tasks
from cohorts.mail_hours import MailHours
from cohorts.models import Notice, Participant, Reminder
from cohorts.notices import send_due
from organisations.models import AuditLine, Body, Invitation, Round, User
from organisations.scoping import body_scope
from tests.builders import (
    FIRST,
    make_affiliation,
    make_body,
    make_organisation,
    make_participant,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db
SAID = {FIRST: Answer.at(2)}
EXECUTE = {"execute": True}
HERE = "https://keian.example/"


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="2026年度 第1回", weekdays_only=False)


@pytest.fixture
def browser(coordinator: User, client_of: ClientOf) -> Client:
    return client_of(coordinator)


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The bells that were rung for; nothing reaches a broker."""
    heard: list[Any] = []
    monkeypatch.setattr(tasks.send_notices, "delay", lambda **given: heard.append(given))
    return heard


def path(within: Round, rest: str = "") -> str:
    return f"/b/{within.body_id}/rounds/{within.pk}/reminders{rest}"


def invited(within: Round, **fields: Any) -> Participant:
    """Somebody on the list whose invitation waits for an answer."""
    made = make_participant(within, invited_at=timezone.now(), **fields)
    made.invitation = Invitation.unscoped.create(
        body_id=within.body_id, email=made.email, expires_at=timezone.now() + dt.timedelta(days=9)
    )
    made.save()
    return made


def in_days(number: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=number)


def planned(within: Round) -> list[dt.date]:
    found = Reminder.objects.filter(round=within, status=Reminder.Status.PLANNED)
    return [one.on for one in found.order_by("on") if one.on is not None]


def plan(browser: Client, within: Round, *days: object, words: str = "", key: object = "") -> HttpResponse:
    given = {f"plan-day_{number}": str(day) for number, day in enumerate(days, start=1)}
    return browser.post(path(within), {**given, "plan-words": words, "plan-key": str(key or uuid.uuid4())})


def press(browser: Client, within: Round, *, words: str = "", key: object = "", anyway: bool = False) -> HttpResponse:
    given = {"now-words": words, "now-key": str(key or uuid.uuid4()), **({"now-anyway": "on"} if anyway else {})}
    return browser.post(path(within, "/now"), given)


def text_of(response: HttpResponse) -> str:
    return unescape(response.content.decode())


# --- planning ---------------------------------------------------------------------------------------------------------


def test_the_usual_days_are_proposed_until_something_is_planned(browser: Client, within: Round) -> None:
    html = text_of(browser.get(path(within)))
    for before in (14, 7, 1):
        assert f'value="{within.closes_on - dt.timedelta(days=before)}"' in html
    plan(browser, within, in_days(3))
    html = text_of(browser.get(path(within)))
    assert f'value="{within.closes_on - dt.timedelta(days=7)}"' not in html
    assert f"{in_days(3):%Y/%m/%d}" in html


def test_days_are_planned_with_words_and_sent_when_they_come(browser: Client, within: Round) -> None:
    one = invited(within)
    response = plan(browser, within, in_days(3), "", in_days(5), words="会場が変わりました。\r\n体育館です。")
    assert response.status_code == 302
    assert planned(within) == [in_days(3), in_days(5)]
    assert mail.outbox == []
    assert Reminder.objects.first().words == "会場が変わりました。\n体育館です。"  # type: ignore[union-attr]
    send_due(timezone.make_aware(dt.datetime.combine(in_days(3), dt.time(10))))
    assert [sent.to for sent in mail.outbox] == [[one.email]]
    assert "会場が変わりました。\n体育館です。" in mail.outbox[0].body
    assert planned(within) == [in_days(5)]


def test_the_same_form_sent_twice_plans_once(browser: Client, within: Round) -> None:
    key = uuid.uuid4()
    for _time in range(2):
        assert plan(browser, within, in_days(3), in_days(4), key=key).status_code == 302
    assert planned(within) == [in_days(3), in_days(4)]


def test_every_fault_is_told_at_once_and_what_was_typed_stays(browser: Client, within: Round) -> None:
    plan(browser, within, in_days(4))
    late = within.closes_on + dt.timedelta(days=1)
    response = plan(browser, within, in_days(-1), late, in_days(4), words="伝えたいこと")
    assert response.status_code == 422
    html = text_of(response)
    for fault in (
        "過ぎた日や、回が始まる前の日には送れません",
        f"期限（{within.closes_on:%Y/%m/%d}）より後の日には送れません",
        "この日には、もう予定があります",
    ):
        assert fault in html
    assert "伝えたいこと" in html
    assert f'value="{late}"' in html
    assert planned(within) == [in_days(4)]


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ((), "送る日を、一つは入れてください"),
        (("x",), "日付として読めません"),
        (("2026-13-45",), "日付として読めません"),
        (("1800-01-01",), "2020年以後の日"),
        ((in_days(2), in_days(2)), "この日には、もう予定があります"),
    ],
)
def test_a_day_that_cannot_be_planned_is_refused(
    browser: Client, within: Round, days: tuple[object, ...], fault: str
) -> None:
    response = plan(browser, within, *days)
    assert response.status_code == 422
    assert fault in text_of(response)
    assert planned(within) == []


def test_full_width_days_are_read(browser: Client, within: Round) -> None:
    day = in_days(3)
    wide = f"{day:%Y/%m/%d}".translate(str.maketrans("0123456789/", "０１２３４５６７８９／"))
    assert plan(browser, within, wide).status_code == 302
    assert planned(within) == [day]


def test_words_that_are_too_long_are_refused(browser: Client, within: Round) -> None:
    assert plan(browser, within, in_days(3), words="あ" * 1001).status_code == 422
    assert plan(browser, within, in_days(3), words="あ" * 1000).status_code == 302


def test_a_weekend_of_which_the_next_weekday_is_too_late_is_refused(browser: Client, network: Body) -> None:
    today = timezone.localdate()
    sunday = today + dt.timedelta(days=(6 - today.weekday()) % 7 + 7)
    within = make_round(network, closes_on=sunday)
    response = plan(browser, within, sunday)
    assert response.status_code == 422
    assert "前の平日にしてください" in text_of(response)
    assert plan(browser, within, sunday - dt.timedelta(days=2)).status_code == 302


def test_one_at_a_weekend_says_on_which_day_it_goes(browser: Client, network: Body) -> None:
    today = timezone.localdate()
    saturday = today + dt.timedelta(days=(5 - today.weekday()) % 7 + 7)
    within = make_round(network)
    plan(browser, within, saturday)
    monday = MailHours().sent_on(saturday)
    assert f"土日にあたるため {monday:%Y/%m/%d} に送ります" in text_of(browser.get(path(within)))


def test_a_day_that_somebody_else_planned_a_moment_ago_is_told(
    browser: Client, within: Round, coordinator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reminding.plan

    def both(*args: Any, **kwargs: Any) -> Any:
        made(within, [in_days(3)], words="", key=uuid.uuid4(), origin=HERE, by=coordinator)
        return made(*args, **kwargs)

    monkeypatch.setattr(reminding, "plan", both)
    response = plan(browser, within, in_days(2), in_days(3))
    assert response.status_code == 422
    assert "ほかの人が、同じ日の予定を入れたところです" in text_of(response)
    assert planned(within) == [in_days(3)], "all of a form or nothing"


def test_a_planned_one_is_called_off_and_its_day_is_free_again(browser: Client, within: Round) -> None:
    plan(browser, within, in_days(3))
    reminder = Reminder.objects.get()
    for words in ("予定を取り消しました", "もう送り始めたか、取り消されています"):
        response = browser.post(path(within, f"/{reminder.pk}/cancel"), follow=True)
        assert words in text_of(response)
    assert planned(within) == []
    assert plan(browser, within, in_days(3)).status_code == 302


def test_one_that_began_cannot_be_called_off(browser: Client, within: Round) -> None:
    invited(within)
    press(browser, within)
    reminder = Reminder.objects.get()
    browser.post(path(within, f"/{reminder.pk}/cancel"))
    reminder.refresh_from_db()
    assert reminder.status == Reminder.Status.BEGUN


# --- at once ----------------------------------------------------------------------------------------------------------


def test_the_page_says_how_many_will_get_it_and_they_do(
    browser: Client,
    within: Round,
    coordinator: User,
    rung: list[Any],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    for _one in range(3):
        invited(within)
    done = make_organisation(name="提出済み", corporate_number="")
    make_affiliation(done, within.body)
    make_participant(within, done)
    make_submission(done, answers=SAID)
    html = text_of(browser.get(path(within)))
    assert "いま 3 社に送る" in html
    with django_capture_on_commit_callbacks(**EXECUTE):
        response = press(browser, within, words="お忙しいところ恐れ入ります。")
    assert response.status_code == 302
    assert rung == [{"go_on": True}]
    send_due()
    assert len(mail.outbox) == 3
    assert "お忙しいところ恐れ入ります。" in mail.outbox[0].body
    line = AuditLine.objects.get(verb="reminded")
    assert (line.actor, line.body, line.target) == (str(coordinator.pk), within.body_id, str(within.pk))
    assert line.detail == {"count": 3}
    assert "送った：3" in text_of(browser.get(path(within)))


def test_links_lead_to_where_the_round_was_opened_or_else_to_where_the_reminder_was_asked_for(
    browser: Client, within: Round
) -> None:
    invited(within)
    press(browser, within)
    Round.objects.update(origin="")
    press(browser, within, anyway=True)
    send_due()
    assert [text.count("http://testserver/invitations/") for text in (one.body for one in mail.outbox)] == [1, 1]
    Round.objects.update(origin="https://keian.example")
    press(browser, within, anyway=True)
    send_due()
    assert "https://keian.example/invitations/" in mail.outbox[2].body


def test_the_same_form_sent_twice_reminds_once(browser: Client, within: Round) -> None:
    invited(within)
    key = uuid.uuid4()
    assert press(browser, within, key=key).status_code == 302
    response = browser.post(
        path(within, "/now"), {"now-key": str(key), "now-words": "", "now-anyway": "on"}, follow=True
    )
    assert "二通目は送りません" in text_of(response)
    send_due()
    assert len(mail.outbox) == 1
    assert AuditLine.objects.filter(verb="reminded").count() == 1


def test_pressed_again_after_a_short_while_the_page_asks_back(browser: Client, within: Round) -> None:
    invited(within)
    press(browser, within)
    at = timezone.localtime(Reminder.objects.get().begun_at)
    response = press(browser, within, words="もう一言")
    assert response.status_code == 422
    html = text_of(response)
    assert f"前回の催促は {at:%Y/%m/%d %H:%M} に始め、1 社に宛てました" in html
    assert "ここに印を付けてください" in html
    assert "もう一言" in html
    assert Reminder.objects.count() == 1
    assert press(browser, within, words="もう一言", anyway=True).status_code == 302
    assert Reminder.objects.count() == 2
    Reminder.objects.update(begun_at=timezone.now() - reminding.SOON)
    assert "前回の催促は" not in text_of(browser.get(path(within)))
    assert press(browser, within).status_code == 302


def test_where_nobody_is_left_nothing_is_sent(browser: Client, within: Round) -> None:
    make_participant(within)
    response = press(browser, within)
    assert response.status_code == 422
    assert "いま催促する会社はありません" in text_of(response)
    assert not Reminder.objects.exists()
    assert not AuditLine.objects.filter(verb="reminded").exists()


def test_companies_without_an_address_are_counted(browser: Client, within: Round) -> None:
    company = make_organisation(name="連絡先なし", corporate_number="")
    make_affiliation(company, within.body)
    make_participant(within, company)
    company.memberships.all().delete()
    assert "1 社は、まだ提出していませんが、メールアドレスがわからない" in text_of(browser.get(path(within)))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"opened_at": None}, "まだ開いていません"),
        ({"closes_on": dt.date(2020, 6, 1), "opens_on": dt.date(2020, 5, 1)}, "この回は終わりました"),
    ],
)
def test_a_round_that_is_not_open_sends_nothing(
    browser: Client, within: Round, state: dict[str, Any], words: str
) -> None:
    invited(within)
    plan(browser, within, in_days(2))
    Round.objects.update(**state)
    html = text_of(browser.get(path(within)))
    assert words in html
    assert "社に送る</button>" not in html
    assert press(browser, within).status_code == 422
    assert Reminder.objects.count() == 1


def test_a_round_that_is_over_takes_no_more_plans(browser: Client, within: Round) -> None:
    plan(browser, within, in_days(2))
    Round.objects.update(opens_on=dt.date(2020, 5, 1), closes_on=timezone.localdate() - dt.timedelta(days=1))
    response = plan(browser, within, in_days(-1), in_days(3))
    assert response.status_code == 422
    html = text_of(browser.get(path(within)))
    assert "回が終わったため、送りません" in html
    assert "取り消す" not in html
    within.refresh_from_db()
    with pytest.raises(reminding.NotUnderWay):
        reminding.plan(within, [in_days(3)], words="", key=uuid.uuid4(), origin=HERE, by=User.objects.all()[0])


# --- what became of the mails -----------------------------------------------------------------------------------------


def sent_with(within: Round, status: Notice.Status, name: str, reminder: Reminder | None = None) -> Notice:
    one = invited(within, name=name)
    given = {"status": status, "ended_at": timezone.now()}
    return Notice.objects.create(body_id=within.body_id, participant=one, reminder=reminder, **given)


def test_mails_that_failed_or_nobody_knows_of_are_shown_and_sent_again_when_somebody_says_so(
    browser: Client, within: Round, rung: list[Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    reminder = Reminder.objects.create(
        body_id=within.body_id, round=within, status=Reminder.Status.DONE, begun_at=timezone.now()
    )
    sent_with(within, Notice.Status.FAILED, "案内が届かない会社")
    sent_with(within, Notice.Status.UNSURE, "途中で止まった会社", reminder)
    sent_with(within, Notice.Status.SENT, "届いた会社", reminder)
    html = text_of(browser.get(path(within)))
    for words in ("送れなかった 1 通をもう一度送る", "わからない 1 通をもう一度送る", "送った：1"):
        assert words in html
    below = html[html.index('id="troubled"') :]
    assert "案内が届かない会社" in below
    assert "途中で止まった会社" in below
    assert "届いた会社" not in below
    with django_capture_on_commit_callbacks(**EXECUTE):
        for given in ({"reminder": "", "what": "failed"}, {"reminder": str(reminder.pk), "what": "unsure"}):
            response = browser.post(path(within, "/again"), given, follow=True)
            assert "1 通をもう一度送ります" in text_of(response)
    assert len(rung) == 2
    send_due()
    assert len(mail.outbox) == 2
    assert set(Notice.objects.values_list("status", flat=True)) == {Notice.Status.SENT}
    response = browser.post(path(within, "/again"), {"reminder": "", "what": "failed"}, follow=True)
    assert "もう一度送るメールはありません" in text_of(response)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, 422),
        ({"what": "sent"}, 422),
        ({"what": "waiting", "reminder": ""}, 422),
        ({"what": "failed", "reminder": "x"}, 422),
        ({"what": "failed", "reminder": str(uuid.uuid4())}, 404),
    ],
)
def test_mails_that_went_cannot_be_sent_again(
    browser: Client, within: Round, given: dict[str, str], status: int
) -> None:
    sent_with(within, Notice.Status.SENT, "届いた会社")
    assert browser.post(path(within, "/again"), given).status_code == status
    assert Notice.objects.get().status == Notice.Status.SENT


def test_a_long_list_of_troubles_is_cut_and_counted_in_whole(browser: Client, within: Round) -> None:
    for number in range(52):
        sent_with(within, Notice.Status.FAILED, f"会社{number:02}")
    html = text_of(browser.get(path(within)))
    assert "送れなかった 52 通をもう一度送る" in html
    assert "会社49" in html
    assert "会社50" not in html
    assert "ここに並ぶのは一部です" in html


def test_the_page_costs_the_same_for_many(browser: Client, within: Round) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            assert browser.get(path(within)).status_code == 200
        return len(statements)

    invited(within)
    press(browser, within)
    browser.get(path(within))
    before = cost()
    for number in range(10):
        sent_with(within, Notice.Status.FAILED, f"会社{number}")
        plan(browser, within, in_days(number))
    assert cost() == before
    assert before <= 14


# --- the door ---------------------------------------------------------------------------------------------------------


def test_only_who_directs_the_network_reminds(
    within: Round, assistant: User, owner: User, supervisor: User, client_of: ClientOf
) -> None:
    invited(within)
    reminder = Reminder.objects.create(body_id=within.body_id, round=within, on=in_days(3))
    for person, status in ((assistant, 403), (owner, 404), (supervisor, 404)):
        somebody = client_of(person)
        assert somebody.get(path(within)).status_code == status
        assert plan(somebody, within, in_days(2)).status_code == status
        assert press(somebody, within).status_code == status
        for rest in ("/again", f"/{reminder.pk}/cancel"):
            assert somebody.post(path(within, rest), {"what": "failed"}).status_code == status
    assert planned(within) == [in_days(3)]


def test_a_round_or_reminder_of_another_network_does_not_exist(browser: Client, within: Round, network: Body) -> None:
    theirs = make_round(make_body())
    reminder = Reminder.objects.create(body_id=theirs.body_id, round=theirs, on=in_days(3))
    assert browser.get(f"/b/{network.pk}/rounds/{theirs.pk}/reminders").status_code == 404
    assert browser.post(path(within, f"/{reminder.pk}/cancel")).status_code == 404
    given = {"what": "failed", "reminder": str(reminder.pk)}
    assert browser.post(path(within, "/again"), given).status_code == 404
    assert planned(theirs) == [in_days(3)]


def test_too_many_presses_are_held_up(browser: Client, within: Round, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "invitation": "2/1h/key"}
    assert [press(browser, within).status_code for _time in range(3)] == [422, 422, 429]


def test_who_gets_a_reminder_is_asked_within_the_networks_scope(within: Round, coordinator: User) -> None:
    invited(within)
    with body_scope(within.body_id):
        assert reminding.remind_now(within, words="", key=uuid.uuid4(), origin=HERE, by=coordinator, ring=list) == 1
