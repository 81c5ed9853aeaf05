"""PURE. What a person called a file, made safe to show, to store as text and to send in a header."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME, LONGEST_BYTES = 120, 240
"""Characters that the column holds, and bytes that a file system takes."""
NAMELESS = "ファイル"
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Line breaks, marks that turn the direction of reading round, halves of characters: what a person cannot see."""
FORBIDDEN = re.compile(r'[<>:"|?*]')
"""What Windows takes in no name; the separators are gone before."""
COMPATIBLE = re.compile(r"[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
"""Everything but the kanji that NFC would replace by another form: names of people are written with them."""
ENDING = re.compile(r"\.(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,8}\Z")


def ending_of(name: str) -> str:
    """The ending with its dot in small letters, "" where there is none. A version (`案1.2`) is no ending."""
    found = ENDING.search(name)
    return found[0].lower() if found else ""


def cleaned(name: str) -> str:
    """The last part of a path without what cannot be seen or stored, at most 120 characters and 240 bytes of UTF-8.

    What is cut goes from the middle: the ending stays. Never empty.
    """
    last = re.split(r"[/\\]", name)[-1]
    # Half of a dakuten: macOS sends が as か and a mark.
    last = COMPATIBLE.sub(lambda found: unicodedata.normalize("NFC", found[0]), last)
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in UNSEEN)
    spaced = " ".join(FORBIDDEN.sub("_", seen).split()).rstrip(" .")
    ending = ENDING.search(spaced)
    tail = ending[0] if ending else ""
    stem = spaced.removesuffix(tail).strip(" .") or NAMELESS
    return shortened(stem, tail)


def part_of_name(words: str, most: int = LONGEST_NAME) -> str:
    """What a company, a network or a plan is called, as a part of a file's name of at most `most` characters. A stroke
    in it separates no folders."""
    return cleaned(words.replace("/", "_").replace("\\", "_"))[:most]


def shortened(stem: str, tail: str) -> str:
    """`stem` and `tail` together, with the end of the stem left out where the whole is too long."""

    def fits(text: str) -> bool:
        return len(text) <= LONGEST_NAME and len(text.encode()) <= LONGEST_BYTES

    if fits(stem + tail):
        return stem + tail
    while not fits(f"{stem}…{tail}"):
        stem = stem[:-1]
    return f"{stem}…{tail}"


def with_ending(name: str, ending: str) -> str:
    """A cleaned `name` that ends with `ending`, added where it has none of its own."""
    return name if ending_of(name) else shortened(name, ending)
