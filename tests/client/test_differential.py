"""
The same calls by libinv and by the official SDKs, against the same peer:
method, path, query, body and authorization are equal, and so are number and
spacing of retries, jitter aside.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from peer import Answer, INVITE, Raw, page

KEY = "sk-admin-" + "d" * 43

PROJECT = {"object": "organization.project", "id": "proj_1", "name": "One",
           "created_at": 1, "archived_at": None, "status": "active"}
USER = {"object": "organization.user", "id": "user-1", "name": "Ada",
        "email": "ada@example.com", "role": "reader", "added_at": 1}
DELETED = {"object": "organization.invite.deleted", "id": "invite-1",
           "deleted": True}

# name, the call, and the answers it gets
CALLS: list[tuple[str, dict, list[Any]]] = [
    ("create", dict(call="create", email="ada@example.com", role="reader"),
     [INVITE]),
    ("create owner", dict(call="create", email="ada@example.com",
                          role="owner"), [INVITE]),
    ("create, no projects", dict(call="create", email="a@b.c", role="reader",
                                 projects=[]), [INVITE]),
    ("create, projects", dict(call="create", email="a@b.c", role="reader",
                              projects=[{"id": "p 1", "role": "member"},
                                        {"id": "p2", "role": "owner"}]),
     [INVITE]),
    ("create, odd text", dict(call="create", role="reader",
                              email="\"<é&\u2028\\> \t'@b.c"), [INVITE]),
    ("create, a later role", dict(call="create", email="a@b.c",
                                  role="auditor"), [INVITE]),
    ("retrieve", dict(call="retrieve", id="invite-1"), [INVITE]),
    ("retrieve, odd id", dict(call="retrieve", id="a/../b c%é?x#y"),
     [INVITE]),
    ("retrieve, unreserved", dict(call="retrieve", id="A-z_0.9~"), [INVITE]),
    ("list", dict(call="list"), [page([INVITE])]),
    ("list, one page", dict(call="list", after="invite-0", limit=7),
     [page([INVITE])]),
    ("list, three pages", dict(call="list", limit=2),
     [page([INVITE, {**INVITE, "id": "b&=ü"}], True),
      page([{**INVITE, "id": "c d"}], True), page([])]),
    ("delete", dict(call="delete", id="invite-1"), [DELETED]),
    ("projects create", dict(call="projects_create", name="Ärger & Söhne"),
     [PROJECT]),
    ("projects create, with residency",
     dict(call="projects_create", name="P", residency="JP_STORAGE"),
     [{**PROJECT, "residency": "JP_STORAGE"}]),
    ("projects retrieve", dict(call="projects_retrieve", id="proj_1"),
     [PROJECT]),
    ("projects list", dict(call="projects_list", limit=3), [page([PROJECT])]),
    ("projects users", dict(call="projects_users", id="p/1", after="user-9"),
     [page([{**USER, "object": "organization.project.user"}])]),
    ("users retrieve", dict(call="users_retrieve", id="user-1"), [USER]),
    ("users list", dict(call="users_list", limit=1), [page([USER])]),
    ("users list, addresses", dict(call="users_list",
                                   emails=["a@b.c", "d&é@f.g"]),
     [page([USER])]),
    ("projects list, all", dict(call="projects_list", include_archived=True),
     [page([PROJECT])]),
    ("create, null projects", dict(call="create", email="a@b.c",
                                   role="reader", projects=None), [INVITE]),
    ("projects create, key", dict(call="projects_create", name="N",
                                  external_key_id="k"), [PROJECT]),
    ("projects create, no key", dict(call="projects_create", name="N",
                                     external_key_id=""), [PROJECT]),
    ("projects create, null key", dict(call="projects_create", name="N",
                                       external_key_id=None), [PROJECT]),
]


def asked(peer: Any) -> list[tuple]:
    return [(r.method, r.path, sorted(r.query), r.json,
             r.headers.get("authorization"), r.headers.get("accept"),
             r.headers.get("content-type") if r.body else None,
             r.headers.get("openai-organization"),
             r.headers.get("openai-project")) for r in peer.requests]


@pytest.fixture(scope="module")
def trio():
    """The three drivers, started once."""
    from conftest import Drive, drivers
    made = {kind: Drive(*argv) for kind, argv in drivers().items()}
    yield made
    for drive in made.values():
        drive.close()


def ask_all(trio: dict, peer: Any, answers: list[Any], line: dict,
            least: int = 0, **client: Any) -> tuple[dict, dict]:
    """What each asked for, and what came of it. Who waits for no answer may
    be done before the peer has read what was asked: `least` so many times."""
    requests, outcomes = {}, {}
    for kind, drive in trio.items():
        assert drive("new", base_url=peer.url, admin_api_key=KEY,
                     **client)["ok"]
        peer.script(*answers)
        outcomes[kind] = drive(**line)
        peer.wait_for(least)
        requests[kind] = asked(peer)
    return requests, outcomes


@pytest.mark.parametrize("line, answers", [c[1:] for c in CALLS],
                         ids=[c[0] for c in CALLS])
def test_requests_are_the_same(trio, peer, line, answers):
    requests, outcomes = ask_all(trio, peer,
                                 [Answer(200, body) for body in answers], line)
    assert outcomes["c"]["ok"], outcomes["c"]
    assert len(requests["c"]) == len(answers)
    assert requests["c"] == requests["python"]
    assert requests["c"] == requests["node"]


def test_organization_and_project_are_sent_alike(trio, peer):
    requests, _ = ask_all(trio, peer, [Answer(200, INVITE)],
                          dict(call="retrieve", id="invite-1"),
                          organization="org-1", project="proj_9")
    assert requests["c"][0][-2:] == ("org-1", "proj_9")
    assert requests["c"] == requests["python"] == requests["node"]


ERROR = {"error": {"message": "No.", "type": "invalid_request_error",
                   "param": None, "code": "nope"}}

STATUSES = [400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425,
            429, 500, 501, 502, 503, 504, 507, 529, 599]


def within_jitter(pauses: list[float]) -> bool:
    """Half a second doubled, less up to a quarter."""
    return all(500 * 2 ** n * 0.75 - 1 <= pause <= 500 * 2 ** n + 1
               for n, pause in enumerate(pauses))


@pytest.mark.parametrize("status", STATUSES)
def test_retries_are_the_same(trio, peer, status):
    answer = Answer(status, ERROR, {"x-request-id": "req_7"})
    requests, outcomes = ask_all(trio, peer, [answer],
                                 dict(call="retrieve", id="invite-1"))
    assert requests["c"] == requests["python"] == requests["node"]
    for kind, outcome in outcomes.items():
        assert not outcome["ok"]
        assert len(outcome["pauses"]) == len(requests[kind]) - 1
        assert within_jitter(outcome["pauses"]), (kind, outcome["pauses"])
    error = outcomes["c"]["error"]
    assert (error["status"], error["code"], error["request_id"]) == (
        status, "nope", "req_7")
    for kind in ("python", "node"):
        assert outcomes[kind]["status"] == status
        assert outcomes[kind]["code"] == error["code"]
        assert outcomes[kind]["request_id"] == error["request_id"]


@pytest.mark.parametrize("status", [400, 404, 409, 500])
@pytest.mark.parametrize("should", ["true", "false", "maybe"])
def test_the_servers_word_on_retries(trio, peer, status, should):
    requests, _ = ask_all(
        trio, peer, [Answer(status, ERROR, {"x-should-retry": should})],
        dict(call="create", email="a@b.c", role="reader"))
    assert requests["c"] == requests["python"] == requests["node"]


@pytest.mark.parametrize("headers, pause", [
    ({"retry-after-ms": "40"}, 40),
    ({"retry-after": "3"}, 3000),
    ({"retry-after": "0.25"}, 250),
    ({"retry-after-ms": "15", "retry-after": "9"}, 15),
    ({"retry-after-ms": "soon", "retry-after": "2"}, 2000),
    ({"retry-after": "59"}, 59000),
])
def test_the_pause_the_server_asks_for(trio, peer, headers, pause):
    _, outcomes = ask_all(trio, peer,
                          [Answer(429, ERROR, headers), Answer(200, INVITE)],
                          dict(call="retrieve", id="invite-1"))
    for kind, outcome in outcomes.items():
        assert outcome["ok"], kind
        assert [round(p) for p in outcome["pauses"]] == [pause], kind


@pytest.mark.parametrize("value", ["-5", "nonsense", "", "NaN",
                                   "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_pause_that_makes_no_sense(trio, peer, value):
    _, outcomes = ask_all(
        trio, peer,
        [Answer(503, ERROR, {"retry-after": value}), Answer(200, INVITE)],
        dict(call="retrieve", id="invite-1"))
    for kind, outcome in outcomes.items():
        assert outcome["ok"], kind
        assert len(outcome["pauses"]) == 1
        assert within_jitter(outcome["pauses"]), (kind, outcome["pauses"])


@pytest.mark.parametrize("value", ["121", "3600", "1000000000"])
def test_a_pause_too_long_is_the_callers_decision(trio, peer, value):
    """As Python does. (Node would ask again at once, Ruby and Go after 8 s.)"""
    both = {kind: trio[kind] for kind in ("c", "python")}
    requests, outcomes = ask_all(
        both, peer, [Answer(429, ERROR, {"retry-after": value})],
        dict(call="retrieve", id="invite-1"))
    assert requests["c"] == requests["python"]
    assert len(requests["c"]) == 1
    assert outcomes["c"]["error"]["temporary"]
    assert outcomes["c"]["error"]["retry_after_ms"] == float(value) * 1000


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_lost_connection_is_tried_again_alike(trio, peer, end):
    requests, outcomes = ask_all(trio, peer, [Raw(b"", end)],
                                 dict(call="create", email="a@b.c",
                                      role="reader"))
    assert requests["c"] == requests["python"] == requests["node"]
    assert len(requests["c"]) == 3
    for kind, outcome in outcomes.items():
        assert not outcome["ok"]
        assert within_jitter(outcome["pauses"]), (kind, outcome["pauses"])


@pytest.mark.parametrize("status", [307, 308])
def test_redirects_are_followed_alike(trio, peer, status):
    to = {"location": "/v1/elsewhere"}
    requests, outcomes = ask_all(
        trio, peer, [Answer(status, "", to), Answer(200, INVITE)],
        dict(call="create", email="a@b.c", role="reader"))
    assert all(outcome["ok"] for outcome in outcomes.values())
    assert requests["c"] == requests["python"] == requests["node"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_is_redirected_alike(trio, peer, status):
    requests, outcomes = ask_all(
        trio, peer, [Answer(status, "", {"location": "../v1/else?a=b%20c"}),
                     Answer(200, INVITE)],
        dict(call="retrieve", id="invite-1"))
    assert all(outcome["ok"] for outcome in outcomes.values()), outcomes
    assert requests["c"] == requests["python"] == requests["node"]
    assert len(requests["c"]) == 2


# ---- options of one call ----------------------------------------------------------

GET = dict(call="retrieve", id="invite-1")


@pytest.mark.parametrize("retries", [-1, 1, 3])
def test_retries_of_one_call_are_the_same(trio, peer, retries):
    requests, outcomes = ask_all(
        trio, peer, [Answer(500, ERROR)],
        {**GET, "options": {"max_retries": retries}})
    assert requests["c"] == requests["python"] == requests["node"]
    assert len(requests["c"]) == max(retries, 0) + 1
    assert not any(outcome["ok"] for outcome in outcomes.values())


def test_a_timeout_of_one_call_is_the_same(trio, peer):
    requests, outcomes = ask_all(
        trio, peer, [Raw(b"", "stall")],
        {**GET, "options": {"timeout_ms": 1000, "max_retries": -1}}, least=1)
    assert requests["c"] == requests["python"] == requests["node"]
    assert outcomes["c"]["error"]["kind"] == "timeout"
    assert not any(outcome["ok"] for outcome in outcomes.values())


def test_headers_of_one_call_are_the_same(trio, peer):
    sent = {}
    for kind, drive in trio.items():
        assert drive("new", base_url=peer.url, admin_api_key=KEY,
                     organization="org-1")["ok"]
        peer.script(Answer(200, INVITE))
        assert drive(**GET, options={
            "headers": "X-One: 1\nOpenAI-Organization: org-2"})["ok"]
        sent[kind] = {name: peer.requests[0].headers.get(name) for name in
                      ("x-one", "openai-organization", "authorization")}
    assert sent["c"] == sent["python"] == sent["node"]
    assert sent["c"]["openai-organization"] == "org-2"


def test_a_key_for_repeating_is_sent_alike(trio, peer):
    """By the option, and by the header that it stands for."""
    sent = {}
    for kind, drive in trio.items():
        assert drive("new", base_url=peer.url, admin_api_key=KEY)["ok"]
        peer.script(Answer(500, ERROR), Answer(409, ERROR),
                    Answer(200, INVITE))
        options = {"idempotency_key": "k-1"} if kind == "c" else {
            "headers": "Idempotency-Key: k-1"}
        assert drive("create", email="a@b.c", role="reader",
                     options=options)["ok"]
        sent[kind] = [request.headers.get("idempotency-key")
                      for request in peer.requests]
    assert sent["c"] == sent["python"] == sent["node"] == ["k-1"] * 3


# ---- what came with an answer -------------------------------------------------------

def test_raw_answers_are_the_same(trio, peer):
    body = {**INVITE, "new": [1, {"deep": None}]}
    _, outcomes = ask_all(
        trio, peer, [Answer(500), Answer(201, body, {
            "x-request-id": "req_1", "x-other": "two words"})],
        {**GET, "raw": True})
    for kind, outcome in outcomes.items():
        result = outcome["result"]
        assert result["status_code"] == 201, kind
        assert result["request_id"] == "req_1", kind
        assert json.loads(result["json"]) == body, kind
    assert outcomes["c"]["result"]["attempts"] == \
        outcomes["python"]["result"]["attempts"] == 2
    assert "x-other: two words\n" in outcomes["c"]["result"]["headers"]
    assert outcomes["python"]["result"]["other"] == "two words"


@pytest.mark.parametrize("status, body, headers", [
    (404, '{"error": {"message": "No.", "code": "gone", "param": "id", '
          '"type": "t"}}', {"x-request-id": "req_2"}),
    (400, "not JSON at all", {}), (403, "", {"x-request-id": "req_3"}),
    (422, '{"error": "a text"}', {}),
])
def test_refusals_are_told_alike(trio, peer, status, body, headers):
    _, outcomes = ask_all(trio, peer, [Answer(status, body, headers)], GET)
    told = {kind: outcome["error"] if kind == "c" else outcome
            for kind, outcome in outcomes.items()}
    assert {one["status"] for one in told.values()} == {status}
    assert len({one["code"] or None for one in told.values()}) == 1, told
    assert len({one["request_id"] or None for one in told.values()}) == 1


# ---- lists ------------------------------------------------------------------------

def second(**change: Any) -> dict:
    return {**page([{**INVITE, "id": "invite-2"}]), **change}


LISTS = {
    "an empty page": [page([])],
    "nothing is said": [{"data": [INVITE]}],
    "the last page is empty": [page([INVITE], True), page([])],
    "another last id than the last": [
        {**page([INVITE], True), "last_id": "a&b é"}, second()],
    "no more, whatever the last id": [{**page([INVITE]), "last_id": "y"}],
    "data is more than was asked for": [page([INVITE] * 3, True), second()],
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_gone_through_alike(trio, peer, name):
    requests, outcomes = ask_all(
        trio, peer, [Answer(200, body) for body in LISTS[name]],
        dict(call="list", limit=1))
    assert requests["c"] == requests["python"] == requests["node"]
    ids = {kind: out["result"]["ids"] for kind, out in outcomes.items()}
    assert ids["c"] == ids["python"] == ids["node"]


# ---- where we do otherwise, on purpose ---------------------------------------------

def test_a_list_that_does_not_say_how_it_goes_on(trio, peer):
    """The SDKs end it in silence; here the last item's id is as good."""
    first = {**page([INVITE], True), "last_id": None}
    requests, outcomes = ask_all(
        trio, peer, [Answer(200, first), Answer(200, page([]))],
        dict(call="list"))
    assert len(requests["python"]) == len(requests["node"]) == 1
    assert len(requests["c"]) == 2 and outcomes["c"]["ok"]


