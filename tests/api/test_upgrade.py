"""
doc/operating.md, "Upgrade and downgrade": a database of the first release, made
by the first step of the schema, and a program of now.
"""

import hashlib
import re
import shutil
import sqlite3
from contextlib import closing

import pytest

from harness import USERS
from harness.daemon import ROOT

pytestmark = pytest.mark.engines("sqlite")

KEY = "sk-admin-of-the-first-release-0123456789"
REFUSED = 1


def first_step():
    """The tables of release 0.1.0."""
    text = (ROOT / "src/store/steps/steps_1_to_16.c").read_text()
    step = re.search(r"\{ \.sqlite =\n(.*?)\.oldest", text, re.DOTALL)[1]
    step = re.sub(r"/\*.*?\*/", "", step, flags=re.DOTALL)
    return "".join(re.findall(r'"([^"]*)"', step))


@pytest.fixture
def old(tmp_path):
    """Of an organization with a key and a member."""
    path = tmp_path / "old.db"
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(first_step())
        db.executescript("PRAGMA application_id = 0x696e7631;"
                         "PRAGMA user_version = 1")
        rows = {"meta": ("hash_key", bytes(32)),
                "organization": (1001, "First", 1700000000, 1002),
                "project": (1002, 1001, "Default project", 1700000000, 0),
                "admin_key": (1003, 1001,
                              hashlib.sha256(KEY.encode()).digest(), "first",
                              "sk-...", 1700000000, 0, 0),
                "user": (1004, 1001, "ada@example.com", "ada@example.com",
                         "Ada", 0, 1700000000)}
        for table, row in rows.items():
            db.execute(f"INSERT INTO {table} VALUES"
                       f"({', '.join('?' * len(row))})", row)
        db.commit()
    return path


def assert_serves(daemon):
    daemon.start()
    user, = daemon.client(KEY).all(USERS)
    assert user["email"] == "ada@example.com"
    assert daemon.command("check").stdout == "ok\n"


def test_commands_leave_an_older_database_alone_and_the_server_takes_it(
        make_daemon, old, tmp_path):
    daemon = make_daemon(start=False)
    shutil.copy(old, daemon.database.path)
    before = old.read_bytes()
    for words in (["check"], ["key", "list"], ["backup", str(tmp_path / "b")],
                  ["copy", "--to", f"sqlite:{tmp_path / 'c.db'}"]):
        done = daemon.command(*words, check=False)
        assert done.returncode == REFUSED, done.stdout
        assert "`invited serve` brings it up to date" in done.stderr
    assert daemon.database.path.read_bytes() == before
    assert_serves(daemon)


def test_a_backup_of_an_older_program_can_be_restored(make_daemon, old):
    daemon = make_daemon(start=False)
    before = old.read_bytes()
    daemon.command("restore", str(old))
    assert old.read_bytes() == before
    assert_serves(daemon)
