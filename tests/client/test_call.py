"""
Options of one call, as against the client's: how long it may take, how often
it is tried, what it adds, and how it is ended from outside.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from conftest import (HELGRIND, KEY, build_dir, clean_environment,
                      is_sanitized)
from peer import Answer, INVITE, Raw, page
from test_faults import DEADLINE, GET, NONE, fails

CREATE = dict(call="create", email="a@b.c", role="reader")
STALL = Raw(b"", "stall")


def with_options(line: dict = GET, **options) -> dict:
    return {**line, "options": options}


def test_a_timeout_of_its_own(drive, peer):
    peer.script(STALL)
    error = fails(drive, "timeout", with_options(timeout_ms=100,
                                                 max_retries=-1))
    assert (error["attempts"], error["cause"]) == (1, NONE)


def test_a_deadline_ends_an_attempt(drive, peer):
    """It stands above the timeout of one attempt, and nothing follows it."""
    peer.script(STALL)
    error = fails(drive, "timeout", with_options(deadline_ms=1000))
    assert (error["attempts"], error["cause"]) == (1, DEADLINE)
    assert "deadline_ms" in error["message"] and error["temporary"]


def test_a_deadline_forbids_a_pause_beyond_it(drive, peer):
    """What is told then is what went wrong, not that there is no time."""
    peer.script(Answer(503, {"error": {"message": "Busy."}},
                       {"retry-after": "60"}))
    error = fails(drive, "server", with_options(deadline_ms=30_000))
    assert error["message"] == "Busy." and error["pauses"] == []
    assert error["retry_after_ms"] == 60_000
    assert len(peer.requests) == 1


def test_a_deadline_leaves_time_for_retries(drive, peer):
    peer.script(Answer(503), Answer(200, INVITE))
    out = drive(**with_options(deadline_ms=60_000))
    assert out["ok"] and len(out["pauses"]) == 1


@pytest.mark.parametrize("retries, requests", [(-1, 1), (0, 3), (1, 2),
                                               (4, 5)])
def test_retries_of_its_own(drive, peer, retries, requests):
    peer.script(Answer(500))
    error = fails(drive, "server", with_options(max_retries=retries))
    assert error["attempts"] == len(peer.requests) == requests


def test_headers_of_its_own_win(drive, peer):
    drive("new", base_url=peer.url, admin_api_key=KEY,
          headers="X-One: client\nX-Two: client", organization="org-1")
    assert drive(**with_options(
        headers="x-two: call\nOpenAI-Organization: org-2\nX-Three:",
        idempotency_key="once-1"))["ok"]
    assert drive(**GET)["ok"]
    first, second = (request.headers for request in peer.requests)
    assert (first["x-one"], first["x-two"], first["x-three"]) == \
        ("client", "call", "")
    assert first["openai-organization"] == "org-2"
    assert first["idempotency-key"] == "once-1"
    assert second["x-two"] == "client" and "x-three" not in second
    assert "idempotency-key" not in second


def test_the_key_for_repeating_stays_the_same(drive, peer):
    peer.script(Answer(500), Answer(200, INVITE))
    assert drive(**with_options(CREATE, idempotency_key="k"))["ok"]
    assert [r.headers["idempotency-key"] for r in peer.requests] == ["k", "k"]


def test_the_pages_behind_have_the_options_of_the_first(drive, peer):
    peer.script(Answer(200, page([INVITE], True)), Answer(500),
                Answer(200, page([])))
    line = with_options(dict(call="list", limit=1, extra_query="a=b"),
                        headers="X-Page: 1", max_retries=-1)
    fails(drive, "server", line)
    assert [r.headers["x-page"] for r in peer.requests] == ["1", "1"]
    assert peer.requests[1].query == [("after", "invite-1"), ("limit", "1"),
                                      ("a", "b")]


def test_what_is_cancelled_is_not_sent(drive, peer):
    error = fails(drive, "cancelled", with_options(cancel=True))
    assert error["attempts"] == 0 and not error["temporary"]
    assert peer.requests == []


@pytest.mark.parametrize("answer", [
    STALL, Answer(503, "", {"retry-after": "100"}),
    Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", "stall"),
], ids=["no answer", "a pause", "half an answer"])
@pytest.mark.parametrize("tool", [[], HELGRIND], ids=["plain", "helgrind"])
def test_one_thread_cancels_what_the_others_wait_for(peer, answer, tool):
    if tool and is_sanitized():
        pytest.skip("platform: the sanitizer is watching already")
    peer.script(answer)
    process = subprocess.Popen(
        [*tool, str(build_dir() / "tests/client/cancel"), peer.url],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=clean_environment())
    peer.wait_for(8)
    _, said = process.communicate("go", timeout=240)
    assert process.returncode == 0, said
    assert len(peer.requests) == 8


def test_what_came_with_a_result(drive, peer):
    peer.script(Answer(500), Answer(201, INVITE, {"x-request-id": "req_1",
                                                  "X-Other": "two words"}))
    result = drive(**GET)["result"]
    assert (result["status_code"], result["attempts"]) == (201, 2)
    assert result["request_id"] == "req_1"
    assert "X-Other: two words\n" in result["headers"]
    assert json.loads(result["json"]) == INVITE


def test_a_request_is_built_and_its_answer_parsed(drive, peer):
    built = drive(**with_options(CREATE, build=True, timeout_ms=500))["result"]
    assert (built["method"], built["timeout_ms"]) == ("POST", 500)
    assert built["url"] == peer.url + "/organization/invites"
    assert f"Authorization: Bearer {KEY}" in built["headers"]
    assert json.loads(built["body"]) == {"email": "a@b.c", "role": "reader"}
    out = drive("parse", status=200, body=json.dumps(INVITE),
                headers="x-request-id: req_2")
    assert out["result"]["request_id"] == "req_2"
    error = fails(drive, "rate_limit", dict(call="parse", status=429,
                                            headers="retry-after: 1"))
    assert error["retry_after_ms"] == 1000 and error["temporary"]
    assert peer.requests == []


@pytest.mark.parametrize("body", ["", "{", "[]", '{"id":7}', None])
def test_what_is_parsed_is_judged_alike(drive, body):
    drive(**with_options(build=True))
    fails(drive, "answer", dict(call="parse", status=200, body=body))
