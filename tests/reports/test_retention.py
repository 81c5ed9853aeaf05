"""What is cleared when its time is over; and that nothing else is."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from celery.schedules import schedule
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from assessments.models import Assignment, Evidence
from cohorts.models import Participant
from config.celery import app
from organisations import deleting
from organisations.consent import What
from organisations.models import Body, Invitation, Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from reports import retention, tasks
from reports.models import Batch, BatchItem, MemberFile, ReportFile
from reports.retention import tidy
from tests.builders import (
    FIRST,
    contents,
    make_assessment,
    make_grant,
    make_participant,
    make_report,
    make_round,
    make_submission,
)
from tests.conftest import ClientOf
from tests.reports.everything import furnish, store_copy, store_evidence, store_report

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return timezone.now()


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def age(folder: Path, name: str, days: float) -> None:
    moment = (now() - days * DAY).timestamp()
    os.utime(folder / name, (moment, moment))


# --- what stays ------------------------------------------------------------------------------------------------------


def test_of_a_living_company_nothing_is_cleared_but_what_is_named_here(
    company: Organisation, owner: User, network: Body, media: Path, settings: Any
) -> None:
    """Ten years later, with files as old: answers, submissions, talk, evidence, consents and the log."""
    furnish(company, network, by=owner)
    for name in files_in(media):
        age(media, name, 3650)
    before, files = contents(), files_in(media)
    tidy(now() + 3650 * DAY)
    after = contents()
    assert after.pop("organisations.Invitation") == []
    gone = before.pop("organisations.Invitation")
    through_it = [row for row in before["assessments.Assignment"] if gone[0][0] in row]
    assert len(through_it) == 1
    assert after.pop("assessments.Assignment") == [
        row for row in before.pop("assessments.Assignment") if row not in through_it
    ], "what somebody was asked who never came"
    assert after == before
    assert files_in(media) == files


def test_a_tidy_world_stays_as_it_is(company: Organisation, owner: User, network: Body, media: Path) -> None:
    furnish(company, network, by=owner)
    before, files = contents(), files_in(media)
    assert tidy() == retention.Tidied(companies=0, invitations=0, participants=0, sign_ins=0, reports=0, files=0)
    assert (contents(), files_in(media)) == (before, files)


# --- companies -------------------------------------------------------------------------------------------------------


def test_a_company_whose_day_has_come_goes(company: Organisation, owner: User, network: Body, media: Path) -> None:
    furnish(company, network, by=owner)
    with scope(company.pk):
        moment = deleting.ask(company, typed=company.name, by=owner, link="")
    assert tidy(moment - dt.timedelta(minutes=1)).companies == 0
    assert tidy(moment + dt.timedelta(minutes=1)).companies == 1
    assert files_in(media) == set()


# --- invitations -----------------------------------------------------------------------------------------------------


def make_invitation(**fields: Any) -> Invitation:
    return Invitation.unscoped.create(**{"role": Role.EDITOR, "email": f"{uuid4().hex}@x.example", **fields})


def test_an_address_is_forgotten_ninety_days_after_the_invitation_ended(
    company: Organisation, network: Body, owner: User
) -> None:
    old, young, soon = now() - 91 * DAY, now() - 89 * DAY, now() + DAY
    of = {"organisation": company}
    gone = [
        make_invitation(**of, expires_at=old),
        make_invitation(**of, expires_at=soon, revoked_at=old),
        make_invitation(**of, expires_at=old, accepted_at=old, accepted_by=owner),
        make_invitation(body=network, role="coordinator", expires_at=old),
        make_invitation(body=network, role="", expires_at=old),
    ]
    kept = [
        make_invitation(**of, expires_at=young),
        make_invitation(**of, expires_at=old, revoked_at=young),
        make_invitation(**of, expires_at=soon),
        make_invitation(**of, expires_at=old, accepted_at=young, accepted_by=owner),
    ]
    # One that was revoked lately had expired long before: what ended it first counts.
    gone.append(kept.pop(1))
    assert tidy().invitations == len(gone)
    assert set(Invitation.unscoped.all()) == set(kept)


def test_an_invitation_by_which_somebody_answers_stays_without_its_address(company: Organisation, owner: User) -> None:
    old = now() - 91 * DAY
    accepted = [make_invitation(organisation=company, expires_at=old, accepted_at=old, accepted_by=owner) for _ in "12"]
    beside = {"organisation": company, "assessment": make_assessment(company), "question_id": FIRST}
    for invitation in accepted:
        Assignment.unscoped.create(**beside, invitation=invitation)
    assert [tidy().invitations, tidy().invitations] == [2, 0]
    assert set(Invitation.unscoped.values_list("email", "accepted_by")) == {("", owner.pk)}
    with scope(company.pk):
        assert Assignment.objects.of(owner.pk).count() == 2


def test_with_zero_days_no_invitation_is_forgotten(company: Organisation, settings: Any) -> None:
    settings.RETENTION_INVITATION_DAYS = 0
    make_invitation(organisation=company, expires_at=now() - 3650 * DAY)
    assert tidy().invitations == 0
    assert Invitation.unscoped.count() == 1


# --- lists of rounds -------------------------------------------------------------------------------------------------


def test_the_address_of_a_company_that_never_joined_is_forgotten_ninety_days_after_the_round_and_its_row_stays(
    company: Organisation, network: Body
) -> None:
    today = timezone.localdate()
    begun = today - 200 * DAY
    over, lately = (make_round(network, opens_on=begun, closes_on=today - days * DAY) for days in (91, 90))
    strangers = [make_participant(over), make_participant(over)]
    joined = make_participant(over, company, email="keiri@minato.example")
    kept = [make_participant(lately), make_participant(make_round(network))]
    assert [tidy().participants, tidy().participants] == [2, 0]
    rows = {row.pk: row for row in Participant.unscoped.all()}
    assert [(rows[one.pk].name, rows[one.pk].email) for one in strangers] == [(one.name, "") for one in strangers]
    assert rows[joined.pk].email == "keiri@minato.example"
    assert [rows[one.pk].email for one in kept] == [one.email for one in kept]


def test_with_zero_days_no_address_of_a_list_is_forgotten(network: Body, settings: Any) -> None:
    settings.RETENTION_INVITATION_DAYS = 0
    long_ago = timezone.localdate() - 3650 * DAY
    one = make_participant(make_round(network, opens_on=long_ago, closes_on=long_ago))
    assert tidy().participants == 0
    assert Participant.unscoped.get().email == one.email != ""


# --- signing in ------------------------------------------------------------------------------------------------------


def test_addresses_of_who_signed_in_or_tried_are_forgotten_and_sessions_that_ended(owner: User) -> None:
    def attempt(age: dt.timedelta) -> AccessAttempt:
        made = AccessAttempt.objects.create(username=str(age), ip_address="192.0.2.1", failures_since_start=1)
        AccessAttempt.objects.filter(pk=made.pk).update(attempt_time=now() - age)
        return made

    def session(key: str, seen: dt.timedelta) -> UserSession:
        made = UserSession.objects.create(user=owner, session_key=key, ip="192.0.2.1", user_agent="x")
        UserSession.objects.filter(pk=made.pk).update(last_seen_at=now() - seen)
        return made

    attempt(DAY)
    lately = attempt(dt.timedelta(minutes=1))
    session("old", 2 * DAY)
    present = session("new", dt.timedelta(minutes=5))
    Session.objects.create(session_key="over", session_data="x", expire_date=now() - DAY)
    Session.objects.create(session_key="open", session_data="x", expire_date=now() + DAY)
    assert tidy().sign_ins == 2
    assert list(AccessAttempt.objects.all()) == [lately]
    assert list(UserSession.objects.all()) == [present]
    assert [found.session_key for found in Session.objects.all()] == ["open"]


# --- PDFs ------------------------------------------------------------------------------------------------------------


def test_pdfs_stay_for_ever_where_nothing_else_is_set(company: Organisation, media: Path) -> None:
    assert configured.RETENTION_REPORT_DAYS == 0
    report = store_report(make_report(make_submission(company)), finished_at=now() - 3650 * DAY)
    age(media, report.file.name, 3650)
    assert tidy().reports == 0
    assert files_in(media) == {report.file.name}


def test_old_pdfs_go_where_it_is_set_and_can_be_ordered_again(
    company: Organisation, owner: User, client_of: ClientOf, media: Path, settings: Any, bells: list[Any]
) -> None:
    settings.RETENTION_REPORT_DAYS = 30
    submission = make_submission(company)
    old = store_report(make_report(submission), finished_at=now() - 31 * DAY)
    young = store_report(make_report(submission, language="en"), finished_at=now() - 29 * DAY)
    assert tidy().reports == 1
    assert list(ReportFile.unscoped.all()) == [young]
    assert files_in(media) == {young.file.name}
    browser, page = client_of(owner), f"/o/{company.pk}/submissions/{submission.pk}/"
    assert browser.get(f"/o/{company.pk}/reports/{old.pk}/file").status_code == 404
    assert browser.get(page).status_code == 200
    assert browser.post(f"{page}report").status_code == 302
    assert ReportFile.unscoped.filter(language="ja", status="waiting").count() == 1


def test_a_removal_that_was_cut_off_leaves_a_file_that_counts_as_lost(
    company: Organisation, media: Path, settings: Any
) -> None:
    settings.RETENTION_REPORT_DAYS = 30
    report = store_report(make_report(make_submission(company)), finished_at=now() - 31 * DAY)
    default_storage.delete(report.file.name)
    assert tidy().reports == 1
    assert not ReportFile.unscoped.exists()


@pytest.mark.parametrize("status", ["waiting", "running", "failed"])
def test_a_job_that_is_not_done_is_no_old_pdf(company: Organisation, settings: Any, status: str) -> None:
    settings.RETENTION_REPORT_DAYS = 30
    make_report(make_submission(company), status=status, finished_at=now() - 31 * DAY)
    assert tidy().reports == 0
    assert ReportFile.unscoped.count() == 1


# --- files without an owner ------------------------------------------------------------------------------------------


@pytest.fixture
def stored(company: Organisation, media: Path) -> dict[str, str]:
    """Names in the storage, each file two days old but the young one."""
    report = store_report(make_report(make_submission(company)))
    opened = make_assessment(company)
    names = {
        "evidence": str(store_evidence(company, opened.pk, "x.pdf").file.name),
        "report": str(report.file.name),
        "orphan": default_storage.save(f"evidence/{company.pk}/{uuid4()}", ContentFile(b"x")),
        "orphan report": default_storage.save(f"reports/{uuid4()}/{uuid4()}.pdf", ContentFile(b"x")),
        "not ours": default_storage.save("logos/mark.png", ContentFile(b"x")),
        "beside": default_storage.save("evidence-of-others.txt", ContentFile(b"x")),
    }
    for name in names.values():
        age(media, name, 2)
    names["young"] = default_storage.save(f"evidence/{company.pk}/{uuid4()}", ContentFile(b"x"))
    return names


def test_a_file_that_no_row_names_goes_after_a_day_and_nothing_else(stored: dict[str, str], media: Path) -> None:
    assert tidy().files == 2
    assert files_in(media) == {stored[name] for name in ("evidence", "report", "not ours", "beside", "young")}
    assert tidy(now() + 2 * DAY).files == 1
    assert stored["young"] not in files_in(media)


def test_more_files_than_one_question_to_the_database_asks_for(
    company: Organisation, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    opened = make_assessment(company)
    kept = {store_evidence(company, opened.pk, f"{number}.pdf").file.name for number in range(5)}
    for _ in range(5):
        name = default_storage.save(f"evidence/{uuid4()}", ContentFile(b"x"))
        age(media, name, 2)
    assert tidy(now()).files == 5
    assert files_in(media) == kept


def test_empty_folders_of_yesterday_go_and_those_of_today_stay(stored: dict[str, str], media: Path) -> None:
    folder = media / stored["orphan report"].rpartition("/")[0]
    tidy()
    assert folder.is_dir(), "a worker may be about to write into it"
    age(media, str(folder.relative_to(media)), 2)
    tidy()
    assert not folder.exists()
    assert (media / stored["report"]).exists()
    assert (media / "evidence").is_dir()


def test_a_storage_without_any_file_is_tidy(media: Path, db: None) -> None:
    assert tidy().files == 0


# --- who does it -----------------------------------------------------------------------------------------------------


def test_the_command_does_it_and_says_how_many(
    stored: dict[str, str], media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("tidy")
    told = capsys.readouterr().out
    assert "files without an owner removed: 2" in told
    assert "companies deleted: 0" in told
    assert Evidence.unscoped.count() == 1


def test_the_worker_does_the_same_once_a_day(stored: dict[str, str], media: Path) -> None:
    entry = app.conf.beat_schedule["tidy"]
    assert entry["task"] == tasks.tidy.name == "reports.tidy"
    assert schedule(entry["schedule"]).seconds == 24 * 60 * 60
    tasks.tidy()
    assert stored["orphan"] not in files_in(media)
    assert tasks.tidy.time_limit < configured.CELERY_BROKER_TRANSPORT_OPTIONS.get("visibility_timeout", 600)


def test_orders_that_ended_long_ago_go_with_their_files_and_what_a_later_order_found_stays(
    company: Organisation, owner: User, network: Body, media: Path, settings: Any
) -> None:
    settings.RETENTION_REPORT_DAYS = 30
    submission = make_submission(company)
    make_grant(company, network, What.ANSWERS)
    old, reused = store_copy(submission, network, shared="scores"), store_copy(submission, network)
    long_ago = now() - 40 * DAY
    MemberFile.unscoped.update(finished_at=long_ago)
    common = {"body": network, "languages": "ja", "mail_language": "ja"}
    first = Batch.objects.create(**common, status="done", begun_at=long_ago, ended_at=long_ago)
    second = Batch.objects.create(**common, status="done", begun_at=now(), ended_at=now() - DAY)
    for batch, file, position in ((first, old, 1), (first, reused, 2), (second, reused, 1)):
        BatchItem.objects.create(batch=batch, file=file, position=position, state="done")
    assert tidy().reports == 1
    assert list(Batch.objects.all()) == [second]
    assert list(MemberFile.unscoped.all()) == [reused]
    assert files_in(media) == {reused.file.name}
