"""What the audit log says in words: each verb as a sentence, and each fault that a check found."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from organisations.audit import Verb
from organisations.sealing import Fault


class Topic(StrEnum):
    """By what a company's page sorts its lines."""

    SHARING = "sharing"
    READS = "reads"
    PEOPLE = "people"
    ASSESSMENT = "assessment"
    DATA = "data"


TOPIC_NAMES = {
    Topic.SHARING: _("外部への共有"),
    Topic.READS: _("外部の人が見たもの"),
    Topic.PEOPLE: _("人と役割"),
    Topic.ASSESSMENT: _("診断と証拠"),
    Topic.DATA: _("報告書・持ち出し・削除"),
}
VERBS_OF: Mapping[Topic, tuple[Verb, ...]] = {
    Topic.SHARING: (Verb.AFFILIATED, Verb.AFFILIATION_ENDED, Verb.GRANTED, Verb.REVOKED),
    Topic.READS: (Verb.READ, Verb.FIGURES_READ, Verb.FIGURES_TAKEN, Verb.COPY_ORDERED, Verb.COPY_TAKEN),
    Topic.PEOPLE: (
        Verb.COMPANY_FOUNDED,
        Verb.INVITED,
        Verb.INVITATION_REVOKED,
        Verb.JOINED,
        Verb.ROLE_CHANGED,
        Verb.LEFT,
    ),
    Topic.ASSESSMENT: (
        Verb.APPLIED,
        Verb.CHECKED,
        Verb.SUBMITTED,
        Verb.REOPENED,
        Verb.EVIDENCE_ADDED,
        Verb.EVIDENCE_REMOVED,
        Verb.REVIEW_OPENED,
        Verb.REVIEW_FINISHED,
        Verb.REVIEW_REOPENED,
        Verb.ENQUIRED,
        Verb.REPLIED,
    ),
    Topic.DATA: (
        Verb.REPORT_ORDERED,
        Verb.REPORT_TAKEN,
        Verb.REPORT_SIGNED,
        Verb.REPORT_RETURNED,
        Verb.REPORT_RELEASED,
        Verb.SIGNED_REPORT_TAKEN,
        Verb.DATA_TAKEN,
        Verb.EXPORTED,
        Verb.DELETION_ASKED,
        Verb.DELETION_CANCELLED,
        Verb.DELETED,
    ),
}
"""The verbs of the lines that a company reads. The others stand in lines that are for nobody's page."""

