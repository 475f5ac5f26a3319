"""
The operator's commands and what the daemon says when it is started wrongly.
"""

import re
import sqlite3
import stat
import subprocess
import threading

import pytest

from harness import INVITES, PROJECTS, Daemon, admin_key_in
from harness.daemon import clean_environment

USAGE = 2


def run(*args, env=None):
    """Runs `invited ARGS...` without a data directory of its own."""
    return Daemon(data="/nonexistent").run(*args, env=env, check=False)


# What doc/invited.8 tells scanners for secrets.
ADMIN_KEY = r"sk-admin-inv_[0-9A-HJKMNP-TV-Z]{13}_[0-9A-Za-z]{49}"


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("stdout", [">/dev/full", ">&-", "<&- >&-"])
def test_output_that_cannot_be_written_is_a_failure(shared_daemon, stdout):
    """And no file of ours takes the place of what is closed."""
    for command in ("--help", "version", "key list", "organization list"):
        done = subprocess.run(
            ["sh", "-c", f'exec "$0" {command} --data "$1" {stdout}',
             shared_daemon.program, shared_daemon.data],
            stderr=subprocess.PIPE, text=True, env=clean_environment())
        assert done.returncode == 1, command
        assert "invited: could not write the output\n" in done.stderr
    shared_daemon.run("check", "--data", shared_daemon.data)


# -- keys ---------------------------------------------------------------------

def test_the_first_key_is_printed_once(make_daemon):
    daemon = make_daemon()
    first = daemon.key
    assert re.fullmatch(ADMIN_KEY, first)
    assert [line for line in daemon.output if first in line] == \
        [f"admin key: {first}"]
    assert f"organization: {daemon.api.ok('GET', '/v1/organization')['id']}" \
        in daemon.output
    daemon.key = None
    daemon.restart()
    assert not any("sk-admin-" in line for line in daemon.output)
    assert daemon.client(first).get(INVITES).status_code == 200


def test_the_first_key_may_be_left_in_a_file(make_daemon):
    """As under systemd, whose journal would keep it."""
    daemon = make_daemon("--first-key", "first-key", start=False)
    left = daemon.data / "first-key"
    daemon.start()
    assert not any("sk-admin-" in line for line in daemon.output)
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    key = admin_key_in(daemon.command("key", "first").stdout)
    assert daemon.client(key).get(INVITES).status_code == 200
    assert not left.exists()
    again = daemon.command("key", "first", check=False)
    assert again.returncode == 1 and again.stdout == ""
    assert "invited key create" in again.stderr


def test_a_first_key_that_cannot_be_left_is_said(make_daemon):
    daemon = make_daemon(start=False)
    done = daemon.command("serve", "--listen", "127.0.0.1:0",
                          "--first-key", "/nonexistent/first-key", check=False)
    assert done.returncode == 1 and "could not write the first" in done.stderr


def test_the_first_key_may_be_given(make_daemon):
    daemon = make_daemon(key="sk-admin-chosen-by-the-operator-for-tests")
    assert not any("sk-admin-" in line for line in daemon.output)
    assert daemon.api.get(INVITES).status_code == 200


def test_a_given_key_matters_at_the_first_start_alone(make_daemon):
    daemon = make_daemon()
    first = daemon.key
    daemon.key = "sk-admin-another-key-that-comes-too-late-now"
    daemon.restart()
    assert daemon.client(first).get(INVITES).status_code == 200
    assert daemon.api.get(INVITES).status_code == 401


@pytest.mark.parametrize("running", [True, False])
def test_key_create_list_revoke(daemon, running):
    if not running:
        daemon.stop()
    made = daemon.command("key", "create", "Nightly job")
    key = admin_key_in(made.stdout)
    listed = daemon.command("key", "list").stdout
    assert key not in listed
    line, = [line for line in listed.splitlines() if "Nightly job" in line]
    identity = re.search(r"key_[0-9A-HJKMNP-TV-Z]{13}", line)[0]
    assert re.fullmatch(ADMIN_KEY, key)
    assert key.startswith(f"sk-admin-inv_{identity.removeprefix('key_')}_")
    assert f"{key[:17]}...{key[-4:]}" in line
    assert len(re.findall(r"key_[0-9A-Z]{13}", listed)) == 2
    done = daemon.command("key", "revoke", identity)
    assert done.returncode == 0
    if not running:
        daemon.start()
    assert daemon.client(key).get(INVITES).status_code == 401
    again = daemon.command("key", "revoke", identity, check=False)
    assert again.returncode == 1 and again.stderr


@pytest.mark.parametrize("identity", [
    "key_0000000000001", "nonsense", "", "key_", "' OR 1=1 --"])
