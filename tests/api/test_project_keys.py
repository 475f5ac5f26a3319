"""
/organization/projects/{project_id}/api_keys: the keys of a project, and whether
they are active.
"""

import re

import pytest
from openai import OpenAI

from harness import INVITES, PROJECTS, USERS, refused
from harness.secrets import forms_of_key, leaks

VALUE = re.compile(r"sk-proj-inv_[0-9A-HJKMNP-TV-Z]{13}_[0-9A-Za-z]{49}")


def keys_of(project):
    return f"{PROJECTS}/{project['id']}/api_keys"


@pytest.fixture
def project(shared):
    return shared.project("Apollo")


def person(api, email, project, role="reader", grant="member"):
    grants = [{"id": project["id"], "role": grant}] if grant else []
    _, token = api.link(email, role, projects=grants)
    assert api.accept(token, "Ada").status_code == 200
    return next(one for one in api.all(USERS) if one["email"] == email)


def made(api, project, user, **more):
    return api.ok("POST", keys_of(project), json={"user_id": user["id"],
                                                  **more})


def account(api, project):
    return api.ok("POST", f"{PROJECTS}/{project['id']}/service_accounts",
                  json={"name": "robot"})


def test_a_key_of_a_person(shared, project):
    ada = person(shared, "ada@example.com", project)
    key = made(shared, project, ada, name="laptop", expires_in_seconds=60,
               scopes=["model.request"])
    value = key.pop("value")
    assert VALUE.fullmatch(value)
    assert key["redacted_value"] == f"{value[:16]}...{value[-4:]}"
    assert (key["name"], key["scopes"], key["last_used_at"]) == \
        ("laptop", ["model.request"], None)
    assert key["expires_at"] == key["created_at"] + 60
    assert key["owner_project_access"] == "active"
    assert key["owner"] == {"type": "user", "user": {
        "id": ada["id"], "email": "ada@example.com", "name": "Ada",
        "created_at": ada["added_at"], "role": "member"}}
    path = f"{keys_of(project)}/{key['id']}"
    assert shared.ok("GET", path) == key
    assert shared.ok("GET", keys_of(project))["data"] == [key]
    assert shared.ok("DELETE", path) == {
        "object": "organization.project.api_key.deleted", "id": key["id"],
        "deleted": True}
    for response in (shared.get(path), shared.delete(path),
                     shared.post(path, json={"scopes": []})):
        refused(response, 404, "api_key_not_found", "api_key_id")


def test_no_key_of_this_api(shared_daemon, shared, project):
    key = made(shared, project, person(shared, "ada@example.com", project))
    client = shared_daemon.client(key["value"])
    refused(client.get(INVITES), 401, "invalid_api_key")
    assert "sk-proj-inv_" in client.get(INVITES).json()["error"]["message"]


def test_out_of_the_project_and_in_again(shared, project):
    """Derived, not stored: what is shown follows each change."""
    ada = person(shared, "ada@example.com", project)
    person(shared, "boss@example.com", project, "owner", None)
    key = made(shared, project, ada)
    path = f"{keys_of(project)}/{key['id']}"
    members = f"{PROJECTS}/{project['id']}/users"

    def looks(access, role):
        shown = shared.ok("GET", path)
        assert (shown["owner_project_access"], shown["owner"]["user"]["role"]) \
            == (access, role)
        listed = {name: [one["id"] for one in shared.ok(
            "GET", keys_of(project), params=params)["data"]]
            for name, params in (
                ("", {}), *((word, {"owner_project_access": word})
                            for word in ("active", "inactive", "any")))}
        active = [key["id"]] if access == "active" else []
        assert listed == {"": active, "active": active, "any": [key["id"]],
                          "inactive": [] if active else [key["id"]]}
    looks("active", "member")
    shared.ok("DELETE", f"{members}/{ada['id']}")
    looks("inactive", "none")
    shared.ok("POST", members, json={"user_id": ada["id"], "role": "owner"})
    looks("active", "owner")
    shared.ok("DELETE", f"{members}/{ada['id']}")
    # An owner of the organization is one of each project.
    shared.ok("POST", f"{USERS}/{ada['id']}", json={"role": "owner"})
    looks("active", "owner")
    shared.ok("POST", f"{USERS}/{ada['id']}", json={"role": "reader"})
    looks("inactive", "none")
    # Out of the organization: for good.
    shared.ok("DELETE", f"{USERS}/{ada['id']}")
    refused(shared.get(path), 404, "api_key_not_found", "api_key_id")


