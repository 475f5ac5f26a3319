"""
What stands on the two sides of a gateway in tests: a model server that records
what it was asked, and a gate that answers as it is told to, or not at all.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Iterator

from harness.proxies import loaded
from harness.wait import DEADLINE


WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *what: object) -> None:
        """Clients come and go as they like."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(*what)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.connections: list[socket.socket] = []

    def __enter__(self) -> Any:
        threading.Thread(target=self.serve_forever, args=(0.01,),
                         daemon=True).start()
        return self

    def process_request(self, request: Any, address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, address)

    def __exit__(self, *what: object) -> None:
        """As where a program ends: its connections do, too."""
        self.shutdown()
        self.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def port(self) -> int:
        return self.server_address[1]


# -- the model ----------------------------------------------------------------

@dataclass
class Asked:
    """One request that got through."""
    method: str
    path: str
    headers: list[tuple[str, str]]  # names in lower case
    length: int = 0
    sha256: str = ""

    def all(self, name: str) -> list[str]:
        return [value for one, value in self.headers if one == name]

    @property
    def identity(self) -> dict[str, list[str]]:
        """Who the gateway says it is; to some programs each name that is alike
        is the same."""
        names = {name for name, _ in self.headers
                 if re.match("x[-_.]invited", name)}
        return {name: self.all(name) for name in names}


def noted(handler: BaseHTTPRequestHandler) -> Asked:
    return Asked(handler.command, handler.path,
                 [(name.lower(), value)
                  for name, value in handler.headers.items()])


class RecordingModel(loaded("model.py").Model):  # type: ignore[misc]
    """The one of examples/gateway, that notes all it is asked; knows WebSocket;
    and whose streams go on when the test says so."""
    server: Backend

    def parse_request(self) -> bool:
        fine: bool = super().parse_request()
        if fine:
            self.noted = noted(self)
            self.server.asked.append(self.noted)
        return fine

    def do_GET(self) -> None:
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.echo()
        else:
            super().do_GET()

    do_HEAD = do_OPTIONS = do_DELETE = do_CONNECT = do_GET

    def answer(self, status: int, value: object) -> None:
        if self.command == "HEAD":
            self.send_response(status)
            self.send_header("Content-Length", "100")
            self.end_headers()
        else:
            super().answer(status, value)

    def body(self) -> bytes:
        body: bytes = super().body()
        self.noted.length = len(body)
        self.noted.sha256 = hashlib.sha256(body).hexdigest()
        return body

    def event(self, data: str) -> None:
        assert self.server.go_on.acquire(timeout=DEADLINE)
        super().event(data)

    def echo(self) -> None:
        """Says back what comes, for a WebSocket of which only the handshake
        matters here."""
        accept = hashlib.sha1((self.headers["Sec-WebSocket-Key"] +
                               WEBSOCKET).encode()).digest()
        self.send_response(101)
        self.send_header("Sec-WebSocket-Accept",
                         base64.b64encode(accept).decode())
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.end_headers()
        self.close_connection = True
        while data := self.connection.recv(65536):
            self.wfile.write(data)


class Backend(Server):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RecordingModel)
        self.asked: list[Asked] = []
        self.go_on = threading.Semaphore(1 << 30)

    @contextlib.contextmanager
    def paced(self) -> Iterator[Callable[[], None]]:
        """Streams go on by one event with each call."""
        self.go_on, before = threading.Semaphore(0), self.go_on
        try:
            yield self.go_on.release
        finally:
            self.go_on.release(1 << 20)
            self.go_on = before


# -- the gate -----------------------------------------------------------------

IDENTITY = {f"X-Invited-{name}": " " for name in (
    "Organization", "Project", "Key", "Owner", "Role", "User-Email", "Models")}


class StandInGate(Server):
    """
    answer    what it answers: (status, headers, body); None: nothing, ever
    first     what it answers before that, each once
    asked     what it was asked: method, path, headers
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Answering)
        self.answer: tuple[int, dict[str, str], str] | None = \
            (200, IDENTITY, "")
        self.first: list[tuple[int, dict[str, str], str]] = []
        self.asked: list[Asked] = []
        self.stalled = threading.Event()

    def __exit__(self, *what: object) -> None:
        self.stalled.set()
        super().__exit__(*what)


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandInGate

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.server.asked.append(noted(self))
        if self.server.first:
            self.say(*self.server.first.pop(0))
        elif self.server.answer is None:
            self.server.stalled.wait(DEADLINE)
            self.close_connection = True
        else:
            self.say(*self.server.answer)

    def say(self, status: int, headers: dict[str, str], body: str) -> None:
        # A refusal by way of nginx's error page is asked for apart.
        if status == 200 and "/refusal/" in self.path:
            status = 503
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())

    def log_message(self, *what: object) -> None:
        pass
