"""
doc/deployment.md: what it tells operators to do is done here, from its own
text, on servers that are made for it. Only places and names are put in.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import httpx
import pytest

from harness import DEADLINE, INVITES, Daemon, binary, eventually
from harness.daemon import ROOT, clean_environment
from harness.proxies import listens
from postgres_server import Postgres, _owner, programs, run_sql

# The servers are made here; what the fixtures would make is not used.
pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.long(15)]

PAGE = (ROOT / "doc/deployment.md").read_text()

# While a write is refused for want of the database: 2 seconds for a turn, and
# as long again for who waits behind it. Slow machines take longer.
REFUSED_WITHIN = DEADLINE / 2


# Every example, with the language that it names: fences come in pairs.
EXAMPLES = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def block(language: str, holding: str) -> str:
    """The one example of this language with these words in it."""
    found = [text for its_language, text in EXAMPLES
             if its_language == language and holding in text]
    assert len(found) == 1, f"{len(found)} {language} examples with {holding}"
    return found[0]


def conf(text: str) -> dict[str, str]:
    """postgresql.conf as settings."""
    pairs = (line.split(" = ", 1) for line in text.splitlines())
    return {name: value.strip("'") for name, value in pairs}


def follow(server: Postgres, script: str, **env: str) -> str:
    """Runs a script of the page as the server's owner, beside it."""
    done = subprocess.run(
        ["sh", "-euc", script], cwd=server.directory, text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE * 4,
        env={**clean_environment(), "PGHOST": str(server.directory),
             "PGUSER": "invited", **env,
             "PATH": f"{programs()}:{os.environ['PATH']}"}, **_owner())
    assert done.returncode == 0, f"{script}{done.stdout}{done.stderr}"
    return done.stdout


def room(server: Postgres) -> Path:
    """Where the page says /backup: the server's owner may write there."""
    place = server.directory / "backup"
    if not place.exists():
        follow(server, "mkdir -p backup/wal")
    return place


def emails(daemon: Daemon) -> set[str]:
    return {one["email"] for one in daemon.api.all(INVITES)}


def database(server: Postgres, name: str = "invited") -> str:
    server.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    return server.url(name)


def refusal(url: str, where: Path, **env: str) -> str:
    """What a daemon says that cannot start."""
    done = subprocess.run(
        [binary(), "serve", "--listen", "127.0.0.1:0", "--data", where,
         "--database", url], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=DEADLINE * 2, env=clean_environment(env))
    assert done.returncode in (1, 75) and done.stdout == ""
    return done.stderr


@pytest.fixture
def servers() -> Iterator[Callable[..., Postgres]]:
    """Makes servers, and discards them."""
    made: list[Postgres] = []

    def make(settings: dict[str, str] | None = None, start: bool = True,
             kind: type[Postgres] = Postgres, **options: object) -> Postgres:
        made.append(kind(settings, **options))
        return made[-1].start() if start else made[-1]
    yield make
    for server in reversed(made):
        server.discard()


@pytest.fixture
def server(servers: Callable[..., Postgres]) -> Postgres:
    return servers()


# -- database and role ------------------------------------------------------

def statements(holding: str) -> list[str]:
    """Of an SQL example; the name `invited` is the tests' own superuser's."""
    text = block("sql", holding).replace("invited", "team")
    return [one for one in text.split(";\n") if one.strip()]


def test_role_and_database(server: Postgres,
                           make_daemon: Callable[..., Daemon]) -> None:
    for statement in statements("CREATE ROLE invited LOGIN"):
        server.sql(statement)
    owner = f"postgres://team@/team?host={server.directory}"
    first = make_daemon("--database", owner)
    first.stop()

    for statement in statements("CREATE ROLE invited_run LOGIN"):
        server.sql(statement, "team")
    least = owner.replace("team@", "team_run@")
    first.args = ["--database", least]
    first.start()
    second = make_daemon("--database", least, key=first.key)
    first.api.invite("ada@example.com")
    second.api.invite("grace@example.com")
    assert emails(first) == {"ada@example.com", "grace@example.com"}
    assert second.run("check", "--database", least).stdout == "ok\n"


