"""
Mail over SMTP: to a server that is fine, in every way it may be reached, and
to servers that refuse, stall, hang up and babble at each stage.
"""

from __future__ import annotations

import socket
import ssl
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Iterator

import pytest

from harness.wait import DEADLINE, eventually
from mail.conftest import Authority, SendOne
from mail.peers import (HANG_UP, STAGES, STALL, Action, RealServer,
                        ScriptedServer)

# Above what a sanitizer's build needs for one mail to this machine.
SOON = "timeout=20s"


# A server that stalls is given up then: the first of these that leaves time to
# come so far.
TIMEOUTS = (1, 3, 9)


@dataclass
class Port:
    """One that is somebody's, who does not listen."""
    port: int


@contextmanager
def nobody() -> Iterator[Port]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Port(taken.getsockname()[1])


def url(server: RealServer | ScriptedServer | Port, *options: str,
        scheme: str = "smtp", host: str = "127.0.0.1",
        user: str = "") -> str:
    return (f"{scheme}://{user}{host}:{server.port}?"
            + "&".join(options or [SOON]))


# -- ways to a server that is fine -------------------------------------------

def test_plain_to_loopback(send_one: SendOne) -> None:
    with RealServer() as server:
        report = send_one("-t", "ada@example.com", url(server))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent" and report.usable
    assert report.words == "250 2.0.0 Ok: queued as 4Xyz"
    assert mail.mail_from == "invited@localhost"
    assert mail.rcpt_to == ["ada@example.com"]
    assert not mail.tls


def test_loopback_takes_any_certificate(send_one: SendOne,
                                        wrong_server: ssl.SSLContext) -> None:
    """What a Debian machine's own mail server offers is signed by nobody."""
    with RealServer(starttls=wrong_server) as server:
        report = send_one(url(server))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert mail.tls


def test_starttls(send_one: SendOne, authority: Authority,
                  good_server: ssl.SSLContext) -> None:
    with RealServer(starttls=good_server, require_starttls=True) as server:
        report = send_one(url(server, SOON, f"cafile={authority.file}",
                              host="0.0.0.0"))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert mail.tls


def test_implicit_tls(send_one: SendOne, authority: Authority,
                      good_server: ssl.SSLContext) -> None:
    with RealServer(implicit=good_server) as server:
        report = send_one(url(server, SOON, f"cafile={authority.file}",
                              scheme="smtps"))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert mail.tls


@pytest.mark.parametrize("scheme, host", [
    ("smtps", "127.0.0.1"), ("smtp", "0.0.0.0"), ("smtp", "127.0.0.1")])
def test_certificate_for_another_name(
        send_one: SendOne, authority: Authority, wrong_server: ssl.SSLContext,
        scheme: str, host: str) -> None:
    """A cafile makes a loopback as strict as any other host."""
    way = "implicit" if scheme == "smtps" else "starttls"
    with RealServer(**{way: wrong_server}) as server:
        report = send_one(url(server, SOON, f"cafile={authority.file}",
                              scheme=scheme, host=host))
        assert server.mailbox.all() == []
    assert (report.outcome, report.usable) == ("deferred", False)
    assert "certificate" in report.words


@pytest.mark.parametrize("scheme, host", [
    ("smtps", "127.0.0.1"), ("smtp", "0.0.0.0")])
def test_certificate_of_nobody_we_know(
        send_one: SendOne, good_server: ssl.SSLContext, scheme: str,
        host: str) -> None:
    way = "implicit" if scheme == "smtps" else "starttls"
    with RealServer(**{way: good_server}) as server:
        report = send_one(url(server, scheme=scheme, host=host))
        assert server.mailbox.all() == []
    assert (report.outcome, report.usable) == ("deferred", False)
    assert "certificate" in report.words


@pytest.mark.parametrize("options, host", [
    ([], "0.0.0.0"), (["tls=required"], "127.0.0.1")])
def test_no_tls_where_it_has_to_be(send_one: SendOne, options: list[str],
                                   host: str) -> None:
    with ScriptedServer() as server:
        report = send_one(url(server, SOON, *options, host=host))
        assert not any(command.startswith("MAIL")
                       for command in server.commands)
    assert (report.outcome, report.usable) == ("deferred", False)
    assert "STARTTLS" in report.words


def test_starttls_refused(send_one: SendOne) -> None:
    with ScriptedServer(EHLO="250-peer.example\r\n250 STARTTLS",
                        STARTTLS="454 4.7.0 No TLS today") as server:
        report = send_one(url(server, SOON, "tls=required"))
    assert (report.outcome, report.usable) == ("deferred", False)
    assert report.words == "454 4.7.0 No TLS today"


