"""
A receiver of webhooks that keeps what it is sent, and answers as it is told to.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable

from harness.standins import Server
from harness.wait import eventually


@dataclass
class Told:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return self.event["type"]


Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, text: str = "", **headers: str) -> Answer:
    """Answers so."""
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(text.encode())))
        handler.end_headers()
        handler.wfile.write(text.encode())
    return answer


class Receiver(Server):
    """`with Receiver() as receiver: ... receiver.url`. `answer` answers each
    request, or what is in `answers` by its path."""

    def __init__(self, answer: Answer = status(200)) -> None:
        outer = self
        self.answer = answer
        self.answers: dict[str, Answer] = {}
        self._told: list[Told] = []
        self._lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                told = Told(self.path, {name.lower(): value for name, value
                                        in self.headers.items()},
                            self.rfile.read(length))
                with outer._lock:
                    outer._told.append(told)
                outer.answers.get(self.path, outer.answer)(self)

            do_GET = do_POST

            def log_message(self, *args: Any) -> None:
                """Nobody reads it."""

        super().__init__(("127.0.0.1", 0), Handler)

    def __enter__(self) -> Receiver:
        super().__enter__()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def told(self, path: str | None = None) -> list[Told]:
        with self._lock:
            return [told for told in self._told
                    if path is None or told.path == path]

    def wait(self, wanted: Callable[[Told], bool] | str = lambda told: True,
             path: str | None = None, count: int = 1) -> Told:
        """The `count`th request that is wanted, or of that type."""
        def is_wanted(told: Told) -> bool:
            return (told.type == wanted if isinstance(wanted, str)
                    else wanted(told))

        def found() -> list[Told]:
            fit = list(filter(is_wanted, self.told(path)))
            return fit[count - 1:count]
        return eventually(found, f"{wanted} at {path or 'the receiver'}")[0]
