"""
invited mail test: one mail, now, and what to do where it does not leave.
"""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from harness import binary
from harness.daemon import clean_environment
from harness.mail import Maildir
from harness.wait import DEADLINE
from mail.peers import RealServer, ScriptedServer

SENDER = ("--mail-from", "Invited <no-reply@example.com>")


def run(*args: str, code: int = 0, **env: str) -> str:
    done = subprocess.run([str(binary()), "mail", "test", *args],
                          capture_output=True, text=True, timeout=DEADLINE * 2,
                          env=clean_environment(env))
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def at(server: RealServer | ScriptedServer) -> tuple[str, ...]:
    return ("--mail", f"smtp://127.0.0.1:{server.port}?timeout=20s", *SENDER)


def test_it_shows_the_dialogue_and_no_password() -> None:
    with RealServer(login=("invited", "s3cret-word"),
                    auth_exclude=["PLAIN"]) as server:
        said = run("ada@example.com", *at(server), "--mail-return-path",
                   "bounce@example.org", INVITED_MAIL_USERNAME="invited",
                   INVITED_MAIL_PASSWORD="s3cret-word")
        [mail] = server.mailbox.wait()
    steps = [line[:12] for line in said.splitlines()]
    for step in ("> EHLO examp", "> AUTH (logi", "> (login)", "< 235 2.7.0 ",
                 "> MAIL FROM:", "> RCPT TO:<a", "> DATA", "< 250 2.0.0 "):
        assert step in steps, said
    assert "s3cret" not in said
    # In base 64, as it goes over the line.
    assert "aW52aXRlZA" not in said and "czNjcmV0" not in said
    assert "\nsent: 250 2.0.0 Ok: queued as 4Xyz\n" in said
    assert mail.mail_from.startswith("bounce+")
    assert mail.mail_from.endswith("@example.org")
    assert mail.message["To"] == "ada@example.com"
    assert mail.message["From"] == "Invited <no-reply@example.com>"
    assert "mails leave and arrive" in mail.message.get_content()


@pytest.mark.parametrize("stage, reply, code, advice", [
    ("MAIL", "550 5.7.1 Sender not owned", 75, "--mail-from"),
    ("RCPT", "554 5.7.1 Relay access denied", 75, "log in"),
    ("RCPT", "550 5.1.1 No such user", 1, "another address"),
    ("message", "554 5.7.1 Spam", 1, "another address"),
    ("greeting", "421 4.3.2 Later\x1b[31m", 75, "The reply says why"),
])
def test_it_says_what_to_do(stage: str, reply: str, code: int,
                            advice: str) -> None:
    with ScriptedServer(**{stage: reply}) as server:
        said = run("ada@example.com", *at(server), code=code)
    assert reply[:9] in said and advice in said
    assert "\x1b" not in said


def test_nobody_answers() -> None:
    with socket.socket() as taken:  # and nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        said = run("ada@example.com", "--mail", f"smtp://127.0.0.1:{port}",
                   *SENDER, code=75)
    assert "check host and port" in said


def test_into_a_maildir(tmp_path: Path) -> None:
    said = run("ada@example.com", "--mail", f"maildir:{tmp_path}/mail")
    assert f"sent: delivered to {tmp_path}/mail/new/" in said
    assert "no mail server is named" in said and "spam" not in said
    [mail] = Maildir(tmp_path / "mail").all()
    assert mail.to == "ada@example.com"
    assert "/nowhere" in run("ada@example.com", "--mail",
                             "maildir:/nowhere/mail", code=1)


@pytest.mark.parametrize("args", [
    ("ada@example.com", "--mail", "none:"),
    ("nobody", "--mail", "maildir:/nowhere/mail"),
    ("ada@example.com", "--mail", "smtp://127.0.0.1"),  # from whom?
    (),
])
def test_what_cannot_be_tried_is_wrong_usage(args: tuple[str, ...]) -> None:
    run(*args, code=2)
