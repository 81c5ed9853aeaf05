"""PURE. A catalog as plain data, and as the YAML files that load back to it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import yaml

from guidance.catalog import Catalog
from guidance.structure import adapter

MAIN = "catalog.yaml"
# fmt: off
QUESTION_ORDER = [
    "id", "clauses", "basis", "text", "why", "hint", "levels", "weight", "quick", "gate", "applies_when",
    "evidence", "asked_of", "explain", "actions", "see",
]
ACTION_ORDER = [
    "id", "title", "why", "first_step", "this_year", "how", "raises", "requires", "cost_jpy", "person_days",
    "weeks", "assumption", "owner", "support", "see",
]
# fmt: on
# Short values that read better in one line.
IN_ONE_LINE = {"clauses", "actions", "gate", "applies_when", "raises", "requires", "cost_jpy", "support", "see"}


class _Line:
    """Plain data to be written in one line."""

    def __init__(self, data: Any) -> None:
        self.data = data


class _Dumper(yaml.SafeDumper):
    """Lists stand under their key with two spaces more, as people write them; long texts are not broken."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _write_line(dumper: yaml.SafeDumper, line: _Line) -> yaml.Node:
    node = dumper.represent_data(line.data)
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, yaml.CollectionNode):
            part.flow_style = True
            for child in part.value:
                waiting.extend(child if isinstance(child, tuple) else (child,))
    return node


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(_Line, _write_line)
_Dumper.add_representer(str, _write_text)


def plain(catalog: Catalog) -> dict[str, Any]:
    """The catalog as it would stand in one YAML file: mappings and lists, without what is left to its default."""
    data: dict[str, Any] = _listed(adapter(Catalog).dump_python(catalog, by_alias=True, exclude_defaults=True))
    return data


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(part) for name, part in value.items()}
    return [_listed(part) for part in value] if isinstance(value, list | tuple) else value


def files_of(catalog: Catalog) -> dict[str, str]:
    """File name -> YAML: `catalog.yaml`, a file of sections for each axis, `actions.yaml`, `glossary.yaml`."""
    data = plain(catalog)
    files: dict[str, str] = {}
    main: dict[str, Any] = {name: data[name] for name in ("schema", "catalog", "version", "released") if name in data}
    main["axes"] = []
    for axis in data["axes"]:
        name = f"{axis['id']}.yaml"
        sections = [
            {**section, "questions": [_question(q) for q in section["questions"]]} for section in axis["sections"]
        ]
        files[name] = _items(sections)
        main["axes"].append({"id": axis["id"], "title": axis["title"], "sections": [{"include": name}]})
    if data.get("actions"):
        files["actions.yaml"] = _items([_ordered(action, ACTION_ORDER) for action in data["actions"]])
        main["actions"] = [{"include": "actions.yaml"}]
    if data.get("glossary"):
        files["glossary.yaml"] = _items(data["glossary"])
        main["glossary"] = [{"include": "glossary.yaml"}]
    return {MAIN: _dump(main), **files}


def zipped(files: Mapping[str, str], folder: str) -> bytes:
    """The files as a ZIP with one folder; the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}"), text.encode(), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _question(question: dict[str, Any]) -> dict[str, Any]:
    return _ordered(question, QUESTION_ORDER)


def _ordered(item: dict[str, Any], order: list[str]) -> dict[str, Any]:
    """The item's fields in the order in which people write them."""
    names = sorted(item, key=lambda name: order.index(name) if name in order else len(order))
    return {name: _Line(item[name]) if name in IN_ONE_LINE else item[name] for name in names}


def _items(items: list[dict[str, Any]]) -> str:
    return "\n".join(_dump([item]) for item in items)


def _dump(data: Any) -> str:
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**9)
    return text
