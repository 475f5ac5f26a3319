"""
The gate: may this key open this project? Asked byte by byte, as gateways do; the
real ones ask in tests/gateway.
"""

import binascii
import json
import random
import re
import time
from contextlib import ExitStack

import pytest

from harness import (INVITES, PROJECTS, USERS, Daemon, RawClient, eventually,
                     head, refused)
from harness.gate import Gate
from harness.secrets import forms_of_key, leaks

KINDS = ["nginx", "forward", "envoy", "plain"]
CHECK = "/v1/gate/check"
GROUPS = "/v1/organization/groups"


@pytest.fixture
def gate(shared_daemon):
    return Gate(shared_daemon)


def keys_of(project):
    return f"{PROJECTS}/{project['id']}/api_keys"


def account(api, project, **limits):
    """A service account, and its key, which has these limits."""
    made = api.ok("POST", f"{PROJECTS}/{project['id']}/service_accounts",
                  json={"name": "robot"})
    if limits:
        api.ok("POST", f"{keys_of(project)}/{made['api_key']['id']}",
               json=limits)
    return made


def key_of(api, project, **limits):
    return account(api, project, **limits)["api_key"]["value"]


def person(api, project, email="ada@example.com", role="member", **more):
    """A member of the project, and a key of theirs."""
    user = api.member(email, projects=[{"id": project["id"], "role": role}])
    made = api.ok("POST", keys_of(project), json={"user_id": user, **more})
    return user, made


@pytest.fixture
def project(shared):
    return shared.project("Apollo")


# -- who it is ------------------------------------------------------------------

@pytest.mark.alike
@pytest.mark.parametrize("kind", KINDS)
def test_every_header_of_who_it_is(gate, shared, project, kind):
    made = account(shared, project)
    organization = shared.ok("GET", "/v1/organization")["id"]
    said = {"organization": organization, "project": project["id"],
            "key": made["api_key"]["id"], "owner": made["id"],
            "role": "member", "user-email": "", "models": ""}
    for scope in (project["id"], organization):
        assert gate.passes(f"/gate/{kind}/{scope}",
                           made["api_key"]["value"]) == said
    user, key = person(shared, project, models=["llama-3", "qwen"])
    assert gate.passes(f"/gate/{kind}/{organization}", key["value"]) == {
        **said, "key": key["id"], "owner": user,
        "user-email": "ada@example.com", "models": "llama-3,qwen"}


@pytest.mark.alike
def test_an_address_that_is_not_plain_is_left_out(gate, shared, project):
    _, key = person(shared, project, "ädä@example.com")
    assert gate.passes(f"/gate/plain/{project['id']}",
                       key["value"])["user-email"] == ""


# -- which key ------------------------------------------------------------------

@pytest.mark.alike
def test_what_is_no_key(gate, shared, project):
    """K2, K3, G3: none of these is looked for in the store."""
    path, key = f"/gate/plain/{project['id']}", key_of(shared, project)
    gate.passes(path, key)
    before = shared.get("/metrics").text
    typo = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert "inv_0" in key
    for wrong in (None, "", typo, key[:-1], key + "0", key.replace("_", "-"),
                  key.replace("inv_0", "inv_O"),
                  key.lower(), "x" * 10000, f"{key}, Bearer {key}",
                  shared.key, "sk-admin-" + "x" * 43, "sk-proj-" + "x" * 40):
        gate.refuses(path, wrong)
    for fields in ([f"Authorization: Basic {key}"], [f"Authorization: {key}"],
                   [f"X-Api-Key: {key}"], [f"Api-Key: {key}"],
                   [f"Cookie: key={key}"],
                   [f"Authorization: Bearer {key}",
                    "Authorization: Bearer x"]):
        gate.refuses(path, None, *fields)
        gate.refuses(f"{path}?key={key}&api_key={key}", None)
    lookups = re.compile(r"^invited_gate_lookups_total .*$", re.MULTILINE)
    assert lookups.findall(before) == lookups.findall(
        shared.get("/metrics").text)
    gate.passes(path, None, f"authorization: bearer   {key}  ")
    gate.passes(path, key, f"Authorization: Bearer {key}")


@pytest.mark.alike
def test_keys_know_their_place(gate, shared_daemon, shared, project):
    """G13: each API refuses the other's keys, and says so."""
    answer = gate.refuses(f"/gate/plain/{project['id']}", shared.key)
    assert b"admin key" in answer.body
    client = shared_daemon.client(key_of(shared, project))
    message = refused(client.get(INVITES), 401, "invalid_api_key")
    assert "admin key" in message