def test_tls_none_on_request(send_one: SendOne) -> None:
    with RealServer() as server:
        report = send_one(url(server, SOON, "tls=none", host="0.0.0.0"))
        server.mailbox.wait()
    assert report.outcome == "sent"


# -- authentication ----------------------------------------------------------

@pytest.mark.parametrize("exclude", [["LOGIN"], ["PLAIN"]])
@pytest.mark.parametrize("aside", [False, True])
def test_login(send_one: SendOne, exclude: list[str], aside: bool) -> None:
    with RealServer(login=("ada", "s3cr:t@/%"), auth_exclude=exclude) as server:
        if aside:
            report = send_one("-U", "ada", "-P", "s3cr:t@/%",
                              url(server, user="other:wrong@"))
        else:
            report = send_one(url(server, user="ada:s3cr%3At%40%2F%25@"))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert mail.login == "ada"


@pytest.mark.parametrize("exclude", [["LOGIN"], ["PLAIN"]])
def test_wrong_password_loses_no_mail(send_one: SendOne,
                                      exclude: list[str]) -> None:
    """The operator will mend it; until then mails wait."""
    with RealServer(login=("ada", "right"), auth_exclude=exclude) as server:
        report = send_one(url(server, user="ada:wr0ng-one@"))
        assert server.mailbox.all() == []
    assert (report.outcome, report.usable) == ("deferred", False)
    assert report.words.startswith("535 5.7.8")
    assert "wr0ng" not in report.words


def test_password_wanted_but_none_given(send_one: SendOne) -> None:
    with RealServer(login=("ada", "right")) as server:
        report = send_one(url(server))
    assert (report.outcome, report.usable) == ("deferred", False)
    assert report.words.startswith("530 5.7.0")


def test_login_over_starttls(send_one: SendOne, authority: Authority,
                             good_server: ssl.SSLContext) -> None:
    with RealServer(starttls=good_server, require_starttls=True,
                    login=("ada", "right")) as server:
        report = send_one(url(server, SOON, f"cafile={authority.file}",
                              host="0.0.0.0", user="ada:right@"))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert (mail.tls, mail.login) == (True, "ada")


@pytest.mark.parametrize("ehlo", [
    "250-peer.example\r\n250 8BITMIME", "250 peer.example",
    "502 5.5.1 What?"], ids=["no-auth", "nothing", "no-ehlo"])
def test_login_not_offered(send_one: SendOne, ehlo: str) -> None:
    """Who sets a password means it to be used: nothing goes without."""
    with ScriptedServer(EHLO=ehlo) as server:
        reports = send_one.all("-n", "2", url(server, user="ada:secret@"))
        looked = send_one("-k", url(server, user="ada:secret@"))
        assert not any(command.startswith("MAIL")
                       for command in server.commands)
    for report in [*reports, looked]:
        assert (report.outcome, report.way) == ("deferred", "unusable")
        assert "no login (AUTH)" in report.words


# -- our name ----------------------------------------------------------------

@pytest.mark.parametrize("args, path, name", [
    ([], "", "example.com"), ([], "/in.the.url", "in.the.url"),
    (["-e", "said.aside"], "/in.the.url", "said.aside"),
    (["-e", "[192.0.2.1]"], "", "[192.0.2.1]")])
def test_name_in_ehlo(send_one: SendOne, args: list[str], path: str,
                      name: str) -> None:
    with ScriptedServer() as server:
        report = send_one("-f", "Invited <no-reply@example.com>", *args,
                          f"smtp://127.0.0.1:{server.port}{path}?{SOON}")
        assert f"EHLO {name}" in server.commands
    assert report.outcome == "sent"


# -- URLs that cannot be meant -----------------------------------------------

@pytest.mark.parametrize("wrong, about", [
    ("smtp://ada:s3cret@mail.example?tls=none", "unencrypted"),
    ("smtp://ada@mail.example", "no password"),
    ("smtp://:s3cret@mail.example", "no user name"),
    ("smtp://ada:100%s3cret@mail.example", "%25"),
    ("smtps://mail.example?tls=none", "only one"),
    ("smtp://mail.example?timeout=0", "timeout"),
    ("smtp://mail.example?timeout=2h", "timeout"),
    ("smtp://mail.example?tls=maybe", "tls"),
    ("smtp://mail.example?verify=no", "verify"),
    ("smtp://mail.example:0", "form"),
    ("smtp://mail.example:99999", "form"),
    ("smtp://mail.example:smtp", "form"),
    ("smtp://", "form"),
    ("smtp:mail.example", "form"),
    ("smtp://mail example", "form"),
    ("smtp://ada:s3cret@mail\r\nexample", "form"),
    ("smtp://[::1", "form"),
    ("smtp://[::1]x25", "form"),
    ("imap://ada:s3cret@mail.example", "smtp://HOST"),
    ("mail.example", "smtp://HOST"),
    ("", "smtp://HOST"),
    ("maildir:", "path"),
    ("maildir:/dev/null/mail", "Not a directory"),
])
def test_wrong_url(send_one: SendOne, wrong: str, about: str) -> None:
    said = send_one.refused(wrong)
    assert about in said
    assert "s3cret" not in said


