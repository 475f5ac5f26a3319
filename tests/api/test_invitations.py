"""
POST /invitations/lookup, /accept, /decline: the invited person's side.
"""

import secrets

import pytest

from harness import INVITES, PROJECTS, USERS, eventually, refused
from harness.tables import BAD_NAMES, NAMES

LOOKUP, ACCEPT, DECLINE = (f"/v1/invitations/{verb}"
                           for verb in ("lookup", "accept", "decline"))
VERBS = [LOOKUP, ACCEPT, DECLINE]


def post(api, path, token, **more):
    return api.post(path, json={"token": token, **more})


# -- lookup -------------------------------------------------------------------

def test_lookup_tells_what_it_is_about(daemon):
    api = daemon.api
    project = api.project("Analytical engine")
    invite, token = api.link("Ada@Example.com", "owner", projects=[
        {"id": project["id"], "role": "member"}])
    assert post(api, LOOKUP, token).json() == {
        "object": "invitation", "status": "pending",
        "organization": {"name": "Default organization"},
        "email": "Ada@Example.com", "role": "owner",
        "projects": [{"name": "Analytical engine", "role": "member"}],
        "skipped_projects": [], "expires_at": invite["expires_at"],
        "accepted_at": None, "user_id": None, "welcome_url": None,
        "inviter": None}


def test_lookup_changes_nothing(shared):
    invite, token = shared.link("ada@example.com")
    for _ in range(3):
        assert post(shared, LOOKUP, token).json()["status"] == "pending"
    invite.pop("accept_url")
    assert shared.ok("GET", f"{INVITES}/{invite['id']}") == invite
    assert list(shared.all(USERS)) == []


@pytest.mark.parametrize("dress", [
    "{token}", " {token} ", "{token}\n", "\t{token}\r\n",
    "https://join.example.com/accept#{token}", "#{token}",
    " http://127.0.0.1:8080/accept#{token} "])
def test_a_pasted_link_is_forgiven(shared, dress):
    _, token = shared.link("ada@example.com")
    assert post(shared, LOOKUP, dress.format(token=token)).status_code == 200


# -- accept -------------------------------------------------------------------

def test_accept(make_daemon):
    api = make_daemon("--welcome-url", "https://app.example.com/start",
                      "--organization", "Royal Society").api
    invite, token = api.link("ada@example.com")
    answer = post(api, ACCEPT, token, name="Ada Lovelace").json()
    assert answer["status"] == "accepted"
    assert answer["organization"] == {"name": "Royal Society"}
    assert invite["created_at"] <= answer["accepted_at"] < invite["expires_at"]
    assert answer["welcome_url"] == "https://app.example.com/start"
    assert len(answer["projects"]) == 1 and answer["skipped_projects"] == []
    user = api.ok("GET", f"{USERS}/{answer['user_id']}")
    assert user["name"] == "Ada Lovelace"
    assert user["added_at"] == answer["accepted_at"]
    # Looked up again, it says the same.
    assert post(api, LOOKUP, token).json() == answer


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_kinds(shared, name):
    _, token = shared.link("ada@example.com")
    assert post(shared, ACCEPT, token, name=name).status_code == 200
    assert next(shared.all(USERS))["name"] == name


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}])
def test_a_name_is_not_needed(shared, body):
    _, token = shared.link("ada@example.com")
    assert post(shared, ACCEPT, token, **body).status_code == 200
    assert next(shared.all(USERS))["name"] in ("", None)


@pytest.mark.parametrize("name, code", [
    row for row in BAD_NAMES if row[0] not in ("", None)])
def test_bad_names(shared, name, code):
    _, token = shared.link("ada@example.com")
    refused(post(shared, ACCEPT, token, name=name), 400, code, "name")
    assert post(shared, LOOKUP, token).json()["status"] == "pending"


def test_a_second_accept_answers_as_the_first(shared):
    _, token = shared.link("ada@example.com")
    first = post(shared, ACCEPT, token, name="Ada").json()
    second = post(shared, ACCEPT, token, name="Somebody else").json()
    assert second == first
    user, = shared.all(USERS)
    assert user["name"] == "Ada"


def test_an_empty_list_of_projects_grants_none(shared):
    _, token = shared.link("ada@example.com", projects=[])
    assert post(shared, ACCEPT, token).json()["projects"] == []
    for project in shared.all(PROJECTS):
        assert list(shared.all(f"{PROJECTS}/{project['id']}/users")) == []


