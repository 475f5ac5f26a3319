"""
`invited copy`: all that one database holds, into another one.

A test that takes `pair` is run for each engine as the source and each as the
target; one that takes `engine` is about one side, whose engine that is.
"""

from __future__ import annotations

import itertools
import os
import pty
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from harness import (DEADLINE, ENGINES, INVITES, PROJECTS, USERS, Client,
                     Daemon, admin_key_in, binary, eventually, refused)
from harness.daemon import clean_environment
from postgres_server import psql

GROUPS = "/v1/organization/groups"
ROLES = "/v1/organization/roles"
REFUSED, USAGE, TRY_AGAIN = 1, 2, 75
NEVER = ("--mail", "smtp://127.0.0.1:1", "--mail-retry", "1h")
KEEP = ("--mail", "none:")  # a daemon that shows what there is, and sends none


class Side:
    """A database, with a directory for a daemon to serve it from."""

    def __init__(self, engine: str, data: Path) -> None:
        data.mkdir()
        self.engine, self.data = engine, data
        self.database = ENGINES[engine](data)
        self.url = self.database.settings.get(
            "INVITED_DATABASE", f"sqlite:{data}/invited.db")
        self.sql = self.database.sql

    def daemon(self, *args: str, **options: Any) -> Daemon:
        return Daemon(*args, data=self.data, database=self.database, **options)

    def check(self) -> str:
        return run("check", "--database", self.url).stdout

    def dump(self) -> dict[str, list[list[str]]]:
        """All rows, but for what each database has of its own."""
        return {name: sorted(self._rows(name, columns))
                for name, columns in self.columns().items() if name != "meta"}

    def _rows(self, table: str, columns: str) -> list[list[str]]:
        """One engine's NULL is told as None, the other's as nothing."""
        return [[value.replace("None", "") for value in row] for row in
                self.sql(f"SELECT {columns} FROM \"{table}\"")]

    def columns(self) -> dict[str, str]:
        """The columns of each table, in the order of their names."""
        if self.engine == "sqlite":
            text = ("SELECT t.name, c.name FROM sqlite_schema t,"
                    " pragma_table_info(t.name) c WHERE t.type = 'table'")
        else:
            text = ("SELECT table_name, column_name"
                    " FROM information_schema.columns"
                    " WHERE table_schema = 'public'")
        found: dict[str, list[str]] = {}
        for table, column in sorted(self.sql(text)):
            found.setdefault(table, []).append(f'"{column}"')
        return {table: ", ".join(names) for table, names in found.items()}


@pytest.fixture
def side(tmp_path: Path, postgres_server: str) -> Iterator[
        Callable[[str], Side]]:
    """Makes databases, empty and not even with tables."""
    made: list[Side] = []

    def make(engine: str) -> Side:
        made.append(Side(engine, tmp_path / f"side{len(made)}"))
        return made[-1]
    yield make
    for one in made:
        one.database.drop()


PAIRS = list(itertools.product(ENGINES, repeat=2))


@pytest.fixture(params=PAIRS, ids="-to-".join)
def pair(request: pytest.FixtureRequest,
         side: Callable[[str], Side]) -> tuple[Side, Side]:
    source, target = request.param
    return side(source), side(target)


def run(*args: str, code: int = 0, env: dict[str, str] | None = None
        ) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [binary(), *args], stdin=subprocess.DEVNULL, text=True,
        capture_output=True, timeout=DEADLINE * 4, env=clean_environment(env))
    assert done.returncode == code, (args, done.stdout, done.stderr)
    return done


def copy(source: Side, target: Side, code: int = 0) -> str:
    """Runs it; what it says of each table, or why it would not."""
    done = run("copy", "--from", source.url, "--to", target.url, code=code)
    assert not (done.stdout if code else done.stderr)
    return done.stderr if code else done.stdout


def tables(said: str) -> dict[str, list[str]]:
    """Rows, digest and what was done, by table."""
    lines = [line.split("\t") for line in said.splitlines() if "\t" in line]
    return {name.strip(): [word.strip() for word in rest]
            for name, *rest in lines}


def written(said: str) -> set[str]:
    return {name for name, row in tables(said).items() if row[2] == "copied"}


# -- a world ------------------------------------------------------------------

