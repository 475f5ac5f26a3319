"""
An HTTP peer that records what it is asked and answers by a script, well or
badly. It is written on bare sockets: a server library would not let it lie
about lengths, stop in the middle or hang up.

    with Peer(Answer(500), Answer(200, {"id": "invite-1"})) as peer:
        ...
        peer.requests[0].path

The last answer of the script is given again and again.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable
from urllib.parse import parse_qsl, urlsplit

DEADLINE = 30.0


@dataclass
class Request:
    """One request as it arrived."""
    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    connection: int          # which connection it came over, from 0

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Answer:
    """A well-formed answer; `body` is text, bytes or something for JSON."""
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False

    def data(self) -> bytes:
        body = self.body
        if body is None:
            body = b""
        elif isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"content-type": "application/json",
                   "content-length": str(len(body)), **self.headers}
        head = "".join(f"{name}: {value}\r\n"
                       for name, value in headers.items())
        return (f"HTTP/1.1 {self.status} Reason\r\n{head}\r\n".encode("latin-1")
                + body)


@dataclass
class Raw:
    """Bytes as they are, then an end: close, reset, stall or endless."""
    data: bytes = b""
    end: str = "close"
    chunk: bytes = b""  # what an endless answer repeats


INVITE = {"object": "organization.invite", "id": "invite-1",
          "email": "ada@example.com", "role": "reader", "status": "pending",
          "created_at": 1711471533, "expires_at": 1711471534,
          "accepted_at": None, "projects": []}


def page(items: Iterable[dict], has_more: bool = False) -> dict:
    items = list(items)
    return {"object": "list", "data": items,
            "first_id": items[0]["id"] if items else None,
            "last_id": items[-1]["id"] if items else None,
            "has_more": has_more}


class Peer:
    """`answers`: Answer, Raw, or a function of the request that gives one."""

    def __init__(self, *answers: Any, tls: ssl.SSLContext | None = None) -> None:
        self._answers = list(answers) or [Answer(200, INVITE)]
        self._tls = tls
        self._lock = threading.Condition()
        self._stopped = threading.Event()
        self._connections: list[socket.socket] = []
        self.requests: list[Request] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def port(self) -> int:
        return self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    def script(self, *answers: Any) -> None:
        """Begins a new script and forgets what was recorded."""
        with self._lock:
            self._answers = list(answers)
            self.requests = []

    def wait_for(self, count: int) -> None:
        """Until so many requests have come."""
        with self._lock:
            if not self._lock.wait_for(lambda: len(self.requests) >= count,
                                       DEADLINE * 4):
                raise AssertionError(f"{len(self.requests)} requests came, "
                                     f"not {count}")

    def __enter__(self) -> "Peer":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self._thread.join(DEADLINE)

    def _listen(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection, number),
                             daemon=True).start()
            number += 1

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection,
                                                   server_side=True)
            stream = connection.makefile("rb")
            while (request := read_request(stream, number)) is not None:
                answer = self._next(request)
                if not self._answer(connection, answer):
                    return
        except (OSError, ssl.SSLError):
            pass
        finally:
            connection.close()

    def _next(self, request: Request) -> Any:
        with self._lock:
            self.requests.append(request)
            self._lock.notify_all()
            answer = (self._answers.pop(0) if len(self._answers) > 1
                      else self._answers[0])
        return answer(request) if callable(answer) else answer

    def _answer(self, connection: socket.socket, answer: Any) -> bool:
        """Whether the connection goes on."""
        if isinstance(answer, Answer):
            connection.sendall(answer.data())
            return not answer.close
        connection.sendall(answer.data)
        if answer.end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
        elif answer.end == "stall":
            self._stopped.wait(DEADLINE)
        elif answer.end == "endless":
            while not self._stopped.is_set():
                connection.sendall(answer.chunk)
        return False


def read_request(stream: Any, number: int) -> Request | None:
    line = stream.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while (text := stream.readline().decode("latin-1").strip()):
        name, _, value = text.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    return Request(line[0], line[1], headers, body, number)
