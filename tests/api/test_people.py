"""
Projects, members, and members of projects: where an acceptance shows.
"""

import pytest

from harness import INVITES, PROJECTS, USERS, refused
from harness.tables import BAD_NAMES, NAMES


def member(api, email, name="Ada Lovelace", role="reader", **more):
    """Invites and accepts; the member's id."""
    _, token = api.link(email, role, **more)
    response = api.accept(token, name)
    assert response.status_code == 200, response.text
    return response.json()["user_id"]


# -- projects -----------------------------------------------------------------

def test_a_new_organization_has_its_default_project(shared):
    project, = shared.all(PROJECTS)
    assert project["status"] == "active" and project["archived_at"] is None
    assert project["name"]
    assert shared.ok("GET", f"{PROJECTS}/{project['id']}") == project


@pytest.mark.parametrize("name", NAMES)
def test_create(shared, name):
    project = shared.project(name)
    assert project["name"] == name
    assert shared.ok("GET", f"{PROJECTS}/{project['id']}") == project
    assert next(shared.all(PROJECTS)) == project


def test_names_may_repeat(shared):
    assert shared.project("P")["id"] != shared.project("P")["id"]


@pytest.mark.parametrize("name, code", BAD_NAMES)
def test_bad_names(shared, name, code):
    refused(shared.post(PROJECTS, json={"name": name}), 400, code, "name")
    assert len(list(shared.all(PROJECTS))) == 1


def test_name_is_required(shared):
    refused(shared.post(PROJECTS, json={}), 400, "missing_required_parameter",
            "name")


# -- what a project is made with ----------------------------------------------

PLACES = [
    {"residency": "EU_STORAGE_PROCESSING"},
    {"residency": "AE_STORAGE", "geography": None},
    {"geography": "EU", "residency": None},
    {"external_key_id": "extkey_1"},
    {"external_key_id": "é" * 128, "residency": "GLOBAL"},
]


@pytest.mark.parametrize("said", PLACES, ids=str)
def test_where_a_projects_data_stays_is_kept(shared, said):
    project = shared.ok("POST", PROJECTS, json={"name": "P"} | said)
    for name in ("geography", "external_key_id"):
        assert project[name] == said.get(name)
    assert project.get("residency", "absent") == \
        (said.get("residency") or "absent")
    assert shared.ok("GET", f"{PROJECTS}/{project['id']}") == project
    assert next(shared.all(PROJECTS)) == project


@pytest.mark.parametrize("said, param, code", [
    ({"residency": "nonsense"}, "residency", "invalid_value"),
    ({"residency": "eu_storage_processing"}, "residency", "invalid_value"),
    ({"residency": "EU"}, "residency", "invalid_value"),
    ({"residency": 1}, "residency", "invalid_type"),
    ({"geography": "EU_STORAGE_PROCESSING"}, "geography", "invalid_value"),
    ({"geography": "EU", "residency": "EU_STORAGE_PROCESSING"}, "geography",
     "invalid_value"),
    ({"external_key_id": ""}, "external_key_id", "string_below_min_length"),
    ({"external_key_id": "x" * 257}, "external_key_id",
     "string_above_max_length"),
    ({"external_key_id": "a\nb"}, "external_key_id", "invalid_value"),
], ids=str)
def test_where_no_data_can_stay_is_refused(shared, said, param, code):
    refused(shared.post(PROJECTS, json={"name": "P"} | said), 400, code, param)
    assert len(list(shared.all(PROJECTS))) == 1


def test_a_refused_residency_names_those_that_would_do(shared):
    message = refused(shared.post(PROJECTS, json={
        "name": "P", "residency": "MOON"}), 400, "invalid_value", "residency")
    assert "'GLOBAL', 'US_STORAGE_PROCESSING'" in message
    assert message.endswith("and 'AE_STORAGE_PROCESSING'.")


def test_pages_of_projects(shared):
    made = [shared.project(f"P{number}")["id"] for number in range(7)]
    listed = [project["id"] for project in shared.all(PROJECTS, limit=3)]
    assert listed[:7] == made[::-1] and len(listed) == 8


@pytest.mark.parametrize("value, code", [
    ("yes", "invalid_type"), ("", "invalid_type"), ("TRUE", "invalid_type"),
    ("0", "invalid_type")])
def test_include_archived_is_a_boolean(shared, value, code):
    refused(shared.get(PROJECTS, params={"include_archived": value}), 400,
            code, "include_archived")


@pytest.mark.parametrize("value", ["true", "false"])
def test_include_archived(shared, value):
    assert len(shared.ok("GET", PROJECTS,
                         params={"include_archived": value})["data"]) == 1


@pytest.mark.parametrize("path", ["", "/users"])
@pytest.mark.parametrize("one", ["proj_0000000000001", "proj_", "default",
                                 "invite-0000000000001", "%27--"])
