"""
A proxy between the daemon and PostgreSQL that can do harm.

It knows where a message of the protocol ends, and which prepared statement a
client executes (the engine calls its statements by name: begin_write,
create_many, commit, ...), so harm can be done at one exact place:

    with PgProxy(server) as proxy:
        daemon = make_daemon("--database", proxy.url(database))
        proxy.arm(CutAfterCommit())
        daemon.api.invite("ada@example.com")

Connections come on a socket in a directory of the proxy's own. While it
refuses there is no such socket, as when a server is stopped.
"""

from __future__ import annotations

import shutil
import socket
import struct
import tempfile
import threading
from pathlib import Path
from typing import Any, Callable, Iterator

from harness.wait import DEADLINE
from postgres_server import Postgres, url_of

PASS, DROP, HOLD, EAT = "pass", "drop", "hold", "eat"
Fate = str | bytes | threading.Event
SERVER_SOCKET = ".s.PGSQL.5432"


class Message:
    """One message. `kind` is its letter; "" for the start of a connection."""

    def __init__(self, kind: str, body: bytes) -> None:
        self.kind = kind
        self.body = body

    @property
    def raw(self) -> bytes:
        return (self.kind.encode() + struct.pack("!i", len(self.body) + 4)
                + self.body)

    @property
    def statement(self) -> str | None:
        """What a Bind is for."""
        if self.kind != "B":
            return None
        return self.body.split(b"\0")[1].decode()

    @property
    def completes(self) -> str | None:
        """What a CommandComplete says was done."""
        if self.kind != "C":
            return None
        return self.body.rstrip(b"\0").decode()


def error_in_its_place(state: str) -> bytes:
    """Messages that have the server refuse with this SQLSTATE."""
    text = ("DO $$BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = "
            f"'{state}'; END$$").encode()
    return (Message("P", b"\0" + text + b"\0\0\0").raw
            + Message("B", b"\0\0\0\0\0\0\0\0").raw
            + Message("E", b"\0\0\0\0\0").raw)


# What the daemon asks in transactions of its own accord, at any time: tidying
# up, looking for mails and events that are due and finding none.
OWN_ACCORD = {"once_forget", "rate_forget", "clock_ahead", "webhook_held",
              "webhook_waiting"}


class Harm:
    """What is done to the messages of all links while it is armed.

    Called under one lock, for each message in order. Returns PASS, EAT (that
    message alone), HOLD (nothing goes either way any more, but both sides
    stay connected), DROP (both sides are disconnected), an Event to be waited
    for, or bytes to be sent in the message's place.
    """

    times = 1  # how often it strikes

    def __init__(self) -> None:
        self.struck = 0

    def client(self, link: Link, message: Message) -> Fate:
        return PASS

    def server(self, link: Link, message: Message) -> Fate:
        return PASS

    def strike(self, how: Fate) -> Fate:
        if self.struck >= self.times:
            return PASS
        self.struck += 1
        return how


