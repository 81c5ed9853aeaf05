"""What every chart must be, whoever drew it: asked of one picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314


def is_an_image_with_a_name(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314
    title = root.find(f"{SVG}title")
    assert root.get("role") == "img"
    assert title is not None
    assert title.text == "題"
    assert root.get("aria-labelledby") == title.get("id")


def can_stand_under_a_strict_csp_and_on_paper(svg: str) -> None:
    assert not re.search(r"style=|currentColor|var\(|class=|<style|<script|href=|url\(", svg)


def stays_readable(svg: str, room: float) -> None:
    """In so many CSS pixels of width no word is smaller than 9."""
    width = float(ET.fromstring(svg).get("viewBox", "").split()[2])  # noqa: S314
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]
    assert min(sizes) * room / width >= 9


def keeps_its_shapes_inside(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for node in root.iter():
        for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if node.get(x) is not None:
                assert 0 <= float(node.get(x, "0")) <= width
                assert 0 <= float(node.get(y, "0")) <= height
