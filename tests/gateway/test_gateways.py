"""
Through real gateways, asking the gate of a real daemon: who gets in, and what
the model is told of them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Iterator

import pytest

from harness import USERS, eventually
from harness.guarded import Guarded
from harness.proxies import Gateway
from harness.raw import RawResponse, head
from harness.standins import IDENTITY, Backend

MODELS = "/v1/models"
CHAT = "/v1/chat/completions"


def known_as(guarded: Guarded, somebody: tuple[str, str, Any]
             ) -> dict[str, list[str]]:
    """What the model is told of somebody; nothing else, and once."""
    user, email, key = somebody
    organization = guarded.api.ok("GET", "/v1/organization")["id"]
    return {"x-invited-organization": [organization],
            "x-invited-project": [guarded.project],
            "x-invited-key": [key["id"]], "x-invited-owner": [user],
            "x-invited-role": ["member"], "x-invited-user-email": [email]}


def told(model: Backend) -> dict[str, list[str]]:
    """Of the last request; without what is empty, which says nothing."""
    identity = model.asked[-1].identity
    return {name: values for name, values in identity.items()
            if values != [""]}


# -- who it is ----------------------------------------------------------------

def test_the_model_hears_who_asks_and_never_the_key(
        gateway: Gateway, guarded: Guarded, model: Backend,
        somebody: tuple[str, str, Any]) -> None:
    value = somebody[2]["value"]
    with gateway.client(value) as http:
        assert http.get(MODELS).status_code == 200
    assert told(model) == known_as(guarded, somebody)
    assert value not in str(model.asked)


@pytest.mark.parametrize("spelling", [
    lambda name: [name], lambda name: [name, name], str.lower, str.upper,
    lambda name: [name.replace("-", "_")],
    lambda name: [name.replace("X-", "X_"), name.replace("d-", "d_")],
    lambda name: [name.replace("-", "."), name.replace("X-", "X.")],
    lambda name: [name.lower().replace("-", "_"), name]],
    ids=["once", "twice", "lower", "upper", "underscores", "mixed", "dots",
         "both"])
def test_a_client_cannot_say_who_it_is(
        gateway: Gateway, guarded: Guarded, model: Backend,
        somebody: tuple[str, str, Any], spelling: Any) -> None:
    names = [one for name in IDENTITY for one in
             ([spelling(name)] if isinstance(spelling(name), str)
              else spelling(name))]
    with gateway.client(somebody[2]["value"]) as http:
        answer = http.get(MODELS, headers=[(name, "user-evil")
                                           for name in names])
        assert answer.status_code == 200
    assert told(model) == known_as(guarded, somebody)


# -- what decides -------------------------------------------------------------

SAYS_GET = [("X-Original-Method", "GET"), ("X-Forwarded-Method", "GET"),
            ("X-Http-Method-Override", "GET"),
            ("X-Original-URI", MODELS), ("X-Forwarded-Uri", MODELS),
            ("X-Forwarded-Prefix", "/v1"), ("X-Forwarded-Port", "443"),
            ("X-Forwarded-Host", "localhost"), ("X-Forwarded-For", "127.0.0.1"),
            ("Forwarded", "for=127.0.0.1;host=localhost"),
            ("X-Envoy-Original-Path", MODELS)]


def test_no_header_of_a_clients_decides(
        gateway: Gateway, guarded: Guarded, model: Backend,
        somebody: tuple[str, str, Any]) -> None:
    """A key that may only read does not write, whatever its user says of the
    request; and no header opens what no key does."""
    reader = guarded.key(somebody[0], scopes=["model.read"])["value"]
    for value, get, post in ((reader, 200, 403), (None, 401, 401)):
        with gateway.client(value) as http:
            for headers in ([], SAYS_GET):
                assert http.get(MODELS, headers=headers).status_code == get
                assert http.post(CHAT, headers=headers, json={}
                                 ).status_code == post
    assert {(one.method, one.path) for one in model.asked} == {("GET", MODELS)}


def test_a_key_that_just_read_may_still_not_write(
        gateway: Gateway, guarded: Guarded, model: Backend,
        somebody: tuple[str, str, Any]) -> None:
    reader = guarded.key(somebody[0], scopes=["model.read"])["value"]
    writer = guarded.key(somebody[0], scopes=["model.request"])["value"]
    for value, get, post in ((reader, 200, 403), (writer, 403, 200)):
        with gateway.client(value) as http:
            for _ in range(2):
                assert http.get(MODELS).status_code == get
                answer = http.post(CHAT, json={})
                assert answer.status_code == post
                if post == 403:
                    assert answer.json()["error"]["code"] == \
                        "insufficient_permissions"


@pytest.mark.parametrize("query", [
    "project=proj_0000000000000", "key={value}", "api_key={value}",
    "access_token={value}", "_=1&a=%20b", "a=" + "x" * 4000])
def test_no_query_decides(gateway: Gateway, key: str, model: Backend,
                          query: str) -> None:
    """It reaches the model, and the gate's decision is by the key in the
    header."""
    path = f"{MODELS}?{query.format(value=key)}"
    with gateway.client() as http:
        assert http.get(path).status_code == 401
    assert model.asked == []
    with gateway.client(key) as http:
        assert http.get(path).status_code == 200
    assert model.asked[-1].path == path


def answers(gateway: Gateway, *fields: str,
            line: str = f"GET {MODELS} HTTP/1.1") -> RawResponse:
    with gateway.raw() as raw:
        raw.send(head(line, None, "Connection: close", *fields))
        answer = raw.response()
        assert answer
        return answer


def test_two_keys_are_none(gateway: Gateway, guarded: Guarded, key: str,
                           somebody: tuple[str, str, Any],
                           model: Backend) -> None:
    other = guarded.key(somebody[0])["value"]
    mine = f"Authorization: Bearer {key}"
    for fields in ((mine, f"Authorization: Bearer {other}"),
                   (f"Authorization: Bearer {other}", mine),
                   (mine, "Authorization: Basic eDp5"),
                   (f"{mine}, Bearer {other}",), (f"{mine},",),
                   (f"Authorization: Basic {key}",),
                   (f"Authorization: {key}",)):
        # A gateway may refuse such a request itself.
        assert answers(gateway, *fields).status in (400, 401), fields
    assert model.asked == []


def test_admin_keys_open_no_model(gateway: Gateway, guarded: Guarded,
                                  key: str, model: Backend) -> None:
    """And keys of projects no administration."""
    with gateway.client(guarded.daemon.key) as http:
        answer = http.get(MODELS)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert model.asked == []
    assert guarded.daemon.client(key).get(USERS).status_code in (401, 403)


# -- bodies -------------------------------------------------------------------

BODY = json.dumps({"messages": "x" * 3_000_000}).encode()


def pieces() -> Iterator[bytes]:
    for at in range(0, len(BODY), 100_000):
        yield BODY[at:at + 100_000]


@pytest.mark.parametrize("content", [lambda: BODY, pieces],
                         ids=["length", "chunks"])
def test_a_large_body_arrives_whole_or_is_refused(
        gateway: Gateway, key: str, model: Backend, content: Any) -> None:
    for value, status in (("sk-wrong", 401), (key, 200)):
        with gateway.client(value) as http:
            assert http.post(CHAT, content=content()).status_code == status
    assert [one.sha256 for one in model.asked] == [
        hashlib.sha256(BODY).hexdigest()]


def test_tokens_arrive_as_they_are_made(gateway: Gateway, key: str,
                                        somebody: tuple[str, str, Any],
                                        model: Backend) -> None:
    """The second is not made before the first has arrived."""
    with model.paced() as one_more, gateway.client(key) as http:
        one_more()
        with http.stream("POST", CHAT, json={"stream": True}) as answer:
            events = answer.iter_lines()
            first = next(events)
            assert "Hello," in first
            for _ in range(2):
                one_more()
            rest = "".join(events)
    assert somebody[1] in rest and rest.endswith("[DONE]")


HANDSHAKE = ("Connection: Upgrade", "Upgrade: websocket",
             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
             "Sec-WebSocket-Version: 13")


def test_a_websocket_is_checked_at_its_handshake_and_then_left_alone(
        gateway: Gateway, guarded: Guarded, model: Backend,
        somebody: tuple[str, str, Any]) -> None:
    """Even where its key is revoked meanwhile: doc/gateway.md says so."""
    made = guarded.key(somebody[0])
    line = "GET /v1/realtime HTTP/1.1"
    with gateway.raw() as raw:
        raw.send(head(line, "sk-wrong", *HANDSHAKE))
        answer = raw.response()
        assert answer and answer.status == 401
    assert model.asked == []
    with gateway.raw() as raw:
        raw.send(head(line, made["value"], *HANDSHAKE))
        answer = raw.response(head=True)
        assert answer and answer.status == 101
        revoke(guarded, made["id"])
        for message in (b"a", b"b"):
            raw.send(message)
            assert raw.socket.recv(1) == message
        raw.half_close()
        assert raw.closed()
    assert told(model)["x-invited-key"] == [made["id"]]


# -- methods and paths --------------------------------------------------------

@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "PROPFIND"])
def test_every_method_is_asked_for(gateway: Gateway, key: str, model: Backend,
                                   method: str) -> None:
    """OPTIONS, too: a browser's preflight has no key, and is refused."""
    with gateway.client() as http:
        assert http.request(method, MODELS).status_code == 401
    assert model.asked == []
    with gateway.client(key) as http:
        http.request(method, MODELS)
    assert [one.method for one in model.asked] == [method]


