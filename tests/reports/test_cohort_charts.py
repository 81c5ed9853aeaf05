"""Charts of a group: well-formed, escaped, named, legible without colour and on a phone."""

from __future__ import annotations

import re

import pytest

from reports.charts import Mark, section_bars
from reports.cohort_charts import (
    HEAT,
    Bar,
    BarGroup,
    DotRow,
    HeatColumn,
    HeatRow,
    Quartile,
    distribution,
    dots,
    group_bars,
    heat_map,
    index_bars,
)
from reports.drawing import INK, captioned
from tests.reports.svg import (
    can_stand_under_a_strict_csp_and_on_paper,
    is_an_image_with_a_name,
    keeps_its_shapes_inside,
    stays_readable,
    words,
)

pytestmark = pytest.mark.pure

LONG = "代わりの仕入先と一か所頼みへの備え"
LEGEND = ["30点未満", *(f"{start}点以上" for start in range(30, 90, 10))]


def spread(low: float = 38.2, middle: float = 47.5, high: float = 58.1, *, words: str = "下から4分の1") -> str:
    bars = [Bar(start, start + 10, count) for start, count in zip(range(0, 100, 10), range(10), strict=True)]
    quartiles = (
        Quartile(low, f"{words} {low}"),
        Quartile(middle, f"真ん中 {middle}"),
        Quartile(high, f"上から4分の1 {high}"),
    )
    return distribution(bars, quartiles, title="題", prefix="s")


def bars(name: str = "製造業") -> str:
    marks = (Mark("自律性", 45.2, "45.2"), Mark("ガバナンス成熟度", None, "—"))
    return group_bars([BarGroup(name, "120社", marks)], title="題", prefix="b")


def index(*points: float | None) -> str:
    marks = [Mark(LONG, one, "—" if one is None else str(one)) for one in points]
    return index_bars(marks, title="題", prefix="i")


def change(before: float | None = 40.0, now: float | None = 55.5) -> str:
    marks = tuple(Mark("", one, "—" if one is None else str(one)) for one in (before, now))
    return dots([DotRow(LONG, marks, "+15.5")], ["前の回", "今回"], title="題", prefix="d", joined=True)


def heat(columns: int = 19) -> str:
    cells = tuple((f"{10 * place % 100}.0", place % 7) for place in range(columns - 1))
    heads = [HeatColumn(LONG, "a" if place < 3 else "b") for place in range(columns)]
    rows = [HeatRow("学術研究、専門・技術サービス業", "12社", (*cells, ("—", None)))]
    return heat_map(heads, rows, legend=LEGEND, title="題", prefix="h")


FOR_A_PHONE = [spread(), spread(1, 1, 1), spread(99, 99, 99), bars(), index(104.0, 62.5, None), change()]
ALL = [*FOR_A_PHONE, heat(), heat(1), captioned(bars(), "題", ["注"], prefix="c")]


@pytest.mark.parametrize("svg", ALL)
def test_every_chart_is_an_image_with_a_name(svg: str) -> None:
    is_an_image_with_a_name(svg)


@pytest.mark.parametrize("svg", ALL)
def test_a_strict_csp_and_paper_can_show_it(svg: str) -> None:
    can_stand_under_a_strict_csp_and_on_paper(svg)


@pytest.mark.parametrize("svg", FOR_A_PHONE)
def test_words_stay_readable_on_a_phone(svg: str) -> None:
    stays_readable(svg, 390 - 2 * 16 - 2 * 17)


@pytest.mark.parametrize("svg", ALL)
def test_shapes_stay_inside_the_picture(svg: str) -> None:
    keeps_its_shapes_inside(svg)


def test_words_are_escaped() -> None:
    evil = '<script>&"'
    made = [
        spread(words=evil),
        bars(evil),
        index_bars([Mark(evil, 90.0, evil)], title=evil, prefix=evil),
        dots([DotRow(evil, (Mark("", 1.0, evil),), evil)], [evil], title=evil, prefix=evil),
        heat_map([HeatColumn(evil, "a")], [HeatRow(evil, evil, ((evil, 1),))], legend=[evil], title=evil, prefix="x"),
        captioned(bars(evil), evil, [evil], prefix=evil),
    ]
    for svg in made:
        assert "<script" not in svg
        assert evil in " ".join(words(svg))


def test_a_distribution_prints_its_quartiles_and_how_many_lie_where() -> None:
    said = words(spread())
    assert {"下から4分の1 38.2", "真ん中 47.5", "上から4分の1 58.1"} <= set(said)
    assert {str(count) for count in range(1, 10)} <= set(said)


@pytest.mark.parametrize("low", [0.0, 50.0, 97.0])
def test_the_quartiles_never_touch_one_another(low: float) -> None:
    svg = spread(low, low + 0.5, low + 1)
    ends = re.search(r'x="([\d.]+)"[^>]*text-anchor="end"[^>]*>下から', svg)
    begins = re.search(r'x="([\d.]+)"[^>]*>上から', svg)
    assert ends
    assert begins
    assert float(begins[1]) - float(ends[1]) >= 8


def test_what_is_missing_is_open_and_dashed() -> None:
    assert bars().count("stroke-dasharray") == 1
    assert index(104.0).count("stroke-dasharray") == 0
    assert index(None).count("stroke-dasharray") == 1
    assert change(None, 50.0).count("<rect") == 3  # the legend, the value and the marker; no line joins it to nothing
    assert 'stroke-width="3"' not in change(None, 50.0)
    assert 'stroke-width="3"' in change()


def test_above_and_below_differ_in_side_and_filling() -> None:
    above, below = index(120.0), index(80.0)
    assert re.findall(r'fill="(#\w+)" stroke="#0017c1"', above) == ["#0017c1"]
    assert re.findall(r'fill="(#\w+)" stroke="#0017c1"', below) == ["#c5d7fb"]


def test_five_companies_differ_in_shape() -> None:
    marks = tuple(Mark("", float(points), str(points)) for points in (10, 30, 50, 70, 90))
    svg = dots([DotRow("軸", marks)], [f"会社{number}" for number in range(5)], title="題", prefix="p")
    shapes = re.findall(r"<(circle|rect|polygon) (?:points=\"([^\"]+)\")?", svg)
    assert {name for name, _points in shapes} == {"circle", "rect", "polygon"}
    assert [f"会社{number}" for number in range(5)] == [one for one in words(svg) if one.startswith("会社")]


def test_long_names_are_wrapped_and_never_cut() -> None:
    for svg in (index(90.0), change(), heat()):
        assert LONG in "".join(words(svg)) or LONG in "".join(reversed(words(svg)[:60]))


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_dark_words_stand_on_every_step_of_a_heat_map_and_each_is_darker_than_the_last() -> None:
    lights = [_light(colour) for colour in HEAT]
    assert lights == sorted(lights, reverse=True)
    assert all((light + 0.05) / (_light(INK) + 0.05) >= 6 for light in lights)


def test_a_scale_can_be_of_levels() -> None:
    levels = tuple((25 * number, str(number)) for number in range(5))
    assert words(section_bars([Mark("a", 50.0, "2.0")], title="題", prefix="p", scale=levels))[-5:] == list("01234")


def test_a_caption_takes_nothing_but_our_own_pictures() -> None:
    with pytest.raises(ValueError, match="picture"):
        captioned("<svg/>", "題", [], prefix="p")
