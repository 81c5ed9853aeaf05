"""A company takes everything away: all of its rows and files, nothing of anybody else, whatever they are called."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from advising.models import ClientReport, FindingRow, Review
from assessments.models import Answer, ApprovalStep, Assessment, Evidence, Submission
from cohorts.models import BlockMember
from organisations.audit import Verb, record
from organisations.models import AuditLine, Body, Invitation, Membership, Organisation, Round, User
from organisations.scoping import scope
from reports import exporting
from reports.exports import listings
from reports.exports.listings import LISTINGS
from reports.exports.sheets import SHEETS
from tests.builders import FAKE_PDF, FIRST, PASSWORD, make_assessment, make_member, make_submission
from tests.conftest import ClientOf
from tests.reports.everything import SCAN, furnish, store_evidence

pytestmark = pytest.mark.django_db


class Taken(NamedTuple):
    """What an export holds: the bytes of each file by name."""

    files: dict[str, bytes]

    def json(self, name: str) -> Any:
        return json.loads(self.files[name])

    def text(self) -> str:
        """All words of the export: JSON, README and the cells of the workbook."""
        plain = [content.decode() for name, content in self.files.items() if name.endswith((".json", ".txt"))]
        return "\n".join([*plain, *(str(value) for value in self.cells() if value is not None)])

    def cells(self) -> Iterator[Any]:
        for sheet in load_workbook(io.BytesIO(self.files["company-data.xlsx"])):
            for row in sheet.iter_rows(values_only=True):
                yield from row


def take(organisation: Organisation, by: User) -> Taken:
    with scope(organisation.pk), exporting.export(organisation, by=by) as archive, zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        names = packed.namelist()
        assert len(names) == len(set(names))
        return Taken({name: packed.read(name) for name in names})


@pytest.fixture
def full(company: Organisation, owner: User, network: Body, media: Path) -> Organisation:
    furnish(company, network, by=owner)
    return company


@pytest.fixture
def taken(full: Organisation, owner: User) -> Taken:
    return take(full, owner)


def json_of(listing: listings.Listing, taken: Taken) -> list[dict[str, Any]]:
    """Every row of a listing in the export, wherever its files lie."""
    found: list[dict[str, Any]] = []
    for name in taken.files:
        if name.rpartition("/")[2] == listing.file:
            found += taken.json(name)
        elif listing is listings.SUBMISSIONS and name.endswith("/submission.json"):
            folder = name.removesuffix("submission.json")
            answers = taken.json(f"{folder}answers.json")
            more = {"scorecard": taken.json(f"{folder}scorecard.json"), **answers, "catalog_ref": answers["catalog"]}
            found.append({**taken.json(name), **more})
    return found


# --- everything ------------------------------------------------------------------------------------------------------


def belongs_to_a_company(model: Any) -> bool:
    return any(field.name == "organisation" for field in model._meta.get_fields())


def test_every_table_that_belongs_to_a_company_is_in_the_export() -> None:
    """A new model with `organisation` needs a Listing, and a row in `tests.reports.everything.furnish`."""
    ours = {model for model in apps.get_models() if belongs_to_a_company(model)}
    assert ours - OF_THE_OFFICE == {one.model for one in LISTINGS}


OF_THE_OFFICE: set[Any] = {Review, FindingRow, ClientReport}
"""Working papers of an advisory office: the company gets what the office signed."""


LEFT_OUT = {
    "Answer": {"id"},
    "Membership": {"id"},
    "CarriedAnswer": {"id"},
    "Evidence": {"file"},  # the name in storage
    "ReportFile": {"file", "claim", "claimed_at", "rung_at", "attempts", "progress", "detail"},  # how the job went
    # And who of a network ordered a copy: the log tells it as far as the company may know.
    "MemberFile": {"file", "claim", "claimed_at", "rung_at", "attempts", "progress", "detail", "requested_by"},
    "ClientFile": {"file", "claim", "claimed_at", "rung_at", "attempts", "progress", "detail", "requested_by"},
    "Enquiry": {"asked_by", "review"},
    "Revision": {"report"},
    "Invitation": {"serial", "body"},  # the serial opens the link; an invitation into a company names no body
    "BlockMember": {"id", "block"},  # two companies would learn that they were counted together
    "ComparisonMember": {"id", "comparison"},
    "AuditLine": {"seal"},
}
PLACE = {"organisation", "assessment", "submission"}
"""What the place in the ZIP says."""


@pytest.mark.parametrize("listing", LISTINGS, ids=[one.file for one in LISTINGS])
def test_every_column_of_every_row_is_in_the_export(
    listing: listings.Listing, full: Organisation, taken: Taken
) -> None:
    assert listing.left_out == LEFT_OUT.get(listing.model.__name__, set())
    columns = {field.name for field in listing.model._meta.concrete_fields} - listing.left_out - PLACE
    rows = json_of(listing, taken)
    assert rows
    for row in rows:
        assert columns <= set(row), f"{listing.file} lacks {columns - set(row)}"
    exported_itself = listing is listings.LOG  # the line of this very export comes after it
    assert len(rows) == listing.model._base_manager.filter(organisation=full.pk).count() - exported_itself


def test_every_detail_of_the_company_itself_is_in_the_export(full: Organisation, taken: Taken) -> None:
    columns = {field.name for field in Organisation._meta.concrete_fields}
    assert columns | {"profile"} == set(taken.json("company.json"))
    assert taken.json("company.json")["name"] == full.name


WORDS = [
    "メモ",
    "理由",
    "走り書き",
    "コメント",
    "問い返し",
    "昔の理由",
    "図面.pdf",
    "面談",
    "提出メモ",
    "客",
    "表のメモ",
    "表.xlsx",
]


def test_what_people_wrote_stands_in_the_json_and_in_the_workbook(taken: Taken) -> None:
    cells = "\n".join(str(value) for value in taken.cells())
    plain = "\n".join(content.decode() for name, content in taken.files.items() if name.endswith(".json"))
    for word in WORDS:
        assert f"みなとの{word}" in plain, word
        assert f"みなとの{word}" in cells, word
    assert "みなと@invited.example" in plain
    assert "みなと@invited.example" in cells


def test_who_answered_and_when_stands_beside_the_answers(full: Organisation, owner: User, taken: Taken) -> None:
    row = Answer.unscoped.filter(question_id=FIRST).latest("updated_at")
    told = next(one for one in taken.json("assessments/2/answered.json") if one["question_id"] == FIRST)
    assert told["updated_by"] == {"name": owner.name, "email": owner.email}
    assert told["updated_at"].startswith(f"{row.updated_at.year}-")
    assert told["revision"] == row.revision


def test_files_are_in_the_export_as_they_were(full: Organisation, taken: Taken) -> None:
    assert taken.files[f"assessments/2/evidence/{FIRST}/みなとの図面.pdf"] == SCAN
    assert taken.files["assessments/1/submissions/1/action-plan-ja.pdf"] == FAKE_PDF
    (listed,) = taken.json("assessments/2/evidence.json")
    assert listed["file"] == f"assessments/2/evidence/{FIRST}/みなとの図面.pdf"
    (report,) = taken.json("assessments/1/submissions/1/reports.json")
    assert report["file"] == "assessments/1/submissions/1/action-plan-ja.pdf"


def test_a_submission_is_handed_over_as_it_was_frozen(full: Organisation, taken: Taken) -> None:
    frozen = Submission.unscoped.get(organisation=full)
    folder = "assessments/1/submissions/1/"
    assert taken.json(f"{folder}scorecard.json") == frozen.scorecard
    assert taken.json(f"{folder}answers.json") == {
        "catalog": frozen.catalog_ref,
        "company": frozen.company,
        "answers": frozen.answers,
    }
    assert taken.json(f"{folder}submission.json")["approvals"] == frozen.approvals


@pytest.mark.parametrize("name", ["assessments/1/answers.json", "assessments/2/answers.json"])
def test_the_score_command_takes_the_exported_answers(
    name: str, taken: Taken, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answers.json"
    file.write_bytes(taken.files[name])
    call_command("score", answers=str(file))
    scored = json.loads(capsys.readouterr().out)
    if name.startswith("assessments/1"):
        assert scored == taken.json("assessments/1/submissions/1/scorecard.json")


def test_a_company_with_nothing_gets_an_export_too(company: Organisation, owner: User, media: Path) -> None:
    taken = take(company, owner)
    assert taken.json("assessments.json") == []
    assert [row["user"]["email"] for row in taken.json("people.json")] == [owner.email]
    assert "欠けているファイルはありません" in taken.files["README.txt"].decode()


def test_an_assessment_of_a_version_that_is_gone_is_told_by_its_ids(
    full: Organisation, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    Assessment.unscoped.filter(organisation=full).update(catalog_ref="keian@1999.1")
    taken = take(full, owner)
    assert taken.json("assessments/2/answers.json")["catalog"] == "keian@1999.1"
    assert FIRST in {str(value) for value in taken.cells()}


def test_the_export_says_where_the_company_is_counted_and_not_with_whom(
    full: Organisation, owner: User, elsewhere: Organisation, stranger: User, network: Body
) -> None:
    furnish(elsewhere, network, by=stranger, word="やまて")
    taken = take(full, owner)
    (row,) = taken.json("counted.json")
    submission = Submission.unscoped.get(organisation=full)
    assert row == {"round": "春の回", "body": network.name, "submission": str(submission.pk), "runs": {}}
    assert taken.json("compared.json") == [{"round": "春の回", "body": network.name}]
    (listed,) = taken.json("rounds.json")
    assert (listed["round"], listed["name"], listed["size"]) == ("春の回", full.name, "51-100")
    assert str(BlockMember.unscoped.get(organisation=full).block_id) not in taken.text()
    assert {"春の回", "51〜100人", "ネットワークの名簿から", "集計"} <= {str(value) for value in taken.cells()}


def test_the_log_of_the_export_tells_who_looked_at_figures_with_the_company_in_them(
    full: Organisation, owner: User, network: Body, coordinator: User
) -> None:
    within = Round.objects.get(body=network)
    record(Verb.FIGURES_READ, actor=coordinator, body=network.pk, target=within.pk)
    record(Verb.READ, actor=coordinator, organisation=full.pk, body=network.pk, what="scores")
    figures, read = take(full, owner).json("log.json")[-2:]
    assert (figures["actor"], figures["body"]) == (coordinator.name, network.name)
    assert figures["text"] == "集計（会社名つきの結果を含む）を見ました。（春の回）"
    assert read["number"] == figures["number"] + 1


# --- nothing else ----------------------------------------------------------------------------------------------------


def test_nothing_of_another_company_is_in_the_export(
    full: Organisation, owner: User, elsewhere: Organisation, stranger: User, network: Body
) -> None:
    furnish(elsewhere, network, by=stranger, word="やまて")
    words = take(full, owner).text()
    for foreign in ("やまて", "山手", stranger.email, str(elsewhere.pk), elsewhere.pk.hex[:8]):
        assert foreign not in words
    for model in (Evidence, Submission, Assessment, Invitation):
        for key in model._base_manager.filter(organisation=elsewhere).values_list("pk", flat=True):
            assert str(key) not in words


def test_no_password_hash_and_no_link_is_in_the_export(full: Organisation, owner: User) -> None:
    invitation = Invitation.unscoped.get(organisation=full)
    Invitation.unscoped.filter(pk=invitation.pk).update(serial=31_337)
    words = take(full, owner).text()
    for user in User.objects.all():
        assert user.password not in words
    for secret in (PASSWORD, "31337", "password", "serial", "session"):
        assert secret not in words


def test_the_log_says_who_looked_as_the_page_does_and_gives_no_address_of_theirs(
    full: Organisation, owner: User, network: Body, coordinator: User
) -> None:
    record(Verb.READ, actor=coordinator, organisation=full.pk, body=network.pk, what="scores")
    taken = take(full, owner)
    read, granted = taken.json("log.json")[-1], next(x for x in taken.json("log.json") if x["verb"] == "granted")
    assert (read["actor"], read["body"], read["text"]) == (coordinator.name, network.name, "点数を見ました。")
    assert granted["actor"] == owner.name
    assert coordinator.email not in taken.text()
    assert "点数を見ました。" in {str(value) for value in taken.cells()}


def test_who_has_left_the_service_is_named_as_that(full: Organisation, owner: User) -> None:
    editor = make_member(full, "editor", name="去った人")
    Answer.unscoped.filter(organisation=full, question_id=FIRST).update(updated_by=editor)
    editor.delete()
    taken = take(full, owner)
    assert "退会した人" in {str(value) for value in taken.cells()}
    assert any(row["updated_by"] is None for row in taken.json("assessments/2/answered.json"))


# --- bad input -------------------------------------------------------------------------------------------------------

FORMULA = '=HYPERLINK("http://evil.example","押す")'


def test_no_cell_of_the_workbook_is_a_formula(full: Organisation, owner: User, network: Body) -> None:
    for model in (Organisation, User):
        model.objects.update(name=FORMULA)
    Answer.unscoped.filter(organisation=full).exclude(note="").update(note=f"　{FORMULA}", reason="+1\x0b")
    Evidence.unscoped.update(name="-1.pdf")
    book = load_workbook(io.BytesIO(take(full, owner).files["company-data.xlsx"]))
    dangerous = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", f"{sheet.title} {cell.coordinate}"
                if isinstance(cell.value, str) and cell.value.lstrip(" 　")[:1] in {"=", "+", "-"}:
                    assert cell.quotePrefix
                    dangerous += 1
    assert dangerous > 5


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        ("CON.pdf", "_CON.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a:b?.pdf", "a_b_.pdf"),
        ("...", "ファイル"),
    ],
)
def test_a_file_cannot_leave_its_folder_by_its_name(
    name: str, place: str, full: Organisation, owner: User, tmp_path: Path
) -> None:
    Evidence.unscoped.update(name=name)
    taken = take(full, owner)
    assert f"assessments/2/evidence/{FIRST}/{place}" in taken.files
    assert not any(part in {"", ".", ".."} for name in taken.files for part in name.split("/"))


def test_files_of_the_same_name_stand_side_by_side(full: Organisation, owner: User) -> None:
    opened = Assessment.unscoped.get(organisation=full, status="open")
    store_evidence(full, opened.pk, "みなとの図面.pdf", b"second")
    taken = take(full, owner)
    assert taken.files[f"assessments/2/evidence/{FIRST}/みなとの図面.pdf"] == SCAN
    assert taken.files[f"assessments/2/evidence/{FIRST}/みなとの図面-2.pdf"] == b"second"


def test_a_file_that_was_lost_is_named_and_the_rest_comes_all_the_same(full: Organisation, owner: User) -> None:
    default_storage.delete(Evidence.unscoped.get().file.name)
    taken = take(full, owner)
    place = f"assessments/2/evidence/{FIRST}/みなとの図面.pdf"
    assert place not in taken.files
    assert place in taken.files["README.txt"].decode()
    assert taken.json("assessments/2/evidence.json")[0]["file"] is None
    assert "失われています" in {str(value) for value in taken.cells()}
    assert taken.files["assessments/1/submissions/1/action-plan-ja.pdf"] == FAKE_PDF


def test_a_full_disk_fails_the_export_and_leaves_nothing(
    full: Organisation, owner: User, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting.shutil, "copyfileobj", refuse)
    settings.VAR_DIR = tmp_path
    with scope(full.pk), pytest.raises(OSError, match="No space"):
        exporting.export(full, by=owner)
    assert open_in(tmp_path / "tmp") == []
    assert not AuditLine.objects.filter(verb="exported").exists()


# --- what it costs ---------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_evidence(full: Organisation, owner: User) -> None:
    opened = Assessment.unscoped.get(organisation=full, status="open")
    store_evidence(full, opened.pk, "large.pdf", os.urandom(1 << 20) * 50)
    take_and_drop(full, owner)  # whatever is loaded once
    tracemalloc.start()
    try:
        take_and_drop(full, owner)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12 * 2**20, f"{peak / 2**20:.1f} MB for 50 MB of evidence"


def take_and_drop(organisation: Organisation, by: User) -> None:
    with scope(organisation.pk), exporting.export(organisation, by=by) as archive:
        assert archive.seek(0, io.SEEK_END) > 50 * 2**20


def statements(organisation: Organisation, by: User) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        take(organisation, by)
    return len(captured)


def test_the_statements_do_not_grow_with_rows(full: Organisation, owner: User, network: Body) -> None:
    before = statements(full, owner)
    opened = Assessment.unscoped.get(organisation=full, status="open")
    ApprovalStep.unscoped.all().delete()
    make_submission(full, assessment=opened, by=owner)
    for number in range(5):
        make_submission(full, by=owner)
        store_evidence(full, opened.pk, f"{number}.pdf")
        record(Verb.READ, actor=None, organisation=full.pk, body=network.pk)
    make_assessment(full, by=owner)
    assert statements(full, owner) == before


# --- the page --------------------------------------------------------------------------------------------------------


def open_in(folder: Path) -> list[str]:
    """The files below `folder` that this process holds open, also those without a name."""
    found = []
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(link.readlink()))
    return [target for target in found if target.startswith(str(folder))]


def received(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_an_owner_receives_the_zip_as_an_attachment_that_rests_nowhere(
    full: Organisation, owner: User, client_of: ClientOf
) -> None:
    response: Any = client_of(owner).post(f"/o/{full.pk}/data/export")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "no-store" in response.headers["Cache-Control"]
    content = received(response)
    assert int(response.headers["Content-Length"]) == len(content)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert "README.txt" in packed.namelist()
    line = AuditLine.objects.get(verb="exported")
    assert (line.actor, line.organisation) == (str(owner.pk), full.pk)


@pytest.mark.parametrize("role", ["editor", "viewer", "respondent"])
def test_who_is_no_owner_takes_nothing_away(full: Organisation, client_of: ClientOf, role: str) -> None:
    browser = client_of(make_member(full, role))
    for response in (browser.get(f"/o/{full.pk}/data"), browser.post(f"/o/{full.pk}/data/export")):
        assert response.status_code == 403
    assert not AuditLine.objects.filter(verb="exported").exists()


def test_a_stranger_finds_nothing(full: Organisation, stranger: User, client_of: ClientOf) -> None:
    browser = client_of(stranger)
    assert browser.get(f"/o/{full.pk}/data").status_code == 404
    assert browser.post(f"/o/{full.pk}/data/export").status_code == 404


@pytest.mark.parametrize("read", [0, 1, None])
def test_nothing_stays_on_the_disk_whether_all_was_sent_or_the_browser_broke_off(
    read: int | None, full: Organisation, owner: User, client_of: ClientOf, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path
    response: Any = client_of(owner).post(f"/o/{full.pk}/data/export")
    assert len(open_in(tmp_path / "tmp")) == 1
    assert list((tmp_path / "tmp").iterdir()) == [], "the file has no name"
    chunks = iter(response.streaming_content)
    for _chunk in chunks if read is None else range(read):
        if read:
            next(chunks)
    response.close()
    assert open_in(tmp_path / "tmp") == []


def test_the_name_of_the_file_is_safe_whatever_the_company_is_called(
    company: Organisation, owner: User, client_of: ClientOf, media: Path
) -> None:
    for name in ('a/b\\c"; filename=x.exe', "改\r\n行", "..", "長" * 120):
        Organisation.objects.update(name=name)
        response = client_of(owner).post(f"/o/{company.pk}/data/export")
        head = response.headers["Content-Disposition"]
        received(response)
        assert response.status_code == 200
        assert head.startswith("attachment; filename*=utf-8''")
        assert not set('/\\\r\n;"') & set(head.partition("''")[2])
        assert head.endswith(".zip")


def test_the_page_says_how_much_there_is(full: Organisation, owner: User, client_of: ClientOf) -> None:
    html = client_of(owner).get(f"/o/{full.pk}/data").content.decode()
    answers = Answer.unscoped.filter(organisation=full).count()
    people = Membership.objects.filter(organisation=full).count()
    assert f"2 件（回答 {answers} 問）" in html
    assert f"{people} 人（招待の記録 1 件）" in html
    assert f'action="/o/{full.pk}/data/export"' in html
    assert f'href="/o/{full.pk}/deletion"' in html


@pytest.mark.parametrize("page", ["data", "deletion"])
def test_the_pages_cost_what_a_result_page_may(full: Organisation, owner: User, client_of: ClientOf, page: str) -> None:
    browser = client_of(owner)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(f"/o/{full.pk}/{page}").status_code == 200
    assert len(captured) <= 15


def test_too_many_exports_are_told_to_wait(
    company: Organisation, owner: User, client_of: ClientOf, settings: Any, media: Path
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "export": "1/1h/key"}
    browser: Client = client_of(owner)
    first = browser.post(f"/o/{company.pk}/data/export")
    received(first)
    assert first.status_code == 200
    assert browser.post(f"/o/{company.pk}/data/export").status_code == 429
    assert AuditLine.objects.filter(verb="exported").count() == 1


def test_ids_of_other_rows_are_uuids_or_nothing(taken: Taken) -> None:
    """No guessable number of a row or of an account leaves in the rows' own columns."""
    for listing in LISTINGS:
        for row in json_of(listing, taken):
            for name in ("id", "key"):
                assert name not in row or UUID(row[name])


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_name_of_a_sheet_is_one_that_excel_takes(language: str) -> None:
    with translation.override(language):
        names = [str(sheet.name) for sheet in SHEETS]
    assert [name for name in names if len(name) > 31 or set(name) & set(":\\/?*[]")] == []
    assert len(names) == len(set(names))
