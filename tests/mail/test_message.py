"""
The mail as its recipient's program reads it. Python's email package is the
judge: it knows nothing of how the mail was made.
"""

from __future__ import annotations

import email
import email.utils
import html.parser
import mailbox
import re
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
        self.preheader = ""
        self.within = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str,
                        attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "a":
            self.links.append(str(dict(attrs)["href"]))
        if tag in ("style", "title", "div"):
            self.within = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self.within:
            self.within = ""

    def handle_data(self, data: str) -> None:
        if not self.within:
            self.shown.append(data)
        elif self.within == "div":
            self.preheader += data

    def __str__(self) -> str:
        return "".join(self.shown)


def words(text: str) -> str:
    """`text` on one line."""
    return " ".join(text.split())


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
        "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From",
        "MIME-Version", "Message-ID", "Subject", "To"]
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
    assert message["Message-ID"] == \
        "<invite-028T5CY4TQK80.1769868300000@example.com>"
    assert message["Date"].datetime.isoformat() == "2026-01-31T14:05:00+00:00"
    assert message["Auto-Submitted"] == "auto-generated"


def test_texts(send_one: SendOne) -> None:
    sent = Sent(send_one, "-p", "Website", "-p", "Search & find")
    check_form(sent)
    check_secret(sent)
    page = Text(sent.html)
    for shown in (words(sent.text), words(str(page))):
        assert "You are invited to join Acme" in shown
        assert "ada@example.com" in shown
        assert "7 Feb 2026, 14:05 UTC" in shown
        assert "Website (Member)" in shown
        assert "Search & find (Owner)" in shown
        assert "a reader" in shown
        assert "because an administrator of Acme invited" in shown
        assert "nothing happens until you accept" in shown
    assert "{{" not in sent.text + sent.html
    assert "GMT" not in sent.text + sent.html


def sentences(text: str) -> set[str]:
    """In their words alone: without bullets, and whatever ends them."""
    return {part.strip(" -:") for part in re.split(r"\.\s|:\s|\n\n|\n  - ", text)
            if part.strip(" -:\n")}


def test_both_parts_say_the_same(send_one: SendOne) -> None:
    """But for the words about the button, which plain text has not."""
    sent = Sent(send_one, *(word for i in range(8)
                            for word in ("-p", f"Project {i}")))
    html_only = {"View the invitation",
                 "If the button does not work, open this address"}
    text_only = {"View the invitation, and accept or decline it, on this page"}
    plain = {words(sentence) for sentence in sentences(sent.text)}
    shown = Text(re.sub(r"</(p|h1|td|li)>|</?ul[^>]*>", "\n\n",
                        re.sub(r"\n+", " ", sent.html)))
    page = {words(sentence) for sentence in sentences(str(shown))}
    assert {part.rstrip(".") for part in plain} - text_only == \
        {part.rstrip(".") for part in page} - html_only


def test_the_button_comes_before_the_list(send_one: SendOne) -> None:
    sent = Sent(send_one, *(word for i in range(14)
                            for word in ("-p", f"Project {i}")))
    check_form(sent)
    check_secret(sent)
    for text, items in ((sent.text, "  - "), (sent.html, "<li")):
        assert text.index(LINK) < text.index("Project 0")
        assert text.count(items) == 6
        assert "and 9 more" in text and "Project 5" not in text


def test_html_needs_nothing_from_elsewhere(send_one: SendOne) -> None:
    """No pictures, no scripts: nothing to load, nothing to block."""
    sent = Sent(send_one)
    page = Text(sent.html)
    assert not {"img", "script", "link", "iframe"} & {*page.elements}
    assert "url(" not in sent.html and "@import" not in sent.html


def test_outlook_is_given_tables(send_one: SendOne) -> None:
    """It lays out with Word: a width by table, padding by cell, and tables
    that are no data to a screen reader."""
    html = Sent(send_one).html
    assert '<!--[if mso]><table role="presentation" width="560"' in html
    assert re.search(r'<td [^>]*bgcolor="#\w+"[^>]*mso-padding-alt[^>]*><a ',
                     html)
    assert html.count("<table") == html.count('<table role="presentation"')
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->")


def test_the_preview_says_until_when(send_one: SendOne) -> None:
    """What a list of mails shows beside the subject, which it does not
    repeat, and which is first in the body."""
    page = Text(Sent(send_one).html)
    assert page.preheader == ("The invitation is open until 7 Feb 2026, 14:05 "
                              "UTC. Nothing happens until you accept.")
    assert page.elements[page.elements.index("body") + 1] == "div"


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
    assert f"You are invited to join {words(name)} " in words(sent.text)
    assert f"  - {name} (Member)\n" in sent.text
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
    [line] = [line for line in sent.text.splitlines() if "(Member)" in line]
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
    assert "  - and 95 more\n" in sent.text
    assert Text(sent.html).elements.count("li") == 6


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