def test_revoke_unknown(daemon, identity):
    done = daemon.command("key", "revoke", identity, check=False)
    assert done.returncode in (1, USAGE) and done.stderr
    assert daemon.api.get(INVITES).status_code == 200


def test_a_running_daemon_needs_no_restart(daemon):
    """A key's use is remembered, to the minute."""
    listed = daemon.command("key", "list").stdout
    daemon.api.get(INVITES)
    assert daemon.command("key", "list").stdout != listed


# -- organizations ------------------------------------------------------------

def test_organizations(daemon):
    daemon.command("organization", "create", "Royal Society")
    listed = daemon.command("organization", "list").stdout
    lines = [line for line in listed.splitlines() if "org-" in line]
    assert len(lines) == 2
    line, = [line for line in lines if "Royal Society" in line]
    identity = re.search(r"org-[0-9A-HJKMNP-TV-Z]{13}", line)[0]
    by_name = admin_key_in(daemon.command(
        "key", "create", "--organization", "Royal Society").stdout)
    by_id = admin_key_in(daemon.command(
        "key", "create", "--organization", identity).stdout)
    one, two = daemon.client(by_name), daemon.client(by_id)
    project = one.project("P")
    assert two.ok("GET", f"{PROJECTS}/{project['id']}") == project
    assert daemon.api.get(f"{PROJECTS}/{project['id']}").status_code == 404
    assert len(re.findall(r"key_\w{13}", daemon.command(
        "key", "list", "--organization", identity).stdout)) == 2


def test_keys_of_all_organizations(daemon):
    """Which organization need not be known to list keys, or to end one."""
    daemon.command("organization", "create", "Other")
    key = admin_key_in(daemon.command(
        "key", "create", "theirs", "--organization", "Other").stdout)
    lines = daemon.command("key", "list").stdout.splitlines()
    assert [line.split("\t")[-2:] for line in lines] == [
        ["theirs", "Other"], ["first admin key", "Default organization"]]
    identity = lines[0].split("\t")[0]
    wrong = daemon.command("key", "revoke", identity, "--organization",
                           "Default organization", check=False)
    assert wrong.returncode == 1
    assert daemon.client(key).get(INVITES).status_code == 200
    daemon.command("key", "revoke", identity)
    assert daemon.client(key).get(INVITES).status_code == 401
    assert daemon.api.get(INVITES).status_code == 200


def test_with_several_organizations_one_must_be_named(daemon):
    daemon.command("organization", "create", "Other")
    done = daemon.command("key", "create", check=False)
    assert done.returncode in (1, USAGE) and "--organization" in done.stderr
    assert "sk-admin-" not in done.stdout


def test_rename_an_organization(daemon):
    done = daemon.command("organization", "rename", "Ärger & Söhne")
    identity = re.search(r"org-[0-9A-HJKMNP-TV-Z]{13}", done.stdout)[0]
    assert done.stdout == f"{identity}\tÄrger & Söhne\n"
    organization = daemon.api.ok("GET", "/v1/organization")
    assert organization["name"] == "Ärger & Söhne"
    assert organization["id"] == identity
    daemon.command("organization", "create", "Other")
    done = daemon.command("organization", "rename", "Other", check=False)
    assert done.returncode == 1 and "several" in done.stderr
    done = daemon.command("organization", "rename", "Other",
                          "--organization", identity, check=False)
    assert done.returncode == 1 and "already" in done.stderr
    daemon.command("organization", "rename", "Mine", "--organization",
                   "Other")
    assert daemon.command("organization", "list").stdout.count("Mine") == 1


def test_another_name_for_the_organization_is_said_at_start(make_daemon):
    daemon = make_daemon("--organization", "First")
    assert daemon.api.ok("GET", "/v1/organization")["name"] == "First"
    daemon.stop()
    assert said_at_start(daemon) == []
    daemon.args = [*daemon.args, "--organization", "Second"]
    daemon.start()
    assert daemon.api.ok("GET", "/v1/organization")["name"] == "First"
    daemon.stop()
    line, = said_at_start(daemon)
    assert "Second" in line and "organization rename" in line
    daemon.start()


def said_at_start(daemon):
    return [line for line in daemon.log if "organization_name_unused" in line]


def test_an_organization_twice(daemon):
    daemon.command("organization", "create", "Other")
    done = daemon.command("organization", "create", "Other", check=False)
    assert done.returncode == 1 and "already" in done.stderr


def test_an_unknown_organization(daemon):
    done = daemon.command("key", "create", "--organization", "Nobody",
                          check=False)
    assert done.returncode == 1 and "no such organization" in done.stderr


# -- check and backup ---------------------------------------------------------