# -- which project --------------------------------------------------------------

@pytest.mark.alike
@pytest.mark.parametrize("kind", KINDS)
def test_what_the_key_does_not_open(gate, shared, organization, project, kind):
    key, other = key_of(shared, project), shared.project("Gemini")
    stranger = organization()
    theirs = stranger.project("Apollo")["id"]
    for scope in (other["id"], theirs, stranger.ok("GET", "/v1/organization")
                  ["id"], "proj_0000000000001", "org-0000000000001", "x",
                  project["id"] + "0", project["id"].replace("proj_", "key_")):
        gate.forbids(f"/gate/{kind}/{scope}", key)
        gate.forbids(f"/gate/{kind}/{scope}?project={project['id']}", key,
                     f"X-Invited-Project: {project['id']}")
    for path in ("/gate", "/gate/", "/gate/other/x", f"/gate/{kind}",
                 f"/gate/{kind}/", f"/gate/plain/{project['id']}/",
                 "/gate//", "/gate/../healthz", "/gate/check"):
        gate.forbids(path, key)


@pytest.mark.alike
def test_nothing_else_answers_there(gate, shared):
    for path in (INVITES, "/v1/organization", "/readyz", "/metrics", "/",
                 "/accept", "/assets/page.css", "/gatehouse"):
        assert gate.ask(path, shared.key).status == 404
    assert gate.ask("/healthz", None).body == b"ok\n"
    for kind in KINDS:
        assert gate.ask(f"/gate/{kind}/x", shared.key,
                        port=gate.daemon.port).status == 404


# -- what is asked for ----------------------------------------------------------

METHOD = {"nginx": "X-Original-Method", "forward": "X-Forwarded-Method"}
URI = {"nginx": "X-Original-URI", "forward": "X-Forwarded-Uri"}


@pytest.mark.alike
@pytest.mark.parametrize("kind", KINDS)
def test_scopes_go_by_the_method(gate, shared, project, kind):
    """G8: with one scope, then with the other, at once."""
    path = f"/gate/{kind}/{project['id']}"
    reader = key_of(shared, project, scopes=["model.read"])
    worker = key_of(shared, project, scopes=["model.request"])
    both = key_of(shared, project, scopes=["model.request", "model.read"])

    def ask(what, key, method):
        if kind == "envoy":
            return what(path, key, method=method)
        fields = [f"{METHOD[kind]}: {method}"] if kind in METHOD else []
        return what(path, key, *fields)
    for method in ("GET", "HEAD", "POST", "DELETE", "BREW"):
        ask(gate.passes, both, method)
        reads = method in ("GET", "HEAD") and kind != "plain"
        ask(gate.passes if reads else gate.forbids, reader, method)
        works = not reads and kind != "plain"
        ask(gate.passes if works else gate.forbids, worker, method)
    gate.forbids(f"/gate/plain/{project['id']}", reader)


@pytest.mark.alike
@pytest.mark.parametrize("kind", KINDS)
def test_headers_that_are_the_clients(gate, shared, project, kind):
    """G2: of another kind of gateway, or of none, they say nothing."""
    path = f"/gate/{kind}/{project['id']}"
    reader = key_of(shared, project, scopes=["model.read"])
    lies = [f"{name}: {value}" for name, value in (
        ("X-Original-Method", "GET"), ("X-Forwarded-Method", "GET"),
        ("X-Original-URI", "/"), ("X-Forwarded-Uri", "/"),
        ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "other"),
        ("X-Forwarded-Prefix", "/other"), ("X-Forwarded-Port", "1"),
        ("Forwarded", "for=127.0.0.1;proto=https"),
        ("X-HTTP-Method-Override", "GET"), ("X-Invited-Key", "key_1"))
        if name not in (METHOD.get(kind), URI.get(kind))]
    own = [f"{METHOD[kind]}: POST"] if kind in METHOD else []
    gate.forbids(path, reader, *own, *lies, method="POST")
    if own:
        gate.forbids(path, key_of(shared, project), *own,
                     f"{METHOD[kind]}: GET")
        gate.forbids(path, key_of(shared, project), f"{URI[kind]}: /a",
                     f"{URI[kind]}: /b")
        gate.passes(path, key_of(shared, project), *own, *own)


