"""
Many daemons start on one database, at once, or of different releases.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import INVITES
from harness.load import Load, rows, settle
from harness.pgsession import Session
from postgres_server import run_sql

COUNT = 8


def start_all(team):
    with ThreadPoolExecutor(len(team)) as pool:
        list(pool.map(lambda daemon: daemon.start(), team))


def names_of(database, table):
    return [one["name"] for one in rows(database, f"SELECT name FROM {table}")]


# -- on an empty database, at once --------------------------------------------

def test_the_first_start_of_many(shared_database, make_team):
    """One schema, one organization, and one key, which one of them prints."""
    team = make_team(COUNT, shared_database, start=False, key=None)
    start_all(team)
    printed = [line for daemon in team for line in daemon.output
               if line.startswith("admin key: ")]
    assert len(printed) == 1
    assert names_of(shared_database, "organization") == ["Default organization"]
    assert names_of(shared_database, "project") == ["Default project"]
    assert names_of(shared_database, "admin_key") == ["first admin key"]
    key = printed[0].removeprefix("admin key: ")
    made = team[0].client(key).invite("ada@example.com")
    for daemon in team:
        found = daemon.client(key).ok("GET", f"{INVITES}/{made['id']}")
        assert found["email"] == "ada@example.com"


def test_the_first_start_of_many_with_a_key(shared_database, make_team):
    team = make_team(COUNT, shared_database, start=False)
    start_all(team)
    assert not [line for daemon in team for line in daemon.output
                if line.startswith("admin key: ")]
    assert names_of(shared_database, "admin_key") == ["first admin key"]
    for daemon in team:
        daemon.api.ok("GET", INVITES)


def test_the_first_start_of_many_who_disagree(shared_database, make_team):
    """On the organization's name: one of them has its way."""
    team = [make_team(1, shared_database, "--organization", f"O {number}",
                      start=False, key=None)[0] for number in range(COUNT)]
    start_all(team)
    assert len(names_of(shared_database, "organization")) == 1
    assert sum(daemon.key is not None for daemon in team) == 1


# -- releases -----------------------------------------------------------------

def schema(database):
    text = run_sql(database, "SELECT value FROM meta WHERE key = 'schema'")
    return [int(word) for word in text.split()]


def mark(database, steps, oldest):
    run_sql(database, f"UPDATE meta SET value = '{steps} {oldest}'"
                      " WHERE key = 'schema'")


def test_after_a_newer_program_has_expanded(shared_database, make_team):
    """The older one starts, serves, and leaves the mark alone."""
    first, = make_team(1, shared_database)
    steps, _ = schema(shared_database)
    mark(shared_database, steps + 1, steps)
    first.stop()
    second, = make_team(1, shared_database)
    assert second.api.invite("ada@example.com")["status"] == "pending"
    assert schema(shared_database) == [steps + 1, steps]


def test_after_a_newer_program_has_contracted(shared_database, make_team,
                                              tmp_path):
    """The older one that runs goes on; one that starts says that it is too
    old, and changes nothing."""
    running, = make_team(1, shared_database)
    steps, _ = schema(shared_database)
    mark(shared_database, steps + 1, steps + 1)
    done = running.run("serve", "--listen", "127.0.0.1:0", "--data",
                       str(tmp_path), "--database", shared_database,
                       check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "use a newer invited" in done.stderr
    assert running.api.invite("ada@example.com")["status"] == "pending"
    assert schema(shared_database) == [steps + 1, steps + 1]


EXPANSIONS = [
    "ALTER TABLE invite ADD COLUMN note TEXT",
    "ALTER TABLE \"user\" ADD COLUMN locale TEXT NOT NULL DEFAULT 'en'",
    "CREATE INDEX CONCURRENTLY invite_note ON invite(organization, note)",
    "ALTER TABLE outbox ADD COLUMN priority BIGINT NOT NULL DEFAULT 0",
    # What a prepared statement returns changes by this one.
    "ALTER TABLE invite ALTER COLUMN email TYPE VARCHAR(400)",
    "ALTER TABLE audit ADD COLUMN address TEXT",
    "CREATE INDEX CONCURRENTLY audit_at ON audit(organization, at)",
    "ALTER TABLE admin_key ADD COLUMN scope TEXT",
    "ANALYZE",
]


def test_while_a_newer_program_expands(shared_database, make_team, post):
    """Nobody notices."""
    team = make_team(2, shared_database)
    with Load(team, post) as load:
        for sql in EXPANSIONS:
            load.wait(creates=40)
            run_sql(shared_database, sql)
        load.wait(creates=40)
    print(settle(load, shared_database))
    assert not load.answers.troubles


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_a_server_with_another_default(shared_database, make_team, isolation):
    """Of how transactions are isolated: starts and writes choose their own."""
    name = shared_database.partition("?")[0].rsplit("/", 1)[1]
    run_sql(shared_database, f"ALTER DATABASE {name} SET"
                             f" default_transaction_isolation = '{isolation}'")
    team = make_team(4, shared_database, start=False)
    start_all(team)
    for number, daemon in enumerate(team):
        made = daemon.api.invite(f"p{number}@example.com")
        assert team[number - 1].api.ok(
            "GET", f"{INVITES}/{made['id']}")["id"] == made["id"]


# -- somebody holds the schema's lock ------------------------------------------

def test_a_start_that_waits_says_so(shared_database, make_team):
    """As behind another daemon that brings a large database up to date."""
    team = make_team(2, shared_database, start=False)
    team[0].start()
    with Session(shared_database) as other:
        other.run("BEGIN; SELECT pg_advisory_xact_lock(1768846897)")
        team[1].launch()
        assert team[1].wait_log("still_waiting")
        other.run("COMMIT")
        assert team[1].wait_log("listening")