def test_no_tunnel_is_opened(gateway: Gateway, key: str,
                             model: Backend) -> None:
    answer = answers(gateway, f"Authorization: Bearer {key}",
                     line="CONNECT localhost:22 HTTP/1.1")
    assert answer.status in (400, 403, 404, 405)
    assert model.asked == []


def test_grpc_gets_a_refusal_as_anybody_does(gateway: Gateway,
                                             model: Backend) -> None:
    with gateway.client() as http:
        answer = http.post(CHAT, content=b"\0\0\0\0\0", headers={
            "Content-Type": "application/grpc", "TE": "trailers"})
    # Envoy words it as gRPC does: status 200, the refusal in a header.
    assert answer.status_code == 401 or answer.headers["grpc-status"] == "16"
    assert model.asked == []


OUTSIDE = ["/", "/metrics", "/invocations", "/v1", "/v1/../invocations",
           "/v1/%2e%2e/invocations", "/v1/.%2e/invocations",
           "/v1/..%2finvocations", "/v1/%2e%2e%2finvocations",
           "/v1%2f..%2finvocations", "/v1//../../invocations",
           "/v1/./../invocations", "/v1/models/../../invocations",
           "/v2/models", "http://localhost/v1/../invocations"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_but_v1_is_let_through(gateway: Gateway, key: str,
                                       model: Backend, path: str) -> None:
    answer = answers(gateway, f"Authorization: Bearer {key}",
                     line=f"GET {path} HTTP/1.1")
    assert answer.status in (301, 307, 400, 404), answer
    assert model.asked == []


BENT = ["/v1/%00", "/v1/a%2fb", "/v1/a;b", "/v1//models", "/v1/..;/models",
        "/v1/%252e%252e/x", "/v1/a%5cb", "/v1/models%20", "/v1/models%3fa=b",
        "/v1/" + "x" * 7000]


@pytest.mark.parametrize("path", BENT)
def test_a_bent_path_is_decided_by_the_key(gateway: Gateway, key: str,
                                           model: Backend, path: str) -> None:
    """Or refused by the gateway, before anybody is asked. It never leads the
    gate elsewhere."""
    line = f"GET {path} HTTP/1.1"
    without = answers(gateway, line=line)
    assert without.status in (400, 401, 404, 414)
    assert model.asked == []
    with_key = answers(gateway, f"Authorization: Bearer {key}", line=line)
    if without.status == 401:
        assert [one.method for one in model.asked] == ["GET"]
    else:
        assert with_key.status == without.status and model.asked == []


# -- what ends ----------------------------------------------------------------

def revoke(guarded: Guarded, key_id: str) -> None:
    guarded.api.ok("DELETE", "/v1/organization/projects/"
                   f"{guarded.project}/api_keys/{key_id}")


def leave_project(guarded: Guarded, user: str, _: Any) -> None:
    guarded.api.ok("DELETE", "/v1/organization/projects/"
                   f"{guarded.project}/users/{user}")


def leave(guarded: Guarded, user: str, _: Any) -> None:
    guarded.api.ok("DELETE", f"{USERS}/{user}")


ENDS = {"revoked": (lambda guarded, user, made: revoke(guarded, made["id"]),
                    401),
        "removed from the project": (leave_project, 403),
        "removed from the organization": (leave, 401)}


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_ends_at_once(gateway: Gateway, guarded: Guarded,
                                model: Backend, end: str) -> None:
    """From the next request on, on a connection that was let in before."""
    user, _ = guarded.member()
    made = guarded.key(user)
    do, status = ENDS[end]
    with gateway.client(made["value"]) as http:
        assert http.get(MODELS).status_code == 200
        do(guarded, user, made)
        model.asked.clear()
        answer = http.get(MODELS)
        assert answer.status_code == status, answer.text
        assert http.post(CHAT, content=BODY).status_code == status
        assert answer.headers["x-should-retry"] == "false"
        assert answer.headers["content-type"].startswith("application/json")
    assert model.asked == []


def test_an_expired_key_is_refused(gateway: Gateway, guarded: Guarded,
                                   somebody: tuple[str, str, Any],
                                   model: Backend) -> None:
    value = guarded.key(somebody[0], expires_in_seconds=1)["value"]
    with gateway.client(value) as http:
        eventually(lambda: http.get(MODELS).status_code == 401, "its end")
        model.asked.clear()
        assert "expired" in http.get(MODELS).json()["error"]["message"]
    assert model.asked == []


def test_the_key_of_another_project_does_not_open_this_one(
        gateway: Gateway, guarded: Guarded, somebody: tuple[str, str, Any],
        model: Backend) -> None:
    other = guarded.api.project("Others")["id"]
    guarded.api.ok("POST", f"/v1/organization/projects/{other}/users",
                   json={"user_id": somebody[0], "role": "member"})
    value = guarded.key(somebody[0], other)["value"]
    with gateway.client(value) as http:
        answer = http.get(MODELS)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "insufficient_permissions"
    assert model.asked == []


# -- the organization's models ------------------------------------------------

@pytest.fixture(scope="module")
def wide(kind: str, guarded: Guarded, backend: Backend) -> Iterator[Gateway]:
    """One that asks about the organization: all of its projects."""
    organization = guarded.api.ok("GET", "/v1/organization")["id"]
    with Gateway(kind, guarded.gate, backend.port, organization) as one:
        yield one


@pytest.fixture
def colleague(guarded: Guarded) -> tuple[str, str, Any]:
    """A project of its own, and somebody in it with a key."""
    project = guarded.api.project("Another")["id"]
    user = guarded.api.member(f"{project}@example.com", projects=[
        {"id": project, "role": "member"}])
    return project, user, guarded.key(user, project)


def test_a_model_for_all_projects_hears_which(
        wide: Gateway, model: Backend, colleague: tuple[str, str, Any],
        somebody: tuple[str, str, Any], guarded: Guarded) -> None:
    for project, key in ((colleague[0], colleague[2]),
                         (guarded.project, somebody[2])):
        with wide.client(key["value"]) as http:
            assert http.get(MODELS).status_code == 200
        assert told(model)["x-invited-project"] == [project]


def test_an_archived_project_opens_nothing(
        wide: Gateway, guarded: Guarded, model: Backend,
        colleague: tuple[str, str, Any]) -> None:
    project, _, made = colleague
    with wide.client(made["value"]) as http:
        assert http.get(MODELS).status_code == 200
        guarded.api.ok("POST", f"/v1/organization/projects/{project}/archive")
        model.asked.clear()
        assert http.get(MODELS).status_code == 403
    assert model.asked == []


@pytest.mark.parametrize("grace", [0, 3600])
def test_a_rotated_key_hands_over(wide: Gateway, guarded: Guarded, grace: int,
                                  colleague: tuple[str, str, Any]) -> None:
    project, _, old = colleague
    with wide.client(old["value"]) as http:
        assert http.get(MODELS).status_code == 200
        new = guarded.api.ok(
            "POST", f"/v1/organization/projects/{project}/api_keys/"
            f"{old['id']}/rotate", json={"grace_seconds": grace})
        assert http.get(MODELS).status_code == (200 if grace else 401)
    with wide.client(new["value"]) as http:
        assert http.get(MODELS).status_code == 200


def test_who_is_in_again_has_their_key_again(
        wide: Gateway, guarded: Guarded,
        colleague: tuple[str, str, Any]) -> None:
    project, user, made = colleague
    users = f"/v1/organization/projects/{project}/users"
    with wide.client(made["value"]) as http:
        guarded.api.ok("DELETE", f"{users}/{user}")
        assert http.get(MODELS).status_code == 403
        guarded.api.ok("POST", users, json={"user_id": user, "role": "viewer"})
        assert http.get(MODELS).status_code == 200


def test_the_models_of_a_key_are_told_to_the_model(
        wide: Gateway, guarded: Guarded, model: Backend,
        colleague: tuple[str, str, Any]) -> None:
    project, user, _ = colleague
    made = guarded.key(user, project, models=["small", "large"])
    with wide.client(made["value"]) as http:
        assert http.get(MODELS).status_code == 200
    assert told(model)["x-invited-models"] == ["small,large"]