@pytest.mark.alike
@pytest.mark.parametrize("rest", [
    "/v1/chat/completions?a=b", "/%2F", "/../../organization/invites", "//",
    "/;x", "/%00", "/" + "x" * 8000, "/?" + "a&" * 100, "?project=x", "/check"])
def test_any_path_behind_envoys(gate, shared, project, rest):
    """G10: by the key only, never 404, never another route."""
    path = f"/gate/envoy/{project['id']}{rest}"
    gate.passes(path, key_of(shared, project))
    gate.refuses(path, None)


@pytest.mark.alike
def test_any_method(gate, shared, project):
    """G11, and item 9: HEAD as GET. A preflight has no key, and gets the
    answer for that; 200 to CONNECT would be a tunnel."""
    path, key = f"/gate/envoy/{project['id']}/", key_of(shared, project)
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
                   "TRACE", "BREW"):
        gate.passes(path, key, method=method)
        gate.refuses(path, None, method=method)
    gate.forbids(path, key, method="CONNECT")
    gate.passes(path, key, "Connection: Upgrade", "Upgrade: websocket")
    gate.passes(path, key, "Content-Type: application/grpc", "TE: trailers",
                method="POST")


@pytest.mark.alike
def test_a_body_is_not_waited_for(gate, shared, project):
    """G5: promised and not sent; answered from the head."""
    path, key = f"/gate/nginx/{project['id']}", key_of(shared, project)
    for field in ("Content-Length: 7", "Content-Length: 3000000",
                  "Transfer-Encoding: chunked"):
        for method in ("GET", "POST", "PUT"):
            gate.passes(path, key, field, method=method)
            gate.refuses(path, None, field, method=method)


@pytest.mark.alike
def test_one_connection_for_many(gate, shared, project):
    key = key_of(shared, project)
    with RawClient(gate.daemon.gate_port) as raw:
        for wanted, asked in ((200, key), (401, "x"), (200, key)):
            raw.send(head(f"GET /gate/plain/{project['id']} HTTP/1.1", asked))
            assert raw.response().status == wanted


@pytest.mark.alike
def test_answers_are_repeated_only_where_they_say_the_same(gate, shared,
                                                           project):
    """Keys in turn, several requests under way; then what is said changes."""
    path = f"/gate/plain/{project['id']}"
    robot = account(shared, project)
    user, key = person(shared, project, models=["llama-3"])
    asked = [key["value"], robot["api_key"]["value"]] * 3
    with RawClient(gate.daemon.gate_port) as raw:
        raw.send(b"".join(head(f"GET {path} HTTP/1.1", one) for one in asked))
        told = [raw.response().headers for _ in asked]
    assert [one["x-invited-owner"] for one in told] == [user, robot["id"]] * 3
    assert [one["x-invited-models"] for one in told] == ["llama-3", ""] * 3
    assert len({one["x-request-id"] for one in told}) == len(asked)
    shared.ok("POST", f"{keys_of(project)}/{key['id']}",
              json={"models": ["qwen"]})
    assert gate.passes(path, key["value"])["models"] == "qwen"
    shared.ok("POST", f"{PROJECTS}/{project['id']}/users/{user}",
              json={"role": "owner"})
    said = gate.passes(path, key["value"])
    assert (said["role"], said["models"]) == ("owner", "qwen")


@pytest.mark.alike
def test_the_words_of_a_refusal(gate, shared, project):
    """For gateways that keep them to themselves: never 2xx."""
    path = f"/gate/refusal/{project['id']}"
    gate.refuses(path, None)
    gate.forbids("/gate/refusal/x", key_of(shared, project))
    answer = gate.refuses(path, key_of(shared, project), status=503,
                          code="service_unavailable")
    assert answer.headers["retry-after"] == "1"
    gate.forbids(path, key_of(shared, project, scopes=["model.read"]),
                 "X-Original-Method: POST")


@pytest.mark.alike
def test_other_headers_for_the_key(make_daemon):
    daemon = make_daemon("--gate-listen", "127.0.0.1:0", "--gate-key-header",
                         "x-api-key,api-key")
    gate, api = Gate(daemon), daemon.api
    project = api.project("Apollo")
    path, key = f"/gate/plain/{project['id']}", key_of(api, project)
    other = key_of(api, project)
    for name in ("x-api-key", "API-Key"):
        gate.passes(path, None, f"{name}: {key}")
        gate.passes(path, key, f"{name}: {key}")
        gate.refuses(path, other, f"{name}: {key}")
        gate.refuses(path, None, f"{name}: {key}", f"{name}: {other}")
    gate.refuses(path, None, f"x-api-key: {key}", f"api-key: {other}")


