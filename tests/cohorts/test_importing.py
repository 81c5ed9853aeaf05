"""A network's list of companies as a file: what is read, and every fault with its place."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest

from cohorts.importing import EXAMPLE, FIELDS, CompanyList, Entry, Known, read_list
from cohorts.list_files import MOST_COMPANIES
from cohorts.list_template import csv_template, xlsx_template
from cohorts.list_values import industry, prefecture, sales_band, size
from guidance.problems import InputRefused, Problem
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, PREFECTURES, SALES_BANDS
from tests.assessments.papers import COMPOUND, picture

pytestmark = pytest.mark.pure

HEAD = "会社名,法人番号,メールアドレス,業種,都道府県,年間の売上高,従業員数"
LINE = "株式会社みなと,4234567890128,somu@minato.example,製造業,静岡県,10億円以上40億円未満,86"
ENTRY = Entry(2, "株式会社みなと", "4234567890128", "somu@minato.example", "E", "22", "1b-4b", "51-100")


def text(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n"


def sheet(*rows: Sequence[object], title: str = "会員") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def read(content: bytes | str, known: Known | None = None, *, name: str = "会員.csv") -> CompanyList:
    return read_list(content.encode() if isinstance(content, str) else content, name, known or Known())


def faults(content: bytes | str, known: Known | None = None, *, name: str = "会員.csv") -> list[Problem]:
    with pytest.raises(InputRefused) as caught:
        read(content, known, name=name)
    return list(caught.value.problems)


def the_fault(content: bytes | str, known: Known | None = None) -> Problem:
    (found,) = faults(content, known)
    return found


# --- what is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_list_is_read_in_every_encoding_that_spreadsheets_write(encoding: str) -> None:
    assert read(text(HEAD, LINE).encode(encoding)).new == (ENTRY,)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_list_is_read_with_commas_tabs_and_semicolons(delimiter: str) -> None:
    assert read(text(HEAD, LINE).replace(",", delimiter)).new == (ENTRY,)


def test_a_workbook_is_read_with_numbers_as_numbers() -> None:
    row = ["株式会社みなと", 4234567890128, "somu@minato.example", "E", 22, "10億円以上40億円未満", 86.0]
    assert read(sheet(HEAD.split(","), row), name="会員.xlsx").new == (ENTRY,)


def test_columns_stand_in_any_order_and_may_be_full_width_english_or_titled() -> None:
    lines = (
        "東海 経営者ネットワーク 会員名簿",
        "",
        "Ｅ－ｍａｉｌ address,備考,Company（必須）,No.",
        "ＳＯＭＵ＠ｍｉｎａｔｏ．ｅｘａｍｐｌｅ,来月に電話,　株式会社みなと　,1",
    )
    assert read(text(*lines)).new == (Entry(4, "株式会社みなと", email="somu@minato.example"),)


def test_numbers_are_taken_as_people_write_them() -> None:
    first, second = (
        "A社,T4-2345-6789-0128,a@a.example,,,,約１，２００人",
        "B社,４２３４５６７８９０１２８,b@b.example,,,,３人",
    )
    one, other = read(text(HEAD, first)).new[0], read(text(HEAD, second)).new[0]
    assert one.corporate_number == other.corporate_number == "4234567890128"
    assert (one.size, other.size) == ("over-300", "to-20")
    assert the_fault(text(HEAD, first, second)).ja.startswith("同じ法人番号が2行目にも")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("E", "E"),
        ("ｅ", "E"),
        ("製造業", "E"),
        ("Ｅ　製造業", "E"),
        ("E：製造業", "E"),
        ("Manufacturing", "E"),
        ("小売業", "I"),
        ("卸売業，小売業", "I"),
        ("電気・ガス・熱供給・水道業", "F"),
        ("サービス業", "R"),
    ],
)
def test_an_industry_is_known_by_letter_name_and_part_of_a_name(written: str, key: str) -> None:
    assert industry(written) == key


def test_every_industry_prefecture_and_band_is_read_from_its_key_and_from_its_names() -> None:
    for reader, options in (
        (industry, INDUSTRIES),
        (prefecture, PREFECTURES),
        (sales_band, SALES_BANDS),
        (size, EMPLOYEE_BANDS),
    ):
        for key, words in options.items():
            assert {reader(key), reader(words.ja), reader(words.get("en"))} == {key}


@pytest.mark.parametrize(
    ("written", "key"), [("静岡", "22"), ("北海道", "01"), ("1", "01"), ("京都", "26"), ("東京", "13")]
)
def test_a_prefecture_needs_no_last_sign_and_no_nought(written: str, key: str) -> None:
    assert prefecture(written) == key


@pytest.mark.parametrize(
    ("employees", "band"),
    [("0", "to-20"), ("20", "to-20"), ("21", "21-50"), ("300人", "101-300"), ("301名", "over-300")],
)
def test_a_number_of_employees_becomes_its_band(employees: str, band: str) -> None:
    assert size(employees) == band


def test_what_looks_like_a_formula_in_csv_is_a_text() -> None:
    assert read(text("会社名,メールアドレス", '"=HYPERLINK(""x"")",a@a.example')).new[0].name == '=HYPERLINK("x")'


def test_the_templates_can_be_read_and_their_example_is_not_taken() -> None:
    for content in (csv_template(), xlsx_template()):
        (only,) = faults(content)
        assert only.ja.startswith("会社の行がありません")
    filled = csv_template().decode("utf-8-sig") + LINE
    assert read(filled).new == (Entry(3, *(getattr(ENTRY, one.key) for one in FIELDS)),)


def test_the_example_of_the_template_would_be_sound() -> None:
    assert len(read(csv_template().decode("utf-8-sig").replace(EXAMPLE, "")).new) == 1


def test_no_cell_of_the_template_is_a_formula_and_numbers_stay_texts() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_template()))
    assert {cell.data_type for found in book for row in found.iter_rows() for cell in row if cell.value} == {"s"}
    assert book.worksheets[0]["B2"].number_format == "@"


# --- whom the network knows ------------------------------------------------------------------------------------------


def test_a_company_that_stands_in_the_round_is_told_and_no_fault() -> None:
    lines = (HEAD, LINE, "B社,,b@b.example,,,,", "C社,,c@c.example,,,,")
    known = Known(numbers={"4234567890128"}, addresses={"b@b.example": ""})
    found = read(text(*lines), known)
    assert found.standing == (2, 3)
    assert [one.name for one in found.new] == ["C社"]


def test_an_address_of_another_company_of_the_round_is_a_fault() -> None:
    found = the_fault(text(HEAD, LINE), Known(addresses={"somu@minato.example": "1000000000008"}))
    assert (found.line, found.column, found.where) == (2, "C", "メールアドレス")
    assert "別の会社" in found.ja


def test_only_a_member_known_by_its_number_needs_no_address() -> None:
    lines = text(HEAD, "A社,4234567890128,,,,,")
    assert read(lines, Known(members={"4234567890128"})).new[0].email == ""
    found = the_fault(lines)
    assert (found.line, found.column) == (2, "C")
    assert "メールアドレスを書いてください" in found.ja


# --- faults ----------------------------------------------------------------------------------------------------------


def test_every_fault_is_told_at_once_with_line_and_column() -> None:
    lines = (
        HEAD,
        ",123,x@@y,F1,とうきょう,3億円,-3",
        LINE,
        "",
        "B社,4234567890128,somu@minato.example,,,,",
    )
    assert [(one.line, one.column, one.where) for one in faults(text(*lines))] == [
        (2, "A", "会社名"),
        (2, "B", "法人番号"),
        (2, "C", "メールアドレス"),
        (2, "D", "業種"),
        (2, "E", "都道府県"),
        (2, "F", "年間の売上高"),
        (2, "G", "従業員数"),
        (5, "B", "法人番号"),
        (5, "C", "メールアドレス"),
    ]


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (1, "4234567890129", "検査数字が合いません"),
        (1, "4.23457E+12", "列の表示形式を「文字列」に"),
        (2, "山田 <a@b.example>", "1つだけ"),
        (2, "a@b.example、c@d.example", "1つだけ"),
        (2, "a@b", "メールアドレスとして読めません"),
        (3, "E 建設業", "業種として読めません"),
        (5, "350,000万円", "金額ではなく、区分を"),
        (5, "大きい", "次のどれかを"),
        (6, "1.5", "従業員数として読めません"),
        (6, "99999999", "従業員数として読めません"),
        (0, "あ" * 121, "120文字まで"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_what_to_write(place: int, wrong: str, said: str) -> None:
    cells = LINE.split(",")
    cells[place] = f'"{wrong}"'
    found = the_fault(text(HEAD, ",".join(cells)))
    assert said in found.ja
    assert found.en
    assert found.line == 2


def test_a_column_that_is_not_known_is_a_fault_because_it_would_be_lost() -> None:
    found = the_fault(text(HEAD + ",電話番号", LINE + ",03-0000-0000"))
    assert (found.line, found.column, found.where) == (1, "H", "電話番号")
    assert "この列は取り込めません" in found.ja
    assert "「従業員数」のことですか" in the_fault(text("会社名,メールアドレス,従業者数", "A,a@a.example,3")).ja


def test_a_column_that_is_missing_or_stands_twice_is_a_fault() -> None:
    assert "「メールアドレス」の列がありません" in the_fault(text("会社名,業種", "A社,製造業")).ja
    assert "「会社名」の列が2つあります" in the_fault(text("会社名,企業名,メール", "A社,A社,a@a.example")).ja


def test_a_cell_without_a_column_is_a_fault() -> None:
    found = the_fault(text("会社名,メールアドレス", "A社,b@b.example,a@a.example"))
    assert (found.line, found.column) == (2, "C")
    assert "列の名前がない列" in found.ja


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ファイルが空です"),
        (b"\xef\xbb\xbf\r\n,,\r\n", "ファイルが空です"),
        (picture("PNG"), "表のファイルではありません"),
        (picture("JPEG"), "表のファイルではありません"),
        (b"\xff\xfe\x00", "表のファイルではありません"),
        (COMPOUND, "古い形式（xls）"),
        (b"PK\x03\x04 no archive", "Excel のファイル（xlsx）ではありません"),
        ("こんにちは".encode(), "列の名前の行が見つかりません"),
        (text("会社名,メールアドレス").encode(), "会社の行がありません"),
        (text("会社名,メールアドレス", '"A社,a@a.example').encode(), "引用符"),
    ],
)
def test_what_is_no_list_is_told(content: bytes, said: str) -> None:
    assert said in the_fault(content).ja


def test_formulas_and_error_values_of_a_workbook_are_faults_with_their_place() -> None:
    content = sheet(["会社名", "メールアドレス"], ['="株式会社"&"みなと"', "a@a.example"], ["B社", "#N/A"])
    assert [(one.sheet, one.line, one.column, one.ja[:2]) for one in faults(content) if "書いて" not in one.ja] == [
        ("会員", 2, "A", "数式"),
        ("会員", 3, "B", "表計"),
    ]


def test_companies_on_two_sheets_are_a_fault_and_other_sheets_are_not() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheet(["会社名", "メールアドレス"], ["A社", "a@a.example"])))
    book.create_sheet("集計").append(["件数", 1])
    file = io.BytesIO()
    book.save(file)
    assert len(read(file.getvalue()).new) == 1
    book["集計"].append(["会社名", "メールアドレス"])
    file = io.BytesIO()
    book.save(file)
    assert "2つのシート" in the_fault(file.getvalue()).ja


# --- files that are too large ----------------------------------------------------------------------------------------


def companies(count: int) -> str:
    return text("会社名,メールアドレス", *(f"株式会社{number},a{number}@a.example" for number in range(count)))


def test_ten_thousand_companies_are_read_and_one_more_is_refused() -> None:
    assert len(read(companies(MOST_COMPANIES)).new) == MOST_COMPANIES
    assert "10,000社まで" in the_fault(companies(MOST_COMPANIES + 1)).ja


def test_fifty_thousand_companies_are_refused_without_being_held() -> None:
    content = companies(50_000).encode()
    tracemalloc.start()
    assert "10,000社まで" in the_fault(content).ja
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 40_000_000


def test_a_workbook_that_unpacks_to_far_more_is_refused_unread() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\x00" * 50_000_000)
    tracemalloc.start()
    assert "10,000社まで" in the_fault(file.getvalue()).ja
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 5_000_000


@pytest.mark.parametrize("inside", ['<row r="1">' + "<c/>" * 400_000 + "</row>", "<row/>" * 200_000])
def test_a_small_workbook_that_would_fill_the_memory_is_refused_unread(inside: str) -> None:
    sound, file = io.BytesIO(sheet(["会社名", "メールアドレス"])), io.BytesIO()
    with zipfile.ZipFile(sound) as archive, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for part in archive.namelist():
            cells = f"<worksheet><sheetData>{inside}</sheetData></worksheet>" if part.endswith("sheet1.xml") else None
            made.writestr(part, cells or archive.read(part))
    content = file.getvalue()
    assert len(content) < 20_000
    tracemalloc.start()
    assert "10,000社まで" in the_fault(content).ja
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert held < 20_000_000


def test_a_workbook_of_more_lines_is_refused() -> None:
    content = sheet(["会社名", "メールアドレス"], *([f"社{n}", f"a{n}@a.example"] for n in range(MOST_COMPANIES + 20)))
    assert "10,000社まで" in the_fault(content).ja
