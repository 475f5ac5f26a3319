"""
external_id: what callers call whom they invite. One pending invite or user has
it, however often and however at once it is asked for.
"""

import pytest

from harness import INVITES, USERS, at_once, refused

BULK = f"{INVITES}/bulk"


def create(api, email, external_id, **more):
    return api.post(INVITES, json={"email": email, "role": "reader",
                                   "external_id": external_id, **more})


def expire(daemon, invite):
    daemon.database.sql("UPDATE invite SET expires_at = created_at"
                        f" WHERE email = '{invite['email']}' RETURNING 1")


def test_it_is_kept_and_goes_to_who_accepts(shared):
    invite, token = shared.link("ada@example.com", external_id="E-1815")
    assert invite["external_id"] == "E-1815"
    assert shared.ok("GET", f"{INVITES}/{invite['id']}")["external_id"] == \
        "E-1815"
    user = shared.accept(token).json()["user_id"]
    assert shared.ok("GET", f"{USERS}/{user}")["external_id"] == "E-1815"
    other = shared.member("bob@example.com")
    assert shared.ok("GET", f"{USERS}/{other}")["external_id"] is None


def test_a_repeat_says_the_same_and_another_address_is_refused(shared):
    first = create(shared, "ada@example.com", "E-1").json()
    again = create(shared, "Ada@example.com", "E-1")
    assert again.headers["x-invite-existing"] == "true"
    assert again.json()["id"] == first["id"]
    for other in ("E-2", None):
        refused(create(shared, "ada@example.com", other), 400,
                "invite_already_exists", "email")
    said = refused(create(shared, "bob@example.com", "E-1"), 400,
                   "external_id_taken", "external_id")
    assert first["id"] in said
    assert create(shared, "ada@example.com", "E-2",
                  replace=True).json()["external_id"] == "E-2"
    assert create(shared, "bob@example.com", "E-1").status_code == 200
    refused(create(shared, "ada@example.com", "E-1", replace=True), 400,
            "external_id_taken")


def test_it_is_free_when_its_invite_ended_and_taken_while_a_user_has_it(
        shared_daemon, shared):
    email = iter(f"u{n}@example.com" for n in range(9))
    first = create(shared, next(email), "E-1").json()
    shared.ok("DELETE", f"{INVITES}/{first['id']}")
    declined, token = shared.link(next(email), external_id="E-1")
    shared.ok("POST", "/v1/invitations/decline", json={"token": token})
    late = create(shared, next(email), "E-1").json()
    expire(shared_daemon, late)
    accepted, token = shared.link(next(email), external_id="E-1")
    user = shared.accept(token).json()["user_id"]
    for ask in (lambda: create(shared, next(email), "E-1"),
                lambda: shared.post(f"{INVITES}/{late['id']}/resend")):
        assert user in refused(ask(), 400, "external_id_taken")
    shared.ok("DELETE", f"{USERS}/{user}")
    assert shared.ok("POST", f"{INVITES}/{late['id']}/resend")["external_id"] \
        == "E-1"
    refused(create(shared, next(email), "E-1"), 400, "external_id_taken")
    found = shared.all(INVITES, external_id="E-1")
    assert [one["id"] for one in found] == [
        accepted["id"], late["id"], declined["id"]]


def test_it_is_changed_and_taken_away(shared):
    invite = create(shared, "ada@example.com", "E-1",
                    metadata={"team": "Engine"}).json()
    create(shared, "bob@example.com", "E-2")
    path = f"{INVITES}/{invite['id']}"
    refused(shared.post(path, json={"external_id": "E-2"}), 400,
            "external_id_taken", "external_id")
    changed = shared.ok("POST", path, json={
        "external_id": "E-3", "metadata": {"team": "Loom"}})
    assert (changed["external_id"], changed["metadata"]) == (
        "E-3", {"team": "Loom"})
    assert shared.ok("POST", path, json={"role": "owner"})["external_id"] == \
        "E-3"
    gone = shared.ok("POST", path, json={"external_id": "", "metadata": {}})
    assert (gone["external_id"], gone["metadata"]) == (None, {})
    assert shared.ok("GET", path) == gone
    assert create(shared, "cyd@example.com", "E-1").status_code == 200


def test_invites_are_found_by_it(shared):
    made = [create(shared, f"u{n}@example.com", f"E-{n % 2}{n}").json()
            for n in range(3)]
    for n, query in enumerate(({}, {"status": "pending"},
                               {"email": made[2]["email"]})):
        found = shared.all(INVITES, external_id=made[n]["external_id"], **query)
        assert [one["id"] for one in found] == \
            ([made[n]["id"]] if "email" not in query or n == 2 else [])
    for query in ({"status": "expired"}, {"email": "u0@example.com"},
                  {"delivery": "failed"}):
        assert not list(shared.all(INVITES, external_id="E-11", **query))
    assert not list(shared.all(INVITES, external_id="E"))


@pytest.mark.alike
def test_what_it_may_be(shared):
    for wrong, code in ((5, "invalid_type"), ("", "string_below_min_length"),
                        ("x" * 257, "string_above_max_length"),
                        ("a\nb", "invalid_value")):
        refused(create(shared, "ada@example.com", wrong), 400, code,
                "external_id")


def test_of_many_at_once_one_gets_it(shared):
    made = at_once(*[lambda n=n: create(shared, f"u{n}@example.com", "E-1")
                     for n in range(12)])
    assert sorted(one.status_code for one in made) == [200] + [400] * 11
    bulk = shared.ok("POST", BULK, json={"invites": [
        {"email": f"v{n}@example.com", "role": "reader",
         "external_id": f"F-{n % 5}"} for n in range(20)]})
    assert (bulk["created"], bulk["refused"]) == (5, 15)


def test_all_or_none_of_many_looks_at_those_of_all(shared_daemon, shared):
    def bulk(*lines):
        return shared.post(BULK, json={"atomic": True, "invites": [
            {"email": email, "role": "reader", "external_id": external_id}
            for email, external_id in lines]})
    refused(bulk(("a@example.com", "E-1"), ("b@example.com", "E-2"),
                 ("c@example.com", "E-1")), 400, "invites_refused")
    assert not list(shared.all(INVITES))
    late = create(shared, "late@example.com", "E-1").json()
    expire(shared_daemon, late)
    for first, second in ((0, 1), (1, 0)):
        lines = [("a@example.com", "E-1"), ("late@example.com", "E-9")]
        body = bulk(lines[first], lines[second], lines[first]).json()
        assert body["refused"] == 0
        for line in body["data"]:
            shared.delete(f"{INVITES}/{line['invite']['id']}")
        late = create(shared, "late@example.com", "E-1").json()
        expire(shared_daemon, late)


def test_it_goes_with_the_person(daemon):
    daemon.api.member("ada@example.com", external_id="E-1815")
    daemon.command("user", "erase", "ada@example.com")
    for table in ("invite", '"user"'):
        assert daemon.database.sql(
            f"SELECT count(*) FROM {table} WHERE external_id IS NOT NULL") == \
            [["0"]]
