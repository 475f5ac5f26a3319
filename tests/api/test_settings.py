"""
/organization/settings: what an organization has set, and who sees it.
"""

import re

import pytest

from harness import at_once, refused

SETTINGS = "/v1/organization/settings"
LOGS = "/v1/organization/audit_logs"


def put(api, **settings):
    return api.ok("POST", SETTINGS, json=settings)


def test_what_is_given_is_set_and_null_takes_it_back(shared):
    first = shared.ok("GET", SETTINGS)
    assert first["object"] == "organization.settings"
    assert {name for name, value in first.items() if value} == {
        "object", "reminder_hours_before"}
    assert first["reminder_hours_before"] == 48
    assert put(shared, reminder_hours_before=None)[
        "reminder_hours_before"] is None
    one = put(shared, line="All are welcome", color="#3B5bdb")
    assert (one["line"], one["color"]) == ("All are welcome", "#3B5bdb")
    assert one["updated_at"]
    two = put(shared, reply_to="Team@B\u00fccher.example", color=None)
    assert (two["line"], two["color"], two["reply_to"]) == (
        "All are welcome", None, "Team@B\u00fccher.example")
    assert shared.ok("GET", SETTINGS) == two
    changes = [event[event["type"]]["changes_requested"]["settings"]
               for event in shared.all(LOGS, **{
                   "event_types[]": "organization.settings.updated"})]
    assert changes == [["color", "reply_to"], ["line", "color"],
                       ["reminder_hours_before"]]


def test_settings_are_the_organizations_own(organization):
    ours, theirs = organization(), organization()
    put(theirs, line="Theirs")
    assert ours.ok("GET", SETTINGS)["line"] is None


REFUSED = [
    ({"color": "red"}, "invalid_value"),
    ({"color": "#3b5bd;"}, "invalid_value"),
    ({"line": "a\nb"}, "invalid_value"),
    ({"line": " "}, "invalid_value"),
    ({"line": ""}, "string_below_min_length"),
    ({"line": "x" * 201}, "string_above_max_length"),
    ({"reply_to": "nobody"}, "invalid_email"),
    ({"reply_to": "j\u00f6rg@example.com"}, "invalid_email"),
    ({"reply_to": "a@example.com\r\nBcc: b@example.com"}, "invalid_value"),
    ({"sender_email": "Ada <ada@example.com>"}, "invalid_email"),
    ({"sender_email": "j\u00f6rg@example.com"}, "invalid_email"),
    ({"sender_name": "a\r\nBcc: b@example.com"}, "invalid_value"),
    ({"display_name": 5}, "invalid_type"),
    ({"name": "x"}, "unknown_parameter"),
]


@pytest.mark.alike
def test_what_cannot_be_set_is_refused(shared):
    for settings, code in REFUSED:
        refused(shared.post(SETTINGS, json={"line": "fine", **settings}), 400,
                code, next(iter(settings)))
    assert shared.ok("GET", SETTINGS)["updated_at"] is None


def show(api, token, action="show"):
    return api.post("/accept", data={"code": token, "action": action}).text


def test_the_page_shows_name_line_and_color(shared):
    put(shared, display_name="Engines & Sons", line="<b>Hello</b>",
        color="#ffd43b")
    _, token = shared.link("ada@example.com")
    page = show(shared, token)
    assert "Engines &amp; Sons" in page
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page and "<b>" not in page
    sheet = re.search(r'<link rel="stylesheet" href="(/assets/color/[^"]*)">',
                      page)[1]
    style = shared.get(sheet)
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "--press: #ffd43b; --on-press: #000000" in style.text
    looked = shared.post("/v1/invitations/lookup", json={"token": token})
    assert looked.json()["organization"] == {"name": "Engines & Sons"}
    assert "Engines &amp; Sons" in show(shared, token, "accept")


@pytest.mark.alike
def test_a_color_that_is_none_has_no_stylesheet(shared):
    for name in ("3b5bd", "red", "3b5bdb;", "3b5bdb%0a", "%23"):
        assert shared.get(f"/assets/color/{name}").status_code == 404


