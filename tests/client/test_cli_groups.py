"""
invite groups, against a peer that answers by a script and against the daemon.
"""

from __future__ import annotations

import json

import pytest

from conftest import Cli, on_terminal, refusal
from harness import USERS
from peer import Answer, page

GROUP = {"object": "group", "id": "group_1", "name": "Crew", "created_at": 1,
         "is_scim_managed": False, "group_type": "group"}
OTHER = {**GROUP, "id": "group_2", "name": "Night crew"}
USER = {"object": "organization.user", "id": "user-1", "name": "Ada",
        "email": "Ada@b.c", "role": "reader", "added_at": 5}
IN_GROUP = {"id": "user-1", "name": "Ada", "email": "Ada@b.c"}
ADDED = {"object": "group.user", "user_id": "user-1", "group_id": "group_1"}
# As the published API answers: it does not say who it was.
REMOVED = {"object": "group.user.deleted", "deleted": True}
DELETED = {"object": "group.deleted", "id": "group_1", "deleted": True}


def serve(request) -> Answer:
    """Two groups, and one member of the organization, who is in the first."""
    path = request.path.removeprefix("/v1/organization")
    if path.endswith("/users"):
        in_group = path.startswith("/groups")
        return Answer(200, ADDED if request.method == "POST" else
                      page([IN_GROUP if in_group else USER]))
    if "/users/" in path:
        return (Answer(200, REMOVED) if path.endswith("/user-1") else
                refusal(404, "user_not_found"))
    if path == "/groups" and request.method == "GET":
        return Answer(200, page([GROUP, OTHER]))
    return Answer(200, DELETED if request.method == "DELETE" else GROUP)


def asked(peer) -> list[tuple[str, str]]:
    return [(r.method, r.target.removeprefix("/v1/organization"))
            for r in peer.requests]


# ---- by ids: one request each ---------------------------------------------

@pytest.mark.parametrize("args, method, target, sent, answer", [
    (["list"], "GET", "/groups", None, page([GROUP])),
    ([], "GET", "/groups", None, page([GROUP])),
    (["--limit", "2", "--after", "group_0"], "GET",
     "/groups?after=group_0&limit=2", None, page([GROUP])),
    (["get", "group_1"], "GET", "/groups/group_1", None, GROUP),
    (["retrieve", "group_1"], "GET", "/groups/group_1", None, GROUP),
    (["create", "Crew"], "POST", "/groups", {"name": "Crew"}, GROUP),
    (["create", "--name", "Crew"], "POST", "/groups", {"name": "Crew"}, GROUP),
    (["create", "--", "--odd"], "POST", "/groups", {"name": "--odd"}, GROUP),
    (["rename", "group_1", "Crew"], "POST", "/groups/group_1",
     {"name": "Crew"}, GROUP),
    (["update", "group_1", "Crew"], "POST", "/groups/group_1",
     {"name": "Crew"}, GROUP),
    (["delete", "-y", "group_1"], "DELETE", "/groups/group_1", None, DELETED),
    (["users", "group_1"], "GET", "/groups/group_1/users", None,
     page([IN_GROUP])),
    (["users", "list", "group_1", "--limit", "3"], "GET",
     "/groups/group_1/users?limit=3", None, page([IN_GROUP])),
    (["add", "group_1", "user-1"], "POST", "/groups/group_1/users",
     {"user_id": "user-1"}, ADDED),
    (["remove", "group_1", "user-1"], "DELETE",
     "/groups/group_1/users/user-1", None, REMOVED),
])
def test_each_command_is_one_request(cli, peer, args, method, target, sent,
                                     answer):
    peer.script(Answer(200, answer))
    items = answer["data"] if answer["object"] == "list" else None
    for form, expected in [
            ("json", items or answer),
            ("jsonl", items[0] if items else answer),
            ("raw", answer)]:
        done = cli("--format", form, "groups", *args)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == expected
        assert peer.requests[-1].json == sent
    done = cli("-q", "groups", *args)
    assert done.stdout in ("group_1\n", "user-1\n"), done.stderr
    assert asked(peer) == [(method, target)] * 4


# ---- by names and addresses -----------------------------------------------

@pytest.mark.parametrize("args, last", [
    (["get", "Crew"], ("GET", "/groups/group_1")),
    (["get", "night CREW"], ("GET", "/groups/group_2")),
    (["rename", "crew", "Team"], ("POST", "/groups/group_1")),
    (["delete", "-y", "Night crew"], ("DELETE", "/groups/group_2")),
    (["users", "Crew"], ("GET", "/groups/group_1/users")),
    (["add", "Crew", "ada@b.c"], ("POST", "/groups/group_1/users")),
    (["remove", "Crew", "ada@b.c"], ("DELETE", "/groups/group_1/users/user-1")),
])
def test_groups_by_name_and_users_by_address(cli, peer, args, last):
    peer.script(serve)
    done = cli("groups", *args)
    assert done.returncode == 0, done.stderr
    assert asked(peer)[0] == ("GET", "/groups?limit=100")
    assert asked(peer)[-1] == last
    if args[0] == "add":
        assert peer.requests[-1].json == {"user_id": "user-1"}


