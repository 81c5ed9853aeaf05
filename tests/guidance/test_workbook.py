"""A catalog as a workbook: there and back without loss, and every fault of a workbook by sheet, row and column."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from guidance.catalog import Action, Catalog, Question, Section, Term, Text
from guidance.catalog_files import files_of, zipped
from guidance.loading import load_catalog
from guidance.problems import InputRefused, Problem
from guidance.templatetags.words import DEPARTMENTS
from guidance.workbook import ACTIONS, FIELDS, GLOSSARY, KEY_ROW, QUESTIONS, SECTIONS, SHEETS, Sheet
from guidance.workbook import DEPARTMENTS as WORDS
from guidance.workbook_cells import UNSTORABLE
from guidance.workbook_file import MOST_BYTES, MOST_ROWS
from guidance.workbook_reading import read_workbook
from guidance.workbook_writing import write_workbook
from tests.catalogs import make_action, make_axis, make_catalog, make_question, make_section
from tests.guidance.files import MINIMAL, REFERENCES, load, write

pytestmark = pytest.mark.pure

Change = Callable[[openpyxl.Workbook], Any]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return load(write(tmp_path_factory.mktemp("tiny"))).catalog


def back(content: bytes) -> Catalog:
    return read_workbook(content, "t.xlsx", REFERENCES).catalog


def changed(catalog: Catalog, change: Change) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(catalog)))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def faults(content: bytes) -> list[Problem]:
    with pytest.raises(InputRefused) as caught:
        read_workbook(content, "t.xlsx", REFERENCES)
    return list(caught.value.problems)


def column(sheet: Sheet, key: str) -> str:
    number = [item.key for item in sheet.columns].index(key) + 1
    return openpyxl.utils.get_column_letter(number)


def put(sheet: Sheet, key: str, row: int, value: Any) -> Change:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet.name][f"{column(sheet, key)}{row}"] = value

    return change


# --- there and back -----------------------------------------------------------------------------------------------

SIGNS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\"・:：、,\n　#&{}[]%")
words = st.text(SIGNS, min_size=1, max_size=30).filter(lambda text: text.strip() and not UNSTORABLE.search(text))
texts = st.builds(Text, words, st.none() | words)
lists = st.lists(texts, max_size=3).map(tuple)
leaf = st.sampled_from([{"profile": "exports", "is": True}, {"profile": "industry", "in": ["E", "D"]}])
wholes = st.sampled_from([{"profile": "employees", "at_most": 300}, {"not": {"profile": "imports", "is": True}}])
conditions = st.none() | leaf | wholes | st.fixed_dictionaries({"any": st.lists(leaf | wholes, min_size=1, max_size=3)})


@st.composite
def questions(draw: st.DrawFn, name: str) -> Question:
    clauses, basis = draw(st.sampled_from([((), "own"), (("C-A", "C-B"), "clause"), (("C-B",), "reported")]))
    return make_question(
        name,
        clauses=clauses,
        basis=basis,
        text=draw(texts),
        why=draw(texts),
        hint=draw(st.none() | texts),
        levels=tuple(draw(texts) for _ in range(5)),
        weight=draw(st.integers(1, 3)),
        quick=draw(st.booleans()),
        explain=draw(st.booleans()),
        gate=draw(st.none() | st.builds(dict, stage=st.integers(2, 5), min_level=st.integers(1, 4))),
        applies_when=draw(conditions),
        evidence=draw(lists),
        asked_of=draw(st.sampled_from(sorted(WORDS))),
        actions=draw(st.sampled_from([(), ("ACT-1",), ("ACT-2", "ACT-1")])),
        see=draw(st.sampled_from([(), ("materials", "AM-01")])),
    )


@st.composite
def rich_catalogs(draw: st.DrawFn) -> Catalog:
    """Catalogs in which every field is sometimes filled, with texts of any signs."""
    names = draw(st.sampled_from([("autonomy",), ("governance", "autonomy")]))
    axes = []
    for name in names:
        sections = [
            make_section(f"{name}.{s}", *(draw(questions(f"{name}-{s}-{q}")) for q in range(draw(st.integers(1, 2)))))
            for s in range(draw(st.integers(1, 2)))
        ]
        axes.append(make_axis(*sections, name=name))
    asked = [q.id for axis in axes for q in axis.questions()]
    actions = []
    for number in (1, 2):
        more: dict[str, Any] = {"how": draw(lists), "this_year": draw(st.none() | texts), "title": draw(texts)}
        more |= {"assumption": draw(st.none() | texts), "support": draw(st.sampled_from([(), ("SUP-1",)]))}
        raised = draw(st.dictionaries(st.sampled_from(asked), st.integers(1, 4), min_size=1, max_size=3))
        requires = ("ACT-1",) if number == 2 else ()
        actions.append(make_action(f"ACT-{number}", raised, requires=requires, see=("AM-01",), **more))
    plain = make_catalog(*axes, actions=actions)
    glossary = tuple(Term(f"t{n}", draw(texts), draw(texts)) for n in range(draw(st.integers(0, 2))))
    return Catalog(
        schema=1, catalog="tiny", version="2026.10", axes=plain.axes, actions=plain.actions, glossary=glossary
    )


@settings(deadline=None, max_examples=40)
@given(rich_catalogs())
def test_a_catalog_comes_back_from_its_workbook_as_it_was(catalog: Catalog) -> None:
    assert back(write_workbook(catalog)) == catalog


@settings(deadline=None, max_examples=25)
@given(catalog=rich_catalogs())
def test_a_catalog_comes_back_from_its_yaml_as_it_was(
    catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("yaml")
    for name, text in files_of(catalog).items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    assert load_catalog(folder, REFERENCES).catalog == catalog


def test_the_day_of_release_and_every_kind_of_condition_come_back(tmp_path: Path) -> None:
    text = MINIMAL.replace('version: "1"', 'version: "1"\nreleased: 2026-12-01').replace(
        "applies_when: {profile: imports, is: true}",
        "applies_when: {all: [{question: Q-1, at_least: 2}, {not: {profile: employees, at_most: 20}}]}",
    )
    catalog = load_catalog(write(tmp_path, text), REFERENCES, locked=False).catalog
    assert back(write_workbook(catalog)) == catalog


@pytest.mark.parametrize(
    ("shape", "sheet", "apart"),
    [
        (Section, SECTIONS, {"questions"}),
        (Question, QUESTIONS, set()),
        (Action, ACTIONS, set()),
        (Term, GLOSSARY, set()),
    ],
)
def test_every_field_has_a_column(shape: type, sheet: Sheet, apart: set[str]) -> None:
    """A new field of the catalog without a column would be lost on the way."""
    owner = {"axis", "section"}
    assert {key.split(".")[0] for key in sheet.by_key} - owner == {field.name for field in fields(shape)} - apart
    assert {item.key for item in FIELDS} == {item.name for item in fields(Catalog)} - {"axes", "actions", "glossary"}


def test_departments_are_called_as_on_the_pages() -> None:
    with translation.override("ja"):
        assert {key: str(name) for key, name in DEPARTMENTS.items()} == dict(WORDS)


def test_a_zip_of_the_same_files_has_the_same_bytes(tiny: Catalog) -> None:
    packed = zipped(files_of(tiny), "tiny-1")
    assert packed == zipped(files_of(tiny), "tiny-1")
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist()[0] == "tiny-1/catalog.yaml"


# --- the workbook -------------------------------------------------------------------------------------------------


def test_nothing_in_a_workbook_is_computed() -> None:
    signs = [f"{sign}1+1" for sign in "=+-@"]
    question = make_question(text=Text("=HYPERLINK(1)", "#N/A"), evidence=tuple(map(Text, signs)))
    catalog = make_catalog(make_axis(make_section("S", question)))
    content = write_workbook(catalog)
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n", "d"}, cell
                assert not isinstance(cell.value, str) or cell.value[:1] not in {*"=+-@"} or cell.quotePrefix, cell
    assert b"<f>" not in b"".join(
        zipfile.ZipFile(io.BytesIO(content)).read(f"xl/worksheets/sheet{n}.xml") for n in "12345"
    )
    assert back(content) == catalog


def test_closed_lists_have_drop_downs_and_the_header_stays_in_sight(tiny: Catalog) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(tiny)))
    assert book.sheetnames == [sheet.name for sheet in SHEETS]
    sheet = book["設問"]
    lists = {str(rule.sqref).split("3:")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    for key in ("weight", "quick", "gate.stage", "gate.min_level", "asked_of", "basis"):
        assert lists[column(QUESTIONS, key)].startswith('"')
    assert max(map(len, lists.values())) <= 255, "Excel's limit for a list in a rule"
    assert sheet.freeze_panes == "C3"
    assert sheet["B2"].value == "id"


def test_a_text_that_no_cell_can_hold_is_refused_at_its_place() -> None:
    question = make_question("Q-7", why=Text("鐘\x07", "x" * 33_000))
    with pytest.raises(InputRefused) as caught:
        write_workbook(make_catalog(make_axis(make_section("S", question))))
    found = [problem.cell for problem in caught.value.problems]
    assert found == [f"設問!{column(QUESTIONS, key)}3" for key in ("why.ja", "why.en")]


def test_columns_and_sheets_may_be_moved_and_notes_are_not_taken(tiny: Catalog) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["設問"]
        last = sheet.max_column
        for row in range(1, sheet.max_row + 1):
            sheet.cell(row, last + 2).value = sheet.cell(row, 3).value
            sheet.cell(row, 3).value = f"# {row}"
            sheet.cell(row, last + 1).value = "#own" if row == KEY_ROW else "=1+1"
        book.move_sheet("用語", -3)

    assert back(changed(tiny, change)) == tiny


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("asked_of", "purchasing"),
        ("asked_of", "購買（purchasing）"),
        ("clauses", "C-A、"),
        ("weight", "２"),
        ("weight", 2.0),
        ("quick", "いいえ"),
        ("quick", False),
        ("text.ja", "  一覧にしていますか\r\n"),
    ],
)
def test_what_people_type_is_understood(tiny: Catalog, key: str, typed: Any) -> None:
    assert back(changed(tiny, put(QUESTIONS, key, 3, typed))) == tiny


# --- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "key", "row", "value", "said"),
    [
        (QUESTIONS, "text.ja", 3, None, "required and missing"),
        (QUESTIONS, "levels.3.ja", 4, " ", "required and missing"),
        (QUESTIONS, "id", 3, None, "required and missing"),
        (QUESTIONS, "id", 4, "Q-1", "used twice"),
        (QUESTIONS, "clauses", 3, "C-A, C-X", "there is no clause 'C-X'"),
        (QUESTIONS, "actions", 3, "ACT-9", "there is no action 'ACT-9'"),
        (QUESTIONS, "section", 4, "A.two", "there is no section 'A.two' (did you mean A.one?)"),
        (QUESTIONS, "weight", 3, "重い", "not a whole number"),
        (QUESTIONS, "weight", 3, 4, "must be at most 3"),
        (QUESTIONS, "weight", 3, 1.5, "not a whole number"),
        (QUESTIONS, "quick", 3, "たぶん", "leave it empty"),
        (QUESTIONS, "gate.min_level", 4, None, "required and missing"),
        (QUESTIONS, "basis", 3, "噂", "is not one of"),
        (QUESTIONS, "text.ja", 3, 12, "not text"),
        (QUESTIONS, "text.ja", 3, "=1+1", "a formula is not taken"),
        (QUESTIONS, "why.ja", 3, "#REF!", "an error value"),
        (QUESTIONS, "applies_when", 3, "{profile: exports", "not well written"),
        (QUESTIONS, "applies_when", 3, "&a {any: [{profile: exports, is: true}, *a]}", "& and *"),
        (QUESTIONS, "applies_when", 3, "{profile: exports, profile: imports, is: true}", "stands twice"),
        (QUESTIONS, "applies_when", 3, "{profile: exports}", "needs is or"),
        (QUESTIONS, "applies_when", 3, "[" * 400, "not well written"),
        (QUESTIONS, "evidence.en", 3, "No Japanese", "required and missing"),
        (SECTIONS, "axis", 4, "money", "there is no axis 'money'"),
        (SECTIONS, "weight", 3, 2, "an axis has no weight"),
        (ACTIONS, "raises", 3, "Q-1 を上げる", "one 'question id: level' a line"),
        (ACTIONS, "raises", 3, "Q-1: 9", "must be at most 4"),
        (ACTIONS, "requires", 4, "ACT-2", "a circle"),
        (ACTIONS, "cost_jpy.high", 3, -1, "must be at least 0"),
        (GLOSSARY, "term.ja", 3, None, "required and missing"),
    ],
)
def test_a_fault_is_told_with_sheet_row_and_column(
    tiny: Catalog, sheet: Sheet, key: str, row: int, value: Any, said: str
) -> None:
    found = faults(changed(tiny, put(sheet, key, row, value)))
    cell = f"{sheet.name}!{column(sheet, key)}{row}"
    assert [problem for problem in found if problem.cell == cell and said in problem.en], found
    assert found[0].message("en").startswith("t.xlsx ")


def test_all_faults_come_at_once_in_the_order_of_the_sheets(tiny: Catalog) -> None:
    def change(book: openpyxl.Workbook) -> None:
        put(GLOSSARY, "text.ja", 3, None)(book)
        put(ACTIONS, "person_days", 4, "二日")(book)
        put(QUESTIONS, "text.ja", 4, None)(book)
        put(QUESTIONS, "see", 3, "nowhere")(book)
        book["はじめに"]["B5"] = 2026.1

    assert [problem.cell for problem in faults(changed(tiny, change))] == [
        "はじめに!B5",
        f"設問!{column(QUESTIONS, 'see')}3",
        f"設問!{column(QUESTIONS, 'text.ja')}4",
        f"施策!{column(ACTIONS, 'person_days')}4",
        f"用語!{column(GLOSSARY, 'text.ja')}3",
    ]


def test_a_cell_that_cannot_be_read_is_told_once_and_not_for_what_follows(tiny: Catalog) -> None:
    [problem] = faults(changed(tiny, put(ACTIONS, "raises", 3, "?")))
    assert problem.cell == f"施策!{column(ACTIONS, 'raises')}3"
    [problem] = faults(changed(tiny, put(QUESTIONS, "text.ja", 3, "=A1")))
    assert "a formula is not taken" in problem.en


@pytest.mark.parametrize(
    ("change", "cell", "said"),
    [
        (lambda book: book.remove(book["用語"]), "用語", "the sheet is missing"),
        (lambda book: book.create_sheet("余分"), "余分", "unknown sheet"),
        (lambda book: book["設問"].merge_cells("C3:C4"), "設問!C3", "unmerge them"),
        (lambda book: book["設問"].delete_cols(3), "設問!2", "the column 'text.ja' (in row 2) is missing"),
        (lambda book: book["設問"].delete_rows(2), "設問!2", "row 2 holds no field names"),
        (put(QUESTIONS, "#note", 2, "texts.ja"), f"設問!{column(QUESTIONS, '#note')}2", "did you mean text.ja?"),
        (put(QUESTIONS, "#note", 2, "text.ja"), f"設問!{column(QUESTIONS, '#note')}2", "stands twice"),
        (lambda book: book["用語"].__setitem__(f"A{MOST_ROWS + 1}", "t"), "用語", "too many rows"),
        (lambda book: book["はじめに"].__setitem__("A6", "publisher"), "はじめに!A6", "cannot stand here"),
        (lambda book: book["はじめに"].__setitem__("B3", 2), "はじめに!B3", "is not one of 1"),
    ],
)
def test_a_workbook_of_another_shape_is_refused(tiny: Catalog, change: Change, cell: str, said: str) -> None:
    found = faults(changed(tiny, change))
    assert [problem for problem in found if problem.cell == cell and said in problem.en], found


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return stream.getvalue()


def with_part(catalog: Catalog, part: str, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(write_workbook(catalog))) as archive:
        return packed({**{name: archive.read(name) for name in archive.namelist()}, part: data})


HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
LAUGHS = b'<!DOCTYPE w [<!ENTITY a "ha">]>' + HEAD + b'<row r="1"><c t="inlineStr"><is><t>&a;</t></is></c></row>'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an Excel file"),
        (b"id,text\nQ-1,?\n", "not an Excel file"),
        (packed({"word/document.xml": b"<x/>"}), "not an Excel file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a password or the old format"),
        (packed({"xl/workbook.xml": b"<x/>"}), "damaged"),
        (packed({"xl/workbook.xml": b" " * (MOST_BYTES + 1)}), "too large"),
        (packed({"xl/workbook.xml": b"", **{f"x{n}": b"" for n in range(300)}}), "too large"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_in_words(content: bytes, said: str) -> None:
    [problem] = faults(content)
    assert said in problem.en
    assert problem.file == "t.xlsx"


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (LAUGHS + b"</sheetData></worksheet>", "damaged"),
        (HEAD + b"<row", "damaged"),
        (HEAD + b'<row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData></worksheet>', "no field names"),
        (
            HEAD + b"".join(b"<row><c><v>1</v></c></row>" for _ in range(100_000)) + b"</sheetData></worksheet>",
            "too many rows",
        ),
    ],
)
def test_a_workbook_made_to_harm_is_refused(tiny: Catalog, sheet: bytes, said: str) -> None:
    found = faults(with_part(tiny, "xl/worksheets/sheet3.xml", sheet))
    assert [problem for problem in found if said in problem.en], found


def test_a_workbook_with_a_password_is_refused(tiny: Catalog) -> None:
    content = bytearray(write_workbook(tiny))
    start = content.index(b"PK\x01\x02")
    content[start + 8] |= 1
    [problem] = faults(bytes(content))
    assert "it has a password" in problem.en
