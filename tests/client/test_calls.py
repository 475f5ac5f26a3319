"""
Each line of client/calls.h, whatever it is: the function is there, asks for
what the line says, and keeps the rules that hold for every call. inv.h is read
by cffi, so that a new line is tested without another word.
"""

from __future__ import annotations

import re
from typing import Any

import cffi
import pytest

from conftest import (KEY, ROOT, build_dir, declarations, header,
                      is_sanitized)
from peer import Answer, INVITE, page

USAGE, CANCELLED = 1, 5
INV_VALUE = 2


def table() -> list[tuple]:
    """kind, name, method, path, ids, params and result of each line."""
    text = re.sub(r'/\*.*?\*/|"\s+"', "",
                  (ROOT / "client/calls.h").read_text(), flags=re.S)
    return [(kind, name, method, path, re.findall(r"\w+", ids or ""),
             params and params.split(",")[0], result)
            for kind, name, method, path, ids, params, result in re.findall(
                r'^(CALL|LIST)\(\s*(\w+), (\w+),\s+"([^"]+)",\s+'
                r"(?:NO_ID|ID(?:_\d)?\(([^)]+)\)),\s+"
                r"(?:NO_PARAMS|(?:PARAMS|TABLE)\(([^)]+)\)),\s+(\w+)\)$",
                text, re.M)]


CALLS = table()


def test_every_line_is_understood_here():
    lines = re.findall(r"^(?:CALL|LIST)\(", (ROOT / "client/calls.h")
                       .read_text(), re.M)
    assert len(CALLS) == len(lines) >= 75


@pytest.fixture(scope="module")
def ffi() -> cffi.FFI:
    ffi = cffi.FFI()
    ffi.cdef(declarations(header()))
    return ffi


@pytest.fixture(scope="module")
def inv(ffi: cffi.FFI) -> Any:
    if is_sanitized():
        pytest.skip("platform: Python itself would have to be built with the sanitizer")
    return ffi.dlopen(str(build_dir() / "client/libinv.so"))


class Caller:
    """Makes a call of the table with everything in it that it needs."""

    def __init__(self, ffi: cffi.FFI, inv: Any, url: str) -> None:
        self.ffi, self.inv, self.kept = ffi, inv, []
        self.err = ffi.new("struct inv_error *")
        client = ffi.new("struct inv_client **")
        options = ffi.new("struct inv_options *", {
            "base_url": self.text(url), "admin_api_key": self.text(KEY)})
        assert inv.inv_client_new(options, client, self.err) == 0
        self.client = client[0]

    def text(self, value: str) -> Any:
        self.kept.append(self.ffi.new("char[]", value.encode()))
        return self.kept[-1]

    def params(self, name: str) -> Any:
        params = self.ffi.new(f"struct inv_{name} *")
        members = dict(self.ffi.typeof(f"struct inv_{name}").fields)
        for member, value in (("email", self.text("a@b.c")), ("role", 1),
                              ("name", self.text("N")),
                              ("user_id", self.text("user-1")),
                              ("group_id", self.text("group_1")),
                              ("role_id", self.text("role_1")),
                              ("role_name", self.text("R")),
                              ("permissions", {"said": INV_VALUE}),
                              ("key", self.text("sk-1")),
                              ("link", self.text("code")),
                              ("url", self.text("https://a.b/")),
                              ("event_id", self.text("evt_1"))):
            kind = members[member].type.kind if member in members else None
            if value == 1 and kind == "pointer":
                value = self.text("role_1")
            if kind and (kind == "struct") == isinstance(value, dict):
                setattr(params, member, value)
        return params

    def __call__(self, line: tuple, ids: list[Any] | None = None,
                 call: Any = None, client: Any = None, wanted: bool = True
                 ) -> tuple[int, Any]:
        kind, name, _, _, names, params, result = line
        suffix = "_page" if kind == "LIST" else ""
        ret = self.ffi.new(f"struct inv_{result}{suffix} **")
        args = [self.client if client is None else client]
        args += [self.text("a/b c") for _ in names] if ids is None else ids
        args += [self.params(params)] if params else []
        args += [call or self.ffi.NULL, ret if wanted else self.ffi.NULL,
                 self.err]
        return getattr(self.inv, f"inv_{name}")(*args), ret[0]

    def message(self) -> str:
        return self.ffi.string(self.err.message).decode()

    def close(self) -> None:
        self.inv.inv_free(self.client)


@pytest.fixture
def caller(ffi, inv, peer):
    caller = Caller(ffi, inv, peer.url)
    yield caller
    caller.close()


