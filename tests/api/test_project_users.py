"""
/organization/projects/{project_id}/users: who is put into a project, with
which role, and taken out of it.
"""

import pytest

from harness import PROJECTS, USERS, refused

# The order of refusal is the same for all: the project, then the person.
NOBODY = "user-0000000000001"


@pytest.fixture
def place(shared):
    """A project, the path of its users, and Ada, who is not among them."""
    project = shared.project("Analytical engine")["id"]
    return f"{PROJECTS}/{project}/users", shared.member(
        "Ada@example.com", name="Ada Lovelace", projects=[])


def test_one_life(shared, place):
    path, ada = place
    added = shared.ok("POST", path, json={"user_id": ada, "role": "member"})
    assert added == {"object": "organization.project.user", "id": ada,
                     "name": "Ada Lovelace", "email": "Ada@example.com",
                     "role": "member", "added_at": added["added_at"]}
    assert shared.ok("GET", f"{path}/{ada}") == added
    assert list(shared.all(path)) == [added]
    owner = {**added, "role": "owner"}
    assert shared.ok("POST", f"{path}/{ada}", json={"role": "owner"}) == owner
    for nothing in ({}, {"role": None}):
        assert shared.ok("POST", f"{path}/{ada}", json=nothing) == owner
    assert shared.ok("GET", f"{path}/{ada}") == owner
    assert shared.ok("DELETE", f"{path}/{ada}") == {
        "object": "organization.project.user.deleted", "id": ada,
        "deleted": True}
    assert list(shared.all(path)) == []
    for answer in (shared.get(f"{path}/{ada}"), shared.delete(f"{path}/{ada}"),
                   shared.post(f"{path}/{ada}", json={"role": "owner"})):
        assert refused(answer, 404, "user_not_found", "user_id") == \
            "This user is not in the project."
    assert shared.ok("GET", f"{USERS}/{ada}")["id"] == ada


def test_by_address(shared, place):
    path, ada = place
    added = shared.ok("POST", path, json={
        "email": "ADA@example.com", "user_id": None, "role": "owner"})
    assert (added["id"], added["email"]) == (ada, "Ada@example.com")


def test_once_more(shared, place):
    """As a client does that lost the answer; but another role is a mistake."""
    path, ada = place
    body = {"user_id": ada, "role": "member"}
    added = shared.ok("POST", path, json=body)
    assert shared.ok("POST", path, json=body) == added
    assert shared.ok("POST", path, json={"email": "ada@example.com",
                                         "role": "member"}) == added
    message = refused(shared.post(path, json={**body, "role": "owner"}), 400,
                      "user_already_exists", "user_id")
    assert "already exists in project" in message
    assert list(shared.all(path)) == [added]


@pytest.mark.alike
@pytest.mark.parametrize("body, code, param", [
    ({"role": "member"}, "missing_required_parameter", "user_id"),
    ({"role": "member", "user_id": None, "email": None},
     "missing_required_parameter", "user_id"),
    ({"user_id": NOBODY}, "missing_required_parameter", "role"),
    ({"role": "reader", "user_id": NOBODY}, "invalid_value", "role"),
    ({"role": "member", "user_id": NOBODY, "email": "ada@example.com"},
     "invalid_value", "email"),
    ({"role": "member", "user_id": NOBODY}, "user_not_found", "user_id"),
    ({"role": "member", "user_id": "ada@example.com"}, "user_not_found",
     "user_id"),
    ({"role": "member", "email": "eve@example.com"}, "email_not_found",
     "email"),
    ({"role": "member", "email": "nonsense"}, "email_not_found", "email"),
    ({"role": "member", "email": ""}, "string_below_min_length", "email"),
    ({"role": "member", "users": []}, "unknown_parameter", "users"),
], ids=str)
def test_who_cannot_be_added(shared, place, body, code, param):
    refused(shared.post(place[0], json=body), 400, code, param)
    assert list(shared.all(place[0])) == []


@pytest.mark.alike
def test_of_no_project(shared, place):
    path, ada = f"{PROJECTS}/proj_0000000000001/users", place[1]
    for answer in (shared.get(path), shared.get(f"{path}/{ada}"),
                   shared.post(path, json={"user_id": ada, "role": "member"}),
                   shared.post(f"{path}/{ada}", json={"role": "member"}),
                   shared.delete(f"{path}/{ada}")):
        refused(answer, 404, "project_not_found", "project_id")


def test_an_archived_project_refuses(daemon):
    api = daemon.api
    path = f"{PROJECTS}/{next(api.all(PROJECTS))['id']}/users"
    ada = api.member("ada@example.com")
    daemon.database.sql("UPDATE project SET archived_at = 1 RETURNING 1")
    for answer in (api.get(path), api.get(f"{path}/{ada}"),
                   api.post(path, json={"user_id": ada, "role": "member"}),
                   api.post(f"{path}/{ada}", json={"role": "owner"}),
                   api.delete(f"{path}/{ada}")):
        refused(answer, 400, "project_archived", "project_id")


def test_owners_of_the_organization_are_listed_if_they_were_put_in(shared,
                                                                   place):
    """What they may do anyway is no row: the list is what was written, so that
    a tool reads back what it wrote."""
    path, ada = place
    shared.ok("POST", f"{USERS}/{ada}", json={"role": "owner"})
    assert list(shared.all(path)) == []
    added = shared.ok("POST", path, json={"user_id": ada, "role": "member"})
    assert added["role"] == "member"
    assert list(shared.all(path)) == [added]


def test_pages(shared, place):
    path, _ = place
    people = [shared.member(f"p{number}@example.com", projects=[])
              for number in range(5)]
    for one in people[::2] + people[1::2]:
        shared.ok("POST", path, json={"user_id": one, "role": "member"})
    assert [one["id"] for one in shared.all(path, limit=2)] == people[::-1]
