"""
HTTP itself: paths, methods, content types, and what is not quite HTTP.
"""

import gzip
import json
import re

import pytest

from harness import (INVITES, PROJECTS, USERS, RawClient, RawResponse, ask,
                     contract, head, refused)

pytestmark = pytest.mark.alike

JSON = {"Content-Type": "application/json"}
BODY = json.dumps({"email": "ada@example.com", "role": "reader"}).encode()
BARE = "/organization/invites"

def paths():
    """Every path of the description, and the methods that it has."""
    for path, item in contract.spec()["paths"].items():
        allow = {method.upper() for method in item
                 if method in ("get", "post", "delete")}
        if "GET" in allow:
            allow.add("HEAD")
        below = "/v1" if path.startswith(("/org", "/proj", "/inv")) else ""
        yield (below + re.sub(r"{.*?}", "0000000000001", path),
               ", ".join(sorted(allow)))


PATHS = dict(paths())


# -- paths --------------------------------------------------------------------

def test_with_and_without_prefix(shared):
    invite = shared.ok("POST", BARE, content=BODY, headers=JSON)
    for path in (f"{BARE}/{invite['id']}", f"{INVITES}/{invite['id']}"):
        assert shared.ok("GET", path)["id"] == invite["id"]
    for path in ("/organization/projects", "/organization/users",
                 PROJECTS, USERS, BARE):
        assert shared.ok("GET", path)["object"] == "list"
    _, token = shared.link("bob@example.com")
    assert shared.post("/invitations/lookup",
                       json={"token": token}).status_code == 200


@pytest.mark.parametrize("path", [
    "/v1", "/v1/", "/v1/organizations/invites", "/v1/invitations", "/v1/invitations/lookup/", "/healthz/", "/favicon.txt",
    "/acceptance", "/accept/more", "/assets", "/assets/", "/etc/passwd",
    "/.git/config", "/%00", "/v1/organization%2finvites", "/" + "x" * 3000,
])
@pytest.mark.parametrize("key", [True, False])
def test_unknown_url(shared_daemon, path, key):
    client = shared_daemon.api if key else shared_daemon.client(None)
    for method in ("GET", "POST"):
        response = client.request(method, path)
        refused(response, 404, "unknown_url")


@pytest.mark.parametrize("path, served", [
    ("/v1/organization/projects/proj_0000000000001/certificates", "users"),
    ("/organization/usage/completions", "invites"),
    ("/v1/organization/certificates", "projects"),
    ("/v1/organization/Invites", "invites"),
    ("/v1/organization/", "groups"),
    ("/v1/organization/invites/", "{invite_id}"),
    ("/v1/organization/invites/a/b", "resend"),
    ("/v1/organization/invites/" + "a/" * 1000, "resend"),
    ("/v1/v1/organization/users", "users"),
    ("/v1//organization/invites", "invites"),
    ("/V1/organization/invites", "invites"),
    ("/v2/projects/proj_0000000000001", "projects"),
])
@pytest.mark.parametrize("key", [True, False])
def test_what_is_not_served_is_said_to_be_so(shared_daemon, path, served, key):
    """Never with a 404, which clients take for "gone already"."""
    client = shared_daemon.api if key else shared_daemon.client(None)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        message = refused(client.request(method, path), 400, "not_supported",
                          None)
        _, names = message.removesuffix(".").rsplit(": ", 1)
        assert served in names.split(", ") and method in message
        assert ("end in /v1, once" in message) == path.startswith(
            ("/v1/v1", "/v1//", "/V1", "/v2"))


@pytest.mark.parametrize("path", [
    "/v1/organization/../organization/invites",
    "/v1/./organization/invites", "/v1/organization/invites/..",
    "/v1/organization/invites/.", "//v1/organization/invites",
    "/v1/organization/%2e%2e/invites"])
def test_dots_are_not_resolved(shared_daemon, path):
    """No HTTP client sends these; a proxy and we must not differ on them."""
    answer = ask(shared_daemon, f"GET {path} HTTP/1.1")
    assert answer.status in (400, 401, 404)


@pytest.mark.parametrize("target", ["/%", "/%zz", "/\xff\xfe", "/a\xe9b",
                                    "/\"<>\\^`{|}", "/v1/%2e%2e/x"])
def test_strange_targets(shared_daemon, target):
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"GET {target} HTTP/1.1", None))
        assert checked(raw, "get", target).status == 404


