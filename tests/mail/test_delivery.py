"""
Mail from end to end: an invite is created, and its mail reaches somebody, now
or later, whatever the mail server and the daemon go through meanwhile.
"""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from typing import Any, Callable

import pytest

from harness import INVITES, USERS, Daemon, eventually
from harness.mail import Mail
from harness.wait import DEADLINE
from mail.peers import (HANG_UP, STALL, Received, RealServer, ScriptedServer)

Maker = Callable[..., Daemon]

# Soon again after a failure, and soon tired of a server that stalls.
RETRY = ("--mail-retry", "1s")
PATIENT, BRISK = "timeout=20s", "timeout=1s"


def mail_to(server: RealServer | ScriptedServer, options: str = PATIENT,
            user: str = "") -> tuple[str, ...]:
    return ("--mail", f"smtp://{user}127.0.0.1:{server.port}?{options}", *RETRY)


def waiting_mails(daemon: Daemon) -> int:
    """Rows of the outbox, with their secrets."""
    [[count]] = daemon.database.sql("SELECT count(*) FROM outbox")
    return int(count)


def ready(daemon: Daemon) -> Any:
    return daemon.client(None).get("/readyz")


def assert_silent(daemon: Daemon, *secrets: str) -> None:
    """The log names no person and nothing that opens an invitation."""
    text = "\n".join(daemon.log)
    for secret in secrets:
        assert secret not in text


# -- a server that is fine ---------------------------------------------------

def test_from_invite_to_member(make_daemon: Maker) -> None:
    with RealServer() as server:
        daemon = make_daemon(*mail_to(server), "--mail-from",
                             "Invited <no-reply@example.com>",
                             "--organization", "B\u00fcro Ada")
        api = daemon.api
        projects = [api.project(name) for name in ("Website", "Search")]
        invite = api.invite("Ada@example.com", projects=[
            {"id": project["id"], "role": "member"} for project in projects])
        [received] = server.mailbox.wait()
        mail = Mail(received.raw)
        sent = api.delivered(invite["id"])
        accepted = api.accept(mail.token).json()
        daemon.stop()

    assert received.mail_from == "no-reply@example.com"
    assert received.rcpt_to == ["Ada@example.com"]
    assert received.message["Subject"] == "You are invited to join B\u00fcro Ada"
    assert received.message["Message-ID"].startswith(f"<{invite['id']}.")
    assert mail.link.startswith(f"{daemon.url}/accept#")
    assert mail.link in mail.html
    assert "Website (Member)" in mail.text and "Search (Member)" in mail.text
    assert sent["delivery"]["attempts"] == 1
    assert sent["delivery"]["last_error"] is None
    assert accepted["status"] == "accepted"
    assert_silent(daemon, "Ada@example.com", mail.token, mail.token[14:])
    assert any(f"mail_sent invite={invite['id']} attempts=1 domain=example.com"
               in line for line in daemon.log)


def test_no_secret_stays_behind(make_daemon: Maker) -> None:
    with RealServer() as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        daemon.api.delivered(invite["id"])
        assert waiting_mails(daemon) == 0


def test_many_at_once_few_connections(make_daemon: Maker) -> None:
    with RealServer() as server:
        daemon = make_daemon(*mail_to(server))
        for number in range(40):
            daemon.api.invite(f"p{number}@example.com")
        mails = server.mailbox.wait(40)
        eventually(lambda: all(invite["delivery"]["status"] == "sent"
                               for invite in daemon.api.all(INVITES)))
        connections = server.connections
        # The workers' and one that only looked.
        assert connections <= 5
        metrics = daemon.client(None).get("/metrics").text
    assert sorted(mail.rcpt_to[0] for mail in mails) == sorted(
        f"p{number}@example.com" for number in range(40))
    assert 'invited_mail_attempts_total{outcome="sent"} 40\n' in metrics
    assert "invited_mail_usable 1\n" in metrics


def test_idle_connection_is_given_back(make_daemon: Maker) -> None:
    with ScriptedServer() as server:
        daemon = make_daemon(*mail_to(server))
        daemon.api.invite("ada@example.com")
        server.mailbox.wait()
        eventually(lambda: server.commands.count("QUIT")
                   == server.connections, "a good-bye")


def test_login_from_the_environment(make_daemon: Maker) -> None:
    with RealServer(login=("ada", "s3cr:t@/%")) as server:
        daemon = make_daemon(*mail_to(server), env={
            "INVITED_MAIL_USERNAME": "ada", "INVITED_MAIL_PASSWORD": "s3cr:t@/%"})
        daemon.api.invite("ada@example.com")
        [mail] = server.mailbox.wait()
        assert mail.login == "ada"
        daemon.stop()
    assert_silent(daemon, "s3cr:t@/%")