# -- what ends a key ------------------------------------------------------------

def remove_grant(api, project, user, _):
    api.ok("DELETE", f"{PROJECTS}/{project['id']}/users/{user}")


def revoke(api, project, _, key):
    api.ok("DELETE", f"{keys_of(project)}/{key['id']}")


def remove(api, _, user, __):
    api.ok("DELETE", f"{USERS}/{user}")


def demote(api, project, user, _):
    api.ok("POST", f"{PROJECTS}/{project['id']}/users/{user}",
           json={"role": "viewer"})


def archive(api, project, *_):
    api.ok("POST", f"{PROJECTS}/{project['id']}/archive")


def restrict(api, project, _, key):
    api.ok("POST", f"{keys_of(project)}/{key['id']}",
           json={"scopes": ["model.read"]})


def rotate(api, project, _, key):
    api.ok("POST", f"{keys_of(project)}/{key['id']}/rotate",
           json={"grace_seconds": 0})


ENDS = {revoke: 401, rotate: 401, remove: 401, remove_grant: 403, demote: 403,
        archive: 403, restrict: 403}


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_what_ends_a_key_ends_it_at_once(gate, shared, project, end):
    """G9, on the daemon that was told."""
    path = f"/gate/nginx/{project['id']}"
    post = "X-Original-Method: POST"
    user, key = person(shared, project)
    for _ in range(2):
        gate.passes(path, key["value"], post)
    end(shared, project, user, key)
    assert gate.ask(path, key["value"], post).status == ENDS[end]


@pytest.mark.alike
def test_expiry_is_compared_at_each_request(gate, shared, project):
    path = f"/gate/plain/{project['id']}"
    _, key = person(shared, project, expires_in_seconds=1)
    eventually(lambda: time.time() >= key["expires_at"])
    gate.refuses(path, key["value"])


@pytest.mark.engines("postgres")
@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_other_daemons_learn_of_it(gate, second, shared, project, end):
    """G9, on another one: within a second, as bench/run measures."""
    path = f"/gate/nginx/{project['id']}"
    post = "X-Original-Method: POST"
    user, key = person(shared, project)
    second.passes(path, key["value"], post)
    end(shared, project, user, key)
    eventually(lambda: second.ask(path, key["value"],
                                  post).status == ENDS[end])


@pytest.fixture(scope="module")
def second(shared_daemon, engine):
    with Daemon("--gate-listen", "127.0.0.1:0", engine=engine,
                database=shared_daemon.database) as daemon:
        yield Gate(daemon)


def test_out_and_in_again(gate, shared, project):
    """K4: as `owner_project_access` says, at each step."""
    path = f"/gate/plain/{project['id']}"
    user, key = person(shared, project)
    members = f"{PROJECTS}/{project['id']}/users"
    for _ in range(2):
        for access, status in (("active", 200), ("inactive", 403)):
            shown = shared.ok("GET", f"{keys_of(project)}/{key['id']}")
            assert shown["owner_project_access"] == access
            assert gate.ask(path, key["value"]).status == status
            if status == 200:
                shared.ok("DELETE", f"{members}/{user}")
        shared.ok("POST", members, json={"user_id": user, "role": "member"})


@pytest.mark.parametrize("seed", range(2))
def test_lists_and_gate_say_the_same(gate, checker, shared, project, seed):
    """K4: after anything that may change it, in any order."""
    chance = random.Random(seed)
    shared.member("boss@example.com", "owner")  # one has to stay
    group = shared.ok("POST", GROUPS, json={"name": "Team"})["id"]
    users = [person(shared, project, f"{name}@example.com")
             for name in ("ada", "bob")]
    made = account(shared, project)
    keys = [key for _, key in users] + [made["api_key"]]
    members = f"{PROJECTS}/{project['id']}/users"

    def change(user):
        return chance.choice([
            lambda: shared.delete(f"{members}/{user}"),
            lambda: shared.post(members, json={
                "user_id": user, "role": chance.choice(["member", "owner"])}),
            lambda: shared.post(f"{members}/{user}", json={"role": "viewer"}),
            lambda: shared.post(f"{USERS}/{user}", json={
                "role": chance.choice(["owner", "reader"])}),
            lambda: shared.post(f"{GROUPS}/{group}/users",
                                json={"user_id": user}),
            lambda: shared.delete(f"{GROUPS}/{group}/users/{user}"),
            lambda: shared.post(f"{PROJECTS}/{project['id']}/groups", json={
                "group_id": group, "role": "member"}),
            lambda: shared.delete(
                f"{PROJECTS}/{project['id']}/groups/{group}"),
            lambda: shared.post(
                f"{PROJECTS}/{project['id']}/service_accounts/{made['id']}",
                json={"role": chance.choice(["member", "owner"])})])
    for step in range(40):
        change(chance.choice(users)[0])()
        for key in keys:
            said = shared.ok("GET", f"{keys_of(project)}/{key['id']}")[
                "owner_project_access"]
            open_ = gate.ask(f"/gate/nginx/{project['id']}", key["value"],
                             "X-Original-Method: GET").status == 200
            asked = checker.ok("POST", CHECK, json={"key": key["value"]})
            assert (said == "active") == open_ == asked["allowed"], \
                (seed, step, key["id"])