def test_an_archived_project(shared, project):
    key = account(shared, project)["api_key"]
    path = f"{keys_of(project)}/{key['id']}"
    shared.ok("POST", f"{PROJECTS}/{project['id']}/archive")
    assert shared.ok("GET", path)["owner_project_access"] == "inactive"
    refused(shared.post(path, json={"scopes": []}), 400, "project_archived",
            "project_id")
    shared.ok("DELETE", path)  # whatever opens less is possible


def test_update(shared, project):
    key = account(shared, project)["api_key"]
    path = f"{keys_of(project)}/{key['id']}"
    first = shared.ok("POST", path, json={"scopes": ["a", "b"]})
    assert (first["scopes"], first["expires_at"]) == (["a", "b"], None)
    second = shared.ok("POST", path, json={"expires_in_seconds": 3600})
    assert second["scopes"] == ["a", "b"]
    assert 3600 <= second["expires_at"] - key["created_at"] < 3700
    assert shared.ok("POST", path, json={"scopes": []})["scopes"] == []
    assert shared.ok("POST", path, json={}) == {**second, "scopes": []}
    for body, param in (({"scopes": None}, "scopes"),
                        ({"expires_in_seconds": None}, "expires_in_seconds"),
                        ({"scopes": "a"}, "scopes"),
                        ({"scopes": [1]}, "scopes[0]")):
        refused(shared.post(path, json=body), 400, "invalid_type", param)


def test_models(shared, project):
    """Kept and shown in the order given; an empty list stands for all."""
    ada = person(shared, "ada@example.com", project)
    key = made(shared, project, ada, models=["qwen", "hf.co/a/b:Q4"])
    assert key["models"] == ["qwen", "hf.co/a/b:Q4"]
    path = f"{keys_of(project)}/{key['id']}"
    assert shared.ok("POST", path, json={"scopes": ["model.read"]})["models"] \
        == ["qwen", "hf.co/a/b:Q4"]
    assert shared.ok("POST", path, json={"models": ["a"]})["models"] == ["a"]
    assert shared.ok("POST", path, json={"models": []})["models"] == []
    robot = account(shared, project)
    more = shared.ok("POST", f"{PROJECTS}/{project['id']}/service_accounts/"
                     f"{robot['id']}/api_keys", json={"models": ["a"]})
    assert shared.ok("GET", f"{keys_of(project)}/{more['id']}")["models"] == \
        ["a"]
    events = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": "api_key.created"})["data"]
    assert events[0]["api_key.created"]["data"]["models"] == ["a"]
    for models, code, param in (
            (None, "invalid_type", "models"),
            (["a,b"], "invalid_value", "models[0]"),
            (["a", "b c"], "invalid_value", "models[1]"),
            (["x" * 97], "invalid_value", "models[0]"),
            (["é"], "invalid_value", "models[0]"),
            (["a"] * 25, "array_above_max_length", "models")):
        refused(shared.post(path, json={"models": models}), 400, code, param)


def rotated(api, project, key, **body):
    return api.ok("POST", f"{keys_of(project)}/{key['id']}/rotate",
                  json=body or None)


def test_rotate_overlaps(shared, project):
    """One like it, shown once; the old one ends, and never later than before."""
    ada = person(shared, "ada@example.com", project)
    key = made(shared, project, ada, name="laptop", scopes=["model.read"],
               models=["qwen"], expires_in_seconds=1000000)
    path = f"{keys_of(project)}/{key['id']}"
    new = rotated(shared, project, key)
    assert VALUE.fullmatch(new["value"]) and new["value"] != key["value"]
    same = ("name", "scopes", "models", "owner")
    assert [new[name] for name in same] == [key[name] for name in same]
    assert new["expires_at"] == new["created_at"] + 1000000
    day = new["created_at"] + 24 * 3600
    old = shared.ok("GET", path)
    assert (old["expires_at"], old["replaced_by"]) == (day, new["id"])
    # Again, without the one that took its place: as long-lived as that was.
    shared.ok("DELETE", f"{keys_of(project)}/{new['id']}")
    third = rotated(shared, project, key, grace_seconds=604800)
    assert shared.ok("GET", path)["expires_at"] == day
    assert third["expires_at"] == third["created_at"] + 1000000
    shared.ok("DELETE", f"{keys_of(project)}/{third['id']}")
    rotated(shared, project, key, grace_seconds=60)
    assert shared.ok("GET", path)["expires_at"] < day
    told = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": "api_key.rotated", "include_extensions": "true",
        "resource_ids[]": key["id"]})["data"]
    assert [one["api_key.rotated"]["data"]["replaced_by"] for one in told][1:] \
        == [third["id"], new["id"]]
    for body, code in (({"grace_seconds": -1}, "integer_below_min_value"),
                       ({"grace_seconds": 604801}, "integer_above_max_value"),
                       ({"grace_seconds": "1d"}, "invalid_type")):
        refused(shared.post(f"{path}/rotate", json=body), 400, code,
                "grace_seconds")


