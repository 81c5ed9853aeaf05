"""PURE. Questions and the answers that stand -> the workbook that a person fills in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from assessments.answer_sheet import (
    ABOUT,
    ANSWER,
    ANSWERS,
    COLUMNS,
    EXPLANATION,
    FIRST_ROW,
    FORMAT,
    KEY_ROW,
    LEVELS,
    META,
    NOT_APPLICABLE,
    NOTE,
    REASON,
    UNKNOWN,
    Base,
    Origin,
    fingerprint,
)
from assessments.drafts import Draft
from guidance.catalog import Catalog, Question, Text
from guidance.sheet_files import BODY, HEAD, INPUT, KEY, REMARK, Cell, Choice, Length, Look, Sheet, Value, write_sheets
from guidance.sheet_files import column_letters as letters

TITLE = Text("経安カルテ 設問票", "Keian Karte questionnaire")
OPEN = replace(INPUT, open=True)
OPEN_TEXT = replace(INPUT, open=True, shown="@")
"""Excel leaves what is typed here as it is: no dates are made of `1-2`."""

HOW_TO = (
    Text(
        "黄色いセルだけに書きます。ほかのセルは、まちがって変えないように閉じてあります（パスワードはありません）。",
        "Write in the yellow cells only. The others are locked against slips (there is no password).",
    ),
    Text(
        "「回答」の欄は、一覧から 0〜4、「わからない」、「該当なし」のどれかを選びます。"
        "左の「段階」から、今の会社に一番近いものを選んでください。",
        "In “Answer” choose 0 to 4, “Don't know” or “Not applicable” from the list. Take the level on the left that is "
        "closest to your company today.",
    ),
    Text(
        "「該当なし」を選んだら、その理由を隣の欄に書きます。理由がないと取り込めません。",
        "Where you choose “Not applicable”, write the reason beside it. Without a reason it cannot be taken in.",
    ),
    Text(
        "分からないところは空欄のままでかまいません。空欄は、これまでの答えを消しません。",
        "Leave empty what you cannot answer. An empty cell takes nothing away that was answered before.",
    ),
    Text(
        "メモは書かなくてもかまいません。行を足したり、消したり、並べ替えたりする必要はありません。",
        "Notes are optional. There is no need to add, remove or sort rows.",
    ),
    Text(
        "書き終わったら xlsx のまま保存し、受け取ったページの「表を取り込む」から選びます。"
        "取り込む前に、何が変わるかを確かめられます。",
        "When you are done, save it as xlsx and choose it on the page where you got it, under “Take in the workbook”. "
        "You see what would change before anything is saved.",
    ),
    Text(
        "この表を受け取ったあとに、ほかの人がブラウザーで答えを変えることがあります。そのときは、どちらを残すかを取り込むときに選びます。",
        "Somebody may change an answer in the browser after you got this workbook. You then choose which one to keep.",
    ),
    Text(
        "数式と結合したセルは取り込めません。シートの名前は変えないでください。",
        "Formulas and merged cells cannot be taken in. Please keep the names of the sheets.",
    ),
    Text(
        "これは自社で行う任意の点検です。法令への適合や認証を示すものではありません。",
        "This is a voluntary check by the company itself. It shows neither compliance with a law nor a certification.",
    ),
)
PROMPT = Text(
    "0〜4 の段階、「わからない」、「該当なし」から選びます。「該当なし」には理由を書いてください。",
    "Choose a level from 0 to 4, Don't know, or Not applicable (with a reason).",
)
REFUSAL = Text("一覧から選んでください。", "Please choose from the list.")
TOO_LONG = Text("長すぎます。短くしてください。", "This is too long. Please shorten it.")


def write_answer_sheet(
    catalog: Catalog,
    asked: Collection[str],
    standing: Mapping[str, tuple[Draft, int]],
    origin: Origin,
    *,
    company: str,
    dated: dt.date,
    language: str,
) -> bytes:
    """The workbook: the questions `asked`, in the order of the questionnaire, with what stands (draft, revision)."""
    questions = [question for question in catalog.questions.values() if question.id in asked]
    sheets = [
        _about(catalog, len(questions), company, dated, language),
        _answers(catalog, questions, standing, language),
        _meta(questions, standing, origin),
    ]
    return write_sheets(sheets, title=f"{TITLE.get(language)} {catalog.ref}", dated=dated)


# --- the sheets -------------------------------------------------------------------------------------------------------


def _about(catalog: Catalog, count: int, company: str, dated: dt.date, language: str) -> Sheet:
    def rows() -> Iterator[Sequence[Cell]]:
        yield Cell(TITLE.get(language), Look(bold=True, size=14)), Cell(None)
        facts: tuple[tuple[Text, Value, Look], ...] = (
            (Text("会社", "Company"), company, BODY),
            (Text("設問票の版", "Version"), catalog.ref, BODY),
            (Text("設問の数", "Questions"), count, BODY),
            (Text("この表を作った日", "Made on"), dated, Look(shown="yyyy-mm-dd")),
        )
        for label, value, look in facts:
            yield Cell(label.get(language), KEY), Cell(value, look)
        yield Cell(Text("書きかた", "How to fill it in").get(language), HEAD), Cell(None, HEAD)
        for number, line in enumerate(HOW_TO, start=1):
            yield Cell(number, KEY), Cell(line.get(language))

    return Sheet(ABOUT.get(language), [22, 96], list(rows()), fixed=(0, 0), protected=True)


def _answers(
    catalog: Catalog, questions: Sequence[Question], standing: Mapping[str, tuple[Draft, int]], language: str
) -> Sheet:
    # Row 2 is KEY_ROW, and below it FIRST_ROW begins.
    rows: list[Sequence[Cell]] = [
        [Cell(column.label.get(language), HEAD) for column in COLUMNS],
        [Cell(column.key, REMARK) for column in COLUMNS],
    ]
    for question in questions:
        draft = standing[question.id][0] if question.id in standing else Draft(None)
        section = catalog.section_of[question.id].title.get(language)
        rows.append(_row(question, section, draft, language))
    last = max(len(rows), FIRST_ROW)
    return Sheet(
        ANSWERS.get(language),
        [column.width for column in COLUMNS],
        rows,
        fixed=(KEY_ROW, 2),
        rules=_rules(last, language),
        protected=True,
        hidden_rows=frozenset({KEY_ROW}),
    )


def _row(question: Question, section: str, draft: Draft, language: str) -> Sequence[Cell]:
    levels = "\n".join(f"{number}：{text.get(language)}" for number, text in enumerate(question.levels))
    explains = question.explain or bool(draft.explanation)
    return (
        Cell(section),
        Cell(question.id, KEY),
        Cell(question.text.get(language), Look(bold=True)),
        Cell(levels),
        Cell(_said(draft, language), OPEN),
        Cell(draft.answer.reason if draft.answer else "", OPEN_TEXT),
        Cell(draft.note, OPEN_TEXT),
        Cell(draft.explanation, OPEN_TEXT if explains else REMARK),
    )


def _said(draft: Draft, language: str) -> Value:
    answer = draft.answer
    if answer is None:
        return None
    if answer.kind == "level":
        return answer.level
    return (UNKNOWN if answer.kind == "unknown" else NOT_APPLICABLE).get(language)


def _rules(last: int, language: str) -> list[Choice | Length]:
    places = {column.key: letters(number) for number, column in enumerate(COLUMNS, start=1)}
    most = {column.key: column.most for column in COLUMNS}
    labels = {column.key: column.label.get(language) for column in COLUMNS}

    def cells(key: str) -> str:
        return f"{places[key]}{FIRST_ROW}:{places[key]}{last}"

    options = (*LEVELS, UNKNOWN.get(language), NOT_APPLICABLE.get(language))
    refusal = REFUSAL.get(language)
    return [
        Choice(cells(ANSWER), options, labels[ANSWER], PROMPT.get(language), refusal),
        *(Length(cells(key), most[key], labels[key], TOO_LONG.get(language)) for key in (REASON, NOTE, EXPLANATION)),
    ]


def _meta(questions: Sequence[Question], standing: Mapping[str, tuple[Draft, int]], origin: Origin) -> Sheet:
    rows: list[Sequence[Cell]] = [
        (Cell(key), Cell(value), Cell(None), Cell(None))
        for key, value in (
            ("format", FORMAT),
            ("catalog", origin.catalog),
            ("company", origin.company),
            ("assessment", origin.assessment),
        )
    ]
    for question in questions:
        draft, revision = standing.get(question.id, (Draft(None), 0))
        base = Base(revision, fingerprint(draft))
        rows.append((Cell("base"), Cell(question.id), Cell(base.revision), Cell(base.fingerprint)))
    return Sheet(META, [12, 40, 10, 40], rows, fixed=(0, 0), protected=True, hidden=True)