@pytest.mark.parametrize("running", [True, False])
def test_check_of_a_sound_database(daemon, running):
    _, token = daemon.api.link("ada@example.com")
    daemon.api.accept(token)
    daemon.api.invite("bob@example.com")
    if not running:
        daemon.stop()
    assert daemon.command("check").returncode == 0


FAULTS = {
    "an invite that nobody accepted":
        'UPDATE invite SET "user" = 0 WHERE state = 1',
    "an address that is held for nothing":
        "UPDATE invite SET slot = 0 WHERE state = 1",
    "a member of no project":
        "UPDATE project_user SET project = 1",
    "an organization without default project":
        "UPDATE organization SET default_project = 1",
    "a mail of no invite":
        "INSERT INTO outbox(invite, organization, secret, queued_at_ms,"
        " due_at_ms, attempts) SELECT 1, 1, secret_hash, 0, 0, 0"
        " FROM admin_key",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_finds(daemon, fault):
    _, token = daemon.api.link("ada@example.com")
    daemon.api.accept(token)
    daemon.stop()
    assert daemon.database.sql(FAULTS[fault] + " RETURNING 1")
    done = daemon.command("check", check=False)
    assert done.returncode == 1 and done.stdout.strip()


def test_a_row_with_an_unknown_number_is_answered_as_damaged(daemon):
    api = daemon.api
    ids = [api.invite(f"p{number}@example.com", send_email=False)["id"]
           for number in range(3)]
    daemon.database.sql("UPDATE invite SET role = 9"
                        " WHERE email = 'p1@example.com' RETURNING 1")
    answer = api.get(f"{INVITES}/{ids[1]}")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "damaged"
    listed = [invite["id"] for invite in api.ok("GET", INVITES)["data"]]
    assert listed == [ids[2], ids[0]]
    done = daemon.command("check", check=False)
    assert done.returncode == 1 and "its column role holds" in done.stdout
    daemon.database.sql("UPDATE invite SET role = 0 RETURNING 1")
    api.ok("GET", f"{INVITES}/{ids[1]}")
    assert daemon.command("check").returncode == 0


@pytest.mark.engines("sqlite")
def test_check_of_a_damaged_file(daemon):
    for number in range(200):
        daemon.api.invite(f"p{number}@example.com", send_email=False)
    daemon.stop()
    size = daemon.database.path.stat().st_size
    with daemon.database.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * (size - 4096 * 4))
    done = daemon.command("check", check=False)
    assert done.returncode == 1 and (done.stdout + done.stderr).strip()


def test_check_of_nothing(tmp_path):
    done = Daemon(data=tmp_path / "none").command("check", check=False)
    assert done.returncode == 1 and done.stderr
    assert not (tmp_path / "none" / "invited.db").exists()


@pytest.mark.engines("sqlite")
def test_backup_of_a_running_daemon(daemon, make_daemon, tmp_path):
    _, token = daemon.api.link("ada@example.com")
    daemon.api.accept(token)
    pending, link = daemon.api.link("bob@example.com")
    target = tmp_path / "backup.db"
    daemon.command("backup", str(target))
    later = daemon.api.invite("late@example.com")
    (tmp_path / "restored").mkdir()
    target.rename(tmp_path / "restored" / "invited.db")
    restored = make_daemon(data=tmp_path / "restored", key=daemon.key)
    assert restored.command("check").returncode == 0
    assert [one["id"] for one in restored.api.all(INVITES)] == \
        [one["id"] for one in daemon.api.all(INVITES)
         if one["id"] != later["id"]]
    assert restored.api.accept(link).status_code == 200
    assert daemon.api.ok("GET", f"{INVITES}/{pending['id']}")["status"] == \
        "pending"


@pytest.mark.engines("sqlite")
def test_backup_while_others_write(daemon, tmp_path):
    stop, failed = threading.Event(), []

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            try:
                daemon.api.invite(f"p{number}@example.com", send_email=False)
            except AssertionError as error:
                failed.append(error)
                return
    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            target = tmp_path / f"{number}.db"
            daemon.command("backup", str(target))
            with sqlite3.connect(target) as copy:
                assert copy.execute("PRAGMA integrity_check").fetchall() == \
                    [("ok",)]
            copy.close()
    finally:
        stop.set()
        thread.join()
    assert not failed


@pytest.mark.engines("sqlite")
def test_backup_overwrites_nothing(daemon, tmp_path):
    target = tmp_path / "precious"
    target.write_text("precious")
    done = daemon.command("backup", str(target), check=False)
    assert done.returncode == 1 and str(target) in done.stderr
    assert target.read_text() == "precious"


@pytest.mark.engines("sqlite")
def test_backup_into_nowhere(daemon, tmp_path):
    done = daemon.command("backup", str(tmp_path / "no" / "where"),
                          check=False)
    assert done.returncode == 1 and done.stderr


