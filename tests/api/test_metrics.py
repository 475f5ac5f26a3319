"""What Prometheus is told of requests, invites, mails and seats."""

from harness.client import INVITES, Client
from harness.wait import eventually

SETTINGS = "/v1/organization/settings"


def samples(client):
    """The numbers, by name and labels as they stand there."""
    found = {}
    for line in client.get("/metrics").text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name not in found, name
            found[name] = float(value)
    return found


def took(found, part, method, route, more=""):
    return found[f"invited_http_request_duration_seconds_{part}{{"
                 f'method="{method}",route="{route}"{more}}}']


def test_what_becomes_of_invites_mails_and_seats_is_counted(make_daemon):
    api = make_daemon().api
    found = samples(api)
    assert found['invited_invites{status="pending"}'] == 0
    assert "invited_seats_limit" not in found
    api.ok("POST", SETTINGS, json={"max_seats": 8})
    api.member("in@example.com")
    _, token = api.link("no@example.com")
    assert api.post("/v1/invitations/decline",
                    json={"token": token}).status_code == 200
    gone, _ = api.link("gone@example.com")
    api.ok("DELETE", f"{INVITES}/{gone['id']}")
    mailed = api.invite("mailed@example.com")
    api.delivered(mailed["id"])
    found = samples(api)
    assert {name: value for name, value in found.items()
            if name.startswith(("invited_invites", "invited_seats"))} == {
        'invited_invites{status="pending"}': 1,
        'invited_invites{status="accepted"}': 1,
        'invited_invites{status="expired"}': 0,
        'invited_invites{status="declined"}': 1,
        'invited_invites_by_delivery{delivery="none"}': 2,
        'invited_invites_by_delivery{delivery="queued"}': 0,
        'invited_invites_by_delivery{delivery="sent"}': 1,
        'invited_invites_by_delivery{delivery="deferred"}': 0,
        'invited_invites_by_delivery{delivery="failed"}': 0,
        "invited_invites_age_seconds": 0,
        "invited_seats_limit": 8,
        "invited_seats_taken": 2,
        "invited_seats_fullest_ratio": 0.25}


def test_where_nothing_is_old_nothing_is_tidied_away(daemon):
    """What it finds by reading, it does not look for by writing."""
    daemon.stop()
    daemon.start()  # and there is an organization from the beginning
    def done(verb):
        return samples(daemon.api)[
            f'invited_store_operations_total{{verb="{verb}"}}']
    eventually(lambda: done("organization_look"), "the first look")
    assert done("organization_tidy") == 0


def test_how_long_answers_took_is_told_by_route(daemon):
    """Several threads count it; the path's ids are not in it."""
    api = daemon.api
    one = f"{INVITES}/{api.invite('ada@example.com', send_email=False)['id']}"
    before = samples(api)
    route = "/organization/invites/{invite_id}"
    assert not [name for name in before if route in name]
    clients = [daemon.client() for _ in range(6)]
    for client in clients:
        client.ok("GET", one)
        assert client.get("/nothing/of/the/kind").status_code == 404
        client.close()
    # An answer is counted when it leaves: by now, all of them have.
    found = samples(api)
    assert took(found, "count", "GET", route) == 6
    assert took(found, "bucket", "GET", route, ',le="+Inf"') == 6
    assert took(found, "sum", "GET", route) > 0
    assert took(found, "count", "GET", "/metrics") >= 1
    buckets = [value for name, value in found.items()
               if f'_bucket{{method="GET",route="{route}"' in name]
    assert len(buckets) == 13 and buckets == sorted(buckets)
    assert not [name for name in found if "invite-" in name
                or "nothing" in name]


def test_a_route_of_two_listeners_is_told_once(make_daemon):
    """/healthz is served to gateways too, by a thread of theirs."""
    daemon = make_daemon("--gate-listen", "127.0.0.1:0")
    with Client(daemon.gate_url) as gateway:
        assert gateway.get("/healthz").status_code == 200
    assert daemon.api.get("/healthz").status_code == 200
    found = samples(daemon.api)
    assert took(found, "count", "GET", "/healthz") == 2
