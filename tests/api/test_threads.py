"""
Several threads answer: each has its share, limits hold over all of them, what
one was told of every other sees, and a stop loses nothing that any of them has.
"""

import contextlib
import re
import resource
import signal
import socket

import pytest

from harness import DEADLINE, INVITES, PROJECTS, RawClient, eventually
from harness.pgsession import Session
from harness.raw import head

AUDIT_BY_SOMEBODY = ("/v1/organization/audit_logs"
                     "?actor_emails[]=nobody@example.com")
THREADS = 3
PLACES = 21  # for connections, of 64 descriptors
LANE = 1 + 8  # long questions of one organization: one runs, eight wait

ALIVE = head("GET /healthz HTTP/1.1", None)


def by_thread(client, name):
    """What each thread says of itself, in order."""
    return [int(value) for value in re.findall(
        rf'^{name}\{{thread="\d+"\}} (\d+)$', client.get("/metrics").text,
        re.MULTILINE)]


def create(daemon, number, *fields):
    """The two parts of a request."""
    body = f'{{"email": "p{number}@example.com", "role": "reader"}}'
    return head(f"POST {INVITES} HTTP/1.1", daemon.key,
                "Content-Type: application/json",
                f"Content-Length: {len(body)}", *fields), body.encode()


@pytest.mark.alike
def test_each_thread_has_its_share_of_the_connections(make_daemon):
    daemon = make_daemon("--threads", str(THREADS))
    with contextlib.ExitStack() as stack:
        raws = [stack.enter_context(RawClient(daemon.port))
                for _ in range(4 * THREADS)]
        before = by_thread(daemon.api, "invited_http_thread_requests_total")
        for raw in raws:
            raw.send(ALIVE)
            assert raw.response().status == 200
        open_ones = by_thread(daemon.api, "invited_http_connections")
        after = by_thread(daemon.api, "invited_http_thread_requests_total")
    assert len(open_ones) == THREADS
    assert max(open_ones) - min(open_ones) <= 1, open_ones
    grown = [now - then for then, now in zip(before, after)]
    assert min(grown) >= 4, grown
    text = daemon.api.get("/metrics").text
    answers = sum(map(int, re.findall(
        r"^invited_http_requests_total\{.*\} (\d+)$", text, re.MULTILINE)))
    threads = sum(map(int, re.findall(
        r"^invited_http_thread_requests_total\{.*\} (\d+)$", text,
        re.MULTILINE)))
    assert answers == threads > 4 * THREADS


@pytest.mark.alike
def test_each_thread_reads_the_deepest_body_that_is_json(shared_daemon):
    """The parser calls itself for each value within another, up to 2,048, and
    has the stack of a thread for that."""
    nested = 2040
    body = '{"deep": ' + "[" * nested + "]" * nested + "}"
    request = head(f"POST {INVITES} HTTP/1.1", shared_daemon.key,
                   "Content-Type: application/json",
                   f"Content-Length: {len(body)}") + body.encode()
    with contextlib.ExitStack() as stack:
        raws = [stack.enter_context(RawClient(shared_daemon.port))
                for _ in range(8)]
        for raw in raws:
            raw.send(request)
            answer = raw.response()
            assert answer.status == 400
            assert b'"unknown_parameter"' in answer.body


@pytest.mark.alike
def test_connections_have_one_limit_over_all_threads(make_daemon):
    """Who is one too many waits at the door, and is let in later."""
    daemon = make_daemon(limits={resource.RLIMIT_NOFILE: 64})
    with contextlib.ExitStack() as stack:
        raws, rest = [], b""
        for number in range(PLACES):  # none of them idle, or it would go
            begun, rest = create(daemon, number, "Expect: 100-continue")
            raws.append(stack.enter_context(RawClient(daemon.port)))
            raws[-1].send(begun)
            assert raws[-1].response().status == 100
        with RawClient(daemon.port) as late:
            late.send(ALIVE)
            late.socket.settimeout(0.2)
            with pytest.raises(TimeoutError):
                late.response()
            raws[0].close()
            late.socket.settimeout(DEADLINE)
            assert late.response().status == 200
        raws[-1].send(rest)
        assert raws[-1].response().status == 200