def test_without_mail(make_daemon: Maker) -> None:
    daemon = make_daemon("--mail", "none:")
    invite = daemon.api.invite("ada@example.com")
    assert invite["accept_url"].startswith(f"{daemon.url}/accept#")
    assert invite["delivery"]["status"] == "none"
    assert waiting_mails(daemon) == 0


# -- a server that refuses ---------------------------------------------------

def test_deferred_then_sent(make_daemon: Maker) -> None:
    seen: list[Received] = []
    looked_at = threading.Event()

    def greylist(mail: Received) -> str | None:
        seen.append(mail)
        if len(seen) == 1:
            return "451 4.7.1 Greylisted"
        looked_at.wait(DEADLINE)
        return None

    with RealServer(verdict=greylist) as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert deferred["last_error"] == "451 4.7.1 Greylisted"
        assert deferred["attempts"] == 1
        # That this person has to wait says nothing about the server.
        assert ready(daemon).status_code == 200
        looked_at.set()
        sent = daemon.api.delivered(invite["id"])["delivery"]
        assert sent["attempts"] == 2
        assert sent["last_error"] is None
    assert [mail.raw for mail in seen] == [seen[0].raw] * 2
    assert daemon.wait_log("mail_deferred", invite=invite["id"], attempts="1")


def test_failed(make_daemon: Maker) -> None:
    reply = "550 5.1.1 <ada@example.com>: no such person"
    with ScriptedServer(RCPT=reply) as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        failed = daemon.api.delivered(invite["id"], "failed")["delivery"]
        assert failed["last_error"] == reply
        assert failed["attempts"] == 1
        assert waiting_mails(daemon) == 0
        assert ready(daemon).status_code == 200
        daemon.stop()
    assert_silent(daemon, "ada@example.com")
    # The invite itself is as good as before: deleted, it can be sent anew.
    daemon.start()
    assert daemon.api.ok("GET", f"{INVITES}/{invite['id']}")["status"] == "pending"


def test_a_server_that_quotes_the_link(make_daemon: Maker) -> None:
    """Its words go to the log and to the administrator; the secret does not."""
    links: list[str] = []

    def quote(mail: Received) -> str:
        links.append(Mail(mail.raw).link)
        return f"554 5.7.1 Blocked for {links[-1]} (see {links[-1][-30:]})"

    with RealServer(verdict=quote) as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        failed = daemon.api.delivered(invite["id"], "failed")["delivery"]
    secret = links[0].partition(".")[2][-43:]
    assert "554 5.7.1 Blocked for" in failed["last_error"]
    assert secret[:8] not in failed["last_error"]
    assert secret[-8:] not in failed["last_error"]
    daemon.stop()
    assert_silent(daemon, secret, secret[:8], secret[-8:])


def test_deleted_while_deferred(make_daemon: Maker) -> None:
    with ScriptedServer(RCPT="451 4.7.1 Later") as server:
        daemon = make_daemon(*mail_to(server))
        gone = daemon.api.invite("gone@example.com")
        daemon.api.delivered(gone["id"], "deferred")
        daemon.api.ok("DELETE", f"{INVITES}/{gone['id']}")
        assert waiting_mails(daemon) == 0
        server.answer(RCPT="250 2.1.5 Ok")
        stays = daemon.api.invite("stays@example.com")
        daemon.api.delivered(stays["id"])
        assert len(server.mailbox.wait()) == 1


def test_one_stalls_others_go(make_daemon: Maker) -> None:
    """A server that is slow for one recipient holds up nobody else."""
    with ScriptedServer(**{"RCPT <slow@example.com>": STALL}) as server:
        daemon = make_daemon(*mail_to(server))
        daemon.api.invite("slow@example.com")
        assert server.stalled.wait(DEADLINE)
        for number in range(10):
            invite = daemon.api.invite(f"p{number}@example.com")
            daemon.api.delivered(invite["id"])
        assert len(server.mailbox.all()) == 10


# -- a server that cannot be used --------------------------------------------

def test_down_then_up(make_daemon: Maker) -> None:
    with ScriptedServer(greeting=HANG_UP) as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert "closed the connection" in deferred["last_error"]
        assert ready(daemon).status_code == 503
        assert "mail" in ready(daemon).text
        assert "invited_mail_usable 0\n" in daemon.client(None).get(
            "/metrics").text
        server.answer(greeting="220 peer.example ESMTP")
        daemon.api.delivered(invite["id"])
        assert ready(daemon).status_code == 200
    daemon.wait_log("mail_server_unusable")
    daemon.wait_log("mail_server_usable")


