"""How fast an order goes and what is left, in numbers and in words."""

from __future__ import annotations

import datetime as dt

import pytest

from reports.batches.progress import Pace, pace
from reports.batches.words import in_words

pytestmark = pytest.mark.pure

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("made", "over", "waiting", "expected"),
    [
        (0, 5 * MINUTE, 10, Pace(None, None)),
        (3, dt.timedelta(seconds=5), 10, Pace(None, None)),
        (100, 5 * MINUTE, 200, Pace(20.0, 10)),
        (100, 5 * MINUTE, 201, Pace(20.0, 11)),
        (1, 2 * MINUTE, 1, Pace(0.5, 2)),
        (10, MINUTE, 0, Pace(10.0, 0)),
    ],
)
def test_the_pace_is_that_of_the_last_minutes_and_what_is_left_is_rounded_up(
    made: int, over: dt.timedelta, waiting: int, expected: Pace
) -> None:
    assert pace(made, over, waiting) == expected


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "およそ1分"), (1, "およそ1分"), (59, "およそ59分"), (61, "およそ1時間10分"), (125, "およそ2時間10分")],
)
def test_the_time_that_is_left_is_said_as_people_say_it(minutes: int, words: str) -> None:
    assert in_words(minutes) == words