def test_a_browser_is_shown_a_page(shared_daemon):
    response = shared_daemon.client(None).get("/nothing", headers={
        "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"})
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("file", [
    "nothing.css", "..%2f..%2fetc%2fpasswd", "page.css%00", "PAGE.CSS"])
def test_unknown_files(shared_daemon, file):
    answer = ask(shared_daemon, f"GET /assets/{file} HTTP/1.1")
    assert answer.status in (400, 404)


@pytest.mark.parametrize("file, kind", [
    ("page.css", "text/css"), ("accept.js", "text/javascript"),
    ("favicon.svg", "image/svg+xml")])
def test_files_of_the_page(shared_daemon, file, kind):
    anonymous = shared_daemon.client(None)
    first = anonymous.get(f"/assets/{file}")
    assert first.status_code == 200 and first.content
    assert first.headers["content-type"].split(";")[0] == kind
    again = anonymous.get(f"/assets/{file}", headers={
        "If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    other = anonymous.get(f"/assets/{file}", headers={
        "If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
def test_absolute_targets(shared_daemon, shared, scheme):
    """As a client of a proxy sends them (RFC 9112, 3.2.2)."""
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"GET {scheme}://localhost{INVITES} HTTP/1.1",
                      shared.key))
        assert checked(raw, "get", INVITES).status == 200


# -- methods ------------------------------------------------------------------

@pytest.mark.parametrize("path, allow", PATHS.items())
def test_wrong_method(shared_daemon, path, allow):
    client = shared_daemon.client(None)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
                   "TRACE", "PROPFIND"):
        if method in allow:
            continue
        response = client.request(method, path)
        refused(response, 405, "method_not_allowed")
        assert ", ".join(sorted(response.headers["allow"].split(", "))) == allow


@pytest.mark.parametrize("method", ["get", "Get", "GETT", "_", "G\xe9T",
                                    '{"email":"secret"}GET', "X" * 5000])
def test_methods_that_are_none(daemon, method):
    answer = ask(daemon, f"{method} {INVITES} HTTP/1.1")
    assert answer is None or answer.status in (400, 405, 501)
    assert daemon.api.get("/healthz").status_code == 200
    assert not any(method in line for line in daemon.log if len(method) > 3)


@pytest.mark.parametrize("path", [
    INVITES, PROJECTS, USERS, "/accept", "/healthz", "/readyz",
    f"{INVITES}/invite-0000000000001"])
def test_head_is_get_without_body(shared, path):
    get, head = shared.get(path), shared.request("HEAD", path)
    assert head.status_code == get.status_code
    assert head.content == b""
    own = {"date", "x-request-id"}
    assert {name: value for name, value in head.headers.items()
            if name not in own} == \
        {name: value for name, value in get.headers.items() if name not in own}


def test_head_of_an_invite(shared):
    invite, _ = shared.link("ada@example.com")
    head = shared.request("HEAD", f"{INVITES}/{invite['id']}")
    assert head.status_code == 200 and int(head.headers["content-length"]) > 100


# -- request ids --------------------------------------------------------------

def test_request_ids_differ(shared):
    ids = {shared.get(INVITES).headers["x-request-id"] for _ in range(50)}
    assert len(ids) == 50


def test_request_id_is_in_the_log(daemon):
    response = daemon.api.get(f"{INVITES}/invite-0000000000001")
    assert daemon.wait_log("request",
                           id=response.headers["x-request-id"])


def test_a_clients_request_id_is_not_taken_over(shared):
    response = shared.get(INVITES, headers={"X-Request-Id": "mine\tforged"})
    assert "mine" not in response.headers["x-request-id"]


# -- bodies -------------------------------------------------------------------

@pytest.mark.parametrize("kind", [
    "application/json", "application/json; charset=utf-8",
    "application/json;charset=UTF-8", "Application/JSON",
    'application/json; charset="utf-8"', "application/json ; charset=utf-8",
])
def test_content_types_that_are_json(shared, kind):
    shared.ok("POST", INVITES, content=BODY, headers={"Content-Type": kind})


def test_no_content_type_is_taken_for_json(shared):
    shared.ok("POST", INVITES, content=BODY)


