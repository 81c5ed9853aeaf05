"""When mails may go: decided on a clock in Japan, without a database."""

from __future__ import annotations

import datetime as dt

import pytest

from cohorts.mail_hours import JAPAN, MailHours, proposals

pytestmark = pytest.mark.pure

FRIDAY, SATURDAY, SUNDAY, MONDAY = (dt.date(2026, 5, day) for day in (8, 9, 10, 11))
USUAL = MailHours()
ANY_DAY = MailHours(weekdays_only=False)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (at(FRIDAY, 8, 59), False),
        (at(FRIDAY, 9), True),
        (at(FRIDAY, 16, 59), True),
        (at(FRIDAY, 17), False),
        (at(SATURDAY, 12), False),
        (at(SUNDAY, 12), False),
        (at(MONDAY, 9), True),
    ],
)
def test_usual_mails_go_on_weekdays_from_nine_until_seventeen(moment: dt.datetime, allowed: bool) -> None:
    assert USUAL.allow(moment) is allowed


def test_the_clock_is_that_of_japan_wherever_the_machine_stands() -> None:
    utc = dt.datetime(2026, 5, 8, 0, 30, tzinfo=dt.UTC)
    assert USUAL.allow(utc), "half past nine in Japan"
    assert not USUAL.allow(utc.replace(hour=9)), "eighteen in Japan"
    assert not USUAL.allow(utc + dt.timedelta(hours=16)), "Saturday morning in Japan, Friday elsewhere"


def test_a_round_may_say_other_hours_and_the_weekend_too() -> None:
    assert MailHours(0, 24, weekdays_only=False).allow(at(SUNDAY, 23, 59))
    assert not MailHours(13, 14).allow(at(FRIDAY, 12, 59))
    assert ANY_DAY.allow(at(SUNDAY, 12))


def test_what_is_planned_for_a_weekend_goes_on_the_next_weekday() -> None:
    assert [USUAL.sent_on(day) for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [FRIDAY, MONDAY, MONDAY, MONDAY]
    assert ANY_DAY.sent_on(SATURDAY) == SATURDAY


def test_days_are_proposed_before_the_last_one_and_never_at_a_weekend() -> None:
    closes_on = dt.date(2026, 5, 31)  # a Sunday
    found = proposals(closes_on, today=FRIDAY, hours=USUAL)
    assert found == [dt.date(2026, 5, 15), dt.date(2026, 5, 22), dt.date(2026, 5, 29)]
    assert proposals(closes_on, today=FRIDAY, hours=ANY_DAY) == [
        dt.date(2026, 5, 17),
        dt.date(2026, 5, 24),
        dt.date(2026, 5, 30),
    ]


def test_no_day_is_proposed_that_is_over_or_taken() -> None:
    closes_on = dt.date(2026, 5, 15)  # a Friday
    assert proposals(closes_on, today=FRIDAY, hours=USUAL) == [dt.date(2026, 5, 14)]
    assert proposals(closes_on, today=FRIDAY, hours=USUAL, taken=[dt.date(2026, 5, 14)]) == []
    assert proposals(closes_on, today=closes_on, hours=USUAL) == []


def test_two_proposals_that_fall_on_one_day_are_one() -> None:
    closes_on = dt.date(2026, 5, 16)  # a Saturday: fourteen and one days before are Saturday and Friday
    assert proposals(closes_on, today=dt.date(2026, 4, 1), hours=USUAL) == [
        dt.date(2026, 5, 1),
        dt.date(2026, 5, 8),
        dt.date(2026, 5, 15),
    ]
