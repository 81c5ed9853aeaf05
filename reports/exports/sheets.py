"""The sheets of the export's workbook: the same rows as the JSON files, worded for a person to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.exports import sheet_rows
from reports.exports.holdings import Holdings
from reports.exports.sheet_rows import Values

NARROW, MIDDLE, WIDE = 12, 22, 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its columns with their widths in characters, and its rows."""

    name: Promise
    columns: tuple[tuple[Promise, int], ...]
    rows: Callable[[Holdings], Values]


_ASSESSMENT = (_("診断"), NARROW)
_QUESTION = ((_("設問ID"), NARROW), (_("設問"), WIDE))
_ANSWER = (
    (_("段階"), NARROW),
    (_("答え"), WIDE),
    (_("該当なしの理由"), MIDDLE),
    (_("メモ"), WIDE),
    (_("実施しない理由・予定"), WIDE),
)
_SORTED_BY = (
    (_("業種"), MIDDLE),
    (_("従業員数"), MIDDLE),
    (_("年間の売上高"), MIDDLE),
    (_("都道府県"), MIDDLE),
)
_BY, _AT = (_("した人"), MIDDLE), (_("日時"), MIDDLE)
SHEETS: tuple[Sheet, ...] = (
    Sheet(_("会社"), ((_("項目"), MIDDLE), (_("内容"), WIDE)), sheet_rows.company),
    Sheet(
        _("人"),
        (
            (_("氏名"), MIDDLE),
            (_("メールアドレス"), MIDDLE),
            (_("役割"), MIDDLE),
            (_("加わった日時"), MIDDLE),
        ),
        sheet_rows.people,
    ),
    Sheet(
        _("診断"),
        (
            _ASSESSMENT,
            (_("設問票"), MIDDLE),
            (_("状態"), MIDDLE),
            (_("引き継いだ元の診断"), MIDDLE),
            (_("はじめた人"), MIDDLE),
            _AT,
        ),
        sheet_rows.assessments,
    ),
    Sheet(
        pgettext_lazy("what was answered", "回答"),
        (_ASSESSMENT, *_QUESTION, *_ANSWER, (_("答えた人"), MIDDLE), _AT),
        sheet_rows.answers,
    ),
    Sheet(
        _("提出と点数"),
        (
            _ASSESSMENT,
            (_("提出の回数"), NARROW),
            (_("提出した日時"), MIDDLE),
            (_("提出した人"), MIDDLE),
            (_("設問票"), MIDDLE),
            (_("三つの点数"), MIDDLE),
            (_("点数"), NARROW),
            (_("幅の下"), NARROW),
            (_("幅の上"), NARROW),
            (_("段階"), NARROW),
            (_("申請・確認・承認"), WIDE),
        ),
        sheet_rows.submissions,
    ),
    Sheet(
        _("提出した回答"), (_ASSESSMENT, (_("提出の回数"), NARROW), *_QUESTION, *_ANSWER), sheet_rows.submitted_answers
    ),
    Sheet(
        _("版の引き継ぎ"),
        (_ASSESSMENT, *_QUESTION, (_("引き継ぎ"), MIDDLE), (_("前の版での答え"), WIDE)),
        sheet_rows.carried,
    ),
    Sheet(
        _("取り込む前の表"),
        (_ASSESSMENT, *_QUESTION, *_ANSWER, (_("ファイル"), MIDDLE), _BY, _AT),
        sheet_rows.uploads,
    ),
    Sheet(_("担当"), (_ASSESSMENT, *_QUESTION, (_("答える人"), MIDDLE), _BY, _AT), sheet_rows.assignments),
    Sheet(_("コメント"), (_ASSESSMENT, *_QUESTION, (_("内容"), WIDE), _BY, _AT), sheet_rows.comments),
    Sheet(
        _("あとで見る印と聞き返し"),
        (
            _ASSESSMENT,
            *_QUESTION,
            (_("種類"), MIDDLE),
            (_("内容"), WIDE),
            (_("尋ねた相手"), MIDDLE),
            _BY,
            _AT,
            (_("済みにした人"), MIDDLE),
            (_("済みにした日時"), MIDDLE),
        ),
        sheet_rows.followups,
    ),
    Sheet(_("申請と確認"), (_ASSESSMENT, (_("種類"), MIDDLE), _BY, _AT), sheet_rows.approvals),
    Sheet(
        _("証拠のファイル"),
        (
            _ASSESSMENT,
            *_QUESTION,
            (_("ファイル名"), MIDDLE),
            (_("種類"), MIDDLE),
            (_("大きさ（バイト）"), MIDDLE),
            _BY,
            _AT,
            (_("ZIPの中の場所"), WIDE),
        ),
        sheet_rows.evidence,
    ),
    Sheet(
        _("PDF"),
        (
            _ASSESSMENT,
            (_("提出の回数"), NARROW),
            (_("種類"), MIDDLE),
            (_("言語"), NARROW),
            (_("状態"), MIDDLE),
            (_("頼んだ人"), MIDDLE),
            _AT,
            (_("ZIPの中の場所"), WIDE),
        ),
        sheet_rows.reports,
    ),
    Sheet(
        _("招待"),
        (
            (_("メールアドレス"), MIDDLE),
            (_("役割"), MIDDLE),
            (_("招待した人"), MIDDLE),
            _AT,
            (_("期限"), MIDDLE),
            (_("加わった日時"), MIDDLE),
            (_("取り消した日時"), MIDDLE),
        ),
        sheet_rows.invitations,
    ),
    Sheet(
        _("参加先"),
        ((_("ネットワーク・相談窓口"), WIDE), (_("参加した日時"), MIDDLE), (_("終わった日時"), MIDDLE)),
        sheet_rows.affiliations,
    ),
    Sheet(
        _("共有の同意"),
        (
            (_("相手"), MIDDLE),
            (_("共有する物"), MIDDLE),
            (_("目的"), WIDE),
            (_("期限"), MIDDLE),
            (_("同意した人"), MIDDLE),
            _AT,
            (_("取り消した人"), MIDDLE),
            (_("取り消した日時"), MIDDLE),
        ),
        sheet_rows.consents,
    ),
    Sheet(
        _("診断の回"),
        (
            (_("ネットワーク"), MIDDLE),
            (_("回の名前"), MIDDLE),
            (_("名簿の会社名"), MIDDLE),
            (_("法人番号"), MIDDLE),
            (_("メールアドレス"), MIDDLE),
            *_SORTED_BY,
            (_("名簿に入ったわけ"), MIDDLE),
            (_("名簿に入った日時"), MIDDLE),
            (_("招待された日時"), MIDDLE),
            (_("加わった日時"), MIDDLE),
        ),
        sheet_rows.rounds,
    ),
    Sheet(
        _("数えられた集計"),
        (
            (_("ネットワーク"), MIDDLE),
            (_("回の名前"), MIDDLE),
            (_("種類"), MIDDLE),
            _ASSESSMENT,
            (_("提出の回数"), NARROW),
        ),
        sheet_rows.counted,
    ),
    Sheet(
        _("相談窓口とのやりとり"),
        (
            (_("相談窓口"), MIDDLE),
            (_("種類"), MIDDLE),
            (_("設問"), NARROW),
            (_("尋ねられたこと・署名した人"), WIDE),
            (_("返事・ファイル"), WIDE),
            _BY,
            _AT,
        ),
        sheet_rows.advice,
    ),
    Sheet(_("集計での会社の区分"), (_ASSESSMENT, (_("提出の回数"), NARROW), *_SORTED_BY), sheet_rows.outlines),
    Sheet(
        _("記録"),
        (
            (_("番号"), NARROW),
            _AT,
            _BY,
            (_("ネットワーク・相談窓口"), MIDDLE),
            (_("できごと"), WIDE),
        ),
        sheet_rows.log,
    ),
)
