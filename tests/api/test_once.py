"""
Idempotency-Key: a POST that is repeated with the same key is done once, and
answered with what there is now; never with a secret.
"""

from __future__ import annotations

import pytest

from harness import INVITES, PROJECTS, at_once, refused

GROUPS = "/v1/organization/groups"
KEYS = "/v1/organization/admin_api_keys"
ROLES = "/v1/organization/roles"


def post(api, path, key, body=None):
    return api.post(path, json=body or {}, headers={"Idempotency-Key": key})


def twice(api, path, key, body=None):
    """Both answers; the second one says what it is."""
    first = post(api, path, key, body)
    assert first.status_code == 200, first.text
    assert "idempotent-replayed" not in first.headers
    second = post(api, path, key, body)
    assert second.headers["idempotent-replayed"] == "true"
    return first.json(), second


@pytest.mark.parametrize("path, body", [
    (PROJECTS, {"name": "Apollo"}),
    (GROUPS, {"name": "Staff"}),
    (ROLES, {"role_name": "Reader", "permissions": ["a.b"]}),
    (INVITES, {"email": "ada@example.com", "role": "reader"}),
])
def test_what_is_made_is_made_once(shared, path, body):
    first, second = twice(shared, path, "k-1", body)
    assert second.status_code == 200
    again = second.json()
    for answer in (first, again):
        answer.pop("delivery", None)
    assert again == first
    # As it is now; another key makes another.
    assert shared.ok("GET", f"{path}/{first['id']}")["id"] == first["id"]
    if path in (PROJECTS, GROUPS):
        other = post(shared, path, "k-2", body)
        assert other.json()["id"] != first["id"]
        shared.ok("POST", f"{path}/{first['id']}", json={"name": "Renamed"})
        third = post(shared, path, "k-1", body).json()
        assert (third["id"], third["name"]) == (first["id"], "Renamed")


def test_changes_and_actions_are_done_once(shared):
    project = shared.project("One")
    path = f"{PROJECTS}/{project['id']}"
    assert twice(shared, path, "k", {"name": "Two"})[0]["name"] == "Two"
    shared.ok("POST", path, json={"name": "Three"})
    assert post(shared, path, "k", {"name": "Two"}).json()["name"] == "Three"
    first, second = twice(shared, path + "/archive", "k")
    assert first == second.json() and first["status"] == "archived"


def test_what_has_the_same_outcome_is_done_again(shared):
    user = shared.member("ada@example.com")
    group = shared.ok("POST", GROUPS, json={"name": "Staff"})["id"]
    project = shared.project("One")["id"]
    for path, body in (
            (f"{GROUPS}/{group}/users", {"user_id": user}),
            (f"{PROJECTS}/{project}/users",
             {"user_id": user, "role": "member"}),
            (f"/v1/organization/users/{user}/roles",
             {"role_id": "role-api-organization-reader"})):
        first, second = twice(shared, path, "k", body)
        assert second.status_code == 200 and second.json() == first, path


@pytest.mark.parametrize("path, body", [
    (GROUPS, {"name": "Staff"}),
    (ROLES, {"role_name": "Reader", "permissions": ["a.b"]}),
    (INVITES, {"email": "ada@example.com", "role": "reader"}),
])
def test_what_is_gone_since_is_not_made_again(shared, path, body):
    made = post(shared, path, "k", body).json()
    shared.ok("DELETE", f"{path}/{made['id']}")
    answer = post(shared, path, "k", body)
    assert answer.status_code == 404
    assert "idempotent-replayed" not in answer.headers
    name = "email" if path == INVITES else "name"
    assert made[name] not in [one[name] for one in shared.all(path)]


def test_another_body_is_refused(shared):
    first = post(shared, PROJECTS, "k", {"name": "One"}).json()
    refused(post(shared, PROJECTS, "k", {"name": "Two"}), 400,
            "idempotency_key_reused")
    # The same key of another path, or of another admin key, is another.
    assert post(shared, GROUPS, "k", {"name": "One"}).status_code == 200
    other = shared.ok("POST", KEYS, json={"name": "other"})["value"]
    answer = shared.post(PROJECTS, json={"name": "Two"}, headers={
        "Idempotency-Key": "k", "Authorization": f"Bearer {other}"})
    assert answer.json()["id"] != first["id"]


def test_a_secret_is_shown_once(shared):
    project = shared.project("One")["id"]
    for path, body in (
            (KEYS, {"name": "key"}),
            (f"{PROJECTS}/{project}/service_accounts", {"name": "robot"}),
            (INVITES, {"email": "ada@example.com", "role": "reader",
                       "send_email": False})):
        made = post(shared, path, "k", body).json()
        again = post(shared, path, "k", body)
        refused(again, 400, "secret_already_shown")
        assert made["id"] in again.json()["error"]["message"]
    keys = [key["name"] for key in shared.all(KEYS)]
    assert keys.count("key") == 1


def test_a_refused_one_may_be_tried_again(shared):
    body = {"email": "ada@example.com", "role": "owner"}
    invite = shared.invite("ada@example.com")
    refused(post(shared, INVITES, "k", body), 400, "invite_already_exists")
    shared.ok("DELETE", f"{INVITES}/{invite['id']}")
    assert post(shared, INVITES, "k", body).status_code == 200


def test_what_cannot_be_a_key(shared):
    for key in ("x" * 256, "a b"):
        refused(post(shared, PROJECTS, key, {"name": "One"}), 400,
                "invalid_idempotency_key")
    assert post(shared, PROJECTS, "x" * 255,
                {"name": "One"}).status_code == 200


def test_twins_are_one(shared):
    """At the same time, on as many connections."""
    answers = at_once(*[lambda: post(shared, PROJECTS, "k", {"name": "One"})
                        ] * 8)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_many_at_once_have_a_key_each(shared):
    lines = [{"email": f"u{i}@example.com", "role": "reader"}
             for i in range(5)]
    path = INVITES + "/bulk"
    first = post(shared, path, "k", {"invites": lines}).json()
    again = post(shared, path, "k", {"invites": lines}).json()
    assert (first["created"], again["existing"]) == (5, 5)
    lines[3]["role"] = "owner"
    third = post(shared, path, "k", {"invites": lines}).json()
    assert third["data"][3]["error"]["code"] == "idempotency_key_reused"
    assert third["existing"] == 4
