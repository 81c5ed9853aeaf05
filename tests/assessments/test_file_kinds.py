"""What a file is by its content, and what is not taken: each refused file is a real one, made in code."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.file_faults import Fault, Refused
from assessments.file_kinds import KINDS, recognise
from assessments.file_names import LONGEST_BYTES, LONGEST_NAME, cleaned, ending_of, part_of_name, with_ending
from tests.assessments.papers import (
    COMPOUND,
    PDF,
    SHOW,
    archive,
    claims_size,
    encrypted_archive,
    lying_bomb,
    office,
    overlapping_bomb,
    pdf,
    pdf_with_packed,
    picture,
    png_that_claims,
    workbook,
)

pytestmark = pytest.mark.pure

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def refused(name: str, content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        recognise(name, content)
    return caught.value


# --- taken -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("規程.pdf", PDF, "application/pdf"),
        ("写真.png", picture("PNG"), "image/png"),
        ("写真.JPG", picture("JPEG"), "image/jpeg"),
        ("写真.jfif", picture("JPEG"), "image/jpeg"),
        ("写真.webp", picture("WEBP"), "image/webp"),
        ("手順.docx", office(), DOCX),
        ("一覧.xlsx", workbook(), XLSX),
        ("説明.pptx", office(SHOW), PPTX),
        ("図の中に表.pptx", office(SHOW, {"ppt/embeddings/Sheet1.xlsx": workbook()}), PPTX),
        ("メモ.txt", "調達先の𠮷田・山﨑".encode(), "text/plain"),
        ("印つき.csv", "\ufeff社名,品目\r\n".encode(), "text/csv"),
        ("昔の.csv", "社名,髙﨑,①\r\n".encode("cp932"), "text/csv"),
        ("型番.csv", b"MZ-100,BM-7,GIF\r\n", "text/csv"),
        ("名前だけ", PDF, "application/pdf"),
        ("規程 1.2", PDF, "application/pdf"),
    ],
)
def test_a_document_is_taken_for_what_it_holds(name: str, content: bytes, media_type: str) -> None:
    assert recognise(name, content).media_type == media_type


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("空.pdf", b"", Fault.EMPTY),
        ("動画.gif", picture("GIF"), Fault.UNKNOWN),
        ("図.bmp", picture("BMP"), Fault.UNKNOWN),
        ("何か.pdf", bytes(range(256)), Fault.UNKNOWN),
        ("書式.txt", b"{\\rtf1 x}", Fault.UNKNOWN),
        ("表.ods", archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), Fault.UNKNOWN),
        ("請求書.pdf", b"MZ\x90\x00" + bytes(100), Fault.PROGRAM),
        ("道具", b"\x7fELF\x02\x01\x01" + bytes(60), Fault.PROGRAM),
        ("近道.lnk", bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60), Fault.PROGRAM),
        ("手順.txt", b"#!/bin/sh\nrm -rf /\n", Fault.PROGRAM),
        ("中に.docx", office(parts={"word/media/x.png": b"MZ\x90\x00" + bytes(50)}), Fault.PROGRAM),
        ("図.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Fault.MARKUP),
        ("図.png", b'<?xml version="1.0"?><svg/>', Fault.MARKUP),
        ("頁.txt", b"\xef\xbb\xbf\n <!DOCTYPE html><p>", Fault.MARKUP),
        ("頁.csv", "社名,<script>alert(1)</script>".encode(), Fault.MARKUP),
        ("まとめ.zip", archive({"a.pdf": PDF}), Fault.ARCHIVE),
        ("まとめ.docx", archive({"word/document.xml": "<x/>"}), Fault.ARCHIVE),
        ("まとめ.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(40), Fault.ARCHIVE),
        ("写真.heic", b"\x00\x00\x00\x18ftypheic" + bytes(40), Fault.HEIC),
        ("昔の.doc", COMPOUND, Fault.OLD_OFFICE),
        ("昔の.xls", COMPOUND, Fault.OLD_OFFICE),
        ("鍵つき.xlsx", COMPOUND + "EncryptedPackage".encode("utf-16-le"), Fault.ENCRYPTED),
        ("鍵つき.docx", encrypted_archive(), Fault.ENCRYPTED),
        ("鍵つき.pdf", PDF.replace(b"/Root", b"/Encrypt 7 0 R/Root"), Fault.ENCRYPTED),
        ("外国.txt", "社名".encode("utf-16"), Fault.ENCODING),
        ("古い.txt", "社名".encode("iso2022-jp"), Fault.ENCODING),
        ("途中.pdf", PDF[:40], Fault.DAMAGED),
        ("途中.png", picture("PNG")[:-500], Fault.DAMAGED),
        ("途中.jpg", picture("JPEG")[:-500], Fault.DAMAGED),
        ("途中.webp", picture("WEBP")[:-50], Fault.DAMAGED),
        ("途中.xlsx", workbook()[:-100], Fault.DAMAGED),
        ("回り.jpg", picture("JPEG") + b"\xff\xda" * 200, Fault.DAMAGED),
        ("巨大.png", png_that_claims(60_000, 60_000), Fault.PICTURE_SIZE),
        ("巨大.png", png_that_claims(9_000, 9_000), Fault.PICTURE_SIZE),
        ("細長.png", png_that_claims(1_000_000, 1), Fault.PICTURE_SIZE),
    ],
)
def test_what_is_no_whole_document_is_refused(name: str, content: bytes, fault: Fault) -> None:
    assert refused(name, content).fault is fault


@pytest.mark.parametrize(
    "content",
    [
        office(parts={"word/vbaProject.bin": COMPOUND}),
        office("application/vnd.ms-word.document.macroEnabled.main+xml"),
        office(types='<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'),
        office(types='<Override ContentType="application/vnd.ms-excel.macrosheet+xml"/>'),
    ],
)
def test_macros_are_refused_whatever_they_are_called(content: bytes) -> None:
    assert refused("手順.docx", content).fault is Fault.MACROS


def test_a_word_of_the_list_of_parts_cannot_be_hidden_by_an_entity() -> None:
    hidden = office(types='<Override ContentType="application/vnd.ms-office.vba&#80;roject"/>')
    assert refused("手順.docx", hidden).fault is Fault.DAMAGED


@pytest.mark.parametrize(
    "parts",
    [
        {"word/embeddings/oleObject1.bin": COMPOUND},
        {"word/inner.zip": archive({"a": "b"})},
        {"word/embeddings/inner.rar": b"Rar!\x1a\x07\x00" + bytes(20)},
        {"word/inner.gz": b"\x1f\x8b\x08" + bytes(20)},
        {"ppt/embeddings/a.xlsx": office(parts={"xl/embeddings/b.xlsx": workbook()})},
    ],
)
def test_archives_and_objects_inside_are_refused(parts: dict[str, bytes]) -> None:
    assert refused("手順.docx", office(parts=parts)).fault is Fault.EMBEDDED


def test_a_workbook_inside_is_held_to_the_same_rules() -> None:
    with_macros = office(parts={"xl/vbaProject.bin": COMPOUND})
    parts = {"ppt/embeddings/a.xlsx": with_macros}
    assert refused("説明.pptx", office(SHOW, parts)).fault is Fault.MACROS


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.pdf", pdf("<</S/JavaScript/JS(app.alert(1))>>"), Fault.ACTIVE_PDF),
        ("a.pdf", pdf("<</S/J#61vaScr#69pt/JS(x)>>"), Fault.ACTIVE_PDF),
        ("a.pdf", pdf("<</S/Launch/F(cmd.exe)>>"), Fault.ACTIVE_PDF),
        ("a.pdf", pdf_with_packed("<</S/JavaScript/JS(x)>>"), Fault.ACTIVE_PDF),
        ("a.pdf", pdf_with_packed("<</S/JavaScript/JS(x)>>", name="#4fbjSt#6D"), Fault.ACTIVE_PDF),
        ("a.pdf", pdf("<</Names<</EmbeddedFiles 3 0 R>>>>"), Fault.FILES_IN_PDF),
        ("a.pdf", pdf("<</Type/EmbeddedFile>>"), Fault.FILES_IN_PDF),
    ],
)
def test_a_pdf_that_does_or_carries_something_is_refused(name: str, content: bytes, fault: Fault) -> None:
    assert refused(name, content).fault is fault


def test_a_pdf_may_name_the_page_on_which_it_opens_and_lead_to_the_web() -> None:
    recognise("a.pdf", pdf("<</OpenAction[3 0 R/Fit]/A<</S/URI/URI(https://example.jp/Launcher)>>>>"))
    recognise("a.pdf", pdf_with_packed("<</Type/Page>>"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"<script>x</script>\n" + PDF),
        ("a.pdf", b"GIF89a" + PDF),
        ("a.pdf", PDF + archive({"a.class": b"x"})),
        ("a.jpg", picture("JPEG") + archive({"a.class": b"x"})),
        ("a.png", picture("PNG") + archive({"a.class": b"x"})),
    ],
)
def test_a_file_that_is_two_kinds_at_once_is_refused(name: str, content: bytes) -> None:
    assert refused(name, content).fault is Fault.MIXED


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("請求書.exe", PDF, "application/pdf"),
        ("請求書.pdf.exe", PDF, "application/pdf"),
        ("写真.png", picture("JPEG"), "image/jpeg"),
        ("一覧.docx", workbook(), XLSX),
        ("一覧.xlsm", workbook(), XLSX),
        ("起動.bat", b"echo hello\r\n", "text/plain"),
        ("手順.pdf", "手順".encode(), "text/plain"),
    ],
)
def test_a_name_that_says_something_else_is_refused_with_both(name: str, content: bytes, media_type: str) -> None:
    found = refused(name, content)
    assert (found.fault, found.seen, found.kind) == (Fault.WRONG_ENDING, ending_of(name), media_type)


# --- bombs -----------------------------------------------------------------------------------------------------------


def peak_of(name: str, content: bytes) -> tuple[Fault, int]:
    tracemalloc.start()
    try:
        fault = refused(name, content).fault
        return fault, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_of_a_few_kilobytes_is_refused_without_being_unpacked() -> None:
    bomb = overlapping_bomb()
    assert len(bomb) < 20_000
    with ZipFile(BytesIO(bomb)) as opened:
        assert sum(part.file_size for part in opened.infolist()) > 10**9
    fault, peak = peak_of("a.docx", bomb)
    assert fault is Fault.UNPACKS
    assert peak < 5 * 2**20


def test_two_gigabytes_that_are_only_stated_are_refused() -> None:
    stated = claims_size(office(parts={"big.bin": bytes(1000)}), "big.bin", 2**31)
    assert refused("a.docx", stated).fault is Fault.UNPACKS


def test_a_bomb_that_states_a_small_size_is_found_out_early() -> None:
    """`zipfile` alone would read the thousand bytes that are stated, and never see the rest."""
    fault, peak = peak_of("a.docx", lying_bomb(500))
    assert fault is Fault.DAMAGED
    assert peak < 20 * 2**20


def test_a_packed_pdf_object_cannot_blow_up_either() -> None:
    content = pdf_with_packed("x" * (70 * 2**20))
    assert refused("a.pdf", content).fault is Fault.UNPACKS


def test_thousands_of_parts_are_refused_before_they_are_listed() -> None:
    listed = b"PK\x03\x04" + b"PK\x01\x02".ljust(46, b"\x00") * 100_000
    fault, peak = peak_of("a.docx", listed)
    assert fault is Fault.UNPACKS
    assert peak < 2**20


# --- any bytes at all ------------------------------------------------------------------------------------------------

STARTS = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    COMPOUND[:8],
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"RIFF\x00\x00\x00\x00WEBP",
]
WHOLE = [PDF, workbook(), office(), picture("PNG"), picture("JPEG"), picture("WEBP"), "社名,品目\n".encode("cp932")]


@settings(max_examples=300, deadline=None)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=400), name=st.text(max_size=40))
def test_any_bytes_are_a_kind_or_refused_and_nothing_else(start: bytes, rest: bytes, name: str) -> None:
    with suppress(Refused):
        assert recognise(cleaned(name), start + rest) in KINDS


@settings(max_examples=300, deadline=None)
@given(whole=st.sampled_from(WHOLE), data=st.data())
def test_a_document_with_a_changed_byte_is_a_kind_or_refused_and_nothing_else(
    whole: bytes, data: st.DataObject
) -> None:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        assert recognise("a", bytes(changed)) in KINDS


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("規程.pdf", "規程.pdf"),
        ("𠮷田﨑神.pdf", "𠮷田﨑神.pdf"),
        ("か\u3099いよう.pdf", "がいよう.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\規程.pdf", "規程.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_ x=1.pdf"),
        ("請求\u202efdp.exe", "請求fdp.exe"),
        ("a\x00b\u200b\u2066c.pdf", "abc.pdf"),
        ('"<b>|?*.pdf', "__b____.pdf"),
        ("  ..規程..  .pdf", "規程.pdf"),
        (".pdf", "ファイル.pdf"),
        ("", "ファイル"),
        ("\u202e\r\n", "ファイル"),
        ("\ud800a.pdf", "a.pdf"),
    ],
)
def test_a_name_is_kept_without_what_could_harm(given_name: str, shown: str) -> None:
    assert cleaned(given_name) == shown


@pytest.mark.parametrize("name", ["a" * 300 + ".xlsx", "長" * 300 + ".xlsx", "𠮷" * 300 + ".xlsx"])
def test_a_long_name_is_cut_in_the_middle(name: str) -> None:
    shown = cleaned(name)
    assert shown.endswith("….xlsx")
    assert len(shown) <= LONGEST_NAME
    assert 200 < len(shown.encode()) <= LONGEST_BYTES or len(shown) == LONGEST_NAME


@given(st.text(max_size=300))
def test_a_cleaned_name_can_be_stored_sent_and_cleaned_again(name: str) -> None:
    shown = cleaned(name)
    assert 0 < len(shown) <= LONGEST_NAME
    assert len(shown.encode()) <= LONGEST_BYTES
    assert not set(shown) & set('/\\:*?"<>|\r\n\x00\u202e')
    assert cleaned(shown) == shown
    assert ending_of(with_ending(shown, ".pdf"))


def test_a_name_without_an_ending_gets_that_of_its_kind() -> None:
    assert with_ending("規程 1.2", ".pdf") == "規程 1.2.pdf"
    assert with_ending("規程.PDF", ".pdf") == "規程.PDF"


def test_what_a_company_is_called_is_whole_in_the_name_of_a_file_also_with_a_stroke_in_it() -> None:
    assert part_of_name("株式会社A/B") == "株式会社A_B"
    assert part_of_name("港\\湾") == "港_湾"
    assert part_of_name("𠮷﨑髙" * 60, 40) == "𠮷﨑髙" * 13 + "𠮷"
    assert part_of_name("") == "ファイル"
