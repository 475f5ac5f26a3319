"""
Servers that misbehave, and networks that do: every failure is an error with a
sentence and the right kind, in bounded time, and never a crash.
"""

from __future__ import annotations

import gzip
import json
import socket
import zlib

import pytest

from conftest import KEY, clean_environment
from peer import Answer, INVITE, Peer, Raw, page
from tls import Authority

GET = dict(call="retrieve", id="invite-1")


# enum inv_cause
(NONE, DNS, REFUSED, PROXY, TLS, CERTIFICATE, CUT, PROTOCOL, ENCODING,
 TOO_LARGE, REDIRECT, JSON, PAGE, DEADLINE) = range(14)


def fails(drive, kind: str, line: dict = GET) -> dict:
    out = drive(**line)
    assert not out["ok"], out
    error = out["error"]
    assert error["kind"] == kind, error
    assert error["message"]
    assert KEY not in json.dumps(out)
    return {**error, "pauses": out["pauses"]}


# ---- what an error looks like ---------------------------------------------

@pytest.mark.parametrize("status, kind", [
    (400, "bad_request"), (401, "authentication"), (403, "permission"),
    (404, "not_found"), (409, "conflict"), (410, "not_found"),
    (422, "unprocessable"), (429, "rate_limit"), (500, "server"),
    (503, "server"), (418, "status"), (304, "status"), (699, "server"),
])
def test_status_becomes_kind(drive, peer, status, kind):
    peer.script(Answer(status, {"error": {"message": "M", "code": "c"}}))
    assert fails(drive, kind)["status"] == status


BODIES = [
    ({"error": {"message": "Sentence.", "type": "t", "param": "p",
                "code": "c"}}, "Sentence.", "c"),
    ({"error": {"message": "Sentence.", "type": "t", "param": None,
                "code": None}}, "Sentence.", ""),
    ({"error": "You lack scopes."}, "You lack scopes.", ""),
    ({"message": "No envelope.", "code": "c"}, "No envelope.", "c"),
    ({"code": 400, "message": "Project x is archived"},
     "Project x is archived", ""),
    ("plain words\nand more", "plain words", ""),
]


@pytest.mark.parametrize("body, message, code", BODIES)
def test_errors_of_every_form(drive, peer, body, message, code):
    peer.script(Answer(400, body, {"x-request-id": "req_1"}))
    error = fails(drive, "bad_request")
    assert (error["message"], error["code"]) == (message, code)
    assert error["request_id"] == "req_1"


@pytest.mark.parametrize("body", [
    "", "<html><h1>502</h1></html>", "  ", "[]", "5", "null", "{}", '{"error":',
    '{"error":{"message":7}}', '{"error":null}', "\ufeff", b"\xff\xfe\x00",
    b"\x00" * 10, '"just a text"',
])
def test_errors_that_say_nothing(drive, peer, body):
    peer.script(Answer(400, body))
    error = fails(drive, "bad_request")
    assert "400" in error["message"] or error["message"].strip()
    assert error["status"] == 400


def test_error_texts_are_cut_between_characters(drive, peer):
    peer.script(Answer(400, {"error": {"message": "é" * 5000,
                                       "code": "x" * 999,
                                       "param": "a\x1b[31mb\nc"}}))
    error = fails(drive, "bad_request")
    assert error["message"] == "é" * 255
    assert error["code"] == "x" * 63
    assert error["param"] == "a [31mb c"


# ---- answers of 2xx that make no sense ------------------------------------

@pytest.mark.parametrize("body", [
    "", "{", "[]", "null", "7", '"text"', "{}", '{"id":""}', '{"id":7}',
    '{"id":null}', '{"id":"x\\u0000y"}', b'{"id":"\xff"}',
    '{"id":"x","email":[]}', '{"id":"x","projects":{}}',
    '{"id":"x","projects":[null]}', '{"id":"x","projects":[{"id":1}]}',
    '{"id":"x","created_at":"yesterday"}', '{"id":"x","created_at":1e30}',
    '{"id":"x","role":1}', '{"id":"x","delivery":"sent"}',
    '{"id":"x"} trailing', "[" * 5000, '{"a":' * 5000,
    '{"id":"x","created_at":1e999}',
])
def test_wrong_answers_are_refused(drive, peer, body):
    peer.script(Answer(200, body))
    error = fails(drive, "answer")
    assert error["attempts"] == 1


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_success_will_do(drive, peer, status):
    peer.script(Answer(status, INVITE))
    assert drive(**GET)["ok"]


