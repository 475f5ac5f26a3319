"""
/organization/projects/{project_id}/groups: which groups are in a project.
"""

from harness import PROJECTS, refused

GROUPS = "/v1/organization/groups"
MEMBER, VIEWER = "role-api-project-member", "role-api-project-viewer"


def group_of(api, name="Crew"):
    return api.ok("POST", GROUPS, json={"name": name})


def place(api, name="Apollo"):
    project = api.project(name)
    return project, f"{PROJECTS}/{project['id']}/groups"


def put(api, path, group, role=MEMBER):
    return api.ok("POST", path, json={"group_id": group["id"], "role": role})


def all_of(api, path, **params):
    items = []
    while True:
        page = api.ok("GET", path, params=params)
        items += page["data"]
        assert page["has_more"] == (page["next"] is not None)
        if not page["has_more"]:
            return items
        params["after"] = page["next"]


def test_one_life(shared):
    project, path = place(shared)
    group = group_of(shared)
    long = f"{MEMBER}__api-project__{project['id']}"
    shown = put(shared, path, group, long)
    assert shown == {
        "object": "project.group", "project_id": project["id"],
        "group_id": group["id"], "group_name": "Crew", "group_type": "group",
        "created_at": shown["created_at"]}
    one = f"{path}/{group['id']}"
    assert shared.ok("GET", one) == shown
    assert shared.ok("GET", one, params={"group_type": "group"}) == shown
    assert put(shared, path, group) == shown  # again: as the first time
    message = refused(shared.post(path, json={
        "group_id": group["id"], "role": VIEWER}), 400,
        "group_already_exists", "group_id")
    assert "already exists in project" in message
    assert all_of(shared, path) == [shown]
    assert shared.ok("DELETE", one) == {"object": "project.group.deleted",
                                        "deleted": True}
    for method in ("GET", "DELETE"):
        refused(shared.request(method, one), 404, "group_not_found",
                "group_id")
    assert all_of(shared, path) == []


def test_it_is_a_role_that_the_group_has_there(shared):
    """One row, two views."""
    project, path = place(shared)
    group = group_of(shared)
    roles = f"/v1/projects/{project['id']}/groups/{group['id']}/roles"
    put(shared, path, group, VIEWER)
    role, = shared.ok("GET", roles)["data"]
    assert role["id"] == f"{VIEWER}__api-project__{project['id']}"
    shared.ok("DELETE", f"{roles}/{VIEWER}")
    assert all_of(shared, path) == []
    shared.ok("POST", roles, json={"role_id": MEMBER})
    assert [one["group_id"] for one in all_of(shared, path)] == [group["id"]]
    own = shared.ok("POST", f"/v1/projects/{project['id']}/roles", json={
        "role_name": "Pilot", "permissions": []})
    shared.ok("POST", roles, json={"role_id": own["id"]})
    shared.ok("DELETE", f"{path}/{group['id']}")
    assert shared.ok("GET", roles)["data"] == []
    logs = list(shared.all("/v1/organization/audit_logs",
                           project_ids=project["id"]))
    first = next(one for one in logs[::-1]
                 if one["type"] == "role.assignment.created")
    assert first[first["type"]]["id"] == role["id"]
    events = [one["type"] for one in logs]
    assert events.count("role.assignment.created") == 3
    assert events.count("role.assignment.deleted") == 2


def test_list_in_either_order(shared):
    _, path = place(shared)
    groups = [group_of(shared, f"g{number}") for number in range(5)]
    for group in groups[::-1]:
        put(shared, path, group)
    listed = all_of(shared, path, limit=2)
    assert [one["group_name"] for one in listed] == \
        ["g0", "g1", "g2", "g3", "g4"]
    assert all_of(shared, path, limit=3, order="desc") == listed[::-1]
    past = shared.ok("GET", path, params={"after": listed[-1]["group_id"]})
    assert past == {"object": "list", "data": [], "next": None,
                    "has_more": False}
    assert shared.ok("GET", path, params={"limit": 0}) == past


def test_what_is_refused(shared):
    project, path = place(shared)
    group = group_of(shared)
    nobody = f"{PROJECTS}/proj_0000000000001/groups"
    body = {"group_id": group["id"], "role": MEMBER}
    refused(shared.post(nobody, json=body), 404, "project_not_found",
            "project_id")
    refused(shared.get(nobody), 404, "project_not_found", "project_id")
    refused(shared.post(path, json={**body, "group_id": "nonsense"}), 404,
            "group_not_found", "group_id")
    for role in ("member", "role-api-organization-owner",
                 f"{MEMBER}__api-project__proj_0000000000001"):
        refused(shared.post(path, json={**body, "role": role}), 404,
                "role_not_found", "role")
    own = shared.ok("POST", f"/v1/projects/{project['id']}/roles", json={
        "role_name": "Pilot", "permissions": []})
    refused(shared.post(path, json={**body, "role": own["id"]}), 400,
            "role_needs_project", "role")
    for left_out in body:
        less = {name: body[name] for name in body if name != left_out}
        refused(shared.post(path, json=less), 400,
                "missing_required_parameter", left_out)
    put(shared, path, group)
    one = f"{path}/{group['id']}"
    refused(shared.get(one, params={"group_type": "tenant_group"}), 404,
            "group_not_found", "group_id")
    refused(shared.get(one, params={"group_type": "club"}), 400,
            "invalid_value", "group_type")
    message = refused(shared.get(one, params={"limit": 1}), 400,
                      "unknown_parameter", "limit")
    assert message.endswith("Known here: group_type.")
    refused(shared.get(path, params={"limit": 101}), 400,
            "integer_above_max_value", "limit")


def test_an_archived_project_keeps_its_groups(shared):
    project, path = place(shared)
    group, other = group_of(shared), group_of(shared, "Other")
    shown = put(shared, path, group)
    shared.ok("POST", f"{PROJECTS}/{project['id']}/archive")
    refused(shared.post(path, json={"group_id": other["id"], "role": MEMBER}),
            400, "project_archived", "project_id")
    refused(shared.delete(f"{path}/{group['id']}"), 400, "project_archived",
            "project_id")
    assert all_of(shared, path) == [shown]


def test_a_group_that_goes_is_in_no_project(shared):
    _, path = place(shared)
    group = group_of(shared)
    put(shared, path, group)
    shared.ok("DELETE", f"{GROUPS}/{group['id']}")
    assert all_of(shared, path) == []
    refused(shared.get(f"{path}/{group['id']}"), 404, "group_not_found")
