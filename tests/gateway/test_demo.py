"""
examples/gateway/demo as a newcomer runs it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import DEADLINE, binary
from harness.proxies import EXAMPLES, demo, on_path


def start(*args: str, path: Path | None = None, **more: object
          ) -> subprocess.Popen[str]:
    env = dict(os.environ, TMPDIR=str(more.pop("scratch")))
    if path:
        env["PATH"] = f"{path}:{env['PATH']}"
    return subprocess.Popen(
        [sys.executable, EXAMPLES / "demo", *args], text=True, env=env,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]


def test_from_invite_to_refusal(kind: str, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    gateway = kind.split("-")[0]
    said, wrong = start(gateway, "--invited", str(binary()), scratch=scratch,
                        path=on_path(kind, tmp_path)).communicate(
                            timeout=DEADLINE * 2)
    assert not wrong
    assert re.findall(r"^   -> (\d+)", said, re.M) == \
        ["200", "200", "401", "401"]
    assert "ada@example.com" in said.split("data: ")[2]  # as the model says
    assert said.endswith("everything is stopped.\n")
    assert [*scratch.iterdir()] == []


def test_it_stays_until_it_is_ended(tmp_path: Path) -> None:
    demo_run = start("--stay", "--invited", str(binary()), scratch=tmp_path,
                     start_new_session=True)
    assert demo_run.stdout
    for line in demo_run.stdout:
        if line.startswith("It runs on"):
            os.killpg(demo_run.pid, signal.SIGINT)
            break
    said, wrong = demo_run.communicate(timeout=DEADLINE)
    assert (demo_run.returncode, wrong) == (0, "")
    assert said.endswith("everything is stopped.\n")
    assert [*tmp_path.iterdir()] == []


def test_it_says_what_is_missing(tmp_path: Path,
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said, wrong = start("envoy", "--invited", str(binary()),
                        scratch=tmp_path).communicate(timeout=DEADLINE)
    assert said == ""
    assert wrong.startswith("demo: envoy is not installed: pip install ")


@pytest.mark.parametrize("gateway", demo.GATEWAYS)
def test_each_place_is_put_in(gateway: str, tmp_path: Path) -> None:
    """None of the places that the files name is left."""
    demo.set_up(gateway, tmp_path, 11111, 22222, 33333, "proj_mine")
    texts = "".join(re.sub(r"(?m)^\s*(#|--).*$", "", path.read_text())
                    for path in tmp_path.iterdir())
    for name in ("8090", "8081", "8000", "proj_X", "/etc/"):
        assert name not in texts
    for place in ("11111", "22222", "33333", "proj_mine"):
        assert place in texts