def fitting(line: tuple) -> Answer:
    """An answer that any call of that kind takes."""
    item: dict = {**INVITE, "group_id": "group_1", "value": "sk-1",
                  "code": "valid"}
    if line[6] == "role_assignment":
        item = {"object": "user.role", "user": INVITE, "role": {
            **INVITE, "permissions": ["a", "b"]}}
    if line[6] == "webhook_attempt":
        item["status"] = 204
    return Answer(200, page([item]) if line[0] == "LIST" else item,
                  {"x-request-id": "req_1"})


every = pytest.mark.parametrize("line", CALLS, ids=lambda line: line[1])


@every
def test_it_asks_for_what_the_line_says(caller, peer, line):
    peer.script(fitting(line))
    rc, result = caller(line)
    assert rc == 0, caller.message()
    request, = peer.requests
    assert request.method == line[2]
    assert request.path == "/v1" + re.sub(r"{\w+}", "a%2Fb%20c", line[3])
    meta = caller.inv.inv_meta(result)
    assert caller.ffi.string(meta.request_id) == b"req_1"
    assert (meta.status, meta.attempts) == (200, 1)
    assert b"req_1" in caller.ffi.string(meta.headers)
    assert b"invite-1" in caller.ffi.string(meta.json)
    caller.inv.inv_free(result)


def test_a_retry_makes_no_second_one(caller, peer):
    """Where a create would: then libinv sends a key of its own."""
    for line in CALLS:
        if line[1] not in ("projects_create", "groups_create",
                           "admin_api_keys_create", "invites_create"):
            continue
        peer.script(Answer(500, None, {"retry-after-ms": "1"}), fitting(line))
        peer.requests.clear()
        assert caller(line, wanted=False)[0] == 0, caller.message()
        first, second = (r.headers.get("idempotency-key")
                         for r in peer.requests)
        assert first == second
        assert (first is None) == (line[1] == "invites_create"), line


@every
def test_what_is_built_is_what_is_sent(caller, peer, line):
    peer.script(fitting(line))
    assert caller(line, wanted=False)[0] == 0
    request, = peer.requests
    built = caller.ffi.new("struct inv_http_request **")
    call = caller.ffi.new("struct inv_call *", {"ret_request": built})
    assert caller(line, call=call, wanted=False)[0] == 0
    assert len(peer.requests) == 1
    string = caller.ffi.string
    assert string(built[0].method).decode() == request.method
    assert string(built[0].url).decode() == \
        peer.url.removesuffix("/v1") + request.target
    assert (string(built[0].body) if built[0].body else b"") == request.body
    sent = {tuple(string(built[0].headers[i]).decode().split(": ", 1))
            for i in range(built[0].headers_len)}
    mine = {(name.lower(), value) for name, value in sent
            if name != "Idempotency-Key"}  # another for each call
    assert mine <= set(request.headers.items())
    caller.inv.inv_free(built[0])


@every
def test_a_null_that_is_not_welcome(caller, peer, line):
    assert caller(line, client=caller.ffi.NULL)[0] == -1
    assert caller.err.kind == USAGE and caller.message() == "client is NULL."
    for place, name in enumerate(line[4]):
        ids = [caller.text("x") for _ in line[4]]
        ids[place] = caller.ffi.NULL
        assert caller(line, ids=ids)[0] == -1
        assert caller.err.kind == USAGE and name in caller.message()
    assert peer.requests == []


@every
def test_it_can_be_cancelled(caller, peer, line):
    cancel = caller.ffi.new("struct inv_canceller **")
    assert caller.inv.inv_canceller_new(cancel, caller.err) == 0
    caller.inv.inv_cancel(cancel[0])
    call = caller.ffi.new("struct inv_call *", {"cancel": cancel[0]})
    assert caller(line, call=call)[0] == -1
    assert caller.err.kind == CANCELLED and peer.requests == []
    caller.inv.inv_free(cancel[0])


@every
def test_its_refusal_is_told(caller, peer, line):
    peer.script(Answer(400, {"error": {"message": "No.", "code": "c"}}))
    assert caller(line)[0] == -1
    assert caller.err.status == 400 and caller.message() == "No."


def test_the_seed_names_are_the_same_calls(caller, peer):
    peer.script(Answer(200, {**INVITE, **page([INVITE])}))
    ret = caller.ffi.new("void **")
    for name in ("create", "retrieve", "list", "delete"):
        args = {"create": [caller.params("invite_create_params")],
                "list": [caller.ffi.NULL]}.get(name, [caller.text("i")])
        long = getattr(caller.inv, f"inv_admin_organization_invites_{name}")
        kind = caller.ffi.typeof(long).args[-2]
        assert long(caller.client, *args, caller.ffi.cast(kind, ret),
                    caller.err) == 0
        caller.inv.inv_free(ret[0])
    assert [r.method for r in peer.requests] == ["POST", "GET", "GET",
                                                 "DELETE"]
