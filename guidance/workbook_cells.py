"""PURE. One cell of a catalog's workbook: a field's value as what stands in the cell, and back without loss."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any
from unicodedata import normalize

import yaml

from guidance.reading import Loc
from guidance.safe_cells import LONGEST_CELL
from guidance.workbook import YES, Column

CellValue = str | int | dt.date | None
Fault = Callable[[str, str], None]
"""Takes the Japanese and the English wording of what is wrong with the cell."""

# Control signs, and what spreadsheets read as the code of one sign (_x000D_).
UNSTORABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|x005F_|_x[0-9A-Fa-f]{4}_")
MORE = "　"  # starts a further line of the same item
FLAGS = {"はい": True, "true": True, "yes": True, "○": True, "いいえ": False, "false": False, "no": False}
DEEPEST = 20


class Unstorable(ValueError):
    """No cell can hold this text."""


# --- into a cell --------------------------------------------------------------------------------------------------


def at(item: Any, path: Loc) -> Any:
    """The value at `path` in plain data, or None."""
    for step in path:
        if isinstance(step, int):
            item = item[step] if isinstance(item, list) and step < len(item) else None
        else:
            item = item.get(step) if isinstance(item, dict) else None
    return item


def cell_value(column: Column, item: dict[str, Any]) -> CellValue:
    """What stands in the cell for a field of a row's item. Raises Unstorable."""
    if column.kind == "texts":
        *owner, language = column.path
        return _stored(_lines([text.get(language) for text in at(item, tuple(owner)) or ()]))
    value = at(item, column.path)
    if value is None:
        return None
    if column.kind == "ids":
        return ", ".join(value) or None
    if column.kind == "flag":
        return YES if value else None
    if column.kind == "choice":
        return shown(column, value)
    if column.kind == "condition":
        return _stored(flow(value))
    if column.kind == "raises":
        return "\n".join(f"{part['question']}: {part['to']}" for part in value) or None
    if isinstance(value, str):
        return _stored(value)
    whole: int | dt.date = value
    return whole


def shown(column: Column, key: str) -> str:
    """A key of a closed list with its words: 購買 (purchasing)."""
    words = (column.choices or {}).get(key)
    return f"{words} ({key})" if words else key


def flow(value: Any) -> str:
    """Plain data in one line of YAML."""
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False)
    return text.strip()


def _lines(items: Sequence[str | None]) -> str:
    """One item a line; the further lines of an item start with a full-width space; an empty line is no text."""
    return "\n".join((item or "").replace("\n", f"\n{MORE}") for item in items)


def _stored(text: str) -> str:
    if UNSTORABLE.search(text) or len(text) > LONGEST_CELL:
        raise Unstorable(text)
    return text


# --- out of a cell ------------------------------------------------------------------------------------------------


def field_value(column: Column, value: Any, fault: Fault) -> Any:
    """The field's value as plain data, None for an empty cell; of `texts` the items, "" for one without text.

    What cannot be read is told to `fault`.
    """
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        if column.kind == "texts":
            return _items(value.rstrip()) or None
        value = value.strip() or None
    if value is None:
        return None
    if column.kind == "number":
        return _number(value)
    if column.kind == "flag":
        return _flag(value, fault)
    if column.kind == "date":
        return value.date() if isinstance(value, dt.datetime) and value.time() == dt.time() else value
    if not isinstance(value, str):
        fault(
            "文字ではなく数や日付になっています。セルの書式を「文字列」にして書き直してください",
            "this is a number or a date, not text; set the cell's format to Text and write it again",
        )
        return [str(value)] if column.kind in {"texts", "ids"} else str(value)
    if column.kind == "ids":
        return re.split(r"[,、，\s]+", value.strip(",、，"))
    if column.kind == "choice":
        return _choice(value)
    if column.kind == "condition":
        return _condition(value, fault)
    if column.kind == "raises":
        return _raises(value, fault)
    return value


def _items(value: str) -> list[str]:
    items: list[str] = []
    for line in value.split("\n") if value else ():
        if line.startswith(MORE) and items:
            items[-1] += "\n" + line.removeprefix(MORE)
        else:
            items.append(line)
    return items


def _number(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        digits = normalize("NFKC", value).replace(",", "").strip()
        return int(digits) if re.fullmatch(r"-?[0-9]{1,15}", digits) else value
    return value


def _flag(value: Any, fault: Fault) -> bool | None:
    known = FLAGS.get(str(value).strip().casefold())
    if known is None:
        fault(
            f"「{value}」は使えません。「{YES}」か空欄にしてください", f"{value!r}: write {YES} (yes) or leave it empty"
        )
    return known


def _choice(value: str) -> str:
    """The key in brackets at the end of `購買 (purchasing)`; without brackets what stands there."""
    found = re.search(r"\(([^()]+)\)$", normalize("NFKC", value))
    return found[1].strip() if found else value


def _raises(value: str, fault: Fault) -> list[dict[str, Any]]:
    found = []
    for line in filter(None, map(str.strip, normalize("NFKC", value).split("\n"))):
        parts = re.fullmatch(r"(\S+?)\s*(?::|→|->)\s*([0-9]+)", line)
        if parts is None:
            fault(
                f"「{line}」を読めません。1行に「設問のid: 段階」の形で書いてください（例 A-VIS-01: 3）",
                f"cannot read {line!r}; write one 'question id: level' a line, such as A-VIS-01: 3",
            )
        else:
            found.append({"question": parts[1], "to": int(parts[2])})
    return found


def _condition(value: str, fault: Fault) -> Any:
    """The condition of a cell. Names that lead elsewhere (&, *) are refused: they can swell to any size."""
    try:
        node = yaml.compose(value, Loader=yaml.SafeLoader)
        _plain(node, 0)
        return None if node is None else yaml.constructor.SafeConstructor().construct_document(node)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = str(getattr(error, "problem", None) or error)
        fault(
            f"条件の書き方が誤っています（{said}）。例 {{profile: exports, is: true}}",
            f"the condition is not well written ({said}); for example {{profile: exports, is: true}}",
        )
        return None


def _plain(node: yaml.Node | None, depth: int, seen: set[int] | None = None) -> None:
    """Raises ValueError for what a condition never needs: aliases, a key twice, deep nesting."""
    seen = set() if seen is None else seen
    if depth > DEEPEST:
        raise ValueError("入れ子が深すぎます / nested too deeply")
    if id(node) in seen:
        raise ValueError("& と * は使えません / & and * are not allowed")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(keys) < len(node.value) or len(set(keys)) < len(keys):
            raise ValueError("同じ名前が二度あります / a key stands twice")
        for _, part in node.value:
            _plain(part, depth + 1, seen)
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            _plain(part, depth + 1, seen)
