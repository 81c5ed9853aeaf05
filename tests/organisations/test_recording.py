"""What is recorded and what is not; nothing of it is personal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from organisations import inviting, membership, sharing
from organisations.audit import verify
from organisations.bodies import found_body
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, Membership, Organisation, User
from organisations.policy import BodyKind, BodyRole, Role
from organisations.scoping import body_scope, scope
from organisations.services import found_organisation
from reports import jobs
from reports.models import ReportFile
from tests.builders import (
    FIRST,
    PASSWORD,
    answer,
    give_second_factor,
    make_affiliation,
    make_assessment,
    make_submission,
    make_user,
)
from tests.conftest import ClientOf
from tests.organisations.test_services import DETAILS

pytestmark = pytest.mark.django_db

# --- signing in and out -----------------------------------------------------------------------------------------------


def lines() -> list[tuple[str, str, str]]:
    return list(AuditLine.objects.order_by("number").values_list("verb", "actor", "target"))


def sign_in(user: User, password: str = PASSWORD, **extra: str) -> Client:
    browser = Client(**extra)
    browser.post("/account/login/", {"login": user.email, "password": password})
    return browser


def test_signing_in_and_out_leaves_a_line_each_with_how_it_was_done(db: None) -> None:
    user = make_user()
    sign_in(user).post("/account/logout/")
    assert lines() == [("signed-in", str(user.pk), ""), ("signed-out", str(user.pk), "")]
    assert AuditLine.objects.get(verb="signed-in").detail == {"how": ["password"]}


def test_who_was_not_signed_in_cannot_sign_out(db: None) -> None:
    Client().post("/account/logout/")
    assert lines() == []


def test_a_second_factor_is_waited_for_and_a_wrong_one_leaves_a_line(db: None) -> None:
    user = give_second_factor(make_user())
    browser = sign_in(user)
    assert lines() == []
    browser.post("/account/2fa/authenticate/", {"code": "000000"})
    browser.post("/account/2fa/authenticate/", {"code": "000001"})
    assert lines() == [("sign-in-failed", "", str(user.pk))]


def test_many_failures_leave_one_line_for_the_failing_and_one_for_the_lock(db: None) -> None:
    user = make_user()
    for number in range(36):
        sign_in(user, "not-the-password", REMOTE_ADDR=f"198.51.100.{number % 9}")
    assert lines() == [("sign-in-failed", "", str(user.pk)), ("locked-out", "", str(user.pk))]


def test_failures_of_two_people_are_told_apart(db: None) -> None:
    one, other = make_user(), make_user()
    for user in (one, other):
        sign_in(user, "not-the-password")
    assert lines() == [("sign-in-failed", "", str(one.pk)), ("sign-in-failed", "", str(other.pk))]


def test_tries_at_an_address_that_nobody_has_leave_nothing(db: None) -> None:
    for number in range(30):
        Client().post("/account/login/", {"login": f"nobody{number}@x.example", "password": "my-secret-password"})
    assert lines() == []


# --- what is recorded, and that none of it is personal ----------------------------------------------------------------


@contextmanager
def new_lines() -> Iterator[list[AuditLine]]:
    """The lines that are written within the block."""
    start, gathered = AuditLine.objects.count(), []
    yield gathered
    gathered.extend(AuditLine.objects.order_by("number")[start:])


def test_founding_a_company_is_recorded(db: None) -> None:
    user = make_user()
    with new_lines() as written:
        organisation = found_organisation(by=user, details=DETAILS, name="浜 四郎")
    assert [(line.verb, line.actor, line.organisation) for line in written] == [
        ("company-founded", str(user.pk), organisation.pk)
    ]


def test_a_change_of_role_is_recorded_and_none_where_nothing_changed(
    company: Organisation, owner: User, editor: User
) -> None:
    key = editor.memberships.get().key
    with new_lines() as written:
        membership.change_role(company, key, Role.EDITOR, by=owner)
        membership.change_role(company, key, Role.VIEWER, by=owner)
    assert [(line.verb, line.target, line.detail) for line in written] == [
        ("role-changed", str(editor.pk), {"before": "editor", "after": "viewer"})
    ]


def test_a_report_is_recorded_once_when_it_is_ordered_and_whenever_it_is_taken(
    company: Organisation, viewer: User, client_of: ClientOf, media: Path, printer: list[object]
) -> None:
    submission, browser = make_submission(company), client_of(viewer)
    with new_lines() as written:
        for _press in range(2):
            browser.post(f"/o/{company.pk}/submissions/{submission.pk}/report")
    assert [(line.verb, line.actor, line.target) for line in written] == [
        ("report-ordered", str(viewer.pk), str(submission.pk))
    ]
    job = ReportFile.unscoped.get()
    jobs.produce(job.pk)
    address = f"/o/{company.pk}/reports/{job.pk}/file"
    with new_lines() as written:
        browser.head(address)
        assert b"".join(browser.get(address).streaming_content)  # type: ignore[attr-defined]
    assert [(line.verb, line.actor, line.target) for line in written] == [
        ("report-taken", str(viewer.pk), str(submission.pk))
    ]


def test_saving_an_answer_and_reading_ones_own_pages_leaves_no_line(
    company: Organisation, owner: User, client_of: ClientOf
) -> None:
    assessment, browser = make_assessment(company), client_of(owner)
    with new_lines() as written:
        answer(assessment, FIRST, 3, by=owner)
        for address in ("", f"a/{assessment.pk}/", "company", "sharing", "log"):
            assert browser.get(f"/o/{company.pk}/{address}").status_code == 200
    assert written == []


def test_no_line_holds_a_mail_address_a_name_or_what_was_typed(
    company: Organisation, owner: User, editor: User, network: Body, coordinator: User, client_of: ClientOf
) -> None:
    """A walk through the services that write lines; everything that was typed on the way is looked for in them."""
    link = "https://example.test/{}".format
    guest, assistant = (
        make_user("guest@minato.example", name="客 五郎"),
        make_user("help@network.example", name="助 六"),
    )
    make_affiliation(company, network)
    assessment = make_assessment(company)
    answer(assessment, FIRST, 2, by=owner, note="鋳物は一社だけ")
    with scope(company.pk):
        asked = inviting.invite(email=guest.email, role=Role.EDITOR, by=owner, link=link, organisation=company)
        inviting.accept(asked.pk, by=guest, name="客 五郎")
        inviting.revoke_invitation(
            inviting.invite(email="x@y.example", role=Role.VIEWER, by=owner, link=link, organisation=company), by=owner
        )
        grants = sharing.grant(
            company, network.pk, [What.NOTES], purpose="融資の相談", until=timezone.localdate(), by=owner
        )
        sharing.revoke(company, grants[1].pk, by=owner)
        sharing.end_affiliation(Affiliation.objects.get(), by=owner)
    with body_scope(network.pk):
        asked = inviting.invite(email=assistant.email, role=BodyRole.ASSISTANT, by=coordinator, link=link, body=network)
        inviting.accept(asked.pk, by=assistant)
        asked = inviting.invite(email=owner.email, role=None, by=coordinator, link=link, body=network)
        inviting.accept(asked.pk, by=owner, organisation=company)
    found_body(kind=BodyKind.OFFICE, name="浜名湖 相談所", by=coordinator)
    membership.change_role(company, guest.memberships.get().key, Role.VIEWER, by=owner)
    membership.remove_member(company, Membership.objects.get(user=guest).key, by=guest)
    make_submission(company, assessment=assessment, by=owner)
    sign_in(owner).post("/account/logout/")
    sign_in(owner, "mistyped-password")

    said = json.dumps(list(AuditLine.objects.values_list("detail", "target", "actor")), ensure_ascii=False)
    assert len(AuditLine.objects.values("verb").distinct()) >= 15
    typed = ["鋳物", "融資", "浜名湖", "mistyped", PASSWORD, company.name, network.name]
    personal = [word for user in User.objects.all() for word in (user.email, *user.name.split())]
    assert [word for word in [*typed, *personal] if word and word in said] == []
    assert not re.search(r"[^\x20-\x7e]", said), "a line holds ids and code words"
    assert not re.search(r"\w@\w+\.example", said)
    assert list(verify()) == []
