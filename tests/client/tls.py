"""
Certificates for the tests, made by openssl(1) when they are needed.
"""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path


def openssl(*args: str, cwd: Path) -> None:
    subprocess.run(["openssl", *args], cwd=cwd, check=True,
                   capture_output=True)


class Authority:
    """Signs certificates; `file` is what a client has to trust."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.file = directory / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=Test authority", "-keyout", "ca.key",
                "-out", "ca.pem", cwd=directory)

    def context(self, name: str, expired: bool = False) -> ssl.SSLContext:
        """A server that says it is `name` ("DNS:..." or "IP:...")."""
        stem = name.replace(":", "-").replace("*", "x")
        (self.directory / f"{stem}.ext").write_text(
            f"subjectAltName={name}\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x",
                "-keyout", f"{stem}.key", "-out", f"{stem}.csr",
                cwd=self.directory)
        openssl("x509", "-req", "-in", f"{stem}.csr", "-CA", "ca.pem",
                "-CAkey", "ca.key", "-CAcreateserial", "-days",
                "0" if expired else "2", "-extfile", f"{stem}.ext", "-out",
                f"{stem}.pem", cwd=self.directory)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.directory / f"{stem}.pem",
                                self.directory / f"{stem}.key")
        return context
