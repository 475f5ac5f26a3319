"""
The databases that a daemon under test may have, and what is different about
them.

ENGINES is the one list of them. Tests that start a daemon are run with each,
but for those that are marked `@pytest.mark.engines("sqlite")` or the like,
since they are about one (tests/conftest.py).

A test may run SQL past the daemon. It goes to either engine: "user" stands in
quotes, octets are not written out, and RETURNING tells which rows were changed.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from harness.wait import eventually
from postgres_server import dump_database, make_database, name_of, run_sql


class Database(Protocol):
    """One of a daemon's own; its constructor takes the data directory."""

    settings: dict[str, str]  # what tells a daemon of it

    def sql(self, text: str) -> list[list[str]]:
        """The rows of one statement, each value as text; octets in hex."""

    def copy(self) -> dict[str, bytes]:
        """All that is in it, by the names of what it is in, where that is not
        in the data directory."""

    def settle(self) -> None:
        """Waits until all that a killed daemon began has ended; none runs."""

    def end_leases(self) -> None:
        """Lets the time pass for which nobody else takes the mails that a
        killed daemon had in hand."""

    def drop(self) -> None:
        """Removes it, whoever uses it."""


class SqliteFile:
    """What a daemon has that is told nothing else."""

    def __init__(self, data: Path) -> None:
        self.path = data / "invited.db"
        self.settings: dict[str, str] = {}

    def sql(self, text: str) -> list[list[str]]:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return [[value.hex() if isinstance(value, bytes) else str(value)
                     for value in row] for row in connection.execute(text)]

    def copy(self) -> dict[str, bytes]:
        return {}

    def settle(self) -> None:
        """It ended with the daemon."""

    def end_leases(self) -> None:
        """Whoever serves the file next does it."""

    def drop(self) -> None:
        """It goes with its directory."""


class PostgresDatabase:
    """On the server whose URL is in INVITED_TEST_POSTGRES.

    To make one takes longer than most tests do. So one that was dropped is
    emptied and kept for the next daemon of this test process.
    """

    _kept: list[str] = []

    def __init__(self, _data: Path) -> None:
        self._server = os.environ["INVITED_TEST_POSTGRES"]
        self._away = False
        self.url = (self._kept.pop() if self._kept
                    else make_database(self._server))
        self.settings = {"INVITED_DATABASE": self.url}
        self._connections = (f"FROM pg_stat_activity WHERE datname ="
                             f" '{name_of(self.url)}' AND application_name ="
                             " 'invited'")

    def sql(self, text: str) -> list[list[str]]:
        return [[value.removeprefix("\\x") for value in line.split("|")]
                for line in run_sql(self.url, text).splitlines()]

    def copy(self) -> dict[str, bytes]:
        return {"dump": dump_database(self.url)}

    def go_away(self) -> None:
        """Nobody is let in, whoever is in has to leave."""
        self._away = True
        self._admit(False)
        if run_sql(self._server, f"SELECT pg_terminate_backend(pid)"
                                 f" {self._connections}"):
            self.settle()

    def come_back(self) -> None:
        self._admit(True)
        self._away = False

    def _admit(self, anybody: bool) -> None:
        run_sql(self._server, f"ALTER DATABASE {name_of(self.url)}"
                              f" ALLOW_CONNECTIONS {anybody}")

    def settle(self) -> None:
        eventually(lambda: not run_sql(self._server,
                                       f"SELECT 1 {self._connections}"),
                   "the end of all connections")

    def end_leases(self) -> None:
        self.sql("UPDATE outbox SET due_at_ms = queued_at_ms")

    def drop(self) -> None:
        if self._away:
            self.come_back()
        self.settle()
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        self._kept.append(self.url)


ENGINES: dict[str, type[SqliteFile] | type[PostgresDatabase]] = {
    "sqlite": SqliteFile,
    "postgres": PostgresDatabase,
}
