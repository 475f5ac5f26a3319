"""
/organization/audit_logs: who did what, and how it is looked for.
"""

import pytest

from harness import INVITES, PROJECTS, USERS, refused

LOGS = "/v1/organization/audit_logs"
GROUPS = "/v1/organization/groups"


def events(api, **params):
    return list(api.all(LOGS, **params))


def types(api, **params):
    return [event["type"] for event in events(api, **params)]


def default_project(api):
    return list(api.all(PROJECTS))[-1]


def details(event):
    return event[event["type"]]


def accepted(api, email, role="reader"):
    """Somebody accepts; their invite and their id."""
    invite, token = api.link(email, role)
    answer = api.post("/v1/invitations/accept",
                      json={"token": token, "name": "Ada"},
                      headers={"User-Agent": b"Firefox/1 \xfc"})
    assert answer.status_code == 200
    return invite, answer.json()["user_id"]


# -- what is told of each -----------------------------------------------------

def test_what_a_key_does_is_done_in_the_default_project(shared):
    invite = shared.invite("ada@example.com", "owner")
    event, = events(shared)
    default = default_project(shared)
    assert set(event) == {"id", "type", "effective_at", "actor", "project",
                          "invite.sent"}
    assert event["type"] == "invite.sent"
    assert event["effective_at"] == invite["created_at"]
    assert event["project"] == {"id": default["id"], "name": default["name"]}
    assert event["actor"]["type"] == "api_key"
    assert set(event["actor"]["api_key"]) == {"id"}  # nobody's
    assert details(event) == {"id": invite["id"], "data": {
        "email": "ada@example.com", "role": "owner"}}


def test_who_accepts_is_told_with_address_and_program(shared):
    invite, user = accepted(shared, "Ada@example.com")
    newest, added, _ = events(shared)
    assert newest["type"] == "invite.accepted"
    assert details(newest) == {"id": invite["id"]}
    assert added["type"] == "user.added"
    assert details(added) == {"id": user, "data": {"role": "reader"}}
    for event in (newest, added):
        assert "project" not in event
        actor = event["actor"]
        assert actor["type"] == "session"
        assert actor["session"]["user"] == {"id": user,
                                            "email": "Ada@example.com"}
        assert actor["session"]["ip_address"].startswith("10.")
        assert actor["session"]["user_agent"] == "Firefox/1 ?"


def test_projects_and_groups(shared):
    project = shared.ok("POST", PROJECTS, json={
        "name": "Apollo", "residency": "GLOBAL"})
    path = f"{PROJECTS}/{project['id']}"
    shared.ok("POST", path, json={"name": "Gemini <1>"})
    shared.ok("POST", f"{path}/archive")
    shared.ok("POST", f"{path}/archive")
    group = shared.ok("POST", GROUPS, json={"name": "Crew"})
    shared.ok("POST", f"{GROUPS}/{group['id']}", json={"name": "Staff"})
    shared.ok("DELETE", f"{GROUPS}/{group['id']}")
    seen = events(shared)[::-1]
    assert [(event["type"], details(event)) for event in seen] == [
        ("project.created", {"id": project["id"], "data": {
            "title": "Apollo", "name": "Apollo", "residency": "GLOBAL"}}),
        ("project.updated", {"id": project["id"], "changes_requested": {
            "title": "Gemini <1>", "name": "Gemini <1>"}}),
        ("project.archived", {"id": project["id"]}),
        ("group.created", {"id": group["id"],
                           "data": {"group_name": "Crew"}}),
        ("group.updated", {"id": group["id"],
                           "changes_requested": {"group_name": "Staff"}}),
        ("group.deleted", {"id": group["id"]}),
    ]
    named = {"id": project["id"], "name": "Gemini <1>"}
    assert [event["project"] for event in seen[:3]] == [named] * 3
    assert seen[3]["project"]["id"] == default_project(shared)["id"]


def updatable(api):
    """One of each thing that can be updated: its path, what says what is so
    already, and what changes it."""
    _, user = accepted(api, "ada@example.com")
    project = f"{PROJECTS}/{api.project('Apollo')['id']}"
    api.ok("POST", f"{project}/users", json={"user_id": user,
                                             "role": "member"})
    group = api.ok("POST", GROUPS, json={"name": "Crew"})["id"]
    role = api.ok("POST", "/v1/organization/roles", json={
        "role_name": "Analyst", "permissions": ["models.read"]})["id"]
    robot = api.ok("POST", f"{project}/service_accounts",
                   json={"name": "robot"})["id"]
    key = api.ok("POST", f"{project}/api_keys", json={
        "user_id": user, "scopes": ["models.read"]})["id"]
    yield f"{USERS}/{user}", {"role": "reader"}, {"role": "owner"}
    yield f"{USERS}/{user}", {}, {"technical_level": "high"}
    yield f"{project}/users/{user}", {"role": "member"}, {"role": "owner"}
    yield project, {"name": "Apollo"}, {"name": "Gemini"}
    yield project, {}, {"external_key_id": "k"}
    yield f"{GROUPS}/{group}", {"name": "Crew"}, {"name": "Staff"}
    yield (f"/v1/organization/roles/{role}",
           {"permissions": ["models.read"]}, {"description": "Looks."})
    yield f"/v1/organization/roles/{role}", {}, {"role_name": "Auditor"}
    yield (f"{project}/service_accounts/{robot}", {"name": "robot"},
           {"name": "android"})
    yield (f"{project}/api_keys/{key}", {"scopes": ["models.read"]},
           {"scopes": []})
    yield f"{project}/api_keys/{key}", {}, {"expires_in_seconds": 3600}


