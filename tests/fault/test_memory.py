"""
Crowds of unfinished bodies and of silent connections: there is an end to them,
nothing is kept for whoever has no key, and they leave nothing behind.
"""

import contextlib
import resource

import pytest

from harness import INVITES, eventually
from harness.raw import RawClient

pytestmark = [pytest.mark.alike, pytest.mark.engines("sqlite")]

CROWD = 1300     # times 60,000: more than the daemon takes
SENT, LENGTH = 60_000, 65_000
WRONG = "sk-admin-" + "x" * 43


@pytest.fixture(autouse=True)
def many_files():
    """For this process, which is the crowd."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def status_of(daemon, name):
    """A size that the kernel tells of the process, in octets."""
    with open(f"/proc/{daemon.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status
                    if line.startswith(f"{name}:"))


def resident_mib(daemon):
    return status_of(daemon, "VmRSS") >> 20


def post_head(key, length=LENGTH, path=INVITES):
    bearer = f"Authorization: Bearer {key}\r\n" if key else ""
    return (f"POST {path} HTTP/1.1\r\nHost: x\r\n{bearer}"
            f"Content-Length: {length}\r\n\r\n").encode()


def test_unfinished_bodies_have_a_ceiling(make_daemon):
    daemon = make_daemon()
    before = resident_mib(daemon)
    head = post_head(daemon.key)
    with contextlib.ExitStack() as crowd:
        for _ in range(CROWD):
            raw = crowd.enter_context(RawClient(daemon.port))
            raw.send(head + b" " * SENT)

        def refused():
            with RawClient(daemon.port) as raw:
                raw.send(head + b" " * LENGTH)
                answer = raw.response()
                return (answer and answer.status == 503 and
                        "retry-after" in answer.headers)
        eventually(refused, "there is no room for another body")
        assert resident_mib(daemon) < before + 200
    eventually(lambda: daemon.api.post(
        INVITES, json={"email": "ada@example.com", "role": "reader"},
    ).status_code == 200)
    eventually(lambda: resident_mib(daemon) < before + 60)


@pytest.mark.parametrize("key", [None, WRONG])
def test_no_body_is_taken_from_who_has_no_key(daemon, key):
    """The answer comes before the body does, to each of a crowd."""
    before = resident_mib(daemon)
    with contextlib.ExitStack() as crowd:
        for _ in range(CROWD // 4):
            raw = crowd.enter_context(RawClient(daemon.port))
            raw.send(post_head(key) + b" " * 20_000)
            assert raw.response().status == 401
    assert resident_mib(daemon) < before + 20


@pytest.mark.parametrize("path, key, size, status", [
    (INVITES, None, 60_000, 401), (INVITES, WRONG, 60_000, 401),
    (INVITES, None, 900_000, 413), ("/v1/nothing", None, 900_000, 404),
    ("/v1/organization/nothing", None, 900_000, 400),
    ("/v1/invitations/accept", None, 900_000, 413)])
def test_who_is_still_sending_reads_the_refusal(daemon, path, key, size,
                                                status):
    """A reset would take it away."""
    for _ in range(20):
        with RawClient(daemon.port) as raw:
            raw.send(post_head(key, size, path))
            for _ in range(size // 30_000):
                raw.send(b" " * 30_000)
            assert raw.response().status == status
            assert raw.closed()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_for_what_is_not_served_is_not_waited_for(daemon, method):
    with RawClient(daemon.port) as raw:
        raw.send(f"{method} /v1/organization/nothing HTTP/1.1\r\nHost: x\r\n"
                 "Content-Length: 5\r\n\r\n".encode())
        assert raw.response().status == 400


def test_little_address_space_is_there_again_once_a_crowd_has_left(
        make_daemon):
    """It starts with 45 MiB, and the crowd wants more than is left."""
    space = 80 << 20
    daemon = make_daemon(limits={resource.RLIMIT_AS: space})
    daemon.expect_error("store_unavailable")
    with contextlib.ExitStack() as crowd:
        for _ in range(CROWD):
            raw = crowd.enter_context(RawClient(daemon.port))
            with contextlib.suppress(OSError):
                raw.send(post_head(daemon.key) + b" " * SENT)
        eventually(lambda: status_of(daemon, "VmPeak") > space - (2 << 20),
                   "all of it is in use")

    def created(number):
        return daemon.client().post(INVITES, json={
            "email": f"p{number}@example.com", "role": "reader"})
    # Once it has seen all of them leave.
    eventually(lambda: {created(number).status_code
                        for number in range(50)} == {200})


def test_idle_connections_make_room_for_newcomers(make_daemon):
    """Where there are few descriptors: those who were idle for longest go, and
    mail is delivered all the same."""
    daemon = make_daemon(limits={resource.RLIMIT_NOFILE: 128})
    with contextlib.ExitStack() as crowd:
        for number in range(200):
            raw = crowd.enter_context(RawClient(daemon.port))
            if number % 2:
                raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                raw.response()
        with daemon.client() as client:
            for number in range(5):
                invite = client.invite(f"p{number}@example.com")
                client.delivered(invite["id"])
