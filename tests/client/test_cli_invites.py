"""
invite create, list, get, delete and watch: what they send and print.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import time

import pytest

from conftest import KEY, on_terminal, refusal
from peer import Answer, INVITE, page

DELETED = {"object": "organization.invite.deleted", "id": "invite-1",
           "deleted": True}



# ---- create ---------------------------------------------------------------

@pytest.mark.parametrize("args, projects", [
    ([], None),
    (["--no-projects"], []),
    (["--project", "[]"], []),
    (["--project", "proj_1"], [("proj_1", "member")]),
    (["--project=proj_1:owner"], [("proj_1", "owner")]),
    (["--project", "proj_1:auditor"], [("proj_1", "auditor")]),
    (["--project", "proj_1", "--project", "proj_2:owner"],
     [("proj_1", "member"), ("proj_2", "owner")]),
    (["--project", "{id: proj_1, role: owner}"], [("proj_1", "owner")]),
    (["--project", "{role: 'owner', id: \"proj_1\"}"], [("proj_1", "owner")]),
    (["--project", '{"id":"proj_1","role":"member"}'], [("proj_1", "member")]),
    (["--project", "[{id: proj_1}, proj_2:owner]"],
     [("proj_1", "member"), ("proj_2", "owner")]),
    (["--project.id", "proj_1", "--project.role", "owner", "--project.id", "proj_2"],
     [("proj_1", "owner"), ("proj_2", "member")]),
    (["--project.role", "owner", "--project.id", "proj_1", "--project", "proj_2"],
     [("proj_1", "owner"), ("proj_2", "member")]),
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


@pytest.mark.parametrize("value", ["", ":", "proj_1:", "{}", "{id}", "{id: }",
                                   "{role: owner}", "{id: x, no: y}", "[",
                                   "[proj_1", "{id: proj_1", "{id: proj_1} proj_2",
                                   "{id: 'proj_1}"])
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


def test_create_without_a_role_says_which_there_are(cli, peer):
    done = cli("create", "a@b.c")
    assert (done.returncode, done.stderr) == (
        2, "invite: no role given: use --role reader or --role owner\n")
    assert peer.requests == []


def test_create_does_not_eat_a_loops_input(cli, peer):
    script = 'while read email; do "$0" create --email "$email" ' \
             '--role reader >/dev/null; done'
    done = subprocess.run(["sh", "-c", script, cli.program], env=cli.env,
                          input="a@b.c\nd@e.f\n", text=True, timeout=240)
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


def test_create_invites_several(cli, peer):
    """The first failure is the exit status; the others are invited."""
    peer.script(Answer(200, INVITE), refusal(400), Answer(200, INVITE))
    done = cli("create", "a@b.c", "d@e.f", "--email", "g@h.i", "-r", "owner",
               "-p", "proj_1", "--json")
    assert [r.json["email"] for r in peer.requests] == \
        ["g@h.i", "a@b.c", "d@e.f"]
    assert all(r.json["role"] == "owner" and r.json["projects"] ==
               [{"id": "proj_1", "role": "member"}] for r in peer.requests)
    assert done.returncode == 1 and "could not invite a@b.c" in done.stderr
    first, second, third = json.loads(done.stdout)
    assert first == third == INVITE and second["error"]["code"] == "nope"


def test_create_says_that_the_invite_was_there(cli, peer):
    """Unless an attempt before may have made it."""
    there = Answer(200, {**INVITE, "created_at": int(time.time()) - 7200},
                   {"X-Invite-Existing": "true"})
    peer.script(there)
    done = cli("create", "a@b.c", "-r", "reader")
    assert done.returncode == 0
    assert done.stderr == "ada@example.com was already invited 2 hours ago; " \
        "this is that invite.\n"
    peer.script(Answer(500, "", {"retry-after-ms": "1"}), there)
    done = cli("create", "a@b.c", "-r", "reader")
    assert (done.returncode, done.stderr) == (0, "")


PROJECTS = [{"object": "organization.project", "id": f"proj_{n}", "name": name,
             "created_at": 1, "archived_at": 2 if old else None,
             "status": "archived" if old else "active"}
            for n, (name, old) in enumerate([
                ("Engine", False), ("Two words", False), ("Twin", False),
                ("Twin", False), ("Old", True), ("Engine", True)])]


def with_projects(request) -> Answer:
    if request.path.endswith("/projects"):
        assert ("include_archived", "true") in request.query
        return Answer(200, page(PROJECTS))
    return Answer(200, INVITE)


@pytest.mark.parametrize("args, projects", [
    (["-p", "Engine"], [("proj_0", "member")]),
    (["-p", "engine:owner", "-p", "proj_7"],
     [("proj_0", "owner"), ("proj_7", "member")]),
    (["-p", "Two words:owner"], [("proj_1", "owner")]),
    (["--project", "{id: Two words, role: owner}"], [("proj_1", "owner")]),
])
def test_create_takes_projects_by_name(cli, peer, args, projects):
    peer.script(with_projects)
    done = cli("create", "a@b.c", "-r", "reader", *args)
    assert done.returncode == 0, done.stderr
    assert peer.requests[-1].json["projects"] == [
        {"id": i, "role": r} for i, r in projects]


@pytest.mark.parametrize("name, said", [
    ("Engin", 'no project "Engin"; did you mean Engine?'),
    ("Nothing", 'no project "Nothing"\n'),
    ("Twin", '2 projects are called "Twin"; give the id of one, such as '
             'proj_2'),
    ("Old", 'the project "Old" is archived'),
])
def test_a_project_by_a_name_that_names_none(cli, peer, name, said):
    peer.script(with_projects)
    done = cli("create", "a@b.c", "-r", "reader", "-p", name)
    assert done.returncode == 3 and said in done.stderr
    assert all(r.method == "GET" for r in peer.requests)


@pytest.mark.parametrize("args, stdin", [
    ([], ""), (["--role", "reader"], " \n"), (["--body", "-"], "\n"),
    (["--role", "reader", "--no-email"], ""), (["--body", "/dev/null"], "x"),
])
def test_create_of_nobody(cli, peer, args, stdin):
    done = cli("create", *args, stdin=stdin)
    assert done.returncode == 2 and peer.requests == []
    assert done.stderr == "invite: no address given\n"


# ---- get, delete ----------------------------------------------------------

def test_get_and_its_other_names(cli, peer):
    for args in (["get", "i 1"], ["retrieve", "i 1"],
                 ["get", "--invite-id", "i 1"], ["get", "--", "i 1"]):
        assert cli(*args).returncode == 0
        assert peer.requests[-1].target == "/v1/organization/invites/i%201"


@pytest.mark.parametrize("verb", [["get"], ["watch"], ["delete"]])
@pytest.mark.parametrize("knows_filter", [True, False])
def test_an_address_stands_for_its_newest_invite(cli, peer, verb,
                                                 knows_filter):
    """invited(8) finds it; another server's list is looked through."""
    def answer(request) -> Answer:
        if not request.path.endswith("/invites"):
            return Answer(200, {**INVITE, **DELETED, "status": "accepted"})
        if request.query[-1] == ("email", "ada+x@b.c") and not knows_filter:
            return refusal(400)
        return Answer(200, page([
            {**INVITE, "id": "i1", "email": "other@b.c"},
            {**INVITE, "id": "i2", "email": "Ada+x@b.c"},
            {**INVITE, "id": "i3", "email": "ada+x@b.c"}]))
    peer.script(answer)
    done = cli(*verb, "ada+x@b.c")
    assert done.returncode == 0, done.stderr
    assert peer.requests[-1].path.endswith("/invites/i2")
    done = cli(*verb, "bob@b.c")
    assert done.returncode == 3
    assert done.stderr == "invite: there is no invite for bob@b.c\n"


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