def test_an_update_that_changes_nothing_leaves_no_event(shared):
    """The contract takes it: what is so already may be said again."""
    for path, same, change in updatable(shared):
        before = len(events(shared, include_extensions="true"))
        answer = shared.ok("POST", path, json=same)
        assert shared.ok("POST", path, json=same) == answer, path
        assert len(events(shared, include_extensions="true")) == before, path
        assert shared.ok("POST", path, json=change) != answer, path
        assert len(events(shared, include_extensions="true")) > before, path


def test_ours_are_told_on_request_alone(shared):
    """Strict clients know the contract's types and no others."""
    _, token = shared.link("eve@example.com")
    shared.link("eve@example.com")  # again: the link is another one now
    _, token = shared.link("eve@example.com")
    shared.post("/v1/invitations/decline", json={"token": token})
    assert types(shared) == ["invite.sent"]
    assert types(shared, include_extensions="true") == [
        "invite.declined", "invite.renewed", "invite.renewed", "invite.sent",
        "admin_api_key.created", "organization.created"]
    declined, = events(shared, event_types="invite.declined")
    assert declined["actor"]["session"]["user"] == {"email": "eve@example.com"}
    assert declined["actor"]["session"]["ip_address"]
    made, = events(shared, **{"event_types[]": "organization.created"})
    assert made["actor"] is None and "project" not in made


# -- filters ------------------------------------------------------------------

@pytest.fixture(scope="session")
def busy(shared_daemon):
    """An organization in which something happened; the ids of it."""
    daemon = shared_daemon
    daemon.command("organization", "create", "Busy")
    done = daemon.command("key", "create", "one", "--organization", "Busy")
    key = next(word for word in done.stdout.split() if "sk-admin" in word)
    api = daemon.client(key, address="10.200.0.1")
    said = {"api": api, "default": default_project(api)["id"]}
    said["invite"], said["ada"] = accepted(api, "ada@example.com")
    said["project"] = api.project("P")["id"]
    for name in ("Q", "R"):
        api.ok("POST", f"{PROJECTS}/{said['project']}", json={"name": name})
    said["group"] = api.ok("POST", GROUPS, json={"name": "G"})["id"]
    said["all"] = events(api)
    said["key"] = said["all"][0]["actor"]["api_key"]["id"]
    return said


ALL = ["group.created", "project.updated", "project.updated",
       "project.created", "invite.accepted", "user.added", "invite.sent"]


@pytest.mark.parametrize("params, wanted", [
    ({}, ALL),
    ({"event_types[]": ["project.created", "user.added"]},
     ["project.created", "user.added"]),
    ({"event_types": "invite.sent"}, ["invite.sent"]),
    ({"event_types[]": "rate_limit.updated"}, []),
    ({"event_types[]": ["rate_limit.updated", "invite.sent"]},
     ["invite.sent"]),
    ({"resource_ids[]": "{invite}"}, ["invite.accepted", "invite.sent"]),
    ({"resource_ids[]": ["{group}", "{invite}", "{group}"]},
     ["group.created", "invite.accepted", "invite.sent"]),
    ({"resource_ids[]": "{project}", "event_types[]": "project.updated"},
     ["project.updated"] * 2),
    ({"resource_ids[]": "{ada}"}, ["user.added"]),
    ({"resource_ids[]": ["nonsense", "invite-0000000000001"]}, []),
    ({"project_ids[]": "{project}"},
     ["project.updated", "project.updated", "project.created"]),
    ({"project_ids[]": "{default}"}, ["group.created", "invite.sent"]),
    ({"project_ids[]": ["{project}", "{default}"]},
     [one for one in ALL if one not in ("invite.accepted", "user.added")]),
    ({"actor_ids[]": "{ada}"}, ["invite.accepted", "user.added"]),
    ({"actor_ids[]": "{key}"},
     [one for one in ALL if one not in ("invite.accepted", "user.added")]),
    ({"actor_ids[]": ["{ada}", "{key}"]}, ALL),
    ({"actor_ids[]": "sess-unknown"}, []),
    ({"actor_emails[]": "ADA@example.com"}, ["invite.accepted", "user.added"]),
    ({"actor_emails[]": ["eve@example.com", "no address"]}, []),
    ({"actor_emails[]": "ada@example.com", "actor_ids[]": "{key}"}, []),
    ({"tenant_only": "true"}, []),
    ({"tenant_only": "false"}, ALL),
    ({"resource_ids[]": "{invite}", "actor_ids[]": "{ada}"},
     ["invite.accepted"]),
], ids=str)
def test_filter(busy, params, wanted):
    def fill(value):
        name = value.strip("{}")
        found = busy[name] if value.startswith("{") else value
        return found["id"] if isinstance(found, dict) else found
    params = {name: [fill(one) for one in value] if isinstance(value, list)
              else fill(value) for name, value in params.items()}
    for limit in (100, 1):
        assert types(busy["api"], limit=limit, **params) == wanted


