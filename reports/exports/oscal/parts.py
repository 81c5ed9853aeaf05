"""PURE. What the three OSCAL documents share: our namespace, UUIDs that stay the same, properties, metadata.

OSCAL is NIST's form for catalogs, assessment results and plans of action; other tools read it. It has no word for a
level, a weight or a score, so these are properties in a namespace of ours. A namespace is a URI that only its owner can
have made. We own no domain, and a name under one that somebody may register later would be a lie; so it is a UUID.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

OSCAL_VERSION = "1.1.3"
ROOT = UUID("28c3d45a-20f3-4d5a-b067-deab7600845f")
"""Drawn once for Keian Karte. All UUIDs of ours are made from it and from what they name."""
NS = f"urn:uuid:{ROOT}"
CATALOG_FILE = "catalog.json"
RESULTS_FILE = "assessment-results.json"
PLAN_FILE = "plan-of-action-and-milestones.json"
JAPAN = dt.timezone(dt.timedelta(hours=9))
Json = dict[str, Any]


def uuid_of(*names: object) -> str:
    """The UUID of what these names name: the same in every file that speaks of it."""
    return str(uuid5(ROOT, "\n".join(str(name) for name in names)))


def prop(name: str, value: object, *, kind: str = "", group: str = "", remarks: str = "") -> Json:
    """A property of ours. `value` is one line; longer words stand in `remarks`."""
    found: Json = {"name": name, "ns": NS, "value": one_line(str(value))}
    if kind:
        found["class"] = kind
    if group:
        found["group"] = group
    if remarks:
        found["remarks"] = remarks
    return found


def one_line(text: str) -> str:
    """A text as OSCAL's titles and values take it: on one line, without space around it; a dash where it is empty."""
    return " ".join(text.split()) or "-"


def moment(day: dt.date) -> str:
    """The beginning of a day in Japan."""
    return dt.datetime.combine(day, dt.time(), JAPAN).isoformat()


def metadata(
    title: str, *, version: str, dated: dt.date, language: str, notice: str, extra: Json | None = None
) -> Json:
    """The head of a document. `dated` stands for the last change, so that the same content is the same file."""
    return {
        "title": one_line(title),
        "last-modified": moment(dated),
        "version": version,
        "oscal-version": OSCAL_VERSION,
        "props": [prop("language", language)],
        **(extra or {}),
        "remarks": notice,
    }


def filled(**parts: Any) -> Json:
    """A part of a document without what is empty: OSCAL has no empty lists. `_` in names stands for `-`."""
    return {
        name.rstrip("_").replace("_", "-"): value for name, value in parts.items() if value not in (None, "", [], {})
    }


def to_bytes(document: Json) -> bytes:
    """The document as a file."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def values_of(props: Sequence[Json] | None, name: str) -> list[Json]:
    """Our properties of this name, in their order."""
    return [one for one in props or () if one.get("name") == name and one.get("ns") == NS]