# -- what programs ask ----------------------------------------------------------

@pytest.fixture
def checker(shared_daemon, shared, project):
    return shared_daemon.client(key_of(shared, project, scopes=["gate.check"]))


def test_a_program_asks(checker, shared, project):
    user, key = person(shared, project, models=["llama-3"], name="laptop")
    good = checker.ok("POST", CHECK, json={
        "key": key["value"], "project_id": project["id"], "model": "llama-3",
        "permission": "model.request"})
    assert good == {
        "object": "gate.decision", "allowed": True, "code": "valid",
        "key": {"id": key["id"], "name": "laptop", "expires_at": None,
                "models": ["llama-3"]},
        "owner": {"type": "user", "id": user, "name": "Ada",
                  "email": "ada@example.com", "role": "member"},
        "project": {"id": project["id"], "name": "Apollo"}, "ttl": 10}
    assert checker.ok("POST", CHECK, json={"key": key["value"]}) == good
    for more, code in (({"model": "gpt"}, "model_not_allowed"),
                       ({"project_id": "proj_0000000000001"}, "wrong_project"),
                       ({"project_id": "x"}, "wrong_project")):
        answer = checker.ok("POST", CHECK, json={"key": key["value"], **more})
        assert answer == {**good, "allowed": False, "code": code, "ttl": 0}
    for wrong in ("{}\n", " {}", "{}x"):
        assert checker.ok("POST", CHECK, json={
            "key": wrong.format(key["value"])})["code"] == "unknown"
    for end, code in ((demote, "insufficient_scope"),
                      (remove_grant, "owner_inactive"),
                      (archive, "project_archived"), (revoke, "revoked")):
        if end is archive:
            continue  # would end the checker, too
        end(shared, project, user, key)
        assert checker.ok("POST", CHECK, json={
            "key": key["value"], "permission": "model.request"})["code"] == code


@pytest.mark.alike
def test_a_program_learns_of_its_own_organization_only(
        checker, organization, shared, project):
    stranger = organization()
    unknown = {"object": "gate.decision", "allowed": False, "code": "unknown",
               "key": None, "owner": None, "project": None, "ttl": 0}
    key = key_of(shared, project)
    for text in (key_of(stranger, stranger.project("P")), "x", key[:-1],
                 shared.key, " " + key):
        assert checker.ok("POST", CHECK, json={"key": text}) == unknown
    refused(checker.post(CHECK, json={"key": key, "permission": "x"}), 400,
            "invalid_value", "permission")
    refused(checker.post(CHECK, json={}), 400, "missing_required_parameter",
            "key")


@pytest.mark.alike
def test_who_may_ask(shared_daemon, gate, shared, project):
    body = {"key": key_of(shared, project)}
    _, ada = person(shared, project, scopes=["gate.check"])
    for key, status in ((None, 401), ("x", 401), (shared.key, 401),
                        (key_of(shared, project), 403), (ada["value"], 403),
                        (key_of(shared, project, scopes=["model.read"]), 403)):
        response = shared_daemon.client(key).post(CHECK, json=body)
        assert response.status_code == status, response.text
    may = key_of(shared, project, scopes=["gate.check"])
    text = json.dumps(body).encode()
    with RawClient(gate.daemon.gate_port) as raw:
        raw.send(head("POST /gate/check HTTP/1.1", may,
                      f"Content-Length: {len(text)}") + text)
        assert json.loads(raw.response().body)["allowed"] is True
    gate.forbids(f"/gate/plain/{project['id']}", may)


