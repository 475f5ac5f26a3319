"""
tools/release: the version is the same everywhere, and a release is made of a
tree that is in order, or not at all. Tried in a repository that holds as much of
this one as is needed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from harness.daemon import ROOT, clean_environment

pytestmark = pytest.mark.skipif(
    not shutil.which("git"), reason="platform: there is no git")

FILES = ["meson.build", "api/openapi.yaml", "debian/changelog", "CHANGELOG.md",
         "tools/release", "tools/header", "tests/client/inv_0.h",
         "doc/operating.md", "src/store/steps/steps_1_to_16.c",
         "src/store/steps/steps_from_17.c"]
NEXT = "7.8.9"


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    who = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "A"), ("EMAIL", "a@example.com"))}
    return subprocess.run(words, cwd=place, capture_output=True, text=True,
                          env=clean_environment({
                              "GIT_CONFIG_GLOBAL": "/dev/null",
                              "GIT_CONFIG_NOSYSTEM": "1", **who}))


def ok(place: Path, *words: str) -> str:
    done = run(place, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "include", tmp_path / "include")
    text = (tmp_path / "CHANGELOG.md").read_text()
    (tmp_path / "CHANGELOG.md").write_text(re.sub(
        r"^## Unreleased\n(.*?)(?=^## )", "## Unreleased\n\n- A bell.\n\n", text,
        count=1, flags=re.MULTILINE | re.DOTALL))
    ok(tmp_path, "git", "init", "-q")
    commit(tmp_path)
    return tmp_path


def commit(tree: Path) -> None:
    ok(tree, "git", "add", ".")
    ok(tree, "git", "commit", "-qm", "all")


def edit(tree: Path, name: str, old: str, new: str) -> None:
    text = (tree / name).read_text()
    assert old in text
    (tree / name).write_text(text.replace(old, new, 1))


@pytest.mark.engines("sqlite")
def test_steps_are_counted_as_the_program_counts_them(shared_daemon) -> None:
    """Which schema a release makes is read from the source."""
    (version,), = shared_daemon.database.sql("PRAGMA user_version")
    said = ok(ROOT, "python3", "-c", "import runpy; print(runpy.run_path("
              "'tools/release')['steps']())")
    assert int(said) == int(version)


def version_of(tree: Path) -> str:
    return ok(tree, "tools/release", "--check").strip()


def test_this_tree_says_one_version() -> None:
    found = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())
    assert found and version_of(ROOT) == found[1]


def test_a_dry_run_shows_all_and_changes_nothing(tree: Path) -> None:
    before = version_of(tree)
    said = ok(tree, "tools/release", NEXT, "--dry-run")
    assert ok(tree, "git", "status", "--porcelain") == ""
    assert version_of(tree) == before
    added = [line for line in said.splitlines() if line.startswith("+")]
    for line in (f"+  version: '{NEXT}',", f"+  version: {NEXT}",
                 f'+#define INV_VERSION\t"{NEXT}"',
                 f"+invited ({NEXT}) unstable; urgency=medium"):
        assert line in added, said
    assert any(line.startswith("+#define INV_VERSION_NUM 0x070809 ")
               for line in added)
    assert any(re.fullmatch(rf"\+\| {NEXT} \| [1-9]\d* \|", line)
               for line in added)
    assert any(re.fullmatch(rf"\+## {NEXT} \(\d{{4}}-\d\d-\d\d\)", line)
               for line in added)


def test_a_release_is_committed_and_tagged(tree: Path) -> None:
    old = version_of(tree)
    said = ok(tree, "tools/release", NEXT)
    assert f"git push origin HEAD v{NEXT}" in said
    assert version_of(tree) == NEXT
    assert ok(tree, "git", "status", "--porcelain") == ""
    assert ok(tree, "git", "log", "-1", "--format=%s") == f"release: {NEXT}\n"
    assert "- A bell." in ok(tree, "git", "show", "-s", f"v{NEXT}")
    text = (tree / "CHANGELOG.md").read_text()
    assert re.search(rf"## Unreleased\n\n## {NEXT} \(.*\)\n\n- A bell\.\n\n"
                     rf"## {re.escape(old)}\n", text)
    assert (tree / "tests/client/inv_0.h").read_text() == ok(
        tree, "tools/header")
    again = run(tree, "tools/release", NEXT)
    assert "does not come after" in again.stderr and again.returncode == 1
    assert "says nothing below" in run(tree, "tools/release", "8.0.0").stderr


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a change that is not committed": (
        lambda tree: edit(tree, "meson.build", "license", "licence"),
        "not committed"),
    "a file that git does not know": (
        lambda tree: (tree / "notes").touch(), "not committed"),
    "a place that says another version": (
        lambda tree: (edit(tree, "api/openapi.yaml", "\n  version: ",
                           "\n  version: 3."), commit(tree))[1],
        "api/openapi.yaml says 3."),
    "nothing new for users": (
        lambda tree: (edit(tree, "CHANGELOG.md", "- A bell.", ""),
                      commit(tree))[1],
        "says nothing below \"Unreleased\""),
    "a place that nobody would change": (
        lambda tree: ((tree / "notes").write_text(version_of(tree)),
                      commit(tree))[1],
        "notes says"),
    "a tag that is there": (
        lambda tree: ok(tree, "git", "tag", f"v{NEXT}") and None,
        "is there already"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_not_in_order_is_not_released(tree: Path, why: str) -> None:
    spoil, reason = REFUSED[why]
    spoil(tree)
    head = ok(tree, "git", "rev-parse", "HEAD")
    done = run(tree, "tools/release", NEXT)
    assert done.returncode == 1 and reason in done.stderr, done.stderr
    assert ok(tree, "git", "rev-parse", "HEAD") == head


def test_a_version_is_the_next_one(tree: Path) -> None:
    for version in "0.0.1", "1.2", "v1.2.3", "1.2.300", "01.2.3":
        done = run(tree, "tools/release", version)
        assert done.returncode == 1 and done.stderr.startswith("release: ")
