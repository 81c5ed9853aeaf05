"""PURE. Cleaned names of files side by side in a folder of a ZIP that is unpacked on any machine."""

from __future__ import annotations

import re

_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)


def beside(name: str, taken: set[str]) -> str:
    """`name`, changed where Windows takes it for a device or where it is taken: `name-2`, `-3` …; a folder there does
    not tell A from a. Adds what it returns to `taken`. `name` has been cleaned; a path before it is kept.
    """
    folder, slash, last = name.rpartition("/")
    if _DEVICES.match(last):
        last = f"_{last}"
    stem, dot, ending = last.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (last, "")
    found, number = folder + slash + last, 1
    while found.casefold() in taken:
        number += 1
        found = f"{folder}{slash}{stem}-{number}{ending}"
    taken.add(found.casefold())
    return found