def test_list_by_status_asks_the_server_where_it_knows_how(cli, peer):
    seen = []

    def answer(request) -> Answer:
        seen.append(request.query)
        if request.query and not answer.knows:
            return refusal(400)
        return Answer(200, page([INVITE, {**INVITE, "id": "i2",
                                          "status": "accepted"}]))
    answer.knows = True
    peer.script(answer)
    for answer.knows, asked in [(True, [[("status", "pending")]]),
                                (False, [[("status", "pending")], []])]:
        seen.clear()
        assert cli("list", "--status", "pending", "-q").stdout == "invite-1\n"
        assert seen == asked


def test_list_tells_declined_from_expired(cli, peer):
    """The API calls both expired; only invited(8) says when one declined."""
    peer.script(Answer(200, page([
        {**INVITE, "id": "i1", "status": "expired", "declined_at": None},
        {**INVITE, "id": "i2", "status": "expired", "declined_at": 9}])))
    shown = cli("list", "--format", "table").stdout.splitlines()
    place = shown[0].index(" STATUS") + 1
    assert [line[place:].split()[0] for line in shown[1:]] == \
        ["expired", "declined"]
    assert cli("list", "-q", "--status", "declined").stdout == "i2\n"
    assert peer.requests[-1].query == [("status", "declined")]
    assert cli("list", "-q", "--status", "expired").stdout == "i1\ni2\n"


