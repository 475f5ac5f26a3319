"""
Lists: order, pages, cursors, filters.
"""

import concurrent.futures
import json

import pytest

from harness import INVITES, PROJECTS, USERS, ask, refused


def people(api, count, prefix="p"):
    """`count` invites; their ids, newest first."""
    ids = [api.invite(f"{prefix}{number}@example.com", projects=[],
                      send_email=False)["id"] for number in range(count)]
    return ids[::-1]


def ids_of(page):
    return [item["id"] for item in page["data"]]


def test_empty(shared):
    assert shared.ok("GET", INVITES) == {
        "object": "list", "data": [], "first_id": None, "last_id": None,
        "has_more": False}


def test_newest_first_and_twenty_by_default(shared):
    ids = people(shared, 23)
    page = shared.ok("GET", INVITES)
    assert ids_of(page) == ids[:20]
    assert (page["first_id"], page["last_id"]) == (ids[0], ids[19])
    assert page["has_more"] is True


@pytest.mark.parametrize("limit, shown, more", [
    (1, 1, True), (2, 2, True), (4, 4, True), (5, 5, False), (6, 5, False),
    (100, 5, False)])
def test_limit(shared, limit, shown, more):
    ids = people(shared, 5)
    page = shared.ok("GET", INVITES, params={"limit": limit})
    assert ids_of(page) == ids[:shown] and page["has_more"] is more


@pytest.mark.parametrize("path", [INVITES, PROJECTS, USERS])
@pytest.mark.parametrize("limit, code", [
    ("0", "integer_below_min_value"), ("-1", "integer_below_min_value"),
    ("101", "integer_above_max_value"), ("-0", "integer_below_min_value"),
    ("1000000000000000000000", "integer_above_max_value"),
    ("-1000000000000000000000", "integer_below_min_value"),
    ("9223372036854775808", "integer_above_max_value"),
    ("ten", "invalid_type"), ("1.0", "invalid_type"), ("", "invalid_type"),
    ("1e1", "invalid_type"), (" 1", "invalid_type"), ("1 ", "invalid_type"),
    ("0x10", "invalid_type"), ("١", "invalid_type"),
])
def test_limit_out_of_bounds(shared, path, limit, code):
    refused(shared.get(path, params={"limit": limit}), 400, code, "limit")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 20])
def test_pages_to_the_end(shared, limit):
    ids = people(shared, 13)
    assert [invite["id"] for invite in shared.all(INVITES, limit=limit)] == ids


def test_after_the_last_comes_an_empty_page(shared):
    ids = people(shared, 2)
    page = shared.ok("GET", INVITES, params={"after": ids[-1]})
    assert page["data"] == [] and page["has_more"] is False


def test_an_empty_cursor_is_none(shared):
    ids = people(shared, 2)
    assert ids_of(shared.ok("GET", INVITES, params={"after": ""})) == ids


def test_the_cursor_of_a_deleted_invite_still_works(shared):
    ids = people(shared, 3)
    shared.ok("DELETE", f"{INVITES}/{ids[1]}")
    page = shared.ok("GET", INVITES, params={"after": ids[1]})
    assert ids_of(page) == ids[2:]


def test_a_list_by_expiry_goes_on_behind_a_deleted_invite(shared):
    """Whoever deletes a page of what is pending comes to the next one."""
    ids = people(shared, 5)
    page = shared.ok("GET", INVITES, params={"status": "pending", "limit": 2})
    for one in page["data"]:
        shared.ok("DELETE", f"{INVITES}/{one['id']}")
    left = shared.all(INVITES, status="pending", limit=2,
                      after=page["last_id"])
    assert [one["id"] for one in left] == ids[2:]


def test_a_cursor_that_never_was(shared):
    people(shared, 2)
    page = shared.ok("GET", INVITES, params={"after": "invite-0000000000001"})
    assert page["data"] == []


@pytest.mark.parametrize("path", [INVITES, PROJECTS, USERS])
@pytest.mark.parametrize("cursor", [
    "nonsense", "invite-", "invite-123", "invite-00000000000001",
    "invite-000000000000U", "audit_log-0000000000001", "0", "-1",
    "' OR 1=1 --", "../x", "invite-ZZZZZZZZZZZZZ"])
