"""
The files of a SQLite database: one daemon serves them, whatever they are
called; and what happens to them while they are served is noticed before
anything more is acknowledged.
"""

import shutil

import pytest

from harness import INVITES, eventually

pytestmark = pytest.mark.engines("sqlite")

TRIES = 20


def refused(daemon, *args):
    """What a daemon says that does not start."""
    done = daemon.run("serve", "--listen", "127.0.0.1:0", *args, check=False)
    assert done.returncode == 1, done.stdout
    return done.stderr


def link_to(daemon, tmp_path, kind):
    """Another way to its database, which is returned."""
    here, away = daemon.database.path, tmp_path / "other.db"
    if kind == "symlink":
        away.symlink_to(here)
    elif kind == "symlink to its directory":
        (tmp_path / "dir").symlink_to(here.parent)
        away = tmp_path / "dir" / here.name
    elif kind == "hard link":
        away.hardlink_to(here)
    else:
        here.with_name(here.name + "-lock").unlink()
        away = here
    return away


@pytest.mark.parametrize("kind", ["symlink", "symlink to its directory",
                                  "hard link", "lock file removed"])
def test_one_daemon_serves_a_file_whatever_it_is_called(
        daemon, tmp_path, kind):
    other = link_to(daemon, tmp_path, kind)
    said = refused(daemon, "--data", daemon.data,
                   "--database", f"sqlite:{other}")
    assert "another invited is serving" in said or "hard links" in said
    assert daemon.api.invite("ada@example.com")["status"] == "pending"


def test_a_file_of_two_names_is_not_served(daemon, tmp_path):
    daemon.stop()
    other = tmp_path / "other.db"
    other.hardlink_to(daemon.database.path)
    assert "2 names (hard links)" in refused(daemon, "--data", daemon.data)
    other.unlink()
    daemon.start()


def test_a_dangling_symlink_leads_to_one_file(make_daemon, tmp_path):
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "real.db")
    daemon = make_daemon("--database", f"sqlite:{link}")
    assert "another invited is serving" in refused(
        daemon, "--data", tmp_path, "--database", f"sqlite:{tmp_path}/real.db")


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770])
def test_a_data_directory_that_others_can_write_to_is_refused(
        make_daemon, tmp_path, mode):
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    daemon = make_daemon(data=data, start=False)
    assert f"chmod go-w '{data}'" in refused(daemon, "--data", data)
    data.chmod(mode & ~0o022)
    daemon.start()


def test_a_databases_directory_that_others_can_write_to_is_refused(
        make_daemon, tmp_path):
    daemon = make_daemon(start=False)
    tmp_path.chmod(0o777)
    assert "others can write" in refused(
        daemon, "--data", daemon.data,
        "--database", f"sqlite:{tmp_path}/invited.db")
    tmp_path.chmod(0o700)


def harm(path, kind):
    """What may befall a database; returns what takes it back, or None."""
    log = path.with_name(path.name + "-wal")
    away = path.with_name("away")
    if kind == "moved":
        path.rename(away)
        return lambda: away.rename(path)
    if kind == "replaced":
        shutil.copy(path, away)
        path.rename(path.with_name("first"))
        away.rename(path)
        return lambda: path.with_name("first").rename(path)
    if kind == "deleted":
        path.unlink()
    elif kind == "log deleted":
        log.unlink()
    elif kind == "log replaced":
        shutil.copy(log, away)
        away.rename(log)
    else:
        with open(log, "r+b") as file:
            file.truncate(0 if kind == "log emptied" else 8192)
    return None


AWAY = ["moved", "replaced", "deleted", "log deleted", "log replaced"]


def try_creates(daemon):
    """Those that were acknowledged."""
    answers = [daemon.api.post(INVITES, json={
        "email": f"after{number}@example.com", "role": "reader"})
        for number in range(TRIES)]
    assert {one.status_code for one in answers} <= {200, 503}
    return {one.json()["id"] for one in answers if one.status_code == 200}


@pytest.mark.parametrize("kind", AWAY)
def test_nothing_is_acknowledged_once_its_file_is_away(daemon, kind):
    """And /readyz says so, before anybody has written; what was acknowledged
    before is there again, unless the file itself was destroyed."""
    daemon.expect_error("store_unavailable", "mail_unrecorded")
    before = {daemon.api.invite(f"before{n}@example.com")["id"]
              for n in range(5)}
    take_back = harm(daemon.database.path, kind)
    eventually(lambda: daemon.client(None).get("/readyz").status_code == 503)
    assert not try_creates(daemon)
    ready = daemon.client(None).get("/readyz")
    assert ready.status_code == 503 and "invited.db" in ready.text
    assert daemon.wait_log("store_unavailable")
    if take_back:
        take_back()
        eventually(lambda: daemon.client(None).get("/readyz").status_code == 200)
        before.add(daemon.api.invite("later@example.com")["id"])
    daemon.restart()
    assert daemon.command("check").returncode == 0
    if kind != "deleted":
        assert before <= {one["id"] for one in daemon.api.all(INVITES)}


@pytest.mark.parametrize("kind", ["log emptied", "log cut short"])
def test_what_is_acknowledged_is_there_although_the_log_was_cut(daemon, kind):
    """What was only in the log is lost; but not what comes after."""
    daemon.expect_error("store_unavailable", "mail_unrecorded")
    for number in range(5):
        daemon.api.invite(f"before{number}@example.com")
    harm(daemon.database.path, kind)
    acknowledged = try_creates(daemon)
    daemon.restart()
    assert acknowledged <= {one["id"] for one in daemon.api.all(INVITES)}
    assert daemon.command("check").returncode == 0
