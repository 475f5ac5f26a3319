"""
What webhooks are told: when, how often, and in which words; and what a receiver
that fails, stalls or lies can do.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import socket
import threading

import openai
import pytest

from harness import (INVITES, PROJECTS, Client, Daemon, admin_key_in,
                     eventually, refused)
from harness.receiver import Receiver, status
from harness.wait import DEADLINE

WEBHOOKS = "/v1/organization/webhooks"
SECRETS = {"INVITED_SECRETS_KEY": "secrets.key"}


@pytest.fixture(scope="module")
def hooked(engine):
    """A daemon whose webhooks may lead to this machine."""
    with Daemon("--webhook-allow", "127.0.0.0/8", "--webhook-retry", "1s",
                engine=engine, env=SECRETS) as daemon:
        yield daemon


_numbers = itertools.count(1)


def owner_of(daemon: Daemon) -> Client:
    """A client of an organization of its own."""
    name = f"Told {next(_numbers)}"
    daemon.command("organization", "create", name)
    done = daemon.command("key", "create", "test", "--organization", name)
    client = daemon.client(admin_key_in(done.stdout))
    client.organization_name = name
    return client


@pytest.fixture
def owner(hooked) -> Client:
    return owner_of(hooked)


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as receiver:
        yield receiver


def listen(api, receiver, path="", **more):
    """A webhook that leads there, to a path of its own."""
    path = path or f"/hook-{next(_numbers)}"
    made = api.ok("POST", WEBHOOKS, json={"url": receiver.url + path, **more})
    return made, path


def attempts(api, webhook, count=1):
    """Its last attempts, once there are so many."""
    def found():
        page = api.ok("GET", f"{WEBHOOKS}/{webhook['id']}/attempts",
                      params={"limit": 100})["data"]
        return page if len(page) >= count else None
    return eventually(found, f"{count} attempts")


def shown(api, webhook):
    return api.ok("GET", f"{WEBHOOKS}/{webhook['id']}")


def test_what_happens_is_told_once_it_has_happened(owner, receiver):
    _, path = listen(owner, receiver)
    invite = owner.invite("ada@example.com", role="owner",
                          metadata={"team": "red"})
    told = receiver.wait("invite.created", path)
    data = told.event["data"]
    assert told.id.startswith("evt_") and told.event["id"] == told.id
    assert data["id"] == invite["id"]
    assert (data["email"], data["role"]) == ("ada@example.com", "owner")
    assert data["metadata"] == {"team": "red"}
    assert receiver.wait("invite.sent", path).event["data"]["id"] \
        == invite["id"]
    owner.ok("POST", f"{INVITES}/{invite['id']}/resend")
    receiver.wait("invite.resent", path)
    owner.ok("POST", f"{INVITES}/{invite['id']}", json={"role": "reader"})
    receiver.wait("invite.updated", path)
    owner.ok("DELETE", f"{INVITES}/{invite['id']}")
    receiver.wait("invite.deleted", path)


def test_people_and_keys_are_told_of(owner, receiver):
    _, path = listen(owner, receiver, events=["user.*", "api_key.*",
                                              "invite.accepted"])
    user = owner.member("ada@example.com")
    added = receiver.wait("user.added", path).event["data"]
    assert (added["id"], added["email"]) == (user, "ada@example.com")
    accepted = receiver.wait("invite.accepted", path).event["data"]
    assert (accepted["status"], accepted["user_id"]) == ("accepted", user)
    owner.member("bob@example.com", role="owner")
    owner.ok("POST", f"/v1/organization/users/{user}", json={"role": "owner"})
    receiver.wait("user.updated", path)
    project = owner.project("Apollo")["id"]
    owner.ok("POST", f"{PROJECTS}/{project}/users",
             json={"user_id": user, "role": "member"})
    key = owner.ok("POST", f"{PROJECTS}/{project}/api_keys",
                   json={"user_id": user, "name": "laptop"})
    told = receiver.wait("api_key.created", path)
    assert told.event["data"]["id"] == key["id"]
    assert key["value"].encode() not in told.body
    owner.ok("DELETE", f"/v1/organization/users/{user}")
    receiver.wait("user.deleted", path)
    # Nothing that nobody asked for.
    assert {told.type.split(".")[0] for told in receiver.told(path)} \
        == {"user", "api_key", "invite"}
    assert not [told for told in receiver.told(path)
                if told.type == "invite.created"]


def test_a_decline_is_told(owner, receiver, hooked):
    _, path = listen(owner, receiver, events=["invite.declined"])
    invite = owner.invite("bob@example.com", send_email=False)
    token = invite["accept_url"].partition("#")[2]
    owner.ok("POST", "/v1/invitations/decline", json={"token": token})
    told = receiver.wait("invite.declined", path)
    assert told.event["data"]["id"] == invite["id"]


@pytest.mark.alike
def test_the_official_sdk_knows_who_sent_it(owner, receiver):
    webhook, path = listen(owner, receiver)
    owner.invite("ada@example.com")
    told = receiver.wait("invite.created", path)
    client = openai.OpenAI(api_key="none", webhook_secret=webhook["secret"])
    event = client.webhooks.unwrap(told.body, told.headers)
    assert event.type == "invite.created"
    changed = told.body.replace(b"ada@", b"eve@")
    with pytest.raises(openai.InvalidWebhookSignatureError):
        client.webhooks.unwrap(changed, told.headers)


def is_signed(told, secret) -> bool:
    """By somebody else's hand than the SDK's."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = b".".join([told.id.encode(),
                      told.headers["webhook-timestamp"].encode(), told.body])
    mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest())
    return f"v1,{mac.decode()}" in told.headers["webhook-signature"].split()


