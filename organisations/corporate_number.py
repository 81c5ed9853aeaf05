"""PURE. 法人番号: 13 digits, the first of which checks the other twelve.

Check digit = 9 − (Σ P_n·Q_n mod 9), where P_n is the n-th of the twelve digits counted from the right and Q_n is 1 for
odd n and 2 for even n (法人番号の指定等に関する省令 第2条).
"""

from __future__ import annotations

import re
import unicodedata


class InvalidCorporateNumber(ValueError):
    """The number cannot be one; `ja` and `en` say what to do."""

    def __init__(self, ja: str, en: str) -> None:
        self.ja, self.en = ja, en
        super().__init__(ja)


def check_digit(twelve: str) -> int:
    """The check digit, 1–9, of the twelve digits behind it."""
    total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(twelve)))
    return 9 - total % 9


def normalise(written: str) -> str:
    """The 13 digits of a number as people write it: full-width digits, spaces and hyphens are accepted.

    Raises InvalidCorporateNumber.
    """
    plain = unicodedata.normalize("NFKC", written)
    digits = re.sub(r"[\s\-‐‑–—―−ー]", "", plain).removeprefix("T")
    if not digits.isascii() or not digits.isdigit() or len(digits) != 13:
        raise InvalidCorporateNumber(
            f"法人番号は13桁の数字です（いまは「{written}」）。国税庁の法人番号公表サイトで確かめられます",
            f"a corporate number has 13 digits (given: {written!r})",
        )
    if check_digit(digits[1:]) != int(digits[0]):
        raise InvalidCorporateNumber(
            f"法人番号「{digits}」は検査数字が合いません。打ち間違いがないか、もう一度確かめてください",
            f"the check digit of {digits!r} is wrong; please check for a slip",
        )
    return digits
