"""
Roles that can be assigned: predefined ones, and custom ones of the organization
and of its projects.
"""

import pytest

from harness import PROJECTS, refused

ROLES = "/v1/organization/roles"
NOBODY = "role_0000000000009"


def places(api):
    """Where roles are: of the organization, and of a project."""
    project = api.project("Apollo")["id"]
    organization = api.ok("GET", "/v1/organization")["id"]
    return [(ROLES, "api.organization", ["reader", "owner"], organization),
            (f"/v1/projects/{project}/roles", "api.project",
             ["viewer", "member", "owner"], project)]


def made(api, path, name="Analyst", permissions=("models.read",), **more):
    return api.ok("POST", path, json={
        "role_name": name, "permissions": list(permissions), **more})


def test_one_life(shared):
    for path, kind, _, _ in places(shared):
        wanted = ["models.read", "x.unknown:*", "models.read"]
        role = made(shared, path, permissions=wanted, description="Looks.")
        assert role == {
            "object": "role", "id": role["id"], "name": "Analyst",
            "description": "Looks.", "permissions": wanted,
            "resource_type": kind, "predefined_role": False}
        one = f"{path}/{role['id']}"
        assert shared.ok("GET", one) == role
        changed = shared.ok("POST", one, json={"role_name": "Auditor"})
        assert changed == {**role, "name": "Auditor"}
        changed = shared.ok("POST", one, json={
            "permissions": [], "description": "", "role_name": None})
        assert changed == {**role, "name": "Auditor", "permissions": [],
                           "description": ""}
        assert shared.ok("POST", one, json={}) == changed
        assert shared.ok("GET", one) == changed
        assert shared.ok("DELETE", one) == {
            "object": "role.deleted", "id": role["id"], "deleted": True}
        for method in ("GET", "DELETE"):
            refused(shared.request(method, one), 404, "role_not_found",
                    "role_id")
        refused(shared.post(one, json={}), 404, "role_not_found", "role_id")


def test_predefined_roles(shared):
    for path, kind, names, owner in places(shared):
        listed = shared.ok("GET", path)["data"]
        prefix = kind.replace(".", "-")
        assert [one["id"] for one in listed] == [
            f"role-{prefix}-{name}__{prefix}__{owner}" for name in names]
        for role, name in zip(listed, names):
            assert (role["name"], role["predefined_role"],
                    role["resource_type"]) == (name, True, kind)
            alias = f"{path}/role-{prefix}-{name}"
            assert shared.ok("GET", alias) == role
            assert shared.ok("GET", f"{path}/{role['id']}") == role
            refused(shared.post(alias, json={"role_name": "x"}), 400,
                    "role_predefined", "role_id")
            refused(shared.delete(alias), 400, "role_predefined", "role_id")
            refused(shared.post(path, json={
                "role_name": name, "permissions": []}), 400,
                "role_already_exists", None)
        for nobody in (NOBODY, "role_0000000000001", "owner",
                       f"role-{prefix}-admin",
                       f"role-{prefix}-owner__{prefix}__{owner[:-1]}?",
                       f"role-{prefix}-owner__{prefix}__proj_0000000000001"):
            refused(shared.get(f"{path}/{nobody.replace('?', '%3F')}"), 404,
                    "role_not_found", "role_id")


def test_list_in_either_order(shared):
    for path, _, predefined, _ in places(shared):
        names = [f"r{number}" for number in range(5)]
        for name in names:
            made(shared, path, name)
        everything = predefined + names
        for limit in (1, 2, 3, 1000):
            oldest, sizes = shared.pages(path, limit=limit)
            assert [one["name"] for one in oldest] == everything
            assert set(sizes[:-1]) <= {limit}
            newest, _ = shared.pages(path, limit=limit, order="desc")
            assert newest == oldest[::-1]
        past = shared.ok("GET", path, params={"after": oldest[-1]["id"]})
        assert past == {"object": "list", "data": [], "next": None,
                        "has_more": False}
        assert shared.ok("GET", path, params={"limit": 0}) == past


def test_a_name_is_of_one_role(shared):
    (path, *_), (other, *_) = places(shared)
    role = made(shared, path, description="Looks.")
    assert made(shared, path, description="Looks.") == role, "a repeat"
    for difference in ({"description": "Sees."}, {}, {
            "description": "Looks.", "permissions": ["models.write"]}):
        refused(shared.post(path, json={
            "role_name": "Analyst", "permissions": ["models.read"],
            **difference}), 400, "role_already_exists", None)
    assert made(shared, other)["id"] != role["id"]
    second = made(shared, path, "Auditor")
    one = f"{path}/{second['id']}"
    for taken in ("Analyst", "owner"):
        refused(shared.post(one, json={"role_name": taken}), 400,
                "role_already_exists", "role_id")
    assert shared.ok("POST", one, json={"role_name": "Auditor"}) == second
    assert len(shared.ok("GET", path)["data"]) == 4


