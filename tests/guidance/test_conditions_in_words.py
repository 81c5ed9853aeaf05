"""A condition reads as a phrase in both languages; what nobody knows stands as it is written."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from guidance.catalog import Condition, Text
from guidance.conditions_in_words import condition_in_words
from guidance.profile import FACTS
from tests.catalogs import make_question, one_axis

pytestmark = pytest.mark.pure

CATALOG = one_axis(make_question("A-1", text=Text("一覧がありますか", "Is there a list?")))
EXPORTS, IMPORTS = FACTS["exports"].text, FACTS["imports"].text


def both(condition: dict[str, Any]) -> tuple[str, str]:
    built = TypeAdapter(Condition).validate_python(condition)
    return condition_in_words(built, CATALOG, "ja"), condition_in_words(built, CATALOG, "en")


YES = {"profile": "exports", "is": True}
NO = {"profile": "imports", "is": False}
YES_BOTH = [YES, {"profile": "imports", "is": True}]


@pytest.mark.parametrize(
    ("condition", "ja", "en"),
    [
        (YES, f"「{EXPORTS.ja}」に当てはまる", f"yes to “{EXPORTS.en}”"),
        (NO, f"「{IMPORTS.ja}」に当てはまらない", f"no to “{IMPORTS.en}”"),
        (
            {"any": YES_BOTH},
            f"「{EXPORTS.ja}」「{IMPORTS.ja}」のどれかに当てはまる",
            f"yes to any of “{EXPORTS.en}”, “{IMPORTS.en}”",
        ),
        (
            {"all": YES_BOTH},
            f"「{EXPORTS.ja}」「{IMPORTS.ja}」のすべてに当てはまる",
            f"yes to all of “{EXPORTS.en}”, “{IMPORTS.en}”",
        ),
        ({"all": [YES]}, f"「{EXPORTS.ja}」に当てはまる", f"yes to “{EXPORTS.en}”"),
        ({"profile": "employees", "at_most": 2000}, "「従業員数」が2,000以下", "“Employees” is at most 2,000"),
        (
            {"profile": "sales_band", "in": ["1b-4b", "4b-10b"]},
            "「年間の売上高」が「10億円以上40億円未満」「40億円以上100億円未満」のどれか",
            "“Annual sales” is one of “¥1 billion to under ¥4 billion”, “¥4 billion to under ¥10 billion”",
        ),
        ({"profile": "industry", "is": "E"}, "「業種」が「製造業」", "“Industry” is “Manufacturing”"),
        (
            {"question": "A-1", "at_least": 2},
            "設問 A-1「一覧がありますか」が段階2以上",
            "question A-1 “Is there a list?” is at level 2 or above",
        ),
    ],
)
def test_a_condition_in_both_languages(condition: dict[str, Any], ja: str, en: str) -> None:
    assert both(condition) == (ja, en)


def test_parts_that_join_several_tests_stand_in_brackets() -> None:
    ja, en = both({"all": [{"any": [YES, NO]}, {"question": "A-1", "at_least": 3}]})
    assert ja.startswith("（「")
    assert "、または「" in ja
    assert "）、かつ設問 A-1" in ja
    assert en.startswith("(yes to “")
    assert ", or no to “" in en
    assert "), and question A-1" in en


def test_an_exception_is_not_worded_as_the_opposite_answer() -> None:
    """Whoever has not said whether it exports is not excepted, and has not said no."""
    ja, en = both({"not": YES})
    assert ja == f"「{EXPORTS.ja}」に当てはまる、という場合を除く"
    assert en == f"except where yes to “{EXPORTS.en}”"


def test_names_and_values_that_nobody_knows_stand_as_they_are() -> None:
    assert both({"profile": "colour", "is": "red"}) == ("「colour」が「red」", "“colour” is “red”")
    assert both({"profile": "sales_band", "is": "huge"})[1] == "“Annual sales” is “huge”"
    assert both({"question": "Z-9", "at_least": 1})[0] == "設問 Z-9が段階1以上"