def test_readiness_comes_back_without_a_mail(make_daemon: Maker) -> None:
    """Who takes an unready daemon out of service sends it no invites."""
    with ScriptedServer(greeting="554 5.3.2 Not for you") as server:
        daemon = make_daemon(*mail_to(server))
        daemon.wait_log("mail_server_unusable")
        assert "554 5.3.2 Not for you" in ready(daemon).text
        server.answer(greeting="220 peer.example ESMTP")
        eventually(lambda: ready(daemon).status_code == 200)
        assert server.mailbox.all() == []


def test_wrong_password_then_right(make_daemon: Maker) -> None:
    with RealServer(login=("ada", "right")) as server:
        daemon = make_daemon(*mail_to(server), env={
            "INVITED_MAIL_USERNAME": "ada", "INVITED_MAIL_PASSWORD": "wr0ng"})
        invite = daemon.api.invite("ada@example.com")
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert deferred["last_error"].startswith("535 5.7.8")
        assert "535" in ready(daemon).text
        daemon.stop()
        assert_silent(daemon, "wr0ng")
        daemon.env["INVITED_MAIL_PASSWORD"] = "right"
        daemon.start()
        daemon.api.delivered(invite["id"])
        [mail] = server.mailbox.wait()
    assert mail.login == "ada"


def test_sender_that_the_login_does_not_own(make_daemon: Maker) -> None:
    """Said before the first mail; and no mail is lost to it."""
    reply = "553 5.7.1 Sender address rejected: not owned by user ada"
    with ScriptedServer(MAIL=reply) as server:
        daemon = make_daemon(*mail_to(server))
        daemon.wait_log("mail_server_unusable")
        assert reply in ready(daemon).text
        invite = daemon.api.invite("ada@example.com")
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert deferred["last_error"] == reply
        server.answer(MAIL="250 2.1.0 Ok")
        daemon.api.delivered(invite["id"])
        eventually(lambda: ready(daemon).status_code == 200)


def test_refused_by_two_domains_is_our_fault(make_daemon: Maker) -> None:
    """Of one domain it might be the recipient's."""
    reply = "554 5.7.1 Relay access denied"
    with ScriptedServer(RCPT=reply) as server:
        daemon = make_daemon(*mail_to(server))
        invites = [daemon.api.invite(f"{name}@example.com")
                   for name in ("ada", "bob")]
        for invite in invites:
            daemon.api.delivered(invite["id"], "deferred")
        assert ready(daemon).status_code == 200
        invites.append(daemon.api.invite("eve@elsewhere.example"))
        eventually(lambda: ready(daemon).status_code == 503)
        assert reply in ready(daemon).text
        server.answer(RCPT="250 2.1.5 Ok")
        for invite in invites:
            daemon.api.delivered(invite["id"])
        eventually(lambda: ready(daemon).status_code == 200)
        assert len(server.mailbox.all()) == 3
        daemon.stop()
    assert_silent(daemon, "eve@elsewhere.example")


def test_login_not_offered(make_daemon: Maker) -> None:
    with ScriptedServer() as server:
        daemon = make_daemon(*mail_to(server), env={
            "INVITED_MAIL_USERNAME": "ada", "INVITED_MAIL_PASSWORD": "s3cr3t"})
        line = daemon.wait_log("mail_server_unusable")
        assert "no login (AUTH)" in line
        assert "no login (AUTH)" in ready(daemon).text
        invite = daemon.api.invite("ada@example.com")
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert "no login (AUTH)" in deferred["last_error"]
        assert not server.read.all()


@pytest.mark.parametrize("args, name", [
    ((), "example.com"), (("--mail-helo", "mx.example.com"), "mx.example.com")])
def test_name_in_ehlo(make_daemon: Maker, args: tuple[str, ...],
                      name: str) -> None:
    with ScriptedServer() as server:
        daemon = make_daemon(*mail_to(server), "--mail-from",
                             "no-reply@example.com", *args)
        invite = daemon.api.invite("ada@example.com")
        daemon.api.delivered(invite["id"])
        assert {command for command in server.commands
                if command.startswith("EHLO")} == {f"EHLO {name}"}


