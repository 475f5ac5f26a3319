"""
/organization/projects/{project_id}/service_accounts: the members of a project
that are programs, and their keys.
"""

import re

import pytest
from openai import OpenAI

from harness import PROJECTS, refused

VALUE = re.compile(r"sk-svcacct-inv_[0-9A-HJKMNP-TV-Z]{13}_[0-9A-Za-z]{49}")


def accounts_of(project):
    return f"{PROJECTS}/{project['id']}/service_accounts"


def keys_of(project):
    return f"{PROJECTS}/{project['id']}/api_keys"


@pytest.fixture
def project(shared):
    return shared.project("Apollo")


def made(api, project, name="robot", **more):
    return api.ok("POST", accounts_of(project), json={"name": name, **more})


def test_one_life(shared, project):
    account = made(shared, project, "Builder", expires_in_seconds=60)
    key = account.pop("api_key")
    assert VALUE.fullmatch(key["value"])
    assert (key["name"], key["expires_at"] - key["created_at"]) == \
        ("Secret Key", 60)
    assert (account["name"], account["role"]) == ("Builder", "member")
    path = f"{accounts_of(project)}/{account['id']}"
    assert shared.ok("GET", path) == account
    renamed = shared.ok("POST", path, json={"name": "Crawler"})
    assert renamed == {**account, "name": "Crawler"}
    owner = shared.ok("POST", path, json={"role": "owner"})
    assert owner == {**renamed, "role": "owner"}
    assert shared.ok("POST", path, json={}) == owner
    assert shared.ok("GET", accounts_of(project))["data"] == [owner]
    shown, = shared.ok("GET", keys_of(project))["data"]
    assert shown["owner"] == {
        "type": "service_account", "service_account": {
            key: owner[key] for key in ("id", "name", "created_at", "role")}}
    assert (shown["id"], shown["owner_project_access"]) == \
        (key["id"], "active")
    assert shared.ok("DELETE", path) == {
        "object": "organization.project.service_account.deleted",
        "id": account["id"], "deleted": True}
    for method in ("GET", "DELETE"):
        refused(shared.request(method, path), 404,
                "service_account_not_found", "service_account_id")
    # Its keys went with it, for good.
    refused(shared.get(f"{keys_of(project)}/{key['id']}"), 404,
            "api_key_not_found", "api_key_id")
    assert shared.ok("GET", keys_of(project), params={
        "owner_project_access": "any"})["data"] == []


def test_without_a_key_and_a_role(shared, project):
    account = made(shared, project, create_service_account_only=True)
    assert (account["role"], account["api_key"]) == ("none", None)
    path = f"{accounts_of(project)}/{account['id']}"
    key = shared.ok("POST", f"{path}/api_keys", json={
        "name": "later", "scopes": ["model.read", "x.y"]})
    assert VALUE.fullmatch(key["value"]) and key["expires_at"] is None

    def access(**params):
        return [one["owner_project_access"] for one in
                shared.ok("GET", keys_of(project), params=params)["data"]]
    assert access() == access(owner_project_access="active") == []
    assert access(owner_project_access="inactive") == ["inactive"]
    shared.ok("POST", path, json={"role": "member"})
    assert access() == access(owner_project_access="any") == ["active"]
    shown = shared.ok("GET", f"{keys_of(project)}/{key['id']}")
    assert (shown["scopes"], shown["name"]) == (["model.read", "x.y"], "later")
    # The body may be left out.
    assert shared.ok("POST", f"{path}/api_keys")["name"] == "Secret Key"
    assert made(shared, project, create_service_account_only=None)["api_key"]


def test_list_by_page(shared, project):
    ids = [made(shared, project, f"a{number}")["id"] for number in range(5)]
    assert [one["id"] for one in shared.all(accounts_of(project), limit=2)] \
        == ids[::-1]
    other = shared.project("Other")
    assert shared.ok("GET", accounts_of(other))["data"] == []
    refused(shared.get(f"{accounts_of(other)}/{ids[0]}"), 404,
            "service_account_not_found", "service_account_id")


