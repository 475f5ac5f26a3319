"""
Bodies that are wrong: each gets the error that says so, and changes nothing.
"""

import json

import pytest

from harness import INVITES, PROJECTS, admin_key_in, refused

pytestmark = pytest.mark.alike

GOOD = {"email": "ada@example.com", "role": "reader"}
LOOKUP = "/v1/invitations/lookup"


@pytest.fixture(scope="session")
def quiet(shared_daemon):
    """One organization for all of this file, which a process may run in several
    pieces: nothing may ever be in it."""
    shared_daemon.command("organization", "create", "Quiet")
    key = admin_key_in(shared_daemon.command(
        "key", "create", "--organization", "Quiet").stdout)
    client = shared_daemon.client(key, address="10.200.0.1")
    yield client
    assert list(client.all(INVITES)) == []
    assert len(list(client.all(PROJECTS))) == 1


def post(api, content, path=INVITES):
    return api.post(path, content=content,
                    headers={"Content-Type": "application/json"})


# -- not JSON -----------------------------------------------------------------

NOT_JSON = {
    "nothing": b"",
    "blanks": b" \r\n\t ",
    "word": b"email",
    "truncated": b'{"email":"ada@example.com","role":"rea',
    "truncated at the end": b'{"email":"ada@example.com","role":"reader"',
    "more after it": b'{"email":"ada@example.com","role":"reader"} {}',
    "NUL after it": b'{"email":"ada@example.com","role":"reader"}\0',
    "single quotes": b"{'email':'ada@example.com','role':'reader'}",
    "trailing comma": b'{"email":"ada@example.com","role":"reader",}',
    "comment": b'{"email":"ada@example.com",/* */"role":"reader"}',
    "bare names": b'{email:"ada@example.com",role:"reader"}',
    "form": b"email=ada@example.com&role=reader",
    "NaN": b'{"email":"ada@example.com","role":"reader","expires_in_seconds":'
           b'NaN}',
    "control character": b'{"email":"ada\n@example.com","role":"reader"}',
    "duplicate": b'{"email":"ada@example.com","email":"eve@example.com",'
                 b'"role":"reader"}',
    "duplicate, escaped": b'{"role":"reader","r\\u006fle":"owner",'
                          b'"email":"ada@example.com"}',
    "duplicate, nested": b'{"email":"ada@example.com","role":"reader",'
                         b'"projects":[{"id":"x","id":"y","role":"member"}]}',
    "invalid UTF-8": b'{"email":"ada\xff@example.com","role":"reader"}',
    "overlong UTF-8": b'{"email":"ada\xc0\xae@example.com","role":"reader"}',
    "surrogate in UTF-8": b'{"email":"ada\xed\xa0\x80@example.com",'
                          b'"role":"reader"}',
    "lone surrogate": b'{"email":"ada\\ud800@example.com","role":"reader"}',
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "depth of arrays": b"[" * 15000,
    "depth of objects": b'{"a":' * 3000,
    "deep projects": b'{"email":"ada@example.com","role":"reader","projects":'
                     + b"[" * 8000 + b"]" * 8000 + b"}",
    "huge number": b'{"email":"ada@example.com","role":"reader",'
                   b'"expires_in_seconds":' + b"9" * 400 + b"}",
    "huge exponent": b'{"email":"ada@example.com","role":"reader",'
                     b'"expires_in_seconds":1e999}',
}


@pytest.mark.parametrize("kind", NOT_JSON)
@pytest.mark.parametrize("path", [INVITES, LOOKUP])
def test_not_json(quiet, kind, path):
    message = refused(post(quiet, NOT_JSON[kind], path), 400, "invalid_json")
    assert message.startswith(
        "We could not parse the JSON body of your request.")


def test_escaped_nul(quiet):
    """JSON allows it; nothing that we keep contains one."""
    response = post(quiet, b'{"email":"ada\\u0000@example.com",'
                           b'"role":"reader"}')
    assert response.status_code == 400


@pytest.mark.parametrize("body", [
    b"[]", b"null", b"true", b'"email"', b"7", b"-1.5e3",
    b'[{"email":"ada@example.com","role":"reader"}]'])
@pytest.mark.parametrize("path", [INVITES, PROJECTS, LOOKUP])
def test_not_an_object(quiet, body, path):
    response = post(quiet, body, path)
    assert response.status_code == 400
    assert response.json()["error"]["code"] in ("invalid_type", "invalid_json")


# -- members ------------------------------------------------------------------