@pytest.mark.parametrize("wrong", [
    "no address", "Ada <ada@example.com", "Ada <ada@example.com> x",
    "<>", "Ada\r\nBcc: x@example.com <ada@example.com>", ""])
def test_wrong_sender(send_one: SendOne, wrong: str) -> None:
    assert "sender of mails" in send_one.refused("-f", wrong, "smtp://localhost")


# -- refusals ----------------------------------------------------------------

def way_at(stage: str) -> str:
    """What a refusal for no reason of the mail's says about the way."""
    return ("unusable" if STAGES.index(stage) <= STAGES.index("MAIL")
            else "doubtful")


@pytest.mark.parametrize("stage", STAGES)
def test_refused_for_now(send_one: SendOne, stage: str) -> None:
    reply = f"451 4.3.0 Not now, at {stage}"
    with ScriptedServer(**{stage: reply, "HELO": reply}) as server:
        report = send_one(url(server))
        assert server.connections == 1
    assert report.outcome == "deferred"
    assert report.words == reply
    assert report.way == way_at(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_refused_for_good(send_one: SendOne, stage: str) -> None:
    """A text that is not wanted is final, and nothing before it."""
    reply = f"554 5.7.1 Never, at {stage}"
    with ScriptedServer(**{stage: reply, "HELO": reply}) as server:
        report = send_one(url(server))
    assert report.words == reply
    if stage == "message":
        assert (report.outcome, report.way) == ("failed", "usable")
    else:
        assert (report.outcome, report.way) == ("deferred", way_at(stage))


# What servers say to RCPT that is about us: the mail waits, and leaves once
# the server, or our login, is mended.
OURS = {
    "sender-not-owned": "553 5.7.1 <invited@localhost>: Sender address "
    "rejected: not owned by user ada",
    "not-authenticated": "550 5.7.1 Client was not authenticated",
    "relay-denied": "554 5.7.1 <ada@example.com>: Relay access denied",
    "relay-denied-by-exim": "550 relay not permitted",
    "daily-limit": "550 5.4.5 Daily user sending limit exceeded",
    "short-helo": "504 5.5.2 <host>: Helo command rejected: need "
    "fully-qualified hostname",
    "sender-domain": "550 5.1.8 <invited@localhost>: Domain not found",
}


@pytest.mark.parametrize("case", OURS)
def test_fault_of_our_own_is_not_final_at_rcpt(send_one: SendOne,
                                               case: str) -> None:
    with ScriptedServer(RCPT=OURS[case]) as server:
        report = send_one(url(server))
    assert (report.outcome, report.way) == ("deferred", "doubtful")
    assert report.words == OURS[case]


@pytest.mark.parametrize("case", OURS)
def test_fault_of_our_own_is_not_final_at_mail(send_one: SendOne,
                                               case: str) -> None:
    with ScriptedServer(MAIL=OURS[case]) as server:
        report = send_one(url(server))
    assert (report.outcome, report.way) == ("deferred", "unusable")


@pytest.mark.parametrize("reply", [
    "550 5.1.1 <ada@example.com>: no such person", "552 5.2.2 Mailbox full",
    "550 5.4.1 Recipient address rejected: Access denied", "550 nobody"])
def test_refused_recipient_is_final(send_one: SendOne, reply: str) -> None:
    with ScriptedServer(RCPT=reply) as server:
        report = send_one(url(server))
    assert (report.outcome, report.way) == ("failed", "usable")


@pytest.mark.parametrize("stage", STAGES)
def test_service_ends(send_one: SendOne, stage: str) -> None:
    """421 may come at any moment and says that the server goes away."""
    reply = "421 4.3.2 Shutting down"
    with ScriptedServer(**{stage: reply, "HELO": reply}) as server:
        report = send_one(url(server))
    assert (report.outcome, report.usable) == ("deferred", False)
    assert report.words == reply


def test_ehlo_unknown(send_one: SendOne) -> None:
    """A server of 1995 is one to which mail can be sent."""
    with ScriptedServer(EHLO="502 5.5.1 What?") as server:
        report = send_one(url(server))
        server.mailbox.wait()
    assert report.outcome == "sent"


# -- silence and hanging up --------------------------------------------------

@pytest.mark.parametrize("stage", STAGES)
def test_stalls(send_one: SendOne, stage: str) -> None:
    began = time.monotonic()
    for timeout in TIMEOUTS:
        with ScriptedServer(**{stage: STALL}) as server:
            report = send_one(url(server, f"timeout={timeout}s"))
        if server.stalled.is_set():
            break
    assert server.stalled.is_set()
    assert (report.outcome, report.usable) == ("deferred", False)
    assert "timed out" in report.words or "timeout" in report.words
    if stage == "message":
        assert "after the message was sent" in report.words
    assert time.monotonic() - began < DEADLINE


def test_stalls_after_refusal(send_one: SendOne) -> None:
    """That nobody says good-bye does not hold up anything for long."""
    began = time.monotonic()
    for timeout in TIMEOUTS:
        with ScriptedServer(RCPT="550 5.1.1 Nobody", QUIT=STALL) as server:
            report = send_one(url(server, f"timeout={timeout}s"))
        if report.outcome == "failed":
            break
    assert report.outcome == "failed"
    assert report.words == "550 5.1.1 Nobody"
    assert time.monotonic() - began < DEADLINE


def test_stalls_at_quit(send_one: SendOne) -> None:
    began = time.monotonic()
    with ScriptedServer(QUIT=STALL) as server:
        report = send_one(url(server))
        assert server.stalled.wait(DEADLINE)
        assert server.commands[-1] == "QUIT"
    assert report.outcome == "sent"
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("stage", STAGES)
def test_hangs_up(send_one: SendOne, stage: str) -> None:
    with ScriptedServer(**{stage: HANG_UP}) as server:
        report = send_one(url(server))
        assert server.connections == 1
    assert (report.outcome, report.usable) == ("deferred", False)
    assert report.words


def test_nobody_listens(send_one: SendOne) -> None:
    with nobody() as taken:
        report = send_one(url(taken))
    assert (report.outcome, report.usable) == ("deferred", False)
    assert "connect" in report.words


# -- strange replies ---------------------------------------------------------

@pytest.mark.parametrize("reply, words", [
    (b"550-5.1.1 The account does not\r\n550-5.1.1 exist. Ask\r\n"
     b"550 5.1.1 https://example.com/help\r\n",
     "550 5.1.1 The account does not exist. Ask https://example.com/help"),
    (b"550 \x1b[31mred\x07 bell\tand\x00 more\x7f\r\n", "550"),
    (b"550 caf\xc3\xa9 \xff\xfe latin\r\n", "550 caf\u00e9"),
    (b"550 " + b"x" * 5000 + b"\r\n", "550 " + "x" * 196),
    (b"550 " + "\u00e9".encode() * 500 + b"\r\n", "550 " + "\u00e9" * 98),
    (b"".join(b"550-line %d\r\n" % i for i in range(3000)) + b"550 end\r\n",
     "550 line 0 line 1"),
    (b"550\r\n", "550"),
], ids=["lines", "controls", "not-utf8", "long", "torn", "many-lines", "bare"])
def test_strange_reply(send_one: SendOne, reply: bytes, words: str) -> None:
    with ScriptedServer(RCPT=reply) as server:
        report = send_one(url(server))
    assert report.outcome == "failed"
    assert report.words.startswith(words)
    assert len(report.words.encode()) <= 200
    assert report.words.isprintable()


def test_a_reply_longer_than_any_is_survived(send_one: SendOne) -> None:
    """As a refusal, or as no reply at all: newer versions of libcurl end the
    session there."""
    with ScriptedServer(RCPT=b"550 " + b"y" * 70000 + b"\r\n") as server:
        report = send_one(url(server))
    assert report.outcome in ("failed", "deferred")
    assert len(report.words.encode()) <= 200
    assert report.words.isprintable()


@pytest.mark.parametrize("reply", [b"hello\r\n", b"999 \r\n", b"\r\n", b"25"])
def test_nonsense_is_no_refusal(send_one: SendOne, reply: bytes) -> None:
    with ScriptedServer(MAIL=reply) as server:
        report = send_one(url(server, "timeout=1s"))
    assert report.outcome == "deferred"


# -- SMTPUTF8 ----------------------------------------------------------------

def test_utf8_address(send_one: SendOne) -> None:
    with RealServer() as server:
        report = send_one("-t", "pel\u00e9@example.com", url(server))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert mail.rcpt_to == ["pel\u00e9@example.com"]
    assert "SMTPUTF8" in mail.options
    assert "To: pel\u00e9@example.com\r\n".encode() in mail.raw


def test_utf8_address_not_offered(send_one: SendOne) -> None:
    with ScriptedServer(EHLO="250-peer.example\r\n250 SIZE") as server:
        reports = send_one.all("-n", "2", "-t", "pel\u00e9@example.com",
                               url(server))
        assert not any(command.startswith(("MAIL", "RCPT"))
                       for command in server.commands)
    for report in reports:
        assert (report.outcome, report.usable) == ("failed", True)
        assert "SMTPUTF8" in report.words


def test_utf8_domain_needs_nothing(send_one: SendOne) -> None:
    """A domain has an ASCII form, which every server takes."""
    with RealServer(utf8=False) as server:
        report = send_one("-t", "Ada@b\u00fccher.example", url(server))
        [mail] = server.mailbox.wait()
    assert report.outcome == "sent"
    assert mail.rcpt_to == ["Ada@xn--bcher-kva.example"]
    mail.raw.decode("ascii")


# -- connections -------------------------------------------------------------

def test_one_connection_for_many(send_one: SendOne) -> None:
    with RealServer() as server:
        reports = send_one.all("-n", "5", url(server))
        mails = server.mailbox.wait(5)
        assert server.connections == 1
    assert [report.outcome for report in reports] == ["sent"] * 5
    assert len({mail.message["Message-ID"] for mail in mails}) == 5


def test_rests(send_one: SendOne) -> None:
    with ScriptedServer() as server:
        reports = send_one.all("-r", "-n", "3", url(server))
        eventually(lambda: server.commands.count("QUIT") == 3)
        assert server.connections == 3
    assert [report.outcome for report in reports] == ["sent"] * 3


def test_refusal_harms_no_neighbour(send_one: SendOne) -> None:
    with ScriptedServer(RCPT=["550 5.1.1 Nobody", "250 2.1.5 Ok"]) as server:
        reports = send_one.all("-n", "2", url(server))
        server.mailbox.wait(1)
    assert [report.outcome for report in reports] == ["failed", "sent"]


@pytest.mark.parametrize("farewell", [HANG_UP, "421 4.4.2 Idle for too long"])
def test_kept_connection_was_closed(send_one: SendOne,
                                    farewell: Action) -> None:
    """That is the server's right, and no reason to put the mail off."""
    with ScriptedServer(MAIL=["250 2.1.0 Ok", farewell,
                              "250 2.1.0 Ok"]) as server:
        reports = send_one.all("-n", "2", url(server))
        server.mailbox.wait(2)
        assert server.connections == 2
    assert [report.outcome for report in reports] == ["sent", "sent"]


def test_fresh_connection_is_not_tried_twice(send_one: SendOne) -> None:
    with ScriptedServer(MAIL=[HANG_UP, "250 2.1.0 Ok"]) as server:
        report = send_one(url(server))
        assert server.connections == 1
    assert report.outcome == "deferred"


def test_message_is_not_sent_twice_at_once(send_one: SendOne) -> None:
    """Once it was given away, only the back-off brings it again."""
    with ScriptedServer(message=["250 2.0.0 Ok", HANG_UP]) as server:
        reports = send_one.all("-n", "2", url(server))
        assert server.connections == 1
    assert [report.outcome for report in reports] == ["sent", "deferred"]


# -- looking -----------------------------------------------------------------

def test_probe(send_one: SendOne) -> None:
    with RealServer(login=("ada", "right")) as server:
        good = send_one("-k", url(server, user="ada:right@"))
        bad = send_one("-k", url(server, user="ada:wrong@"))
        assert server.mailbox.all() == []
    assert (good.outcome, good.usable) == ("sent", True)
    assert not bad.usable and bad.words.startswith("535")


@pytest.mark.parametrize("reply", [
    "553 5.7.1 Sender address rejected: not owned by user",
    "550 5.7.1 No", "451 4.3.0 Later"])
def test_probe_tries_the_sender(send_one: SendOne, reply: str) -> None:
    """A login that may not use the sender shows before the first mail."""
    with ScriptedServer(MAIL=reply) as server:
        report = send_one("-k", "-f", "a%b@example.com", url(server))
        assert "MAIL FROM:<a%b@example.com>" in server.commands
    assert (report.way, report.words) == ("unusable", reply)


def test_probe_of_a_dead_server(send_one: SendOne) -> None:
    with nobody() as taken:
        assert not send_one("-k", url(taken)).usable
