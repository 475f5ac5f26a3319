"""
doc/gateway.md: what it quotes stands so in examples/gateway, and its commands do
what it says. That the files themselves are right is told by tests/gateway.
"""

from __future__ import annotations

import os
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Callable

import pytest
import yaml

from harness import DEADLINE, Daemon
from harness.daemon import ROOT, clean_environment
from harness.proxies import EXAMPLES, Gateway
from harness.standins import Backend, StandInGate

pytestmark = pytest.mark.engines("sqlite")

PAGE = (ROOT / "doc/gateway.md").read_text()
INVITE = Path(os.environ.get("INVITED_BIN", ROOT / "build/release/src/invited")
              ).parents[1] / "cli/invite"


def blocks(language: str) -> list[str]:
    return [textwrap.dedent(text) for text in
            re.findall(rf"^ *```{language}\n(.*?)^ *```$", PAGE,
                       re.DOTALL | re.MULTILINE)]


def test_it_quotes_files_as_they_are() -> None:
    quotes = re.findall(r"From \[[\w.]+\]\(\.\./(examples/[\w/.]+)\)"
                        r"[^`]*?\n\n```\w+\n(.*?)^```$", PAGE,
                        re.DOTALL | re.MULTILINE)
    assert quotes
    for file, text in quotes:
        assert text in (ROOT / file).read_text(), file


def test_every_file_is_named_and_installed() -> None:
    installed = (ROOT / "examples/meson.build").read_text()
    for path in EXAMPLES.iterdir():
        if path.is_file():
            assert f"'gateway/{path.name}'" in installed
            assert path.name in PAGE or path.name == "model.py"


def command(text: str, daemon: Daemon) -> str:
    """Runs lines of the page; what they print."""
    assert daemon.key
    done = subprocess.run(
        ["sh", "-e"], input=text, text=True, capture_output=True,
        timeout=DEADLINE, env={**clean_environment(),
                               "PATH": f"{INVITE.parent}:{os.environ['PATH']}",
                               "OPENAI_ADMIN_KEY": daemon.key,
                               "OPENAI_BASE_URL": f"{daemon.url}/v1"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_commands_lead_to_keys(make_daemon: Callable[..., Daemon]) -> None:
    daemon = make_daemon()
    script = blocks("sh")
    first, = [text for text in script if "projects create" in text]
    command(first, daemon)
    token = daemon.mailbox.wait("ada@example.com").token
    daemon.api.accept(token, "Ada")
    key, = [text for text in script if "keys create" in text]
    assert "sk-proj-inv_" in command(key, daemon)
    assert "sk-svcacct-inv_" in command(
        "invite service-accounts create Models ci", daemon)
    last, = [text for text in script if "gate.check" in text]
    assert "sk-svcacct-inv_" in command(last, daemon)


def test_a_preflight_can_be_answered_by_nginx(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    line, = blocks("nginx")
    before = "        auth_request /gate;\n"
    with StandInGate() as gate, Backend() as model:
        gate.answer = (401, {}, "")
        one = Gateway("nginx", gate.port, model.port, "proj_told")
        conf = one.where / "nginx.conf"
        assert before in conf.read_text()
        conf.write_text(conf.read_text().replace(before, line + before))
        with one, one.client() as http:
            assert http.options("/v1/models").status_code == 204
            assert http.get("/v1/models").status_code == 401
        assert model.asked == []


# -- what no test runs: at least as their documentation has it ----------------

FORWARD_AUTH = {"address", "authRequestHeaders", "authResponseHeaders"}
APISIX = {"uri", "request_headers", "upstream_headers", "client_headers",
          "status_on_error", "timeout"}


def test_traefik_and_apisix_are_told_what_they_know() -> None:
    told = yaml.safe_load((EXAMPLES / "traefik-models.yaml").read_text())["http"]
    auth = told["middlewares"]["gate"]["forwardAuth"]
    assert set(auth) == FORWARD_AUTH
    router = told["routers"]["models"]
    assert set(router["middlewares"]) == set(told["middlewares"])
    assert router["service"] in told["services"]
    static = yaml.safe_load((EXAMPLES / "traefik.yaml").read_text())
    assert router["entryPoints"] == [*static["entryPoints"]]
    plugin = yaml.safe_load((EXAMPLES / "apisix.yaml").read_text()
                            )["routes"][0]["plugins"]["forward-auth"]
    assert set(plugin) == APISIX
    assert plugin["upstream_headers"] == auth["authResponseHeaders"]
