"""What the rows of an order are called on a page and in the index of its ZIP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from reports.models import BatchItem, FileJob

State, Reason = BatchItem.State, FileJob.Reason
STATE_NAMES: Mapping[str, Any] = {
    State.WAITING: _("順番待ち"),
    State.DONE: _("できています"),
    State.FAILED: _("作れませんでした"),
    State.WITHDRAWN: _("渡せません"),
    State.CANCELLED: _("取り消し"),
}
PRINTING = _("印刷中")
REASON_NAMES: Mapping[str, Any] = {
    Reason.RENDERING: _("紙面を組めませんでした。詳しい理由を管理者に伝えてください。"),
    Reason.FONT: _("印刷用の書体が見つかりません。管理者が戻したあと、もう一度作れます。"),
    Reason.TIME: _("時間内に終わりませんでした。もう一度作ってください。"),
    Reason.STORAGE: _(
        "ファイルを保存できなかったか、保管場所から失われました。空き容量を確かめてから、もう一度作ってください。"
    ),
    Reason.UNEXPECTED: _("思いがけない不具合で止まりました。もう一度作っても同じときは、管理者に連絡してください。"),
    Reason.UNSTEADY: _("作っているあいだに内容が変わり続けました。少し待って、もう一度作ってください。"),
    Reason.WITHDRAWN: _("会社が共有を終えました。"),
}
GONE = _("（いまは所属していない会社）")
LANGUAGE_NAMES: Mapping[str, Any] = {"ja": _("日本語"), "en": _("英語")}


def why(state: str, reason: str) -> str:
    """Why a row has no file, in a sentence; empty where there is nothing to say."""
    if state in {State.FAILED, State.WITHDRAWN}:
        return str(REASON_NAMES.get(reason, REASON_NAMES[Reason.UNEXPECTED]))
    return ""


def why_halted(reason: str) -> str:
    """Why the rest of an order was called off by itself."""
    return str(_("続けて作れなかったので、残りを止めました。直したあと、止まったところから作れます。")) + str(
        REASON_NAMES[reason]
    )


def in_words(minutes: int) -> str:
    """A time that is left: 「およそ12分」, 「およそ2時間10分」."""
    if minutes < 60:
        return str(_("およそ%(minutes)d分")) % {"minutes": max(1, minutes)}
    rounded = -(-minutes // 10) * 10
    return str(_("およそ%(hours)d時間%(minutes)d分")) % {"hours": rounded // 60, "minutes": rounded % 60}
