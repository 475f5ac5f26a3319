"""
invite bulk: the files that it reads, whom it invites, and what it reports.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess

import pytest

from conftest import refusal
from peer import Answer, INVITE, page



def is_create(request) -> bool:
    """Of one; against a server that does not take many."""
    return request.method == "POST" and not request.path.endswith("/bulk")


class Organization:
    """Enough of a server for bulk: remembers whom it has invited. One by one,
    as OpenAI's, or many at once."""

    def __init__(self, takes_many: bool = False) -> None:
        self.takes_many = takes_many
        self.invites: dict[str, dict] = {}

    def line(self, index: int, line: dict) -> dict:
        """What became of one of many."""
        answer = self.invite(line["email"])
        body = answer.body
        return {"index": index, "status": answer.status, "existing": False,
                "invite": body if answer.status == 200 else None,
                "error": body.get("error")}

    def __call__(self, request) -> Answer:
        if request.method == "GET":
            return Answer(200, page(list(self.invites.values())))
        if not request.path.endswith("/bulk"):
            return self.invite(request.json["email"])
        if not self.takes_many:
            return refusal(404, "unknown_url")
        return Answer(200, {"data": [
            self.line(i, line) for i, line in
            enumerate(request.json["invites"])]})

    def invite(self, email: str) -> Answer:
        if email.startswith("member"):
            return refusal(400, "user_already_exists")
        if email.startswith("bad"):
            return refusal(400)
        self.invites[email] = {**INVITE, "email": email,
                               "id": f"invite-{len(self.invites)}"}
        return Answer(200, self.invites[email])


def test_a_file_says_external_ids_and_metadata(cli, peer, tmp_path):
    peer.script(Organization())
    file = tmp_path / "people.csv"
    file.write_text("email,role,external_id,metadata.team,metadata.desk\n"
                    'ada@b.c,reader,E-1,"En ""gine""",7\n'
                    "bob@b.c,owner,,,8\ncyd@b.c,owner\n")
    assert cli("bulk", str(file)).returncode == 0
    asked = {one.json["email"]: one.json for one in peer.requests
             if is_create(one)}
    assert asked == {
        "ada@b.c": {"email": "ada@b.c", "role": "reader", "external_id": "E-1",
                    "metadata": {"team": 'En "gine"', "desk": "7"}},
        "bob@b.c": {"email": "bob@b.c", "role": "owner",
                    "metadata": {"desk": "8"}},
        "cyd@b.c": {"email": "cyd@b.c", "role": "owner"}}


def test_bulk(cli, peer, tmp_path):
    peer.script(Organization())
    file = tmp_path / "people.csv"
    file.write_bytes(b'\xef\xbb\xbfRole,Email,notes,projects\r\n'
                     b'reader,ada@b.c,"a, ""b""\r\nc",proj_1:owner; proj_2\r\n'
                     b'\r\n'
                     b'owner,"bob@b.c",,none\r\n'
                     b'reader,cleo@b.c,,\r\n'
                     b'reader,member@b.c,,\r\n'
                     b'reader,bad@b.c,,')
    done = cli("bulk", str(file), "--json", "--ignore-columns")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert {k: v for k, v in report.items() if k != "results"} == {
        "dry_run": False, "invited": 3, "mailed_again": 0, "existing": 1,
        "refused": 1, "failed": 0, "not_tried": 0, "problems": []}
    lines = {r["email"]: (r["line"], r["outcome"]) for r in report["results"]}
    assert lines == {"ada@b.c": (2, "invited"), "bob@b.c": (5, "invited"),
                     "cleo@b.c": (6, "invited"), "member@b.c": (7, "existing"),
                     "bad@b.c": (8, "refused")}
    sent = {r.json["email"]: r.json for r in peer.requests
            if is_create(r)}
    assert sent["ada@b.c"]["projects"] == [{"id": "proj_1", "role": "owner"},
                                           {"id": "proj_2", "role": "member"}]
    assert sent["bob@b.c"] == {"email": "bob@b.c", "role": "owner",
                               "projects": []}
    assert "projects" not in sent["cleo@b.c"]


