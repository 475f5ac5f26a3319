"""
Fixtures for the tests of libinv and invite.

The programs under test come from the build directory that INV_BUILD names,
build/release where it names none.
"""

from __future__ import annotations

import functools
import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from peer import Answer, Peer  # noqa: E402

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KEY = "sk-admin-" + "k" * 43


def build_dir() -> Path:
    return Path(os.environ.get("INV_BUILD", ROOT / "build/release")).resolve()


def is_sanitized() -> bool:
    """Whether a sanitizer is watching already."""
    symbols = subprocess.run(["nm", "-D", str(build_dir() /
                                              "client/libinv.so.0")],
                             capture_output=True, text=True).stdout
    return any(name in symbols for name in ("__asan_", "__tsan_", "__ubsan_"))


@functools.cache
def header() -> str:
    """inv.h, in one piece."""
    return subprocess.run([str(ROOT / "tools/header")], capture_output=True,
                          text=True, check=True).stdout


def declarations(header: str) -> str:
    """What inv.h declares, as cffi reads it: without macros."""
    plain = re.sub(r"^#include.*$", "", header, flags=re.M)
    return subprocess.run(["cc", "-E", "-P", "-U__GNUC__", "-x", "c", "-"],
                          input=plain, capture_output=True, text=True,
                          check=True).stdout


# Runs a program and fails where threads of it race.
HELGRIND = ["valgrind", "--quiet", "--error-exitcode=9", "--tool=helgrind",
            f"--suppressions={HERE / 'helgrind.supp'}"]


def clean_environment(**extra: str) -> dict[str, str]:
    """Ours, less every setting of the client that a shell may have left."""
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("OPENAI_")
           and name.lower() not in ("http_proxy", "https_proxy", "all_proxy")}
    env["LC_ALL"] = "C.UTF-8"
    env["XDG_CONFIG_HOME"] = "/nonexistent"
    env.update(extra)
    return env


class Drive:
    """A driver: a program that makes calls, a line each."""

    def __init__(self, *argv: str, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=env or clean_environment(), text=True, cwd=HERE)

    def __call__(self, call: str, **line: Any) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"call": call, **line}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the driver ended with {self.process.wait()}"
        return json.loads(answer)

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        status = self.process.wait(60)
        self.process.stdout.close()
        assert status == 0


def drivers() -> dict[str, list[str]]:
    return {"c": [str(build_dir() / "tests/client/drive")],
            "python": [sys.executable, str(HERE / "drive.py")],
            "node": ["node", str(HERE / "drive.mjs")]}


@pytest.fixture
def make_peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(*answers: Any, **options: Any) -> Peer:
        made.append(Peer(*answers, **options).__enter__())
        return made[-1]
    yield make
    for peer in made:
        peer.__exit__()


@pytest.fixture
def peer(make_peer: Callable[..., Peer]) -> Peer:
    return make_peer()


@pytest.fixture
def make_drive() -> Iterator[Callable[..., Drive]]:
    made: list[Drive] = []

    def make(kind: str = "c", env: dict[str, str] | None = None) -> Drive:
        made.append(Drive(*drivers()[kind], env=env))
        return made[-1]
    yield make
    for drive in made:
        drive.close()


@pytest.fixture
def drive(make_drive: Callable[..., Drive], peer: Peer) -> Drive:
    """libinv, with a client for `peer`."""
    made = make_drive()
    assert made("new", base_url=peer.url, admin_api_key=KEY)["ok"]
    return made


class Cli:
    """`cli("create", "--email", ...)` runs invite against `url`."""

    def __init__(self, url: str) -> None:
        self.program = str(build_dir() / "cli/invite")
        self.env = clean_environment(OPENAI_BASE_URL=url, OPENAI_ADMIN_KEY=KEY)

    def __call__(self, *args: str, stdin: str | None = "",
                 **env: str) -> subprocess.CompletedProcess:
        return subprocess.run([self.program, *args], input=stdin, text=True,
                              capture_output=True, env={**self.env, **env},
                              timeout=120)


def commands(cli: Cli) -> list[str]:
    """What invite can do, as its help lists it: all first words, and of those
    that lead to several commands the commands."""
    names = []
    for first in re.findall(r"^  ([\w-]+)  ", cli("--help").stdout, re.M):
        said = cli("help", first).stdout
        names += re.findall(rf"^  ({first} [\w-]+)  ", said, re.M) or [first]
    return names


def on_terminal(cli: Cli, *args: str, prompt: str = "", answer: str = "",
                **env: str) -> str:
    """What the program shows where all its streams are a terminal; `answer`
    is typed once it shows `prompt`."""
    main, side = pty.openpty()
    process = subprocess.Popen([cli.program, *args], stdout=side, stdin=side,
                               stderr=side, env={**cli.env, **env},
                               start_new_session=True)
    os.close(side)
    out = b""
    while True:
        if answer and prompt.encode() in out:
            os.write(main, answer.encode())
            answer = ""
        if not select.select([main], [], [], 30)[0]:
            process.kill()
            process.wait()
            raise AssertionError(f"nothing more came behind {out!r}")
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    os.close(main)
    process.wait(30)
    return out.decode().replace("\r\n", "\n")


def refusal(status: int, code: str | None = "nope") -> Answer:
    return Answer(status, {"error": {"message": "It cannot be.", "code": code,
                                     "type": "t", "param": None}},
                  {"x-should-retry": "false", "x-request-id": "req_1"})


@pytest.fixture
def cli(peer: Peer) -> Cli:
    return Cli(peer.url)