def test_204_has_no_invite(drive, peer):
    peer.script(Raw(b"HTTP/1.1 204 No Content\r\n\r\n", "close"))
    fails(drive, "answer")


def test_members_from_the_future_survive(drive, peer):
    body = {"id": "invite-1", "object": "invite2", "email": "a@b.c",
            "role": "auditor", "status": "snoozed", "created_at": 17.0,
            "projects": None, "huge": 10 ** 30, "new": {"deep": [1, {}]},
            "nul": "a\0b"}
    peer.script(Answer(200, body, {"x-request-id": "req_9"}))
    out = drive("create", email="a@b.c", role="reader")["result"]
    assert (out["role"], out["role_text"]) == (0, "auditor")
    assert (out["status"], out["status_text"]) == (0, "snoozed")
    assert (out["created_at"], out["expires_at"]) == (17, 0)
    assert out["projects_len"] == 0
    assert out["request_id"] == "req_9"
    assert json.loads(out["json"]) == body


@pytest.mark.parametrize("body", [
    {}, {"data": {}}, {"data": [INVITE, 7]}, {"data": [{}]}, [],
    {"data": [INVITE], "has_more": "yes"}, {"data": [INVITE], "last_id": 5},
])
def test_wrong_pages_are_refused(drive, peer, body):
    peer.script(Answer(200, body))
    fails(drive, "answer", dict(call="list"))


@pytest.mark.parametrize("last", [
    page([INVITE]), page([]), {"data": [INVITE]},
])
def test_a_list_ends_where_the_server_says_so(drive, peer, last):
    peer.script(Answer(200, last))
    out = drive("list")
    assert out["ok"] and len(peer.requests) == 1


@pytest.mark.parametrize("more", [{}, {"has_more": None}])
def test_a_list_goes_on_where_only_its_end_is_said(drive, peer, more):
    """Without has_more, a page that has a last id is not the last."""
    second = {"data": [{**INVITE, "id": "invite-2"}], "last_id": "invite-2"}
    peer.script(Answer(200, {"data": [INVITE], "last_id": "x", **more}),
                Answer(200, {**second, **more}), Answer(200, {"data": []}))
    assert drive("list")["result"]["ids"] == ["invite-1", "invite-2"]
    assert [request.query for request in peer.requests] == [
        [], [("after", "x")], [("after", "invite-2")]]


@pytest.mark.parametrize("last_id", [None, ""])
def test_a_list_goes_on_behind_its_last_item(drive, peer, last_id):
    peer.script(Answer(200, {**page([INVITE], True), "last_id": last_id}),
                Answer(200, page([{**INVITE, "id": "invite-2"}])))
    out = drive("list")
    assert out["result"]["ids"] == ["invite-1", "invite-2"]
    assert peer.requests[1].query == [("after", "invite-1")]


@pytest.mark.parametrize("where", [{}, {"last_id": "invite-9"}])
def test_an_empty_page_that_is_not_the_last_is_an_error(drive, peer, where):
    peer.script(Answer(200, {**page([], True), **where}))
    error = fails(drive, "answer", dict(call="list"))
    assert error["cause"] == PAGE and len(peer.requests) == 1


@pytest.mark.parametrize("headers, expected", [
    ({"x-request-id": "req_1"}, "req_1"), ({}, ""),
])
def test_items_have_the_request_id_of_their_page(drive, peer, headers,
                                                 expected):
    peer.script(Answer(200, page([INVITE, {**INVITE, "id": "b"}]), headers))
    assert drive("list")["result"]["request_ids"] == [expected] * 2


