"""
Real gateways, with the configurations of examples/gateway, between a client and
a model server that records what reaches it. nginx is tried in ./check, the
others in ./check all.
"""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from harness.guarded import Guarded, started
from harness.proxies import Gateway
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

@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    with started() as one:
        yield one


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
