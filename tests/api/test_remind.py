"""
Before an invite expires, its person is reminded; and one more link is got.
"""

import pytest

from harness import INVITES, refused
from harness.wait import eventually

HOUR = 3600


@pytest.fixture
def daemon(make_daemon):
    return make_daemon()


def link_in(mail):
    return next(word for word in mail.text.split()
                if "/accept#" in word).split("#", 1)[1]


def wait_sent(daemon, invite):
    eventually(lambda: daemon.api.ok("GET", f"{INVITES}/{invite['id']}")
               ["delivery"]["status"] == "sent")


def let_pass(daemon, seconds):
    """As if all invites had been made that much earlier."""
    daemon.stop()
    for column in ("created_at", "expires_at", "delivery_at"):
        daemon.database.sql(f"UPDATE invite SET {column} = {column} - {seconds}"
                            " RETURNING 1")
    daemon.start()


def test_a_reminder_has_a_link_of_its_own_and_both_work(daemon):
    api, to = daemon.api, "ada@example.com"
    invite = api.invite(to)
    never = api.invite("never@example.com", remind=False)
    assert (invite["remind"], invite["reminded_at"]) == (True, None)
    assert never["remind"] is False
    first = daemon.mailbox.wait(to)
    for each in (invite, never):
        wait_sent(daemon, each)
    let_pass(daemon, 7 * 24 * HOUR - 47 * HOUR)
    daemon.mailbox.wait(to, 2)
    reminder = next(mail for mail in daemon.mailbox.all(to)
                    if "Reminder" in mail.message["Subject"])
    assert reminder.message["Message-ID"] != first.message["Message-ID"]
    assert link_in(reminder) != link_in(first)
    api = daemon.api
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["reminded_at"]
    assert api.ok("GET", f"{INVITES}/{never['id']}")["reminded_at"] is None
    wait_sent(daemon, invite)
    daemon.restart()
    assert daemon.api.accept(link_in(first), "Ada").status_code == 200
    assert daemon.api.accept(link_in(reminder), "Ada").status_code == 200
    for address, count in ((to, 2), ("never@example.com", 1)):
        assert len({mail.message["Message-ID"]
                    for mail in daemon.mailbox.all(address)}) == count
    assert daemon.command("check").stdout == "ok\n"


def test_one_more_link_beside_that_of_the_mail(shared):
    invite, token = shared.link("link@example.com", "reader")
    path = f"{INVITES}/{invite['id']}/link"
    first, second = (shared.ok("POST", path)["accept_url"].split("#", 1)[1]
                     for _ in range(2))
    assert shared.accept(first, "Ada").status_code == 404
    assert shared.accept(second, "Ada").status_code == 200
    assert shared.accept(token, "Ada").status_code == 200
    refused(shared.post(path), 400, "invite_already_accepted")
