"""
kill -9 under load: what was answered is there, once, with its mail.

The daemon is killed at random moments while many clients create, and started
again on what it left. A failure prints the seed; INVITED_FAULT_SEED repeats
its moments (though not the machine's).
"""

import os
import random
import threading
from collections import Counter

import httpx
import pytest

from harness import DEADLINE, INVITES, eventually

ROUNDS = int(os.environ.get("INVITED_FAULT_ROUNDS", "5"))
WORKERS = 16


class Load:
    """Clients that create until they are cut off, and what was answered."""

    def __init__(self, daemon, prefix):
        self.answered = {}
        self.asked = set()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(
                daemon.client(), f"{prefix}-{worker}"))
            for worker in range(WORKERS)]
        for thread in self._threads:
            thread.start()

    def _run(self, client, prefix):
        for number in range(1 << 30):
            email = f"{prefix}-{number}@example.com"
            self.asked.add(email)
            try:
                invite = client.invite(email, projects=[])
            except httpx.TransportError:
                return
            with self._lock:
                self.answered[invite["id"]] = email

    def join(self):
        for thread in self._threads:
            thread.join()


def settled(daemon, wanted):
    """Waits until every invite's mail was delivered; all of them by id."""
    def all_sent():
        found = {one["id"]: one for one in daemon.api.all(INVITES)}
        waiting = [one for one in wanted
                   if found[one]["delivery"]["status"] != "sent"]
        return found if not waiting else None
    return eventually(all_sent, "delivery of all mails", DEADLINE * 8)


@pytest.mark.long(8)
@pytest.mark.parametrize("number", range(ROUNDS))
def test_kill_under_load(daemon, number):
    seed = int(os.environ.get("INVITED_FAULT_SEED",
                              random.SystemRandom().randrange(1 << 32)))
    print(f"INVITED_FAULT_SEED={seed}")
    moments = random.Random(seed)
    answered, asked = {}, set()
    for life in range(3):
        load = Load(daemon, f"r{number}-{life}")
        enough = moments.randrange(1, 400)
        eventually(lambda: len(load.answered) >= enough, "load",
                   DEADLINE * 4)
        daemon.kill()
        load.join()
        answered |= load.answered
        asked |= load.asked
        daemon.start()

        found = {one["id"]: one for one in daemon.api.all(INVITES)}
        # Every answered invite is there as it was answered, ...
        for identity, email in answered.items():
            assert found[identity]["email"] == email
            assert found[identity]["status"] == "pending"
        # ... nothing is there that nobody asked for, nothing twice.
        emails = Counter(one["email"] for one in found.values())
        assert set(emails) <= asked and set(emails.values()) == {1}

    # Repeating what was cut off is safe: the same invite, if it was made.
    lost = sorted(asked - set(answered.values()))
    for email in lost:
        again = daemon.api.invite(email, projects=[])
        known = [one["id"] for one in found.values() if one["email"] == email]
        assert known in ([], [again["id"]])
        answered[again["id"]] = email

    daemon.stop()
    daemon.database.end_leases()
    daemon.start()
    settled(daemon, answered)
    mails = {}
    for mail in daemon.mailbox.all():
        mails.setdefault(mail.to, []).append(mail)
    assert set(mails) == set(answered.values())
    # A mail may come twice after a kill; then with the same Message-ID, so
    # that it can be recognised, and with a link that works.
    for email, copies in mails.items():
        assert len({mail.message_id for mail in copies}) == 1, email
    for email in moments.sample(sorted(mails), 10):
        assert daemon.api.accept(mails[email][-1].token).status_code == 200
    assert daemon.command("check").returncode == 0


def test_kill_while_accepting(daemon):
    """An acceptance is whole or not at all, and can be repeated."""
    api = daemon.api
    grants = [{"id": api.project(f"P{number}")["id"], "role": "member"}
              for number in range(5)]
    tokens = [api.link(f"p{number}@example.com", projects=grants)[1]
              for number in range(200)]
    answered = []

    def accept(part):
        client = daemon.client()
        for token in part:
            try:
                answered.append(client.accept(token).json()["user_id"])
            except httpx.TransportError:
                return
    threads = [threading.Thread(target=accept, args=(tokens[worker::8],))
               for worker in range(8)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(answered) >= 20)
    daemon.kill()
    for thread in threads:
        thread.join()
    daemon.database.settle()
    daemon.start()

    api = daemon.api
    users = {user["id"] for user in api.all("/v1/organization/users")}
    assert set(answered) <= users
    accepted = list(api.all(INVITES, status="accepted"))
    assert len(accepted) == len(users)
    for grant in grants:
        assert {user["id"] for user in api.all(
            f"/v1/organization/projects/{grant['id']}/users")} == users
    for token in tokens:
        assert api.accept(token).status_code == 200
    assert len(list(api.all("/v1/organization/users"))) == 200
    assert daemon.command("check").returncode == 0


def test_kill_during_the_first_start(make_daemon):
    """However far it came, the next start finishes it."""
    moments = random.Random(1)
    for _ in range(20):
        daemon = make_daemon(start=False, key="sk-admin-chosen-for-the-tests-"
                                              "of-a-first-start")
        process = daemon.launch()
        try:
            process.wait(moments.random() * 0.03)
        except Exception as error:
            assert "timed out" in str(error)
        daemon.kill()
        daemon.start()
        assert daemon.api.invite("ada@example.com")["status"] == "pending"
        assert daemon.command("check").returncode == 0
        daemon.stop()
        daemon.discard()