class World:
    """Two organizations with something of each kind."""

    def __init__(self, source: Side) -> None:
        self.source = source
        self.tokens: dict[str, str] = {}
        self.keys: list[str] = []
        with source.daemon(*NEVER) as daemon:
            self.first = str(daemon.key)
            self.keys.append(self.first)
            self._people(daemon.api, daemon.api.project("Ωmega “quotes”"))
            daemon.command("organization", "create", "Other\\one, \"too\"")
            self.keys.append(admin_key_in(daemon.command(
                "key", "create", "k", "--organization",
                "Other\\one, \"too\"").stdout))
            daemon.client(self.keys[1]).link("ada@example.com")
            gone = daemon.command("key", "create", "gone", "--organization",
                                  "Other\\one, \"too\"").stdout
            daemon.command("key", "revoke", re.search(r"key_\w+", gone)[0])
        source.sql("UPDATE project SET archived_at = created_at + 1"
                   " WHERE name = 'Archived'")
        source.sql("UPDATE invite SET expires_at = created_at - 1"
                   " WHERE email = 'late@example.com'")

    def _people(self, api: Client, project: dict[str, Any]) -> None:
        archived = api.project("Archived")
        grants = [{"id": project["id"], "role": "owner"},
                  {"id": archived["id"], "role": "member"}]
        for name in ("pending", "late", "accepted", "declined", "deleted"):
            invite, self.tokens[name] = api.link(f"{name}@example.com",
                                                 projects=grants)
            if name == "accepted":
                assert api.accept(self.tokens[name],
                                  "名前 👩‍🚀").status_code == 200
            if name == "declined":
                api.ok("POST", "/v1/invitations/decline",
                       json={"token": self.tokens[name]})
            if name == "deleted":
                api.ok("DELETE", f"{INVITES}/{invite['id']}")
        self._roles(api, project["id"])
        queued = api.invite("QUEUED@example.com", role="owner")
        api.delivered(queued["id"], "deferred")


    def _roles(self, api: Client, project: str) -> None:
        group = api.ok("POST", GROUPS, json={"name": "Crew \\N"})["id"]
        user = next(api.all(USERS))["id"]
        api.ok("POST", f"{GROUPS}/{group}/users", json={"user_id": user})
        for place in ("organization", f"projects/{project}"):
            role = api.ok("POST", f"/v1/{place}/roles", json={
                "role_name": "Näme", "permissions": ["a"],
                "description": "\\N"})["id"]
            for who in (f"users/{user}", f"groups/{group}"):
                for one in (f"role-api-{place.split('s/')[0]}-owner", role):
                    api.ok("POST", f"/v1/{place}/{who}/roles",
                           json={"role_id": one})


def answers(daemon: Daemon, keys: list[str],
            tokens: dict[str, str]) -> dict[str, bytes]:
    """Every list, every thing in it, and what each link opens: as bytes."""
    found: dict[str, bytes] = {}
    for number, key in enumerate(keys):
        api = daemon.client(key, address=f"10.0.0.{number + 1}")
        for path in (INVITES, PROJECTS, USERS, GROUPS, ROLES,
                     f"{INVITES}?status=pending",
                     f"{PROJECTS}?include_archived=true"):
            found[f"{number} {path}"] = api.get(path).content
        for path in (INVITES, PROJECTS, USERS):
            for one in api.all(path):
                where = f"{path}/{one['id']}"
                found[f"{number} {where}"] = api.get(where).content
        for one in api.all(PROJECTS):
            where = f"{PROJECTS}/{one['id']}/users"
            found[f"{number} {where}"] = api.get(where).content
        for one in api.all(USERS):
            where = f"{USERS}/{one['id']}/roles"
            found[f"{number} {where}"] = api.get(where).content
    for name, token in tokens.items():
        found[name] = daemon.client(None, address="10.0.1.1").post(
            "/v1/invitations/lookup", json={"token": token}).content
    return {name: re.sub(rb"req_[0-9a-f]{32}", b"", content)
            for name, content in found.items()}


def small(source: Side) -> tuple[str, str]:
    """A source with one invite: the admin key, and the link's token."""
    with source.daemon(*KEEP) as daemon:
        return str(daemon.key), daemon.api.link("ada@example.com")[1]


# -- what comes over ----------------------------------------------------------