SENTENCES: Mapping[Verb, Any] = {
    Verb.COMPANY_FOUNDED: _("会社を登録しました。"),
    Verb.INVITED: _("%(role)sとして人を招待しました。"),
    Verb.INVITATION_REVOKED: _("招待を取り消しました。"),
    Verb.JOINED: _("%(role)sとして加わりました。"),
    Verb.ROLE_CHANGED: _("%(target)sの役割を、%(before)sから%(after)sに変えました。"),
    Verb.LEFT: _("%(target)sを会社から外しました。"),
    Verb.AFFILIATED: _("%(body)sに加わりました。"),
    Verb.AFFILIATION_ENDED: _("%(body)sから抜けました。共有もすべて終わりました。"),
    Verb.GRANTED: _("%(body)sに%(what)sを見せることにしました（%(until)sまで）。"),
    Verb.REVOKED: _("%(body)sに%(what)sを見せるのをやめました。"),
    Verb.READ: _("%(what)sを見ました。%(about)s"),
    Verb.FIGURES_READ: _("集計（会社名つきの結果を含む）を見ました。%(about)s"),
    Verb.FIGURES_TAKEN: _("集計（会社名つきの結果を含む）のファイルを受け取りました。%(about)s"),
    Verb.COPY_ORDERED: _("自社が共有した範囲の報告書（PDF）を作るよう頼みました。%(about)s"),
    Verb.COPY_TAKEN: _("自社が共有した範囲の報告書（PDF）を受け取りました。%(about)s"),
    Verb.APPLIED: _("回答の確認を申請しました。"),
    Verb.CHECKED: _("回答を確認しました。"),
    Verb.SUBMITTED: _("診断を提出しました。%(about)s"),
    Verb.REOPENED: _("提出した診断の回答を開き直しました。"),
    Verb.EVIDENCE_ADDED: _("証拠のファイルを加えました。%(about)s"),
    Verb.EVIDENCE_REMOVED: _("証拠のファイルを消しました。"),
    Verb.REPORT_ORDERED: _("行動計画書（PDF）を作りました。%(about)s"),
    Verb.REPORT_TAKEN: _("行動計画書（PDF）を受け取りました。%(about)s"),
    Verb.REVIEW_OPENED: _("相談窓口として、提出された診断の確認を始めました。%(about)s"),
    Verb.REVIEW_FINISHED: _("相談窓口として、提出された診断の確認を終えました。%(about)s"),
    Verb.REVIEW_REOPENED: _("相談窓口として、終えた確認を開き直しました。%(about)s"),
    Verb.ENQUIRED: _("相談窓口として、回答について会社に尋ねました。%(about)s"),
    Verb.REPLIED: _("相談窓口からの問い合わせに返事をしました。%(about)s"),
    Verb.REPORT_SIGNED: _("相談窓口の報告書に署名しました。%(about)s"),
    Verb.REPORT_RETURNED: _("相談窓口の報告書を差し戻しました。%(about)s"),
    Verb.REPORT_RELEASED: _("相談窓口の報告書が確定しました。%(about)s"),
    Verb.SIGNED_REPORT_TAKEN: _("相談窓口の報告書（PDF・Word・データ）を受け取りました。%(about)s"),
    Verb.DATA_TAKEN: _("診断をデータ（表など）で受け取りました。%(about)s"),
    Verb.EXPORTED: _("会社のデータを持ち出しました。"),
    Verb.DELETION_ASKED: _("会社の削除を申し込みました。"),
    Verb.DELETION_CANCELLED: _("会社の削除を取りやめました。"),
    Verb.DELETED: _("会社を削除しました。"),
}
LEFT_BY_ONESELF = _("会社から抜けました。")
SOMETHING_ELSE = _("そのほかの操作をしました。")
SOMEBODY_GONE = _("退会した人")
NOBODY = _("サービスの処理")
WITHOUT_A_NAME = _("名前を登録していない人")
BODY_GONE = _("いまはない団体")

FAULTS = {
    "changed": _("%(number)d行目：中身が、書いたときから変わっています。"),
    "missing": _("%(number)d行目：この行がありません。"),
    "missing more": _("%(number)d行目から%(until)d行目まで：これらの行がありません。"),
    "inserted": _("%(number)d行目：あとから差し込まれた行です。"),
    "head": _("%(number)d行目より後：記録の長さを示す値が変わっています。この後の行が消されたかもしれません。"),
    "kept": _("%(number)d行目：控えておいた値と違います。記録が丸ごと書き直されたかもしれません。"),
    "unreadable": _("%(number)d行目：読めない値が入っています。これより後は確かめていません。"),
}


def fault_words(fault: Fault) -> str:
    """A fault in the language of the moment, with the number of its line."""
    kind = "missing more" if fault.kind == "missing" and fault.until > fault.number else fault.kind
    return str(FAULTS[kind]) % {"number": fault.number, "until": fault.until}


def whole_words(lines: int) -> str:
    """That a log of so many lines is what was written."""
    return gettext("%(lines)d行すべて、書いたときのままです。") % {"lines": lines}


def broken_words(faults: int, lines: int) -> str:
    """That a log of so many lines has so many faults."""
    return gettext("%(lines)d行のうち、%(faults)d件の誤りが見つかりました。") % {"lines": lines, "faults": faults}
