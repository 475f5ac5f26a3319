"""
Organizations with a sender of their own: their mails are from it, and where a
mail server does not take it, theirs wait and nobody else's.
"""

from __future__ import annotations

from typing import Any, Callable

import pytest

from harness import INVITES, Client, Daemon, admin_key_in, eventually
from harness.wait import DEADLINE
from mail.peers import ScriptedServer

Maker = Callable[..., Daemon]

REFUSED = "550 5.7.60 You may not send as this address"
OWN = "team@own.example"

pytestmark = pytest.mark.alike


def start(make_daemon: Maker, server: ScriptedServer, *args: str) -> Daemon:
    return make_daemon("--mail",
                       f"smtp://127.0.0.1:{server.port}?timeout=20s",
                       "--mail-retry", "1s", "--mail-from",
                       "Invited <no-reply@example.com>", *args)


def another_organization(daemon: Daemon) -> Client:
    daemon.command("organization", "create", "Others")
    done = daemon.command("key", "create", "test", "--organization", "Others")
    return daemon.client(admin_key_in(done.stdout))


def set_sender(api: Client, **settings: str) -> None:
    api.ok("POST", "/v1/organization/settings", json=settings)


def is_ready(daemon: Daemon) -> bool:
    return bool(daemon.client(None).get("/readyz").status_code == 200)


def waits(api: Client, address: str) -> Any:
    """Invites it, and waits until that is put off."""
    invite = api.invite(address)
    deferred = api.delivered(invite["id"], "deferred")["delivery"]
    assert deferred["last_error"].startswith(REFUSED[:9])
    return invite


def status(api: Client, invite_id: str) -> Any:
    return api.ok("GET", f"{INVITES}/{invite_id}")["delivery"]["status"]


@pytest.mark.parametrize("stage", [f"MAIL <{OWN}>", "RCPT", "message"])
def test_only_its_own_mails_wait(make_daemon: Maker, stage: str) -> None:
    """At RCPT and after the text of two domains, too, where it would be the
    server's set-up otherwise."""
    with ScriptedServer() as server:
        daemon = start(make_daemon, server)
        own, others = daemon.api, another_organization(daemon)
        set_sender(own, sender_email=OWN, sender_name="Crew")
        eventually(lambda: is_ready(daemon), "ready")
        server.answer(**{stage: REFUSED})
        invites = [waits(own, f"ada@{domain}")
                   for domain in ("example.org", "example.net")]
        assert is_ready(daemon)
        if stage.startswith("MAIL"):
            others.delivered(others.invite("bob@example.com")["id"])
        assert is_ready(daemon)
        server.answer(**{stage: "250 2.1.0 Ok"})
        for invite in invites:  # at the next attempt, later each time
            eventually(lambda: status(own, invite["id"]) == "sent",
                       "the mail", DEADLINE * 4)
        senders = {mail.message["From"]: mail.mail_from
                   for mail in server.mailbox.all()}
    assert senders.pop(f"Crew <{OWN}>").startswith(f"MAIL FROM:<{OWN}>")
    if stage.startswith("MAIL"):
        assert senders.pop("Invited <no-reply@example.com>").startswith(
            "MAIL FROM:<no-reply@example.com>")
    assert senders == {}


def test_mails_come_back_to_the_server_all_the_same(make_daemon: Maker) -> None:
    with ScriptedServer() as server:
        daemon = start(make_daemon, server, "--mail-return-path",
                       "@bounces.example.com")
        set_sender(daemon.api, sender_email=OWN)
        daemon.api.delivered(daemon.api.invite("ada@example.org")["id"])
        mail = server.mailbox.wait()[0]
    assert mail.message["From"] == f"Default organization <{OWN}>"
    assert ">" in mail.mail_from.split("@bounces.example.com", 1)[1]
