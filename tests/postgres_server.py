"""
A PostgreSQL server of the tests' own: its cluster is in a temporary directory,
it listens on a socket there and nowhere else, and it is stopped by its pid.

The tests of one run share a server, whose URL is in INVITED_TEST_POSTGRES
(tests/with-postgres starts it and sets that); each takes a database of its own
from it. Tests that kill, restart or promote servers start theirs.

PostgreSQL refuses to run as root; started by root it runs as `postgres`.

Needs Python's own library only: C tests are run by it too.
"""

from __future__ import annotations

import functools
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Mapping
from urllib.parse import quote

DEADLINE = float(os.environ.get("INVITED_TEST_DEADLINE", "30"))
USER = "invited"

# What makes tests fast, where no test asks for the machine to stop.
CARELESS = {"fsync": "off", "synchronous_commit": "off",
            "full_page_writes": "off"}

# Statistics that come in the middle of a test would change what is planned;
# a test that wants some says ANALYZE.
STEADY = {"autovacuum": "off"}


def _newest(program: str) -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"),
                   key=lambda path: int(path.parts[-3]))
    return found[-1] if found else None


@functools.cache
def psql() -> str:
    """The program itself: in PATH, Debian has a script that looks for it, and
    takes longer for that than a statement does."""
    return str(_newest("psql") or "psql")


def programs() -> Path:
    """Where initdb and postgres are; Debian keeps them out of PATH."""
    found, named = _newest("postgres"), shutil.which("postgres")
    if found:
        return found.parent
    if named:
        return Path(named).resolve().parent
    raise RuntimeError("PostgreSQL is not installed (Debian: postgresql)")


def _owner() -> dict[str, object]:
    """Arguments of subprocess.run() to run as who may run PostgreSQL."""
    if os.getuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


