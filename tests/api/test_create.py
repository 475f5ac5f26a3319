"""
POST /organization/invites: what a create does, row by row.
"""

import time

import pytest

from harness import INVITES, USERS, refused


def default_project(api):
    projects = list(api.all("/v1/organization/projects"))
    assert len(projects) == 1
    return projects[0]["id"]


# -- the first time -----------------------------------------------------------

@pytest.mark.parametrize("role", ["reader", "owner"])
def test_new_invite(shared, role):
    before = int(time.time())
    invite = shared.invite("ada@example.com", role)
    after = int(time.time())
    assert invite["object"] == "organization.invite"
    assert invite["email"] == "ada@example.com"
    assert invite["role"] == role
    assert invite["status"] == "pending"
    assert before <= invite["created_at"] <= after
    assert invite["invited_at"] == invite["created_at"]
    assert invite["expires_at"] - invite["created_at"] == 7 * 86400
    assert invite["accepted_at"] is None
    assert invite["delivery"]["status"] in ("queued", "sent")
    assert "accept_url" not in invite


def test_what_was_answered_can_be_retrieved(shared):
    invite = shared.invite("ada@example.com")
    again = shared.delivered(invite["id"])
    assert again["delivery"]["attempts"] == 1
    assert again["delivery"]["last_error"] is None
    assert again["delivery"]["updated_at"] >= invite["created_at"]
    for answer in (invite, again):
        del answer["delivery"]
    assert again == invite


def test_nobody_is_a_member_before_they_accept(shared):
    shared.invite("ada@example.com")
    assert list(shared.all(USERS)) == []


@pytest.mark.parametrize("email", [
    "ada@example.com",
    "Ada.Lovelace+invite@Example.COM",
    "o'brien@example.com",
    "a@b.co",
    "_-/=?^`{|}~!#$%&'*+@example.com",
    "ada@xn--bcher-kva.example",
    "ada@bücher.example",
    "用户@例子.广告",
    "дмитрий@почта.рф",
    "Pelé@example.com",
    "l" * 64 + "@example.com",
    "a@" + ".".join(["d" * 61] * 4) + ".com",
    "ada@sub.sub.sub.example.museum",
    "1@1a.example",
])
def test_addresses_are_kept_as_typed(shared, email):
    invite = shared.invite(email, projects=[])
    assert invite["email"] == email
    assert shared.ok("GET", f"{INVITES}/{invite['id']}")["email"] == email


# -- projects -----------------------------------------------------------------

@pytest.mark.parametrize("body", [{}, {"projects": None}])
def test_without_projects_it_is_the_default_one(shared, body):
    invite = shared.invite("ada@example.com", **body)
    assert invite["projects"] == [
        {"id": default_project(shared), "role": "member"}]


def test_the_empty_list_is_none(shared):
    assert shared.invite("ada@example.com", projects=[])["projects"] == []


@pytest.mark.parametrize("roles", [
    ["member"], ["owner"], ["member", "owner", "member"]])
def test_named_projects(shared, roles):
    grants = [{"id": shared.project(f"P{number}")["id"], "role": role}
              for number, role in enumerate(roles)]
    invite = shared.invite("ada@example.com", projects=grants)
    assert invite["projects"] == grants


def test_projects_come_back_in_the_order_in_which_they_were_sent(shared):
    projects = [shared.project(f"P{number}")["id"] for number in range(4)]
    grants = [{"id": projects[at], "role": role} for at, role in
              [(2, "owner"), (0, "member"), (3, "member"), (1, "owner")]]
    invite = shared.invite("ada@example.com", projects=grants + grants[1:2])
    assert invite["projects"] == grants
    assert shared.ok("GET", f"{INVITES}/{invite['id']}")["projects"] == grants
    assert shared.ok("GET", INVITES)["data"][0]["projects"] == grants
    again = shared.invite("ada@example.com", projects=grants[::-1])
    assert again["id"] == invite["id"] and again["projects"] == grants


