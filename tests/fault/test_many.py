"""
Many daemons, one database: whichever is asked, the answer is the same, and
what one does holds for all.
"""

import itertools
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import OpenAI

from harness import INVITES, admin_key_in, eventually, refused
from harness.load import STATES, Load, emptied, invite, rows, settle
from harness.pgsession import Session
from harness.wait import DEADLINE
from postgres_server import run_sql

WORKERS = 4  # mails that a daemon has in hand at a time, at most
LEASE = 30   # seconds that a dead daemon's mails are left alone


def metric(daemon, name):
    text = daemon.api.get("/metrics").text
    return int(re.search(rf"^{re.escape(name)} (\d+)", text, re.M)[1])


def in_hand(daemon):
    return metric(daemon, "invited_mail_in_hand")


def mails_sent(daemon):
    return metric(daemon, 'invited_mail_attempts_total{outcome="sent"}')


# -- load ---------------------------------------------------------------------

@pytest.mark.long(10)
def test_load_on_two_daemons(shared_database, make_team, post):
    team = make_team(2, shared_database)
    with Load(team, post) as load:
        load.wait(creates=800)
    print(settle(load, shared_database))
    assert not load.answers.troubles
    assert sum(map(len, post.letters().values())) == len(post.letters())


@pytest.mark.long(20)
def test_kill_under_load(shared_database, make_team, post):
    """kill -9 of one daemon and of the other, and again: whoever is left goes
    on, and sends what the dead had in hand once their leases have ended."""
    team = make_team(2, shared_database)
    with Load(team, post) as load:
        for victim in (0, 1, 0, 1):
            load.wait(creates=100)
            team[victim].kill()
            load.wait(creates=50)
            team[victim].start()
        load.wait(creates=50)
        # The last one dies with its hands full.
        post.hold()
        eventually(lambda: in_hand(team[0]) == WORKERS, "four mails in hand")
        team[0].kill()
        died = time.monotonic()
        post.release()
        load.wait(creates=50)
    emptied(shared_database, LEASE * 4)
    took = time.monotonic() - died
    print(f"the dead one's mails were sent {took:.1f} s after its death")
    assert took > LEASE / 2  # there were such mails
    team[0].start()
    print(settle(load, shared_database))
    assert not any(one.refused for one in load.answers.troubles)


# -- mails --------------------------------------------------------------------

def test_each_mail_is_sent_by_one(shared_database, make_team, post):
    """A thousand of them wait for three daemons."""
    team = make_team(3, shared_database)
    post.hold()
    with ThreadPoolExecutor(9) as pool:
        clients = itertools.cycle(
            OpenAI(admin_api_key=one.key, base_url=f"{one.url}/v1")
            for one in team)
        made = list(pool.map(lambda number, sdk: invite(
            sdk, f"p{number}@example.com").id, range(1000), clients))
    began = time.monotonic()
    post.release()
    emptied(shared_database, DEADLINE * 4)
    print(f"1000 mails in {time.monotonic() - began:.1f} s by "
          f"{[mails_sent(daemon) for daemon in team]}")
    letters = post.letters()
    assert sorted(letters) == sorted(made)
    assert {len(copies) for copies in letters.values()} == {1}
    assert min(mails_sent(daemon) for daemon in team) > WORKERS
    for client in itertools.islice(clients, 3):
        client.close()


def test_deleted_invites_are_not_mailed(shared_database, make_team, post):
    """But for those whose mail is under way."""
    team = make_team(2, shared_database)
    post.hold()
    made = [team[number % 2].api.invite(f"p{number}@example.com")["id"]
            for number in range(40)]

    def claimed():
        """All that they take before any is gone: then they take no other."""
        found = rows(shared_database, "SELECT email FROM outbox o JOIN invite i"
                     " ON i.id = o.invite WHERE due_at_ms > queued_at_ms")
        return found if len(found) == 2 * WORKERS else None
    under_way = [one["email"] for one in eventually(claimed)]
    kept = {one for number, one in enumerate(made)
            if f"p{number}@example.com" in under_way or number % 3 == 0}
    for number, one in enumerate(made):
        if one not in kept:
            team[1 - number % 2].api.ok("DELETE", f"{INVITES}/{one}")
    post.release()
    emptied(shared_database)
    assert set(post.letters()) == kept


def test_a_mail_in_hand_stays_in_hand(shared_database, make_team, post):
    """Its lease is renewed for as long as the server takes."""
    def lease():
        found = rows(shared_database, "SELECT due_at_ms - queued_at_ms AS ms"
                                      " FROM outbox")
        return found[0]["ms"]
    team = make_team(2, shared_database)
    post.hold()
    made = team[0].api.invite("ada@example.com")
    first = eventually(lease)
    renewed = eventually(lambda: lease() > first and lease())
    assert LEASE * 1000 <= first + 1000 < renewed
    post.release()
    emptied(shared_database)
    assert len(post.letters()[made["id"]]) == 1


