"""
POST /organization/invites/{invite_id}: a pending invite grants something else,
under the same link. And a create that replaces what one grants.
"""

import pytest

from harness import INVITES, refused

DAY, HOUR = 86400, 3600


def change(api, invite, **body):
    return api.ok("POST", f"{INVITES}/{invite['id']}", json=body)


def page_of(api, token):
    return api.post("/accept", data={"code": token, "action": "show"}).text


def test_the_link_stays_and_the_page_shows_what_is_new(shared):
    engine = shared.project("Engine")["id"]
    invite, token = shared.link("bob@example.com", projects=[])
    changed = change(shared, invite, role="owner", expires_in_seconds=DAY,
                     projects=[{"id": engine, "role": "member"}])
    assert changed["id"] == invite["id"]
    assert changed["role"] == "owner"
    assert changed["projects"] == [{"id": engine, "role": "member"}]
    assert DAY <= changed["expires_at"] - changed["created_at"] < DAY + HOUR
    assert shared.ok("GET", f"{INVITES}/{invite['id']}") == changed
    page = page_of(shared, token)
    assert "Engine" in page and "can manage everything" in page
    accepted = shared.accept(token).json()
    assert (accepted["role"], accepted["projects"]) == \
        ("owner", [{"name": "Engine", "role": "member"}])
    refused(shared.post(f"{INVITES}/{invite['id']}", json={"role": "reader"}),
            400, "invite_already_accepted", "invite_id")


def test_what_is_not_named_stays(shared):
    invite, _ = shared.link("bob@example.com", "owner")
    assert change(shared, invite) == change(shared, invite, role=None)
    emptied = change(shared, invite, projects=[])
    assert (emptied["role"], emptied["projects"]) == ("owner", [])
    assert emptied["expires_at"] == invite["expires_at"]


@pytest.mark.alike
@pytest.mark.parametrize("body, code, param", [
    ({"role": "king"}, "invalid_value", "role"),
    ({"projects": [{"id": "proj_0000000000000", "role": "member"}]},
     "project_not_found", "projects[0].id"),
    ({"expires_in_seconds": 1}, "integer_below_min_value",
     "expires_in_seconds"),
    ({"email": "eve@example.com"}, "unknown_parameter", "email"),
])
def test_what_cannot_be_granted_changes_nothing(shared, body, code, param):
    invite, _ = shared.link("bob@example.com")
    path = f"{INVITES}/{invite['id']}"
    before = shared.ok("GET", path)
    refused(shared.post(path, json={"role": "owner", **body}), 400, code,
            param)
    assert shared.ok("GET", path) == before


def test_what_is_over_is_not_changed(shared):
    invite, token = shared.link("bob@example.com")
    path = f"{INVITES}/{invite['id']}"
    shared.ok("POST", "/v1/invitations/decline", json={"token": token})
    refused(shared.post(path, json={"role": "owner"}), 400, "invite_expired",
            "invite_id")
    shared.ok("DELETE", path)
    refused(shared.post(path, json={"role": "owner"}), 404,
            "invite_not_found", "invite_id")


def test_a_create_names_the_ways_out_and_may_replace(shared):
    invite, token = shared.link("bob@example.com")
    body = {"email": "BOB@example.com", "role": "owner", "projects": []}
    said = refused(shared.post(INVITES, json=body), 400,
                   "invite_already_exists", "email")
    assert f"/organization/invites/{invite['id']}/resend" in said
    replaced = shared.ok("POST", INVITES, json={
        **body, "replace": True, "expires_in_seconds": DAY})
    assert (replaced["id"], replaced["role"], replaced["projects"]) == \
        (invite["id"], "owner", [])
    assert replaced["expires_at"] - replaced["created_at"] < DAY + HOUR
    events = [one["type"] for one in shared.ok(
        "GET", "/v1/organization/audit_logs",
        params={"event_types[]": "invite.updated"})["data"]]
    assert events == ["invite.updated"]
    del token
