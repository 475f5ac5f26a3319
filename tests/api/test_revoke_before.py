"""
invited key revoke-before: a backup that was restored has keys that were revoked
since, and nobody knows any more which.
"""

import pytest

from harness import PROJECTS, USERS, admin_key_in, eventually, refused
from harness.gate import Gate

LOGS = "/v1/organization/audit_logs"
BEFORE = "2026-01-01"


@pytest.fixture
def daemon(make_daemon):
    return make_daemon("--gate-listen", "127.0.0.1:0")


class Robots:
    """Keys of a project's service accounts, and its gate."""

    def __init__(self, daemon):
        self.daemon, self.api, self.gate = daemon, daemon.api, Gate(daemon)
        self.project = self.api.project("Apollo")["id"]

    def key(self):
        return self.api.ok("POST", f"{PROJECTS}/{self.project}/service_accounts",
                           json={"name": "robot"})["api_key"]

    def opens(self, *keys):
        path = f"/gate/plain/{self.project}"
        return [self.gate.ask(path, key["value"]).status for key in keys]


def age(daemon):
    """What is there now was made in the last second of 2025."""
    for table in ("admin_key", "project_key"):
        daemon.database.sql(f"UPDATE {table} SET created_at = 1767225599")


def test_what_was_made_before_is_ended(daemon):
    robots = Robots(daemon)
    old = [robots.key() for _ in range(2)]
    assert robots.opens(*old) == [200, 200]
    age(daemon)
    new = robots.key()
    admin = daemon.client(admin_key_in(
        daemon.command("key", "create", "new").stdout))
    done = daemon.command("key", "revoke-before", BEFORE)
    assert done.stdout == "revoked: 1 admin keys, 2 keys of projects\n"
    refused(daemon.api.get(USERS), 401, "invalid_api_key")
    eventually(lambda: robots.opens(*old) == [401, 401], "the gate to know")
    assert robots.opens(new) == [200]
    events = [(one["type"], next(value["id"] for name, value in one.items()
                                 if name == one["type"]))
              for one in admin.all(LOGS, include_extensions="true")
              if one["type"] in ("api_key.deleted", "admin_api_key.deleted")]
    assert sorted(kind for kind, _ in events) == \
        ["admin_api_key.deleted", "api_key.deleted", "api_key.deleted"]
    assert {key["id"] for key in old} < {identity for _, identity in events}
    # What has ended is not ended once more.
    assert daemon.command("key", "revoke-before", f"{BEFORE}T00:00Z").stdout \
        == "revoked: 0 admin keys, 0 keys of projects\n"


@pytest.mark.engines("sqlite")
def test_after_a_restore(daemon, tmp_path):
    robots = Robots(daemon)
    revoked, backup = robots.key(), tmp_path / "backup.db"
    age(daemon)
    daemon.command("backup", str(backup))
    daemon.api.ok("DELETE", f"{PROJECTS}/{robots.project}/api_keys/"
                            f"{revoked['id']}")
    daemon.stop()
    daemon.command("restore", str(backup))
    daemon.start()
    assert robots.opens(revoked) == [200]
    admin = admin_key_in(daemon.command("key", "create", "new").stdout)
    daemon.command("key", "revoke-before", f"{BEFORE}T00:00:00Z")
    eventually(lambda: robots.opens(revoked) == [401], "the gate to know")
    refused(daemon.api.get(USERS), 401, "invalid_api_key")
    daemon.client(admin).ok("GET", USERS)


def test_more_than_a_batch_in_one_organization(daemon):
    """The batches meet what they keep, and other organizations keep theirs."""
    robots = Robots(daemon)
    robots.key()
    daemon.command("organization", "create", "Other")
    other = daemon.client(admin_key_in(daemon.command(
        "key", "create", "--organization", "Other").stdout))
    age(daemon)
    first, = daemon.database.sql("SELECT id FROM project_key")[0]
    columns = ('organization, project, "user", service_account, name, redacted,'
               " scopes, last_used_at, revoked_at, expires_at")
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" \
        " WHERE i < 450)"
    daemon.database.sql(
        f"{many} INSERT INTO project_key(id, secret_hash, created_at, {columns})"
        f" SELECT {first} + i, CAST('x' || i AS {blob(daemon)}), 1767225599 +"
        f" i % 2, {columns} FROM n, project_key")
    name = daemon.api.ok("GET", "/v1/organization")["name"]
    assert daemon.command("key", "revoke-before", BEFORE, "--organization",
                          name).stdout == \
        "revoked: 1 admin keys, 226 keys of projects\n"
    assert len(daemon.database.sql(
        "SELECT 1 FROM project_key WHERE revoked_at = 0")) == 225
    other.ok("GET", USERS)


def blob(daemon):
    return "BYTEA" if hasattr(daemon.database, "url") else "BLOB"


@pytest.mark.parametrize("time", ["2026-02-30", "2026-1-1", "yesterday",
                                  "2026-01-01T00:00:00", "2026-01-01T24:00Z",
                                  "2999-01-01"])
@pytest.mark.alike
def test_what_is_no_time_in_the_past_ends_nothing(shared_daemon, time):
    done = shared_daemon.command("key", "revoke-before", time, check=False)
    assert done.returncode == 2 and time in done.stderr
