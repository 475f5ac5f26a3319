"""
invited restore: a backup takes the place of the database, or nothing does.
"""

import shutil
import sqlite3
from contextlib import closing

import pytest

from harness import INVITES, USERS, admin_key_in

pytestmark = pytest.mark.engines("sqlite")

REFUSED, AGAIN = 1, 75


@pytest.fixture
def kept(daemon, tmp_path):
    """A stopped daemon, a backup with one invite, and one more since."""
    daemon.api.invite("before@example.com")
    backup = tmp_path / "backup.db"
    daemon.command("backup", str(backup))
    daemon.api.invite("since@example.com")
    daemon.stop()
    return daemon, backup


def addresses(daemon):
    return [one["email"] for one in daemon.api.all(INVITES)]


def beside(daemon):
    """What lies beside the database, but for what it always has."""
    usual = {"invited.db", "invited.db-lock", "invited.db-wal",
             "invited.db-shm"}
    return sorted(path.name for path in daemon.data.glob("invited.db*")
                  if path.name not in usual
                  and not path.name.endswith(("Z-wal", "Z-shm")))


def test_what_was_backed_up_is_there_again(kept):
    daemon, backup = kept
    content = backup.read_bytes()
    done = daemon.command("restore", str(backup))
    assert backup.read_bytes() == content
    aside, = beside(daemon)
    lines = done.stdout.splitlines()
    assert lines[-2] == f"restored: {backup}"
    assert lines[-1].startswith("kept aside: /") and lines[-1].endswith(aside)
    daemon.start()
    assert addresses(daemon) == ["before@example.com"]
    assert daemon.command("check").stdout == "ok\n"
    with closing(sqlite3.connect(daemon.data / aside)) as old:
        found = {row[0] for row in old.execute("SELECT email FROM invite")}
    assert found == {"before@example.com", "since@example.com"}
    assert (daemon.data / "invited.db").stat().st_mode & 0o777 == 0o600


def test_there_and_back(kept):
    """What was kept aside is a backup itself."""
    daemon, backup = kept
    daemon.command("restore", str(backup))
    aside, = beside(daemon)
    daemon.command("restore", str(daemon.data / aside))
    daemon.start()
    assert addresses(daemon) == ["since@example.com", "before@example.com"]


def test_into_an_empty_directory(kept, make_daemon):
    _, backup = kept
    other = make_daemon(start=False)
    done = other.command("restore", str(backup))
    assert "kept aside" not in done.stdout
    other.key = kept[0].key
    other.start()
    assert addresses(other) == ["before@example.com"]


def test_what_was_ended_since_is_back_and_that_is_said(daemon, tmp_path):
    key = admin_key_in(daemon.command("key", "create", "ended").stdout)
    user = daemon.api.member("ada@example.com")
    backup = tmp_path / "backup.db"
    daemon.command("backup", str(backup))
    identity = f"key_{key.removeprefix('sk-admin-inv_')[:13]}"
    daemon.command("key", "revoke", identity)
    daemon.api.ok("DELETE", f"{USERS}/{user}")
    daemon.stop()
    said = daemon.command("restore", str(backup)).stderr
    assert "Keys that were revoked work again" in said
    assert "`invited key revoke-before TIME`" in said
    assert "removed are members" in said and "erased" in said
    daemon.start()
    assert daemon.client(key).get(f"{USERS}/{user}").status_code == 200


# -- what is refused, and changes nothing --------------------------------------

def refused(daemon, file, code=REFUSED):
    database = daemon.data / "invited.db"
    content = database.read_bytes()
    done = daemon.command("restore", str(file), check=False)
    assert done.returncode == code, done.stderr
    assert database.read_bytes() == content
    assert beside(daemon) == []
    return done.stderr


def test_while_a_server_runs(kept):
    daemon, backup = kept
    daemon.start()
    assert "another invited is serving" in refused(daemon, backup, AGAIN)
    assert addresses(daemon) == ["since@example.com", "before@example.com"]


