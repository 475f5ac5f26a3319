"""
Secrets, and where they might lie that they should not.
"""

from __future__ import annotations

import base64
import string
from typing import Iterable

from harness.daemon import Daemon


def forms(secret: str) -> list[bytes]:
    """A secret as it might lie somewhere."""
    raw = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    return forms_of(secret, raw)


def forms_of_key(key: str) -> list[bytes]:
    """Of a key: its secret is a number in base 62, and a checksum."""
    digits = string.digits + string.ascii_uppercase + string.ascii_lowercase
    secret, number = key.split("_")[2][:43], 0
    for digit in secret:
        number = number * 62 + digits.index(digit)
    return forms_of(secret, number.to_bytes(32, "big"))


def forms_of(secret: str, raw: bytes) -> list[bytes]:
    return [secret.encode(), raw, raw.hex().encode(),
            raw.hex().upper().encode(), base64.b64encode(raw)]


def secret_of(token: str) -> str:
    return token.split(".")[1]


def leaks(daemon: Daemon, needles: Iterable[bytes],
          but: tuple[str, ...] = ()) -> list[str]:
    """Names of what the data lies in that contains any of these."""
    places = {path.name: path.read_bytes() for path in daemon.files()
              if path.parent.parent.name not in but}
    places |= daemon.database.copy()
    return [name for name, content in places.items()
            if any(needle in content for needle in needles)]