@pytest.mark.parametrize("args, said", [
    (["get", "Crw"], 'there is no group "Crw"; did you mean Crew?'),
    (["delete", "-y", "xyzzy"], 'there is no group "xyzzy"'),
    (["users", "xyzzy"], 'there is no group "xyzzy"'),
    (["rename", "xyzzy", "Team"], 'there is no group "xyzzy"'),
    (["add", "xyzzy", "user-1"], 'there is no group "xyzzy"'),
    (["add", "Crew", "bob@b.c"],
     "there is no member with the address bob@b.c"),
])
def test_whoever_is_not_there_changes_nothing(cli, peer, args, said):
    peer.script(serve)
    done = cli("groups", *args)
    assert (done.returncode, done.stderr) == (3, f"invite: {said}\n")
    assert {method for method, _ in asked(peer)} == {"GET"}


def test_a_name_that_several_groups_have_needs_an_id(cli, peer):
    peer.script(Answer(200, page([GROUP, {**OTHER, "name": "Crew"}])))
    done = cli("groups", "delete", "-y", "Crew")
    assert done.returncode == 3
    assert done.stderr == ('invite: 2 groups are called "Crew"; give the id '
                           "of one, such as group_1\n")
    assert asked(peer) == [("GET", "/groups?limit=100")]


# ---- several at once ------------------------------------------------------

@pytest.mark.parametrize("verb, result", [("add", ADDED), ("remove", REMOVED)])
def test_several_users_are_one_array(cli, peer, verb, result):
    peer.script(serve)
    args = ("groups", verb, "Crew", "user-1", "ada@b.c")
    done = cli(*args, "--json")
    assert json.loads(done.stdout) == [result, result], done.stderr
    done = cli(*args, "--format", "jsonl")
    assert [json.loads(line) for line in done.stdout.splitlines()] == \
        [result, result]
    assert cli(*args, "-q").stdout == "user-1\nuser-1\n"
    assert asked(peer).count(("GET", "/groups?limit=100")) == 3


def test_the_others_are_done_after_a_failure(cli, peer):
    peer.script(serve)
    done = cli("groups", "remove", "Crew", "user-9", "bob@b.c", "ada@b.c",
               "-q")
    assert (done.returncode, done.stdout) == (3, "user-1\n")
    assert "could not remove user-9:" in done.stderr
    assert "there is no member with the address bob@b.c" in done.stderr


def test_several_groups_are_deleted_by_one_look_at_their_names(cli, peer):
    peer.script(serve)
    done = cli("groups", "delete", "-y", "Crew", "Night crew", "--json")
    assert json.loads(done.stdout) == [DELETED, DELETED], done.stderr
    assert asked(peer) == [("GET", "/groups?limit=100"),
                           ("DELETE", "/groups/group_1"),
                           ("DELETE", "/groups/group_2")]


def test_a_group_is_deleted_only_after_asking(cli, peer):
    peer.script(serve)
    done = cli("groups", "delete", "Crew")
    assert done.returncode == 2 and "use --yes" in done.stderr
    said = on_terminal(cli, "groups", "delete", "Crew", prompt="[y/N]",
                       answer="n\n")
    assert "Delete Crew, with the access that it gives? [y/N]" in said
    assert "nothing was done" in said and peer.requests == []


# ---- mistakes and refusals ------------------------------------------------

@pytest.mark.parametrize("args, said", [
    (["create"], "Missing required parameter: 'name'."), (["create", "a", "b"], "usage: invite groups create"),
    (["get"], "usage: invite groups get"), (["get", ""], ""),
    (["rename", "group_1"], "usage: invite groups rename [OPTION...] GROUP "
                            "NAME"),
    (["delete"], "usage: invite groups delete [OPTION...] GROUP..."),
    (["users"], "usage: invite groups users"),
    (["add", "group_1"], "usage: invite groups add [OPTION...] GROUP USER..."),
    (["remove", "group_1"], "usage: invite groups remove"),
    (["Crew"], 'there is no command "groups Crew"'),
    (["renam", "a", "b"], "did you mean invite groups rename?"),
])
def test_mistakes_exit_with_2(cli, peer, args, said):
    done = cli("groups", *args)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert done.stderr and peer.requests == []