@pytest.mark.parametrize("stage", ["greeting", "MAIL", "message"])
def test_stalls_then_goes(make_daemon: Maker, stage: str) -> None:
    with ScriptedServer(**{stage: [STALL]}) as server:
        daemon = make_daemon(*mail_to(server, BRISK))
        invite = daemon.api.invite("ada@example.com")
        assert server.stalled.wait(DEADLINE)
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert "timed out" in deferred["last_error"] or (
            "timeout" in deferred["last_error"])
        server.answer(greeting="220 peer.example ESMTP", MAIL="250 Ok",
                      message="250 Ok")
        daemon.api.delivered(invite["id"])


# -- a disk that is full, a database that is away ------------------------------

def set_quota(daemon: Daemon, limit: int) -> None:
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE,
                     (limit, resource.RLIM_INFINITY))


@pytest.mark.engines("sqlite")
def test_delivered_while_the_disk_is_full(make_daemon: Maker) -> None:
    """The mail is gone and cannot be unsent: its record waits for space."""
    def fill_disk(_mail: Received) -> None:
        set_quota(daemon, 0)

    with RealServer(verdict=fill_disk) as server:
        daemon = make_daemon(*mail_to(server))
        daemon.expect_error("store_unavailable")
        invite = daemon.api.invite("ada@example.com")
        server.mailbox.wait()
        refused = daemon.api.post(INVITES, json={
            "email": "bob@example.com", "role": "reader"})
        assert refused.status_code == 503
        delivery = daemon.api.ok("GET", f"{INVITES}/{invite['id']}")["delivery"]
        assert delivery["status"] == "queued"
        set_quota(daemon, resource.RLIM_INFINITY)
        sent = daemon.api.delivered(invite["id"])["delivery"]
        assert sent["attempts"] == 1
        assert len(server.mailbox.all()) == 1


@pytest.mark.engines("sqlite")
def test_due_while_the_disk_is_full(make_daemon: Maker) -> None:
    with ScriptedServer(RCPT="451 4.7.1 Later") as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        daemon.expect_error("store_unavailable")
        daemon.api.delivered(invite["id"], "deferred")
        set_quota(daemon, 0)
        daemon.wait_log("outbox_unavailable")
        server.answer(RCPT="250 2.1.5 Ok")
        set_quota(daemon, resource.RLIM_INFINITY)
        daemon.api.delivered(invite["id"])


@pytest.mark.engines("postgres")
def test_delivered_while_the_database_is_away(make_daemon: Maker) -> None:
    def cut_off(_mail: Received) -> None:
        daemon.database.go_away()

    with RealServer(verdict=cut_off) as server:
        daemon = make_daemon(*mail_to(server))
        daemon.expect_error("store_unavailable")
        invite = daemon.api.invite("ada@example.com")
        server.mailbox.wait()
        refused = daemon.api.post(INVITES, json={
            "email": "bob@example.com", "role": "reader"})
        assert refused.status_code == 503
        daemon.database.come_back()
        sent = daemon.api.delivered(invite["id"])["delivery"]
        assert sent["attempts"] == 1
        assert len(server.mailbox.all()) == 1


@pytest.mark.engines("postgres")
def test_due_while_the_database_is_away(make_daemon: Maker) -> None:
    with ScriptedServer(RCPT="451 4.7.1 Later") as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        daemon.expect_error("store_unavailable")
        daemon.api.delivered(invite["id"], "deferred")
        daemon.database.go_away()
        daemon.wait_log("outbox_unavailable")
        server.answer(RCPT="250 2.1.5 Ok")
        daemon.database.come_back()
        daemon.api.delivered(invite["id"])


# -- a daemon that ends ------------------------------------------------------

def test_killed_with_a_mail_in_hand(make_daemon: Maker) -> None:
    with ScriptedServer(RCPT=STALL) as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        assert server.stalled.wait(DEADLINE)
        daemon.kill()
        server.answer(RCPT="250 2.1.5 Ok")
        daemon.database.end_leases()
        daemon.start()
        daemon.api.delivered(invite["id"])
        [mail] = server.mailbox.wait()
        daemon.api.accept(Mail(mail.raw).token)
        [user] = daemon.api.all(USERS)
    assert user["email"] == "ada@example.com"


