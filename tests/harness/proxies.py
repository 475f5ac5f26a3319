"""
Real proxies: where the program of each is, and one that runs with a
configuration of examples/gateway. Its files are taken as they are, but for
ports and the project, which examples/gateway/demo puts in.

nginx is installed; HAProxy and an old Caddy are unpacked from Debian's
packages, Envoy and a new Caddy come from the Python index.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import shutil
import socket
import subprocess
import sys
import tempfile
import types
from pathlib import Path

import httpx
import pytest

from harness.raw import RawClient
from harness.wait import DEADLINE, eventually

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples/gateway"


def loaded(name: str) -> types.ModuleType:
    """A program of examples/gateway, as a module."""
    loader = importlib.machinery.SourceFileLoader(
        f"gateway_{name.removesuffix('.py')}", str(EXAMPLES / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


demo = loaded("demo")


# -- programs -----------------------------------------------------------------

def unpacked(package: str, program: str) -> list[str]:
    """Of a Debian package that is not installed, with the libraries that came
    along."""
    subprocess.run([ROOT / "tools/unpacked", package, package], check=True,
                   timeout=600)
    root = ROOT / "build" / package / "root"
    paths = ":".join(map(str, [*root.glob("usr/lib/*-linux-gnu"),
                               root / "lib"]))
    return ["env", f"LD_LIBRARY_PATH={paths}", str(root / program)]


def of_the_index(module: str, program: str) -> list[str]:
    """Of the Python index, which has it for some machines only."""
    package = importlib.util.find_spec(module)
    if package is None or package.origin is None:
        pytest.skip(f"platform: there is no {module} for this machine")
    return [str(Path(package.origin).parent / program)]


def installed(name: str) -> list[str]:
    return [demo.program(name, "see tools/setup.sh")]


PROGRAMS = {
    "nginx": lambda: installed("nginx"),
    "haproxy": lambda: unpacked("haproxy", "usr/sbin/haproxy"),
    "envoy": lambda: of_the_index("envoy", "_bin/envoy"),
    "caddy": lambda: of_the_index("caddyserver",
                                  "../../../../bin/caddy"),
    "caddy-2.6": lambda: unpacked("caddy", "usr/bin/caddy"),
}


def program(name: str) -> list[str]:
    """What a command of this proxy begins with."""
    return PROGRAMS[name]()


def on_path(name: str, where: Path) -> Path:
    """A directory in which the program has its name, for what looks it up."""
    script = where / name.split("-")[0]
    script.write_text(f'#!/bin/sh\nexec {" ".join(program(name))} "$@"\n')
    script.chmod(0o755)
    return where


def listens(path: Path) -> bool:
    """Whether somebody does at this UNIX socket, which is there a moment
    before anybody may connect."""
    with socket.socket(socket.AF_UNIX) as unix:
        return path.exists() and unix.connect_ex(str(path)) == 0


# -- one that runs ------------------------------------------------------------

class Gateway:
    """`with Gateway("nginx", gate=PORT, model=PORT, scope="proj_...") as one:`"""

    def __init__(self, name: str, gate: int, model: int, scope: str) -> None:
        self.name = name
        self.where = Path(tempfile.mkdtemp(prefix=f"invited-{name}-"))
        self.port: int = demo.free_port()
        kind = name.split("-")[0]
        self._command = [*program(name), *demo.set_up(
            kind, self.where, self.port, gate, model, scope)[1:]]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Gateway:
        log = open(self.where / "said", "wb")
        with log:
            self.process = subprocess.Popen(
                self._command, cwd=self.where, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
                env=demo.environment(self.where))
        try:
            eventually(self._listens, self.name)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _listens(self) -> bool:
        assert self.process
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} does not start: {self.said()}")
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            return True
        except OSError:
            return False

    def said(self) -> str:
        return "".join(path.read_text() for path in
                       (self.where / "said", self.where / "log")
                       if path.exists())[-2000:]

    def __exit__(self, *what: object) -> None:
        assert self.process
        self.process.terminate()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.where, ignore_errors=True)

    def client(self, key: str | None = None) -> httpx.Client:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.url, headers=headers,
                            timeout=DEADLINE, trust_env=False)

    def raw(self) -> RawClient:
        return RawClient(self.port)
