"""
What users of other invitation systems complain about, one test for each; the
table, with the tests that look closer, is in doc/notes.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest

from harness import INVITES, PROJECTS, USERS, at_once, refused
from harness.daemon import ROOT
from mail.peers import ScriptedServer

pytestmark = pytest.mark.alike

NOTE = next(ROOT.glob("doc/notes/*-what-users-complain-of.md"))
LOOKUP = "/v1/invitations/lookup"
SETTINGS = "/v1/organization/settings"


def address(name):
    """Of nobody in any other test: they share a mailbox."""
    return f"{name}@complaints.example"


def expire(daemon, invite):
    daemon.database.sql("UPDATE invite SET expires_at = created_at WHERE"
                        f" email = '{invite['email']}' RETURNING 1")


def resend(api, invite, **body):
    return api.ok("POST", f"{INVITES}/{invite['id']}/resend", json=body)


def token_in(invite):
    return invite["accept_url"].split("#", 1)[1]


def opens(api, token):
    return api.post(LOOKUP, json={"token": token}).status_code == 200


def user_of(api, email):
    return next(one for one in api.all(USERS) if one["email"] == email)


def page_of(api, token, action="show"):
    return api.post("/accept", data={"code": token, "action": action})


def roles_in(api, user):
    return {one["id"]: one["role"] for project in api.all(PROJECTS)
            for one in api.all(f"{PROJECTS}/{project['id']}/users")
            if one["id"] == user}


def test_00_projects_of_the_invite_are_not_applied(shared):
    project = shared.project("Engine")["id"]
    invite, token = shared.link(address("c0"), projects=[
        {"id": project, "role": "owner"}])
    path = f"{INVITES}/{invite['id']}"
    assert shared.ok("POST", path, json={"role": "owner"})["id"] == \
        invite["id"]
    user = shared.accept(token).json()["user_id"]
    assert roles_in(shared, user) == {user: "owner"}
    found = shared.ok("GET", USERS, params={"emails[]": address("c0")})
    assert [one["id"] for one in found["data"]] == [user]
    refused(shared.delete(path), 400, "invite_already_accepted")


def test_01_a_mail_scanner_burns_the_link(shared_daemon, shared):
    shared.invite(address("c1"))
    mail = shared_daemon.mailbox.wait(address("c1"))
    link = mail.link.split("#")[0]
    for method in ("HEAD", "GET", "GET"):
        for agent in ("Mozilla/5.0", "SafeLinks", "curl/8"):
            shared.request(method, link, headers={"User-Agent": agent})
    for _ in range(3):
        page_of(shared, mail.token)
        assert opens(shared, mail.token)
    assert shared.ok("GET", INVITES)["data"][0]["status"] == "pending"
    assert shared.accept(mail.token).status_code == 200


def test_02_an_address_is_blocked_for_ever(shared_daemon, shared):
    email = address("c2")

    def over_by_deletion(invite, token):
        shared.ok("DELETE", f"{INVITES}/{invite['id']}")

    def over_by_decline(invite, token):
        shared.ok("POST", "/v1/invitations/decline", json={"token": token})

    def over_by_expiry(invite, token):
        expire(shared_daemon, invite)

    def over_by_removal(invite, token):
        user = shared.accept(token).json()["user_id"]
        shared.ok("DELETE", f"{USERS}/{user}")

    ids = set()
    for end in (over_by_deletion, over_by_decline, over_by_expiry,
                over_by_removal, over_by_deletion):
        invite, token = shared.link(email)
        ids.add(invite["id"])
        assert opens(shared, token)
        end(invite, token)
        assert not opens(shared, token)
    assert len(ids) == 5


def test_03_resent_after_expiry_the_link_is_dead(shared_daemon, shared):
    invite, old = shared.link(address("c3"))
    expire(shared_daemon, invite)
    refused(shared.accept(old), 410, "invitation_expired")
    again = resend(shared, invite, send_email=False)
    assert (again["id"], again["status"]) == (invite["id"], "pending")
    assert not opens(shared, old)
    assert shared.accept(token_in(again)).status_code == 200


def test_04_a_mail_that_fails_leaves_an_orphan_or_silence(make_daemon):
    reply = "550 5.1.1 no such person"
    with ScriptedServer(RCPT=reply) as server:
        daemon = make_daemon("--mail", f"smtp://127.0.0.1:{server.port}")
        invite = daemon.api.invite(address("c4"))  # 200 all the same
        failed = daemon.api.delivered(invite["id"], "failed")
        assert failed["status"] == "pending"
        assert reply in failed["delivery"]["last_error"]
        listed = daemon.api.all(INVITES, delivery="failed")
        assert [one["id"] for one in listed] == [invite["id"]]
        # Asked for again it is sent again, and is no second invite.
        assert daemon.api.invite(address("c4"))["id"] == invite["id"]
        shown = resend(daemon.api, invite, send_email=False)
    assert daemon.api.accept(token_in(shown)).status_code == 200


def test_05_a_capital_letter_makes_another_address(shared):
    invite = shared.invite(address("Ada.C5"))
    assert invite["email"] == address("Ada.C5")
    assert shared.invite(address("ada.c5"))["id"] == invite["id"]
    shared.ok("DELETE", f"{INVITES}/{invite['id']}")
    shared.member(address("ADA.C5"))
    refused(shared.post(INVITES, json={"email": address("ada.c5"),
                                       "role": "reader"}),
            400, "user_already_exists", "email")


def test_06_two_at_once_make_two_of_it(shared):
    email = address("c6")
    made = at_once(*[lambda: shared.invite(email) for _ in range(8)])
    assert len({one["id"] for one in made}) == 1
    shared.ok("DELETE", f"{INVITES}/{made[0]['id']}")
    token = shared.link(email)[1]
    accepted = at_once(*[lambda: shared.accept(token) for _ in range(8)])
    assert {one.status_code for one in accepted} == {200}
    assert len({one.json()["user_id"] for one in accepted}) == 1
    assert [one["email"] for one in shared.all(USERS)] == [email]


def test_07_who_has_an_account_is_ignored_or_fails(organization):
    ours, theirs = organization(), organization()
    email = address("c7")
    ours.member(email)
    invite, token = theirs.link(email)
    assert theirs.accept(token).status_code == 200
    assert user_of(theirs, email)["id"] != user_of(ours, email)["id"]
    # And who is in already is said to be: nothing is pending for ever.
    refused(theirs.post(INVITES, json={"email": email, "role": "owner"}), 400,
            "user_already_exists")
    assert theirs.ok("GET", f"{INVITES}/{invite['id']}")["status"] == "accepted"


def test_08_the_link_is_lost_on_the_way_through_a_sign_in(shared_daemon,
                                                          shared):
    token = shared.link(address("c8"))[1]
    stranger = shared_daemon.client("sk-admin-of-somebody-else")
    with stranger:
        page = stranger.post("/accept", data={"code": token, "action": "show"},
                             headers={"Cookie": "session=another"})
        assert page.status_code == 200 and token in page.text
    for bent in (f"{shared_daemon.url}/accept%23{token}",
                 f"https://filter.example/?url=x%2Faccept%23{token}&data=1",
                 f"<{token}>.", f" {token}\r\n"):
        assert opens(shared, bent)
    assert shared.accept(f"{shared_daemon.url}/accept/#{token}"
                         ).status_code == 200


def test_09_somebody_else_takes_the_invite(shared):
    invite, token = shared.link(address("c9"))
    other = shared.link(address("c9-other"))[1]
    number, secret = token.split(".", 1)
    wrong = f"{number}.{other.split('.', 1)[1]}"
    refused(shared.accept(wrong), 404, "invitation_not_found")
    refused(shared.accept(invite["id"]), 404, "invitation_not_found")
    refused(shared.post("/v1/invitations/accept", json={
        "token": token, "email": address("c9-thief")}), 400,
        "unknown_parameter")
    user = shared.accept(token).json()["user_id"]
    assert shared.ok("GET", f"{USERS}/{user}")["email"] == address("c9")


def test_10_pending_invites_are_seen_and_managed_nowhere(shared):
    invite = shared.invite(address("c10"))
    path = f"{INVITES}/{invite['id']}"
    assert [one["id"] for one in shared.all(INVITES, status="pending")] == [
        invite["id"]]
    assert shared.ok("GET", path)["email"] == address("c10")
    assert shared.ok("POST", path, json={"role": "owner"})["role"] == "owner"
    assert resend(shared, invite)["id"] == invite["id"]
    shared.ok("DELETE", path)
    assert not list(shared.all(INVITES, status="pending"))


def test_11_expired_ones_are_invisible_or_shown_as_pending(shared_daemon,
                                                           shared):
    invite = shared.invite(address("c11"))
    expire(shared_daemon, invite)
    for found in (shared.ok("GET", f"{INVITES}/{invite['id']}"),
                  *shared.all(INVITES), *shared.all(INVITES, status="expired")):
        assert (found["id"], found["status"]) == (invite["id"], "expired")
    assert not list(shared.all(INVITES, status="pending"))


def test_12_expiry_is_none_too_short_or_not_settable(shared_daemon, shared):
    usual = shared.invite(address("c12"))
    assert usual["expires_at"] - usual["created_at"] == 7 * 86400
    said = " ".join(shared_daemon.mailbox.wait(address("c12")).text.split())
    until = datetime.fromtimestamp(usual["expires_at"], timezone.utc)
    assert f"is open until {until.day} {until:%b %Y, %H:%M} UTC" in said
    own = shared.invite(address("c12-own"), expires_in_seconds=30 * 86400)
    assert own["expires_at"] - own["created_at"] == 30 * 86400
    later = shared.ok("POST", f"{INVITES}/{own['id']}",
                      json={"expires_in_seconds": 60 * 86400})
    assert later["expires_at"] > own["expires_at"]


def test_13_people_are_invited_one_by_one(shared):
    lines = [{"email": address(f"c13-{n}"), "role": "reader"}
             for n in range(20)]
    lines[7]["email"] = "nobody"
    done = shared.ok("POST", f"{INVITES}/bulk", json={"invites": lines})
    assert (done["created"], done["refused"]) == (19, 1)
    assert done["data"][7]["error"]["param"] == "email"
    refused(shared.post(f"{INVITES}/bulk", json={
        "invites": [{**lines[0], "email": address("c13-new")}, lines[7]],
        "atomic": True}), 400, "invites_refused")
    assert len(list(shared.all(INVITES))) == 19


def test_14_without_a_mail_server_nobody_can_be_invited(shared):
    invite, token = shared.link(address("c14"))
    assert invite["delivery"]["status"] == "none"
    again = resend(shared, invite, send_email=False)
    assert not opens(shared, token)
    assert shared.accept(token_in(again)).status_code == 200


def test_15_the_mail_carries_a_wrong_link(make_daemon):
    daemon = make_daemon("--public-url", "https://api.engines.example/team")
    daemon.api.invite(address("c15"))
    mail = daemon.mailbox.wait(address("c15"))
    assert mail.link.startswith("https://api.engines.example/team/accept#")
    for part in (mail.text, mail.html):
        assert mail.link in part
        assert "127.0.0.1" not in part and "localhost" not in part
    assert opens(daemon.api, mail.token)


def test_16_nobody_knows_what_became_of_the_mail(shared):
    invite = shared.invite(address("c16"))
    assert invite["delivery"]["status"] == "queued"
    sent = shared.delivered(invite["id"])["delivery"]
    assert sent["attempts"] >= 1 and sent["updated_at"]
    assert [one["id"] for one in shared.all(INVITES, delivery="sent")] == [
        invite["id"]]


def test_17_roles_and_projects_are_lost_on_the_way(shared):
    project = shared.project("Engine")["id"]
    invite, _ = shared.link(address("c17"), "owner", projects=[
        {"id": project, "role": "owner"}])
    again = resend(shared, invite, send_email=False)
    assert (again["role"], again["projects"]) == (
        "owner", [{"id": project, "role": "owner"}])
    user = shared.accept(token_in(again)).json()["user_id"]
    assert user_of(shared, address("c17"))["role"] == "owner"
    assert roles_in(shared, user) == {user: "owner"}
    assert len(list(shared.all(INVITES))) == 1


def test_18_nothing_says_that_it_was_sent_accepted_or_declined(shared):
    shared.accept(shared.link(address("c18"))[1])
    shared.post("/v1/invitations/decline", json={
        "token": shared.link(address("c18-not"))[1]})
    gone = shared.invite(address("c18-gone"))
    shared.ok("DELETE", f"{INVITES}/{gone['id']}")
    events = [event["type"] for event in
              shared.all("/v1/organization/audit_logs")]
    assert [one for one in reversed(events) if one.startswith(
        ("invite.", "user."))] == [
        "invite.sent", "user.added", "invite.accepted",
        "invite.sent", "invite.sent", "invite.deleted"]
    # The published log has no word for it; the invite says when it was.
    assert [one["email"] for one in shared.all(INVITES, status="declined")
            if one["declined_at"]] == [address("c18-not")]


def test_19_one_has_to_choose_a_password(shared):
    """Where people sign in elsewhere, an invite must not make an account."""
    token = shared.link(address("c19"))[1]
    assert 'type="password"' not in page_of(shared, token).text
    accepted = shared.post("/v1/invitations/accept", json={"token": token})
    assert accepted.status_code == 200
    assert "password" not in user_of(shared, address("c19"))


def test_20_the_list_has_no_filters_and_no_pages(shared):
    project = shared.project("Engine")["id"]
    made = [shared.invite(address(f"c20-{n}"), send_email=n > 0,
                          projects=[{"id": project, "role": "member"}]
                          if n == 2 else [])["id"] for n in range(5)]
    for query, wanted in (
            ({}, made[::-1]), ({"limit": 2}, made[::-1]),
            ({"email": address("C20-3")}, [made[3]]),
            ({"query": "c20-4"}, [made[4]]),
            ({"project_id": project}, [made[2]]),
            ({"delivery": "none"}, [made[0]]),
            ({"created_at[gt]": 2 ** 40}, []),
            ({"status": "accepted"}, [])):
        assert [one["id"] for one in shared.all(INVITES, **query)] == wanted


def test_21_a_repeat_is_an_error_of_the_server(shared):
    invite, token = shared.link(address("c21"))
    said = refused(shared.post(INVITES, json={
        "email": address("c21"), "role": "owner"}), 400,
        "invite_already_exists", "email")
    assert invite["id"] in said and "resend" in said
    assert page_of(shared, token, "accept").status_code == 200
    again = page_of(shared, token, "accept")
    assert again.status_code == 200 and "a member of" in again.text


def test_22_it_is_used_up_by_opening_it_or_by_typing_errors(shared):
    token = shared.link(address("c22"))[1]
    for _ in range(4):
        assert opens(shared, token)
    for last in "abcd":
        assert not opens(shared, token[:-4] + last * 4)
    assert shared.accept(token).status_code == 200


def test_23_a_name_writes_html_or_headers(shared_daemon, shared):
    evil = '<img src=x onerror=alert(1)>"&'
    shared.ok("POST", SETTINGS, json={"display_name": evil})
    shared.invite(address("c23"), inviter={
        "name": "Eve <b>&", "email": address("c23-eve")})
    mail = shared_daemon.mailbox.wait(address("c23"))
    page = page_of(shared, mail.token).text
    for html in (mail.html, page):
        assert "<img src=x" not in html and "&lt;img src=x" in html
        assert "Eve <b>" not in html
    for name in ("a\r\nBcc: b@c.example", "a\nX: 1", "\u202egnp.exe"):
        refused(shared.post(INVITES, json={
            "email": address("c23-not"), "role": "reader",
            "inviter": {"name": name, "email": address("c23-eve")}}), 400,
            "invalid_value")


def test_24_addresses_are_flooded_and_guessed(shared):
    shared.ok("POST", SETTINGS, json={"mails_per_day": 1})
    invite = shared.invite(address("c24"))
    shared.delivered(invite["id"])
    refused(shared.post(f"{INVITES}/{invite['id']}/resend"), 429,
            "rate_limit_exceeded")
    token = shared.link(address("c24-link"))[1]
    number, secret = token.split(".", 1)
    unknown = number[:-1] + ("A" if number[-1] != "A" else "B")
    answers = [shared.post(LOOKUP, json={"token": wrong}) for wrong in (
        f"{number}.{secret[:-4]}aaaa", f"{unknown}.{secret}")]
    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].text == answers[1].text
    for one in answers:
        assert "complaints" not in one.text


def test_25_it_is_in_a_language_that_the_person_does_not_read(shared_daemon,
                                                              shared):
    invite = shared.invite(address("c25"), locale="fr")
    first = shared_daemon.mailbox.wait(address("c25"))
    shared.delivered(invite["id"])
    resend(shared, invite)
    again = shared_daemon.mailbox.wait(address("c25"), 2)
    for mail in (first, again):
        assert mail.message["Content-Language"] == "fr"
        assert "reçu" in mail.message["Subject"]
        assert '<html lang="fr"' in page_of(shared, again.token).text


@pytest.mark.engines("sqlite")
def test_the_table_names_tests_that_there_are():
    named = re.findall(r"`(tests/[\w/.-]+)(?:::([^`]+))?`", NOTE.read_text())
    assert len(named) > 40
    for path, names in named:
        text = (ROOT / path).read_text()
        for name in filter(None, re.split(r",\s*", names)):
            assert name in text, f"{path} has no {name}"
    ours = re.findall(r"^def (test_\d\d_\w+)", Path(__file__).read_text(),
                      re.MULTILINE)
    missing = [name for name in ours if name not in NOTE.read_text()]
    assert len(ours) == 26 and not missing
