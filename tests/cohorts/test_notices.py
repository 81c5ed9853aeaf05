"""Mails of a round: who gets one, when it goes, and that none goes twice for one step."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from kombu.exceptions import OperationalError
from pytest_django import Settings

from assessments.scoring.answers import Answer
from cohorts import notices, tasks
from cohorts.mail_hours import JAPAN, MailHours
from cohorts.models import Notice, Participant, Reminder
from cohorts.notices import Run, send_due
from organisations import inviting
from organisations.mailing import NotMailed
from organisations.models import Affiliation, AuditLine, Body, Invitation, Organisation, Round, User
from organisations.policy import Role
from tests.builders import (
    FIRST,
    make_affiliation,
    make_assessment,
    make_body,
    make_member,
    make_organisation,
    make_participant,
    make_round,
    make_submission,
)

pytestmark = pytest.mark.django_db
Status = Notice.Status
SAID = {FIRST: Answer.at(2, "社外秘のメモ")}


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="2026年度 第1回")


def a_weekday(within: Round) -> dt.date:
    """One within the round that is still to come."""
    return MailHours().sent_on(timezone.localdate() + dt.timedelta(days=1))


def at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=JAPAN)


def invited(within: Round, **fields: Any) -> Participant:
    """Somebody on the list whose invitation waits for an answer."""
    made = make_participant(within, **fields)
    made.invitation = Invitation.unscoped.create(
        body_id=within.body_id, email=made.email, expires_at=timezone.now() + dt.timedelta(hours=1)
    )
    made.save()
    return made


def joined(within: Round, name: str = "株式会社あおば", owner: User | None = None, **fields: Any) -> Participant:
    """A company that belongs to the network and stands in the round."""
    company = make_organisation(name=name, owner=owner, corporate_number="")
    make_affiliation(company, within.body)
    return make_participant(within, company, **fields)


def waiting(participant: Participant, reminder: Reminder | None = None) -> Notice:
    return Notice.objects.create(body_id=participant.body_id, participant=participant, reminder=reminder)


def planned(within: Round, on: dt.date, **fields: Any) -> Reminder:
    return Reminder.objects.create(body_id=within.body_id, round=within, on=on, **fields)


def asked_now(within: Round, *people: Participant, **fields: Any) -> list[Notice]:
    """A reminder that somebody asked for at once, with a notice for each of `people`."""
    made = Reminder.objects.create(
        body_id=within.body_id, round=within, status=Reminder.Status.BEGUN, begun_at=timezone.now(), **fields
    )
    return [waiting(one, made) for one in people]


def told() -> list[str]:
    """To whom mails went, in alphabetical order."""
    return sorted(one.to[0] for one in mail.outbox)


def statuses() -> list[str]:
    return list(Notice.objects.order_by("created_at", "pk").values_list("status", flat=True))


# --- what a mail says ------------------------------------------------------------------------------------------------


def link_in(text: str) -> str:
    found = re.search(r"https://keian\.example(/\S+)", text)
    assert found is not None, text
    return found[1]


def test_an_invitation_says_who_asks_until_when_and_what_will_be_seen_and_its_link_opens(within: Round) -> None:
    one = invited(within, name="港工業株式会社", email="minato@kaisha.example")
    waiting(one)
    assert send_due() == Run(begun=0, sent=1, more=False)
    sent = mail.outbox[0]
    assert sent.to == ["minato@kaisha.example"]
    assert within.body.name in sent.subject
    for words in (
        "港工業株式会社 ご担当者さま",
        f"提出の期限：{within.closes_on:%Y/%m/%d}",
        f"このご案内は、{within.body.name}の依頼でお送りしています",
        "リンクは 14 日で使えなくなります",
        "点数や回答は、会社が共有を選ばないかぎり",
    ):
        assert words in sent.body
    token = link_in(sent.body).removeprefix("/invitations/")
    assert inviting.find(token).pk == one.invitation_id
    assert one.invitation is not None
    one.invitation.refresh_from_db()
    assert one.invitation.expires_at > timezone.now() + dt.timedelta(days=13), "fourteen days from the mail on"


def test_a_reminder_of_a_company_that_joined_leads_to_its_start_page_and_tells_nothing_of_it(within: Round) -> None:
    one = joined(within, "株式会社あおば")
    assert one.organisation is not None
    make_assessment(one.organisation, answers=SAID)
    asked_now(within, one, words="締め切りを延ばしました。\nご連絡は03-0000-0000へ。")
    send_due()
    text = mail.outbox[0].body
    assert link_in(text) == "/home"
    assert "締め切りを延ばしました。\nご連絡は03-0000-0000へ。" in text
    assert f"期限は {within.closes_on:%Y/%m/%d} です" in text
    assert "日で使えなくなります" not in text
    for secret in (str(one.organisation.pk), "静岡", "製造業", "点", "社外秘のメモ", FIRST):
        assert secret not in text.replace("自己点検", "")


def test_a_reminder_of_who_did_not_join_yet_carries_a_link_that_holds_again(within: Round) -> None:
    one = invited(within)
    assert one.invitation is not None
    Invitation.unscoped.update(expires_at=timezone.now() - dt.timedelta(days=1))
    before = inviting.token_of(one.invitation)
    with pytest.raises(inviting.Expired):
        inviting.find(before)
    asked_now(within, one)
    send_due()
    token = link_in(mail.outbox[0].body).removeprefix("/invitations/")
    assert inviting.find(token).pk == one.invitation_id
    assert inviting.find(before).pk == one.invitation_id, "who looks for the first mail is not sent away"


def test_names_in_a_mail_stay_text(within: Round) -> None:
    waiting(invited(within, name="<b>A&B</b> 商会"))
    send_due()
    assert "<b>A&B</b> 商会 ご担当者さま" in mail.outbox[0].body


# --- who gets one ----------------------------------------------------------------------------------------------------


def test_a_reminder_goes_to_who_has_not_submitted_and_stays(within: Round, network: Body) -> None:
    """One of each kind: the two that are to be reminded, and everybody else."""
    open_one = invited(within, email="a-invited@kaisha.example")
    at_work = joined(within, "作業中", email="b-joined@kaisha.example")
    done, gone, going = (joined(within, name) for name in ("提出済み", "退会", "削除待ち"))
    assert done.organisation is not None
    make_submission(done.organisation, answers=SAID)
    Affiliation.unscoped.filter(organisation=gone.organisation).update(ended_at=timezone.now())
    Organisation.objects.filter(pk=going.organisation_id).update(delete_after=timezone.now() + dt.timedelta(days=9))
    uninvited, taken = invited(within), invited(within)
    Invitation.unscoped.filter(pk=uninvited.invitation_id).update(revoked_at=timezone.now())
    Invitation.unscoped.filter(pk=taken.invitation_id).update(accepted_at=timezone.now())
    make_participant(within)  # on the list and not invited
    waiting(invited(within, email="z-on-its-way@kaisha.example"))
    elsewhere = make_round(make_body())
    invited(elsewhere, email="elsewhere@kaisha.example")
    day = a_weekday(within)
    planned(within, day)
    send_due(at(day, 10))
    assert told() == ["a-invited@kaisha.example", "b-joined@kaisha.example", "z-on-its-way@kaisha.example"]
    reminded = Notice.objects.filter(reminder__isnull=False)
    assert {one.participant_id for one in reminded} == {open_one.pk, at_work.pk}
    line = AuditLine.objects.get(verb="reminded")
    assert (line.body, line.target, line.detail) == (network.pk, str(within.pk), {"count": 2})


def test_a_company_without_an_address_of_its_own_is_told_through_its_first_owner(within: Round, owner: User) -> None:
    one = joined(within, owner=owner)
    assert one.organisation is not None
    make_member(one.organisation, Role.OWNER, "second@minato.example")
    make_member(one.organisation, Role.EDITOR, "editor2@minato.example")
    asked_now(within, one)
    send_due()
    assert told() == [owner.email]


def test_what_was_submitted_outside_the_round_does_not_count(within: Round) -> None:
    one = joined(within)
    assert one.organisation is not None
    submission = make_submission(one.organisation, answers=SAID)
    type(submission).unscoped.update(submitted_at=timezone.now() - dt.timedelta(days=200))
    asked_now(within, one)
    send_due()
    assert len(mail.outbox) == 1


def test_a_company_that_submits_leaves_or_is_uninvited_before_its_turn_gets_no_mail(within: Round) -> None:
    submits, leaves, uninvited, stays = joined(within, "一"), joined(within, "二"), invited(within), invited(within)
    asked_now(within, submits, leaves, uninvited, stays)
    assert submits.organisation is not None
    make_submission(submits.organisation, answers=SAID)
    Affiliation.unscoped.filter(organisation_id=leaves.organisation_id).update(ended_at=timezone.now())
    Invitation.unscoped.filter(pk=uninvited.invitation_id).update(revoked_at=timezone.now())
    send_due()
    assert told() == [stays.email]
    assert statuses() == [Status.DROPPED] * 3 + [Status.SENT]


def test_who_came_by_another_way_needs_no_invitation_and_a_member_is_told_of_the_round(within: Round) -> None:
    came, member = joined(within, "あとから"), joined(within, "前から")
    for one in (came, member):
        waiting(one)
    Participant.unscoped.filter(pk=came.pk).update(joined_at=timezone.now() + dt.timedelta(seconds=1))
    send_due()
    assert statuses() == [Status.DROPPED, Status.SENT]
    assert link_in(mail.outbox[0].body) == "/home"


def test_a_round_that_is_over_sends_nothing(within: Round) -> None:
    waiting(invited(within))
    asked_now(within, invited(within))
    day = a_weekday(within)
    planned(within, day)
    Round.objects.update(closes_on=timezone.localdate() - dt.timedelta(days=1))
    send_due()
    send_due(at(day, 10))
    assert mail.outbox == []
    assert statuses() == [Status.DROPPED] * 2
    assert Reminder.objects.get(on=day).status == Reminder.Status.PLANNED


@pytest.mark.parametrize(
    "missing", [{"opened_at": None}, {"opens_on": dt.date(2099, 1, 1), "closes_on": dt.date(2099, 2, 1)}]
)
def test_a_round_that_is_not_open_yet_reminds_nobody(within: Round, missing: Mapping[str, Any]) -> None:
    invited(within)
    day = a_weekday(within)
    planned(within, day)
    Round.objects.update(**missing)
    send_due(at(day, 10))
    assert mail.outbox == []
    Round.objects.update(opened_at=timezone.now(), opens_on=timezone.localdate(), closes_on=day + dt.timedelta(days=1))
    send_due(at(day, 10))
    assert len(mail.outbox) == 1


# --- when ------------------------------------------------------------------------------------------------------------


def test_a_planned_reminder_waits_for_its_day_and_its_hours(within: Round) -> None:
    invited(within)
    day = a_weekday(within)
    planned(within, day)
    for moment in (at(day - dt.timedelta(days=1), 10), at(day, 8), at(day, 17)):
        assert send_due(moment).begun == 0
    assert send_due(at(day, 9)) == Run(begun=1, sent=1, more=False)
    assert send_due(at(day, 10)) == Run(begun=0, sent=0, more=False)
    assert Reminder.objects.get().status == Reminder.Status.DONE


def test_one_planned_for_a_saturday_goes_on_monday_unless_the_round_mails_at_weekends(network: Body) -> None:
    today = timezone.localdate()
    saturday = today + dt.timedelta(days=(5 - today.weekday()) % 7 + 7)
    usual, every_day = make_round(network), make_round(network, weekdays_only=False)
    for within in (usual, every_day):
        invited(within)
        planned(within, saturday)
    assert send_due(at(saturday, 10)).begun == 1
    assert send_due(at(saturday + dt.timedelta(days=1), 10)).begun == 0
    assert send_due(at(saturday + dt.timedelta(days=2), 10)).begun == 1
    assert [one.round for one in Reminder.objects.order_by("begun_at")] == [every_day, usual]


def test_of_several_that_are_due_the_latest_goes_and_the_others_pass(within: Round) -> None:
    one = invited(within)
    day = a_weekday(within)
    early, late = planned(within, day - dt.timedelta(days=1), words="早い方"), planned(within, day, words="遅い方")
    send_due(at(day, 10))
    assert told() == [one.email]
    assert "遅い方" in mail.outbox[0].body
    early.refresh_from_db()
    late.refresh_from_db()
    assert (early.status, late.status) == (Reminder.Status.PASSED, Reminder.Status.DONE)


def test_a_planned_mail_that_waits_keeps_to_the_hours_and_what_was_asked_for_by_hand_does_not(within: Round) -> None:
    day = a_weekday(within)
    by_plan, by_hand, invitation = invited(within), invited(within), invited(within)
    begun = planned(within, day, status=Reminder.Status.BEGUN, begun_at=timezone.now())
    waiting(by_plan, begun)
    asked_now(within, by_hand)
    waiting(invitation)
    send_due(at(day, 20))
    assert told() == sorted([by_hand.email, invitation.email])
    send_due(at(day, 9))
    assert len(mail.outbox) == 3


def test_one_that_was_called_off_does_not_go(within: Round) -> None:
    invited(within)
    day = a_weekday(within)
    planned(within, day, status=Reminder.Status.CANCELLED)
    assert send_due(at(day, 10)) == Run(0, 0, False)


# --- never twice -----------------------------------------------------------------------------------------------------


def test_nothing_is_sent_twice_for_one_step(within: Round) -> None:
    one = invited(within)
    waiting(one)
    asked_now(within, one)
    for _time in range(3):
        send_due()
    assert told() == [one.email, one.email], "the invitation and the reminder"
    assert statuses() == [Status.SENT] * 2


@pytest.mark.parametrize("killed", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("before", [True, False], ids=["before the mail went", "after it went"])
def test_after_a_crash_a_mail_is_not_sent_again_and_the_others_are(
    within: Round, killed: type[BaseException], before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hit, other = invited(within, email="1@kaisha.example"), invited(within, email="2@kaisha.example")
    for one in (hit, other):
        waiting(one)
    send = notices.post

    def dies(template: str, to: str, *args: Any, **kwargs: Any) -> None:
        if not before:
            send(template, to, *args, **kwargs)
        raise killed

    monkeypatch.setattr(notices, "post", dies)
    with pytest.raises(killed):
        send_due()
    assert statuses() == [Status.SENDING, Status.WAITING]
    monkeypatch.setattr(notices, "post", send)
    mail.outbox.clear()
    assert send_due().sent == 1
    assert told() == [other.email]
    assert statuses() == [Status.SENDING, Status.SENT], "it may still be under way"
    Notice.objects.filter(status=Status.SENDING).update(claimed_at=timezone.now() - notices.LEASE - dt.timedelta(1))
    for _time in range(2):
        send_due()
    assert statuses() == [Status.UNSURE, Status.SENT]
    assert told() == [other.email]


def test_an_unexpected_error_leaves_a_mail_of_which_nobody_knows_and_the_next_one_goes(
    within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1", "2"):
        waiting(invited(within, email=f"{name}@kaisha.example"))
    send, calls = notices.post, []

    def stumbles(*args: Any, **kwargs: Any) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError
        send(*args, **kwargs)

    monkeypatch.setattr(notices, "post", stumbles)
    send_due()
    assert statuses() == [Status.UNSURE, Status.SENT]


def test_who_is_so_slow_that_the_mail_counts_as_lost_still_notes_that_it_went(
    within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(invited(within))
    send = notices.post

    def slow(*args: Any, **kwargs: Any) -> None:
        send(*args, **kwargs)
        Notice.objects.update(status=Status.UNSURE, ended_at=timezone.now())

    monkeypatch.setattr(notices, "post", slow)
    send_due()
    assert statuses() == [Status.SENT]


def test_who_is_so_slow_that_the_mail_was_asked_for_anew_has_no_say_in_it(
    within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(invited(within))

    def slow(*args: Any, **kwargs: Any) -> None:
        Notice.objects.update(status=Status.WAITING, claimed_at=None)

    monkeypatch.setattr(notices, "post", slow)
    send_due()
    assert statuses() == [Status.WAITING]


# --- mail servers ----------------------------------------------------------------------------------------------------


def test_a_mail_that_the_server_refuses_failed_and_the_others_go(
    within: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1", "bad", "2"):
        waiting(invited(within, email=f"{name}@kaisha.example"))
    send = notices.post

    def fussy(template: str, to: str, *args: Any, **kwargs: Any) -> None:
        if to == "bad@kaisha.example":
            raise NotMailed
        send(template, to, *args, **kwargs)

    monkeypatch.setattr(notices, "post", fussy)
    assert send_due() == Run(begun=0, sent=2, more=False)
    assert statuses() == [Status.SENT, Status.FAILED, Status.SENT]
    send_due()
    assert len(mail.outbox) == 2, "nobody tries again by itself"


def test_a_server_that_refuses_everything_is_left_alone_after_a_few(within: Round, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.mail_refused.Backend"
    for _one in range(notices.MOST_REFUSED_IN_A_ROW + 2):
        waiting(invited(within))
    assert send_due() == Run(begun=0, sent=0, more=False)
    assert statuses() == [Status.FAILED] * notices.MOST_REFUSED_IN_A_ROW + [Status.WAITING] * 2


def test_while_no_server_can_be_reached_every_mail_waits(within: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(invited(within))

    def away() -> None:
        raise NotMailed

    with monkeypatch.context() as patched:
        patched.setattr(notices, "connect", away)
        assert send_due() == Run(0, 0, False)
    assert statuses() == [Status.WAITING]
    assert send_due().sent == 1


# --- in slices -------------------------------------------------------------------------------------------------------


def test_a_run_sends_a_slice_and_says_that_there_is_more(within: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "MOST_A_RUN", 2)
    for _one in range(5):
        waiting(invited(within))
    assert [send_due() for _run in range(4)] == [
        Run(0, 2, True),
        Run(0, 2, True),
        Run(0, 1, False),
        Run(0, 0, False),
    ]
    assert len(mail.outbox) == len(set(told())) == 5


def test_a_run_that_takes_too_long_stops_with_more_to_send(within: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "SECONDS_A_RUN", -1.0)
    waiting(invited(within))
    assert send_due() == Run(0, 0, True)
    assert statuses() == [Status.WAITING]


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """The bells that were rung for; nothing reaches a broker."""
    heard: list[Mapping[str, Any]] = []
    monkeypatch.setattr(tasks.send_notices, "delay", lambda **given: heard.append(given))
    return heard


@pytest.mark.parametrize(
    ("run", "go_on", "rings"),
    [
        (Run(0, 2, True), True, 1),
        (Run(0, 2, True), False, 0),
        (Run(1, 2, True), False, 1),
        (Run(1, 2, False), True, 0),
    ],
    ids=["goes on", "a regular run rings no chain", "but for what it began itself", "nothing left"],
)
def test_the_worker_rings_again_as_long_as_mails_wait(
    run: Run, go_on: bool, rings: int, rung: list[Mapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "send_due", lambda: run)
    tasks.send_notices(go_on=go_on)
    assert rung == [{"go_on": True}] * rings


def test_a_broker_that_is_away_keeps_nobody_from_asking(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(**given: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.send_notices, "delay", away)
    tasks.ring_notices()
    assert "the broker cannot be reached" in caplog.text


def test_the_beat_sends_regularly(settings: Settings) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["send-notices"]
    assert entry["task"] == tasks.send_notices.name
    assert notices.SECONDS_A_RUN + settings.EMAIL_TIMEOUT * 3 < settings.CELERY_TASK_SOFT_TIME_LIMIT


# --- once more, when somebody says so --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNSURE])
def test_somebody_may_let_mails_that_failed_or_nobody_knows_of_go_once_more(
    within: Round, coordinator: User, status: Notice.Status, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[str] = []
    reminded = asked_now(within, invited(within), invited(within))
    invitation = waiting(invited(within))
    Notice.objects.update(status=status, claimed_at=timezone.now(), ended_at=timezone.now())
    reminder = reminded[0].reminder
    assert reminder is not None
    Reminder.objects.update(status=Reminder.Status.DONE)
    with django_capture_on_commit_callbacks(execute=True):
        for expected in (2, 0):
            count = notices.again(
                within, reminder=reminder, status=status, by=coordinator, ring=lambda: rung.append("rung")
            )
            assert count == expected
    assert rung == ["rung"]
    send_due()
    invitation.refresh_from_db()
    assert (len(mail.outbox), invitation.status) == (2, status)
    notices.again(within, reminder=None, status=status, by=coordinator, ring=list)
    send_due()
    assert len(mail.outbox) == 3
    lines = AuditLine.objects.exclude(verb="body-made").order_by("number").values_list("verb", "detail")
    assert list(lines) == [
        ("reminded", {"count": 2, "again": True}),
        ("round-invited", {"count": 1, "again": True}),
    ]


def test_what_went_or_waits_is_not_sent_once_more(within: Round, coordinator: User) -> None:
    waiting(invited(within))
    for status in (Status.SENT, Status.WAITING, Status.SENDING, Status.DROPPED):
        with pytest.raises(ValueError, match=status):
            notices.again(within, reminder=None, status=status, by=coordinator, ring=list)
    Round.objects.update(closes_on=timezone.localdate() - dt.timedelta(days=1))
    within.refresh_from_db()
    with pytest.raises(notices.NotUnderWay):
        notices.again(within, reminder=None, status=Status.FAILED, by=coordinator, ring=list)
