"""
Many daemons, and the database goes away: restarted, crashed, or replaced by its
standby. Whatever was answered is there afterwards, once, and nobody restarts a
daemon.
"""

import signal
import time

import pytest

from harness import eventually
from harness.load import PATIENCE, Load, settle
from postgres_server import Postgres, url_of

# Of a daemon to find that the database is back, however busy the machine is. A
# call that hangs for longer than PATIENCE fails the load.
HEALED = 20.0

# What a daemon says that cannot reach its database.
AWAY = ("store_unavailable",)


def fast(server, _load):
    server.restart(signal.SIGINT)


def immediate(server, _load):
    server.restart(signal.SIGQUIT)


def crash(server, _load):
    """As when the machine stops, and starts again."""
    server.kill()
    server.start()


def long(server, load):
    """So that everybody is refused."""
    server.stop()
    refusals(load)
    server.start()


def refusals(load):
    """Waits for some more of them."""
    enough = len(load.answers.troubles) + 10
    eventually(lambda: len(load.answers.troubles) >= enough, "refusals",
               PATIENCE * 2)


def assert_healed(load, back, creates=50):
    """The load goes on, and soon all is well."""
    load.wait(creates)
    late = [one for one in load.answers.troubles if one.began > back + HEALED]
    assert not late, late[0]


@pytest.mark.long(12)
def test_restarts_of_the_database(make_team, post):
    with Postgres({"fsync": "on"}) as server:
        url = server.url(server.make_database())
        team = make_team(2, url, expect=AWAY)
        with Load(team, post) as load:
            for restart in (fast, immediate, crash, long):
                load.wait(creates=50)
                before = len(load.answers.troubles)
                gone = time.monotonic()
                restart(server, load)
                back = time.monotonic()
                assert_healed(load, back)
                print(f"{restart.__name__}: away for {back - gone:.1f} s, "
                      f"{len(load.answers.troubles) - before} calls refused, "
                      f"the last {load.outage(gone):.1f} s after it went")
        print(settle(load, url))
        assert all(one.refused for one in load.answers.troubles)


# -- two servers --------------------------------------------------------------

@pytest.fixture
def pair():
    """A primary that answers when its standby has it too, and the standby; and
    the name of a database."""
    with Postgres() as primary:
        name = primary.make_database()
        with Postgres(copy_of=primary) as standby:
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = standby")
            primary.sql("SELECT pg_reload_conf()")
            in_step(primary)
            yield primary, standby, name


def in_step(primary):
    eventually(lambda: primary.sql("SELECT sync_state FROM pg_stat_replication"
                                   " WHERE state = 'streaming'") == "sync")


def test_promotion_of_the_standby(make_team, post, pair):
    """Daemons that know both find the new primary by themselves."""
    primary, standby, name = pair
    team = make_team(2, url_of([primary, standby], name), expect=AWAY)
    with Load(team, post) as load:
        load.wait(creates=150)
        gone = time.monotonic()
        primary.kill()
        standby.promote()
        back = time.monotonic()
        assert_healed(load, back, creates=150)
        print(f"promoted in {back - gone:.1f} s, "
              f"{len(load.answers.troubles)} calls refused, the last "
              f"{load.outage(gone):.1f} s after the primary's end")
    print(settle(load, standby.url(name)))


def test_a_primary_without_its_standby(make_team, post, pair):
    """It takes nothing, and nobody is told that it did; nobody hangs."""
    primary, standby, name = pair
    url = url_of([primary, standby], name)
    team = make_team(2, url, expect=AWAY)
    with Load(team, post) as load:
        load.wait(creates=100)
        gone = time.monotonic()
        standby.stop(signal.SIGQUIT)
        made = len(load.answers.created)
        refusals(load)
        # Those that were under way, at most.
        assert len(load.answers.created) - made < 50
        standby.start()
        in_step(primary)
        back = time.monotonic()
        assert_healed(load, back)
        print(f"alone for {back - gone:.1f} s, "
              f"{len(load.answers.troubles)} calls refused, the last "
              f"{load.outage(gone):.1f} s after the standby's end")
    print(settle(load, primary.url(name)))