MISSING = [
    ({}, "email"), ({"email": "ada@example.com"}, "role"),
    ({"role": "reader"}, "email"),
    ({**GOOD, "projects": [{}]}, "projects[0].id"),
    ({**GOOD, "projects": [{"role": "member"}]}, "projects[0].id"),
    ({**GOOD, "projects": [{"id": "proj_0000000000001"}]},
     "projects[0].role"),
]


@pytest.mark.parametrize("body, param", MISSING)
def test_missing(quiet, body, param):
    refused(quiet.post(INVITES, json=body), 400, "missing_required_parameter",
            param)


@pytest.mark.parametrize("name", [
    "project", "Projects", "emails", "expires_at", "organization", "", "é",
    "__proto__", "x" * 1000, "send_emails", "id", "status", "a\nb"])
def test_unknown_member(quiet, name):
    response = quiet.post(INVITES, json={**GOOD, name: []})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unknown_parameter"


def test_unknown_member_of_a_project(quiet):
    grant = {"id": "proj_0000000000001", "role": "member", "name": "x"}
    refused(quiet.post(INVITES, json={**GOOD, "projects": [grant]}), 400,
            "unknown_parameter", "projects[0].name")


def test_an_unknown_parameter_is_told_the_known_ones(shared):
    answer = shared.post(INVITES, json={"emial": "ada@example.com",
                                        "role": "reader"})
    message = answer.json()["error"]["message"]
    assert "'emial'" in message and "email, role, projects" in message


WRONG_TYPES = [7, 1.5, True, False, [], ["x"], {}, {"x": 1}]


@pytest.mark.parametrize("value", [*WRONG_TYPES, None])
@pytest.mark.parametrize("name", ["email", "role"])
def test_strings_of_other_types(quiet, name, value):
    refused(quiet.post(INVITES, json={**GOOD, name: value}), 400,
            "invalid_type", name)


@pytest.mark.parametrize("value", [7, 1.5, True, "x", "", {}, {"id": "x"}])
def test_projects_of_other_types(quiet, value):
    refused(quiet.post(INVITES, json={**GOOD, "projects": value}), 400,
            "invalid_type", "projects")


@pytest.mark.parametrize("value", [7, None, "proj_0000000000001", [], True])
def test_a_project_of_another_type(quiet, value):
    refused(quiet.post(INVITES, json={**GOOD, "projects": [value]}), 400,
            "invalid_type", "projects[0]")


@pytest.mark.parametrize("name", ["id", "role"])
@pytest.mark.parametrize("value", [*WRONG_TYPES, None])
def test_project_members_of_other_types(quiet, name, value):
    grant = {"id": "proj_0000000000001", "role": "member", name: value}
    refused(quiet.post(INVITES, json={**GOOD, "projects": [grant]}), 400,
            "invalid_type", f"projects[0].{name}")


@pytest.mark.parametrize("value", [0, 1, "true", "false", [], {}])
def test_send_email_of_other_types(quiet, value):
    refused(quiet.post(INVITES, json={**GOOD, "send_email": value}), 400,
            "invalid_type", "send_email")


def test_empty_strings(quiet):
    grant = {"id": "proj_0000000000001", "role": "member"}
    for body, param in [
            ({**GOOD, "role": ""}, "role"), ({**GOOD, "email": ""}, "email"),
            ({**GOOD, "projects": [grant | {"id": ""}]}, "projects[0].id"),
            ({**GOOD, "projects": [grant | {"role": ""}]},
             "projects[0].role")]:
        refused(quiet.post(INVITES, json=body), 400,
                "string_below_min_length", param)


@pytest.mark.parametrize("role", ["Reader", "READER", "member", "admin",
                                  "reader ", "rea", "owner,reader",
                                  "x" * 5000])
def test_unknown_role(quiet, role):
    message = refused(quiet.post(INVITES, json={**GOOD, "role": role}), 400,
                      "invalid_value", "role")
    assert "reader" in message and "owner" in message


@pytest.mark.parametrize("role", ["reader", "Owner", "viewer", "none"])
def test_unknown_project_role(quiet, role):
    grant = {"id": "proj_0000000000001", "role": role}
    refused(quiet.post(INVITES, json={**GOOD, "projects": [grant]}), 400,
            "invalid_value", "projects[0].role")


def test_ten_thousand_projects(quiet):
    # Small ones, so that it is their number and not the body's size.
    response = quiet.post(INVITES, json={**GOOD, "projects": [{}] * 10000})
    refused(response, 400, "array_above_max_length", "projects")


