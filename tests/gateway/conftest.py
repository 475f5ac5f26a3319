"""
Real gateways, with the configurations of examples/gateway, between a client and
a model server that records what reaches it. nginx is tried in ./check, the
others in ./check all.
"""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from harness import Daemon
from harness.proxies import Gateway, demo
from harness.standins import IDENTITY, Backend, StandInGate

KINDS = ["nginx", *(pytest.param(name, marks=pytest.mark.again) for name in
                    ("haproxy", "caddy", "caddy-2.6", "envoy"))]


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def backend() -> Iterator[Backend]:
    with Backend() as one:
        yield one


@pytest.fixture
def model(backend: Backend) -> Backend:
    """Which has recorded nothing yet."""
    backend.asked.clear()
    return backend


# -- with the gate of a daemon ------------------------------------------------

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


def start_guarded(**options: Any) -> tuple[Daemon, int]:
    gate: int = demo.free_port()
    return Daemon("--gate-listen", f"127.0.0.1:{gate}", "--mail", "none:",
                  **options), gate


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    daemon, gate = start_guarded()
    with daemon:
        yield Guarded(daemon, gate)


@pytest.fixture(scope="module")
def gateway(kind: str, guarded: Guarded, backend: Backend
            ) -> Iterator[Gateway]:
    """In front of the model, asking the daemon's gate about the project."""
    with Gateway(kind, guarded.gate, backend.port, guarded.project) as one:
        yield one


@pytest.fixture(scope="module")
def somebody(guarded: Guarded) -> tuple[str, str, Any]:
    """A member's id, address and key, which stay as they are."""
    user, email = guarded.member()
    return user, email, guarded.key(user)


@pytest.fixture(scope="module")
def key(somebody: tuple[str, str, Any]) -> str:
    value: str = somebody[2]["value"]
    return value


# -- with a gate that does as it is told --------------------------------------

@pytest.fixture(scope="module")
def told() -> Iterator[StandInGate]:
    with StandInGate() as one:
        yield one


@pytest.fixture
def gate(told: StandInGate) -> StandInGate:
    """Which lets everybody in, unless it is told otherwise."""
    told.answer = (200, IDENTITY, "")
    told.asked.clear()
    return told


@pytest.fixture(scope="module")
def asking(kind: str, told: StandInGate, backend: Backend
           ) -> Iterator[Gateway]:
    with Gateway(kind, told.port, backend.port, "proj_told") as one:
        yield one
