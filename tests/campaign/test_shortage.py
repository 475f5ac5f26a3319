"""
A disk that is full and then is not, again and again, under load: what was
answered with 200 is there, reads go on, readiness tells the truth, and each
time it heals without a restart.
"""

from __future__ import annotations

import os
import random
import resource
from typing import Callable

import pytest

from harness import INVITES, Daemon, eventually

ROUNDS = int(os.environ.get("INVITED_FAULT_ROUNDS", "10"))
FREE = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.mark.engines("sqlite")
def test_a_disk_that_fills_and_empties(
        make_daemon: Callable[..., Daemon], seed: int,
        figures: Callable[..., None]) -> None:
    chance = random.Random(seed)
    daemon = make_daemon("--mail", "none:")
    daemon.expect_error("store_unavailable")
    done: set[str] = set()
    refused = 0

    def create(number: list[int] = [0]) -> bool:
        number[0] += 1
        answer = daemon.api.post(INVITES, json={
            "email": f"p{number[0]}@example.com", "role": "reader"})
        assert answer.status_code in (200, 503), answer.text
        if answer.status_code == 200:
            done.add(answer.json()["id"])
        return answer.status_code == 200

    for _ in range(ROUNDS):
        for _ in range(chance.randrange(1, 30)):
            assert create()
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE,
                         (chance.randrange(1, 40) << 12, FREE[1]))
        eventually(lambda: not create(), "it is full")
        for _ in range(10):
            refused += not create()
            assert daemon.api.get(f"{INVITES}?limit=1").status_code == 200
        resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, FREE)
        eventually(create, "there is room")
        eventually(lambda: daemon.api.get("/readyz").status_code == 200)
    if chance.random() < 0.5:
        daemon.kill()
        daemon.start()
    assert done <= {one["id"] for one in daemon.api.all(INVITES)}
    assert daemon.command("check").returncode == 0
    figures(times_full=ROUNDS, refused=refused, answered=len(done), lost=0)