def test_nobody_notices(pair):
    """Every answer is the same, links that were mailed open, and addresses
    are known again."""
    source, target = pair
    world = World(source)
    with source.daemon(*KEEP) as daemon:
        before = answers(daemon, world.keys, world.tokens)
    assert len(before) > 20 and b"Archived" in b"".join(before.values())

    said = copy(source, target)
    assert source.dump() == target.dump()
    assert {name: int(row[0]) for name, row in tables(said).items()} == \
        {name: len(rows) for name, rows in target.dump().items()}

    with target.daemon(*KEEP, key="sk-admin-" + "x" * 43) as daemon:
        assert answers(daemon, world.keys, world.tokens) == before
        assert daemon.client("sk-admin-" + "x" * 43).get(
            INVITES).status_code == 401  # it is not a first start
        api = daemon.client(world.first)
        accepted = api.accept(world.tokens["pending"]).json()
        assert [one["name"] for one in accepted["projects"]] == \
            ["Ωmega “quotes”"]
        refused(api.accept(world.tokens["late"]), 410, "invitation_expired")
        again = api.invite("deleted@example.com")
        assert again["id"] not in str(before)
        refused(api.post(INVITES, json={"email": "ACCEPTED@example.com",
                                        "role": "reader"}),
                400, "user_already_exists")
    assert target.check() == "ok\n"


def test_queued_mail_is_sent_from_the_target(pair):
    source, target = pair
    world = World(source)
    source.sql("UPDATE outbox SET due_at_ms = queued_at_ms")
    copy(source, target)
    with target.daemon() as daemon:
        mail = daemon.mailbox.wait("QUEUED@example.com")
        joined = daemon.client(world.first).accept(mail.token)
        assert joined.status_code == 200


def test_every_column_and_every_table(side):
    """A table that the copy forgets would be one more here than there."""
    source = side("sqlite")
    small(source)
    for engine in ENGINES:
        target = side(engine)
        said = copy(source, target)
        assert set(tables(said)) == set(target.columns()) - {"meta"}
        assert set(tables(said)) == set(source.columns()) - {"meta"}


@pytest.mark.parametrize("where", ["source", "target"])
def test_a_column_that_the_copy_does_not_know(side, engine, where):
    source, target = side(engine), side(engine)
    small(source)
    copy(source, target)
    changed = source if where == "source" else target
    changed.sql("ALTER TABLE invite ADD COLUMN surprise TEXT")
    assert "invite.surprise" in copy(source, target, code=REFUSED)


# -- again --------------------------------------------------------------------

def test_again(pair):
    """What changed is brought up to date, also what is gone."""
    source, target = pair
    world = World(source)
    copy(source, target)
    assert written(copy(source, target)) == set()
    with source.daemon() as daemon:
        api = daemon.client(world.first)
        deleted = next(one for one in api.all(INVITES)
                       if one["email"] == "late@example.com")
        api.ok("DELETE", f"{INVITES}/{deleted['id']}")
        api.link("new@example.com")
    source.sql("DELETE FROM outbox")
    said = copy(source, target)
    assert {"invite", "outbox", "audit"} <= written(said)
    assert "user" not in written(said)
    assert source.dump() == target.dump()
    assert copy(source, target) == re.sub(r"\tcopied\n", "\tunchanged\n", said)


def test_there_and_back(side):
    """Into the other engine and back: nothing was lost on the way."""
    first, second, third = side("sqlite"), side("postgres"), side("sqlite")
    World(first)
    there, back = copy(first, second), copy(second, third)
    assert tables(there) == tables(back)
    assert first.dump() == third.dump()


def test_from_is_the_daemon_s_own_by_default(side):
    source = side("sqlite")
    small(source)
    run("copy", "--data", str(source.data), "--to", "sqlite:copy.db")
    assert "ok" in run("check", "--data", str(source.data), "--database",
                       "sqlite:copy.db").stdout
    said = run("copy", "--data", str(source.data),
               env={"INVITED_TO": "sqlite:copy.db"}).stdout
    assert written(said) == set()


# -- what is refused ----------------------------------------------------------

def test_data_of_its_own(side, engine):
    source, target = side(engine), side(engine)
    small(source), small(target)
    before = target.dump()
    assert "has data of its own" in copy(source, target, code=REFUSED)
    assert target.dump() == before