def test_bulk_sends_many_at_once_where_the_server_takes_them(cli, peer):
    organization = Organization(takes_many=True)
    peer.script(organization)
    csv = "".join(f"{name}{n}@b.c,reader,proj_{n}\n" for n in range(150)
                  for name in ("u", "member")) + "bad@b.c,owner,none\n"
    done = cli("bulk", "-", "--json", stdin=csv)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["invited"], report["existing"], report["refused"]) == \
        (150, 150, 1)
    assert all(r["id"] == organization.invites[r["email"]]["id"]
               for r in report["results"] if r["outcome"] == "invited")
    assert report["results"][-1]["error"]["message"] == "It cannot be."
    # What is left for a request of its own goes as it always did.
    alone = [r.json for r in peer.requests if is_create(r)]
    assert len(alone) <= 1
    lines = alone + [line for r in peer.requests if r.path.endswith("/bulk")
                     for line in r.json["invites"]]
    assert sorted(line["email"] for line in lines) == sorted(
        row.split(",")[0] for row in csv.splitlines())
    assert {"email": "bad@b.c", "role": "owner", "projects": []} in lines


def test_bulk_of_many_at_a_time_debugs_in_whole_lines(cli, peer):
    """The workers' lines come in any order, but never into each other."""
    peer.script(Organization())
    csv = "".join(f"u{n}@b.c,reader\n" for n in range(100))
    done = cli("bulk", "-", "-j", "16", "--debug", stdin=csv)
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    assert len(lines) > 1000
    whole = re.compile(r"\[\d+\] [<>*] ([^\[]+|Authorization: \[secret\])")
    assert [line for line in lines if not whole.fullmatch(line)] == []


def test_bulk_twice_leaves_alone_what_is_there(cli, peer):
    peer.script(Organization())
    csv = "email,role\n" + "".join(f"u{n}@b.c,reader\n" for n in range(200))
    assert cli("bulk", "-", stdin=csv).returncode == 0
    posts = sum(is_create(r) for r in peer.requests)
    csv = csv.replace("u1@b.c", "U1@B.C") + "new@b.c,owner\n"
    done = cli("bulk", "-", "--format", "table", stdin=csv)
    assert done.returncode == 0
    assert done.stdout == \
        "1 invited, 200 already there, 0 refused, 0 failed\n"
    assert sum(is_create(r) for r in peer.requests) == posts + 1


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
             if is_create(r)}
    assert roles == {"a@b.c": "reader", "d@e.f": "owner"}


HEADER = "email,role\n"


@pytest.mark.parametrize("text, sent", [
    ("Email ; ROLE;Projects\na@b.c;Reader;\"proj_1;proj_2\"\n",
     ("a@b.c", "reader", ["proj_1", "proj_2"])),
    ("email\trole\tprojects\na@b.c\tOWNER\tproj_1, proj_2:owner\n",
     ("a@b.c", "owner", ["proj_1", "proj_2"])),
    ("sep=;\r\nrole;email\r\nreader;a@b.c\r\n", ("a@b.c", "reader", None)),
    ("\ufeffSEP=;\n\"Email\";\"Role\"\na@b.c;reader\n",
     ("a@b.c", "reader", None)),
    ("a@b.c;reader;\n", ("a@b.c", "reader", None)),
    ("a@b.c,reader,proj_1;proj_2;proj_3;proj_4\n",
     ("a@b.c", "reader", ["proj_1", "proj_2", "proj_3", "proj_4"])),
    (HEADER + " a@b.c\u00a0 ,\t\"reader \" \n", ("a@b.c", "reader", None)),
    (HEADER + "mailto:a@b.c?subject=Hello,reader\n",
     ("a@b.c", "reader", None)),
    (HEADER + ",\n\u00a0,,,\na@b.c,reader,,\n ,\n",
     ("a@b.c", "reader", None)),
    ("email,role,,\na@b.c,reader,,\n", ("a@b.c", "reader", None)),
    ("email,role,projects\na@b.c,reader, NONE\n", ("a@b.c", "reader", [])),
    ("email,role,projects\na@b.c,reader,proj_1 proj_2\n",
     ("a@b.c", "reader", ["proj_1", "proj_2"])),
])
def test_bulk_reads_what_spreadsheets_write(cli, peer, text, sent):
    peer.script(Organization())
    done = cli("bulk", "-", stdin=text)
    assert done.returncode == 0, done.stderr
    posted, = [r.json for r in peer.requests if is_create(r)]
    projects = [p["id"] for p in posted["projects"]] \
        if "projects" in posted else None
    assert (posted["email"], posted["role"], projects) == sent