def test_mailed_link_is_accepted(daemon):
    api = daemon.api
    invite = api.invite("ada@example.com")
    mail = daemon.mailbox.wait("ada@example.com")
    assert mail.link == f"{daemon.url}/accept#{mail.token}"
    assert mail.token in mail.html
    assert post(api, ACCEPT, mail.token, name="Ada").status_code == 200
    assert api.ok("GET", f"{INVITES}/{invite['id']}")["status"] == "accepted"


def test_nobody_needs_a_key(shared_daemon, shared):
    _, token = shared.link("ada@example.com")
    anonymous = shared_daemon.client(None)
    assert post(anonymous, LOOKUP, token).status_code == 200
    assert post(anonymous, ACCEPT, token).status_code == 200
    wrong = shared_daemon.client("sk-admin-wrong")
    assert post(wrong, LOOKUP, token).status_code == 200


# -- decline ------------------------------------------------------------------

def test_decline(shared):
    _, token = shared.link("ada@example.com")
    answer = post(shared, DECLINE, token).json()
    assert answer["status"] == "declined" and answer["user_id"] is None
    for verb in (LOOKUP, ACCEPT):
        refused(post(shared, verb, token), 410, "invitation_declined")
    # A lost answer is no error.
    assert post(shared, DECLINE, token).json() == answer
    assert list(shared.all(USERS)) == []


def test_decline_after_accept(shared):
    _, token = shared.link("ada@example.com")
    post(shared, ACCEPT, token)
    message = refused(post(shared, DECLINE, token), 400,
                      "invite_already_accepted")
    assert "accepted" in message
    assert len(list(shared.all(USERS))) == 1


def test_withdrawn(shared):
    invite, token = shared.link("ada@example.com")
    shared.ok("DELETE", f"{INVITES}/{invite['id']}")
    for verb in VERBS:
        refused(post(shared, verb, token), 410, "invitation_withdrawn")


# -- wrong tokens -------------------------------------------------------------

SECRET = "A" * 43


def wrong_tokens(token):
    number, secret = token.split(".")
    flipped = ("B" if secret[0] == "A" else "A") + secret[1:]
    return {
        "another secret": f"{number}.{SECRET}",
        "one bit off": f"{number}.{flipped}",
        "unknown number": f"0000000000001.{secret}",
        "shorter": token[:-1],
        "no secret": f"{number}.",
        "number alone": number,
        "no dot": number + secret,
        "word": "nonsense",
        "blank": "  ",
        "id": f"invite-{number}",
        "two": f"{token} 0000000000001.{secret}",
        "not base64url": f"{number}.{'+' * 43}",
        "unicode": "é" * 28,
        "sql": "' OR 1=1 --",
    }


@pytest.mark.parametrize("kind", list(wrong_tokens("0000000000001." + SECRET)))
def test_wrong_tokens_look_alike(shared, kind):
    _, token = shared.link("ada@example.com")
    other, dead = shared.link("bob@example.com")
    shared.ok("DELETE", f"{INVITES}/{other['id']}")
    wrong = wrong_tokens(token)[kind]
    answers = [post(shared, verb, wrong) for verb in VERBS]
    # A guess at a dead invite is told no more than a guess at nothing.
    answers.append(post(shared, LOOKUP,
                        dead.split(".")[0] + "." + SECRET))
    messages = {refused(answer, 404, "invitation_not_found")
                for answer in answers}
    assert len(messages) == 1
    assert post(shared, LOOKUP, token).json()["status"] == "pending"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("body, code, param", [
    ({}, "missing_required_parameter", "token"),
    ({"token": None}, "invalid_type", "token"),
    ({"token": 7}, "invalid_type", "token"),
    ({"token": ""}, "string_below_min_length", "token"),
    ({"token": "x" * 4097}, "string_above_max_length", "token"),
    ({"token": ["x"]}, "invalid_type", "token"),
    ({"token": "x", "code": "y"}, "unknown_parameter", "code"),
    ({"token": "x", "role": "owner"}, "unknown_parameter", "role"),
    ({"token": "x", "email": "eve@example.com"}, "unknown_parameter", "email"),
])
def test_malformed(shared, verb, body, code, param):
    refused(shared.post(verb, json=body), 400, code, param)


@pytest.mark.parametrize("verb", [LOOKUP, DECLINE])
def test_a_name_belongs_to_accept_alone(shared, verb):
    _, token = shared.link("ada@example.com")
    refused(post(shared, verb, token, name="Ada"), 400, "unknown_parameter",
            "name")


