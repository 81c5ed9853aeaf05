"""The chain of the audit log: an untouched log has no fault, and no single change goes unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from organisations.sealing import NOTHING_BEFORE, Entry, Fault, Head, faults, seal, seal_of_head

pytestmark = pytest.mark.pure

KEY, OTHER_KEY = b"the key of the service", b"the key of a thief"
START = dt.datetime(2026, 11, 26, 9, 30, tzinfo=dt.UTC)
Lines = list[tuple[Entry, str]]


@dataclass
class Log:
    """Lines with their seals, and the head."""

    lines: Lines
    head: Head | None

    def faults(self, key: bytes = KEY, **kept: str) -> list[Fault]:
        return list(faults(key, self.lines, self.head, {int(number[1:]): seal for number, seal in kept.items()}))

    def found(self) -> list[tuple[str, int]]:
        return [(fault.kind, fault.number) for fault in self.faults()]

    def change(self, place: int, /, **changes: object) -> None:
        entry, sealed = self.lines[place - 1]
        self.lines[place - 1] = (replace(entry, **changes), sealed)  # type: ignore[arg-type]


def entry(number: int, word: str = "") -> Entry:
    at = START + dt.timedelta(minutes=number)
    return Entry(number, at, "read", f"{number % 3}", "company", "body", word or f"t{number}", {"what": "scores"})


def written(entries: list[Entry], key: bytes = KEY) -> Log:
    """A log as `organisations.audit.record` writes it."""
    before, lines = NOTHING_BEFORE, []
    for one in entries:
        before = seal(key, before, one)
        lines.append((one, before))
    return Log(lines, (len(lines), before, seal_of_head(key, len(lines), before)) if lines else None)


def log_of(length: int) -> Log:
    return written([entry(number) for number in range(1, length + 1)])


def renumbered(lines: Lines) -> Lines:
    return [(replace(one, number=number), sealed) for number, (one, sealed) in enumerate(lines, 1)]


# --- one case each, found at its place --------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 2, 7])
def test_an_untouched_log_has_no_fault(length: int) -> None:
    assert log_of(length).faults() == []


@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize(
    "changes",
    [
        {"verb": "granted"},
        {"actor": "99"},
        {"organisation": ""},
        {"body": "another"},
        {"target": "x"},
        {"detail": {"what": "answers"}},
        {"detail": {}},
        {"at": START},
    ],
)
def test_a_changed_line_is_named_and_no_other(number: int, changes: dict[str, object]) -> None:
    log = log_of(6)
    log.change(number, **changes)
    assert log.found() == [("changed", number)]


@pytest.mark.parametrize("number", [1, 3, 6])
def test_a_changed_seal_is_named_and_does_not_taint_the_line_behind(number: int) -> None:
    log = log_of(6)
    log.lines[number - 1] = (log.lines[number - 1][0], "f" * 64)
    assert log.found() == [("changed", number)]


def test_two_changed_lines_side_by_side_are_both_named() -> None:
    log = log_of(6)
    log.change(3, verb="granted")
    log.change(4, verb="granted")
    assert log.found() == [("changed", 3), ("changed", 4)]


def test_a_content_and_a_seal_that_moved_between_two_fields_are_not_the_same_line() -> None:
    """The seal is over a list, so that no sign can wander from one field into the next."""
    log = log_of(2)
    log.change(1, organisation="com", body="panybody")
    assert log.found() == [("changed", 1)]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ([1], [Fault("missing", 1, 1)]),
        ([3], [Fault("missing", 3, 3)]),
        ([3, 4, 5], [Fault("missing", 3, 5)]),
        ([6], [Fault("missing", 6, 6)]),
        ([5, 6], [Fault("missing", 5, 6)]),
        ([1, 2, 3, 4, 5, 6], [Fault("missing", 1, 6)]),
        ([2, 5], [Fault("missing", 2, 2), Fault("missing", 5, 5)]),
    ],
)
def test_missing_lines_are_named_from_the_first_to_the_last(gone: list[int], expected: list[Fault]) -> None:
    log = log_of(6)
    log.lines = [line for line in log.lines if line[0].number not in gone]
    assert log.faults() == expected


def test_a_gap_that_was_closed_by_renumbering_shows_where_it_was() -> None:
    log = log_of(6)
    del log.lines[2]
    log.lines = renumbered(log.lines)
    assert log.found()[0] == ("changed", 3)


def test_a_copied_line_put_in_between_shows_where_it_was_put() -> None:
    log = log_of(6)
    log.lines.insert(3, log.lines[1])
    log.lines = renumbered(log.lines)
    assert log.found()[0] == ("changed", 4)


def test_a_line_put_in_under_a_number_that_is_taken_is_named() -> None:
    log = log_of(6)
    log.lines.insert(4, (replace(log.lines[0][0], number=4), log.lines[0][1]))
    assert log.found() == [("inserted", 4)]


def test_a_copied_line_at_the_end_is_named() -> None:
    log = log_of(6)
    log.lines.append((replace(log.lines[1][0], number=7), log.lines[1][1]))
    assert log.found() == [("inserted", 7), ("head", 6)]


def test_two_swapped_lines_are_both_named() -> None:
    log = log_of(6)
    log.lines[1], log.lines[4] = log.lines[4], log.lines[1]
    log.lines = renumbered(log.lines)
    assert {2, 5} <= {number for kind, number in log.found() if kind == "changed"}
    assert log.found()[0] == ("changed", 2)


def test_a_head_that_was_set_back_to_an_earlier_one_is_named() -> None:
    log = log_of(6)
    log.head = log_of(4).head
    assert log.found() == [("head", 4)]


@pytest.mark.parametrize("head", [None, (6, "f" * 64, "f" * 64), (5, "f" * 64, "")])
def test_a_head_that_is_gone_or_was_not_sealed_by_us_is_named(head: Head | None) -> None:
    log = log_of(6)
    log.head = head
    assert log.found() == [("head", 6)]


def test_a_last_line_that_was_taken_off_with_a_head_made_to_fit_is_found() -> None:
    log = log_of(6)
    assert log.head is not None
    log.lines, log.head = log.lines[:5], (5, log.lines[4][1], log.head[2])
    assert log.found() == [("head", 5)]


def test_with_another_key_nothing_fits_from_the_first_line_on() -> None:
    log = written([entry(number) for number in range(1, 7)], OTHER_KEY)
    assert log.found() == [*(("changed", number) for number in range(1, 7)), ("head", 6)]


# --- what only a seal kept elsewhere shows ----------------------------------------------------------------------------


def test_a_log_rewritten_with_the_key_is_whole_and_shows_only_against_a_kept_seal() -> None:
    honest = log_of(6)
    forged = written([entry(number, "forged" if number == 3 else "") for number in range(1, 7)])
    assert forged.faults() == []
    assert forged.faults(_2=honest.lines[1][1]) == []
    assert forged.faults(_5=honest.lines[4][1]) == [Fault("kept", 5)]


def test_a_log_set_back_to_an_older_state_shows_only_against_a_kept_seal() -> None:
    honest, older = log_of(6), log_of(4)
    assert older.faults() == []
    assert older.faults(_6=honest.lines[5][1]) == [Fault("kept", 6)]


def test_a_log_that_was_taken_away_with_its_head_shows_only_against_a_kept_seal() -> None:
    assert Log([], None).faults(_1=log_of(1).lines[0][1]) == [Fault("kept", 1)]


def test_an_untouched_log_bears_out_what_was_kept_and_may_have_grown() -> None:
    assert log_of(9).faults(_6=log_of(6).lines[5][1], _1=log_of(1).lines[0][1]) == []


# --- any log, any single tampering ------------------------------------------------------------------------------------

words = st.text(max_size=12)
details = st.dictionaries(words, st.one_of(words, st.integers(-9, 9), st.lists(words, max_size=3)), max_size=3)
moments = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=dt.UTC))


@st.composite
def logs(draw: st.DrawFn, least: int = 0) -> Log:
    contents = draw(
        st.lists(st.tuples(moments, words, words, words, words, words, details), min_size=least, max_size=9)
    )
    return written([Entry(number, *content) for number, content in enumerate(contents, 1)])


@st.composite
def tamperings(draw: st.DrawFn) -> Callable[[Log], None]:
    """One thing that somebody without the key can do to a log of at least one line."""
    pick = draw(st.integers(0, 8))
    other = draw(st.integers(0, 8))
    field = draw(st.sampled_from(["verb", "actor", "organisation", "body", "target", "detail", "at", "number"]))
    value: object = draw({"detail": details, "at": moments, "number": st.integers(1, 12)}.get(field, words))

    def change(log: Log) -> None:
        log.change(pick % len(log.lines) + 1, **{field: value})
        log.lines.sort(key=lambda line: line[0].number)

    def remove(log: Log) -> None:
        del log.lines[pick % len(log.lines)]

    def remove_and_renumber(log: Log) -> None:
        remove(log)
        log.lines = renumbered(log.lines)

    def remove_all(log: Log) -> None:
        log.lines = []

    def insert(log: Log) -> None:
        log.lines.insert(other % (len(log.lines) + 1), log.lines[pick % len(log.lines)])
        log.lines = renumbered(log.lines)

    def swap(log: Log) -> None:
        one, two = pick % len(log.lines), other % len(log.lines)
        log.lines[one], log.lines[two] = log.lines[two], log.lines[one]
        log.lines = renumbered(log.lines)

    def change_a_seal(log: Log) -> None:
        place = pick % len(log.lines)
        log.lines[place] = (log.lines[place][0], log.lines[other % len(log.lines)][1] if other % 2 else "0" * 64)

    def set_the_head_back(log: Log) -> None:
        log.head = written([one for one, _sealed in log.lines[: pick % len(log.lines)]]).head

    def forge_the_head(log: Log) -> None:
        assert log.head is not None
        log.head = (log.head[0] + pick - 4, log.head[1], log.head[2])

    return draw(
        st.sampled_from(
            [
                change,
                remove,
                remove_and_renumber,
                remove_all,
                insert,
                swap,
                change_a_seal,
                set_the_head_back,
                forge_the_head,
            ]
        )
    )


@given(logs())
def test_no_untouched_log_has_a_fault(log: Log) -> None:
    assert log.faults() == []


@given(logs(least=1), tamperings())
def test_no_single_tampering_goes_unseen(log: Log, tamper: Callable[[Log], None]) -> None:
    before = ([*log.lines], log.head)
    tamper(log)
    assume((log.lines, log.head) != before)
    found = log.faults()
    assert found
    assert all(1 <= fault.number <= 12 or fault.kind == "head" for fault in found)


@given(logs(least=1), st.integers(0, 8), words)
def test_a_single_changed_line_is_named_alone(log: Log, pick: int, word: str) -> None:
    number = pick % len(log.lines) + 1
    assume(log.lines[number - 1][0].target != word)
    log.change(number, target=word)
    assert log.found() == [("changed", number)]


@given(logs(least=1), st.integers(0, 8))
def test_a_single_missing_line_is_named_alone(log: Log, pick: int) -> None:
    number = pick % len(log.lines) + 1
    del log.lines[number - 1]
    assert log.faults() == [Fault("missing", number, number)]


@given(logs(least=1))
def test_a_thief_without_the_key_cannot_seal_a_log(log: Log) -> None:
    forged = written([one for one, _sealed in log.lines], OTHER_KEY)
    assert forged.found()[0] == ("changed", 1)


def test_an_entry_has_the_same_bytes_whatever_the_time_zone_and_the_order_of_its_detail() -> None:
    one = replace(entry(1), detail={"a": 1, "b": ["x"]})
    tokyo = dt.timezone(dt.timedelta(hours=9))
    other = replace(one, at=one.at.astimezone(tokyo), detail={"b": ["x"], "a": 1})
    assert one.content() == other.content()
