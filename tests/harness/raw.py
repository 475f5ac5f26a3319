"""
Bytes to a socket and bytes back: for what no HTTP client would send.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any

from harness.wait import DEADLINE


@dataclass
class RawResponse:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


class RawClient:
    """One connection. `with RawClient(daemon.port) as raw: ...`"""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), DEADLINE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *what: object) -> None:
        self.close()

    def close(self) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def half_close(self) -> None:
        """No more from us; answers are still welcome."""
        self.socket.shutdown(socket.SHUT_WR)

    def _fill(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self._buffer += data
        return bool(data)

    def response(self, head: bool = False) -> RawResponse | None:
        """The next answer; None where the connection ended without one."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._fill():
                assert not self._buffer, f"half an answer: {self._buffer!r}"
                return None
        top, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        line, *rest = top.decode("latin-1").split("\r\n")
        headers = {}
        for field in rest:
            name, value = field.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        status = int(line.split(" ")[1])
        length = 0 if head or status in (204, 304) else \
            int(headers.get("content-length", "0"))
        while len(self._buffer) < length:
            assert self._fill(), "the body ended early"
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return RawResponse(status, headers, body)

    def closed(self) -> bool:
        """Waits for the other end to close; whatever comes is dropped."""
        while self._fill():
            pass
        return True


def head(line: str, key: str | None, *fields: str) -> bytes:
    """The head of a request, as bytes; not checked for anything."""
    lines = [line, "Host: localhost"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    return ("\r\n".join([*lines, *fields]) + "\r\n\r\n").encode("latin-1")


def ask(daemon: Any, line: str, *fields: str) -> RawResponse | None:
    """One request on a connection of its own, with the admin key."""
    with RawClient(daemon.port) as raw:
        raw.send(head(line, daemon.key, *fields))
        return raw.response()