def test_a_refused_project_is_named_by_its_place_in_the_request(shared):
    there = {"id": shared.project("P")["id"], "role": "member"}
    gone = {"id": "proj_0000000000000", "role": "member"}
    refused(shared.post(INVITES, json={"email": "ada@example.com",
                                       "role": "reader",
                                       "projects": [there, there, gone]}),
            400, "project_not_found", "projects[2].id")


def test_a_hundred_projects(shared):
    grants = [{"id": shared.project(f"P{number}")["id"], "role": "member"}
              for number in range(100)]
    assert len(shared.invite("ada@example.com",
                             projects=grants)["projects"]) == 100
    more = grants + [{"id": grants[0]["id"], "role": "member"}]
    refused(shared.post(INVITES, json={"email": "bob@example.com",
                                       "role": "reader", "projects": more}),
            400, "array_above_max_length", "projects")


def test_the_same_project_twice_is_once(shared):
    grant = {"id": shared.project("P")["id"], "role": "owner"}
    assert shared.invite("ada@example.com",
                         projects=[grant, grant])["projects"] == [grant]


def test_the_same_project_with_two_roles_is_refused(shared):
    project = shared.project("P")["id"]
    response = shared.post(INVITES, json={
        "email": "ada@example.com", "role": "reader",
        "projects": [{"id": project, "role": "owner"},
                     {"id": project, "role": "member"}]})
    refused(response, 400, "invalid_value", "projects[1].role")
    assert list(shared.all(INVITES)) == []


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("wrong", ["proj_0000000000001", "proj_nonsense",
                                   "invite-0000000000001", "default",
                                   "' OR 1=1 --", "../../etc/passwd"])
def test_an_unknown_project_refuses_all(shared, index, wrong):
    grants = [{"id": shared.project(f"P{number}")["id"], "role": "member"}
              for number in range(3)]
    grants[index]["id"] = wrong
    response = shared.post(INVITES, json={
        "email": "ada@example.com", "role": "reader", "projects": grants})
    refused(response, 400, "project_not_found", f"projects[{index}].id")
    assert list(shared.all(INVITES)) == []


# -- the same again -----------------------------------------------------------

SAME = [
    ({}, {}),
    ({}, {"projects": None}),
    ({"projects": []}, {"projects": []}),
    ({"role": "owner"}, {"role": "owner"}),
    ({}, {"email": "ADA@EXAMPLE.COM"}),
    ({}, {"email": "Ada@Example.Com"}),
    ({"email": "straße@example.com"}, {"email": "STRAẞE@EXAMPLE.COM"}),
    ({"email": "Pelé@example.com"}, {"email": "PELÉ@example.com"}),
    ({"email": "Åsa@example.com"}, {"email": "åsa@example.com"}),
    ({"email": "ada@bücher.example"}, {"email": "ada@xn--bcher-kva.example"}),
    ({"email": "ada@BÜCHER.example"}, {"email": "ADA@bücher.EXAMPLE"}),
    ({}, {"expires_in_seconds": 120}),
]


@pytest.mark.parametrize("first, second", SAME)
def test_a_repeat_is_the_same_invite(shared, first, second):
    base = {"email": "ada@example.com", "role": "reader"}
    one = shared.ok("POST", INVITES, json=base | first)
    two = shared.ok("POST", INVITES, json=base | second)
    for answer in (one, two):
        del answer["delivery"]
    assert two == one
    assert len(list(shared.all(INVITES))) == 1


@pytest.mark.parametrize("first, second", [
    ("straße@example.com", "strasse@example.com"),
    ("ﬁona@example.com", "fiona@example.com"),
])
def test_letters_that_are_written_as_two_are_another_address(shared, first,
                                                             second):
    one, two = shared.invite(first), shared.invite(second)
    assert one["id"] != two["id"]
    assert [one["email"], two["email"]] == [first, second]


def test_a_repeat_is_told_by_a_header(shared):
    """Also where it gets a new link, and no more once it is another invite."""
    body = {"email": "ada@example.com", "role": "reader", "send_email": False}
    told = []
    for _ in range(2):
        answer = shared.post(INVITES, json=body)
        told.append(answer.headers.get("x-invite-existing"))
    shared.delete(f"{INVITES}/{answer.json()['id']}")
    answer = shared.post(INVITES, json=body)
    told.append(answer.headers.get("x-invite-existing"))
    assert told == [None, "true", None]


