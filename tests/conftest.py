"""
Fixtures for all tests against the real daemon.

A test that only looks takes `shared` (one daemon per test process, with an
organization of the test's own); a test that stops, kills, configures or reads
the daemon's files takes `daemon` or `make_daemon`. Each is run once for each
engine of harness.databases, and its id says which: `-k sqlite` and
`-k postgres` choose. What never asks the engine anything of its own is marked
`alike`: with the second engine it is a repetition, marked `again`, which
`./check all` runs and `./check` does not.
"""

from __future__ import annotations

import itertools
import os
import signal
from typing import Any, Callable, Iterator

import pytest

from harness import ENGINES, Client, Daemon, admin_key_in
from postgres_server import CARELESS, Postgres


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "engines(*names): what it is about is "
                                       "true of these engines only")
    config.addinivalue_line("markers", "alike: what it is about is above the "
                                       "store, the same with each engine")
    config.addinivalue_line("markers", "again: repeats what another test "
                                       "says (./check all)")
    config.addinivalue_line("markers", "long(seconds): takes so long that it "
                                       "should begin first")
    config.addinivalue_line("markers", "mail_servers: needs Postfix or Exim, "
                                       "which tools/mail-servers unpacks")
    # Where we were started in the background it may be ignored, and what we
    # start would ignore it, too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Whatever starts a daemon, with each engine."""
    if "engine" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("engines")
    names = mark.args if mark else tuple(ENGINES)
    assert set(names) <= set(ENGINES), names
    again = (pytest.mark.again
             if metafunc.definition.get_closest_marker("alike") else ())
    metafunc.parametrize(
        "engine", [names[0], *(pytest.param(name, marks=again)
                               for name in names[1:])],
        indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that nobody waits for it alone at the
    end. Each of the processes that run the tests is given an equal share of the
    list, a piece of it (--dist worksteal), so each piece begins with some."""
    def seconds(item: pytest.Item) -> float:
        mark = item.get_closest_marker("long")
        return mark.args[0] if mark else 0
    pieces = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = sorted(filter(seconds, items), key=seconds, reverse=True)
    others = iter([item for item in items if not seconds(item)])
    ordered: list[pytest.Item] = []
    for piece in range(pieces):
        size = (len(items) - len(ordered)) // (pieces - piece)
        first = long[piece::pieces]
        ordered += first
        ordered += itertools.islice(others, max(size - len(first), 0))
    items[:] = ordered


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of the server that tests/with-postgres has started, or of one of
    this test process's own."""
    if "INVITED_TEST_POSTGRES" in os.environ:
        yield os.environ["INVITED_TEST_POSTGRES"]
        return
    with Postgres(CARELESS) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("INVITED_TEST_POSTGRES", server.url())
        yield server.url()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The kind of database that the test's daemons have."""
    name: str = request.param
    if name == "postgres":
        request.getfixturevalue("postgres_server")
    return name


@pytest.fixture
def make_daemon(engine: str) -> Iterator[Callable[..., Daemon]]:
    """Starts daemons; they are stopped, and must have done well, at the end."""
    made: list[Daemon] = []

    def make(*args: str, start: bool = True, **options: Any) -> Daemon:
        daemon = Daemon(*args, **{"engine": engine, **options})
        made.append(daemon)
        return daemon.start() if start else daemon
    try:
        yield make
        for daemon in made:
            if daemon.process is not None:
                daemon.stop()
            daemon.check_log()
    finally:
        for daemon in reversed(made):  # who shares goes before who owns
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
def shared_daemon(engine: str) -> Iterator[Daemon]:
    """One daemon per test process and engine: never stop it, never read its
    files."""
    with Daemon("--gate-listen", "127.0.0.1:0", engine=engine) as daemon:
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
