"""What codes and rows of the export are called in the workbook, in the language of the moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guidance.catalog import Catalog, Question
from guidance.registry import UnknownCatalog, get_catalog
from organisations.models import User

STATES: Mapping[str, Promise] = {
    "open": gettext_lazy("回答中"),
    "submitted": gettext_lazy("提出済み"),
    "superseded": gettext_lazy("新しい版に移った"),
    "copied": gettext_lazy("そのまま引き継いだ"),
    "queued": gettext_lazy("確認をお願いした"),
    "kept": gettext_lazy("前の版に残した"),
    "later": gettext_lazy("あとで見る"),
    "ask-back": gettext_lazy("聞き返し"),
    "applied": gettext_lazy("申請"),
    "checked": gettext_lazy("確認"),
    "approved": gettext_lazy("承認"),
    "waiting": gettext_lazy("順番待ち"),
    "running": gettext_lazy("作成中"),
    "done": gettext_lazy("できあがり"),
    "failed": gettext_lazy("作れなかった"),
    "list": gettext_lazy("ネットワークの名簿から"),
    "code": gettext_lazy("会社が自分で加わった"),
    "member": gettext_lazy("前からの会員"),
    "action-plan": gettext_lazy("行動計画"),
}


def state(code: str) -> str:
    """The word for a code of a row; the code itself where it has none."""
    return str(STATES.get(code, code))


def who(user: User | None) -> str:
    """A person's name or address; of somebody whose account is gone, that."""
    return str(user) if user is not None else _("退会した人")


def when(moment: dt.datetime | None) -> dt.datetime | None:
    """The moment as a wall clock in Japan shows it: spreadsheets know no time zones."""
    return timezone.localtime(moment).replace(tzinfo=None, microsecond=0) if moment else None


def question_of(catalog_ref: str, question_id: str) -> Question | None:
    """The question as the version asked it; None where that version or question is not at hand any more."""
    catalog = catalog_of(catalog_ref)
    return catalog.questions.get(question_id) if catalog else None


def catalog_of(catalog_ref: str) -> Catalog | None:
    try:
        return get_catalog(catalog_ref)
    except UnknownCatalog:
        return None


def asked(catalog_ref: str, question_id: str) -> str:
    """The words of a question; its id where they are not at hand."""
    question = question_of(catalog_ref, question_id)
    return question.text.get(get_language() or "ja") if question else question_id


def said(catalog_ref: str, question_id: str, kind: str, level: int | None) -> str:
    """What was chosen, in words."""
    if kind == "unknown":
        return _("わからない")
    if kind == "na":
        return _("該当なし")
    if kind != "level" or level is None:
        return _("（選んでいない）")
    question = question_of(catalog_ref, question_id)
    return question.levels[level].get(get_language() or "ja") if question else str(level)


def kind_of(entry: Mapping[str, Any]) -> str:
    """The kind of a frozen answer, as contracts §2 writes it."""
    return next((kind for kind in ("level", "unknown", "na") if kind in entry), "none")