def test_a_repeat_with_projects_in_another_order(shared):
    grants = [{"id": shared.project(f"P{number}")["id"], "role": "member"}
              for number in range(3)]
    one = shared.invite("ada@example.com", projects=grants)
    two = shared.invite("ada@example.com", projects=grants[::-1] + grants)
    assert two["id"] == one["id"] and two["projects"] == one["projects"]


def test_naming_the_default_project_is_the_same_as_omitting_it(shared):
    one = shared.invite("ada@example.com")
    two = shared.invite("ada@example.com", projects=[
        {"id": default_project(shared), "role": "member"}])
    assert two["id"] == one["id"]


def test_a_repeat_sends_no_second_mail(daemon):
    api = daemon.api
    invite = api.invite("ada@example.com")
    daemon.mailbox.wait("ada@example.com")
    api.delivered(invite["id"])
    assert api.invite("ada@example.com")["id"] == invite["id"]
    # A later mail has arrived: one for the repeat would have come before.
    api.delivered(api.invite("bob@example.com")["id"])
    daemon.mailbox.wait("bob@example.com")
    assert len(daemon.mailbox.all()) == 2


DISTINCT = [
    ("ada@example.com", "ada+1@example.com"),
    ("a.da@example.com", "ada@example.com"),
    ("ada@example.com", "ada@example.org"),
    ("ada@example.com", "ada@sub.example.com"),
    ("ada@example.com", "ädа@example.com"),
]


@pytest.mark.parametrize("one, two", DISTINCT)
def test_different_people(shared, one, two):
    assert shared.invite(one)["id"] != shared.invite(two)["id"]


# -- something else for the same address --------------------------------------

@pytest.mark.parametrize("first, second", [
    ({"role": "reader"}, {"role": "owner"}),
    ({}, {"projects": []}),
    ({"projects": []}, {}),
    ({"role": "reader"}, {"role": "owner", "email": "ADA@example.com"}),
    ({"projects": []}, {"projects": [], "role": "owner"}),
])
def test_a_conflict_names_the_invite(shared, first, second):
    base = {"email": "ada@example.com", "role": "reader"}
    one = shared.ok("POST", INVITES, json=base | first)
    response = shared.post(INVITES, json=base | second)
    message = refused(response, 400, "invite_already_exists")
    assert one["id"] in message
    assert [invite["id"] for invite in shared.all(INVITES)] == [one["id"]]


def test_a_conflict_over_a_project_role(shared):
    project = shared.project("P")["id"]
    shared.invite("ada@example.com",
                  projects=[{"id": project, "role": "member"}])
    refused(shared.post(INVITES, json={
        "email": "ada@example.com", "role": "reader",
        "projects": [{"id": project, "role": "owner"}]}),
        400, "invite_already_exists")


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com"])
def test_a_member_is_not_invited(shared, email):
    _, token = shared.link("ada@example.com")
    assert shared.accept(token).status_code == 200
    response = shared.post(INVITES, json={"email": email, "role": "reader"})
    assert refused(response, 400, "user_already_exists", "email") == \
        "The user already exists in this organization."


def test_after_deletion_it_is_a_new_invite(shared):
    one = shared.invite("ada@example.com")
    shared.ok("DELETE", f"{INVITES}/{one['id']}")
    two = shared.invite("ada@example.com", role="owner")
    assert two["id"] != one["id"]
    assert [invite["id"] for invite in shared.all(INVITES)] == [two["id"]]


def test_after_decline_it_is_a_new_invite(shared):
    one, token = shared.link("ada@example.com")
    shared.ok("POST", "/v1/invitations/decline", json={"token": token})
    two = shared.invite("ada@example.com", role="owner")
    assert two["id"] != one["id"]
    assert [invite["id"] for invite in shared.all(INVITES)] == [
        two["id"], one["id"]]


# -- extensions ---------------------------------------------------------------

@pytest.mark.parametrize("seconds", [60, 61, 86400, 31536000])
def test_expires_in_seconds(shared, seconds):
    invite = shared.invite("ada@example.com", expires_in_seconds=seconds)
    assert invite["expires_at"] - invite["created_at"] == seconds