def test_unknown_project(shared, one, path):
    refused(shared.get(f"{PROJECTS}/{one}{path}"), 404, "project_not_found")


# -- members ------------------------------------------------------------------

def test_a_member(shared):
    identity = member(shared, "Ada@Example.com", "Ada Lovelace", "owner")
    user = shared.ok("GET", f"{USERS}/{identity}")
    assert user["object"] == "organization.user"
    assert (user["id"], user["name"], user["email"], user["role"]) == \
        (identity, "Ada Lovelace", "Ada@Example.com", "owner")
    assert list(shared.all(USERS)) == [user]


@pytest.mark.parametrize("one", ["user-0000000000001", "user-", "ada",
                                 "invite-0000000000001"])
def test_unknown_user(shared, one):
    refused(shared.get(f"{USERS}/{one}"), 404, "user_not_found")


def test_pages_of_members(shared):
    ids = [member(shared, f"p{number}@example.com") for number in range(7)]
    assert [user["id"] for user in shared.all(USERS, limit=2)] == ids[::-1]


@pytest.mark.parametrize("query, found", [
    ("emails=a@example.com", ["a"]),
    ("emails[]=a@example.com", ["a"]),
    ("emails%5B%5D=a%40example.com&emails%5B%5D=c%40example.com", ["c", "a"]),
    ("emails=A@EXAMPLE.COM&emails[]=b@example.com", ["b", "a"]),
    ("emails[0]=a@example.com&emails%5B1%5D=b@example.com", ["b", "a"]),
    ("emails=a@example.com,c%40example.com", ["c", "a"]),
    ("emails=a@example.com%2Cnonsense&emails[]=b@example.com", ["b", "a"]),
    ("emails=nobody@example.com", []),
    ("emails=nonsense", []),
    ("emails=a@example.com&limit=1", ["a"]),
])
def test_members_by_address(shared, query, found):
    for name in "abc":
        member(shared, f"{name}@example.com", name)
    page = shared.ok("GET", f"{USERS}?{query}")
    assert [user["name"] for user in page["data"]] == found


@pytest.mark.alike
@pytest.mark.parametrize("name", ["emails[a]", "emails[", "emails[0", "email",
                                  "emails[0][1]", "emails[-1]"])
def test_what_no_client_sends_is_unknown(shared, name):
    refused(shared.get(USERS, params={name: "a@example.com"}), 400,
            "unknown_parameter", name)


@pytest.mark.alike
def test_more_addresses_in_one_than_may_be(shared):
    assert shared.ok("GET", f"{USERS}?emails={'a,' * 99}b")["data"] == []
    refused(shared.get(f"{USERS}?emails={'a,' * 100}b"), 400,
            "array_above_max_length", "emails")


def many(name, count):
    """So many addresses of 30 octets, but for the last, which is Ada's."""
    others = [f"{number:018}%40example.com"
              for number in range(count - 1)]
    return "&".join(f"{name}={one}" for one in [*others,
                                                "ada%40example.com"])


@pytest.mark.parametrize("name", ["emails", "emails[]", "emails%5B%5D"])
def test_as_many_addresses_as_may_be(shared, name):
    member(shared, "ada@example.com", "Ada")
    page = shared.ok("GET", f"{USERS}?{many(name, 100)}")
    assert [user["name"] for user in page["data"]] == ["Ada"]
    refused(shared.get(f"{USERS}?{many(name, 101)}"), 400,
            "array_above_max_length")


# -- members of projects ------------------------------------------------------

def test_what_an_acceptance_grants(shared):
    default = next(shared.all(PROJECTS))["id"]
    one, two = shared.project("One")["id"], shared.project("Two")["id"]
    ada = member(shared, "ada@example.com", "Ada", projects=[
        {"id": one, "role": "member"}, {"id": two, "role": "owner"}])
    bob = member(shared, "bob@example.com", "Bob")
    eve = member(shared, "eve@example.com", "Eve", projects=[])

    def members(project):
        return [(user["id"], user["name"], user["email"], user["role"])
                for user in shared.all(f"{PROJECTS}/{project}/users")]
    assert members(one) == [(ada, "Ada", "ada@example.com", "member")]
    assert members(two) == [(ada, "Ada", "ada@example.com", "owner")]
    assert members(default) == [(bob, "Bob", "bob@example.com", "member")]
    assert {user["id"] for user in shared.all(USERS)} == {ada, bob, eve}


def test_pages_of_project_members(shared):
    ids = [member(shared, f"p{number}@example.com") for number in range(5)]
    project = next(shared.all(PROJECTS))["id"]
    assert [user["id"] for user in
            shared.all(f"{PROJECTS}/{project}/users", limit=2)] == ids[::-1]


def test_invites_alone_are_no_members(shared):
    shared.invite("ada@example.com")
    project = next(shared.all(PROJECTS))["id"]
    assert list(shared.all(f"{PROJECTS}/{project}/users")) == []
    assert len(list(shared.all(INVITES))) == 1
