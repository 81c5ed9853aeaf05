"""PURE. YAML with positions: plain data, plus the file and line of every value, with `include`d list items in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from guidance.problems import Problem

Loc = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """The data of one YAML document, where each value stands, and the faults found while reading."""

    data: Any = None
    lines: dict[Loc, tuple[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    unread: bool = False
    """Part of the document could not be read, so what seems to be missing may stand there."""

    def place(self, loc: Loc) -> tuple[str, int]:
        """File and line of `loc`, or of the nearest value that holds it."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, (self.files[0].name if self.files else "?", 1))

    def told(self, loc: Loc, ja: str, en: str) -> Problem:
        """What is to be said of the value at `loc`, with its place."""
        file, line = self.place(loc)
        return Problem(file, line, describe(self.data, loc), ja, en)

    def problem(self, loc: Loc, ja: str, en: str) -> None:
        self.problems.append(self.told(loc, ja, en))


def describe(data: Any, loc: Loc) -> str:
    """A path to follow, list items by their id where they have one: `questions[A-SRC-01].levels[2].ja`."""
    words = ""
    for step in loc:
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
            name = data.get("id") if isinstance(data, dict) else None
            words += f"[{name if isinstance(name, str) else step}]"
        else:
            data = data.get(step) if isinstance(data, dict) else None
            words += f".{step}" if words else step
    return words


def read(path: Path, *, shown_as: str | None = None) -> Document:
    """Read one YAML file. Faults of syntax, repeated keys and broken includes are collected in `problems`."""
    document = Document()
    reader = _Reader(document, path.parent, Path(shown_as or path.name).parent)
    document.data = reader.file(path.name, (), frozenset())
    return document


class _Reader:
    def __init__(self, document: Document, folder: Path, shown_folder: Path) -> None:
        self.document = document
        self.folder = folder
        self.shown_folder = shown_folder
        self.scalars = yaml.constructor.SafeConstructor()

    def file(self, name: str, loc: Loc, opened: frozenset[str]) -> Any:
        shown = str(self.shown_folder / name)
        path = self.folder / name
        self.document.files.append(path)
        self.document.lines.setdefault(loc, (shown, 1))
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return self._fault(shown, 0, "ファイルがありません", "there is no such file")
        except (OSError, ValueError) as error:
            return self._fault(
                shown, 0, f"UTF-8 のファイルとして読めません（{error}）", f"not readable as UTF-8 ({error})"
            )
        try:
            node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            return None if node is None else self.value(node, loc, shown, opened | {name})
        except RecursionError:
            return self._fault(
                shown,
                0,
                "入れ子が深すぎるか、自分自身を指しています",
                "nested too deeply, or leading back to itself",
            )
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            said = getattr(error, "problem", None) or str(error)
            return self._fault(
                shown,
                mark.line + 1 if mark else 0,
                f"YAML の書き方が誤っています（{said}）",
                f"not valid YAML ({said})",
            )

    def value(self, node: yaml.Node, loc: Loc, shown: str, opened: frozenset[str]) -> Any:
        self.document.lines[loc] = (shown, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, loc, shown, opened)
        if isinstance(node, yaml.SequenceNode):
            items: list[Any] = []
            for child in node.value:
                self._item(items, child, loc, shown, opened)
            return items
        try:
            return self.scalars.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, KeyError, AttributeError, IndexError, TypeError) as error:
            # PyYAML's constructors leave with whatever their parsing met.
            return self._fault(
                shown,
                node.start_mark.line + 1,
                f"値「{node.value}」を読めません（{error}）",
                f"cannot read the value {node.value!r} ({error})",
            )

    def _mapping(self, node: yaml.MappingNode, loc: Loc, shown: str, opened: frozenset[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault(shown, line, "キーは文字で書いてください", "a key must be plain text")
                continue
            key = str(key_node.value)
            if key in found:
                self._fault(
                    shown,
                    line,
                    f"キー「{key}」が同じ場所に二度あります。一つにしてください",
                    f"the key {key!r} stands twice in one place; keep one",
                )
                continue
            found[key] = self.value(value_node, (*loc, key), shown, opened)
            self.document.lines[(*loc, key)] = (shown, line)
        return found

    def _item(self, items: list[Any], node: yaml.Node, loc: Loc, shown: str, opened: frozenset[str]) -> None:
        """One list item; `{include: file}` is replaced by the file's mapping, or by the items of the file's list."""
        name = _included(node)
        if name is None:
            items.append(self.value(node, (*loc, len(items)), shown, opened))
            return
        line = node.start_mark.line + 1
        if Path(name).name != name or name in {"", ".", ".."} or "\0" in name:
            self._fault(
                shown,
                line,
                f"include「{name}」は同じフォルダーのファイル名で書いてください",
                f"include {name!r}: name a file in the same folder",
            )
            return
        if name in opened:
            self._fault(
                shown, line, f"include「{name}」が自分自身に戻っています", f"include {name!r} leads back to itself"
            )
            return
        base = (*loc, len(items))
        part = _Reader(Document(), self.folder, self.shown_folder)
        data = part.file(name, (), opened)
        self.document.unread |= data is None or part.document.unread
        self.document.files.extend(part.document.files)
        self.document.problems.extend(part.document.problems)
        if isinstance(data, list):
            for found, place in part.document.lines.items():
                if found and isinstance(found[0], int):
                    self.document.lines[(*loc, len(items) + found[0], *found[1:])] = place
            items.extend(data)
        elif data is not None:
            for found, place in part.document.lines.items():
                self.document.lines[(*base, *found)] = place
            items.append(data)
        elif not part.document.problems:
            self._fault(shown, line, f"include「{name}」の中身が空です", f"include {name!r} is empty")

    def _fault(self, shown: str, line: int, ja: str, en: str) -> None:
        self.document.problems.append(Problem(shown, line, "", ja, en))


def _included(node: yaml.Node) -> str | None:
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        key, value = node.value[0]
        if key.value == "include" and isinstance(value, yaml.ScalarNode):
            return str(value.value)
    return None