@pytest.mark.parametrize("text, line, said", [
    ("email,role,project\na@b.c,reader,x\n", 1,
     'the column "project" is not known; did you mean projects? Known are '
     "email, role, projects, external_id and metadata.KEY; "
     "--ignore-columns passes over others."),
    ("email,Rolle\na@b.c,reader\n", 1,
     'the column "Rolle" is not known; did you mean role?'),
    ("\nemail;Telefonnummer\na@b.c;7\n", 2,
     'the column "Telefonnummer" is not known. Known are email'),
    ("email,role,EMAIL\na@b.c,reader,d@e.f\n", 1,
     'there are two columns "EMAIL"'),
    ("email,role\na@b.c,reader,stray\n", 2, '"stray" is in no column'),
    ("email,role,\na@b.c,reader,stray\n", 2, '"stray" is in no column'),
    ("a@b.c,reader,proj_1,stray\n", 1, '"stray" is in no column'),
    ("Address,Role\na@b.c,reader\n", 1,
     'neither an address nor a header with a column "email"'),
])
def test_bulk_drops_nothing_in_silence(cli, peer, text, line, said):
    done = cli("bulk", "-", "-r", "reader", stdin=text)
    assert done.returncode == 2
    assert f"line {line}: {said}" in done.stderr or \
        f"line {line}: this is {said}" in done.stderr
    assert peer.requests == []


def test_bulk_ignores_columns_when_told(cli, peer):
    peer.script(Organization())
    done = cli("bulk", "-", "-r", "reader", "--ignore-columns",
               stdin="email,phone\na@b.c,123\n")
    assert done.returncode == 0
    assert peer.requests[-1].json == {"email": "a@b.c", "role": "reader"}


@pytest.mark.parametrize("data, lines", [
    ("email,role\nok@b.c,reader\njürgen@b.c,reader\nrené@b.c,reader\n"
     .encode("latin-1"), [3, 4]),
    ("email,role\nok@b.c,reader\n".encode("utf-16"), [1]),
    ("email,role\nok@b.c,reader\n".encode("utf-16-be"), [1, 2]),
    (b"email,role\na\xc0\xaf@b.c,reader\n\xed\xa0\x80@b.c,reader\n", [2, 3]),
])
def test_bulk_refuses_other_encodings_with_their_lines(cli, peer, tmp_path,
                                                       data, lines):
    file = tmp_path / "people.csv"
    file.write_bytes(data)
    done = cli("bulk", str(file))
    assert done.returncode == 2 and "UTF-8" in done.stderr
    assert [p["line"] for p in json.loads(done.stdout)["problems"]] == lines
    assert peer.requests == []


def test_bulk_prints_ids_that_do_not_drive_the_terminal(cli, peer):
    driving = {**INVITE, "id": "\x1b]0;pwn\x07"}
    peer.script(lambda request: Answer(
        200, page([]) if request.method == "GET" else driving))
    assert cli("bulk", "-q", "-", stdin="a@b.c,reader\n").stdout == \
        "?]0;pwn?\n"


@pytest.mark.parametrize("stdin, answer, status", [
    ("a@b.c,reader\n", refusal(401), 4), ("nobody,reader\n", None, 2),
    ("a@b.c,reader,Engine\n", refusal(403), 4),
    ('a"\x1b\x9b,reader\n', None, 2),
    ("a\x1b\u202e@b.c,reader\nb@b.c,king\n", None, 2),
])
@pytest.mark.parametrize("args", [[], ["--json"], ["--format", "jsonl"]])
def test_bulk_in_json_is_always_json(cli, peer, stdin, answer, status, args):
    peer.script(answer or Answer(200, page([])))
    done = cli("bulk", "-", *args, stdin=stdin)
    assert done.returncode == status
    report = json.loads(done.stdout)
    assert report["problems"] if status == 2 else report["error"]
    assert not set("\x1b\x9b\u202e") & set(done.stdout + done.stderr)