def test_while_another_command_looks(kept):
    daemon, backup = kept
    with closing(sqlite3.connect(daemon.data / "invited.db")) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM invite").fetchone()
        done = daemon.command("restore", str(backup), check=False)
        assert done.returncode == AGAIN and "try again" in done.stderr
        assert beside(daemon) == []
    daemon.command("restore", str(backup))


@pytest.mark.parametrize("damage", ["pages", "cut", "row"])
def test_what_is_damaged(kept, damage):
    daemon, backup = kept
    content = bytearray(backup.read_bytes())
    if damage == "row":
        with closing(sqlite3.connect(backup)) as file, file:
            file.execute("UPDATE invite SET state = 77")
    else:
        if damage == "pages":
            content[4096 * 3:4096 * 9] = b"\xa5" * (4096 * 6)
        backup.write_bytes(content if damage == "pages"
                           else content[:len(content) // 2])
    said = refused(daemon, backup)
    assert str(backup) in said
    daemon.start()
    assert len(addresses(daemon)) == 2


def test_what_is_no_backup(kept, tmp_path):
    daemon, backup = kept
    text = tmp_path / "text"
    text.write_text("not a database, however long it may be\n" * 1000)
    refused(daemon, text)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as file, file:
        file.execute("CREATE TABLE t(a)")
    assert "another program's" in refused(daemon, other)
    refused(daemon, tmp_path / "nowhere.db")
    refused(daemon, tmp_path)
    assert "the database itself" in refused(daemon,
                                            daemon.data / "invited.db")
    link = tmp_path / "link.db"
    link.symlink_to(daemon.data / "invited.db")
    assert "the database itself" in refused(daemon, link)


@pytest.mark.parametrize("content", [b"", b"x", b"no tables"])
def test_what_is_empty_is_no_backup(kept, tmp_path, content):
    """Such as what a copy to a full disk leaves behind: SQLite takes it for a
    new database."""
    daemon, _ = kept
    empty = tmp_path / "empty.db"
    if content == b"no tables":
        with closing(sqlite3.connect(empty)) as file:
            file.execute("VACUUM")
    else:
        empty.write_bytes(content)
    assert f"{empty} is empty" in refused(daemon, empty)


def test_what_a_newer_program_wrote(kept):
    daemon, backup = kept
    with closing(sqlite3.connect(backup)) as file, file:
        file.execute("PRAGMA user_version = 999")
    assert "use a newer invited" in refused(daemon, backup)


def test_in_place_of_what_is_damaged(kept):
    """What is there may be beyond help: it is kept all the same."""
    daemon, backup = kept
    database = daemon.data / "invited.db"
    database.write_bytes(b"\xa5" * 8192)
    daemon.command("restore", str(backup))
    aside, = beside(daemon)
    assert (daemon.data / aside).read_bytes() == b"\xa5" * 8192
    daemon.start()
    assert addresses(daemon) == ["before@example.com"]


def test_a_log_of_the_old_one_is_not_taken_for_the_new_ones(kept):
    """As after a crash: what was committed lies in the log alone."""
    daemon, backup = kept
    daemon.start()
    daemon.api.invite("late@example.com")
    daemon.kill()
    assert (daemon.data / "invited.db-wal").stat().st_size > 0
    daemon.command("restore", str(backup))
    aside, = beside(daemon)
    copy = daemon.data / "copy.db"
    shutil.copy(daemon.data / aside, copy)
    with closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT count(*) FROM invite").fetchone() == (3,)
    daemon.start()
    assert addresses(daemon) == ["before@example.com"]


@pytest.mark.engines("postgres")
def test_postgres_has_its_own_tools(daemon, tmp_path):
    done = daemon.command("restore", str(tmp_path / "x"), check=False)
    assert done.returncode == REFUSED and "pg_restore" in done.stderr
