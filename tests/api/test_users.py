"""
/organization/users: members are modified and removed, and an organization
keeps an owner.
"""

import threading

import pytest

from harness import INVITES, PROJECTS, USERS, at_once, eventually, refused
from harness.pgsession import Session

GROUPS = "/v1/organization/groups"


def user(api, identity):
    return api.ok("GET", f"{USERS}/{identity}")


def modify(api, identity, **body):
    return api.post(f"{USERS}/{identity}", json=body)


# -- modify -------------------------------------------------------------------

def test_a_role_is_given_and_taken(shared):
    owner, ada = shared.member("o@example.com", "owner"), \
        shared.member("ada@example.com")
    for role in ("owner", "owner", "reader", "reader"):
        answer = modify(shared, ada, role=role)
        assert answer.status_code == 200
        assert answer.json() == user(shared, ada)
        assert answer.json()["role"] == role
    assert user(shared, owner)["role"] == "owner"


@pytest.mark.alike
def test_what_is_absent_or_null_stays(shared):
    ada = shared.member("ada@example.com", "owner")
    before = user(shared, ada)
    assert before["technical_level"] is before["developer_persona"] is None
    for body in ({}, {"role": None, "technical_level": None},
                 {"role": "owner"}):
        assert modify(shared, ada, **body).json() == before
    told = modify(shared, ada, technical_level="expert",
                  developer_persona="研究者").json()
    assert told == {**before, "technical_level": "expert",
                    "developer_persona": "研究者"} == user(shared, ada)
    told = modify(shared, ada, technical_level="").json()
    assert told == {**before, "developer_persona": "研究者"}
    assert list(shared.all(USERS)) == [told]


def test_a_role_by_its_id(shared):
    shared.member("owner@example.com", "owner")
    ada = shared.member("ada@example.com")
    own = shared.ok("POST", "/v1/organization/roles", json={
        "role_name": "Auditor", "permissions": ["api.audit.read"]})["id"]
    organization = shared.ok("GET", "/v1/organization")["id"]
    for role in ("owner", "reader"):
        role_id = (f"role-api-organization-{role}__api-organization__"
                   f"{organization}")
        for body in ({"role_id": role_id}, {"role_id": role_id, "role": role}):
            assert modify(shared, ada, **body).json()["role"] == role
    assert modify(shared, ada, role_id=own).json()["role"] == "reader"
    held = shared.ok("GET", f"{USERS}/{ada}/roles")["data"]
    assert [one["name"] for one in held] == ["reader", "Auditor"]
    refused(modify(shared, ada, role_id=own, role="owner"), 400,
            "invalid_value", "role_id")
    for unknown in ("role_0000000000099", "role-api-project-owner", "owner",
                    f"{role_id[:-13]}0000000000001"):
        refused(modify(shared, ada, role_id=unknown), 404, "role_not_found",
                "role_id")


@pytest.mark.alike
@pytest.mark.parametrize("body, code, param", [
    ({"role": "member"}, "invalid_value", "role"),
    ({"role": ""}, "string_below_min_length", "role"),
    ({"role": 1}, "invalid_type", "role"),
    ({"technical_level": "x" * 257}, "string_above_max_length",
     "technical_level"),
    ({"developer_persona": "a\nb"}, "invalid_value", "developer_persona"),
    ({"developer_persona": " "}, "invalid_value", "developer_persona"),
    ({"name": "Eve"}, "unknown_parameter", "name"),
], ids=str)
def test_what_a_member_cannot_become(shared, body, code, param):
    ada = shared.member("ada@example.com")
    before = user(shared, ada)
    refused(modify(shared, ada, **body), 400, code, param)
    assert user(shared, ada) == before


@pytest.mark.alike
@pytest.mark.parametrize("one", ["user-0000000000001", "ada@example.com"])
def test_who_is_nobody(shared, one):
    refused(modify(shared, one, role="owner"), 404, "user_not_found", "user_id")
    refused(shared.delete(f"{USERS}/{one}"), 404, "user_not_found", "user_id")


# -- out of the organization --------------------------------------------------

def test_whoever_is_removed_is_nowhere(shared):
    project, group = shared.project("P")["id"], \
        shared.ok("POST", GROUPS, json={"name": "G"})["id"]
    stays = shared.member("bob@example.com")
    ada = shared.member("ada@example.com", "owner", projects=[
        {"id": project, "role": "owner"}])
    shared.member("owner@example.com", "owner", projects=[])
    shared.ok("POST", f"{GROUPS}/{group}/users", json={"user_id": ada})
    assert shared.ok("DELETE", f"{USERS}/{ada}") == {
        "object": "organization.user.deleted", "id": ada, "deleted": True}
    refused(shared.get(f"{USERS}/{ada}"), 404, "user_not_found", "user_id")
    refused(shared.delete(f"{USERS}/{ada}"), 404, "user_not_found", "user_id")
    refused(modify(shared, ada, role="owner"), 404, "user_not_found")
    assert ada not in [one["id"] for one in shared.all(USERS, limit=1)]
    assert stays in [one["id"] for one in shared.all(USERS, limit=1)]
    for filters in ({"emails": "ada@example.com"},
                    {"emails": f"ada@example.com {ada}"}):
        assert shared.ok("GET", USERS, params=filters)["data"] == []
    assert list(shared.all(f"{PROJECTS}/{project}/users")) == []
    assert shared.ok("GET", f"{GROUPS}/{group}/users")["data"] == []
    refused(shared.post(f"{GROUPS}/{group}/users", json={"user_id": ada}),
            404, "user_not_found")
    refused(shared.post(f"{PROJECTS}/{project}/users",
                        json={"user_id": ada, "role": "member"}),
            400, "user_not_found", "user_id")