@pytest.mark.parametrize("kind", [
    "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "text/json", "application/jsonp", "application/json-patch+json",
    "application/xml", "*/*", "nonsense", "json", "; charset=utf-8",
])
@pytest.mark.parametrize("path", [INVITES, PROJECTS, "/v1/invitations/lookup"])
def test_content_types_that_are_not(shared, kind, path):
    refused(shared.post(path, content=BODY, headers={"Content-Type": kind}),
            415, "invalid_content_type")
    assert list(shared.all(INVITES)) == []


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_compressed_bodies_are_refused(shared, encoding):
    response = shared.post(INVITES, content=gzip.compress(BODY), headers={
        **JSON, "Content-Encoding": encoding})
    assert "without compression" in refused(response, 415,
                                            "invalid_content_encoding")
    assert response.headers["accept-encoding"] == "identity"
    assert list(shared.all(INVITES)) == []


@pytest.mark.parametrize("encoding, hint", [
    ("utf-8-sig", "byte order mark"), ("utf-16", "UTF-16"),
])
def test_a_byte_order_mark_is_called_one(shared, encoding, hint):
    response = shared.post(INVITES, content=BODY.decode().encode(encoding),
                           headers=JSON)
    assert hint in refused(response, 400, "invalid_json")
    assert list(shared.all(INVITES)) == []


@pytest.mark.parametrize("line", [
    "GET /healthz", "HEAD /healthz", "GET /accept", "GET /assets/accept.css",
    "GET /nowhere", f"GET {INVITES}", f"GET {INVITES}/invite-0000000000001",
    f"DELETE {INVITES}/invite-0000000000001", "GET /v1/organization/roles"])
@pytest.mark.parametrize("length", ["Content-Length: 7",
                                    "Content-Length: 70000000",
                                    "Transfer-Encoding: chunked"])
def test_a_body_that_nobody_reads_is_not_waited_for(shared_daemon, shared,
                                                    line, length):
    """It may never come."""
    method, path = line.split()
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"{line} HTTP/1.1", shared.key, length))
        answer = checked(raw, method.lower(), path)
        wanted = shared.request(method, path)
        assert answer.status == wanted.status_code
        assert answer.headers["connection"] == "close"
        assert raw.closed()


def test_a_body_that_nobody_reads_is_no_request(shared_daemon, shared):
    """What was announced as a body is not taken for what follows it."""
    hidden = head("GET /healthz HTTP/1.1", None)
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"GET {INVITES} HTTP/1.1", shared.key,
                      f"Content-Length: {len(hidden)}") + hidden)
        assert checked(raw, "get", INVITES).status == 200
        assert raw.response() is None


def padded(size):
    """A create's body of exactly `size` bytes."""
    return BODY[:-1] + b" " * (size - len(BODY)) + b"}"


def test_64_kib_is_enough(shared):
    shared.ok("POST", INVITES, content=padded(65536), headers=JSON)


@pytest.mark.parametrize("path, size", [
    (INVITES, 65537), (PROJECTS, 65537), (INVITES, 1 << 20),
    ("/v1/invitations/accept", 16385), ("/v1/invitations/lookup", 1 << 20)])
def test_more_is_too_large(shared, path, size):
    refused(shared.post(path, content=padded(size), headers=JSON), 413,
            "request_too_large")
    assert list(shared.all(INVITES)) == []


def test_much_more_is_refused_before_it_is_sent(shared_daemon):
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"POST {INVITES} HTTP/1.1", shared_daemon.key,
                      f"Content-Length: {1 << 24}"))
        assert checked(raw, "post", INVITES).status == 413
        assert raw.closed()


@pytest.mark.parametrize("chunks", [17, 64])
def test_more_in_chunks_is_too_large(shared_daemon, chunks):
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"POST {INVITES} HTTP/1.1", shared_daemon.key,
                      "Transfer-Encoding: chunked")
                 + (b"1000\r\n" + b" " * 4096 + b"\r\n") * chunks
                 + b"0\r\n\r\n")
        assert checked(raw, "post", INVITES).status == 413


def test_endless_chunks_end(shared_daemon):
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"POST {INVITES} HTTP/1.1", shared_daemon.key,
                      "Transfer-Encoding: chunked"))
        with pytest.raises(OSError):
            for _ in range(1 << 20):
                raw.send(b"1000\r\n" + b" " * 4096 + b"\r\n")


