"""
The Debian packages: clean, and in an empty system they do what they promise.
"""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness import DEADLINE, admin_key_in, eventually
from harness.packages import output_of

pytestmark = pytest.mark.engines("sqlite")

DATA = "var/lib/invited"
WRITING = {"DEBIAN_FRONTEND": "noninteractive", "PATH":
           "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


@pytest.fixture
def system(empty_system: Path, tmp_path: Path) -> Iterator[Path]:
    """A Debian of this release with nothing but what each has."""
    root = tmp_path / "root"
    output_of("cp", "-a", empty_system, root)
    yield root
    shutil.rmtree(root)


def within(system: Path, *command: str, **env: str) -> str:
    """What a command says that runs in there."""
    return output_of("chroot", system, *command, **WRITING, **env)


def test_they_are_clean(packages: Path) -> None:
    changes, = packages.glob("*.changes")
    said = output_of("lintian", "--allow-root", "--fail-on", "error,warning",
                     changes)
    assert not re.findall(r"^[EW]: .*", said, re.M)


def test_each_brings_what_it_is_for(packages: Path) -> None:
    def files(name: str) -> set[str]:
        package, = packages.glob(f"{name}_*.deb")
        return {line.split()[5].lstrip(".") for line in
                output_of("dpkg-deb", "--contents", package).splitlines()}
    assert {"/usr/bin/invited", "/etc/invited.conf",
            "/usr/share/man/man8/invited.8.gz"} <= files("invited")
    assert {"/usr/bin/invite", "/usr/share/man/man1/invite.1.gz"} <= \
        files("invite")
    assert any(path.endswith("/libinv.so.0") for path in files("libinv0"))
    assert {"/usr/include/inv.h", "/usr/include/inv/invites.h",
            "/usr/share/man/man3/inv.3.gz"} <= files("libinv-dev")


def settings_of_the_unit(system: Path) -> list[str]:
    unit = next(path for path in system.glob("*/systemd/system/invited.service")
                or system.glob("usr/lib/systemd/system/invited.service"))
    return re.findall(r"^Environment=(.*)$", unit.read_text(), re.M)


@contextmanager
def served(system: Path) -> Iterator[str]:
    """The daemon in there, as its unit starts it; where it listens."""
    process = subprocess.Popen(
        ["chroot", "--userspec=invited:invited", system, "env", "-i",
         *settings_of_the_unit(system), "/usr/bin/invited", "serve",
         "--listen", "127.0.0.1:0"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout
        lines = [line for line in takewhile_listening(process.stdout)]
        assert lines and "sk-admin-" not in "".join(lines)
        yield lines[-1].removeprefix("listening on ").strip()
    finally:
        process.terminate()
        assert process.wait(DEADLINE) == 0


def takewhile_listening(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.startswith("listening on "):
            return


def test_installed_used_removed_purged(packages: Path, system: Path) -> None:
    """One after the other, since each needs what was before."""
    for package in packages.glob("*.deb"):
        if "dbgsym" not in package.name:
            shutil.copy(package, system / "tmp")
    said = within(system, "sh", "-c", "apt-get install -y "
                  "--no-install-recommends /tmp/*.deb")
    assert "invited key first --data /var/lib/invited" in said
    assert stat.S_IMODE((system / "etc/invited.conf").stat().st_mode) == 0o600
    assert (system / "etc/systemd/system/multi-user.target.wants"
            / "invited.service").is_symlink()

    # What systemd does before it starts the service.
    within(system, "install", "-d", "-o", "invited", "-g", "invited", "-m",
           "0700", f"/{DATA}")
    with served(system) as url:
        first = within(system, "runuser", "-u", "invited", "--", "invited",
                       "key", "first", "--data", f"/{DATA}")
        access = {"OPENAI_ADMIN_KEY": admin_key_in(first),
                  "OPENAI_BASE_URL": f"{url}/v1"}
        within(system, "invite", "create", "ada@example.com",
               "--role", "reader", **access)
        mail = eventually(lambda: list((system / DATA / "mail/new").iterdir()),
                          "the mail")
        link = re.search(r"http://\S+accept#\S+", mail[0].read_text())
        assert link
        within(system, "invite", "accept", "--yes", link[0], **access)
        assert "ada@example.com" in within(system, "invite", "users", "list",
                                           **access)

    within(system, "apt-get", "install", "-y", "--reinstall",
           "/tmp/" + next(packages.glob("invited_*.deb")).name)
    with served(system) as url:
        access["OPENAI_BASE_URL"] = f"{url}/v1"
        assert "ada@example.com" in within(system, "invite", "users", "list",
                                           **access)

    within(system, "apt-get", "remove", "-y", "invited")
    assert (system / DATA / "invited.db").exists()
    assert (system / "etc/invited.conf").exists()
    within(system, "sh", "-c", "echo invited invited/purge-data boolean true"
           " | debconf-set-selections && apt-get purge -y invited")
    assert not (system / DATA).exists()
    assert not (system / "etc/invited.conf").exists()
