"""
Settings and commands: `invited --help` is made from the tables in src/conf;
doc/settings.md and the man page have to say the same.
"""

from __future__ import annotations

import re
import subprocess
from typing import NamedTuple

import pytest

from harness import binary
from harness.daemon import ROOT, clean_environment

PAGE = (ROOT / "doc/settings.md").read_text()
MAN = ROOT / "doc/invited.8"


class Setting(NamedTuple):
    flag: str | None        # "--listen"
    value: str | None       # "ADDRESS"
    variable: str
    default: str | None


def help_text() -> str:
    return subprocess.run([binary(), "--help"], check=True, text=True,
                          capture_output=True,
                          env=clean_environment()).stdout


def section(text: str, title: str) -> list[str]:
    """The entries under a title: each line that hangs on one is joined."""
    body = re.search(rf"^{title}.*?:\n(.*?)(?:\n\n|\Z)", text,
                     re.DOTALL | re.MULTILINE)
    assert body, f"--help has no section {title}"
    return re.sub(r"\n {10,}", " ", body[1]).splitlines()


def settings() -> list[Setting]:
    found = []
    for line in section(help_text(), "Settings"):
        entry = re.match(r"  (--[a-z-]+) ([A-Z]+) +(.*)$", line)
        if not entry:
            continue        # the rest of the title
        flag, value, text = entry.groups()
        default = re.search(r"\(default: ([^()]*)\)$", text)
        found.append(Setting(
            flag, value, "INVITED_" + flag[2:].replace("-", "_").upper(),
            default[1] if default else None))
    for line in section(help_text(), "Secrets"):
        found.append(Setting(None, None, line.split()[0], None))
    return found


def commands() -> list[str]:
    """Such as "key create [NAME]"."""
    return [re.split(r" {2,}", line.strip())[0]
            for line in section(help_text(), "Commands")]


def page_rows() -> dict[str, list[str]]:
    """The cells of the page's table, by variable."""
    rows = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[1].startswith("`INVITED_"):
            rows[cells[1].strip("`")] = cells
    return rows


def test_help_was_understood() -> None:
    assert len(settings()) >= 14
    assert "backup FILE" in commands()


def test_the_page_has_each_setting_and_no_other() -> None:
    assert list(page_rows()) == [one.variable for one in settings()]


def test_the_page_has_flags_and_defaults() -> None:
    rows = page_rows()
    for one in settings():
        flag, _, default, _ = rows[one.variable]
        assert flag == (f"`{one.flag} {one.value}`" if one.flag else "")
        if one.default is None:
            assert default in ("none", "one is made"), one
        else:
            assert default.strip("`") == one.default, one


def man_entries() -> dict[str, str]:
    """What the man page says of each setting, by variable."""
    entries = re.findall(
        r"^\.It (?:Fl -\S+ Ar \S+ , )?((?:Ev INVITED_\w+(?: , )?)+)\n"
        r"(.*?)(?=^\.It |^\.El)", MAN.read_text(), re.DOTALL | re.MULTILINE)
    return {name: text for names, text in entries
            for name in re.findall(r"INVITED_\w+", names)}


def test_man_has_each_setting_and_no_other() -> None:
    assert set(man_entries()) == {one.variable for one in settings()}


def test_man_has_flags_and_defaults() -> None:
    entries, text = man_entries(), MAN.read_text()
    for one in settings():
        if one.flag:
            assert re.search(rf"^\.It Fl -{one.flag[2:]} Ar \w+ , "
                             rf"Ev {one.variable}$", text, re.MULTILINE), one
        if one.default is not None:
            said = re.sub(r"\n\.(Li|Pa) ", " ", entries[one.variable])
            assert f"Default: {one.default}" in said.replace(" .\n", ".\n"), one


@pytest.mark.parametrize("place", ["SYNOPSIS", "DESCRIPTION"])
def test_man_has_each_command(place: str) -> None:
    part = re.search(rf"^\.Sh {place}$(.*?)(?=^\.Sh )", MAN.read_text(),
                     re.DOTALL | re.MULTILINE)
    assert part
    for command in commands():
        words = re.sub(r"[A-Z\[\]]", "", command).split()
        macro = ".*".join(rf"\b{word}\b" for word in words)
        assert re.search(rf"^\.(Op )?(It )?Cm .*{macro}|^\.Op Cm {macro}|"
                         rf"^\.Cm .*{macro}", part[1], re.MULTILINE), command


def test_man_is_clean() -> None:
    """Pages that it names may be installed or not."""
    said = subprocess.run(["mandoc", "-Tlint", "-Wstyle", MAN],
                          capture_output=True, text=True).stdout
    assert [line for line in said.splitlines()
            if "referenced manual not found" not in line] == []


def test_version_is_the_project_s() -> None:
    version = re.search(r"version: '([^']+)'",
                        (ROOT / "meson.build").read_text())
    assert version
    done = subprocess.run([binary(), "--version"], check=True, text=True,
                          capture_output=True, env=clean_environment())
    said = re.fullmatch(r"invited (\S+) \(commit (.*)\)\n", done.stdout)
    assert said and said[1] == version[1]
    assert re.fullmatch(r"[0-9a-f]{12}(-dirty)?|unknown", said[2])
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text()


def test_wrong_usage_exits_with_2() -> None:
    done = subprocess.run([binary(), "--lisen", "x"], text=True,
                          capture_output=True, env=clean_environment())
    assert done.returncode == 2
    assert "did you mean --listen?" in done.stderr
    assert done.stdout == ""
