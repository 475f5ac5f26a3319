"""
/organization/admin_api_keys: keys of this API, by this API.
"""

import re

import pytest
from openai import OpenAI

from harness import INVITES, USERS, refused
from harness.secrets import forms_of_key, leaks

KEYS = "/v1/organization/admin_api_keys"
VALUE = re.compile(r"sk-admin-inv_[0-9A-HJKMNP-TV-Z]{13}_[0-9A-Za-z]{49}")


def made(api, name="robot", **more):
    return api.ok("POST", KEYS, json={"name": name, **more})


def person(api, email, role="reader"):
    _, token = api.link(email, role)
    assert api.accept(token, "Ada").status_code == 200
    return next(one for one in api.all(USERS) if one["email"] == email)["id"]


def test_one_life(shared_daemon, shared):
    key = made(shared, "Terraform")
    value = key.pop("value")
    assert VALUE.fullmatch(value)
    identity = key["id"].removeprefix("key_")
    assert key["redacted_value"] == \
        f"sk-admin-inv_{identity[:4]}...{value[-4:]}"
    assert (key["name"], key["expires_at"], key["last_used_at"]) == \
        ("Terraform", None, None)
    path = f"{KEYS}/{key['id']}"
    assert shared.ok("GET", path) == key
    robot = shared_daemon.client(value)
    assert robot.ok("GET", path)["last_used_at"] >= key["created_at"]
    assert [one["name"] for one in robot.all(KEYS)] == ["test", "Terraform"]
    assert shared.ok("DELETE", path) == {
        "object": "organization.admin_api_key.deleted", "id": key["id"],
        "deleted": True}
    refused(robot.get(KEYS), 401, "invalid_api_key")
    refused(robot.post(INVITES, json={"email": "ada@example.com",
                                      "role": "reader"}), 401,
            "invalid_api_key")
    for method in ("GET", "DELETE"):
        refused(shared.request(method, path), 404, "key_not_found", "key_id")
    assert [one["name"] for one in shared.all(KEYS)] == ["test"]


def test_a_key_of_nobody_belongs_to_the_organization(shared):
    organization = shared.ok("GET", "/v1/organization")
    assert made(shared)["owner"] == {
        "type": "organization", "object": "organization",
        "id": organization["id"], "name": organization["name"],
        "created_at": organization["created_at"], "role": "owner"}


def test_a_key_of_a_person(shared_daemon, shared):
    owner = person(shared, "owner@example.com", "owner")
    reader = person(shared, "reader@example.com")
    key = made(shared, user_id=owner)
    assert {**key["owner"], "created_at": 0} == {
        "type": "user", "object": "organization.user", "id": owner,
        "name": "Ada", "created_at": 0, "role": "owner"}
    # What is made with it is hers, too.
    hers = made(shared_daemon.client(key["value"]))
    assert hers["owner"] == key["owner"]
    assert shared.ok("GET", f"{KEYS}/{hers['id']}")["owner"] == key["owner"]
    refused(shared.post(KEYS, json={"name": "x", "user_id": reader}), 400,
            "user_not_owner", "user_id")
    for nobody in ("user-0000000000001", "user-0000000000000", "ada", ""):
        response = shared.post(KEYS, json={"name": "x", "user_id": nobody})
        assert response.status_code == (404 if nobody else 400)
        assert response.json()["error"]["param"] == "user_id"
    assert len(list(shared.all(KEYS))) == 3


def test_the_last_one_in_force_stays(shared_daemon, shared):
    first, = shared.all(KEYS)
    path = f"{KEYS}/{first['id']}"
    assert "Make another one" in refused(shared.delete(path), 400,
                                         "last_admin_key", None)
    shared.ok("GET", path)
    second = made(shared)
    shared.ok("DELETE", path)
    refused(shared.get(path), 401, "invalid_api_key")
    robot = shared_daemon.client(second["value"])
    refused(robot.delete(f"{KEYS}/{second['id']}"), 400, "last_admin_key", None)


def step_down(api, user, step):
    path, role = f"{USERS}/{user}", "role-api-organization-owner"
    return {"modify": lambda: api.post(path, json={"role": "reader"}),
            "delete": lambda: api.delete(path),
            "unassign": lambda: api.delete(f"{path}/roles/{role}")}[step]()


STEPS = ("modify", "delete", "unassign")


def test_the_last_one_that_does_not_expire_stays(shared_daemon, shared):
    """Neither with it nor with its owner does the organization lose it."""
    ada, bob = (person(shared, f"{name}@example.com", "owner")
                for name in ("ada", "bob"))
    robot, = shared.all(KEYS)
    made(shared, user_id=bob, expires_in_seconds=3600)
    refused(shared.delete(f"{KEYS}/{robot['id']}"), 400, "last_admin_key", None)
    hers = made(shared, user_id=ada)
    ada_api = shared_daemon.client(hers["value"])
    ada_api.ok("DELETE", f"{KEYS}/{robot['id']}")
    for step in STEPS:
        message = refused(step_down(ada_api, ada, step), 400, "last_admin_key",
                          None)
        assert "`invited key create`" in message
    refused(ada_api.delete(f"{KEYS}/{hers['id']}"), 400, "last_admin_key", None)
    # What changes nothing in it goes on, and so does she with another key.
    ada_api.ok("POST", f"{USERS}/{ada}", json={"role": "owner",
                                               "technical_level": "expert"})
    bob_api = shared_daemon.client(made(ada_api, user_id=bob)["value"])
    assert step_down(bob_api, ada, "modify").status_code == 200
    refused(ada_api.get(KEYS), 401, "invalid_api_key")
    # She is an owner again, and her key is in force again: his may go.
    bob_api.ok("POST", f"{USERS}/{ada}", json={"role": "owner"})
    assert step_down(ada_api, bob, "delete").status_code == 200


