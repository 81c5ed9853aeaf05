"""The counts of the rate limits as files, for one machine without Redis."""

from __future__ import annotations

import itertools
import os
import time
from contextlib import suppress
from pathlib import Path

from django.core.cache.backends.filebased import FileBasedCache

BETWEEN_SWEEPS = 200
DAY = 86_400
"""Nothing is counted for as long as a day."""


class CountsOnFile(FileBasedCache):
    """Django's walks through the whole folder at every write, and never deletes what expired and is not asked for.

    Here one write in two hundred walks, and deletes what was written a day ago. So the folder stays small by itself,
    and a flood of addresses slows nobody down. Only beyond MAX_ENTRIES does a third of all go, whichever.
    """

    _writes = itertools.count()

    def _cull(self) -> None:
        if next(self._writes) % BETWEEN_SWEEPS:
            return
        left, old = 0, time.time() - DAY
        for file in os.scandir(self._dir):  # type: ignore[attr-defined]
            with suppress(FileNotFoundError):  # another process was faster
                if file.name.endswith(self.cache_suffix) and file.stat().st_mtime < old:
                    Path(file.path).unlink()
                    continue
            left += 1
        if left > self._max_entries:
            super()._cull()  # type: ignore[misc]
