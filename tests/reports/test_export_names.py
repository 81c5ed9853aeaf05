"""Names of files in the export: each once in its folder, and none that Windows takes for a device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.exports.file_names import beside

pytestmark = pytest.mark.pure


def test_a_name_that_is_taken_gets_a_number_before_its_ending() -> None:
    taken: set[str] = set()
    names = [beside(name, taken) for name in ("a/図面.pdf", "a/図面.pdf", "a/図面.PDF", "b/図面.pdf", "a/図面-2.pdf")]
    assert names == ["a/図面.pdf", "a/図面-2.pdf", "a/図面-3.PDF", "b/図面.pdf", "a/図面-2-2.pdf"]


@pytest.mark.parametrize("name", ["CON", "con.pdf", "LPT1.txt", "nul .pdf"])
def test_a_device_of_windows_is_no_name(name: str) -> None:
    assert beside(f"a/{name}", set()) == f"a/_{name}"


def test_a_name_that_only_begins_like_a_device_stays() -> None:
    assert beside("console.pdf", set()) == "console.pdf"


@given(st.lists(st.sampled_from(["a.pdf", "A.pdf", "a-2.pdf", "a", "A-2", ".pdf", "con"]), max_size=12))
def test_no_two_differ_in_capitals_alone(names: list[str]) -> None:
    taken: set[str] = set()
    given_names = [beside(name, taken) for name in names]
    assert len({name.casefold() for name in given_names}) == len(names)
