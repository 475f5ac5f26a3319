"""
The gate while the database is away: nobody gets in by what may not be so any
more, and those who are refused are told to come again.
"""

import pytest

from harness import PROJECTS, RawClient, eventually, head
from harness.pgproxy import PgProxy
from postgres_server import Postgres

pytestmark = pytest.mark.engines("postgres")


@pytest.fixture(scope="module")
def server():
    with Postgres({"fsync": "off"}) as postgres:
        yield postgres


@pytest.fixture
def proxy(server):
    with PgProxy(server) as one:
        yield one


@pytest.mark.parametrize("stale, status", [("0s", 503), ("1h", 200)])
def test_the_database_is_away(make_daemon, server, proxy, stale, status):
    """Then back, and keys open again."""
    daemon = make_daemon("--database", proxy.url(server.make_database()),
                         "--mail", "none:", "--gate-listen", "127.0.0.1:0",
                         "--gate-stale", stale)
    daemon.expect_error("store_unavailable")
    api = daemon.api
    project = api.project("Apollo")
    accounts = f"{PROJECTS}/{project['id']}/service_accounts"
    known, new = (api.ok("POST", accounts, json={"name": "robot"})["api_key"]
                  for _ in range(2))

    def ask(key):
        with RawClient(daemon.gate_port) as raw:
            raw.send(head(f"GET /gate/plain/{project['id']} HTTP/1.1",
                          key["value"]))
            answer = raw.response()
        assert answer.status != 503 or answer.headers["retry-after"] == "1"
        return answer.status
    assert ask(known) == 200
    proxy.refuse()
    assert ask(new) == 503
    eventually(lambda: ask(known) == status)
    proxy.allow()
    eventually(lambda: ask(known) == 200 and ask(new) == 200)
