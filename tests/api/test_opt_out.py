"""
"This was not meant for me", addresses that are blocked by it, and new
invitations that are asked for.
"""

import re

import pytest

from harness import INVITES, eventually, refused

BLOCKED = "/v1/organization/blocked_addresses"
OPT_OUT, REQUEST, LOOKUP, DECLINE = (
    f"/v1/invitations/{verb}"
    for verb in ("opt_out", "request_resend", "lookup", "decline"))


def post(api, path, token):
    return api.post(path, json={"token": token})


def create(api, email, **more):
    return api.post(INVITES, json={"email": email, "role": "reader", **more})


def blocked(api, email):
    return api.ok("GET", BLOCKED, params={"email": email})["data"]


def end(daemon, *invites):
    """They expire. A row of one that nobody is at work on: no mail waits."""
    ids = ", ".join(f"'{invite['email']}'" for invite in invites)
    daemon.database.sql("UPDATE invite SET expires_at = created_at"
                        f" WHERE email IN ({ids}) RETURNING 1")


# -- not meant for them -------------------------------------------------------

def test_opting_out_withdraws_and_keeps_the_address_from_being_invited(shared):
    invite, token = shared.link("stranger@example.com")
    answer = post(shared, OPT_OUT, token).json()
    assert answer["status"] == "opted_out" and answer["user_id"] is None
    assert post(shared, OPT_OUT, token).json() == answer
    for verb in (LOOKUP, DECLINE, "/v1/invitations/accept", REQUEST):
        refused(post(shared, verb, token), 410, "invitation_opted_out")
    shown = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert shown["status"] == "expired"
    assert shown["opted_out_at"] == shown["declined_at"] == shown["expires_at"]
    message = refused(create(shared, "Stranger@EXAMPLE.com"), 400,
                      "address_opted_out", "email")
    assert "blocked_addresses" in message
    for more in ({"send_email": False}, {"replace": True}):
        refused(create(shared, "stranger@example.com", **more), 400,
                "address_opted_out", "email")
    refused(shared.post(f"{INVITES}/{invite['id']}/resend"), 400,
            "address_opted_out", "invite_id")


def test_a_line_of_many_is_refused_where_its_address_opted_out(shared):
    _, token = shared.link("line@example.com")
    post(shared, OPT_OUT, token)
    lines = [{"email": email, "role": "reader", "send_email": False}
             for email in ("fine@example.com", "line@example.com")]
    done = shared.ok("POST", f"{INVITES}/bulk", json={"invites": lines})
    assert [line["status"] for line in done["data"]] == [200, 400]
    assert done["data"][1]["error"]["code"] == "address_opted_out"
    lines[0]["email"] = "other@example.com"
    answer = shared.post(f"{INVITES}/bulk",
                         json={"invites": lines, "atomic": True})
    assert answer.status_code == 400 and "address_opted_out" in answer.text


def test_a_blocked_address_is_found_by_who_knows_it_and_lifted(shared):
    _, token = shared.link("Known@Example.com")
    post(shared, OPT_OUT, token)
    one, = blocked(shared, "known@example.com")
    assert set(one) == {"object", "id", "created_at"}
    assert one == shared.ok("GET", f"{BLOCKED}/{one['id']}")
    assert one in list(shared.all(BLOCKED))
    assert "known" not in shared.get(BLOCKED).text.lower()
    assert blocked(shared, "unknown@example.com") == []
    refused(shared.get(BLOCKED, params={"email": "none"}), 400,
            "invalid_email", "email")
    shared.ok("DELETE", f"{BLOCKED}/{one['id']}")
    refused(shared.delete(f"{BLOCKED}/{one['id']}"), 404,
            "blocked_address_not_found")
    assert blocked(shared, "known@example.com") == []
    assert create(shared, "known@example.com").status_code == 200


def test_the_address_is_stored_nowhere_but_in_the_invite(daemon):
    """Once that is gone, the database holds a hash alone."""
    _, token = daemon.api.link("hidden-name@example.com")
    post(daemon.api, OPT_OUT, token)
    done = daemon.command("user", "erase", "hidden-name@example.com")
    assert done.returncode == 0, done.stderr
    refused(create(daemon.api, "hidden-name@example.com"), 400,
            "address_opted_out", "email")
    daemon.stop()
    rows = daemon.database.sql("SELECT * FROM blocked_address")
    assert len(rows) == 1 and "hidden" not in str(rows)
    assert daemon.database.sql(
        "SELECT count(*) FROM invite WHERE email <> ''")[0][0] in (0, "0")
    daemon.start()
    assert daemon.command("check").stdout == "ok\n"


def test_whoever_invited_is_told_by_mail(shared_daemon, shared):
    _, token = shared.link("wrong@example.com", inviter={
        "name": "Grace", "email": "grace-optout@example.com"})
    post(shared, OPT_OUT, token)
    post(shared, OPT_OUT, token)
    mail = shared_daemon.mailbox.wait("grace-optout@example.com")
    assert "wrong@example.com" not in mail.message["Subject"]
    assert "wrong@example.com" in mail.text
    assert "invite blocked delete wrong@example.com" in \
        re.sub(r"\s+", " ", mail.text)
    assert token not in mail.text