def test_a_key_is_rotated_once_while_its_successor_is_there(shared, project):
    """A repeat makes no second one, and says where the first is to be found."""
    key = made(shared, project, person(shared, "ada@example.com", project))
    path = f"{keys_of(project)}/{key['id']}"
    new = rotated(shared, project, key)
    assert (key["replaced_by"], new["replaced_by"]) == (None, None)
    before = shared.ok("GET", keys_of(project))["data"]
    assert "'replaced_by'" in refused(
        shared.post(f"{path}/rotate", json={"grace_seconds": 0}),
        400, "api_key_already_rotated", "api_key_id")
    assert shared.ok("GET", keys_of(project))["data"] == before
    # In its turn the new one is; one that has ended is no successor.
    rotated(shared, project, new, grace_seconds=0)
    assert rotated(shared, project, key)["id"] != new["id"]


def test_rotate_of_a_service_account(shared, project):
    robot = account(shared, project)
    new = rotated(shared, project, robot["api_key"], grace_seconds=0)
    assert new["value"].startswith("sk-svcacct-inv_")
    assert (new["expires_at"], new["owner"]["service_account"]["id"]) == \
        (None, robot["id"])
    # With no grace the old one has expired: it is not rotated again.
    old = f"{keys_of(project)}/{robot['api_key']['id']}"
    refused(shared.post(f"{old}/rotate"), 400, "api_key_expired", "api_key_id")
    shared.ok("DELETE", old)
    refused(shared.post(f"{old}/rotate"), 404, "api_key_not_found",
            "api_key_id")
    shared.ok("POST", f"{PROJECTS}/{project['id']}/archive")
    refused(shared.post(f"{keys_of(project)}/{new['id']}/rotate"), 400,
            "project_archived", "project_id")


def test_rotate_under_a_clock_that_jumps(shared_daemon, shared, project):
    """What a clock ahead of the time gave away is taken back by the next one."""
    ada = person(shared, "ada@example.com", project)
    key = made(shared, project, ada, name="jump")
    new = rotated(shared, project, key, grace_seconds=60)
    ahead = 40 * 24 * 3600
    shared_daemon.database.sql(
        f"UPDATE project_key SET expires_at = expires_at + {ahead}"
        f" WHERE name = 'jump' AND expires_at > 0 RETURNING 1")
    shared.ok("DELETE", f"{keys_of(project)}/{new['id']}")
    rotated(shared, project, key, grace_seconds=3600)
    shown = shared.ok("GET", f"{keys_of(project)}/{key['id']}")
    assert shown["expires_at"] < new["created_at"] + 4000


def test_the_longest_life_of_new_keys(shared, project):
    """Of organization and project the lesser; what there is stays as it is."""
    path = f"{PROJECTS}/{project['id']}"
    ada = person(shared, "ada@example.com", project)
    old = made(shared, project, ada)
    limit = "max_key_lifetime_seconds"
    assert shared.ok("POST", path, json={limit: 1000})[limit] == 1000
    shared.ok("POST", "/v1/organization/settings", json={limit: 2000})

    def lives(key):
        return key["expires_at"] and key["expires_at"] - key["created_at"]
    assert lives(made(shared, project, ada)) == 1000
    assert lives(account(shared, project)["api_key"]) == 1000
    assert lives(rotated(shared, project, old)) == 1000
    body = {"user_id": ada["id"], "expires_in_seconds": 1001}
    refused(shared.post(keys_of(project), json=body), 400,
            "expires_in_seconds_above_max", "expires_in_seconds")
    refused(shared.post(f"{path}/service_accounts", json={
        "name": "r", "expires_in_seconds": 1001}), 400,
        "expires_in_seconds_above_max", "expires_in_seconds")
    key = made(shared, project, ada, expires_in_seconds=500)
    shown = f"{keys_of(project)}/{key['id']}"
    # Longer than that, no; sooner, always.
    refused(shared.post(shown, json={"expires_in_seconds": 5000}), 400,
            "expires_in_seconds_above_max", "expires_in_seconds")
    other = made(shared, project, ada)
    shared.ok("POST", f"{keys_of(project)}/{other['id']}",
              json={"expires_in_seconds": 900})
    assert shared.ok("POST", path, json={limit: None})[limit] is None
    assert lives(made(shared, project, ada)) == 2000
    assert shared.ok("POST", path, json={"name": "Still"})[limit] is None
    shared.ok("POST", "/v1/organization/settings", json={limit: None})
    assert lives(made(shared, project, ada)) is None
    assert shared.ok("POST", shown, json={"expires_in_seconds": 9000})
    for value, code in ((0, "integer_below_min_value"),
                        (31536001, "integer_above_max_value")):
        refused(shared.post(path, json={limit: value}), 400, code, limit)