@pytest.mark.parametrize("length", [1, 2, 3, 7])
def test_a_list_in_a_circle_ends(drive, peer, length):
    def turn(request):
        turn.count += 1
        name = f"id-{turn.count % length}"
        return Answer(200, page([{**INVITE, "id": name}], True))
    turn.count = 0
    peer.script(turn)
    error = fails(drive, "answer", dict(call="list"))
    assert "circle" in error["message"] and error["cause"] == PAGE
    assert len(peer.requests) <= 6 * length + 6


# ---- bytes and lengths ----------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def test_a_truncated_answer_is_asked_for_again(drive, peer):
    peer.script(Raw(HEAD + b"content-length: 500\r\n\r\n{\"id\":\"in"),
                Answer(200, INVITE))
    out = drive(**GET)
    assert out["ok"] and len(out["pauses"]) == 1


@pytest.mark.parametrize("data", [
    b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\ncontent-len",
    HEAD + b"content-length: 9\r\n\r\n{", b"\x16\x03\x01 no http at all\r\n",
    HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n",
    HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n",
    HEAD + b"content-length: x\r\n\r\n",
    b"HTTP/9.9 200 OK\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n",
])
@pytest.mark.parametrize("end", ["close", "reset"])
def test_garbage_and_cuts(drive, peer, data, end):
    peer.script(Raw(data, end))
    out = drive(**GET)
    assert not out["ok"]
    assert out["error"]["kind"] in ("connection", "answer")
    assert len(peer.requests) in (1, 3)


def test_an_endless_body_is_given_up(drive, peer):
    peer.script(Raw(HEAD + b"\r\n", "endless", b"x" * 65536))
    error = fails(drive, "answer")
    assert "too large" in error["message"]
    assert error["attempts"] == 1


def test_endless_headers_are_given_up(drive, peer):
    peer.script(Raw(b"HTTP/1.1 200 OK\r\n", "endless",
                    b"x-more: " + b"y" * 1000 + b"\r\n"))
    error = fails(drive, "answer")
    assert (error["cause"], error["status"]) == (TOO_LARGE, 200)


@pytest.mark.parametrize("size", [70_000, 150_000])
def test_a_header_line_too_long_is_told_as_such(drive, peer, size):
    peer.script(Raw(b"HTTP/1.1 200 OK\r\nx-request-id: req_3\r\nx-long: "
                    + b"y" * size + b"\r\n\r\n{}"))
    error = fails(drive, "answer")
    assert "too large" in error["message"]
    assert (error["cause"], error["status"]) == (TOO_LARGE, 200)
    assert error["request_id"] == "req_3"


def test_a_cut_body_keeps_its_status(drive, peer):
    peer.script(Raw(HEAD + b"x-request-id: req_4\r\ncontent-length: 500\r\n"
                    b"\r\n{"))
    error = fails(drive, "connection")
    assert (error["cause"], error["status"]) == (CUT, 200)
    assert error["request_id"] == "req_4" and error["temporary"]


def test_a_stalled_answer_times_out(drive, peer):
    drive("new", base_url=peer.url, admin_api_key=KEY, timeout_ms=200)
    peer.script(Raw(HEAD + b"content-length: 500\r\n\r\n{", "stall"))
    error = fails(drive, "timeout")
    assert error["attempts"] == 3 and error["temporary"]


def test_a_timeout_is_tried_again(drive, peer):
    drive("new", base_url=peer.url, admin_api_key=KEY, timeout_ms=1500)
    peer.script(Raw(b"", "stall"), Answer(200, INVITE))
    assert drive(**GET)["ok"]


@pytest.mark.parametrize("coding, squeeze", [
    ("gzip", gzip.compress), ("deflate", zlib.compress),
])
def test_compressed_answers(drive, peer, coding, squeeze):
    peer.script(Answer(200, squeeze(json.dumps(INVITE).encode()),
                       {"content-encoding": coding}))
    assert drive(**GET)["result"]["id"] == "invite-1"