# -- addresses ----------------------------------------------------------------

BAD_ADDRESSES = [
    "", " ", "ada", "@", "ada@", "@example.com", "ada@@example.com",
    "ada@example.com@example.com", "ada example.com", "ada@exam ple.com",
    " ada@example.com", "ada@example.com ", "ada@.example.com",
    "ada@example..com", "ada@example.com.", "ada@-example.com",
    "ada@example-.com", "ada@exam_ple.com", ".ada@example.com",
    "ada.@example.com", "a..da@example.com", "ada@[127.0.0.1]",
    "ada@[IPv6:::1]", '"ada lovelace"@example.com', "ada(comment)@example.com",
    "Ada <ada@example.com>", "<ada@example.com>", "mailto:ada@example.com",
    "ada@example.com,eve@example.com", "ada@example.com;eve@example.com",
    "ada,eve@example.com", "ada:eve@example.com", "ada;eve@example.com",
    "ada\\@example.com", "ada[1]@example.com",
    "ada@example.com\r\nBcc: eve@example.com", "ada\r\n@example.com",
    "ada@example.com\n", "\nada@example.com", "ada\t@example.com",
    "ada\x00@example.com", "ada@example.com\x00", "ada\x7f@example.com",
    "ada\u0085@example.com", "ada\u2028@example.com", "ada\u00a0@example.com",
    "ada@exa\u00admple.com", "ada@\u202eexample.com", "ada@exam\u0000ple.com",
    "l" * 65 + "@example.com", "é" * 33 + "@example.com",
    "a@" + "d" * 64 + ".com", "a@" + ".".join(["d" * 61] * 4) + ".comm" * 2,
    "a@" + "b." * 130 + "com", "x" * 1000 + "@example.com", "a" * 60000,
    "ada@xn--\x80.example", "ada@xn--a.example", "ada@ex%61mple.com",
    "ada@example.com/path", "ada@example.com?x=y", "ada@example.com:25",
    "ada@exa*mple.com", "ada@<script>.com", "ada@127.0.0.1",
]


@pytest.mark.parametrize("email", BAD_ADDRESSES)
def test_bad_address(quiet, email):
    response = quiet.post(INVITES, json={**GOOD, "email": email})
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    if "\0" in email:
        assert error["code"] == "invalid_json"
    else:
        assert error["param"] == "email"
        assert error["code"] in ("invalid_email", "string_above_max_length",
                                 "string_below_min_length")


@pytest.mark.parametrize("number", list(range(0, 32)) + [127, 128, 133, 159])
def test_control_characters(quiet, number):
    for email in (f"a{chr(number)}da@example.com",
                  f"ada@exam{chr(number)}ple.com",
                  f"ada@example.com{chr(number)}"):
        refused(quiet.post(INVITES, json={**GOOD, "email": email}), 400,
                "invalid_email" if number else "invalid_json",
                "email" if number else None)


@pytest.mark.parametrize("number", list(range(0, 32)) + [127])
def test_control_characters_elsewhere(quiet, number):
    evil = f"x{chr(number)}y"
    for path, body in [
            (PROJECTS, {"name": evil}),
            (INVITES, {**GOOD, "role": evil}),
            (INVITES, {**GOOD, evil: 1}),
            (INVITES, {**GOOD, "projects": [{"id": evil, "role": "member"}]}),
            (INVITES, {**GOOD, "projects": [
                {"id": "proj_0000000000001", "role": evil}]})]:
        assert quiet.post(path, json=body).status_code == 400


# -- messages -----------------------------------------------------------------

def test_messages_repeat_no_more_than_a_little(quiet):
    """An error is no mirror: input is quoted shortened, if at all."""
    for body in ({**GOOD, "email": "e" * 60000}, {**GOOD, "role": "é" * 9999},
                 {**GOOD, "é" * 20000: 1}, {**GOOD, "\x1b[31m": 1}):
        response = quiet.post(INVITES, json=body)
        assert response.status_code == 400 and len(response.content) < 600
    response = quiet.get("/" + "é" * 1000)
    assert response.status_code == 404 and len(response.content) < 600


def test_messages_are_json_whatever_was_sent(quiet):
    evil = "\"\\\u2028</script>\u0007\U0001f680"
    response = quiet.post(INVITES, json={**GOOD, evil: 1})
    assert response.json()["error"]["code"] == "unknown_parameter"
