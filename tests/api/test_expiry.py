"""
Expiry is a comparison with now: no job has to have run.

To make an invite old, a test ends the daemon, moves the times in its database
and starts it again.
"""

import pytest

from harness import INVITES, PROJECTS, USERS, eventually, refused

VERBS = ("lookup", "accept", "decline")


def age(daemon, seconds):
    """Everything in the database happened `seconds` earlier."""
    daemon.stop()
    daemon.database.sql(f"UPDATE invite SET created_at = created_at - {seconds}"
                        f", expires_at = expires_at - {seconds}")
    daemon.start()


WEEK = 7 * 86400


def test_expired(daemon):
    invite, token = daemon.api.link("ada@example.com")
    age(daemon, WEEK + 1)
    api = daemon.api
    old = api.ok("GET", f"{INVITES}/{invite['id']}")
    assert old["status"] == "expired" and old["accepted_at"] is None
    assert [one["id"] for one in api.all(INVITES, status="expired")] == \
        [invite["id"]]
    assert list(api.all(INVITES, status="pending")) == []
    for verb in VERBS:
        refused(api.post(f"/v1/invitations/{verb}", json={"token": token}),
                410, "invitation_expired")
    assert list(api.all(USERS)) == []


def test_not_yet_expired(daemon):
    invite, token = daemon.api.link("ada@example.com")
    age(daemon, WEEK - 600)
    api = daemon.api
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["status"] == "pending"
    assert api.accept(token).status_code == 200


def test_it_expires_while_the_daemon_runs(daemon):
    """Nothing happens at that second but that answers change."""
    invite, token = daemon.api.link("ada@example.com")
    age(daemon, WEEK - 2)
    path = f"{INVITES}/{invite['id']}"
    before = daemon.api.ok("GET", path)
    eventually(lambda: daemon.api.ok("GET", path)["status"] == "expired")
    refused(daemon.api.accept(token), 410, "invitation_expired")
    assert daemon.api.ok("GET", path) == before | {"status": "expired"}


@pytest.mark.parametrize("role", ["reader", "owner"])
def test_an_expired_invite_is_not_in_the_way(daemon, role):
    old, token = daemon.api.link("ada@example.com")
    age(daemon, WEEK + 1)
    api = daemon.api
    new, fresh = api.link("ADA@example.com", role)
    assert new["id"] != old["id"]
    refused(api.accept(token), 410, "invitation_expired")
    assert api.accept(fresh).status_code == 200
    assert {invite["id"]: invite["status"] for invite in api.all(INVITES)} == \
        {old["id"]: "expired", new["id"]: "accepted"}


def test_an_expired_invite_can_be_deleted(daemon):
    invite, token = daemon.api.link("ada@example.com")
    age(daemon, WEEK + 1)
    api = daemon.api
    path = f"{INVITES}/{invite['id']}"
    assert api.ok("DELETE", path)["deleted"] is True
    refused(api.get(path), 404, "invite_not_found")
    refused(api.accept(token), 410, "invitation_withdrawn")


def test_an_accepted_invite_does_not_expire(daemon):
    invite, token = daemon.api.link("ada@example.com")
    first = daemon.api.accept(token).json()
    age(daemon, WEEK + 1)
    api = daemon.api
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["status"] == "accepted"
    again = api.accept(token).json()
    assert again["user_id"] == first["user_id"]
    assert list(api.all(INVITES, status="expired")) == []


def test_old_and_new_in_one_list(daemon):
    old = [daemon.api.invite(f"old{number}@example.com")["id"]
           for number in range(5)]
    age(daemon, WEEK + 1)
    api = daemon.api
    new = [api.invite(f"new{number}@example.com")["id"] for number in range(5)]

    def listed(**params):
        return [one["id"] for one in api.all(INVITES, limit=2, **params)]
    assert listed() == (old + new)[::-1]
    assert listed(status="expired") == old[::-1]
    assert listed(status="pending") == new[::-1]


# -- archived projects: archiving has no endpoint yet -------------------------

def archive(daemon, name):
    """Archives a project of the stopped daemon's database."""
    daemon.stop()
    changed = daemon.database.sql(
        "UPDATE project SET archived_at = created_at + 1"
        f" WHERE name = '{name}' RETURNING id")
    assert len(changed) == 1
    daemon.start()


def test_an_archived_project(daemon):
    project = daemon.api.project("Old")["id"]
    archive(daemon, "Old")
    api = daemon.api
    assert api.ok("GET", f"{PROJECTS}/{project}")["status"] == "archived"
    assert project not in [one["id"] for one in api.all(PROJECTS)]
    assert project in [one["id"] for one in
                       api.all(PROJECTS, include_archived="true")]
    refused(api.post(INVITES, json={
        "email": "ada@example.com", "role": "reader",
        "projects": [{"id": next(api.all(PROJECTS))["id"], "role": "member"},
                     {"id": project, "role": "member"}]}),
        400, "project_archived", "projects[1].id")
    assert list(api.all(INVITES)) == []


def test_a_project_that_was_archived_since_is_skipped(daemon):
    api = daemon.api
    old, kept = api.project("Old")["id"], api.project("Kept")["id"]
    invite, token = api.link("ada@example.com", projects=[
        {"id": old, "role": "owner"}, {"id": kept, "role": "member"}])
    archive(daemon, "Old")
    api = daemon.api
    shown = api.ok("POST", "/v1/invitations/lookup", json={"token": token})
    answer = api.accept(token).json()
    for told in (shown, answer):
        assert told["projects"] == [{"name": "Kept", "role": "member"}]
        assert told["skipped_projects"] == ["Old"]
    assert api.accept(token).json() == answer
    assert len(list(api.all(f"{PROJECTS}/{kept}/users"))) == 1
    # What the invite named stays on record.
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["projects"] == \
        invite["projects"]


def test_an_archived_default_project(daemon):
    """An invite that names no project is no mistake: it grants none then."""
    project = next(daemon.api.all(PROJECTS))
    archive(daemon, project["name"])
    api = daemon.api
    _, token = api.link("ada@example.com")
    answer = api.accept(token).json()
    assert answer["projects"] == []
    assert answer["skipped_projects"] == [project["name"]]
    refused(api.get(f"{PROJECTS}/{project['id']}/users"), 400,
            "project_archived", "project_id")
    assert len(list(api.all(USERS))) == 1