def test_a_lie_about_compression(drive, peer):
    peer.script(Answer(200, b"not gzip", {"content-encoding": "gzip"}))
    assert fails(drive, "answer")["attempts"] == 1


def test_a_compression_bomb(drive, peer):
    peer.script(Answer(200, gzip.compress(b" " * (80 << 20)),
                       {"content-encoding": "gzip"}))
    assert "too large" in fails(drive, "answer")["message"]


def test_an_interim_answer_is_passed_over(drive, peer):
    body = json.dumps(INVITE).encode()
    peer.script(Raw(b"HTTP/1.1 103 Early Hints\r\nx-request-id: no\r\n\r\n"
                    + HEAD + b"x-request-id: req_5\r\n\r\n" + body))
    out = drive(**GET)
    assert out["result"]["request_id"] == "req_5"


# ---- redirects ------------------------------------------------------------

@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_leads_to_another_host(drive, peer, make_peer, status):
    other = make_peer(Answer(200, INVITE))
    drive("new", base_url=peer.url, admin_api_key=KEY, organization="org-1",
          headers="X-Secret: s")
    peer.script(Answer(status, "", {"location": other.url + "/there"}))
    error = fails(drive, "answer")
    assert (error["cause"], error["status"]) == (REDIRECT, status)
    assert f"127.0.0.1:{other.port}" in error["message"]
    assert other.requests == [] and error["attempts"] == 1


@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("line", [
    dict(call="create", email="a@b.c", role="reader"),
    dict(call="delete", id="x"),
])
def test_no_redirect_makes_a_get_of_it(drive, peer, status, line):
    peer.script(Answer(status, "", {"location": "/v1/elsewhere"}),
                Answer(200, INVITE))
    error = fails(drive, "answer", line)
    assert (error["cause"], error["status"]) == (REDIRECT, status)
    assert len(peer.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_get_follows_on_the_same_host(drive, peer, status):
    peer.script(Answer(status, "", {"location": "elsewhere?a=b"}),
                Answer(200, INVITE))
    assert drive(**GET)["ok"]
    assert peer.requests[1].target == "/v1/organization/invites/elsewhere?a=b"
    assert peer.requests[1].headers["authorization"] == f"Bearer {KEY}"


def test_redirects_have_an_end(drive, peer):
    peer.script(Answer(302, "", {"location": "/v1/again"}))
    error = fails(drive, "answer")
    assert (error["cause"], error["status"]) == (REDIRECT, 302)
    assert error["attempts"] == len(peer.requests) == 21


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://127.0.0.1/x",
                                   "gopher://127.0.0.1/x"])
def test_redirects_elsewhere_are_refused(drive, peer, where):
    peer.script(Answer(307, "", {"location": where}))
    assert fails(drive, "answer")["attempts"] == 1


def test_a_redirect_without_location(drive, peer):
    peer.script(Answer(302, ""))
    fails(drive, "status")


# ---- the network ----------------------------------------------------------

def test_nobody_listens(drive):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        drive("new", base_url=f"http://127.0.0.1:{port}", admin_api_key=KEY)
        error = fails(drive, "connection")
    assert error["attempts"] == 3 and error["status"] == 0
    assert error["cause"] == REFUSED and error["detail"]
    assert f"127.0.0.1:{port}" in error["message"]
    assert "OPENAI_BASE_URL" in error["message"]


def test_a_name_that_does_not_exist(drive):
    drive("new", base_url="http://nowhere.invalid", admin_api_key=KEY,
          max_retries=-1)
    error = fails(drive, "connection")
    assert (error["attempts"], error["cause"]) == (1, DNS)
    assert "nowhere.invalid" in error["message"]


def test_a_proxy_that_does_not_exist(drive, peer):
    drive("new", base_url=peer.url, admin_api_key=KEY,
          proxy="http://nowhere.invalid:1", max_retries=-1)
    assert fails(drive, "connection")["cause"] == PROXY