def test_list_tells_what_the_invited_said(cli, peer):
    peer.script(Answer(200, page([
        {**INVITE, "id": "i1", "status": "expired", "declined_at": 9,
         "opted_out_at": 9},
        {**INVITE, "id": "i2", "status": "expired",
         "resend_requested_at": 9}])))
    shown = cli("list", "--format", "table").stdout.splitlines()
    assert "opted-out" in shown[1] and "expired, asked" in shown[2]
    assert cli("list", "-q", "--status", "declined").stdout == "i1\n"


def test_list_by_project_and_age_whatever_the_server_knows(cli, peer):
    now = int(time.time())
    old, new = now - 7200, now - 60
    projects = [{"id": "proj_1", "role": "member"}]
    peer.script(lambda request: Answer(200, page([
        {**INVITE, "id": "i1", "created_at": old, "projects": projects},
        {**INVITE, "id": "i2", "created_at": new, "projects": projects},
        {**INVITE, "id": "i3", "created_at": new, "projects": []}])))
    for options, shown in ((["--project", "proj_1"], "i1 i2"),
                           (["--since", "1h"], "i2 i3"),
                           (["--until", "1h"], "i1"),
                           (["--since", "1h", "--project", "proj_1"], "i2")):
        assert ids(cli("list", "--format", "jsonl", *options)) == \
            shown.split(), options
    names = [name for name, _ in peer.requests[-1].query]
    assert names == ["project_id", "created_at[gte]"]
    assert cli("list", "--query", "a b").returncode == 0
    assert peer.requests[-1].query == [("query", "a b")]


def test_csv_is_for_spreadsheets_and_holds_no_formula(cli, peer):
    peer.script(Answer(200, page([
        {**INVITE, "id": "i1", "email": '=cmd|"/c calc"!A0@b.c',
         "created_at": 1700000000},
        {**INVITE, "id": "i2", "email": "+a,b@c.d", "created_at": 0}])))
    done = cli("list", "--format", "csv")
    assert done.returncode == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["id"] for row in rows] == ["i1", "i2"]
    assert rows[0]["email"] == "'=cmd|\"/c calc\"!A0@b.c"
    assert rows[0]["created"] == "2023-11-14T22:13:20Z"
    assert rows[1]["email"] == "'+a,b@c.d" and rows[1]["created"] == ""
    peer.script(Answer(200, page([])))
    assert cli("list", "--format", "csv").stdout.startswith("id,email,")


def test_list_names_the_statuses_there_are(cli, peer):
    done = cli("list", "--status", "pendin")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "invite: --status: \"pendin\" is not one of: " \
        "pending accepted expired declined\n"
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


@pytest.mark.parametrize("args", [[], ["--json"]])
def test_a_list_in_json_is_one_array(cli, peer, args):
    answers = three_pages()
    peer.script(*answers)
    out = cli("list", *args).stdout
    items = [item for answer in answers for item in answer.body["data"]]
    assert out == json.dumps(items, indent=2) + "\n"
    peer.script(Answer(200, page([])))
    assert cli("list", *args).stdout == "[]\n"


def test_a_list_that_fails_is_json_all_the_same(cli, peer):
    """An object where nothing was printed yet, else the array's last item."""
    peer.script(refusal(403))
    done = cli("list", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["error"]["code"] == "nope"
    peer.script(three_pages()[0], refusal(403))
    done = cli("list", "--json")
    assert done.returncode == 4
    *items, last = json.loads(done.stdout)
    assert len(items) == 2 and last["error"]["status"] == 403


def test_quiet_prints_ids(cli, peer):
    peer.script(*three_pages())
    assert cli("list", "-q").stdout == "i0\ni1\ni2\ni3\ni4\n"
    peer.script(Answer(200, INVITE))
    for args in (["create", "a@b.c", "-r", "reader"], ["get", "x"]):
        for quiet in (["-q"], ["--quiet"], ["--format", "id"]):
            assert cli(*args, *quiet).stdout == "invite-1\n"
    peer.script(Answer(200, DELETED))
    assert cli("-q", "delete", "x").stdout == "invite-1\n"


@pytest.mark.parametrize("args, expected", [
    (["--delivery", "failed"], ["i1"]), (["--delivery", "none"], ["i4"]),
    (["--delivery", "sent", "--status", "pending"], ["i0"]),
])
def test_list_by_how_the_mail_stands(cli, peer, args, expected):
    mails = ["sent", "failed", "deferred", "queued", "none"]
    peer.script(Answer(200, page([
        {**INVITE, "id": f"i{n}", "delivery": {"status": mail}}
        for n, mail in enumerate(mails)] + [INVITE])))
    done = cli("list", "-q", *args)
    assert done.stdout.split() == expected
    shown = cli("list", "--format", "table").stdout.splitlines()
    place = shown[0].index(" MAIL") + 1
    assert [line[place:].split()[0] for line in shown[1:]] == \
        ["sent", "failed", "deferred", "queued", "none", "-"]
    assert cli("list", "--delivery", "lost").returncode == 2


@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "POSIX", "nonsense"])
def test_columns_are_straight_in_every_locale(cli, peer, locale):
    peer.script(Answer(200, page([
        {**INVITE, "email": "é" * 3 + "@b.c", "status": "accepted"},
        {**INVITE, "id": "i2", "email": "日本@b.c"}])))
    lines = on_terminal(cli, "list", NO_COLOR="1", LC_ALL=locale).splitlines()
    assert lines[0].split() == ["ID", "EMAIL", "ROLE", "STATUS", "MAIL",
                                "CREATED", "EXPIRES", "PROJECTS"]
    place = lines[0].index("ROLE")
    assert lines[1].index("reader") == place
    assert lines[2].index("reader") == place - 2  # two wide characters


