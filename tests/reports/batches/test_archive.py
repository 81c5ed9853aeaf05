"""The ZIP of an order: whole, readable on any machine, flat in memory, and never with what is shared no longer."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from openpyxl import load_workbook

from organisations.audit import Verb, verify
from organisations.downloads import Withdrawn
from organisations.models import AuditLine, Body, Organisation, User
from reports import paper
from reports.batches import archive
from reports.batches.archive import stream
from reports.models import MemberFile
from tests.conftest import ClientOf
from tests.reports.batches.conftest import OPEN, SCORED, Order, answer_bells, revoke, states

pytestmark = pytest.mark.django_db

LONG = "株式会社" + "𠮷﨑髙" * 38 + "鉄工"
"""120 characters, of which many take four bytes and one is none that Unicode's forms would keep."""


@pytest.fixture
def browser(client_of: ClientOf, coordinator: User) -> Client:
    return client_of(coordinator)


def opened(pieces: Iterator[bytes]) -> zipfile.ZipFile:
    packed = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert packed.testzip() is None
    return packed


def index_of(packed: zipfile.ZipFile) -> list[dict[str, str]]:
    content = packed.read("index.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def pdfs(packed: zipfile.ZipFile) -> list[str]:
    return [name for name in packed.namelist() if name.endswith(".pdf")]


def test_the_zip_holds_every_file_and_an_index_that_agrees_with_it(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order("ja", "en")
    answer_bells(bells)
    response = browser.get(f"/b/{batch.body_id}/batches/{batch.pk}/zip")
    assert response.headers["Content-Type"] == "application/zip"
    assert "Content-Length" not in response.headers
    packed = opened(response.streaming_content)
    index = index_of(packed)
    assert [row["ファイル"] for row in index] == pdfs(packed)
    assert len(index) == 8
    assert [row["会社"] for row in index][::2] == [*OPEN, SCORED]
    for row in index:
        assert sha256(packed.read(row["ファイル"])).hexdigest() == row["SHA-256"]
        assert row["会社"] in row["ファイル"]
        assert (row["様子"], row["理由"]) == ("できています", "")
    sheet = load_workbook(io.BytesIO(packed.read("index.xlsx"))).active
    assert [[cell or "" for cell in line] for line in sheet.iter_rows(min_row=2, values_only=True)] == [
        list(row.values()) for row in index
    ]


def test_a_name_of_a_hundred_and_twenty_rare_signs_is_a_file_on_any_machine(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path, tmp_path: Path,
) -> None:  # fmt: skip
    assert len(LONG) == 120
    for name in OPEN:  # three companies of one name
        companies[name].name = LONG
        companies[name].save()
    companies[SCORED].name = "=HYPERLINK(1)／..\\evil:?*\u202e"
    companies[SCORED].save()
    batch = order("ja", "en")
    answer_bells(bells)
    packed = opened(browser.get(f"/b/{batch.body_id}/batches/{batch.pk}/zip").streaming_content)
    names = pdfs(packed)
    assert len({name.casefold() for name in names}) == 8
    assert all(len(name.encode()) <= 240 for name in names)
    assert sum("𠮷﨑髙" in name for name in names) == 6
    assert not any(set(name) & set('\\/:*?"<>|\u202e') for name in names)
    packed.extractall(tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == 10
    assert index_of(packed)[0]["会社"].startswith("'="), "a cell that nothing computes"


def test_what_is_shared_no_longer_is_left_out_and_the_index_says_why(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    revoke(companies[OPEN[1]])
    packed = opened(browser.get(f"/b/{batch.body_id}/batches/{batch.pk}/zip").streaming_content)
    assert len(pdfs(packed)) == 3
    row = index_of(packed)[1]
    assert (row["会社"], row["ファイル"], row["様子"], row["SHA-256"]) == (OPEN[1], "", "渡せません", "")
    assert row["理由"] == "会社が共有を終えました。"
    taken = AuditLine.objects.filter(verb=Verb.COPY_TAKEN).values_list("organisation", flat=True)
    assert set(taken) == {companies[name].pk for name in (OPEN[0], OPEN[2], SCORED)}
    assert list(verify()) == []


def test_a_consent_that_ends_while_the_zip_is_on_its_way_leaves_its_file_out(
    order: Order, companies: dict[str, Organisation], coordinator: User, bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    pieces = stream(batch, by=coordinator, language="ja")
    begun = next(pieces)
    revoke(companies[OPEN[2]])
    packed = zipfile.ZipFile(io.BytesIO(begun + b"".join(pieces)))
    assert len(pdfs(packed)) == 3
    assert not any(OPEN[2] in name for name in pdfs(packed))
    assert index_of(packed)[2]["理由"] == "会社が共有を終えました。"


def test_a_consent_that_ends_within_its_file_cuts_the_download(
    order: Order,
    companies: dict[str, Organisation],
    coordinator: User,
    bells: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    media: Path,
) -> None:
    monkeypatch.setattr(paper, "action_plan", lambda context: b"%PDF-1.7 " + b"." * 300_000)
    batch = order()
    answer_bells(bells)
    pieces = stream(batch, by=coordinator, language="ja")
    received = next(pieces)
    revoke(companies[OPEN[0]])
    with pytest.raises(Withdrawn):
        received += b"".join(pieces)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(received))


def test_a_file_that_the_storage_lost_is_named_in_the_index_and_can_be_made_again(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    default_storage.delete(MemberFile.unscoped.get(items__batch=batch, items__position=1).file.name)
    packed = opened(browser.get(f"/b/{batch.body_id}/batches/{batch.pk}/zip").streaming_content)
    row = index_of(packed)[0]
    assert row["様子"] == "作れませんでした"
    assert "失われました" in row["理由"]
    assert states(batch) == ["failed", "done", "done", "done"]


def test_an_order_under_way_gives_what_is_done_so_far(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells, 2)
    packed = opened(browser.get(f"/b/{batch.body_id}/batches/{batch.pk}/zip").streaming_content)
    assert len(pdfs(packed)) == 2
    assert [row["様子"] for row in index_of(packed)] == ["できています"] * 2 + ["順番待ち"] * 2


def test_who_only_asks_for_the_head_takes_nothing(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    assert browser.head(f"/b/{batch.body_id}/batches/{batch.pk}/zip").status_code == 200
    assert not AuditLine.objects.filter(verb=Verb.COPY_TAKEN).exists()


def test_in_english_the_index_and_the_names_are_english(
    order: Order, companies: dict[str, Organisation], coordinator: User, bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order("en")
    answer_bells(bells)
    packed = opened(stream(batch, by=coordinator, language="en"))
    assert pdfs(packed)[0].endswith("_en.pdf")


def test_memory_stays_flat_however_much_goes_out(
    order: Order,
    network: Body,
    companies: dict[str, Organisation],
    coordinator: User,
    bells: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    media: Path,
) -> None:
    """Sixteen megabytes in eight files; what is held at a time is a piece of one."""
    monkeypatch.setattr(paper, "action_plan", lambda context: b"%PDF-1.7 " + bytes(2_000_000))
    monkeypatch.setattr(archive, "AT_A_TIME", 2)
    batch = order("ja", "en")
    answer_bells(bells)
    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in stream(batch, by=coordinator, language="ja")]
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(sizes) > 16_000_000
    assert max(sizes) < 200_000
    assert peak < 4_000_000
