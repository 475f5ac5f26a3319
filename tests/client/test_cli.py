"""
invite, at its words: what it sends, what it prints, how it exits.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import time

import pytest

from conftest import KEY, Cli, build_dir
from peer import Answer, INVITE, Raw, page

DELETED = {"object": "organization.invite.deleted", "id": "invite-1",
           "deleted": True}


def refusal(status: int, code: str | None = "nope") -> Answer:
    return Answer(status, {"error": {"message": "It cannot be.", "code": code,
                                     "type": "t", "param": None}},
                  {"x-should-retry": "false", "x-request-id": "req_1"})


def on_terminal(cli: Cli, *args: str, **env: str) -> str:
    """What the program shows where standard output is a terminal."""
    main, side = pty.openpty()
    process = subprocess.Popen([cli.program, *args], stdout=side, stdin=side,
                               stderr=side, env={**cli.env, **env})
    os.close(side)
    out = b""
    while True:
        select.select([main], [], [], 30)
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    os.close(main)
    process.wait(30)
    return out.decode().replace("\r\n", "\n")


# ---- create ---------------------------------------------------------------

@pytest.mark.parametrize("args, projects", [
    ([], None),
    (["--no-projects"], []),
    (["--project", "[]"], []),
    (["--project", "p1"], [("p1", "member")]),
    (["--project=p1:owner"], [("p1", "owner")]),
    (["--project", "p1:auditor"], [("p1", "auditor")]),
    (["--project", "p1", "--project", "p2:owner"],
     [("p1", "member"), ("p2", "owner")]),
    (["--project", "{id: p1, role: owner}"], [("p1", "owner")]),
    (["--project", "{role: 'owner', id: \"p1\"}"], [("p1", "owner")]),
    (["--project", '{"id":"p1","role":"member"}'], [("p1", "member")]),
    (["--project", "[{id: p1}, p2:owner]"],
     [("p1", "member"), ("p2", "owner")]),
    (["--project.id", "p1", "--project.role", "owner", "--project.id", "p2"],
     [("p1", "owner"), ("p2", "member")]),
    (["--project.role", "owner", "--project.id", "p1", "--project", "p2"],
     [("p1", "owner"), ("p2", "member")]),
])
def test_create_sends_projects(cli, peer, args, projects):
    done = cli("create", "--email", "a@b.c", "--role", "reader", *args)
    assert done.returncode == 0, done.stderr
    expected = {"email": "a@b.c", "role": "reader"}
    if projects is not None:
        expected["projects"] = [{"id": i, "role": r} for i, r in projects]
    request, = peer.requests
    assert (request.method, request.path) == ("POST",
                                              "/v1/organization/invites")
    assert request.json == expected
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(done.stdout) == INVITE


@pytest.mark.parametrize("value", ["", ":", "p1:", "{}", "{id}", "{id: }",
                                   "{role: owner}", "{id: x, no: y}", "[",
                                   "[p1", "{id: p1", "{id: p1} p2",
                                   "{id: 'p1}"])
def test_create_refuses_unclear_projects(cli, peer, value):
    done = cli("create", "--email", "a@b.c", "--role", "reader", "--project",
               value)
    assert done.returncode == 2 and "--project" in done.stderr
    assert peer.requests == []


@pytest.mark.parametrize("args, stdin, sent", [
    (["--body", "-"], '{"email":"a@b.c","role":"owner"}',
     {"email": "a@b.c", "role": "owner"}),
    (["--role", "reader"], '{"email":"a@b.c","role":"owner"}',
     {"email": "a@b.c", "role": "reader"}),
    ([], ' {"email":"a@b.c","role":"owner","projects":[]}\n',
     {"email": "a@b.c", "role": "owner", "projects": []}),
    (["--no-email", "--expires-in", "2d", "--email", "a@b.c", "--role",
      "reader"], "not even read",
     {"email": "a@b.c", "role": "reader", "send_email": False,
      "expires_in_seconds": 172800}),
    (["--no-email"], '{ }', None),
    (["--no-email", "--body", "-"], '{"email":"a@b.c","role":"owner"} \n',
     {"email": "a@b.c", "role": "owner", "send_email": False}),
])
def test_create_from_standard_input(cli, peer, args, stdin, sent):
    done = cli("create", *args, stdin=stdin)
    if sent is None:
        assert done.returncode == 2 and peer.requests == []
    else:
        assert done.returncode == 0, done.stderr
        assert peer.requests[0].json == sent


def test_create_does_not_eat_a_loops_input(cli, peer):
    script = 'while read email; do "$0" create --email "$email" ' \
             '--role reader >/dev/null; done'
    done = subprocess.run(["sh", "-c", script, cli.program], env=cli.env,
                          input="a@b.c\nd@e.f\n", text=True, timeout=60)
    assert done.returncode == 0
    assert [r.json["email"] for r in peer.requests] == ["a@b.c", "d@e.f"]


def test_create_for_people(cli, peer):
    peer.script(Answer(200, {**INVITE, "expires_at": int(time.time()) + 604800,
                             "projects": [{"id": "p", "role": "owner"}],
                             "accept_url": "https://x/accept#c",
                             "delivery": {"status": "deferred",
                                          "last_error": "451 busy"},
                             "email": "a\x1b[31m@b.c\u009b"}))
    out = on_terminal(cli, "create", "--email", "a", "--role", "reader",
                      TERM="xterm")
    assert "\x1b[1minvite-1\x1b[0m" in out
    assert "email       a?[31m@b.c?" in out
    assert "\x1b[33mpending\x1b[0m" in out
    assert re.search(r"expires +in 7 days", out)
    assert "p (owner)" in out and "https://x/accept#c" in out
    assert "451 busy" in out
    plain = on_terminal(cli, "get", "x", TERM="xterm", NO_COLOR="1")
    assert "invite-1" in plain and "\x1b" not in plain


@pytest.mark.parametrize("seconds, said", [
    (7 * 86400, "in 7 days"), (6.6 * 86400, "in 7 days"),
    (6.4 * 86400, "in 6 days"), (2 * 86400, "in 2 days"),
    (1.5 * 86400, "in 36 hours"), (3 * 3600, "in 3 hours"),
    (3 * 60 * 60 + 50 * 60, "in 4 hours"), (10 * 60 + 25, "in 10 minutes"),
    (-7 * 86400 - 60, "7 days ago"), (-47.9 * 3600, "2 days ago"),
    (-47 * 3600, "47 hours ago"), (-20 * 60, "20 minutes ago"),
])
def test_times_are_rounded_to_the_nearest(cli, peer, seconds, said):
    """Seconds pass between here and there."""
    peer.script(Answer(200, {**INVITE,
                             "expires_at": int(time.time() + seconds)}))
    out = cli("get", "x", "--format", "table").stdout
    assert re.search(r"^  expires +(.*)$", out, re.M)[1] == said


@pytest.mark.parametrize("args, stdin", [
    ([], ""), (["--role", "reader"], " \n"), (["--body", "-"], "\n"),
    (["--role", "reader", "--no-email"], ""), (["--body", "/dev/null"], "x"),
])
def test_create_of_nobody(cli, peer, args, stdin):
    done = cli("create", *args, stdin=stdin)
    assert done.returncode == 2 and peer.requests == []
    assert done.stderr == "invite: whom to invite has to be given\n"


# ---- exit statuses --------------------------------------------------------

@pytest.mark.parametrize("answer, status", [
    (refusal(400), 1), (refusal(409), 1), (refusal(422), 1),
    (refusal(401), 4), (refusal(403), 4), (refusal(404), 3),
    (refusal(410), 3), (Answer(429, ""), 75), (Answer(500, ""), 75),
    (Answer(503, "", {"retry-after": "500"}), 75), (Raw(b""), 75),
    (Answer(200, "{}"), 1),
])
def test_exit_statuses(cli, peer, answer, status):
    peer.script(answer)
    done = cli("get", "invite-1", "--max-retries", "0")
    assert done.returncode == status, done.stderr
    assert done.stderr.startswith("invite: ")
    assert done.stdout == ""


def test_a_refusal_in_words_and_in_json(cli, peer):
    peer.script(refusal(400))
    done = cli("get", "x")
    assert done.stderr == "invite: It cannot be. (nope) [request req_1]\n"
    assert done.stdout == ""
    done = cli("get", "x", "--format", "json")
    assert json.loads(done.stdout)["error"] == {
        "message": "It cannot be.", "type": "t", "param": None,
        "code": "nope", "status": 400, "request_id": "req_1"}


@pytest.mark.parametrize("args", [
    [], ["nonsense"], ["create", "--nonsense"], ["create", "word"],
    ["create", "--email"], ["create", "--no-projects=x", "--email", "a"],
    ["create", "--email", "a@b.c"], ["create", "--role", "reader"],
    ["get"], ["get", ""], ["get", "a", "b"], ["get", ".."], ["delete"],
    ["list", "--limit", "x"], ["list", "--limit", "-1"],
    ["list", "--status", "pendin"], ["list", "--status", ""],
    ["list", "--status", "pending accepted"],
    ["list", "--max-items", "-2"], ["list", "--format", "yaml"],
    ["watch"], ["watch", "x", "--interval", "often"], ["bulk"],
    ["bulk", "/nowhere.csv"], ["accept"], ["accept", ""], ["accept", "--link", "http://x/y#z"],
    ["users"], ["users", "get"], ["projects", "create"], ["completion"],
    ["completion", "tcsh"], ["help", "nonsense"], ["--timeout", "x", "list"],
    ["--base-url", "example.com", "list"],
    ["--admin-api-key", "a\nb", "list"],
    ["create", "--email", "a", "--role", "reader", "--no-projects",
     "--project", "p"],
    ["create", "--email", "a", "--role", "reader", "--project.role", "owner"],
])
def test_mistakes_exit_with_2(cli, peer, args):
    done = cli(*args)
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert done.stderr or done.stdout
    assert peer.requests == []


def test_without_a_key(cli, peer):
    done = cli("list", OPENAI_ADMIN_KEY="")
    assert done.returncode == 4 and "OPENAI_ADMIN_KEY" in done.stderr


def test_standard_output_that_is_full(cli):
    with open("/dev/full", "w") as full:
        done = subprocess.run([cli.program, "get", "x"], stdout=full,
                              stderr=subprocess.PIPE, env=cli.env, timeout=60)
    assert done.returncode == 75 and b"could not write" in done.stderr


# ---- global options -------------------------------------------------------

def test_global_options_before_and_behind(cli, peer):
    done = cli("--admin-api-key", "one", "--project", "proj_9",
               "--organization=org-1", "get", "x", "--admin-api-key=two")
    assert done.returncode == 0
    headers = peer.requests[0].headers
    assert headers["authorization"] == "Bearer two"
    assert headers["openai-project"] == "proj_9"
    assert headers["openai-organization"] == "org-1"


def test_base_url_and_retries(cli, make_peer):
    other = make_peer(Answer(500, "", {"retry-after-ms": "1"}))
    done = cli("get", "x", "--base-url", other.url, "--max-retries", "3")
    assert done.returncode == 75 and len(other.requests) == 4


def test_debug_never_shows_the_key(cli):
    done = cli("get", "x", "--debug")
    assert "> GET " in done.stderr and KEY not in done.stderr


def test_help_and_version(cli, peer):
    done = cli("--help")
    assert done.returncode == 0
    names = re.findall(r"^  (\w+(?: \w+)?)  ", done.stdout, re.M)
    assert {"create", "list", "get", "delete", "watch", "bulk",
            "accept"} <= set(names)
    for name in names:
        for words in (["help", *name.split()], [*name.split(), "--help"]):
            done = cli(*words)
            assert done.returncode == 0
            assert f"Usage: invite {name}" in done.stdout
    assert re.fullmatch(r"invite \d+\.\d+\.\d+\n", cli("--version").stdout)
    assert peer.requests == []


# ---- get, delete ----------------------------------------------------------

def test_get_and_its_other_names(cli, peer):
    for args in (["get", "i 1"], ["retrieve", "i 1"],
                 ["get", "--invite-id", "i 1"], ["get", "--", "i 1"]):
        assert cli(*args).returncode == 0
        assert peer.requests[-1].target == "/v1/organization/invites/i%201"


def test_delete_goes_on(cli, peer):
    peer.script(Answer(200, DELETED), refusal(404), refusal(400),
                Answer(200, DELETED))
    done = cli("delete", "a", "b", "c", "d", "--format", "jsonl")
    assert done.returncode == 3
    assert [r.path.rsplit("/", 1)[1] for r in peer.requests] == list("abcd")
    assert len(done.stdout.splitlines()) == 4
    assert "could not delete b" in done.stderr
    peer.script(Answer(200, DELETED))
    assert cli("delete", "a", "--format", "table").stdout == \
        "deleted invite-1\n"


# ---- list -----------------------------------------------------------------

def three_pages() -> list[Answer]:
    def item(n: int) -> dict:
        status = ["pending", "accepted", "expired"][n % 3]
        return {**INVITE, "id": f"i{n}", "status": status}
    return [Answer(200, page([item(0), item(1)], True)),
            Answer(200, page([item(2), item(3)], True)),
            Answer(200, page([item(4)]))]


def ids(done) -> list[str]:
    return [json.loads(line)["id"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("args, expected, requests", [
    ([], ["i0", "i1", "i2", "i3", "i4"], 3),
    (["--max-items", "3"], ["i0", "i1", "i2"], 2),
    (["--max-items", "2"], ["i0", "i1"], 1),
    (["--max-items", "0"], [], 1),
    (["--max-items", "-1"], ["i0", "i1", "i2", "i3", "i4"], 3),
    (["--status", "pending"], ["i0", "i3"], 3),
    (["--status", "accepted", "--max-items", "1"], ["i1"], 1),
])
def test_list(cli, peer, args, expected, requests):
    peer.script(*three_pages())
    done = cli("list", "--format", "jsonl", *args)
    assert done.returncode == 0 and ids(done) == expected
    assert len(peer.requests) == requests


def test_list_names_the_statuses_there_are(cli, peer):
    done = cli("list", "--status", "pendin")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "invite: --status takes one of these: pending " \
        "accepted expired; not \"pendin\"\n"
    assert peer.requests == []


def test_list_says_where_to_begin(cli, peer):
    peer.script(Answer(200, page([])))
    assert cli("list", "--after", "i 9", "--limit", "7").returncode == 0
    assert peer.requests[0].query == [("after", "i 9"), ("limit", "7")]


def test_list_raw_is_one_request(cli, peer):
    peer.script(*three_pages())
    done = cli("list", "--format", "raw")
    assert json.loads(done.stdout)["has_more"] is True
    assert len(peer.requests) == 1


def test_list_piped_is_json(cli, peer):
    peer.script(*three_pages())
    out = cli("list").stdout
    decoder, items = json.JSONDecoder(), []
    while out.strip():
        item, end = decoder.raw_decode(out.lstrip())
        items.append(item["id"])
        out = out.lstrip()[end:]
    assert items == ["i0", "i1", "i2", "i3", "i4"]


def test_list_for_people(cli, peer):
    peer.script(Answer(200, page([
        {**INVITE, "email": "é" * 3 + "@b.c", "status": "accepted"},
        {**INVITE, "id": "i2", "email": "日本@b.c"}])))
    lines = on_terminal(cli, "list", NO_COLOR="1").splitlines()
    assert lines[0].split() == ["ID", "EMAIL", "ROLE", "STATUS", "CREATED",
                                "EXPIRES", "PROJECTS"]
    place = lines[0].index("ROLE")
    assert lines[1].index("reader") == place
    assert lines[2].index("reader") == place - 2  # two wide characters


def test_list_of_nothing(cli, peer):
    peer.script(Answer(200, page([])))
    done = cli("list", "--format", "table")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "There are no such invites.\n"


def test_json_is_laid_out_and_not_changed(cli, peer):
    odd = {**INVITE, "odd": {"a": [], "b": {}, "c": [1, [2.5e-3, {"x": None}]],
                             "d": "{[,:]}\\\" \u2028", "": True}}
    for style in (None, (",", ":"), (" , ", " : ")):
        peer.script(Answer(200, json.dumps(odd, separators=style)))
        done = cli("get", "x", "--json")
        assert json.loads(done.stdout) == odd
        assert done.stdout == json.dumps(odd, indent=2) + "\n"
        done = cli("get", "x", "--format", "jsonl")
        assert done.stdout == json.dumps(odd, separators=(",", ":")) + "\n"


# ---- watch ----------------------------------------------------------------

@pytest.mark.parametrize("last, status", [
    (Answer(200, {**INVITE, "status": "accepted", "accepted_at": 9}), 0),
    (Answer(200, {**INVITE, "status": "expired"}), 5),
    (refusal(404), 3), (refusal(401), 4),
])
def test_watch(cli, peer, last, status):
    peer.script(Answer(200, INVITE), Answer(503, ""), Answer(200, INVITE), last)
    done = cli("watch", "x", "--interval", "1ms", "--max-retries", "0")
    assert done.returncode == status
    assert len(peer.requests) == 4


def test_watch_has_an_end(cli, peer):
    done = cli("watch", "x", "--interval", "1ms", "--max-wait", "20ms")
    assert done.returncode == 75 and "still pending" in done.stderr


# ---- bulk -----------------------------------------------------------------

class Organization:
    """Enough of a server for bulk: remembers whom it has invited."""

    def __init__(self) -> None:
        self.invites: dict[str, dict] = {}

    def __call__(self, request) -> Answer:
        if request.method == "GET":
            return Answer(200, page(list(self.invites.values())))
        email = request.json["email"]
        if email.startswith("member"):
            return refusal(400, "user_already_exists")
        if email.startswith("bad"):
            return refusal(400)
        self.invites[email] = {**INVITE, "email": email,
                               "id": f"invite-{len(self.invites)}"}
        return Answer(200, self.invites[email])


def test_bulk(cli, peer, tmp_path):
    peer.script(Organization())
    file = tmp_path / "people.csv"
    file.write_bytes(b'\xef\xbb\xbfRole,Email,notes,projects\r\n'
                     b'reader,ada@b.c,"a, ""b""\r\nc",p1:owner; p2\r\n'
                     b'\r\n'
                     b'owner,"bob@b.c",,none\r\n'
                     b'reader,cleo@b.c,,\r\n'
                     b'reader,member@b.c,,\r\n'
                     b'reader,bad@b.c,,')
    done = cli("bulk", str(file), "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert {k: v for k, v in report.items() if k != "results"} == {
        "invited": 3, "existing": 1, "refused": 1, "failed": 0, "not_tried": 0}
    lines = {r["email"]: (r["line"], r["outcome"]) for r in report["results"]}
    assert lines == {"ada@b.c": (2, "invited"), "bob@b.c": (5, "invited"),
                     "cleo@b.c": (6, "invited"), "member@b.c": (7, "existing"),
                     "bad@b.c": (8, "refused")}
    sent = {r.json["email"]: r.json for r in peer.requests
            if r.method == "POST"}
    assert sent["ada@b.c"]["projects"] == [{"id": "p1", "role": "owner"},
                                           {"id": "p2", "role": "member"}]
    assert sent["bob@b.c"] == {"email": "bob@b.c", "role": "owner",
                               "projects": []}
    assert "projects" not in sent["cleo@b.c"]


def test_bulk_twice_leaves_alone_what_is_there(cli, peer):
    peer.script(Organization())
    csv = "email,role\n" + "".join(f"u{n}@b.c,reader\n" for n in range(200))
    assert cli("bulk", "-", stdin=csv).returncode == 0
    posts = sum(r.method == "POST" for r in peer.requests)
    csv = csv.replace("u1@b.c", "U1@B.C") + "new@b.c,owner\n"
    done = cli("bulk", "-", "--format", "table", stdin=csv)
    assert done.returncode == 0
    assert done.stdout == \
        "1 invited, 200 already there, 0 refused, 0 failed\n"
    assert sum(r.method == "POST" for r in peer.requests) == posts + 1


def test_bulk_names_every_bad_line_and_invites_nobody(cli, peer):
    done = cli("bulk", "-", stdin="email,role,projects\n"
               "ok@b.c,reader,\n"
               "nobody,reader,\n"
               "a b@c.d,reader,\n"
               ",reader,\n"
               "x@y.z,king,\n"
               "x2@y.z,,\n"
               "x3@y.z,reader,p1:\n"
               f"{'l' * 65}@y.z,reader,\n"
               "OK@b.c,owner,\n"
               'x4@y.z,"reader" x,\n'
               'x5@y.z,rea"der,\n'
               'x6@y.z,"reader,\n')
    assert done.returncode == 2
    named = [int(n) for n in re.findall(r"line (\d+): ", done.stderr)]
    assert sorted(named) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    assert "line 2 already" in done.stderr
    assert peer.requests == []


def test_bulk_without_header_and_with_a_role_for_all(cli, peer):
    peer.script(Organization())
    done = cli("bulk", "-", "--role", "reader", stdin="a@b.c\nd@e.f,owner\n")
    assert done.returncode == 0, done.stderr
    roles = {r.json["email"]: r.json["role"] for r in peer.requests
             if r.method == "POST"}
    assert roles == {"a@b.c": "reader", "d@e.f": "owner"}


@pytest.mark.parametrize("stdin", ["", "\n\n", "email,role\n"])
def test_bulk_of_nobody(cli, peer, stdin):
    done = cli("bulk", "-", "--format", "table", stdin=stdin)
    assert done.returncode == 0 and done.stdout.startswith("0 invited")
    assert peer.requests == []


def test_bulk_of_what_is_no_text(cli, peer):
    done = cli("bulk", "-", stdin="a\0b@c.d,reader\n")
    assert done.returncode == 2 and "NUL" in done.stderr


def test_bulk_dry_run(cli, peer):
    assert cli("bulk", "-n", "-", stdin="a@b.c,reader\n").returncode == 0
    assert peer.requests == []


def test_bulk_has_patience(cli, peer):
    organization = Organization()
    busy = iter([True, False] * 50)

    def sometimes(request) -> Answer:
        if request.method == "POST" and next(busy):
            return Answer(429, "", {"retry-after-ms": "1"})
        return organization(request)
    peer.script(sometimes)
    csv = "".join(f"u{n}@b.c,reader\n" for n in range(20))
    done = cli("bulk", "-", "--json", "--jobs", "1", stdin=csv)
    assert done.returncode == 0
    assert json.loads(done.stdout)["invited"] == 20


def test_bulk_interrupted_and_taken_up_again(cli, peer):
    organization = Organization()

    def answer(request) -> Answer:
        if len(organization.invites) == 50 and not answer.sent:
            answer.sent = True
            process.send_signal(signal.SIGINT)
        return organization(request)
    answer.sent = False
    peer.script(answer)
    csv = "".join(f"u{n}@b.c,reader\n" for n in range(2000))
    process = subprocess.Popen(
        [cli.program, "bulk", "-", "--json"], env=cli.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out, _ = process.communicate(csv, timeout=120)
    report = json.loads(out)
    assert process.returncode == 75
    assert report["failed"] == report["refused"] == 0
    assert report["invited"] == len(organization.invites) >= 50
    assert report["not_tried"] == 2000 - report["invited"] > 0
    done = cli("bulk", "-", "--json", stdin=csv)
    assert done.returncode == 0
    again = json.loads(done.stdout)
    assert again["existing"] == report["invited"]
    assert again["invited"] == report["not_tried"]


# ---- people, projects, the invited person ---------------------------------

def test_users_and_projects(cli, peer):
    user = {"object": "organization.user", "id": "user-1", "name": None,
            "email": "a@b.c", "role": "owner", "added_at": 5}
    project = {"object": "organization.project", "id": "p", "name": "One",
               "created_at": 1, "archived_at": None, "status": "active"}
    for args, body, target in [
            (["users", "list"], page([user]), "/users"),
            (["users", "get", "user-1"], user, "/users/user-1"),
            (["users", "retrieve", "user-1"], user, "/users/user-1"),
            (["projects", "list"], page([project]), "/projects"),
            (["projects", "list", "--include-archived"], page([project]),
             "/projects?include_archived=true"),
            (["projects", "get", "p"], project, "/projects/p"),
            (["projects", "users", "p"], page([user]), "/projects/p/users"),
            (["projects", "users", "list", "p", "--limit", "3"], page([user]),
             "/projects/p/users?limit=3"),
            (["projects", "create", "--name", "One"], project, "/projects")]:
        for form in ("jsonl", "table", "raw"):
            peer.script(Answer(200, body))
            done = cli(*args, "--format", form)
            assert done.returncode == 0, done.stderr
            assert peer.requests[0].target == "/v1/organization" + target
            assert "a@b.c" in done.stdout or "One" in done.stdout
    assert peer.requests[0].json == {"name": "One"}


def test_accept(cli, make_peer):
    invitation = {"object": "invitation", "status": "accepted",
                  "organization": {"name": "Org"}, "email": "a@b.c",
                  "role": "reader", "projects": [], "skipped_projects": [],
                  "user_id": "user-1"}
    there = make_peer(Answer(200, invitation))
    link = f"http://127.0.0.1:{there.port}/accept#CODE"
    done = cli("accept", "--link", link, "--name", "Ada")
    assert done.returncode == 0
    assert json.loads(done.stdout) == invitation
    assert cli("lookup", "--link", link).returncode == 0
    assert cli("decline", "--link", link).returncode == 0
    assert [(r.path, r.json) for r in there.requests] == [
        ("/invitations/accept", {"token": "CODE", "name": "Ada"}),
        ("/invitations/lookup", {"token": "CODE"}),
        ("/invitations/decline", {"token": "CODE"})]
    assert all("authorization" not in r.headers for r in there.requests)


def test_a_link_is_asked_about_where_it_says_or_where_told(cli, peer,
                                                           make_peer):
    """--base-url wins over the link, the environment does not."""
    invitation = Answer(200, {
        "object": "invitation", "status": "pending", "email": "a@b.c",
        "role": "reader", "projects": [], "skipped_projects": []})
    named, told = make_peer(invitation), make_peer(invitation)
    link = f"http://127.0.0.1:{named.port}/accept#CODE"
    for verb in ("lookup", "accept", "decline"):
        for args, asked in [
                ([verb, link], named),
                ([verb, link, "--base-url", told.url], told),
                (["--base-url", told.url, verb, link], told),
                ([verb, "CODE", "--base-url", told.url], told)]:
            assert cli(*args).returncode == 0
            assert asked.requests.pop().json == {"token": "CODE"}
            assert not named.requests and not told.requests
    assert peer.requests == []


def test_an_invitation_for_people(cli, make_peer):
    there = make_peer(Answer(200, {
        "object": "invitation", "status": "pending", "email": "a@b.c",
        "role": "reader", "skipped_projects": ["Old"],
        "projects": [{"name": "One", "role": "member"},
                     {"name": "Two", "role": "owner"}]}))
    out = cli("lookup", f"http://127.0.0.1:{there.port}/accept#CODE",
              "--format", "table").stdout
    assert [line.strip().split(maxsplit=1) for line in out.splitlines()][-3:] \
        == [["projects", "One (member)"], ["Two", "(owner)"],
            ["archived", "Old"]]


def test_without_a_link(cli, peer):
    for verb in ("lookup", "accept", "decline"):
        done = cli(verb)
        assert done.returncode == 2
        assert done.stderr == \
            "invite: the link from the mail has to be given\n"


def test_a_bare_word_is_what_the_command_is_about(cli, peer, make_peer):
    """`invite accept URL` and the like; as option or as word, not both."""
    for args, sent in [
            (["projects", "create", "One"], {"name": "One"}),
            (["projects", "create", "--", "--odd"], {"name": "--odd"}),
            (["create", "a@b.c", "--role", "owner"],
             {"email": "a@b.c", "role": "owner"})]:
        peer.script(Answer(200, {"id": "x", "email": "a@b.c", "name": "One"}))
        done = cli(*args)
        assert done.returncode == 0, done.stderr
        assert peer.requests[0].json == sent
    there = make_peer(Answer(200, {
        "object": "invitation", "status": "pending", "email": "a@b.c",
        "role": "reader", "projects": [], "skipped_projects": []}))
    link = f"http://127.0.0.1:{there.port}/accept#CODE"
    for verb in ("lookup", "accept", "decline"):
        assert cli(verb, link).returncode == 0
        assert there.requests[-1].json == {"token": "CODE"}
        for wrong in ([link, link], ["--link", link, link]):
            done = cli(verb, *wrong)
            assert done.returncode == 2
            assert f"usage: invite {verb} [OPTION...] [URL]" in done.stderr
    assert len(there.requests) == 3


# ---- completions ----------------------------------------------------------

def bash(cli: Cli, line: str) -> list[str]:
    words = line.split(" ")
    script = ('source /dev/stdin; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
              '_invite; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, "bash", *words],
                          input=cli("completion", "bash").stdout, text=True,
                          capture_output=True, timeout=30)
    assert done.stderr == ""
    return sorted(set(done.stdout.split()))


@pytest.mark.parametrize("line, expected", [
    ("invite cr", ["create"]),
    ("invite list --status ", ["accepted", "expired", "pending"]),
    ("invite projects c", ["create"]),
    ("invite create --no-p", ["--no-projects"]),
    ("invite create --role r", ["reader"]),
    ("invite completion z", ["zsh"]),
    ("invite --format js", ["json", "jsonl"]),
])
def test_bash_completion(cli, line, expected):
    assert bash(cli, line) == expected


@pytest.mark.parametrize("line, expected", [
    ("invite cr", "create"), ("invite list --status p", "pending"),
    ("invite create --no-p", "--no-projects"),
    ("invite projects us", "users"),
])
def test_fish_completion(cli, line, expected, tmp_path):
    done = subprocess.run(
        ["fish", "-c", f"source; complete -C '{line}'"], text=True,
        input=cli("completion", "fish").stdout, capture_output=True,
        env={**os.environ, "HOME": str(tmp_path)}, timeout=60)
    assert done.stderr == ""
    assert expected in [line.split("\t")[0]
                        for line in done.stdout.splitlines()]


def test_zsh_completion(cli, tmp_path):
    """_invite runs without complaint and offers the commands."""
    script = tmp_path / "_invite"
    script.write_text(cli("completion", "zsh").stdout)
    check = f"""
    compdef() {{ :; }}
    _describe() {{ print -l -- "${{(@P)2}}"; }}
    _arguments() {{ print -l -- "$@"; }}
    source {script}
    words=(invite ''); CURRENT=2; _invite
    words=(invite list --st); CURRENT=3; _invite
    """
    done = subprocess.run(["zsh", "-f", "-c", check], text=True,
                          capture_output=True, timeout=30)
    assert done.stderr == "" and done.returncode == 0
    assert "create:invite somebody" in done.stdout
    assert "*--status=[" in done.stdout


def test_completions_are_built():
    for name in ("invite.bash", "_invite", "invite.fish"):
        assert (build_dir() / "cli" / name).stat().st_size > 1000
