"""
--forget-invites: invites that ended long ago lose their address.
"""

import re

import pytest

from harness import INVITES, refused

HOUR = 3600
OURS = {"include_extensions": "true", "event_types[]": "invite.erased"}


def make_them(api):
    """One of each end, and what is there to stay; their ids."""
    declined, token = api.link("declined@example.com")
    api.ok("POST", "/v1/invitations/decline", json={"token": token})
    deleted = api.invite("deleted@example.com")
    api.ok("DELETE", f"{INVITES}/{deleted['id']}")
    accepted, token = api.link("accepted@example.com")
    assert api.accept(token).status_code == 200
    return {"declined": declined["id"], "deleted": deleted["id"],
            "accepted": accepted["id"],
            "expired": api.invite("expired@example.com")["id"],
            "pending": api.invite("pending@example.com",
                                  expires_in_seconds=HOUR * 9)["id"]}


def let_pass(daemon, seconds):
    """As if all had happened that much earlier; but for the pending one.

    It is stopped first: it may just be looking for what ended long ago.
    """
    daemon.stop()
    daemon.database.sql(
        f"UPDATE invite SET expires_at = expires_at - {seconds},"
        " declined_at = CASE declined_at WHEN 0 THEN 0"
        f" ELSE declined_at - {seconds} END"
        " WHERE state <> 0 OR email = 'expired@example.com' RETURNING 1")
    daemon.start()


def addresses(daemon):
    return sorted(row[0][1:].partition("@")[0] for row in
                  daemon.database.sql("SELECT '<' || email FROM invite"))


def test_what_ended_long_ago_is_forgotten(make_daemon):
    daemon = make_daemon(env={"INVITED_FORGET_INVITES": "2h"})
    ids = make_them(daemon.api)
    let_pass(daemon, 7 * 24 * HOUR + HOUR)  # not long enough for one of them
    daemon.wait_log("invites_forgotten", count="2")
    assert addresses(daemon) == ["", "", "accepted", "expired", "pending"]
    let_pass(daemon, HOUR)
    daemon.wait_log("invites_forgotten", count="1")
    assert addresses(daemon) == ["", "", "", "accepted", "pending"]
    api = daemon.api
    for name in ("declined", "deleted", "expired"):
        refused(api.get(f"{INVITES}/{ids[name]}"), 404, "invite_not_found")
    assert {one["id"] for one in api.all(INVITES)} == {ids["accepted"],
                                                       ids["pending"]}
    assert len(list(api.all("/v1/organization/audit_logs", **OURS))) == 3
    assert api.invite("expired@example.com")["status"] == "pending"
    assert daemon.command("check").stdout == "ok\n"
    left = b"".join(daemon.database.copy().values()) if \
        daemon.database.settings else daemon.database.path.read_bytes()
    assert b"declined@example" not in left


def test_all_is_kept_unless_it_is_said(make_daemon):
    daemon = make_daemon()
    make_them(daemon.api)
    let_pass(daemon, 3650 * 24 * HOUR)
    daemon.api.invite("eve@example.com")
    assert addresses(daemon) == ["accepted", "declined", "deleted", "eve",
                                 "expired", "pending"]


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("value", ["59m", "3651d", "soon", "-1h"])
def test_how_long_it_cannot_be(make_daemon, value):
    daemon = make_daemon(start=False)
    done = daemon.command("serve", "--forget-invites", value, check=False)
    assert done.returncode == 2 and re.search("hour|number", done.stderr)
