"""
invited user erase: nothing of a person is left where the command can reach.
"""

import sqlite3
from contextlib import closing

import pytest

from harness import INVITES, USERS, refused

ADDRESS = "Ada.Lovelace@example.com"
# As it was typed, as it is compared, the name, and what it was said to be.
TRACES = [b"Ada.Lovelace", b"ada.lovelace", b"Ada Byron", b"Countess"]


def places(daemon):
    """What all that is stored lies in, but for mails that were sent."""
    files = {path.name: path.read_bytes() for path in daemon.files()
             if path.parent.parent.name != "mail"}
    return files | daemon.database.copy()


def traces(daemon):
    return [(name, trace) for name, content in places(daemon).items()
            for trace in TRACES if trace in content]


def lead_a_life(daemon):
    """Removed once and a member again; an invite that was declined, one that
    was deleted. The ids of the users."""
    api, users = daemon.api, []
    declined = api.link(ADDRESS)[1]
    api.ok("POST", "/v1/invitations/decline", json={"token": declined})
    api.ok("DELETE", f"{INVITES}/{api.link(ADDRESS)[0]['id']}")
    for _ in range(2):
        users.append(api.member(ADDRESS, name="Ada Byron"))
        api.ok("POST", f"{USERS}/{users[-1]}",
               json={"developer_persona": "Countess"})
        if len(users) == 1:
            api.ok("DELETE", f"{USERS}/{users[0]}")
    daemon.database.sql("UPDATE invite SET delivery_error ="
                        " '550 <Ada.Lovelace@example.com>: unknown'"
                        f" WHERE email = '{ADDRESS}' RETURNING 1")
    return users


@pytest.mark.parametrize("by", ["address", "id", "id of before"])
def test_a_person_is_erased(daemon, by):
    api = daemon.api
    bob = api.member("bob@example.com", name="Bob")
    users = lead_a_life(daemon)
    waiting = api.invite("eve@example.com")
    assert traces(daemon)
    who = {"address": "ADA.lovelace@EXAMPLE.com", "id": users[1],
           "id of before": users[0]}[by]
    done = daemon.command("user", "erase", who)
    assert done.stdout == "erased: 2 users, 4 invites\n"
    for one in users:
        refused(api.get(f"{USERS}/{one}"), 404, "user_not_found")
    assert [one["id"] for one in api.all(USERS)] == [bob]
    assert {one["email"] for one in api.all(INVITES)} == \
        {"bob@example.com", "eve@example.com"}
    assert api.ok("GET", f"{INVITES}/{waiting['id']}")["status"] == "pending"
    daemon.stop()
    again = daemon.command("user", "erase", users[1])
    assert again.stdout == "erased: 0 users, 0 invites\n"
    assert again.stderr == ""
    assert traces(daemon) == []
    assert daemon.command("check").stdout == "ok\n"
    daemon.start()
    assert daemon.api.invite(ADDRESS)["status"] == "pending"


def test_an_invite_that_waits_is_erased(make_daemon):
    """Its mail, too: nobody is asked who wanted to be forgotten."""
    daemon = make_daemon("--mail", "smtp://127.0.0.1:1", "--mail-from",
                         "invited@example.com")
    daemon.api.invite(ADDRESS)
    assert daemon.command("user", "erase", ADDRESS).stdout == \
        "erased: 0 users, 1 invites\n"
    assert list(daemon.api.all(INVITES)) == []
    assert daemon.database.sql("SELECT count(*) FROM outbox") == [["0"]]
    daemon.stop()
    daemon.command("user", "erase", ADDRESS, check=False)
    assert traces(daemon) == []


@pytest.mark.engines("sqlite")
def test_what_lies_in_free_space_is_erased(daemon):
    """As a page that is split may leave it there."""
    daemon.api.member(ADDRESS)
    daemon.stop()
    with closing(sqlite3.connect(daemon.database.path)) as connection, \
            connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("INSERT INTO meta VALUES('copy', ?)", (ADDRESS,))
        connection.execute("DELETE FROM meta WHERE key = 'copy'")
    daemon.database.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len(traces(daemon)) > 0
    daemon.command("user", "erase", ADDRESS)
    assert traces(daemon) == []


def test_the_last_owner_and_the_last_keys_are_not_erased(daemon):
    daemon.api.member(ADDRESS, "owner")
    done = daemon.command("user", "erase", ADDRESS, check=False)
    assert done.returncode == 1 and "last owner" in done.stderr
    assert [one["email"] for one in daemon.api.all(USERS)] == [ADDRESS]
    # Nor is who has the last admin key; the machine can make another.
    daemon.api.member("owner@example.com", "owner")
    daemon.database.sql('UPDATE admin_key SET "user" = (SELECT min(id)'
                        ' FROM "user")')
    done = daemon.command("user", "erase", ADDRESS, check=False)
    assert done.returncode == 1 and "`invited key create`" in done.stderr
    daemon.command("key", "create")
    daemon.command("user", "erase", ADDRESS)


@pytest.mark.parametrize("who, code", [
    ("nobody@example.com", 1), ("user-0000000000001", 1), ("nonsense", 2)])
@pytest.mark.alike
def test_nobody_is_erased(daemon, who, code):
    done = daemon.command("user", "erase", who, check=False)
    assert done.returncode == code and done.stderr


def test_in_all_organizations_or_in_one(daemon):
    daemon.command("organization", "create", "Other")
    key = daemon.command("key", "create", "--organization",
                         "Other").stdout.split()[-1]
    ours, theirs = daemon.api, daemon.client(key)
    for api in (ours, theirs):
        api.member(ADDRESS)
    daemon.command("user", "erase", ADDRESS, "--organization", "Other")
    assert list(theirs.all(USERS)) == []
    assert len(list(ours.all(USERS))) == 1
    theirs.member(ADDRESS)
    assert daemon.command("user", "erase", ADDRESS).stdout == \
        "erased: 2 users, 2 invites\n"
