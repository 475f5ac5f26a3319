"""
Fixtures for tests with many daemons over one PostgreSQL.
"""

from __future__ import annotations

import secrets
from typing import Callable, Iterator

import pytest

from harness import Daemon
from harness.load import Post
from postgres_server import drop_database, make_database

KEY = "sk-admin-" + secrets.token_urlsafe(32)


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as one:
        yield one


@pytest.fixture
def shared_database(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database, on the server that tests share."""
    url = make_database(postgres_server)
    yield url
    drop_database(url, postgres_server)


@pytest.fixture
def make_team(post: Post) -> Iterator[Callable[..., list[Daemon]]]:
    """Daemons that differ in nothing but their ports. Errors in their logs are
    those of `expect`, and no others."""
    made: list[Daemon] = []

    def make(count: int, url: str, *args: str, start: bool = True,
             key: str | None = KEY, expect: tuple[str, ...] = ()
             ) -> list[Daemon]:
        team = [Daemon("--database", url, "--mail", post.url,
                       "--mail-retry", "1s",
                       "--mail-from", "invited@example.com",
                       "--public-url", "https://invited.example",
                       *args, key=key) for _ in range(count)]
        made.extend(team)
        for daemon in team:
            daemon.expect_error(*expect)
            if start:
                daemon.start()
        return team
    try:
        yield make
        post.release()
        for daemon in made:
            if daemon.process is not None:
                daemon.stop()
            daemon.check_log()
    finally:
        for daemon in made:
            daemon.discard()