def test_a_proxy_is_used(drive, peer, make_peer):
    proxy = make_peer(Answer(200, INVITE))
    drive("new", base_url="http://far.invalid/v1", admin_api_key=KEY,
          proxy=f"http://127.0.0.1:{proxy.port}")
    assert drive(**GET)["ok"]
    assert proxy.requests[0].target == \
        "http://far.invalid/v1/organization/invites/invite-1"


def test_connections_are_kept_open(drive, peer):
    for _ in range(5):
        assert drive(**GET)["ok"]
    assert {request.connection for request in peer.requests} == {0}


def test_a_connection_closed_meanwhile_is_replaced(drive, peer):
    peer.script(Answer(200, INVITE, close=True))
    for _ in range(3):
        assert drive(**GET)["ok"]
    assert len({request.connection for request in peer.requests}) == 3


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_post_that_must_not_be_repeated_is_sent_once(drive, peer, end):
    drive("new", base_url=peer.url, admin_api_key=KEY, max_retries=-1)
    peer.script(Answer(200, INVITE), Raw(b"", end))
    assert drive(**GET)["ok"]
    error = fails(drive, "connection",
                  dict(call="create", email="a@b.c", role="reader"))
    assert error["attempts"] == 1 and error["cause"] == CUT
    assert [r.method for r in peer.requests] == ["GET", "POST"]
    assert [r.connection for r in peer.requests] == [0, 1]


def test_requests_are_counted_on_the_wire(drive, peer):
    """A kept connection dies, and libcurl itself sends a GET once more."""
    drive("new", base_url=peer.url, admin_api_key=KEY, max_retries=-1)
    peer.script(Answer(200, INVITE), Raw(b"", "close"), Answer(404))
    assert drive(**GET)["ok"]
    error = fails(drive, "not_found")
    assert error["attempts"] == len(peer.requests) - 1 == 2


def test_head_waits_for_no_body(drive, peer):
    peer.script(Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n"
                    b"x-request-id: req_6\r\n\r\n", "stall"))
    out = drive("request", method="HEAD", path="/organization/invites")
    assert out["result"]["json"] == ""
    assert [r.method for r in peer.requests] == ["HEAD"]


def test_another_call_may_have_no_body(drive, peer):
    peer.script(Raw(b"HTTP/1.1 204 No Content\r\n\r\n", "close"))
    out = drive("request", method="DELETE", path="/organization/invites/x")
    assert out["result"]["json"] == ""
    peer.script(Answer(200, ""))
    fails(drive, "answer", dict(call="request", method="GET", path="/x"))


# ---- TLS ------------------------------------------------------------------

@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def test_tls(drive, make_peer, authority):
    peer = make_peer(tls=authority.context("IP:127.0.0.1"))
    drive("new", base_url=peer.url, admin_api_key=KEY,
          ca_file=str(authority.file))
    assert drive(**GET)["ok"]


def test_tls_by_environment(make_drive, make_peer, authority):
    peer = make_peer(tls=authority.context("IP:127.0.0.1"))
    drive = make_drive(env=clean_environment(
        OPENAI_BASE_URL=peer.url, OPENAI_ADMIN_KEY=KEY,
        SSL_CERT_FILE=str(authority.file)))
    drive("new")
    assert drive(**GET)["ok"]


@pytest.mark.parametrize("name", ["DNS:example.com", "IP:127.0.0.2",
                                  "DNS:*.0.0.1"])
def test_tls_with_a_wrong_name_is_refused(drive, make_peer, authority, name):
    peer = make_peer(tls=authority.context(name))
    drive("new", base_url=peer.url, admin_api_key=KEY,
          ca_file=str(authority.file))
    error = fails(drive, "connection")
    assert error["attempts"] == 1 and not error["temporary"]
    assert error["cause"] == CERTIFICATE
    assert peer.requests == []


def test_tls_of_an_unknown_authority_is_refused(drive, make_peer, authority):
    peer = make_peer(tls=authority.context("IP:127.0.0.1"))
    drive("new", base_url=peer.url, admin_api_key=KEY)
    assert fails(drive, "connection")["attempts"] == 1
    assert peer.requests == []