def test_an_empty_page_that_says_it_goes_on(trio, peer):
    """A shortened list is no success."""
    _, outcomes = ask_all(trio, peer, [Answer(200, page([], True))],
                          dict(call="list"))
    assert outcomes["python"]["result"] == outcomes["node"]["result"] == \
        {"ids": []}
    assert outcomes["c"]["error"]["kind"] == "answer"


@pytest.mark.parametrize("more", [{}, {"has_more": None}])
def test_a_list_that_only_says_where_its_page_ends(trio, peer, more):
    """Goes on, as Python does. (Node takes it for the whole.)"""
    requests, outcomes = ask_all(
        trio, peer, [Answer(200, {"data": [INVITE], "last_id": "x", **more}),
                     Answer(200, second())], dict(call="list"))
    assert requests["c"] == requests["python"]
    assert outcomes["c"]["result"]["ids"] == \
        outcomes["python"]["result"]["ids"] == ["invite-1", "invite-2"]
    assert outcomes["node"]["result"]["ids"] == ["invite-1"]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_of_a_post_is_no_get(trio, peer, status):
    """The SDKs take the answer to the GET for the invite."""
    _, outcomes = ask_all(
        trio, peer, [Answer(status, "", {"location": "/v1/elsewhere"}),
                     Answer(200, INVITE)],
        dict(call="create", email="a@b.c", role="reader"))
    assert outcomes["python"]["ok"] and outcomes["node"]["ok"]
    error = outcomes["c"]["error"]
    assert (error["kind"], error["status"]) == ("answer", status)


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_leads_to_no_other_host(trio, peer, make_peer, status):
    other = make_peer(Answer(200, INVITE))
    for kind, drive in trio.items():
        drive("new", base_url=peer.url, admin_api_key=KEY,
              organization="org-1")
        peer.script(Answer(status, "", {"location": other.url + "/x"}))
        other.script(Answer(200, INVITE))
        out = drive(**GET)
        assert out["ok"] == (kind != "c") == bool(other.requests)
