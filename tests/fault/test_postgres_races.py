"""
Two daemons at one address: the moments between somebody's look and their
step, held open by a transaction that stands for what another daemon does.
"""

import subprocess
import threading

import pytest

from harness import INVITES, eventually
from postgres_server import psql

pytestmark = pytest.mark.engines("postgres")

# The invite of ada@example.com, accepted, but not yet committed.
ACCEPT = """
    BEGIN;
    UPDATE invite SET slot = id, state = 1, accepted_at = 1, "user" = 1
        WHERE email = 'ada@example.com';
    INSERT INTO "user"(id, organization, email, email_key, name, role, added_at)
        SELECT 1, organization, email, email, 'Ada', 0, 1 FROM invite
        WHERE email = 'ada@example.com';
"""
DELETE = """
    BEGIN;
    UPDATE invite SET slot = id, state = 2 WHERE email = 'ada@example.com';
    DELETE FROM outbox;
"""


class Session:
    """Somebody's connection to the database, with a transaction under way."""

    def __init__(self, url):
        self._psql = subprocess.Popen(
            [psql(), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d",
             url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, text):
        self._psql.stdin.write(f"{text}\n\\echo done\n")
        self._psql.stdin.flush()
        assert self._psql.stdout.readline() == "done\n"

    def end(self):
        self._psql.stdin.close()
        self._psql.stdout.close()
        assert self._psql.wait(30) == 0


def meet(daemon, other, ask):
    """The answer to what waits for `other`, which commits then. Who has waited
    for too long is told so, and asks again."""
    def answered():
        answer = ask()
        return answer if answer.status_code != 503 else None
    daemon.expect_error("store_unavailable")
    answers = []
    session = Session(daemon.database.url)
    session.run(other)
    thread = threading.Thread(
        target=lambda: answers.append(eventually(answered)))
    thread.start()
    eventually(lambda: daemon.database.sql(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"),
        "the wait for the other's lock")
    session.run("COMMIT;")
    thread.join()
    session.end()
    return answers[0]


@pytest.mark.parametrize("other, status, code", [
    (ACCEPT, 400, "user_already_exists"), (DELETE, 200, None)])
def test_create_meets_the_answer_to_its_invite(daemon, other, status, code):
    first = daemon.api.invite("ada@example.com")
    answer = meet(daemon, other, lambda: daemon.client().post(
        INVITES, json={"email": "ada@example.com", "role": "reader"}))
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["error"]["code"] == code
    else:
        assert answer.json()["id"] != first["id"]
    assert daemon.command("check").stdout == "ok\n"


# Another daemon deletes the key that was made first.
DELETE_KEY = """
    BEGIN;
    UPDATE rights SET generation = generation + 1;
    UPDATE admin_key SET revoked_at = 1
        WHERE id = (SELECT min(id) FROM admin_key);
"""


DEMOTE = """
    BEGIN;
    UPDATE rights SET generation = generation + 1;
    UPDATE "user" SET role = 0 WHERE email = 'bob@example.com';
"""


@pytest.mark.parametrize("other", [DEMOTE, DELETE_KEY])
def test_two_daemons_end_the_last_two_keys(daemon, other):
    """One takes the other key, or its owner; so who has this one stays."""
    keys, users = "/v1/organization/admin_api_keys", "/v1/organization/users"
    ada, bob, _ = (daemon.api.member(f"{name}@example.com", "owner")
                   for name in ("ada", "bob", "carl"))
    hers = daemon.api.ok("POST", keys, json={"name": "hers", "user_id": ada})
    if other is DEMOTE:
        daemon.api.ok("POST", keys, json={"name": "his", "user_id": bob})
        daemon.command("key", "revoke", next(daemon.api.all(keys))["id"])
    api = daemon.client(hers["value"])
    answer = meet(daemon, other, lambda: api.delete(f"{users}/{ada}"))
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "last_admin_key"
    assert [one["name"] for one in api.all(keys)][0] == "hers"


@pytest.mark.parametrize("by, status, code", [
    ("first", 401, "invalid_api_key"), ("second", 400, "last_admin_key")])
def test_two_daemons_delete_the_last_two_keys(daemon, by, status, code):
    """One of them stays: by whichever key it is asked for, that was good when
    the request came."""
    keys = "/v1/organization/admin_api_keys"
    second = daemon.api.ok("POST", keys, json={"name": "second"})
    asking = {"first": daemon.key, "second": second["value"]}
    answer = meet(daemon, DELETE_KEY, lambda: daemon.client(asking[by]).delete(
        f"{keys}/{second['id']}"))
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["code"] == code
    assert [one["name"] for one in daemon.client(
        second["value"]).all(keys)] == ["second"]
