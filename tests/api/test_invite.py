"""
GET and DELETE /organization/invites/{id}, in every state of an invite.
"""

import json
import time

import pytest

from harness import INVITES, ask, refused

# Ids of nothing: what the router, the parser or the store must all refuse
# alike. They arrive as one percent-encoded segment.
NOT_IDS = [
    "invite-0000000000001", "invite-", "invite-abc", "invite-00000000000000",
    "user-0000000000001", "0000000000001", "-1", "invite-ZZZZZZZZZZZZZ",
    "invite-000000000000U", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "invite-0000000000001%0d%0aX:%20y",
    "'%20OR%201=1%20--", "%27%3BDROP%20TABLE%20invite%3B--", "%ff%fe", "*",
    "invite-%D9%A1", "x" * 3000, "%20invite-0000000000001", "{invite_id}",
]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("one", NOT_IDS)
def test_not_an_id(shared, method, one):
    refused(shared.request(method, f"{INVITES}/{one}"), 404,
            "invite_not_found")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("one", ["%", "%zz", "invite-0000000000001%00", "x%f"])
def test_not_even_a_segment(shared_daemon, method, one):
    answer = ask(shared_daemon, f"{method} {INVITES}/{one} HTTP/1.1")
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == "invalid_value"


def test_ids_are_read_in_either_case(shared):
    invite = shared.invite("ada@example.com")
    head, digits = invite["id"].split("-")
    lower = f"{INVITES}/{head}-{digits.lower()}"
    assert shared.ok("GET", lower)["id"] == invite["id"]


def test_percent_encoded_ids(shared):
    invite = shared.invite("ada@example.com")
    encoded = "".join(f"%{byte:02x}" for byte in invite["id"].encode())
    assert shared.ok("GET", f"{INVITES}/{encoded}")["id"] == invite["id"]


def test_delete_pending(shared):
    invite, token = shared.link("ada@example.com")
    path = f"{INVITES}/{invite['id']}"
    assert shared.ok("DELETE", path) == {
        "object": "organization.invite.deleted", "id": invite["id"],
        "deleted": True}
    refused(shared.get(path), 404, "invite_not_found")
    refused(shared.delete(path), 404, "invite_not_found")
    assert list(shared.all(INVITES)) == []
    refused(shared.accept(token), 410, "invitation_withdrawn")


def test_delete_accepted(shared):
    invite, token = shared.link("ada@example.com")
    assert shared.accept(token).status_code == 200
    path = f"{INVITES}/{invite['id']}"
    message = refused(shared.delete(path), 400, "invite_already_accepted")
    assert "already accepted" in message
    assert shared.ok("GET", path)["status"] == "accepted"


def test_declined_is_expired_until_it_is_deleted(shared):
    invite, token = shared.link("ada@example.com")
    shared.ok("POST", "/v1/invitations/decline", json={"token": token})
    path = f"{INVITES}/{invite['id']}"
    shown = shared.ok("GET", path)
    assert shown["status"] == "expired" and shown["accepted_at"] is None
    assert invite["created_at"] <= shown["declined_at"] <= time.time()
    assert shown["expires_at"] == shown["declined_at"] < invite["expires_at"]
    for query in ({}, {"status": "expired"}, {"email": "ada@example.com"}):
        assert shared.ok("GET", INVITES, params=query)["data"] == [shown]
    assert shared.ok("GET", INVITES, params={"status": "pending"})["data"] == []
    assert shared.ok("DELETE", path)["deleted"] is True
    refused(shared.delete(path), 404, "invite_not_found")
    refused(shared.get(path), 404, "invite_not_found")
    assert shared.ok("GET", INVITES)["data"] == []


def test_accepted(shared):
    invite, token = shared.link("ada@example.com", role="owner")
    outcome = shared.accept(token).json()
    after = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert after["status"] == "accepted"
    assert after["accepted_at"] == outcome["accepted_at"]
    assert after["projects"] == invite["projects"]
    assert after["expires_at"] == invite["expires_at"]


@pytest.mark.parametrize("headers, content", [
    ({}, None), ({"Content-Type": "application/json"}, None),
    ({"Content-Type": "application/json"}, b""),
    ({"Content-Type": "application/json"}, b"{}"),
])
def test_delete_with_an_empty_body(shared, headers, content):
    invite = shared.invite("ada@example.com")
    shared.ok("DELETE", f"{INVITES}/{invite['id']}", headers=headers,
              content=content)


def test_delete_drops_a_mail_that_was_not_sent_yet(make_daemon):
    # A server that does not answer: the mail stays in the outbox.
    daemon = make_daemon("--mail", "smtp://127.0.0.1:1")
    api = daemon.api
    invite = api.invite("ada@example.com")
    api.delivered(invite["id"], "deferred")
    api.ok("DELETE", f"{INVITES}/{invite['id']}")
    metrics = api.get("/metrics").text
    assert "ada@example.com" not in metrics
