"""PURE. Dates as Japanese papers write them."""

from __future__ import annotations

import datetime as dt

ERAS = ((dt.date(2019, 5, 1), "令和"), (dt.date(1989, 1, 8), "平成"), (dt.date(1926, 12, 25), "昭和"))


def wareki(day: dt.date) -> str:
    """「令和8年11月23日」; the first year of an era is 元年. Raises ValueError for days before 昭和."""
    for start, era in ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return f"{era}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(day)
