"""
/organization/groups: groups, and who is in them.
"""

import pytest

from harness import USERS, refused

GROUPS = "/v1/organization/groups"


def made(api, name="Engineers"):
    return api.ok("POST", GROUPS, json={"name": name})


def member(api, email):
    _, token = api.link(email)
    assert api.accept(token, "Ada").status_code == 200
    return next(one for one in api.all(USERS) if one["email"] == email)["id"]


def test_one_life(shared):
    group = made(shared)
    assert group["id"].startswith("group_")
    assert (group["name"], group["group_type"], group["is_scim_managed"]) == \
        ("Engineers", "group", False)
    path = f"{GROUPS}/{group['id']}"
    assert shared.ok("GET", path) == group
    renamed = shared.ok("POST", path, json={"name": "Analysts"})
    assert renamed == {key: value for key, value in
                       {**group, "name": "Analysts"}.items()
                       if key != "group_type"}
    assert shared.ok("GET", path)["name"] == "Analysts"
    assert shared.ok("DELETE", path) == {
        "object": "group.deleted", "id": group["id"], "deleted": True}
    for method in ("GET", "DELETE"):
        refused(shared.request(method, path), 404, "group_not_found",
                "group_id")
    refused(shared.post(path, json={"name": "x"}), 404, "group_not_found",
            "group_id")


def test_list_in_either_order(shared):
    names = [f"g{number}" for number in range(7)]
    for name in names:
        made(shared, name)
    oldest, sizes = shared.pages(GROUPS, limit=3)
    assert [one["name"] for one in oldest] == names and sizes == [3, 3, 1]
    newest, _ = shared.pages(GROUPS, limit=2, order="desc")
    assert newest == oldest[::-1]
    assert shared.pages(GROUPS, after="", order="")[0] == oldest
    past = shared.ok("GET", GROUPS, params={"after": oldest[-1]["id"]})
    assert past == {"object": "list", "data": [], "next": None,
                    "has_more": False}
    assert shared.ok("GET", GROUPS, params={"limit": 0}) == past


@pytest.mark.parametrize("params, code, param", [
    ({"limit": 1001}, "integer_above_max_value", "limit"),
    ({"limit": -1}, "integer_below_min_value", "limit"),
    ({"order": "up"}, "invalid_value", "order"),
    ({"after": "user-0000000000001"}, "invalid_value", "after"),
    ({"before": "group_0000000000001"}, "unknown_parameter", "before"),
])
def test_what_a_list_refuses(shared, params, code, param):
    refused(shared.get(GROUPS, params=params), 400, code, param)


@pytest.mark.parametrize("body, code, param", [
    ({}, "missing_required_parameter", "name"),
    ({"name": ""}, "string_below_min_length", "name"),
    ({"name": "  "}, "invalid_value", "name"),
    ({"name": "a\nb"}, "invalid_value", "name"),
    ({"name": "x" * 256}, "string_above_max_length", "name"),
    ({"name": 7}, "invalid_type", "name"),
    ({"name": "x", "id": "y"}, "unknown_parameter", "id"),
])
def test_what_a_name_cannot_be(shared, body, code, param):
    group = made(shared)
    for path in (GROUPS, f"{GROUPS}/{group['id']}"):
        refused(shared.post(path, json=body), 400, code, param)
    assert [one["name"] for one in shared.pages(GROUPS)[0]] == ["Engineers"]


def test_who_is_in_one(shared):
    group, other = made(shared), made(shared, "Others")
    people = [member(shared, f"p{number}@example.com") for number in range(3)]
    users = f"{GROUPS}/{group['id']}/users"
    for user in [*people, people[0]]:  # once more changes nothing
        assert shared.ok("POST", users, json={"user_id": user}) == {
            "object": "group.user", "user_id": user, "group_id": group["id"]}
    listed, _ = shared.pages(users, limit=2)
    assert [one["id"] for one in listed] == people[::-1]
    assert shared.pages(users, order="asc")[0] == listed[::-1]
    assert listed[0] == {"id": people[2], "name": "Ada",
                         "email": "p2@example.com"}
    assert shared.ok("GET", f"{users}/{people[0]}") == {
        "id": people[0], "name": "Ada", "email": "p0@example.com",
        "picture": None, "is_service_account": False, "user_type": "user"}
    assert shared.ok("DELETE", f"{users}/{people[0]}") == {
        "object": "group.user.deleted", "deleted": True}
    for method in ("GET", "DELETE"):
        assert refused(shared.request(method, f"{users}/{people[0]}"), 404,
                       "user_not_found", "user_id") == \
            "This user is not in the group."
    assert len(shared.pages(users)[0]) == 2
    assert shared.pages(f"{GROUPS}/{other['id']}/users")[0] == []
    shared.ok("DELETE", f"{GROUPS}/{group['id']}")
    refused(shared.get(users), 404, "group_not_found", "group_id")


def test_who_is_nobody(shared):
    group = made(shared)
    users = f"{GROUPS}/{group['id']}/users"
    for user in ("user-0000000000001", group["id"], "ada@example.com"):
        refused(shared.post(users, json={"user_id": user}), 404,
                "user_not_found", "user_id")
    user = member(shared, "ada@example.com")
    nobody = f"{GROUPS}/group_0000000000001/users"
    refused(shared.post(nobody, json={"user_id": user}), 404,
            "group_not_found", "group_id")
    refused(shared.get(f"{nobody}/{user}"), 404, "group_not_found", "group_id")


def test_a_repeated_addition_is_no_event(shared):
    users = f"{GROUPS}/{made(shared)['id']}/users"
    user = member(shared, "ada@example.com")
    for _ in range(2):
        shared.ok("POST", users, json={"user_id": user})
    shared.ok("DELETE", f"{users}/{user}")
    shared.ok("POST", users, json={"user_id": user})
    page = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": ["group.user.added", "group.user.removed"],
        "include_extensions": "true"})
    assert [one["type"] for one in page["data"]] == [
        "group.user.added", "group.user.removed", "group.user.added"]
