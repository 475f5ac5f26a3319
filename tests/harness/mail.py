"""
The mails in a maildir, as their recipients would read them.
"""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from harness.wait import eventually

LINK = re.compile(r"https?://[^\s<>\"]+/accept#([0-9A-Za-z._-]+)")


class Mail:
    """One mail: its headers, its two parts, and the link."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.message = message

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"there is no {kind} part"
        return str(part.get_content())

    @property
    def link(self) -> str:
        match = LINK.search(self.text)
        assert match, f"there is no link in:\n{self.text}"
        return match[0]

    @property
    def token(self) -> str:
        return self.link.split("#", 1)[1]


class Maildir:
    """A directory with new/, cur/ and tmp/."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Mail] = {}  # a delivered file never changes

    def all(self, to: str | None = None) -> list[Mail]:
        """What lies there, oldest first; to one address, or to all.

        What was there when somebody looked before is older than what was not:
        the times of files tell no more than a few milliseconds.
        """
        files = {file.name: file for part in ("new", "cur")
                 for file in (self.path / part).glob("*")}
        fresh = [file for name, file in files.items()
                 if name not in self._known]
        fresh.sort(key=lambda file: (file.stat().st_mtime_ns, file.name))
        for file in fresh:
            self._known[file.name] = Mail(file.read_bytes())
        return [mail for name, mail in self._known.items()
                if name in files and (to is None or to in mail.to)]

    def wait(self, to: str, count: int = 1) -> Mail:
        """Waits until there are `count` mails to `to`; the newest."""
        def arrived() -> list[Mail] | None:
            found = self.all(to)
            return found if len(found) >= count else None
        return eventually(arrived, f"mail {count} to {to}")[-1]