def test_what_is_refused(server: Postgres, tmp_path: Path) -> None:
    server.sql("CREATE ROLE team_run LOGIN")
    url = database(server).replace("invited@", "team_run@")
    assert "permission denied for schema public" in refusal(url, tmp_path)
    server.sql("CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1'")
    assert "is LATIN1; it has to be UTF8" in refusal(server.url("old"),
                                                     tmp_path)


# -- the URL ----------------------------------------------------------------

def pass_file(where: Path, password: str, mode: int = 0o400) -> Path:
    """In the form that the page shows, for all hosts."""
    line = re.search(r"^db1\.example\.com:5432:(.*):the-password$", PAGE,
                     re.MULTILINE)
    assert line
    path = where / "invited.pgpass"
    path.unlink(missing_ok=True)
    path.write_text(f"*:5432:{line[1]}:{password}\n")
    path.chmod(mode)
    return path


def test_password_file(servers: Callable[..., Postgres], tmp_path: Path,
                       make_daemon: Callable[..., Daemon]) -> None:
    """Read again at each connection; ignored where others may read it."""
    server = servers(password="first")
    run_sql(server.url(), "CREATE DATABASE invited TEMPLATE template0")
    url = f"postgres://invited@/invited?host={server.directory}"
    env = {"PGPASSFILE": str(pass_file(tmp_path, "first"))}
    daemon = make_daemon("--database", url, env=env)
    daemon.api.invite("ada@example.com")

    pass_file(tmp_path, "second")
    server.sql("ALTER ROLE invited PASSWORD 'second'")
    server.password = "second"
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
               " WHERE application_name = 'invited'")
    daemon.api.invite("grace@example.com")

    pass_file(tmp_path, "second", 0o440)
    assert "no password supplied" in refusal(url, tmp_path / "data", **env)


def certificate(where: Path, name: str) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
         "-keyout", where / "server.key", "-out", where / "server.crt"],
        check=True, capture_output=True)
    for path in (where / "server.key", where / "server.crt"):
        path.chmod(0o600)
        if os.getuid() == 0:
            shutil.chown(path, "postgres", "postgres")


