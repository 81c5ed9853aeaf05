"""PURE. A file with answers that somebody chose, of either kind: the filled-in workbook, or an answers file (JSON)."""

from __future__ import annotations

from assessments.answer_sheet import Base, Entry, Origin
from assessments.answer_sheet_reading import read_answer_sheet
from assessments.answers_file import REASON_LIMIT, catalog_ref, parse_json, read_answers
from assessments.drafts import Draft
from guidance.catalog import Catalog
from guidance.problems import InputRefused, Problem

LARGEST = 2_000_000
"""Bytes. A workbook of a hundred questions has 60,000."""


def read_upload(content: bytes, name: str, catalog: Catalog, origin: Origin, *, corporate_number: str) -> list[Entry]:
    """What the file says. What it is decides its content, never its name. Raises InputRefused with every fault.

    An answers file does not know what it was made on top of: whatever stands already and differs is a conflict.
    """
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _of_json(content, name, catalog, corporate_number)
    return read_answer_sheet(content, name, catalog, origin)


def _of_json(content: bytes, name: str, catalog: Catalog, corporate_number: str) -> list[Entry]:
    try:
        data = parse_json(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        raise InputRefused([Problem(name, 0, "", "UTF-8 で保存し直してください", "save it as UTF-8")]) from None
    problems: list[Problem] = []
    if (ref := catalog_ref(data)) != catalog.ref:
        ja = f"いまの設問票は {catalog.ref} です。ファイルは {ref or '版の名前がないもの'} です"
        problems.append(Problem(name, 0, "catalog", ja, f"the questionnaire is {catalog.ref}; the file has {ref}"))
    try:
        file = read_answers(data, catalog, name)
    except InputRefused as refused:
        raise InputRefused([*problems, *refused.problems]) from None
    if corporate_number and file.company.corporate_number not in ("", corporate_number):
        ja = "別の会社の法人番号です。この会社の回答ファイルを選んでください"
        en = "this is the number of another company; choose the answers file of this one"
        problems.append(Problem(name, 0, "company.corporate_number", ja, en))
    for question, answer in file.answers.items():
        if len(answer.reason) > REASON_LIMIT:
            ja = f"{REASON_LIMIT}文字までです（いま{len(answer.reason)}文字）"
            en = f"{REASON_LIMIT} characters at most (now {len(answer.reason)})"
            problems.append(Problem(name, 0, f"answers.{question}.na", ja, en))
    if problems:
        raise InputRefused(problems)
    return [Entry(question, Draft.of(answer), Base()) for question, answer in file.answers.items()]