def test_mails_show_name_line_and_color_and_are_answered_elsewhere(daemon):
    api, mailbox = daemon.api, daemon.mailbox
    api.invite("first@example.com")
    plain = mailbox.wait("first@example.com")
    assert plain.message["Reply-To"] is None
    assert "background: #3b5bdb" in plain.html
    put(api, display_name="Engines & Sons", line="{{link}} <b>",
        color="#00ff00", reply_to="team@b\u00fccher.example")
    api.invite("second@example.com")
    mail = mailbox.wait("second@example.com")
    assert mail.message["Reply-To"] == "team@xn--bcher-kva.example"
    assert "Engines & Sons" in mail.message["Subject"]
    assert "Engines &amp; Sons" in mail.html
    assert "{{link}} &lt;b&gt;" in mail.html and "{{link}} <b>" in mail.text
    assert "background: #00ff00; color: #000000" in mail.html
    assert 'class="press"' not in mail.html


# -- languages ----------------------------------------------------------------

def language_of(page):
    return re.search(r'<html lang="([^"]*)" dir="([^"]*)">', page).groups()


def test_the_page_speaks_the_invites_language_else_the_browsers(shared):
    own = shared.link("ada@example.com", locale="ja-JP")
    other = shared.link("bob@example.com")
    assert (own[0]["locale"], other[0]["locale"]) == ("ja", None)

    def spoken(token, accept):
        return language_of(shared.post(
            "/accept", data={"code": token, "action": "show"},
            headers={"Accept-Language": accept}).text)
    assert spoken(own[1], "fr") == ("ja", "ltr")
    assert spoken(other[1], "pt, fr;q=0.5, de;q=0.9") == ("de", "ltr")
    assert spoken(other[1], "") == ("en", "ltr")
    put(shared, locale="ar")
    assert spoken(other[1], "es") == ("es", "ltr")
    assert spoken(other[1], "pt") == ("ar", "rtl")
    assert spoken("not a code", "pt") == ("en", "ltr")
    assert spoken("not a code", "es") == ("es", "ltr")
    for path in ("/", "/accept", "/nothing"):
        assert language_of(shared.get(path, headers={
            "Accept": "text/html", "Accept-Language": "fr"}).text)[0] == "fr"


@pytest.mark.alike
def test_an_unknown_language_is_refused_and_those_known_are_named(shared):
    for answer in (shared.post(SETTINGS, json={"locale": "xx"}),
                   shared.post("/v1/organization/invites", json={
                       "email": "a@example.com", "role": "reader",
                       "locale": "xx-YY"})):
        refused(answer, 400, "invalid_value", "locale")
        assert "en, de, fr, es, ja, ar" in answer.json()["error"]["message"]


@pytest.mark.alike
def test_a_repeated_create_keeps_the_first_language(shared):
    first = shared.invite("ada@example.com", locale="de")
    again = shared.invite("ada@example.com", locale="fr")
    assert (again["id"], again["locale"]) == (first["id"], "de")


def test_mails_speak_the_invites_language_else_the_organizations(make_daemon):
    daemon = make_daemon("--locale", "es")
    api, mailbox = daemon.api, daemon.mailbox
    put(api, display_name="Engines")

    def mail(address, **more):
        api.invite(address, **more)
        return mailbox.wait(address)
    spanish = mail("a@example.com")
    assert spanish.message["Content-Language"] == "es"
    assert spanish.message["Subject"] == "Ha recibido una invitaci\u00f3n a Engines"
    put(api, locale="de")
    german = mail("b@example.com")
    assert german.message["Content-Language"] == "de"
    assert "Einladung ansehen" in german.html
    arabic = mail("c@example.com", locale="ar")
    assert arabic.message["Content-Language"] == "ar"
    assert arabic.message["Subject"].endswith("\u0625\u0644\u0649 Engines")
    assert '<html lang="ar" dir="rtl"' in arabic.html
    assert 'dir="rtl" align="right"' in arabic.html
    assert arabic.link in arabic.html