def test_a_copy_of_another(side, engine):
    source, other, target = side(engine), side(engine), side(engine)
    small(source), small(other)
    copy(other, target)
    assert "a copy of another database" in copy(source, target, code=REFUSED)
    assert target.dump() == other.dump()


def test_a_target_that_was_served_since(side, engine):
    source, target = side(engine), side(engine)
    key, token = small(source)
    copy(source, target)
    with target.daemon(*KEEP) as daemon:
        assert daemon.client(key).accept(token).status_code == 200
    before = target.dump()
    said = copy(source, target, code=REFUSED)
    assert "has been written to since" in said
    assert target.dump() == before


def test_a_target_that_is_served(side, engine):
    source, target = side(engine), side(engine)
    small(source)
    copy(source, target)
    with target.daemon(*KEEP):
        assert "another invited" in copy(source, target, code=TRY_AGAIN)
    assert written(copy(source, target)) == set()


def test_no_source(side, engine):
    source, target = side(engine), side("sqlite")
    said = copy(source, target, code=REFUSED)
    assert "there is no database at" in said or "no tables of invited" in said
    assert source.columns() == {} if engine == "postgres" else \
        list(source.data.iterdir()) == []
    assert list(target.data.iterdir()) == []


def test_a_source_without_anything_in_it(side, engine):
    """What a copy that failed has left."""
    full, source, target = side("sqlite"), side(engine), side(engine)
    full.database.sql("CREATE TABLE nobody_s(x)")
    small(made := side(engine))
    copy(made, source)
    for name in source.dump():
        source.sql(f'DELETE FROM "{name}"')
    assert "there is nothing to copy" in copy(source, target, code=REFUSED)
    said = copy(full, target, code=REFUSED)
    assert "another program's" in said


def test_out_of_reach_and_no_password_told(side):
    source = side("sqlite")
    small(source)
    url = "postgres://someone:sec%40ret@127.0.0.1:1/x?password=sec%40ret"
    done = run("copy", "--from", source.url, "--to", url, code=TRY_AGAIN)
    assert "could not connect to the database" in done.stderr
    bad = run("copy", "--from", source.url, "--to", url + "&%",
              code=REFUSED)
    none = run("copy", "--from", url, "--to", url, code=USAGE)
    for text in (done.stderr, bad.stderr, none.stderr):
        assert "ret" not in text.replace("secret", "")


def test_no_password_in_the_result(side):
    source, target = side("sqlite"), side("postgres")
    small(source)
    target.url = target.url.replace("@", ":hush%20hush@", 1)
    said = copy(source, target) + copy(target, side("sqlite"))
    assert "hush" not in said and "copied sqlite:" in said


@pytest.mark.parametrize("args, said", [
    ([], "--to"), (["--to", "sqlite:invited.db"], "the same database"),
    (["--from", "sqlite:a.db", "--to", "sqlite:a.db"], "the same database"),
    (["extra", "--to", "sqlite:a.db"], "unexpected"),
    (["--from"], "needs a value"),
])
def test_usage(tmp_path, args, said):
    done = run("copy", *args, "--data", str(tmp_path), code=USAGE)
    assert said in done.stderr and list(tmp_path.iterdir()) == []


def test_an_unknown_kind_of_database(tmp_path):
    done = run("copy", "--from", "mysql:x", "--to", "sqlite:a.db", "--data",
               str(tmp_path), code=USAGE)
    assert "sqlite:PATH or postgres://" in done.stderr


def test_what_arrives_is_looked_at(side, engine):
    """A target that changes what is written to it: nothing is kept."""
    source, target = side("sqlite"), side(engine)
    key, _ = small(source)
    copy(source, target)
    before = target.dump()
    if engine == "sqlite":
        target.sql("CREATE TRIGGER t AFTER INSERT ON invite BEGIN"
                   " UPDATE invite SET role = role + 1; END")
    else:
        target.sql("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
                   " 'BEGIN NEW.role = NEW.role + 1; RETURN NEW; END'")
        target.sql("CREATE TRIGGER t BEFORE INSERT ON invite FOR EACH ROW"
                   " EXECUTE FUNCTION f()")
    with source.daemon(*KEEP) as daemon:
        daemon.client(key).link("bob@example.com")
    said = copy(source, target, code=REFUSED)
    assert "invite is different in the copy" in said
    assert target.dump() == before


