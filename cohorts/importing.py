"""PURE. A network's list of companies -> entries for a round, or every fault at once with its line and column.

Names of columns are taken in Japanese and English, in any order, full-width or not. A company that stands in the round
already (by 法人番号 or address) is no fault: it is told and left as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from openpyxl.utils import get_column_letter

from cohorts.list_files import HEAD_WITHIN, MOST_COMPANIES, TOO_MANY, Row, Table, read_tables
from cohorts.list_values import Unreadable, corporate_number, email, industry, name, prefecture, sales_band, size
from guidance.problems import InputRefused, Problem

EXAMPLE = "（記入例）"
"""A company whose name begins so stands in the template for people to look at; it is not read."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the list: what it is called in the template, what else it may be called, how its values are read."""

    key: str
    label: str
    label_en: str
    others: tuple[str, ...]
    read: Callable[[str], str]
    required: bool = False


FIELDS = (
    Field(
        "name",
        "会社名",
        "Company",
        ("企業名", "法人名", "事業者名", "商号", "社名", "company name", "name"),
        name,
        True,
    ),
    Field("corporate_number", "法人番号", "Corporate number", (), corporate_number),
    Field(
        "email",
        "メールアドレス",
        "E-mail address",
        ("メール", "アドレス", "eメール", "eメールアドレス", "email", "mail", "mail address", "責任者のメールアドレス"),
        email,
        True,
    ),
    Field("industry", "業種", "Industry", ("業種大分類", "大分類", "産業分類", "産業大分類"), industry),
    Field("prefecture", "都道府県", "Prefecture", ("本社の都道府県", "所在地", "本社所在地", "都道府県名"), prefecture),
    Field(
        "sales_band",
        "年間の売上高",
        "Annual sales",
        ("売上", "売上高", "年商", "年間売上", "年間売上高", "売上区分", "売上高区分", "sales", "sales band"),
        sales_band,
    ),
    Field(
        "size",
        "従業員数",
        "Employees",
        ("従業員", "社員数", "従業員規模", "従業員数区分", "人数", "size", "number of employees"),
        size,
    ),
)
BESIDE = ("備考", "メモ", "番号", "no", "note", "notes")
"""Columns that a list may have for its keeper; they are not read."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the network knows already."""

    numbers: Collection[str] = ()
    """The 法人番号 that stand in the round."""
    addresses: Mapping[str, str] = field(default_factory=dict)
    """The addresses that stand in the round, each with the 法人番号 beside it (or an empty text)."""
    members: Collection[str] = ()
    """The 法人番号 of companies that belong to the network: they need no invitation, and so no address."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A company of the list; what is empty was left out. `email` or membership is certain."""

    line: int
    name: str
    corporate_number: str = ""
    email: str = ""
    industry: str = ""
    prefecture: str = ""
    sales_band: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class CompanyList:
    """A sound list: the companies that are new to the round, and the lines of those that stand in it already."""

    new: tuple[Entry, ...]
    standing: tuple[int, ...]


def read_list(content: bytes, file: str, known: Known) -> CompanyList:
    """The companies of a CSV or XLSX file. Raises InputRefused with every fault; then nothing of it may be taken."""
    tables = read_tables(content, file)
    found = [(table, head) for table in tables if (head := _head_of(table)) is not None]
    if not found:
        raise InputRefused([_no_head(file, tables[0])])
    if len(found) > 1:
        sheets = "・".join(table.sheet for table, _ in found)
        ja = f"会社の表が{len(found)}つのシート（{sheets}）にあります。1つのシートにまとめてください"
        raise InputRefused([Problem(file, 0, "", ja, f"companies stand on {len(found)} sheets; put them on one")])
    return _Reader(file, *found[0], known).read()


# --- the head ---------------------------------------------------------------------------------------------------------


def _plain(head: str) -> str:
    """A column's name without what people write around it: brackets, spaces, signs, full-width forms."""
    wide = re.sub(r"\([^)]*\)", "", unicodedata.normalize("NFKC", head).casefold())
    return re.sub(r"[\W_]+", "", wide)


NAMES = {_plain(written): one for one in FIELDS for written in (one.key, one.label, one.label_en, *one.others)}
IGNORED = frozenset(map(_plain, BESIDE))


def _head_of(table: Table) -> int | None:
    """The place, among the table's lines, of the first one that names the company's column."""
    for place, row in enumerate(table.rows[:HEAD_WITHIN]):
        named = {found.key for cell in row.cells if (found := NAMES.get(_plain(cell)))}
        if "name" in named and (len(named) > 1 or sum(map(bool, row.cells)) == 1):
            return place
    return None


def _no_head(file: str, table: Table) -> Problem:
    first = table.rows[0]
    seen = "・".join(cell for cell in first.cells if cell)[:80]
    return Problem(
        file,
        first.number,
        "",
        f"列の名前の行が見つかりません（最初の行：「{seen}」）。「会社名」「メールアドレス」などの名前を先頭の行に書いてください",
        f"no line names the columns (first line: {seen!r}); write Company, E-mail address and so on in the first line",
        table.sheet,
    )


# --- the companies ----------------------------------------------------------------------------------------------------