@pytest.mark.alike
def test_who_waits_at_the_door_when_it_stops_is_answered(daemon):
    """Connections that no thread has accepted yet, with whole requests."""
    daemon.signal(signal.SIGSTOP)
    with contextlib.ExitStack() as stack:
        raws = [stack.enter_context(RawClient(daemon.port))
                for _ in range(40)]
        for number, raw in enumerate(raws):
            raw.send(b"".join(create(daemon, number)))
        daemon.signal(signal.SIGTERM)
        daemon.signal(signal.SIGCONT)
        answers = [raw.response() for raw in raws]
    assert daemon.wait() == 0
    assert [answer and answer.status for answer in answers] == [200] * 40
    daemon.start()
    assert len(list(daemon.api.all(INVITES))) == 40


@pytest.mark.alike
def test_a_unix_socket_is_served_by_each_thread(make_daemon, tmp_path):
    path = tmp_path / "socket"
    daemon = make_daemon("--listen", f"unix:{path}")
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            unix = stack.enter_context(socket.socket(socket.AF_UNIX))
            unix.connect(str(path))
            unix.sendall(ALIVE)
            assert unix.recv(4096).startswith(b"HTTP/1.1 200")
        open_ones = by_thread(daemon.api, "invited_http_connections")
    assert len(open_ones) == 2 and min(open_ones) >= 4, open_ones


def test_what_one_was_told_another_thread_sees(make_daemon):
    """Each client has a connection to a thread of its own."""
    daemon = make_daemon("--threads", "2")
    with daemon.client() as one, daemon.client() as other:
        one.get("/healthz"), other.get("/healthz")
        assert min(by_thread(daemon.api, "invited_http_connections")) >= 1
        for number in range(20):
            made = one.ok("POST", PROJECTS, json={"name": f"P {number}"})
            assert other.ok("GET", f"{PROJECTS}/{made['id']}") == made
            one, other = other, one


# -- questions that take long -------------------------------------------------

@pytest.fixture
def stuck(make_daemon):
    """A daemon whose /metrics will not be answered, for a table is locked."""
    daemon = make_daemon("--mail", "none:")
    with Session(daemon.database.url) as other:
        other.run("BEGIN")
        other.run("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        yield daemon, other


def ask_for_metrics(stack, daemon):
    raw = stack.enter_context(RawClient(daemon.port))
    raw.send(head("GET /metrics HTTP/1.1", None))
    return raw


def fill_lane(stack, daemon):
    """As many as may run or wait: one more is refused."""
    raws = [ask_for_metrics(stack, daemon) for _ in range(LANE)]
    eventually(lambda: daemon.client(None).get("/metrics").status_code == 503)
    return raws


@pytest.mark.engines("postgres")
def test_who_hung_up_does_not_stand_before_the_next(stuck):
    daemon, other = stuck

    def has_a_place():
        """Who has none is told so, before others are answered. Another
        organization's question is not behind it."""
        raw = ask_for_metrics(stack, daemon)
        assert daemon.api.get(AUDIT_BY_SOMEBODY).status_code == 200
        raw.socket.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            assert raw.response().status == 503
            return None
        return raw
    with contextlib.ExitStack() as stack:
        for raw in fill_lane(stack, daemon):
            raw.close()
        late = eventually(has_a_place)
        other.run("COMMIT")
        late.socket.settimeout(DEADLINE)
        assert late.response().status == 200


@pytest.mark.engines("postgres")
def test_a_stop_waits_for_no_long_question(stuck):
    daemon, _ = stuck
    with contextlib.ExitStack() as stack:
        raws = fill_lane(stack, daemon)
        daemon.signal(signal.SIGTERM)
        statuses = {raw.response().status for raw in raws}
        assert daemon.wait() == 0
    assert statuses == {503}
    daemon.start()