def test_a_mail_in_hand_is_not_taken_twice(shared_database, make_team, post):
    """Where the database was away for longer than the lease."""
    [daemon] = make_team(1, shared_database)
    post.hold()
    made = daemon.api.invite("ada@example.com")["id"]
    leased = "SELECT 1 FROM outbox WHERE due_at_ms > queued_at_ms"
    eventually(lambda: rows(shared_database, leased))
    run_sql(shared_database, "UPDATE outbox SET due_at_ms = queued_at_ms")
    daemon.api.invite("bob@example.com")
    eventually(lambda: len(rows(shared_database, leased)) == 2)
    post.release()
    emptied(shared_database)
    assert len(post.letters()[made]) == 1


def test_a_locked_invite_holds_up_no_other(shared_database, make_team, post):
    """Somebody is busy with one: everybody else's mail goes."""
    [daemon] = make_team(1, shared_database)
    post.hold()
    made = [daemon.api.invite(f"p{number}@example.com")["id"]
            for number in range(20)]
    # Of those that nobody has in hand yet.
    eventually(lambda: in_hand(daemon) == WORKERS)
    with Session(shared_database) as other:
        other.run("BEGIN")
        other.run("SELECT email FROM invite WHERE email = 'p15@example.com'"
                  " FOR UPDATE")
        post.release()
        eventually(lambda: len(post.letters()) == 19)
        assert made[15] not in post.letters()
        assert daemon.api.invite("late@example.com")["status"] == "pending"
    emptied(shared_database)
    assert len(post.letters()) == 21


# -- the same at the same instant ---------------------------------------------

class Clash:
    """
    Requests to several daemons that meet in the database: somebody has an
    invite locked, each daemon is asked to delete that first, and so all others
    have arrived before any is looked at.

    A daemon waits for a lock for a second and a half. On a machine so slow that
    not all arrive in time, those that did meet, and who was refused repeats.
    """

    HELD = 0.7

    def __init__(self, team, database):
        self.team, self.database = team, database
        self.pool = ThreadPoolExecutor(64)
        self.apis = [[daemon.client() for _ in range(20)] for daemon in team]
        self.slowest = 0.0
        self.late = 0  # rounds in which not all arrived in time
        self.watch = Session(database)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.pool.shutdown()
        self.watch.__exit__(*what)

    def blocked(self):
        return int(self.watch.run(
            "SELECT count(*) FROM pg_stat_activity WHERE"
            " datname = current_database() AND wait_event_type = 'Lock'"))

    def waiting(self):
        return sum(metric(daemon, "invited_http_requests_waiting")
                   for daemon in self.team)

    def ask(self, call, api):
        began = time.monotonic()
        answer = call(api)
        self.slowest = max(self.slowest, time.monotonic() - began)
        if answer.status_code != 503:
            return answer
        return eventually(lambda: (again := call(api)).status_code != 503 and
                          again, "an answer")

    def __call__(self, *calls):
        """`calls`: for each daemon, functions of a client; their answers."""
        plug = self.team[0].api.invite("plug@example.com", send_email=False)
        with Session(self.database) as other:
            other.run("BEGIN")
            other.run("SELECT FROM invite WHERE email = 'plug@example.com'"
                      " AND slot <= 0 FOR UPDATE")
            end = time.monotonic() + self.HELD
            futures = [self.pool.submit(self.ask, delete(plug["id"]),
                                        daemon.api) for daemon in self.team]
            eventually(lambda: self.blocked() == len(self.team) or
                       time.monotonic() > end, "the plug")
            waiting = [[self.pool.submit(self.ask, call, api)
                        for call, api in zip(mine, apis, strict=True)]
                       for mine, apis in zip(calls, self.apis, strict=True)]
            futures += itertools.chain(*waiting)
            eventually(lambda: self.waiting() >= len(futures) or
                       time.monotonic() > end, "all of them")
            self.late += time.monotonic() > end
            other.run("COMMIT")
        return [[one.result() for one in mine] for mine in waiting]


@pytest.fixture
def clash(shared_database, make_team):
    team = make_team(2, shared_database, expect=("store_unavailable",))
    with Clash(team, shared_database) as one:
        yield one
    deadlocks = run_sql(shared_database, "SELECT pg_stat_force_next_flush();"
                        "SELECT deadlocks FROM pg_stat_database"
                        " WHERE datname = current_database()").split()[-1]
    print(f"slowest {one.slowest:.2f} s, {deadlocks} deadlocks")
    # They come of requests that arrived before the plug after all.
    assert int(deadlocks) <= 1 + one.late


def emails(number):
    return [f"p{number}-{place}@example.com" for place in range(20)]


def create(email, **more):
    return lambda api: api.post(INVITES, json={"email": email,
                                               "role": "reader", **more})


def accept(token):
    return lambda api: api.accept(token)


def delete(identity):
    return lambda api: api.delete(f"{INVITES}/{identity}")


