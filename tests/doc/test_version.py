"""
Which program is this? Every one says its version and of which commit it is,
however it was built.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from harness.daemon import ROOT, clean_environment


pytestmark = pytest.mark.skipif(
    not shutil.which("git"), reason="platform: there is no git")


def git(place: Path, *words: str) -> str:
    env = clean_environment({
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "A"), ("EMAIL", "a@example.com"))}})
    return subprocess.run(["git", "-C", str(place), *words], check=True,
                          capture_output=True, text=True, env=env).stdout


def commit_of(place: Path, *words: str) -> str:
    return subprocess.run([place / "tools/commit", *words], check=True,
                          capture_output=True, text=True,
                          env=clean_environment()).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with as much of this one as the question needs."""
    place = tmp_path / "checkout"
    (place / "tools").mkdir(parents=True)
    for name in ("tools/commit", "COMMIT", ".gitattributes"):
        (place / name).write_bytes((ROOT / name).read_bytes())
    (place / "tools/commit").chmod(0o755)
    git(place, "init", "-q")
    git(place, "add", ".")
    git(place, "commit", "-qm", "all")
    return place


def test_a_checkout_says_what_git_says(checkout: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")[:12]
    assert commit_of(checkout) == head
    (checkout / "COMMIT").write_text("changed\n")
    assert commit_of(checkout) == f"{head}-dirty"
    assert commit_of(checkout, "as-named") == "as-named"


def test_a_tarball_knows_its_commit(checkout: Path, tmp_path: Path) -> None:
    head = git(checkout, "rev-parse", "HEAD")[:12]
    git(checkout, "tag", "-am", "a release", "v1.2.3")
    git(checkout, "archive", f"--output={tmp_path}/one.tar",
        "--prefix=unpacked/", "HEAD")
    with tarfile.open(tmp_path / "one.tar") as tar:
        tar.extractall(tmp_path)
    assert commit_of(tmp_path / "unpacked") == head


def test_without_git_and_tarball_it_is_unknown(checkout: Path,
                                               tmp_path: Path) -> None:
    (checkout / ".git").rename(tmp_path / "gone")
    assert commit_of(checkout) == "unknown"
