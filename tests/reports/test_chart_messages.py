"""What a chart of a company says to who cannot see it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from reports.chart_messages import bars_message, radar_message, range_message
from reports.context import AxisView, SectionView

pytestmark = pytest.mark.pure


def section(title: str, points: float | None) -> SectionView:
    return SectionView("A.x", title, 1, None if points is None else f"{points:.1f}", points, 1, 1)


AXIS = AxisView(
    id="A",
    title="自律性",
    score="48.4",
    low="46.3",
    high="51.3",
    coverage="90",
    stage=2,
    stage_by_points=3,
    points=48.4,
    low_points=46.3,
    high_points=51.3,
    gates=(),
    sections=(section("在庫", 68.8), section("点検", 35.7), section("対話", 40)),
)


@pytest.fixture(autouse=True)
def _in_japanese() -> object:
    with translation.override("ja"):
        yield


def test_a_range_says_the_score_the_stage_and_what_open_answers_leave() -> None:
    assert range_message(AXIS, stages=True) == "自律性は100点中48.4点、段階2です。答えしだいの幅は46.3〜51.3点です。"


def test_no_stage_is_said_where_none_is_judged() -> None:
    assert "段階" not in range_message(AXIS, stages=False)
    assert "段階" not in range_message(replace(AXIS, stage=None), stages=True)


def test_a_range_that_is_a_point_is_not_told_as_a_range() -> None:
    said = range_message(replace(AXIS, low="48.4", high="48.4"), stages=True)
    assert said == "自律性は100点中48.4点、段階2です。"


def test_a_score_that_is_missing_is_said() -> None:
    bare = replace(AXIS, score=None, points=None, low=None, high="100.0")
    assert range_message(bare, stages=True) == "自律性は未算定です。答えしだいの幅は0〜100.0点です。"


def test_bars_say_the_lowest_and_the_highest() -> None:
    said = "自律性の分野ごとの点数。分野でいちばん低いのは「点検」（35.7点）、いちばん高いのは「在庫」（68.8点）です。"
    assert bars_message(AXIS) == said


def test_sections_that_are_alike_are_not_called_lowest_and_highest() -> None:
    alike = replace(AXIS, sections=(section("在庫", 50), section("点検", 50)))
    assert bars_message(alike).endswith("点数の出た分野は、どれも50.0点です。")


def test_sections_without_points_are_counted_and_never_the_lowest() -> None:
    gaps = replace(AXIS, sections=(*AXIS.sections, section("運び方", None)))
    assert bars_message(gaps).endswith("まだ点数の出ていない分野が1あります。")
    assert "運び方" not in bars_message(gaps)
    none = replace(AXIS, sections=(section("運び方", None),))
    assert bars_message(none).endswith("点数の出た分野は、まだありません。")


def test_the_radar_says_each_score_and_the_ends_of_all_sections() -> None:
    other = replace(AXIS, title="不可欠性", score=None, sections=(section("出資", 0.0),))
    said = radar_message([AXIS, other])
    assert said.startswith("自律性は100点中48.4点です。不可欠性は未算定です。")
    assert "「出資」（0.0点）" in said
    assert "「在庫」（68.8点）" in said


def test_english_sentences_keep_their_distance() -> None:
    with translation.override("en"):
        for said in (range_message(AXIS, stages=True), bars_message(AXIS), radar_message([AXIS])):
            assert said == said.strip()
            assert "  " not in said