@pytest.mark.parametrize("args, is_dry", [([], False), (["-n"], True)])
@pytest.mark.parametrize("stdin", ["nobody,reader\n", "a@b.c,king\n", "a\0b"])
def test_bulk_that_refuses_the_file_says_whether_it_was_dry(cli, peer, args,
                                                            is_dry, stdin):
    done = cli("bulk", "-", "--json", *args, stdin=stdin)
    assert done.returncode == 2, done.stdout
    assert json.loads(done.stdout)["dry_run"] is is_dry


@pytest.mark.parametrize("email, why", [
    ("b2@example", "has no dot"), ("a..b@b.c", "two in a row"),
    ("a@-b.c", "has a hyphen"), ("a@b.c.9", "ends in a number"),
    ("a@b_c.d", "not allowed"), ("a@b@c.d", "NAME@DOMAIN"),
    ("a" * 65 + "@b.c", "too long"),
])
def test_bulk_dry_run_refuses_the_addresses_that_the_server_would(
        cli, peer, email, why):
    done = cli("bulk", "-n", "-", stdin=f"ada@localhost,reader\n{email},reader\n")
    assert done.returncode == 2 and not peer.requests
    problem, = json.loads(done.stdout)["problems"]
    assert problem["line"] == 2 and why in problem["message"]


def test_bulk_of_no_file_is_json_too(cli, peer):
    done = cli("bulk", "/nowhere/people.csv")
    assert done.returncode == 2 and "/nowhere/people.csv" in done.stderr
    assert json.loads(done.stdout)["problems"] == [
        {"line": 0, "message": "the file could not be read"}]


@pytest.mark.parametrize("stdin", ["", "\n\n", "email,role\n"])
def test_bulk_of_nobody(cli, peer, stdin):
    done = cli("bulk", "-", "--format", "table", stdin=stdin)
    assert done.returncode == 0 and done.stdout.startswith("0 invited")
    assert peer.requests == []


def test_bulk_of_what_is_no_text(cli, peer):
    done = cli("bulk", "-", stdin="a\0b@c.d,reader\n")
    assert done.returncode == 2 and "NUL" in done.stderr


class Dry:
    """A server with projects, members and invites, that may not be changed."""

    def __call__(self, request) -> Answer:
        assert request.method == "GET"
        kind = request.path.rsplit("/", 1)[1]
        if kind == "projects":
            return Answer(200, page([
                {"id": "proj_1", "name": "Engine", "status": "active",
                 "archived_at": None},
                {"id": "proj_2", "name": "Old", "status": "archived",
                 "archived_at": 5}]))
        if kind == "users":
            asked = [value for name, value in request.query
                     if name == "emails[]"]
            return Answer(200, page([{"id": "user-1", "email": email.lower()}
                                     for email in asked
                                     if email.lower().startswith("member")]))
        return Answer(200, page([
            {**INVITE, "email": "pending@b.c"},
            {**INVITE, "email": "failed@b.c",
             "delivery": {"status": "failed"}},
            {**INVITE, "email": "old@b.c", "status": "expired"}]))


