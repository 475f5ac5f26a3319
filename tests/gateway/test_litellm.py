"""
examples/gateway/litellm_auth.py against the gate of a real daemon, called as
LiteLLM calls it. Of LiteLLM itself only the two names that it imports are here.
"""

from __future__ import annotations

import asyncio
import json
import sys
import types
from typing import Any, Callable

import pytest

from harness.guarded import Guarded
from harness.proxies import demo, loaded


class ProxyException(Exception):
    def __init__(self, message: str, type: str, param: str | None, code: int,
                 headers: dict[str, str]) -> None:
        super().__init__(message)
        self.code, self.headers = code, headers


class Request:
    """As much of Starlette's as it reads."""

    def __init__(self, method: str, body: bytes = b"",
                 form: dict[str, str] | None = None, **path: str) -> None:
        self.method, self._body, self._form = method, body, form
        self.headers = {"content-type": "application/json" if form is None
                        else "multipart/form-data; boundary=x"}
        self.path_params = path

    async def body(self) -> bytes:
        return self._body

    async def form(self) -> dict[str, str] | None:
        return self._form


Ask = Callable[..., types.SimpleNamespace]


@pytest.fixture
def ask(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Calls it with a request and a key."""
    account = guarded.api.ok(
        "POST", f"/v1/organization/projects/{guarded.project}/service_accounts",
        json={"name": "litellm"})
    own = guarded.api.ok(
        "POST", f"/v1/organization/projects/{guarded.project}/service_accounts/"
        f"{account['id']}/api_keys", json={"scopes": ["gate.check"]})
    for name, members in {
            "litellm": {}, "litellm.proxy": {},
            "litellm.proxy._types": {"ProxyException": ProxyException,
                                     "UserAPIKeyAuth": types.SimpleNamespace},
            "fastapi": {"Request": Request}}.items():
        module = types.ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    for name, value in {"GATE": f"http://127.0.0.1:{guarded.gate}",
                        "GATE_KEY": own["value"],
                        "PROJECT": guarded.project}.items():
        monkeypatch.setenv(f"INVITED_{name}", value)

    def call(request: Request, key: str) -> types.SimpleNamespace:
        auth = loaded("litellm_auth.py")  # its client belongs to one loop

        async def whole() -> Any:
            async with auth.gate:
                return await auth.user_api_key_auth(request, api_key=key)
        result: types.SimpleNamespace = asyncio.run(whole())
        return result
    return call


CHAT = Request("POST", json.dumps({"model": "stand-in"}).encode())


def code(ask: Ask, request: Request, key: str) -> int:
    with pytest.raises(ProxyException) as refusal:
        ask(request, key)
    return refusal.value.code


def test_who_it_is(ask: Ask, guarded: Guarded) -> None:
    user, _ = guarded.member()
    made = guarded.key(user)
    for request in (CHAT, Request("GET"), Request("POST", form={
            "model": "stand-in"}), Request("POST", b"{}", model="stand-in")):
        known = ask(request, made["value"])
        assert (known.api_key, known.user_id, known.team_id) == \
            (made["id"], user, guarded.project)
    guarded.api.ok("DELETE", f"/v1/organization/users/{user}")
    assert code(ask, CHAT, made["value"]) == 401


def test_refusals(ask: Ask, guarded: Guarded) -> None:
    user, _ = guarded.member()
    reader = guarded.key(user, scopes=["model.read"])["value"]
    assert ask(Request("GET"), reader)
    assert code(ask, CHAT, reader) == 403
    assert code(ask, CHAT, "sk-wrong") == 401
    assert code(ask, CHAT, "") == 401
    assert code(ask, CHAT, "x" * 5000) == 400
    some = guarded.key(user, models=["small"])["value"]
    assert ask(Request("POST", b'{"model": "small"}'), some)
    for request in (CHAT, Request("POST", form={"model": "large"}),
                    Request("POST", b'{"model": "small"}', model="large")):
        assert code(ask, request, some) == 403


def test_a_gate_that_is_gone(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVITED_GATE", f"http://127.0.0.1:{demo.free_port()}")
    assert code(ask, CHAT, "sk-any") == 503