@pytest.mark.parametrize("bent", [
    "{link}", "{link}.", "({link})", "<{link}>", " {token}\r\n", "{token}=",
    "\u00a0{token}\u200b", "{head}\r\n{tail}", "{public}/accept%23{token}",
    "https://eur01.safelinks.protection.outlook.com/?url="
    "https%3A%2F%2Finvited.example%2Faccept%23{token}&data=05%7C02%7C",
    "https://urldefense.com/v3/__https://invited.example/accept*{token}__;Iw!!"
    "foo!bar$",
])
def test_bent_links_open(daemon, bent):
    """However often, and without being taken for guesses."""
    invite, token = daemon.api.link("ada@example.com")
    api = daemon.client(None, address="10.1.2.3")
    text = bent.format(link=invite["accept_url"], token=token,
                       public=daemon.url, head=token[:30], tail=token[30:])
    for _ in range(20):
        assert post(api, LOOKUP, text).json()["status"] == "pending"
        assert "ada@example.com" in api.post("/accept",
                                             data={"code": text}).text
    assert post(api, ACCEPT, text).json()["status"] == "accepted"


def test_a_link_that_was_cut_is_no_guess(daemon):
    """Nothing can be guessed with a text that holds no token."""
    _, token = daemon.api.link("ada@example.com")
    api = daemon.client(None, address="10.1.2.3")
    for _ in range(100):
        refused(post(api, LOOKUP, token[:-1]), 404, "invitation_not_found")
    assert post(api, LOOKUP, token).json()["status"] == "pending"


@pytest.mark.parametrize("path", [
    "/accept%23{token}", "/accept/%23{token}", "/accept?{token}",
    "/accept%2523{token}"])
def test_a_token_in_the_path_stays_out_of_the_log(daemon, path):
    _, token = daemon.api.link("ada@example.com")
    client = daemon.client(None)
    answer = client.get(path.format(token=token))
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/accept#{token}"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert daemon.wait_log("request", id=answer.headers["x-request-id"],
                           path="/accept")
    assert not any(token[14:] in line for line in daemon.log)
    assert client.get("/accept/").status_code == 200


# -- guessing -----------------------------------------------------------------

def guess(api, verb=LOOKUP):
    return post(api, verb, "0000000000001." + secrets.token_urlsafe(32))


def test_guessing_is_slowed_down(daemon):
    api = daemon.api
    _, token = api.link("ada@example.com")
    guesser = daemon.client(None, address="10.1.2.3")
    for count in range(1000):
        answer = guess(guesser, VERBS[count % 3])
        if answer.status_code == 429:
            break
        refused(answer, 404, "invitation_not_found")
    refused(answer, 429, "rate_limit_exceeded")
    assert 5 <= count < 200, "too strict for typing errors, or too lax"
    assert 1 <= int(answer.headers["retry-after"]) <= 5
    # It finds no other door open, ...
    assert guesser.post("/accept", data={
        "code": "0000000000002." + secrets.token_urlsafe(32),
    }).status_code == 429
    # ... while everybody else is served.
    assert post(daemon.client(None, address="10.9.9.9"), LOOKUP,
                token).status_code == 200
    assert list(api.all(USERS)) == []


@pytest.mark.parametrize("spelling", [
    ["2001:db8:1:2::1", "2001:db8:1:2::ffff", "[2001:db8:1:2:3::9]:4711",
     "[2001:DB8:1:2::1]"],
    ["192.0.2.7", "192.0.2.7:50001", "192.0.2.7:50002", "::ffff:192.0.2.7",
     "10.0.0.1, 192.0.2.7"],
])
def test_one_customer_is_one_guesser(daemon, spelling):
    """However the proxy writes the address: with its port, in capitals."""
    guessers = [daemon.client(None, address=text) for text in spelling]
    for count in range(200):
        answer = guess(guessers[count % len(guessers)])
        if answer.status_code == 429:
            break
    assert all(guess(guesser).status_code == 429 for guesser in guessers)
    for other in ("2001:db8:1:3::1", "192.0.2.8", "192.0.2.70", "unknown",
                  "[", "]", "[]:1", ":", "x" * 200):
        assert guess(daemon.client(None,
                                   address=other)).status_code == 404, other


def test_who_shares_an_address_with_a_guesser_gets_in_by_coming_back(daemon):
    """However many wrong codes come from there meanwhile."""
    _, token = daemon.api.link("ada@example.com")
    guesser = daemon.client(None, address="10.4.5.6")

    def looked_up():
        while guess(guesser).status_code != 429:
            pass
        return post(guesser, LOOKUP, token).status_code == 200
    eventually(looked_up, "the right code is looked up")


def test_right_codes_are_not_counted(daemon):
    api = daemon.api
    _, token = api.link("ada@example.com")
    for _ in range(300):
        assert post(api, LOOKUP, token).status_code == 200
