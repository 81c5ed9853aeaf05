"""Typed readers of the environment: every fault names its variable, what it held and what to write instead."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
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


def database(folder: Path) -> dict[str, Any]:
    """The database of DATABASE_URL; without one, SQLite in `folder`, in write-ahead mode so that writers queue."""
    url = text("DATABASE_URL") or f"sqlite:///{folder / 'db.sqlite3'}"
    if urlsplit(url).scheme not in {"sqlite", "postgres", "postgresql", "psql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL: postgres://user:password@host:5432/name の形で書いてください"
            " / write postgres://user:password@host:5432/name"
        )
    config: dict[str, Any] = environ.Env.db_url_config(url)
    config["ATOMIC_REQUESTS"] = False
    config["CONN_MAX_AGE"] = 600
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        config["CONN_HEALTH_CHECKS"] = True
    return config


def cache(folder: Path) -> dict[str, Any]:
    """Where the counts of the rate limits stand: Redis, or files in `folder`. Every web process sees the same.

    Files: beyond MAX_ENTRIES a third of them goes, whichever. The figure is so high that a flood needs as many
    addresses (of IPv6: networks) within a day before it pushes a count out. The lock on an account stands in the
    database and cannot be pushed out at all.
    """
    if url := redis_url():
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url, "KEY_PREFIX": "keian"}
    return {
        "BACKEND": "config.file_cache.CountsOnFile",
        "LOCATION": str(folder),
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }


@dataclass(frozen=True)
class OpenIdConnect:
    """The provider whose accounts open ours: its name on the button, our credentials there, and its address."""

    name: str
    client_id: str
    secret: str
    issuer: str
    more_origins: tuple[str, ...] = ()

    def app(self) -> dict[str, Any]:
        """As allauth reads it; the address to come back to is /account/oidc/sso/login/callback/."""
        return {
            "provider_id": "sso",
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.issuer.rstrip("/")},
        }

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the browser is led when somebody presses the button."""
        address = urlsplit(self.issuer)
        return (f"{address.scheme}://{address.netloc}", *self.more_origins)


def openid_connect() -> OpenIdConnect | None:
    """OIDC_NAME, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_ISSUER_URL: all of them, or none."""
    names = ("OIDC_NAME", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ISSUER_URL")
    given = {name: text(name) for name in names}
    if not any(given.values()):
        return None
    if missing := ", ".join(name for name, value in given.items() if not value):
        raise ImproperlyConfigured(f"{missing}: OIDC_ の四つはすべて書いてください / set all four of OIDC_…, or none")
    issuer = urlsplit(given["OIDC_ISSUER_URL"])
    if issuer.scheme != "https" and (issuer.scheme, issuer.hostname) not in {
        ("http", "127.0.0.1"),
        ("http", "localhost"),
    }:
        raise ImproperlyConfigured(
            "OIDC_ISSUER_URL: https://… の形で書いてください / write https://…, as the provider names itself"
        )
    name, client_id, secret, address = given.values()
    return OpenIdConnect(name, client_id, secret, address, tuple(words("OIDC_FORM_ORIGINS")))