@pytest.mark.parametrize("body, code, param", [
    ({}, "missing_required_parameter", "name"),
    ({"name": ""}, "string_below_min_length", "name"),
    ({"name": "x", "expires_in_seconds": 31536001}, "integer_above_max_value",
     "expires_in_seconds"),
    ({"name": "x", "create_service_account_only": True,
      "expires_in_seconds": 60}, "invalid_value", "expires_in_seconds"),
    ({"name": "x", "create_service_account_only": 1}, "invalid_type",
     "create_service_account_only"),
    ({"name": "x", "role": "owner"}, "unknown_parameter", "role"),
])
@pytest.mark.alike
def test_what_cannot_be_made(shared, project, body, code, param):
    refused(shared.post(accounts_of(project), json=body), 400, code, param)
    assert shared.ok("GET", accounts_of(project))["data"] == []


@pytest.mark.alike
def test_what_cannot_be_changed(shared, project):
    path = f"{accounts_of(project)}/{made(shared, project)['id']}"
    refused(shared.post(path, json={"role": "none"}), 400, "invalid_value",
            "role")
    refused(shared.post(path, json={"name": " "}), 400, "invalid_value", "name")
    refused(shared.post(f"{path}/api_keys", json={"scopes": [""]}), 400,
            "invalid_value", "scopes[0]")


def test_an_archived_project_has_none(shared, project):
    account = made(shared, project)
    path = f"{accounts_of(project)}/{account['id']}"
    shared.ok("POST", f"{PROJECTS}/{project['id']}/archive")
    for response in (shared.get(accounts_of(project)), shared.get(path),
                     shared.post(accounts_of(project), json={"name": "x"}),
                     shared.post(path, json={"name": "x"}),
                     shared.post(f"{path}/api_keys", json={}),
                     shared.delete(path)):
        refused(response, 400, "project_archived", "project_id")
    nobody = f"{PROJECTS}/proj_0000000000001/service_accounts"
    refused(shared.get(nobody), 404, "project_not_found", "project_id")


@pytest.mark.alike
def test_what_the_audit_log_says(shared, project):
    account = made(shared, project)
    path = f"{accounts_of(project)}/{account['id']}"
    shared.ok("POST", path, json={"role": "owner"})
    key = shared.ok("POST", f"{path}/api_keys", json={"scopes": ["a", "b"]})
    shared.ok("DELETE", path)
    events = shared.ok("GET", "/v1/organization/audit_logs", params={
        "resource_ids[]": [account["id"], key["id"]]})["data"]
    told = {event["type"]: event[event["type"]] for event in events}
    assert told == {
        "service_account.created": {"id": account["id"],
                                    "data": {"role": "member"}},
        "service_account.updated": {"id": account["id"],
                                    "changes_requested": {"role": "owner"}},
        "api_key.created": {"id": key["id"], "data": {"scopes": ["a", "b"]}},
        "service_account.deleted": {"id": account["id"]}}
    assert {event["project"]["id"] for event in events} == {project["id"]}
    assert key["value"] not in str(events)


@pytest.mark.alike
def test_the_official_sdk(daemon):
    with OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                _strict_response_validation=True) as client:
        projects = client.admin.organization.projects
        project = projects.create(name="Apollo").id
        accounts = projects.service_accounts
        made_now = [accounts.create(project, name=f"a{number}",
                                    expires_in_seconds=60)
                    for number in range(3)]
        ids = [one.id for one in made_now]
        assert made_now[0].api_key.value.startswith("sk-svcacct-inv_")
        assert accounts.create(project, name="bare",
                               create_service_account_only=True).role == "none"
        assert [one.id for one in accounts.list(project, limit=2)][1:] == \
            ids[::-1]
        assert accounts.retrieve(ids[0], project_id=project).name == "a0"
        assert accounts.update(ids[0], project_id=project,
                               role="owner").role == "owner"
        key = accounts.api_keys.create(ids[0], project_id=project, name="k")
        assert key.object == "organization.project.service_account.api_key"
        assert accounts.delete(ids[0], project_id=project).deleted is True
