"""
The tree itself: headers stand alone, scripts are sound, links lead somewhere,
and nothing in it knows the machine that it was written on.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.daemon import ROOT


def tracked(*patterns: str) -> list[Path]:
    """The project's files, by suffix or name; without git, a walk."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
            cwd=ROOT, check=True, capture_output=True, text=True).stdout
        names = [name for name in listed.split("\0") if name]
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
                 if path.is_file() and not {"build", "var", "node_modules"} &
                 set(path.relative_to(ROOT).parts)]
    return [ROOT / name for name in sorted(names)
            if (ROOT / name).is_file() and
            (not patterns or name.endswith(patterns))]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path, path.read_text()))
        except UnicodeDecodeError:
            pass
    return found


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


# What each layer sees, as the build says.
LAYERS = {
    layer: re.findall(r"'(\w+)'", below) for layer, below in re.findall(
        r"^  '(\w+)': \[(.*)\],$", (ROOT / "meson.build").read_text(),
        re.MULTILINE)
    if (ROOT / "src" / layer).is_dir()}
assert {"base", "store", "http"} <= set(LAYERS)

HEADERS = [path for path in tracked(".h")
           if name(path).startswith(("src/", "include/"))]


@pytest.mark.parametrize("header", HEADERS, ids=name)
def test_header_compiles_alone(header: Path, tmp_path: Path) -> None:
    """And sees no layer above its own, whatever its users include first."""
    layer = header.relative_to(ROOT).parts[1]
    for below in LAYERS.get(layer, list(LAYERS)):
        (tmp_path / below).symlink_to(ROOT / "src" / below)
    source = tmp_path / "alone.c"
    first = "" if "include" in name(header) else '#include "base/base.h"\n'
    source.write_text(f'{first}#include "{header}"\n#include "{header}"\n')
    flags = subprocess.run(
        ["pkg-config", "--cflags", "sqlite3", "jansson", "libcurl", "libpq"],
        check=True, capture_output=True, text=True).stdout.split()
    done = subprocess.run(
        ["gcc", "-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-fsyntax-only", f"-I{tmp_path}", f"-I{ROOT / 'src'}"
         if layer not in LAYERS else "-Wall", *flags, source],
        capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


STRAY = re.compile(r"/(?:work|root)/|\.\./shared|/home/\w|registry\.npmjs|"
                   r"pypi\.org|pythonhosted")


def test_nothing_knows_the_machine_it_was_written_on() -> None:
    here = Path(__file__)
    stray = [f"{name(path)}:{number}: {line.strip()}"
             for path, text in texts() if path != here
             for number, line in enumerate(text.splitlines(), 1)
             if STRAY.search(line)]
    assert stray == []


def test_lines_end_well() -> None:
    bad = [name(path) for path, text in texts()
           if path.suffix != ".pem" and text and "corpus" not in name(path) and
           (not text.endswith("\n") or "\r\n" in text)]
    assert bad == []


def scripts() -> list[Path]:
    return [path for path, text in texts()
            if text.startswith("#!/bin/sh") or path.suffix == ".sh"]


@pytest.mark.parametrize("script", scripts(), ids=name)
def test_script_is_sound(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)
    if script.suffix != ".sh":
        assert script.stat().st_mode & 0o111, "not executable"


MARKDOWN = tracked(".md")


def anchors(page: Path) -> set[str]:
    """What a link can name in a page: its headings, as forges write them."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", MARKDOWN, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links to files and headings, and paths of files in code spans."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", text):
        if "://" not in target:
            other = page.parent / target if target else page
            assert other.exists(), target
            assert not anchor or anchor in anchors(other), (target, anchor)
    for target in re.findall(
            r"`((?:src|tests|doc|api|web|tools|packaging)/[\w./-]+)`", text):
        assert (ROOT / target).exists(), target


def test_every_c_file_says_what_it_is_for() -> None:
    """And begins with its name, but for programs that begin with their use."""
    head = {True: r"/\*(\n \*)? [\w.-]+\.[ch]: ", False: r"/\*\n? ?\*? \w"}
    bad = [name(path) for path in tracked(".c", ".h")
           if not re.match(head[name(path).startswith("src/")],
                           path.read_text())]
    assert bad == []


def test_no_folder_of_tests_is_forgotten() -> None:
    """./check has a part for each, and each that it has is there."""
    check = (ROOT / "check").read_text()
    lists = re.findall(r"^(?:parts|more|some)='([^']+)'", check, re.MULTILINE)
    parts = {part for words in lists for part in words.split()}
    folders = {path.parent.name
               for path in tracked(".py", ".mjs")
               if re.match(r"tests/\w+/(test_\w+\.py|\w+\.test\.mjs)$",
                           name(path))}
    assert folders == parts - {"build", "unit", "clang", "again", "user",
                               "asan", "tsan", "fuzz", "python"}
    together = re.search(r"^folders='([^']+)'", check, re.MULTILINE)
    assert together and together[1].split() == [
        f"tests/{part}" for part in lists[-1].split()]


@pytest.mark.parametrize("unit", ["invited", "invited-backup"])
def test_service_is_locked_up(unit: str, tmp_path: Path) -> None:
    path = tmp_path / f"{unit}.service"
    path.write_text((ROOT / f"packaging/{path.name}.in").read_text()
                    .replace("@bindir@", "/usr/bin"))
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager",
         "--threshold=20", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_timer_and_its_service_are_sound(tmp_path: Path) -> None:
    timer = tmp_path / "invited-backup.timer"
    timer.write_bytes((ROOT / "packaging" / timer.name).read_bytes())
    service = tmp_path / "invited-backup.service"
    service.write_text((ROOT / f"packaging/{service.name}.in").read_text()
                       .replace("@bindir@/invited", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", service,
                           timer], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