@pytest.mark.engines("postgres")
def test_another_daemon_takes_up_what_a_killed_one_had(
        make_daemon: Maker) -> None:
    """Not before the lease is over: the first might be alive and about to
    send it."""
    with ScriptedServer(RCPT=STALL) as server:
        killed = make_daemon(*mail_to(server))
        invite = killed.api.invite("ada@example.com")
        assert server.stalled.wait(DEADLINE)
        other = make_daemon(*mail_to(server), database=killed.database,
                            key=killed.key)
        killed.kill()
        server.answer(RCPT="250 2.1.5 Ok")
        later = other.api.invite("bob@example.com")
        other.api.delivered(later["id"])
        waits = other.api.ok("GET", f"{INVITES}/{invite['id']}")
        assert waits["delivery"]["status"] == "queued"
        killed.database.end_leases()
        sent = other.api.delivered(invite["id"])
        assert sent["delivery"]["attempts"] == 1
        assert [mail.message["To"] for mail in server.mailbox.wait(2)] == [
            "bob@example.com", "ada@example.com"]


@pytest.mark.engines("postgres")
def test_another_daemon_delivers_what_one_fails_with_too_late(
        make_daemon: Maker) -> None:
    """The first was stopped for longer than its lease, and then is refused:
    the mail is the other's by now, and so is what is said of it."""
    with (ScriptedServer(RCPT=STALL) as refusing,
          ScriptedServer(RCPT=STALL) as taking):
        first = make_daemon(*mail_to(refusing, "timeout=60s"))
        invite = first.api.invite("ada@example.com")
        assert refusing.stalled.wait(DEADLINE)
        assert first.process is not None
        os.kill(first.process.pid, signal.SIGSTOP)
        first.database.end_leases()
        other = make_daemon(*mail_to(taking, "timeout=60s"),
                            database=first.database, key=first.key)
        assert taking.stalled.wait(DEADLINE)
        os.kill(first.process.pid, signal.SIGCONT)
        refusing.resume("550 5.1.1 Nobody")
        first.wait_log("mail_failed")
        waits = other.api.ok("GET", f"{INVITES}/{invite['id']}")["delivery"]
        assert (waits["status"], waits["attempts"]) == ("queued", 0)
        taking.resume("250 2.1.5 Ok")
        sent = other.api.delivered(invite["id"])["delivery"]
        assert (sent["attempts"], sent["last_error"]) == (1, None)
        assert not refusing.mailbox.all()


def test_killed_between_delivery_and_record(make_daemon: Maker) -> None:
    """Then it comes twice, and every mail reader can see that it is one."""
    with ScriptedServer(message=STALL) as server:
        daemon = make_daemon(*mail_to(server), "--public-url",
                             "https://invited.example.com")
        invite = daemon.api.invite("ada@example.com")
        assert server.stalled.wait(DEADLINE)
        daemon.kill()
        server.answer(message="250 2.0.0 Ok")
        daemon.database.end_leases()
        daemon.start()
        daemon.api.delivered(invite["id"])
        first, second = server.read.wait(2)
    assert first.raw == second.raw
    assert len(list(daemon.api.all(INVITES))) == 1


def test_killed_before_anything_was_sent(make_daemon: Maker) -> None:
    with ScriptedServer(greeting="421 4.3.2 Not yet") as server:
        daemon = make_daemon(*mail_to(server))
        invites = [daemon.api.invite(f"p{number}@example.com")
                   for number in range(20)]
        daemon.kill()
        server.answer(greeting="220 peer.example ESMTP")
        daemon.database.end_leases()
        daemon.start()
        for invite in invites:
            daemon.api.delivered(invite["id"])
        mails = server.mailbox.wait(20)
    assert len({mail.message["Message-ID"] for mail in mails}) == 20


def test_stopped_with_a_mail_in_hand(make_daemon: Maker) -> None:
    """A stop waits for the mail in hand, but not for long, and the next start
    takes it up at once."""
    with ScriptedServer(RCPT=STALL) as server:
        daemon = make_daemon("--mail", f"smtp://127.0.0.1:{server.port}",
                             "--mail-retry", "1h")
        invite = daemon.api.invite("ada@example.com")
        assert server.stalled.wait(DEADLINE)
        began = time.monotonic()
        daemon.stop()
        assert time.monotonic() - began < 15
        assert any("mail_deferred" in line for line in daemon.log)
        server.answer(RCPT="250 2.1.5 Ok")
        daemon.start()
        daemon.api.delivered(invite["id"])


def test_stop_finishes_the_mail_in_hand(make_daemon: Maker) -> None:
    taken = []

    def stop_first(mail: Received) -> None:
        daemon.signal(signal.SIGTERM)
        taken.append(mail)

    with RealServer(verdict=stop_first) as server:
        daemon = make_daemon(*mail_to(server))
        invite = daemon.api.invite("ada@example.com")
        assert daemon.wait() == 0
        daemon.start()
        sent = daemon.api.delivered(invite["id"])["delivery"]
    assert sent["attempts"] == 1
    assert len(taken) == 1
