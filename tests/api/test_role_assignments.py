"""
Who has which role: users and groups, in the organization and in projects.
Predefined roles are what the rows of users and groups say; custom ones are kept
beside them.
"""

import pytest

from harness import PROJECTS, USERS, refused

GROUPS = "/v1/organization/groups"
NOBODY = "role_0000000000009"


def custom(api, path, name="Analyst"):
    return api.ok("POST", path,
                  json={"role_name": name, "permissions": ["a"]})["id"]


class Family:
    """One of the four: where its assignments are, for somebody who has none
    that was assigned, and what they are called."""

    def __init__(self, api, in_project, kind):
        self.api, self.in_project, self.kind = api, in_project, kind
        self.project = api.project("Apollo")["id"]
        api.member("owner@example.com", "owner")
        self.principal = api.member("ada@example.com") if kind == "user" else \
            api.ok("POST", GROUPS, json={"name": "Crew"})["id"]
        place = f"/v1/projects/{self.project}" if in_project \
            else "/v1/organization"
        self.roles = f"{place}/roles"
        self.path = f"{place}/{kind}s/{self.principal}/roles"
        self.prefix = "role-api-project" if in_project \
            else "role-api-organization"
        # A user is somebody in the organization from the first day.
        self.first = ["reader"] if (kind, in_project) == ("user", False) else []

    def assign(self, role):
        return self.api.ok("POST", self.path, json={"role_id": role})

    def names(self, **params):
        return [one["name"] for one in
                self.api.ok("GET", self.path, params=params)["data"]]


FAMILIES = pytest.mark.parametrize("in_project, kind", [
    (False, "user"), (False, "group"), (True, "user"), (True, "group")])


@pytest.fixture
def family(shared, in_project, kind):
    return Family(shared, in_project, kind)


@FAMILIES
def test_one_life(family):
    api, weaker = family.api, "member" if family.in_project else "reader"
    assert family.names() == family.first
    answer = family.assign(f"{family.prefix}-owner")
    role = answer["role"]
    assert answer["object"] == f"{family.kind}.role"
    assert answer[family.kind]["id"] == family.principal
    assert (role["object"], role["name"], role["predefined_role"]) == \
        ("role", "owner", True)
    if family.kind == "group":
        assert answer["group"] == {
            "object": "group", "id": family.principal, "name": "Crew",
            "created_at": answer["group"]["created_at"], "scim_managed": False}
    assert family.assign(role["id"]) == answer, "a repeat"
    shown = api.ok("GET", f"{family.path}/{family.prefix}-owner")
    assert shown == {**{name: value for name, value in role.items()
                        if name != "object"},
                     "created_at": None, "updated_at": None,
                     "created_by": None, "created_by_user_obj": None,
                     "metadata": None, "assignment_sources": None}
    assert api.ok("GET", family.path)["data"] == [shown]
    # A custom one beside it; another predefined one takes its place.
    own = custom(api, family.roles)
    assert family.assign(own)["role"]["id"] == own
    assert family.assign(own)["role"]["id"] == own
    shown = api.ok("GET", f"{family.path}/{own}")
    assert (shown["name"], shown["permissions"]) == ("Analyst", ["a"])
    assert shown["created_at"] == shown["updated_at"] > 0
    family.assign(f"{family.prefix}-{weaker}")
    assert family.names() == [weaker, "Analyst"]
    refused(api.get(f"{family.path}/{family.prefix}-owner"), 404,
            "role_not_found", "role_id")
    refused(api.delete(f"{family.path}/{family.prefix}-owner"), 404,
            "role_not_found", "role_id")
    gone = {"object": f"{family.kind}.role.deleted", "deleted": True}
    assert api.ok("DELETE", f"{family.path}/{own}") == gone
    refused(api.delete(f"{family.path}/{own}"), 404, "role_not_found",
            "role_id")
    assert family.names() == [weaker]
    if not family.first:
        assert api.ok("DELETE",
                      f"{family.path}/{family.prefix}-{weaker}") == gone
        assert family.names() == []


