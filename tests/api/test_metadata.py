"""
metadata: pairs that a caller hangs on an invite. They mean nothing here, and go
on to whoever accepts.
"""

import pytest

from harness import INVITES, USERS, refused

SOUND = {"team": "Engine <room> & \u00fcber \\\" \u2028", "empty": ""}


def user_of(api, email):
    return next(one for one in api.all(USERS) if one["email"] == email)


def test_they_are_kept_and_go_to_who_accepts(shared):
    invite, token = shared.link("bob@example.com", metadata=SOUND)
    assert invite["metadata"] == SOUND
    assert shared.ok("GET", f"{INVITES}/{invite['id']}")["metadata"] == SOUND
    # Those of the first stay, whatever a repeat says.
    again, token = shared.link("bob@example.com", metadata={"other": "1"})
    assert (again["id"], again["metadata"]) == (invite["id"], SOUND)
    assert shared.accept(token).status_code == 200
    assert user_of(shared, "bob@example.com")["metadata"] == SOUND


def test_who_has_none_has_an_empty_object(shared):
    invite, token = shared.link("eve@example.com", metadata=None)
    assert invite["metadata"] == {}
    shared.accept(token)
    assert user_of(shared, "eve@example.com")["metadata"] == {}


def test_those_of_a_user_are_replaced_and_taken_away(shared):
    path = f"{USERS}/{shared.member('ada@example.com', metadata=SOUND)}"
    assert shared.ok("POST", path, json={"technical_level": "high"})[
        "metadata"] == SOUND
    for pairs in ({"desk": "7"}, {}):
        assert shared.ok("POST", path, json={"metadata": pairs})[
            "metadata"] == pairs
        assert shared.ok("GET", path)["metadata"] == pairs
    refused(shared.post(path, json={"metadata": {"desk": 7}}), 400,
            "invalid_type", "metadata")


@pytest.mark.alike
@pytest.mark.parametrize("metadata, code", [
    ({str(i): "" for i in range(17)}, "invalid_value"),
    ({"k" * 65: ""}, "invalid_value"),
    ({"": "x"}, "invalid_value"),
    ({"key": "v" * 513}, "string_above_max_length"),
    ({"key": 1}, "invalid_type"),
    ({"key": None}, "invalid_type"),
    (["key"], "invalid_type"),
])
def test_what_is_too_much_is_refused(shared, metadata, code):
    answer = shared.post(INVITES, json={
        "email": "bob@example.com", "role": "reader", "metadata": metadata})
    refused(answer, 400, code, "metadata")


@pytest.mark.alike
def test_characters_are_counted_and_not_octets(shared):
    most = {"\u00fc" * 63 + str(i % 10): "\u00fc" * 512 for i in range(10)}
    assert shared.invite("ada@example.com", metadata=most)["metadata"] == most


def test_they_go_with_the_person(daemon):
    daemon.api.member("ada@example.com", metadata={"desk": "Countess"})
    daemon.command("user", "erase", "ada@example.com")
    for table in ("invite", '"user"'):
        assert daemon.database.sql(
            f"SELECT count(*) FROM {table} WHERE metadata IS NOT NULL") == \
            [["0"]]
