"""
The official Python SDK as a client of the model, through a gateway: what it
streams, what it raises, and when it tries again.
"""

from __future__ import annotations

import json
from typing import Any, Iterator

import openai
import pytest

from harness.guarded import Guarded
from harness.proxies import Gateway
from harness.standins import IDENTITY, Backend, StandInGate

MESSAGES: Any = [{"role": "user", "content": "Who am I?"}]
SOON = {"Retry-After": "0.01", "Content-Type": "application/json"}


def client(gateway: Gateway, key: str, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{gateway.url}/v1", **options)


def test_a_streamed_completion(gateway: Gateway, key: str,
                               somebody: tuple[str, str, Any],
                               model: Backend) -> None:
    with client(gateway, key) as sdk:
        assert [one.id for one in sdk.models.list()] == ["stand-in"]
        with sdk.chat.completions.create(
                model="stand-in", messages=MESSAGES, stream=True) as stream:
            said = "".join(chunk.choices[0].delta.content or ""
                           for chunk in stream)
        whole = sdk.chat.completions.create(model="stand-in",
                                            messages=MESSAGES)
    assert said.split() == ["Hello,", somebody[1]]
    assert whole.choices[0].message.content == f"Hello, {somebody[1]}"


def test_what_it_raises(gateway: Gateway, guarded: Guarded, model: Backend,
                        somebody: tuple[str, str, Any]) -> None:
    """Refusals that a retry cannot change are asked for once."""
    reader = guarded.key(somebody[0], scopes=["model.read"])["value"]
    for key, kind, code in (
            ("sk-wrong", openai.AuthenticationError, "invalid_api_key"),
            (reader, openai.PermissionDeniedError,
             "insufficient_permissions")):
        with client(gateway, key) as sdk, pytest.raises(kind) as refusal:
            sdk.chat.completions.create(model="stand-in", messages=MESSAGES,
                                        stream=True)
        assert refusal.value.code == code
        assert refusal.value.response.headers["x-should-retry"] == "false"
    assert model.asked == []


def error(status: int) -> tuple[int, dict[str, str], str]:
    return status, SOON, json.dumps({"error": {
        "message": "Later.", "type": "server_error", "param": None,
        "code": "of_the_gate"}})


def asked(gate: StandInGate) -> int:
    """How often the client has come: nginx asks again for the words."""
    return sum("/refusal/" not in one.path for one in gate.asked)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What it waits where nobody says how long: Envoy says 1 s."""
    monkeypatch.setattr(openai._base_client.BaseClient,
                        "_calculate_retry_timeout", lambda *what: 0.01)
    yield


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("status, raises", [
    (429, openai.RateLimitError), (503, openai.InternalServerError)])
def test_what_it_tries_again(asking: Gateway, gate: StandInGate,
                             model: Backend, status: int,
                             raises: type[openai.APIStatusError]) -> None:
    """And gets through once the gate lets it."""
    gate.answer = error(status)
    with client(asking, "sk-x", max_retries=2) as sdk:
        with pytest.raises(raises) as refusal:
            sdk.models.list()
        assert "retry-after" in refusal.value.response.headers
        # A gateway that is in doubt may ask again by itself.
        assert asked(gate) >= 3 and model.asked == []
        gate.answer = (200, IDENTITY, "")
        gate.first = [error(status)] * (2 if asking.name == "nginx" else 1)
        assert [one.id for one in sdk.models.list()] == ["stand-in"]