class Journeys(Harm):
    """Does none: counts how often somebody waits for the server."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def client(self, link: Link, message: Message) -> Fate:
        self.count += message.kind == "S" and not link.own_accord
        return PASS


class InTransaction(Harm):
    """Counts what goes over a link from its BEGIN on, in the first link that
    begins one, and strikes behind the n-th."""

    def __init__(self, side: str, count: int, how: str = DROP) -> None:
        super().__init__()
        self.side, self.left, self.how = side, count, how
        self.link: Link | None = None

    def _count(self, link: Link, side: str) -> Fate:
        if link is not self.link or side != self.side:
            return PASS
        self.left -= 1
        return self.strike(self.how) if self.left < 0 else PASS

    def client(self, link: Link, message: Message) -> Fate:
        if self.link is None and message.statement == "begin_write":
            self.link, self.whole = link, self.left
        elif link is self.link and link.own_accord:
            self.link, self.left = None, self.whole  # the next one, then
        return self._count(link, "client")

    def server(self, link: Link, message: Message) -> Fate:
        return self._count(link, "server")


class AtStatement(Harm):
    """Strikes before a statement reaches the server."""

    def __init__(self, statement: str, how: Fate = DROP,
                 times: int = 1) -> None:
        super().__init__()
        self.statement, self.how, self.times = statement, how, times

    def client(self, link: Link, message: Message) -> Fate:
        if message.statement == self.statement and not link.own_accord:
            return self.strike(self.how)
        return PASS


class Refused(AtStatement):
    """The server refuses a statement with an SQLSTATE."""

    def __init__(self, statement: str, state: str, times: int = 1) -> None:
        super().__init__(statement, error_in_its_place(state), times)


class AtCommitted(Harm):
    """Strikes after the server has committed, before it is known."""

    def __init__(self, how: str = DROP, times: int = 1) -> None:
        super().__init__()
        self.how, self.times = how, times

    def server(self, link: Link, message: Message) -> Fate:
        if message.completes == "COMMIT" and not link.own_accord:
            return self.strike(self.how)
        return PASS


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy: PgProxy, client: socket.socket,
                 server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.held = False
        self._begins = False
        self.own_accord = False  # see OWN_ACCORD
        self._threads = [threading.Thread(target=run, daemon=True)
                         for run in (self._from_client, self._from_server)]
        self.running = len(self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def note(self, statement: str) -> None:
        """One that is sent; what it tells of its transaction."""
        if statement == "begin_write":
            self.own_accord, self._begins = False, True
        elif statement != "commit":
            self.own_accord = (statement in OWN_ACCORD and
                               (self._begins or self.own_accord))
            self._begins = False

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def cut(self) -> None:
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _from_client(self) -> None:
        self._carry(messages(self.client, starts=True), self.server,
                    lambda harm: harm.client)

    def _from_server(self) -> None:
        self._carry(messages(self.server), self.client,
                    lambda harm: harm.server)

    def _carry(self, source: Iterator[Message], to: socket.socket,
               side: Callable[[Harm], Any]) -> None:
        try:
            for message in source:
                fate = self.proxy.judge(self, message, side)
                if isinstance(fate, bytes):
                    to.sendall(fate)
                elif isinstance(fate, threading.Event):
                    fate.wait(DEADLINE)
                    to.sendall(message.raw)
                elif fate == DROP:
                    break
                elif fate == PASS:
                    to.sendall(message.raw)
        except OSError:
            pass
        if not self.held:
            self.cut()
        if self.proxy.forget(self):
            self.client.close()
            self.server.close()


def messages(source: socket.socket, starts: bool = False) -> Iterator[Message]:
    """What comes, message by message, until the connection ends."""
    buffer = b""
    head = 0 if starts else 1
    while True:
        while len(buffer) < head + 4 or len(buffer) < head + length(
                buffer, head):
            data = source.recv(65536)
            if not data:
                return
            buffer += data
        end = head + length(buffer, head)
        message = Message(buffer[:head].decode("latin-1"),
                          buffer[head + 4:end])
        buffer = buffer[end:]
        head = 1
        yield message


def length(buffer: bytes, head: int) -> int:
    return int(struct.unpack_from("!i", buffer, head)[0])


class PgProxy:
    """`with PgProxy(server) as proxy: proxy.url(database)`."""

    def __init__(self, server: Postgres) -> None:
        self.upstream = str(server.directory / SERVER_SOCKET)
        self.password = server.password
        self.directory = Path(tempfile.mkdtemp(prefix="invited-px-"))
        self._lock = threading.Lock()
        self._harm: Harm | None = None
        self._hold_all = False
        self._links: set[Link] = set()
        self._listener: socket.socket | None = None
        self.accepted = 0
        self.allow()

    def __enter__(self) -> PgProxy:
        return self

    def __exit__(self, *_: object) -> None:
        if self._listener is not None:
            self.refuse()
        links = self._all()
        self.cut()
        for link in links:
            link.join()
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, database: str, **options: str) -> str:
        return url_of([self], database, **options)  # type: ignore[list-item]

    # -- connections --------------------------------------------------------

    def allow(self) -> None:
        """Lets connections in."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.directory / SERVER_SOCKET))
        listener.listen(64)
        self._listener = listener
        self._acceptor = threading.Thread(target=self._accept,
                                          args=(listener,), daemon=True)
        self._acceptor.start()

    def refuse(self) -> None:
        """Cuts those that there are, and lets no other in."""
        assert self._listener is not None
        (self.directory / SERVER_SOCKET).unlink()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        self._acceptor.join()
        self.cut()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.upstream)
            except OSError:
                server.close()
                client.close()
                continue
            link = Link(self, client, server)
            with self._lock:
                self.accepted += 1
                self._links.add(link)
            link.start()

    def cut(self) -> None:
        """Disconnects everybody."""
        for link in self._all():
            link.cut()

    def _all(self) -> list[Link]:
        with self._lock:
            return list(self._links)

    def forget(self, link: Link) -> bool:
        """One of a link's directions has ended; whether it was the last."""
        with self._lock:
            link.running -= 1
            if link.running == 0:
                self._links.discard(link)
            return link.running == 0

    # -- harm ---------------------------------------------------------------

    def arm(self, harm: Harm) -> Harm:
        with self._lock:
            self._harm = harm
        return harm

    def disarm(self) -> None:
        with self._lock:
            self._harm = None

    def hold(self) -> None:
        """From now on nothing gets through, but nobody is disconnected."""
        with self._lock:
            self._hold_all = True

    def release(self) -> None:
        """New connections get through. What was held stays so."""
        with self._lock:
            self._hold_all = False

    def judge(self, link: Link, message: Message,
              side: Callable[[Harm], Any]) -> Fate:
        with self._lock:
            fate: Fate = PASS
            if message.statement:
                link.note(message.statement)
            if self._harm is not None and not link.held:
                fate = side(self._harm)(link, message)
            if self._hold_all or link.held or fate == HOLD:
                link.held = True
                return EAT
            return fate