@FAMILIES
def test_what_is_refused(family):
    api, path = family.api, family.path
    elsewhere = custom(api, f"/v1/projects/{api.project('Other')['id']}/roles")
    wrong = "organization" if family.in_project else "project"
    for role in (NOBODY, "x", elsewhere, f"role-api-{wrong}-owner",
                 "role_0000000000001"):
        refused(api.post(path, json={"role_id": role}), 404, "role_not_found",
                "role_id")
        refused(api.get(f"{path}/{role}"), 404, "role_not_found", "role_id")
        refused(api.delete(f"{path}/{role}"), 404, "role_not_found", "role_id")
    own = custom(api, family.roles)
    if family.in_project:
        refused(api.post(path, json={"role_id": own}), 400,
                "role_needs_project", "role_id")
    refused(api.get(f"{path}/{own}"), 404, "role_not_found", "role_id")
    for body, code, param in (
            ({}, "missing_required_parameter", "role_id"),
            ({"role_id": ""}, "string_below_min_length", "role_id"),
            ({"role_id": 7}, "invalid_type", "role_id"),
            ({"role": own}, "unknown_parameter", "role")):
        refused(api.post(path, json=body), 400, code, param)
    refused(api.get(path, params={"limit": 1001}), 400,
            "integer_above_max_value", "limit")
    nobody = path.replace(family.principal, "x")
    for call in (api.get(nobody), api.get(f"{nobody}/{own}"),
                 api.delete(f"{nobody}/{own}"),
                 api.post(nobody, json={"role_id": own})):
        refused(call, 404, f"{family.kind}_not_found", f"{family.kind}_id")
    if family.in_project:
        for project in ("x", "proj_0000000000001"):
            nowhere = path.replace(family.project, project)
            for call in (api.get(nowhere), api.get(f"{nowhere}/{own}"),
                         api.post(nowhere, json={"role_id": own})):
                refused(call, 404, "project_not_found", "project_id")


@FAMILIES
def test_list_in_either_order(family):
    predefined = f"{family.prefix}-owner"
    family.assign(predefined)
    names = [f"r{number}" for number in range(5)]
    for name in names:
        family.assign(custom(family.api, family.roles, name))
    everything = ["owner", *names]
    for limit in (1, 2, 5, 6, 100):
        for order in ("asc", "desc"):
            listed, _ = family.api.pages(family.path, limit=limit, order=order)
            found = [one["name"] for one in listed]
            assert found == (everything if order == "asc"
                             else everything[::-1])
    assert family.names(limit=0) == []


def test_one_row_two_views_of_a_users_role(shared):
    shared.member("other@example.com", "owner")
    user = shared.member("ada@example.com")
    path = f"{USERS}/{user}/roles"
    answer = shared.ok("POST", path,
                       json={"role_id": "role-api-organization-owner"})
    assert answer["user"] == shared.ok("GET", f"{USERS}/{user}")
    assert answer["user"]["role"] == "owner"
    assert shared.ok("DELETE", f"{path}/{answer['role']['id']}")["deleted"]
    assert shared.ok("GET", f"{USERS}/{user}")["role"] == "reader"
    # The last owner stays one, whatever a group says.
    owner = next(one["id"] for one in shared.all(USERS)
                 if one["role"] == "owner")
    group = shared.ok("POST", GROUPS, json={"name": "Owners"})["id"]
    shared.ok("POST", f"{GROUPS}/{group}/users", json={"user_id": user})
    shared.ok("POST", f"{GROUPS}/{group}/roles",
              json={"role_id": "role-api-organization-owner"})
    last = f"{USERS}/{owner}/roles"
    refused(shared.post(last, json={"role_id": "role-api-organization-reader"}),
            400, "last_owner", None)
    refused(shared.delete(f"{last}/role-api-organization-owner"), 400,
            "last_owner", None)
    assert shared.ok("GET", f"{USERS}/{owner}")["role"] == "owner"
    # The least that there is: nothing is taken.
    assert shared.ok("DELETE", f"{path}/role-api-organization-reader") == {
        "object": "user.role.deleted", "deleted": False}
    assert shared.ok("GET", f"{USERS}/{user}")["role"] == "reader"