def test_roles_of_one_project_are_no_roles_of_another(shared):
    (path, *_), (apollo, *_) = places(shared)
    gemini = f"/v1/projects/{shared.project('Gemini')['id']}/roles"
    role = made(shared, apollo)["id"]
    for elsewhere in (path, gemini):
        refused(shared.get(f"{elsewhere}/{role}"), 404, "role_not_found",
                "role_id")
        refused(shared.delete(f"{elsewhere}/{role}"), 404, "role_not_found",
                "role_id")
    assert shared.ok("GET", f"{apollo}/{role}")["id"] == role
    shared.ok("POST", f"{PROJECTS}/{apollo.split('/')[3]}/archive")
    refused(shared.post(apollo, json={"role_name": "x", "permissions": []}),
            400, "project_archived", "project_id")
    refused(shared.delete(f"{apollo}/{role}"), 400, "project_archived",
            "project_id")
    assert shared.ok("GET", f"{apollo}/{role}")["id"] == role
    for nowhere in ("proj_0000000000001", "x"):
        refused(shared.get(f"/v1/projects/{nowhere}/roles"), 404,
                "project_not_found", "project_id")
        refused(shared.post(f"/v1/projects/{nowhere}/roles", json={
            "role_name": "x", "permissions": []}), 404, "project_not_found",
            "project_id")
        refused(shared.get(f"/v1/projects/{nowhere}/roles/{role}"), 404,
                "project_not_found", "project_id")


@pytest.mark.alike
def test_a_page_ends_where_its_answer_would_be_too_large(shared):
    """A role has a good 4 KiB at the most, and each '<' takes six bytes."""
    large = {"permissions": ["<" * 255] * 16, "description": "<" * 1024}
    for number in range(210):
        shared.ok("POST", ROLES, json={"role_name": f"r{number}", **large})
    for order in ("asc", "desc"):
        roles, sizes = shared.pages(ROLES, limit=1000, order=order)
        assert len(roles) == len({one["id"] for one in roles}) == 212
        assert len(sizes) == 2


@pytest.mark.alike
def test_what_a_role_cannot_be(shared):
    long = "x" * 1025
    role = made(shared, ROLES, "Kept")
    one = f"{ROLES}/{role['id']}"
    for path, body, code, param in [
            (ROLES, {}, "missing_required_parameter", "role_name"),
            (ROLES, {"role_name": "x"}, "missing_required_parameter",
             "permissions"),
            (ROLES, {"role_name": "x", "permissions": None}, "invalid_type",
             "permissions"),
            (one, {"role_name": ""}, "string_below_min_length", "role_name"),
            (one, {"role_name": " "}, "invalid_value", "role_name"),
            (one, {"role_name": "a\nb"}, "invalid_value", "role_name"),
            (one, {"role_name": "x" * 257}, "string_above_max_length",
             "role_name"),
            (one, {"name": "x"}, "unknown_parameter", "name"),
            (one, {"description": long}, "string_above_max_length",
             "description"),
            (one, {"description": "  "}, "invalid_value", "description"),
            (one, {"description": "a\x01"}, "invalid_value", "description"),
            (one, {"permissions": "x"}, "invalid_type", "permissions"),
            (one, {"permissions": ["x", 7]}, "invalid_type",
             "permissions[1]"),
            (one, {"permissions": [""]}, "invalid_value", "permissions[0]"),
            (one, {"permissions": ["a\nb"]}, "invalid_value",
             "permissions[0]"),
            (one, {"permissions": ["x", long]}, "string_above_max_length",
             "permissions[1]"),
            (one, {"permissions": ["x"] * 257}, "array_above_max_length",
             "permissions"),
            (one, {"permissions": ["x" * 256] * 16},
             "array_above_max_length", "permissions")]:
        refused(shared.post(path, json=body), 400, code, param)
    assert shared.ok("GET", one) == role
    for params, code, param in [
            ({"limit": 1001}, "integer_above_max_value", "limit"),
            ({"limit": -1}, "integer_below_min_value", "limit"),
            ({"order": "up"}, "invalid_value", "order"),
            ({"after": "user-0000000000001"}, "invalid_value", "after"),
            ({"before": NOBODY}, "unknown_parameter", "before")]:
        refused(shared.get(ROLES, params=params), 400, code, param)