@pytest.mark.parametrize("known", [False, True])
def test_the_same_creates(clash, known):
    """In opposite order, new and known ones: one invite, one id."""
    for number in range(8):
        names = emails(number)
        if known:
            for email in names:
                clash.team[0].api.invite(email)
        left, right = clash([create(email) for email in names],
                            [create(email) for email in reversed(names)])
        ids = [answer.json()["id"] for answer in left]
        assert ids == [answer.json()["id"] for answer in reversed(right)]
        assert len(set(ids)) == len(names)
    counted = rows(clash.database, "SELECT count(*) FROM invite"
                                   " WHERE email LIKE 'p%-%'")
    assert counted[0]["count"] == 160


def test_the_same_accepts(clash):
    """One membership, and both are told so; a third time too."""
    for number in range(6):
        tokens = [clash.team[0].api.link(email)[1]
                  for email in emails(number)]
        left, right = clash([accept(token) for token in tokens],
                            [accept(token) for token in reversed(tokens)])
        answers = [answer.json() for answer in left]
        assert answers == [answer.json() for answer in reversed(right)]
        assert {answer["status"] for answer in answers} == {"accepted"}
        again = clash.team[0].api.accept(tokens[0]).json()
        assert again == answers[0]
    users = rows(clash.database, "SELECT count(*), count(DISTINCT email)"
                                 " AS emails FROM \"user\"")
    assert users == [{"count": 120, "emails": 120}]
    events = rows(clash.database, "SELECT type, count(*) FROM audit"
                                  " WHERE type IN (2, 5) GROUP BY 1")
    assert {one["count"] for one in events} == {120}


def test_delete_against_accept(clash):
    """One of them wins, and the other is told so."""
    won = Counter()
    for number in range(6):
        made = [clash.team[0].api.link(email) for email in emails(number)]
        left, right = clash([accept(token) for _, token in made],
                            [delete(one["id"]) for one, _ in reversed(made)])
        for (one, _), accepted, deleted in zip(made, left, reversed(right),
                                               strict=True):
            if accepted.status_code == 200:
                refused(deleted, 400, "invite_already_accepted")
            else:
                refused(accepted, 410, "invitation_withdrawn")
                assert deleted.status_code == 200
            won[accepted.status_code] += 1
    states = Counter(one["state"] for one in
                     rows(clash.database, "SELECT state FROM invite"
                                          " WHERE email LIKE 'p%-%'"))
    assert states[STATES["accepted"]] == won[200]
    assert states[STATES["deleted"]] == won[410]
    print(f"accepted {won[200]}, deleted {won[410]}")


def test_the_same_deletes(clash):
    """One is told that it did it, the other that there is nothing."""
    won = 0
    for number in range(6):
        ids = [clash.team[0].api.link(email)[0]["id"]
               for email in emails(number)]
        left, right = clash([delete(one) for one in ids],
                            [delete(one) for one in reversed(ids)])
        for pair in zip(left, reversed(right), strict=True):
            found = sorted(one.status_code for one in pair)
            # Both repeated it, where the first time was in doubt.
            assert found in ([200, 404], [404, 404])
            won += found[0] == 200
    assert won > 60
    assert not rows(clash.database, "SELECT FROM invite WHERE state <> 2")


# -- one daemon knows what another did ----------------------------------------

def test_what_one_wrote_another_reads(shared_database, make_team):
    first, second = make_team(2, shared_database)
    for number in range(100):
        made = first.api.invite(f"p{number}@example.com", send_email=False)
        found = second.api.ok("GET", f"{INVITES}/{made['id']}")
        assert found["email"] == made["email"]
        newest = second.api.ok("GET", INVITES, params={"limit": 1})
        assert newest["first_id"] == made["id"]
        first, second = second, first


def test_a_revoked_key_is_revoked_everywhere(shared_database, make_team):
    """At once, for writes and for reads, however often it was used before."""
    team = make_team(2, shared_database)
    place = ("--database", shared_database)
    for number in range(5):
        key = admin_key_in(team[0].run("key", "create", f"k{number}",
                                       *place).stdout)
        apis = [daemon.client(key) for daemon in team]
        for api in apis:  # known to both, for reads and for writes
            made = api.invite(f"p{number}@example.com")
            api.ok("GET", f"{INVITES}/{made['id']}")
        listed = team[0].run("key", "list", *place).stdout.splitlines()
        [identity] = [line.split("\t")[0] for line in listed
                      if f"\tk{number}\t" in line]
        team[0].run("key", "revoke", identity, *place)
        for api in apis:
            refused(api.post(INVITES, json={"email": "eve@example.com",
                                            "role": "owner"}),
                    401, "invalid_api_key")
            refused(api.get(INVITES), 401, "invalid_api_key")
            refused(api.delete(f"{INVITES}/{made['id']}"), 401,
                    "invalid_api_key")
    assert len(rows(shared_database, "SELECT 1 FROM invite")) == 5