def test_64_kib_in_chunks(shared):
    def pieces():
        body = padded(65536)
        for start in range(0, len(body), 1000):
            yield body[start:start + 1000]
    shared.ok("POST", INVITES, content=pieces(), headers=JSON)


def test_expect_continue(shared_daemon, shared):
    body = b'{"email":"ada@example.com","role":"reader"}'
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"POST {INVITES} HTTP/1.1", shared.key,
                      "Content-Type: application/json",
                      "Expect: 100-continue", f"Content-Length: {len(body)}"))
        interim = raw.response(head=True)
        assert interim.status == 100
        raw.send(body)
        assert checked(raw, "post", INVITES).status == 200


# -- what is not quite HTTP ---------------------------------------------------

def checked(raw, method, path):
    """The next answer, held against the description."""
    answer = raw.response(head=method == "head")
    assert isinstance(answer, RawResponse), "no answer"
    contract.validate_parts(method, path, answer.status, answer.headers,
                            answer.body)
    return answer


def count_invites(daemon):
    return len(list(daemon.api.all(INVITES)))


SMUGGLING = {
    "two lengths": ["Content-Length: 43", "Content-Length: 43"],
    "two different lengths": ["Content-Length: 43", "Content-Length: 5"],
    "length and chunked": ["Content-Length: 43",
                           "Transfer-Encoding: chunked"],
    "unknown transfer encoding": ["Transfer-Encoding: gzip"],
    "chunked and more": ["Transfer-Encoding: chunked, gzip"],
    "chunked with a space": ["Transfer-Encoding : chunked"],
    "chunked twice": ["Transfer-Encoding: chunked",
                      "Transfer-Encoding: chunked"],
    "negative length": ["Content-Length: -1"],
    "signed length": ["Content-Length: +43"],
    "hexadecimal length": ["Content-Length: 0x2b"],
    "a list of lengths": ["Content-Length: 43, 43"],
    "huge length": ["Content-Length: 99999999999999999999"],
    "length with a word": ["Content-Length: 43x"],
    "CR in a value": ["X-Field: a\rContent-Length: 43"],
    "another host": ["Host: evil.example", "Content-Length: 43"],
    "no colon": ["X-Field", "Content-Length: 43"],
    "space in a name": ["X Field: a", "Content-Length: 43"],
    "tab in a name": ["X-Field\t: a", "Content-Length: 43"],
    "length with a space": ["Content-Length : 43"],
    "folded host": ["X-Field: a", " Host: b", "Content-Length: 43"],
    "no name": [": a", "Content-Length: 43"],
}


@pytest.mark.parametrize("size", [8_500, 15_000, 15_900, 16_300, 20_000, 50_000])
def test_a_head_beyond_any_measure(daemon, size):
    """An answer, not a cut connection."""
    for line, more, status in (
            (f"GET {USERS}?emails={'x' * size} HTTP/1.1", (), {414}),
            (f"GET {USERS} HTTP/1.1", (f"X-More: {'x' * size}",),
             {200, 431} if size < 14_000 else {431})):
        with RawClient(daemon.port) as raw:
            raw.send(head(line, daemon.key, *more))
            assert raw.response().status in status


@pytest.mark.parametrize("kind", SMUGGLING)
def test_smuggling_is_refused(daemon, kind):
    body = b'{"email":"ada@example.com","role":"reader"}'
    with RawClient(daemon.port) as raw:
        raw.send(head(f"POST {INVITES} HTTP/1.1", daemon.key,
                      "Content-Type: application/json", *SMUGGLING[kind])
                 + body + head(f"POST {PROJECTS} HTTP/1.1", daemon.key,
                               "Content-Length: 12") + b'{"name":"x"}')
        answer = raw.response()
        # What follows such a request on the connection is not believed.
        assert answer is None or answer.status in (400, 413, 431, 501)
        assert raw.closed()
    assert count_invites(daemon) == 0
    assert len(list(daemon.api.all(PROJECTS))) == 1


