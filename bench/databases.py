"""The two databases: how to get an empty one of each kind, and what to know about the server."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

FACTS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


@dataclass(frozen=True, slots=True)
class Database:
    """PostgreSQL or SQLite; `fresh` makes an empty database and gives its DATABASE_URL."""

    name: str
    server: str
    """The DATABASE_URL that was given for PostgreSQL; a folder for SQLite."""

    def fresh(self, label: str) -> str:
        if self.name == "SQLite":
            return f"sqlite:///{Path(self.server) / label}.sqlite3"
        name = f"bench_{label.replace('-', '_')}"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return urlsplit(self.server)._replace(path=f"/{name}").geturl()

    def facts(self) -> dict[str, str]:
        """Version and, for PostgreSQL, whether a commit waits for the disk."""
        if self.name == "SQLite":
            return {"version": sqlite3.sqlite_version, "journal": "WAL, synchronous=NORMAL (config.settings)"}
        with psycopg.connect(self.server) as connection:
            rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(FACTS)])
            return dict(rows.fetchall())


def databases(url: str, folder: Path) -> list[Database]:
    """PostgreSQL where `url` points to one, and SQLite in `folder`."""
    found = [Database("SQLite", str(folder))]
    if url.startswith(("postgres://", "postgresql://")):
        found.insert(0, Database("PostgreSQL", url))
    return found
