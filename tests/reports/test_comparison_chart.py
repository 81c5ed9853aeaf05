"""The self-check beside the verification, as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from reports.comparison_chart import TEXT, WIDTH, Compared, comparison
from reports.drawing import width_of
from tests.reports.svg import (
    SVG,
    can_stand_under_a_strict_csp_and_on_paper,
    is_an_image_with_a_name,
    keeps_its_shapes_inside,
    words,
)

pytestmark = pytest.mark.pure
LEGENDS = [
    ("自己点検", "確認後"),
    ("Self-check", "Verified"),
    ("自己点検 / Self-check", "確認後 / Verified"),
]


def chart(*rows: Compared, own: str = "自己点検", verified: str = "確認後") -> str:
    given = rows or (Compared("取引の見える化", 38.6, 29.5, "38.6 → 29.5"), Compared("在庫", 0, 100, "0.0 → 100.0"))
    return comparison(given, own=own, verified=verified, title="題", prefix="p")


def test_it_is_an_image_with_a_name_for_page_and_paper() -> None:
    is_an_image_with_a_name(chart())
    can_stand_under_a_strict_csp_and_on_paper(chart())
    keeps_its_shapes_inside(chart())


@pytest.mark.parametrize(("own", "verified"), LEGENDS)
def test_the_legend_ends_inside_the_picture_also_in_two_languages(own: str, verified: str) -> None:
    drawn = ET.fromstring(chart(own=own, verified=verified)).iter(f"{SVG}text")  # noqa: S314
    places = {node.text: float(node.get("x", "")) for node in drawn if node.text in {own, verified}}
    assert places[own] >= 0
    assert places[own] + width_of(own) * TEXT < places[verified]
    assert places[verified] + width_of(verified) * TEXT <= WIDTH


def test_what_is_not_known_has_no_marker_and_still_its_words() -> None:
    one_sided = chart(Compared("共同研究", None, 25.0, "– → 25.0"))
    both = chart(Compared("共同研究", 25.0, 25.0, "25.0 → 25.0"))
    assert "– → 25.0" in words(one_sided)
    assert one_sided.count("<circle") < both.count("<circle")


def test_words_are_escaped() -> None:
    evil = '<script>&"'
    made = comparison([Compared(evil, 1.0, 2.0, evil)], own=evil, verified=evil, title=evil, prefix=evil)
    assert "<script" not in made
    assert "".join(words(made)).count(evil) == 4
