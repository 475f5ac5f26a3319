"""
A gateway that asks byte by byte, and believes no answer.
"""

from __future__ import annotations

import json
from typing import Any

from harness.daemon import Daemon
from harness.raw import RawClient, head

IDENTITY = ["organization", "project", "key", "owner", "role", "user-email",
            "models"]


class Gate:
    """Asks a daemon's gate; `answer.invited` is what it says of who it is."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon

    def ask(self, path: str, key: str | None, *fields: str,
            method: str = "GET", port: int | None = None) -> Any:
        with RawClient(port or self.daemon.gate_port) as raw:
            raw.send(head(f"{method} {path} HTTP/1.1", key, *fields))
            answer = raw.response(head=method == "HEAD")
        assert answer is not None, "no answer"
        answer.invited = {name.removeprefix("x-invited-"): value
                          for name, value in answer.headers.items()
                          if name.startswith("x-invited-")}
        assert answer.headers["cache-control"] == "no-store"
        return answer

    def passes(self, path: str, key: str | None, *fields: str,
               **how: Any) -> dict[str, str]:
        """Who it is, as the answer says."""
        answer = self.ask(path, key, *fields, **how)
        assert answer.status == 200, answer
        assert answer.body == b"" and list(answer.invited) == IDENTITY
        invited: dict[str, str] = answer.invited
        return invited

    def refuses(self, path: str, key: str | None, *fields: str,
                status: int = 401, code: str = "invalid_api_key",
                **how: Any) -> Any:
        answer = self.ask(path, key, *fields, **how)
        assert (answer.status, answer.invited) == (status, {}), answer
        if how.get("method") != "HEAD":
            error = json.loads(answer.body)["error"]
            assert error["code"] == code and error["param"] is None
        assert answer.headers.get("x-should-retry") == \
            ("false" if status < 500 else None)
        assert ("www-authenticate" in answer.headers) == (status == 401)
        return answer

    def forbids(self, path: str, key: str | None, *fields: str,
                **how: Any) -> Any:
        return self.refuses(path, key, *fields, status=403,
                            code="insufficient_permissions", **how)
