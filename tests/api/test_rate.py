"""
mails_per_day, invites_per_minute: how often something may be done within a
time. What is counted lies in the database, so it holds for every daemon and
after a restart.
"""

import pytest

from harness import INVITES, at_once, refused

SETTINGS = "/v1/organization/settings"
DAY, MINUTE = 86400, 60


def put(api, **settings):
    return api.ok("POST", SETTINGS, json=settings)


def create(api, email, **more):
    return api.post(INVITES, json={"email": email, "role": "reader", **more})


def too_many(answer, setting, seconds, param=...):
    assert setting in refused(answer, 429, "rate_limit_exceeded", param)
    wait = int(answer.headers["retry-after"])
    assert 0 < wait <= seconds
    # An SDK repeats it by itself, but not for hours.
    assert (answer.headers.get("x-should-retry") == "false") == (wait > 60)


def test_an_address_gets_so_many_mails_a_day_and_no_more(shared):
    put(shared, mails_per_day=3)
    first = create(shared, "ada@example.com").json()
    path = f"{INVITES}/{first['id']}"
    # A repeat sends none, nor does who wants the link alone.
    assert create(shared, "ada@example.com").json()["id"] == first["id"]
    shared.delivered(first["id"])
    shared.ok("POST", f"{path}/resend", json={"send_email": False})
    shared.ok("POST", f"{path}/resend")
    shared.delivered(first["id"])
    shared.ok("DELETE", path)
    second = create(shared, "Ada@Example.com").json()
    shared.delivered(second["id"])
    too_many(shared.post(f"{INVITES}/{second['id']}/resend"),
             "mails_per_day", DAY, "email")
    shared.ok("DELETE", f"{INVITES}/{second['id']}")
    too_many(create(shared, "ada@example.com"), "mails_per_day", DAY, "email")
    assert not list(shared.all(INVITES))
    # Others get theirs, and no mail is none too many.
    assert create(shared, "bob@example.com").status_code == 200
    link = create(shared, "ada@example.com", send_email=False).json()
    too_many(create(shared, "ada@example.com"), "mails_per_day", DAY)
    put(shared, mails_per_day=None)
    assert create(shared, "ada@example.com").json()["id"] == link["id"]


def test_a_key_makes_so_many_invites_a_minute_and_no_more(shared):
    put(shared, invites_per_minute=5)
    made = at_once(*[lambda n=n: create(shared, f"u{n}@example.com")
                     for n in range(12)])
    assert sorted(one.status_code for one in made) == [200] * 5 + [429] * 7
    for one in made:
        if one.status_code == 429:
            too_many(one, "invites_per_minute", MINUTE)
    there = next(shared.all(INVITES))["email"]
    assert create(shared, there).headers["x-invite-existing"] == "true"
    put(shared, invites_per_minute=None)
    assert create(shared, "more@example.com").status_code == 200


@pytest.mark.parametrize("atomic", [False, True])
def test_each_line_of_many_counts(shared, atomic):
    put(shared, invites_per_minute=4)

    def bulk(*numbers):
        return shared.post(f"{INVITES}/bulk", json={
            "atomic": atomic, "invites": [
                {"email": f"u{n}@example.com", "role": "reader"}
                for n in numbers]})
    first = bulk(*range(6))
    assert first.text.count("rate_limit_exceeded") == 2
    if atomic:
        refused(first, 400, "invites_refused")
        assert not list(shared.all(INVITES))
        assert bulk(*range(4)).json()["created"] == 4
    too_many(create(shared, "more@example.com"), "invites_per_minute", MINUTE)


def test_it_is_over_when_the_time_is_and_holds_after_a_restart(make_daemon):
    daemon = make_daemon()
    put(daemon.api, mails_per_day=1, invites_per_minute=1)
    one = create(daemon.api, "ada@example.com").json()
    daemon.api.delivered(one["id"])
    # Its time is over, or was written by a clock that was far ahead.
    for number, seconds in enumerate((-DAY, 10 * DAY)):
        daemon.stop()
        daemon.start()
        again = f"{INVITES}/{one['id']}/resend"
        too_many(daemon.api.post(again), "mails_per_day", DAY)
        daemon.stop()
        daemon.database.sql(f"UPDATE rate SET since = since + {seconds}"
                            " RETURNING 1")
        daemon.start()
        daemon.api.ok("POST", again)
        daemon.api.delivered(one["id"])
        assert create(daemon.api, f"u{number}@example.com").status_code == 200


def test_nothing_is_counted_where_nothing_is_limited(daemon):
    put(daemon.api, max_seats=9)
    create(daemon.api, "ada@example.com")
    put(daemon.api, max_seats=None)
    create(daemon.api, "bob@example.com")
    assert daemon.database.sql("SELECT count(*) FROM rate") == [["0"]]
    put(daemon.api, mails_per_day=1)
    create(daemon.api, "cyd@example.com")
    daemon.database.sql(f"UPDATE rate SET since = since - {2 * DAY}"
                        " RETURNING 1")
    create(daemon.api, "dan@example.com")
    assert daemon.database.sql("SELECT count(*) FROM rate") == [["1"]]