def test_tls_that_has_expired_is_refused(drive, make_peer, authority):
    peer = make_peer(tls=authority.context("IP:127.0.0.1", expired=True))
    drive("new", base_url=peer.url, admin_api_key=KEY,
          ca_file=str(authority.file))
    assert fails(drive, "connection")["attempts"] == 1


def test_a_bad_certificate_is_not_tried_again(drive, make_peer, authority):
    peer = make_peer(tls=authority.context("IP:127.0.0.1", expired=True))
    drive("new", base_url=peer.url, admin_api_key=KEY)
    error = fails(drive, "connection")
    assert not error["temporary"] and error["pauses"] == []
    assert "SSL_CERT_FILE" in error["message"]


@pytest.mark.parametrize("end", ["close", "reset"])
def test_no_signal_comes_of_a_farewell(drive, make_peer, authority, end):
    """TLS says goodbye to a server that has left already."""
    body = json.dumps(INVITE).encode()
    peer = make_peer(Raw(HEAD + b"content-length: %d\r\n\r\n" % len(body)
                         + body, end), tls=authority.context("IP:127.0.0.1"))
    for _ in range(3):
        drive("new", base_url=peer.url, admin_api_key=KEY,
              ca_file=str(authority.file))
        assert drive(**GET)["ok"]
    assert drive("new", base_url=peer.url, admin_api_key=KEY)["ok"]


def test_tls_without_its_file(drive, make_peer, authority):
    drive("new", base_url="https://127.0.0.1:1", admin_api_key=KEY,
          ca_file="/nowhere/ca.pem", max_retries=-1)
    out = drive(**GET)
    assert out["error"]["kind"] in ("usage", "connection")


def test_tls_against_one_that_speaks_none(drive, peer):
    """It may wait for the end of a line that never comes."""
    drive("new", base_url=peer.url.replace("http:", "https:"),
          admin_api_key=KEY, connect_timeout_ms=500, max_retries=-1)
    out = drive(**GET)
    assert out["error"]["kind"] in ("connection", "timeout")


# ---- what the caller says -------------------------------------------------

@pytest.mark.parametrize("line, words", [
    (dict(call="create", role="reader"), "email"),
    (dict(call="create", email="a@b.c"), "role"),
    (dict(call="create", email="a@b.c", role="reader",
          projects=[{"role": "member"}]), "projects[0].id"),
    (dict(call="create", email="a@b.c", role="reader",
          projects=[{"id": "p", "role": "owner"}, {"id": "p"}]),
     "projects[1].role"),
    (dict(call="create", email="a", role="b", extra_body="[]"), "extra"),
    (dict(call="create", email="a", role="b", extra_body="{"), "extra"),
    (dict(call="create", email="a", role="b", extra_body='{"a":1,"a":2}'),
     "extra"),
    (dict(call="retrieve", id=""), "invite_id"),
    (dict(call="retrieve"), "invite_id"),
    (dict(call="delete", id=".."), "invite_id"),
    (dict(call="delete", id="."), "invite_id"),
    (dict(call="projects_users"), "project_id"),
    (dict(call="request", method="get", path="/x"), "method"),
    (dict(call="request", method="GET", path="x"), "path"),
    (dict(call="request", method="GET", path="/{id}"), "path"),
    (dict(call="request", method="GET", path="/a b"), "path"),
    (dict(call="request", method="GET", path="/a", query="a b"), "query"),
    (dict(call="request", method="GET", path="/a", query="a#b"), "query"),
    (dict(call="list", extra_query="a=b#c"), "query"),
    (dict(call="list", extra_query="?a=b"), "query"),
    (dict(call="list", extra_query="a=b\nc"), "query"),
    (dict(call="list", limit=-1), "limit"),
    (dict(call="accept"), "link"),
    (dict(call="accept", link="https://x.y/accept"), "link"),
    (dict(call="accept", link="https://x.y/other#code"), "link"),
    (dict(call="accept", link="ftp://x.y/accept#code"), "link"),
    (dict(call="accept", link="https://u:p@x.y/accept#code"), "link"),
])
def test_mistakes_are_told_and_nothing_is_sent(drive, peer, line, words):
    assert words in fails(drive, "usage", line)["message"]
    assert peer.requests == []