class _Reader:
    """One table in reading; its faults gather in `problems`."""

    def __init__(self, file: str, table: Table, head: int, known: Known) -> None:
        self.file, self.table, self.known = file, table, known
        self.head, self.rows = table.rows[head], table.rows[head + 1 :]
        self.problems: list[Problem] = []
        self.columns: dict[int, Field] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.unreadable_rows = {row for row, _column in table.unreadable}

    def read(self) -> CompanyList:
        """The companies below the head. Raises InputRefused."""
        self._columns()
        companies = [row for row in self.rows if self._is_company(row)]
        if len(companies) > MOST_COMPANIES:
            raise InputRefused([Problem(self.file, 0, "", *TOO_MANY)])
        if not companies:
            ja = "会社の行がありません。列の名前の下に、1行に1社ずつ書いてください"
            self._fault(
                self.head, None, (ja, "there are no companies; write one a line below the names of the columns")
            )
        new, standing = [], []
        for row in companies:
            entry = self._entry(row)
            if self._stands(row, entry):
                standing.append(row.number)
            else:
                new.append(entry)
        if self.problems:
            raise InputRefused(sorted(self.problems, key=lambda one: (one.line, len(one.column), one.column)))
        return CompanyList(tuple(new), tuple(standing))

    def _columns(self) -> None:
        """Which field each column is. A column that is not known is a fault: what stands in it would be lost unseen."""
        for number, written in enumerate(self.head.cells):
            plain = _plain(written)
            found = NAMES.get(plain)
            if found is None:
                if plain and plain not in IGNORED:
                    self._fault(self.head, number, _unknown(written))
            elif found in self.columns.values():
                ja = f"「{found.label}」の列が2つあります。1つにしてください"
                self._fault(self.head, number, (ja, f"there are two columns for {found.label_en}; keep one"))
            else:
                self.columns[number] = found
        for one in FIELDS:
            if one.required and one not in self.columns.values():
                ja = f"「{one.label}」の列がありません。列を足してください"
                self._fault(self.head, None, (ja, f"there is no column {one.label_en}; add it"))

    def _is_company(self, row: Row) -> bool:
        """Not a line with nothing but remarks, nor the example of the template."""
        if _plain_name(_at(row, self._place("name"))).startswith(_plain_name(EXAMPLE)):
            return False
        something = any(text and not self._is_beside(number) for number, text in enumerate(row.cells))
        return something or row.number in self.unreadable_rows

    def _is_beside(self, number: int) -> bool:
        return number < len(self.head.cells) and _plain(self.head.cells[number]) in IGNORED

    def _entry(self, row: Row) -> Entry:
        values: dict[str, str] = {}
        for number, found in self.columns.items():
            if unreadable := self.table.unreadable.get((row.number, number)):
                self._fault(row, number, unreadable)
                values[found.key] = "?"
                continue
            try:
                values[found.key] = found.read(_at(row, number))
            except Unreadable as fault:
                self._fault(row, number, (fault.ja, fault.en))
                values[found.key] = "?"
        for number, text in enumerate(row.cells):
            if text and not _at(self.head, number):
                ja = "列の名前がない列に書いてあります。区切りの記号が余分にないか、確かめてください"
                self._fault(row, number, (ja, "this column has no name; is there a separator too many?"))
        self._required(row, values)
        unread = {key for key, value in values.items() if value == "?"}
        return Entry(row.number, **{key: "" if key in unread else value for key, value in values.items()})

    def _required(self, row: Row, values: Mapping[str, str]) -> None:
        places = {found.key: number for number, found in self.columns.items()}
        if "name" in places and not values["name"]:
            self._fault(row, places["name"], ("会社名を書いてください", "write the company's name"))
        if "email" in places and not values["email"] and values.get("corporate_number") not in self.known.members:
            ja = "案内の送り先のメールアドレスを書いてください（空欄でよいのは、法人番号のある会員の会社だけです）"
            en = "write the address of the invitation (only a member with its corporate number needs none)"
            self._fault(row, places["email"], (ja, en))

    def _stands(self, row: Row, entry: Entry) -> bool:
        """Whether the company is in the round already. What stands twice in the file is a fault, and so is an address
        that belongs to another company of the round."""
        for key in ("corporate_number", "email"):
            value = getattr(entry, key)
            if value and (earlier := self.seen.setdefault((key, value), row.number)) != row.number:
                label = next(found.label for found in FIELDS if found.key == key)
                ja = f"同じ{label}が{earlier}行目にもあります。1社に1行だけ、別々の{label}にしてください"
                self._fault(
                    row, self._place(key), (ja, f"the same stands in line {earlier}; one line for each company")
                )
        if entry.corporate_number and entry.corporate_number in self.known.numbers:
            return True
        beside = self.known.addresses.get(entry.email)
        if entry.email and beside is not None:
            if entry.corporate_number and beside and beside != entry.corporate_number:
                ja = "このアドレスは、この回の別の会社（法人番号が違います）の案内先です。別のアドレスを書いてください"
                en = "another company of this round (with another number) is invited at this address; write another one"
                self._fault(row, self._place("email"), (ja, en))
            return True
        return False

    def _place(self, key: str) -> int | None:
        return next((number for number, found in self.columns.items() if found.key == key), None)

    def _fault(self, row: Row, column: int | None, words: tuple[str, str]) -> None:
        where = _at(self.head, column)
        letter = get_column_letter(column + 1) if column is not None else ""
        self.problems.append(Problem(self.file, row.number, where, *words, self.table.sheet, letter))


def _at(row: Row, number: int | None) -> str:
    return row.cells[number] if number is not None and number < len(row.cells) else ""


def _plain_name(written: str) -> str:
    return unicodedata.normalize("NFKC", written)


def _unknown(written: str) -> tuple[str, str]:
    labels = {_plain(label): found for found in FIELDS for label in (found.label, found.label_en)}
    close = get_close_matches(_plain(written), labels, n=1, cutoff=0.6)
    meant = f"「{labels[close[0]].label}」のことですか。" if close else ""
    known = "・".join(found.label for found in FIELDS)
    return (
        f"この列は取り込めません。{meant}列を消すか、名前を直してください（使える列：{known}・備考）",
        f"this column is not known; remove it or mend its name ({', '.join(found.label_en for found in FIELDS)}, Note)",
    )
