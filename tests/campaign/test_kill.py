"""
kill -9 while invites are made, accepted, declined and deleted: each outcome
that was answered is there afterwards, and what was under way happened whole or
not at all.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from typing import Any, Callable

import httpx

from harness import INVITES, Daemon, eventually

ROUNDS = int(os.environ.get("INVITED_FAULT_ROUNDS", "20"))
WORKERS = 8
VERBS = ["leave", "accept", "decline", "delete"]


class Worker(threading.Thread):
    """Does one thing after the other until it is cut off."""

    def __init__(self, daemon: Daemon, name: str, seed: int) -> None:
        super().__init__()
        self.client = daemon.client()
        self.prefix = name
        self.chance = random.Random(seed)
        self.ended: dict[str, str] = {}   # by invite: what was answered last
        self.users: dict[str, str] = {}   # by invite: whom it has made
        self.open: tuple[str, str] | None = None  # under way: invite, verb

    def answer(self, invite: str, token: str, verb: str) -> None:
        if verb == "accept":
            response = self.client.accept(token)
            self.users[invite] = response.json()["user_id"]
        elif verb == "decline":
            response = self.client.post("/v1/invitations/decline",
                                        json={"token": token})
        else:
            response = self.client.delete(f"{INVITES}/{invite}")
        assert response.status_code == 200, response.text

    def run(self) -> None:
        try:
            for number in range(1 << 30):
                invite, token = self.client.link(
                    f"{self.prefix}-{number}@example.com")
                self.ended[invite["id"]] = "leave"
                verb = self.chance.choice(VERBS)
                if verb != "leave":
                    self.open = invite["id"], verb
                    self.answer(invite["id"], token, verb)
                    self.ended[invite["id"]] = verb
                    self.open = None
        except httpx.TransportError:
            pass


def state_of(invite: dict[str, Any] | None) -> str:
    if invite is None:
        return "delete"
    if invite["status"] == "accepted":
        return "accept"
    return "decline" if invite.get("declined_at") else "leave"


def check(daemon: Daemon, workers: list[Worker]) -> int:
    """How many answered outcomes are there; all of them, or it fails."""
    there = {one["id"]: one for one in daemon.api.all(INVITES)}
    users = {one["id"] for one in daemon.api.all("/v1/organization/users")}
    for worker in workers:
        for invite, verb in worker.ended.items():
            possible = {verb}
            if worker.open and worker.open[0] == invite:
                possible.add(worker.open[1])
            assert state_of(there.get(invite)) in possible, (invite, possible)
        assert set(worker.users.values()) <= users
    accepted = [one for one in there.values() if one["status"] == "accepted"]
    assert len(accepted) == len(users)
    return sum(len(worker.ended) for worker in workers)


def test_kill_while_all_kinds_of_writes_are_under_way(
        make_daemon: Callable[..., Daemon], seed: int,
        figures: Callable[..., None]) -> None:
    chance = random.Random(seed)
    daemon = make_daemon("--mail", "none:")
    all_workers: list[Worker] = []
    for number in range(ROUNDS):
        workers = [Worker(daemon, f"r{number}w{one}", chance.getrandbits(32))
                   for one in range(WORKERS)]
        for worker in workers:
            worker.start()
        target = chance.randrange(5, 60)
        eventually(lambda: sum(len(one.ended) for one in workers) >= target,
                   "load")
        daemon.kill()
        for worker in workers:
            worker.join()
        daemon.database.settle()
        daemon.start()
        all_workers += workers
        check(daemon, workers)
    outcomes = check(daemon, all_workers)
    verbs = Counter(verb for one in all_workers for verb in one.ended.values())
    assert set(verbs) == set(VERBS)
    assert daemon.command("check").returncode == 0
    figures(kills=ROUNDS, answered_outcomes=outcomes, lost=0)