class Postgres:
    """`with Postgres() as server: server.url(server.make_database())`.

    settings  as in postgresql.conf
    password  asked of everybody who connects; None: nobody is asked
    copy_of   a server to be a standby of, connected under `name`
    """

    def __init__(self, settings: Mapping[str, str] | None = None,
                 password: str | None = None,
                 copy_of: Postgres | None = None,
                 name: str = "standby") -> None:
        self.settings = dict(settings or {})
        self.password = password
        self.process: subprocess.Popen[bytes] | None = None
        self._programs = programs()
        # Short: the path of a socket has 107 octets at most.
        self.directory = Path(tempfile.mkdtemp(prefix="invited-pg-"))
        self.data = self.directory / "data"
        self.log = self.directory / "log"
        self._give_away(self.directory)
        try:
            if copy_of is None:
                self._initialize()
            else:
                self._copy(copy_of, name)
        except BaseException:
            self.discard()
            raise

    @staticmethod
    def _give_away(path: Path) -> None:
        if os.getuid() == 0:
            shutil.chown(path, "postgres", "postgres")
        path.chmod(0o755)  # others come to the socket in it

    def _run(self, program: str, *args: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *args], cwd=self.directory,
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=DEADLINE * 4, env={"LC_ALL": "C.UTF-8", "TZ": "UTC"},
            **_owner())
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    def _initialize(self) -> None:
        """To copy a cluster takes a tenth of the time that it takes to make
        one."""
        pattern = os.environ.get("INVITED_TEST_CLUSTER", "")
        if self.password is None and os.access(pattern, os.R_OK | os.X_OK):
            subprocess.run(["cp", "-a", pattern, self.data], check=True,
                           timeout=DEADLINE * 4)
            return
        words = ["-D", str(self.data), "-U", USER, "--encoding=UTF8",
                 "--locale=C", "--no-sync", "--no-instructions"]
        if self.password is None:
            words.append("--auth=trust")
        else:
            secret = self.directory / "password"
            secret.write_text(self.password)
            secret.chmod(0o644)
            words += ["--auth=scram-sha-256", f"--pwfile={secret}"]
        self._run("initdb", *words)

    def copy_cluster(self, place: Path) -> None:
        """For INVITED_TEST_CLUSTER; before it was started."""
        subprocess.run(["cp", "-a", self.data, place], check=True,
                       timeout=DEADLINE * 4)

    def _copy(self, primary: Postgres, name: str) -> None:
        self._run("pg_basebackup", "-D", str(self.data), "-R", "-X", "stream",
                  "-c", "fast", "--no-sync", "-d",
                  f"host={primary.directory} user={USER} "
                  f"application_name={name}")

    # -- life ---------------------------------------------------------------

    def __enter__(self) -> Postgres:
        try:
            return self.start()
        except BaseException:
            self.discard()
            raise

    def __exit__(self, *_: object) -> None:
        self.discard()

    def start(self, wait: bool = True) -> Postgres:
        """Starts it; with `wait`, until it lets somebody in."""
        assert self.process is None, "it runs already"
        settings = {"listen_addresses": "", "port": "5432",
                    "unix_socket_directories": str(self.directory),
                    "max_connections": "100", "shared_buffers": "64MB",
                    "log_min_messages": "warning", **STEADY,
                    **self.settings}
        words = [word for name, value in settings.items()
                 for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.data),
                 *words], cwd=self.directory, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                env={"LC_ALL": "C.UTF-8", "TZ": "UTC"}, **_owner())
        if wait:
            self._wait_until_up()
        return self

    def _wait_until_up(self) -> None:
        end = time.monotonic() + DEADLINE * 4
        while not self._is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("PostgreSQL did not come up: "
                                   + self.log.read_text())
            time.sleep(0.02)

    def _is_up(self) -> bool:
        return subprocess.run(
            [str(self._programs / "pg_isready"), "-q", "-h",
             str(self.directory)], check=False).returncode == 0

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: fast; SIGQUIT: at once, as after a crash; SIGTERM: when
        everybody has left."""
        assert self.process is not None, "it does not run"
        self.process.send_signal(how)
        self.process.wait(DEADLINE * 2)
        self.process = None

    def kill(self) -> None:
        """kill -9 of the whole server, as when its machine stops."""
        assert self.process is not None, "it does not run"
        # It stands still first: so those that it has made stay its children,
        # and are found.
        os.kill(self.process.pid, signal.SIGSTOP)
        self._kill_children()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE)
        self.process = None
        # A backend may take a moment to see that the server is gone; until
        # then a new one refuses to start.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _kill_children(self) -> None:
        assert self.process is not None
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[1]) == self.process.pid:
                os.kill(int(path.parts[2]), signal.SIGKILL)

    def restart(self, how: signal.Signals = signal.SIGINT) -> Postgres:
        self.stop(how)
        return self.start()

    def promote(self) -> None:
        """Makes a standby the primary, and waits until it takes writes."""
        self.sql("SELECT pg_promote(true, 60)")

    def discard(self) -> None:
        if self.process is not None:
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- databases ----------------------------------------------------------

    def url(self, database: str = "postgres", **options: str) -> str:
        return url_of([self], database, **options)

    def sql(self, text: str, database: str = "postgres") -> str:
        """Runs SQL past the daemon; what psql prints, without decoration."""
        return run_sql(self.url(database), text)

    def make_database(self) -> str:
        """An empty one; its name."""
        return name_of(make_database(self.url()))


def url_of(servers: list[Postgres], database: str, **options: str) -> str:
    """The URL of a database that is on whichever of them takes writes."""
    secret = next((s.password for s in servers if s.password), None)
    user = f"{USER}:{quote(secret)}" if secret else USER
    options = {"host": ",".join(str(s.directory) for s in servers), **options}
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return f"postgres://{user}@/{database}?{query}"


def name_of(url: str) -> str:
    """The database that a URL leads to."""
    return url.partition("?")[0].rsplit("/", 1)[1]


def run_sql(url: str, text: str) -> str:
    done = subprocess.run(
        [psql(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url,
         "-c", text], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=DEADLINE * 2, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{text}: {done.stderr}")
    return done.stdout.removesuffix("\n")


def make_database(server_url: str) -> str:
    """A new, empty database of that server; its URL."""
    name = "t" + secrets.token_hex(8)
    run_sql(server_url, f"CREATE DATABASE {name}")
    place, mark, options = server_url.partition("?")
    return place.rsplit("/", 1)[0] + "/" + name + mark + options


def dump_database(url: str) -> bytes:
    """As pg_dump writes it: octets in hex."""
    return subprocess.run([str(programs() / "pg_dump"), "-d", url], check=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=DEADLINE * 2).stdout


def drop_database(url: str, server_url: str) -> None:
    run_sql(server_url,
            f"DROP DATABASE IF EXISTS {name_of(url)} WITH (FORCE)")