def test_a_removed_persons_address_is_free(daemon):
    """Again and again: each time it is another user, with nothing of before."""
    api, seen = daemon.api, []
    for _ in range(3):
        invite, token = api.link("Ada@example.com")
        assert api.accept(token, "Ada").status_code == 200
        ada, = api.ok("GET", USERS, params={"emails": "ada@example.com"})[
            "data"]
        assert ada["id"] not in seen
        seen.append(ada["id"])
        refused(api.post(INVITES, json={"email": "ada@example.com",
                                        "role": "reader"}),
                400, "user_already_exists")
        api.ok("DELETE", f"{USERS}/{ada['id']}")
        assert api.ok("GET", f"{INVITES}/{invite['id']}")["status"] == \
            "accepted"
    assert len(daemon.database.sql(
        'SELECT 1 FROM "user" WHERE removed_at > 0')) == 3
    assert daemon.command("check").stdout == "ok\n"


def test_a_removed_persons_link_opens_nothing(shared):
    _, token = shared.link("ada@example.com")
    for _ in range(2):
        assert shared.accept(token).status_code == 200
    ada = shared.accept(token).json()["user_id"]
    shared.ok("DELETE", f"{USERS}/{ada}")
    shared.member("ada@example.com")
    for verb in ("lookup", "accept"):
        refused(shared.post(f"/v1/invitations/{verb}", json={"token": token}),
                410, "invitation_withdrawn")


def test_a_removed_persons_admin_keys_are_revoked(daemon):
    """For good: the same person again does not bring them back."""
    api = daemon.api
    api.member("owner@example.com", "owner")
    ada = api.member("ada@example.com", "owner")
    key = daemon.client(daemon.command("key", "create", "hers").stdout.split(
        "admin key: ")[1].strip())
    daemon.database.sql('UPDATE admin_key SET "user" = (SELECT id FROM "user"'
                        " WHERE email = 'ada@example.com')"
                        " WHERE name = 'hers' RETURNING 1")
    assert key.get(USERS).status_code == 200
    modify(api, ada, role="reader")
    assert key.get(USERS).status_code == 401
    modify(api, ada, role="owner")
    assert key.get(USERS).status_code == 200
    api.ok("DELETE", f"{USERS}/{ada}")
    assert key.get(USERS).status_code == 401
    api.member("ada@example.com", "owner")
    assert key.get(USERS).status_code == 401
    assert "revoked" in next(
        line for line in daemon.command("key", "list").stdout.splitlines()
        if "hers" in line)


# -- the last owner -----------------------------------------------------------

def test_an_organization_keeps_an_owner(shared):
    ada, bob = (shared.member(f"{name}@example.com", "owner")
                for name in ("ada", "bob"))
    shared.member("reader@example.com")
    assert modify(shared, ada, role="reader").status_code == 200
    for answer in (modify(shared, bob, role="reader"),
                   shared.delete(f"{USERS}/{bob}")):
        message = refused(answer, 400, "last_owner", None)
        assert "Make somebody else an owner first" in message
    assert modify(shared, bob, technical_level="expert").status_code == 200
    assert modify(shared, ada, role="owner").status_code == 200
    shared.ok("DELETE", f"{USERS}/{bob}")
    refused(shared.delete(f"{USERS}/{ada}"), 400, "last_owner")


def test_an_organization_without_owner_needs_none(shared):
    for name in ("ada", "bob"):
        shared.ok("DELETE",
                  f"{USERS}/{shared.member(f'{name}@example.com')}")
    assert list(shared.all(USERS)) == []


@pytest.mark.parametrize("steps", ["delete delete", "delete modify",
                                   "modify modify", "unassign delete",
                                   "unassign unassign"])
def test_two_last_owners_at_once(shared, steps):
    """Through one daemon: both may come into one batch."""
    owners = [shared.member(f"{name}@example.com", "owner")
              for name in ("ada", "bob")]
    answers = at_once(*[
        (lambda one=one, step=step: step_down(shared, step, one))
        for one, step in zip(owners, steps.split())])
    assert sorted(one.status_code for one in answers) == [200, 400]
    assert [one["role"] for one in shared.all(USERS)].count("owner") == 1


def step_down(api, step, identity):
    if step == "modify":
        return modify(api, identity, role="reader")
    return api.delete(f"{USERS}/{identity}" if step == "delete" else
                      f"{USERS}/{identity}/roles/role-api-organization-owner")


@pytest.mark.engines("postgres")
def test_two_daemons_with_each_others_last_owner(make_daemon):
    """Both have the request in hand, and wait for the rights row, which
    somebody else holds. One of them wins."""
    one = make_daemon()
    two = make_daemon(database=one.database, key=one.key)
    for daemon in (one, two):  # one that waits for too long is told to repeat
        daemon.expect_error("store_unavailable")
    owners = [one.api.member(f"{name}@example.com", "owner")
              for name in ("ada", "bob")]
    with Session(one.database.url) as other:
        other.run("BEGIN")
        other.run("SELECT 1 FROM rights FOR UPDATE")
        letting_go = threading.Thread(target=let_go, args=(one, other))
        letting_go.start()
        answers = at_once(*[
            lambda api=api, owner=owner: removed_at_last(api, owner)
            for api, owner in zip((one.api, two.api), owners)])
        letting_go.join()
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert len(list(one.api.all(USERS))) == 1


def removed_at_last(api, owner):
    def answered():
        answer = api.delete(f"{USERS}/{owner}")
        return answer if answer.status_code != 503 else None
    return eventually(answered, "an answer to whether they may be removed")


def let_go(daemon, other):
    """Once two wait for what the other has locked."""
    eventually(lambda: len(daemon.database.sql(
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()")) == 2, "two that wait")
    other.run("COMMIT")
