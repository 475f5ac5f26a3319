"""
The Debian packages: clean, and in an empty system they do what they promise.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness import (DEADLINE, ENGINES, USERS, Client, admin_key_in,
                     eventually)
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


def install(system: Path, packages: Path) -> str:
    """What it says when all that is for users is installed, or upgraded."""
    for package in packages.glob("*.deb"):
        if "dbgsym" not in package.name:
            shutil.copy(package, system / "tmp")
    said = within(system, "sh", "-c", "apt-get install -y "
                  "--no-install-recommends /tmp/*.deb && rm /tmp/*.deb")
    # What systemd does before it starts the service.
    within(system, "install", "-d", "-o", "invited", "-g", "invited", "-m",
           "0700", f"/{DATA}")
    return said


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
            "/usr/share/man/man8/invited.8.gz",
            "/usr/share/invited/prometheus/invited.rules.yml",
            "/usr/share/invited/grafana/invited.json",
            "/usr/share/doc/invited/api/openapi.yaml",
            "/usr/share/doc/invited/doc/operating.md",
            "/usr/share/doc/invited/examples/invited-backup.cron"} <= \
        files("invited")
    assert any(path.endswith("/systemd/system/invited-backup.timer")
               for path in files("invited"))
    assert {"/usr/bin/invite", "/usr/share/man/man1/invite.1.gz",
            "/usr/share/bash-completion/completions/invite.bash",
            "/usr/share/fish/vendor_completions.d/invite.fish",
            "/usr/share/zsh/vendor-completions/_invite"} <= files("invite")
    assert any(path.endswith("/libinv.so.0") for path in files("libinv0"))
    assert {"/usr/include/inv.h", "/usr/include/inv/invites.h",
            "/usr/share/man/man3/inv.3.gz"} <= files("libinv-dev")


def test_what_a_program_is_built_with_brings_the_rest(packages: Path) -> None:
    """inv.pc names other libraries, which pkg-config looks for."""
    package, = packages.glob("libinv-dev_*.deb")
    depends = output_of("dpkg-deb", "-f", package, "Depends")
    pc = output_of("sh", "-c", "dpkg-deb --fsys-tarfile $1 | "
                   "tar -xO --wildcards '*/inv.pc'", "sh", package)
    needed = re.search(r"^Requires\.private: (.*)$", pc, re.M)
    brings = {"libcurl": "libcurl4-openssl-dev", "jansson": "libjansson-dev",
              "libcrypto": "libssl-dev"}
    assert needed
    for name in needed[1].split(", "):
        assert brings[name] in depends


def settings_of_the_unit(system: Path) -> list[str]:
    unit = next(path for path in system.glob("*/systemd/system/invited.service")
                or system.glob("usr/lib/systemd/system/invited.service"))
    return re.findall(r"^Environment=(.*)$", unit.read_text(), re.M)


# In a place of its own, where a directory from outside is seen, too.
INSIDE = ["unshare", "--mount", "sh", "-c", """
root=$1 shared=$2
shift 2
if [ -n "$shared" ]; then
	mkdir -p "$root$shared"
	mount --bind "$shared" "$root$shared"
fi
exec chroot --userspec=invited:invited "$root" env -i "$@"
""", "inside"]


@contextmanager
def served(system: Path, shared: str = "", **env: str) -> Iterator[str]:
    """The daemon in there, as its unit starts it; where it listens."""
    conf = (system / "etc/invited.conf").read_text()
    process = subprocess.Popen(
        [*INSIDE, system, shared, *settings_of_the_unit(system),
         *re.findall("^INVITED_.*$", conf, re.M),
         *(f"{name}={value}" for name, value in env.items()),
         "/usr/bin/invited", "serve", "--listen", "127.0.0.1:0"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)
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
    said = install(system, packages)
    assert "invited key first --data /var/lib/invited" in said
    assert stat.S_IMODE((system / "etc/invited.conf").stat().st_mode) == 0o600
    assert (system / "etc/systemd/system/multi-user.target.wants"
            / "invited.service").is_symlink()
    assert not (system / "etc/systemd/system/timers.target.wants"
                / "invited-backup.timer").is_symlink()

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

    within(system, "apt-get", "remove", "-y", "invited")
    assert (system / DATA / "invited.db").exists()
    assert (system / "etc/invited.conf").exists()
    within(system, "sh", "-c", "echo invited invited/purge-data boolean true"
           " | debconf-set-selections && apt-get purge -y invited")
    assert not (system / DATA).exists()
    assert not (system / "etc/invited.conf").exists()


# -- from the release before ---------------------------------------------------

@pytest.fixture
def before(packages: Path, tmp_path: Path) -> Path:
    """The packages of a release before: those in INVITED_TEST_BEFORE; or else
    these, by an older name."""
    if "INVITED_TEST_BEFORE" in os.environ:
        return Path(os.environ["INVITED_TEST_BEFORE"])
    out = tmp_path / "before"
    out.mkdir()
    for package in packages.glob("*.deb"):
        if "dbgsym" in package.name:
            continue
        tree = tmp_path / package.stem
        output_of("dpkg-deb", "-R", package, tree)
        control = tree / "DEBIAN/control"
        version = re.search("^Version: (.*)$", control.read_text(), re.M)
        assert version
        control.write_text(control.read_text().replace(version[1],
                                                       f"{version[1]}~~"))
        output_of("dpkg-deb", "-Znone", "-b", tree, out)
    return out


class Served:
    """The daemon of the installed package, on one database."""

    def __init__(self, system: Path, engine: str) -> None:
        self._system = system
        self.database = ENGINES[engine](system / DATA)
        url = self.database.settings.get("INVITED_DATABASE", "")
        socket = re.search("host=([^&]+)", url)
        self._shared = socket[1] if socket else ""
        self._key = f"sixteen-characters-or-more-{engine}"

    @contextmanager
    def client(self, kind: type = Client) -> Iterator[Client]:
        with served(self._system, self._shared, INVITED_ADMIN_KEY=self._key,
                    **self.database.settings) as url, \
                kind(url, self._key) as api:
            yield api


class Old(Client):
    """Of a release whose answers today's contract need not describe."""

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._http.request(method, path, **options)


def test_upgraded_with_what_it_holds_in_either_database(
        packages: Path, before: Path, system: Path,
        postgres_server: str) -> None:
    """Settings, members, and links that were mailed before."""
    install(system, before)
    conf = system / "etc/invited.conf"
    conf.write_text(conf.read_text() + "INVITED_ORGANIZATION=Kept\n")
    daemons = [Served(system, engine) for engine in ENGINES]
    links = []
    for daemon in daemons:
        with daemon.client(Old) as api:
            api.member("ada@example.com")
            links.append(api.link("eve@example.com")[1])
    said = install(system, packages)
    assert "key first" not in said
    assert conf.read_text().endswith("INVITED_ORGANIZATION=Kept\n")
    assert stat.S_IMODE(conf.stat().st_mode) == 0o600
    for daemon, link in zip(daemons, links):
        with daemon.client() as api:
            assert api.get("/v1/organization").json()["name"] == "Kept"
            assert api.accept(link, "Eve").status_code == 200
            assert {user["email"] for user in api.get(USERS).json()["data"]} \
                == {"ada@example.com", "eve@example.com"}
        daemon.database.drop()
