"""The workbook of a meeting, for the coordinator: who is invited and why, the agenda, actions and clauses, cautions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import IO

from django.utils import translation
from django.utils.translation import gettext as _

from cohorts.workshops.content import AgendaLine
from cohorts.workshops.reading import Invited
from guidance.templatetags.words import certainty, department
from reports.exports.sheet_rows import Value
from reports.exports.workbook import WorkSheet, write_sheets
from reports.workshop_context import WorkshopContext

NARROW, MIDDLE, WIDE = 10, 24, 60
Row = Sequence[Value]


def write_workshop(context: WorkshopContext, stream: IO[bytes]) -> None:
    """An XLSX in the context's language."""
    with translation.override(context.language):
        write_sheets(_sheets(context), stream)


def _sheets(context: WorkshopContext) -> Iterator[WorkSheet]:
    yield WorkSheet(_("会の概要"), ((_("項目"), MIDDLE), (_("内容"), WIDE)), _facts(context))
    yield WorkSheet(
        _("招待する会社"),
        (
            (_("テーブル"), NARROW),
            (_("会社"), MIDDLE),
            (_("業種"), MIDDLE),
            (_("都道府県"), NARROW),
            (_("話題での役割"), MIDDLE),
            (_("理由"), WIDE),
            (_("連絡先のメールアドレス"), MIDDLE),
        ),
        (_company(one) for one in context.organiser.invited),
    )
    yield WorkSheet(
        _("進行"),
        (
            (_("時刻"), MIDDLE),
            (_("長さ（分）"), NARROW),
            (_("内容"), MIDDLE),
            (_("進め方"), WIDE),
            (_("話せる会社"), MIDDLE),
        ),
        (_part(line, names) for line, names in context.organiser.programme),
    )
    yield WorkSheet(
        _("話題と理由"),
        (
            (_("話題"), MIDDLE),
            (_("三つの点数"), MIDDLE),
            (_("平均（100点中）"), NARROW),
            (_("平均に入った会社"), NARROW),
            (_("伸びしろ（点）"), NARROW),
            (_("弱い会社"), NARROW),
            (_("中ほどの会社"), NARROW),
            (_("強い会社"), NARROW),
        ),
        (
            (
                one.title,
                one.axis,
                float(one.mean) if one.mean else _("数字を出せません"),
                one.n if one.mean else None,
                float(one.gain) if one.gain else None,
                one.weak,
                one.middle,
                one.strong,
            )
            for one in context.organiser.figures
        ),
    )
    yield WorkSheet(
        _("行動の案"),
        (
            (_("話題"), MIDDLE),
            (_("行動"), WIDE),
            (_("最初の一歩"), WIDE),
            (_("費用の下（円）"), NARROW),
            (_("費用の上（円）"), NARROW),
            (_("人日"), NARROW),
            (_("週"), NARROW),
            (_("担当"), MIDDLE),
            (_("上がる設問"), WIDE),
            (_("見積もりの前提"), WIDE),
        ),
        _actions(context),
    )
    yield WorkSheet(
        _("設問と文書の条項"),
        (
            (_("話題"), MIDDLE),
            (_("種類"), NARROW),
            (_("番号"), NARROW),
            (_("内容"), WIDE),
            (_("文書"), MIDDLE),
            (_("場所"), MIDDLE),
            (_("確かさ"), MIDDLE),
        ),
        _questions_and_clauses(context),
    )
    yield WorkSheet(
        _("話さないこと"), ((_("項目"), MIDDLE), (_("内容"), WIDE), (_("確かさ"), MIDDLE)), _cautions(context)
    )


def _facts(context: WorkshopContext) -> Iterator[Row]:
    handout, organiser = context.handout, context.organiser
    yield _("題名"), handout.title
    yield _("ネットワーク"), handout.network
    yield _("診断の回"), handout.round
    yield _("設問票の版"), handout.catalog
    yield _("開催日"), handout.held_on
    yield _("時刻"), _times(handout.starts_at, handout.ends_at)
    yield _("場所"), handout.venue
    yield _("長さ（分）"), handout.minutes
    yield _("招く会社の数の上限"), organiser.seats
    yield _("招待する会社の数"), len(organiser.invited)
    yield _("備考"), organiser.note
    yield _("この表を作った日"), context.dated
    yield (
        _("この表の扱い"),
        _("会社の点数が入っています。会社が同意した目的のためだけに使い、参加する会社には渡さないでください。"),
    )


def _company(one: Invited) -> Row:
    roles = {
        "weak": _("話を聞く（弱い）"),
        "middle": _("話し合う（中ほど）"),
        "strong": _("経験を話す（強い）"),
        None: _("分からない"),
    }
    held = [
        _("%(topic)s：%(role)s") % {"topic": standing.title, "role": roles[standing.strength]}
        for standing in one.standings
    ]
    return (
        one.table,
        one.name,
        one.industry,
        one.prefecture,
        "\n".join(held) or roles[None],
        "\n".join(one.reasons),
        one.email,
    )


def _part(line: AgendaLine, names: Sequence[str]) -> Row:
    passed = _("%(start)d分〜%(end)d分") % {"start": line.from_minute, "end": line.until_minute}
    return _times(line.starts, line.ends) or passed, line.minutes, line.title, line.text, "\n".join(names)


def _times(start: dt.time | None, end: dt.time | None) -> str:
    return _("%(start)s〜%(end)s") % {"start": f"{start:%H:%M}", "end": f"{end:%H:%M}"} if start and end else ""


def _actions(context: WorkshopContext) -> Iterator[Row]:
    for topic in context.handout.topics:
        asked = {question.id: question.text for question in topic.questions}
        for action in topic.actions:
            yield (
                topic.title,
                action.title,
                action.first_step,
                action.cost_low,
                action.cost_high,
                action.person_days,
                action.weeks,
                department(action.owner),
                "\n".join(f"{name} {asked[name]}" for name in action.raises),
                action.assumption,
            )


def _questions_and_clauses(context: WorkshopContext) -> Iterator[Row]:
    for topic in context.handout.topics:
        for question in topic.questions:
            yield topic.title, _("設問"), question.id, question.text, "", "", ""
        for clause in topic.clauses:
            words = f"{clause.heading}\n{clause.text}"
            place = f"{clause.place}\n{clause.url}"
            yield topic.title, _("条項"), clause.id, words, clause.document, place, certainty(clause.certainty)


def _cautions(context: WorkshopContext) -> Iterator[Row]:
    for found in context.handout.cautions:
        yield found.title, found.intro, ""
        for item in found.items:
            words = [item.text, item.caution, item.note]
            yield item.name, "\n".join(text for text in words if text), certainty(item.certainty)
        for window in found.windows:
            words = [window.topics, window.contact, window.url]
            yield _("相談先：%(name)s") % {"name": window.name}, "\n".join(text for text in words if text), ""
        yield _("出典"), f"{found.source}\n{found.url}", ""