@pytest.mark.parametrize("options", [
    dict(base_url="api.openai.com"), dict(base_url="ftp://x"),
    dict(base_url="http://"), dict(base_url="http:///v1"),
    dict(base_url="https://u:p@x"), dict(base_url="https://x?y"),
    dict(base_url="https://x#y"), dict(base_url="https://x y"),
    dict(admin_api_key="a\r\nx: y"), dict(organization="a\nb"),
    dict(project="\x7f"), dict(headers="bad name: x"),
    dict(base_url=""), dict(timeout_ms=-1), dict(connect_timeout_ms=-5),
    dict(max_retries=-2), dict(headers="no colon"),
    dict(headers=": x"), dict(headers="a: b\x01"),
    dict(headers="\n".join(f"h{i}: x" for i in range(300))),
])
def test_options_that_cannot_be(make_drive, options):
    drive = make_drive()
    out = drive("new", **options)
    assert not out["ok"] and out["error"]["kind"] == "usage"


OUR_KEY = "sk-admin-inv_" + "0" * 13 + "_" + "k" * 49


@pytest.mark.parametrize("options", [
    dict(admin_api_key=OUR_KEY), dict(headers=f"Authorization: Bearer {OUR_KEY}"),
])
@pytest.mark.parametrize("url", [
    None, "https://api.openai.com/v1", "https://API.OpenAI.com.:443/v1",
    "https://eu.api.openai.com/v1",
])
def test_a_key_of_our_own_server_is_never_sent_to_openai(make_drive, options,
                                                         url):
    drive = make_drive()
    assert drive("new", base_url=url, proxy="http://127.0.0.1:1",
                 **options)["ok"]
    out = drive(**GET)
    assert out["error"]["kind"] == "usage" and out["error"]["attempts"] == 0
    assert "OPENAI_BASE_URL" in out["error"]["message"]
    assert OUR_KEY not in json.dumps(out)


@pytest.mark.parametrize("host", ["notopenai.com", "openai.com.example"])
def test_a_key_of_our_own_server_goes_elsewhere(drive, make_peer, host):
    proxy = make_peer(Answer(200, INVITE))
    drive("new", base_url=f"http://{host}/v1", admin_api_key=OUR_KEY,
          proxy=f"http://127.0.0.1:{proxy.port}")
    assert drive(**GET)["ok"]


def test_without_a_key_nothing_is_sent(drive, peer):
    drive("new", base_url=peer.url)
    error = fails(drive, "authentication")
    assert "OPENAI_ADMIN_KEY" in error["message"]
    assert peer.requests == []


def test_the_environment(make_drive, peer):
    drive = make_drive(env=clean_environment(
        OPENAI_BASE_URL=peer.url + "/", OPENAI_ADMIN_KEY=KEY,
        OPENAI_ORG_ID="org-1", OPENAI_PROJECT_ID="proj_1",
        OPENAI_CUSTOM_HEADERS="X-One: 1\nno colon\r\nUser-Agent: me\nX-E:"))
    assert drive("new", headers="X-Two:  two words ")["ok"]
    assert drive(**GET)["ok"]
    request = peer.requests[0]
    assert request.path == "/v1/organization/invites/invite-1"
    headers = request.headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["openai-organization"] == "org-1"
    assert headers["openai-project"] == "proj_1"
    assert headers["x-one"] == "1"
    assert headers["x-two"] == "two words"
    assert headers["x-e"] == ""
    assert headers["user-agent"] == "me"


def test_options_win_over_the_environment(make_drive, peer):
    drive = make_drive(env=clean_environment(
        OPENAI_BASE_URL="http://nowhere.invalid", OPENAI_ADMIN_KEY="other",
        OPENAI_ORG_ID="org-other"))
    assert drive("new", base_url=peer.url, admin_api_key=KEY,
                 organization="org-mine")["ok"]
    assert drive(**GET)["ok"]
    assert peer.requests[0].headers["openai-organization"] == "org-mine"