def test_by_time(busy):
    api, newest = busy["api"], busy["all"][0]["effective_at"]
    oldest = busy["all"][-1]["effective_at"]
    for params, wanted in [
            ({"gte": oldest}, True), ({"gt": oldest - 1}, True),
            ({"gt": newest}, False), ({"gte": newest + 1}, False),
            ({"lte": newest}, True), ({"lt": newest + 1}, True),
            ({"lt": oldest}, False), ({"lte": oldest - 1}, False),
            ({"lt": 0}, False), ({"lte": 0}, False),
            ({"gte": oldest, "lte": newest}, True),
            ({"gte": newest + 1, "lte": newest}, False),
            ({"lte": 2**62}, True)]:
        asked = {f"effective_at[{name}]": value
                 for name, value in params.items()}
        assert types(api, **asked) == (ALL if wanted else []), params
        assert types(api, limit=3, **asked) == (ALL if wanted else [])


def test_pages_in_both_directions(busy):
    api, wanted = busy["api"], busy["all"]
    page = api.ok("GET", LOGS, params={"limit": 3})
    assert page["data"] == wanted[:3] and page["has_more"]
    assert (page["first_id"], page["last_id"]) == (wanted[0]["id"],
                                                   wanted[2]["id"])
    page = api.ok("GET", LOGS, params={"limit": 3, "before": wanted[5]["id"]})
    assert page["data"] == wanted[2:5] and page["has_more"]
    page = api.ok("GET", LOGS, params={"limit": 3, "before": wanted[2]["id"]})
    assert page["data"] == wanted[:2] and not page["has_more"]
    between = {"after": wanted[1]["id"], "before": wanted[5]["id"]}
    assert events(api, **between) == wanted[2:5]
    one = api.ok("GET", LOGS, params={
        "resource_ids[]": busy["project"], "limit": 1,
        "before": wanted[3]["id"]})
    assert one["data"] == wanted[2:3] and one["has_more"]
    for end in ({"after": wanted[-1]["id"]}, {"before": wanted[0]["id"]}):
        assert api.ok("GET", LOGS, params=end) == {
            "object": "list", "data": [], "first_id": None, "last_id": None,
            "has_more": False}
    assert api.ok("GET", LOGS, params={"after": "", "before": ""}) == \
        api.ok("GET", LOGS)


@pytest.mark.alike
@pytest.mark.parametrize("params, code, param", [
    ({"event_types[]": "project.creatd"}, "invalid_value", "event_types[]"),
    ({"event_types[]": ""}, "invalid_value", "event_types[]"),
    ({"effective_at[gt]": "soon"}, "invalid_type", "effective_at[gt]"),
    ({"effective_at[lte]": "-1"}, "invalid_type", "effective_at[lte]"),
    ({"effective_at[gt]": str(2**63 - 1)}, "invalid_type",
     "effective_at[gt]"),
    ({"effective_at": "1"}, "unknown_parameter", "effective_at"),
    ({"tenant_only": "maybe"}, "invalid_type", "tenant_only"),
    ({"include_extensions": "1"}, "invalid_type", "include_extensions"),
    ({"limit": 101}, "integer_above_max_value", "limit"),
    ({"after": "invite-0000000000001"}, "invalid_value", "after"),
    ({"before": "nonsense"}, "invalid_value", "before"),
    ({"resource_ids[]": [f"invite-{number:013}" for number in range(1, 102)]},
     "array_above_max_length", "resource_ids[]"),
    ({"actor_emails[]": ["a@example.com"] * 101}, "array_above_max_length",
     "actor_emails[]"),
    ({"order": "asc"}, "unknown_parameter", "order"),
], ids=str)
def test_what_is_refused(shared, params, code, param):
    refused(shared.get(LOGS, params=params), 400, code, param)


