"""
Who may call: keys, and the organization they belong to.
"""

import re

import pytest

from harness import (INVITES, PROJECTS, USERS, RawClient, admin_key_in,
                     refused)

KEYED = [
    ("GET", INVITES), ("POST", INVITES),
    ("GET", f"{INVITES}/invite-0000000000001"),
    ("DELETE", f"{INVITES}/invite-0000000000001"),
    ("GET", PROJECTS), ("POST", PROJECTS),
    ("GET", f"{PROJECTS}/proj_0000000000001"),
    ("GET", f"{PROJECTS}/proj_0000000000001/users"),
    ("GET", USERS), ("GET", f"{USERS}/user-0000000000001"),
    ("GET", "/v1/organization"),
]


@pytest.mark.parametrize("method, path", KEYED)
def test_no_key(shared_daemon, method, path):
    message = refused(shared_daemon.client(None).request(method, path),
                      401, None)
    assert message.startswith("You didn't provide an API key.")


@pytest.mark.parametrize("method, path", KEYED)
def test_wrong_key(shared_daemon, method, path):
    key = "sk-admin-" + "x" * 43
    message = refused(shared_daemon.client(key).request(method, path),
                      401, "invalid_api_key")
    assert key not in message


@pytest.mark.parametrize("value", [
    "", "Bearer", "bearer", "Basic c2stYWRtaW46", "sk-admin-x",
    "Token sk-admin-x", "Bearer sk-admin-\xff", "Bearer a b",
    "Bearer " + "x" * 4000, "Bearer sk-admin-', 1) --", "Bearer =", ",",
])
def test_malformed_authorization(shared_daemon, value):
    anonymous = shared_daemon.client(None)
    response = anonymous.get(INVITES, headers={
        b"Authorization": value.encode("latin-1")})
    assert response.status_code == 401
    assert response.json()["error"]["code"] in (None, "invalid_api_key")


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ",
                                    "Bearer  "])
def test_the_scheme_in_any_case(shared_daemon, scheme):
    anonymous = shared_daemon.client(None)
    response = anonymous.get(INVITES, headers={
        "Authorization": scheme + shared_daemon.key})
    assert response.status_code == 200


def test_near_misses(shared_daemon):
    key = shared_daemon.key
    for wrong in (key[:-1], key + "x", key.upper(), key.lower(),
                  key[::-1], key.removeprefix("sk-admin-")):
        refused(shared_daemon.client(wrong).get(INVITES), 401,
                "invalid_api_key")


def test_a_key_that_was_read_aloud_or_pasted(shared_daemon):
    """K3: O for 0, blanks and line ends around and in it, 10 KiB of it."""
    key = shared_daemon.key
    assert "inv_0" in key
    for wrong in (key.replace("inv_0", "inv_O"), f"{key[:20]} {key[20:]}",
                  key * 128):
        refused(shared_daemon.client(wrong).get(INVITES), 401,
                "invalid_api_key")
    for field, statuses in ((f"{key}\nx", {400, 401}), (f"{key}\rx", {400, 401}),
                            (f" {key}", {200}), (f"{key} ", {200})):
        with RawClient(shared_daemon.port) as raw:
            raw.send(f"GET {INVITES} HTTP/1.1\r\nHost: x\r\n"
                     f"Authorization: Bearer {field}\r\n\r\n".encode())
            assert raw.response().status in statuses


def test_a_misspelt_key_is_refused_without_a_look(daemon):
    """What a flood of wrong keys costs is no read of the database."""
    made = admin_key_in(daemon.command("key", "create", "second").stdout)
    daemon.api.ok("GET", INVITES)
    before = looks(daemon)
    for wrong in (made[:-1], made + "x", made[:40] + made[41:] + "0",
                  made[:30] + made[31] + made[30] + made[32:],
                  "sk-admin-inv_", "sk-admin-inv_" + "0" * 63):
        if wrong != made:
            refused(daemon.client(wrong).get(INVITES), 401, "invalid_api_key")
    assert looks(daemon) == before
    refused(daemon.client("sk-admin-" + "0" * 43).get(INVITES), 401,
            "invalid_api_key")
    assert looks(daemon) == before + 1
    daemon.client(made).ok("GET", INVITES)


def looks(daemon):
    """How often a key was looked up."""
    metrics = daemon.client(None).get("/metrics").text
    return int(re.search(r'operations_total{verb="key_find"} (\d+)',
                         metrics)[1])


def test_a_redacted_form_shows_little(shared_daemon):
    key = "sk-admin-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    message = refused(shared_daemon.client(key).get(INVITES), 401,
                      "invalid_api_key")
    assert key[9:20] not in message


