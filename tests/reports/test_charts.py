"""Charts: well-formed, escaped, named, legible without colour, and nothing of a missing score is invented."""

from __future__ import annotations

import re

import pytest

from reports.charts import Group, Mark, Range, radar, score_range, section_bars
from tests.reports.svg import (
    can_stand_under_a_strict_csp_and_on_paper,
    is_an_image_with_a_name,
    keeps_its_shapes_inside,
    stays_readable,
    words,
)

pytestmark = pytest.mark.pure

LONG = "代わりの仕入先と一社頼みへの備え"
STAGES = [f"段階{number}" for number in range(1, 6)]


def groups(missing: int | None = None) -> list[Group]:
    marks = [
        Mark(f"分野{n}", None if n == missing else 10.0 * n, "未算定" if n == missing else f"{n}0.0") for n in range(9)
    ]
    return [Group("自律性", tuple(marks[:3])), Group("不可欠性", tuple(marks[3:6])), Group("統治", tuple(marks[6:]))]


def score(points: float | None = 46.4, low: float = 45.3, high: float = 48.6) -> str:
    value = "未算定" if points is None else str(points)
    return score_range(Range(points, low, high, value, 2), stage_names=STAGES, title="題", prefix="r")


ALL = [
    radar(groups(), title="題", prefix="a"),
    radar(groups(missing=4), title="題", prefix="b"),
    section_bars([Mark(LONG, 12.5, "12.5"), Mark("人", None, "未算定")], title="題", prefix="c"),
    score(),
    score(None, 0.0, 100.0),
]


@pytest.mark.parametrize("svg", ALL)
def test_every_chart_is_an_image_with_a_name(svg: str) -> None:
    is_an_image_with_a_name(svg)


@pytest.mark.parametrize("svg", ALL)
def test_a_strict_csp_and_paper_can_show_it(svg: str) -> None:
    can_stand_under_a_strict_csp_and_on_paper(svg)


@pytest.mark.parametrize("svg", ALL)
def test_words_stay_readable_on_a_phone(svg: str) -> None:
    stays_readable(svg, 390 - 2 * 16)


@pytest.mark.parametrize("svg", ALL)
def test_shapes_stay_inside_the_picture(svg: str) -> None:
    keeps_its_shapes_inside(svg)


def test_words_are_escaped() -> None:
    evil = '<script>&"'
    made = [
        radar([Group(evil, tuple(Mark(evil, 1.0, evil) for _ in range(3)))], title=evil, prefix=evil),
        section_bars([Mark(evil, 1.0, evil)], title=evil, prefix=evil),
        score_range(Range(1.0, 0, 2, evil, 1), stage_names=[evil] * 5, title=evil, prefix=evil),
    ]
    for svg in made:
        assert "<script" not in svg
        assert "".join(words(svg)).count(evil) >= 2


def test_long_names_are_wrapped_and_never_cut() -> None:
    marks = tuple(Mark(LONG, 50.0, "50.0") for _ in range(16))
    assert "".join(words(radar([Group("軸", marks)], title="題", prefix="p"))).count(LONG) == 16
    assert LONG in "".join(words(section_bars(marks[:1], title="題", prefix="p")))


def test_a_missing_score_leaves_a_gap() -> None:
    whole, gap = radar(groups(), title="題", prefix="p"), radar(groups(missing=4), title="題", prefix="p")
    assert whole.count('stroke="#0017c1" stroke-width="2"') == 9
    assert gap.count('stroke="#0017c1" stroke-width="2"') == 7
    assert "fill-opacity" in whole
    assert "fill-opacity" not in gap
    assert "未算定" in words(gap)


def test_groups_differ_in_shape_and_values_are_printed() -> None:
    svg = radar(groups(), title="題", prefix="p")
    assert {"<circle", "<rect", "<polygon"} <= set(re.findall(r"<\w+", svg))
    assert {f"{n}0.0" for n in range(9)} <= set(words(svg))


def test_a_radar_needs_three_spokes() -> None:
    with pytest.raises(ValueError, match="3"):
        radar([Group("軸", (Mark("a", 1.0, "1"), Mark("b", 2.0, "2")))], title="題", prefix="p")


def test_a_range_without_a_score_has_no_marker_but_its_band() -> None:
    svg = score(None, 20.0, 70.0)
    assert "<polygon" not in svg
    assert "stroke-dasharray" in svg
    assert "未算定" in words(svg)


def test_the_reached_stage_alone_is_framed() -> None:
    assert score().count('fill="#ffffff">段階') == 1
    assert 'fill="#ffffff">段階2<' in score()


def test_a_range_without_stages_is_the_scale_alone() -> None:
    scale = score_range(Range(46.4, 45.3, 48.6, "46.4", None), stage_names=[], title="題", prefix="r")
    assert "段階" not in scale
    assert "46.4" in words(scale)


def test_prefixes_keep_ids_apart() -> None:
    ids = [re.findall(r' id="([^"]+)"', svg) for svg in ALL]
    assert ids[0] == ["a-title"]
    assert ids[0] != ids[1]