def test_nothing_of_others(busy, shared):
    """Whatever is asked for."""
    for params in ({}, {"resource_ids[]": busy["group"]},
                   {"project_ids[]": busy["project"]},
                   {"actor_ids[]": busy["ada"]},
                   {"actor_emails[]": "ada@example.com"},
                   {"after": busy["all"][0]["id"]},
                   {"before": busy["all"][-1]["id"]}):
        assert events(shared, **params) == []


# -- what lies in the database ------------------------------------------------

def test_events_of_before_and_marks_of_nothing(make_daemon):
    """Older programs wrote less; type 0 stands for a transaction that came to
    nothing, and is in no list."""
    daemon = make_daemon()
    invite, user = accepted(daemon.api, "ada@example.com")
    project = daemon.api.project("P")
    daemon.database.sql("UPDATE audit SET detail = NULL, side_hash = NULL,"
                        " project = CASE type WHEN 6 THEN target ELSE 0 END")
    daemon.database.sql("DELETE FROM audit_side")
    organization = daemon.database.sql("SELECT id FROM organization")[0][0]
    daemon.database.sql(
        "INSERT INTO audit(id, organization, at, actor, type, target)"
        f" VALUES(7, {organization}, 0, 0, 0, 0)")
    made, accept, added, sent = events(daemon.api)
    assert details(made) == {"id": project["id"],
                             "data": {"name": "P", "title": "P"}}
    assert details(accept) == {"id": invite["id"]}
    assert accept["actor"] == {"type": "session", "session": {
        "user": {"id": user, "email": "ada@example.com"}}}
    assert details(added) == {"id": user, "data": {"role": "reader"}}
    assert details(sent)["data"] == {"email": "ada@example.com",
                                     "role": "reader"}
    assert len(events(daemon.api, include_extensions="true")) == 6


def test_a_damaged_detail_is_left_out(make_daemon):
    daemon = make_daemon()
    group = daemon.api.ok("POST", GROUPS, json={"name": "G"})
    daemon.database.sql("UPDATE audit SET detail = '{\"group_name\":'")
    event, = events(daemon.api)
    assert details(event) == {"id": group["id"], "data": {}}


ROWS = 600_000
MANY = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
              f" WHERE i < {ROWS})",
    "postgres": f"WITH n AS (SELECT i FROM generate_series(1, {ROWS}) AS i)",
}


@pytest.mark.engines("sqlite")
def test_a_search_ends_however_little_matches(make_daemon, engine):
    """What was found by then is the page, and more may follow; where nothing
    was there is no place to go on from."""
    daemon = make_daemon()
    api = daemon.api
    group = api.ok("POST", GROUPS, json={"name": "G"})
    project = api.project("P")
    organization = daemon.database.sql("SELECT id FROM organization")[0][0]
    group_event, = daemon.database.sql("SELECT id FROM audit WHERE type = 11")
    daemon.database.sql(  # between the two
        "INSERT INTO audit(id, organization, at, actor, type, target)"
        f" {MANY[engine]} SELECT {group_event[0]} + i, {organization}, 1000,"
        " 0, 1, 1 FROM n")
    found = api.ok("GET", LOGS, params={
        "event_types[]": ["group.created", "project.created"]})
    assert [event["type"] for event in found["data"]] == ["project.created"]
    assert found["has_more"]
    refused(api.get(LOGS, params={"event_types[]": "group.created"}), 400,
            "search_too_long")
    assert types(api, event_types="group.created",
                 resource_ids=group["id"]) == ["group.created"]
    assert types(api, **{"effective_at[gte]": 1001},
                 resource_ids=[project["id"], group["id"]]) == [
        "project.created", "group.created"]


# -- what went wrong ----------------------------------------------------------

def test_who_comes_too_late_is_remembered_once(shared):
    invite, token = shared.link("ada@example.com")
    shared.ok("DELETE", f"{INVITES}/{invite['id']}")
    for _ in range(3):
        refused(shared.accept(token), 410, "invitation_withdrawn")
    wrong = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    assert shared.accept(wrong).status_code == 404
    event, = events(shared, event_types="invite.acceptance_refused")
    assert details(event) == {"id": invite["id"],
                              "data": {"reason": "withdrawn"}}
    session = event["actor"]["session"]
    assert session["user"] == {"email": "ada@example.com"}
    assert session["ip_address"]
    assert types(shared) == ["invite.deleted", "invite.sent"]


def test_who_was_removed_is_found_by_address(shared):
    _, user = accepted(shared, "ada@example.com")
    shared.ok("DELETE", f"{USERS}/{user}")
    accepted(shared, "ada@example.com.au")
    again = accepted(shared, "ada@example.com")[1]
    found = events(shared, actor_emails="ada@example.com")
    assert {event["actor"]["session"]["user"]["id"] for event in found} == \
        {user, again}
    assert len(found) == 4