@pytest.mark.alike
@pytest.mark.parametrize("locale", ["de", "fr", "es", "ja", "ar"])
def test_they_are_told_in_the_language_of_the_organization(
        shared_daemon, shared, locale):
    shared.ok("POST", "/v1/organization/settings", json={"locale": locale})
    inviter = f"told-in-{locale}@example.com"
    _, token = shared.link(f"wrong-{locale}@example.com",
                           inviter={"email": inviter})
    post(shared, OPT_OUT, token)
    mail = shared_daemon.mailbox.wait(inviter)
    assert "wrong-" in mail.text and "says that" not in mail.text


# -- asking for a new one -----------------------------------------------------

def test_a_new_invitation_is_asked_for_once_and_seen(shared_daemon, shared):
    invite, token = shared.link("late@example.com", inviter={
        "name": "Grace", "email": "grace-late@example.com"})
    refused(post(shared, REQUEST, token), 400, "invitation_not_expired")
    end(shared_daemon, invite)
    answer = post(shared, REQUEST, token).json()
    assert answer == {"object": "invitation.resend_request",
                      "status": "requested"}
    first = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert first["resend_requested_at"] >= invite["created_at"]
    assert post(shared, REQUEST, token).json() == answer
    assert shared.ok("GET", f"{INVITES}/{invite['id']}") == first
    mail = shared_daemon.mailbox.wait("grace-late@example.com")
    assert "late@example.com" in mail.text and invite["id"] in mail.text
    events = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": "invite.resend_requested",
        "include_extensions": "true"})["data"]
    assert [event["invite.resend_requested"]["id"] for event in events] == \
        [invite["id"]]
    again = shared.ok("POST", f"{INVITES}/{invite['id']}/resend",
                      json={"send_email": False})
    assert again["resend_requested_at"] is None
    refused(post(shared, REQUEST, token), 404, "invitation_not_found")


def test_who_has_opted_out_asks_nobody_and_is_told_the_same(shared_daemon,
                                                            shared):
    """By the link of an older invitation, which has expired."""
    old, old_token = shared.link("regret@example.com")
    end(shared_daemon, old)
    _, token = shared.link("regret@example.com")
    post(shared, OPT_OUT, token)
    for _ in range(2):
        answer = post(shared, REQUEST, old_token)
        assert (answer.status_code, answer.json()) == (200, {
            "object": "invitation.resend_request", "status": "requested"})
    shown = shared.ok("GET", f"{INVITES}/{old['id']}")
    assert shown["resend_requested_at"] is None
    asked = shared.ok("GET", "/v1/organization/audit_logs", params={
        "event_types[]": "invite.resend_requested",
        "include_extensions": "true", "limit": 100})["data"]
    assert old["id"] not in str(asked)


def test_nothing_is_asked_for_where_the_code_is_wrong(shared_daemon, shared):
    invite, token = shared.link("guess@example.com")
    end(shared_daemon, invite)
    refused(post(shared, REQUEST, token[:-2] + "AA"), 404,
            "invitation_not_found")
    shown = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert shown["resend_requested_at"] is None


# -- the page -----------------------------------------------------------------

def submit(api, code, action):
    return api.post("/accept", data={"code": code, "action": action})


def title(response):
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.text, re.S)[1]


@pytest.mark.alike
def test_the_page_takes_a_second_click_before_somebody_opts_out(shared):
    invite, token = shared.link("page@example.com")
    assert 'value="ask_opt_out"' in submit(shared, token, "show").text
    asked = submit(shared, token, "ask_opt_out")
    assert "page@example.com" in asked.text
    assert re.findall(r'name="action" value="(\w+)"', asked.text) == \
        ["opt_out", "show"]
    shown = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert shown["status"] == "pending"
    done = submit(shared, token, "opt_out")
    assert (done.status_code, title(done)) == (200, "Thank you for telling us")
    # A lost answer is no error; whoever opens the link is told.
    assert title(submit(shared, token, "opt_out")) == title(done)
    later = submit(shared, token, "show")
    assert later.status_code == 410
    assert title(later) == "This invitation was withdrawn"


@pytest.mark.alike
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_who_follows_links_opts_nobody_out(shared, method):
    """A mail scanner gets the page, whatever it asks for; a POST of the form
    without the button is a look."""
    invite, token = shared.link("scanned@example.com")
    for path in ("/accept", f"/accept?action=opt_out&code={token}",
                 "/v1/invitations/opt_out"):
        shared.request(method, path, **(
            {"data": {"code": token}} if method == "POST" else {}))
    shown = shared.ok("GET", f"{INVITES}/{invite['id']}")
    assert (shown["status"], shown["opted_out_at"]) == ("pending", None)


@pytest.mark.alike
def test_the_page_of_an_expired_link_offers_to_ask_for_a_new_one(
        shared_daemon, shared):
    invite, token = shared.link("stale@example.com")
    end(shared_daemon, invite)
    page = submit(shared, token, "show")
    assert page.status_code == 410 and 'value="request"' in page.text
    assert "stale@example.com" not in page.text
    for _ in range(2):
        done = submit(shared, token, "request")
        assert (done.status_code, title(done)) == \
            (200, "Your request was passed on")
    eventually(lambda: shared.ok(
        "GET", f"{INVITES}/{invite['id']}")["resend_requested_at"])


@pytest.mark.alike
def test_who_asks_for_a_new_one_too_early_is_shown_the_invitation(shared):
    _, token = shared.link("early@example.com")
    page = submit(shared, token, "request")
    assert page.status_code == 200 and 'value="accept"' in page.text