@pytest.mark.alike
def test_a_rotated_secret_signs_beside_the_new_one_for_a_while(owner,
                                                               receiver):
    webhook, path = listen(owner, receiver)
    here = f"{WEBHOOKS}/{webhook['id']}"

    def test() -> object:
        event = owner.ok("POST", f"{here}/test")["id"]
        return receiver.wait(lambda told: told.id == event, path)
    first = test()
    assert is_signed(first, webhook["secret"])
    assert first.type == "webhook.test"
    second = owner.ok("POST", f"{here}/rotate")["secret"]
    both = test()
    assert is_signed(both, webhook["secret"]) and is_signed(both, second)
    third = owner.ok("POST", f"{here}/rotate",
                     json={"grace_seconds": 0})["secret"]
    alone = test()
    assert is_signed(alone, third) and not is_signed(alone, second)
    assert not is_signed(alone, webhook["secret"])


def test_what_fails_is_told_again_in_the_same_words(owner):
    with Receiver(status(500, "come back later")) as receiver:
        webhook, path = listen(owner, receiver, events=["invite.created"])
        owner.invite("ada@example.com")
        failed = attempts(owner, webhook)[-1]
        assert (failed["outcome"], failed["status"]) == ("deferred", 500)
        assert failed["answer"] == "come back later"
        assert shown(owner, webhook)["failing_since"]
        receiver.answer = status(204)

        def delivered():
            newest = attempts(owner, webhook, 2)[0]
            return newest if newest["outcome"] == "delivered" else None
        done = eventually(delivered)
        assert done["status"] == 204
        told = {(told.id, told.body) for told in receiver.told(path)}
        assert [body for _, body in told] == [done["body"].encode()]
        eventually(lambda: shown(owner, webhook)["failing_since"] is None)


def test_an_event_can_be_told_once_more(owner, receiver):
    webhook, path = listen(owner, receiver, events=["invite.created"])
    owner.invite("ada@example.com")
    first = receiver.wait(path=path)
    attempts(owner, webhook)
    here = f"{WEBHOOKS}/{webhook['id']}"
    again = owner.ok("POST", f"{here}/redeliver", json={"event_id": first.id})
    assert (again["id"], again["type"]) == (first.id, "invite.created")
    second = receiver.wait(path=path, count=2)
    assert (second.id, second.body) == (first.id, first.body)
    refused(owner.post(f"{here}/redeliver",
                       json={"event_id": "evt_0000000000001"}), 404,
            "event_not_found")
    owner.ok("POST", here, json={"status": "disabled"})
    for action, body in (("test", None), ("redeliver",
                                          {"event_id": first.id})):
        refused(owner.post(f"{here}/{action}", json=body or {}), 400,
                "webhook_disabled")


# ---- receivers that are up to no good ----

@pytest.mark.alike
def test_redirects_are_not_followed(owner):
    with Receiver() as elsewhere, Receiver(status(
            302, location=f"{elsewhere.url}/secret")) as receiver:
        webhook, _ = listen(owner, receiver)
        owner.invite("ada@example.com")
        failed = attempts(owner, webhook)[-1]
        assert (failed["status"], failed["outcome"]) == (302, "deferred")
        assert not elsewhere.told()


@pytest.mark.alike
def test_an_answer_without_end_is_cut(owner):
    """10 GB, or for ever: a success all the same, which cost little."""
    def endless(handler):
        handler.send_response(200)
        handler.send_header("content-length", str(10 << 30))
        handler.end_headers()
        block = b"x" * 65536
        try:
            while True:
                handler.wfile.write(block)
        except OSError:
            handler.close_connection = True
    with Receiver(endless) as receiver:
        webhook, _ = listen(owner, receiver, events=["invite.created"])
        owner.invite("ada@example.com")
        done = attempts(owner, webhook)[-1]
        assert (done["outcome"], done["status"]) == ("delivered", 200)
        assert done["answer"] == "x" * 256


@pytest.mark.alike
def test_an_answer_drives_no_terminal(owner, receiver):
    path = f"/hook-{next(_numbers)}"
    receiver.answers[path] = status(200, "a\x1b[31m\x7f\u009b2Jb\u00e9")
    webhook, _ = listen(owner, receiver, path, events=["invite.created"])
    owner.invite("ada@example.com")
    assert attempts(owner, webhook)[-1]["answer"] == "a [31m   2Jb\u00e9"


