"""
A daemon with a gate, and what an owner does there for those who come to it.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator

from harness.daemon import Daemon
from harness.proxies import demo


class Guarded:
    """A daemon, its gate, and what an owner does there."""

    def __init__(self, daemon: Daemon, gate: int) -> None:
        self.daemon, self.gate, self.api = daemon, gate, daemon.api
        self.project: str = self.api.project("Models")["id"]
        self._number = 0

    def member(self, **more: Any) -> tuple[str, str]:
        """Somebody who was invited to the project and has accepted; the user's
        id and the address."""
        self._number += 1
        email = f"member{self._number}@example.com"
        user = self.api.member(email, projects=[
            {"id": self.project, "role": "member"}], **more)
        return user, email

    def key(self, user: str, project: str | None = None, **more: Any) -> Any:
        """The answer to a create, with its value and id."""
        return self.api.ok(
            "POST", f"/v1/organization/projects/{project or self.project}"
            "/api_keys", json={"user_id": user, "name": "laptop", **more})


@contextlib.contextmanager
def started(**options: Any) -> Iterator[Guarded]:
    gate: int = demo.free_port()
    with Daemon("--gate-listen", f"127.0.0.1:{gate}", "--mail", "none:",
                **options) as daemon:
        yield Guarded(daemon, gate)
