"""
One `invited`, started for a test and ended with it.

The daemon binds port 0 and says which port it got, so any number of tests run
side by side. It is ended by the pid that was started, never by name.

Standard error is the log. Every line must have the form of a log line, and a
line of level `error` fails the test unless the test announced it with
`expect_error("event_name")`: an error that nobody looks at is how a fault
hides. Sanitizer reports are not of that form, so they fail the test too.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Callable, IO, Iterable, Mapping

from harness.client import Client
from harness.databases import ENGINES, Database
from harness.mail import Maildir
from harness.wait import DEADLINE

ROOT = Path(__file__).resolve().parents[2]

LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    r" (?P<level>error|warn|info|debug) (?P<event>[a-z0-9_]+)"
    r"(?P<fields>( [a-z0-9_]+=(\"([^\"\\]|\\.)*\"|[^\s\"=]*))*)$")

# What a PostgreSQL server says when it stops. libpq writes it to standard error
# if it arrives while a connection is being made: only a connection that is made
# can be told who receives such messages.
LIBPQ_LINE = re.compile(r"(FATAL|WARNING):  terminating connection "
                        r"|(DETAIL|HINT):  ")


class DaemonFault(AssertionError):
    """The daemon did something that no test asked for."""


def binary() -> Path:
    """The program under test."""
    named = os.environ.get("INVITED_BIN")
    path = Path(named) if named else ROOT / "build/release/src/invited"
    if not path.exists():
        raise DaemonFault(f"{path} is not there: build it, or name it in "
                          "INVITED_BIN")
    return path.resolve()


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ours, less every setting of the daemon that a shell may have left."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("INVITED_") and name != "NOTIFY_SOCKET"}
    env["LC_ALL"] = "C.UTF-8"
    env.update(extra or {})
    return env


class Lines:
    """The lines of a pipe, as they come, for threads that wait for one."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(pipe,),
                                        daemon=True)
        self._thread.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe:
            for raw in pipe:
                with self._changed:
                    self._lines.append(
                        raw.decode("utf-8", "backslashreplace").rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def all(self) -> list[str]:
        with self._changed:
            return list(self._lines)

    def join(self) -> list[str]:
        """All lines, once the other end is closed."""
        self._thread.join(DEADLINE)
        return self.all()

    def wait(self, wanted: Callable[[str], bool], what: str,
             start: int = 0, deadline: float = DEADLINE) -> str:
        def found() -> str | None:
            return next(filter(wanted, self._lines[start:]), None)
        with self._changed:
            self._changed.wait_for(lambda: found() is not None or self._ended,
                                   deadline)
            line = found()
            if line is None:
                raise DaemonFault(f"{what} did not come; there was:\n"
                                  + "\n".join(self._lines[-30:]))
            return line


class Daemon:
    """`with Daemon("--invite-ttl", "2d") as daemon: daemon.api.get(...)`.

    data      the data directory; a temporary one where None, removed at the
              end
    engine    one of ENGINES: the kind of database that it gets
    database  one that is there, such as another daemon's; where None it gets
              one of its own, removed at the end
    env       settings by environment, such as INVITED_MAIL; two threads answer
              requests, on whatever machine, unless it says otherwise
    key       the admin key to start with; where None the daemon makes one and
              prints it, as it does for everybody
    limits    resource limits of the process, {resource.RLIMIT_FSIZE: bytes},
              or with a (soft, hard) pair
    """

    def __init__(self, *args: str, data: Path | str | None = None,
                 engine: str = "sqlite", database: Database | None = None,
                 env: Mapping[str, str] | None = None,
                 key: str | None = None,
                 limits: Mapping[int, int | tuple[int, int]] | None = None,
                 program: Path | None = None) -> None:
        self.program = program or binary()
        self.args: list[str] = list(args)
        self.env = dict(env or {})
        self.limits = dict(limits or {})
        self._own_data = data is None
        self.data = Path(tempfile.mkdtemp(prefix="invited-test-")
                         if data is None else data)
        self._own_database = database is None
        self.database = (ENGINES[engine](self.data) if database is None
                         else database)
        self.key = key
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.mailbox = Maildir(self.data / "mail")
        self._expected_errors: set[str] = set()
        self._clients: list[Client] = []
        self._api: Client | None = None
        self.gate_url = ""               # the last of them
        self._log: list[str] = []        # of earlier runs
        self._out: Lines | None = None
        self._err: Lines | None = None

    # -- life ---------------------------------------------------------------

    def __enter__(self) -> Daemon:
        try:
            return self.start()
        except BaseException:
            self.discard()
            raise

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        try:
            if kind is None and self.process is not None:
                self.stop()
        finally:
            self.discard()

    def start(self) -> Daemon:
        """Starts it and waits until it listens."""
        self.launch()
        assert self._out is not None
        self.url = self._out.wait(
            lambda line: line.startswith("listening on http"),
            f"'listening on' of {self.program} (log: {self._tail()})",
        ).removeprefix("listening on ")
        for line in self._out.all():
            if line.startswith("admin key: "):
                self.key = line.removeprefix("admin key: ")
            if line.startswith("gate at "):
                self.gate_url = line.removeprefix("gate at ")
        return self

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts it without waiting: for starts that are to be refused."""
        assert self.process is None, "it runs already"
        env = self._environment(self.env)
        if self.key is not None:
            env["INVITED_ADMIN_KEY"] = self.key
        self.process = subprocess.Popen(
            [str(self.program), "serve", "--listen", "127.0.0.1:0",
             "--data", str(self.data), *self.args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=env, start_new_session=True,
            preexec_fn=self._limit if self.limits else None)
        assert self.process.stdout and self.process.stderr
        self._out = Lines(self.process.stdout)
        self._err = Lines(self.process.stderr)
        return self.process

    def _environment(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        return clean_environment({"INVITED_MAIL_FROM": "invited@localhost",
                                  "INVITED_THREADS": "2",
                                  **self.database.settings, **(extra or {})})

    def _limit(self) -> None:
        for what, value in self.limits.items():
            resource.setrlimit(what, value if isinstance(value, tuple)
                               else (value, value))

    def stop(self) -> None:
        """SIGTERM, exit status 0, and a log without unannounced errors."""
        self.signal(signal.SIGTERM)
        status = self.wait()
        self.check_log()
        if status != 0:
            raise DaemonFault(f"exit status {status} after SIGTERM; the log "
                              f"ends:\n{self._tail()}")

    def kill(self) -> None:
        """kill -9: no farewell, no clean-up."""
        self.signal(signal.SIGKILL)
        self.wait()

    def restart(self) -> Daemon:
        """Stops it if it runs, and starts it on the same data."""
        if self.process is not None:
            self.stop()
        return self.start()

    def signal(self, number: int) -> None:
        assert self.process is not None, "it does not run"
        self.process.send_signal(number)

    def wait(self, deadline: float = DEADLINE) -> int:
        """Waits for its end; the exit status (negative: the signal)."""
        assert self.process is not None, "it does not run"
        try:
            status = self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise DaemonFault(f"it did not end in {deadline:g} s; the log "
                              f"ends:\n{self._tail()}") from None
        finally:
            assert self._out and self._err
            self._out.join()
            self._log += self._err.join()
            self.process = self._err = self._api = None
        return status

    def discard(self) -> None:
        """Ends it however it is, and removes what it left."""
        if self.process is not None:
            self.process.kill()
            self.wait()
        for client in self._clients:
            client.close()
        if self._own_database:
            self.database.drop()
            self._own_database = False
        if self._own_data:
            shutil.rmtree(self.data, ignore_errors=True)

    @property
    def pid(self) -> int:
        assert self.process is not None, "it does not run"
        return self.process.pid

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def gate_port(self) -> int:
        """With --gate-listen 127.0.0.1:0."""
        return int(self.gate_url.rsplit(":", 1)[1])

    # -- what it said -------------------------------------------------------

    @property
    def output(self) -> list[str]:
        """Lines on standard output, of this run."""
        return self._out.all() if self._out else []

    @property
    def log(self) -> list[str]:
        """Lines on standard error, of all runs."""
        return self._log + (self._err.all() if self._err else [])

    def expect_error(self, *events: str) -> None:
        """Log lines of level `error` for these events are no surprise."""
        self._expected_errors.update(events)

    def wait_log(self, event: str, **fields: str) -> str:
        """Waits for a line of this run's log."""
        assert self._err is not None, "it does not run"

        def wanted(line: str) -> bool:
            match = LOG_LINE.match(line)
            return (match is not None and match["event"] == event and
                    all(f" {name}={value}" in match["fields"]
                        for name, value in fields.items()))
        return self._err.wait(wanted, f"a log line {event} {fields}")

    def check_log(self) -> None:
        """Raises DaemonFault for what should not be in the log."""
        bad = [line for line in self.log if not self._innocent(line)]
        if bad:
            raise DaemonFault("unexpected on standard error:\n"
                              + "\n".join(bad[:40]))

    def _innocent(self, line: str) -> bool:
        match = LOG_LINE.match(line)
        if match is None:
            return LIBPQ_LINE.match(line) is not None
        return (match["level"] != "error" or
                match["event"] in self._expected_errors)

    def _tail(self) -> str:
        return "\n".join(self.log[-20:])

    # -- talking to it ------------------------------------------------------

    def client(self, key: str | None | object = ...,
               **options: object) -> Client:
        """A client with the admin key, another (`key`), or none (None)."""
        client = Client(self.url, self.key if key is ... else key, **options)
        self._clients.append(client)
        return client

    @property
    def api(self) -> Client:
        """A client with the admin key, one for the whole run."""
        if self._api is None:
            self._api = self.client()
        return self._api

    def command(self, *args: str, env: Mapping[str, str] | None = None,
                check: bool = True, typed: str = "",
                ) -> subprocess.CompletedProcess[str]:
        """Runs `invited ARGS... --data DIR` with the daemon's database, beside
        the daemon or without."""
        return self.run(*args, "--data", str(self.data),
                        env=self._environment(env), check=check, typed=typed)

    def run(self, *args: str, env: Mapping[str, str] | None = None,
            check: bool = True, typed: str = "",
            ) -> subprocess.CompletedProcess[str]:
        """Runs `invited ARGS...`, with what is `typed` as its input."""
        done = subprocess.run(
            [str(self.program), *args], input=typed,
            capture_output=True, text=True, timeout=DEADLINE * 2,
            env=clean_environment(env))
        if check and done.returncode != 0:
            raise DaemonFault(f"{' '.join(args)}: exit status "
                              f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def files(self) -> Iterable[Path]:
        """Everything in the data directory."""
        return (path for path in sorted(self.data.rglob("*"))
                if path.is_file())


def admin_key_in(text: str) -> str:
    """The one admin key that a command printed."""
    words = [word for word in text.split()
             if word.startswith("sk-admin-") and "..." not in word]
    assert len(words) == 1, f"one key expected in {text!r}"
    return words[0]
