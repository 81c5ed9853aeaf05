"""The sheets of a report's workbook, in the language of the moment: what it is, answers, scores, trace, actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assessments.scoring.scorecard import exact
from guidance.sheet_files import BODY, HEAD, INPUT, KEY, REMARK, Cell, Look, Sheet, Value
from guidance.templatetags.words import department, say
from reports.context import ActionView, ReportContext, TraceLine

NARROW, MIDDLE, WIDE = 12, 22, 60
POINTS = Look(shown="0.0")
WHOLE = Look(shown="#,##0")
DAY = Look(shown="yyyy-mm-dd")
Row = Sequence[Cell]
Column = tuple[str, int]


def sheets_of(context: ReportContext) -> list[Sheet]:
    """The five sheets. Points are numbers as they are shown, with the exact fraction beside them as text."""
    return [
        Sheet(_("この表について"), (MIDDLE, WIDE * 2), list(_about(context)), fixed=(0, 0)),
        _table(_("回答の一覧"), _answer_columns(), (_answer(line) for line in context.trace)),
        _table(_("三つの点数"), _score_columns(), _scores(context)),
        _table(_("採点根拠"), _trace_columns(), _trace(context)),
        _table(_("行動計画"), _action_columns(), (_action(action, context) for action in context.actions), left=3),
    ]


def _table(name: str, columns: Sequence[Column], rows: Iterator[Row], *, left: int = 1) -> Sheet:
    heads = [Cell(heading, HEAD) for heading, _width in columns]
    return Sheet(name, [width for _heading, width in columns], [heads, *rows], fixed=(1, left))


def _number(points: str | None) -> float | None:
    """Points as they are shown, as a number."""
    return float(Decimal(points)) if points else None


def state_words(line: TraceLine) -> str:
    """What was answered, in words."""
    if line.state == "level":
        return line.level_text
    return {"unknown": _("わからない"), "na": _("該当なし")}.get(line.state, _("未回答"))


# --- what it is -------------------------------------------------------------------------------------------------------


def _about(context: ReportContext) -> Iterator[Row]:
    def fact(label: str, value: Value, look: Look = BODY) -> Row:
        return Cell(label, KEY), Cell(value, look)

    company = context.company
    yield Cell(_("経安カルテ 診断の結果"), Look(bold=True, size=14)), Cell(None)
    yield fact(_("会社名"), company.name, INPUT)
    yield fact(_("法人番号"), company.corporate_number, INPUT)
    yield fact(_("設問票"), context.catalog.ref + (_("（下書き版）") if context.draft_catalog else ""))
    yield fact(_("採点の版"), context.engine)
    if context.final:
        yield fact(_("提出の回数"), context.number)
        yield fact(_("提出した日"), context.dated, DAY)
    else:
        yield fact(_("状態"), _("途中経過（まだ提出していません）"))
        yield fact(_("この表を作った日"), context.dated, DAY)
    yield fact(_("色の付いたセル"), _("会社が書いたものです。色のないセルは、そこから採点したものです。"), INPUT)
    yield fact(
        _("数の読み方"),
        _("点は100点満点で、四捨五入して小数1桁です。「正確な値」は丸める前の分数です。数式は入っていません。"),
    )
    yield fact(
        _("この表の扱い"),
        _(
            "これは自社で行う任意の点検です。法令への適合や認証、補助金での加点を示すものではありません。"
            "費用と手間は本アプリの目安で、実際は会社によって違います。"
        ),
    )
    for view in context.sources:
        source = view.source
        words = _("%(title)s（%(issuer)s、%(edition)s）") % {
            "title": say(source.title),
            "issuer": say(source.issuer),
            "edition": say(source.edition),
        }
        yield fact(_("もとにした文書"), f"{words}\n{source.url}", REMARK)


# --- answers ----------------------------------------------------------------------------------------------------------


def _answer_columns() -> Sequence[Column]:
    return (
        (_("設問ID"), NARROW),
        (_("分野"), MIDDLE),
        (_("設問"), WIDE),
        (pgettext("of an answer", "段階"), NARROW),
        (_("答え"), WIDE),
        (_("該当なしの理由"), MIDDLE),
        (_("メモ"), WIDE),
        (_("実施しない理由・予定"), MIDDLE),
    )


def _answer(line: TraceLine) -> Row:
    return (
        Cell(line.question.id, KEY),
        Cell(line.section_title),
        Cell(say(line.question.text)),
        Cell(line.level, INPUT),
        Cell(state_words(line), INPUT),
        Cell(line.reason, INPUT),
        Cell(line.note, INPUT),
        Cell(line.explanation, INPUT),
    )


# --- scores -----------------------------------------------------------------------------------------------------------


def _score_columns() -> Sequence[Column]:
    return (
        (_("軸"), MIDDLE),
        (_("分野"), MIDDLE),
        (_("重み"), NARROW),
        (_("点数"), NARROW),
        (_("正確な値"), MIDDLE),
        (_("幅の下"), NARROW),
        (_("幅の上"), NARROW),
        (_("わかっている割合"), NARROW),
        (_("段階"), NARROW),
        (_("点だけで決まる段階"), NARROW),
        (_("段階を止めている設問"), WIDE),
    )


def _scores(context: ReportContext) -> Iterator[Row]:
    cards = {axis.id: axis for axis in context.record.card.axes} if context.record else {}
    for axis in context.axes:
        card = cards.get(axis.id)
        gates = "\n".join(f"{gate.question.id} {say(gate.question.text)}" for gate in axis.gates)
        yield (
            Cell(axis.title, KEY),
            Cell(_("（軸全体）"), KEY),
            Cell(None),
            Cell(_number(axis.score) if axis.score else _("未算定"), POINTS),
            Cell(exact(card.score) if card else None),
            Cell(_number(axis.low), POINTS),
            Cell(_number(axis.high), POINTS),
            Cell(_number(axis.coverage), POINTS),
            Cell(axis.stage),
            Cell(axis.stage_by_points),
            Cell(gates),
        )
        exacts = {section.id: exact(section.score) for section in card.sections} if card else {}
        for section in axis.sections:
            yield (
                Cell(axis.title),
                Cell(section.title),
                Cell(section.weight),
                Cell(_number(section.score) if section.score else _("未算定"), POINTS),
                Cell(exacts.get(section.id)),
                *(Cell(None) for _column in range(6)),
            )


# --- trace ------------------------------------------------------------------------------------------------------------


def _trace_columns() -> Sequence[Column]:
    return (
        (_("設問ID"), NARROW),
        (_("軸"), MIDDLE),
        (_("分野"), MIDDLE),
        (_("設問"), WIDE),
        (pgettext("of an answer", "段階"), NARROW),
        (_("答え"), WIDE),
        (_("重み"), NARROW),
        (_("寄与"), NARROW),
        (_("寄与の正確な値"), MIDDLE),
        (_("満点"), NARROW),
        (_("満点の正確な値"), MIDDLE),
        (_("条項"), MIDDLE),
    )


def _trace(context: ReportContext) -> Iterator[Row]:
    titles = {axis.id: axis.title for axis in context.axes}
    scored = context.record.card.questions() if context.record else {}
    for line in context.trace:
        found = scored.get(line.question.id)
        counted = line.state == "level"
        clauses = [
            f"{citation.clause.id}{_('（本アプリの読み方）') if citation.ours else ''}" for citation in line.citations
        ]
        yield (
            Cell(line.question.id, KEY),
            Cell(titles.get(line.axis_id, line.axis_id)),
            Cell(line.section_title),
            Cell(say(line.question.text)),
            Cell(line.level, INPUT),
            Cell(state_words(line), INPUT),
            Cell(line.weight),
            Cell(_number(line.contribution) if counted else None, POINTS),
            Cell(exact(found.contribution) if found and counted else None),
            Cell(_number(line.possible) if counted else None, POINTS),
            Cell(exact(found.possible) if found and counted else None),
            Cell("\n".join(clauses)),
        )


# --- actions ----------------------------------------------------------------------------------------------------------


def _action_columns() -> Sequence[Column]:
    return (
        (_("順番"), NARROW),
        (_("行動ID"), MIDDLE),
        (_("行動"), MIDDLE),
        (_("今週すること"), WIDE),
        (_("1年で整えること"), WIDE),
        (_("担当"), NARROW),
        (_("費用の下（円）"), NARROW),
        (_("費用の上（円）"), NARROW),
        (_("人日"), NARROW),
        (_("週"), NARROW),
        (_("始まり"), NARROW),
        (_("終わり"), NARROW),
        (_("上がる点"), MIDDLE),
        (_("上がる設問"), WIDE),
        (_("先に終えておく行動"), MIDDLE),
        (_("見積もりの前提"), WIDE),
    )


def _action(view: ActionView, context: ReportContext) -> Row:
    ids = {action.number: action.action.id for action in context.actions}
    return (
        Cell(view.number, KEY),
        Cell(view.action.id),
        Cell(view.title, KEY),
        Cell(view.first_step),
        Cell(view.this_year),
        Cell(department(view.owner)),
        Cell(view.cost_low, WHOLE),
        Cell(view.cost_high, WHOLE),
        Cell(view.person_days, WHOLE),
        Cell(view.weeks, WHOLE),
        Cell(view.quarter.start if view.quarter else _("次の年以降"), DAY),
        Cell(view.quarter.end if view.quarter else None, DAY),
        Cell("\n".join(f"{title} +{points}" for title, points in view.gains)),
        Cell("\n".join(f"{step.question.id} {step.before} → {step.after}" for step in view.steps)),
        Cell("\n".join(ids[number] for number in view.requires)),
        Cell(view.assumption),
    )
