"""
The image: the same from the same packages, small, and run by a container
runtime as an operator would.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tarfile
from pathlib import Path
from typing import Callable

import pytest

from harness import ENGINES, INVITES, Client, Maildir, admin_key_in
from harness.containers import DATA, NOBODY, Container
from harness.daemon import ROOT
from harness.packages import output_of

MOST = 50  # MB, unpacked; README.md says how many it has


@pytest.fixture(scope="session")
def image(once: Callable, packages: Path) -> Path:
    """A directory with the image of these packages."""
    return once("image", lambda out: output_of(
        ROOT / "tools/image", packages, out) and None)


@pytest.fixture(scope="session")
def unpacked(once: Callable, image: Path) -> Path:
    """The image as a runtime takes it: a config.json, and a rootfs."""
    def make(out: Path) -> None:
        layout = out.with_suffix(".layout")
        layout.mkdir()
        output_of("tar", "-C", layout, "-xf", image / "invited.oci.tar")
        index = json.loads((layout / "index.json").read_text())
        name = index["manifests"][0]["annotations"][
            "org.opencontainers.image.ref.name"]
        output_of("umoci", "unpack", "--image", f"{layout}:{name}", out)
    return once("unpacked", make)


def made_of(image: Path) -> bytes:
    """The list of packages that are in it."""
    with tarfile.open(image) as layout:
        layer = max(layout.getmembers(), key=lambda member: member.size)
        with tarfile.open(fileobj=layout.extractfile(layer)) as files:
            status = files.extractfile("./var/lib/dpkg/status")
            assert status
            return status.read()


def test_the_same_packages_make_the_same_image(
        image: Path, packages: Path, tmp_path: Path) -> None:
    """Whoever makes it, wherever, with whatever habits."""
    first = image / "invited.oci.tar"
    for name in ("second", "third"):
        output_of("sh", "-c", 'umask 077 && exec "$@"', "sh",
                  ROOT / "tools/image", packages, tmp_path / name,
                  TZ="Pacific/Chatham", LC_ALL="C", HOME=str(tmp_path))
        again = tmp_path / name / "invited.oci.tar"
        if made_of(first) == made_of(again):
            break
        first = again # Debian has just got a newer package
    output_of("cmp", first, again)


def test_there_is_nothing_in_it_that_the_daemon_does_not_need(
        unpacked: Path) -> None:
    root = unpacked / "rootfs"
    assert [path.name for path in (root / "usr/bin").iterdir()] == ["invited"]
    assert not [*(root / "usr/sbin").iterdir()]
    files = [path for path in root.rglob("*") if not path.is_symlink()]
    assert not [path for path in files
                if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
    size = sum(path.stat().st_size for path in files if path.is_file())
    assert size < MOST * 1_000_000
    told = re.search(r"(\d+) MB unpacked", (ROOT / "README.md").read_text())
    assert told and abs(int(told[1]) - size / 1_000_000) < 5
    assert (root / "usr/share/doc/invited/copyright").exists()
    authorities = (root / "etc/ssl/certs/ca-certificates.crt").read_text()
    assert authorities.count("BEGIN CERTIFICATE") > 100


def test_scanners_know_which_versions_are_in_it(unpacked: Path) -> None:
    status = (unpacked / "rootfs/var/lib/dpkg/status").read_text()
    known = re.findall(r"^Package: (.*)\nStatus: install ok installed$",
                       status, re.M)
    assert {"invited", "libc6", "libpq5", "libcurl4"} & {
        re.sub("t64$", "", name) for name in known} > {"invited", "libc6"}
    assert "ID=debian" in (unpacked / "rootfs/etc/os-release").read_text()


# -- as a container ------------------------------------------------------------

@pytest.fixture(scope="session")
def runnable(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image; skips what needs containers where there are none."""
    where = tmp_path_factory.mktemp("runtime")
    done = Container(unpacked, where, args=["--version"]).run()
    if done.returncode != 0:
        pytest.skip("platform: no container can be started here: "
                    f"{done.stderr[-500:]}")
    return unpacked


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """As a runtime makes one: like the directory whose place it takes."""
    path = tmp_path / "volume"
    path.mkdir(mode=0o700)
    os.chown(path, NOBODY, NOBODY)
    return path


def test_it_runs_as_nobody_on_a_root_that_is_read_only(
        runnable: Path, volume: Path, tmp_path: Path, engine: str) -> None:
    database = ENGINES[engine](volume)
    sockets = re.findall("host=([^&]+)", " ".join(database.settings.values()))
    settings = {"INVITED_LISTEN": "127.0.0.1:0", **database.settings}
    mounts = {DATA: volume, **{path: Path(path) for path in sockets}}
    one = Container(runnable, tmp_path, settings, mounts)
    with one.running() as url:
        listen = url.removeprefix("http://")
        assert one.does("health", "--listen", listen) == "ok\n"
        key = admin_key_in(one.does("key", "first"))
        with Client(url, key) as api:
            api.invite("ada@example.com")
        mail = Maildir(volume / "data/mail").wait("ada@example.com")
        assert mail.link.startswith(f"{url}/accept#")
    assert key not in "\n".join(one.said)
    assert not [line for line in one.said if " error " in line]
    again = Container(runnable, tmp_path, settings, mounts)
    with again.running() as url, Client(url, key) as api:
        invite, = api.get(INVITES).json()["data"]
        assert invite["email"] == "ada@example.com"
    database.drop()


def test_it_says_what_it_has_to_be_told(
        runnable: Path, volume: Path, tmp_path: Path) -> None:
    """Where people reach it is nothing that an image could know."""
    done = Container(runnable, tmp_path, mounts={DATA: volume}).run()
    assert done.returncode == 2
    assert "--public-url is needed with --listen 0.0.0.0:8080" in done.stderr
