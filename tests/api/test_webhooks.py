"""
/organization/webhooks: where an organization's events are sent.
"""

from __future__ import annotations

import pytest

from harness import Client, Daemon, admin_key_in, refused

WEBHOOKS = "/v1/organization/webhooks"
SECRETS = {"INVITED_SECRETS_KEY": "secrets.key"}


@pytest.fixture(scope="module")
def hooked(engine):
    """A daemon that keeps secrets, and lets webhooks lead to this machine."""
    with Daemon("--webhook-allow", "127.0.0.0/8", "--webhook-retry", "1s",
                engine=engine, env=SECRETS) as daemon:
        yield daemon


_names = iter(range(1, 1000))


@pytest.fixture
def owner(hooked) -> Client:
    """A client of an organization of the test's own."""
    name = f"Hooked {next(_names)}"
    hooked.command("organization", "create", name)
    done = hooked.command("key", "create", "test", "--organization", name)
    return hooked.client(admin_key_in(done.stdout))


def create(api, url="https://example.com/hook", **more):
    return api.ok("POST", WEBHOOKS, json={"url": url, **more})


def test_a_webhook_is_made_shown_changed_and_deleted(owner):
    made = create(owner)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert (made["events"], made["status"]) == (["*"], "enabled")
    path = f"{WEBHOOKS}/{made['id']}"
    assert owner.ok("GET", path) == made
    assert owner.ok("GET", WEBHOOKS)["data"] == [made]
    changed = owner.ok("POST", path, json={
        "events": ["user.*", "invite.accepted"], "status": "disabled"})
    assert changed["events"] == ["user.*", "invite.accepted"]
    assert changed["disabled_reason"] == "by_request"
    assert changed["disabled_at"]
    again = owner.ok("POST", path, json={"status": "enabled"})
    assert (again["disabled_at"], again["disabled_reason"]) == (None, None)
    rotated = owner.ok("POST", f"{path}/rotate")
    assert rotated.pop("secret") not in (None, secret)
    assert rotated == again
    assert owner.ok("DELETE", path)["deleted"] is True
    refused(owner.get(path), 404, "webhook_not_found", "webhook_id")
    assert owner.ok("GET", WEBHOOKS)["data"] == []


def test_of_one_url_there_is_one_webhook(owner):
    first = create(owner)
    refused(owner.post(WEBHOOKS, json={"url": first["url"]}), 400,
            "webhook_already_exists", None)
    other = create(owner, "https://example.com/other")
    refused(owner.post(f"{WEBHOOKS}/{other['id']}",
                       json={"url": first["url"]}), 400,
            "webhook_already_exists")
    for number in range(18):
        create(owner, f"https://example.com/{number}")
    refused(owner.post(WEBHOOKS, json={"url": "https://example.com/21"}), 400,
            "webhook_limit_reached", None)


# Special addresses, in all the ways in which they can be written.
UNREACHABLE = [
    "10.0.0.1", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    "3232235777", "0xc0a80101", "0300.0250.1.1", "192.168.257", "[::1]", "[::]",
    "[::ffff:10.0.0.1]", "[::10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]",
    "[fe80::1]", "[fd00::1]", "[ff02::1]", "[2001:db8::1]", "[2001::1]",
]


@pytest.mark.alike
@pytest.mark.parametrize("url", [
    *(f"https://{host}/" for host in UNREACHABLE),
    "http://8.8.8.8/", "ftp://example.com/", "https://", "https:///path",
    "https://me@example.com/", "https://me:word@example.com/",
    "https://%31%30.0.0.1/", "https://[fe80::1%25eth0]/", "https://[v1.x]/",
    "https://*/", "https://{x}/", 'https://"x"/', "https://[example.com]/",
    "https://example.com:0/", "https://example.com:x/",
    "https://example.com/#part", "https://example.com/a b",
    "https://example.com\\@10.0.0.1/", "https://b\u00fccher.example/",
])
def test_a_url_that_leads_nowhere_good_is_refused(owner, url):
    refused(owner.post(WEBHOOKS, json={"url": url}), 400, "invalid_value",
            "url")


@pytest.mark.alike
def test_the_url_is_looked_at_on_change_too(owner):
    path = f"{WEBHOOKS}/{create(owner)['id']}"
    refused(owner.post(path, json={"url": "https://10.0.0.1/"}), 400,
            "invalid_value", "url")
    for events in (["invite.eaten"], ["webhook.test"], []):
        refused(owner.post(path, json={"events": events}), 400, "invalid_value")


@pytest.mark.alike
def test_addresses_that_are_global_or_allowed_will_do(owner):
    for url in ("https://8.8.8.8/", "https://[2606:4700::1]:8443/hook?a=b",
                "http://127.0.0.1:9/", "https://[::ffff:127.0.0.1]/",
                "http://name.example/"):
        create(owner, url)


def test_only_daemons_that_share_a_database_have_to_be_given_a_key(shared,
                                                                   engine):
    if engine == "sqlite":
        assert create(shared)["secret"].startswith("whsec_")
    else:
        refused(shared.post(WEBHOOKS, json={"url": "https://example.com/"}),
                400, "webhooks_unavailable", None)


def test_the_key_of_secrets_is_made_once_for_nobody_else(make_daemon, engine):
    if engine != "sqlite":
        return
    daemon = make_daemon()
    key = daemon.data / "secrets.key"
    assert key.stat().st_mode & 0o777 == 0o600
    made = key.read_text()
    daemon.restart()
    assert key.read_text() == made


@pytest.mark.alike
def test_a_secret_is_shown_once(owner):
    key = {"Idempotency-Key": "one"}
    made = owner.post(WEBHOOKS, json={"url": "https://example.com/once"},
                      headers=key)
    assert made.status_code == 200
    refused(owner.post(WEBHOOKS, json={"url": "https://example.com/once"},
                       headers=key), 400, "secret_already_shown")
