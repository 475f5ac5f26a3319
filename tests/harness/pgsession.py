"""
A session of somebody else's at the database, for tests that need a row or a
table locked for as long as they say.
"""

from __future__ import annotations

import subprocess
from types import TracebackType
from typing import IO

from harness.wait import DEADLINE
from postgres_server import psql


class Session:
    """`with Session(url) as other: other.run("BEGIN"); ...`. What it holds is
    free again when it ends."""

    def __init__(self, url: str) -> None:
        self._psql = subprocess.Popen(
            [psql(), "-X", "-q", "-A", "-t", "-d", url], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        self._number = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._in.close()
        self._psql.wait(DEADLINE)
        self._out.close()

    @property
    def _in(self) -> IO[str]:
        assert self._psql.stdin
        return self._psql.stdin

    @property
    def _out(self) -> IO[str]:
        assert self._psql.stdout
        return self._psql.stdout

    def begin(self, sql: str) -> None:
        """Sends it; join() waits for what it says."""
        self._number += 1
        self._in.write(f"{sql};\n\\echo end {self._number}\n")
        self._in.flush()

    def join(self) -> str:
        lines = []
        while (line := self._out.readline()) != f"end {self._number}\n":
            assert line, "psql has ended: " + "".join(lines)
            lines.append(line)
        return "".join(lines)

    def run(self, sql: str) -> str:
        self.begin(sql)
        return self.join()