def test_one_row_two_views_of_a_project_users_role(shared):
    project = shared.project("Apollo")["id"]
    users = f"{PROJECTS}/{project}/users"
    user = shared.member("ada@example.com",
                         projects=[{"id": project, "role": "member"}])
    path = f"/v1/projects/{project}/users/{user}/roles"

    def views():
        return ([one["role"] for one in shared.all(users)],
                [one["name"] for one in shared.ok("GET", path)["data"]])
    assert views() == (["member"], ["member"])
    for role in ("owner", "viewer"):
        shared.ok("POST", path, json={"role_id": f"role-api-project-{role}"})
        assert views() == ([role], [role])
    own = custom(shared, f"/v1/projects/{project}/roles")
    shared.ok("POST", path, json={"role_id": own})
    assert views() == (["viewer"], ["viewer", "Analyst"])
    # Out of the project, and custom roles with it; they do not come back.
    shared.ok("DELETE", f"{path}/role-api-project-viewer")
    assert views() == ([], [])
    shared.ok("POST", path, json={"role_id": "role-api-project-member"})
    assert views() == (["member"], ["member"])
    shared.ok("POST", f"{PROJECTS}/{project}/archive")
    member_of = f"{path}/role-api-project-member"
    refused(shared.post(path, json={"role_id": own}), 400, "project_archived",
            "project_id")
    refused(shared.delete(member_of), 400, "project_archived", "project_id")
    assert shared.ok("GET", member_of)["name"] == "member"


def test_what_goes_takes_its_assignments_along(daemon):
    api = daemon.api
    project = api.project("Apollo")["id"]
    user = api.member("ada@example.com")
    group = api.ok("POST", GROUPS, json={"name": "Crew"})["id"]
    paths = [f"{place}/{who}/roles"
             for place in ("/v1/organization", f"/v1/projects/{project}")
             for who in (f"users/{user}", f"groups/{group}")]
    kept, going = {}, {}
    for place in ("/v1/organization", f"/v1/projects/{project}"):
        kept[place] = custom(api, f"{place}/roles", "Kept")
        going[place] = custom(api, f"{place}/roles", "Going")
    for path in paths:
        place = path.split("/users/")[0].split("/groups/")[0]
        if place != "/v1/organization":
            api.ok("POST", path, json={"role_id": "role-api-project-member"})
        for role in (kept[place], going[place]):
            api.ok("POST", path, json={"role_id": role})
    for place, role in going.items():
        api.ok("DELETE", f"{place}/roles/{role}")
    for path in paths:
        names = [one["name"] for one in api.ok("GET", path)["data"]]
        assert names[-1] == "Kept" and "Going" not in names
    def left():
        check = daemon.command("check")
        assert check.returncode == 0, check.stdout
        return daemon.database.sql("SELECT count(*) FROM role_assignment")[0]
    assert left() == ["4"]
    api.ok("DELETE", f"{PROJECTS}/{project}/users/{user}")
    api.ok("DELETE", f"{PROJECTS}/{project}/groups/{group}")
    assert left() == ["2"]
    api.ok("DELETE", f"{USERS}/{user}")
    assert left() == ["1"]
    api.ok("DELETE", f"{GROUPS}/{group}")
    assert left() == ["0"]


def test_what_the_audit_log_says(shared):
    project = shared.project("Apollo")["id"]
    organization = shared.ok("GET", "/v1/organization")["id"]
    group = shared.ok("POST", GROUPS, json={"name": "Crew"})["id"]
    roles = f"/v1/projects/{project}/roles"
    role = shared.ok("POST", roles, json={
        "role_name": "Analyst", "permissions": ["a", "b", "c"]})["id"]
    shared.ok("POST", f"{roles}/{role}", json={"permissions": ["c", "d", "a"],
                                               "description": "Looks."})
    owner = "role-api-organization-owner"
    mine = f"{GROUPS}/{group}/roles"
    named = f"{owner}__api-organization__{organization}"
    for _ in range(2):  # a repeat is no event
        shared.ok("POST", mine, json={"role_id": owner})
    shared.ok("DELETE", f"{mine}/{owner}")
    shared.ok("DELETE", f"{roles}/{role}")
    place = {"resource_type": "api.project", "resource_id": project}
    whom = {"id": named, "role_id": named,
            "principal_type": "group", "principal_id": group,
            "resource_type": "api.organization", "resource_id": organization}
    wanted = [
        ("role.created", {"id": role, "role_name": "Analyst",
                          "permissions": ["a", "b", "c"], **place}),
        ("role.updated", {"id": role, "changes_requested": {
            "description": "Looks.", "permissions_added": ["d"],
            "permissions_removed": ["b"], **place}}),
        ("role.assignment.created", whom),
        ("role.assignment.deleted", whom),
        ("role.deleted", {"id": role}),
    ]
    page = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": [name for name, _ in wanted]})
    assert [(one["type"], one[one["type"]]) for one in page["data"]][::-1] == \
        wanted