@pytest.mark.parametrize("body, code, param", [
    ({}, "missing_required_parameter", "name"),
    ({"name": None}, "invalid_type", "name"),
    ({"name": ""}, "string_below_min_length", "name"),
    ({"name": "x" * 257}, "string_above_max_length", "name"),
    ({"name": 1}, "invalid_type", "name"),
    ({"name": "x", "expires_in_seconds": 0}, "integer_below_min_value",
     "expires_in_seconds"),
    ({"name": "x", "expires_in_seconds": 31536001}, "integer_above_max_value",
     "expires_in_seconds"),
    ({"name": "x", "expires_in_seconds": "1"}, "invalid_type",
     "expires_in_seconds"),
    ({"name": "x", "value": "sk-admin-x"}, "unknown_parameter", "value"),
])
@pytest.mark.alike
def test_what_cannot_be_made(shared, body, code, param):
    refused(shared.post(KEYS, json=body), 400, code, param)
    assert len(list(shared.all(KEYS))) == 1


@pytest.mark.alike
def test_what_a_list_refuses(shared):
    refused(shared.get(KEYS, params={"limit": 101}), 400,
            "integer_above_max_value", "limit")
    refused(shared.get(KEYS, params={"order": "up"}), 400, "invalid_value",
            "order")
    refused(shared.get(KEYS, params={"after": "user-0000000000001"}), 400,
            "invalid_value", "after")


def test_in_force_while_its_person_is_an_owner(daemon):
    """And while it has not expired; both are compared, not stored."""
    api, sql = daemon.api, daemon.database.sql
    owner = person(api, "owner@example.com", "owner")
    key = made(api, user_id=owner, expires_in_seconds=3600)
    assert key["expires_at"] == key["created_at"] + 3600
    hers = daemon.client(key["value"])
    hers.ok("GET", KEYS)
    hers.invite("ada@example.com")

    def refuses():
        refused(hers.post(INVITES, json={"email": "bob@example.com",
                                         "role": "reader"}), 401,
                "invalid_api_key")
        refused(hers.get(KEYS), 401, "invalid_api_key")
    sql('UPDATE "user" SET role = 0')
    refuses()
    assert api.ok("GET", f"{KEYS}/{key['id']}")["owner"]["role"] == "reader"
    sql('UPDATE "user" SET role = 1')
    hers.ok("GET", KEYS)
    sql("UPDATE admin_key SET expires_at = 1 WHERE expires_at > 0")
    refuses()
    assert [one["id"] for one in api.all(KEYS)][-1] == key["id"]
    # What opens nothing is not the last one, and does not count beside it.
    refused(api.delete(f"{KEYS}/{next(api.all(KEYS))['id']}"), 400,
            "last_admin_key")
    api.ok("DELETE", f"{KEYS}/{key['id']}")


def test_its_use_is_written_once_a_minute(daemon):
    key = made(daemon.api)
    robot = daemon.client(key["value"])

    def touches():
        text = daemon.client(None).get("/metrics").text
        return int(re.search(r'operations_total{verb="key_touch"} (\d+)',
                             text)[1])
    before = touches()
    for _ in range(20):
        robot.ok("GET", KEYS)
        robot.invite("ada@example.com")
    assert touches() == before + 1
    # A clock that was ahead does not keep it from being written down.
    daemon.database.sql("UPDATE admin_key SET last_used_at = 4000000000")
    daemon.restart()
    used = daemon.client(key["value"]).ok("GET", f"{KEYS}/{key['id']}")
    assert used["last_used_at"] < 4000000000


def test_the_value_is_nowhere(make_daemon):
    daemon = make_daemon("--log-level", "debug")
    key = made(daemon.api)
    daemon.client(key["value"]).invite("ada@example.com")
    daemon.mailbox.wait("ada@example.com")
    daemon.api.ok("DELETE", f"{KEYS}/{key['id']}")
    needles = forms_of_key(key["value"])
    assert leaks(daemon, needles) == []
    daemon.stop()
    assert leaks(daemon, needles) == []
    assert needles[0].decode() not in "\n".join(daemon.log + daemon.output)
    daemon.start()


@pytest.mark.alike
def test_the_official_sdk(daemon):
    with OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                _strict_response_validation=True) as client:
        keys = client.admin.organization.admin_api_keys
        ids = [keys.create(name=f"k{number}", expires_in_seconds=60).id
               for number in range(5)]
        assert [one.id for one in keys.list(limit=2)][1:] == ids
        assert [one.id for one in keys.list(limit=2, order="desc")][:5] == \
            ids[::-1]
        page = keys.list(after=ids[-1])
        assert page.data == [] and page.has_more is False
        shown = keys.retrieve(ids[0])
        assert shown.redacted_value.startswith("sk-admin-inv_")
        gone = keys.delete(ids[0])
        assert (gone.id, gone.deleted, gone.object) == \
            (ids[0], True, "organization.admin_api_key.deleted")
