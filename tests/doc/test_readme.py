"""
The examples of README.md and doc/clients.md do what they say: they run as they stand there, but
for the address of the server.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness import DEADLINE, INVITES, USERS, Daemon
from harness.daemon import ROOT, clean_environment

pytestmark = pytest.mark.engines("sqlite")

ADDRESS = "http://127.0.0.1:8080"
CLIENTS = "doc/clients.md"
BUILD = Path(os.environ.get("INVITED_BIN",
                            ROOT / "build/release/src/invited")).parents[1]


def example(language: str, holding: str, page: str = "README.md") -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```$",
                        (ROOT / page).read_text(),
                        re.DOTALL | re.MULTILINE)
    found = [block for block in blocks if holding in block]
    assert len(found) == 1, f"{len(found)} {language} examples with {holding}"
    return found[0]


def follow(daemon: Daemon, command: list[str | Path], text: str,
           where: Path, **env: str) -> str:
    """Runs an example against the daemon; what it prints."""
    script = where / "example.mjs"
    script.write_text(text.replace(ADDRESS, daemon.url))
    assert daemon.key
    done = subprocess.run(
        [*command, script], text=True, capture_output=True,
        timeout=DEADLINE * 4, cwd=where,
        env=clean_environment({"OPENAI_ADMIN_KEY": daemon.key, **env}))
    assert done.returncode == 0, done.stderr
    return done.stdout


def invited(daemon: Daemon, email: str) -> dict:
    invites = daemon.api.get(INVITES).json()["data"]
    found = [one for one in invites if one["email"] == email]
    assert len(found) == 1
    return found[0]


def test_curl(daemon: Daemon, tmp_path: Path) -> None:
    printed = follow(daemon, ["sh"], example("sh", "ada@"), tmp_path)
    assert invited(daemon, "ada@example.com")["id"] in printed


def test_python(daemon: Daemon, tmp_path: Path) -> None:
    printed = follow(daemon, [sys.executable], example("python", "grace@"),
                     tmp_path)
    assert printed == invited(daemon, "grace@example.com")["id"] + "\n"


def with_node_sdk(where: Path) -> Path:
    installed = sorted(ROOT.glob("tests/node/node_modules/openai*"))
    assert installed, "the Node SDK is not installed"
    (where / "node_modules").mkdir()
    os.symlink(installed[0], where / "node_modules/openai")
    return where


def test_node(daemon: Daemon, tmp_path: Path) -> None:
    printed = follow(daemon, ["node"], example("js", "hedy@", CLIENTS),
                     with_node_sdk(tmp_path))
    assert printed == invited(daemon, "hedy@example.com")["id"] + "\n"


def test_what_is_ours_in_python(daemon: Daemon, tmp_path: Path) -> None:
    text = example("python", "joan@", CLIENTS)
    printed = follow(daemon, [sys.executable], text, tmp_path).splitlines()
    assert printed[0].startswith(f"{daemon.url}/accept#")
    assert printed[2:] == ["200 None", "400 invalid_email",
                           "kate@example.com"]
    again = follow(daemon, [sys.executable], text, tmp_path).splitlines()
    assert again[1] == printed[1]  # the project was made once


def test_what_is_ours_in_node(daemon: Daemon, tmp_path: Path) -> None:
    printed = follow(daemon, ["node"], example("js", "lise@", CLIENTS),
                     with_node_sdk(tmp_path))
    assert printed == invited(daemon, "lise@example.com")["id"] + "\n"


def test_invite(daemon: Daemon, tmp_path: Path) -> None:
    """In the terminal where the examples above it were pasted."""
    follow(daemon, ["sh"], example("sh", "ada@"), tmp_path)
    printed = follow(daemon, ["sh"], example("sh", "mary@"), tmp_path,
                     OPENAI_BASE_URL=f"{daemon.url}/v1",
                     PATH=f"{BUILD}/cli:{os.environ['PATH']}")
    assert invited(daemon, "mary@example.com")["id"] in printed
    assert "ada@example.com" in printed


def test_accept(daemon: Daemon, tmp_path: Path) -> None:
    follow(daemon, ["sh"], example("sh", "ada@"), tmp_path)
    link = daemon.mailbox.wait("ada@example.com").link
    pasted = example("sh", "INVITE_TOKEN", CLIENTS).replace(
        f"{ADDRESS}/accept#...", link)
    assert link in pasted
    printed = follow(daemon, ["sh"], pasted, tmp_path)
    assert json.loads(printed)["status"] == "accepted"
    users = daemon.api.get(USERS).json()["data"]
    assert [user["name"] for user in users] == ["Ada Lovelace"]