def test_list_of_nothing(cli, peer):
    peer.script(Answer(200, page([])))
    done = cli("list", "--format", "table")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "There are no such invites.\n"


DRIVING = "\x1b[31m\x7f\x9b0m\u061c\u200e\u202e\u2066\u2069\u2028"


def test_nothing_of_others_drives_the_terminal(cli, peer):
    """Neither as a table nor as JSON, where it is the same text."""
    invite = {**INVITE, "email": f"a{DRIVING}@b.c"}
    wire = json.dumps(invite, ensure_ascii=False).replace("\x1b", "\\u001b")
    peer.script(Answer(200, wire))
    for args in (["--json"], ["--format", "jsonl"], ["--format", "raw"],
                 ["--format", "table"], []):
        out = cli("get", "x", *args).stdout
        assert not set(DRIVING) - set("[310m") & set(out), args
        if "table" not in args:
            assert json.loads(out) == invite
    peer.script(Answer(200, page([json.loads(wire)])))
    assert f"a?[31m{'?' * 2}0m{'?' * 6}@b.c" in cli(
        "list", "--format", "table").stdout
    message = {"error": {"message": f"No {DRIVING}.", "code": "x",
                         "type": "t", "param": None}}
    peer.script(Answer(400, message))
    done = cli("get", "x", "--json")
    assert not set(DRIVING) - set("[310m") & set(done.stdout + done.stderr)


@pytest.mark.parametrize("time_", [-2**63, -2**63 + 2**31, 2**63 - 1])
def test_times_beyond_all_clocks_are_shown(cli, peer, time_):
    """Also where they are: the program is tested under UBSan."""
    peer.script(Answer(200, {**INVITE, "created_at": time_,
                             "expires_at": time_}))
    done = cli("get", "x", "--format", "table")
    assert done.returncode == 0, done.stderr
    when = r"in \d+ days" if time_ > 0 else r"\d+ days ago"
    assert re.search(rf"^ *expires +{when}$", done.stdout, re.M), done.stdout


def test_json_is_laid_out_and_not_changed(cli, peer):
    odd = {**INVITE, "odd": {"a": [], "b": {}, "c": [1, [2.5e-3, {"x": None}]],
                             "d": "{[,:]}\\\" \u2028 \x7f", "": True}}
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
    (Answer(200, {**INVITE, "delivery": {"status": "failed"}}), 6),
    (Answer(200, {**INVITE, "status": "accepted",
                  "delivery": {"status": "failed"}}), 0),
])
def test_watch(cli, peer, last, status):
    peer.script(Answer(200, INVITE), Answer(503, ""), Answer(200, INVITE), last)
    done = cli("watch", "x", "--interval", "1ms", "--max-retries", "0")
    assert done.returncode == status
    assert len(peer.requests) == 4


def test_watch_says_what_it_waits_for(cli, peer):
    def mail(status: str) -> Answer:
        return Answer(200, {**INVITE, "delivery": {"status": status}})
    peer.script(mail("queued"), mail("queued"), mail("sent"),
                Answer(200, {**INVITE, "status": "accepted"}))
    out = on_terminal(cli, "watch", "x", "--interval", "1ms",
                      NO_COLOR="1")
    assert out.startswith("ada@example.com is pending, mail queued\n"
                          "ada@example.com is pending, mail sent\n"
                          "invite-1\n")


def test_watch_has_an_end(cli, peer):
    done = cli("watch", "x", "--interval", "1ms", "--max-wait", "20ms")
    assert done.returncode == 75 and "still pending" in done.stderr
