"""
The mail as its recipient's program reads it. Python's email package is the
judge: it knows nothing of how the mail was made.
"""

from __future__ import annotations

import email
import email.utils
import html.parser
import mailbox
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

import pytest

from mail.conftest import SendOne
from mail.peers import RealServer

LINK = ("https://invited.example.com/accept#"
        "028T5CY4TQK80.AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")
CODE = LINK.split("#")[1]

NAMES = {
    "plain": "Acme",
    "umlaut": "B\u00fcro & S\u00f6hne",
    "japanese": "\u682a\u5f0f\u4f1a\u793e\u30a2\u30af\u30e1" * 7,
    "emoji": "\U0001f680" * 60,
    "right-to-left": "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
    "markup": "<script>alert('x')</script><img src=x onerror=y>\"&amp;",
    "encoded-word": "=?utf-8?Q?Bcc=3A_eve=40example.com?=",
    "template": "{{link}}{{>part}}{{*projects}}",
    "boundary": "--=_invite-028T5CY4TQK80--",
    "percent": "100% %s %n",
    "long": "x" * 256,
    "words": "many words " * 23 + "end",
    "dot": ".",
    "from": "From someone",
}

# A header that a name could bring in, or end.
EVIL = {
    "crlf": "Acme\r\nBcc: eve@example.com",
    "lf": "Acme\nBcc: eve@example.com",
    "cr": "Acme\rBcc: eve@example.com",
    "body": "Acme\r\n\r\nClick https://evil.example\r\n",
    "folded": "Acme\r\n Bcc: eve@example.com",
    "next-line": "Acme\u0085Bcc: eve@example.com",
    "separators": "Acme\u2028Bcc: eve@example.com\u2029",
    "controls": "Acme\x1b[2J\x07\x7f\x01",
    "direction": "Acme\u202egro.live\u2066",
}


