"""A company deletes itself: asked for by name, taken back in time, and then gone but for the lines of the audit log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from assessments.models import Evidence
from organisations import deleting as asking
from organisations.audit import verify
from organisations.models import AuditLine, Body, Grant, Invitation, Membership, Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from reports import deleting, jobs, paper
from reports.models import ClientFile, MemberFile, ReportFile
from tests.builders import FAKE_PDF, contents, make_body_member, make_member, make_report, our_models
from tests.conftest import ClientOf
from tests.reports.everything import furnish, make_guest

pytestmark = pytest.mark.django_db
NAME = "株式会社みなと精密加工"


@pytest.fixture
def full(company: Organisation, owner: User, network: Body, media: Path) -> Organisation:
    furnish(company, network, by=owner)
    return company


@pytest.fixture
def neighbour(elsewhere: Organisation, stranger: User, network: Body, media: Path) -> Organisation:
    """Another company in the same network, with everything too."""
    furnish(elsewhere, network, by=stranger, word="やまて")
    return elsewhere


def address(organisation: Organisation, rest: str = "") -> str:
    return f"/o/{organisation.pk}/deletion{rest}"


def ask(organisation: Organisation, by: User) -> dt.datetime:
    with scope(organisation.pk):
        return asking.ask(organisation, typed=organisation.name, by=by, link="https://keian.example/x")


def later() -> dt.datetime:
    return timezone.now() + asking.delay() + dt.timedelta(minutes=1)


def now_is(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def verbs(organisation: Organisation) -> list[str]:
    return list(AuditLine.objects.filter(organisation=organisation.pk).values_list("verb", flat=True))


# --- asking ----------------------------------------------------------------------------------------------------------


def test_the_page_says_what_goes_when_and_what_stays(full: Organisation, owner: User, client_of: ClientOf) -> None:
    html = client_of(owner).get(address(full)).content.decode()
    for word in ("消える物", "いつ消えるか", "残る物", "14 日", "外部への共有だけは", "番号だけの行"):
        assert word in html


def test_an_owner_asks_by_typing_the_name_and_all_owners_are_told(
    full: Organisation, owner: User, editor: User, client_of: ClientOf
) -> None:
    second = make_member(full, Role.OWNER, "second@minato.example")
    response = client_of(owner).post(address(full), {"name": NAME})
    assert response.status_code == 302
    waits = now_is(full).delete_after
    assert waits is not None
    assert dt.timedelta(days=13) < waits - timezone.now() <= dt.timedelta(days=14)
    assert sorted(message.to[0] for message in mail.outbox) == sorted([owner.email, second.email])
    assert f"http://testserver{address(full)}" in mail.outbox[0].body
    assert timezone.localtime(waits).strftime("%Y/%m/%d %H:%M") in mail.outbox[0].body
    assert verbs(full)[-1] == "deletion-asked"


@pytest.mark.parametrize("typed", ["", "みなと", "株式会社みなと精密加工株式会社", "山手商会株式会社"])
def test_a_wrong_name_deletes_nothing_and_is_kept(
    full: Organisation, owner: User, client_of: ClientOf, typed: str
) -> None:
    browser, before = client_of(owner), contents()
    response = browser.post(address(full), {"name": typed})
    assert response.status_code == 422
    assert f'value="{typed}"' in response.content.decode() or not typed
    assert contents() == before
    assert mail.outbox == []


def test_the_service_refuses_a_wrong_name_itself(inside: Organisation, owner: User) -> None:
    with pytest.raises(asking.WrongName):
        asking.ask(inside, typed="みなと", by=owner, link="")
    assert now_is(inside).delete_after is None


def test_spaces_around_the_name_do_no_harm(full: Organisation, owner: User, client_of: ClientOf) -> None:
    client_of(owner).post(address(full), {"name": f" {NAME}　"})
    assert now_is(full).delete_after is not None


def test_asking_twice_leaves_the_first_day(full: Organisation, owner: User, client_of: ClientOf) -> None:
    browser = client_of(owner)
    browser.post(address(full), {"name": NAME})
    first = now_is(full).delete_after
    browser.post(address(full), {"name": NAME})
    assert now_is(full).delete_after == first
    assert verbs(full).count("deletion-asked") == 1


@pytest.mark.parametrize("role", ["editor", "viewer", "respondent"])
def test_who_is_no_owner_neither_asks_nor_takes_back(full: Organisation, client_of: ClientOf, role: str) -> None:
    browser = client_of(make_member(full, role))
    before = contents()
    assert browser.get(address(full)).status_code == 403
    assert browser.post(address(full), {"name": NAME}).status_code == 403
    assert browser.post(address(full, "/cancel")).status_code == 403
    assert contents() == before


def test_what_is_shared_ends_at_once(full: Organisation, owner: User, network: Body) -> None:
    assert Grant.unscoped.active().filter(organisation=full).exists()
    ask(full, owner)
    assert not Grant.unscoped.active().filter(organisation=full).exists()
    line = AuditLine.objects.filter(organisation=full.pk, verb="revoked").get()
    assert (line.body, line.detail) == (network.pk, {"what": ["scores"]})


def test_what_another_company_shares_goes_on(full: Organisation, neighbour: Organisation, owner: User) -> None:
    before = set(Grant.unscoped.active().filter(organisation=neighbour))
    ask(full, owner)
    assert set(Grant.unscoped.active().filter(organisation=neighbour)) == before != set()


def test_a_mail_that_is_not_taken_stops_nothing(
    full: Organisation, owner: User, client_of: ClientOf, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "tests.mail_refused.Backend"
    assert client_of(owner).post(address(full), {"name": NAME}).status_code == 302
    assert now_is(full).delete_after is not None


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_while_it_waits_everybody_is_told_and_works_as_before(
    full: Organisation, owner: User, viewer: User, client_of: ClientOf
) -> None:
    day = timezone.localtime(ask(full, owner)).strftime("%Y/%m/%d %H:%M")
    for user, may in ((owner, True), (viewer, False)):
        html = client_of(user).get(f"/o/{full.pk}/").content.decode()
        assert f"{day} のあとに削除されます" in html
        assert (f'action="{address(full, "/cancel")}"' in html) == may
    assert client_of(owner).post(f"/o/{full.pk}/data/export").status_code == 200


def test_without_a_wish_there_is_no_banner(full: Organisation, owner: User, client_of: ClientOf) -> None:
    assert "削除されます" not in client_of(owner).get(f"/o/{full.pk}/").content.decode()


def test_any_owner_takes_it_back_and_all_are_told(full: Organisation, owner: User, client_of: ClientOf) -> None:
    second = make_member(full, Role.OWNER, "second@minato.example")
    ask(full, owner)
    mail.outbox.clear()
    assert client_of(second).post(address(full, "/cancel")).status_code == 302
    assert now_is(full).delete_after is None
    assert len(mail.outbox) == 2
    assert verbs(full)[-1] == "deletion-cancelled"
    assert deleting.carry_out(later()) == 0
    assert Organisation.objects.filter(pk=full.pk).exists()


def test_there_is_nothing_to_take_back_where_nothing_was_asked(
    full: Organisation, owner: User, client_of: ClientOf
) -> None:
    browser, before = client_of(owner), contents()
    assert browser.post(address(full, "/cancel")).status_code == 302
    assert contents() == before


def test_what_has_begun_cannot_be_taken_back(full: Organisation, owner: User) -> None:
    """Somebody who came through the door a moment before finds nobody in the company any more, not even oneself."""
    ask(full, owner)
    Membership.objects.filter(organisation=full).delete()
    with scope(full.pk), pytest.raises(asking.NotAsked):
        asking.cancel(full, by=owner, link="")
    assert now_is(full).delete_after is not None


# --- carrying it out -------------------------------------------------------------------------------------------------


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows_of_company(key: object) -> dict[str, int]:
    """How many rows of each table name the company; of the audit log that is allowed."""
    found = {}
    for model in apps.get_models():
        if model is AuditLine:
            continue
        for field in model._meta.concrete_fields:
            if field.name == ("id" if model is Organisation else "organisation"):
                found[model._meta.label] = model._base_manager.filter(**{field.name: key}).count()
    return found


def but_the_log(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {label: found for label, found in rows.items() if "Audit" not in label}


def test_nothing_of_the_company_is_left_and_the_other_one_is_as_it_was(
    owner: User, company: Organisation, network: Body, neighbour: Organisation, media: Path
) -> None:
    alone_rows, alone_files = but_the_log(contents()), files_of(media)
    furnish(company, network, by=owner)
    assert all(rows_of_company(company.pk).values())
    ask(company, owner)
    assert deleting.carry_out(later()) == 1
    assert set(rows_of_company(company.pk).values()) == {0}
    gone = {"organisations.Organisation", "organisations.Membership"}
    rows = but_the_log(contents())
    for label, before in alone_rows.items():
        expected = [row for row in before if company.pk not in row] if label in gone else before
        assert rows[label] == expected, label
    assert files_of(media) == alone_files
    assert verbs(company)[-1] == "deleted"
    assert list(verify()) == []


def test_the_lines_that_stay_hold_no_name_and_no_word(full: Organisation, owner: User) -> None:
    ask(full, owner)
    deleting.carry_out(later())
    told = " ".join(f"{line.target} {line.detail} {line.actor}" for line in AuditLine.objects.all())
    for word in ("みなと", "港", "@", "客", ".pdf"):
        assert word not in told
    line = AuditLine.objects.get(verb="deleted")
    assert (line.actor, line.organisation, line.body, line.target, line.detail) == ("", full.pk, None, "", {})


def test_a_company_whose_day_has_not_come_stays(full: Organisation, owner: User) -> None:
    moment = ask(full, owner)
    before = contents()
    assert deleting.carry_out(moment - dt.timedelta(seconds=1)) == 0
    assert contents() == before


def test_carrying_out_twice_does_nothing_more(full: Organisation, owner: User) -> None:
    ask(full, owner)
    assert [deleting.carry_out(later()), deleting.carry_out(later())] == [1, 0]
    assert AuditLine.objects.filter(verb="deleted").count() == 1


def test_pages_and_files_of_it_are_not_found_afterwards(full: Organisation, owner: User, client_of: ClientOf) -> None:
    report = ReportFile.unscoped.get(organisation=full)
    browser = client_of(owner)
    pages = [
        f"/o/{full.pk}/",
        f"/o/{full.pk}/submissions/{report.submission_id}/",
        f"/o/{full.pk}/reports/{report.pk}/file",
        address(full),
    ]
    assert [browser.get(page).status_code for page in pages] == [200] * 4
    ask(full, owner)
    deleting.carry_out(later())
    assert [browser.get(page).status_code for page in pages] == [404] * 4
    assert browser.get("/home").status_code in {200, 302}, "the account stays"


def test_invitations_into_it_are_dead(full: Organisation, owner: User) -> None:
    ask(full, owner)
    deleting.carry_out(later())
    assert not Invitation.unscoped.exists()


# --- people ----------------------------------------------------------------------------------------------------------


def test_guests_of_this_company_alone_go_and_everybody_else_keeps_the_account(
    full: Organisation, owner: User, editor: User, elsewhere: Organisation, network: Body
) -> None:
    ask(full, owner)
    guest = User.objects.get(email__startswith="guest@")
    busy, staff, key = (make_guest(full, f"{name}@x.example") for name in ("busy", "staff", "key"))
    Membership.objects.create(user=busy, organisation=elsewhere, role=Role.RESPONDENT)
    network.memberships.create(user=staff, role="assistant")
    Authenticator.objects.create(user=key, type=Authenticator.Type.WEBAUTHN, data={})
    deleting.carry_out(later())
    assert not User.objects.filter(pk=guest.pk).exists()
    kept = {owner, editor, busy, staff, key}
    assert kept <= set(User.objects.all())
    assert Membership.objects.filter(user=busy).get().organisation == elsewhere


def test_a_guest_who_is_signed_in_is_out_at_once(full: Organisation, owner: User) -> None:
    guest, browser = User.objects.get(email__startswith="guest@"), Client()
    browser.force_login(guest)
    key = browser.session.session_key
    UserSession.objects.create(user=guest, session_key=key, ip="127.0.0.1", user_agent="x")
    ask(full, owner)
    deleting.carry_out(later())
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.exists()


# --- in the middle of it ---------------------------------------------------------------------------------------------


class PowerCut(BaseException):
    """The process is gone: nothing after this line runs."""


def cut(place: Any, name: str) -> Callable[[pytest.MonkeyPatch, bool, int], None]:
    """A power cut before or after the nth call of `place.name`."""

    def arrange(patch: pytest.MonkeyPatch, after: bool, nth: int) -> None:
        whole, calls = getattr(place, name), []

        def broken(*args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            if len(calls) == nth and not after:
                raise PowerCut
            done = whole(*args, **kwargs)
            if len(calls) == nth and after:
                raise PowerCut
            return done

        patch.setattr(place, name, broken)

    return arrange


CUTS = [
    *((name, cut(deleting, name), nth) for name in ("_close", "_files", "_remove_rows", "record") for nth in (1, 2)),
    *(("storage", cut(default_storage, "delete"), nth) for nth in (1, 2)),
    ("guests", cut(deleting, "_guests"), 1),
    ("locked", cut(deleting, "_locked"), 1),
    ("locked", cut(deleting, "_locked"), 2),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("name", "arrange", "nth"), CUTS, ids=[f"{name} {nth}" for name, _, nth in CUTS])
def test_whatever_line_it_is_cut_off_at_the_next_run_leaves_nothing(
    name: str,
    arrange: Callable[[pytest.MonkeyPatch, bool, int], None],
    nth: int,
    after: bool,
    full: Organisation,
    owner: User,
    neighbour: Organisation,
    media: Path,
) -> None:
    ask(full, owner)
    theirs = {file: content for file, content in files_of(media).items() if belongs_to(neighbour, file)}
    with pytest.MonkeyPatch.context() as patch:
        arrange(patch, after, nth)
        try:
            deleting.carry_out(later())
        except PowerCut:
            pass
        else:
            assert (name, nth) in {("_close", 2), ("_remove_rows", 2), ("record", 2)}, "this step comes once"
    deleting.carry_out(later())
    assert set(rows_of_company(full.pk).values()) == {0}
    assert files_of(media) == theirs
    assert AuditLine.objects.filter(verb="deleted", organisation=full.pk).count() == 1
    assert list(verify()) == []


def belongs_to(organisation: Organisation, file: str) -> bool:
    names = {*Evidence.unscoped.filter(organisation=organisation).values_list("file", flat=True)}
    names |= {*ReportFile.unscoped.filter(organisation=organisation).values_list("file", flat=True)}
    names |= {*ClientFile.unscoped.filter(organisation=organisation).values_list("file", flat=True)}
    names |= {*MemberFile.unscoped.filter(organisation=organisation).values_list("file", flat=True)}
    return file in names


def test_once_it_has_begun_nobody_comes_in_although_it_was_cut_off(
    full: Organisation, owner: User, client_of: ClientOf
) -> None:
    ask(full, owner)
    with pytest.MonkeyPatch.context() as patch:
        cut(default_storage, "delete")(patch, False, 1)
        with pytest.raises(PowerCut):
            deleting.carry_out(later())
    assert Organisation.objects.filter(pk=full.pk).exists()
    browser = client_of(owner)
    assert browser.get(f"/o/{full.pk}/").status_code == 404
    assert browser.post(address(full, "/cancel")).status_code == 404


def test_a_storage_that_does_not_answer_holds_up_one_company_and_not_the_next(
    full: Organisation, owner: User, elsewhere: Organisation, stranger: User
) -> None:
    ask(full, owner)
    ask(elsewhere, stranger)

    def refuse(name: str) -> None:
        raise OSError("no answer")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse)
        assert deleting.carry_out(later()) == 1
    assert set(Organisation.objects.all()) == {full}
    assert deleting.carry_out(later()) == 1


def test_a_file_that_comes_in_between_goes_too(
    full: Organisation, owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report worker that held the job while the files were removed."""
    late = make_report(ReportFile.unscoped.get(organisation=full).submission, language="en")
    whole = deleting._remove_rows
    calls: list[int] = []

    def finish_first(*args: Any) -> bool:
        if not calls:
            calls.append(1)
            stored = default_storage.save(f"reports/{late.pk}/y.pdf", ContentFile(FAKE_PDF))
            ReportFile.unscoped.filter(pk=late.pk).update(status="done", file=stored)
        return whole(*args)

    monkeypatch.setattr(deleting, "_remove_rows", finish_first)
    ask(full, owner)
    assert deleting.carry_out(later()) == 1
    assert files_of(media) == {}


