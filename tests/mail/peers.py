"""
Mail servers for tests: one that is real, and one that misbehaves on order.

Each listens on a port that the kernel picks, in a thread of its own, and ends
with its `with`.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import re
import socket
import ssl
import threading
import warnings
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from typing import Any, Callable

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from harness.wait import DEADLINE


@dataclass
class Received:
    """A mail as a server took it."""

    mail_from: str
    rcpt_to: list[str]
    raw: bytes
    tls: bool = False
    login: str | None = None
    options: list[str] = field(default_factory=list)  # of MAIL FROM
    connection: int = 0

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw,
                                          policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class Mailbox:
    """What arrived, for threads that wait for it."""

    def __init__(self) -> None:
        self._mails: list[Received] = []
        self._changed = threading.Condition()

    def add(self, mail: Received,
            answer: Callable[[], object] = lambda: None) -> None:
        """`answer` says so to the sender: whoever learns by that that the mail
        was taken finds it here."""
        with self._changed:
            answer()
            self._mails.append(mail)
            self._changed.notify_all()

    def all(self) -> list[Received]:
        with self._changed:
            return list(self._mails)

    def wait(self, count: int = 1, deadline: float = DEADLINE) -> list[Received]:
        with self._changed:
            arrived = self._changed.wait_for(
                lambda: len(self._mails) >= count, deadline)
            assert arrived, f"{len(self._mails)} of {count} mails came"
            return list(self._mails)


class RealServer:
    """aiosmtpd, an SMTP server that nobody here wrote.

    starttls, implicit   an ssl.SSLContext for either way
    login                (user name, password) that it asks for
    utf8                 whether it offers SMTPUTF8
    verdict              called with each mail: None takes it, a reply does not
    """

    def __init__(self, *, host: str = "127.0.0.1",
                 starttls: ssl.SSLContext | None = None,
                 implicit: ssl.SSLContext | None = None,
                 require_starttls: bool = False,
                 login: tuple[str, str] | None = None,
                 auth_exclude: list[str] | None = None,
                 utf8: bool = True, port: int = 0,
                 verdict: Callable[[Received], str | None] | None = None
                 ) -> None:
        self.mailbox = Mailbox()
        self.connections = 0
        self._host, self._implicit, self._port = host, implicit, port
        self._login, self._verdict = login, verdict
        self._options: dict[str, Any] = {
            "enable_SMTPUTF8": utf8, "hostname": "peer.example",
            "tls_context": starttls, "require_starttls": require_starttls,
            "loop": None,
        }
        if login is not None:
            self._options |= {
                "authenticator": self._authenticate, "auth_required": True,
                "auth_require_tls": False,
                "auth_exclude_mechanism": auth_exclude}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever,
                                        daemon=True)

    def _authenticate(self, _server: object, _session: object, _envelope: object,
                      _mechanism: str, data: LoginPassword) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False,
                          auth_data=data.login)

    async def handle_DATA(self, _server: SMTP, session: Session,
                          envelope: Envelope) -> str:
        secured = session.ssl is not None or self._implicit is not None
        login = getattr(session, "auth_data", None)
        assert isinstance(envelope.content, bytes)
        mail = Received(str(envelope.mail_from), list(envelope.rcpt_tos),
                        envelope.content, secured,
                        login.decode() if login else None,
                        list(envelope.mail_options),
                        getattr(session, "number", 0))
        refusal = self._verdict(mail) if self._verdict else None
        if refusal is not None:
            return refusal
        self.mailbox.add(mail)
        return "250 2.0.0 Ok: queued as 4Xyz"

    def _new_session(self) -> SMTP:
        self.connections += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # AUTH without TLS
            protocol = SMTP(self, **(self._options | {"loop": self._loop}))
        number = self.connections
        create = protocol._create_session

        def numbered() -> Session:
            session = create()
            session.number = number
            return session
        protocol._create_session = numbered
        return protocol

    def __enter__(self) -> RealServer:
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            self._loop.create_server(self._new_session, self._host, self._port,
                                     ssl=self._implicit), self._loop).result()
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        async def close() -> None:
            self._server.close()
            tasks = [task for task in asyncio.all_tasks()
                     if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        asyncio.run_coroutine_threadsafe(close(), self._loop).result(DEADLINE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(DEADLINE)
        self._loop.close()


class HangUp(Exception):
    """An action: the server closes the connection."""


class Stall(Exception):
    """An action: the server says nothing more, unless it is to resume."""


HANG_UP, STALL = HangUp(), Stall()
Action = bytes | str | HangUp | Stall

# What a session is made of, in its order.
STAGES = ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "message"]

POLITE: dict[str, Action] = {
    "greeting": "220 peer.example ESMTP", "EHLO": "250-peer.example\r\n"
    "250-8BITMIME\r\n250 SMTPUTF8", "HELO": "250 peer.example",
    "MAIL": "250 2.1.0 Ok", "RCPT": "250 2.1.5 Ok", "DATA": "354 Go on",
    "message": "250 2.0.0 Ok", "NOOP": "250 2.0.0 Ok", "RSET": "250 2.0.0 Ok",
    "QUIT": "221 2.0.0 Bye",
}


class ScriptedServer:
    """Answers as told: `ScriptedServer(RCPT="450 4.2.0 Later")`.

    Keys are STAGES or other commands, RCPT with the address in angle brackets
    behind it for that one only ("RCPT <ada@example.com>"), and MAIL likewise; a value is a reply (bytes as they are,
    a str with CRLF behind it), HANG_UP or STALL, or a list of those, one for
    each time, the last for all further ones.
    """

    def __init__(self, **actions: Action | list[Action]) -> None:
        self._actions: dict[str, list[Action]] = {}
        self.mailbox = Mailbox()  # what it took, and said so
        self.read = Mailbox()     # what it was given
        self.commands: list[str] = []
        self.connections = 0
        self.stalled = threading.Event()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._after_stall: Action = STALL
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.answer(**(POLITE | actions))

    def answer(self, **actions: Action | list[Action]) -> None:
        """From now on."""
        with self._lock:
            for stage, action in actions.items():
                self._actions[stage] = (list(action) if isinstance(action, list)
                                        else [action])

    def resume(self, action: Action) -> None:
        """Where it stalled, and instead of any further stall."""
        self._after_stall = action
        self._ended.set()

    def __enter__(self) -> ScriptedServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        for thread in self._threads:
            thread.join(DEADLINE)
            assert not thread.is_alive()

    def _start(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.append(connection)
            self._start(self._serve, connection)

    def _reply(self, stage: str) -> bytes:
        """What is to be said, once it is to be said."""
        with self._lock:
            actions = self._actions.get(stage, ["500 5.5.1 What?"])
            action = actions.pop(0) if len(actions) > 1 else actions[0]
        if isinstance(action, Stall):
            self.stalled.set()
            self._ended.wait()
            action = self._after_stall
        if isinstance(action, Exception):
            raise action
        return action if isinstance(action, bytes) else \
            action.encode() + b"\r\n"

    def _act(self, connection: socket.socket, stage: str) -> bytes:
        reply = self._reply(stage)
        connection.sendall(reply)
        return reply

    def _read_message(self, lines: Any) -> bytes:
        read = []
        while (line := lines.readline()) != b".\r\n":
            if not line:
                raise HANG_UP
            read.append(line[1:] if line.startswith(b".") else line)
        return b"".join(read)

    def _stage(self, verb: str, command: str) -> str:
        narrow = re.sub(r" (TO|FROM):(<[^>]*>).*", r" \2", command)
        return narrow if narrow in self._actions else verb

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                self._talk(connection, lines)
        except (OSError, HangUp, Stall):
            pass
        finally:
            with self._lock:
                self._open.remove(connection)

    def _talk(self, connection: socket.socket, lines: Any) -> None:
        mail = Received("", [], b"")
        self._act(connection, "greeting")
        while line := lines.readline():
            command = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = command.split(" ")[0].upper()
            with self._lock:
                self.commands.append(command)
            reply = self._act(connection, self._stage(verb, command))
            if verb == "MAIL":
                mail = Received(command, [], b"")
            elif verb == "RCPT":
                mail.rcpt_to.append(command)
            elif verb == "DATA" and reply.startswith(b"354"):
                mail.raw = self._read_message(lines)
                self.read.add(mail)
                reply = self._reply("message")
                self.mailbox.add(mail, partial(connection.sendall, reply))
            elif verb == "QUIT":
                return