# -- help, version, usage -----------------------------------------------------

@pytest.mark.parametrize("args", [["--help"], ["-h"], ["help"],
                                  ["serve", "--help"], ["key", "--help"]])
def test_help(args):
    done = run(*args)
    assert done.returncode == 0 and done.stderr == ""
    for word in ("--listen", "INVITED_MAIL", "backup", "key create"):
        assert word in done.stdout


def test_version():
    done = run("--version")
    assert re.fullmatch(r"invited \d+\.\d+\.\d+ \(commit [0-9a-z-]+\)\n",
                        done.stdout)


USAGE_ERRORS = [
    ["nonsense"], ["--nonsense"], ["serve", "--nonsense", "x"], ["key"],
    ["key", "nonsense"], ["key", "revoke"], ["organization"],
    ["organization", "create"], ["backup"], ["check", "extra"],
    ["serve", "extra"], ["--listen"], ["--listen", ""],
    ["--listen", "nonsense"], ["--listen", "127.0.0.1:99999"],
    ["--listen", "127.0.0.1"], ["--listen", "127.0.0.1:-1"],
    ["--invite-ttl", "7"], ["--invite-ttl", "0d"], ["--invite-ttl", "-7d"],
    ["--invite-ttl", "2y"], ["--invite-ttl", "99999d"],
    ["--public-url", "ftp://example.com"], ["--public-url", "example.com"],
    ["--public-url", "http://example.com"],
    ["--public-url", "https://example.com/#x"],
    ["--listen", "0.0.0.0:0"], ["--log-level", "loud"],
    ["--welcome-url", "javascript:alert(1)"],
    ["organization", "create", ""], ["organization", "create", "a\nb"],
    ["key", "create", "x" * 257],
]


@pytest.mark.parametrize("args", USAGE_ERRORS, ids=lambda args: " ".join(args))
def test_usage_errors(args, tmp_path):
    done = run(*args, "--data", str(tmp_path / "data"))
    assert done.returncode == USAGE, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert 0 < len(done.stderr.splitlines()) <= 3
    assert done.stderr.startswith("invited: ")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name, value", [
    ("INVITED_LISTEN", "nonsense"), ("INVITED_INVITE_TTL", "soon"),
    ("INVITED_PUBLIC_URL", "http://example.com"),
    ("INVITED_ADMIN_KEY", "short"), ("INVITED_ADMIN_KEY", "a b" * 20),
    ("INVITED_LOG_LEVEL", "loud"),
])
def test_the_environment_is_checked_alike(name, value, tmp_path):
    done = run("serve", "--data", str(tmp_path / "data"), env={name: value})
    assert done.returncode == USAGE and name in done.stderr
    if name == "INVITED_ADMIN_KEY":
        assert value not in done.stderr


def test_a_flag_wins_over_the_environment(make_daemon):
    daemon = make_daemon("--invite-ttl", "1h",
                         env={"INVITED_INVITE_TTL": "3h",
                              "INVITED_ORGANIZATION": "From outside"})
    invite, token = daemon.api.link("ada@example.com")
    assert invite["expires_at"] - invite["created_at"] == 3600
    assert daemon.api.ok("POST", "/v1/invitations/lookup", json={
        "token": token})["organization"] == {"name": "From outside"}


# -- files --------------------------------------------------------------------

def test_nobody_else_reads_the_data(daemon):
    daemon.api.invite("ada@example.com")
    daemon.mailbox.wait("ada@example.com")
    for path in daemon.files():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


# -- what a command must not do -----------------------------------------------

@pytest.mark.parametrize("command", [("check",), ("backup", "copy.db"),
                                     ("key", "list"), ("key", "create")])
def test_a_command_makes_no_database(tmp_path, command):
    """A mistyped directory must not look like a healthy, empty one."""
    done = Daemon(data=tmp_path).run(*command, "--data", str(tmp_path),
                                     check=False)
    assert done.returncode == 1
    assert "there is no database at" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_does_not_check_as_ok(tmp_path):
    (tmp_path / "invited.db").touch()
    done = Daemon(data=tmp_path).run("check", "--data", str(tmp_path),
                                     check=False)
    assert done.returncode == 1 and "ok" not in done.stdout
    assert (tmp_path / "invited.db").stat().st_size == 0


@pytest.mark.engines("sqlite")
def test_a_backup_that_was_killed_is_in_nobodys_way(daemon, tmp_path):
    copy = tmp_path / "copy.db"
    (tmp_path / "copy.db.partial").write_bytes(b"half of it")
    daemon.command("backup", str(copy))
    assert copy.exists() and not (tmp_path / "copy.db.partial").exists()
    assert "ok" in daemon.command("check", "--database",
                                  f"sqlite:{copy}").stdout
