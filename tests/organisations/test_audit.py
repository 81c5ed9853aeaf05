"""The audit log: what is recorded and what is not, that it cannot be changed, and that a change shows."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import override_settings
from django.utils import timezone

from organisations.audit import Reading, Verb, record, state, verify
from organisations.models import AuditHead, AuditLine, User
from organisations.sealing import NOTHING_BEFORE, Entry, seal, seal_of_head
from tests.builders import (
    make_user,
)

pytestmark = pytest.mark.django_db

LENGTH = 6
TABLE = "organisations_auditline"
protection = import_module("organisations.migrations.0004_audit_is_append_only")


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def log(db: None) -> list[AuditLine]:
    """Six lines, and the triggers out of the way, as for somebody who owns the database."""
    run(*protection.UNDO[connection.vendor])
    actor = make_user()
    for number in range(1, LENGTH + 1):
        record(Verb.READ, actor=actor, organisation=UUID(int=number), target=f"t{number}", what="scores")
    return list(AuditLine.objects.all())


def found() -> list[tuple[str, int]]:
    return [(fault.kind, fault.number) for fault in verify()]


# --- appending --------------------------------------------------------------------------------------------------------


def test_lines_are_numbered_without_a_gap_and_the_whole_log_is_sound(log: list[AuditLine]) -> None:
    assert [line.number for line in log] == [1, 2, 3, 4, 5, 6]
    assert state() == (6, log[-1].seal)
    assert found() == []


def test_an_empty_log_is_sound(db: None) -> None:
    assert found() == []
    assert state() == (0, "")


def test_a_line_stands_or_falls_with_what_it_tells_of(log: list[AuditLine]) -> None:
    with transaction.atomic():
        record(Verb.GRANTED, actor=None)
        transaction.set_rollback(True)
    assert AuditLine.objects.count() == LENGTH
    assert record(Verb.REVOKED, actor=None).number == LENGTH + 1
    assert found() == []


def test_who_has_not_signed_in_and_the_service_itself_leave_no_name(db: None) -> None:
    assert record(Verb.READ, actor=None).actor == ""
    assert record(Verb.READ, actor=User()).actor == ""


def test_a_target_that_is_too_long_is_cut_before_it_is_sealed(db: None) -> None:
    record(Verb.READ, actor=None, target="x" * 200, nested={"a": [1, "二", None]})
    assert found() == []


# --- the database refuses ---------------------------------------------------------------------------------------------


@pytest.fixture
def protected(log: list[AuditLine]) -> list[AuditLine]:
    """The six lines, with the triggers as the migration makes them."""
    run(*protection.DO[connection.vendor])
    return log


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET verb = 'granted' WHERE number = 3",
        "UPDATE {} SET number = 99 WHERE number = 3",
        "DELETE FROM {} WHERE number = 3",
        "DELETE FROM {}",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_line(protected: list[AuditLine], statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        run(statement.format(TABLE))
    assert list(AuditLine.objects.values_list("number", "seal")) == [(line.number, line.seal) for line in protected]


def test_the_database_refuses_it_from_the_code_too_and_takes_new_lines(protected: list[AuditLine]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        protected[0].delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditLine.objects.filter(number=2).update(verb="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditLine.objects.create(number=2, at=timezone.now(), verb="read", seal="x")
    assert record(Verb.READ, actor=None).number == LENGTH + 1


def test_the_log_has_one_head(log: list[AuditLine]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditHead.objects.create(pk=2)


# --- a tampered log ---------------------------------------------------------------------------------------------------


def change(place: int, /, **fields: Any) -> None:
    AuditLine.objects.filter(number=place).update(**fields)


def remove(*numbers: int) -> None:
    AuditLine.objects.filter(number__in=numbers).delete()


def shift(numbers: range, by: int) -> None:
    for number in numbers:
        change(number, number=number + by)


def remove_and_close_the_gap() -> None:
    remove(3)
    shift(range(4, LENGTH + 1), -1)


def copy_in_between() -> None:
    shift(range(LENGTH, 3, -1), 1)
    copied = AuditLine.objects.get(number=2)
    copied.number = 4
    copied.save(force_insert=True)


def copy_to_the_end() -> None:
    copied = AuditLine.objects.get(number=2)
    copied.number = LENGTH + 1
    copied.save(force_insert=True)


def swap() -> None:
    change(2, number=99)
    change(5, number=2)
    change(99, number=5)


def set_the_head_back() -> None:
    earlier = AuditLine.objects.get(number=4)
    key = seal_key()
    AuditHead.objects.update(number=4, seal=earlier.seal, own_seal=seal_of_head(key, 4, earlier.seal))


def seal_key() -> bytes:
    return import_module("organisations.audit")._key()  # the key itself is no part of the module's contract


TAMPERINGS: dict[str, tuple[Callable[[], object], tuple[str, int]]] = {
    "the verb of a line": (lambda: change(3, verb="granted"), ("changed", 3)),
    "the detail of a line": (lambda: change(3, detail={"what": "notes"}), ("changed", 3)),
    "the time of a line": (lambda: change(3, at=timezone.now()), ("changed", 3)),
    "the actor of a line": (lambda: change(3, actor="9"), ("changed", 3)),
    "the company of a line": (lambda: change(3, organisation=None), ("changed", 3)),
    "the body of a line": (lambda: change(3, body=UUID(int=9)), ("changed", 3)),
    "the target of a line": (lambda: change(3, target=""), ("changed", 3)),
    "the seal of a line": (lambda: change(3, seal="0" * 64), ("changed", 3)),
    "the first line changed": (lambda: change(1, verb="granted"), ("changed", 1)),
    "the last line changed": (lambda: change(LENGTH, verb="granted"), ("changed", LENGTH)),
    "a line in the middle removed": (lambda: remove(3), ("missing", 3)),
    "several lines removed": (lambda: remove(3, 4), ("missing", 3)),
    "the first line removed": (lambda: remove(1), ("missing", 1)),
    "the last line removed": (lambda: remove(LENGTH), ("missing", LENGTH)),
    "all lines removed": (lambda: remove(*range(1, LENGTH + 1)), ("missing", 1)),
    "a gap closed": (remove_and_close_the_gap, ("changed", 3)),
    "a line copied in between": (copy_in_between, ("changed", 4)),
    "a line copied to the end": (copy_to_the_end, ("inserted", LENGTH + 1)),
    "a line put in front": (lambda: change(2, number=0), ("inserted", 0)),
    "two lines swapped": (swap, ("changed", 2)),
    "the head set back": (set_the_head_back, ("head", 4)),
    "the head's number changed": (lambda: AuditHead.objects.update(number=3), ("head", LENGTH)),
    "the head removed": (lambda: AuditHead.objects.all().delete(), ("head", LENGTH)),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_tampering_is_found_at_its_place(what: str, log: list[AuditLine]) -> None:
    tamper, expected = TAMPERINGS[what]
    assert found() == []
    tamper()
    assert found()[0] == expected
    with pytest.raises(CommandError):
        told()


def test_only_the_changed_line_is_named(log: list[AuditLine]) -> None:
    change(3, verb="granted")
    assert found() == [("changed", 3)]


def test_with_another_key_the_log_is_not_ours(log: list[AuditLine]) -> None:
    with override_settings(AUDIT_KEY="somebody else's key"):
        assert found() == [*(("changed", number) for number in range(1, LENGTH + 1)), ("head", LENGTH)]


@pytest.mark.parametrize(
    ("column", "kind"), [("at", "unreadable"), ("organisation", "unreadable"), ("detail", "changed")]
)
def test_a_value_that_cannot_be_read_is_a_fault_and_no_accident(column: str, kind: str, log: list[AuditLine]) -> None:
    """SQLite keeps what it is given; PostgreSQL refuses it."""
    garbage = f"UPDATE {TABLE} SET {column} = 'x' WHERE number = 4"  # noqa: S608 - three words of our own
    if connection.vendor == "sqlite":
        run("PRAGMA ignore_check_constraints = ON", garbage, "PRAGMA ignore_check_constraints = OFF")
        assert found() == [(kind, 4)]
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            run(garbage)


# --- the command ------------------------------------------------------------------------------------------------------


def told(*args: str) -> tuple[str, str]:
    """What `verify_audit` writes to stdout and stderr."""
    out, errors = io.StringIO(), io.StringIO()
    call_command("verify_audit", *args, stdout=out, stderr=errors, no_color=True)
    return out.getvalue(), errors.getvalue()


def refused(*args: str) -> tuple[str, str, str]:
    """stdout, stderr and the last word of a `verify_audit` that ends with 1."""
    out, errors = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError) as last:
        call_command("verify_audit", *args, stdout=out, stderr=errors, no_color=True)
    assert last.value.returncode == 1
    return out.getvalue(), errors.getvalue(), str(last.value)


def test_a_sound_log_is_told_with_its_length_and_what_to_keep(log: list[AuditLine]) -> None:
    out, errors = told()
    assert "6行すべて、書いたときのままです。" in out
    assert f"6:{log[-1].seal}" in out
    assert errors == ""


def test_every_fault_is_told_in_words_with_its_line(log: list[AuditLine]) -> None:
    change(2, verb="granted")
    remove(4, 5)
    _out, errors, last = refused()
    assert errors.splitlines() == [
        "2行目：中身が、書いたときから変わっています。",
        "4行目から5行目まで：これらの行がありません。",
    ]
    assert last == "4行のうち、2件の誤りが見つかりました。"


def test_json_says_the_same(log: list[AuditLine]) -> None:
    whole = json.loads(told("--json")[0])
    assert whole == {"faults": [], "whole": True, "lines": 6, "last": log[-1].seal, "anchor": f"6:{log[-1].seal}"}
    change(2, verb="granted")
    remove(6)
    broken = json.loads(refused("--json")[0])
    assert [(fault["kind"], fault["number"], fault["until"]) for fault in broken["faults"]] == [
        ("changed", 2, 0),
        ("missing", 6, 6),
    ]
    assert (broken["whole"], broken["lines"]) == (False, 5)


def test_where_every_line_is_wrong_the_key_is_suspected_first(log: list[AuditLine]) -> None:
    with override_settings(AUDIT_KEY="somebody else's key"):
        assert "AUDIT_KEY" in refused()[1]
    change(1, verb="granted")
    assert "AUDIT_KEY" not in refused()[1]


def rewrite() -> None:
    """The whole log written anew by somebody who has the key: sound in itself."""
    before, key = NOTHING_BEFORE, seal_key()
    for line in AuditLine.objects.order_by("number"):
        entry = Entry(line.number, line.at, "granted", line.actor, str(line.organisation or ""), "", line.target, {})
        before = seal(key, before, entry)
        change(line.number, verb="granted", detail={}, seal=before)
    AuditHead.objects.update(seal=before, own_seal=seal_of_head(key, LENGTH, before))


def test_a_log_rewritten_with_the_key_shows_against_what_was_kept_elsewhere(log: list[AuditLine]) -> None:
    kept = [f"{line.number}:{line.seal}" for line in (log[1], log[-1])]
    assert "書いたときのまま" in told("--anchor", kept[0], "--anchor", kept[1])[0]
    rewrite()
    assert found() == []
    _out, errors, _last = refused("--anchor", kept[0])
    assert errors.startswith("2行目：控えておいた値と違います。")


def test_a_log_that_ends_before_the_kept_line_shows(log: list[AuditLine]) -> None:
    kept = f"{LENGTH}:{log[-1].seal}"
    AuditLine.objects.all().delete()
    AuditHead.objects.all().delete()
    assert found() == []
    assert refused("--anchor", kept)[1].startswith("6行目：控えておいた値と違います。")


@pytest.mark.parametrize(
    "anchor", ["", "6", "6:abc", "x:" + "0" * 64, "0:" + "0" * 64, "-1:" + "0" * 64, "6:" + "z" * 64]
)
def test_an_anchor_that_was_not_written_as_it_was_printed_is_refused_in_words(anchor: str, db: None) -> None:
    with pytest.raises(CommandError, match="控えたとおり"):
        call_command("verify_audit", f"--anchor={anchor}")


def test_memory_does_not_grow_with_the_log(db: None) -> None:
    small = peak(4500)
    assert peak(9000) < 1.5 * small


def peak(length: int) -> int:
    """The memory that reading a log of so many lines takes at its height, in bytes."""
    key, now, (there, last) = seal_key(), timezone.now(), state()
    before, lines = last or NOTHING_BEFORE, []
    for number in range(there + 1, length + 1):
        before = seal(key, before, Entry(number, now, "read", "", "", "", "", {"what": "scores"}))
        lines.append(AuditLine(number=number, at=now, verb="read", detail={"what": "scores"}, seal=before))
    AuditLine.objects.bulk_create(lines, batch_size=500)
    AuditHead.objects.update_or_create(
        pk=1, defaults={"number": length, "seal": before, "own_seal": seal_of_head(key, length, before)}
    )
    del lines
    tracemalloc.start()
    try:
        reading = Reading()
        assert list(reading.faults()) == []
        assert (reading.lines, reading.number) == (length, length)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
