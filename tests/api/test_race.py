"""
Two at once: whatever the order, one outcome, and the same for both.
"""

import pytest

from harness import INVITES, PROJECTS, USERS, at_once, refused


@pytest.mark.parametrize("attempt", range(5))
def test_many_accept_at_once(shared, attempt):
    _, token = shared.link("ada@example.com")
    answers = at_once(*[lambda number=number: shared.accept(
        token, f"Ada {number}") for number in range(8)])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    user, = shared.all(USERS)
    project = next(shared.all(PROJECTS))
    member, = shared.all(f"{PROJECTS}/{project['id']}/users")
    assert member["id"] == user["id"] == answers[0].json()["user_id"]


@pytest.mark.parametrize("attempt", range(10))
def test_accept_races_delete(shared, attempt):
    invite, token = shared.link("ada@example.com")
    path = f"{INVITES}/{invite['id']}"
    accepted, deleted = at_once(lambda: shared.accept(token),
                                lambda: shared.delete(path))
    members = list(shared.all(USERS))
    if accepted.status_code == 200:
        assert deleted.status_code == 400
        assert deleted.json()["error"]["code"] == "invite_already_accepted"
        assert len(members) == 1
    else:
        assert accepted.status_code == 410 and deleted.status_code == 200
        assert members == []


@pytest.mark.parametrize("attempt", range(10))
def test_accept_races_decline(shared, attempt):
    _, token = shared.link("ada@example.com")
    accepted, declined = at_once(
        lambda: shared.accept(token),
        lambda: shared.post("/v1/invitations/decline", json={"token": token}))
    members = list(shared.all(USERS))
    if accepted.status_code == 200:
        assert declined.status_code == 400 and len(members) == 1
    else:
        assert accepted.status_code == 410 and declined.status_code == 200
        assert members == []


def test_the_same_create_many_times_at_once(daemon):
    api = daemon.api
    answers = at_once(*[lambda: api.invite("ada@example.com")] * 16)
    assert len({answer["id"] for answer in answers}) == 1
    assert len(list(api.all(INVITES))) == 1
    api.delivered(answers[0]["id"])
    assert len(daemon.mailbox.all()) == 1


def test_conflicting_creates_at_once(shared):
    """One wins; whoever asked for the other thing is told so."""
    answers = at_once(*[lambda role=role: shared.post(INVITES, json={
        "email": "ada@example.com", "role": role})
        for role in ["reader", "owner"] * 8])
    won, = shared.all(INVITES)
    for role, answer in zip(["reader", "owner"] * 8, answers):
        if role == won["role"]:
            assert answer.status_code == 200
            assert answer.json()["id"] == won["id"]
        else:
            assert answer.status_code == 400
            error = answer.json()["error"]
            assert error["code"] == "invite_already_exists"
            assert won["id"] in error["message"]


def test_one_bad_neighbour_harms_nobody(shared):
    """Creates that arrive together are committed together, or not."""
    def create(number):
        body = {"email": f"p{number}@example.com", "role": "reader"}
        if number % 4 == 1:
            body["projects"] = [{"id": "proj_0000000000001",
                                 "role": "member"}]
        elif number % 4 == 3:
            body["email"] = "same@example.com"
            body["role"] = "owner" if number % 8 == 3 else "reader"
        return shared.post(INVITES, json=body)
    answers = at_once(*[lambda number=number: create(number)
                        for number in range(32)])
    for number, answer in enumerate(answers):
        if number % 4 == 1:
            assert answer.json()["error"]["code"] == "project_not_found"
        elif number % 2 == 0:
            assert answer.status_code == 200
    listed = {invite["email"] for invite in shared.all(INVITES)}
    assert listed == {f"p{number}@example.com"
                      for number in range(0, 32, 2)} | {"same@example.com"}


def test_create_races_accept(shared):
    """A repeat of the create while the person accepts: either is first. The
    repeat asks for a mail, so that the link is replaced if it wins."""
    members = 0
    for number in range(10):
        email = f"p{number}@example.com"
        invite, token = shared.link(email)
        accepted, created = at_once(
            lambda: shared.accept(token),
            lambda: shared.post(INVITES, json={"email": email,
                                               "role": "reader"}))
        if created.status_code == 200:
            refused(accepted, 404, "invitation_not_found")
            assert created.json()["id"] == invite["id"]
        else:
            assert accepted.status_code == 200
            assert created.json()["error"]["code"] == "user_already_exists"
            members += 1
    assert len(list(shared.all(USERS))) == members
    assert len(list(shared.all(INVITES))) == 10


def test_of_rotations_at_once_one_makes_a_key(shared):
    """The others are told what one that came later is told."""
    project = shared.project("Apollo")
    path = f"{PROJECTS}/{project['id']}"
    key = shared.ok("POST", f"{path}/service_accounts",
                    json={"name": "robot"})["api_key"]
    rotate = f"{path}/api_keys/{key['id']}/rotate"
    answers = at_once(*[lambda: shared.post(rotate)] * 8)
    made = [one.json()["id"] for one in answers if one.status_code == 200]
    assert len(made) == 1
    for answer in answers:
        if answer.status_code != 200:
            refused(answer, 400, "api_key_already_rotated", "api_key_id")
    keys = {one["id"]: one for one in shared.all(f"{path}/api_keys")}
    assert set(keys) == {key["id"], *made}
    assert keys[key["id"]]["replaced_by"] == made[0]