def test_a_revoked_key_ends_at_once(daemon):
    first = daemon.api
    made = daemon.command("key", "create", "second").stdout
    second = daemon.client(admin_key_in(made))
    assert second.ok("GET", INVITES)["data"] == []
    listed = daemon.command("key", "list").stdout
    identity, = [word for line in listed.splitlines() if "second" in line
                 for word in line.split() if word.startswith("key_")]
    # A write has just shown that the key is good.
    second.ok("POST", INVITES, json={"email": "ada@example.com",
                                     "role": "reader"})
    daemon.command("key", "revoke", identity)
    refused(second.post(INVITES, json={"email": "bob@example.com",
                                       "role": "reader"}), 401,
            "invalid_api_key")
    refused(second.get(INVITES), 401, "invalid_api_key")
    assert len(first.ok("GET", INVITES)["data"]) == 1
    assert first.get(INVITES).status_code == 200


def test_a_new_key_works_at_once(daemon):
    # A negative answer may be remembered, but not beyond the key's making.
    key = admin_key_in(daemon.command("key", "create").stdout)
    assert daemon.client(key).get(INVITES).status_code == 200


# -- OpenAI-Organization ------------------------------------------------------

def test_each_answer_to_a_key_names_its_organization(shared):
    organization = shared.ok("GET", "/v1/organization")
    assert organization["object"] == "organization" and organization["name"]
    for answer in (shared.get("/v1/organization"), shared.get(INVITES),
                   shared.get(f"{INVITES}/invite-0000000000001"),
                   shared.post(INVITES, json={}),
                   shared.get(INVITES, headers={
                       "OpenAI-Organization": organization["id"]})):
        assert answer.headers["openai-organization"] == organization["id"]


def test_no_organization_is_named_without_a_key(shared_daemon):
    for key in (None, "sk-admin-wrong"):
        answer = shared_daemon.client(key).get(INVITES)
        assert "openai-organization" not in answer.headers


def organizations(daemon):
    """The ids of all organizations, by name."""
    lines = daemon.command("organization", "list").stdout.splitlines()
    return {name: identity
            for identity, name in (line.split("\t") for line in lines)}


def test_the_organization_header(daemon):
    daemon.command("organization", "create", "Other")
    ids = organizations(daemon)
    own, other = ids["Default organization"], ids["Other"]
    api = daemon.api

    def get(value):
        return api.get(INVITES, headers={"OpenAI-Organization": value})
    assert get(own).status_code == 200
    assert get("").status_code == 200
    for wrong in (other, "org-0000000000001", "nonsense", "*"):
        refused(get(wrong), 401, "mismatched_organization")


def test_the_project_header_is_ignored(shared):
    assert shared.get(INVITES, headers={
        "OpenAI-Project": "proj_0000000000001"}).status_code == 200


# -- two organizations --------------------------------------------------------

def test_organizations_never_see_each_other(organization):
    ours, theirs = organization(), organization()
    project = theirs.project("Secret")
    invite, token = theirs.link("ada@example.com", projects=[
        {"id": project["id"], "role": "owner"}])
    user = theirs.accept(token).json()["user_id"]
    pending = theirs.invite("bob@example.com")

    for one in (invite, pending):
        refused(ours.get(f"{INVITES}/{one['id']}"), 404, "invite_not_found")
        refused(ours.delete(f"{INVITES}/{one['id']}"), 404, "invite_not_found")
    refused(ours.get(f"{PROJECTS}/{project['id']}"), 404, "project_not_found")
    refused(ours.get(f"{PROJECTS}/{project['id']}/users"), 404,
            "project_not_found")
    refused(ours.get(f"{USERS}/{user}"), 404, "user_not_found")
    assert list(ours.all(INVITES)) == list(ours.all(USERS)) == []
    assert len(list(ours.all(PROJECTS))) == 1
    assert list(ours.all(INVITES, email="ada@example.com")) == []
    assert list(ours.all(USERS, emails="ada@example.com")) == []


def test_another_organizations_project_is_unknown(organization):
    ours, theirs = organization(), organization()
    project = theirs.project("Secret")["id"]
    refused(ours.post(INVITES, json={
        "email": "ada@example.com", "role": "reader",
        "projects": [{"id": project, "role": "member"}]}),
        400, "project_not_found", "projects[0].id")


def test_the_same_person_in_two_organizations(organization):
    ours, theirs = organization(), organization()
    one, first = ours.link("ada@example.com")
    two, second = theirs.link("ada@example.com", role="owner")
    assert one["id"] != two["id"]
    assert ours.accept(first).status_code == 200
    assert theirs.ok("GET", f"{INVITES}/{two['id']}")["status"] == "pending"
    assert theirs.accept(second, "Countess").status_code == 200
    assert [(user["role"], user["name"]) for user in ours.all(USERS)] == \
        [("reader", "Ada Lovelace")]
    assert [(user["role"], user["name"]) for user in theirs.all(USERS)] == \
        [("owner", "Countess")]


def test_another_organizations_cursor(organization):
    ours, theirs = organization(), organization()
    mine = [ours.invite(f"p{number}@example.com", projects=[])["id"]
            for number in range(2)]
    cursor = theirs.invite("x@example.com")["id"]
    mine.insert(0, ours.invite("late@example.com")["id"])
    page = ours.ok("GET", INVITES, params={"after": cursor})
    assert [one["id"] for one in page["data"]] == mine[1:][::-1]
