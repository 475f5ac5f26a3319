"""
Fixtures for all tests against the real daemon.

A test that only looks takes `shared` (one daemon per test process, with an
organization of the test's own); a test that stops, kills, configures or reads
the daemon's files takes `daemon` or `make_daemon`.
"""

from __future__ import annotations

import itertools
from typing import Any, Callable, Iterator

import pytest

from harness import Client, Daemon, admin_key_in


@pytest.fixture
def make_daemon() -> Iterator[Callable[..., Daemon]]:
    """Starts daemons; they are stopped, and must have done well, at the end."""
    made: list[Daemon] = []

    def make(*args: str, start: bool = True, **options: Any) -> Daemon:
        daemon = Daemon(*args, **options)
        made.append(daemon)
        return daemon.start() if start else daemon
    try:
        yield make
        for daemon in made:
            if daemon.process is not None:
                daemon.stop()
            daemon.check_log()
    finally:
        for daemon in made:
            daemon.discard()


@pytest.fixture
def daemon(make_daemon: Callable[..., Daemon]) -> Daemon:
    """A fresh daemon with default settings."""
    return make_daemon()


@pytest.fixture
def api(daemon: Daemon) -> Client:
    """A client of `daemon` with its admin key."""
    return daemon.api


@pytest.fixture(scope="session")
def shared_daemon() -> Iterator[Daemon]:
    """One daemon per test process: never stop it, never read its files."""
    with Daemon() as daemon:
        yield daemon


_numbers = itertools.count(1)


@pytest.fixture
def organization(shared_daemon: Daemon) -> Callable[[], Client]:
    """Makes clients, each of an organization and an address of its own."""
    def make() -> Client:
        number = next(_numbers)
        name = f"Organization {number}"
        shared_daemon.command("organization", "create", name)
        done = shared_daemon.command("key", "create", "test",
                                     "--organization", name)
        return shared_daemon.client(
            admin_key_in(done.stdout),
            address=f"10.{number >> 8}.{number & 255}.1")
    return make


@pytest.fixture
def shared(organization: Callable[[], Client]) -> Client:
    """A client of the shared daemon, in an organization of the test's own."""
    return organization()