class Text(html.parser.HTMLParser):
    """What a browser would show, the links, and the elements."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.links: list[str] = []
        self.elements: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str,
                        attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "a":
            self.links.append(str(dict(attrs)["href"]))

    def handle_data(self, data: str) -> None:
        self.shown.append(data)

    def __str__(self) -> str:
        return "".join(self.shown)


class Sent:
    """One canned mail, by way of a real server."""

    def __init__(self, send_one: SendOne, *args: str) -> None:
        with RealServer() as server:
            report = send_one(*args, f"smtp://127.0.0.1:{server.port}")
            assert report.outcome == "sent", report.words
            [mail] = server.mailbox.wait()
        self.raw = mail.raw
        self.message: EmailMessage = mail.message
        parts = list(self.message.iter_parts())
        self.types = [part.get_content_type() for part in parts]
        self.text, self.html = (
            str(part.get_content()).replace("\r\n", "\n") for part in parts)


def check_form(sent: Sent) -> None:
    """What holds for each mail, whoever is invited to whatever."""
    def all_defects(part: EmailMessage) -> list[object]:
        return [*part.defects, *(defect for value in part.values()
                                 for defect in value.defects)]
    message = sent.message
    for part in message.walk():
        assert isinstance(part, EmailMessage)
        assert all_defects(part) == []
    assert message.get_content_type() == "multipart/alternative"
    assert sent.types == ["text/plain", "text/html"]
    assert sorted(message.keys()) == [
        "Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version",
        "Message-ID", "Subject", "To"]
    for line in sent.raw.split(b"\r\n"):
        assert len(line) <= 998
        assert b"\r" not in line and b"\n" not in line
    head = sent.raw.split(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert b"\0" not in sent.raw
    sent.raw.decode("ascii")


def check_secret(sent: Sent) -> None:
    """Link and code stand in both parts, and are the same."""
    page = Text(sent.html)
    assert sent.text.splitlines().count(LINK) == 1
    assert sent.text.splitlines().count(CODE) == 1
    assert page.links == [LINK, LINK]
    assert LINK in str(page)
    assert [text for text in page.shown if text == CODE] == [CODE]


def test_headers(send_one: SendOne) -> None:
    sent = Sent(send_one, "-f", "Invited <no-reply@example.com>")
    check_form(sent)
    message = sent.message
    assert message["Subject"] == "You are invited to join Acme"
    assert message["From"] == "Invited <no-reply@example.com>"
    assert message["To"] == "ada@example.com"
    assert message["Message-ID"] == "<invite-028T5CY4TQK80@example.com>"
    assert message["Date"].datetime.isoformat() == "2026-01-31T14:05:00+00:00"
    assert message["Auto-Submitted"] == "auto-generated"


def test_texts(send_one: SendOne) -> None:
    sent = Sent(send_one, "-p", "Website", "-p", "Search & find")
    check_form(sent)
    check_secret(sent)
    page = Text(sent.html)
    for shown in (sent.text, str(page)):
        assert "ada@example.com" in shown
        assert "7 February 2026, 14:05 UTC" in shown
        assert "Website" in shown and "(member)" in shown
        assert "Search & find" in shown and "(owner)" in shown
        assert "a reader" in shown
        assert "did not expect this" in shown
        assert "nothing happens until you accept" in shown
    assert "{{" not in sent.text + sent.html


def test_html_needs_nothing_from_elsewhere(send_one: SendOne) -> None:
    """No pictures, no scripts, no tables: nothing to load, nothing to block."""
    sent = Sent(send_one)
    page = Text(sent.html)
    assert not {"img", "script", "link", "table", "iframe"} & {*page.elements}
    assert "url(" not in sent.html and "@import" not in sent.html


def sender_of(sent: Sent) -> tuple[str, str]:
    """By the older half of the email package: the newer one puts blanks
    between the encoded words of a display name (RFC 2047, 6.2 forbids it)."""
    name, address = email.utils.parseaddr(
        email.message_from_bytes(sent.raw)["From"])
    return str(make_header(decode_header(name))), address


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names(send_one: SendOne, name: str) -> None:
    sent = Sent(send_one, "-o", name, "-p", name, "-f", f"{name[:60]} <a@b.example>"
                if "<" not in name else "a@b.example")
    check_form(sent)
    check_secret(sent)
    assert sent.message["Subject"] == f"You are invited to join {name}"
    assert f"you are invited to join {name}\n" in sent.text
    assert f"  - {name} (member)\n" in sent.text
    assert str(Text(sent.html)).count(name) >= 3
    if "<" not in name:
        assert sender_of(sent) == (name[:60].strip(), "a@b.example")


@pytest.mark.parametrize("name", EVIL.values(), ids=EVIL)
def test_no_header_can_be_injected(send_one: SendOne, name: str) -> None:
    sent = Sent(send_one, "-o", name, "-p", name)
    check_form(sent)
    check_secret(sent)
    assert sent.message["Bcc"] is None
    assert str(sent.message["Subject"]).startswith(
        "You are invited to join Acme")
    [line] = [line for line in sent.text.splitlines() if "(member)" in line]
    assert line.startswith("  - Acme") and line.isprintable()


def test_markup_is_text(send_one: SendOne) -> None:
    plain, evil = (Text(Sent(send_one, "-o", name, "-p", name).html)
                   for name in ("Acme", NAMES["markup"]))
    assert evil.elements == plain.elements
    assert evil.links == plain.links


def test_hundred_projects(send_one: SendOne) -> None:
    names = [f"Project {i} \u00fc{'x' * 200}" for i in range(100)]
    sent = Sent(send_one, *(word for name in names for word in ("-p", name)))
    check_form(sent)
    check_secret(sent)
    assert sent.text.count("  - ") == 100
    assert Text(sent.html).elements.count("li") == 100


def test_public_url_with_path(send_one: SendOne) -> None:
    long = "https://" + "a-long-name." * 15 + "example/team/" + "x" * 300
    sent = Sent(send_one, "-u", long)
    check_form(sent)
    link = f"{long}/accept#{CODE}"
    assert link in sent.text.splitlines()
    assert Text(sent.html).links == [link, link]


def test_maildir_holds_the_same(send_one: SendOne, tmp_path: Path) -> None:
    """But for the ends of its lines; and a link that `grep` finds whole."""
    sent = Sent(send_one, "-p", "Website")
    report = send_one("-p", "Website", f"maildir:{tmp_path}/mail")
    assert report.outcome == "sent"
    [file] = (tmp_path / "mail/new").iterdir()
    assert file.read_bytes() == sent.raw.replace(b"\r\n", b"\n")
    assert LINK.encode() in file.read_bytes().split(b"\n")


def test_repeat_is_the_same_mail(send_one: SendOne) -> None:
    assert Sent(send_one).raw == Sent(send_one).raw


def test_a_mail_reader_finds_it(send_one: SendOne, tmp_path: Path) -> None:
    """Python's mailbox module is one, with its own idea of a maildir."""
    send_one.all("-n", "3", f"maildir:{tmp_path}/mail")
    box = mailbox.Maildir(tmp_path / "mail", create=False)
    try:
        subjects = [message["Subject"] for message in box]
    finally:
        box.close()
    assert subjects == ["You are invited to join Acme"] * 3