def test_a_nonsensical_cursor(shared, path, cursor):
    refused(shared.get(path, params={"after": cursor}), 400, "invalid_value",
            "after")


@pytest.mark.parametrize("path", [
    INVITES, PROJECTS, USERS, f"{INVITES}/invite-0000000000001",
    f"{PROJECTS}/proj_0000000000001", f"{USERS}/user-0000000000001"])
@pytest.mark.parametrize("query", ["order=asc", "before=x", "Limit=3", "x",
                                   "limit=3&page=2", "=1"])
def test_unknown_query_parameters(shared, path, query):
    response = shared.get(f"{path}?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unknown_parameter"


@pytest.mark.parametrize("path, known", [
    (INVITES, "Known here: limit, after"),
    (f"{PROJECTS}?limit=3", "include_archived"),
    (f"{INVITES}/invite-0000000000001", "None is known here."),
])
def test_an_unknown_query_parameter_is_told_the_known_ones(shared, path,
                                                           known):
    answer = shared.get(path + ("&" if "?" in path else "?") + "limt=3")
    message = answer.json()["error"]["message"]
    assert "'limt'" in message and known in message


@pytest.mark.parametrize("query", ["limit=%", "limit=%zz", "after=%ff",
                                   "limit=1%00", "%=1"])
def test_a_query_that_is_not_encoded(shared_daemon, query):
    answer = ask(shared_daemon, f"GET {INVITES}?{query} HTTP/1.1")
    assert answer.status == 400
    assert json.loads(answer.body)["error"]["code"] == "invalid_value"


def test_a_parameter_twice(shared):
    response = shared.get(f"{INVITES}?limit=1&limit=2")
    assert response.status_code == 400


def test_pages_while_others_create(shared):
    """What was there before the first page is seen once, in order."""
    before = people(shared, 40)
    seen = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(people, shared, 25, f"w{worker}-")
                   for worker in range(4)]
        for invite in shared.all(INVITES, limit=3):
            seen.append(invite["id"])
        created = [one for future in futures for one in future.result()]
    assert len(set(seen)) == len(seen)
    assert seen == sorted(seen, reverse=True)
    assert [one for one in seen if one in set(before)] == before
    everything = [invite["id"] for invite in shared.all(INVITES)]
    assert everything == sorted(created + before, reverse=True)


# -- filters ------------------------------------------------------------------

def test_by_status(daemon):
    api = daemon.api
    pending = people(api, 3)
    accepted = []
    for number in range(3):
        invite, token = api.link(f"in{number}@example.com")
        assert api.accept(token).status_code == 200
        accepted.insert(0, invite["id"])

    def listed(**params):
        return [invite["id"] for invite in api.all(INVITES, **params)]
    assert listed(status="pending") == pending
    assert listed(status="accepted") == accepted
    assert listed(status="accepted", limit=1) == accepted
    assert listed(status="expired") == []
    assert listed() == accepted + pending


def test_by_email(shared):
    ids = people(shared, 3)

    def listed(email, **params):
        return [invite["id"]
                for invite in shared.all(INVITES, email=email, **params)]
    assert listed("p1@example.com") == [ids[1]]
    assert listed("P1@EXAMPLE.com") == [ids[1]]
    assert listed("p1@example.com", status="pending") == [ids[1]]
    assert listed("p1@example.com", status="accepted") == []
    assert listed("nobody@example.com") == []


def test_by_email_through_the_years(shared):
    """An address that was invited, deleted, and invited again."""
    first = shared.invite("ada@example.com")
    shared.ok("DELETE", f"{INVITES}/{first['id']}")
    second = shared.invite("ada@example.com")
    people(shared, 3)
    assert [invite["id"] for invite in
            shared.all(INVITES, email="ada@example.com", limit=1)] == \
        [second["id"]]


@pytest.mark.parametrize("name, value, code", [
    ("status", "deleted", "invalid_value"), ("status", "", "invalid_value"),
    ("status", "PENDING", "invalid_value"),
    ("email", "nonsense", "invalid_email"), ("email", "", "invalid_email"),
    ("email", "a@b\r\nX: y", "invalid_email"),
    ("email", "%", "invalid_email"),
])
def test_a_nonsensical_filter(shared, name, value, code):
    refused(shared.get(INVITES, params={name: value}), 400, code, name)
