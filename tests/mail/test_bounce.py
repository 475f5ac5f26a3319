"""
Mails that come back: each goes out with an address of its own, and what a mail
server writes to that address has the invite say that its delivery failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator

import pytest

from harness import Client, Daemon
from mail.peers import RealServer

REPORT = """\
Delivered-To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; ada@example.com
Action: {action}
Status: 5.1.1
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 550 5.1.1 No such
 user here
--b--
"""


@dataclass
class Post:
    """A daemon, the mail server that takes what it sends, and what came of
    it."""

    daemon: Daemon
    server: RealServer

    def sent_to(self, api: Client, invite_id: str, count: int = 1) -> str:
        """Where the newest of so many mails of the invite comes back. Each may
        have been sent more than once."""
        api.delivered(invite_id)
        senders = list(dict.fromkeys(
            mail.mail_from for mail in self.server.mailbox.all()
            if mail.message["Message-ID"].startswith(f"<{invite_id}.")))
        assert len(senders) == count
        return senders[-1]

    def bounce(self, *args: str, message: str, code: int = 0) -> str:
        done = self.daemon.run("bounce", "--data", str(self.daemon.data), *args,
                               env=self.daemon.database.settings,
                               typed=message, check=False)
        assert done.returncode == code, done.stderr
        return str(done.stdout)


@pytest.fixture(scope="module")
def post(engine: str) -> Iterator[Post]:
    with RealServer() as server, Daemon(
            "--mail", f"smtp://127.0.0.1:{server.port}?timeout=20s",
            "--mail-return-path", "bounce@example.org",
            engine=engine) as daemon:
        yield Post(daemon, server)


def delivery(api: Client, invite_id: str) -> Any:
    return api.ok("GET", f"/v1/organization/invites/{invite_id}")["delivery"]


def test_a_bounce_fails_the_delivery_once(post: Post) -> None:
    api = post.daemon.api
    invite = api.invite("once@example.com")
    to = post.sent_to(api, invite["id"])
    local, domain = to.split("@")
    assert local.startswith("bounce+") and len(local) <= 64
    assert domain == "example.org"

    # However servers on the way write it, and however often it comes.
    message = REPORT.format(to=to.upper(), action="failed")
    first = post.bounce(message=message)
    again = post.bounce(message=message.replace("\n", "\r\n"))
    assert first.split("\t")[:2] == [invite["id"], "failed"]
    assert again.split("\t")[:2] == [invite["id"], "unchanged"]
    failed = delivery(api, invite["id"])
    assert failed["status"] == "failed"
    assert failed["last_error"] == \
        "bounced: mail.example.com: 550 5.1.1 No such user here"
    events = api.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": "invite.delivery_failed",
        "resource_ids[]": invite["id"]})["data"]
    assert len(events) == 1


def test_what_is_no_final_failure_changes_nothing(post: Post) -> None:
    api = post.daemon.api
    invite = api.invite("late@example.com")
    to = post.sent_to(api, invite["id"])
    for action in ("delayed", "relayed", "delivered", "expanded"):
        post.bounce(message=REPORT.format(to=to, action=action))
    holiday = f"To: {to}\nAuto-Submitted: auto-replied\n\nAction: failed\n"
    assert "not a delivery report" in post.bounce(message=holiday)
    assert delivery(api, invite["id"])["status"] == "sent"


def test_a_bounce_of_before_leaves_what_was_resent(post: Post) -> None:
    api = post.daemon.api
    invite = api.invite("resent@example.com")
    before = post.sent_to(api, invite["id"])
    api.ok("POST", f"/v1/organization/invites/{invite['id']}/resend", json={})
    now = post.sent_to(api, invite["id"], 2)
    assert now != before
    post.bounce(message=REPORT.format(to=before, action="failed"))
    assert delivery(api, invite["id"])["status"] == "sent"
    post.bounce(message=REPORT.format(to=now, action="failed"))
    assert delivery(api, invite["id"])["status"] == "failed"


def test_the_address_may_be_an_argument(post: Post) -> None:
    """As Postfix names it; then no header counts."""
    api = post.daemon.api
    invite = api.invite("argument@example.com")
    to = post.sent_to(api, invite["id"])
    message = REPORT.format(to=to, action="failed")
    for other in (["postmaster@example.org"], ["--", "--from@example.org"]):
        said = post.bounce(*other, message=message)
        assert "not sent to a return address" in said
    forged = ("1" if to[30] == "0" else "0").join((to[:30], to[31:]))
    assert "not about the last mail" in post.bounce(forged, message=message)
    assert delivery(api, invite["id"])["status"] == "sent"
    post.bounce("--", to, message=message.replace("Delivered-To", "X-Other"))
    assert delivery(api, invite["id"])["status"] == "failed"


@pytest.mark.parametrize("message", [
    "", "\n", "\0\xff" * 1000, f"To: {'0' * 39}@example.org\n\nx",
    f"To: {'0' * 39}@example.org\n" + "a: b\n" * 300_000])
@pytest.mark.alike
def test_what_is_nobodys_ends_well(post: Post, message: str) -> None:
    assert post.bounce(message=message).startswith("not ")


@pytest.mark.alike
def test_the_mail_server_keeps_what_cannot_be_recorded(post: Post) -> None:
    """EX_TEMPFAIL, also where it is the settings that are wrong."""
    report = REPORT.format(to=f"{'0' * 39}@example.org", action="failed")
    post.bounce("--database", "sqlite:/nowhere/invited.db", message=report,
                code=75)
    post.bounce("--database", "mysql://x", message=report, code=75)
