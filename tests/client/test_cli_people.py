"""
invite users and projects, and what the invited person does with a link.
"""

from __future__ import annotations

import json
import re

import pytest

from conftest import on_terminal
from peer import Answer, page



def test_users_and_projects(cli, peer):
    user = {"object": "organization.user", "id": "user-1", "name": None,
            "email": "a@b.c", "role": "owner", "added_at": 5}
    project = {"object": "organization.project", "id": "proj_1", "name": "One",
               "created_at": 1, "archived_at": None, "status": "active"}
    for args, body, target in [
            (["users", "list"], page([user]), "/users"),
            (["users"], page([user]), "/users"),
            (["users", "--limit", "2"], page([user]), "/users?limit=2"),
            (["projects"], page([project]), "/projects"),
            (["users", "get", "user-1"], user, "/users/user-1"),
            (["users", "retrieve", "user-1"], user, "/users/user-1"),
            (["projects", "list"], page([project]), "/projects"),
            (["projects", "list", "--include-archived"], page([project]),
             "/projects?include_archived=true"),
            (["projects", "get", "proj_1"], project, "/projects/proj_1"),
            (["projects", "users", "proj_1"], page([user]), "/projects/proj_1/users"),
            (["projects", "users", "list", "proj_1", "--limit", "3"], page([user]),
             "/projects/proj_1/users?limit=3"),
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
    done = cli("accept", "--link", link, "--name", "Ada", "-y")
    assert done.returncode == 0
    assert json.loads(done.stdout) == invitation
    assert cli("lookup", "--link", link).returncode == 0
    assert cli("decline", "-y", "--link", link).returncode == 0
    assert cli("opt-out", "-y", "--link", link).returncode == 0
    assert [(r.path, r.json) for r in there.requests] == [
        ("/invitations/accept", {"token": "CODE", "name": "Ada"}),
        ("/invitations/lookup", {"token": "CODE"}),
        ("/invitations/decline", {"token": "CODE"}),
        ("/invitations/opt_out", {"token": "CODE"})]
    assert all("authorization" not in r.headers for r in there.requests)


def test_a_new_invitation_is_asked_for(cli, make_peer):
    there = make_peer(Answer(200, {"object": "invitation.resend_request",
                                   "status": "requested"}))
    link = f"http://127.0.0.1:{there.port}/accept#CODE"
    done = cli("request-resend", link, "--format", "table")
    assert done.returncode == 0 and "requested" in done.stdout
    asked, = there.requests
    assert (asked.path, asked.json) == ("/invitations/request_resend",
                                        {"token": "CODE"})
    assert "authorization" not in asked.headers


def test_a_link_is_asked_about_where_it_says_or_where_told(cli, peer,
                                                           make_peer):
    """--base-url wins over the link, the environment does not."""
    invitation = Answer(200, {
        "object": "invitation", "status": "pending", "email": "a@b.c",
        "role": "reader", "projects": [], "skipped_projects": []})
    named, told = make_peer(invitation), make_peer(invitation)
    link = f"http://127.0.0.1:{named.port}/accept#CODE"
    for verb in (["lookup"], ["accept", "-y"], ["decline", "-y"]):
        for args, asked in [
                ([*verb, link], named),
                ([*verb, link, "--base-url", told.url], told),
                (["--base-url", told.url, *verb, link], told),
                ([*verb, "CODE", "--base-url", told.url], told)]:
            assert cli(*args).returncode == 0
            assert asked.requests.pop().json == {"token": "CODE"}
            assert not named.requests and not told.requests
    assert peer.requests == []
    for bent in (f"http://127.0.0.1:{named.port}/accept%23CODE",
                 f"https://wrapper/?url=http%3A%2F%2F127.0.0.1%3A{named.port}"
                 "%2Faccept%23CODE"):
        assert cli("lookup", bent, "--base-url", told.url).returncode == 0
        assert told.requests.pop().json == {"token": "%23CODE"}
        assert not named.requests and not told.requests


def test_an_invitation_for_people(cli, make_peer):
    there = make_peer(Answer(200, {
        "object": "invitation", "status": "pending", "email": "a@b.c",
        "role": "reader", "skipped_projects": ["Old"],
        "projects": [{"name": "One", "role": "member"},
                     {"name": "Two", "role": "owner"}]}))
    out = cli("lookup", f"http://127.0.0.1:{there.port}/accept#CODE",
              "--format", "table").stdout
    assert [line.strip().split(maxsplit=1) for line in out.splitlines()][-2:] \
        == [["projects", "One (member), Two (owner)"], ["archived", "Old"]]


def test_without_a_link(cli, peer):
    for verb in (["lookup"], ["accept", "-y"], ["decline", "-y"],
                 ["accept"], ["decline"]):
        done = cli(*verb)
        assert done.returncode == 2
        assert done.stderr == "invite: no link given\n"


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
    for verb in (["lookup"], ["accept", "-y"], ["decline", "-y"]):
        assert cli(*verb, link).returncode == 0
        assert there.requests[-1].json == {"token": "CODE"}
        for wrong in ([link, link], ["--link", link, link]):
            done = cli(*verb, *wrong)
            assert done.returncode == 2
            assert f"usage: invite {verb[0]} [OPTION...] [URL]" in done.stderr
            assert "CODE" not in done.stderr
    assert len(there.requests) == 3


def test_members_by_address_and_projects_by_name(cli, peer):
    user = {"object": "organization.user", "id": "user-1", "name": None,
            "email": "Ada@b.c", "role": "owner", "added_at": 5}
    project = {"object": "organization.project", "id": "proj_1",
               "name": "Engine", "created_at": 1, "archived_at": None,
               "status": "active"}

    def answer(request) -> Answer:
        if request.path.endswith("/users"):
            return Answer(200, page([user]))
        if request.path.endswith("/projects"):
            return Answer(200, page([project]))
        return Answer(200, user if "users" in request.path else project)
    peer.script(answer)
    assert json.loads(cli("users", "get", "ada@b.c").stdout) == user
    assert peer.requests[0].query == [("limit", "100"), ("emails[]", "ada@b.c")]
    assert peer.requests[1].path.endswith("/users/user-1")
    assert json.loads(cli("projects", "get", "engine").stdout) == project
    assert peer.requests[-1].path.endswith("/projects/proj_1")
    assert json.loads(cli("projects", "users", "Engine").stdout) == [user]
    assert peer.requests[-1].path.endswith("/projects/proj_1/users")
    for args in (["users", "get", "bob@b.c"], ["projects", "get", "No"],
                 ["projects", "users", "No"]):
        done = cli(*args)
        assert done.returncode == 3 and "there is no " in done.stderr


PENDING = {"object": "invitation", "status": "pending", "email": "a@b.c",
           "organization": {"name": "Org"}, "role": "reader", "projects": [],
           "skipped_projects": []}


@pytest.mark.parametrize("verb, question", [
    ("accept", "Accept? [y/N]"), ("decline", "Decline, for good? [y/N]")])
def test_it_asks_at_a_terminal_and_nowhere_else(cli, make_peer, verb,
                                                question):
    def answer(request) -> Answer:
        lookup = request.path.endswith("lookup")
        return Answer(200, PENDING if lookup else
                      {**PENDING, "status": "settled"})
    there = make_peer(answer)
    link = f"http://127.0.0.1:{there.port}/accept#CODE"
    done = cli(verb, link, stdin="y\n")
    assert done.returncode == 2 and "--yes" in done.stderr
    assert there.requests == []
    out = on_terminal(cli, verb, link, prompt=question, answer="n\n",
                      NO_COLOR="1")
    assert "Org" in out and "invite: nothing was done" in out
    assert [r.path for r in there.requests] == ["/invitations/lookup"]
    out = on_terminal(cli, verb, link, prompt=question, answer="y\n",
                      NO_COLOR="1")
    assert "settled" in out
    assert there.requests[-1].path == f"/invitations/{verb}"
    assert "CODE" not in out


def test_a_link_in_the_place_of_a_command_is_not_repeated(cli):
    done = cli("https://host/accept#SECRET")
    assert done.returncode == 2 and "SECRET" not in done.stderr
    assert "invite accept LINK" in done.stderr
