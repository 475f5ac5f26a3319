"""
Fixtures for the tests of mail: certificates, and one mail over a transport.
"""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest

from harness.daemon import binary
from harness.wait import DEADLINE


@dataclass
class Report:
    """How one attempt of send_one went."""

    outcome: str
    way: str  # "usable", "doubtful", "unusable"
    words: str

    @property
    def usable(self) -> bool:
        return self.way == "usable"


class SendOne:
    """tests/mail/send_one.c, as a function."""

    def __init__(self) -> None:
        self.program = binary().parents[1] / "tests/mail/send_one"

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen([str(self.program), *args], text=True,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def refused(self, *args: str) -> str:
        """Runs it where the arguments are wrong; what it said about them."""
        with self.start(*args) as process:
            out, err = process.communicate(timeout=DEADLINE)
        assert (process.returncode, out) == (2, ""), err
        return err

    def all(self, *args: str) -> list[Report]:
        with self.start(*args) as process:
            out, err = process.communicate(timeout=DEADLINE * 2)
        assert (process.returncode, err) == (0, ""), err
        return [self.parse(line) for line in out.splitlines()]

    def __call__(self, *args: str) -> Report:
        [report] = self.all(*args)
        return report

    @staticmethod
    def parse(line: str) -> Report:
        outcome, way, words = line.split("\t", 2)
        assert way in ("usable", "doubtful", "unusable")
        return Report(outcome, way, words)


@pytest.fixture(scope="session")
def send_one() -> SendOne:
    return SendOne()


class Authority:
    """A certificate authority of the test's own (openssl makes it)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.pem"
        self._run("req", "-x509", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                  "-subj", "/CN=Test authority", "-keyout", "ca.key",
                  "-out", "ca.pem")

    def _run(self, *args: str) -> None:
        subprocess.run(["openssl", *args], cwd=self.folder, check=True,
                       capture_output=True, timeout=DEADLINE)

    def server(self, *names: str) -> ssl.SSLContext:
        """A server whose certificate is for `names` ("IP:...", "DNS:...")."""
        stem = "-".join(names).replace(":", "_")
        (self.folder / f"{stem}.ext").write_text(
            f"subjectAltName={','.join(names)}\n")
        self._run("req", "-newkey", "ec", "-pkeyopt",
                  "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=peer",
                  "-keyout", f"{stem}.key", "-out", f"{stem}.csr")
        self._run("x509", "-req", "-in", f"{stem}.csr", "-CA", "ca.pem",
                  "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                  "-extfile", f"{stem}.ext", "-out", f"{stem}.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{stem}.pem",
                                self.folder / f"{stem}.key")
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def good_server(authority: Authority) -> ssl.SSLContext:
    """For 127.0.0.1, and for 0.0.0.0: this machine too, but not by a name
    that invited takes for a loopback."""
    return authority.server("IP:127.0.0.1", "IP:0.0.0.0", "DNS:localhost")


@pytest.fixture(scope="session")
def wrong_server(authority: Authority) -> ssl.SSLContext:
    return authority.server("DNS:elsewhere.example")