@pytest.mark.alike
def test_no_key_tells_whether_there_is_one(gate, shared, project):
    """G14: an unknown id and a wrong secret are the same work: one look-up,
    whether the right key is in memory or not."""
    path, key = f"/gate/plain/{project['id']}", key_of(shared, project)
    cold = key_of(shared, project)
    gate.passes(path, key)

    def lookups():
        return int(re.search(r"^invited_gate_lookups_total (\d+)$",
                             shared.get("/metrics").text, re.MULTILINE)[1])
    answers = []
    for wrong in (unknown_key(1), forged(key), forged(cold), forged(key)):
        before = lookups()
        answers.append(gate.refuses(path, wrong).body)
        assert lookups() == before + 1
    assert len(set(answers)) == 1
    gate.passes(path, key)


# -- floods, and what is left behind --------------------------------------------

def with_checksum(body):
    digits = ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
              "abcdefghijklmnopqrstuvwxyz")
    crc, tail = binascii.crc32(body.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        tail = digits[digit] + tail
    return body + tail


def unknown_key(number):
    """Sound, and nobody's."""
    return with_checksum(f"sk-proj-inv_{number:013d}_{'0' * 43}")


def forged(key):
    """Sound, of the same id, and of another secret."""
    return with_checksum(key[:-49] + "0" * 43)


@pytest.mark.alike
def test_keys_in_memory_stand_a_flood(make_daemon):
    """G12: above 500 a second, keys that nobody holds are sent away; those in
    memory open all the same. And nothing of any key is left anywhere."""
    daemon = make_daemon("--gate-listen", "127.0.0.1:0", "--log-level", "debug")
    gate, api = Gate(daemon), daemon.api
    project = api.project("Apollo")
    path, made = f"/gate/plain/{project['id']}", account(api, project)
    key = made["api_key"]["value"]
    gate.passes(path, key)
    asked, statuses = 0, set()
    with RawClient(daemon.gate_port) as raw:
        while 503 not in statuses:
            for _ in range(100):
                asked += 1
                raw.send(head(f"GET {path} HTTP/1.1", unknown_key(asked)))
            statuses |= {raw.response().status for _ in range(100)}
    assert statuses == {401, 503}
    gate.passes(path, key)
    api.ok("POST", f"{keys_of(project)}/{made['api_key']['id']}", json={})
    gate.passes(path, key)
    eventually(lambda: api.ok("GET", f"{keys_of(project)}/"
                              f"{made['api_key']['id']}")["last_used_at"])
    assert len(daemon.log) < 100
    needles = forms_of_key(key)
    assert leaks(daemon, needles) == []
    daemon.stop()
    assert leaks(daemon, needles) == []
    assert not any(key[20:] in line or unknown_key(1)[20:] in line
                   for line in daemon.log + daemon.output)
    daemon.start()


def test_last_use_is_written_once_a_minute(make_daemon):
    """K7: however many ask at once; and at the stop, if not before."""
    daemon = make_daemon("--gate-listen", "127.0.0.1:0")
    gate, api, sql = Gate(daemon), daemon.api, daemon.database.sql
    project = api.project("Apollo")
    path = f"/gate/plain/{project['id']}"
    busy, other, last = (key_of(api, project) for _ in range(3))

    def touches():
        found = re.search(r'operations_total{verb="keys_touch"} (\d+)',
                          api.get("/metrics").text)
        return int(found[1]) if found else 0

    def ask_at_once():
        for raw in raws:
            raw.send(head(f"GET {path} HTTP/1.1", busy) * 5)
        assert {raw.response().status for raw in raws for _ in range(5)} == \
            {200}
    with ExitStack() as stack:
        raws = [stack.enter_context(RawClient(daemon.gate_port))
                for _ in range(64)]
        ask_at_once()
        eventually(lambda: touches() == 1, "the use to be written")
        sql("UPDATE project_key SET last_used_at = 5")
        ask_at_once()
        gate.passes(path, other)
        eventually(lambda: touches() == 2, "that of another key")
    gate.passes(path, last)
    daemon.stop()
    used = [int(row[0]) for row in sql(
        "SELECT last_used_at FROM project_key ORDER BY id")]
    assert used[0] == 5 and all(abs(at - time.time()) < 600
                                for at in used[1:])
    daemon.start()
    assert used == [one["last_used_at"]
                    for one in daemon.api.all(keys_of(project))][::-1]