def test_a_report_that_is_being_made_ends_without_a_file(
    full: Organisation, owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_report(ReportFile.unscoped.get(organisation=full).submission, language="en")
    ask(full, owner)

    def deleted_meanwhile(context: object) -> bytes:
        assert deleting.carry_out(later()) == 1
        return FAKE_PDF

    monkeypatch.setattr(paper, "action_plan", deleted_meanwhile)
    jobs.produce(job.pk)
    assert files_of(media) == {}
    assert not ReportFile.unscoped.exists()


def test_a_bell_that_rings_for_a_deleted_job_is_nothing(full: Organisation, owner: User, media: Path) -> None:
    job = make_report(ReportFile.unscoped.get(organisation=full).submission, language="en")
    ask(full, owner)
    deleting.carry_out(later())
    jobs.produce(job.pk)
    assert files_of(media) == {}


def test_a_body_sees_the_company_no_more(full: Organisation, owner: User, network: Body, client_of: ClientOf) -> None:
    director = make_body_member(network)
    browser = client_of(director)
    assert full.name in browser.get(f"/b/{network.pk}/").content.decode()
    ask(full, owner)
    deleting.carry_out(later())
    assert full.name not in browser.get(f"/b/{network.pk}/").content.decode()


def test_every_table_of_ours_was_looked_at() -> None:
    """`rows_of_company` finds tables by the column `organisation`: a table that names companies otherwise is missed."""
    others = {
        model._meta.label
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.related_model is Organisation and field.name != "organisation"
    }
    assert others == set()
