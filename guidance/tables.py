"""The entries of a reference list as the rows of a table: which columns each kind has, and their words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guidance import reference
from guidance.catalog import Action, Question, Text
from guidance.connections import Connections
from guidance.templatetags.words import say

Words = Sequence[str]
Column = tuple[str | Promise, Callable[[Any, dt.date], Words]]

TECHNOLOGY_STATES = {"listed": gettext_lazy("告示済み"), "proposed": gettext_lazy("追加案")}
CONTROL_STATES = {
    "controlled": gettext_lazy("資料の時点で規制の対象"),
    "suspended": gettext_lazy("一時停止中"),
    "unknown": gettext_lazy("いまの状態は未確認"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with its cells (column, lines of words), and the questions and actions that point to it."""

    entry: reference.Entry
    cells: tuple[tuple[str, Words], ...]
    address: str
    stale: bool
    questions: tuple[Question, ...]
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A list as a table; a column that no entry fills is left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def pointed_at(self) -> bool:
        return any(row.questions or row.actions for row in self.rows)


def table(owner: reference.ReferenceList, connections: Connections, today: dt.date) -> Table:
    """The entries of `owner`; `today` decides what needs checking and which suspensions have ended."""
    columns = (*COLUMNS[type(owner)], *COMMON)
    filled = [
        (str(label), values)
        for label, words in columns
        if any(values := [tuple(words(item, today)) for item in owner.items])
    ]
    rows = tuple(
        Row(
            item,
            tuple((label, values[number]) for label, values in filled),
            getattr(item, "url", None) or "",
            item.checked_on is not None and reference.needs_checking(item.checked_on, today),
            connections.questions_at.get(item.id, ()),
            connections.actions_at.get(item.id, ()),
        )
        for number, item in enumerate(owner.items)
    )
    return Table(tuple(label for label, _values in filled), rows)


def _said(*names: str) -> Callable[[Any, dt.date], Words]:
    """The texts of these fields, one line each."""

    def words(item: Any, today: dt.date) -> Words:
        found = (getattr(item, name) for name in names)
        return [say(text) for text in chain.from_iterable(_texts(value) for value in found)]

    return words


def _texts(value: Text | tuple[Text, ...] | None) -> tuple[Text, ...]:
    return () if value is None else (value,) if isinstance(value, Text) else value


def _approvals(item: Any, today: dt.date) -> Words:
    return [] if item.approvals is None else [str(item.approvals)]


def _technology_state(item: reference.Technology, today: dt.date) -> Words:
    return [str(TECHNOLOGY_STATES[item.status])]


def _announced(item: reference.ExportControl, today: dt.date) -> Words:
    return [item.announced.replace("-", "/")]


def _control_state(item: reference.ExportControl, today: dt.date) -> Words:
    words = [str(CONTROL_STATES[item.state])]
    if end := item.suspended_until:
        day = {"day": date_format(end, "Y/m/d")}
        past = _("停止の期限（%(day)s）を過ぎています。いまの扱いは未確認です。") % day
        words = [past] if end < today else [*words, _("停止の期限：%(day)s") % day]
    return [*words, *([say(item.state_note)] if item.state_note else [])]


def _band(item: reference.Threshold, today: dt.date) -> Words:
    """From where to where the index lies."""
    values = {"above": item.above, "up_to": item.up_to}
    if item.above is not None and item.up_to is not None:
        return [_("%(above)sを超え、%(up_to)s以下") % values]
    if item.above is not None:
        return [_("%(above)sを超える") % values]
    return [_("%(up_to)s以下") % values] if item.up_to is not None else []


def _checked(item: reference.Entry, today: dt.date) -> Words:
    return [] if item.checked_on is None else [date_format(item.checked_on, "Y/m/d")]


def _certainty(item: reference.Entry, today: dt.date) -> Words:
    return [item.certainty]


COMMON: tuple[Column, ...] = (
    (gettext_lazy("注記"), _said("note")),
    (gettext_lazy("確度"), _certainty),
    (gettext_lazy("確かめた日"), _checked),
)
COLUMNS: dict[type[reference.ReferenceList], tuple[Column, ...]] = {
    reference.Materials: (
        (gettext_lazy("所管"), _said("ministry")),
        (gettext_lazy("対象の品目"), _said("products")),
        (gettext_lazy("支援の内容"), _said("support")),
        (gettext_lazy("認定された計画の数"), _approvals),
        (gettext_lazy("指定された時期"), _said("designated")),
    ),
    reference.Technologies: ((gettext_lazy("告示の状態"), _technology_state),),
    reference.ExportControls: (
        (gettext_lazy("国"), _said("country")),
        (gettext_lazy("対象の鉱物"), _said("minerals")),
        (gettext_lazy("公表された時期"), _announced),
        (gettext_lazy("内容"), _said("text")),
        (gettext_lazy("いまの状態"), _control_state),
    ),
    reference.Thresholds: ((gettext_lazy("範囲"), _band), (gettext_lazy("内容"), _said("text"))),
    reference.Designations: ((gettext_lazy("要件"), _said("text")), (gettext_lazy("自社への問い"), _said("prompt"))),
    reference.Cautions: ((gettext_lazy("内容"), _said("text")), (gettext_lazy("気をつけること"), _said("caution"))),
    reference.Windows: ((gettext_lazy("相談できること"), _said("topics")), (gettext_lazy("連絡先"), _said("contact"))),
}