# -- limits -------------------------------------------------------------------

def create(api, email, **more):
    return api.post("/v1/organization/invites",
                    json={"email": email, "role": "reader", **more})


def test_only_addresses_of_allowed_domains_are_invited(shared):
    assert put(shared, allowed_domains=["Example.com", "b\u00fccher.example"])[
        "allowed_domains"] == ["example.com", "xn--bcher-kva.example"]
    for fine in ("a@EXAMPLE.com", "a@b\u00fccher.example"):
        assert create(shared, fine).status_code == 200
    for other in ("a@sub.example.com", "a@example.org", "a@notexample.com"):
        refused(create(shared, other), 400, "domain_not_allowed", "email")
    for none in ([], None):
        put(shared, allowed_domains=["example.com"])
        assert put(shared, allowed_domains=none)["allowed_domains"] is None
    assert create(shared, "a@example.org").status_code == 200


@pytest.mark.alike
def test_what_is_no_domain_cannot_be_allowed(shared):
    for wrong in ("a@b.c", "", "x y.com", "-", "a.com\nb.com"):
        answer = shared.post(SETTINGS, json={"allowed_domains": [wrong]})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"].startswith("allowed_domains")


def test_members_and_pending_invites_take_seats(shared):
    assert put(shared, max_seats=3)["max_seats"] == 3
    shared.member("ada@example.com")
    pending = create(shared, "bob@example.com").json()
    assert create(shared, "cyd@example.com").status_code == 200
    refused(create(shared, "dan@example.com"), 400, "seat_limit_reached")
    # Asked for again it takes no other seat; withdrawn, it leaves its own.
    assert create(shared, "bob@example.com").json()["id"] == pending["id"]
    shared.ok("DELETE", f"/v1/organization/invites/{pending['id']}")
    assert create(shared, "dan@example.com").status_code == 200
    refused(create(shared, "eve@example.com"), 400, "seat_limit_reached")
    put(shared, max_seats=None)
    assert create(shared, "eve@example.com").status_code == 200


def test_an_expired_invite_is_sent_again_only_where_a_new_one_may_be(
        shared_daemon, shared):
    late = create(shared, "late@example.org").json()
    pending = create(shared, "soon@example.org").json()
    shared_daemon.database.sql("UPDATE invite SET expires_at = created_at"
                               f" WHERE email = '{late['email']}' RETURNING 1")

    def resend(invite):
        return shared.post(f"/v1/organization/invites/{invite['id']}/resend")
    put(shared, max_seats=1)
    refused(resend(late), 400, "seat_limit_reached")
    put(shared, max_seats=2, allowed_domains=["example.com"])
    refused(resend(late), 400, "domain_not_allowed", "invite_id")
    # What is pending stays as it is, and has its seat.
    assert resend(pending).status_code == 200
    put(shared, max_seats=2, allowed_domains=None)
    assert resend(late).status_code == 200


def test_the_last_seat_is_taken_once(shared):
    put(shared, max_seats=5)
    made = at_once(*[lambda n=n: create(shared, f"u{n}@example.com")
                     for n in range(12)])
    assert sorted(one.status_code for one in made) == [200] * 5 + [400] * 7


def test_all_or_none_of_many_counts_the_seats_of_all(shared):
    put(shared, max_seats=3)

    def bulk(*addresses):
        return shared.post("/v1/organization/invites/bulk", json={
            "atomic": True, "invites": [
                {"email": one, "role": "reader"} for one in addresses]})
    many = [f"u{n}@example.com" for n in range(4)]
    assert "seat_limit_reached" in bulk(*many).text
    assert list(shared.all("/v1/organization/invites")) == []
    assert bulk(*many[:3], many[0]).status_code == 200
    assert len(list(shared.all("/v1/organization/invites"))) == 3