@pytest.mark.parametrize("args", [
    ["list"], ["get", "group_1"], ["create", "Crew"],
    ["rename", "group_1", "Crew"], ["delete", "-y", "group_1"],
    ["users", "group_1"], ["add", "group_1", "user-1"],
    ["remove", "group_1", "user-1"],
])
@pytest.mark.parametrize("status, exits_with", [(400, 1), (403, 4), (404, 3)])
def test_refusals_exit_as_everywhere(cli, peer, args, status, exits_with):
    peer.script(refusal(status))
    done = cli("groups", *args, "--json")
    assert done.returncode == exits_with
    assert json.loads(done.stdout)["error"]["status"] == status
    assert "It cannot be. (nope) [request req_1]" in done.stderr


# ---- for people -----------------------------------------------------------

def test_what_people_see(cli, peer):
    def shown(*args: str) -> list[list[str]]:
        out = on_terminal(cli, "groups", *args, NO_COLOR="1")
        return [line.split() for line in out.splitlines()]
    peer.script(serve)
    heads, first, second = shown()
    assert heads == ["ID", "NAME", "CREATED"]
    assert (first[:2], second[:3]) == (["group_1", "Crew"],
                                       ["group_2", "Night", "crew"])
    assert shown("get", "Crew")[:2] == [["group_1"], ["name", "Crew"]]
    assert shown("users", "Crew") == [["ID", "EMAIL", "NAME"],
                                      ["user-1", "Ada@b.c", "Ada"]]
    assert shown("add", "Crew", "ada@b.c", "user-1") == [
        ["added", "ada@b.c"], ["added", "user-1"]]
    assert shown("remove", "Crew", "ada@b.c") == [["removed", "ada@b.c"]]
    assert shown("delete", "-y", "Crew") == [["deleted", "Crew"]]
    peer.script(Answer(200, {**GROUP, "is_scim_managed": True}))
    assert ["managed", "by", "SCIM"] in shown("get", "group_1")
    peer.script(Answer(200, page([])))
    assert shown() == ["There are no groups.".split()]
    assert shown("users", "group_1") == ["Nobody is in this group.".split()]


# ---- the daemon -----------------------------------------------------------

@pytest.fixture
def invite(shared_daemon, shared) -> Cli:
    cli = Cli(shared_daemon.url + "/v1")
    cli.env["OPENAI_ADMIN_KEY"] = shared.key
    return cli


def join(shared, email: str) -> str:
    """Makes a member; the id."""
    _, token = shared.link(email)
    assert shared.accept(token, "Ada").status_code == 200
    return next(one for one in shared.all(USERS) if one["email"] == email)["id"]


@pytest.mark.engines("sqlite")
def test_the_life_of_a_group(invite, shared):
    """From the first to the last command, by names and addresses alone."""
    def told(*args: str):
        done = invite("groups", *args)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    ada, bob = join(shared, "ada@example.com"), join(shared, "bob@example.com")
    assert told() == []
    group = told("create", "Crew")
    assert told("get", "crew") == group and told("list") == [group]
    added = told("add", "Crew", "ADA@example.com", bob)
    assert [one["user_id"] for one in added] == [ada, bob]
    assert told("add", "Crew", "ada@example.com")["user_id"] == ada
    assert {one["email"] for one in told("users", "Crew", "--limit", "1")} == \
        {"ada@example.com", "bob@example.com"}
    assert told("rename", "Crew", "Night crew")["id"] == group["id"]
    assert invite("groups", "users", "Crew").returncode == 3
    assert told("remove", "night crew", "bob@example.com")["deleted"] is True
    done = invite("groups", "remove", "Night crew", "bob@example.com")
    assert done.returncode == 3 and "could not remove bob@" in done.stderr
    assert [one["id"] for one in told("users", group["id"])] == [ada]
    assert told("delete", "-y", "Night crew") == {
        "object": "group.deleted", "id": group["id"], "deleted": True}
    assert invite("groups", "get", group["id"]).returncode == 3
    assert told() == []
    assert {one["id"] for one in shared.all(USERS)} == {ada, bob}


@pytest.mark.engines("sqlite")
def test_a_name_is_found_behind_the_first_page(invite, shared):
    for number in range(101):
        shared.ok("POST", "/v1/organization/groups",
                  json={"name": f"Group {number}"})
    last = invite("groups", "get", "group 100", "-q").stdout
    assert last.startswith("group_")
    listed = invite("groups", "-q", "--limit", "7").stdout.splitlines()
    assert len(set(listed)) == 101 and listed[-1] + "\n" == last


@pytest.mark.engines("sqlite")
def test_what_the_daemon_refuses(invite):
    assert invite("groups", "create", "x" * 256).returncode == 1
    assert invite("groups", "create", "a\nb").returncode == 1
    done = invite("groups", "delete", "-y", "group_none")
    assert done.returncode == 3 and "group_not_found" in done.stderr
    group = invite("groups", "create", "Crew", "-q").stdout.strip()
    done = invite("groups", "add", group, "user-none")
    assert done.returncode == 3 and "user_not_found" in done.stderr
    assert invite("groups", OPENAI_ADMIN_KEY="sk-admin-wrong").returncode == 4
