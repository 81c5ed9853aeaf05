"""The audit log of a real SQLite file: several writers at once, and `verify_audit` on a tampered copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_architecture import ROOT

pytestmark = pytest.mark.pure

WRITE = """
import threading
import django
django.setup()
from django.core.management import call_command
from django.db import connection, transaction
from organisations.audit import Verb, record

call_command("migrate", verbosity=0)
faults = []

def write():
    try:
        for number in range(25):
            with transaction.atomic():
                record(Verb.READ, actor=None, what="scores")
                transaction.set_rollback(number % 5 == 4)
    except Exception as error:
        faults.append(repr(error))
    finally:
        connection.close()

writers = [threading.Thread(target=write) for _ in range(4)]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
assert not faults, faults
"""


def run(file: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Python with this database and nothing else of the caller's."""
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{file}",
        "REDIS_URL": "",
        "VAR_DIR": str(file.parent / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def verify(file: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return run(file, "manage.py", "verify_audit", *args)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 lines by four writers at once, each of whom gave up every fifth time."""
    file = tmp_path_factory.mktemp("audit") / "db.sqlite3"
    made = run(file, "-c", WRITE)
    assert made.returncode == 0, made.stderr
    return file


def test_writers_at_once_leave_one_sound_chain(written: Path) -> None:
    checked = verify(written)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "80行すべて、書いたときのままです。" in checked.stdout


def test_a_tampered_copy_is_found_out_and_the_original_is_not(written: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(written, copy)
    with sqlite3.connect(copy) as database:
        change = "UPDATE organisations_auditline SET verb = 'granted' WHERE number = 40"
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(change)
        database.execute("DROP TRIGGER audit_no_update")
        database.execute(change)
    checked = verify(copy)
    assert checked.returncode == 1
    assert checked.stderr.splitlines() == [
        "40行目：中身が、書いたときから変わっています。",
        "CommandError: 80行のうち、1件の誤りが見つかりました。",
    ]
    assert verify(written).returncode == 0


def test_an_anchor_that_makes_no_sense_is_told_apart_from_a_broken_log(written: Path) -> None:
    assert verify(written, "--anchor", "80:short").returncode == 2
