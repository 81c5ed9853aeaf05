"""PURE. The values of a list of companies as people write them, each read into what a round keeps of it.

Every function takes a cell's text and gives the value (an empty text for an empty cell), or raises Unreadable.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from guidance.catalog import Text
from guidance.profile import EMPLOYEE_BANDS, INDUSTRIES, PREFECTURES, SALES_BANDS, employee_band
from organisations.corporate_number import InvalidCorporateNumber, normalise

LONGEST_NAME = 120
LONGEST_ADDRESS, LONGEST_BEFORE_AT = 254, 64
MOST_EMPLOYEES = 1_000_000
SHOWN = 40
"""So many signs of a wrong value are repeated in its fault."""

_ATOM = r"[-!#$%&'*+/=?^_`{|}~0-9a-z]+"
_LABEL = r"[0-9a-z](?:[-0-9a-z]{0,61}[0-9a-z])?"
ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[-0-9a-z]{{1,59}})")
SHORTENED = re.compile(r"[0-9]\.[0-9]+E\+[0-9]+", re.IGNORECASE)
AMOUNT = re.compile(r"[0-9.,]+(?:百万|千万|億|万|千)*円?")
CONTROL = {"Cc", "Zl", "Zp"}


class Unreadable(ValueError):
    """The value cannot be what its column holds; `ja` and `en` say what to do."""

    def __init__(self, ja: str, en: str) -> None:
        self.ja, self.en = ja, en
        super().__init__(ja)


def name(written: str) -> str:
    """A company's name in one line."""
    found = " ".join(written.split())
    if any(unicodedata.category(sign) in CONTROL for sign in found):
        raise Unreadable("制御文字が入っています。打ち直してください", "there are control characters; type it again")
    if len(found) > LONGEST_NAME:
        raise Unreadable(f"{LONGEST_NAME}文字までで書いてください", f"write at most {LONGEST_NAME} characters")
    return found


def corporate_number(written: str) -> str:
    """The 13 digits."""
    if not written:
        return ""
    if SHORTENED.fullmatch(_narrow(written)):
        raise Unreadable(
            f"表計算ソフトが番号を縮めています（{written}）。列の表示形式を「文字列」にして、13桁を入れ直してください",
            f"the spreadsheet shortened the number ({written}); format the column as text, enter the 13 digits again",
        )
    try:
        return normalise(written[:60])
    except InvalidCorporateNumber as fault:
        raise Unreadable(fault.ja, fault.en) from None


def email(written: str) -> str:
    """An address, in lower case."""
    found = _narrow(written).removeprefix("mailto:")
    if not found:
        return ""
    if len(re.findall("@", found)) > 1 or re.search(r"[\s,;、]", found):
        raise Unreadable(
            "メールアドレスは1つだけ書いてください。名前や空白は要りません", "write one address alone, without a name"
        )
    if (
        not ADDRESS.fullmatch(found)
        or len(found) > LONGEST_ADDRESS
        or len(found.split("@", maxsplit=1)[0]) > LONGEST_BEFORE_AT
    ):
        raise Unreadable(
            f"「{written[:SHOWN]}」はメールアドレスとして読めません。somu@kaisha.example のように書いてください",
            f"{written[:SHOWN]!r} is no mail address; write it like somu@kaisha.example",
        )
    return found


def industry(written: str) -> str:
    """The letter of the 大分類, from the letter, the name, or a part of it (小売業 of 卸売業、小売業)."""
    plain = _plain(written)
    if not plain:
        return ""
    if plain in _INDUSTRIES:
        return _INDUSTRIES[plain]
    if plain[0].upper() in INDUSTRIES and _INDUSTRIES.get(plain[1:].lstrip(".:-")) == plain[0].upper():
        return plain[0].upper()
    raise Unreadable(
        f"「{written[:SHOWN]}」は業種として読めません。日本標準産業分類の大分類の名前か、A〜Tの記号を書いてください",
        f"{written[:SHOWN]!r} is no industry; write a division of the Japan Standard Industrial Classification (A–T)",
    )


def prefecture(written: str) -> str:
    """The code of two digits, from the code, or the name with or without its last sign."""
    plain = _plain(written)
    if not plain:
        return ""
    found = _PREFECTURES.get(plain.zfill(2) if plain.isdigit() else plain)
    if found is None:
        raise Unreadable(
            f"「{written[:SHOWN]}」は都道府県として読めません。静岡県、静岡、22 のように書いてください",
            f"{written[:SHOWN]!r} is no prefecture; write Shizuoka or 22",
        )
    return found


def sales_band(written: str) -> str:
    """The key of the band, from its name. An amount is not taken: the network needs to know no more than the band."""
    plain = _plain(written)
    if not plain:
        return ""
    if (found := _SALES_BANDS.get(plain)) is not None:
        return found
    bands = _named(SALES_BANDS, "ja"), _named(SALES_BANDS, "en")
    why = (
        ("金額ではなく、区分を", "a band and no amount")
        if AMOUNT.fullmatch(plain)
        else ("次のどれかを", "one of these")
    )
    raise Unreadable(
        f"「{written[:SHOWN]}」は売上高の区分として読めません。{why[0]}書いてください：{bands[0]}",
        f"{written[:SHOWN]!r} is no band of sales; write {why[1]}: {bands[1]}",
    )


def size(written: str) -> str:
    """The key of the band of employees, from their number or from the band's name."""
    plain = _plain(written)
    if not plain:
        return ""
    if (found := _SIZES.get(plain)) is not None:
        return found
    digits = plain.removeprefix("約").removesuffix("名").removesuffix("人").replace(",", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 7 and int(digits) <= MOST_EMPLOYEES:
        return employee_band(int(digits))
    raise Unreadable(
        f"「{written[:SHOWN]}」は従業員数として読めません。86 のような人数か、次のどれかを書いてください："
        f"{_named(EMPLOYEE_BANDS, 'ja')}",
        f"{written[:SHOWN]!r} is no number of employees; write one like 86, or one of these: "
        f"{_named(EMPLOYEE_BANDS, 'en')}",
    )


# --- how people write -------------------------------------------------------------------------------------------------


def _narrow(written: str) -> str:
    return unicodedata.normalize("NFKC", written).strip().lower()


def _plain(written: str) -> str:
    """Without what differs from hand to hand: width, case, spaces, kinds of waves and commas."""
    return re.sub(r"\s", "", _narrow(written)).replace("〜", "~").replace("、", ",").replace("・", "")


def _named(options: Mapping[str, Text], language: str) -> str:
    return (
        "、".join(text.ja for text in options.values())
        if language == "ja"
        else "; ".join(text.en or text.ja for text in options.values())
    )


def _written(options: Mapping[str, Text]) -> dict[str, str]:
    """Key, Japanese and English of each option, as `_plain` leaves them -> key."""
    return {_plain(form): key for key, text in options.items() for form in (key, text.ja, text.en or "") if form}


def _industries() -> dict[str, str]:
    """Also each part of a name that lists several, and names without what stands in brackets."""
    found: dict[str, str] = {}
    for key, text in INDUSTRIES.items():
        whole = re.sub(r"\(.*\)", "", _plain(text.ja))
        found |= dict.fromkeys((whole, *whole.split(",")), key)
    return found | _written(INDUSTRIES)


_INDUSTRIES = _industries()
_SALES_BANDS, _SIZES = _written(SALES_BANDS), _written(EMPLOYEE_BANDS)
_PREFECTURES = _written(PREFECTURES) | {text.ja[:-1]: key for key, text in PREFECTURES.items() if key != "01"}