@pytest.mark.parametrize("fields", [
    ["X-Field: a\0b"],               # the library drops what follows the NUL
    ["X-Field: a", " folded"],       # is part of the value
    ["X-Field: a:b: c\xff\xfe"],
])
def test_odd_headers_confuse_nobody(shared_daemon, shared, fields):
    """The request is what it was meant to be, and so is the next one; or it is
    refused before anything of it is read, as libmicrohttpd 1.0 does."""
    body = b'{"email":"ada@example.com","role":"reader"}'
    request = head(f"POST {INVITES} HTTP/1.1", shared.key, *fields,
                   f"Content-Length: {len(body)}") + body
    with RawClient(shared_daemon.port) as raw:
        raw.send(request)
        turned_away = raw.response().status == 400
        if turned_away:
            assert raw.closed()
        else:
            raw.send(request)
            assert checked(raw, "post", INVITES).status == 200
    assert len(list(shared.all(INVITES))) == (0 if turned_away else 1)


@pytest.mark.parametrize("name", ["Authorization", "OpenAI-Organization"])
def test_only_one_says_who_asks(shared_daemon, shared, name):
    """A gateway may have looked at the other of them."""
    own = f"Authorization: Bearer {shared.key}"
    twice = {"Authorization": [own, "authorization: Bearer other"],
             "OpenAI-Organization": [own, f"{name}: org-a", f"{name}: org-b"]}
    answer = ask(shared_daemon, "\r\n".join(
        [f"GET {INVITES} HTTP/1.1", "Host: x", *twice[name]]))
    assert answer.status == 400


@pytest.mark.parametrize("fields", [[], ["Host: a", "Host: b"]])
def test_exactly_one_host(shared_daemon, fields):
    with RawClient(shared_daemon.port) as raw:
        raw.send("\r\n".join([
            f"GET {INVITES} HTTP/1.1",
            f"Authorization: Bearer {shared_daemon.key}", *fields, "", ""])
            .encode())
        assert raw.response().status == 400


@pytest.mark.parametrize("host", [
    "a b", "a\tb", "a,b", "user@a", "a/b", "a?b", "a#b", "a\\b", "<a>",
    "\"a\"", "a|b", "a^b", "{a}", "\xe4"])
def test_hosts_that_are_none(shared_daemon, host):
    with RawClient(shared_daemon.port) as raw:
        raw.send(f"GET {INVITES} HTTP/1.1\r\nAuthorization: Bearer "
                 f"{shared_daemon.key}\r\nHost: {host}\r\n\r\n"
                 .encode("latin-1"))
        assert raw.response().status == 400


@pytest.mark.parametrize("host", ["", "a", "a.example:80", "[::1]:8080",
                                  "xn--bcher-kva.example", "a_b", "1.2.3.4"])
def test_hosts_that_are_some(shared_daemon, host):
    with RawClient(shared_daemon.port) as raw:
        raw.send(f"GET {INVITES} HTTP/1.1\r\nAuthorization: Bearer "
                 f"{shared_daemon.key}\r\nHost: {host}\r\n\r\n".encode())
        assert raw.response().status == 200