@pytest.mark.parametrize("change, where", [
    ("invite SET role = 'abc'", "invite has a value in its column role"),
    ("invite SET created_at = 1.5", "column created_at"),
    ("invite SET accepted_at = x'00'", "column accepted_at"),
    ("invite SET email = x'00'", "column email"),
    ("admin_key SET secret_hash = 17", "admin_key .* column secret_hash"),
    ("admin_key SET secret_hash = 'abc'", "admin_key .* column secret_hash"),
])
def test_a_source_with_values_of_other_types(side, engine, change, where):
    """SQLite keeps what it is given; nothing is converted on the way."""
    source, target = side("sqlite"), side(engine)
    small(source)
    source.sql(f"UPDATE {change}")
    assert re.search(where, copy(source, target, code=REFUSED))


# -- while it runs ------------------------------------------------------------

def test_while_the_source_is_served(pair):
    """Each copy is of one moment, whatever a daemon is doing."""
    source, target = pair
    with source.daemon(*KEEP) as daemon:
        stop, done = threading.Event(), threading.Event()

        def work() -> None:
            api = daemon.client(daemon.key, address="10.2.0.1")
            for number in itertools.count():
                invite, token = api.link(f"p{number}@example.com")
                if number % 3:
                    assert api.accept(token).status_code == 200
                else:
                    api.ok("DELETE", f"{INVITES}/{invite['id']}")
                if number == 20:
                    done.set()
                if stop.is_set():
                    return
        thread = threading.Thread(target=work)
        thread.start()
        try:
            assert done.wait(DEADLINE)
            for _ in range(4):
                copy(source, target)
                consistent(target)
        finally:
            stop.set()
            thread.join()
    copy(source, target)
    assert source.dump() == target.dump()


def consistent(target: Side) -> None:
    """What one transaction writes together is there together."""
    assert target.check() == "ok\n"
    for table, kind, where in (("invite", 1, ""),
                               ("invite", 2, " WHERE state = 1"),
                               ('"user"', 5, "")):
        rows = target.sql(f"SELECT count(*) FROM {table}{where}")
        events = target.sql(f"SELECT count(*) FROM audit WHERE type = {kind}")
        assert rows == events and int(rows[0][0]) > 3, (table, kind)


def plant(source: Side, count: int) -> None:
    """Many audit events, which are of no consequence."""
    org = source.sql("SELECT id FROM organization")[0][0]
    source.sql(f"INSERT INTO audit(id, organization, at, actor, type, target)"
               f" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
               f" FROM n WHERE i < {count}) SELECT i, {org}, i, 0, 1, 0"
               f" FROM n")


def test_killed_in_the_middle(pair):
    """At a terminal, which is told how far it is; then once more."""
    source, target = pair
    small(source)
    copy(source, target)
    before = target.dump()
    plant(source, 150000)
    master, terminal = pty.openpty()
    with subprocess.Popen(
            [binary(), "copy", "--from", source.url, "--to", target.url],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal,
            env=clean_environment()) as process:
        os.close(terminal)
        said = b""
        while b" audit: " not in said:
            said += os.read(master, 4096)
        process.kill()
        assert process.wait(DEADLINE) == -signal.SIGKILL
    os.close(master)
    assert re.search(rb"(compar|copy|verify)ing audit: \d+ rows", said)
    assert target.dump() == before
    eventually(lambda: subprocess.run(
        [binary(), "copy", "--from", source.url, "--to", target.url],
        capture_output=True, env=clean_environment()).returncode == 0,
        "the server's noticing that the first copy is gone")
    assert source.dump() == target.dump()


def test_a_lock_is_not_waited_for_long(side):
    """Where somebody holds the target's tables, it says so and goes."""
    source, target = side("sqlite"), side("postgres")
    small(source)
    copy(source, target)
    with subprocess.Popen([psql(), "-X", "-q", "-A", "-t", "-d", target.url],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as other:
        other.stdin.write("BEGIN; LOCK TABLE invite IN SHARE MODE;"
                         " SELECT 'locked';\n")
        other.stdin.flush()
        assert other.stdout.readline() == "locked\n"
        assert "lock timeout" in copy(source, target, code=TRY_AGAIN)
        other.stdin.close()
    assert written(copy(source, target)) == set()