@pytest.mark.parametrize("seconds, code", [
    (59, "integer_below_min_value"),
    (0, "integer_below_min_value"),
    (-1, "integer_below_min_value"),
    (-2**63, "integer_below_min_value"),
    (31536001, "integer_above_max_value"),
    (2**63 - 1, "integer_above_max_value"),
    (60.0, "invalid_type"),
    (1e3, "invalid_type"),
    ("3600", "invalid_type"),
    (True, "invalid_type"),
    ([60], "invalid_type"),
])
def test_expires_in_seconds_out_of_bounds(shared, seconds, code):
    refused(shared.post(INVITES, json={
        "email": "ada@example.com", "role": "reader",
        "expires_in_seconds": seconds}), 400, code, "expires_in_seconds")
    assert list(shared.all(INVITES)) == []


def test_extensions_may_be_null(shared):
    invite = shared.invite("ada@example.com", expires_in_seconds=None,
                           send_email=None)
    assert invite["expires_at"] - invite["created_at"] == 7 * 86400
    assert invite["delivery"]["status"] != "none"


def test_without_mail_the_link_is_in_the_answer(daemon):
    api = daemon.api
    invite, token = api.link("ada@example.com")
    assert invite["accept_url"] == f"{daemon.url}/accept#{token}"
    assert invite["delivery"] == {"status": "none", "attempts": 0,
                                  "last_error": None, "updated_at": None}
    assert "accept_url" not in api.ok("GET", f"{INVITES}/{invite['id']}")
    assert "accept_url" not in next(api.all(INVITES))
    api.delivered(api.invite("bob@example.com")["id"])
    assert [mail.to for mail in daemon.mailbox.all()] == ["bob@example.com"]


def test_a_repeat_without_mail_makes_a_fresh_link(shared):
    one, first = shared.link("ada@example.com")
    two, second = shared.link("ada@example.com")
    assert two["id"] == one["id"] and first != second
    lookup = "/v1/invitations/lookup"
    refused(shared.post(lookup, json={"token": first}), 404,
            "invitation_not_found")
    assert shared.ok("POST", lookup, json={"token": second})["email"] == \
        "ada@example.com"


def test_a_link_becomes_a_mail_when_one_is_asked_for(daemon):
    api = daemon.api
    one, token = api.link("ada@example.com")
    two = api.invite("ada@example.com")
    assert two["id"] == one["id"] and two["delivery"]["status"] == "queued"
    assert "accept_url" not in two
    mail = daemon.mailbox.wait("ada@example.com")
    refused(api.post("/v1/invitations/lookup", json={"token": token}), 404,
            "invitation_not_found")
    assert api.accept(mail.token).status_code == 200


def test_a_mailed_invite_never_shows_a_link(daemon):
    api = daemon.api
    one = api.invite("ada@example.com")
    mail = daemon.mailbox.wait("ada@example.com")
    api.delivered(one["id"])
    two = api.invite("ada@example.com", send_email=False)
    assert two["id"] == one["id"] and "accept_url" not in two
    # ... and the mailed link still works.
    assert api.accept(mail.token).status_code == 200


def test_without_a_mail_transport_every_create_shows_its_link(make_daemon):
    api = make_daemon("--mail", "none:").api
    invite = api.invite("ada@example.com")
    assert invite["delivery"]["status"] == "none"
    token = invite["accept_url"].split("#")[1]
    assert api.accept(token).status_code == 200


def test_settings_shape_new_invites(make_daemon):
    daemon = make_daemon("--invite-ttl", "2h", "--public-url",
                         "https://join.example.com/team/")
    invite, token = daemon.api.link("ada@example.com")
    assert invite["expires_at"] - invite["created_at"] == 7200
    assert invite["accept_url"] == \
        f"https://join.example.com/team/accept#{token}"


def test_ids_grow_with_time(shared):
    ids = [shared.invite(f"p{number}@example.com")["id"]
           for number in range(30)]
    assert ids == sorted(ids) and len(set(ids)) == 30
