"""
Who invites: named in the answer, the mail and the page; and in nothing where
that is not known.
"""

import pytest

from harness import INVITES, refused

KEYS = "/v1/organization/admin_api_keys"
ADA = {"name": "Ada Lovelace", "email": "Ada@example.com"}


def page_of(api, token):
    return api.post("/accept", data={"code": token, "action": "show"}).text


def test_mail_page_and_answers_name_who_invites(shared_daemon, shared):
    api = shared
    invite = api.invite("named@example.com", inviter=ADA)
    mail = shared_daemon.mailbox.wait("named@example.com")
    assert invite["inviter"] == ADA
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["inviter"] == ADA
    assert mail.message["Subject"].startswith("Ada Lovelace invites you to ")
    assert mail.message["Reply-To"] == "Ada Lovelace <Ada@example.com>"
    for part in (mail.text, mail.html):
        assert "Ada Lovelace invites you to join" in part
        assert "an administrator of" not in part
    assert "Ada Lovelace invites you to join" in page_of(api, mail.token)
    shown = api.ok("POST", "/v1/invitations/lookup",
                   json={"token": mail.token})
    assert shown["inviter"] == ADA


def test_where_nobody_is_named_the_words_are_the_old_ones(shared_daemon,
                                                          shared):
    api = shared
    invite = api.invite("unnamed@example.com", inviter=None)
    mail = shared_daemon.mailbox.wait("unnamed@example.com")
    assert invite["inviter"] is None
    assert mail.message["Subject"].startswith("You are invited to join ")
    assert mail.message["Reply-To"] is None
    assert "an administrator of" in " ".join(mail.text.split())
    assert "You’re invited to join" in page_of(api, mail.token)


def test_the_owner_of_the_key_is_who_invites(shared_daemon, shared):
    owner = shared.member("ada@example.com", "owner", name="Ada")
    key = shared.ok("POST", KEYS, json={"name": "hers", "user_id": owner})
    with shared_daemon.client(key["value"]) as hers:
        assert hers.invite("bob@example.com")["inviter"] == {
            "name": "Ada", "email": "ada@example.com"}
        assert hers.invite("eve@example.com", inviter={
            "email": "crew@example.com"})["inviter"] == {
                "name": None, "email": "crew@example.com"}
        # Somebody who asks again does not become who invites.
        assert shared.invite("bob@example.com")["inviter"]["name"] == "Ada"


@pytest.mark.alike
@pytest.mark.parametrize("inviter, code, param", [
    ({"name": "Ada"}, "missing_required_parameter", "inviter.email"),
    ({"email": "ada"}, "invalid_email", "inviter.email"),
    ({"email": "ada@example.com\r\nBcc: eve@example.com"}, "invalid_email",
     "inviter.email"),
    ({"name": "Ada\r\nBcc: eve@example.com", "email": "a@b.co"},
     "invalid_value", "inviter.name"),
    ({"name": "A" * 257, "email": "a@b.co"}, "string_above_max_length",
     "inviter.name"),
    ({"name": "Ada", "email": "a@b.co", "phone": "1"}, "unknown_parameter",
     "inviter.phone"),
    ("Ada", "invalid_type", "inviter"),
])
def test_what_is_no_inviter_is_refused(shared, inviter, code, param):
    answer = shared.post(INVITES, json={"email": "bob@example.com",
                                        "role": "reader",
                                        "inviter": inviter})
    refused(answer, 400, code, param)


@pytest.mark.alike
def test_a_name_is_text_and_nothing_else(shared):
    _, token = shared.link("bob@example.com", inviter={
        "name": "<b>Ada</b> {organization}", "email": "ada@example.com"})
    page = page_of(shared, token)
    assert "&lt;b&gt;Ada&lt;/b&gt; {organization} invites you" in page
    assert "<b>Ada" not in page


def test_whoever_is_erased_is_no_inviter_any_more(daemon):
    api = daemon.api
    api.invite("ada@example.com")
    invite = api.invite("bob@example.com", inviter=ADA)
    other = api.invite("eve@example.com", inviter={"email": "o@example.com"})
    daemon.command("user", "erase", "ada@example.com")
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["inviter"] is None
    assert api.ok("GET", f"{INVITES}/{other['id']}")["inviter"] is not None
