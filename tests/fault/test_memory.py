"""
Crowds of unfinished bodies, from whoever has no key: there is an end to them,
and they leave nothing behind.
"""

import contextlib
import resource

import pytest

from harness import INVITES, eventually
from harness.raw import RawClient

pytestmark = [pytest.mark.alike, pytest.mark.engines("sqlite")]

CROWD = 1300     # times 60,000: more than the daemon takes
SENT, LENGTH = 60_000, 65_000


def resident_mib(daemon):
    with open(f"/proc/{daemon.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) // 1024 for line in status
                    if line.startswith("VmRSS:"))


def test_unfinished_bodies_have_a_ceiling(make_daemon):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    daemon = make_daemon()
    before = resident_mib(daemon)
    head = (f"POST {INVITES} HTTP/1.1\r\nHost: x\r\n"
            f"Content-Length: {LENGTH}\r\n\r\n").encode()
    with contextlib.ExitStack() as crowd:
        for _ in range(CROWD):
            raw = crowd.enter_context(RawClient(daemon.port))
            raw.send(head + b" " * SENT)

        def refused():
            with RawClient(daemon.port) as raw:
                raw.send(head + b" " * LENGTH)
                answer = raw.response()
                return answer.status == 503 and "retry-after" in answer.headers
        eventually(refused, "there is no room for another body")
        assert resident_mib(daemon) < before + 200
    eventually(lambda: daemon.api.post(
        INVITES, json={"email": "ada@example.com", "role": "reader"},
    ).status_code == 200)
    eventually(lambda: resident_mib(daemon) < before + 60)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
