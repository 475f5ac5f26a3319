"""
Mail where clocks lie: a daemon that is ahead of another on the same database,
and one whose clock jumps by days for a moment, as when a machine comes back
from a pause and asks the time of a server that has it wrong.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Callable

import pytest

from harness import INVITES, Daemon, eventually
from harness.daemon import binary
from harness.wait import DEADLINE
from mail.peers import STALL, ScriptedServer

Maker = Callable[..., Daemon]

DAY = 24 * 3600.0


class Clock:
    """What a daemon takes for the time: `Daemon(..., env=clock.env)`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.shift(0)
        module = binary().parents[1] / "tests/mail/libshifted_clock.so"
        assert module.exists()
        self.env = {"LD_PRELOAD": str(module), "SHIFTED_CLOCK": str(file),
                    # The sanitizer need not be the first library.
                    "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def shift(self, seconds: float) -> None:
        """From now on; in place, since it is mapped."""
        with open(self._file, "r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", int(seconds * 1000)))


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "shift")


def mail_to(server: ScriptedServer) -> tuple[str, ...]:
    return ("--mail", f"smtp://127.0.0.1:{server.port}?timeout=60s",
            "--mail-retry", "1s")


def one_each(*servers: ScriptedServer) -> bool:
    return all(len(server.mailbox.all()) == 1 for server in servers)


@pytest.mark.engines("postgres")
@pytest.mark.parametrize("ahead", [45, -45, DAY])
def test_two_daemons_whose_clocks_disagree_send_each_mail_once(
        make_daemon: Maker, clock: Clock, ahead: float) -> None:
    """Neither takes what the other has in hand, nor lets its own wait."""
    clock.shift(ahead)
    with (ScriptedServer(RCPT=STALL) as holding, ScriptedServer() as taking):
        right = make_daemon(*mail_to(holding))
        invite = right.api.invite("ada@example.com")
        assert holding.stalled.wait(DEADLINE)
        wrong = make_daemon(*mail_to(taking), database=right.database,
                            key=right.key, env=clock.env)
        other = wrong.api.invite("bob@example.com")
        wrong.api.delivered(other["id"])
        waits = right.api.ok("GET", f"{INVITES}/{invite['id']}")["delivery"]
        assert (waits["status"], waits["attempts"]) == ("queued", 0)
        holding.resume("250 2.1.5 Ok")
        sent = right.api.delivered(invite["id"])["delivery"]
        assert sent["attempts"] == 1
        assert one_each(holding, taking)


@pytest.mark.engines("postgres")
@pytest.mark.parametrize("ahead", [45, -45, DAY])
def test_wrong_clock_holds_its_own_mail(make_daemon: Maker, clock: Clock,
                                        ahead: float) -> None:
    """The same, where the one that has the time wrong has the mail in hand."""
    clock.shift(ahead)
    with (ScriptedServer(RCPT=STALL) as holding, ScriptedServer() as taking):
        wrong = make_daemon(*mail_to(holding), env=clock.env)
        invite = wrong.api.invite("ada@example.com")
        assert holding.stalled.wait(DEADLINE)
        right = make_daemon(*mail_to(taking), database=wrong.database,
                            key=wrong.key)
        other = right.api.invite("bob@example.com")
        right.api.delivered(other["id"])
        holding.resume("250 2.1.5 Ok")
        wrong.api.delivered(invite["id"])
        assert one_each(holding, taking)


@pytest.mark.parametrize("ahead", [DAY, 3 * DAY, 30 * DAY])
def test_clock_that_is_days_ahead_for_a_moment(
        make_daemon: Maker, clock: Clock, ahead: float) -> None:
    """It ends no mail, and puts none off: not as given up, nor as expired."""
    with ScriptedServer(RCPT="451 4.2.0 Later") as server:
        daemon = make_daemon(*mail_to(server), env=clock.env)
        invite = daemon.api.invite("ada@example.com")
        daemon.api.delivered(invite["id"], "deferred")
        clock.shift(ahead)
        before = len(server.commands)

        def noticed() -> bool:
            """Tried again, or taken for expired, by the wrong time."""
            delivery = daemon.api.ok(
                "GET", f"{INVITES}/{invite['id']}")["delivery"]
            return (delivery["status"] == "failed"
                    or len(server.commands) > before + 4)
        eventually(noticed)
        clock.shift(0)
        server.answer(RCPT="250 2.1.5 Ok")
        daemon.api.delivered(invite["id"])
        assert len(server.mailbox.all()) == 1


def test_restarted_with_the_clock_behind(make_daemon: Maker,
                                         clock: Clock) -> None:
    """What is new stays in front of what is old."""
    clock.shift(DAY)
    daemon = make_daemon(env=clock.env)
    old = daemon.api.invite("ada@example.com")
    clock.shift(0)
    daemon.restart()
    new = daemon.api.invite("bob@example.com")
    assert [one["id"] for one in daemon.api.all(INVITES)] == [
        new["id"], old["id"]]


@pytest.mark.engines("postgres")
@pytest.mark.parametrize("ahead", [45, -45])
def test_a_clock_that_differs_from_the_database_is_said(
        make_daemon: Maker, clock: Clock, ahead: float) -> None:
    """In the log and in /readyz, until it is set right."""
    clock.shift(ahead)
    daemon = make_daemon(env=clock.env)
    answer = daemon.api.get("/readyz")
    assert answer.status_code == 503
    assert ("ahead of" if ahead > 0 else "behind") in answer.text
    assert "clock: this machine's is 4" in answer.text
    daemon.api.delivered(daemon.api.invite("ada@example.com")["id"])
    assert daemon.wait_log("clock_differs")
    clock.shift(0)
    eventually(lambda: daemon.api.get("/readyz").status_code == 200)
    assert daemon.wait_log("clock_agrees")


@pytest.mark.parametrize("ahead", [-DAY, DAY])
def test_invited_while_the_clock_is_wrong(make_daemon: Maker, clock: Clock,
                                          ahead: float) -> None:
    with ScriptedServer() as server:
        daemon = make_daemon(*mail_to(server), env=clock.env)
        first = daemon.api.invite("ada@example.com")
        daemon.api.delivered(first["id"])
        clock.shift(ahead)
        invite = daemon.api.invite("bob@example.com")
        daemon.api.delivered(invite["id"])
        clock.shift(0)
        last = daemon.api.invite("eve@example.com")
        daemon.api.delivered(last["id"])
        assert len(server.mailbox.all()) == 3
