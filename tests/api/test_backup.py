"""
Backups that nobody has to think of: the timer's command line, as the unit has it.
"""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from harness import INVITES
from harness.daemon import ROOT, clean_environment

pytestmark = pytest.mark.engines("sqlite")

PACKAGING = ROOT / "packaging"
PLACE = "/var/backups/invited"
OLDER = [f"invited-2026-01-{day:02}T020000Z.db" for day in range(1, 21)]
NAME = re.compile(r"invited-\d{4}-\d\d-\d\dT\d{6}Z\.db")


def line_of(unit, name="ExecStart"):
    return re.search(rf"^{name}=(.*)$", unit, re.MULTILINE)[1]


@pytest.fixture
def backups(tmp_path):
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def run(daemon, backups):
    """The unit's command, in its environment, for our daemon's data."""
    unit = (PACKAGING / "invited-backup.service.in").read_text()
    name, value = line_of(unit, "Environment").split("=")
    assert (name, value) == ("INVITED_DATA", "/var/lib/invited")
    words = shlex.split(line_of(unit).replace(PLACE, str(backups)))
    assert words[0] == "@bindir@/invited"

    def again(code=0, argv=words[1:]):
        done = subprocess.run(
            [daemon.program, *argv], capture_output=True, text=True,
            env=clean_environment({name: str(daemon.data)}))
        assert done.returncode == code, done.stderr
        return done

    return again


def names(backups):
    return sorted(path.name for path in backups.iterdir())


def test_the_units_backup_is_rotated_and_restored(daemon, backups, run):
    daemon.api.invite("before@example.com")
    for name in OLDER:
        (backups / name).write_text("an older one")
    strangers = {"invited.db", "invited-2026-01-01T020000Z.db.gz",
                 "invited-2026-01-01.db", "notes"}
    remnant = OLDER[0] + ".partial"         # of one that was killed
    for name in {*strangers, remnant}:
        (backups / name).touch()
    said = run().stdout.splitlines()
    made = Path(said[0].removeprefix("backup: "))
    assert made.parent == backups and NAME.fullmatch(made.name)
    assert made.stat().st_mode & 0o777 == 0o600
    assert said[1:] == ["removed: 7 older"]
    assert names(backups) == sorted({*strangers, *OLDER[7:], made.name})
    daemon.api.invite("since@example.com")
    daemon.stop()
    daemon.command("restore", str(made))
    daemon.start()
    assert [one["email"] for one in daemon.api.all(INVITES)] == [
        "before@example.com"]
    assert daemon.command("check").stdout == "ok\n"


def test_a_backup_that_failed_removes_none(daemon, backups, run):
    for name in OLDER:
        (backups / name).touch()
    daemon.stop()
    (daemon.data / "invited.db").rename(daemon.data / "elsewhere.db")
    assert run(code=1).stderr.startswith("invited: ")
    assert names(backups) == OLDER


def test_a_clock_that_was_ahead_costs_no_backup(backups, run):
    """Those of the future are kept as the newest; so is the one just made."""
    future = [name.replace("2026", "2999") for name in OLDER[:14]]
    for name in [*future, *OLDER]:
        (backups / name).touch()
    made = Path(run().stdout.splitlines()[0].removeprefix("backup: "))
    assert names(backups) == sorted([made.name, *future])


def test_of_several_at_once_to_one_name_one_is_made(daemon, backups):
    """A timer and a crontab of the same second. None is named a backup that is
    not whole."""
    made = backups / "same.db"
    several = [subprocess.Popen(
        [daemon.program, "backup", made, "--data", daemon.data],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=clean_environment()) for _ in range(4)]
    said = [(*process.communicate(), process.returncode)
            for process in several]
    assert sorted(code for _, _, code in said) == [0, 1, 1, 1], said
    assert all("File exists" in why for _, why, code in said if code)
    assert names(backups) == ["same.db"]
    daemon.run("check", "--database", f"sqlite:{made}")


def test_keep_is_for_directories(daemon, backups, run):
    done = run(2, ["backup", str(backups / "one.db"), "--keep", "3"])
    assert "--keep is for backups into a directory" in done.stderr
    assert not names(backups)
    done = run(2, ["backup", str(backups), "--keep", "0"])
    assert "expected a number from 1 to 1000" in done.stderr
    said = run(0, ["backup", f"{backups}/"]).stdout
    made, = names(backups)
    assert NAME.fullmatch(made) and said == f"backup: {backups}/{made}\n"


def test_cron_does_what_the_timer_does():
    cron = (PACKAGING / "invited-backup.cron").read_text()
    line = cron.splitlines()[-1].split("\t")
    unit = (PACKAGING / "invited-backup.service.in").read_text()
    assert line[1] == line_of(unit, "User")
    assert line[2] == line_of(unit).replace(
        "@bindir@/", "") + " --data /var/lib/invited"
