"""
What is otherwise with PostgreSQL, of what an operator sees: any number of
daemons on one database, which is somebody else's to back up and to keep going.
"""

import pytest

from harness import DEADLINE, INVITES, PROJECTS, USERS, eventually, refused

pytestmark = pytest.mark.engines("postgres")

FAILED = 1


# -- several daemons ----------------------------------------------------------

@pytest.fixture
def pair(daemon, make_daemon):
    """Two daemons that have nothing in common but the database."""
    return daemon, make_daemon(database=daemon.database)


def test_a_second_daemon_is_welcome(pair):
    first, second = pair
    # It finds an organization with a key: there is none to be told.
    assert second.key is None
    api, same = first.api, second.client(first.key)
    project = api.project("P")
    invite, token = api.link("ada@example.com", projects=[
        {"id": project["id"], "role": "owner"}])
    path = f"{INVITES}/{invite['id']}"
    assert same.ok("GET", path) == api.ok("GET", path)
    again = same.post(INVITES, json={"email": "ada@example.com",
                                     "role": "owner"})
    refused(again, 400, "invite_already_exists")
    assert same.accept(token).status_code == 200
    for path in (INVITES, PROJECTS, USERS, f"{PROJECTS}/{project['id']}/users"):
        assert same.ok("GET", path) == api.ok("GET", path)
    assert len(list(api.all(USERS))) == 1


def test_first_starts_at_once(make_daemon):
    """However many find an empty database: one organization, one key."""
    key = "sk-admin-chosen-by-the-operator-for-tests"
    first = make_daemon(start=False, key=key)
    daemons = [first] + [make_daemon(start=False, database=first.database,
                                     key=key) for _ in range(3)]
    for daemon in daemons:
        daemon.launch()
    for daemon in daemons:
        eventually(lambda: any("listening on" in line
                               for line in daemon.output))
    assert first.database.sql("SELECT count(*) FROM organization") == [["1"]]
    assert first.database.sql("SELECT count(*) FROM admin_key") == [["1"]]
    assert first.command("check").returncode == 0


# -- commands -----------------------------------------------------------------

def test_backup_names_the_tool_for_it(daemon, tmp_path):
    done = daemon.command("backup", str(tmp_path / "copy"), check=False)
    assert done.returncode == FAILED and "pg_dump" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("check",), ("key", "list"),
                                     ("key", "create"),
                                     ("organization", "create", "New")])
def test_a_command_makes_no_tables(make_daemon, command):
    """A mistyped name must not look like a healthy, empty database."""
    daemon = make_daemon(start=False)
    done = daemon.command(*command, check=False)
    assert done.returncode == FAILED and done.stdout == ""
    assert "invited serve" in done.stderr
    assert daemon.database.sql("SELECT 1 FROM pg_tables"
                               " WHERE schemaname = 'public'") == []


# -- a database that goes away ------------------------------------------------

def test_away_and_back(daemon):
    api = daemon.api
    daemon.expect_error("store_unavailable")
    known = api.invite("ada@example.com", send_email=False)
    daemon.database.go_away()
    answer = api.post(INVITES, json={"email": "bob@example.com",
                                     "role": "reader", "send_email": False})
    message = refused(answer, 503, "service_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.elapsed.total_seconds() < DEADLINE / 2
    assert "database" not in message  # no internals
    refused(api.get(f"{INVITES}/{known['id']}"), 503, "service_unavailable")
    assert eventually(lambda: api.get("/readyz").status_code == 503)
    assert api.get("/healthz").status_code == 200
    daemon.database.come_back()
    # It heals without a restart; each connection when it is tried again.
    eventually(lambda: api.get("/readyz").status_code == 200)
    eventually(lambda: api.get(f"{INVITES}/{known['id']}").status_code == 200)
    eventually(lambda: api.post(INVITES, json={
        "email": "bob@example.com", "role": "reader"}).status_code == 200)
    eventually(lambda: len(list(api.all(INVITES))) == 2)


def test_stopping_while_it_is_away(daemon):
    daemon.expect_error("store_unavailable")
    daemon.api.invite("ada@example.com", send_email=False)
    daemon.database.go_away()
    daemon.stop()
    daemon.database.come_back()
    daemon.start()
    assert len(list(daemon.api.all(INVITES))) == 1
