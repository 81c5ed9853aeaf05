"""Starting: safe by default, loud where something is missing or wrong, and the checks that a release must pass."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from config import env
from config.settings import database

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*words: str, var: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python manage.py …` in a process of its own, with nothing of this one's settings."""
    inherited = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG", "LC_ALL"}}
    given = {"SECRET_KEY": "", "DEBUG": "", "SECURE": "", "DATABASE_URL": "", "REDIS_URL": "", "VAR_DIR": str(var)}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**inherited, **given, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_without_a_key_and_without_debug_it_refuses_to_start_and_names_the_variable(tmp_path: Path) -> None:
    refused = manage("check", var=tmp_path)
    assert refused.returncode != 0
    assert "SECRET_KEY" in refused.stderr.splitlines()[-1]
    assert "DEBUG=1" in refused.stderr.splitlines()[-1]


def test_with_a_key_it_starts(tmp_path: Path) -> None:
    started = manage("check", var=tmp_path, SECRET_KEY="k" * 60)
    assert started.returncode == 0, started.stderr


def test_the_checks_for_a_public_server_find_nothing(tmp_path: Path) -> None:
    key = "q8Zr2!vB7xL0pWm4sYd9Tg6Kc1Hn5Fj3Ra-Ue_Qo.Xi:Vz;Bw+Ly=Mt/Ps"
    checked = manage(
        "check",
        "--deploy",
        "--fail-level=WARNING",
        var=tmp_path,
        SECRET_KEY=key,
        SECURE="1",
        BEHIND_PROXY="1",
        ALLOWED_HOSTS="keian.example.jp",
        DATABASE_URL="postgres://keian:word@db.example:5432/keian",
        REDIS_URL="redis://broker.example:6379/0",
        EMAIL_URL="smtp+tls://user:word@mail.example:587",
    )
    assert checked.returncode == 0, checked.stderr
    assert "0 silenced" in checked.stdout


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# --- reading the environment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("1", True),
        ("true", True),
        ("YES", True),
        (" on ", True),
        ("0", False),
        ("", False),
        ("Off", False),
        ("no", False),
    ],
)
def test_a_yes_or_no_is_understood(monkeypatch: pytest.MonkeyPatch, word: str, meaning: bool) -> None:
    monkeypatch.setenv("DEBUG", word)
    assert env.flag("DEBUG", default=not meaning) is meaning


@pytest.mark.parametrize("word", ["maybe", "2", "-1", "真"])
def test_what_is_neither_yes_nor_no_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("DEBUG", word)
    with pytest.raises(ImproperlyConfigured, match=rf"DEBUG='{word}'.*write 1 or 0"):
        env.flag("DEBUG", default=True)


def test_a_variable_that_is_not_set_is_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECURE", raising=False)
    monkeypatch.delenv("REPORT_LEASE_SECONDS", raising=False)
    assert env.flag("SECURE", default=True) is True
    assert env.number("REPORT_LEASE_SECONDS", default=150) == 150


@pytest.mark.parametrize("word", ["soon", "0", "-5", "1.5", "1e3"])
def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("REPORT_LEASE_SECONDS", word)
    with pytest.raises(ImproperlyConfigured, match=r"REPORT_LEASE_SECONDS=.*at least 1"):
        env.number("REPORT_LEASE_SECONDS", default=150, least=1)
    monkeypatch.setenv("REPORT_LEASE_SECONDS", " 30 ")
    assert env.number("REPORT_LEASE_SECONDS", default=150, least=1) == 30


@pytest.mark.parametrize("url", ["http://broker:6379", "broker:6379", "amqp://broker", "redis"])
def test_a_broker_that_is_no_redis_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(ImproperlyConfigured, match=r"REDIS_URL.*redis://host:port/0"):
        env.redis_url()


def test_a_redis_is_taken_and_none_means_the_embedded_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://broker:6379/0")
    assert env.redis_url() == "redis://broker:6379/0"
    monkeypatch.setenv("REDIS_URL", "")
    assert env.redis_url() is None


@pytest.mark.filterwarnings("ignore:Engine not recognized")
@pytest.mark.parametrize("url", ["nonsense", "oracle9://a/b", "postgres//user@host/name"])
def test_a_database_that_cannot_be_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL.*postgres://user:password@host:5432/name"):
        database()


def test_the_database_is_sqlite_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert database()["ENGINE"] == "django.db.backends.sqlite3"
    monkeypatch.setenv("DATABASE_URL", "postgres://keian:word@db:5432/keian")
    assert database()["ENGINE"] == "django.db.backends.postgresql"


def test_a_key_is_made_up_in_debug_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "")
    assert env.secret_key(debug=True) != env.secret_key(debug=True)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        env.secret_key(debug=False)
    monkeypatch.setenv("SECRET_KEY", "mine")
    assert env.secret_key(debug=False) == env.secret_key(debug=True) == "mine"


def test_a_list_is_read_without_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , ,b.example,")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_a_variable_that_is_set_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("KEIAN_ONE=file\nKEIAN_TWO=file\nKEIAN_THREE=file\n")
    monkeypatch.setenv("KEIAN_ONE", "environment")
    monkeypatch.setenv("KEIAN_TWO", "")
    monkeypatch.setenv("KEIAN_THREE", "before")
    monkeypatch.delenv("KEIAN_THREE")
    env.load_file(file)
    assert [env.text(name) for name in ("KEIAN_ONE", "KEIAN_TWO", "KEIAN_THREE")] == ["environment", "", "file"]
    env.load_file(tmp_path / "nothing")
