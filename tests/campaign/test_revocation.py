"""
Keys that stop while many ask and stream with them, behind a real nginx: who
begins after the end was answered gets nothing. On one daemon at once; on another
one of the same database within a second.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator

import httpx
import pytest

from harness import DEADLINE, Daemon, eventually
from harness.guarded import Guarded
from harness.proxies import Gateway, demo
from harness.standins import Backend

ROUNDS = 10
CLIENTS = 6     # at each gateway
GOAL = 1.0      # seconds until another daemon knows


@dataclass
class Load:
    """Clients that go on asking through one gateway with one key."""
    gateway: Gateway
    key: str
    let_in: list[float] = field(default_factory=list)   # when they began
    refused: list[float] = field(default_factory=list)
    strange: list[httpx.Response] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.threads = [threading.Thread(target=self.client, args=(number % 2,))
                        for number in range(CLIENTS)]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *what: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(DEADLINE)

    def client(self, streams: int) -> None:
        with self.gateway.client(self.key) as http:
            while not self.over.is_set():
                began = time.monotonic()
                answer = (http.post("/v1/chat/completions",
                                    json={"stream": True}) if streams
                          else http.get("/v1/models"))
                if answer.status_code == 200:
                    self.let_in.append(began)
                elif answer.status_code == 401:
                    self.refused.append(began)
                else:
                    self.strange.append(answer)

    def late(self, since: float) -> list[float]:
        """Seconds after the end was answered, of who began and got in."""
        return [began - since for began in self.let_in if began > since]


def revoke(guarded: Guarded, user: str, key: str) -> None:
    guarded.api.ok("DELETE", f"/v1/organization/projects/{guarded.project}"
                   f"/api_keys/{key}")


def remove(guarded: Guarded, user: str, key: str) -> None:
    guarded.api.ok("DELETE", f"/v1/organization/users/{user}")


@pytest.fixture
def doors(make_daemon: Callable[..., Daemon], engine: str
          ) -> Iterator[tuple[Guarded, list[Gateway]]]:
    """An owner at the first daemon, and a gateway before each."""
    count = 2 if engine == "postgres" else 1
    gates: list[int] = [demo.free_port() for _ in range(count)]
    daemons: list[Daemon] = []
    for gate in gates:
        daemons.append(make_daemon(
            "--gate-listen", f"127.0.0.1:{gate}", "--mail", "none:",
            **({"database": daemons[0].database, "key": daemons[0].key}
               if daemons else {})))
    guarded = Guarded(daemons[0], gates[0])
    with Backend() as backend:
        gateways = [Gateway("nginx", gate, backend.port, guarded.project)
                    for gate in gates]
        for one in gateways:
            one.__enter__()
        try:
            yield guarded, gateways
        finally:
            for one in gateways:
                one.__exit__()


def end_under_load(guarded: Guarded, gateways: list[Gateway],
                   end: Callable[[Guarded, str, str], None]
                   ) -> tuple[list[list[float]], int]:
    """Late entries by gateway; how many were let in at all."""
    user, _ = guarded.member()
    made = guarded.key(user)
    loads = [Load(one, made["value"]) for one in gateways]
    for one in loads:
        one.__enter__()
    try:
        for one in loads:
            eventually(lambda: len(one.let_in) > 50, "some load")
        end(guarded, user, made["id"])
        answered = time.monotonic()
        for one in loads:
            eventually(lambda: len(one.refused) > 50, "the end")
    finally:
        for one in loads:
            one.__exit__()
    assert not any(one.strange for one in loads), \
        [answer.text for one in loads for answer in one.strange[:3]]
    return ([one.late(answered) for one in loads],
            sum(len(one.let_in) for one in loads))


def test_a_key_stops_under_load(doors: tuple[Guarded, list[Gateway]],
                                figures: Callable[..., None]) -> None:
    guarded, gateways = doors
    requests = 0
    worst: list[float] = []
    for number in range(ROUNDS):
        late, more = end_under_load(guarded, gateways,
                                    (revoke, remove)[number % 2])
        assert late[0] == []
        worst += [max(one, default=0.0) for one in late[1:]]
        requests += more
    assert max(worst, default=0.0) < GOAL
    figures(ends=ROUNDS, let_in_before=requests, let_in_after_at_the_same=0,
            **({"let_in_after_at_another_ms": round(1000 * max(worst))}
               if worst else {}))
