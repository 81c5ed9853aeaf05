"""Typed readers of the environment: every fault names its variable, what it held and what to write instead."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


def load_file(path: Path) -> None:
    """Take variables from a `.env` file; a variable that is already set, even to nothing, wins."""
    if path.is_file():
        environ.Env.read_env(str(path))


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable: 1/true/yes/on or 0/false/no/off."""
    word = os.environ.get(name)
    if word is None:
        return default
    if word.strip().lower() in TRUE_WORDS:
        return True
    if word.strip().lower() in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}={word!r}: 1 か 0 を書いてください / write 1 or 0")


def text(name: str, *, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def number(name: str, *, default: int, least: int = 0) -> int:
    """A whole number of at least `least`."""
    word = text(name)
    if not word:
        return default
    try:
        value = int(word)
    except ValueError:
        value = least - 1
    if value < least:
        raise ImproperlyConfigured(
            f"{name}={word!r}: {least} 以上の整数を書いてください / write a whole number of at least {least}"
        )
    return value


def words(name: str, *, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name, default=default).split(",") if word.strip()]


def secret_key(*, debug: bool) -> str:
    """The secret key. Without one, only a debug session may run (with a key made for this process alone)."""
    key = text("SECRET_KEY")
    if key:
        return key
    if debug:
        return "debug-" + token_urlsafe(40)
    raise ImproperlyConfigured(
        "SECRET_KEY が設定されていません。50文字以上の無作為な文字列を環境変数 SECRET_KEY か .env に書くか、"
        "手元で試すだけなら DEBUG=1 を設定してください。"
        " / SECRET_KEY is not set: put a random string of 50 or more characters into the environment variable"
        " SECRET_KEY or into .env, or set DEBUG=1 for a local trial."
    )


def redis_url() -> str | None:
    """REDIS_URL if set; refuses what is not a redis address."""
    url = text("REDIS_URL")
    if url and urlsplit(url).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL: redis://host:port/0 の形で書いてください / write redis://host:port/0")
    return url or None
