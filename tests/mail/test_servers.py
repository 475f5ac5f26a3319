"""
Mail to a real Postfix and a real Exim, wrongly set up and then mended: no mail
is lost meanwhile, and each leaves by itself afterwards. What they refuse for
the recipient's or the text's sake is final.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from harness import Daemon, eventually
from mail.peers import Received
from mail.servers import (BOUNCES, DOMAIN, GONE, Exim, Postfix, can_run_unpacked,
                          unpack)

Maker = Callable[..., Daemon]
Server = Postfix | Exim

pytestmark = [pytest.mark.mail_servers, pytest.mark.engines("sqlite")]


@pytest.fixture(scope="session")
def unpacked() -> None:
    unpack()


def home() -> tempfile.TemporaryDirectory[str]:
    """Their programs run as somebody else, who has to get there: pytest's own
    directories are closed again by every other run of pytest."""
    made = tempfile.TemporaryDirectory(prefix="invited-mail-")
    Path(made.name).chmod(0o711)
    return made


@pytest.fixture(scope="session")
def postfix(unpacked: None) -> Iterator[Postfix]:
    if os.geteuid() != 0:
        pytest.skip("platform: only root can start Postfix")
    if not can_run_unpacked():
        pytest.skip("platform: this Postfix runs only where it is installed")
    with home() as folder, Postfix(Path(folder)) as server:
        yield server


@pytest.fixture(scope="session")
def exim(unpacked: None) -> Iterator[Exim]:
    if os.geteuid() != 0:
        pytest.skip("platform: Exim takes no mail unless root starts it")
    with home() as folder, Exim(Path(folder)) as server:
        yield server


def start(make_daemon: Maker, server: Server, *args: str) -> Daemon:
    return make_daemon("--mail",
                       f"smtp://127.0.0.1:{server.port}?timeout=20s",
                       "--mail-retry", "1s", *args, "--mail-from",
                       "Invited <no-reply@example.com>")


def ready(daemon: Daemon) -> Any:
    return daemon.client(None).get("/readyz")


def waits_until_mended(make_daemon: Maker, server: Server, fault: str,
                       code: str, recipients: list[str],
                       *args: str) -> Daemon:
    before = server.taken()
    server.set_up(fault)
    daemon = start(make_daemon, server, *args)
    invites = [daemon.api.invite(recipient) for recipient in recipients]
    for invite in invites:
        deferred = daemon.api.delivered(invite["id"], "deferred")["delivery"]
        assert deferred["last_error"].startswith(code)
    eventually(lambda: ready(daemon).status_code == 503, "not ready")
    assert code in ready(daemon).text
    server.set_up("mended")
    for invite in invites:
        daemon.api.delivered(invite["id"])
    eventually(lambda: ready(daemon).status_code == 200, "ready")
    eventually(lambda: server.taken() == before + len(invites), "the mails")
    return daemon


TWO_DOMAINS = ["ada@example.org", "bob@example.net"]


@pytest.mark.parametrize("fault, code, args", [
    ("relay-denied", "554 5.7.1", ()),
    ("sender-at-rcpt", "553 5.7.1", ()),
    ("sender-at-mail", "553 5.7.1", ()),
    ("client-refused", "554 5.7.1", ()),
    ("short-helo", "504 5.5.2", ("--mail-helo", "short")),
    ("too-small", "552 5.3.4", ()),
])
def test_postfix_that_is_mended(make_daemon: Maker, postfix: Postfix,
                                fault: str, code: str,
                                args: tuple[str, ...]) -> None:
    waits_until_mended(make_daemon, postfix, fault, code, TWO_DOMAINS, *args)


def test_postfix_takes_our_name_in_ehlo(make_daemon: Maker,
                                        postfix: Postfix) -> None:
    """The sender's domain, where the host's name might be a short one."""
    postfix.set_up("short-helo")
    daemon = start(make_daemon, postfix)
    daemon.api.delivered(daemon.api.invite("ada@example.org")["id"])


def is_final(make_daemon: Maker, server: Server, fault: str, code: str) -> None:
    server.set_up(fault)
    daemon = start(make_daemon, server)
    invite = daemon.api.invite(f"nobody@{DOMAIN}")
    failed = daemon.api.delivered(invite["id"], "failed")["delivery"]
    assert failed["last_error"].startswith(code)
    assert failed["attempts"] == 1
    assert ready(daemon).status_code == 200


@pytest.mark.parametrize("fault, code", [("recipient-unknown", "550 5.1.1"),
                                         ("content-refused", "550 5.7.1")])
def test_postfix_refuses_the_mail(make_daemon: Maker, postfix: Postfix,
                                  fault: str, code: str) -> None:
    is_final(make_daemon, postfix, fault, code)


def pipe(daemon: Daemon, mail: Received) -> str | None:
    """As a mail server pipes a mail to `invited bounce`."""
    done = daemon.run("bounce", "--data", str(daemon.data), "--", *mail.rcpt_to,
                      env=daemon.database.settings, check=False,
                      typed=mail.raw.decode("utf-8", "replace"))
    return None if done.returncode == 0 else "451 4.3.0 Try again"


def test_postfix_takes_the_mail_and_has_it_bounce(make_daemon: Maker,
                                                  postfix: Postfix) -> None:
    postfix.set_up("mended")
    daemon = start(make_daemon, postfix, "--mail-return-path", f"@{BOUNCES}")
    postfix.come_back = lambda mail: pipe(daemon, mail)
    gone = daemon.api.invite(f"ada@{GONE}")
    there = daemon.api.invite("bob@example.org")
    failed = daemon.api.delivered(gone["id"], "failed")["delivery"]
    assert failed["last_error"].startswith("bounced: ")
    assert "550 5.1.1 No such user here" in failed["last_error"]
    daemon.api.delivered(there["id"])
    assert ready(daemon).status_code == 200


@pytest.mark.parametrize("fault, code", [
    ("relay-denied", "550 relay not permitted"),
    ("sender-unverified", "550 Verification failed"),
])
def test_exim_that_is_mended(make_daemon: Maker, exim: Exim, fault: str,
                             code: str) -> None:
    """It has no enhanced status codes: its words tell."""
    waits_until_mended(make_daemon, exim, fault, code, TWO_DOMAINS)


def test_exim_refuses_the_recipient(make_daemon: Maker, exim: Exim) -> None:
    is_final(make_daemon, exim, "recipient-unknown", "550 Unrouteable address")
