"""法人番号: what people type, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organisations.corporate_number import InvalidCorporateNumber, check_digit, normalise

pytestmark = pytest.mark.pure

TAX_AGENCY = "7000012050002"  # 国税庁
twelve_digits = st.text(alphabet="0123456789", min_size=12, max_size=12)


def expected_check_digit(twelve: str) -> int:
    """The ordinance written out another way: the places from the left, 1 to 12, so that even ones weigh 1."""
    total = 0
    for n in range(1, 13):
        weight = 1 if n % 2 == 0 else 2
        total += weight * int(twelve[n - 1])
    return 9 - total % 9


@given(twelve_digits)
def test_the_check_digit_follows_the_ordinance(twelve: str) -> None:
    assert check_digit(twelve) == expected_check_digit(twelve)


@given(twelve_digits)
def test_a_number_with_its_check_digit_is_accepted_and_no_other_first_digit_is(twelve: str) -> None:
    right = expected_check_digit(twelve)
    assert normalise(f"{right}{twelve}") == f"{right}{twelve}"
    for wrong in set(range(10)) - {right}:
        with pytest.raises(InvalidCorporateNumber):
            normalise(f"{wrong}{twelve}")


@pytest.mark.parametrize(
    "written",
    [
        TAX_AGENCY,
        "７００００１２０５０００２",
        "7-0000-1205-0002",
        "7‐0000‐1205‐0002",  # U+2010
        "７－００００－１２０５－０００２",  # full-width hyphen
        "7ー0000ー1205ー0002",  # long vowel mark, as typed with a Japanese keyboard
        " 7 0000 1205 0002\n",
        "7\u30000000\u30001205\u30000002",  # full-width space
        "T7000012050002",
        "Ｔ７０００－０１２０－５０００２",
    ],
)
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert normalise(written) == TAX_AGENCY


def test_a_wrong_digit_is_refused_in_both_languages() -> None:
    with pytest.raises(InvalidCorporateNumber) as caught:
        normalise("7000012050003")
    assert "検査数字" in caught.value.ja
    assert "check digit" in caught.value.en


@pytest.mark.parametrize("place", range(13))
def test_one_digit_that_is_one_too_high_is_found(place: int) -> None:
    digit = (int(TAX_AGENCY[place]) + 1) % 10
    with pytest.raises(InvalidCorporateNumber):
        normalise(TAX_AGENCY[:place] + str(digit) + TAX_AGENCY[place + 1 :])


@pytest.mark.parametrize("written", ["", "7", TAX_AGENCY[:-1], TAX_AGENCY + "0", "T", "T000012050002"])
def test_another_length_is_refused_with_the_right_one(written: str) -> None:
    with pytest.raises(InvalidCorporateNumber) as caught:
        normalise(written)
    assert "13桁" in caught.value.ja
    assert "13 digits" in caught.value.en


@pytest.mark.parametrize(
    "written", ["7000O12050002", "七〇〇〇〇一二〇五〇〇〇二", "X7000012050002", "7000012050002T", "٧٠٠٠٠١٢٠٥٠٠٠٢"]
)
def test_what_is_not_a_digit_is_refused(written: str) -> None:
    with pytest.raises(InvalidCorporateNumber):
        normalise(written)