GARBAGE = {
    "nothing": b"",
    "empty lines": b"\r\n" * 100,
    "word": b"nonsense\r\n\r\n",
    "no version": b"GET /healthz\r\n\r\n",
    "version 9": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + bytes(160)
           + b"\r\n\r\n",
    "binary": bytes(range(256)) * 8,
    "long target": b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100000
                   + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 20000
                    + b"\r\n",
    "space in target": b"GET /a b c HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in target": b"GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n",
    "CONNECT": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad chunk": b"POST /v1/organization/invites HTTP/1.1\r\nHost: x\r\n"
                 b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage(shared_daemon, kind):
    with RawClient(shared_daemon.port) as raw:
        try:
            raw.send(GARBAGE[kind])
            raw.half_close()
        except OSError:
            pass  # it had closed already, which is an answer too
        answer = raw.response()
        assert answer is None or 400 <= answer.status < 506
    assert shared_daemon.api.get("/healthz").status_code == 200


def test_pipelined_garbage(shared_daemon):
    """A good request is answered although nonsense follows it."""
    with RawClient(shared_daemon.port) as raw:
        raw.send(head("GET /healthz HTTP/1.1", None)
                 + b"nonsense\1\2 more\r\n\r\n")
        assert raw.response().status == 200
        rest = raw.response()
        assert rest is None or rest.status >= 400
        assert raw.closed()


def test_pipelined_requests_are_answered_in_order(shared_daemon, shared):
    emails = [f"p{number}@example.com" for number in range(20)]
    with RawClient(shared_daemon.port) as raw:
        for email in emails:
            body = json.dumps({"email": email, "role": "reader"}).encode()
            raw.send(head(f"POST {INVITES} HTTP/1.1", shared.key,
                          f"Content-Length: {len(body)}") + body
                     + head("GET /healthz HTTP/1.1", None))
        for email in emails:
            answer = checked(raw, "post", INVITES)
            assert json.loads(answer.body)["email"] == email
            assert checked(raw, "get", "/healthz").status == 200


def test_a_request_a_byte_at_a_time(shared_daemon, shared):
    body = b'{"email":"ada@example.com","role":"reader"}'
    with RawClient(shared_daemon.port) as raw:
        for byte in head(f"POST {INVITES} HTTP/1.1", shared.key,
                         f"Content-Length: {len(body)}") + body:
            raw.send(bytes([byte]))
        assert checked(raw, "post", INVITES).status == 200


def test_a_client_that_hangs_up_early(daemon):
    """Its invite is made or not; nothing else is harmed."""
    body = b'{"email":"ada@example.com","role":"reader"}'
    whole = head(f"POST {INVITES} HTTP/1.1", daemon.key,
                 f"Content-Length: {len(body)}") + body
    for cut in range(0, len(whole) + 1, 7):
        with RawClient(daemon.port) as raw:
            raw.send(whole[:cut])
    for _ in range(50):
        with RawClient(daemon.port) as raw:
            raw.send(whole)
    assert count_invites(daemon) <= 1
    assert daemon.api.invite("bob@example.com")["email"] == "bob@example.com"


def test_a_half_closed_client_gets_its_answer(shared_daemon, shared):
    body = b'{"email":"ada@example.com","role":"reader"}'
    with RawClient(shared_daemon.port) as raw:
        raw.send(head(f"POST {INVITES} HTTP/1.1", shared.key,
                      f"Content-Length: {len(body)}") + body)
        raw.half_close()
        assert checked(raw, "post", INVITES).status == 200


def test_http_1_0(shared_daemon):
    with RawClient(shared_daemon.port) as raw:
        raw.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert raw.response().status == 200
        assert raw.closed()


def test_connection_close(shared_daemon):
    with RawClient(shared_daemon.port) as raw:
        raw.send(head("GET /healthz HTTP/1.1", None, "Connection: close"))
        assert checked(raw, "get", "/healthz").headers["connection"] == "close"
        assert raw.closed()


@pytest.mark.long(20)
def test_a_trickle_comes_to_an_end(shared_daemon):
    """A header that never ends, a byte at a time: not for ever."""
    with RawClient(shared_daemon.port) as raw:
        raw.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        raw.socket.settimeout(0.2)  # the pace of the trickle
        ended = False
        for _ in range(5 * 60):
            try:
                raw.send(b"a")
                ended = raw.socket.recv(1024) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
            if ended:
                break
        assert ended, "still open after a minute"


@pytest.mark.parametrize("path", ["/accept", INVITES, "/nothing"])
def test_too_many_parameters_leave_nothing_behind(daemon, path):
    """More than fit into a connection's memory. A request that were still
    counted at the end would end the daemon with SIGABRT."""
    for count in [*range(100, 300, 10), *range(300, 1200, 100)]:
        query = "&".join(f"a{number}=1" for number in range(count))
        with RawClient(daemon.port) as raw:
            raw.send(head(f"GET {path}?{query} HTTP/1.1", None))
            answer = raw.response()
            assert answer.status == 414 or count < 130
            if count >= 130:
                assert json.loads(answer.body)["error"]["param"] is None
    assert daemon.api.get("/healthz").status_code == 200
    daemon.stop()
    daemon.start()


def test_silent_clients_do_not_stop_others(daemon):
    """Open connections that say nothing, or never finish saying it."""
    slow = [RawClient(daemon.port) for _ in range(200)]
    try:
        for number, raw in enumerate(slow):
            if number % 2:
                raw.send(b"POST /v1/organization/invites HTTP/1.1\r\nHost: x")
        for number in range(20):
            daemon.api.invite(f"p{number}@example.com")
    finally:
        for raw in slow:
            raw.close()


def test_absolute_target(shared_daemon):
    """What a proxy would be asked: the authority is passed over."""
    with RawClient(shared_daemon.port) as raw:
        raw.send(b"GET http://other.example/healthz HTTP/1.1\r\n"
                 b"Host: x\r\n\r\n")
        assert raw.response().status == 200
