"""
What a gateway makes of a gate that refuses, breaks, stalls or is not there: its
client gets the refusal as it was meant, and nobody gets in.
"""

from __future__ import annotations

import json
import time

import httpx
import pytest

from harness import DEADLINE
from harness.proxies import Gateway, demo
from harness.standins import Backend, StandInGate

ERROR = json.dumps({"error": {"message": "The gate's own words.",
                              "type": "invalid_request_error", "param": None,
                              "code": "of_the_gate"}})
HEADERS = {"Content-Type": "application/json", "Retry-After": "7",
           "X-Should-Retry": "false"}


def refused(answer: httpx.Response) -> str:
    """The code of an error that any SDK can read."""
    assert answer.headers["content-type"].startswith("application/json")
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    code: str = error["code"]
    return code


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_arrives_as_the_gate_worded_it(
        asking: Gateway, gate: StandInGate, model: Backend,
        status: int) -> None:
    """Status, words and Retry-After; with a large body under way, too."""
    gate.answer = (status, HEADERS, ERROR)
    with asking.client("sk-x") as http:
        for answer in (http.get("/v1/models"),
                       http.post("/v1/chat/completions",
                                 content=b"x" * 3_000_000)):
            assert answer.status_code == status
            if asking.name == "envoy" and status == 503:
                # It takes that for a fault of the gate's.
                assert refused(answer) == "service_unavailable"
                assert answer.headers["retry-after"] == "1"
            else:
                assert refused(answer) == "of_the_gate"
                assert answer.headers["retry-after"] == "7"
                assert answer.headers["x-should-retry"] == "false"
    assert model.asked == []


def nobody_gets_in(asking: Gateway, model: Backend, key: str = "sk-x") -> None:
    with asking.client(key) as http:
        for answer in (http.get("/v1/models"),
                       http.post("/v1/chat/completions", content=b"x" * 9999)):
            assert answer.status_code == 503, answer.text
            assert refused(answer) == "service_unavailable"
            assert answer.headers["retry-after"] == "1"
    assert model.asked == []


@pytest.mark.parametrize("status", [500, 502, 404, 302])
def test_a_gate_that_breaks_lets_nobody_in(
        asking: Gateway, gate: StandInGate, model: Backend,
        status: int) -> None:
    gate.answer = (status, HEADERS, ERROR)
    if status >= 500:
        nobody_gets_in(asking, model)
        return
    # No gate of ours answers so; what it comes to is the gateway's business,
    # but for letting anybody in that was refused.
    with asking.client("sk-x") as http:
        http.get("/v1/models")
    assert model.asked == []


def test_a_gate_that_stalls_lets_nobody_in(
        kind: str, backend: Backend, model: Backend) -> None:
    """And is not waited for for long."""
    with StandInGate() as gate, \
            Gateway(kind, gate.port, backend.port, "proj_told") as asking, \
            asking.client("sk-x") as http:
        gate.answer = None
        began = time.monotonic()
        answer = http.get("/v1/models")
        assert (answer.status_code, refused(answer)) == \
            (503, "service_unavailable")
        assert time.monotonic() - began < DEADLINE / 2
    assert model.asked == []


def test_a_gate_that_is_gone_lets_nobody_in_until_it_is_back(
        kind: str, backend: Backend, model: Backend) -> None:
    port: int = demo.free_port()
    with Gateway(kind, port, backend.port, "proj_told") as asking:
        nobody_gets_in(asking, model)
        with StandInGate(port), asking.client("sk-x") as http:
            assert http.get("/v1/models").status_code == 200
        model.asked.clear()
        nobody_gets_in(asking, model)


@pytest.mark.again
def test_a_script_of_haproxys_that_breaks_lets_nobody_in(
        told: StandInGate, gate: StandInGate, backend: Backend,
        model: Backend) -> None:
    """HAProxy goes on behind an action that has failed."""
    one = Gateway("haproxy", told.port, backend.port, "proj_told")
    script = one.where / "invited.lua"
    action = 'function(txn, url)\n'
    assert action in script.read_text()
    script.write_text(script.read_text().replace(
        action, f"{action}\tif true then error('broken') end\n"))
    with one:
        nobody_gets_in(one, model)
    assert gate.asked == []
