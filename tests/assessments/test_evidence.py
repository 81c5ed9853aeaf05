"""Evidence files as the company's own people put them beside an answer, open them and take them back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from assessments import evidence, services
from assessments.evidence_words import FAULTS, KIND_NAMES, why_not
from assessments.file_faults import Fault, Refused
from assessments.file_kinds import KINDS
from assessments.models import Assessment, Assignment, Evidence
from organisations.models import AuditLine, Organisation, User
from organisations.policy import Role
from organisations.scoping import scope
from tests.assessments.papers import PDF, lying_bomb, office, overlapping_bomb, picture
from tests.builders import (
    FIRST,
    SECOND,
    VISIBILITY,
    contents,
    full_answers,
    make_assessment,
    make_evidence,
    make_member,
    make_submission,
)
from tests.conftest import ClientOf

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(company: Organisation, owner: User, media: Path) -> Assessment:
    """An open assessment; `media` holds the files of this test alone."""
    return make_assessment(company, answers=full_answers(), by=owner)


@pytest.fixture
def respondent(company: Organisation, opened: Assessment, owner: User) -> User:
    """Somebody who was asked for FIRST and nothing else."""
    user = make_member(company, Role.RESPONDENT, "respondent@minato.example", name="答 四郎")
    Assignment.unscoped.create(
        organisation=company, assessment=opened, question_id=FIRST, assignee=user, assigned_by=owner
    )
    return user


def add_address(assessment: Assessment, question_id: str = FIRST) -> str:
    return f"/o/{assessment.organisation_id}/a/{assessment.pk}/q/{question_id}/evidence"


def address(row: Evidence, rest: str = "") -> str:
    return f"/o/{row.organisation_id}/evidence/{row.pk}{rest}"


def send(
    browser: Client, assessment: Assessment, name: str = "規程.pdf", content: bytes = PDF, question_id: str = FIRST
) -> Any:
    return browser.post(add_address(assessment, question_id), {"file": SimpleUploadedFile(name, content)})


def stored(media: Path) -> list[Path]:
    return [file for file in media.rglob("*") if file.is_file()]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# --- putting a file beside an answer ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["owner", "editor", "respondent"])
def test_a_file_is_kept_under_a_random_name_and_shown_under_its_own(
    who: str, request: pytest.FixtureRequest, opened: Assessment, client_of: ClientOf, media: Path
) -> None:
    user = request.getfixturevalue(who)
    browser = client_of(user)
    response = send(browser, opened, "../../etc/調達\u202e規程.pdf")
    assert response.status_code == 302
    row = Evidence.unscoped.get()
    assert (row.name, row.kind, row.size, row.uploaded_by) == ("調達規程.pdf", "application/pdf", len(PDF), user)
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    folder, company, name = (row.file.name or "").split("/")
    assert (folder, company) == ("evidence", str(opened.organisation_id))
    assert UUID(name) != row.pk
    assert [file.read_bytes() for file in stored(media)] == [PDF]
    page = browser.get(response.headers["Location"], follow=True).content.decode()
    assert "調達規程.pdf" in page
    assert str(user) in page


def test_the_file_is_recorded_by_ids_alone(opened: Assessment, owner: User, client_of: ClientOf) -> None:
    send(client_of(owner), opened, "社外秘.pdf")
    line = AuditLine.objects.get(verb="evidence-added")
    row = Evidence.unscoped.get()
    assert (line.actor, line.organisation, line.target) == (str(owner.pk), opened.organisation_id, str(row.pk))
    assert line.detail == {"question": FIRST}


def test_who_only_reads_may_not_add_and_who_is_no_member_finds_nothing(
    opened: Assessment, viewer: User, stranger: User, client_of: ClientOf, media: Path
) -> None:
    reader, outsider = client_of(viewer), client_of(stranger)
    before = contents()
    assert send(reader, opened).status_code == 403
    assert send(outsider, opened).status_code == 404
    assert "/login/" in send(client_of(None), opened).headers["Location"]
    assert contents() == before
    assert not stored(media)


def test_a_respondent_adds_to_what_was_assigned_and_nothing_else(
    opened: Assessment, respondent: User, client_of: ClientOf, media: Path
) -> None:
    browser = client_of(respondent)
    assert send(browser, opened, question_id=SECOND).status_code == 404
    assert browser.get(add_address(opened, SECOND)).status_code == 404
    assert not stored(media)
    assert send(browser, opened).status_code == 302
    assert browser.get(add_address(opened)).status_code == 200


@pytest.mark.parametrize("where", ["no such question", "another company's assessment", "no such assessment"])
def test_what_does_not_exist_here_takes_no_file(
    where: str, opened: Assessment, elsewhere: Organisation, owner: User, client_of: ClientOf, media: Path
) -> None:
    foreign = make_assessment(elsewhere)
    root = f"/o/{opened.organisation_id}/a"
    path = {
        "no such question": add_address(opened, "A-XXX-99"),
        "another company's assessment": f"{root}/{foreign.pk}/q/{FIRST}/evidence",
        "no such assessment": f"{root}/{uuid4()}/q/{FIRST}/evidence",
    }[where]
    browser = client_of(owner)
    before = contents()
    assert browser.post(path, {"file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 404
    assert contents() == before
    assert not stored(media)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.pdf", b"", "中身が空です"),
        ("規程.exe", PDF, "名前の終わりは「.exe」ですが、中身は PDF です"),
        ("頁.txt", b"<html><script>x</script>", "ウェブページ"),
        ("図.svg", b"<svg onload='x'/>", "SVG"),
        ("道具.pdf", b"MZ\x90" + bytes(90), "プログラム"),
        ("マクロ.docx", office(parts={"word/vbaProject.bin": b"x"}), "マクロが入っています"),
        ("爆弾.docx", overlapping_bomb(), "大きすぎます"),
        ("うそ.docx", lying_bomb(50), "壊れています"),
        ("動画.gif", picture("GIF"), "見つかったもの：.gif"),
    ],
)
def test_a_file_that_is_not_taken_is_named_with_the_reason_and_nothing_is_stored(
    name: str, content: bytes, words: str, opened: Assessment, owner: User, client_of: ClientOf, media: Path
) -> None:
    browser = client_of(owner)
    before = contents()
    response = send(browser, opened, name, content)
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert f'action="{add_address(opened)}"' in html, "the form to choose another one"
    assert contents() == before
    assert not stored(media)


def test_a_form_without_a_file_says_so(opened: Assessment, owner: User, client_of: ClientOf) -> None:
    response = client_of(owner).post(add_address(opened))
    assert response.status_code == 422
    assert "ファイルを選んでください" in response.content.decode()


def test_a_file_beyond_the_limit_is_refused(
    opened: Assessment, owner: User, client_of: ClientOf, media: Path, settings: Settings
) -> None:
    settings.UPLOAD_LIMIT_MB, settings.UPLOAD_LIMIT_BYTES = 1, 2**20
    large = "行\n".encode() * 2**18 + b"x"
    response = send(client_of(owner), opened, "長い.txt", large)
    assert response.status_code == 422
    assert "一つ 1 MBまで" in response.content.decode()
    assert not stored(media)
    assert send(client_of(owner), opened, "長い.txt", large[: 2**20 - 1]).status_code == 302


def test_two_gigabytes_are_refused_before_they_are_read(opened: Assessment, owner: User, client_of: ClientOf) -> None:
    response = client_of(owner).post(
        add_address(opened), b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2 * 2**30)
    )
    assert response.status_code == 413


def test_beside_one_answer_lie_ten_files_at_most(
    opened: Assessment, owner: User, client_of: ClientOf, media: Path
) -> None:
    for number in range(evidence.MOST_FILES):
        make_evidence(opened, name=f"{number}.txt", content=b"%d" % number)
    response = send(client_of(owner), opened)
    assert response.status_code == 422
    assert "もう 10 個のファイルがあります" in response.content.decode()
    assert len(stored(media)) == 10
    assert send(client_of(owner), opened, question_id=SECOND).status_code == 302


def test_the_files_of_a_company_have_a_quota(
    opened: Assessment, owner: User, client_of: ClientOf, media: Path, settings: Settings
) -> None:
    settings.EVIDENCE_QUOTA_MB = 1
    make_evidence(opened, name="a.txt", content=b"a" * 700_000)
    response = send(client_of(owner), opened, "b.txt", b"b" * 700_000, SECOND)
    assert response.status_code == 422
    assert "会社の置き場所（1 MB）" in response.content.decode()
    assert len(stored(media)) == 1


def test_files_of_other_companies_do_not_count(
    opened: Assessment, elsewhere: Organisation, owner: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.EVIDENCE_QUOTA_MB = 1
    make_evidence(make_assessment(elsewhere), name="a.txt", content=b"a" * 700_000)
    assert send(client_of(owner), opened, "b.txt", b"b" * 700_000).status_code == 302


def test_the_same_file_twice_is_kept_once(opened: Assessment, owner: User, client_of: ClientOf, media: Path) -> None:
    browser = client_of(owner)
    send(browser, opened)
    page = send(browser, opened, "別名.pdf")
    assert page.status_code == 302
    assert "「規程.pdf」として、もう付いています" in browser.get(f"/o/{opened.organisation_id}/").content.decode()
    assert len(stored(media)) == Evidence.unscoped.count() == 1
    assert AuditLine.objects.filter(verb="evidence-added").count() == 1


def test_what_was_submitted_takes_no_file_and_loses_none(
    opened: Assessment, company: Organisation, owner: User, respondent: User, client_of: ClientOf, media: Path
) -> None:
    row = make_evidence(opened)
    make_submission(company, assessment=opened, by=owner)
    browsers = [client_of(owner), client_of(respondent)]
    before = contents()
    for browser in browsers:
        refused = send(browser, opened, "後.pdf", PDF + b"\n")
        assert refused.status_code == 409
        assert "提出済み" in refused.content.decode()
        assert "<form method" not in refused.content.decode().partition("<main")[2]
    removal = browsers[0].post(address(row, "/remove"))
    assert removal.status_code == 409
    assert "消せません" in removal.content.decode()
    assert contents() == before
    assert len(stored(media)) == 1
    assert body(browsers[0].get(address(row))) == PDF


@pytest.mark.parametrize("place", ["row", "audit"])
def test_when_the_database_fails_no_file_stays_behind(
    place: str, opened: Assessment, company: Organisation, owner: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("no space left")

    monkeypatch.setattr(*((Evidence, "save") if place == "row" else (evidence, "record")), fail)
    with pytest.raises(DatabaseError):
        make_evidence(opened)
    assert not stored(media)
    assert not Evidence.unscoped.exists()


def test_uploads_are_limited_by_person(
    opened: Assessment, owner: User, editor: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "upload": "2/1h/key"}
    codes = [send(client_of(owner), opened, content=PDF + b"\n" * number).status_code for number in range(3)]
    assert codes == [302, 302, 429]
    assert send(client_of(editor), opened, content=PDF + b"\n" * 9).status_code == 302


# --- opening ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def row(opened: Assessment) -> Evidence:
    return make_evidence(opened, name="𠮷田・規程.pdf")


def test_the_file_is_handed_over_to_be_saved_and_never_shown(row: Evidence, viewer: User, client_of: ClientOf) -> None:
    response = client_of(viewer).get(address(row))
    assert body(response) == PDF
    headers = response.headers
    kind, _, name = headers["Content-Disposition"].partition("filename*=utf-8''")
    assert (kind.strip(), unquote(name)) == ("attachment;", "𠮷田・規程.pdf")
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == str(len(PDF))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1.pdf", 'b";X-Evil=1.pdf', "長" * 300 + ".pdf", "﨑\u202e\u2066.pdf"])
def test_a_name_cannot_break_the_headers(
    name: str, opened: Assessment, owner: User, client_of: ClientOf, inside: Organisation
) -> None:
    """As it comes from a browser, and as whoever bypasses the browser could send it."""
    browser = client_of(owner)
    assert send(browser, opened, name).status_code == 302
    past_the_parser = SimpleUploadedFile("x.pdf", PDF + b"\n")
    past_the_parser._name = name
    evidence.attach(inside, opened.pk, FIRST, past_the_parser, by=owner)
    for row in Evidence.objects.all():
        response = browser.get(address(row))
        assert "X-Evil" not in response.headers
        shown = response.headers["Content-Disposition"]
        assert shown.startswith(("attachment; filename=", "attachment; filename*=utf-8''"))
        assert "\n" not in shown
        assert "\r" not in shown
        assert len(row.name) <= 120


def test_each_role_has_its_door(
    row: Evidence, owner: User, editor: User, viewer: User, respondent: User, stranger: User, client_of: ClientOf
) -> None:
    def codes(user: User) -> tuple[int, int]:
        browser = client_of(user)
        return browser.get(address(row)).status_code, browser.get(address(row, "/answered")).status_code

    assert codes(owner) == codes(editor) == (200, 200)
    assert codes(viewer) == (200, 403)
    assert codes(respondent) == (403, 200)
    assert codes(stranger) == (404, 404)


def test_a_respondent_opens_the_files_of_what_was_assigned_alone(
    opened: Assessment, respondent: User, client_of: ClientOf
) -> None:
    hidden = make_evidence(opened, SECOND)
    assert client_of(respondent).get(address(hidden, "/answered")).status_code == 404
    assert client_of(respondent).get(address(make_evidence(opened), "/answered")).status_code == 200
    Assignment.unscoped.all().delete()
    assert client_of(respondent).get(address(Evidence.unscoped.last(), "/answered")).status_code == 404


@pytest.mark.parametrize("rest", ["", "/answered", "/remove"])
def test_a_file_of_another_company_does_not_exist_under_ones_own(
    rest: str, opened: Assessment, elsewhere: Organisation, owner: User, client_of: ClientOf
) -> None:
    foreign = make_evidence(make_assessment(elsewhere))
    browser = client_of(owner)
    for wanted in (foreign.pk, uuid4()):
        path = f"/o/{opened.organisation_id}/evidence/{wanted}{rest}"
        answer = browser.post(path) if rest == "/remove" else browser.get(path)
        assert answer.status_code == 404
    assert Evidence.unscoped.filter(pk=foreign.pk).exists()


def test_a_file_that_was_lost_is_told(row: Evidence, owner: User, client_of: ClientOf, media: Path) -> None:
    for file in stored(media):
        file.unlink()
    response = client_of(owner).get(address(row))
    assert response.status_code == 410
    assert "失われています" in response.content.decode()


# --- taking back -----------------------------------------------------------------------------------------------------


def test_a_file_that_is_taken_back_leaves_nothing(
    row: Evidence,
    editor: User,
    client_of: ClientOf,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert client_of(editor).post(address(row, "/remove")).status_code == 302
    assert not Evidence.unscoped.exists()
    assert not stored(media)
    line = AuditLine.objects.get(verb="evidence-removed")
    assert (line.actor, line.target) == (str(editor.pk), str(row.pk))
    assert client_of(editor).post(address(row, "/remove")).status_code == 404


def test_a_file_whose_removal_fails_in_the_database_stays(
    row: Evidence, owner: User, media: Path, inside: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise DatabaseError("locked")

    monkeypatch.setattr(evidence, "record", fail)
    with pytest.raises(DatabaseError):
        evidence.remove(row.pk, by=owner)
    assert Evidence.objects.filter(pk=row.pk).exists()
    assert len(stored(media)) == 1


def test_a_respondent_takes_back_their_own_file_only(
    row: Evidence, opened: Assessment, respondent: User, viewer: User, client_of: ClientOf
) -> None:
    own = make_evidence(opened, name="自分.pdf", content=PDF + b"\n", by=respondent)
    assert client_of(viewer).post(address(own, "/remove")).status_code == 403
    browser = client_of(respondent)
    assert browser.post(address(row, "/remove")).status_code == 404
    assert browser.post(address(own, "/remove")).status_code == 302
    assert list(Evidence.unscoped.all()) == [row]


# --- on the page -----------------------------------------------------------------------------------------------------


def card_of(html: str, question_id: str = FIRST) -> str:
    return html.partition(f'<section class="question" id="{question_id}">')[2].partition("</section>")[0]


def test_the_card_lists_the_files_and_offers_what_the_person_may(
    row: Evidence, opened: Assessment, editor: User, viewer: User, respondent: User, client_of: ClientOf
) -> None:
    root = f"/o/{opened.organisation_id}/a/{opened.pk}"
    for user, page, door, adds, removes in (
        (editor, f"{root}/s/{VISIBILITY}", "/answered", True, True),
        (viewer, f"{root}/s/{VISIBILITY}", "", False, False),
        (respondent, f"{root}/tasks/{VISIBILITY}", "/answered", True, False),
    ):
        html = client_of(user).get(page).content.decode()
        card = card_of(html)
        assert "𠮷田・規程.pdf" in card
        assert f'href="{address(row, door)}"' in card
        assert (f'action="{add_address(opened)}"' in card) == adds
        assert (f'action="{address(row, "/remove")}"' in card) == removes
        assert "𠮷田・規程.pdf" not in html.replace(card, "")


def test_files_cost_the_page_one_statement_however_many_there_are(
    row: Evidence, opened: Assessment, owner: User, client_of: ClientOf
) -> None:
    browser, path = client_of(owner), f"/o/{opened.organisation_id}/a/{opened.pk}/s/{VISIBILITY}"

    def cost() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as statements:
            browser.get(path)
        asked = [query["sql"] for query in statements if "assessments_evidence" in query["sql"]]
        return len(statements), len(asked)

    browser.get(path)
    before = cost()
    for question in (FIRST, SECOND):
        for number in range(5):
            make_evidence(opened, question, name=f"{number}.txt", content=b"%d" % number)
    assert cost() == before
    assert before[0] <= 12
    assert before[1] == 1


def test_who_came_from_their_tasks_goes_back_there(
    row: Evidence, opened: Assessment, owner: User, respondent: User, client_of: ClientOf
) -> None:
    Assignment.unscoped.create(
        organisation_id=opened.organisation_id, assessment=opened, question_id=FIRST, assignee=owner
    )
    upload = {"file": SimpleUploadedFile("b.pdf", PDF + b"\n"), "place": "tasks"}
    browser = client_of(owner)
    assert (
        browser.post(add_address(opened), upload).headers["Location"].endswith(f"/tasks/{VISIBILITY}#evidence-{FIRST}")
    )
    Assignment.unscoped.all().delete()
    removed = browser.post(address(row, "/remove"), {"place": "tasks"})
    assert removed.headers["Location"].endswith(f"/s/{VISIBILITY}#evidence-{FIRST}"), "nothing is theirs any more"


def test_files_stay_with_the_older_assessment_and_can_be_opened_there(
    row: Evidence, opened: Assessment, owner: User, client_of: ClientOf
) -> None:
    Assessment.unscoped.filter(pk=opened.pk).update(status="superseded")
    later = make_assessment(Organisation.objects.get(pk=opened.organisation_id), by=owner)
    browser = client_of(owner)
    old, new = (
        card_of(browser.get(f"/o/{one.organisation_id}/a/{one.pk}/s/{VISIBILITY}").content.decode())
        for one in (opened, later)
    )
    assert row.name in old
    assert add_address(opened) not in old
    assert row.name not in new
    assert browser.get(address(row)).status_code == 200


# --- words -----------------------------------------------------------------------------------------------------------


def test_every_fault_and_every_kind_has_its_words() -> None:
    assert set(FAULTS) == set(Fault) - {Fault.WRONG_ENDING}
    assert set(KIND_NAMES) == {kind.media_type for kind in KINDS}
    for fault in FAULTS:
        assert "「a.pdf」" in why_not(Refused(fault), "x/a.pdf")


def test_no_address_leads_to_the_stored_file_itself(row: Evidence, owner: User, client_of: ClientOf) -> None:
    for root in ("/", "/files/", "/media/", "/static/"):
        assert client_of(owner).get(f"{root}{row.file.name}").status_code == 404


# --- which files went with a submission ------------------------------------------------------------------------------


@pytest.fixture
def in_scope(company: Organisation) -> Iterator[None]:
    with scope(company.pk):
        yield


def test_shared_are_the_files_that_were_there_at_the_latest_submission(
    row: Evidence, opened: Assessment, company: Organisation, owner: User, in_scope: None
) -> None:
    assert not evidence.shared().exists()
    make_submission(company, assessment=opened, by=owner)
    assert list(evidence.shared()) == [row]
    services.reopen(opened.pk, by=owner)
    later = make_evidence(opened, name="後.pdf", content=PDF + b"\n")
    assert later.uploaded_at <= timezone.now()
    assert list(evidence.shared()) == [row]
    make_submission(company, assessment=opened, by=owner)
    assert list(evidence.shared()) == [row, later]