@pytest.mark.alike
def test_headers_without_end_are_cut(owner):
    def endless(handler):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                handler.wfile.write(b"x-more: " + b"y" * 1000 + b"\r\n")
        except OSError:
            handler.close_connection = True
    with Receiver(endless) as receiver:
        webhook, _ = listen(owner, receiver, events=["invite.created"])
        owner.invite("ada@example.com")
        failed = attempts(owner, webhook)[-1]
        assert (failed["outcome"], failed["status"]) == ("deferred", None)


@pytest.mark.alike
def test_one_dead_endpoint_never_delays_another(owner, receiver):
    """One that takes requests and says nothing, and one that is not there."""
    stuck, free = threading.Event(), socket.socket()
    free.bind(("127.0.0.1", 0))
    nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with Receiver(lambda handler: stuck.wait(60) and None) as silent:
        listen(owner, silent, events=["invite.created"])
        owner.ok("POST", WEBHOOKS, json={"url": nowhere})
        _, path = listen(owner, receiver, events=["invite.created"])
        for number in range(40):
            owner.invite(f"ada{number}@example.com", send_email=False)
        receiver.wait(path=path, count=40)
        # Three at a time, each given up after a while.
        assert len(silent.told()) < 20
        stuck.set()
    free.close()


@pytest.mark.alike
def test_many_that_stall_delay_nobody(hooked, owner, receiver):
    """Nineteen of an organization: neither its twentieth, which is prompt, nor
    another organization's wait until the daemon has given them up."""
    _, own = listen(owner, receiver, events=["invite.created"])
    owner.invite("first@example.com", send_email=False)
    receiver.wait(path=own)
    other = owner_of(hooked)
    _, others = listen(other, receiver, events=["invite.created"])
    stuck = threading.Event()
    with Receiver(lambda handler: stuck.wait(60) and None) as silent:
        for _ in range(19):
            listen(owner, silent, events=["invite.created"])
        for number in range(3):
            owner.invite(f"ada{number}@example.com", send_email=False)
        silent.wait()
        other.invite("bob@example.com", send_email=False)
        receiver.wait(path=others)
        receiver.wait(path=own, count=4)
        stuck.set()


@pytest.mark.alike
def test_a_name_is_judged_by_the_address_that_is_connected(make_daemon):
    """Whatever it meant when it was set: so it may change as it likes."""
    daemon = make_daemon(env=SECRETS)
    with Receiver() as receiver:
        webhook = daemon.api.ok("POST", WEBHOOKS, json={
            "url": f"https://localhost:{receiver.port}/"})
        daemon.api.invite("ada@example.com")
        failed = attempts(daemon.api, webhook)[-1]
        assert "not allowed" in failed["error"]
        assert not receiver.connections


@pytest.mark.alike
def test_a_receiver_that_is_gone_is_told_no_more_and_owners_are(hooked, owner):
    owner.member("grace@example.com", role="owner")
    with Receiver(status(410)) as receiver:
        webhook, path = listen(owner, receiver)
        owner.invite("ada@example.com")

        def disabled():
            now = shown(owner, webhook)
            return now["status"] == "disabled" and now
        assert eventually(disabled)["disabled_reason"] == "gone"
        eventually(lambda: re.search(
            r"^invited_webhook_disabled_total [1-9]",
            owner.get("/metrics").text, re.M), "it is counted")
        attempts(owner, webhook)
        mail = hooked.mailbox.wait("grace@example.com")
        assert receiver.url in mail.text
        owner.invite("bob@example.com")
        assert {told.event["data"]["email"] for told in receiver.told(path)} \
            == {"ada@example.com"}


def test_erasure_takes_out_what_was_told(hooked, owner, receiver):
    webhook, path = listen(owner, receiver)
    owner.member("ada@example.com")
    receiver.wait("user.added", path)
    hooked.command("user", "erase", "ada@example.com", "--organization",
                   owner.organization_name)
    told = receiver.wait("user.erased", path)
    assert b"ada@" not in told.body

    def is_out():
        page = attempts(owner, webhook)
        return "user.erased" in {one["type"] for one in page} and page
    for one in eventually(is_out):
        assert "ada@" not in (one["body"] or "")


def test_a_webhook_that_is_deleted_gets_nothing_that_waited(owner):
    released = threading.Event()

    def refuse(handler):
        released.wait(DEADLINE)
        status(503)(handler)
    with Receiver(refuse) as receiver:
        webhook, path = listen(owner, receiver, events=["invite.created"])
        for number in range(6):
            owner.invite(f"ada{number}@example.com", send_email=False)
        receiver.wait(path=path)  # one at a time: it has answered nothing yet
        owner.ok("DELETE", f"{WEBHOOKS}/{webhook['id']}")
        _, there = listen(owner, receiver, events=["invite.created"])
        receiver.answers[there] = status(200)
        released.set()
        owner.invite("bob@example.com", send_email=False)
        receiver.wait(path=there)
        assert len(receiver.told(path)) == 1