@pytest.mark.alike
def test_who_gets_none(shared, project):
    stranger = person(shared, "eve@example.com", project, grant=None)
    for user in (stranger["id"], "user-0000000000001", "eve"):
        refused(shared.post(keys_of(project), json={"user_id": user}), 404,
                "user_not_found", "user_id")
    refused(shared.post(keys_of(project), json={}), 400,
            "missing_required_parameter", "user_id")
    refused(shared.get(keys_of(project), params={"owner_project_access": "x"}),
            400, "invalid_value", "owner_project_access")
    nobody = f"{PROJECTS}/proj_0000000000001/api_keys"
    refused(shared.get(nobody), 404, "project_not_found", "project_id")


def test_a_page_of_few_among_many(daemon):
    """A filter passes over any number of keys, and pages by what it finds."""
    api, project = daemon.api, daemon.api.project("Apollo")
    first = account(api, project)
    path = f"{PROJECTS}/{project['id']}/service_accounts/{first['id']}"
    keys = [first["api_key"]["id"]]
    bare = api.ok("POST", f"{PROJECTS}/{project['id']}/service_accounts",
                  json={"name": "bare", "create_service_account_only": True})
    api.ok("POST", f"{path.rsplit('/', 1)[0]}/{bare['id']}/api_keys")
    # Many inactive ones, above the others.
    daemon.database.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 1000) INSERT INTO project_key(id, organization, project,"
        ' "user", service_account, secret_hash, name, redacted, created_at,'
        " last_used_at, revoked_at, expires_at) SELECT k.id + n.i,"
        ' k.organization, k.project, k."user", k.service_account,'
        " k.secret_hash, 'copy', k.redacted, k.created_at, 0, 0, 0"
        " FROM n, (SELECT * FROM project_key ORDER BY id DESC LIMIT 1) k")
    for _ in range(2):
        keys.append(api.ok("POST", f"{path}/api_keys")["id"])
    assert [one["id"] for one in api.all(keys_of(project), limit=1)] == \
        sorted(keys, reverse=True)
    assert len(list(api.all(keys_of(project),
                            owner_project_access="inactive"))) == 1001
    assert len(list(api.all(keys_of(project),
                            owner_project_access="any"))) == 1004


def test_expired_and_secret(make_daemon):
    daemon = make_daemon("--log-level", "debug")
    api = daemon.api
    project = api.project("Apollo")
    values = [account(api, project)["api_key"]["value"],
              made(api, project,
                   person(api, "ada@example.com", project))["value"]]
    key = next(api.all(keys_of(project)))
    path = f"{keys_of(project)}/{key['id']}"
    daemon.database.sql("UPDATE project_key SET expires_at = 1")
    assert api.ok("GET", path)["owner_project_access"] == "active"
    refused(api.post(path, json={"expires_in_seconds": 60}), 400,
            "api_key_expired", "api_key_id")
    assert daemon.command("check").stdout == "ok\n"
    needles = [form for value in values for form in forms_of_key(value)]
    assert leaks(daemon, needles) == []
    daemon.stop()
    assert leaks(daemon, needles) == []
    log = "\n".join(daemon.log + daemon.output)
    assert not any(value[20:] in log for value in values)
    daemon.start()


@pytest.mark.alike
def test_the_official_sdk(daemon):
    with OpenAI(admin_api_key=daemon.key, base_url=f"{daemon.url}/v1",
                _strict_response_validation=True) as client:
        projects = client.admin.organization.projects
        project = projects.create(name="Apollo").id
        made_now = [projects.service_accounts.create(
            project, name=f"a{number}").api_key.id for number in range(3)]
        keys = projects.api_keys
        assert [one.id for one in keys.list(project, limit=2)] == \
            made_now[::-1]
        assert list(keys.list(project, owner_project_access="inactive")) == []
        shown = keys.retrieve(made_now[0], project_id=project)
        assert shown.owner.service_account.role == "member"
        assert keys.update(made_now[0], project_id=project, scopes=[],
                           expires_in_seconds=60).expires_at
        assert keys.delete(made_now[0], project_id=project).deleted is True