def test_bulk_dry_run_asks_the_server(cli, peer):
    peer.script(Dry())
    csv = "email,role,projects\n" + "".join(
        f"{name}@b.c,reader,Engine\n" for name in
        ["new", "old", "pending", "failed", "MEMBER"])
    done = cli("bulk", "-n", "-", "--format", "table", stdin=csv)
    assert done.returncode == 0
    assert done.stdout == "Dry run, nobody was invited: 2 to invite, " \
        "1 to mail again, 2 already there\n"
    assert done.stderr == "line 4: pending@b.c is invited already\n" \
        "line 6: MEMBER@b.c is a member already\n"
    report = json.loads(cli("bulk", "-n", "-", stdin=csv).stdout)
    assert report["dry_run"] is True
    assert [r["outcome"] for r in report["results"]] == \
        ["invited", "invited", "existing", "mailed_again", "existing"]
    for domain in ("b.c", "b." * 90 + "c"):
        many = "".join(f"member{n}@{domain},reader\n" for n in range(120))
        report = json.loads(cli("bulk", "-n", "-", stdin=many).stdout)
        assert report["existing"] == 120
    assert all(len(r.target) < 8000 for r in peer.requests)


def test_bulk_dry_run_looks_projects_up(cli, peer):
    peer.script(Dry())
    done = cli("bulk", "-n", "-", stdin="email,role,projects\n"
               "a@b.c,reader,proj_1\nb@b.c,reader,proj_9\n"
               "c@b.c,reader,Old\nd@b.c,reader,engin:owner\n")
    assert done.returncode == 2
    assert [(p["line"], p["message"])
            for p in json.loads(done.stdout)["problems"]] == [
        (3, 'there is no project "proj_9"'),
        (4, 'the project "Old" is archived'),
        (5, 'there is no project "engin"; did you mean Engine?')]


def test_bulk_takes_projects_by_name(cli, peer):
    dry, posted = Dry(), []

    def answer(request) -> Answer:
        if request.method == "GET":
            return dry(request)
        posted.append(request.json)
        return Answer(200, INVITE)
    peer.script(answer)
    done = cli("bulk", "-", stdin="email,role,projects\n"
               "a@b.c,reader,engine:owner; proj_3\n")
    assert done.returncode == 0, done.stderr
    assert posted[0]["projects"] == [{"id": "proj_1", "role": "owner"},
                                     {"id": "proj_3", "role": "member"}]
    posted.clear()
    done = cli("bulk", "-", stdin="a@b.c,reader,Nothing\n")
    assert done.returncode == 2 and not posted
    assert 'line 1: there is no project "Nothing"' in done.stderr


def test_bulk_mails_again_whose_mail_has_failed(cli, peer):
    """A create of the same invite is what makes the server mail anew."""
    organization = Organization()
    peer.script(organization)
    csv = "".join(f"u{n}@b.c,reader\n" for n in range(3))
    assert cli("bulk", "-", stdin=csv).returncode == 0
    for invite in organization.invites.values():
        invite["delivery"] = {"status": "failed"}
    organization.invites["u1@b.c"]["delivery"] = {"status": "sent"}
    done = cli("bulk", "-", "--format", "table", stdin=csv)
    assert (done.returncode, done.stdout) == (
        0, "0 invited, 2 mailed again, 1 already there, 0 refused, "
           "0 failed\n")
    sent = [r.json["email"] for r in peer.requests if is_create(r)]
    assert sorted(sent[3:]) == ["u0@b.c", "u2@b.c"]


def test_bulk_refuses_to_mail_again_what_is_another_invite(cli, peer):
    """Pending with another role: nothing was sent, so it is not left alone."""
    def answer(request) -> Answer:
        if request.method == "GET":
            return Answer(200, page([{**INVITE, "email": "a@b.c", "delivery":
                                      {"status": "failed"}}]))
        return refusal(400, "invite_already_exists")
    peer.script(answer)
    done = cli("bulk", "-", "--json", stdin="a@b.c,owner\n")
    assert done.returncode == 1
    assert json.loads(done.stdout)["results"][0]["error"]["code"] == \
        "invite_already_exists"


def test_bulk_counts_as_existing_what_the_server_says_was_there(cli, peer):
    """Somebody else may invite the same people meanwhile."""
    def answer(request) -> Answer:
        if request.method == "GET":
            return Answer(200, page([]))
        return Answer(200, INVITE, {"X-Invite-Existing": "true"})
    peer.script(answer)
    report = json.loads(cli("bulk", "-", stdin="a@b.c,reader\n").stdout)
    assert (report["invited"], report["existing"]) == (0, 1)


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