def test_who_asks(drive, peer):
    peer.script(Answer(500), Answer(200, INVITE))
    assert drive(**GET)["ok"]
    first, second = (request.headers for request in peer.requests)
    assert first["user-agent"].startswith("libinv/")
    assert first["x-inv-lang"] == "c"
    assert first["x-inv-runtime"] == "libcurl"
    assert first["x-inv-retry-count"] == "0"
    assert second["x-inv-retry-count"] == "1"


def test_extra_body_and_what_wins(drive, peer):
    assert drive("create", email="a@b.c", role="reader", extra_body=json.dumps(
        {"send_email": False, "email": "x@y.z", "projects": []}))["ok"]
    assert peer.requests[0].json == {
        "email": "a@b.c", "role": "reader", "send_email": False,
        "projects": []}
    assert drive("create", extra_body=json.dumps(
        {"email": "x@y.z", "role": "owner"}))["ok"]
    assert peer.requests[1].json == {"email": "x@y.z", "role": "owner"}


def test_any_other_call(drive, peer):
    peer.script(Answer(200, "[1, 2]"))
    out = drive("request", method="POST", path="/organization/x%2Fy/archive",
                query="a=b", body='{"c":1}')
    assert out["result"]["json"] == "[1, 2]"
    request = peer.requests[0]
    assert (request.method, request.target, request.json) == (
        "POST", "/v1/organization/x%2Fy/archive?a=b", {"c": 1})


# ---- the debug callback ---------------------------------------------------

def test_debugging_never_shows_the_key(drive, peer):
    drive("new", base_url=peer.url, admin_api_key=KEY, debug=True,
          headers=f"X-Api-Key: topsecret\nX-Echo: {KEY}")
    peer.script(Answer(500, KEY, {"x-echo": f"a{KEY}b",
                                  "set-cookie": "session=topsecret"}),
                Answer(200, {**INVITE, "value": "topsecret"}))
    out = drive(**GET)
    text = "\n".join(out["debug"])
    assert {line.split()[0] for line in out["debug"]} == {"[1]"}
    again = drive("retrieve", id="x")["debug"]
    assert {line.split()[0] for line in again} == {"[2]"}
    assert "> GET " in text and "< 500" in text and "< 200" in text
    assert "again in" in text
    assert "x-echo: a[key]b" in text
    assert KEY not in text and "topsecret" not in text


# ---- the invited person's side --------------------------------------------

INVITATION = {"object": "invitation", "status": "accepted",
              "organization": {"name": "Org"}, "email": "a@b.c",
              "role": "reader", "projects": [{"name": "P", "role": "member"}],
              "skipped_projects": ["Old"], "expires_at": 1, "accepted_at": 2,
              "user_id": "user-1", "welcome_url": None}


def test_accepting_sends_no_secret_of_ours(drive, peer, make_peer):
    other = make_peer(Answer(200, INVITATION))
    drive("new", base_url=peer.url, admin_api_key=KEY, organization="org-1",
          headers="X-Secret: s")
    out = drive("accept", name="Ada é",
                link=f"http://127.0.0.1:{other.port}/base/accept#CODE.x-y_z")
    assert (out["result"]["status"], out["result"]["skipped"]) == \
        ("accepted", 1)
    request, = other.requests
    assert (request.method, request.path) == ("POST",
                                              "/base/invitations/accept")
    assert request.json == {"token": "CODE.x-y_z", "name": "Ada é"}
    for name in ("authorization", "openai-organization", "x-secret"):
        assert name not in request.headers
    assert peer.requests == []


def test_a_code_alone_goes_to_the_base_url(drive, peer):
    peer.script(Answer(200, INVITATION))
    drive("new", base_url=peer.url)
    assert drive("accept", link="CODE", name=None)["ok"]
    assert peer.requests[0].path == "/v1/invitations/accept"
    assert peer.requests[0].json == {"token": "CODE"}