def test_tls_is_verified(servers: Callable[..., Postgres], tmp_path: Path,
                         make_daemon: Callable[..., Daemon]) -> None:
    # PostgreSQL knows no port 0; loopback has sixteen million addresses.
    address = "127." + ".".join(str(1 + octet % 254)
                                for octet in os.urandom(3))
    server = servers({"listen_addresses": address, "ssl": "on"}, start=False)
    certificate(server.data, "db1.example.com")
    with (server.data / "pg_hba.conf").open("a") as rules:
        rules.write("hostssl all all 127.0.0.0/8 trust\n")
    server.start()
    database(server)
    text = re.search(r"sslmode=verify-full&sslrootcert=", PAGE)
    assert text
    url = (f"postgres://invited@HOST/invited?hostaddr={address}&{text[0]}"
           f"{server.data}/server.crt")
    daemon = make_daemon("--database", url.replace("HOST", "db1.example.com"))
    daemon.api.invite("ada@example.com")
    assert server.sql("SELECT count(*) > 0 AND bool_and(ssl)"
                      " FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                      " WHERE application_name = 'invited'") == "t"
    assert 'does not match host name "db2.example.com"' in refusal(
        url.replace("HOST", "db2.example.com"), tmp_path)


# -- connections and settings -----------------------------------------------

def test_connections_of_a_daemon(server: Postgres,
                                 make_daemon: Callable[..., Daemon]) -> None:
    assert "at most five connections" in PAGE
    daemon = make_daemon("--database", database(server))
    for number in range(20):
        daemon.api.invite(f"p{number}@example.com")
        daemon.api.ok("GET", "/v1/organization/audit_logs")
    count = int(server.sql("SELECT count(*) FROM pg_stat_activity"
                           " WHERE application_name = 'invited'"))
    assert 3 <= count <= 5


def test_the_settings_are_settings(servers: Callable[..., Postgres]) -> None:
    """A name that PostgreSQL does not know would keep it from starting."""
    servers(conf(block("", "synchronous_standby_names = ")))


def test_while_the_standby_is_away(servers: Callable[..., Postgres],
                                   make_daemon: Callable[..., Daemon]) -> None:
    first = servers()
    url = database(first)
    standby = servers(copy_of=first, name="standby1")
    settings = conf(block("", "synchronous_standby_names = "))
    first.sql("ALTER SYSTEM SET synchronous_standby_names = "
              f"'{settings['synchronous_standby_names']}'")
    first.sql("SELECT pg_reload_conf()")
    daemon = make_daemon("--database", url)
    daemon.expect_error("store_unavailable")
    daemon.api.invite("ada@example.com")
    eventually(lambda: first.sql("SELECT sync_state FROM pg_stat_replication")
               == "quorum", "a standby that counts")

    standby.stop(signal.SIGQUIT)
    body = {"email": "grace@example.com", "role": "reader"}
    refused = daemon.api.post(INVITES, json=body)
    assert refused.status_code == 503
    assert refused.elapsed.total_seconds() < REFUSED_WITHIN
    assert daemon.api.get("/readyz").status_code == 503
    assert daemon.api.get("/healthz").status_code == 200
    assert emails(daemon) == {"ada@example.com"}

    standby.start()
    eventually(lambda: daemon.api.get("/readyz").status_code == 200,
               "readiness")
    daemon.api.ok("POST", INVITES, json=body)
    assert run_sql(url, "SELECT count(*) FROM invite") == "2"


# -- back-up ----------------------------------------------------------------

def test_dump_and_restore(server: Postgres,
                          make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon("--database", database(server))
    kept, _ = daemon.api.link("ada@example.com")
    _, token = daemon.api.link("grace@example.com")
    backup = room(server)
    follow(server, block("sh", "pg_dump --format=custom")
           .replace("/backup", str(backup)))
    daemon.api.invite("late@example.com")
    # The server's owner may not be let into the folder of this checkout.
    shutil.copy(daemon.program, backup)

    said = follow(server, block("sh", "pg_restore --no-owner")
                  .replace("/backup", str(backup))
                  .replace("invited check", f"{backup}/invited check")
                  .replace("@/restored",
                           f"@/restored?host={server.directory}"))
    assert said == "ok\n"
    second = make_daemon("--database", server.url("restored"), key=daemon.key)
    assert emails(second) == {"ada@example.com", "grace@example.com"}
    assert second.api.link("ada@example.com")[0]["id"] == kept["id"]
    assert second.api.accept(token).status_code == 200


class Restored(Postgres):
    """A server on the data that a script of the page leaves behind."""

    def __init__(self, settings: dict[str, str], script: str) -> None:
        self._script = script
        super().__init__(settings)

    def _initialize(self) -> None:
        follow(self, self._script.replace("/var/lib/postgresql/15/restored",
                                          str(self.data)))


def archiving(servers: Callable[..., Postgres]) -> Postgres:
    server = servers(start=False)
    server.settings |= {
        name: value.replace("/backup", str(room(server)))
        for name, value in conf(block("conf", "archive_mode = on")).items()}
    return server.start()


def restored(servers: Callable[..., Postgres], old: Postgres,
             moment: str) -> Postgres:
    backup = str(room(old))
    settings = conf(block("conf", "recovery_target_time = ")
                    .replace("/backup", backup))
    settings["recovery_target_time"] = moment
    script = block("sh", "recovery.signal").replace("/backup", backup)
    server = servers(settings, kind=Restored, script=script)
    eventually(lambda: server.sql("SELECT pg_is_in_recovery()") == "f",
               "the end of recovery")
    return server


def test_back_to_a_moment(servers: Callable[..., Postgres],
                          make_daemon: Callable[..., Daemon]) -> None:
    old = archiving(servers)
    daemon = make_daemon("--database", database(old))
    daemon.api.invite("base@example.com")
    follow(old, block("sh", "pg_basebackup --pgdata")
           .replace("/backup", str(room(old))))

    late, token = daemon.api.link("late@example.com")
    daemon.api.invite("before@example.com")
    moment = old.sql("SELECT clock_timestamp()")
    daemon.api.invite("after@example.com")
    lost = daemon.mailbox.wait("after@example.com").token
    assert daemon.api.accept(token).status_code == 200
    daemon.stop()
    old.stop()

    new = restored(servers, old, moment)
    url = new.url("invited")
    assert daemon.run("check", "--database", url).stdout == "ok\n"
    second = make_daemon("--database", url, key=daemon.key)
    assert emails(second) == {"base@example.com", "before@example.com",
                              "late@example.com"}
    # The page's sentences on what that means.
    lookup = second.api.post("/v1/invitations/lookup", json={"token": lost})
    assert lookup.status_code == 404
    assert second.api.ok("GET", f"{INVITES}/{late['id']}")["status"] == \
        "pending"
    assert second.api.accept(token).status_code == 200
    second.api.invite("after@example.com")


# -- upgrades ---------------------------------------------------------------

def test_move_by_logical_replication(
        servers: Callable[..., Postgres],
        make_daemon: Callable[..., Daemon]) -> None:
    old, new = servers({"wal_level": "logical"}), servers()
    names = {"OLD": database(old), "NEW": database(new)}
    daemon = make_daemon("--database", names["OLD"])
    daemon.api.invite("ada@example.com")
    follow(new, block("sh", "CREATE SUBSCRIPTION")
           .replace("/backup", str(room(new))), **names)
    eventually(lambda: run_sql(
        names["NEW"], "SELECT bool_and(srsubstate = 'r')"
        " FROM pg_subscription_rel") == "t", "the first copy")
    daemon.api.invite("grace@example.com")
    daemon.stop()
    eventually(lambda: run_sql(
        names["OLD"], "SELECT bool_and(replay_lsn = pg_current_wal_lsn())"
        " FROM pg_stat_replication") == "t", "the last change")
    follow(new, block("sh", "DROP SUBSCRIPTION"), **names)
    second = make_daemon("--database", names["NEW"], key=daemon.key)
    assert emails(second) == {"ada@example.com", "grace@example.com"}
    second.api.invite("hedy@example.com")
    assert daemon.run("check", "--database", names["NEW"]).stdout == "ok\n"


# -- in front of the daemons ------------------------------------------------

def nginx_conf(where: Path, daemons: list[Daemon]) -> Path:
    """The page's example, without TLS, on a socket."""
    text = block("nginx", "upstream invited")
    for number, daemon in enumerate(daemons, 1):
        text = text.replace(f"10.0.0.1{number}:8080",
                            f"127.0.0.1:{daemon.port}")
    text = re.sub(r"listen 443 ssl;", f"listen unix:{where}/socket;", text)
    text = re.sub(r" *ssl_certificate.*\n", "", text)
    places = "".join(f"{name}_temp_path {where}/{name};\n" for name in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.getuid() == 0 else ""
    path = where / "nginx.conf"
    path.write_text(f"{user}daemon off;\npid {where}/pid;\n"
                    "worker_processes 1;\nevents {}\n"
                    f"http {{\naccess_log off;\n{places}{text}}}\n")
    return path


@pytest.fixture
def start_nginx(tmp_path: Path) -> Iterator[Callable[..., httpx.Client]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(*daemons: Daemon) -> httpx.Client:
        started.append(subprocess.Popen(
            ["nginx", "-p", tmp_path, "-e", tmp_path / "log", "-c",
             nginx_conf(tmp_path, list(daemons))],
            stdin=subprocess.DEVNULL))
        eventually(lambda: listens(tmp_path / "socket"), "nginx")
        return httpx.Client(
            base_url="http://invited.example.com", timeout=DEADLINE,
            transport=httpx.HTTPTransport(uds=str(tmp_path / "socket")))
    yield start
    for process in started:
        process.terminate()
        process.wait(DEADLINE)


def test_proxy_with_two_daemons(
        server: Postgres, make_daemon: Callable[..., Daemon],
        start_nginx: Callable[..., httpx.Client]) -> None:
    url = database(server)
    first = make_daemon("--database", url)
    second = make_daemon("--database", url, key=first.key)
    wanted = set()
    with start_nginx(first, second) as http:
        def create(number: int) -> int:
            wanted.add(f"p{number}@example.com")
            return http.post(
                INVITES, headers={"Authorization": f"Bearer {first.key}"},
                json={"email": f"p{number}@example.com",
                      "role": "reader"}).status_code
        assert [create(number) for number in range(8)] == [200] * 8
        for daemon in (first, second):
            daemon.wait_log("request", path="/organization/invites")
        second.kill()
        assert [create(number) for number in range(8, 16)] == [200] * 8
        assert http.get("/healthz").status_code == 200
        for path in ("/metrics", "/readyz"):
            assert http.get(path).status_code == 403
    assert emails(first) == wanted
