"""
POST /organization/invites/{invite_id}/resend: the same invite, a new link, a
new time.
"""

import pytest

from harness import INVITES, refused

LOOKUP = "/v1/invitations/lookup"


def resend(api, invite, **body):
    return api.ok("POST", f"{INVITES}/{invite['id']}/resend", json=body)


def token_in(invite):
    return invite["accept_url"].split("#", 1)[1]


def opens(api, token):
    return api.post(LOOKUP, json={"token": token}).status_code


def expire(daemon, invite):
    daemon.database.sql("UPDATE invite SET expires_at = created_at WHERE"
                        f" email = '{invite['email']}' RETURNING 1")


def test_a_new_link_by_mail_and_the_old_one_is_dead(shared_daemon, shared):
    project = shared.project("Engine")["id"]
    invite = shared.invite("again@example.com", "owner",
                           projects=[{"id": project, "role": "owner"}],
                           expires_in_seconds=3600)
    first = shared_daemon.mailbox.wait("again@example.com").token
    shared.delivered(invite["id"])
    again = resend(shared, invite)
    second = shared_daemon.mailbox.wait("again@example.com", 2).token
    for member in ("id", "created_at", "role", "projects", "email"):
        assert again[member] == invite[member]
    assert again["expires_at"] - again["created_at"] >= 7 * 86400 - 5
    assert again["delivery"]["status"] == "queued"
    assert "accept_url" not in again
    assert (opens(shared, first), opens(shared, second)) == (404, 200)
    assert shared.accept(second).json()["projects"] == [
        {"name": "Engine", "role": "owner"}]
    refused(shared.post(f"{INVITES}/{invite['id']}/resend"), 400,
            "invite_already_accepted", "invite_id")


def test_a_new_link_instead_of_a_mail(shared):
    invite, first = shared.link("bob@example.com")
    second = token_in(resend(shared, invite, send_email=False))
    third = token_in(resend(shared, invite, send_email=False,
                            expires_in_seconds=60))
    assert [opens(shared, one) for one in (first, second, third)] == \
        [404, 404, 200]
    shown = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert shown["expires_at"] - shown["created_at"] < 3600
    assert "accept_url" not in shown


def test_a_mail_that_waits_is_not_sent_twice(make_daemon):
    daemon = make_daemon("--mail", "smtp://127.0.0.1:1", "--mail-from",
                         "invited@example.com")
    invite = daemon.api.invite("bob@example.com")
    for _ in range(2):
        again = resend(daemon.api, invite)
        assert again["delivery"]["status"] in ("queued", "deferred")
    assert daemon.database.sql("SELECT count(*) FROM outbox") == [["1"]]
    # Nor at all, where a link is wanted instead.
    resend(daemon.api, invite, send_email=False)
    assert daemon.database.sql("SELECT count(*) FROM outbox") == [["0"]]


def test_an_expired_one_takes_its_address_back(daemon):
    api = daemon.api
    invite, _ = api.link("bob@example.com")
    expire(daemon, invite)
    newer, _ = api.link("BOB@example.com", "owner")
    path = f"{INVITES}/{invite['id']}/resend"
    assert newer["id"] in refused(api.post(path), 400, "invite_already_exists")
    expire(daemon, newer)
    token = token_in(resend(api, invite, send_email=False))
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["status"] == "pending"
    # There is one pending invite to an address, and it is this one.
    assert api.invite("bob@example.com", send_email=False)["id"] == \
        invite["id"]
    token = token_in(resend(api, invite, send_email=False))
    assert api.accept(token).status_code == 200
    refused(api.post(f"{INVITES}/{newer['id']}/resend"), 400,
            "user_already_exists", "invite_id")


def test_what_is_not_sent_again(shared):
    invite, token = shared.link("bob@example.com")
    shared.ok("POST", "/v1/invitations/decline", json={"token": token})
    path = f"{INVITES}/{invite['id']}/resend"
    refused(shared.post(path, json={}), 400, "address_opted_out", "invite_id")
    shared.ok("DELETE", f"{INVITES}/{invite['id']}")
    refused(shared.post(path), 404, "invite_not_found", "invite_id")
    refused(shared.post(path, json={"role": "owner"}), 400,
            "unknown_parameter", "role")


@pytest.mark.alike
def test_who_sent_it_again_is_remembered(shared):
    invite, _ = shared.link("bob@example.com")
    resend(shared, invite, send_email=False)
    events = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": "invite.resent"})["data"]
    assert [one["invite.resent"]["id"] for one in events] == [invite["id"]]


def test_a_repeat_by_the_same_idempotency_key_sends_nothing(shared_daemon,
                                                            shared):
    invite = shared.invite("once@example.com")
    shared_daemon.mailbox.wait("once@example.com")
    shared.delivered(invite["id"])
    path = f"{INVITES}/{invite['id']}"

    def post(to, key, body):
        return shared.post(to, json=body, headers={"Idempotency-Key": key})
    assert post(path + "/resend", "mail", {}).status_code == 200
    token = shared_daemon.mailbox.wait("once@example.com", 2).token
    shared.delivered(invite["id"])
    again = post(path + "/resend", "mail", {})
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["id"] == invite["id"]
    assert opens(shared, token) == 200
    link = post(path + "/resend", "link", {"send_email": False}).json()
    assert invite["id"] in refused(
        post(path + "/resend", "link", {"send_email": False}), 400,
        "secret_already_shown")
    assert opens(shared, token_in(link)) == 200
    change = {"role": "owner"}
    assert post(path, "change", change).json()["role"] == "owner"
    assert post(path, "change", change).json()["role"] == "owner"
