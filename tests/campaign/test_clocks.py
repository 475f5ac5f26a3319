"""
A clock that steps, by seconds and by days, while invites are made and accepted:
nothing is lost, ids never repeat, and once the clock is right everything is as
if it had been right all the time.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Callable

from harness import INVITES, Daemon
from mail.test_clocks import Clock

STEPS = 120
DAY = 24 * 3600.0


def test_a_clock_that_steps(make_daemon: Callable[..., Daemon], tmp_path: Path,
                            seed: int, figures: Callable[..., None]) -> None:
    chance = random.Random(seed)
    clock = Clock(tmp_path / "shift")
    daemon = make_daemon("--mail", "none:", env=clock.env)
    made: list[str] = []
    accepted = 0
    for number in range(STEPS):
        clock.shift(chance.choice([0, 1, -1, 60, -60, 3600, -DAY, DAY,
                                   -400 * DAY, 30 * DAY]) * chance.random())
        invite, token = daemon.api.link(f"p{number}@example.com")
        made.append(invite["id"])
        if chance.random() < 0.3:
            assert daemon.api.accept(token).status_code == 200
            accepted += 1
        if number % 40 == 39:
            daemon.restart()
    clock.shift(0)
    made.append(daemon.api.invite("last@example.com")["id"])
    assert len(set(made)) == len(made)
    # What was made later stands first, whatever the clock said.
    assert [one["id"] for one in daemon.api.all(INVITES)] == made[::-1]
    assert len(list(daemon.api.all(INVITES, status="accepted"))) == accepted
    assert daemon.command("check").returncode == 0
    figures(steps=STEPS, invites=len(made), accepted=accepted, lost=0)
